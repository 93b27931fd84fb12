//! Every target over its seeds and thousands of mutations of each, the same in each run and on any toolchain.
//!
//! `YAQUT_FUZZ_MUTATIONS` says how many; `YAQUT_WRITE_SEEDS=1` writes the segments among the seeds anew, for when format or
//! rules have changed.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use yaqut_fuzz::{normalise, pack_tables, segment, segment_mended, segment_open};

/// Mutations of each seed, if nobody says how many.
const MUTATIONS: u64 = 1000;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target)
}

/// The seeds of a target, in the order of their names.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder(target)).unwrap().map(Result::unwrap);
    let mut seeds: Vec<_> = entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    seeds
}

/// Numbers that look random and are the same in each run: `splitmix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// One to eight changes, each of another kind.
fn mutated(seed: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(16)).min(bytes.len());
        match random.below(7) {
            _ if bytes.is_empty() => bytes.push(random.next() as u8),
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF, b'\t', b'\n'][random.below(7)],
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.insert(at, random.next() as u8),
            5 => bytes.splice(at..at, bytes[at..end].to_vec()).for_each(drop),
            _ => {
                let from = random.below(other.len());
                let piece = &other[from..(from + 32).min(other.len())];
                bytes.splice(at..end, piece.iter().copied()).for_each(drop);
            }
        }
    }
    bytes
}

fn check(target: &str, run: impl Fn(&[u8])) {
    let mutations = std::env::var("YAQUT_FUZZ_MUTATIONS").ok().and_then(|count| count.parse().ok());
    let seeds = seeds(target);
    let mut random = Random(1);
    let try_one = |what: &str, bytes: &[u8]| {
        let ended = catch_unwind(AssertUnwindSafe(|| run(bytes)));
        assert!(ended.is_ok(), "{target} fails on {what}: {bytes:?}");
    };
    try_one("nothing", &[]);
    for (name, seed) in &seeds {
        try_one(name, seed);
        for i in 0..mutations.unwrap_or(MUTATIONS) {
            let other = &seeds[random.below(seeds.len())].1;
            try_one(&format!("mutation {i} of {name}"), &mutated(seed, other, &mut random));
        }
    }
}

#[test]
fn segment_open() {
    check("segment_open", segment_open::run);
}

#[test]
fn segment_mended() {
    check("segment_mended", segment_mended::run);
}

#[test]
fn normalise() {
    check("normalise", normalise::run);
}

#[test]
fn pack_tables() {
    check("pack_tables", pack_tables::run);
}

#[cfg(feature = "requests")]
#[test]
fn request_decode() {
    check("request_decode", yaqut_fuzz::request_decode::run);
}

#[test]
fn the_segments_among_the_seeds_are_those_of_this_build() {
    let sample = segment::sample();
    for target in ["segment_open", "segment_mended"] {
        let path = folder(target).join("sample.yaqut");
        if std::env::var_os("YAQUT_WRITE_SEEDS").is_some() {
            fs::write(&path, &sample).unwrap();
        }
        let is_current = fs::read(&path).is_ok_and(|seed| seed == sample);
        assert!(is_current, "{} is of another build; YAQUT_WRITE_SEEDS=1 writes it anew", path.display());
    }
}
