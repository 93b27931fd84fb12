//! Tests of a segment from pack to bytes and back.

use std::sync::Arc;

use super::*;
use crate::model::{AliasKind, Article, EntityId, EntityType, Rank};
use crate::pack::{AliasRow, EntityRow, OverrideAction, OverrideRow, Pack, RowPlace};
use crate::text::{self, lookup_key};

fn id(text: &str) -> EntityId {
    EntityId::new(text).unwrap()
}

fn pack() -> Pack {
    let mut ukraine = EntityRow::new(id("Q212"), EntityType::new("country").unwrap(), "Ukraine");
    ukraine.same_as = vec![id("iso3166:UA")];
    ukraine.rank = Some(Rank::from_population(40_000_000));
    ukraine.description = "country in Eastern Europe".to_owned();
    let mut nato = AliasRow::new(id("Q7184"), "الناتو", "ar", AliasKind::Preferred);
    nato.article = Article::Optional;
    let mut pack = Pack {
        entities: vec![
            ukraine,
            EntityRow::new(id("Q7184"), EntityType::new("organization").unwrap(), "NATO"),
            EntityRow::new(id("Q100"), EntityType::new("city").unwrap(), "Ukraina"),
        ],
        aliases: vec![
            AliasRow::new(id("Q100"), "أوكرانيا", "ar", AliasKind::Alternate),
            AliasRow::new(id("Q212"), "أوكرانيا", "ar", AliasKind::Preferred),
            AliasRow::new(id("Q212"), "Ukraine", "en", AliasKind::Preferred),
            AliasRow::new(id("Q423"), "كوريا الشمالية", "ar", AliasKind::Preferred),
            nato,
        ],
        ..Pack::default()
    };
    pack.manifest.name = "sample".to_owned();
    pack.overrides.push(OverrideRow {
        action: OverrideAction::Block { alias: "أوكرانيا".to_owned(), id: id("Q100") },
        note: String::new(),
        place: RowPlace::default(),
    });
    pack
}

fn open(bytes: Vec<u8>) -> Result<Segment, SegmentError> {
    Segment::open(Arc::new(bytes))
}

#[test]
fn a_segment_gives_back_what_the_pack_holds() {
    let segment = open(compile(&pack()).unwrap()).unwrap();
    assert_eq!((segment.header().entity_count, segment.header().alias_count), (3, 5));
    assert_eq!(segment.header().manifest.name, "sample");

    let ukraine = segment.find_id("iso3166:UA").unwrap();
    let record = segment.entity(segment.owner(ukraine).unwrap()).unwrap();
    assert_eq!((record.name().as_str(), segment.id(record.id())), ("Ukraine", "Q212"));
    assert_eq!(record.description(), "country in Eastern Europe");
    assert!(record.same_as().eq([ukraine]));
    assert_eq!(record.rank(), Some(Rank::from_population(40_000_000)));
    assert_eq!(segment.aliases_of(record.id()).len(), 2);

    let korea = segment.find_id("Q423").unwrap();
    assert_eq!(segment.owner(korea), None, "a foreign ID is known, but not described");
    assert_eq!(segment.find_id("Q1"), None);
}

#[test]
fn prominent_entities_come_first_under_a_key() {
    let segment = open(compile(&pack()).unwrap()).unwrap();
    let ids: Vec<&str> = segment
        .lookup(&lookup_key("اوكرانيا"))
        .map(|posting| segment.id(segment.alias(posting.alias).unwrap().id))
        .collect();
    assert_eq!(ids, ["Q212", "Q100"]);
}

#[test]
fn an_optional_article_gives_a_second_key() {
    let segment = open(compile(&pack()).unwrap()).unwrap();
    let bare =
        |name: &str| segment.lookup(&lookup_key(name)).map(|posting| posting.is_bare).collect::<Vec<_>>();
    assert_eq!((bare("الناتو"), bare("ناتو")), (vec![false], vec![true]));
}

#[test]
fn tokens_lead_to_aliases_of_several_tokens() {
    let segment = open(compile(&pack()).unwrap()).unwrap();
    let texts = |token: &str| -> Vec<String> {
        segment.lookup_token(token).map(|alias| segment.alias(alias).unwrap().text()).collect()
    };
    assert_eq!(texts("كوريا"), ["كوريا الشمالية"]);
    assert_eq!(texts("ukraine"), Vec::<String>::new());
}

