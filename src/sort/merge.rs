//! [`Merge`]: many sorted runs read as one.

use std::io;

use super::run::{Run, RunWriter};
use super::scratch::Scratch;

/// Sorted records, one by one.
pub(crate) struct Sorted {
    merge: Merge,
    /// Whether the first record of the merge was given.
    has_begun: bool,
}

impl Sorted {
    pub(super) fn new(merge: Merge) -> Self {
        Self { merge, has_begun: false }
    }

    /// The next record; `None` after the last one. O(log of the number of runs).
    pub fn next(&mut self) -> io::Result<Option<&[u8]>> {
        if self.has_begun {
            self.merge.advance()?;
        }
        self.has_begun = true;
        Ok(self.merge.record())
    }
}

/// Sorted runs in a tree of losers (Knuth, The Art of Computer Programming, vol. 3, 5.4.1): each inner node holds the
/// run that lost there, so that a new record meets only those on its way to the root.
pub(super) struct Merge {
    runs: Vec<Run>,
    /// Runs by index; the one before all others in the first place, then the inner nodes.
    tree: Vec<usize>,
}

impl Merge {
    /// A merge that stands on the first of all records.
    pub fn of(mut runs: Vec<Run>) -> io::Result<Self> {
        for run in &mut runs {
            run.advance()?;
        }
        let count = runs.len();
        // The leaves lie behind the inner nodes: that of the run `i` at `count + i`.
        let mut winners: Vec<usize> = (0..count).map(|_| 0).chain(0..count).collect();
        let mut tree = vec![0; count.max(1)];
        for node in (1..count).rev() {
            let (a, b) = (winners[2 * node], winners[2 * node + 1]);
            let (winner, loser) = if runs[b].is_before(&runs[a]) { (b, a) } else { (a, b) };
            (winners[node], tree[node]) = (winner, loser);
        }
        tree[0] = winners.get(1).copied().unwrap_or_default();
        Ok(Self { runs, tree })
    }

    /// The current record; `None` after the last one.
    pub fn record(&self) -> Option<&[u8]> {
        let run = self.runs.get(self.tree[0])?;
        (!run.is_at_end()).then(|| run.record())
    }

    /// Goes on to the next record.
    pub fn advance(&mut self) -> io::Result<()> {
        let count = self.runs.len();
        let mut winner = self.tree[0];
        let Some(run) = self.runs.get_mut(winner) else { return Ok(()) };
        run.advance()?;
        let mut node = usize::midpoint(count, winner);
        while node > 0 {
            let loser = self.tree[node];
            if self.runs[loser].is_before(&self.runs[winner]) {
                (self.tree[node], winner) = (winner, loser);
            }
            node /= 2;
        }
        self.tree[0] = winner;
        Ok(())
    }

    /// Writes all records to a file.
    pub fn spill(mut self, scratch: &dyn Scratch) -> io::Result<Run> {
        let mut merged = RunWriter::new(scratch)?;
        while let Some(record) = self.record() {
            merged.push(record)?;
            self.advance()?;
        }
        merged.finish()
    }
}
