//! [`Report`]: figures by phenomenon, and the cases that were not resolved.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::{Serialize, Serializer};

use super::cases::Case;
use super::figures::Figures;
use super::outcome::{Judgement, Outcome, is_known_as};
use crate::model::{EntityId, Score};
use crate::resolve::{Candidate, Resolution, ResolveOptions};

/// What the answers to some cases are worth.
#[derive(Clone, Debug, Serialize)]
pub struct Report<'a> {
    /// The figures of all cases.
    pub total: Figures,
    /// The figures of each phenomenon, in the order in which they first appear.
    #[serde(serialize_with = "serialize_phenomena")]
    pub phenomena: Vec<(&'a str, Figures)>,
    /// How many cases were not resolved.
    pub confusion_count: usize,
    /// The cases that were not resolved: first wrong ones, the surest first, then missed ones, then listed ones.
    pub confusions: Vec<Confusion<'a>>,
}

impl<'a> Report<'a> {
    /// Judges answers, which stand in the order of their cases. O(n log n).
    pub fn new(cases: &'a [Case], answers: &'a [Resolution]) -> Self {
        let mut phenomena: Vec<(&str, Figures)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut confusions = Vec::new();
        for (case, answer) in cases.iter().zip(answers) {
            let place = *places.entry(&case.phenomenon).or_insert_with(|| {
                phenomena.push((&case.phenomenon, Figures::default()));
                phenomena.len() - 1
            });
            let Some((_, figures)) = phenomena.get_mut(place) else { continue };
            let judgement = figures.observe(case, answer);
            if judgement.outcome != Outcome::Resolved {
                confusions.push(Confusion { case, answer, judgement });
            }
        }
        // A stable sort: what is alike stays in the order of the tables.
        confusions.sort_by_key(Confusion::gravity);
        let mut total = Figures::default();
        for (_, figures) in &phenomena {
            total.merge(figures);
        }
        Self { total, phenomena, confusion_count: confusions.len(), confusions }
    }
}

/// A case that was not resolved.
#[derive(Clone, Copy, Debug)]
pub struct Confusion<'a> {
    /// What was asked, and what is right.
    pub case: &'a Case,
    /// What was answered.
    pub answer: &'a Resolution,
    /// The verdict.
    pub judgement: Judgement,
}

impl<'a> Confusion<'a> {
    /// The candidate that came first, whether it was chosen or not.
    pub fn best(&self) -> Option<&'a Candidate> {
        self.answer.candidates.first()
    }

    /// The score of the expected entity; the highest, if there are several.
    pub fn expected_score(&self) -> Option<Score> {
        let is_expected =
            |candidate: &&Candidate| self.case.expected.ids().iter().any(|id| is_known_as(candidate, id));
        // Candidates stand in the order of their scores.
        self.answer.candidates.iter().find(is_expected).map(|candidate| candidate.score)
    }

    /// Ascends from the gravest; a score is 0 to 1, so its bits are in its order.
    fn gravity(&self) -> (u8, Reverse<u32>) {
        let class = match self.judgement.outcome {
            Outcome::Wrong => 0,
            Outcome::Missed => 1,
            Outcome::Listed => 2,
            Outcome::Resolved => 3,
        };
        (class, Reverse(self.best().map_or(0, |best| best.score.get().to_bits())))
    }
}

impl Serialize for Confusion<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { case, answer, judgement } = *self;
        let shown = answer.candidates.iter().take(ResolveOptions::DEFAULT_LIMIT).cloned().collect();
        ConfusionRow {
            file: &case.file,
            line: case.line,
            phenomenon: &case.phenomenon,
            label: &case.label,
            expected: case.expected.ids(),
            forbidden: case.forbidden.as_ref(),
            outcome: judgement.outcome,
            merged: judgement.is_merged,
            expected_score: self.expected_score(),
            answer: Resolution { candidates: shown, ..answer.clone() },
        }
        .serialize(serializer)
    }
}

/// A confusion as it is written in JSON: the answer has its first few candidates only.
#[derive(Serialize)]
struct ConfusionRow<'a> {
    file: &'a str,
    line: u32,
    phenomenon: &'a str,
    label: &'a str,
    expected: &'a [EntityId],
    forbidden: Option<&'a EntityId>,
    outcome: Outcome,
    merged: bool,
    expected_score: Option<Score>,
    answer: Resolution,
}

