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
pub(super) const MIDDLE: usize = FuzzyPattern::MAX_EDITS as usize;
/// Bits of a row.
pub(super) const BAND: usize = 2 * MIDDLE + 1;
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
    /// `matches` tells where in the pattern the character stands: bit k for the place j + k − [`MIDDLE`]. `allowed` is for
    /// the place after it.
    #[inline]
    pub(super) const fn step(self, matches: u32, allowed: Allowed) -> Self {
        let (r0, r1, r2) = (self.row(0), self.row(1), self.row(2));
        let (t0, t1) = (self.row(3), self.row(4));
        let next = matches >> 1;
        let n0 = r0 & matches & allowed.row(0);
        let n1 = (r1 & matches | r0 | r0 >> 1 | n0 << 1 | (t0 & matches) << 1) & allowed.row(1);
        let n2 = (r2 & matches | r1 | r1 >> 1 | n1 << 1 | (t1 & matches) << 1) & allowed.row(2);
        Self::pack([n0, n1, n2], [(r0 & next) >> 1 & allowed.row(3), (r1 & next) >> 1 & allowed.row(4)])
    }

    /// The places where a character may stand, as in `matches`, that leads on without an edit or with a transposition.
    #[inline]
    pub(super) const fn wanted(self) -> u32 {
        let before_last = self.row(0) | self.row(1);
        before_last | before_last << 1 & BAND_MASK | self.row(2) | self.row(3) | self.row(4)
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

/// The states that a search wants to see, after some characters of text, laid out as [`States`].
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
    #[inline]
    pub(super) fn allowed(self, length: usize, depth: usize) -> Allowed {
        // Bit k is for i = depth + k - MIDDLE: from the floor up to the length.
        let Some(last) = (length + MIDDLE).checked_sub(depth) else { return Allowed(0) };
        let up_to_last = BAND_MASK >> (BAND - 1).saturating_sub(last);
        let row = |floor: usize| match floor.saturating_add(MIDDLE).saturating_sub(depth) {
            first @ 0..BAND => up_to_last >> first << first,
            _ => 0,
        };
        let [f0, f1, f2] = self.0;
        // A transposition is worth beginning if it ends, two characters on, where it may.
        let begun = |floor: usize| if floor == Self::NEVER { 0 } else { row(floor.saturating_sub(2)) };
        let rows = [row(f0), row(f1), row(f2), begun(f1), begun(f2)];
        Allowed(rows.into_iter().rev().fold(0, |all, row| all << BAND | row))
    }
}
