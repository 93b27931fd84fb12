//! [`KeySymbols`]: whether a compressed text has a lookup key, told without decompressing and folding it.
//!
//! The key of nearly every name is what its characters add to it, one by one. So what a symbol adds can be known before
//! any text is read, and the key of a text is put together code by code, up to eight bytes at a time.
//!
//! Symbols are bytes: most of those of Arabic names begin with the second byte of a letter, or end with the first one of
//! another. What a code adds thus depends on where the one before it ended, and that is the state of a finite automaton:
//! a code, in a state, adds some letters and leads to another state. Its table is a few rows of 256 cells. No step of it
//! has a branch that depends on the text, for no processor foretells those.

use std::collections::BTreeSet;

use super::texts::ESCAPE;
use crate::text::{self, Image};

/// What each symbol of a table adds to a key, in every state.
#[derive(Clone)]
pub(super) struct KeySymbols {
    /// A row of [`CODES`] for every state; that of [`START`] comes first.
    steps: Vec<Step>,
    /// The letters of the same cells, up to eight bytes of UTF-8. Apart from the steps, for which each next step waits: so
    /// many more of those lie in the nearest cache.
    letters: Vec<u64>,
}

/// How many codes there are.
const CODES: usize = 256;

/// Keys longer than this are made in the plain way; hardly any is.
const MAX_BYTES: usize = 120;

/// Room for such a key, and for a whole word of letters after its end.
const ROOM: usize = 128;

impl KeySymbols {
    /// Of the symbols of a table, by their codes.
    pub fn new<'s>(symbols: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let mut all = [&[][..]; CODES];
        all.iter_mut().zip(symbols).for_each(|(to, symbol)| *to = symbol);
        let states = States::of(&all);
        let places = states.all().flat_map(|state| (0..=u8::MAX).map(move |code| (state, code)));
        let cell = |(state, code)| states.step(state, code, all[usize::from(code)]).unwrap_or(Cell::ODD);
        let (steps, letters) = places.map(cell).map(|cell| (cell.step, cell.letters)).unzip();
        Self { steps, letters }
    }

    /// Whether the text of these codes has the lookup key, as far as its symbols tell: if not, the text itself must be
    /// asked, for it may hold characters that depend on their neighbours.
    #[inline]
    pub fn surely_have(&self, codes: &[u8], key: &str) -> bool {
        let mut made = [0; ROOM + size_of::<u64>()];
        let (mut end, mut last) = (0, START);
        for &code in codes {
            let at = last.cell(code);
            let (Some(&step), Some(letters)) = (self.steps.get(at), self.letters.get(at)) else {
                return false;
            };
            // Once this goes around the end lies beyond all keys that are told.
            let at = end % ROOM;
            made[at..at + size_of::<u64>()].copy_from_slice(&letters.to_le_bytes());
            end += step.length();
            last = step;
        }
        last.cell(0) == START.cell(0) && end <= MAX_BYTES && made.get(..end) == Some(key.as_bytes())
    }
}

/// How many bytes a code adds, in the low byte: more than any key has if that cannot be told. Above it, the row of the next
/// state, so that with a code in the low byte this is where the next cell is.
#[derive(Clone, Copy)]
struct Step(u16);

/// Leads to the state in which nothing is left over.
const START: Step = Step(0);

impl Step {
    const LENGTH: u16 = 0xFF;

    #[inline]
    fn length(self) -> usize {
        usize::from(self.0 & Self::LENGTH)
    }

    /// The cell of a code after it.
    #[inline]
    fn cell(self, code: u8) -> usize {
        usize::from(self.0 & !Self::LENGTH | u16::from(code))
    }
}

/// What a code adds to a key in some state, and does.
struct Cell {
    step: Step,
    letters: u64,
}

impl Cell {
    /// For symbols with a character that depends on its neighbours, or that lies in more than two symbols.
    const ODD: Self = Self { step: Step(Step::LENGTH), letters: 0 };

    /// What some whole characters add; `None` if one of them depends on its neighbours, or if there is no room.
    fn of(characters: &[u8], next: Step) -> Option<Self> {
        let mut cell = Self { step: next, letters: 0 };
        str::from_utf8(characters).ok()?.chars().try_for_each(|c| cell.add(c))?;
        Some(cell)
    }

    fn add(&mut self, c: char) -> Option<()> {
        match text::key_image(c) {
            Image::Letter(letter) => {
                letter.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| self.push(byte))
            }
            Image::Boundary | Image::Nothing => Some(()),
            Image::InContext => None,
        }
    }

    fn push(&mut self, byte: u8) -> Option<()> {
        let place = u32::from(self.step.0 & Step::LENGTH);
        self.letters |= u64::from(byte).checked_shl(8 * place)?;
        self.step.0 += 1;
        Some(())
    }
}

/// What may be left over after some codes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    /// The first byte of a character of two bytes.
    lead: Option<u8>,
    /// Whether the next code stands for itself.
    is_escaped: bool,
}

/// First bytes of Latin letters with signs, of Cyrillic letters, and of those of Arabic: of each the most frequent.
const USUAL_LEADS: [u8; 7] = [0xC3, 0xC4, 0xC5, 0xD0, 0xD1, 0xD8, 0xD9];

/// The states that matter for a table.
struct States {
    /// The usual first bytes and those that occur in its symbols: after others, which hardly ever are met, nothing can be
    /// told.
    leads: Vec<Option<u8>>,
}

