//! Texts, compressed one by one so that each can be read alone.
//!
//! After Boncz, Neumann & Leis 2020, "FSST: Fast Random Access String Compression" (PVLDB 13): a code of one byte stands
//! for a symbol of one to eight bytes; the code 255 says that the next byte stands for itself. Names in Arabic script have
//! a table of symbols of their own, and so have descriptions: a table is no better than what its texts have in common.
//!
//! The tables are trained when a segment is written. What reads them is here and checks every bound: any bytes are some
//! text, or none.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use xxhash_rust::xxh3::xxh3_64;

use super::key_symbols::KeySymbols;
use super::padded::Padded;
use crate::text::{self, NameKeys};

/// Which table of symbols a text is compressed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A name that holds Arabic letters.
    Arabic = 0,
    /// Any other name.
    Other = 1,
    /// A description.
    Description = 2,
}

impl Sort {
    pub const ALL: [Self; 3] = [Self::Arabic, Self::Other, Self::Description];

    pub fn of_name(name: &str) -> Self {
        if name.chars().any(text::is_arabic) { Self::Arabic } else { Self::Other }
    }
}

/// A text of a segment, not yet decompressed. Cheap to copy; reading it takes tens of nanoseconds.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub codes: &'a [u8],
    pub symbols: &'a SymbolTable,
}

impl Text<'_> {
    pub fn read(self) -> String {
        let mut text = String::new();
        self.read_into(&mut text);
        text
    }

    /// Whether this is what the codes stand for. Reads no further than to the first difference.
    pub fn is(self, text: &str) -> bool {
        match Padded::new(text) {
            Some(padded) => self.symbols.end_in(self.codes, &padded) == Some(text.len()),
            None => self.read() == text,
        }
    }

    /// Whether the lookup key of the text is `key`: nearly always told by its symbols.
    pub fn has_key(self, key: &str) -> bool {
        self.symbols.keys().surely_have(self.codes, key) || NameKeys::new(&self.read()).key() == key
    }

    /// Replaces what `text` holds.
    pub fn read_into(self, text: &mut String) {
        let mut bytes = std::mem::take(text).into_bytes();
        bytes.clear();
        self.symbols.decode(self.codes, &mut bytes);
        *text = String::from_utf8(bytes).unwrap_or_default();
    }
}

/// The code before a byte that stands for itself.
pub(super) const ESCAPE: u8 = u8::MAX;
/// The most bytes of a symbol.
const SYMBOL_BYTES: usize = 8;

/// What the codes stand for.
#[derive(Clone)]
pub(super) struct SymbolTable {
    symbols: [[u8; SYMBOL_BYTES]; 256],
    lengths: [u8; 256],
    /// Made when they are asked for first.
    keys: OnceLock<Box<KeySymbols>>,
}

impl SymbolTable {
    /// Reads a table: a count, then of each symbol its length and its bytes. Gives the bytes after it as well; `None` if
    /// there are too few, or if a symbol is too long.
    pub fn parse(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let mut table = Self { symbols: [[0; SYMBOL_BYTES]; 256], lengths: [0; 256], keys: OnceLock::new() };
        let (&count, mut rest) = bytes.split_first()?;
        let places = table.symbols.iter_mut().zip(&mut table.lengths);
        for (symbol, length) in places.take(usize::from(count)) {
            let (&bytes, after) = rest.split_first()?;
            let (bytes, after) = after.split_at_checked(usize::from(bytes))?;
            symbol.get_mut(..bytes.len())?.copy_from_slice(bytes);
            (*length, rest) = (bytes.len() as u8, after);
        }
        Some((table, rest))
    }

    /// What the symbols add to lookup keys.
    fn keys(&self) -> &KeySymbols {
        self.keys.get_or_init(|| {
            let symbols = self.symbols.iter().zip(&self.lengths);
            let symbols = symbols.map(|(symbol, &length)| symbol.get(..length.into()).unwrap_or_default());
            Box::new(KeySymbols::new(symbols))
        })
    }

    /// Where in a text what the codes stand for ends; `None` if it does not begin with that.
    ///
    /// Zeros among the bytes that the codes stand for may end beyond the text.
    fn end_in(&self, codes: &[u8], text: &Padded) -> Option<usize> {
        let mut at = 0;
        let mut codes = codes.iter();
        while let Some(&code) = codes.next() {
            let (symbol, length) = if code == ESCAPE {
                let Some(&byte) = codes.next() else { break };
                (u64::from(byte), 1)
            } else {
                let symbol = u64::from_le_bytes(self.symbols[usize::from(code)]);
                (symbol, usize::from(self.lengths[usize::from(code)]))
            };
            if !text.has(at, symbol, *LOW_BYTES.get(length)?) {
                return None;
            }
            at += length;
        }
        Some(at)
    }

