//! Hash tables of cache lines: from the hash of a key to where its postings lie.
//!
//! A bucket is one cache line, and nearly every key lies in the bucket that its hash names: a look-up misses the cache
//! once, whether it finds something or not. The table holds 16 bits of a key and not the key itself, so it may give the
//! head of another key: of 7,000 look-ups of keys that are not there, one does. Whoever looks up makes sure.
//!
//! ```text
//! bucket   10 fingerprints u16   10 heads u32   count u8   reach u8   0 0
//! ```
//!
//! The high bits of the hash choose the bucket, so that a table may have any number of them; the low bits are the
//! fingerprint. A key whose bucket is full lies in the next one that is not, and the reach of its own bucket says how
//! many buckets further its keys may lie. It takes no place from a key whose own bucket that is: else one overflow would
//! bring about the next.

use xxhash_rust::xxh3::xxh3_64;

use super::CompileError;

/// The hash of a key: XXH3, 64 bits, seed 0, of its UTF-8. Made once, it serves for every segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyHash(u64);

impl KeyHash {
    /// Hashes a key.
    #[inline]
    pub fn of(key: &str) -> Self {
        Self(xxh3_64(key.as_bytes()))
    }

    /// The bucket that the hash names among `count`: multiply and shift.
    #[inline]
    fn bucket(self, count: usize) -> usize {
        ((u128::from(self.0) * count as u128) >> 64) as usize
    }

    const fn fingerprint(self) -> u16 {
        self.0 as u16
    }
}

/// Bytes of a bucket: a cache line.
pub(super) const BUCKET_BYTES: usize = 64;
/// Entries of a bucket.
const SLOTS: usize = 10;
const HEADS: usize = 2 * SLOTS;
const COUNT: usize = HEADS + 4 * SLOTS;
const REACH: usize = COUNT + 1;

type Bucket = [u8; BUCKET_BYTES];

/// A table, read in place.
#[derive(Clone, Copy)]
pub(super) struct Table<'a>(&'a [Bucket]);

impl<'a> Table<'a> {
    /// Any bytes make a table that is safe to read; those that are no whole bucket are left out.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.as_chunks().0)
    }

    /// The heads of the keys that have this hash, and perhaps of others.
    #[inline]
    pub fn heads(self, hash: KeyHash) -> Heads<'a> {
        let (at, fingerprint) = (hash.bucket(self.0.len()), hash.fingerprint());
        let bucket = self.0.get(at).unwrap_or(&[0; BUCKET_BYTES]);
        Heads {
            table: self,
            fingerprint,
            at,
            left: bucket[REACH],
            bucket,
            slots: slots_with(bucket, fingerprint),
        }
    }

    /// Brings the bucket of a hash into the cache, so that a look-up soon after does not wait for it.
    ///
    /// A plain read whose result nobody waits for: the processor goes on meanwhile, as it would after a prefetch.
    #[inline]
    pub fn prefetch(self, hash: KeyHash) {
        std::hint::black_box(self.0.get(hash.bucket(self.0.len())).map(|bucket| bucket[COUNT]));
    }
}

/// The heads that a look-up gives.
pub(super) struct Heads<'a> {
    table: Table<'a>,
    fingerprint: u16,
    /// The bucket that is being read, and how many more may hold the key.
    at: usize,
    left: u8,
    bucket: &'a Bucket,
    /// The slots of it with the fingerprint that are still to be given, as bits.
    slots: u32,
}

impl Heads<'_> {
    /// Goes on with a further bucket.
    #[inline]
    fn enter(&mut self, at: usize) {
        let Some(bucket) = self.table.0.get(at) else { return };
        (self.at, self.bucket, self.slots) = (at, bucket, slots_with(bucket, self.fingerprint));
    }
}

impl Iterator for Heads<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        while self.slots == 0 {
            self.left = self.left.checked_sub(1)?;
            let next = self.at + 1;
            self.enter(if next < self.table.0.len() { next } else { 0 });
        }
        let slot = self.slots.trailing_zeros() as usize;
        self.slots &= self.slots - 1;
        Some(head_of(self.bucket, slot))
    }
}

/// The filled slots of a bucket with a fingerprint, as bits. Four fingerprints are compared at a time.
#[inline]
fn slots_with(bucket: &Bucket, fingerprint: u16) -> u32 {
    let words: &[[u8; 8]] = bucket.as_chunks().0;
    let wanted = u64::from(fingerprint) * LANES;
    let (first, second) = (u64::from_le_bytes(words[0]) ^ wanted, u64::from_le_bytes(words[1]) ^ wanted);
    // Of the third word two lanes are a head, and no slots that are filled.
    let third = u64::from_le_bytes(words[2]) ^ wanted;
    if lowest_zero_lane(first) | lowest_zero_lane(second) | lowest_zero_lane(third) == 0 {
        return 0;
    }
    let slots = zero_lanes(first) | zero_lanes(second) << 4 | zero_lanes(third) << 8;
    let filled = (1 << bucket[COUNT].min(SLOTS as u8)) - 1;
    slots & filled
}

