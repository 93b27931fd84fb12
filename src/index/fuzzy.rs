//! Searches over the keys of a segment that are not look-ups: within an edit distance, and by prefix.

use std::sync::LazyLock;

use fst::automaton::Str;
use fst::{Automaton, IntoStreamer, Streamer};
use levenshtein_automata::{DFA, LevenshteinAutomatonBuilder};

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
}

impl Segment {
    /// Calls `visit` with the aliases under every key that `pattern` accepts, in bytewise order of the keys.
    pub fn search_fuzzy(
        &self,
        pattern: &FuzzyPattern,
        mut visit: impl FnMut(&mut dyn Iterator<Item = Posting>),
    ) {
        let mut stream = self.keys.search(&pattern.automaton).into_stream();
        while let Some((_, ordinal)) = stream.next() {
            visit(&mut self.key_postings(ordinal));
        }
    }

    /// Calls `visit` with every token that `pattern` accepts, in bytewise order.
    pub fn search_fuzzy_tokens(&self, pattern: &FuzzyPattern, mut visit: impl FnMut(&str)) {
        let mut stream = self.tokens.search(&pattern.automaton).into_stream();
        while let Some((token, _)) = stream.next() {
            visit(std::str::from_utf8(token).unwrap_or_default());
        }
    }

    /// Calls `visit` with the aliases under every key that begins with `prefix`, in bytewise order, for at most
    /// `limit` keys.
    pub fn search_prefix(
        &self,
        prefix: &str,
        limit: usize,
        mut visit: impl FnMut(&mut dyn Iterator<Item = Posting>),
    ) {
        let mut stream = self.keys.search(Str::new(prefix).starts_with()).into_stream();
        let mut seen = 0;
        while let Some((_, ordinal)) = stream.next() {
            visit(&mut self.key_postings(ordinal));
            seen += 1;
            if seen == limit {
                break;
            }
        }
    }
}
