//! [`Claims`]: who may call itself by which ID, when all rows are known, in bounded memory.
//!
//! A pack names an ID once: as the ID of a row, or as another ID of one. Sources know no such rule: two items name one
//! place of GeoNames, and a dump may list an item twice. So every row's claims are sorted by ID; of several, the row
//! whose own ID it is keeps it, the first of these if there are two, else the most prominent row.

use std::io;
use std::sync::Arc;

use crate::model::Rank;
use crate::sort::{Scratch, Sorted, Sorter};

/// Records in memory, in bytes.
const MEMORY: usize = 64 << 20;

/// Gathers the IDs of all rows.
pub(super) struct Claims {
    sorter: Sorter,
    scratch: Arc<dyn Scratch>,
}

/// A claim of a row to an ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// Number of the row, from 0.
    pub row: u64,
    /// Which of its other IDs it is; `None` for its own.
    pub item: Option<u8>,
}

/// The claims that do not hold, in order of rows.
pub(super) struct Lost {
    sorted: Sorted,
    next: Option<Claim>,
}

impl Claims {
    pub fn new(scratch: Arc<dyn Scratch>) -> Self {
        Self { sorter: Sorter::new(MEMORY, Arc::clone(&scratch)), scratch }
    }

    /// Takes a claim of a row of that prominence. An ID has no control characters.
    pub fn push(&mut self, id: &str, claim: Claim, rank: Option<Rank>) -> io::Result<()> {
        let merit = if claim.item.is_none() { 0 } else { 1 + demerit(rank) };
        let item = claim.item.map_or(0, |item| item.saturating_add(1));
        self.sorter.push(&[id.as_bytes(), &[0], &merit.to_be_bytes(), &claim.row.to_be_bytes(), &[item]])
    }

    /// Decides them all. O(n log n).
    pub fn settle(self) -> io::Result<Lost> {
        let mut sorted = self.sorter.finish()?;
        let mut lost = Sorter::new(MEMORY / 4, self.scratch);
        let mut holder = Vec::new();
        while let Some(record) = sorted.next()? {
            let (id, claim) = record.split_at_checked(record.len().saturating_sub(TAIL)).unwrap_or_default();
            if holder == id {
                lost.push(&[claim.get(MERIT..).unwrap_or_default()])?;
            } else {
                holder.clear();
                holder.extend_from_slice(id);
            }
        }
        let mut lost = Lost { sorted: lost.finish()?, next: None };
        lost.next = lost.read()?;
        Ok(lost)
    }
}

/// Bytes of the merit.
const MERIT: usize = 4;
/// Bytes after the ID and its end mark: merit, row, item.
const TAIL: usize = MERIT + 8 + 1;

/// Less is better.
fn demerit(rank: Option<Rank>) -> u32 {
    let rank = rank.map_or(0.0, Rank::get);
    ((1.0 - rank) * 1e6) as u32
}

impl Lost {
    /// The next one, which stays the next one.
    pub fn peek(&self) -> Option<Claim> {
        self.next
    }

    /// Goes on to the one after.
    pub fn advance(&mut self) -> io::Result<()> {
        self.next = self.read()?;
        Ok(())
    }

    fn read(&mut self) -> io::Result<Option<Claim>> {
        let Some(record) = self.sorted.next()? else { return Ok(None) };
        let (row, item) = record.split_first_chunk().ok_or(io::ErrorKind::InvalidData)?;
        let item = item.first().and_then(|item| item.checked_sub(1));
        Ok(Some(Claim { row: u64::from_be_bytes(*row), item }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sort::MemoryScratch;

    /// Settles rows, each an ID, a rank and other IDs; the claims that are lost, as row and ID.
    fn lost(rows: &[(&str, f32, &[&str])]) -> Vec<(u64, String)> {
        let mut claims = Claims::new(Arc::new(MemoryScratch));
        for (row, (id, rank, others)) in (0..).zip(rows) {
            claims.push(id, Claim { row, item: None }, Rank::new(*rank)).unwrap();
            for (item, other) in (0..).zip(*others) {
                claims.push(other, Claim { row, item: Some(item) }, Rank::new(*rank)).unwrap();
            }
        }
        let mut lost = claims.settle().unwrap();
        let mut found = Vec::new();
        while let Some(Claim { row, item }) = lost.peek() {
            let (id, _, others) = rows[row as usize];
            found.push((row, item.map_or(id, |item| others[usize::from(item)]).to_owned()));
            lost.advance().unwrap();
        }
        found
    }

    #[test]
    fn the_most_prominent_row_keeps_an_id() {
        let rows: [(&str, f32, &[&str]); 3] =
            [("Q1", 0.5, &["g:1", "g:2"]), ("Q2", 0.7, &["g:1"]), ("Q3", 0.7, &["g:1", "g:3"])];
        assert_eq!(lost(&rows), [(0, "g:1".to_owned()), (2, "g:1".to_owned())]);
    }

    #[test]
    fn a_row_keeps_its_own_id() {
        let rows: [(&str, f32, &[&str]); 4] =
            [("Q1", 1.0, &["Q2"]), ("Q2", 0.1, &[]), ("Q2", 0.9, &[]), ("Q20", 0.0, &["Q"])];
        assert_eq!(lost(&rows), [(0, "Q2".to_owned()), (2, "Q2".to_owned())]);
    }
}
