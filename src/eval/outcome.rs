//! [`judge`]: what became of one case.

use serde::Serialize;

use super::cases::{Case, Expected};
use crate::model::{EntityId, Status};
use crate::resolve::{Candidate, Resolution};

/// What became of a case: exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer is right: `RESOLVED` to the entity expected, `AMBIGUOUS` with every reading of a homograph, or
    /// `NOT_FOUND` for NIL.
    Resolved,
    /// Nothing was chosen, but an entity that is expected is among the candidates; `AMBIGUOUS` for NIL.
    Listed,
    /// `RESOLVED` to another entity; to any, where NIL or a homograph is expected.
    Wrong,
    /// None of these.
    Missed,
}

impl Outcome {
    /// Every outcome, in order.
    pub const ALL: [Self; 4] = [Self::Resolved, Self::Listed, Self::Wrong, Self::Missed];

    /// The outcome as it is written in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Listed => "listed",
            Self::Wrong => "wrong",
            Self::Missed => "missed",
        }
    }
}

/// The verdict on one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What became of the case.
    pub outcome: Outcome,
    /// Whether the forbidden entity was chosen; then the outcome is [`Outcome::Wrong`].
    pub is_merged: bool,
}

/// Judges the answer to a case. An ID stands for its entity: any other ID of the entity is as good.
pub fn judge(case: &Case, answer: &Resolution) -> Judgement {
    let is_merged =
        case.forbidden.as_ref().is_some_and(|id| chosen(answer).is_some_and(|it| is_known_as(it, id)));
    let outcome = if is_merged { Outcome::Wrong } else { outcome(&case.expected, answer) };
    Judgement { outcome, is_merged }
}

fn outcome(expected: &Expected, answer: &Resolution) -> Outcome {
    let is_listed = |id: &EntityId| answer.candidates.iter().any(|candidate| is_known_as(candidate, id));
    match (expected, chosen(answer)) {
        (Expected::Entity(id), Some(chosen)) if is_known_as(chosen, id) => Outcome::Resolved,
        (_, Some(_)) => Outcome::Wrong,
        (Expected::Nil, None) => match answer.status {
            Status::NotFound => Outcome::Resolved,
            Status::Ambiguous => Outcome::Listed,
            Status::Resolved | Status::Invalid => Outcome::Missed,
        },
        (Expected::Homograph(ids), None)
            if answer.status == Status::Ambiguous && ids.iter().all(is_listed) =>
        {
            Outcome::Resolved
        }
        (expected, None) if expected.ids().iter().any(is_listed) => Outcome::Listed,
        (_, None) => Outcome::Missed,
    }
}

/// The candidate that the answer chooses.
pub(super) fn chosen(answer: &Resolution) -> Option<&Candidate> {
    answer.candidates.first().filter(|_| answer.status == Status::Resolved)
}

/// Whether `id` is one of the candidate's.
pub(super) fn is_known_as(candidate: &Candidate, id: &EntityId) -> bool {
    candidate.id == *id || candidate.same_as.contains(id)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, case, id};
    use super::*;
    use Outcome::{Listed, Missed, Resolved, Wrong};
    use Status::{Ambiguous, Invalid, NotFound, Resolved as Chosen};

    #[test]
    fn every_case_has_one_outcome() {
        const ONE: &[(&str, f32)] = &[("Q1", 0.9)];
        const TWO: &[(&str, f32)] = &[("Q1", 0.5), ("Q2", 0.4)];
        const THREE: &[(&str, f32)] = &[("Q3", 0.5), ("Q1", 0.3), ("Q2", 0.1)];
        for (expected, status, candidates, outcome) in [
            ("Q1", Chosen, ONE, Resolved),
            ("other:Q1", Chosen, ONE, Resolved),
            ("Q2", Chosen, ONE, Wrong),
            ("Q2", Chosen, TWO, Wrong),
            ("Q2", Ambiguous, TWO, Listed),
            ("other:Q2", NotFound, TWO, Listed),
            ("Q3", Ambiguous, TWO, Missed),
            ("Q1", NotFound, &[], Missed),
            ("Q1", Invalid, &[], Missed),
            ("NIL", NotFound, &[], Resolved),
            ("NIL", NotFound, ONE, Resolved),
            ("NIL", Ambiguous, TWO, Listed),
            ("NIL", Chosen, ONE, Wrong),
            ("NIL", Invalid, &[], Missed),
            ("Q1|Q2", Ambiguous, TWO, Resolved),
            ("Q2|other:Q1", Ambiguous, THREE, Resolved),
            ("Q1|Q2", NotFound, TWO, Listed),
            ("Q1|Q3", Ambiguous, TWO, Listed),
            ("Q3|Q4", Ambiguous, TWO, Missed),
            ("Q1|Q2", Chosen, TWO, Wrong),
            ("Q1|Q2", NotFound, &[], Missed),
        ] {
            let judged = judge(&case("q", expected), &answer(status, candidates));
            assert_eq!(judged.outcome, outcome, "{expected} {status} {candidates:?}");
            assert!(!judged.is_merged);
        }
    }

    #[test]
    fn choosing_the_forbidden_entity_is_a_merge() {
        let mut case = case("q", "Q1");
        case.forbidden = Some(id("other:Q2"));
        let judged = |status, best| judge(&case, &answer(status, &[(best, 0.9)]));
        assert_eq!(judged(Chosen, "Q2"), Judgement { outcome: Wrong, is_merged: true });
        assert_eq!(judged(Chosen, "Q3"), Judgement { outcome: Wrong, is_merged: false });
        assert_eq!(judged(Chosen, "Q1"), Judgement { outcome: Resolved, is_merged: false });
        assert_eq!(judged(Ambiguous, "Q2"), Judgement { outcome: Missed, is_merged: false });
    }
}
