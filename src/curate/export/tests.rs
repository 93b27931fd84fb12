use proptest::prelude::*;

use super::super::testing::{alias, entity, gazetteer, id, named, overriding, world};
use super::*;
use crate::index::{Segment, compile};
use crate::model::{AliasKind, Article};
use crate::pack::Pack;
use crate::{Gazetteer, Resolution, ResolveOptions};

/// Rows in memory.
#[derive(Default)]
struct Rows(Pack);

impl ExportSink for Rows {
    fn entity(&mut self, row: &EntityRow, _: &[EntityType]) -> io::Result<()> {
        self.0.entities.push(row.clone());
        Ok(())
    }

    fn alias(&mut self, row: &AliasRow, _: &str) -> io::Result<()> {
        self.0.aliases.push(row.clone());
        Ok(())
    }

    fn overriding(&mut self, row: &OverrideRow) -> io::Result<()> {
        self.0.overrides.push(row.clone());
        Ok(())
    }
}

fn exported(segment: &Segment) -> Pack {
    let mut rows = Rows::default();
    super::segment(segment, &mut rows).unwrap();
    rows.0.manifest = segment.header().manifest.clone();
    rows.0
}

fn merged(packs: &[Pack]) -> (Pack, ExportReport) {
    let mut rows = Rows::default();
    let report = stack(gazetteer(packs).stack(), &mut rows).unwrap();
    (named("merged", rows.0), report)
}

fn overlay() -> Pack {
    let mut pack = named("ours", Pack::default());
    pack.entities = vec![entity("x:zork", "city", "Zork", 0.3), entity("x:old", "city", "Old Kyiv", 0.1)];
    pack.entities[0].same_as = vec![id("geonames:1")];
    pack.entities[0].description = "a great underground city".into();
    pack.aliases = vec![
        alias("Q212", "أكرانيا", "ar", AliasKind::Misspelling),
        alias("x:zork", "زورك", "ar", AliasKind::Preferred),
        alias("x:old", "كييف القديمة", "ar", AliasKind::Former),
    ];
    pack.aliases[1].article = Article::Optional;
    pack.overrides = [
        OverrideAction::Block { alias: "عُمان".into(), id: id("Q842") },
        OverrideAction::Redirect { id: id("x:old"), target: id("Q1899") },
        OverrideAction::NotAName { alias: "المالية".into() },
    ]
    .map(overriding)
    .to_vec();
    pack.overrides[0].note = "always the city".into();
    pack
}

const QUERIES: [&str; 12] = [
    "عمان",
    "وعمان",
    "أكرانيا",
    "أوكرانبا",
    "زورك",
    "الزورك",
    "Zork",
    "كييف القديمة",
    "كييف",
    "المالية",
    "Kyyiv",
    "geonames:1",
];

/// What is answered, but for the pack and the version.
fn answers(gazetteer: &Gazetteer) -> Vec<Resolution> {
    let mut answers = gazetteer.resolve_batch(&QUERIES, &ResolveOptions::default());
    for answer in &mut answers {
        answer.index_version.clear();
        answer.candidates.iter_mut().for_each(|one| {
            one.pack.clear();
            one.explanation.retain(|step| !step.starts_with("redirected "));
        });
        answer.blocked.iter_mut().for_each(|one| one.pack.clear());
    }
    answers
}

#[test]
fn a_pack_comes_back_row_by_row() {
    for pack in [world(), overlay()] {
        let again = exported(&super::super::testing::segment(&pack));
        let sorted = |mut pack: Pack| {
            pack.entities.sort_by(|a, b| a.id.cmp(&b.id));
            pack.aliases.sort_by(|a, b| a.id.cmp(&b.id));
            (pack.manifest, pack.entities, pack.aliases, pack.overrides)
        };
        assert_eq!(sorted(again.clone()), sorted(pack));
        assert_eq!(
            compile(&exported(&super::super::testing::segment(&again))).unwrap(),
            compile(&again).unwrap()
        );
    }
}

