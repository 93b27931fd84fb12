//! The goals, as ratios to a peer in the same run or as figures of a machine with two cores.

use super::{Figure, Report, Row, Unit};

/// A goal, and what was measured for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// What is to be reached.
    pub what: &'static str,
    /// The bound, in words.
    pub bound: String,
    /// What was measured; `None` if nothing was.
    pub measured: Option<f64>,
    /// Whether that is within the bound.
    pub is_met: Option<bool>,
    /// How the measured number is written.
    pub unit: GoalUnit,
}

/// How a number of a goal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalUnit {
    /// Times the peer's.
    Ratio,
    /// Seconds.
    Seconds,
    /// Nanoseconds.
    Nanoseconds,
    /// Bytes.
    Bytes,
    /// Bytes for each name.
    BytesPerName,
}

/// What of a row a goal bounds.
#[derive(Clone, Copy)]
enum Of {
    MeanRatio,
    P99Ratio,
    MeanTime,
    P99Time,
    Number,
}

#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

use Bound::{AtLeast, AtMost};

struct Definition {
    what: &'static str,
    suite: &'static str,
    case: &'static str,
    of: Of,
    bound: Bound,
}

const fn define(
    what: &'static str,
    (suite, case): (&'static str, &'static str),
    of: Of,
    bound: Bound,
) -> Definition {
    Definition { what, suite, case, of, bound }
}

/// Goals at ten million names, in the order of the table.
const GOALS: &[Definition] = &[
    define(
        "normaliser, names per second of the NFKC pipeline",
        ("normalise", "lookup key"),
        Of::MeanRatio,
        AtLeast(5.0),
    ),
    define(
        "exact look-ups in batches, of `fst::Map::get`",
        ("exact", "hits, batched"),
        Of::MeanRatio,
        AtLeast(6.0),
    ),
    define("fuzzy, one edit, mean", ("fuzzy", "one edit"), Of::MeanRatio, AtLeast(40.0)),
    define("fuzzy, one edit, p99", ("fuzzy", "one edit"), Of::P99Ratio, AtLeast(12.0)),
    define("fuzzy, two edits, mean", ("fuzzy", "two edits"), Of::MeanRatio, AtLeast(25.0)),
    define("fuzzy, two edits, p99", ("fuzzy", "two edits"), Of::P99Ratio, AtLeast(6.0)),
    define("build", ("build", "time"), Of::Number, AtMost(60.0)),
    define("build, peak of memory", ("build", "peak memory"), Of::Number, AtMost(2e9)),
    define("file", ("build", "file per name"), Of::Number, AtMost(90.0)),
    define("open, verified", ("open", "verified"), Of::MeanTime, AtMost(1e9)),
    define("open, unverified", ("open", "unverified"), Of::MeanTime, AtMost(20e6)),
    define(
        "resolve a known name, in batches, one core",
        ("resolve", "exact, batched"),
        Of::MeanTime,
        AtMost(1_000.0),
    ),
    define("resolve a misspelt name, mean", ("resolve", "misspelt mix"), Of::MeanTime, AtMost(150_000.0)),
    define("resolve a misspelt name, p99", ("resolve", "misspelt mix"), Of::P99Time, AtMost(1_500_000.0)),
    define("anonymous memory of a server", ("server", "anonymous memory"), Of::Number, AtMost(150e6)),
];

/// The goals, held against `report`.
pub fn goals(report: &Report) -> Vec<Goal> {
    GOALS.iter().map(|definition| definition.judge(report)).collect()
}

impl Definition {
    fn judge(&self, report: &Report) -> Goal {
        let is_it = |row: &&Row| row.suite == self.suite && row.case == self.case;
        let measured = report.rows.iter().find(is_it).and_then(|row| self.measured(row));
        let (bound, is_met) = match self.bound {
            AtLeast(least) => ("≥", measured.map(|measured| measured >= least)),
            AtMost(most) => ("≤", measured.map(|measured| measured <= most)),
        };
        let (AtLeast(limit) | AtMost(limit)) = self.bound;
        let unit = self.unit();
        Goal { what: self.what, bound: format!("{bound} {}", unit.write(limit)), measured, is_met, unit }
    }

    fn measured(&self, row: &Row) -> Option<f64> {
        match (&row.figure, self.of) {
            (Figure::Timing(timing), Of::MeanRatio) => timing.mean_ratios.first().copied(),
            (Figure::Timing(timing), Of::P99Ratio) => timing.p99_ratios.first().copied(),
            (Figure::Timing(timing), Of::MeanTime) => timing.sides.first().map(|side| side.latency.mean_ns),
            (Figure::Timing(timing), Of::P99Time) => timing.sides.first().map(|side| side.latency.p99_ns),
            (Figure::Number { yaqut, .. }, Of::Number) => Some(*yaqut),
            _ => None,
        }
    }

    fn unit(&self) -> GoalUnit {
        match (self.of, self.case) {
            (Of::MeanRatio | Of::P99Ratio, _) => GoalUnit::Ratio,
            (Of::MeanTime | Of::P99Time, _) => GoalUnit::Nanoseconds,
            (Of::Number, "time") => GoalUnit::Seconds,
            (Of::Number, "file per name") => GoalUnit::BytesPerName,
            (Of::Number, _) => GoalUnit::Bytes,
        }
    }
}

impl GoalUnit {
    /// A number for people.
    pub fn write(self, number: f64) -> String {
        match self {
            Self::Ratio => format!("{number:.1}×"),
            Self::Seconds => super::table::duration(number * 1e9),
            Self::Nanoseconds => super::table::duration(number),
            Self::Bytes => super::table::number(number, Unit::Bytes),
            Self::BytesPerName => super::table::number(number, Unit::BytesPerName),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Latency, Side, Timing};

    #[test]
    fn goals_are_held_against_what_was_measured() {
        let side = |name: &str, mean_ns| Side {
            name: name.into(),
            latency: Latency { mean_ns, ..Latency::default() },
        };
        let timing = Timing {
            items: 1,
            lap: 1,
            rounds: 1,
            sides: vec![side("yaqut", 10.0), side("peer", 390.0)],
            mean_ratios: vec![39.0],
            p99_ratios: vec![12.0],
        };
        let rows = vec![
            Row::new("fuzzy", "one edit", Figure::Timing(timing)),
            Row::new("build", "time", Figure::number(59.0, Unit::Seconds)),
        ];
        let goals = goals(&Report { rows, ..Report::default() });
        let verdict = |what| goals.iter().find(|goal| goal.what == what).map(|goal| goal.is_met);
        assert_eq!(verdict("fuzzy, one edit, mean"), Some(Some(false)));
        assert_eq!(verdict("fuzzy, one edit, p99"), Some(Some(true)));
        assert_eq!(verdict("build"), Some(Some(true)));
        assert_eq!(verdict("file"), Some(None));
    }
}