    /// Appends what the codes stand for. Codes without a symbol stand for nothing.
    fn decode(&self, codes: &[u8], out: &mut Vec<u8>) {
        let mut end = out.len();
        // Whole symbols are copied, whatever their length, so there must be room for the longest.
        out.resize(end + codes.len() * SYMBOL_BYTES, 0);
        let mut codes = codes.iter();
        while let Some(&code) = codes.next() {
            if code == ESCAPE {
                let Some(&byte) = codes.next() else { break };
                if let Some(to) = out.get_mut(end) {
                    *to = byte;
                }
                end += 1;
            } else {
                if let Some(to) = out.get_mut(end..end + SYMBOL_BYTES) {
                    to.copy_from_slice(&self.symbols[usize::from(code)]);
                }
                end += usize::from(self.lengths[usize::from(code)]);
            }
        }
        out.truncate(end);
    }
}

/// Masks of so many low bytes of a word.
const LOW_BYTES: [u64; SYMBOL_BYTES + 1] =
    [0, 0xFF, 0xFFFF, 0xFF_FFFF, !0 >> 32, !0 >> 24, !0 >> 16, !0 >> 8, !0];

/// Picks the texts that a table is trained on: those of the smallest hashes, so that neither the order in which texts come
/// nor how they are dealt to threads makes a difference.
#[derive(Default)]
pub(super) struct Sample {
    picked: BTreeSet<(u64, Box<str>)>,
}

impl Sample {
    /// More than the training looks at.
    const SIZE: usize = 2048;

    pub fn offer(&mut self, text: &str) {
        let hash = xxh3_64(text.as_bytes());
        let is_full = self.picked.len() == Self::SIZE;
        if is_full && self.picked.last().is_some_and(|(largest, _)| hash > *largest) {
            return;
        }
        if self.picked.insert((hash, text.into())) && is_full {
            self.picked.pop_last();
        }
    }
}

/// Compresses texts.
pub(super) struct Compressor(fsst::Compressor);

impl Compressor {
    /// Trains a table; the same sample gives the same table.
    pub fn train(sample: &Sample) -> Self {
        Self(fsst::Compressor::train(&sample.picked.iter().map(|(_, text)| text.as_bytes()).collect()))
    }

    pub fn compress(&self, text: &str) -> Vec<u8> {
        self.0.compress(text.as_bytes())
    }

    /// Appends the table as [`SymbolTable::parse`] reads it.
    pub fn write_symbols(&self, out: &mut Vec<u8>) {
        let symbols = || self.0.symbol_table().iter().zip(self.0.symbol_lengths()).take(self.0.n_symbols());
        out.push(symbols().count() as u8);
        for (symbol, &length) in symbols() {
            out.push(length);
            out.extend(symbol.to_u64().to_le_bytes().iter().take(usize::from(length)));
        }
    }
}

/// What compresses texts, by [`Sort`].
pub(super) struct Compressors([Compressor; Sort::ALL.len()]);

impl Compressors {
    pub fn train(samples: &[Sample; Sort::ALL.len()]) -> Self {
        Self(samples.each_ref().map(Compressor::train))
    }

    pub fn compress(&self, sort: Sort, text: &str) -> Vec<u8> {
        self.0[sort as usize].compress(text)
    }

    /// The section of their symbols.
    pub fn symbols(&self) -> Vec<u8> {
        let mut symbols = Vec::new();
        self.0.iter().for_each(|compressor| compressor.write_symbols(&mut symbols));
        symbols
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compressor<'a>(texts: impl IntoIterator<Item = &'a str>) -> Compressor {
        let mut sample = Sample::default();
        texts.into_iter().for_each(|text| sample.offer(text));
        Compressor::train(&sample)
    }

    fn table(compressor: &Compressor) -> SymbolTable {
        let mut bytes = Vec::new();
        compressor.write_symbols(&mut bytes);
        let (table, rest) = SymbolTable::parse(&bytes).unwrap();
        assert!(rest.is_empty());
        table
    }

    fn read(codes: &[u8], symbols: &SymbolTable) -> String {
        Text { codes, symbols }.read()
    }

    #[test]
    fn names_become_shorter_and_are_read_back() {
        let names: Vec<String> = (0..3000).map(|i| format!("محافظة بني سويف {}", i % 97)).collect();
        let compressor = compressor(names.iter().map(String::as_str));
        let table = table(&compressor);
        for name in &names {
            let codes = compressor.compress(name);
            assert!(codes.len() * 2 < name.len(), "{} of {} bytes", codes.len(), name.len());
            assert_eq!(read(&codes, &table), *name);
        }
        let mut reused = "what it held before".to_owned();
        Text { codes: &compressor.compress("بني"), symbols: &table }.read_into(&mut reused);
        assert_eq!(reused, "بني");
    }

    #[test]
    fn the_order_of_texts_makes_no_difference() {
        let names: Vec<String> =
            (0..5000).map(|i: u32| format!("name {}", i.wrapping_mul(2_654_435_761))).collect();
        let symbols = |compressor: Compressor| {
            let mut bytes = Vec::new();
            compressor.write_symbols(&mut bytes);
            bytes
        };
        let forwards = symbols(compressor(names.iter().map(String::as_str)));
        assert!(forwards.len() > 100);
        assert_eq!(forwards, symbols(compressor(names.iter().rev().map(String::as_str))));
        assert_eq!(forwards, symbols(compressor(names.iter().chain(&names).map(String::as_str))));
    }

