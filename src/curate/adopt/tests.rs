use proptest::prelude::*;

use super::super::review::ReviewFormat;
use super::super::testing::{files, gazetteer, id, segment, world};
use super::*;
use crate::model::Status;
use crate::pack::{self, Levels, Linter, OverrideAction};
use crate::resolve::ResolveOptions;

fn review(rows: &[(&str, &str)]) -> Review {
    let rows = rows.iter().map(|(name, decision)| format!("{name}\t{decision}"));
    let lines: Vec<String> = std::iter::once("name\tdecision".to_owned()).chain(rows).collect();
    Review::read("r.tsv", lines.join("\n").as_bytes(), ReviewFormat::Tsv).unwrap()
}

fn options() -> AdoptOptions {
    let manifest = Manifest { name: "mine".into(), ..Manifest::default() };
    AdoptOptions { manifest, ..AdoptOptions::default() }
}

fn adopted(tables: &[(&str, &str)], rows: &[(&str, &str)]) -> Result<Adopted, AdoptError> {
    adopt(&[segment(&world())], &files(tables), &review(rows), &options())
}

fn findings(tables: &[(&str, &str)], rows: &[(&str, &str)]) -> Vec<Diagnostic> {
    match adopted(tables, rows) {
        Err(AdoptError::Findings(findings)) => findings,
        other => panic!("{other:?}"),
    }
}

/// The rows as text.
fn shown(adopted: &Adopted) -> Vec<String> {
    let aliases =
        adopted.aliases.iter().map(|row| format!("{} {} {} {}", row.id, row.alias, row.lang, row.kind));
    let overrides = adopted.overrides.iter().map(|row| match &row.action {
        OverrideAction::Block { alias, id } => format!("block {alias} {id}"),
        OverrideAction::NotAName { alias } => format!("not_a_name {alias}"),
        other => panic!("{other:?}"),
    });
    aliases.chain(overrides).collect()
}

#[test]
fn decisions_become_rows_by_how_the_name_was_reached() {
    for (name, decision, rows) in [
        // A homograph: the other bearer is blocked, and the entity has the alias already.
        ("عمان", "Q3805", vec!["block عمان Q842"]),
        ("عمان", "none", vec!["block عمان Q3805", "block عمان Q842"]),
        ("عمان", "not a name", vec!["not_a_name عمان"]),
        // A slip, a title, another script, another name.
        ("أوكرانبا", "Q212", vec!["Q212 أوكرانبا ar misspelling"]),
        ("مدينة كييف", "Q1899", vec!["Q1899 مدينة كييف ar hidden"]),
        ("أم المدن الروسية", "Q1899", vec!["Q1899 أم المدن الروسية ar alternate"]),
        ("Kiew", "Q1899", vec!["Q1899 Kiew  alternate"]),
        // What holds already needs nothing.
        ("كييف", "Q1899", vec![]),
        ("زززقق", "none", vec![]),
    ] {
        let adopted = adopted(&[], &[(name, decision)]).unwrap();
        assert_eq!(shown(&adopted), rows, "{name} {decision}");
        assert_eq!(adopted.unsettled, [], "{name} {decision}");
        assert_eq!((adopted.decided, adopted.holding), (1, usize::from(rows.is_empty())), "{name}");
    }
}

#[test]
fn what_was_decided_is_answered_and_the_pack_is_clean() {
    let rows =
        [("عمان", "Q3805"), ("أوكرانبا", "Q212"), ("Kiew", "none"), ("كييف", "not a name"), ("زرقاء", "")];
    let adopted = adopted(&[], &rows).unwrap();
    assert_eq!((adopted.decided, adopted.unfilled, adopted.unsettled.len()), (4, 1, 0));
    let made = PackFiles { label: "mine".into(), files: adopted.files };
    let parsed = parse(&made);
    let errors: Vec<_> = parsed.diagnostics.iter().filter(|one| one.code != "no-license").collect();
    assert!(errors.is_empty(), "{errors:?}");
    let mut linter = Linter::new(Levels::strict());
    linter.lay(&pack::write::files(&world()));
    linter.check(&made);
    let linted = linter.finish();
    assert_eq!(linted.errors, 0, "{:?}", linted.diagnostics);
    let packs = [world(), parsed.pack.unwrap()];
    let gazetteer = gazetteer(&packs);
    let answer = |name: &str| gazetteer.resolve(name, &ResolveOptions::default());
    assert_eq!(answer("عمان").canonical_id, Some(id("Q3805")));
    assert_eq!(answer("أوكرانبا").canonical_id, Some(id("Q212")));
    assert_eq!((answer("Kiew").status, answer("كييف").status), (Status::NotFound, Status::NotFound));
}

#[test]
fn to_adopt_again_adds_nothing() {
    let rows = [("عمان", "Q3805"), ("أوكرانبا", "Q212"), ("كييف", "not a name"), ("Kiew", "none")];
    let first = adopted(&[], &rows).unwrap();
    let made = PackFiles { label: "mine".into(), files: first.files };
    let again = adopt(&[segment(&world())], &made, &review(&rows), &options()).unwrap();
    assert!(again.files.is_empty(), "{:?}", shown(&again));
    assert_eq!(again.holding, 4);
}

