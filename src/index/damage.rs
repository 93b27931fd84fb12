//! Tests of damaged files: no flipped bit, no missing byte and no further one gets past verification, which is what every
//! opening of a file begins with; and what is damaged is told by its place.
//!
//! `cargo test --release --lib index::damage -- --include-ignored` flips every bit of a segment of more than 64 KiB.

use std::ops::Range;
use std::sync::LazyLock;
use std::thread;

use super::format::{HEADER_BYTES, TRAILER_BYTES};
use super::layout::{LAYOUT_BYTES, Layout};
use super::*;
use crate::model::{AliasKind, EntityId, EntityType};
use crate::pack::{AliasRow, EntityRow, Pack};

/// A segment of more than 64 KiB, so that there is something of everything.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut pack = Pack::default();
    for i in 0..1100 {
        let id = EntityId::new(&format!("Q{i}")).unwrap();
        let name = format!("{} {}", ["Kyiv", "كوريا", "北京", "Ольга"][i % 4], i * 7919 % 3000);
        let mut entity = EntityRow::new(id.clone(), EntityType::new("city").unwrap(), &name);
        entity.description = format!("number {i}");
        entity.same_as = vec![EntityId::new(&format!("x:{i}")).unwrap()];
        pack.entities.push(entity);
        pack.aliases.push(AliasRow::new(id, &format!("{name} {i}"), "ar", AliasKind::Preferred));
    }
    let bytes = compile(&pack).unwrap();
    assert!(bytes.len() >= 64 << 10, "{}", bytes.len());
    bytes
});

fn is_refused(bytes: &[u8]) -> bool {
    verify(&mut &*bytes).is_err()
}

fn layout() -> Layout {
    Layout::parse(&WHOLE, None).unwrap()
}

/// The bits of `bytes`, each of which is flipped once, that verification does not see.
fn unseen(bytes: Range<usize>, bits: impl Fn(usize) -> Range<usize> + Sync) -> Vec<(usize, usize)> {
    let count = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = bytes.len().div_ceil(count).max(1);
    let part = |part: usize| {
        let (mut damaged, mut unseen) = (WHOLE.clone(), Vec::new());
        let start = bytes.start + part * share;
        for at in start..(start + share).min(bytes.end) {
            for bit in bits(at) {
                damaged[at] ^= 1 << bit;
                unseen.extend((!is_refused(&damaged)).then_some((at, bit)));
                damaged[at] ^= 1 << bit;
            }
        }
        unseen
    };
    thread::scope(|scope| {
        let parts: Vec<_> = (0..count).map(|i| scope.spawn(move || part(i))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

#[test]
fn the_whole_is_accepted() {
    assert!(!is_refused(&WHOLE));
}

#[test]
fn every_bit_of_header_and_trailer_and_one_of_every_other_byte_counts() {
    let body = WHOLE.len() - TRAILER_BYTES;
    for all in [0..LAYOUT_BYTES + 64, body - 64..WHOLE.len()] {
        assert_eq!(unseen(all, |_| 0..8), []);
    }
    // Another bit in each, so that every place of a byte is seen in every section.
    assert_eq!(unseen(LAYOUT_BYTES..body, |at| at * 5 % 8..at * 5 % 8 + 1), []);
}

#[test]
#[ignore = "takes a minute without optimisation"]
fn every_flipped_bit_is_refused() {
    assert_eq!(unseen(0..WHOLE.len(), |_| 0..8), []);
}

#[test]
fn every_truncation_is_refused() {
    for length in 0..WHOLE.len() {
        let cut = &WHOLE[..length];
        assert!(Layout::parse(cut, Some(length as u64)).is_err(), "opened at {length}");
    }
    // Without its length the file is read to its end, and takes longer.
    let lengths =
        (0..WHOLE.len()).step_by(97).chain(0..2 * LAYOUT_BYTES).chain(WHOLE.len() - 200..WHOLE.len());
    for length in lengths {
        assert!(is_refused(&WHOLE[..length]), "verified at {length}");
    }
}

#[test]
fn every_extension_is_refused() {
    let mut longer = WHOLE.clone();
    for byte in 0..=u8::MAX {
        longer.push(byte);
        assert!(is_refused(&longer) && Segment::open(Arc::new(longer.clone())).is_err());
        longer.pop();
    }
    for more in (0..1 << 16).step_by(509) {
        longer.resize(WHOLE.len() + 1 + more, 0);
        assert!(is_refused(&longer) && Layout::parse(&longer, Some(longer.len() as u64)).is_err(), "{more}");
    }
    let twice = WHOLE.repeat(2);
    assert!(is_refused(&twice) && Segment::open(Arc::new(twice)).is_err());
}

#[test]
fn what_is_damaged_is_told_by_section_and_place() {
    let layout = layout();
    for kind in SectionKind::ALL {
        let Range { start, end } = layout.section(kind);
        if start < end {
            let mut damaged = WHOLE.clone();
            damaged[end - 1] ^= 4;
            let told = verify(&mut &damaged[..]).unwrap_err().to_string();
            let expected =
                format!("the checksum of section {}, bytes {start} to {end}, does not hold", kind.as_str());
            assert!(told.contains(&expected), "{told}");
        }
    }
    let body = WHOLE.len() - TRAILER_BYTES;
    let padding = layout.section(SectionKind::Meta).end;
    assert_ne!(padding % format::ALIGNMENT, 0, "the sample is to have padding there");
    for (at, expected) in [
        (0, "not a Yaqut segment".to_owned()),
        (HEADER_BYTES + 3, "the checksum of its header".to_owned()),
        (padding, format!("byte {padding}, between sections, is not zero")),
        (body, format!("the digest of the file, at byte {body}, does not hold")),
    ] {
        let mut damaged = WHOLE.clone();
        damaged[at] ^= 1;
        let told = verify(&mut &damaged[..]).unwrap_err().to_string();
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn damage_of_two_sections_is_told_at_once() {
    let layout = layout();
    let mut damaged = WHOLE.clone();
    for kind in [SectionKind::Texts, SectionKind::KeyTable] {
        damaged[layout.section(kind).start] ^= 1;
    }
    let told = verify(&mut &damaged[..]).unwrap_err().to_string();
    assert!(told.contains("section texts") && told.contains("section key_table"), "{told}");
}

/// Counts what it is told.
#[derive(Default)]
struct Tally(std::sync::atomic::AtomicU64, std::sync::atomic::AtomicU64);

impl Progress for Tally {
    fn begin(&self, phase: Phase, total: u64) {
        assert_eq!(phase, Phase::Verifying);
        self.0.store(total, std::sync::atomic::Ordering::Relaxed);
    }

    fn advance(&self, steps: u64) {
        self.1.fetch_add(steps, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn progress_tells_of_every_byte() {
    let tally = Tally::default();
    verify_watched(&mut &WHOLE[..], &tally).unwrap();
    let (total, done) = (tally.0.into_inner(), tally.1.into_inner());
    assert_eq!((total, done), (WHOLE.len() as u64, WHOLE.len() as u64));
}
