//! [`Explainable`]: which letters of the other script may stand beside a name, told by sets of letters.
//!
//! Most names that share a skeleton, or nearly, have a letter that nothing in the other name explains. Sets are compared in
//! a fraction of the time of an alignment.

use std::sync::LazyLock;

use super::{ROUNDING, UNEXPLAINED};
use crate::text::sounds::{self, Sound, is_own_letter};
use crate::text::tables::{self, SOUNDS};
use crate::text::{keys, letters};

/// A set of letters of one script, by the low bits of their code points: several may share a bit, so that a set may seem to
/// hold more than it does. Word divisions and digits are in none.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct LetterSet(u64);

impl LetterSet {
    /// Of letters as [`sounds::spelled`] gives them.
    fn of<'c>(letters: impl IntoIterator<Item = &'c char>) -> Self {
        let letters = letters.into_iter().filter(|&&c| c != ' ' && !c.is_ascii_digit());
        Self(letters.fold(0, |set, &c| set | 1 << (c as u32 % u64::BITS)))
    }

    fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The bits that are set.
    fn bits(self) -> impl Iterator<Item = usize> {
        (0..u64::BITS as usize).filter(move |bit| self.0 >> bit & 1 == 1)
    }
}

/// What is told of a K0 key without reading it as a name: how many letters it has, and which.
#[derive(Clone, Copy)]
pub struct Outline {
    /// The number of letters, word divisions among them: that of the name.
    pub letters: usize,
    set: LetterSet,
}

impl Outline {
    /// Of a K0 key in Latin script; `None` if a letter needs a closer look.
    pub fn of_latin(safe: &str) -> Option<Self> {
        let mut outline = Self { letters: 0, set: LetterSet::default() };
        for c in safe.chars() {
            if c == ' ' || c.is_ascii_alphanumeric() || is_own_letter(c) {
                outline.add(c);
            } else if let Some(plain) = keys::plain_letter(c).filter(char::is_ascii_alphanumeric) {
                outline.add(plain);
            } else {
                return None;
            }
        }
        Some(outline)
    }

    /// Of a K0 key in Arabic script; `None` if a letter needs a closer look.
    pub fn of_arabic(safe: &str) -> Option<Self> {
        let mut outline = Self { letters: 0, set: LetterSet::default() };
        for c in safe.chars() {
            if letters::is_arabic(c) {
                letters::plain_arabic(c).for_each(|plain| outline.add(plain));
            } else if c == ' ' || c.is_ascii_digit() {
                outline.add(c);
            } else {
                return None;
            }
        }
        Some(outline)
    }

    fn add(&mut self, c: char) {
        self.letters += 1;
        self.set.add(LetterSet::of([&c]));
    }
}

/// What a name may be aligned with at all, for less than what a letter costs that no row explains.
pub struct Explainable {
    /// By rows that cost little, and by all.
    by_rows: [ByRows; 2],
}

/// Rows up to this cost are little.
const LITTLE: f32 = 0.24;

impl Explainable {
    /// What these letters, as a Latin name has them, may be aligned with.
    pub(super) fn by_latin(latin: &[char]) -> Self {
        Self::by(LetterSet::of(latin), |row| (row.latin, row.arabic))
    }

    /// What these letters, as an Arabic name has them, may be aligned with.
    pub(super) fn by_arabic(arabic: &[char]) -> Self {
        Self::by(LetterSet::of(arabic), |row| (row.arabic, row.latin))
    }

    fn by(own: LetterSet, sides: impl Fn(&Row) -> (LetterSet, LetterSet)) -> Self {
        let of_rows = |most: f32| {
            let rows = ROWS.iter().filter(|row| row.cost <= most);
            ByRows::new(own, rows.map(&sides).filter(|(of_own, _)| of_own.is_within(own)))
        };
        Self { by_rows: [of_rows(LITTLE), of_rows(f32::INFINITY)] }
    }

    /// Whether an alignment with a name of this outline may cost no more than `most`: surely not if this is `false`.
    ///
    /// A letter is a part of what a row explains, or repeats the one before it, or costs [`UNEXPLAINED`] at least.
    pub fn may_cost(&self, other: &Outline, most: f32) -> bool {
        let [by_little, by_all] = &self.by_rows;
        if most < 0.0 {
            return false;
        }
        let most = most + ROUNDING;
        if most < LITTLE {
            by_little.admits(other.set)
        } else {
            most >= UNEXPLAINED || by_all.admits(other.set)
        }
    }
}

/// What some rows explain beside the letters of a name.
struct ByRows {
    /// The letters of the other script that may be explained.
    explained: LetterSet,
    /// For each letter that needs one, the letters of the other script that may explain it.
    needed: Vec<LetterSet>,
}

impl ByRows {
    /// By rows whose own side the name has, each as its own side and the other one.
    fn new(own: LetterSet, rows: impl Iterator<Item = (LetterSet, LetterSet)>) -> Self {
        let (mut explained, mut alone) = (LetterSet::default(), LetterSet::default());
        let mut explaining = [LetterSet::default(); u64::BITS as usize];
        for (of_own, of_other) in rows {
            explained.add(of_other);
            if of_other == LetterSet::default() {
                alone.add(of_own);
            }
            of_own.bits().for_each(|bit| explaining[bit].add(of_other));
        }
        Self { explained, needed: own.without(alone).bits().map(|bit| explaining[bit]).collect() }
    }

    fn admits(&self, other: LetterSet) -> bool {
        other.is_within(self.explained) && self.needed.iter().all(|explaining| explaining.meets(other))
    }
}

/// One way to write a unit, or nothing.
struct Row {
    latin: LetterSet,
    arabic: LetterSet,
    cost: f32,
}

impl Row {
    fn of_sound(sound: &Sound) -> impl Iterator<Item = Self> {
        let plain = |written: &Vec<char>| -> Vec<char> {
            written.iter().flat_map(|&c| letters::plain_arabic(c)).collect()
        };
        sound.written.iter().map(move |written| Self {
            latin: LetterSet::of(&sound.unit),
            arabic: LetterSet::of(&plain(written)),
            cost: sound.cost,
        })
    }
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    // The spellings are read from the same table, and refuse a bad one.
    let sounds = sounds::parse_sounds(tables::rows(SOUNDS)).unwrap_or_default();
    sounds.iter().flat_map(Row::of_sound).collect()
});
