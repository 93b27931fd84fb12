//! Numbers the characters of a lexicon, so that a key is a string of one-byte or two-byte codes.

use std::collections::BTreeMap;

use super::LexiconError;
use crate::index::CompileError;

/// The characters of a lexicon, the most frequent first; the place of a character is its rank.
///
/// A key all of whose characters are among the first [`CodePage::NARROW_CHARACTERS`] is of the narrow group: a byte a
/// character. Every other key is of the wide group: two bytes a character, the more significant first. In both,
/// [`CODE_OF_RANK`] makes the byte.
///
/// Its serialised form is the text of its characters in UTF-8.
pub(crate) struct CodePage {
    characters: Vec<char>,
    /// Ranks of the characters below `NEAR_END`; [`NO_RANK`] where there is none.
    near: Box<[u16; NEAR_END as usize]>,
    /// Ranks of all others, sorted by character.
    far: Vec<(char, u16)>,
}

/// Characters below are ranked by table: U+0000–07FF, of which Latin, Greek, Cyrillic, Hebrew and Arabic are.
const NEAR_END: u32 = 0x800;

/// The rank that no character has.
const NO_RANK: u16 = u16::MAX;

/// The code that no character has: in two bytes that of the rank that no character has, and more than one byte.
pub(super) const NO_CODE: u16 = u16::MAX;

/// Which keys: those of one byte or those of two bytes a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// All characters are among the most frequent.
    Narrow,
    /// Some are not.
    Wide,
}

impl Group {
    /// Bytes of a code.
    pub(crate) const fn width(self) -> usize {
        match self {
            Self::Narrow => 1,
            Self::Wide => 2,
        }
    }

    /// Turns the codes of a key around, code by code: the bytes of a wide code keep their order.
    pub(crate) fn reverse(self, codes: &mut [u8]) {
        codes.reverse();
        if self == Self::Wide {
            codes.as_chunks_mut::<2>().0.iter_mut().for_each(|code| code.reverse());
        }
    }
}

/// How often each character occurs in the keys of a lexicon.
#[derive(Clone, Debug)]
pub(crate) struct CharacterCounts {
    /// Of characters below `NEAR_END`, in whose scripts nearly all keys are.
    near: Box<[u64; NEAR_END as usize]>,
    /// Of all others.
    far: BTreeMap<char, u64>,
}

impl Default for CharacterCounts {
    fn default() -> Self {
        Self { near: Box::new([0; NEAR_END as usize]), far: BTreeMap::new() }
    }
}

impl CharacterCounts {
    /// Counts the characters of a key.
    pub(crate) fn add(&mut self, key: &str) {
        for c in key.chars() {
            match self.near.get_mut(c as usize) {
                Some(count) => *count += 1,
                None => *self.far.entry(c).or_default() += 1,
            }
        }
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (sum, count) in self.near.iter_mut().zip(other.near.iter()) {
            *sum += count;
        }
        for (&c, count) in &other.far {
            *self.far.entry(c).or_default() += count;
        }
    }

    /// The characters that were counted, each with its count.
    fn iter(&self) -> impl Iterator<Item = (char, u64)> {
        let near = (0..NEAR_END).zip(self.near.iter()).filter(|(_, count)| **count > 0);
        let near = near.filter_map(|(c, &count)| Some((char::from_u32(c)?, count)));
        near.chain(self.far.iter().map(|(&c, &count)| (c, count)))
    }
}

impl CodePage {
    /// The most characters that a lexicon may have in all.
    pub(crate) const MAX_CHARACTERS: usize = NO_RANK as usize;
    /// The number of characters that a narrow key may have.
    pub(crate) const NARROW_CHARACTERS: usize = 250;

    /// Ranks the characters: the most frequent first, of equally frequent ones that of the lower code point.
    pub(crate) fn new(counts: &CharacterCounts) -> Result<Self, CompileError> {
        let mut ranked: Vec<(char, u64)> = counts.iter().collect();
        if ranked.len() > Self::MAX_CHARACTERS {
            let limit = Self::MAX_CHARACTERS as u64;
            return Err(CompileError::TooLarge { what: "distinct characters", limit });
        }
        ranked.sort_by_key(|&(c, count)| (std::cmp::Reverse(count), c));
        Ok(Self::of(ranked.into_iter().map(|(c, _)| c).collect()))
    }

