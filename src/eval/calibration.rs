//! [`Calibration`]: whether a score of 0.8 is right eight times in ten.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::cases::Case;
use super::outcome::is_known_as;
use crate::resolve::Resolution;

/// Bins of the calibration curve, all of one width.
pub const BIN_COUNT: usize = 10;

/// Scores beside what came true, summed up.
///
/// Each candidate gives its score, and whether it is expected: 1 or 0, and 1/k if it is one of the k readings of a
/// homograph. Each query gives NIL's score, which is what the candidates leave of 1, and whether NIL is expected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    bins: [Bin; BIN_COUNT],
    squared_errors: f64,
    squared_outcomes: f64,
}

/// The points whose scores lie in one bin: its lower bound counts as within, and so does 1 in the last.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many points lie in it.
    pub count: u64,
    score_sum: f64,
    outcome_sum: f64,
}

impl Calibration {
    /// Adds the candidates and the NIL of one answer, and what was expected of it.
    pub fn observe(&mut self, case: &Case, answer: &Resolution) {
        let expected = case.expected.ids();
        let mut nil = 1.0_f32;
        for candidate in &answer.candidates {
            let is_expected = expected.iter().any(|id| is_known_as(candidate, id));
            let outcome = if is_expected { 1.0 / expected.len() as f64 } else { 0.0 };
            self.add(candidate.score.get(), outcome);
            nil -= candidate.score.get();
        }
        self.add(nil.clamp(0.0, 1.0), if expected.is_empty() { 1.0 } else { 0.0 });
    }

    /// Adds a point: a score, and the share in which it came true, both 0 to 1.
    fn add(&mut self, score: f32, outcome: f64) {
        let at = (score * BIN_COUNT as f32) as usize;
        let score = f64::from(score);
        if let Some(bin) = self.bins.get_mut(at.min(BIN_COUNT - 1)) {
            bin.count += 1;
            bin.score_sum += score;
            bin.outcome_sum += outcome;
        }
        self.squared_errors += (score - outcome).powi(2);
        self.squared_outcomes += outcome * outcome;
    }

    /// Adds all points of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (bin, others) in self.bins.iter_mut().zip(&other.bins) {
            bin.count += others.count;
            bin.score_sum += others.score_sum;
            bin.outcome_sum += others.outcome_sum;
        }
        self.squared_errors += other.squared_errors;
        self.squared_outcomes += other.squared_outcomes;
    }

    /// The calibration curve: scores from 0 to 0.1, and so on.
    pub fn bins(&self) -> &[Bin; BIN_COUNT] {
        &self.bins
    }

    /// How many points there are.
    pub fn point_count(&self) -> u64 {
        self.bins.iter().map(|bin| bin.count).sum()
    }

    /// The expected calibration error, 0 to 1: how far mean score and mean outcome lie apart in a bin, on average over
    /// the points (Naeini, Cooper and Hauskrecht, AAAI 2015). 0 without points.
    pub fn expected_error(&self) -> f64 {
        self.mean(self.bins.iter().map(|bin| (bin.score_sum - bin.outcome_sum).abs()).sum())
    }

    /// The Brier score, 0 to 1: the mean squared error of the scores (Brier, Monthly Weather Review, 1950). 0 without points.
    pub fn brier(&self) -> f64 {
        self.mean(self.squared_errors)
    }

    /// The mean outcome, 0 to 1: what one would say of every point without looking.
    pub fn base_rate(&self) -> f64 {
        self.mean(self.bins.iter().map(|bin| bin.outcome_sum).sum())
    }

    /// The Brier score of always saying the base rate: that of scores that know nothing.
    pub fn base_rate_brier(&self) -> f64 {
        // The variance of the outcomes; rounding must not bring it below nothing.
        (self.mean(self.squared_outcomes) - self.base_rate().powi(2)).max(0.0)
    }

    fn mean(&self, sum: f64) -> f64 {
        sum / self.point_count().max(1) as f64
    }
}

impl Bin {
    /// The mean score, if there are points.
    pub fn mean_score(&self) -> Option<f64> {
        (self.count > 0).then(|| self.score_sum / self.count as f64)
    }

    /// The share of the points that came true, if there are any.
    pub fn share_right(&self) -> Option<f64> {
        (self.count > 0).then(|| self.outcome_sum / self.count as f64)
    }
}

