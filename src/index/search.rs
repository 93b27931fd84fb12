//! Searches over the keys of a segment that are not look-ups: within an edit distance, and by prefix.

use std::sync::Arc;

use super::lexicon::{FuzzyPattern, WorkBudget};
use super::table::KeyHash;
use super::{AliasOrdinal, Posting, Segment};
use crate::text;

impl Segment {
    /// Calls `visit` with the aliases under every key that `pattern` accepts, in bytewise order of the keys.
    pub fn search_fuzzy(
        &self,
        pattern: &FuzzyPattern,
        budget: &mut WorkBudget,
        mut visit: impl FnMut(&mut dyn Iterator<Item = Posting>),
    ) {
        self.keys.search(pattern, budget, |key, _| visit(&mut self.lookup_known(key)));
    }

    /// Calls `visit` with every token that `pattern` accepts, in bytewise order.
    pub fn search_fuzzy_tokens(
        &self,
        pattern: &FuzzyPattern,
        budget: &mut WorkBudget,
        mut visit: impl FnMut(&str),
    ) {
        self.tokens.search(pattern, budget, |token, _| visit(token));
    }

    /// Calls `visit` with the aliases under each of some skeleton keys that are there, as [`Segment::lookup_skeleton`]
    /// gives them; of each key those of prominent entities first.
    pub fn search_near_skeletons(
        &self,
        keys: &NearSkeletons,
        mut visit: impl FnMut(&mut dyn Iterator<Item = AliasOrdinal>),
    ) {
        let table = self.skeleton_table();
        for keys in keys.0.chunks(AHEAD) {
            keys.iter().for_each(|&key| table.prefetch(key));
            keys.iter().for_each(|&key| visit(&mut self.skeleton_postings(key)));
        }
    }
}

/// Keys that are readied before the first of them is looked up: as many as a core can wait for at once, or some more.
const AHEAD: usize = 32;

/// The skeleton keys within one edit of a key, itself among them; made once, they serve for every segment.
///
/// There are few symbols, so that trying out every neighbour takes less time than a walk of an automaton, and no memory.
/// Digits and the symbol of an initial vowel stay as they are: a number is never another, and a key that is long enough
/// to be looked for so has no vowel.
pub struct NearSkeletons(Vec<KeyHash>);

impl NearSkeletons {
    /// The neighbours of a key: a consonant more, less or other, or two symbols that have changed places.
    pub fn new(key: &str) -> Self {
        let symbols: Vec<char> = key.chars().collect();
        let mut near =
            Neighbours { key: String::with_capacity(key.len() + 4), hashes: vec![KeyHash::of(key)] };
        for at in 0..=symbols.len() {
            let (before, after) = symbols.split_at(at);
            // Of the places in a row of one symbol where another of it, or one less, makes the same key, the first one.
            let is_first = |symbol| before.last() != Some(&symbol);
            for &symbol in text::skeleton_consonants().iter().filter(|&&symbol| is_first(symbol)) {
                near.add(before, &[symbol], after);
            }
            let Some((&first, rest)) = after.split_first().filter(|&(&first, _)| is_consonant(first)) else {
                continue;
            };
            if is_first(first) {
                near.add(before, &[], rest);
            }
            for &symbol in text::skeleton_consonants().iter().filter(|&&symbol| symbol != first) {
                near.add(before, &[symbol], rest);
            }
        }
        for (at, pair) in symbols.windows(2).enumerate() {
            if let &[first, second] = pair
                && first != second
                && (is_consonant(first) || is_consonant(second))
            {
                near.add(&symbols[..at], &[second, first], &symbols[at + 2..]);
            }
        }
        Self(near.hashes)
    }
}

fn is_consonant(symbol: char) -> bool {
    text::skeleton_consonants().contains(&symbol)
}

/// Hashes of keys, each made in the same buffer.
struct Neighbours {
    key: String,
    hashes: Vec<KeyHash>,
}

impl Neighbours {
    fn add(&mut self, before: &[char], middle: &[char], after: &[char]) {
        self.key.clear();
        self.key.extend(before.iter().chain(middle).chain(after));
        self.hashes.push(KeyHash::of(&self.key));
    }
}

/// Calls `visit` with every key of a stack of segments that begins with `prefix`, in bytewise order, for at most `limit`
/// keys; and with each segment that has it, by index, and the aliases under it there.
///
/// One search over all segments, so that the limit falls on the same keys however they are dealt to segments.
pub fn search_prefix(
    segments: &[Arc<Segment>],
    prefix: &str,
    limit: usize,
    mut visit: impl FnMut(&str, usize, &mut dyn Iterator<Item = Posting>),
) {
    let mut streams: Vec<_> = segments.iter().map(|segment| segment.keys.keys(prefix)).collect();
    let mut heads: Vec<Option<String>> =
        streams.iter_mut().map(|keys| keys.next_key().map(str::to_owned)).collect();
    for _ in 0..limit {
        let Some(key) = heads.iter().flatten().min().cloned() else { return };
        for (index, head) in heads.iter_mut().enumerate() {
            if head.as_ref() != Some(&key) {
                continue;
            }
            if let Some(segment) = segments.get(index) {
                visit(&key, index, &mut segment.lookup_known(&key));
            }
            *head = streams.get_mut(index).and_then(|keys| keys.next_key().map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn neighbours_are_the_keys_within_one_edit_of_consonants(key in "[ABG14]{2,5}", other in "[ABG14]{1,6}") {
            let others = |key: &str| key.chars().filter(|&symbol| !is_consonant(symbol)).collect::<String>();
            let is_near = strsim::osa_distance(&key, &other) <= 1 && others(&key) == others(&other);
            prop_assert_eq!(NearSkeletons::new(&key).0.contains(&KeyHash::of(&other)), is_near);
        }

        #[test]
        fn neighbours_are_made_once(key in "[ABG14]{2,8}") {
            let hashes = NearSkeletons::new(&key).0;
            prop_assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), hashes.len());
        }
    }
}