#[test]
fn an_exported_overlay_answers_alike_on_its_base() {
    let again = exported(&super::super::testing::segment(&overlay()));
    assert_eq!(answers(&gazetteer(&[world(), again])), answers(&gazetteer(&[world(), overlay()])));
}

#[test]
fn a_stack_becomes_one_pack_that_answers_alike() {
    let packs = [world(), overlay()];
    let (merged, report) = merged(&packs);
    assert_eq!(answers(&gazetteer(std::slice::from_ref(&merged))), answers(&gazetteer(&packs)));
    assert_eq!((report.entities, report.with_more_types, report.inert), (5, 0, 0));
    let kyiv = merged.entities.iter().find(|row| row.id == id("Q1899")).unwrap();
    assert_eq!(kyiv.same_as, [id("x:old")]);
    let actions: Vec<_> = merged.overrides.iter().map(|row| row.action.name()).collect();
    assert_eq!(actions, ["block", "not_a_name"]);
    assert_eq!(merged.overrides[0].note, "always the city");
}

#[test]
fn what_is_removed_or_restored_is_not_said() {
    let mut removing = named("removing", Pack::default());
    removing.overrides = vec![overriding(OverrideAction::Remove { id: id("Q1899") })];
    let mut restoring = named("restoring", Pack::default());
    restoring.aliases = vec![
        alias("Q842", "عمان", "ar", AliasKind::Preferred),
        alias("Q212", "المالية", "ar", AliasKind::Short),
        alias("x:nobody", "لا أحد", "ar", AliasKind::Short),
    ];
    let packs = [world(), overlay(), removing, restoring];
    let (merged, report) = merged(&packs);
    assert!(merged.entities.iter().all(|row| row.id != id("Q1899")));
    assert_eq!(merged.overrides, []);
    assert_eq!((report.restored_in_part, report.inert > 0), (1, true));
}

#[test]
fn licences_and_sources_are_added_up() {
    use crate::pack::{License, Source};
    let license = |name: &str| License { name: name.into(), ..License::default() };
    let source = |title: &str| Source { title: title.into(), ..Source::default() };
    let a = Manifest {
        name: "a".into(),
        version: "1".into(),
        licenses: vec![license("CC0-1.0")],
        sources: vec![source("A")],
        ..Manifest::default()
    };
    let b = Manifest {
        name: "b".into(),
        licenses: vec![license("CC0-1.0"), license("MIT")],
        sources: vec![source("B")],
        ..a.clone()
    };
    let merged = merged_manifest("m", [&a, &b]);
    assert_eq!(merged.licenses, [license("CC0-1.0"), license("MIT")]);
    assert_eq!(merged.sources, [source("A"), source("B")]);
    assert_eq!((merged.name.as_str(), merged.title.as_str()), ("m", "Made of a 1, b 1"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_pack_comes_back(
        rows in proptest::collection::vec((0..5_u8, "[ا-ي]{1,6}|[A-Za-z]{1,6}", 0..3_usize, 0..8_usize), 1..12),
        described in proptest::collection::btree_set(0..5_u8, 0..5),
    ) {
        let mut pack = named("any", Pack::default());
        for number in &described {
            pack.entities.push(entity(&format!("x:{number}"), "city", &format!("City {number}"), 0.5));
        }
        for (number, text, lang, kind) in &rows {
            let kind = AliasKind::ALL[*kind % AliasKind::ALL.len()];
            pack.aliases.push(alias(&format!("x:{number}"), text, ["", "ar", "en"][*lang], kind));
        }
        pack.aliases.sort_by(|a, b| a.id.cmp(&b.id));
        let segment = super::super::testing::segment(&pack);
        let again = exported(&segment);
        prop_assert_eq!(&again.entities, &pack.entities);
        prop_assert_eq!(&again.aliases, &pack.aliases);
        prop_assert_eq!(compile(&again).unwrap(), compile(&pack).unwrap());
    }
}
