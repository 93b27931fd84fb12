//! Explanations to messages, and messages back to explanations.

use super::{UnreadableAnswer, optional, pb, read_alias_kind, read_status, read_tier};
use crate::model::{EntityId, Reason, Score};
use crate::resolve::{AliasComparison, Explanation, Factors, Rival, Standing, Step};

impl From<Explanation> for pb::ResolutionExplanation {
    /// Leaves out the index version, which stands in the response once.
    fn from(explanation: Explanation) -> Self {
        Self {
            query: explanation.query,
            id: explanation.id.to_string(),
            name: explanation.name,
            status: pb::ResolutionStatus::from(explanation.status).into(),
            canonical_id: explanation.canonical_id.map(|id| id.to_string()).unwrap_or_default(),
            reason: pb::ResolutionReason::from(explanation.reason).into(),
            message: explanation.message,
            pack: explanation.pack.unwrap_or_default(),
            place: explanation.place.unwrap_or_default(),
            alias: explanation.alias.map(Into::into),
            standing: explanation.standing.map(Into::into),
            rival: explanation.rival.map(Into::into),
        }
    }
}

impl From<AliasComparison> for pb::AliasComparison {
    fn from(alias: AliasComparison) -> Self {
        let step = |step: Step| pb::ComparisonStep { text: step.text, cost: step.cost };
        Self {
            text: alias.text,
            language_code: alias.language_code,
            kind: pb::AliasKind::from(alias.kind).into(),
            pack: alias.pack,
            tier: pb::Tier::from(alias.tier).into(),
            steps: alias.steps.into_iter().map(step).collect(),
            form_similarity: alias.form_similarity,
        }
    }
}

impl From<Standing> for pb::CandidateStanding {
    fn from(standing: Standing) -> Self {
        let Factors { form, plausibility, rank, kind, country, language, context } = standing.factors;
        Self {
            position: i32::try_from(standing.position).unwrap_or(i32::MAX),
            candidate_count: i32::try_from(standing.candidate_count).unwrap_or(i32::MAX),
            score: standing.score.get(),
            least_score: standing.least_score.get(),
            plausibility: standing.plausibility,
            best_plausibility: standing.best_plausibility,
            share: standing.share,
            factors: Some(pb::ScoreFactors {
                form,
                plausibility,
                rank,
                kind,
                region: country,
                language,
                context,
            }),
            margin: standing.margin,
            needed_margin: standing.needed_margin,
            nil_score: standing.nil_score.get(),
        }
    }
}

impl From<Rival> for pb::RivalEntity {
    fn from(rival: Rival) -> Self {
        Self {
            id: rival.id.to_string(),
            name: rival.name,
            matched_alias: rival.matched_alias,
            pack: rival.pack,
            score: rival.score.map(Score::get),
        }
    }
}

/// Reads an explanation as the core knows it; `index_version` is that of its response.
pub fn read_explanation(
    message: pb::ResolutionExplanation,
    index_version: &str,
) -> Result<Explanation, UnreadableAnswer> {
    Ok(Explanation {
        query: message.query,
        id: EntityId::new(&message.id)?,
        name: message.name,
        status: read_status(message.status)?,
        canonical_id: optional(&message.canonical_id, EntityId::new)?,
        reason: read_reason(message.reason)?,
        message: message.message,
        pack: Some(message.pack).filter(|pack| !pack.is_empty()),
        place: Some(message.place).filter(|place| !place.is_empty()),
        alias: message.alias.map(AliasComparison::try_from).transpose()?,
        standing: message.standing.map(Into::into),
        rival: message.rival.map(Rival::try_from).transpose()?,
        index_version: index_version.to_owned(),
    })
}

impl TryFrom<pb::AliasComparison> for AliasComparison {
    type Error = UnreadableAnswer;

    fn try_from(message: pb::AliasComparison) -> Result<Self, UnreadableAnswer> {
        let steps = message.steps.into_iter().map(|step| Step::new(step.text, step.cost));
        Ok(Self {
            text: message.text,
            language_code: message.language_code,
            kind: read_alias_kind(message.kind)?,
            pack: message.pack,
            tier: read_tier(message.tier)?,
            steps: steps.collect(),
            form_similarity: message.form_similarity,
        })
    }
}

