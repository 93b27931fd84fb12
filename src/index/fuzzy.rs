//! Searches over the keys of a segment that are not look-ups: within an edit distance, and by prefix.

use std::cell::OnceCell;
use std::sync::{Arc, LazyLock};

use fst::automaton::Str;
use fst::map::OpBuilder;
use fst::raw::{Node, Output, Transition};
use fst::{Automaton, Map, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};

use super::{AliasOrdinal, Posting, Segment};

/// Finds the keys within some edits of a query; a transposition of neighbours is one edit.
///
/// The automaton is built once and run over every segment of a stack. After Schulz & Mihov 2002, "Fast string
/// correction with Levenshtein automata".
pub struct FuzzyPattern {
    automaton: DFA,
    /// By state, the bytes on which the automaton does not die there; `None` if they are many.
    live: Vec<OnceCell<Option<Vec<u8>>>>,
    /// By state, whether it leads to nothing but the sink.
    dead: Vec<OnceCell<bool>>,
}

impl FuzzyPattern {
    /// The most edits that can be asked for.
    pub const MAX_EDITS: u8 = 2;

    /// A pattern for keys within `edits` edits of `key`, a lookup key; `edits` above the limit count as the limit.
    pub fn new(key: &str, edits: u8) -> Self {
        static BUILDERS: LazyLock<[LevenshteinAutomatonBuilder; FuzzyPattern::MAX_EDITS as usize + 1]> =
            LazyLock::new(|| [0, 1, 2].map(|edits| LevenshteinAutomatonBuilder::new(edits, true)));
        let automaton = BUILDERS[usize::from(edits.min(Self::MAX_EDITS))].build_dfa(key);
        let states = automaton.num_states();
        Self { automaton, live: vec![OnceCell::new(); states], dead: vec![OnceCell::new(); states] }
    }

    /// Calls `visit` with every key that the pattern accepts and its value, in bytewise order.
    ///
    /// Does what the search of `fst` does, but asks the automaton before it goes to a node, and a node only for the
    /// bytes that the automaton can go on with: most transitions lead nowhere, and reading one is the dear part.
    fn walk<D: AsRef<[u8]>>(&self, keys: &Map<D>, mut visit: impl FnMut(&[u8], u64)) {
        let keys = keys.as_fst();
        let mut key = Vec::new();
        let mut open = vec![Step::new(keys.root(), self.automaton.initial_state(), Output::zero())];
        while let Some(step) = open.last_mut() {
            let Some((transition, state)) = self.next(step) else {
                open.pop();
                key.pop();
                continue;
            };
            let (node, output) = (keys.node(transition.addr), step.output.cat(transition.out));
            key.push(transition.inp);
            if node.is_final() && matches!(self.automaton.distance(state), Distance::Exact(_)) {
                visit(&key, output.cat(node.final_output()).value());
            }
            open.push(Step::new(node, state, output));
        }
    }

    /// The next transition of a node on which the automaton does not die, and where it goes.
    fn next(&self, step: &mut Step<'_>) -> Option<(Transition, u32)> {
        if let Some(live) = self.live_bytes(step.state) {
            while let Some(&byte) = live.get(step.next) {
                step.next += 1;
                if let Some(i) = step.node.find_input(byte) {
                    return Some((step.node.transition(i), self.automaton.transition(step.state, byte)));
                }
            }
            return None;
        }
        while step.next < step.node.len() {
            let transition = step.node.transition(step.next);
            step.next += 1;
            let state = self.automaton.transition(step.state, transition.inp);
            if !self.is_dead(state) {
                return Some((transition, state));
            }
        }
        None
    }

    /// The bytes on which the automaton does not die in a state, ascending, if they are few.
    fn live_bytes(&self, state: u32) -> Option<&[u8]> {
        let live = self.live[state as usize].get_or_init(|| {
            let is_live = |&byte: &u8| !self.is_dead(self.automaton.transition(state, byte));
            let live: Vec<u8> = (0..=u8::MAX).filter(is_live).take(MAX_FEW + 1).collect();
            (live.len() <= MAX_FEW).then_some(live)
        });
        live.as_deref()
    }

    /// Whether no key is accepted from a state on, however it goes on.
    ///
    /// Such are the sink, and the states in which the automaton waits for the last bytes of a character that leads to
    /// the sink: there it goes to the same state on every byte.
    fn is_dead(&self, state: u32) -> bool {
        *self.dead[state as usize].get_or_init(|| {
            let next = |byte| self.automaton.transition(state, byte);
            let only = next(u8::MAX);
            state == SINK_STATE
                || only != state && (0..u8::MAX).all(|byte| next(byte) == only) && self.is_dead(only)
        })
    }
}

/// So many bytes are few: looking them up in a node is cheaper than reading all that the node has.
const MAX_FEW: usize = 4;

/// A node on the way to the current key.
struct Step<'f> {
    node: Node<'f>,
    /// The state of the automaton before the node's transitions.
    state: u32,
    /// The sum of the outputs up to the node.
    output: Output,
    /// What to try next: a transition of the node, or one of the few bytes that the automaton can go on with.
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

    /// Calls `visit` with the aliases under every skeleton key that `pattern` accepts, in bytewise order of the keys; of
    /// each key those of prominent entities first.
    ///
    /// Made for one edit of keys of [`crate::text::MIN_NEAR_SYMBOLS`] or more.
    pub fn search_fuzzy_skeletons(
        &self,
        pattern: &FuzzyPattern,
        mut visit: impl FnMut(&mut dyn Iterator<Item = AliasOrdinal>),
    ) {
        pattern.walk(&self.skeletons, |_, ordinal| visit(&mut self.skeleton_postings(ordinal)));
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
