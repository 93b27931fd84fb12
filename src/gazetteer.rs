//! [`Gazetteer`]: an immutable stack of segments, the library's front door.
//!
//! Architecture invariant: no tokio, no tonic, no paths, no environment, no clock.

use std::sync::Arc;

use crate::index::{Header, Segment};
use crate::model::{AliasKind, CountryCode, EntityId, EntityType, Rank, Score, Status, Tier};
use crate::resolve::{Candidate, Resolution, ResolveOptions};

/// An immutable stack of segments, later ones winning, ready to answer. Cheap to share; made anew to change.
pub struct Gazetteer {
    segments: Vec<Arc<Segment>>,
    index_version: String,
}

impl Gazetteer {
    /// Stacks segments, the earliest first, and joins the entities that share an ID.
    pub fn new(segments: Vec<Arc<Segment>>) -> Self {
        Self { segments, index_version: "stub".into() }
    }

    /// A digest of format, rules and the ordered segments; of no path and no time.
    pub fn index_version(&self) -> &str {
        &self.index_version
    }

    /// What each segment says of itself, in stack order.
    pub fn packs(&self) -> impl ExactSizeIterator<Item = &Header> {
        self.segments.iter().map(|segment| segment.header())
    }

    /// Resolves one name. Never fails: what cannot be a name is answered `INVALID`.
    pub fn resolve(&self, name: &str, options: &ResolveOptions) -> Resolution {
        let mut resolution = Resolution {
            query: name.into(),
            status: Status::NotFound,
            canonical_id: None,
            candidates: Vec::new(),
            invalid_reason: None,
            index_version: self.index_version.clone(),
        };
        let key = crate::text::lookup_key(name);
        if key.is_empty() {
            resolution.status = Status::Invalid;
            resolution.invalid_reason = Some("the name is empty".into());
        }
        for segment in &self.segments {
            for (id, alias) in segment.aliases.get(&key).into_iter().flatten() {
                let Ok(id) = EntityId::new(id) else { continue };
                if resolution.candidates.iter().any(|c| c.id == id)
                    || resolution.candidates.len() == options.limit
                {
                    continue;
                }
                resolution.candidates.push(Candidate {
                    name: segment.names.get(id.as_str()).cloned().unwrap_or_default(),
                    id,
                    types: vec![],
                    country: None,
                    same_as: vec![],
                    score: Score::new(0.9),
                    form_similarity: 1.0,
                    tier: Tier::Exact,
                    matched_alias: alias.clone(),
                    alias_kind: AliasKind::Preferred,
                    pack: segment.header().manifest.name.clone(),
                    explanation: vec![],
                });
            }
        }
        match &resolution.candidates[..] {
            [] => {}
            [one] => {
                resolution.canonical_id = Some(one.id.clone());
                resolution.status = Status::Resolved;
            }
            _ => resolution.status = Status::Ambiguous,
        }
        resolution
    }

    /// Names that begin with `prefix`, the most prominent entities first; for completion while typing.
    pub fn suggest(&self, prefix: &str, options: &SuggestOptions) -> Vec<Suggestion> {
        let key = crate::text::lookup_key(prefix);
        let mut suggestions = Vec::new();
        for segment in &self.segments {
            for (_, aliases) in segment.aliases.range(key.clone()..).take_while(|(k, _)| k.starts_with(&key))
            {
                for (id, alias) in aliases.iter().take(options.limit - suggestions.len()) {
                    let Ok(id) = EntityId::new(id) else { continue };
                    suggestions.push(Suggestion {
                        name: segment.names.get(id.as_str()).cloned().unwrap_or_default(),
                        id,
                        alias: alias.clone(),
                        types: vec![],
                        rank: None,
                    });
                }
            }
        }
        suggestions
    }

    /// The entity that bears `id`, whether as its own, a `same_as` or a redirected one.
    pub fn entity(&self, id: &str) -> Option<Entity> {
        let (segment, name) = self.segments.iter().find_map(|s| Some((s, s.names.get(id)?)))?;
        Some(Entity {
            id: EntityId::new(id).ok()?,
            name: name.clone(),
            types: vec![],
            country: None,
            rank: None,
            same_as: vec![],
            description: String::new(),
            aliases: vec![],
            packs: vec![segment.header().manifest.name.clone()],
        })
    }
}

/// What a caller may say beside a prefix.
#[derive(Clone, Debug, PartialEq)]
pub struct SuggestOptions {
    /// The most suggestions to return; 1 to [`ResolveOptions::MAX_LIMIT`].
    pub limit: usize,
    /// Only entities of one of these types; empty for all.
    pub types: Vec<EntityType>,
    /// Only entities of this country.
    pub country: Option<CountryCode>,
    /// Show names in this BCP 47 language where the entity has one.
    pub display_language_code: Option<String>,
}

impl Default for SuggestOptions {
    fn default() -> Self {
        Self { limit: 10, types: Vec::new(), country: None, display_language_code: None }
    }
}

/// A completion of a prefix.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Canonical ID.
    pub id: EntityId,
    /// Canonical name, or the name in the language asked for.
    pub name: String,
    /// The alias that begins with the prefix.
    pub alias: String,
    /// What the entity is.
    pub types: Vec<EntityType>,
    /// How prominent it is.
    pub rank: Option<Rank>,
}

/// All that the stack knows of one entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Canonical ID: that of the earliest pack.
    pub id: EntityId,
    /// Canonical name.
    pub name: String,
    /// What it is.
    pub types: Vec<EntityType>,
    /// Country to which it belongs.
    pub country: Option<CountryCode>,
    /// How prominent it is.
    pub rank: Option<Rank>,
    /// Every other ID, redirected ones included, in order.
    pub same_as: Vec<EntityId>,
    /// A line for people.
    pub description: String,
    /// Its names, in stack order.
    pub aliases: Vec<EntityAlias>,
    /// The packs that speak of it, in stack order.
    pub packs: Vec<String>,
}

/// A name of an [`Entity`].
#[derive(Clone, Debug, PartialEq)]
pub struct EntityAlias {
    /// The surface form.
    pub text: String,
    /// BCP 47 language; empty if unknown.
    pub language_code: String,
    /// What it is to the entity.
    pub kind: AliasKind,
    /// The pack that holds it.
    pub pack: String,
}
