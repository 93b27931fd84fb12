//! Posting lists: the aliases under a key, a skeleton key or a token.
//!
//! Most keys and skeleton keys have one posting, and then it is the head itself that a [table](super::table) gives. The
//! others have a list of words of 32 bits: how many postings there are, and the postings, prominent entities first.
//!
//! A token may have as many postings as the segment has aliases, so its list is of bytes: what is known of them in all,
//! which token it is of the first alias (so that a reader can make sure), their number, and the alias ordinals, ascending,
//! each as what it adds to the one before. Numbers are varints: seven bits a byte, the low ones first, and the top bit says
//! that there are more (LEB128).

use super::{AliasOrdinal, CompileError};

/// Set in a head that says where a list begins: in words for postings, in bytes for tokens.
pub(super) const LIST: u32 = 1 << 31;

/// Lists of postings under construction.
#[derive(Default)]
pub(super) struct PostingLists {
    words: Vec<u8>,
}

impl PostingLists {
    /// Adds the postings of a key, of which there is at least one; gives their head.
    pub fn add(&mut self, postings: &[u32]) -> Result<u32, CompileError> {
        if let [alone] = postings {
            return Ok(*alone);
        }
        let head = head("words of postings", self.words.len() / 4)?;
        self.words.extend_from_slice(&(postings.len() as u32).to_le_bytes());
        self.words.extend(postings.iter().flat_map(|posting| posting.to_le_bytes()));
        Ok(head)
    }

    /// The section.
    pub fn into_bytes(self) -> Vec<u8> {
        self.words
    }
}

/// The head of a list that begins at `at`.
fn head(what: &'static str, at: usize) -> Result<u32, CompileError> {
    let limit = u64::from(LIST - 1);
    u32::try_from(at)
        .ok()
        .filter(|&at| at < LIST)
        .map(|at| at | LIST)
        .ok_or(CompileError::TooLarge { what, limit })
}

/// The postings of a key.
#[derive(Clone)]
pub(super) struct Postings<'a> {
    alone: Option<u32>,
    list: std::slice::Iter<'a, [u8; 4]>,
}

impl<'a> Postings<'a> {
    /// Those of a head, in the section of the lists; none if it points nowhere.
    pub fn new(section: &'a [u8], head: u32) -> Self {
        if head & LIST == 0 {
            return Self { alone: Some(head), list: [].iter() };
        }
        let words = section.as_chunks::<4>().0.get((head & !LIST) as usize..).unwrap_or_default();
        let list = words.split_first().map_or(&[][..], |(count, rest)| {
            let count = u32::from_le_bytes(*count) as usize;
            &rest[..count.min(rest.len())]
        });
        Self { alone: None, list: list.iter() }
    }
}

/// The first byte of the list that a head says, if it says one; for who brings it into the cache.
#[inline]
pub(super) fn first_byte(section: &[u8], head: u32) -> Option<u8> {
    if head & LIST == 0 {
        return None;
    }
    section.get(4 * (head & !LIST) as usize).copied()
}

impl Iterator for Postings<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        self.alone.take().or_else(|| self.list.next().map(|word| u32::from_le_bytes(*word)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = usize::from(self.alone.is_some()) + self.list.len();
        (len, Some(len))
    }
}

impl ExactSizeIterator for Postings<'_> {}

/// What is known of the aliases of a token, by the rows of their own segment alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenBearers {
    /// Whether one is a person's.
    pub has_person: bool,
    /// Whether one is a person's whose given name comes first, and the token is that given name.
    pub has_given_name: bool,
}

impl TokenBearers {
    const PERSON: u8 = 1;
    const GIVEN_NAME: u8 = 2;

    fn to_byte(self) -> u8 {
        (u8::from(self.has_person) * Self::PERSON) | (u8::from(self.has_given_name) * Self::GIVEN_NAME)
    }

    fn from_byte(byte: u8) -> Self {
        Self { has_person: byte & Self::PERSON != 0, has_given_name: byte & Self::GIVEN_NAME != 0 }
    }

    /// What is known of two sets of aliases together.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::from_byte(self.to_byte() | other.to_byte())
    }
}

/// Lists of tokens under construction.
#[derive(Default)]
pub(super) struct TokenLists {
    bytes: Vec<u8>,
}

