//! [`Comparison`]: which names two gazetteers answer differently, and what decides now.

use std::collections::HashSet;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use serde::Serialize;

use crate::gazetteer::Gazetteer;
use crate::index::{Alias, Override, Segment};
use crate::model::{AliasKind, Score, Status, Tier};
use crate::resolve::{Candidate, CandidateRef, OverrideRef, Resolution, ResolveOptions, Stack, Verdict};

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

/// Which names of the packs are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those that may be answered differently because packs differ: the aliases of packs that are not in both stacks, and
    /// all aliases of the entities that these speak of.
    Touched,
    /// Every alias of both stacks.
    All,
}

impl Comparison<'_> {
    /// Hands the names of the packs to `take`, each once, those of the old stack first.
    ///
    /// Remembers a hash of each of the first [`MAX_REMEMBERED`] names; what comes after may come twice.
    pub fn for_each_name<E>(&self, scope: Scope, take: impl FnMut(String) -> Result<(), E>) -> Result<(), E> {
        let mut names = Names { seen: HashSet::default(), hasher: FixedState::default(), take };
        let sides = [(self.old, self.new), (self.new, self.old)];
        for (own, other) in sides {
            for segment in own.stack().segments() {
                let is_common = has_segment(other, segment);
                if is_common && (scope == Scope::Touched || std::ptr::eq(own, self.new)) {
                    continue;
                }
                names.of_segment(segment)?;
                if scope == Scope::Touched {
                    for id in 0..segment.id_count() {
                        sides.iter().try_for_each(|(side, _)| names.of_entity(side, segment.id(id)))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The entities that come, go, or change their names.
    pub fn entities(&self) -> EntityChanges {
        let mut changes = EntityChanges::default();
        let old: Vec<&Segment> = differing(self.old, self.new).collect();
        let new: Vec<&Segment> = differing(self.new, self.old).collect();
        let is_mentioned =
            |segments: &[&Segment], id: &str| segments.iter().any(|one| one.find_id(id).is_some());
        for (at, segment) in old.iter().chain(&new).enumerate() {
            for id in (0..segment.id_count()).map(|id| segment.id(id)) {
                let earlier = old.iter().chain(&new).take(at).any(|one| one.find_id(id).is_some());
                let is_canonical =
                    |other: &str| other == id || !is_mentioned(&old, other) && !is_mentioned(&new, other);
                if !earlier {
                    changes.add(self, id, is_canonical);
                }
            }
        }
        changes
    }
}

/// How many names [`Comparison::for_each_name`] remembers, at some 18 bytes each.
pub const MAX_REMEMBERED: usize = 1 << 23;

/// Names on their way, each once.
struct Names<F> {
    seen: HashSet<u64, FixedState>,
    hasher: FixedState,
    take: F,
}

impl<E, F: FnMut(String) -> Result<(), E>> Names<F> {
    fn of_segment(&mut self, segment: &Segment) -> Result<(), E> {
        for alias in segment.aliases() {
            self.add(segment.alias(alias).map(Alias::text))?;
        }
        for (row, action) in segment.overrides().iter().enumerate() {
            if let Override::Block { key, .. } | Override::NotAName { key } = action {
                let written = segment.override_source(row).map(|source| source.alias.clone());
                self.add(Some(written.unwrap_or_else(|| key.clone())))?;
            }
        }
        Ok(())
    }

    fn of_entity(&mut self, side: &Gazetteer, id: &str) -> Result<(), E> {
        let stack = side.stack();
        let aliases = stack.find(id).into_iter().flat_map(|entity| stack.aliases(entity));
        aliases.map(|at| stack.alias(at).map(Alias::text)).try_for_each(|name| self.add(name))
    }

    fn add(&mut self, name: Option<String>) -> Result<(), E> {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(()) };
        let hash = self.hasher.hash_one(&name);
        let is_new = if self.seen.len() < MAX_REMEMBERED {
            self.seen.insert(hash)
        } else {
            !self.seen.contains(&hash)
        };
        if is_new { (self.take)(name) } else { Ok(()) }
    }
}

fn has_segment(gazetteer: &Gazetteer, segment: &Segment) -> bool {
    gazetteer.packs().any(|pack| pack.content_digest == segment.header().content_digest)
}

/// The segments of a gazetteer that another one does not have.
fn differing<'g>(own: &'g Gazetteer, other: &Gazetteer) -> impl Iterator<Item = &'g Segment> {
    own.stack().numbered().map(|(_, segment)| segment).filter(|segment| !has_segment(other, segment))
}

/// What becomes of entities, with some of them by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EntityChanges {
    /// Entities that the new stack alone describes.
    pub added: u64,
    /// Entities that the old stack alone describes.
    pub removed: u64,
    /// Entities that bear another canonical name.
    pub renamed: u64,
    /// The first of them, at most [`EntityChanges::MAX_EXAMPLES`], for people.
    pub examples: Vec<String>,
}

impl EntityChanges {
    /// The most entities that are told by name.
    pub const MAX_EXAMPLES: usize = 20;

    fn add(&mut self, comparison: &Comparison<'_>, id: &str, is_canonical: impl Fn(&str) -> bool) {
        let (old, new) = (comparison.old.stack(), comparison.new.stack());
        let (before, now) = (old.find(id), new.find(id));
        let names = |stack: &Stack, entity| (stack.id_text(entity).to_owned(), stack.name(entity));
        match (before.map(|entity| names(old, entity)), now.map(|entity| names(new, entity))) {
            (None, Some((id, name))) if is_canonical(&id) => {
                self.added += 1;
                self.example(format!("+ {id} {name}"));
            }
            (Some((id, name)), None) if is_canonical(&id) => {
                self.removed += 1;
                self.example(format!("- {id} {name}"));
            }
            (Some((_, before)), Some((id, now))) if before != now && is_canonical(&id) => {
                self.renamed += 1;
                self.example(format!("~ {id} {before} → {now}"));
            }
            _ => {}
        }
    }

    fn example(&mut self, text: String) {
        if self.examples.len() < Self::MAX_EXAMPLES {
            self.examples.push(text);
        }
    }
}

#[cfg(test)]
mod tests;
