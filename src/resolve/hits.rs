//! [`Hits`]: what was found so far, the best hit of each entity.

use std::collections::HashMap;

use super::ResolveOptions;
use super::compare::Comparison;
use super::form::Form;
use super::stack::{AliasRef, EntityKey, Stack};
use crate::model::{AliasKind, Tier};

/// An entity reached through one of its aliases.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub entity: EntityKey,
    pub alias: AliasRef,
    pub kind: AliasKind,
    pub tier: Tier,
    /// Of form and alias, costs of the form taken off.
    pub similarity: f32,
    /// To be taken off the score.
    pub doubt: f32,
    pub steps: Vec<String>,
    /// Whether the alias is in the language of the hint.
    pub in_language: bool,
}

/// The hits of one query.
pub(super) struct Hits<'a> {
    stack: &'a Stack,
    options: &'a ResolveOptions,
    /// Lookup keys of the query, whole and stripped, for blocks.
    keys: Vec<String>,
    best: HashMap<EntityKey, Hit>,
    /// Whether an alias was met, be it of an entity that the caller does not want.
    is_known: bool,
}

impl<'a> Hits<'a> {
    pub fn new(stack: &'a Stack, options: &'a ResolveOptions, forms: &[Form]) -> Self {
        let keys = forms.iter().map(|form| form.key.clone()).collect();
        Self { stack, options, keys, best: HashMap::new(), is_known: false }
    }

    /// Takes a hit, unless its entity is unwanted, blocked, or was reached by a better one.
    pub fn add(&mut self, form: &Form, at: AliasRef, comparison: Comparison) {
        let Some(entity) = self.stack.entity_of(at) else { return };
        if !self.stack.is_one_of(entity, form.types) || self.is_blocked(form, entity) {
            return;
        }
        self.is_known = true;
        let Some(alias) = self.stack.alias(at).filter(|_| self.stack.is_one_of(entity, &self.options.types))
        else {
            return;
        };
        let language = self.options.language_code.as_deref();
        let hit = Hit {
            entity,
            alias: at,
            kind: alias.kind,
            tier: form.tier.max(comparison.tier),
            similarity: comparison.similarity - form.cost,
            doubt: comparison.doubt,
            steps: form.steps.iter().cloned().chain(comparison.steps).collect(),
            in_language: language.is_some_and(|wanted| is_same_language(alias.language, wanted)),
        };
        self.best.entry(entity).and_modify(|best| best.improve(&hit)).or_insert(hit);
    }

    fn is_blocked(&self, form: &Form, entity: EntityKey) -> bool {
        let keys = self.keys.iter().chain([&form.key]);
        keys.into_iter().any(|key| self.stack.blocked_by(key, entity).is_some())
    }

    /// Whether nothing at all was met: only then do later tiers run, so that a known name is never taken for a slip.
    pub fn is_unknown(&self) -> bool {
        !self.is_known
    }

    /// The hits in the order of their entities: sums over them are the same in every run.
    pub fn into_vec(self) -> Vec<Hit> {
        let mut hits: Vec<Hit> = self.best.into_values().collect();
        hits.sort_unstable_by_key(|hit| hit.entity);
        hits
    }
}

impl Hit {
    fn improve(&mut self, other: &Self) {
        // Ties go to the language asked for, the better kind, the earlier row: never to the order of the search.
        let order = |hit: &Self| (!hit.in_language, hit.kind, hit.alias);
        let is_better = match other.similarity.total_cmp(&self.similarity) {
            std::cmp::Ordering::Equal => order(other) < order(self),
            ordering => ordering.is_gt(),
        };
        if is_better {
            *self = other.clone();
        }
    }
}

/// Whether two BCP 47 tags name one language, whatever region or script they add.
fn is_same_language(a: &str, b: &str) -> bool {
    let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    language(a) == language(b)
}
