//! [`Hits`]: what was found so far, the best hit of each entity.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::ResolveOptions;
use super::compare::{Comparison, Judgement};
use super::form::Form;
use super::hit::{Hit, OwnSteps, Steps};
use super::lookup::{self, Met};
use super::score::Factors;
use super::stack::{AliasRef, Block, EntityKey, Stack};
use super::stage::{Stage, Stages};
use crate::index::Alias;
use crate::index::WorkBudget;
use crate::model::Tier;

/// How far a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Until an alias is met: then no later tier runs.
    UntilKnown,
    /// Through all tiers, to see what they would have met.
    AllTiers,
}

/// An override that kept an entity out of the hits.
#[derive(Clone, Copy)]
pub(super) struct Blocked<'a> {
    /// The lookup key of the query that it blocks.
    pub key: &'a str,
    /// The override.
    pub by: &'a Block,
}

/// The hits of one query.
pub(super) struct Hits<'a> {
    stack: &'a Stack,
    options: &'a ResolveOptions,
    /// Lookup keys of the query, whole and stripped, that an override blocks.
    keys: Vec<String>,
    extent: Extent,
    /// How far one slip counts.
    coverage: f32,
    best: BestHits,
    /// Whether an alias was met, be it of an entity that the caller does not want.
    is_known: bool,
    /// The plausibility of the likeliest.
    best_plausibility: f32,
    /// The aliases that were met so that they may have ended the search.
    met: SmallVec<[AliasRef; 4]>,
    /// The entities that an override keeps out, with the key that it blocks.
    blocked: BTreeMap<EntityKey, String>,
    /// What work is left for the search.
    budget: WorkBudget,
}

/// The work of a search in transitions followed, of which a core does some forty in a microsecond: all of it takes some
/// milliseconds. Over ten million names, two thirds of it cut short one misspelt name in two hundred.
const WORK: u32 = 300_000;
/// How many times as much a search through all tiers may do.
const ALL_TIERS_FACTOR: u32 = 10;
/// What other work counts, in transitions: to look a token or a form's skeletons up in all segments, to read an alias,
/// and to compare one, for the alias and for each letter of the form.
const TOKEN_WORK: u32 = 60;
const SKELETON_WORK: u32 = 600;
const READING_WORK: u32 = 15;
const COMPARISON_WORK: u32 = 15;
const LETTER_WORK: u32 = 3;

/// Below this plausibility a hit does not end the search for better ones.
const LEAST_KNOWN: f32 = 0.3;
/// From this plausibility on it ends the search in other scripts as well.
const SURE: f32 = 0.7;

