//! [`Hits`]: what was found so far, the best hit of each entity.

use std::collections::{BTreeMap, HashMap};

use super::ResolveOptions;
use super::compare::Comparison;
use super::form::Form;
use super::lookup;
use super::score::strength;
use super::stack::{AliasRef, Block, EntityKey, Stack};
use super::stage::{Stage, Stages};
use super::step::{Step, similarity};
use crate::index::Alias;
use crate::model::{AliasKind, Tier};

/// An entity reached through one of its aliases.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub entity: EntityKey,
    pub alias: AliasRef,
    pub kind: AliasKind,
    pub tier: Tier,
    /// The steps from the query to the alias.
    pub steps: Vec<Step>,
    /// How likely a writer who means the alias writes the query, beside other hits, in powers of ten.
    pub evidence: f32,
    /// How likely the query is the alias's name at all, 0 to 1.
    pub plausibility: f32,
    /// Whether the alias is in the language of the hint.
    pub in_language: bool,
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
    /// Lookup keys of the query, whole and stripped, for blocks.
    keys: Vec<String>,
    extent: Extent,
    /// How far one slip counts.
    coverage: f32,
    best: HashMap<EntityKey, Hit>,
    /// Whether an alias was met, be it of an entity that the caller does not want.
    is_known: bool,
    /// The plausibility of the likeliest.
    best_plausibility: f32,
    /// The aliases that were met so that they may have ended the search.
    met: Vec<AliasRef>,
    /// The entities that an override keeps out, with the key that it blocks.
    blocked: BTreeMap<EntityKey, String>,
}

/// Below this plausibility a hit does not end the search for better ones.
const LEAST_KNOWN: f32 = 0.3;
/// From this plausibility on it ends the search in other scripts as well.
const SURE: f32 = 0.7;

impl<'a> Hits<'a> {
    pub fn new(stack: &'a Stack, options: &'a ResolveOptions, forms: &[Form], extent: Extent) -> Self {
        let keys = forms.iter().map(|form| form.key.clone()).collect();
        let (best, met, blocked) = Default::default();
        let (is_known, best_plausibility) = (false, 0.0);
        let is_left_out = |stage| options.without.contains(stage);
        let extent = if is_left_out(Stage::ExactBlocksFuzzy) { Extent::AllTiers } else { extent };
        let coverage = if is_left_out(Stage::Coverage) { 1.0 } else { stack.coverage() };
        Self { stack, options, keys, extent, coverage, best, is_known, best_plausibility, met, blocked }
    }

    /// The stages that are left out.
    pub fn without(&self) -> Stages {
        self.options.without
    }

    /// Takes a hit, unless its entity is unwanted or was reached by a better one. Tells whether the alias counts as met:
    /// not if its row is inert, or blocked, if a dropped head wants another sort of entity, or if the tier is left out.
    pub fn add(&mut self, form: &Form, at: AliasRef, comparison: Comparison) -> bool {
        if self.without().contains_tier(comparison.tier) {
            return false;
        }
        let Some(entity) = self.stack.entity_of(at) else { return false };
        if !self.stack.is_one_of(entity, form.types) {
            return false;
        }
        if let Some(key) = self.blocked_key(form, entity) {
            let key = key.to_owned();
            self.blocked.entry(entity).or_insert(key);
            return false;
        }
        let plausibility = comparison.plausibility.max(comparison.slip * self.coverage);
        let is_known = !form.is_doubtful() && plausibility >= LEAST_KNOWN;
        self.is_known |= is_known;
        self.best_plausibility = self.best_plausibility.max(plausibility);
        if is_known || plausibility >= SURE {
            self.met.push(at);
        }
        let Some(alias) = self.stack.alias(at).filter(|_| self.options.admits(self.stack, entity)) else {
            return true;
        };
        let language = self.options.language_code.as_deref();
        let hit = Hit {
            entity,
            alias: at,
            kind: alias.kind,
            tier: form.tier.max(comparison.tier),
            evidence: form.evidence + comparison.evidence,
            plausibility,
            steps: form.steps.iter().cloned().chain(comparison.steps).collect(),
            in_language: language.is_some_and(|wanted| is_same_language(alias.language, wanted)),
        };
        if self.best.get(&entity).is_none_or(|best| hit.is_better_than(best, self.stack)) {
            self.best.insert(entity, hit);
        }
        true
    }

    /// The key of the query, whole or stripped, or of the form, that an override forbids to mean the entity.
    fn blocked_key<'f>(&'f self, form: &'f Form, entity: EntityKey) -> Option<&'f str> {
        let mut keys = self.keys.iter().chain([&form.key]);
        keys.find(|key| self.stack.is_blocked(key, entity)).map(String::as_str)
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
        self.best.get(&entity)
    }

    /// The entities that the caller may want and an override keeps out, in their order.
    pub fn blocked(&self) -> impl Iterator<Item = (EntityKey, Blocked<'_>)> {
        let is_out = |entity| self.options.admits(self.stack, entity) && !self.best.contains_key(&entity);
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
    pub fn into_vec(self) -> Vec<Hit> {
        let mut hits: Vec<Hit> = self.best.into_values().collect();
        hits.sort_unstable_by_key(|hit| hit.entity);
        hits
    }
}

impl Hit {
    /// How near the query is to the alias, 0 to 1.
    pub fn similarity(&self) -> f32 {
        similarity(&self.steps)
    }

    /// The stronger hit, as the score counts it, so that a further alias never weakens an entity. Ties go to the language
    /// asked for, the better kind and tier, then to what stands first in bytewise order: never to the order of the
    /// search, and to that of the packs only between equal rows.
    fn is_better_than(&self, other: &Self, stack: &Stack) -> bool {
        let text = |hit: &Self| stack.alias(hit.alias).map(Alias::text);
        let order = |a: &Self, b: &Self| {
            let by_form = strength(b).total_cmp(&strength(a));
            let by_row = (!a.in_language, a.kind, a.tier).cmp(&(!b.in_language, b.kind, b.tier));
            let by_text = || text(a).cmp(&text(b)).then_with(|| step_texts(a).cmp(step_texts(b)));
            let by_place = || (stack.is_name(a.alias), a.alias).cmp(&(stack.is_name(b.alias), b.alias));
            by_form.then(by_row).then_with(by_text).then_with(by_place)
        };
        order(self, other).is_lt()
    }
}

fn step_texts(hit: &Hit) -> impl Iterator<Item = &str> {
    hit.steps.iter().map(|step| step.text.as_str())
}

/// Whether two BCP 47 tags name one language, whatever region or script they add.
fn is_same_language(a: &str, b: &str) -> bool {
    let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    language(a) == language(b)
}