    #[test]
    fn tables_that_are_cut_short_or_hold_long_symbols_are_refused() {
        for bytes in [&[][..], &[1], &[1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[2, 1, b'a', 3, b'b', b'c']] {
            assert!(SymbolTable::parse(bytes).is_none(), "{bytes:?}");
        }
    }

    /// Whether a text has a key is told as its keys say, by whatever symbols it is compressed.
    fn check_keys(trained: &[String], names: &[String], others: &[String]) {
        let compressor = compressor(trained.iter().map(String::as_str));
        let table = table(&compressor);
        for name in names {
            let codes = compressor.compress(name);
            let text = Text { codes: &codes, symbols: &table };
            let key = text::lookup_key(name);
            assert!(text.has_key(&key), "{name:?} has {key:?}");
            for other in others.iter().map(|other| text::lookup_key(other)).filter(|other| *other != key) {
                assert!(!text.has_key(&other), "{name:?} has not {other:?}");
                assert!(!table.keys().surely_have(&codes, &other), "{name:?} has not {other:?}");
            }
        }
    }

    #[test]
    fn symbols_tell_the_keys_of_plain_names() {
        let names = ["أبو ظبي", "القاهرة الكبرى", "عَمّان", "Al-Qaeda", "Łódź", "Erdoğan", "Москва", "الشرقية"];
        let names: Vec<String> = names.map(str::to_owned).into();
        let trained: Vec<String> = (0..2000).map(|i| names[i % names.len()].clone()).collect();
        let compressor = compressor(trained.iter().map(String::as_str));
        let table = table(&compressor);
        for name in names.iter().map(String::as_str).chain(["", "غزة", "x"]) {
            assert!(table.keys().surely_have(&compressor.compress(name), &text::lookup_key(name)), "{name}");
        }
        check_keys(&trained, &names, &names);
    }

    #[test]
    fn of_long_names_and_those_that_fold_in_context_the_text_is_asked() {
        let names = ["é", "e\u{301}", "か\u{3099}", "東京", "\u{FDFA}", "هی\u{654}ة"].map(str::to_owned);
        let long = "محافظة بني سويف ".repeat(20);
        let names = [names.as_slice(), &[long]].concat();
        let trained: Vec<String> = names.iter().cycle().take(400).cloned().collect();
        check_keys(&trained, &names, &names);
    }

    proptest! {
        // Training a table takes as long as a hundred other cases.
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn texts_have_their_keys_and_no_others(
            trained in proptest::collection::vec("([\u{620}-\u{64A}]{1,3} ?|[A-Za-zà-ž]{1,4}|[\u{0}-\u{7FF}]|\\PC){0,12}", 1..40),
            names in proptest::collection::vec("([\u{620}-\u{655}]{1,4} ?|[A-Za-zà-ž]{1,4}|[\u{0}-\u{7FF}]|\\PC){0,12}", 0..6),
        ) {
            check_keys(&trained, &[trained.as_slice(), &names].concat(), &[trained.as_slice(), &names].concat());
        }
    }

    proptest! {
        #[test]
        fn any_codes_have_the_key_of_what_they_stand_for(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            codes in proptest::collection::vec(any::<u8>(), 0..20),
            key in "\\PC{0,8}",
        ) {
            if let Some((symbols, _)) = SymbolTable::parse(&bytes) {
                let text = Text { codes: &codes, symbols: &symbols };
                let own = text::lookup_key(&text.read());
                prop_assert!(text.has_key(&own));
                prop_assert_eq!(text.has_key(&key), own == key);
                prop_assert!(own == key || !symbols.keys().surely_have(&codes, &key));
            }
        }

        #[test]
        fn any_text_is_read_back(trained in proptest::collection::vec("\\PC{0,40}", 0..50), text in "(?s).{0,300}") {
            let compressor = compressor(trained.iter().map(String::as_str).chain([text.as_str()]));
            let table = table(&compressor);
            for text in trained.iter().chain([&text]) {
                let codes = compressor.compress(text);
                prop_assert_eq!(&read(&codes, &table), text);
                let is = |other: &str| Text { codes: &codes, symbols: &table }.is(other);
                let (longer, shorter) = (format!("{text}a"), text.chars().skip(1).collect::<String>());
                prop_assert!(is(text) && !is(&longer) && (shorter == *text || !is(&shorter)));
            }
        }

        #[test]
        fn any_bytes_are_harmless(
            table in proptest::collection::vec(any::<u8>(), 0..600),
            codes in proptest::collection::vec(any::<u8>(), 0..600),
        ) {
            if let Some((table, _)) = SymbolTable::parse(&table) {
                let text = read(&codes, &table);
                prop_assert!(text.len() <= codes.len() * SYMBOL_BYTES);
                let is_it = Text { codes: &codes, symbols: &table }.is(&text);
                prop_assert!(text.is_empty() || is_it);
            }
        }
    }
}
