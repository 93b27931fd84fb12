//! Score and decision: from hits to probabilities, and from probabilities to a verdict.
//!
//! The plausibility of the best hit says how likely the query names anything listed; an entity's share of the evidence
//! (steps, plausibility, prominence, kind of alias, hints), how likely it is meant rather than another. The score is the
//! product, but never more than the entity's own plausibility: so the scores and NIL's, which is the rest, sum to 1.

use super::hits::Hit;
use super::stack::Stack;
use super::{ResolveOptions, context};
use crate::model::{AliasKind, Rank, Score, Status};

/// The least score of an entity that is chosen (θ).
const LEAST_SCORE: f32 = 0.50;
/// The least lead of an entity that is chosen (δ), as a share of its own score and the next one's: seven to one.
const LEAST_LEAD: f32 = 0.75;
/// Candidates with less than this share of the best score are not worth showing.
const LEAST_SHOWN: f32 = 0.005;

/// Powers of ten that a whole step of rank is worth: a quarter (a hundred times the people) decides between homographs.
const RANK_WEIGHT: f32 = 2.8;
/// How many times likelier an entity of the country of the hint is.
const COUNTRY_FACTOR: f32 = 30.0;
/// How many times likelier an alias of the language of the hint is.
const LANGUAGE_FACTOR: f32 = 3.0;

/// Scores hits, best first; ties in the order of their IDs, which no division into packs changes.
pub(super) fn score(stack: &Stack, hits: Vec<Hit>, options: &ResolveOptions) -> Vec<(Hit, Score)> {
    let best = hits.iter().map(odds).fold(f32::NEG_INFINITY, f32::max);
    // Relative to the best, so that nothing overflows.
    let context = context::factors(stack, &hits, options);
    let ranks = ranks(stack, &hits);
    let weigh = |((hit, rank), context)| weight(stack, hit, rank, best, options) * context;
    let weights: Vec<f32> = hits.iter().zip(ranks).zip(context).map(weigh).collect();
    let total = sum(weights.clone());
    let any = hits.iter().map(|hit| hit.plausibility).fold(0.0, f32::max);
    let with_score = |(hit, weight): (Hit, f32)| {
        let score = Score::new((any * weight / total).min(hit.plausibility));
        (hit, score)
    };
    let mut scored: Vec<(Hit, Score)> = hits.into_iter().zip(weights).map(with_score).collect();
    scored.sort_by(|(a, x), (b, y)| {
        y.get().total_cmp(&x.get()).then_with(|| stack.id_text(a.entity).cmp(stack.id_text(b.entity)))
    });
    scored
}

/// The evidence of a hit and of its plausibility, in powers of ten.
fn odds(hit: &Hit) -> f32 {
    hit.evidence + (hit.plausibility / (1.0 - hit.plausibility)).log10()
}

/// The sum, by size: the order in which hits were found must not show in the last digit.
fn sum(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.iter().sum()
}

/// The scored hits that are worth showing and that the caller wants.
pub(super) fn shown(scored: Vec<(Hit, Score)>, options: &ResolveOptions) -> Vec<(Hit, Score)> {
    let best = scored.first().map_or(0.0, |(_, score)| score.get());
    let least = options.min_score.max(LEAST_SHOWN * best);
    scored.into_iter().filter(|(_, score)| score.get() >= least).take(options.limit.max(1)).collect()
}

/// The rank of each hit's entity. One that has none may be as prominent as any: prominence then tells nothing.
fn ranks(stack: &Stack, hits: &[Hit]) -> Vec<f32> {
    let known: Vec<Option<f32>> = hits.iter().map(|hit| stack.rank(hit.entity).map(Rank::get)).collect();
    let highest = known.iter().flatten().copied().fold(0.0, f32::max);
    known.into_iter().map(|rank| rank.unwrap_or(highest)).collect()
}

fn weight(stack: &Stack, hit: &Hit, rank: f32, best: f32, options: &ResolveOptions) -> f32 {
    let power = odds(hit) - best + RANK_WEIGHT * (rank - 1.0);
    let country = stack.country(hit.entity);
    let in_country = options.country.is_some() && options.country == country;
    let hints =
        if in_country { COUNTRY_FACTOR } else { 1.0 } * if hit.in_language { LANGUAGE_FACTOR } else { 1.0 };
    10_f32.powf(power) * kind_factor(hit.kind) * hints
}

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
pub(super) fn decide(scored: &[(Hit, Score)], options: &ResolveOptions) -> Status {
    let score = |i: usize| scored.get(i).map_or(0.0, |(_, score)| score.get());
    let total: f32 = scored.iter().map(|(_, score)| score.get()).sum();
    let (first, second) = (score(0), score(1));
    if total < LEAST_SCORE || first < options.min_score {
        Status::NotFound
    } else if first >= LEAST_SCORE && first - second >= LEAST_LEAD * (first + second) {
        Status::Resolved
    } else {
        Status::Ambiguous
    }
}