impl TokenLists {
    /// Adds the list of a token: its aliases, which ascend, and of the first which of its tokens it is. Gives the head.
    pub fn add(
        &mut self,
        bearers: TokenBearers,
        place: u32,
        aliases: &[AliasOrdinal],
    ) -> Result<u32, CompileError> {
        let head = head("bytes of token lists", self.bytes.len())?;
        self.bytes.push(bearers.to_byte());
        push_varint(&mut self.bytes, place);
        push_varint(&mut self.bytes, aliases.len() as u32);
        let mut last = 0;
        for &alias in aliases {
            push_varint(&mut self.bytes, alias.wrapping_sub(last));
            last = alias;
        }
        Ok(head)
    }

    /// The section.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// The list of a token, read in place.
#[derive(Clone)]
pub(super) struct TokenList<'a> {
    pub bearers: TokenBearers,
    /// Which token of the first alias it is.
    pub place: u32,
    pub aliases: TokenAliases<'a>,
}

impl<'a> TokenList<'a> {
    /// The list of a head, in the section of the lists; `None` if it points nowhere.
    pub fn new(section: &'a [u8], head: u32) -> Option<Self> {
        let (&bearers, mut bytes) = section.get((head & !LIST) as usize..)?.split_first()?;
        let place = take_varint(&mut bytes)?;
        // Each takes a byte at least, so that no more is promised than there can be.
        let left = take_varint(&mut bytes)?.min(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        let bearers = TokenBearers::from_byte(bearers);
        Some(Self { bearers, place, aliases: TokenAliases { bytes, last: 0, left } })
    }
}

/// The aliases of a token, ascending; how many is known at once.
#[derive(Clone, Default)]
pub(super) struct TokenAliases<'a> {
    bytes: &'a [u8],
    last: AliasOrdinal,
    left: u32,
}

impl Iterator for TokenAliases<'_> {
    type Item = AliasOrdinal;

    #[inline]
    fn next(&mut self) -> Option<AliasOrdinal> {
        self.left = self.left.checked_sub(1)?;
        self.last = self.last.wrapping_add(take_varint(&mut self.bytes)?);
        Some(self.last)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for TokenAliases<'_> {}

/// Appends a varint.
pub(super) fn push_varint(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Takes a varint off the front; `None` if it has no end within five bytes.
#[inline]
pub(super) fn take_varint(bytes: &mut &[u8]) -> Option<u32> {
    if let [low @ 0..0x80, rest @ ..] = *bytes {
        *bytes = rest;
        return Some(u32::from(*low));
    }
    if let [low, high @ 0..0x80, rest @ ..] = *bytes {
        *bytes = rest;
        return Some(u32::from(low & 0x7F) | u32::from(*high) << 7);
    }
    take_long_varint(bytes)
}

fn take_long_varint(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0;
    for shift in [0, 7, 14, 21, 28] {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn postings_are_given_back_in_their_order(
            lists in proptest::collection::vec(proptest::collection::vec(0..LIST, 1..6), 0..20)
        ) {
            let mut section = PostingLists::default();
            let heads: Vec<u32> = lists.iter().map(|list| section.add(list).unwrap()).collect();
            let section = section.into_bytes();
            for (list, head) in lists.iter().zip(heads) {
                prop_assert_eq!(Postings::new(&section, head).len(), list.len());
                prop_assert!(Postings::new(&section, head).eq(list.iter().copied()));
            }
        }

        #[test]
        fn the_aliases_of_tokens_are_given_back(
            lists in proptest::collection::vec((proptest::collection::btree_set(any::<u32>(), 1..40), 0..4_u8), 0..20)
        ) {
            let mut section = TokenLists::default();
            let mut heads = Vec::new();
            for (aliases, bearers) in &lists {
                let aliases: Vec<u32> = aliases.iter().copied().collect();
                heads.push(section.add(TokenBearers::from_byte(*bearers), aliases[0], &aliases).unwrap());
            }
            let section = section.into_bytes();
            for ((aliases, bearers), head) in lists.iter().zip(heads) {
                let list = TokenList::new(&section, head).unwrap();
                prop_assert_eq!(list.bearers.to_byte(), *bearers);
                prop_assert_eq!(list.aliases.len(), aliases.len());
                prop_assert_eq!(Some(&list.place), aliases.first());
                prop_assert!(list.aliases.eq(aliases.iter().copied()));
            }
        }

        #[test]
        fn any_bytes_are_harmless(bytes in proptest::collection::vec(any::<u8>(), 0..60), head in 0..80_u32) {
            prop_assert!(Postings::new(&bytes, head | LIST).count() <= bytes.len() / 4);
            if let Some(list) = TokenList::new(&bytes, head | LIST) {
                prop_assert!(list.aliases.len() <= bytes.len());
                prop_assert!(list.aliases.count() <= bytes.len());
            }
        }
    }
}
