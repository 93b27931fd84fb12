//! [`Comparison`]: which names two gazetteers answer differently, and what decides now.

mod entities;
mod names;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::gazetteer::Gazetteer;
use crate::index::Segment;
use crate::model::{AliasKind, Score, Status, Tier};
use crate::resolve::{Candidate, CandidateRef, OverrideRef, Resolution, ResolveOptions, Stack, Verdict};

pub use entities::EntityChanges;
pub use names::{MAX_REMEMBERED, Scope};

/// Two gazetteers that are compared: as it was, and as it is to be.
#[derive(Clone, Copy)]
pub struct Comparison<'a> {
    /// As it was.
    pub old: &'a Gazetteer,
    /// As it is to be.
    pub new: &'a Gazetteer,
    /// What counts as a change.
    pub options: DiffOptions,
}

/// What counts as a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiffOptions {
    /// Scores that differ by more than this, 0 to 1.
    pub score: f32,
    /// Status and entity alone count, whatever tiers and scores do.
    pub answers_only: bool,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self { score: 0.1, answers_only: false }
    }
}

/// What differs between two answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Difference {
    /// The verdict.
    Status,
    /// The entity: of a resolved name that which is meant, else the best candidate of an ambiguous one.
    Entity,
    /// The canonical ID, and not the entity.
    Id,
    /// How the alias was reached.
    Tier,
    /// The score, by more than is allowed.
    Score,
}

impl Difference {
    /// The difference as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Entity => "entity",
            Self::Id => "id",
            Self::Tier => "tier",
            Self::Score => "score",
        }
    }
}

/// A name that is answered differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The name.
    pub name: String,
    /// What differs.
    pub changed: Vec<Difference>,
    /// The answer as it was.
    pub old: Side,
    /// The answer as it is to be.
    pub new: Side,
    /// What decides now, for people: overrides, aliases, packs.
    pub why: String,
}

/// One answer of two.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// The verdict.
    pub status: Status,
    /// The best candidate of a name that is resolved or ambiguous.
    #[serde(flatten)]
    pub best: Option<Best>,
}

/// The best candidate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Best {
    /// Canonical ID.
    pub id: String,
    /// Canonical name.
    pub canonical_name: String,
    /// The probability that it is meant.
    pub score: Score,
    /// How the alias was reached.
    pub tier: Tier,
    /// The alias.
    pub matched_alias: String,
    /// What it is to the entity.
    pub alias_kind: AliasKind,
    /// The pack that holds it.
    pub pack: String,
}

