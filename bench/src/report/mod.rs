//! What was measured, as data: written as JSON, shown as tables, held against the goals.

mod goals;
mod table;

use serde::{Deserialize, Serialize};

pub use goals::{Goal, goals};
pub use table::{markdown, text};

/// All figures of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Where and when it ran.
    pub conditions: Conditions,
    /// How many names the pack had.
    pub names: u64,
    /// What was measured, in order.
    pub rows: Vec<Row>,
}

impl Report {
    /// Takes over the figures of a later run; what both measured is replaced.
    pub fn join(&mut self, later: Self) {
        for row in later.rows {
            match self
                .rows
                .iter_mut()
                .find(|earlier| (&earlier.suite, &earlier.case) == (&row.suite, &row.case))
            {
                Some(earlier) => *earlier = row,
                None => self.rows.push(row),
            }
        }
        self.conditions = later.conditions;
    }
}

/// Where and when figures were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// `YYYY-MM-DD`, UTC.
    pub date: String,
    /// Processor and memory.
    pub machine: String,
    /// How the run was started.
    pub command: String,
    /// The version of the crate.
    pub version: String,
}

/// One thing that was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// The suite, such as `fuzzy`.
    pub suite: String,
    /// What of it, such as `one edit`.
    pub case: String,
    /// Times, or one number.
    pub figure: Figure,
    /// The share of queries whose answer holds what they were made from; absent if that cannot be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall: Option<f64>,
    /// A remark for people; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Row {
    /// A row without recall and note.
    pub fn new(suite: &str, case: &str, figure: Figure) -> Self {
        Self { suite: suite.into(), case: case.into(), figure, recall: None, note: String::new() }
    }

    /// With a recall.
    #[must_use]
    pub fn with_recall(self, recall: f64) -> Self {
        Self { recall: Some(recall), ..self }
    }

    /// With a remark.
    #[must_use]
    pub fn with_note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

/// Times, or one number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Times of Yaqut and its peers.
    Timing(Timing),
    /// Something else of Yaqut, and of a peer.
    Number {
        /// Of Yaqut.
        yaqut: f64,
        /// Of the peer, and its name.
        #[serde(skip_serializing_if = "Option::is_none")]
        peer: Option<(String, f64)>,
        /// What it counts.
        unit: Unit,
    },
}

impl Figure {
    /// A number without a peer.
    pub const fn number(yaqut: f64, unit: Unit) -> Self {
        Self::Number { yaqut, peer: None, unit }
    }
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes in a file or in memory.
    Bytes,
    /// Bytes for each name of the pack.
    BytesPerName,
    /// Seconds.
    Seconds,
}

/// Times of contenders that ran in turns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Timing {
    /// How many items a round had.
    pub items: usize,
    /// So many items were timed together; quantiles are of such laps.
    pub lap: usize,
    /// How many rounds counted.
    pub rounds: usize,
    /// Yaqut, then its peers.
    pub sides: Vec<Side>,
    /// For each peer, how often its mean is that of Yaqut.
    pub mean_ratios: Vec<f64>,
    /// For each peer, how often its 99th percentile is that of Yaqut.
    pub p99_ratios: Vec<f64>,
}

/// One contender.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Side {
    /// Its name.
    pub name: String,
    /// Its times.
    pub latency: Latency,
}

/// Times for one item, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// The mean.
    pub mean_ns: f64,
    /// The median.
    pub p50_ns: f64,
    /// The 99th percentile.
    pub p99_ns: f64,
}