impl From<pb::CandidateStanding> for Standing {
    fn from(message: pb::CandidateStanding) -> Self {
        let pb::ScoreFactors { form, plausibility, rank, kind, region, language, context } =
            message.factors.unwrap_or_default();
        Self {
            position: usize::try_from(message.position).unwrap_or_default(),
            candidate_count: usize::try_from(message.candidate_count).unwrap_or_default(),
            score: Score::new(message.score),
            least_score: Score::new(message.least_score),
            plausibility: message.plausibility,
            best_plausibility: message.best_plausibility,
            share: message.share,
            factors: Factors { form, plausibility, rank, kind, country: region, language, context },
            margin: message.margin,
            needed_margin: message.needed_margin,
            nil_score: Score::new(message.nil_score),
        }
    }
}

impl TryFrom<pb::RivalEntity> for Rival {
    type Error = UnreadableAnswer;

    fn try_from(message: pb::RivalEntity) -> Result<Self, UnreadableAnswer> {
        Ok(Self {
            id: EntityId::new(&message.id)?,
            name: message.name,
            matched_alias: message.matched_alias,
            pack: message.pack,
            score: message.score.map(Score::new),
        })
    }
}

enum_conversion!(
    Reason,
    ResolutionReason,
    read_reason,
    "reason",
    [
        Chosen,
        Ambiguous,
        Outscored,
        LowScore,
        BelowMinScore,
        Removed,
        NoAlias,
        Blocked,
        NotAName,
        TypeFilter,
        RankFilter,
        MaxEdits,
        KnownName,
        OrdinaryWord,
        HeadType,
        Article,
        PartOfName,
        ShortName,
        ShortAlias,
        OtherName,
        OtherPerson,
        SearchBound,
        TooFar,
    ]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AliasKind, Status, Tier};

    fn explanation() -> Explanation {
        Explanation {
            query: "عمان".into(),
            id: EntityId::new("Q3805").unwrap(),
            name: "Amman".into(),
            status: Status::Ambiguous,
            canonical_id: None,
            reason: Reason::Ambiguous,
            message: "it cannot be told apart".into(),
            pack: None,
            place: None,
            alias: Some(AliasComparison {
                text: "عمان".into(),
                language_code: "ar".into(),
                kind: AliasKind::Preferred,
                pack: "cities".into(),
                tier: Tier::Proclitic,
                steps: vec![Step::new("stripped ب".into(), 0.07)],
                form_similarity: 0.99,
            }),
            standing: Some(Standing {
                position: 2,
                candidate_count: 3,
                score: Score::new(0.4),
                least_score: Score::new(0.5),
                plausibility: 0.9,
                best_plausibility: 0.99,
                share: 0.45,
                factors: Factors {
                    form: -2.3,
                    plausibility: 0.9,
                    rank: -0.5,
                    kind: -0.1,
                    country: 1.4,
                    language: 0.4,
                    context: 2.5,
                },
                margin: -0.1,
                needed_margin: 0.7,
                nil_score: Score::new(0.05),
            }),
            rival: Some(Rival {
                id: EntityId::new("Q842").unwrap(),
                name: "Oman".into(),
                matched_alias: "عمان".into(),
                pack: "countries".into(),
                score: Some(Score::new(0.5)),
            }),
            index_version: "v1".into(),
        }
    }

    #[test]
    fn an_explanation_survives_the_way_there_and_back() {
        let absent = Explanation {
            status: Status::Resolved,
            canonical_id: EntityId::new("Q842").ok(),
            reason: Reason::Blocked,
            pack: Some("ours".into()),
            place: Some("overrides.tsv:3".into()),
            alias: None,
            standing: None,
            rival: None,
            ..explanation()
        };
        let unwanted = explanation().rival.map(|rival| Rival { score: None, ..rival });
        for explanation in [explanation(), absent, Explanation { rival: unwanted, ..explanation() }] {
            let message = pb::ResolutionExplanation::from(explanation.clone());
            assert_eq!(read_explanation(message, "v1").unwrap(), explanation);
        }
    }

    #[test]
    fn every_reason_survives() {
        for &reason in Reason::ALL {
            let message = pb::ResolutionReason::from(reason);
            assert_eq!(read_reason(message.into()), Ok(reason));
            assert_eq!(message.as_str_name(), format!("RESOLUTION_REASON_{reason}"));
        }
    }
}