impl Serialize for Calibration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Calibration", 6)?;
        fields.serialize_field("point_count", &self.point_count())?;
        fields.serialize_field("ece", &self.expected_error())?;
        fields.serialize_field("brier", &self.brier())?;
        fields.serialize_field("base_rate", &self.base_rate())?;
        fields.serialize_field("base_rate_brier", &self.base_rate_brier())?;
        let bound = |at: usize| at as f64 / BIN_COUNT as f64;
        let row = |(at, bin): (usize, &Bin)| CurveRow {
            score_from: bound(at),
            score_to: bound(at + 1),
            count: bin.count,
            mean_score: bin.mean_score(),
            share_right: bin.share_right(),
        };
        let curve: Vec<CurveRow> = self.bins.iter().enumerate().map(row).collect();
        fields.serialize_field("curve", &curve)?;
        fields.end()
    }
}

/// A bin as it is written in JSON.
#[derive(Serialize)]
struct CurveRow {
    score_from: f64,
    score_to: f64,
    count: u64,
    mean_score: Option<f64>,
    share_right: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, case};
    use super::*;
    use crate::model::Status;

    fn calibration(points: &[(f32, f64)]) -> Calibration {
        let mut calibration = Calibration::default();
        for &(score, outcome) in points {
            calibration.add(score, outcome);
        }
        calibration
    }

    #[track_caller]
    fn assert_near(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-6, "{actual} is not {expected}");
    }

    #[test]
    fn figures_are_those_computed_by_hand() {
        // Bin 0.7: mean score 0.75, two of three right; bin 0.2: mean score 0.2, none right.
        let calibration = calibration(&[(0.70, 1.0), (0.75, 1.0), (0.79, 0.0), (0.20, 0.0)]);
        let bin = calibration.bins()[7];
        assert_eq!(bin.count, 3);
        assert_near(bin.mean_score().unwrap(), 2.24 / 3.0);
        assert_near(bin.share_right().unwrap(), 2.0 / 3.0);
        // 3/4 · |2.24/3 − 2/3| + 1/4 · |0.2 − 0|
        assert_near(calibration.expected_error(), 0.24 / 4.0 + 0.2 / 4.0);
        // (0.3² + 0.25² + 0.79² + 0.2²) / 4
        assert_near(calibration.brier(), (0.09 + 0.0625 + 0.6241 + 0.04) / 4.0);
        assert_near(calibration.base_rate(), 0.5);
        assert_near(calibration.base_rate_brier(), 0.25);
    }

    #[test]
    fn bounds_belong_to_the_bin_above() {
        let scores: Vec<_> = (0..=10).map(|tenth| (tenth as f32 / 10.0, 0.0)).collect();
        let counts = calibration(&scores).bins().map(|bin| bin.count);
        assert_eq!(counts, [1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
    }

    #[test]
    fn nothing_is_no_fault() {
        let empty = Calibration::default();
        assert_near(
            empty.expected_error() + empty.brier() + empty.base_rate() + empty.base_rate_brier(),
            0.0,
        );
        assert_eq!(empty.bins()[0].mean_score(), None);
    }

    #[test]
    fn candidates_and_nil_are_points() {
        let mut seen = Calibration::default();
        seen.observe(&case("q", "other:Q2"), &answer(Status::Ambiguous, &[("Q1", 0.5), ("Q2", 0.25)]));
        assert_eq!(seen, calibration(&[(0.5, 0.0), (0.25, 1.0), (0.25, 0.0)]));

        let mut nil = Calibration::default();
        nil.observe(&case("q", "NIL"), &answer(Status::NotFound, &[]));
        assert_eq!(nil, calibration(&[(1.0, 1.0)]));

        let mut homograph = Calibration::default();
        homograph.observe(&case("q", "Q1|Q2"), &answer(Status::Ambiguous, &[("Q1", 0.5), ("Q2", 0.5)]));
        assert_eq!(homograph, calibration(&[(0.5, 0.5), (0.5, 0.5), (0.0, 0.0)]));
        assert_near(homograph.brier() + homograph.expected_error(), 0.0);
    }

    #[test]
    fn parts_add_up() {
        let points = [(0.1, 0.0), (0.95, 1.0), (0.5, 0.5), (0.55, 0.0)];
        let mut sum = calibration(&points[..2]);
        sum.merge(&calibration(&points[2..]));
        assert_eq!(sum, calibration(&points));
    }
}
