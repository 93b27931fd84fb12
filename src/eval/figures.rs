//! [`Figures`]: the quality of the answers to some cases, in numbers.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::calibration::Calibration;
use super::cases::Case;
use super::outcome::{Judgement, Outcome, judge};
use crate::resolve::Resolution;

/// The outcomes of some cases, counted, and the calibration of the scores. Figures of disjoint sets of cases add up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    outcomes: [u64; Outcome::ALL.len()],
    merged: u64,
    /// How far the scores can be trusted.
    pub calibration: Calibration,
}

impl Figures {
    /// Judges an answer and counts it.
    pub fn observe(&mut self, case: &Case, answer: &Resolution) -> Judgement {
        let judgement = judge(case, answer);
        if let Some(count) = self.outcomes.get_mut(judgement.outcome as usize) {
            *count += 1;
        }
        self.merged += u64::from(judgement.is_merged);
        self.calibration.observe(case, answer);
        judgement
    }

    /// Adds the cases of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (count, others) in self.outcomes.iter_mut().zip(other.outcomes) {
            *count += others;
        }
        self.merged += other.merged;
        self.calibration.merge(&other.calibration);
    }

    /// How many cases there are.
    pub fn case_count(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// How many cases had this outcome.
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(outcome as usize).copied().unwrap_or_default()
    }

    /// How many cases had the forbidden entity chosen; they are among the wrong ones.
    pub fn merged(&self) -> u64 {
        self.merged
    }

    /// How many cases are resolved or listed.
    pub fn found(&self) -> u64 {
        self.count(Outcome::Resolved) + self.count(Outcome::Listed)
    }

    /// One figure: outcomes in percent of the cases, the measures of calibration from 0 to 1. 0 without cases.
    pub fn get(&self, metric: Metric) -> f64 {
        let percent = |count: u64| 100.0 * count as f64 / self.case_count().max(1) as f64;
        match metric {
            Metric::Resolved => percent(self.count(Outcome::Resolved)),
            Metric::Listed => percent(self.count(Outcome::Listed)),
            Metric::Found => percent(self.found()),
            Metric::Wrong => percent(self.count(Outcome::Wrong)),
            Metric::Merged => percent(self.merged),
            Metric::Missed => percent(self.count(Outcome::Missed)),
            Metric::Ece => self.calibration.expected_error(),
            Metric::Brier => self.calibration.brier(),
        }
    }
}

/// A figure that can be asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Cases whose answer is right, in percent.
    Resolved,
    /// Cases whose entity is listed but not chosen, in percent.
    Listed,
    /// Cases that are resolved or listed, in percent.
    Found,
    /// Cases in which another entity was chosen, in percent.
    Wrong,
    /// Cases in which the forbidden entity was chosen, in percent of all cases.
    Merged,
    /// Cases that have come to nothing, in percent.
    Missed,
    /// The expected calibration error, 0 to 1.
    Ece,
    /// The Brier score, 0 to 1.
    Brier,
}

impl Metric {
    /// Every metric, in the order in which reports show them.
    pub const ALL: [Self; 8] = [
        Self::Resolved,
        Self::Listed,
        Self::Found,
        Self::Wrong,
        Self::Merged,
        Self::Missed,
        Self::Ece,
        Self::Brier,
    ];

    /// The metric as it is written in requirements.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Listed => "listed",
            Self::Found => "found",
            Self::Wrong => "wrong",
            Self::Merged => "merged",
            Self::Missed => "missed",
            Self::Ece => "ece",
            Self::Brier => "brier",
        }
    }

    /// Whether it is a share of the cases in percent; else it lies between 0 and 1.
    pub const fn is_percent(self) -> bool {
        !matches!(self, Self::Ece | Self::Brier)
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Figures", 14)?;
        fields.serialize_field("case_count", &self.case_count())?;
        fields.serialize_field("resolved", &self.count(Outcome::Resolved))?;
        fields.serialize_field("listed", &self.count(Outcome::Listed))?;
        fields.serialize_field("found", &self.found())?;
        fields.serialize_field("wrong", &self.count(Outcome::Wrong))?;
        fields.serialize_field("merged", &self.merged)?;
        fields.serialize_field("missed", &self.count(Outcome::Missed))?;
        fields.serialize_field("resolved_percent", &self.get(Metric::Resolved))?;
        fields.serialize_field("listed_percent", &self.get(Metric::Listed))?;
        fields.serialize_field("found_percent", &self.get(Metric::Found))?;
        fields.serialize_field("wrong_percent", &self.get(Metric::Wrong))?;
        fields.serialize_field("merged_percent", &self.get(Metric::Merged))?;
        fields.serialize_field("missed_percent", &self.get(Metric::Missed))?;
        fields.serialize_field("calibration", &self.calibration)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, case, id};
    use super::*;
    use crate::model::Status;

    /// One case of each outcome, one more that is resolved, and a merge.
    fn figures() -> Figures {
        let mut figures = Figures::default();
        let resolved = answer(Status::Resolved, &[("Q1", 0.9)]);
        figures.observe(&case("a", "Q1"), &resolved);
        figures.observe(&case("b", "Q1"), &resolved);
        figures.observe(&case("c", "Q1"), &answer(Status::Ambiguous, &[("Q1", 0.4), ("Q2", 0.4)]));
        figures.observe(&case("d", "Q2"), &resolved);
        let mut forbidding = case("e", "Q2");
        forbidding.forbidden = Some(id("Q1"));
        figures.observe(&forbidding, &resolved);
        figures.observe(&case("f", "Q1"), &answer(Status::NotFound, &[]));
        figures.observe(&case("g", "NIL"), &answer(Status::NotFound, &[]));
        figures.observe(&case("h", "NIL"), &answer(Status::NotFound, &[]));
        figures
    }

    #[test]
    fn outcomes_are_a_partition_and_merges_are_wrong() {
        let figures = figures();
        assert_eq!(figures.case_count(), 8);
        assert_eq!(Outcome::ALL.map(|outcome| figures.count(outcome)), [4, 1, 2, 1]);
        assert_eq!((figures.merged(), figures.found()), (1, 5));
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "eighths are exact")]
    fn percents_are_of_all_cases() {
        let figures = figures();
        let percents = Metric::ALL[..6].iter().map(|&metric| figures.get(metric));
        assert_eq!(percents.collect::<Vec<_>>(), [50.0, 12.5, 62.5, 25.0, 12.5, 12.5]);
        assert_eq!(Figures::default().get(Metric::Resolved), 0.0);
    }

    #[test]
    fn figures_add_up() {
        let mut sum = figures();
        sum.merge(&figures());
        assert_eq!((sum.case_count(), sum.merged(), sum.found()), (16, 2, 10));
        assert!((sum.get(Metric::Brier) - figures().get(Metric::Brier)).abs() < 1e-12);
    }
}
