//! Searches over the keys of a segment that are not look-ups: within an edit distance, and by prefix.

use std::sync::{Arc, LazyLock};

use fst::automaton::Str;
use fst::map::OpBuilder;
use fst::raw::{Node, Output};
use fst::{Automaton, Map, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};

use super::{Posting, Segment};

/// Finds the keys within some edits of a query; a transposition of neighbours is one edit.
///
/// The automaton is built once and run over every segment of a stack. After Schulz & Mihov 2002, "Fast string
/// correction with Levenshtein automata".
pub struct FuzzyPattern {
    automaton: DFA,
}

impl FuzzyPattern {
    /// The most edits that can be asked for.
    pub const MAX_EDITS: u8 = 2;

    /// A pattern for keys within `edits` edits of `key`, a lookup key; `edits` above the limit count as the limit.
    pub fn new(key: &str, edits: u8) -> Self {
        static BUILDERS: LazyLock<[LevenshteinAutomatonBuilder; FuzzyPattern::MAX_EDITS as usize + 1]> =
            LazyLock::new(|| [0, 1, 2].map(|edits| LevenshteinAutomatonBuilder::new(edits, true)));
        Self { automaton: BUILDERS[usize::from(edits.min(Self::MAX_EDITS))].build_dfa(key) }
    }

    /// Calls `visit` with every key that the pattern accepts and its value, in bytewise order.
    ///
    /// Does what the search of `fst` does, but asks the automaton before it goes to a node: most transitions lead
    /// nowhere, and reading a node is the dear part.
    fn walk<D: AsRef<[u8]>>(&self, keys: &Map<D>, mut visit: impl FnMut(&[u8], u64)) {
        let keys = keys.as_fst();
        let mut key = Vec::new();
        let mut open = vec![Step::new(keys.root(), self.automaton.initial_state(), Output::zero())];
        while let Some(step) = open.last_mut() {
            if step.next == step.node.len() {
                open.pop();
                key.pop();
                continue;
            }
            let transition = step.node.transition(step.next);
            step.next += 1;
            let state = self.automaton.transition(step.state, transition.inp);
            if state == SINK_STATE {
                continue;
            }
            let (node, output) = (keys.node(transition.addr), step.output.cat(transition.out));
            key.push(transition.inp);
            if node.is_final() && matches!(self.automaton.distance(state), Distance::Exact(_)) {
                visit(&key, output.cat(node.final_output()).value());
            }
            open.push(Step::new(node, state, output));
        }
    }
}

/// A node on the way to the current key.
struct Step<'f> {
    node: Node<'f>,
    /// The state of the automaton before the node's transitions.
    state: u32,
    /// The sum of the outputs up to the node.
    output: Output,
    /// The transition to try next.
    next: usize,
}

impl<'f> Step<'f> {
    fn new(node: Node<'f>, state: u32, output: Output) -> Self {
        Self { node, state, output, next: 0 }
    }
}

impl Segment {
    /// Calls `visit` with the aliases under every key that `pattern` accepts, in bytewise order of the keys.
    pub fn search_fuzzy(
        &self,
        pattern: &FuzzyPattern,
        mut visit: impl FnMut(&mut dyn Iterator<Item = Posting>),
    ) {
        pattern.walk(&self.keys, |_, ordinal| visit(&mut self.key_postings(ordinal)));
    }

    /// Calls `visit` with every token that `pattern` accepts, in bytewise order.
    pub fn search_fuzzy_tokens(&self, pattern: &FuzzyPattern, mut visit: impl FnMut(&str)) {
        pattern.walk(&self.tokens, |token, _| visit(std::str::from_utf8(token).unwrap_or_default()));
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
    let streams = segments.iter().map(|segment| segment.keys.search(Str::new(prefix).starts_with()));
    let mut keys = streams.collect::<OpBuilder<'_>>().union();
    for _ in 0..limit {
        let Some((key, found)) = keys.next() else { return };
        for found in found {
            let Some(segment) = segments.get(found.index) else { continue };
            let key = std::str::from_utf8(key).unwrap_or_default();
            visit(key, found.index, &mut segment.key_postings(found.value));
        }
    }
}

#[cfg(test)]
mod tests {
    use fst::IntoStreamer;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_walk_finds_what_the_search_of_the_map_finds(
            keys in proptest::collection::btree_set("[ابتaé平]{1,8}", 0..200), query in "[ابتaé平]{0,8}", edits in 0..=2_u8
        ) {
            let map = Map::from_iter(keys.iter().zip(7_u64..)).unwrap();
            let pattern = FuzzyPattern::new(&query, edits);
            let mut stream = map.search(&pattern.automaton).into_stream();
            let mut expected = Vec::new();
            while let Some((key, value)) = stream.next() {
                expected.push((key.to_vec(), value));
            }
            let mut found = Vec::new();
            pattern.walk(&map, |key, value| found.push((key.to_vec(), value)));
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn a_pattern_accepts_the_keys_within_its_edits(key in "[ابaé]{1,7}", query in "[ابaé]{1,7}", edits in 0..=2_u8) {
            let map = Map::from_iter([(&key, 0)]).unwrap();
            let mut is_found = false;
            FuzzyPattern::new(&query, edits).walk(&map, |_, _| is_found = true);
            prop_assert_eq!(is_found, strsim::osa_distance(&key, &query) <= usize::from(edits));
        }
    }
}
