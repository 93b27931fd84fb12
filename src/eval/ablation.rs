//! [`Ablation`]: what the quality of the answers loses when a stage of the resolution is left out.

use serde::Serialize;

use super::cases::{Case, Expected};
use super::figures::{Figures, Metric};
use crate::resolve::{Resolution, Stage};

/// The figures of one run, of all cases and of their two sorts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Groups {
    /// All cases.
    pub total: Figures,
    /// The cases that expect an entity, or the readings of a homograph.
    pub entity: Figures,
    /// The cases that expect NIL.
    pub nil: Figures,
}

impl Groups {
    /// Judges answers, which stand in the order of their cases.
    pub fn new(cases: &[Case], answers: &[Resolution]) -> Self {
        let mut groups = Self::default();
        for (case, answer) in cases.iter().zip(answers) {
            let is_nil = case.expected == Expected::Nil;
            let group = if is_nil { &mut groups.nil } else { &mut groups.entity };
            group.observe(case, answer);
        }
        groups.total.merge(&groups.entity);
        groups.total.merge(&groups.nil);
        groups
    }
}

/// A run without one stage, beside the run with all of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ablation {
    /// The stage that was left out; none in the run that the others are held against.
    pub without: Option<Stage>,
    /// The figures of the run.
    #[serde(flatten)]
    pub groups: Groups,
    /// What the run has more than the one with all stages, over all cases.
    pub change: Change,
}

/// Differences of figures: percents in percentage points, the calibration error as it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Of the cases that are resolved.
    pub resolved_percent: f64,
    /// Of the cases that are listed.
    pub listed_percent: f64,
    /// Of the cases that are wrong.
    pub wrong_percent: f64,
    /// Of the cases that are merged.
    pub merged_percent: f64,
    /// Of the expected calibration error.
    pub ece: f64,
}

impl Ablation {
    /// Holds runs without a stage each against the run with all of them, which becomes the first row.
    pub fn compare(with_all: &Groups, without: impl IntoIterator<Item = (Stage, Groups)>) -> Vec<Self> {
        let row = |without, groups: Groups| {
            let change = Change::between(&with_all.total, &groups.total);
            Self { without, groups, change }
        };
        let rows: Vec<Self> = without.into_iter().map(|(stage, groups)| row(Some(stage), groups)).collect();
        std::iter::once(row(None, with_all.clone())).chain(rows).collect()
    }
}

impl Change {
    /// What `after` has more than `before`.
    pub fn between(before: &Figures, after: &Figures) -> Self {
        let change = |metric| after.get(metric) - before.get(metric);
        Self {
            resolved_percent: change(Metric::Resolved),
            listed_percent: change(Metric::Listed),
            wrong_percent: change(Metric::Wrong),
            merged_percent: change(Metric::Merged),
            ece: change(Metric::Ece),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, case};
    use super::*;
    use crate::model::Status;

    fn cases() -> [Case; 4] {
        [case("a", "Q1"), case("b", "Q1|Q2"), case("c", "NIL"), case("d", "Q2")]
    }

    fn groups(last: (Status, &[(&str, f32)])) -> Groups {
        let answers = [
            answer(Status::Resolved, &[("Q1", 0.9)]),
            answer(Status::Ambiguous, &[("Q1", 0.5), ("Q2", 0.5)]),
            answer(Status::NotFound, &[]),
            answer(last.0, last.1),
        ];
        Groups::new(&cases(), &answers)
    }

    #[test]
    fn cases_are_of_two_sorts_that_make_the_total() {
        let groups = groups((Status::NotFound, &[]));
        let counts = [&groups.total, &groups.entity, &groups.nil].map(Figures::case_count);
        assert_eq!(counts, [4, 3, 1]);
        assert_eq!(groups.total.calibration.point_count(), 7);
    }

    #[test]
    fn runs_are_held_against_the_one_with_all_stages() {
        let with_all = groups((Status::Resolved, &[("Q2", 0.9)]));
        let missing = groups((Status::NotFound, &[]));
        let wrong = groups((Status::Resolved, &[("Q1", 0.9)]));
        let rows = Ablation::compare(&with_all, [(Stage::Fuzzy, missing), (Stage::Rank, wrong)]);
        let stages: Vec<_> = rows.iter().map(|row| row.without).collect();
        assert_eq!(stages, [None, Some(Stage::Fuzzy), Some(Stage::Rank)]);
        let changes = |at: usize| (rows[at].change.resolved_percent, rows[at].change.wrong_percent);
        assert_eq!([changes(0), changes(1), changes(2)], [(0.0, 0.0), (-25.0, 0.0), (-25.0, 25.0)]);
        assert!(rows[2].change.ece > 0.0, "{:?}", rows[2].change);
    }

    #[test]
    fn json_has_its_shape() {
        let groups = groups((Status::NotFound, &[]));
        let json = serde_json::to_value(Ablation::compare(&groups, [(Stage::OtherPerson, groups.clone())]));
        let json = json.unwrap();
        assert!(json[0]["without"].is_null());
        assert_eq!(json[1]["without"], "other-person");
        assert_eq!(json[1]["change"]["resolved_percent"], 0.0);
        assert_eq!((&json[1]["total"]["case_count"], &json[1]["nil"]["resolved"]), (&4.into(), &1.into()));
    }
}