    /// Reads the serialised form; refuses what is no UTF-8, has a character twice, or too many.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, LexiconError> {
        let text = std::str::from_utf8(bytes).map_err(|_| LexiconError::Page("it is no UTF-8"))?;
        let page = Self::of(text.chars().take(Self::MAX_CHARACTERS + 1).collect());
        if page.characters.len() > Self::MAX_CHARACTERS {
            return Err(LexiconError::Page("it has too many characters"));
        }
        let in_order = page.characters.iter().enumerate().all(|(i, &c)| page.rank(c) == Some(i as u16));
        let is_sorted = page.far.is_sorted_by(|(a, _), (b, _)| a < b);
        if in_order && is_sorted { Ok(page) } else { Err(LexiconError::Page("it has a character twice")) }
    }

    /// The serialised form.
    pub(crate) fn write(&self) -> String {
        self.characters.iter().collect()
    }

    fn of(characters: Vec<char>) -> Self {
        let mut near = Box::new([NO_RANK; NEAR_END as usize]);
        let mut far = Vec::new();
        for (&c, rank) in characters.iter().zip(0..NO_RANK) {
            match near.get_mut(c as usize) {
                Some(slot) => *slot = rank,
                None => far.push((c, rank)),
            }
        }
        far.sort_unstable();
        Self { characters, near, far }
    }

    /// The group of a key; `None` if a character is not of this page, so that no key of the lexicon has it.
    pub(super) fn group(&self, key: &str) -> Option<Group> {
        let greatest = key.chars().try_fold(0, |greatest, c| Some(self.rank(c)?.max(greatest)))?;
        Some(if narrow_code(greatest).is_some() { Group::Narrow } else { Group::Wide })
    }

    /// Writes the codes of a key into `codes`, whatever was there, and tells its group; `None` if a character is not of
    /// this page.
    pub(crate) fn encode(&self, key: &str, codes: &mut Vec<u8>) -> Option<Group> {
        codes.clear();
        let group = self.group(key)?;
        codes.extend(self.bytes(group, key));
        Some(group)
    }

    /// The codes of a key of a group.
    pub(super) fn bytes(&self, group: Group, key: &str) -> impl Iterator<Item = u8> {
        let code = move |c| self.code(group, c).unwrap_or(NO_CODE).to_be_bytes();
        key.chars().flat_map(move |c| code(c).into_iter().skip(2 - group.width()))
    }

    /// The code of a character in a group, if it has one there.
    pub(super) fn code(&self, group: Group, c: char) -> Option<u16> {
        let rank = self.rank(c)?;
        match group {
            Group::Narrow => narrow_code(rank).map(u16::from),
            Group::Wide => Some(wide_code(rank)),
        }
    }

    /// The character of a code, if there is one.
    pub(super) fn character(&self, group: Group, code: u16) -> Option<char> {
        let [high, low] = code.to_be_bytes().map(|byte| u16::from(RANK_OF_CODE[usize::from(byte)]));
        let rank = match group {
            Group::Narrow => low,
            Group::Wide => high << 8 | low,
        };
        self.characters.get(usize::from(rank)).copied()
    }

    /// The rank of a character, if it is of this page.
    fn rank(&self, c: char) -> Option<u16> {
        if let Some(&rank) = self.near.get(c as usize) {
            return (rank != NO_RANK).then_some(rank);
        }
        let i = self.far.binary_search_by_key(&c, |&(c, _)| c).ok()?;
        self.far.get(i).map(|&(_, rank)| rank)
    }
}

fn narrow_code(rank: u16) -> Option<u8> {
    (usize::from(rank) < CodePage::NARROW_CHARACTERS).then(|| CODE_OF_RANK[usize::from(rank)])
}

fn wide_code(rank: u16) -> u16 {
    u16::from_be_bytes(rank.to_be_bytes().map(|byte| CODE_OF_RANK[usize::from(byte)]))
}

/// The 63 bytes that `fst` stores in the byte of a node of one transition, the most frequent first as it has them; every
/// other costs a byte more. (Its table of common inputs is part of its format.)
pub(super) const CHEAP: &[u8; 63] = b"te/oasripcnw.hlm-du012g=:bf3y5&_4v9678k%?xCDASFIBEjPTzRNM+LOqHG";

