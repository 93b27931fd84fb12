//! [`Verdict`]: an answer that borrows from the stack; strings are made only of what is asked for.

use std::borrow::Cow;

use super::decided::redirect_steps;
use super::hits::{Blocked, Hits};
use super::naming;
use super::score::{self, Scored, ScoredList};
use super::stack::{AliasRef, EntityKey, Stack};
use super::step::Step;
use super::{BlockedCandidate, Candidate, Resolution, ResolveOptions};
use crate::index::Alias;
use crate::model::{AliasKind, BlockAction, CountryCode, EntityId, Rank, Score, Status, Tier};

/// The answer to one query, borrowing from the stack and the options.
///
/// Made without a string; [`Verdict::to_resolution`] makes an owned answer of it.
#[derive(Clone)]
pub struct Verdict<'a> {
    stack: &'a Stack,
    options: &'a ResolveOptions,
    status: Status,
    /// Those that are shown.
    scored: ScoredList,
    blocked: Vec<BlockedCandidate>,
    invalid_reason: Option<String>,
    truncated: bool,
}

impl<'a> Verdict<'a> {
    /// The verdict on a query that met these, which it takes.
    pub(super) fn of_hits(stack: &'a Stack, hits: &mut Hits<'_>, options: &'a ResolveOptions) -> Self {
        let blocked = if options.explain { blocked(stack, hits, options) } else { Vec::new() };
        let truncated = hits.is_truncated();
        let mut scored = score::score(stack, hits.take_sorted(), options);
        let status = score::decide(&scored, options);
        let shown = score::shown(&scored, options);
        if shown < scored.len() {
            scored.truncate(shown);
        }
        Self { stack, options, status, scored, blocked, invalid_reason: None, truncated }
    }

    /// The verdict on a query that cannot be a name, for this reason.
    pub(super) fn invalid(stack: &'a Stack, options: &'a ResolveOptions, reason: String) -> Self {
        let (status, scored, blocked) = (Status::Invalid, ScoredList::new(), Vec::new());
        Self { stack, options, status, scored, blocked, invalid_reason: Some(reason), truncated: false }
    }

    /// The verdict.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The entity that is meant; `Some` if and only if the status is `RESOLVED`.
    pub fn resolved(&self) -> Option<CandidateRef<'_>> {
        self.candidates().next().filter(|_| self.status == Status::Resolved)
    }

    /// The candidates, best first, at most [`ResolveOptions::limit`].
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = CandidateRef<'_>> {
        let &Self { stack, options, .. } = self;
        self.scored.iter().map(move |scored| CandidateRef { stack, options, scored })
    }

    /// The entities that an override keeps out, in order of their IDs; empty unless explanations are asked for.
    pub fn blocked(&self) -> &[BlockedCandidate] {
        &self.blocked
    }

    /// Why the query cannot be a name; `Some` if and only if the status is `INVALID`.
    pub fn invalid_reason(&self) -> Option<&str> {
        self.invalid_reason.as_deref()
    }

    /// Whether the search ended before it was through, see [`Resolution::truncated`].
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Which index gave the answer.
    pub fn index_version(&self) -> &'a str {
        self.stack.index_version()
    }

    /// The owned answer to `query`, which this is the verdict on.
    pub fn to_resolution(&self, query: &str) -> Resolution {
        let candidates: Vec<Candidate> = self.candidates().filter_map(CandidateRef::to_candidate).collect();
        Resolution {
            query: query.to_owned(),
            status: self.status,
            canonical_id: match (self.status, candidates.first()) {
                (Status::Resolved, Some(best)) => Some(best.id.clone()),
                _ => None,
            },
            candidates,
            blocked: self.blocked.clone(),
            invalid_reason: self.invalid_reason.clone(),
            truncated: self.truncated,
            index_version: self.stack.index_version().to_owned(),
        }
    }
}

/// A candidate of a [`Verdict`].
///
/// What it tells is what [`Candidate`] holds, read from the stack when it is asked for.
#[derive(Clone, Copy)]
pub struct CandidateRef<'a> {
    stack: &'a Stack,
    options: &'a ResolveOptions,
    scored: &'a Scored,
}

impl<'a> CandidateRef<'a> {
    /// The entity.
    pub fn entity(self) -> EntityKey {
        self.scored.hit.entity
    }

