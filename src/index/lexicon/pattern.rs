//! What a search looks for.

use super::code_page::{CodePage, Group, NO_CODE};
use super::entries::is_of_alphabet;
use super::state::{BAND, MIDDLE};

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

    /// Whether all its characters are of alphabets.
    pub(super) fn is_of_alphabets(&self) -> bool {
        self.characters.iter().all(|&c| is_of_alphabet(c))
    }

    /// Its codes in a group of a lexicon; [`NO_CODE`] for a character that is not there.
    pub(super) fn codes(&self, page: &CodePage, group: Group) -> impl DoubleEndedIterator<Item = u16> {
        self.characters.iter().map(move |&c| page.code(group, c).unwrap_or(NO_CODE))
    }
}

/// The codes of a pattern in the order of a walk, with so many [`NO_CODE`]s around that every window is full.
#[derive(Default)]
pub(super) struct PatternCodes {
    padded: Vec<u16>,
    length: usize,
}

/// The codes of a pattern around a place: that at index k stands at the place of depth + k − [`MIDDLE`].
pub(super) type Window = [u16; BAND];

impl PatternCodes {
    /// Takes other codes.
    pub(super) fn set(&mut self, codes: impl Iterator<Item = u16>) {
        self.padded.clear();
        self.padded.extend([NO_CODE; MIDDLE]);
        self.padded.extend(codes);
        self.length = self.padded.len() - MIDDLE;
        self.padded.extend([NO_CODE; BAND]);
    }

    /// The number of codes.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// The codes.
    pub(super) fn iter(&self) -> impl Iterator<Item = u16> {
        self.padded.iter().skip(MIDDLE).take(self.length).copied()
    }

    /// The codes around the place that a text of so many characters may have come to; past the end there are none.
    #[inline]
    pub(super) fn window(&self, depth: usize) -> &Window {
        self.padded.get(depth..).and_then(|codes| codes.first_chunk()).unwrap_or(&[NO_CODE; BAND])
    }
}

/// Where in a window a code stands: bit k for index k.
#[inline]
pub(super) fn matches(window: &Window, code: u16) -> u32 {
    let mut bits = 0;
    for (k, &other) in window.iter().enumerate() {
        bits |= u32::from(other == code) << k;
    }
    bits
}
