//! [`SharedIds`]: which IDs two segments have in common, for every pair of segments of a stack.
//!
//! To find them is the one step of stacking that reads as much as there is data; a stack that is made of mostly the same
//! segments as another takes them over.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::index::{IdOrdinal, Segment};

/// A segment, by its content.
type Digest = [u8; 32];
/// An ID of two segments, as each of them counts it.
type Shared = (IdOrdinal, IdOrdinal);

/// The common IDs of pairs of segments.
#[derive(Default)]
pub(super) struct SharedIds {
    /// By the digests of the lower and of the upper segment.
    pairs: HashMap<(Digest, Digest), Arc<[Shared]>, FixedState>,
}

impl SharedIds {
    /// Of every pair of `segments`. Those that `known` holds are not looked for again; a new pair of segments with
    /// `m ≤ n` IDs takes `O(m log n)`, and never more than `O(m + n)`.
    pub(super) fn of(segments: &[Arc<Segment>], known: &Self) -> Self {
        let mut pairs = HashMap::default();
        for (i, upper) in segments.iter().enumerate() {
            for lower in &segments[..i] {
                let key = key(lower, upper);
                let shared = || match known.pairs.get(&key) {
                    Some(shared) => Arc::clone(shared),
                    None => find(lower, upper).into(),
                };
                pairs.entry(key).or_insert_with(shared);
            }
        }
        Self { pairs }
    }

    /// What a segment shares with one above it; nothing if the two are no pair of the stack.
    pub(super) fn between(&self, lower: &Segment, upper: &Segment) -> &[Shared] {
        self.pairs.get(&key(lower, upper)).map_or(&[], AsRef::as_ref)
    }
}

fn key(lower: &Segment, upper: &Segment) -> (Digest, Digest) {
    (lower.header().content_digest, upper.header().content_digest)
}

fn find(lower: &Segment, upper: &Segment) -> Vec<Shared> {
    let (few, many) = (lower.id_count().min(upper.id_count()), lower.id_count().max(upper.id_count()));
    // A search in the larger table looks at as many IDs as its count has binary digits.
    if u64::from(few) * u64::from(u32::BITS - many.leading_zeros()) > u64::from(few) + u64::from(many) {
        merge(lower, upper)
    } else if lower.id_count() == few {
        search(lower, upper).collect()
    } else {
        search(upper, lower).map(|(upper, lower)| (lower, upper)).collect()
    }
}

/// Looks each ID of `few` up in `many`.
fn search<'s>(few: &'s Segment, many: &'s Segment) -> impl Iterator<Item = Shared> + 's {
    (0..few.id_count()).filter_map(|id| Some((id, many.find_id(few.id(id))?)))
}

/// Walks both tables, which are in one order.
fn merge(lower: &Segment, upper: &Segment) -> Vec<Shared> {
    let (mut a, mut b) = (0, 0);
    let mut shared = Vec::new();
    while a < lower.id_count() && b < upper.id_count() {
        match lower.id(a).cmp(upper.id(b)) {
            Ordering::Less => a += 1,
            Ordering::Greater => b += 1,
            Ordering::Equal => {
                shared.push((a, b));
                (a, b) = (a + 1, b + 1);
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::index::compile;
    use crate::model::{EntityId, EntityType};
    use crate::pack::{EntityRow, Pack};

    fn segment(ids: &BTreeSet<u8>) -> Arc<Segment> {
        let entity = |id: &u8| {
            let id = EntityId::new(&format!("x:{id}")).unwrap();
            EntityRow::new(id, EntityType::new("city").unwrap(), "Kyiv")
        };
        let pack = Pack { entities: ids.iter().map(entity).collect(), ..Pack::default() };
        Arc::new(Segment::open(Arc::new(compile(&pack).unwrap())).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn every_way_finds_what_both_have(
            a in proptest::collection::btree_set(0..50_u8, 0..30),
            b in proptest::collection::btree_set(0..50_u8, 0..30),
        ) {
            let (lower, upper) = (segment(&a), segment(&b));
            let expected: BTreeSet<String> = a.intersection(&b).map(|id| format!("x:{id}")).collect();
            let found = |shared: &[Shared]| -> BTreeSet<String> {
                assert!(shared.iter().all(|&(a, b)| lower.id(a) == upper.id(b)));
                shared.iter().map(|&(a, _)| lower.id(a).to_owned()).collect()
            };
            prop_assert_eq!(found(&find(&lower, &upper)), expected.clone());
            prop_assert_eq!(found(&merge(&lower, &upper)), expected.clone());
            prop_assert_eq!(found(&search(&lower, &upper).collect::<Vec<_>>()), expected);
        }
    }

    #[test]
    fn what_is_known_is_taken_over_and_what_is_not_used_is_dropped() {
        let segments: Vec<_> = [[1, 2], [2, 3], [1, 3]].map(|ids| segment(&ids.into())).into();
        let first = SharedIds::of(&segments[..2], &SharedIds::default());
        let second = SharedIds::of(&segments, &first);
        assert_eq!((first.pairs.len(), second.pairs.len()), (1, 3));
        let of = |known: &SharedIds| Arc::as_ptr(&known.pairs[&key(&segments[0], &segments[1])]);
        assert_eq!(of(&first), of(&second));
        assert_eq!(second.between(&segments[0], &segments[2]), [(0, 0)]);
        assert_eq!(SharedIds::of(&segments[1..], &second).pairs.len(), 1);
    }
}