#[test]
fn flags_fill_the_columns() {
    let options = AdoptOptions {
        kind: Some(AliasKind::Former),
        lang: Some("fa".into()),
        source: "review 7".into(),
        note: "by the desk".into(),
        block_rivals: false,
        ..options()
    };
    let review = review(&[("أوكرانبا", "Q212"), ("عمان", "Q3805")]);
    let adopted = adopt(&[segment(&world())], &files(&[]), &review, &options).unwrap();
    let [row] = &adopted.aliases[..] else { panic!("{:?}", adopted.aliases) };
    assert_eq!(
        (row.kind, row.lang.as_str(), row.source.as_str(), row.note.as_str()),
        (AliasKind::Former, "fa", "review 7", "by the desk")
    );
    assert!(adopted.overrides.is_empty());
    assert_eq!(adopted.unsettled[0].name, "عمان");
    assert!(
        adopted.unsettled[0].message.contains("cannot be told apart"),
        "{}",
        adopted.unsettled[0].message
    );
}

#[test]
fn unknown_ids_come_with_a_suggestion() {
    for (decision, suggestion) in [
        ("q212", "`Q212` (Ukraine)"),
        ("212", "`Q212`"),
        ("Ukraine", "`Q212`"),
        ("ours:nothing", "yaqut resolve"),
    ] {
        let found = findings(&[], &[("اوكرانبا", decision)]);
        assert_eq!((found[0].code, found[0].line, found[0].column), ("unknown-entity", Some(2), Some(10)));
        assert!(found[0].help.contains(suggestion), "{decision}: {}", found[0].help);
    }
}

#[test]
fn one_name_cannot_be_decided_two_ways() {
    for rows in [[("عمان", "Q3805"), ("عمان", "Q842")], [("عمان", "Q3805"), ("عمّان", "none")]]
    {
        let found = findings(&[], &rows);
        assert_eq!((found[0].code, found[0].line), ("conflicting-decisions", Some(3)));
        assert!(found[0].message.contains("line 2"), "{}", found[0].message);
    }
    assert!(adopted(&[], &[("عمان", "Q3805"), ("عمان", "Q3805")]).is_ok());
}

#[test]
fn a_decision_against_a_row_of_the_pack_is_refused_with_its_place() {
    let alias = ("aliases.tsv", "id\talias\nQ842\tعمان\n");
    let block = ("overrides.tsv", "action\tid\talias\ttarget\nblock\tQ3805\tعمان\t\n");
    let not_a_name = ("overrides.tsv", "action\tid\talias\ttarget\n\nnot_a_name\t\tعمان\t\n");
    for (table, decision, place) in [
        (alias, "Q3805", "mine/aliases.tsv:2:1"),
        (alias, "none", "mine/aliases.tsv:2:1"),
        (alias, "not a name", "mine/aliases.tsv:2:1"),
        (block, "Q3805", "mine/overrides.tsv:2:7"),
        (not_a_name, "Q3805", "mine/overrides.tsv:3"),
    ] {
        let found = findings(&[table], &[("عمان", decision)]);
        assert_eq!((found[0].code, found[0].line), ("conflicting-row", Some(2)), "{decision}");
        assert!(found[0].message.contains(place), "{}", found[0].message);
    }
    assert!(adopted(&[alias], &[("عمان", "Q842")]).is_ok());
    assert!(adopted(&[not_a_name], &[("عمان", "none")]).is_ok());
}

#[test]
fn what_cannot_be_a_name_gets_no_alias() {
    assert_eq!(findings(&[], &[("؟؟؟", "Q212")])[0].code, "invalid-name");
    assert_eq!(adopted(&[], &[("؟؟؟", "not a name")]).unwrap().decided, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_is_decided_holds_or_is_told(
        decisions in proptest::collection::vec((0..6_usize, 0..5_usize), 1..5)
    ) {
        let names = ["عمان", "أوكرانبا", "Kiew", "كييف", "مدينة كييف", "زرقاء"];
        let words = ["Q212", "Q3805", "none", "not a name", ""];
        let mut rows: Vec<_> = decisions.iter().map(|&(name, word)| (names[name], words[word])).collect();
        rows.sort_by_key(|row| row.0);
        rows.dedup_by_key(|row| row.0);
        let adopted = adopted(&[], &rows).unwrap();
        let made = PackFiles { label: "mine".into(), files: adopted.files.clone() };
        let pack = if made.files.is_empty() { Pack::default() } else { parse(&made).pack.unwrap() };
        let gazetteer = gazetteer(&[world(), pack]);
        for (name, word) in rows.iter().filter(|row| !row.1.is_empty()) {
            let answer = gazetteer.resolve(name, &ResolveOptions::default());
            let is_told = adopted.unsettled.iter().any(|one| one.name == *name);
            let holds = match *word {
                "none" | "not a name" => answer.status == Status::NotFound,
                wanted => answer.canonical_id == Some(id(wanted)),
            };
            prop_assert_eq!(holds, !is_told, "{} {}: {:?}", name, word, answer);
        }
    }
}
