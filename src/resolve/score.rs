//! Score and decision: from hits to probabilities, and from probabilities to a verdict.
//!
//! The plausibility of the best hit says how likely the query names anything listed; an entity's share of the evidence
//! (steps, plausibility, prominence, kind of alias, hints), how likely it is meant rather than another. The score is the
//! product, but never more than the entity's own plausibility: so the scores and NIL's, which is the rest, sum to 1.

use std::sync::LazyLock;

use serde::Serialize;
use smallvec::SmallVec;

use super::hit::Hit;
use super::hits::HitList;
use super::stack::Stack;
use super::stage::Stage;
use super::{ResolveOptions, context};
use crate::model::{AliasKind, Rank, Score, Status};

/// The least score of an entity that is chosen (θ).
pub(super) const LEAST_SCORE: f32 = 0.50;
/// The least lead of an entity that is chosen (δ), as a share of its own score and the next one's: eight to one.
const LEAST_LEAD: f32 = 0.78;
/// Candidates with less than this share of the best score are not worth showing.
const LEAST_SHOWN: f32 = 0.005;

/// Powers of ten that a whole step of rank is worth: little more than a quarter (a hundred times the people) decides
/// between homographs.
const RANK_WEIGHT: f32 = 3.5;
/// How many times likelier an entity of the country of the hint is.
const COUNTRY_FACTOR: f32 = 50.0;
/// How many times likelier an alias of the language of the hint is.
const LANGUAGE_FACTOR: f32 = 3.0;

/// What speaks for an entity beside others, in powers of ten: one more is ten times likelier. Only differences between
/// entities mean something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Factors {
    /// The steps between query and alias: 0 for equal spellings, less for others.
    pub form: f32,
    /// The plausibility of the alias: the odds that the query is its name at all.
    pub plausibility: f32,
    /// Prominence: 0 for the greatest, less for others.
    pub rank: f32,
    /// Kind of the alias: 0 for a preferred name, less for others.
    pub kind: f32,
    /// The hint of a country: more than 0 if it is the entity's.
    pub country: f32,
    /// The hint of a language: more than 0 if it is the alias's.
    pub language: f32,
    /// The words of context: more than 0 if they speak for the entity.
    pub context: f32,
}

impl Factors {
    /// Of hits, in their order.
    fn of_all(stack: &Stack, hits: &[Hit], options: &ResolveOptions) -> PerHit<Self> {
        let ranks = ranks(hits, options).into_iter();
        let of = |(hit, rank): (&Hit, f32)| Self {
            rank: RANK_WEIGHT * (rank - 1.0),
            ..Self::of(stack, hit, options)
        };
        let mut factors: PerHit<Self> = hits.iter().zip(ranks).map(of).collect();
        for (factors, context) in factors.iter_mut().zip(context::factors(stack, hits, options)) {
            factors.context = context.log10();
        }
        factors
    }

    /// But for rank and context, which see all hits together.
    fn of(stack: &Stack, hit: &Hit, options: &ResolveOptions) -> Self {
        let in_country = options.country.is_some() && options.country == stack.country(hit.entity);
        let country = if in_country { COUNTRY_FACTOR.log10() } else { 0.0 };
        Self { country, ..hit.of_alias }
    }

    /// But for what depends on the entity: what speaks for a hit beside others of its entity.
    pub(super) fn of_alias(hit: &Hit) -> Self {
        Self {
            form: hit.evidence,
            plausibility: odds(hit.plausibility.min(MOST_PLAUSIBLE)).log10(),
            kind: KIND_POWERS[hit.kind as usize],
            language: if hit.in_language { LANGUAGE_FACTOR.log10() } else { 0.0 },
            ..Self::default()
        }
    }

    /// All that speaks for the entity, in powers of ten.
    pub fn total(&self) -> f32 {
        let Self { form, plausibility, rank, kind, country, language, context } = self;
        form + plausibility + rank + kind + country + language + context
    }
}

/// Something of each hit: most names have one.
type PerHit<T> = SmallVec<[T; 1]>;

/// A hit with its score and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub hit: Hit,
    pub score: Score,
    /// The entity's share of the evidence for all hits, 0 to 1.
    pub share: f32,
    /// How likely the query names anything listed: the plausibility of the best hit, 0 to 1.
    pub best_plausibility: f32,
    pub factors: Factors,
}

/// Scored hits, best first.
pub(super) type ScoredList = PerHit<Scored>;

