//! A lexicon: a set of strings, the keys; to be listed by prefix, and searched within an edit distance.
//!
//! The characters of the keys are numbered by frequency ([`CodePage`]), and a key is the string of its codes: of one byte
//! each in the narrow group, of two in the wide one. Each group is two automata in the format of `fst`: one of the
//! codes as they are and one of the codes turned around. A search walks the one or the other, whichever has the exact
//! part of the key first.
//!
//! | part | what |
//! |---|---|
//! | page | UTF-8 text: the characters, each once, the most frequent first |
//! | narrow, forward and backward | `fst`, version 3, over codes of one byte |
//! | wide, forward and backward | `fst`, version 3, over codes of two bytes; backwards the codes are turned around, not their bytes |
//!
//! To write one: count the characters of all keys, make the page, encode each key, sort the codes of each group
//! bytewise, forwards and turned around ([`Group::reverse`]), and give each list to a [`CodesWriter`]. Whatever the bytes
//! are when it is read, nothing panics: what makes no sense is not there.

mod automaton;
mod budget;
mod code_page;
mod codes;
mod codes_writer;
mod entries;
mod found;
mod keys;
mod node_writer;
mod pattern;
mod register;
mod search;
mod split;
mod state;
mod walk;
#[cfg(test)]
mod writer;

pub use budget::WorkBudget;
pub(crate) use code_page::{CharacterCounts, CodePage, Group};
pub(crate) use codes_writer::CodesWriter;
pub(crate) use keys::Keys;
pub use pattern::FuzzyPattern;

use std::sync::OnceLock;

use automaton::Automaton;
use entries::Entries;

/// The byte strings of which a lexicon is made, of whatever kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LexiconParts<B> {
    /// The characters.
    pub(crate) page: B,
    /// Codes of narrow keys.
    pub(crate) narrow_forward: B,
    /// Codes of narrow keys, turned around.
    pub(crate) narrow_backward: B,
    /// Codes of wide keys.
    pub(crate) wide_forward: B,
    /// Codes of wide keys, turned around.
    pub(crate) wide_backward: B,
}

/// Why the bytes of a lexicon were refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LexiconError {
    /// The characters.
    #[error("the characters of a lexicon: {0}")]
    Page(&'static str),
    /// An automaton.
    #[error("an automaton of a lexicon: {0}")]
    Automaton(&'static str),
}

/// A lexicon in place. Opening it reads the page, which is `O(characters)`, and the ends of the automata.
pub(crate) struct Lexicon<B> {
    page: CodePage,
    narrow: Directions<B>,
    wide: Directions<B>,
    /// Those of the backward automaton; made when they are asked for first.
    wide_entries: OnceLock<Option<Entries>>,
}

/// The two automata of a group.
struct Directions<B> {
    forward: Automaton<B>,
    backward: Automaton<B>,
}

impl<B: AsRef<[u8]>> Lexicon<B> {
    /// Opens a lexicon; checks the page and the frame of each automaton.
    pub(crate) fn open(parts: LexiconParts<B>) -> Result<Self, LexiconError> {
        let directions = |forward, backward| -> Result<_, LexiconError> {
            Ok(Directions { forward: Automaton::open(forward)?, backward: Automaton::open(backward)? })
        };
        Ok(Self {
            page: CodePage::read(parts.page.as_ref())?,
            narrow: directions(parts.narrow_forward, parts.narrow_backward)?,
            wide: directions(parts.wide_forward, parts.wide_backward)?,
            wide_entries: OnceLock::new(),
        })
    }

    /// The keys that begin with `prefix`, in bytewise order of UTF-8, one at a time. Each costs no more than its length
    /// times the transitions of the nodes on its way.
    pub(crate) fn keys(&self, prefix: &str) -> Keys<'_> {
        let group = |group| (group, self.group(group).forward.view());
        Keys::new(&self.page, [group(Group::Narrow), group(Group::Wide)], prefix)
    }

    /// Calls `visit` with every key within the edits of `pattern`, and how many it is away: by optimal string alignment,
    /// where a transposition of neighbours is one edit and nothing is edited twice. In bytewise order of UTF-8.
    ///
    /// Ends early when `budget` is spent, which says so; then some keys may be missing.
    ///
    /// Allocates nothing once a thread has searched as much before.
    pub(crate) fn search(
        &self,
        pattern: &FuzzyPattern,
        budget: &mut WorkBudget,
        visit: impl FnMut(&str, u8),
    ) {
        let group = |group: Group| {
            let Directions { forward, backward } = self.group(group);
            let (forward, backward) = (forward.view(), backward.view());
            // Only with two edits one of them may be the very first step backwards.
            let are_entries_of_use = group == Group::Wide && pattern.edits() > 1 && pattern.is_of_alphabets();
            let entries = || self.wide_entries.get_or_init(|| Entries::new(&self.page, backward)).as_ref();
            let entries = if are_entries_of_use { entries() } else { None };
            search::GroupView { group, forward, backward, entries }
        };
        search::search(&self.page, [group(Group::Narrow), group(Group::Wide)], pattern, budget, visit);
    }

    fn group(&self, group: Group) -> &Directions<B> {
        match group {
            Group::Narrow => &self.narrow,
            Group::Wide => &self.wide,
        }
    }
}

#[cfg(test)]
mod tests;