#[test]
fn skeletons_lead_to_aliases_of_both_scripts() {
    let mut pack = pack();
    let kyiv = EntityRow {
        rank: Rank::new(0.7),
        ..EntityRow::new(id("Q1899"), EntityType::new("city").unwrap(), "Kyiv")
    };
    pack.entities.push(kyiv);
    let alias = |of: &str, alias: &str, kind| AliasRow::new(id(of), alias, "", kind);
    pack.aliases.extend([
        alias("Q100", "كوف", AliasKind::Alternate),
        alias("Q1899", "Kyiv", AliasKind::Preferred),
        alias("Q1899", "Kiev", AliasKind::Alternate),
        alias("Q1899", "كييف", AliasKind::Preferred),
        alias("Q1899", "كيف", AliasKind::Alternate),
        alias("Q1899", "KVI", AliasKind::Abbreviation),
        alias("Q1899", "كييفي", AliasKind::Demonym),
    ]);
    let segment = open(compile(&pack).unwrap()).unwrap();
    let found = |query: &str| -> Vec<String> {
        let keys = text::skeleton_keys(&text::safe_fold(query));
        let aliases = keys.iter().flat_map(|key| segment.lookup_skeleton(key));
        aliases.map(|alias| segment.alias(alias).unwrap().text()).collect()
    };
    assert_eq!(found("Kief"), ["Kyiv", "كييف", "كيف", "كوف"], "by rank, and one romanisation");
    assert_eq!(found("كيف"), found("Kief"));
    assert_eq!(found("Oekraïne"), found("اكرانيا"));
    assert_eq!(found("京"), Vec::<String>::new());
    let mut near = Vec::new();
    segment.search_near_skeletons(&NearSkeletons::new("GR"), |aliases| near.extend(aliases));
    let near: Vec<String> = near.into_iter().map(|alias| segment.alias(alias).unwrap().text()).collect();
    assert_eq!(near, ["Kyiv", "كييف", "كيف", "كوف"], "GF is one symbol from GR");
}

#[test]
fn the_same_pack_gives_the_same_bytes() {
    assert_eq!(compile(&pack()).unwrap(), compile(&pack()).unwrap());
}

#[test]
fn what_the_format_cannot_number_is_refused() {
    let mut long = pack();
    long.aliases[0].alias = "ا".repeat(40_000);
    let error = compile(&long).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the pack has more than 65535 bytes in one alias; shorten it, or split the pack"
    );
}

/// Makes the checksum of header and section table hold again.
fn reseal(bytes: &mut [u8]) {
    let table_end = format::HEADER_BYTES + SectionKind::ALL.len() * format::SECTION_ROW_BYTES;
    let checksum = crc32c::crc32c(&bytes[..table_end]);
    bytes[table_end..table_end + 4].copy_from_slice(&checksum.to_le_bytes());
}

#[test]
fn sections_outside_the_file_are_refused_though_the_checksum_holds() {
    let whole = compile(&pack()).unwrap();
    for row in 0..SectionKind::ALL.len() {
        let at = format::HEADER_BYTES + row * format::SECTION_ROW_BYTES + 8;
        for (offset, length) in [(0, u64::MAX), (u64::MAX, 1), (8, u64::MAX - 16), (0, whole.len() as u64)] {
            let mut bytes = whole.clone();
            bytes[at..at + 8].copy_from_slice(&u64::to_le_bytes(offset));
            bytes[at + 8..at + 16].copy_from_slice(&u64::to_le_bytes(length));
            reseal(&mut bytes);
            assert!(matches!(open(bytes), Err(SegmentError::Damaged { .. })), "row {row}: {offset} {length}");
        }
    }
}

#[test]
fn other_versions_and_rules_are_told_apart_from_damage() {
    let mut other_format = compile(&pack()).unwrap();
    other_format[8] = 99;
    assert!(matches!(verify(&mut &other_format[..]), Err(SegmentError::OtherFormat { found: 99 })));
    let mut other_rules = compile(&pack()).unwrap();
    other_rules[20] ^= 1;
    reseal(&mut other_rules);
    assert!(matches!(verify(&mut &other_rules[..]), Err(SegmentError::OtherRules)));
    assert!(matches!(open(b"PK\x03\x04".to_vec()), Err(SegmentError::NotASegment)));
}