    /// The alias that was reached.
    pub fn alias(self) -> AliasRef {
        self.scored.hit.alias
    }

    /// Canonical ID, or the ID of the namespace asked for.
    pub fn id(self) -> &'a str {
        naming::id_in(self.stack, self.entity(), self.options.id_namespace.as_deref())
    }

    /// Canonical name, or the name in the language asked for.
    pub fn name(self) -> Cow<'a, str> {
        let language = self.options.display_language_code.as_deref();
        naming::name_in(self.stack, self.entity(), language).into()
    }

    /// What it is, by every pack that says so, each type once.
    pub fn types(self) -> impl Iterator<Item = &'a str> {
        self.stack.type_texts(self.entity())
    }

    /// Country to which it belongs.
    pub fn country(self) -> Option<CountryCode> {
        self.stack.country(self.entity())
    }

    /// How prominent it is; `None` if unknown.
    pub fn rank(self) -> Option<Rank> {
        self.stack.rank(self.entity())
    }

    /// Every other ID of the entity, in bytewise order.
    pub fn same_as(self) -> Vec<&'a str> {
        naming::other_ids_in(self.stack, self.entity(), self.options.id_namespace.as_deref())
    }

    /// The probability that this entity is meant.
    pub fn score(self) -> Score {
        self.scored.score
    }

    /// How near the query is to the alias, 0 to 1: a function of the two alone. Aligns the two if they differ.
    pub fn form_similarity(self) -> f32 {
        self.scored.hit.similarity(self.stack)
    }

    /// How the alias was reached.
    pub fn tier(self) -> Tier {
        self.scored.hit.tier
    }

    /// The alias that was reached, as it stands in the pack.
    pub fn matched_alias(self) -> Cow<'a, str> {
        self.stack.alias(self.alias()).map(Alias::text).unwrap_or_default().into()
    }

    /// What that alias is to the entity.
    pub fn alias_kind(self) -> AliasKind {
        self.scored.hit.kind
    }

    /// The pack that holds the alias.
    pub fn pack(self) -> &'a str {
        self.stack.pack_name(self.alias().segment)
    }

    /// The steps from the query to the alias, with what they cost, and the redirects from there to the entity. Made anew at every call.
    pub fn steps(self) -> Vec<Step> {
        let mut steps = self.scored.hit.steps(self.stack);
        steps.extend(redirect_steps(self.stack, self.alias()));
        steps
    }

    /// The owned candidate; `None` only if the stack is damaged.
    pub fn to_candidate(self) -> Option<Candidate> {
        let namespace = self.options.id_namespace.as_deref();
        let (id, same_as) = naming::ids_in(self.stack, self.entity(), namespace)?;
        let explanation = if self.options.explain { self.steps() } else { Vec::new() };
        Some(Candidate {
            id,
            name: self.name().into_owned(),
            types: self.stack.types(self.entity()),
            country: self.country(),
            rank: self.rank(),
            same_as,
            score: self.score(),
            form_similarity: self.form_similarity(),
            tier: self.tier(),
            matched_alias: self.stack.alias(self.alias())?.text(),
            alias_kind: self.alias_kind(),
            pack: self.pack().to_owned(),
            explanation: explanation.iter().map(ToString::to_string).collect(),
        })
    }
}

fn blocked(stack: &Stack, hits: &Hits<'_>, options: &ResolveOptions) -> Vec<BlockedCandidate> {
    let show = |(entity, Blocked { key, by }): (EntityKey, Blocked<'_>)| {
        let id = naming::id_in(stack, entity, options.id_namespace.as_deref());
        Some(BlockedCandidate {
            id: EntityId::new(id).ok()?,
            name: naming::name_in(stack, entity, options.display_language_code.as_deref()),
            key: key.to_owned(),
            action: if by.entity.is_some() { BlockAction::Block } else { BlockAction::NotAName },
            pack: stack.pack_name(by.at.segment).to_owned(),
            place: stack.override_place(by.at),
        })
    };
    let mut blocked: Vec<BlockedCandidate> = hits.blocked().filter_map(show).collect();
    blocked.sort_by(|a, b| a.id.cmp(&b.id));
    blocked.truncate(options.limit.max(1));
    blocked
}