impl<'a> Hits<'a> {
    /// Those of a query of these forms, none so far.
    pub fn new(stack: &'a Stack, options: &'a ResolveOptions, forms: &[Form<'_>], extent: Extent) -> Self {
        let is_left_out = |stage| options.without.contains(stage);
        let extent = if is_left_out(Stage::ExactBlocksFuzzy) { Extent::AllTiers } else { extent };
        let coverage = if is_left_out(Stage::Coverage) { 1.0 } else { stack.coverage() };
        let mut hits = Self {
            stack,
            options,
            extent,
            coverage,
            keys: Vec::new(),
            best: BestHits::default(),
            is_known: false,
            best_plausibility: 0.0,
            met: SmallVec::new(),
            blocked: BTreeMap::new(),
            budget: WorkBudget::new(0),
        };
        hits.restart(forms);
        hits
    }

    /// Makes these the hits of another query of these forms, none so far: for who asks for many.
    pub fn restart(&mut self, forms: &[Form<'_>]) {
        let blocked = forms.iter().filter(|form| self.stack.has_block(form.hash));
        self.keys.clear();
        self.keys.extend(blocked.map(|form| form.key.clone().into_owned()));
        self.best.clear();
        (self.is_known, self.best_plausibility) = (false, 0.0);
        self.met.clear();
        if !self.blocked.is_empty() {
            self.blocked.clear();
        }
        let factor = if self.extent == Extent::AllTiers { ALL_TIERS_FACTOR } else { 1 };
        self.budget = WorkBudget::new(factor * WORK);
    }

    /// The stages that are left out.
    pub fn without(&self) -> Stages {
        self.options.without
    }

    /// What work is left for the search.
    pub fn budget(&mut self) -> &mut WorkBudget {
        &mut self.budget
    }

    /// Whether so many tokens may still be looked up; then that is taken off the work that is left.
    pub fn may_look_up(&mut self, tokens: usize) -> bool {
        self.budget.take(TOKEN_WORK.saturating_mul(u32::try_from(tokens).unwrap_or(u32::MAX)))
    }

    /// As [`Hits::may_look_up`], of the skeletons of a form.
    pub fn may_look_up_skeletons(&mut self) -> bool {
        self.budget.take(SKELETON_WORK)
    }

    /// Whether an alias may still be read; then that is taken off the work that is left.
    pub fn may_read(&mut self) -> bool {
        self.budget.take(READING_WORK)
    }

    /// Whether an alias may still be compared with a form; then that is taken off the work that is left.
    pub fn may_compare(&mut self, form: &Form<'_>) -> bool {
        let letters = u32::try_from(form.letters()).unwrap_or(u32::MAX);
        self.budget.take(COMPARISON_WORK.saturating_add(LETTER_WORK.saturating_mul(letters)))
    }

    /// Whether the work was not enough for the whole search.
    pub fn is_truncated(&self) -> bool {
        self.budget.is_spent()
    }

    /// Takes a hit, unless its entity is unwanted or was reached by a better one. Tells whether the alias counts as met:
    /// not if its row is inert, or blocked, if a dropped head wants another sort of entity, or if the tier is left out.
    pub fn add(&mut self, form: &Form<'_>, at: AliasRef, comparison: Comparison) -> bool {
        let Some(alias) = self.stack.alias(at) else { return false };
        self.add_with(form, (at, alias), comparison.judgement(), || OwnSteps::Made(comparison.steps))
    }

    /// [`Hits::add`] of an alias under the key of the form.
    pub fn add_met(&mut self, form: &Form<'_>, met: Met<'_>) -> bool {
        let Met { at, alias, is_bare, judgement } = met;
        self.add_with(form, (at, alias), judgement, || match judgement.tier {
            Tier::Exact if !is_bare => OwnSteps::Made(Vec::new()),
            _ => OwnSteps::Folds { safe: (&*form.safe).into(), is_bare },
        })
    }

    fn add_with(
        &mut self,
        form: &Form<'_>,
        (at, alias): (AliasRef, Alias<'_>),
        judgement: Judgement,
        own_steps: impl FnOnce() -> OwnSteps,
    ) -> bool {
        if self.without().contains_tier(judgement.tier) {
            return false;
        }
        let Some(named) = self.stack.named(at.segment, alias.id) else { return false };
        let entity = named.entity;
        if !self.stack.is_one_of(entity, form.types) {
            return false;
        }
        if let Some(key) = self.blocked_key(form, entity) {
            let key = key.to_owned();
            self.blocked.entry(entity).or_insert(key);
            return false;
        }
        let plausibility = judgement.plausibility.max(judgement.slip * self.coverage);
        self.note(form, at, plausibility);
        if !self.options.admits(self.stack, entity) {
            return true;
        }
        let language = self.options.language_code.as_deref();
        let mut hit = Hit {
            entity,
            alias: at,
            kind: alias.kind,
            tier: form.tier.max(judgement.tier),
            evidence: form.evidence + judgement.evidence,
            plausibility,
            rank: None,
            steps: None,
            in_language: language.is_some_and(|wanted| is_same_language(alias.language, wanted)),
            of_alias: Factors::default(),
        };
        hit.of_alias = Factors::of_alias(&hit);
        self.best.offer(hit, self.stack, |hit| {
            hit.rank = named.rank(self.stack);
            hit.steps = Steps::of(&form.steps, own_steps());
        });
        true
    }

    /// Notes what an alias that was met says of the search.
    fn note(&mut self, form: &Form<'_>, at: AliasRef, plausibility: f32) {
        let is_known = !form.is_doubtful() && plausibility >= LEAST_KNOWN;
        self.is_known |= is_known;
        self.best_plausibility = self.best_plausibility.max(plausibility);
        if is_known || plausibility >= SURE {
            self.met.push(at);
        }
    }

    /// The key of the query, whole or stripped, or of the form, that an override forbids to mean the entity.
    fn blocked_key<'f>(&'f self, form: &'f Form<'_>, entity: EntityKey) -> Option<&'f str> {
        let own = self.stack.has_block(form.hash).then_some(&*form.key);
        let mut keys = self.keys.iter().map(String::as_str).chain(own);
        keys.find(|key| self.stack.is_blocked(key, entity))
    }

    /// Whether nothing at all was met: only then do later tiers run, so that a known name is never taken for a slip.
    pub fn is_unknown(&self) -> bool {
        !self.is_known || self.extent == Extent::AllTiers
    }

    /// The aliases that were met so that they may have ended the search, in no order.
    pub fn met(&self) -> &[AliasRef] {
        &self.met
    }

    /// The hit of an entity.
    pub fn of(&self, entity: EntityKey) -> Option<&Hit> {
        self.best.of(entity)
    }

    /// The entities that the caller may want and an override keeps out, in their order.
    pub fn blocked(&self) -> impl Iterator<Item = (EntityKey, Blocked<'_>)> {
        let is_out = |entity| self.options.admits(self.stack, entity) && self.best.of(entity).is_none();
        let blocked = self.blocked.iter().filter(move |&(&entity, _)| is_out(entity));
        blocked.filter_map(|(&entity, key)| {
            Some((entity, Blocked { key, by: self.stack.block_on(key, entity)? }))
        })
    }

    /// Whether nothing was met that is more than a likeness: only then are other scripts looked at.
    pub fn is_unsure(&self) -> bool {
        self.best_plausibility < SURE || self.extent == Extent::AllTiers
    }

    /// Whether no name was met that is written like the query but for hamzas.
    pub fn is_unwritten(&self) -> bool {
        self.best_plausibility < lookup::KNOWN || self.extent == Extent::AllTiers
    }

    /// Takes the hits out, in the order of their entities: sums over them are the same in every run.
    pub fn take_sorted(&mut self) -> HitList {
        let mut hits = self.best.take();
        hits.sort_unstable_by_key(|hit| hit.entity);
        hits
    }
}

/// Hits of different entities: most names have one.
pub(super) type HitList = SmallVec<[Hit; 1]>;

/// The best hit of each entity.
#[derive(Default)]
struct BestHits {
    hits: HitList,
    /// Where the hit of an entity stands; empty as long as all are looked through faster.
    places: HashMap<EntityKey, usize, FixedState>,
}

/// Up to so many hits are looked through.
const FEW: usize = 24;

impl BestHits {
    fn clear(&mut self) {
        self.hits.clear();
        self.places.clear();
    }

