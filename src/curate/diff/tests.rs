use super::super::testing::{alias, entity, gazetteer, named, overriding, parsed, world};
use super::*;
use crate::model::AliasKind;
use crate::pack::{OverrideAction, Pack};

fn compare(old: &Gazetteer, new: &Gazetteer, names: &[&str]) -> Vec<Change> {
    let mut changes = Vec::new();
    let comparison = Comparison { old, new, options: DiffOptions::default() };
    comparison.compare(names, |change| changes.push(change));
    changes
}

/// What changes for one name when `overlay` is laid on the world.
fn change(overlay: &Pack, name: &str) -> Option<Change> {
    let (old, new) = (gazetteer(&[world()]), gazetteer(&[world(), overlay.clone()]));
    let mut changes = compare(&old, &new, &[name]);
    assert!(changes.len() < 2);
    changes.pop()
}

const OVERRIDES: &str = "action\tid\talias\ttarget\n";

fn overlay(row: &str) -> Pack {
    named("ours", parsed(&[("overrides.tsv", &format!("{OVERRIDES}{row}\n"))]))
}

#[test]
fn what_decides_is_told_with_pack_and_place() {
    use Difference::{Entity, Score, Status};
    for (overlay, name, changed, why) in [
        (
            overlay("block\tQ842\tعمان\t"),
            "عمان",
            vec![Status, Entity, Score],
            "Q842 is kept out by the block row of ours, overrides.tsv:2; Q3805 by the preferred alias عمان of world",
        ),
        (
            overlay("not_a_name\t\tكييف\t"),
            "كييف",
            vec![Status, Entity],
            "Q1899 is kept out by the not_a_name row of ours, overrides.tsv:2",
        ),
        (
            overlay("remove\tQ1899\t\t"),
            "كييف",
            vec![Status, Entity],
            "Q1899 is removed by ours, overrides.tsv:2",
        ),
        (
            overlay("redirect\tQ1899\t\tQ212"),
            "كييف",
            vec![Difference::Id],
            "Q212 by the preferred alias كييف of world, redirected Q1899→Q212 (ours, overrides.tsv:2)",
        ),
        (
            named("ours", parsed(&[("aliases.tsv", "id\talias\tkind\nQ212\tكييف\tshort\n")])),
            "كييف",
            vec![Status, Entity, Score],
            "Q212 by the short alias كييف of ours; or Q1899 by the preferred alias كييف of world",
        ),
        (
            named("ours", parsed(&[("aliases.tsv", "id\talias\nQ212\tبلاد القوزاق\n")])),
            "بلاد القوزاق",
            vec![Status, Entity],
            "Q212 by the alternate alias بلاد القوزاق of ours",
        ),
    ] {
        let change = change(&overlay, name).unwrap();
        assert!(change.why.contains(why), "{name}: {}", change.why);
        assert_eq!(change.changed, changed, "{name}: {}", change.why);
    }
}

#[test]
fn what_goes_is_told() {
    let ours = named(
        "ours",
        Pack {
            aliases: vec![alias("Q212", "بلاد القوزاق", "ar", AliasKind::Alternate)], ..Pack::default()
        },
    );
    let theirs =
        named("theirs", Pack { entities: vec![entity("x:1", "city", "Zork", 0.2)], ..Pack::default() });
    let (old, new) = (gazetteer(&[world(), ours, theirs]), gazetteer(&[world()]));
    let changes = compare(&old, &new, &["بلاد القوزاق", "كييف", "Zork"]);
    let shown: Vec<_> = changes.iter().map(|one| (one.name.as_str(), one.why.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("بلاد القوزاق", "the alias بلاد القوزاق of ours is no longer listed for Q212"),
            ("Zork", "no pack describes x:1 any more")
        ]
    );
}

#[test]
fn one_stack_has_no_changes() {
    let gazetteer = gazetteer(&[world()]);
    assert_eq!(compare(&gazetteer, &gazetteer, &["عمان", "كييف", "", "Kiew", "أوكرانبا"]), []);
    let comparison = Comparison { old: &gazetteer, new: &gazetteer, options: DiffOptions::default() };
    assert_eq!(names(comparison, Scope::Touched), [] as [&str; 0]);
    assert_eq!(comparison.entities(), EntityChanges::default());
}

fn names(comparison: Comparison<'_>, scope: Scope) -> Vec<String> {
    let mut names = Vec::new();
    let Ok(()) = comparison.for_each_name(scope, |name| {
        names.push(name);
        Ok::<(), std::convert::Infallible>(())
    });
    names
}

#[test]
fn names_of_what_differs_are_asked_once() {
    let mut pack = Pack {
        aliases: vec![alias("Q212", "أكرانيا", "ar", AliasKind::Misspelling)],
        ..Pack::default()
    };
    pack.overrides = vec![
        overriding(OverrideAction::Block {
            alias: "عَمان".into(), id: super::super::testing::id("Q842")
        }),
        overriding(OverrideAction::Remove { id: super::super::testing::id("Q1899") }),
    ];
    let (old, new) = (gazetteer(&[world()]), gazetteer(&[world(), pack]));
    let comparison = Comparison { old: &old, new: &new, options: DiffOptions::default() };
    let mut touched = names(comparison, Scope::Touched);
    touched.sort();
    assert_eq!(touched, ["Kyiv", "Oman", "Ukraine", "أكرانيا", "أوكرانيا", "عمان", "عَمان", "كييف"]);
    let all = names(comparison, Scope::All);
    assert!(all.contains(&"Amman".to_owned()) && all.contains(&"أكرانيا".to_owned()));
    assert_eq!(all.iter().filter(|name| *name == "عمان").count(), 1);
}

#[test]
fn entities_come_go_and_are_renamed() {
    let old = named(
        "ours",
        Pack {
            entities: vec![entity("x:1", "city", "Zork", 0.2), entity("x:2", "city", "Old", 0.2)],
            ..Pack::default()
        },
    );
    let new = named(
        "ours",
        Pack {
            entities: vec![entity("x:2", "city", "New", 0.2), entity("x:3", "city", "Gnu", 0.2)],
            ..Pack::default()
        },
    );
    let (old, new) = (gazetteer(&[world(), old]), gazetteer(&[world(), new]));
    let changes = Comparison { old: &old, new: &new, options: DiffOptions::default() }.entities();
    assert_eq!((changes.added, changes.removed, changes.renamed), (1, 1, 1));
    assert_eq!(changes.examples, ["- x:1 Zork", "~ x:2 Old → New", "+ x:3 Gnu"]);
}
