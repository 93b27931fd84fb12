//! What a search looks for.

use super::{CodePage, Group};

/// A key and a number of edits; made once for a query and searched for in any number of lexicons.
#[derive(Clone, Debug)]
pub struct FuzzyPattern {
    characters: Vec<char>,
    edits: u8,
}

impl FuzzyPattern {
    /// The most edits that can be asked for.
    pub const MAX_EDITS: u8 = 2;

    /// A pattern for what is within `edits` edits of `key`; `edits` above the limit count as the limit.
    pub fn new(key: &str, edits: u8) -> Self {
        Self { characters: key.chars().collect(), edits: edits.min(Self::MAX_EDITS) }
    }

    /// The number of edits.
    pub(super) fn edits(&self) -> u8 {
        self.edits
    }

    /// Writes its codes in a lexicon, [`NO_CODE`] for a character that is not there.
    pub(super) fn encode(&self, page: &CodePage, group: Group, codes: &mut Vec<u16>) {
        codes.clear();
        codes.extend(self.characters.iter().map(|&c| page.code(group, c).unwrap_or(NO_CODE)));
    }
}

/// The code that no character has: the two-byte code of the rank that no character has, and more than a byte.
pub(super) const NO_CODE: u16 = u16::MAX;
