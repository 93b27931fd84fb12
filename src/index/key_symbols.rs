//! [`KeySymbols`]: whether a compressed text has a lookup key, told without decompressing and folding it.
//!
//! The key of nearly every name is what its characters add to it, one by one. So what a symbol adds can be known before
//! any text is read, and a text is compared with a key code by code, up to eight letters at a time.
//!
//! Symbols are bytes: most of those of Arabic names begin with the second byte of a letter, or end with the first one of
//! another. What such a letter adds is looked up when both of its bytes are there.

use std::sync::LazyLock;

use super::padded::Padded;
use super::texts::ESCAPE;
use crate::text::{self, Image};

/// What each symbol of a table adds to a key.
#[derive(Clone)]
pub(super) struct KeySymbols([KeySymbol; 256]);

impl KeySymbols {
    /// Of the symbols of a table, by their codes.
    pub fn new<'s>(symbols: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let mut all = [KeySymbol::default(); 256];
        for (to, symbol) in all.iter_mut().zip(symbols) {
            *to = KeySymbol::of(symbol);
        }
        Self(all)
    }

    /// Whether the text of these codes has the lookup key, as far as its symbols tell: if not, the text itself must be
    /// asked, for it may hold characters that depend on their neighbours.
    pub fn surely_have(&self, codes: &[u8], key: &str) -> bool {
        Padded::new(key).is_some_and(|padded| self.end_in(codes, &padded) == Some(key.len()))
    }

    /// Where in a key the letters of some codes end; `None` if they are not its first, or if that cannot be told.
    fn end_in(&self, codes: &[u8], key: &Padded) -> Option<usize> {
        let (mut at, mut lead) = (0, 0);
        let mut codes = codes.iter();
        while let Some(&code) = codes.next() {
            let symbol = if code == ESCAPE {
                let Some(byte) = codes.next() else { break };
                KeySymbol::of(std::slice::from_ref(byte))
            } else {
                self.0[usize::from(code)]
            };
            if symbol.is_odd || (lead == 0) != (symbol.head == 0) {
                return None;
            }
            if lead != 0 {
                at = ADDED.get(code_of(lead, symbol.head))?.letters()?.end_in(key, at)?;
            }
            at = symbol.letters.end_in(key, at)?;
            lead = symbol.tail;
        }
        (lead == 0).then_some(at)
    }
}

/// Letters that follow each other in a key: up to eight bytes of UTF-8, and a mask of so many.
#[derive(Clone, Copy, Default)]
struct Letters {
    bytes: u64,
    mask: u64,
    length: usize,
}

impl Letters {
    /// Where they end, if a key has them at `at`. Beyond its end it has none, for no letter is a zero.
    #[inline]
    fn end_in(self, key: &Padded, at: usize) -> Option<usize> {
        key.has(at, self.bytes, self.mask).then_some(at + self.length)
    }

    /// Adds what a character adds; `None` if that depends on its neighbours, or if there is no room for it.
    fn add(&mut self, code: usize) -> Option<()> {
        match text::key_image(char::from_u32(u32::try_from(code).ok()?)?) {
            Image::Letter(letter) => self.push(letter),
            Image::Boundary | Image::Nothing => Some(()),
            Image::InContext => None,
        }
    }

    /// Adds a letter; `None` if there is no room for it.
    fn push(&mut self, letter: char) -> Option<()> {
        for &byte in letter.encode_utf8(&mut [0; 4]).as_bytes() {
            let shift = u32::try_from(8 * self.length).ok()?;
            self.bytes |= u64::from(byte).checked_shl(shift)?;
            self.mask |= 0xFF_u64.checked_shl(shift)?;
            self.length += 1;
        }
        Some(())
    }
}

/// What a symbol adds to a key.
#[derive(Clone, Copy, Default)]
struct KeySymbol {
    /// The letters of the characters that lie in it whole.
    letters: Letters,
    /// The byte with which it ends a character of two bytes that another symbol began, or 0.
    head: u8,
    /// The byte with which it begins one that another ends, or 0.
    tail: u8,
    /// Whether there is something else in it: a longer character, or one that depends on its neighbours.
    is_odd: bool,
}

impl KeySymbol {
    fn of(symbol: &[u8]) -> Self {
        Self::plain(symbol).unwrap_or(Self { is_odd: true, ..Self::default() })
    }

    fn plain(mut bytes: &[u8]) -> Option<Self> {
        let mut symbol = Self::default();
        if let [head @ 0x80..0xC0, rest @ ..] = bytes {
            (symbol.head, bytes) = (*head, rest);
        }
        loop {
            let (code, rest) = match bytes {
                [] => return Some(symbol),
                [lead @ FIRST_LEAD..=LAST_LEAD] => return Some(Self { tail: *lead, ..symbol }),
                [byte @ 0..0x80, rest @ ..] => (usize::from(*byte), rest),
                [lead @ FIRST_LEAD..=LAST_LEAD, byte @ 0x80..0xC0, rest @ ..] => {
                    (code_of(*lead, *byte), rest)
                }
                _ => return None,
            };
            symbol.letters.add(code)?;
            bytes = rest;
        }
    }
}

/// The first bytes of characters of two bytes below [`LOW`].
const FIRST_LEAD: u8 = 0xC2;
const LAST_LEAD: u8 = 0xDB;
/// The characters of two bytes that most names in Latin, Greek, Cyrillic, Hebrew and Arabic script have lie below.
const LOW: usize = 0x700;

/// The code point of a character of two bytes.
#[inline]
fn code_of(lead: u8, byte: u8) -> usize {
    usize::from(lead & 0x1F) << 6 | usize::from(byte & 0x3F)
}

/// What a single character adds: up to three bytes, and above them their number, so that the table stays small.
#[derive(Clone, Copy)]
struct Added(u32);

impl Added {
    const ODD: Self = Self(u32::MAX);

    fn of(code: usize) -> Self {
        let mut letters = Letters::default();
        if letters.add(code).is_none() || letters.length > 3 {
            return Self::ODD;
        }
        Self(letters.bytes as u32 | (letters.length as u32) << 24)
    }

    #[inline]
    fn letters(self) -> Option<Letters> {
        let Self(packed) = self;
        let length = packed >> 24;
        let mask = (1_u64 << (8 * length.min(3))) - 1;
        let bytes = u64::from(packed) & mask;
        (packed != Self::ODD.0).then_some(Letters { bytes, mask, length: length as usize })
    }
}

/// What the characters below [`LOW`] add to a key, by their code points.
static ADDED: LazyLock<Box<[Added; LOW]>> = LazyLock::new(|| Box::new(std::array::from_fn(Added::of)));
