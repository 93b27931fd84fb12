//! [`Review`]: the doubtful names of a run with their candidates, in a table that a person can fill in.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use super::encode::{push_cell, rounded};
use super::format::{Dialect, Format};
use super::row::{Query, Row};
use crate::cli::failure::Failure;
use crate::cli::target::Target;
use crate::model::{EntityType, Status};
use crate::resolve::{Candidate, Resolution};

/// The columns of the table: one row for each candidate, or a single one where there is none.
const COLUMNS: [&str; 12] = [
    "line",
    "name",
    "status",
    "reason",
    "candidate",
    "candidate_id",
    "candidate_name",
    "candidate_types",
    "score",
    "tier",
    "matched_alias",
    "decision",
];

/// Collects the doubtful names, each distinct question once, at its first line.
pub struct Review {
    target: Target,
    dialect: Dialect,
    below: f32,
    seen: HashSet<u64>,
    hasher: RandomState,
    buffer: Vec<u8>,
    names: u64,
}

impl Review {
    /// How many distinct names are remembered, at eight bytes each; beyond it a name may be listed more than once.
    const MAX_SEEN: usize = 1 << 22;

    /// A review at `path`: tsv where its name says so, else csv. `RESOLVED` names below the score `below` are doubtful
    /// too. With `has_bom` the table begins with a byte order mark, as the input did.
    pub fn create(path: &Path, force: bool, below: f32, has_bom: bool) -> Result<Self, Failure> {
        let dialect = match Format::of_path(path) {
            Some(Format::Tsv) => Dialect::TSV,
            Some(Format::Csv) | None => Dialect::csv(b','),
            Some(Format::Jsonl | Format::Lines) => {
                return Err(Failure::usage("the review is a table, to be filled in by people")
                    .with_help("give it a name that ends in .csv or .tsv"));
            }
        };
        let mut review = Self {
            target: Target::create(path, force)?,
            dialect,
            below,
            seen: HashSet::new(),
            hasher: RandomState::new(),
            buffer: if has_bom { "\u{feff}".into() } else { Vec::new() },
            names: 0,
        };
        review.push(&COLUMNS.map(String::from));
        Ok(review)
    }

    /// Lists `row`, if its answer is doubtful.
    pub fn consider(&mut self, row: &Row, answer: &Resolution) -> Result<(), Failure> {
        if !is_doubtful(answer, self.below) || !self.is_new(row.query.as_ref().ok()) {
            return Ok(());
        }
        self.names += 1;
        if answer.candidates.is_empty() {
            self.push(&line_of(row, answer, None));
        }
        for candidate in answer.candidates.iter().enumerate() {
            self.push(&line_of(row, answer, Some(candidate)));
        }
        self.target.put(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Ends the table and tells how many names are in it.
    pub fn commit(mut self) -> Result<u64, Failure> {
        self.target.put(&self.buffer)?;
        self.target.commit()?;
        Ok(self.names)
    }

    /// Whether the question was not listed yet; a row that cannot be read is always new.
    fn is_new(&mut self, query: Option<&Query>) -> bool {
        let Some(query) = query else { return true };
        let hash = self.hasher.hash_one(query);
        if self.seen.len() < Self::MAX_SEEN { self.seen.insert(hash) } else { !self.seen.contains(&hash) }
    }

    fn push(&mut self, cells: &[String; COLUMNS.len()]) {
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                self.buffer.push(self.dialect.delimiter);
            }
            push_cell(cell.as_bytes(), self.dialect, &mut self.buffer);
        }
        self.buffer.push(b'\n');
    }
}

/// Whether a person should look at `answer`.
pub fn is_doubtful(answer: &Resolution, below: f32) -> bool {
    let best = answer.candidates.first().map_or(0.0, |best| best.score.get());
    answer.status != Status::Resolved || best < below
}

fn line_of(
    row: &Row,
    answer: &Resolution,
    candidate: Option<(usize, &Candidate)>,
) -> [String; COLUMNS.len()] {
    let name = row.query.as_ref().map_or(&answer.query, |query| &query.name);
    let reason = answer.invalid_reason.clone().unwrap_or_default();
    let [number, id, candidate_name, types, score, tier, alias] =
        candidate.map_or_else(Default::default, |(i, candidate)| {
            [
                (i + 1).to_string(),
                candidate.id.to_string(),
                candidate.name.clone(),
                candidate.types.iter().map(EntityType::as_str).collect::<Vec<_>>().join("|"),
                rounded(candidate.score.get()).to_string(),
                candidate.tier.to_string(),
                candidate.matched_alias.clone(),
            ]
        });
    let (line, status) = (row.line.to_string(), answer.status.to_string());
    let decision = String::new();
    [line, name.clone(), status, reason, number, id, candidate_name, types, score, tier, alias, decision]
}
