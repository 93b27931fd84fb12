//! Tests of files that were made to harm: whatever they hold, and though their checksums hold, nothing panics.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::format::{HEADER_BYTES, SECTION_ROW_BYTES, SectionKind, TRAILER_BYTES};
use super::layout::{LAYOUT_BYTES, Layout, SECTIONS};
use super::*;
use crate::model::{AliasKind, Article, EntityId, EntityType, Rank};
use crate::pack::{AliasRow, EntityRow, Pack};
use crate::text;

const NAMES: [&str; 10] = [
    "أوكرانيا",
    "كوريا الشمالية",
    "كيم جونغ أون",
    "الناتو",
    "أوبلاست كورسك",
    "Kim Jong-un",
    "Ukraine",
    "平壤",
    "smile 🙂",
    "Ukraina",
];

/// A segment with something in every section that can have something, several postings to a key among them.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut pack = Pack::default();
    for (i, name) in NAMES.iter().cycle().take(40).enumerate() {
        let id = EntityId::new(&format!("Q{}", i / 3)).unwrap();
        let mut alias = AliasRow::new(id.clone(), name, "", AliasKind::Preferred);
        alias.article = Article::Optional;
        pack.aliases.push(alias);
        if i % 3 == 0 {
            let mut entity = EntityRow::new(id, EntityType::new("person").unwrap(), name);
            entity.same_as = vec![EntityId::new(&format!("x:{i}")).unwrap()];
            entity.description = format!("the {i}th of its kind");
            entity.rank = Rank::new(i as f32 / 100.0);
            pack.entities.push(entity);
        }
    }
    compile(&pack).unwrap()
});

/// Makes all checksums hold again.
fn mend(bytes: &mut Vec<u8>) {
    bytes.truncate(bytes.len() - TRAILER_BYTES);
    for (i, section) in
        Layout::parse(&WHOLE, None).unwrap_or_else(|e| panic!("{e}")).sections.iter().enumerate()
    {
        let at = HEADER_BYTES + i * SECTION_ROW_BYTES + 4;
        let checksum = crc32c::crc32c(&bytes[section.clone()]);
        bytes[at..at + 4].copy_from_slice(&checksum.to_le_bytes());
    }
    let checksum = crc32c::crc32c(&bytes[..LAYOUT_BYTES - 4]);
    bytes[LAYOUT_BYTES - 4..LAYOUT_BYTES].copy_from_slice(&checksum.to_le_bytes());
    bytes.extend(*blake3::hash(bytes).as_bytes());
}

/// Asks all that can be asked.
fn ask(segment: &Segment) {
    let ids = (0..segment.id_count().min(50)).chain([u32::MAX]);
    for id in ids {
        let _ = (segment.id(id), segment.entity_id(id), segment.aliases_of(id));
        if let Some(record) = segment.owner(id).and_then(|owner| segment.entity(owner)) {
            let _ =
                (record.name(), record.entity_type(), record.description(), record.country(), record.rank());
            let _ = record.same_as().take(100).count();
        }
    }
    for alias in (0..60).chain([u32::MAX]) {
        let _ = (segment.alias(alias).map(Alias::text), segment.alias_id(alias));
    }
    let mut budget = WorkBudget::default();
    for name in NAMES {
        let key = text::lookup_key(name);
        let _ = segment.lookup(&key).take(100).count();
        segment.lookup_all(&[&key], |_, _| ());
        let _ = segment.lookup_candidates(KeyHash::of(&key)).take(100).count();
        segment.search_fuzzy(&FuzzyPattern::new(&key, 2), &mut budget, |postings| {
            postings.take(9).for_each(drop);
        });
        for token in text::lossy_fold(&text::safe_fold(name)).split(' ') {
            let _ = (segment.lookup_token(token).take(100).collect::<Vec<_>>(), segment.token_bearers(token));
            segment.search_fuzzy_tokens(&FuzzyPattern::new(token, 1), &mut budget, |_| {});
        }
        for skeleton in text::skeleton_keys(&text::safe_fold(name)) {
            let near = NearSkeletons::new(&skeleton);
            segment.search_near_skeletons(&near, |aliases| aliases.take(9).for_each(drop));
        }
    }
    let _ = (segment.find_id("Q3"), segment.find_id(""), segment.overrides().len());
}

/// A byte of a section, by the section, the place in it, and what it becomes.
fn change() -> impl Strategy<Value = (usize, usize, u8)> {
    (0..SECTIONS, any::<usize>(), prop_oneof![any::<u8>(), Just(0), Just(0xFF), Just(0x80)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_panics_whatever_the_sections_hold(changes in proptest::collection::vec(change(), 1..20)) {
        let mut bytes = WHOLE.clone();
        let layout = Layout::parse(&bytes, None).unwrap_or_else(|e| panic!("{e}"));
        for (section, place, byte) in changes {
            let range = layout.sections[section].clone();
            if !range.is_empty() {
                bytes[range.start + place % range.len()] = byte;
            }
        }
        mend(&mut bytes);
        let verified = verify(&mut bytes.as_slice());
        if let Ok(segment) = Segment::open(Arc::new(bytes)) {
            prop_assert_eq!(segment.header(), &verified.unwrap_or_else(|e| panic!("{e}")));
            ask(&segment);
            let segments = [Arc::new(segment)];
            search_prefix(&segments, "", 100, |_, _, postings| postings.take(9).for_each(drop));
        }
    }

    #[test]
    fn nothing_panics_wherever_sections_lie(rows in proptest::collection::vec((0..SECTIONS, any::<u16>(), any::<u16>()), 1..4)) {
        let mut bytes = WHOLE.clone();
        for (section, offset, length) in rows {
            let at = HEADER_BYTES + section * SECTION_ROW_BYTES + 8;
            bytes[at..at + 8].copy_from_slice(&u64::from(offset).to_le_bytes());
            bytes[at + 8..at + 16].copy_from_slice(&u64::from(length).to_le_bytes());
        }
        let checksum = crc32c::crc32c(&bytes[..LAYOUT_BYTES - 4]);
        bytes[LAYOUT_BYTES - 4..LAYOUT_BYTES].copy_from_slice(&checksum.to_le_bytes());
        if let Ok(segment) = Segment::open(Arc::new(bytes)) {
            ask(&segment);
        }
    }
}

#[test]
fn the_segment_that_is_changed_has_something_in_every_section() {
    let segment = Segment::open(Arc::new(WHOLE.clone())).unwrap_or_else(|e| panic!("{e}"));
    let empty: Vec<SectionKind> = segment
        .header()
        .section_bytes
        .iter()
        .filter(|(_, bytes)| *bytes == 0)
        .map(|(kind, _)| *kind)
        .collect();
    assert_eq!(empty, []);
    ask(&segment);
}
