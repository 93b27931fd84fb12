//! [`Hit`]: an entity reached through one of its aliases.

use std::cmp::Ordering;

use super::form::{FormStep, FormSteps};
use super::lookup;
use super::score::Factors;
use super::stack::{AliasRef, EntityKey, Stack};
use super::step::{Step, similarity};
use crate::index::Alias;
use crate::model::{AliasKind, Rank, Tier};

/// An entity reached through one of its aliases.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub entity: EntityKey,
    pub alias: AliasRef,
    pub kind: AliasKind,
    pub tier: Tier,
    /// Whether the alias is in the language of the hint.
    pub in_language: bool,
    /// The rank of the entity.
    pub rank: Option<Rank>,
    /// How likely a writer who means the alias writes the query, beside other hits, in powers of ten.
    pub evidence: f32,
    /// How likely the query is the alias's name at all, 0 to 1.
    pub plausibility: f32,
    /// What speaks for the hit by its alias.
    pub of_alias: Factors,
    /// The steps from the query to the alias; `None` if there is none, as of most.
    pub steps: Option<Box<Steps>>,
}

/// The steps from a query to an alias.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Steps {
    /// Those to the form.
    form: FormSteps,
    /// Those from there.
    own: OwnSteps,
}

/// The steps from a form to an alias.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum OwnSteps {
    Made(Vec<Step>),
    /// Folds of the form of this K0 key, to be told when somebody asks: most hits are only counted.
    Folds {
        safe: Box<str>,
        is_bare: bool,
    },
}

impl Steps {
    /// The steps to a form and from there; `None` if there is none.
    pub fn of(form: &FormSteps, own: OwnSteps) -> Option<Box<Self>> {
        let is_none = form.is_empty() && matches!(&own, OwnSteps::Made(steps) if steps.is_empty());
        (!is_none).then(|| Box::new(Self { form: form.clone(), own }))
    }

    fn to_steps(&self, stack: &Stack, alias: AliasRef) -> Vec<Step> {
        let own = match &self.own {
            OwnSteps::Made(steps) => steps.clone(),
            OwnSteps::Folds { safe, is_bare } => lookup::steps_of_folds(stack, safe, alias, *is_bare),
        };
        self.form.iter().map(FormStep::to_step).chain(own).collect()
    }
}

/// The order of hits of one entity, the stronger first, as the score counts it, so that a further alias never weakens an
/// entity. Ties go to the language asked for, the better kind and tier, then to what stands first in bytewise order:
/// never to the order of the search, and to that of the packs only between equal rows.
impl Hit {
    /// By all but the steps.
    pub fn cmp_row(&self, other: &Self, stack: &Stack) -> Ordering {
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
    pub fn cmp_steps(&self, other: &Self, stack: &Stack) -> Ordering {
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
        let is_bare = |steps: &Steps| matches!(steps.own, OwnSteps::Folds { is_bare: true, .. });
        !self.steps.as_deref().is_some_and(is_bare) && self.steps == other.steps
    }

    /// The steps from the query to the alias.
    pub fn steps(&self, stack: &Stack) -> Vec<Step> {
        self.steps.as_deref().map(|steps| steps.to_steps(stack, self.alias)).unwrap_or_default()
    }

    /// How near the query is to the alias, 0 to 1.
    pub fn similarity(&self, stack: &Stack) -> f32 {
        if self.steps.is_none() { 1.0 } else { similarity(&self.steps(stack)) }
    }
}