impl States {
    fn of(symbols: &[&[u8]]) -> Self {
        let own = symbols.iter().copied().flatten().copied().filter(|&byte| is_lead(byte));
        let leads: BTreeSet<u8> = USUAL_LEADS.into_iter().chain(own).collect();
        Self { leads: std::iter::once(None).chain(leads.into_iter().map(Some)).collect() }
    }

    /// All of them, in the order of their rows.
    fn all(&self) -> impl Iterator<Item = State> {
        self.leads.iter().flat_map(|&lead| [false, true].map(|is_escaped| State { lead, is_escaped }))
    }

    /// The step that adds nothing and leads to a state.
    fn to(&self, state: State) -> Option<Step> {
        let row = self.all().position(|other| other == state)?;
        u16::try_from(CODES * row).ok().map(Step)
    }

    /// What a code does; `None` if that cannot be told.
    fn step(&self, state: State, code: u8, symbol: &[u8]) -> Option<Cell> {
        if code == ESCAPE && !state.is_escaped {
            return Cell::of(&[], self.to(State { is_escaped: true, ..state })?);
        }
        let added = if state.is_escaped { &[code] } else { symbol };
        let bytes: Vec<u8> = state.lead.into_iter().chain(added.iter().copied()).collect();
        let (characters, lead) = split_lead(&bytes);
        Cell::of(characters, self.to(State { lead, is_escaped: false })?)
    }
}

/// Takes the first byte of a character of two off the end.
fn split_lead(bytes: &[u8]) -> (&[u8], Option<u8>) {
    match bytes.split_last() {
        Some((&last, characters)) if is_lead(last) => (characters, Some(last)),
        _ => (bytes, None),
    }
}

fn is_lead(byte: u8) -> bool {
    matches!(byte, 0xC2..0xE0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::lookup_key;

    /// Beyond the Basic Multilingual Plane few characters are of names.
    fn characters() -> impl Iterator<Item = char> {
        (0..0x1_0000).chain((0x1_0000..=0x10_FFFF).step_by(211)).filter_map(char::from_u32)
    }

    #[test]
    fn of_every_character_among_others() {
        const OTHERS: [&str; 4] = ["a", "أ", "é ", "한"];
        let all: Vec<String> = characters().map(String::from).collect();
        let mut told = 0;
        for some in all.chunks(ESCAPE as usize - OTHERS.len()) {
            let symbols: Vec<&str> = OTHERS.into_iter().chain(some.iter().map(String::as_str)).collect();
            let keys = KeySymbols::new(symbols.iter().map(|symbol| symbol.as_bytes()));
            for (code, c) in (OTHERS.len() as u8..ESCAPE).zip(some) {
                let codes = [0, code, code, 1, code, 2, 3, code];
                let text: String = codes.iter().map(|&code| symbols[usize::from(code)]).collect();
                let key = lookup_key(&text);
                told += usize::from(keys.surely_have(&codes, &key));
                assert!(!keys.surely_have(&codes, &format!("{key}{c}")), "{text:?}");
                // Whatever is told is the key.
                let by_char: String = text.chars().filter_map(letter).collect();
                assert!(by_char == key || !keys.surely_have(&codes, &by_char), "{text:?}");
            }
        }
        assert!(told > 30_000, "{told}");
    }

    fn letter(c: char) -> Option<char> {
        if let Image::Letter(letter) = text::key_image(c) { Some(letter) } else { None }
    }

    #[test]
    fn letters_that_lie_in_two_symbols_are_told() {
        let name = "مصر Łódź".as_bytes();
        let key = lookup_key("مصر Łódź");
        for at in 0..name.len() {
            let (start, end) = name.split_at(at);
            let keys = KeySymbols::new([start, end].into_iter().flat_map(|part| part.chunks(5)));
            let count = (start.len().div_ceil(5) + end.len().div_ceil(5)) as u8;
            let codes: Vec<u8> = (0..count).collect();
            assert!(keys.surely_have(&codes, &key), "{at}");
            assert!(!keys.surely_have(&codes[1..], &key), "{at}");
            assert!(!keys.surely_have(&codes[..codes.len() - 1], &key), "{at}");
        }
    }

    #[test]
    fn escaped_bytes_stand_for_themselves() {
        let keys = KeySymbols::new([&"ص".as_bytes()[..1], b"x"]);
        let [lead, second] = [0, 1].map(|i| "ص".as_bytes()[i]);
        assert!(keys.surely_have(&[0, ESCAPE, second, 1], "صx"));
        assert!(keys.surely_have(&[ESCAPE, lead, ESCAPE, second, ESCAPE, b'y'], "صy"));
        assert!(!keys.surely_have(&[0, ESCAPE, second, ESCAPE], "ص"));
        assert!(!keys.surely_have(&[0, ESCAPE, second, 0], "ص"));
        assert!(!keys.surely_have(&[ESCAPE, ESCAPE], ""));
    }

    #[test]
    fn of_keys_that_are_too_long_nothing_is_told() {
        let keys = KeySymbols::new([b"abcdefgh".as_slice(), b"a"]);
        let codes = [0; 40];
        for count in 0..=codes.len() {
            let key = "abcdefgh".repeat(count);
            assert_eq!(keys.surely_have(&codes[..count], &key), key.len() <= MAX_BYTES, "{count}");
        }
        assert!(!keys.surely_have(&codes, &"abcdefgh".repeat(40 - ROOM / 8)));
    }
}