    fn take(&mut self) -> HitList {
        self.places.clear();
        std::mem::take(&mut self.hits)
    }

    fn of(&self, entity: EntityKey) -> Option<&Hit> {
        self.place_of(entity).map(|place| &self.hits[place])
    }

    fn place_of(&self, entity: EntityKey) -> Option<usize> {
        if self.places.is_empty() {
            self.hits.iter().position(|hit| hit.entity == entity)
        } else {
            self.places.get(&entity).copied()
        }
    }

    /// Takes a hit, which `complete` gives its steps, unless that of its entity is better.
    fn offer(&mut self, mut hit: Hit, stack: &Stack, complete: impl FnOnce(&mut Hit)) {
        let place = self.place_of(hit.entity);
        let known = place.and_then(|place| self.hits.get_mut(place));
        let Some(best) = known else {
            complete(&mut hit);
            return self.push(hit);
        };
        match hit.cmp_row(best, stack) {
            Ordering::Less => {
                complete(&mut hit);
                *best = hit;
            }
            Ordering::Greater => {}
            Ordering::Equal => {
                complete(&mut hit);
                if hit.cmp_steps(best, stack).is_lt() {
                    *best = hit;
                }
            }
        }
    }

    fn push(&mut self, hit: Hit) {
        if !self.places.is_empty() {
            self.places.insert(hit.entity, self.hits.len());
        }
        self.hits.push(hit);
        if self.places.is_empty() && self.hits.len() > FEW {
            self.places = self.hits.iter().map(|hit| hit.entity).zip(0..).collect();
        }
    }
}

/// Whether two BCP 47 tags name one language, whatever region or script they add.
fn is_same_language(a: &str, b: &str) -> bool {
    fn language(tag: &str) -> &str {
        tag.split('-').next().unwrap_or_default()
    }
    language(a).eq_ignore_ascii_case(language(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_through_all_tiers_may_do_ten_times_the_work() {
        let (stack, options) = (Stack::new(Vec::new()), ResolveOptions::default());
        for (extent, work) in [(Extent::UntilKnown, WORK), (Extent::AllTiers, 10 * WORK)] {
            let mut hits = Hits::new(&stack, &options, &[], extent);
            for _ in 0..2 {
                assert_eq!(hits.budget().left(), work, "{extent:?}");
                hits.budget().take(1);
                hits.restart(&[]);
            }
        }
    }
}
