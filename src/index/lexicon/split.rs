//! Deals the alignments of a pattern to the two directions.

use super::FuzzyPattern;
use super::state::{Floors, ROWS};

/// Which alignments are looked for forwards, and which backwards; each is on one side at least.
///
/// An edit leads from a place i of the pattern to a place i′ ≥ i. If it is the k-th of an alignment, counted forwards,
/// and i′ ≥ m, then the alignment is found forwards if only the row of k edits has a floor, and that is m. Otherwise i < m,
/// and backwards, where places are counted from the end, it leads to the place length − i ≥ length + 1 − m: then it is
/// found backwards with that floor in the row in which the edit is counted there.
///
/// So it is split here: m is the middle, and the edit is the first one. Forwards the first half has no edits, backwards
/// the second half has one fewer than all.
pub(super) struct Split {
    pub(super) forward: Floors,
    pub(super) backward: Floors,
}

impl Split {
    /// The split of a pattern of `length` characters of which the first `prefix` begin some key, and the last `suffix`
    /// end some key, and not more.
    pub(super) fn new(pattern: &FuzzyPattern, length: usize, prefix: usize, suffix: usize) -> Self {
        let middle = length / 2;
        let (at, at_backward) = (middle, length + 1 - middle);
        // When the last edit is spent, what is left of the pattern must end some key, or backwards begin one.
        let (last, last_backward) = (at.max(length - suffix), at_backward.max(length - prefix));
        let never = Floors::NEVER;
        let [forward, backward] = match pattern.edits() {
            0 => [[0, never, never], [never; ROWS]],
            1 => [[0, last, never], [0, last_backward, never]],
            _ => [[0, at, last], [0, 0, last_backward]],
        };
        Self { forward: Floors(forward), backward: Floors(backward) }
    }
}