impl Comparison<'_> {
    /// Hands the changes among `names` to `take`, in their order. A change costs some resolutions more than a name that is
    /// answered alike.
    pub fn compare<S: AsRef<str>>(&self, names: &[S], mut take: impl FnMut(Change)) {
        let mut old = Vec::with_capacity(names.len());
        self.old.verdicts(names, &BRIEF, |_, verdict| old.push(verdict));
        self.new.verdicts(names, &BRIEF, |i, new| {
            let (Some(old), Some(name)) = (old.get(i), names.get(i)) else { return };
            let changed = self.differences(old, &new);
            if !changed.is_empty() {
                take(self.change(name.as_ref(), changed, old, &new));
            }
        });
    }

    fn differences(&self, old: &Verdict<'_>, new: &Verdict<'_>) -> Vec<Difference> {
        let (best_old, best_new) = (best(old), best(new));
        let mut changed = Vec::new();
        if old.status() != new.status() {
            changed.push(Difference::Status);
        }
        match (best_old, best_new) {
            (Some(old), Some(new)) => {
                if !self.is_one_entity(old.id(), new.id()) {
                    changed.push(Difference::Entity);
                } else if old.id() != new.id() {
                    changed.push(Difference::Id);
                }
                if !self.options.answers_only {
                    changed.extend((old.tier() != new.tier()).then_some(Difference::Tier));
                    let by = (old.score().get() - new.score().get()).abs();
                    changed.extend((by > self.options.score).then_some(Difference::Score));
                }
            }
            (None, None) => {}
            _ => changed.push(Difference::Entity),
        }
        changed
    }

    /// Whether two IDs, of the old and of the new stack, are of one entity in the new one.
    fn is_one_entity(&self, old: &str, new: &str) -> bool {
        old == new
            || self.new.stack().find(old).is_some_and(|entity| self.new.stack().find(new) == Some(entity))
    }

    fn change(&self, name: &str, changed: Vec<Difference>, old: &Verdict<'_>, new: &Verdict<'_>) -> Change {
        let explained = self.new.resolve(name, &FULL);
        let why = self.why(old, &explained);
        Change { name: name.to_owned(), changed, old: Side::of(old), new: Side::of(new), why }
    }

    /// What decides now: what became of the entity that was meant, then by which alias another one is.
    fn why(&self, old: &Verdict<'_>, new: &Resolution) -> String {
        let mut reasons = Vec::new();
        let before = best(old);
        let chosen = new.candidates.first().filter(|_| has_best(new.status));
        let is_other =
            |old: CandidateRef<'_>| chosen.is_none_or(|new| !self.is_one_entity(old.id(), new.id.as_str()));
        reasons.extend(before.filter(|&old| is_other(old)).and_then(|old| self.what_became_of(old, new)));
        reasons.extend(chosen.map(by_alias));
        if new.status == Status::Ambiguous {
            reasons.extend(new.candidates.get(1).map(|rival| format!("or {}", by_alias(rival))));
        }
        if reasons.is_empty() {
            let blocked = new.blocked.first().map(|one| kept_out(one.id.as_str(), one));
            reasons.extend(blocked.or_else(|| new.invalid_reason.clone()));
        }
        if reasons.is_empty()
            && let Some(old) = before
        {
            reasons.push(format!("the alias {} of {} no longer answers", old.matched_alias(), old.pack()));
        }
        reasons.join("; ")
    }

    /// Why the entity that was the best one is no candidate, if it is none.
    fn what_became_of(&self, old: CandidateRef<'_>, new: &Resolution) -> Option<String> {
        let id = old.id();
        let stack = self.new.stack();
        if let Some(one) = new.blocked.iter().find(|one| self.is_one_entity(id, one.id.as_str())) {
            return Some(kept_out(id, one));
        }
        if let Some((_, by)) = stack.find_removed(id) {
            return Some(format!("{id} is removed by {}", row_of(stack, by)));
        }
        if stack.find(id).is_none() {
            return Some(format!("no pack describes {id} any more"));
        }
        let is_candidate = new.candidates.iter().any(|one| self.is_one_entity(id, one.id.as_str()));
        let has_alias = stack.find(id).is_some_and(|entity| {
            stack
                .aliases(entity)
                .any(|at| stack.alias(at).is_some_and(|alias| alias.is(&old.matched_alias())))
        });
        (!is_candidate && !has_alias).then(|| {
            format!("the alias {} of {} is no longer listed for {id}", old.matched_alias(), old.pack())
        })
    }
}

/// The best candidate alone.
static BRIEF: ResolveOptions = super::plain_options(1, false);
static FULL: ResolveOptions = super::plain_options(ResolveOptions::DEFAULT_LIMIT, true);

/// Whether an answer of this status names an entity, be it with doubt.
fn has_best(status: Status) -> bool {
    matches!(status, Status::Resolved | Status::Ambiguous)
}

fn best<'v>(verdict: &'v Verdict<'_>) -> Option<CandidateRef<'v>> {
    verdict.candidates().next().filter(|_| has_best(verdict.status()))
}

fn by_alias(candidate: &Candidate) -> String {
    let Candidate { id, matched_alias, alias_kind, pack, explanation, .. } = candidate;
    let redirect = explanation.iter().find(|step| step.starts_with("redirected "));
    let redirect = redirect.map(|step| format!(", {step}")).unwrap_or_default();
    format!("{id} by the {alias_kind} alias {matched_alias} of {pack}{redirect}")
}

fn kept_out(id: &str, one: &crate::resolve::BlockedCandidate) -> String {
    let place = one.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
    format!("{id} is kept out by the {} row of {}{place}", one.action, one.pack)
}

fn row_of(stack: &Stack, by: OverrideRef) -> String {
    let place = stack.override_place(by).map(|place| format!(", {place}")).unwrap_or_default();
    format!("{}{place}", stack.pack_name(by.segment))
}

impl Side {
    fn of(verdict: &Verdict<'_>) -> Self {
        let best = best(verdict).map(|best| Best {
            id: best.id().to_owned(),
            canonical_name: best.name().into_owned(),
            score: best.score(),
            tier: best.tier(),
            matched_alias: best.matched_alias().into_owned(),
            alias_kind: best.alias_kind(),
            pack: best.pack().to_owned(),
        });
        Self { status: verdict.status(), best }
    }
}

/// Whether a gazetteer has this segment, byte for byte.
fn has_segment(gazetteer: &Gazetteer, segment: &Segment) -> bool {
    gazetteer.packs().any(|pack| pack.content_digest == segment.header().content_digest)
}
