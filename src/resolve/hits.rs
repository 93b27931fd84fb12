//! [`Hits`]: what was found so far, the best hit of each entity.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::ResolveOptions;
use super::compare::Comparison;
use super::form::{Form, FormStep, FormSteps};
use super::lookup::{self, Met};
use super::score::Factors;
use super::stack::{AliasRef, Block, EntityKey, Stack};
use super::stage::{Stage, Stages};
use super::step::{Step, similarity};
use crate::index::Alias;
use crate::index::WorkBudget;
use crate::model::{AliasKind, Tier};

/// An entity reached through one of its aliases.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub entity: EntityKey,
    pub alias: AliasRef,
    pub kind: AliasKind,
    pub tier: Tier,
    /// The steps from the query to the form.
    form_steps: FormSteps,
    /// Those from the form to the alias.
    own_steps: OwnSteps,
    /// How likely a writer who means the alias writes the query, beside other hits, in powers of ten.
    pub evidence: f32,
    /// How likely the query is the alias's name at all, 0 to 1.
    pub plausibility: f32,
    /// Whether the alias is in the language of the hint.
    pub in_language: bool,
    /// What speaks for the hit by its alias.
    pub of_alias: Factors,
}

/// The steps from a form to an alias.
#[derive(Clone, Debug, PartialEq)]
enum OwnSteps {
    Made(Vec<Step>),
    /// Folds of the form of this K0 key, to be told when somebody asks: most hits are only counted.
    Folds {
        safe: Box<str>,
        is_bare: bool,
    },
}

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
    pub fn new(stack: &'a Stack, options: &'a ResolveOptions, forms: &[Form<'_>], extent: Extent) -> Self {
        let blocked = forms.iter().map(|form| &*form.key).filter(|key| stack.has_block(key));
        let keys = blocked.map(str::to_owned).collect();
        let (best, met, blocked) = Default::default();
        let (is_known, best_plausibility) = (false, 0.0);
        let is_left_out = |stage| options.without.contains(stage);
        let extent = if is_left_out(Stage::ExactBlocksFuzzy) { Extent::AllTiers } else { extent };
        let coverage = if is_left_out(Stage::Coverage) { 1.0 } else { stack.coverage() };
        let factor = if extent == Extent::AllTiers { ALL_TIERS_FACTOR } else { 1 };
        let budget = WorkBudget::new(factor * WORK);
        Self {
            stack,
            options,
            keys,
            extent,
            coverage,
            best,
            is_known,
            best_plausibility,
            met,
            blocked,
            budget,
        }
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
    pub fn add(&mut self, form: &Form<'_>, at: AliasRef, mut comparison: Comparison) -> bool {
        let Some(alias) = self.stack.alias(at) else { return false };
        let own_steps = OwnSteps::Made(std::mem::take(&mut comparison.steps));
        self.add_with(form, (at, alias), &comparison, || own_steps)
    }

    /// [`Hits::add`] of an alias under the key of the form.
    pub fn add_met(&mut self, form: &Form<'_>, met: Met<'_>) -> bool {
        let Met { at, alias, is_bare, mut comparison } = met;
        let steps = std::mem::take(&mut comparison.steps);
        self.add_with(form, (at, alias), &comparison, || match comparison.tier {
            Tier::Exact => OwnSteps::Made(steps),
            _ => OwnSteps::Folds { safe: (&*form.safe).into(), is_bare },
        })
    }

    fn add_with(
        &mut self,
        form: &Form<'_>,
        (at, alias): (AliasRef, Alias<'_>),
        comparison: &Comparison,
        own_steps: impl FnOnce() -> OwnSteps,
    ) -> bool {
        if self.without().contains_tier(comparison.tier) {
            return false;
        }
        let Some(entity) = self.stack.entity_of_id(at.segment, alias.id) else { return false };
        if !self.stack.is_one_of(entity, form.types) {
            return false;
        }
        if let Some(key) = self.blocked_key(form, entity) {
            let key = key.to_owned();
            self.blocked.entry(entity).or_insert(key);
            return false;
        }
        let plausibility = comparison.plausibility.max(comparison.slip * self.coverage);
        self.note(form, at, plausibility);
        if !self.options.admits(self.stack, entity) {
            return true;
        }
        let language = self.options.language_code.as_deref();
        let mut hit = Hit {
            entity,
            alias: at,
            kind: alias.kind,
            tier: form.tier.max(comparison.tier),
            evidence: form.evidence + comparison.evidence,
            plausibility,
            form_steps: FormSteps::new(),
            own_steps: OwnSteps::Made(Vec::new()),
            in_language: language.is_some_and(|wanted| is_same_language(alias.language, wanted)),
            of_alias: Factors::default(),
        };
        hit.of_alias = Factors::of_alias(&hit);
        self.best.offer(hit, self.stack, |hit| {
            hit.form_steps.clone_from(&form.steps);
            hit.own_steps = own_steps();
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
        let mut keys = self.keys.iter().map(String::as_str).chain([&*form.key]);
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

    /// The hits in the order of their entities: sums over them are the same in every run.
    pub fn into_sorted(self) -> HitList {
        let mut hits = self.best.hits;
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

/// The order of hits of one entity, the stronger first, as the score counts it, so that a further alias never weakens an
/// entity. Ties go to the language asked for, the better kind and tier, then to what stands first in bytewise order:
/// never to the order of the search, and to that of the packs only between equal rows.
impl Hit {
    /// By all but the steps.
    fn cmp_row(&self, other: &Self, stack: &Stack) -> Ordering {
        let row = |hit: &Self| (!hit.in_language, hit.kind, hit.tier);
        let by_strength = other.of_alias.total().total_cmp(&self.of_alias.total());
        by_strength.then_with(|| row(self).cmp(&row(other))).then_with(|| self.cmp_text(other, stack))
    }

    fn cmp_text(&self, other: &Self, stack: &Stack) -> Ordering {
        let (alias, other) = (stack.alias(self.alias), stack.alias(other.alias));
        if alias.zip(other).is_some_and(|(alias, other)| alias.has_text_of(other)) {
            return Ordering::Equal;
        }
        alias.map(Alias::text).cmp(&other.map(Alias::text))
    }

    /// Of hits that are equal but for the steps, by these, then by their place.
    fn cmp_steps(&self, other: &Self, stack: &Stack) -> Ordering {
        let place = |hit: &Self| (stack.is_name(hit.alias), hit.alias);
        let by_place = || place(self).cmp(&place(other));
        if self.has_steps_of(other) {
            return by_place();
        }
        let (steps, other_steps) = (self.steps(stack), other.steps(stack));
        let texts = steps.iter().map(|step| &step.text);
        texts.cmp(other_steps.iter().map(|step| &step.text)).then_with(by_place)
    }

    /// Whether the steps are those of a hit with an alias of the same text, as far as it can be told without making them.
    fn has_steps_of(&self, other: &Self) -> bool {
        let is_of_text = !matches!(self.own_steps, OwnSteps::Folds { is_bare: true, .. });
        is_of_text && self.own_steps == other.own_steps && self.form_steps == other.form_steps
    }

    /// The steps from the query to the alias.
    pub fn steps(&self, stack: &Stack) -> Vec<Step> {
        let own = match &self.own_steps {
            OwnSteps::Made(steps) => steps.clone(),
            OwnSteps::Folds { safe, is_bare } => lookup::steps_of_folds(stack, safe, self.alias, *is_bare),
        };
        if self.form_steps.is_empty() {
            return own;
        }
        self.form_steps.iter().map(FormStep::to_step).chain(own).collect()
    }

    /// How near the query is to the alias, 0 to 1.
    pub fn similarity(&self, stack: &Stack) -> f32 {
        if self.form_steps.is_empty() && self.own_steps == OwnSteps::Made(Vec::new()) {
            return 1.0;
        }
        similarity(&self.steps(stack))
    }
}

/// Whether two BCP 47 tags name one language, whatever region or script they add.
fn is_same_language(a: &str, b: &str) -> bool {
    fn language(tag: &str) -> &str {
        tag.split('-').next().unwrap_or_default()
    }
    language(a).eq_ignore_ascii_case(language(b))
}
