//! How much of a pattern some text may have used up, with how many edits.
//!
//! The nondeterministic automaton of the optimal string alignment distance has a state (i, e) for i characters of the
//! pattern used up with e edits, and one (i, e)' for half a transposition. Of its states after j characters of text
//! only those with |i − j| ≤ e can be reached, so a set of them is a few bits, whatever the length of the pattern. (Wu
//! and Manber 1992, "Fast text searching allowing errors", for the rows; Ukkonen 1985 for the band; Hyyrö 2003, "A
//! bit-vector algorithm for computing Levenshtein and Damerau edit distances", for transpositions.)

use super::FuzzyPattern;

/// Rows: one for each number of edits.
pub(super) const ROWS: usize = FuzzyPattern::MAX_EDITS as usize + 1;
/// The bit of i = j, in a row.
const MIDDLE: usize = FuzzyPattern::MAX_EDITS as usize;
/// Bits of a row.
const BAND: usize = 2 * MIDDLE + 1;
const BAND_MASK: u32 = (1 << BAND) - 1;

/// A set of states after some characters of text: bit k of row e is the state (j + k − [`MIDDLE`], e).
///
/// Rows of 0, 1 and 2 edits from the lowest bits up, then those of transpositions begun with 0 and with 1 edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct States(u32);

impl States {
    const fn pack(rows: [u32; ROWS], begun: [u32; ROWS - 1]) -> Self {
        let [r0, r1, r2] = rows;
        let [t0, t1] = begun;
        Self(r0 | r1 << BAND | r2 << (2 * BAND) | t0 << (3 * BAND) | t1 << (4 * BAND))
    }

    #[inline]
    const fn row(self, i: usize) -> u32 {
        self.0 >> (i * BAND) & BAND_MASK
    }

    /// The states before any text.
    pub(super) fn start(allowed: Allowed) -> Self {
        let r0 = 1 << MIDDLE & allowed.row(0);
        let r1 = r0 << 1 & allowed.row(1);
        let r2 = r1 << 1 & allowed.row(2);
        Self::pack([r0, r1, r2], [0, 0])
    }

    /// The states after one more character of text.
    ///
    /// `matches` tells where in the pattern the character stands: bit k for place j + k − [`MIDDLE`]. `allowed` is for
    /// the place after it.
    #[inline]
    pub(super) const fn step(self, matches: u32, allowed: Allowed) -> Self {
        let (r0, r1, r2) = (self.row(0), self.row(1), self.row(2));
        let (t0, t1) = (self.row(3), self.row(4));
        let next = matches >> 1;
        let n0 = r0 & matches & allowed.row(0);
        let n1 = (r1 & matches | r0 | r0 >> 1 | n0 << 1 | (t0 & matches) << 1) & allowed.row(1);
        let n2 = (r2 & matches | r1 | r1 >> 1 | n1 << 1 | (t1 & matches) << 1) & allowed.row(2);
        Self::pack([n0, n1, n2], [(r0 & next) >> 1, (r1 & next) >> 1])
    }

    /// Whether there are none.
    #[inline]
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The fewest edits with which all `length` characters of the pattern are used up after `depth` characters of text.
    #[inline]
    pub(super) fn edits(self, length: usize, depth: usize) -> Option<u8> {
        let k = (length + MIDDLE).checked_sub(depth).filter(|&k| k < BAND)?;
        (0..ROWS).find(|&e| self.row(e) >> k & 1 != 0).map(|e| e as u8)
    }
}

/// The states that a search wants to see, after some characters of text: rows as in [`States`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowed(u32);

impl Allowed {
    #[inline]
    const fn row(self, e: usize) -> u32 {
        self.0 >> (e * BAND) & BAND_MASK
    }
}

/// The states that a search wants to see: with e edits only those of which at least so much of the pattern is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Floors(pub(super) [usize; ROWS]);

impl Floors {
    /// More than any pattern has.
    pub(super) const NEVER: usize = usize::MAX;

    /// The floors that let all alignments of so many edits pass.
    pub(super) fn none(edits: u8) -> Self {
        Self(std::array::from_fn(|e| if e <= usize::from(edits) { 0 } else { Self::NEVER }))
    }

    /// What they allow after `depth` characters of text, for a pattern of `length` characters.
    pub(super) fn allowed(self, length: usize, depth: usize) -> Allowed {
        let row = |floor: usize| {
            (0..BAND).filter(move |k| {
                (depth + k).checked_sub(MIDDLE).is_some_and(|i| (floor..=length).contains(&i))
            })
        };
        let bits = |e: usize| row(self.0[e]).fold(0, |bits, k| bits | 1 << (e * BAND + k));
        Allowed((0..ROWS).map(bits).fold(0, |all, row| all | row))
    }
}

/// Where the codes of a pattern stand, by depth.
pub(super) trait Matches {
    /// Bit k: whether `code` stands at place `depth` + k − [`MIDDLE`] of the pattern.
    fn matches(&self, depth: usize, code: u16) -> u32;
}

/// Compares with the codes around. The codes are padded, see [`pad`].
impl Matches for &[u16] {
    #[inline]
    fn matches(&self, depth: usize, code: u16) -> u32 {
        let Some(window) = self.get(depth..).and_then(|window| window.first_chunk::<BAND>()) else {
            return 0;
        };
        window.iter().enumerate().fold(0, |bits, (k, &other)| bits | u32::from(other == code) << k)
    }
}

/// The codes that stand around `depth` in a padded pattern.
#[inline]
pub(super) fn window(padded: &[u16], depth: usize) -> &[u16] {
    padded.get(depth..).map_or(&[], |window| &window[..window.len().min(BAND)])
}

/// Puts so many codes that match nothing before and after the codes of a pattern that every window is full.
pub(super) fn pad(codes: &mut Vec<u16>) {
    let none = [super::pattern::NO_CODE; BAND];
    codes.splice(0..0, none.into_iter().take(MIDDLE));
    codes.extend(none);
}

/// A set of places for each one-byte code: for patterns of up to [`ByteMasks::MAX_LENGTH`] codes.
pub(super) struct ByteMasks([u64; 256]);

impl ByteMasks {
    /// The longest pattern: a place more to the left is needed for each edit.
    pub(super) const MAX_LENGTH: usize = 64 - MIDDLE;

    pub(super) const fn new() -> Self {
        Self([0; 256])
    }

    /// Enters a pattern. To leave again with [`ByteMasks::remove`], which is cheaper than clearing all.
    pub(super) fn insert(&mut self, codes: &[u16]) {
        for (i, &code) in codes.iter().enumerate().take(Self::MAX_LENGTH) {
            if let Some(mask) = self.0.get_mut(usize::from(code)) {
                *mask |= 1 << (i + MIDDLE);
            }
        }
    }

    /// Clears the codes of a pattern.
    pub(super) fn remove(&mut self, codes: &[u16]) {
        for &code in codes {
            if let Some(mask) = self.0.get_mut(usize::from(code)) {
                *mask = 0;
            }
        }
    }
}

impl Matches for &ByteMasks {
    #[inline]
    fn matches(&self, depth: usize, code: u16) -> u32 {
        // A depth that a pattern of this length can have is below 64 + MIDDLE.
        let mask =
            self.0.get(usize::from(code)).map_or(0, |mask| mask.checked_shr(depth as u32).unwrap_or(0));
        mask as u32 & BAND_MASK
    }
}
