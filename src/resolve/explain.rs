//! Explanation of one entity: why it was chosen for a name, or why not.
//!
//! A candidate is explained by the resolution that found it. Of any other entity it is asked, in this order: whether an
//! override keeps it out; whether a search through all tiers, without the caller's filters, meets it, and then what ended
//! or narrowed the search of the resolution; else which of its aliases comes nearest to a reading of the name (`nearest`),
//! and what stands between the two.

mod nearest;
mod sentence;

use serde::Serialize;

use self::nearest::{Attempt, nearest};
use super::hit::Hit;
use super::hits::{Extent, Hits};
use super::naming::{ids_in, name_in};
use super::query::{Query, read};
use super::resolver::gather;
use super::score::{self, Factors, Scored};
use super::stack::{AliasRef, Block, EntityKey, Stack};
use super::stage::Stages;
use super::step::{Step, similarity};
use super::{ResolveOptions, SIMILARITY_OF_COST};
use crate::index::Alias;
use crate::model::{AliasKind, EntityId, Reason, Score, Status, Tier};
use crate::text::NameKeys;

/// Why an entity was chosen for a name, or why not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The query as it was given.
    pub query: String,
    /// The entity: its canonical ID, or its ID of the namespace asked for.
    pub id: EntityId,
    /// Its canonical name, or its name in the language asked for; empty if no pack gives one.
    pub name: String,
    /// The verdict on the query, as [`resolve`](super::resolve) gives it with the same options.
    pub status: Status,
    /// The entity that is meant, this one or another; set if and only if `status` is `RESOLVED`.
    pub canonical_id: Option<EntityId>,
    /// Why this entity was chosen, or what kept it from being chosen.
    pub reason: Reason,
    /// The reason for people, and what to do about it.
    pub message: String,
    /// The pack whose override decided; set if and only if `reason` is `BLOCKED`, `NOT_A_NAME` or `REMOVED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// The alias that was reached, or else the one that comes nearest. None if the entity has no alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<AliasComparison>,
    /// How the entity stands among the candidates; set if and only if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// The best other candidate; or, if there is none and `reason` is `KNOWN_NAME`, a name that the query met, of an
    /// entity that the caller does not want.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rival: Option<Rival>,
    /// Which index gave the answer.
    pub index_version: String,
}

/// What lies between the query and an alias.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AliasComparison {
    /// The alias as it stands in the pack.
    pub text: String,
    /// BCP 47 language of the alias; empty if unknown.
    pub language_code: String,
    /// What the alias is to the entity.
    pub kind: AliasKind,
    /// The pack that holds it.
    pub pack: String,
    /// The worst step.
    pub tier: Tier,
    /// The steps from the query to the alias; none if the two are one spelling.
    pub steps: Vec<Step>,
    /// How near the two are, 0 to 1: one less [`SIMILARITY_OF_COST`] times the sum of the steps' costs.
    pub form_similarity: f32,
}

/// How a candidate stands among all of its resolution, be they shown or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// Its place among the candidates, the best at 1.
    pub position: usize,
    /// How many candidates there are.
    pub candidate_count: usize,
    /// The probability that it is meant: `best_plausibility` times `share`, but at most `plausibility`.
    pub score: Score,
    /// The least score of an entity that is chosen, or that the caller accepts if this is more.
    pub least_score: Score,
    /// How likely the query is the alias's name at all, rather than one that no pack lists: 0 to 1.
    pub plausibility: f32,
    /// How likely the query names anything that a pack lists, the plausibility of the best candidate: 0 to 1.
    pub best_plausibility: f32,
    /// Its share of the evidence for all candidates: 0 to 1.
    pub share: f32,
    /// The evidence for it.
    pub factors: Factors,
    /// Its score less that of the best other candidate: -1 to 1.
    pub margin: f32,
    /// The margin that it needs to be chosen: 0 to 1.
    pub needed_margin: f32,
    /// The probability that no candidate is meant: what the scores of all leave of 1.
    pub nil_score: Score,
}

/// Another entity, which a name meets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rival {
    /// Canonical ID, or the ID of the namespace asked for.
    pub id: EntityId,
    /// Canonical name, or the name in the language asked for.
    pub name: String,
    /// The alias that the query met.
    pub matched_alias: String,
    /// The pack that holds the alias.
    pub pack: String,
    /// The probability that it is meant; absent if it is no candidate, because the caller wants others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
}

/// Why there is nothing to explain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The query cannot be a name.
    #[error("{reason}")]
    InvalidName {
        /// What is wrong with it.
        reason: String,
    },
    /// No entity bears the ID, and none did that an override removes.
    #[error("no entity has the ID `{}`", .id.escape_debug())]
    UnknownEntity {
        /// The ID as it was given.
        id: String,
    },
}