/// The bytes in the order in which they are given to ranks: first the cheap ones, then the others in their own order.
const CODE_OF_RANK: [u8; 256] = {
    let mut codes = [0; 256];
    let mut is_cheap = [false; 256];
    let mut next = 0;
    while next < CHEAP.len() {
        codes[next] = CHEAP[next];
        is_cheap[CHEAP[next] as usize] = true;
        next += 1;
    }
    let mut byte = 0;
    while byte < 256 {
        if !is_cheap[byte] {
            codes[next] = byte as u8;
            next += 1;
        }
        byte += 1;
    }
    codes
};

/// The inverse of [`CODE_OF_RANK`].
const RANK_OF_CODE: [u8; 256] = {
    let mut ranks = [0; 256];
    let mut rank = 0;
    while rank < 256 {
        ranks[CODE_OF_RANK[rank] as usize] = rank as u8;
        rank += 1;
    }
    ranks
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(keys: &[&str]) -> CodePage {
        let mut counts = CharacterCounts::default();
        for key in keys {
            counts.add(key);
        }
        CodePage::new(&counts).unwrap()
    }

    #[test]
    fn frequent_characters_come_first_and_equals_by_code_point() {
        assert_eq!(page(&["مصر", "مم", "zرa"]).write(), "مرazص");
    }

    #[test]
    fn a_page_is_read_as_written() {
        let text: String = ('一'..).take(400).chain("مصرabc😀".chars()).collect();
        assert_eq!(CodePage::read(text.as_bytes()).unwrap().write(), text);
    }

    #[test]
    fn a_page_of_nonsense_is_refused() {
        let too_many: String = ('\u{10000}'..).take(CodePage::MAX_CHARACTERS + 1).collect();
        for bytes in [&b"\xED\xA0\x80"[..], b"aba", "一二一".as_bytes(), too_many.as_bytes()] {
            assert!(CodePage::read(bytes).is_err());
        }
    }

    #[test]
    fn only_so_many_characters_have_codes() {
        let keys: Vec<String> =
            ('\u{10000}'..).take(CodePage::MAX_CHARACTERS + 1).map(String::from).collect();
        let mut counts = CharacterCounts::default();
        keys.iter().skip(1).for_each(|key| counts.add(key));
        assert!(CodePage::new(&counts).is_ok());
        counts.add(&keys[0]);
        assert!(matches!(CodePage::new(&counts), Err(CompileError::TooLarge { .. })));
    }

    #[test]
    fn cheap_bytes_are_one_byte_nodes_of_fst() {
        let size = |byte: u8| {
            let keys = [vec![b'a', byte, b'a', b'a'], vec![b'b', b'a', b'a']];
            fst::Set::from_iter(keys).unwrap().as_fst().as_bytes().len()
        };
        let cheapest = size(b't');
        assert!(CHEAP.iter().all(|&byte| size(byte) == cheapest));
        assert_eq!((0..=255).filter(|&byte| size(byte) == cheapest).count(), CHEAP.len());
    }

    proptest! {
        #[test]
        fn codes_are_those_of_the_characters(key in "[a-zابت一-龥😀-😏]{0,20}", wide in any::<bool>()) {
            let others: String = if wide { ('\u{20000}'..).take(300).collect() } else { String::new() };
            let page = page(&[&others.repeat(21), &key]);
            let mut codes = vec![7];
            let group = page.encode(&key, &mut codes).unwrap();
            prop_assert_eq!(codes.len(), key.chars().count() * group.width());
            prop_assert_eq!(group == Group::Wide, wide && !key.is_empty());
            let decode = |codes: &[u8]| -> String {
                let code = |code: &[u8]| code.iter().fold(0, |code, &byte| code << 8 | u16::from(byte));
                codes.chunks(group.width()).map(|bytes| page.character(group, code(bytes)).unwrap()).collect()
            };
            prop_assert_eq!(decode(&codes), &*key);
            group.reverse(&mut codes);
            prop_assert_eq!(decode(&codes), key.chars().rev().collect::<String>());
            prop_assert_eq!(page.encode("\u{7}", &mut codes), None);
        }
    }
}