/// The lowest bit of each of four lanes of 16 bits.
const LANES: u64 = 0x0001_0001_0001_0001;

/// The top bit of the lowest of four lanes that is 0, and of perhaps some above it; 0 if none is (Warren, "Hacker's Delight",
/// 6-1).
#[inline]
const fn lowest_zero_lane(word: u64) -> u64 {
    word.wrapping_sub(LANES) & !word & (LANES << 15)
}

/// Which of four lanes are 0, as bits: no carry leaves a lane (the same), and multiplication brings the bits together.
#[inline]
const fn zero_lanes(word: u64) -> u32 {
    const REST: u64 = LANES * 0x7FFF;
    const GATHER: u64 = 1 << 48 | 1 << 33 | 1 << 18 | 1 << 3;
    let zero = !(((word & REST) + REST) | word | REST) >> 15;
    (zero.wrapping_mul(GATHER) >> 48) as u32
}

#[inline]
fn head_of(bucket: &Bucket, slot: usize) -> u32 {
    let at = HEADS + 4 * slot;
    u32::from_le_bytes([bucket[at], bucket[at + 1], bucket[at + 2], bucket[at + 3]])
}

/// The share of the slots that are filled, in hundredths.
#[derive(Clone, Copy, Debug)]
pub(super) enum Load {
    /// Then of fourteen keys one lies outside of its bucket.
    Fast = 85,
    /// Then one of ten does.
    Dense = 95,
}

/// How often a table is made twice as large because some key would lie beyond the reach of its bucket.
const MAX_DOUBLINGS: u32 = 4;

/// Makes the table of some keys' hashes and heads: the same entries in the same order make the same bytes. `O(n)`.
///
/// Fails only if thousands of keys have one hash, which no names have.
pub(super) fn build_table(entries: &[(KeyHash, u32)], load: Load) -> Result<Vec<u8>, CompileError> {
    let least = (entries.len() * 100).div_ceil(SLOTS * load as usize);
    let sizes = (0..=MAX_DOUBLINGS).map(|doublings| least << doublings);
    sizes.into_iter().find_map(|buckets| filled(entries, buckets)).ok_or(CompileError::TooLarge {
        what: "keys that are alike",
        limit: (SLOTS * (usize::from(u8::MAX) + 1)) as u64,
    })
}

/// The table of so many buckets; `None` if some key would lie too far from its own.
fn filled(entries: &[(KeyHash, u32)], buckets: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; buckets * BUCKET_BYTES];
    let table: &mut [Bucket] = bytes.as_chunks_mut().0;
    let mut overflowing = Vec::new();
    for &(hash, head) in entries {
        if !table.get_mut(hash.bucket(buckets)).is_some_and(|bucket| push(bucket, hash, head)) {
            overflowing.push((hash, head));
        }
    }
    for (hash, head) in overflowing {
        let home = hash.bucket(buckets);
        let step =
            (1..=u8::MAX).find(|&step| push(&mut table[(home + usize::from(step)) % buckets], hash, head))?;
        table[home][REACH] = table[home][REACH].max(step);
    }
    Some(bytes)
}