/// Explains why the entity that bears `id` was chosen for `name` under `options`, or why not.
///
/// The verdict is that of [`resolve`](super::resolve); `limit` plays no part. Costs up to three searches, and for an
/// entity that none of them meets a comparison with its aliases, a bounded number.
pub fn explain(
    stack: &Stack,
    name: &str,
    id: &str,
    options: &ResolveOptions,
) -> Result<Explanation, ExplainError> {
    let mut keys = NameKeys::default();
    let named = read(name, &mut keys).map_err(|reason| ExplainError::InvalidName { reason })?;
    let unknown = || ExplainError::UnknownEntity { id: id.to_owned() };
    let removed = || stack.find_removed(id).map(|(entity, by)| (entity, Some(by)));
    let found = stack.find(id).map(|entity| (entity, None)).or_else(removed);
    let (entity, removed_by) = found.ok_or_else(unknown)?;
    Case { stack, options, entity, query: named }.explanation(name, removed_by).ok_or_else(unknown)
}

/// An entity and a query.
struct Case<'a> {
    stack: &'a Stack,
    options: &'a ResolveOptions,
    entity: EntityKey,
    query: Query<'a>,
}

/// What kept an entity from being a candidate.
struct Absence {
    reason: Reason,
    /// The segment whose override decided.
    decided_by: Option<u16>,
    alias: Option<AliasComparison>,
    /// The number of aliases that were compared, if there are more.
    compared: Option<usize>,
}

impl Case<'_> {
    fn explanation(&self, query: &str, removed_by: Option<u16>) -> Option<Explanation> {
        let (_, mut hits) = gather(self.stack, self.query, self.options, Extent::UntilKnown);
        let met = hits.met().to_vec();
        let scored = score::score(self.stack, hits.take_sorted(), self.options);
        let mut explanation = self.outline(query, &scored)?;
        match scored.iter().position(|one| one.hit.entity == self.entity) {
            Some(at) => self.tell_presence(&mut explanation, &scored, at),
            None => self.tell_absence(&mut explanation, removed_by, &met, &scored),
        }
        Some(explanation)
    }

    /// The verdict, without what there is to say of the entity.
    fn outline(&self, query: &str, scored: &[Scored]) -> Option<Explanation> {
        let status = score::decide(scored, self.options);
        let best = scored.first().filter(|_| status == Status::Resolved);
        Some(Explanation {
            query: query.to_owned(),
            id: self.id(self.entity)?,
            name: self.name(self.entity),
            status,
            canonical_id: best.and_then(|best| self.id(best.hit.entity)),
            reason: Reason::Chosen,
            message: String::new(),
            pack: None,
            alias: None,
            standing: None,
            rival: None,
            index_version: self.stack.index_version().to_owned(),
        })
    }

    /// Fills in what there is to say of a candidate.
    fn tell_presence(&self, explanation: &mut Explanation, scored: &[Scored], at: usize) {
        let Some(own) = scored.get(at) else { return };
        let other = scored.get(usize::from(at == 0));
        explanation.reason = reason_of_candidate(scored, at, explanation.status, self.options);
        explanation.alias = self.alias_of_hit(&own.hit);
        explanation.standing = Some(standing(scored, at, own, other, self.options));
        explanation.rival = other.and_then(|other| self.rival(other.hit.alias, Some(other.score)));
        explanation.message = sentence::of(explanation, None);
    }

    /// Fills in what there is to say of an entity that is no candidate; `met` are the aliases that may have ended the search.
    fn tell_absence(
        &self,
        explanation: &mut Explanation,
        removed_by: Option<u16>,
        met: &[AliasRef],
        scored: &[Scored],
    ) {
        let absence = self.absence(removed_by, !met.is_empty());
        let best = scored.first().and_then(|best| self.rival(best.hit.alias, Some(best.score)));
        let unwanted = || self.unwanted_rival(met).filter(|_| absence.reason == Reason::KnownName);
        explanation.rival = best.or_else(unwanted);
        explanation.reason = absence.reason;
        explanation.pack = absence.decided_by.map(|segment| self.stack.pack_name(segment).to_owned());
        explanation.alias = absence.alias;
        explanation.message = sentence::of(explanation, absence.compared);
    }

    /// Finds out why the entity is no candidate; `is_known` tells whether the resolution met an alias at all.
    fn absence(&self, removed_by: Option<u16>, is_known: bool) -> Absence {
        let plain = |reason| Absence { reason, decided_by: None, alias: None, compared: None };
        if removed_by.is_some() {
            return Absence { decided_by: removed_by, ..plain(Reason::Removed) };
        }
        let unfiltered = ResolveOptions {
            types: Vec::new(),
            min_rank: 0.0,
            max_edits: ResolveOptions::MAX_EDITS,
            ..self.options.clone()
        };
        let (forms, hits) = gather(self.stack, self.query, &unfiltered, Extent::AllTiers);
        if let Some(hit) = hits.of(self.entity) {
            return Absence { alias: self.alias_of_hit(hit), ..plain(self.reason_of_search(is_known)) };
        }
        let nearest = nearest(self.stack, self.entity, &forms, self.options.without);
        let Some(attempt) = nearest else { return plain(Reason::NoAlias) };
        let alias = self.alias_comparison(attempt.at, attempt.tier, &attempt.steps);
        if let Some(block) = self.block(&hits, &attempt) {
            let reason = if block.entity.is_some() { Reason::Blocked } else { Reason::NotAName };
            return Absence { decided_by: Some(block.segment), alias, ..plain(reason) };
        }
        let no_obstacle = if is_known { Reason::KnownName } else { Reason::SearchBound };
        let has_more = self.stack.aliases(self.entity).nth(nearest::MAX_ALIASES).is_some();
        let compared = has_more.then_some(nearest::MAX_ALIASES);
        Absence { alias, compared, ..plain(attempt.obstacle.unwrap_or(no_obstacle)) }
    }

    /// Why a search through all tiers meets the entity, and that of the resolution did not.
    fn reason_of_search(&self, is_known: bool) -> Reason {
        if !self.stack.is_one_of(self.entity, &self.options.types) {
            Reason::TypeFilter
        } else if !self.stack.is_of_rank(self.entity, self.options.min_rank) {
            Reason::RankFilter
        } else if is_known {
            Reason::KnownName
        } else {
            Reason::MaxEdits
        }
    }

    /// The override that keeps the entity out, whether a search met it or not.
    fn block(&self, hits: &Hits<'_>, attempt: &Attempt) -> Option<&Block> {
        let met = hits.blocked().find(|&(entity, _)| entity == self.entity).map(|(_, blocked)| blocked.key);
        let forms = self.query.forms(Stages::NONE);
        let keys = forms.iter().map(|form| &*form.key);
        met.into_iter()
            .chain(keys)
            .chain([attempt.key.as_str()])
            .find_map(|key| self.stack.block_on(key, self.entity))
    }

    /// The first, in bytewise order, of the names that the query met.
    fn unwanted_rival(&self, met: &[AliasRef]) -> Option<Rival> {
        let place = |&at: &AliasRef| {
            let entity = self.stack.entity_of(at).map(|entity| self.stack.id_text(entity));
            (entity, self.stack.alias(at).map(Alias::text), at)
        };
        self.rival(*met.iter().min_by_key(|at| place(at))?, None)
    }

    fn rival(&self, at: AliasRef, score: Option<Score>) -> Option<Rival> {
        let entity = self.stack.entity_of(at)?;
        Some(Rival {
            id: self.id(entity)?,
            name: self.name(entity),
            matched_alias: self.stack.alias(at)?.text(),
            pack: self.stack.pack_name(at.segment).to_owned(),
            score,
        })
    }

    fn id(&self, entity: EntityKey) -> Option<EntityId> {
        Some(ids_in(self.stack, entity, self.options.id_namespace.as_deref())?.0)
    }

    fn name(&self, entity: EntityKey) -> String {
        name_in(self.stack, entity, self.options.display_language_code.as_deref())
    }

    fn alias_of_hit(&self, hit: &Hit) -> Option<AliasComparison> {
        self.alias_comparison(hit.alias, hit.tier, &hit.steps(self.stack))
    }

    fn alias_comparison(&self, at: AliasRef, tier: Tier, steps: &[Step]) -> Option<AliasComparison> {
        let alias = self.stack.alias(at)?;
        Some(AliasComparison {
            text: alias.text(),
            language_code: alias.language.to_owned(),
            kind: alias.kind,
            pack: self.stack.pack_name(at.segment).to_owned(),
            tier,
            steps: steps.to_vec(),
            form_similarity: similarity(steps),
        })
    }
}

