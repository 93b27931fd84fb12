//! [`Tally`]: what a run did, in figures.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::row::Row;
use crate::cli::terminal::{counted, thousands};
use crate::model::{Status, Tier};
use crate::resolve::Resolution;

/// Counts rows by the verdict on them.
#[derive(Default)]
pub struct Tally {
    by_status: [u64; Status::ALL.len()],
    by_tier: [u64; Tier::ALL.len()],
    unusable_hints: u64,
    unreadable: u64,
    distinct: HashSet<u64>,
    hasher: RandomState,
}

impl Tally {
    /// Distinct names are counted up to here, at eight bytes each.
    const MAX_DISTINCT: usize = 1 << 22;

    /// Counts `row`.
    pub fn count(&mut self, row: &Row, answer: &Resolution) {
        increment(&mut self.by_status, answer.status as usize);
        if answer.status == Status::Resolved
            && let Some(best) = answer.candidates.first()
        {
            increment(&mut self.by_tier, best.tier as usize);
        }
        self.unusable_hints += u64::from(row.has_unusable_hint);
        match &row.query {
            Ok(query) if self.distinct.len() < Self::MAX_DISTINCT => {
                self.distinct.insert(self.hasher.hash_one(&query.name));
            }
            Ok(_) => {}
            Err(_) => self.unreadable += 1,
        }
    }

    /// Rows in all.
    pub fn rows(&self) -> u64 {
        self.by_status.iter().sum()
    }

    /// The share of rows without a canonical ID, 0 to 1.
    pub fn unresolved_share(&self) -> f64 {
        let rows = self.rows();
        let resolved = self.by_status.get(Status::Resolved as usize).copied().unwrap_or_default();
        if rows == 0 { 0.0 } else { (rows - resolved) as f64 / rows as f64 }
    }

    /// The figures for people, several lines.
    pub fn summary(&self, took: Duration) -> String {
        let (rows, seconds) = (self.rows(), took.as_secs_f64());
        let rate = (rows as f64 / seconds.max(1e-3)) as u64;
        let over = if self.distinct.len() < Self::MAX_DISTINCT { "" } else { "over " };
        let mut text = format!(
            "{} ({over}{}) in {seconds:.1} s, {} rows/s",
            counted(rows, "row"),
            counted(self.distinct.len() as u64, "distinct name"),
            thousands(rate)
        );
        for (&status, &count) in Status::ALL.iter().zip(&self.by_status) {
            let percent = 100.0 * count as f64 / rows.max(1) as f64;
            let _ = write!(text, "\n  {status:<10} {:>13} {percent:>6.1} %", thousands(count));
            if status == Status::Resolved {
                text.push_str(&self.tiers());
            }
        }
        if self.unreadable > 0 {
            let _ = write!(text, "\n  {} could not be read (INVALID)", counted(self.unreadable, "row"));
        }
        if self.unusable_hints > 0 {
            let _ =
                write!(text, "\n  {} had a hint that was not usable", counted(self.unusable_hints, "row"));
        }
        text
    }

    fn tiers(&self) -> String {
        let tiers = Tier::ALL.iter().zip(&self.by_tier).filter(|&(_, &count)| count > 0);
        let parts: Vec<_> = tiers.map(|(tier, &count)| format!("{tier} {}", thousands(count))).collect();
        if parts.is_empty() { String::new() } else { format!("   {}", parts.join(", ")) }
    }
}

fn increment(counts: &mut [u64], place: usize) {
    if let Some(count) = counts.get_mut(place) {
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use csv::ByteRecord;

    use super::super::row::{Query, RowFault};
    use super::*;

    fn count(tally: &mut Tally, name: Result<&str, RowFault>, status: Status) {
        let query = name.map(|name| Query { name: name.into(), ..Query::default() });
        let row = Row { line: 1, raw: Vec::new(), cells: ByteRecord::new(), query, has_unusable_hint: false };
        let answer = Resolution {
            query: String::new(),
            status,
            canonical_id: None,
            candidates: Vec::new(),
            blocked: Vec::new(),
            invalid_reason: None,
            truncated: false,
            index_version: String::new(),
        };
        tally.count(&row, &answer);
    }

    #[test]
    fn rows_are_counted_by_status_and_names_once() {
        let mut tally = Tally::default();
        for (name, status) in [("a", Status::Resolved), ("a", Status::Resolved), ("b", Status::NotFound)] {
            count(&mut tally, Ok(name), status);
        }
        count(&mut tally, Err(RowFault::OpenQuote), Status::Invalid);
        assert_eq!(tally.rows(), 4);
        assert!((tally.unresolved_share() - 0.5).abs() < 1e-9);
        let summary = tally.summary(Duration::from_secs(2));
        for part in ["4 rows (2 distinct names) in 2.0 s, 2 rows/s", "50.0 %", "1 row could not be read"] {
            assert!(summary.contains(part), "{summary}");
        }
    }

    #[test]
    fn an_empty_list_has_nothing_unresolved() {
        assert!(Tally::default().unresolved_share().abs() < 1e-9);
        assert!(Tally::default().summary(Duration::ZERO).starts_with("0 rows (0 distinct names)"));
    }
}