/// Scores hits, best first; ties in the order of their IDs, which no division into packs changes.
pub(super) fn score(stack: &Stack, mut hits: HitList, options: &ResolveOptions) -> ScoredList {
    if hits.len() == 1
        && let Some(hit) = hits.pop()
    {
        return ScoredList::from_buf([score_alone(stack, hit, options)]);
    }
    let factors = Factors::of_all(stack, &hits, options);
    let best = factors.iter().map(Factors::total).fold(f32::NEG_INFINITY, f32::max);
    // Relative to the best, so that nothing overflows.
    let weight = |factors: &Factors| 10_f32.powf(factors.total() - best);
    let weights: PerHit<f32> = factors.iter().map(weight).collect();
    let total = sum(weights.iter().copied());
    let best_plausibility = hits.iter().map(|hit| hit.plausibility).fold(0.0, f32::max);
    let scored = hits.into_iter().zip(factors).zip(weights).map(|((hit, factors), weight)| {
        let share = weight / total;
        let score = Score::new((best_plausibility * share).min(hit.plausibility));
        Scored { hit, score, share, best_plausibility, factors }
    });
    let mut scored: ScoredList = scored.collect();
    scored.sort_by(|a, b| {
        let by_id = || stack.id_text(a.hit.entity).cmp(stack.id_text(b.hit.entity));
        b.score.get().total_cmp(&a.score.get()).then_with(by_id)
    });
    scored
}

/// [`score`] of a hit without rivals, as most are: it has all of the share, and no context to be read.
fn score_alone(stack: &Stack, hit: Hit, options: &ResolveOptions) -> Scored {
    let rank = known_rank(&hit, options).unwrap_or(0.0);
    let factors = Factors { rank: RANK_WEIGHT * (rank - 1.0), ..Factors::of(stack, &hit, options) };
    let best_plausibility = hit.plausibility;
    Scored { score: Score::new(best_plausibility), share: 1.0, best_plausibility, factors, hit }
}

/// Nothing is certain: odds have an end.
const MOST_PLAUSIBLE: f32 = 0.999;

fn odds(probability: f32) -> f32 {
    probability / (1.0 - probability)
}

/// The sum, by size: neither the order in which hits were found nor that of the packs may show in the last digit.
pub(super) fn sum(values: impl IntoIterator<Item = f32>) -> f32 {
    let mut values: SmallVec<[f32; 8]> = values.into_iter().collect();
    values.sort_by(f32::total_cmp);
    values.iter().sum()
}

/// How many of the scored hits, best first, are worth showing and wanted by the caller.
pub(super) fn shown(scored: &[Scored], options: &ResolveOptions) -> usize {
    let best = scored.first().map_or(0.0, |best| best.score.get());
    let least = options.min_score.max(LEAST_SHOWN * best);
    scored.iter().take(options.limit.max(1)).take_while(|one| one.score.get() >= least).count()
}

/// The rank of each hit's entity. One that has none may be as prominent as any: prominence then tells nothing.
fn ranks(hits: &[Hit], options: &ResolveOptions) -> PerHit<f32> {
    let known: PerHit<Option<f32>> = hits.iter().map(|hit| known_rank(hit, options)).collect();
    let highest = known.iter().flatten().copied().fold(0.0, f32::max);
    known.into_iter().map(|rank| rank.unwrap_or(highest)).collect()
}

/// The rank of a hit's entity, if it is known and counts.
fn known_rank(hit: &Hit, options: &ResolveOptions) -> Option<f32> {
    let counts = !options.without.contains(Stage::Rank);
    hit.rank.filter(|_| counts).map(Rank::get)
}

/// [`kind_factor`] in powers of ten, by kind.
static KIND_POWERS: LazyLock<[f32; AliasKind::ALL.len()]> =
    LazyLock::new(|| std::array::from_fn(|i| kind_factor(AliasKind::ALL[i]).log10()));

/// How likely a writer uses an alias of a kind, beside a preferred one.
fn kind_factor(kind: AliasKind) -> f32 {
    match kind {
        AliasKind::Preferred => 1.0,
        AliasKind::Short | AliasKind::Demonym => 0.9,
        AliasKind::Abbreviation => 0.8,
        AliasKind::Alternate => 0.5,
        AliasKind::Former | AliasKind::Misspelling | AliasKind::Hidden => 0.3,
    }
}

/// The verdict on all scored hits, best first, whatever part of them is shown: a caller who asks for fewer does not make
/// a name less ambiguous. What lies below the least score that the caller accepts is as good as not found.
pub(super) fn decide(scored: &[Scored], options: &ResolveOptions) -> Status {
    let score = |i: usize| scored.get(i).map_or(0.0, |one| one.score.get());
    let (first, second) = (score(0), score(1));
    if total(scored) < LEAST_SCORE || first < options.min_score {
        Status::NotFound
    } else if first >= LEAST_SCORE && leads(first, second) {
        Status::Resolved
    } else {
        Status::Ambiguous
    }
}

/// The sum of the scores: how likely it is that any of the entities is meant.
pub(super) fn total(scored: &[Scored]) -> f32 {
    scored.iter().map(|one| one.score.get()).sum()
}

/// Whether a score is so far ahead of another that the two are told apart.
pub(super) fn leads(score: f32, other: f32) -> bool {
    score - other >= needed_lead(score, other)
}

/// How far a score must be ahead of another so that the two are told apart.
pub(super) fn needed_lead(score: f32, other: f32) -> f32 {
    LEAST_LEAD * (score + other)
}