/// Why a candidate was chosen, or what kept it from being chosen.
fn reason_of_candidate(scored: &[Scored], at: usize, status: Status, options: &ResolveOptions) -> Reason {
    let score = |i: usize| scored.get(i).map_or(0.0, |one| one.score.get());
    if score(at) < options.min_score {
        Reason::BelowMinScore
    } else if at > 0 && score::leads(score(0), score(at)) {
        Reason::Outscored
    } else if at == 0 && status == Status::Resolved {
        Reason::Chosen
    } else if status == Status::NotFound || at == 0 && score::leads(score(0), score(1)) {
        Reason::LowScore
    } else {
        Reason::Ambiguous
    }
}

fn standing(
    scored: &[Scored],
    at: usize,
    own: &Scored,
    other: Option<&Scored>,
    options: &ResolveOptions,
) -> Standing {
    let other = other.map_or(0.0, |other| other.score.get());
    Standing {
        position: at + 1,
        candidate_count: scored.len(),
        score: own.score,
        least_score: Score::new(score::LEAST_SCORE.max(options.min_score)),
        plausibility: own.hit.plausibility,
        best_plausibility: own.best_plausibility,
        share: own.share,
        factors: own.factors,
        margin: own.score.get() - other,
        needed_margin: score::needed_lead(own.score.get(), other),
        nil_score: Score::new(1.0 - score::total(scored)),
    }
}

impl AliasComparison {
    /// The sum of the costs of the steps.
    pub fn cost(&self) -> f32 {
        super::step::total_cost(&self.steps)
    }

    /// What the costs take off the similarity, before it is cut at 0.
    pub fn taken_off(&self) -> f32 {
        SIMILARITY_OF_COST * self.cost()
    }
}