/// Puts an entry into a bucket; `false` if that is full.
fn push(bucket: &mut Bucket, hash: KeyHash, head: u32) -> bool {
    let slot = usize::from(bucket[COUNT]);
    if slot == SLOTS {
        return false;
    }
    bucket[2 * slot..2 * slot + 2].copy_from_slice(&hash.fingerprint().to_le_bytes());
    bucket[HEADS + 4 * slot..HEADS + 4 * slot + 4].copy_from_slice(&head.to_le_bytes());
    bucket[COUNT] += 1;
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn entries(count: u32) -> Vec<(KeyHash, u32)> {
        (0..count).map(|i| (KeyHash::of(&format!("key {i}")), i)).collect()
    }

    #[test]
    fn every_key_is_found_and_hardly_another() {
        for count in [0, 1, 9, 10, 11, 1000, 100_000] {
            let entries = entries(count);
            let bytes = build_table(&entries, Load::Fast).unwrap();
            let table = Table::new(&bytes);
            assert!(entries.iter().all(|&(hash, head)| table.heads(hash).any(|found| found == head)));
            let absent = (0..10_000).map(|i| KeyHash::of(&format!("no key {i}")));
            let lies: usize = absent.map(|hash| table.heads(hash).count()).sum();
            assert!(lies <= 10, "{lies} of 10,000 among {count}");
        }
        assert_eq!(build_table(&entries(100_000), Load::Dense).unwrap().len(), 100_000 * 10 / 95 * 64 + 64);
    }

    #[test]
    fn buckets_that_are_full_overflow_to_the_next_ones_and_around() {
        // All of them in the last bucket of any table.
        let entries: Vec<_> = (0..95).map(|i| (KeyHash(u64::MAX - i), i as u32)).collect();
        let bytes = build_table(&entries, Load::Fast).unwrap();
        assert_eq!(bytes.len(), 12 * BUCKET_BYTES);
        assert!(
            entries.iter().all(|&(hash, head)| Table::new(&bytes).heads(hash).any(|found| found == head))
        );
    }

    /// As many alike as lie within the reach of a bucket, and one more: in a table twice as large they have two homes.
    #[test]
    fn a_table_is_made_twice_as_large_where_keys_lie_too_far() {
        let count = (SLOTS * (usize::from(u8::MAX) + 1) + 1) as u32;
        let least = (count as usize * 100).div_ceil(SLOTS * Load::Fast as usize);
        let half = u64::MAX / least as u64 / 2;
        let hash = |i: u32| KeyHash(if i < count / 2 { u64::from(i) } else { half + 2 + u64::from(i) });
        let entries: Vec<_> = (0..count).map(|i| (hash(i), i)).collect();
        assert!(entries.iter().all(|(hash, _)| hash.bucket(least) == 0));
        let bytes = build_table(&entries, Load::Fast).unwrap();
        assert_eq!(bytes.len(), 2 * least * BUCKET_BYTES);
        let table = Table::new(&bytes);
        assert!(entries.iter().all(|&(hash, head)| table.heads(hash).any(|found| found == head)));
    }

    #[test]
    fn equal_hashes_lie_side_by_side_up_to_thousands() {
        let hash = KeyHash::of("كوريا");
        let alike = |count: u32| (0..count).map(|head| (hash, head)).collect::<Vec<_>>();
        let bytes = build_table(&alike(2000), Load::Fast).unwrap();
        let found: BTreeSet<u32> = Table::new(&bytes).heads(hash).collect();
        assert!(found.into_iter().eq(0..2000));
        let error = build_table(&alike(100_000), Load::Dense).unwrap_err();
        assert!(error.to_string().contains("keys that are alike"), "{error}");
    }

    #[test]
    fn few_keys_lie_outside_of_their_bucket() {
        for (load, most) in [(Load::Fast, 0.075), (Load::Dense, 0.11)] {
            let entries = entries(100_000);
            let bytes = build_table(&entries, load).unwrap();
            let table = Table::new(&bytes);
            let is_home = |&&(hash, head): &&(KeyHash, u32)| {
                let bucket = table.0[hash.bucket(table.0.len())];
                (0..SLOTS).any(|slot| head_of(&bucket, slot) == head)
            };
            let outside = 1.0 - entries.iter().filter(is_home).count() as f64 / entries.len() as f64;
            assert!(outside < most, "{load:?}: {outside}");
        }
    }

    proptest! {
        #[test]
        fn slots_are_those_of_the_fingerprint(
            fingerprints in proptest::array::uniform10(0..4_u16),
            heads in proptest::array::uniform10(any::<u32>()),
            scale in proptest::sample::select(vec![1, 0x100, 0x3FFF, 0x5555]),
            count in 0..=12_u8,
            wanted in 0..4_u16,
        ) {
            let mut bucket = [0; BUCKET_BYTES];
            for (slot, (fingerprint, head)) in fingerprints.into_iter().zip(heads).enumerate() {
                bucket[2 * slot..][..2].copy_from_slice(&(fingerprint * scale).to_le_bytes());
                bucket[HEADS + 4 * slot..][..4].copy_from_slice(&head.to_le_bytes());
            }
            bucket[COUNT] = count;
            let is_meant = |slot: &usize| *slot < usize::from(count) && fingerprints[*slot] == wanted;
            let slots: u32 = (0..SLOTS).filter(is_meant).map(|slot| 1 << slot).sum();
            prop_assert_eq!(slots_with(&bucket, wanted * scale), slots);
        }

        #[test]
        fn any_bytes_are_harmless(bytes in proptest::collection::vec(any::<u8>(), 0..400), key in "\\PC{0,8}") {
            let (table, hash) = (Table::new(&bytes), KeyHash::of(&key));
            table.prefetch(hash);
            prop_assert!(table.heads(hash).count() <= 256 * SLOTS);
        }
    }
}
