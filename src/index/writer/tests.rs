//! Segments are the same however they are written.

use std::num::NonZero;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{AliasKind, Article, EntityId, EntityType, Rank};
use crate::pack::{AliasRow, EntityRow, License, RowPlace};
use crate::sort::MemoryScratch;

/// The segment of a pack, written with so much memory by so many threads.
fn written(pack: &Pack, memory: usize, threads: usize) -> Vec<u8> {
    let threads = NonZero::new(threads).unwrap();
    let workshop = Workshop { memory, threads, ..Workshop::new(Arc::new(MemoryScratch)) };
    let mut report = Report::new("");
    let mut writer = SegmentWriter::new(&workshop);
    pack.entities.iter().for_each(|row| writer.entity(&row.into(), &mut report).unwrap());
    pack.aliases.iter().for_each(|row| writer.alias(&row.into(), &mut report).unwrap());
    let rest = RestOfPack {
        manifest: pack.manifest.clone(),
        files: pack.files.clone(),
        overrides: pack.overrides.clone(),
        lint_allow: pack.lint_allow.clone(),
    };
    let mut segment = Vec::new();
    writer.finish(&rest, &mut report, |_| (), &mut segment).unwrap();
    segment
}

fn id(number: u8) -> EntityId {
    EntityId::new(&format!("x:{}", u32::from(number) * 37 % 251)).unwrap()
}

fn entities() -> impl Strategy<Value = Vec<EntityRow>> {
    let row = ("|كييف|Kyiv|عمان", "city|person", any::<bool>(), 0..3_u8, "|a line|كلام");
    proptest::collection::vec(row, 0..12).prop_map(|rows| (0..).zip(rows).map(entity).collect())
}

fn entity(
    (number, (name, entity_type, has_type, rank, description)): (u8, (String, String, bool, u8, String)),
) -> EntityRow {
    EntityRow {
        entity_type: Some(EntityType::new(&entity_type).unwrap()).filter(|_| has_type),
        rank: Rank::new(f32::from(rank) / 4.0).filter(|_| rank > 0),
        same_as: (0..rank).map(|i| id(100 + 3 * number + i)).collect(),
        description,
        ..EntityRow::new(id(number), EntityType::new("city").unwrap(), &name)
    }
}

fn aliases() -> impl Strategy<Value = Vec<AliasRow>> {
    let alias = "(ال)?[ابء]{1,3}( ?[ابa]{1,4}){0,2}|محافظة [اب]{1,2}|-|كييف|Kyiv|[一-二😀]{1,3}|[a-d]{1,3} [a-d]{1,3}";
    let kind = proptest::sample::select(AliasKind::ALL.to_vec());
    let row = (any::<u8>(), alias, "|ar|en", kind, any::<bool>());
    proptest::collection::vec(row, 0..60).prop_map(|rows| {
        let row =
            |(line, (number, alias, lang, kind, optional)): (u32, (u8, String, String, _, bool))| AliasRow {
                article: if optional { Article::Optional } else { Article::Unknown },
                place: RowPlace { line, ..RowPlace::default() },
                // The line makes rows differ, as they do in packs.
                note: line.to_string(),
                ..AliasRow::new(id(number % 40), &alias, &lang, kind)
            };
        (0..).zip(rows).map(row).collect()
    })
}

fn overrides() -> impl Strategy<Value = Vec<OverrideRow>> {
    let row = (0..4_u8, any::<u8>(), any::<u8>(), "[ابa]{1,3}");
    proptest::collection::vec(row, 0..6).prop_map(|rows| {
        let action = |(action, a, b, alias): (u8, u8, u8, String)| match action {
            0 => OverrideAction::Block { alias, id: id(a) },
            1 => OverrideAction::Redirect { id: id(a), target: id(b) },
            2 => OverrideAction::Remove { id: id(a) },
            _ => OverrideAction::NotAName { alias },
        };
        let row = |row| OverrideRow { action: action(row), note: String::new(), place: RowPlace::default() };
        rows.into_iter().map(row).collect()
    })
}

prop_compose! {
    fn packs()(entities in entities(), aliases in aliases(), overrides in overrides()) -> Pack {
        let manifest = Manifest {
            name: "p".into(),
            licenses: vec![License { name: "CC0-1.0".into(), ..License::default() }],
            ..Manifest::default()
        };
        Pack { manifest, files: vec!["p/aliases.tsv".into()], entities, aliases, overrides, lint_allow: Vec::new() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn neither_memory_nor_threads_make_a_difference(
        pack in packs(),
        memory in 500..50_000_usize,
        threads in 1..4_usize,
    ) {
        let expected = compile(&pack).unwrap();
        prop_assert!(crate::index::oracle::compile(&pack).unwrap() == expected);
        prop_assert!(written(&pack, memory, threads) == expected);
        prop_assert!(compile(&pack).unwrap() == expected);
    }
}