#[derive(Serialize)]
struct PhenomenonRow<'a> {
    phenomenon: &'a str,
    #[serde(flatten)]
    figures: &'a Figures,
}

fn serialize_phenomena<S: Serializer>(
    phenomena: &[(&str, Figures)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer
        .collect_seq(phenomena.iter().map(|(phenomenon, figures)| PhenomenonRow { phenomenon, figures }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, case};
    use super::*;
    use crate::model::Status;

    fn cases() -> Vec<Case> {
        let rows = [
            ("a", "Q1", "hamza"),
            ("b", "Q2", "yeh"),
            ("c", "Q2", "hamza"),
            ("d", "Q2", "yeh"),
            ("e", "Q2", "yeh"),
        ];
        let case = |(name, expected, phenomenon): (&str, &str, &str)| {
            let mut case = case(name, expected);
            case.phenomenon = phenomenon.into();
            case
        };
        rows.map(case).to_vec()
    }

    fn answers() -> Vec<Resolution> {
        vec![
            answer(Status::Resolved, &[("Q1", 0.9)]),
            answer(Status::Ambiguous, &[("Q1", 0.4), ("Q2", 0.375)]),
            answer(Status::Resolved, &[("Q1", 0.6)]),
            answer(Status::NotFound, &[]),
            answer(Status::Resolved, &[("Q1", 0.75), ("Q2", 0.125)]),
        ]
    }

    #[test]
    fn phenomena_stand_in_the_order_of_the_tables_and_make_the_total() {
        let (cases, answers) = (cases(), answers());
        let report = Report::new(&cases, &answers);
        let counts: Vec<_> =
            report.phenomena.iter().map(|(name, figures)| (*name, figures.case_count())).collect();
        assert_eq!(counts, [("hamza", 2), ("yeh", 3)]);
        assert_eq!(Outcome::ALL.map(|outcome| report.total.count(outcome)), [1, 1, 2, 1]);
    }

    #[test]
    fn the_gravest_confusion_comes_first() {
        let (cases, answers) = (cases(), answers());
        let report = Report::new(&cases, &answers);
        let names: Vec<_> = report.confusions.iter().map(|confusion| confusion.case.name.as_str()).collect();
        assert_eq!(names, ["e", "c", "d", "b"]);
        let scores: Vec<_> = report.confusions.iter().map(Confusion::expected_score).collect();
        assert_eq!(scores, [Some(Score::new(0.125)), None, None, Some(Score::new(0.375))]);
    }

    #[test]
    fn json_has_its_shape() {
        let (cases, answers) = (cases(), answers());
        let json = serde_json::to_value(Report::new(&cases, &answers)).unwrap();
        assert_eq!(json["total"]["case_count"], 5);
        assert_eq!(json["total"]["resolved_percent"], 20.0);
        assert_eq!(json["total"]["calibration"]["point_count"], 11);
        assert_eq!(json["total"]["calibration"]["curve"][9]["count"], 2);
        assert_eq!(json["phenomena"][0]["phenomenon"], "hamza");
        assert_eq!(json["phenomena"][0]["wrong"], 1);
        assert_eq!(json["confusion_count"], 4);
        let first = &json["confusions"][0];
        assert_eq!((&first["outcome"], &first["merged"]), (&"wrong".into(), &false.into()));
        assert_eq!((&first["expected"][0], &first["expected_score"]), (&"Q2".into(), &0.125.into()));
        assert_eq!((&first["answer"]["canonical_id"], &first["line"]), (&"Q1".into(), &2.into()));
    }

    #[test]
    fn answers_are_shown_with_their_first_candidates() {
        let many: Vec<_> = (1..=9).map(|n| format!("Q{n}")).collect();
        let candidates: Vec<_> = many.iter().map(|id| (id.as_str(), 0.125)).collect();
        let (cases, answers) = ([case("a", "Q9")], [answer(Status::Ambiguous, &candidates)]);
        let json = serde_json::to_value(Report::new(&cases, &answers)).unwrap();
        let confusion = &json["confusions"][0];
        assert_eq!(
            confusion["answer"]["candidates"].as_array().map(Vec::len),
            Some(ResolveOptions::DEFAULT_LIMIT)
        );
        assert_eq!(confusion["expected_score"], 0.125);
    }
}
