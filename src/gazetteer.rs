//! [`Gazetteer`]: an immutable stack of segments, the library's front door.
//!
//! Architecture invariant: no tokio, no tonic, no paths, no environment, no clock.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::index::{Header, Segment, search_prefix};
use crate::model::{AliasKind, CountryCode, EntityId, EntityType, Rank};
use crate::resolve::{
    self, AliasRef, EntityKey, ExplainError, Explanation, Resolution, ResolveOptions, Stack, Verdict,
};
use crate::text;

/// An immutable stack of segments, later ones winning, ready to answer. Cheap to share; made anew to change.
///
/// ```
/// use std::sync::Arc;
/// use yaqut::index::{Segment, compile};
/// use yaqut::model::{AliasKind, EntityId, EntityType, Status};
/// use yaqut::pack::{AliasRow, EntityRow, Pack};
/// use yaqut::{Gazetteer, ResolveOptions};
///
/// let ukraine = EntityId::new("Q212")?;
/// let pack = Pack {
///     entities: vec![EntityRow::new(ukraine.clone(), EntityType::new("country")?, "Ukraine")],
///     aliases: vec![AliasRow::new(ukraine.clone(), "أوكرانيا", "ar", AliasKind::Preferred)],
///     ..Pack::default()
/// };
/// let segment = Segment::open(Arc::new(compile(&pack)?))?;
/// let gazetteer = Gazetteer::new(vec![Arc::new(segment)]);
///
/// let answer = gazetteer.resolve("وأكرانيا", &ResolveOptions::default());
/// assert_eq!(answer.status, Status::Resolved);
/// assert_eq!(answer.canonical_id, Some(ukraine));
/// assert_eq!(answer.candidates[0].explanation, ["stripped و", "inserted و cost 0.30"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Gazetteer {
    stack: Stack,
}

/// Keys that a completion looks at before it stops: enough for any prefix of two letters over millions of names.
const MAX_SUGGEST_KEYS: usize = 50_000;

impl Gazetteer {
    /// Stacks segments, the earliest first, and joins the entities that share an ID.
    pub fn new(segments: Vec<Arc<Segment>>) -> Self {
        Self { stack: Stack::new(segments) }
    }

    /// The gazetteer of other segments, as [`Gazetteer::new`] makes it, but quicker: of segments that this one holds too,
    /// what they have in common is known.
    #[must_use]
    pub fn restacked(&self, segments: Vec<Arc<Segment>>) -> Self {
        Self { stack: self.stack.restacked(segments) }
    }

    /// A digest of format, rules and the ordered segments; of no path and no time.
    pub fn index_version(&self) -> &str {
        self.stack.index_version()
    }

    /// The segments as one, with their joins and overrides.
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// What each segment says of itself, in stack order.
    pub fn packs(&self) -> impl ExactSizeIterator<Item = &Header> {
        self.stack.segments().iter().map(|segment| segment.header())
    }

    /// Resolves one name. Never fails: what cannot be a name is answered `INVALID`.
    pub fn resolve(&self, name: &str, options: &ResolveOptions) -> Resolution {
        resolve::resolve(&self.stack, name, options)
    }

    /// [`Gazetteer::resolve`], with an answer that borrows from the gazetteer and makes no string that nobody asks for.
    pub fn verdict<'a>(&'a self, name: &str, options: &'a ResolveOptions) -> Verdict<'a> {
        resolve::verdict(&self.stack, name, options)
    }

    /// [`Gazetteer::verdict`], if no search is needed for it: the name is known as it is written, but for hamzas, lossy
    /// letters and proclitics, or cannot be a name. Takes some microseconds at most, with an answer or without.
    ///
    /// `None` says that [`Gazetteer::verdict`] has to search, or to read words of context: some hundred microseconds.
    pub fn try_verdict<'a>(&'a self, name: &str, options: &'a ResolveOptions) -> Option<Verdict<'a>> {
        resolve::try_verdict(&self.stack, name, options)
    }

    /// Hands the verdict on each of `names`, with its index and in order, to `take`: [`Gazetteer::verdict`] of each, but
    /// in blocks, so that what the names need of the memory is fetched for many of them at once. The way to resolve lists;
    /// on several cores, each takes a part of the list.
    pub fn verdicts<'a, S: AsRef<str>>(
        &'a self,
        names: &[S],
        options: &'a ResolveOptions,
        mut take: impl FnMut(usize, Verdict<'a>),
    ) {
        self.verdicts_until(names, options, |i, verdict| {
            take(i, verdict);
            ControlFlow::Continue(())
        });
    }

    /// [`Gazetteer::verdicts`], until `take` breaks off: for lists of which nobody may want the rest. Of the names after
    /// that one none is searched for; a few have been looked up.
    pub fn verdicts_until<'a, S: AsRef<str>>(
        &'a self,
        names: &[S],
        options: &'a ResolveOptions,
        take: impl FnMut(usize, Verdict<'a>) -> ControlFlow<()>,
    ) {
        resolve::verdicts(&self.stack, names, options, take);
    }

    /// [`Gazetteer::resolve`] of each name, by [`Gazetteer::verdicts`].
    pub fn resolve_batch<S: AsRef<str>>(&self, names: &[S], options: &ResolveOptions) -> Vec<Resolution> {
        let mut answers = Vec::with_capacity(names.len());
        self.verdicts(names, options, |i, verdict| answers.push(verdict.to_resolution(names[i].as_ref())));
        answers
    }

    /// Explains why the entity that bears `id`, canonical or other, was chosen for `name`, or why not. The verdict is
    /// that of [`Gazetteer::resolve`] with the same options; `limit` plays no part.
    ///
    /// Takes up to three times as long, and for an entity of very many aliases some tenths of a second.
    pub fn explain(
        &self,
        name: &str,
        id: &str,
        options: &ResolveOptions,
    ) -> Result<Explanation, ExplainError> {
        resolve::explain(&self.stack, name, id, options)
    }

    /// Names that begin with `prefix`, the most prominent entities first; for completion while typing.
    ///
    /// Folds the prefix as names are folded, and leaves out names that an override blocks. Looks at no more than some tens
    /// of thousands of names, so a prefix of one letter over a large gazetteer is completed from those that come first.
    pub fn suggest(&self, prefix: &str, options: &SuggestOptions) -> Vec<Suggestion> {
        let key = text::lookup_key(prefix);
        if key.is_empty() {
            return Vec::new();
        }
        let mut best: HashMap<EntityKey, (AliasKind, String)> = HashMap::new();
        search_prefix(self.stack.segments(), &key, MAX_SUGGEST_KEYS, |key, segment, postings| {
            for posting in postings {
                let at = AliasRef { segment: segment as u16, alias: posting.alias };
                if let Some((entity, alias)) = self.suggestible(key, at, options) {
                    match best.entry(entity) {
                        Entry::Vacant(place) => drop(place.insert(alias)),
                        Entry::Occupied(mut found) if alias < *found.get() => drop(found.insert(alias)),
                        Entry::Occupied(_) => {}
                    }
                }
            }
        });
        let rank = |entity| self.stack.rank(entity).map_or(0.0, Rank::get);
        let mut ranked: Vec<_> =
            best.into_iter().map(|(entity, (_, alias))| (rank(entity), entity, alias)).collect();
        ranked.sort_by(|(x, a, _), (y, b, _)| {
            y.total_cmp(x).then_with(|| self.stack.id_text(*a).cmp(self.stack.id_text(*b)))
        });
        ranked.truncate(options.limit);
        ranked.into_iter().filter_map(|(_, entity, alias)| self.suggestion(entity, alias, options)).collect()
    }

    /// The entity of an alias under `key`, and the alias, if the two may be shown.
    fn suggestible(
        &self,
        key: &str,
        at: AliasRef,
        options: &SuggestOptions,
    ) -> Option<(EntityKey, (AliasKind, String))> {
        let alias = self.stack.alias(at)?;
        let entity = self.stack.entity_of(at)?;
        let is_wanted = alias.kind.is_shown()
            && self.stack.is_one_of(entity, &options.types)
            && self.stack.is_of_rank(entity, options.min_rank)
            && (options.country.is_none() || options.country == self.stack.country(entity))
            && !self.stack.is_blocked(key, entity);
        is_wanted.then_some((entity, (alias.kind, alias.text())))
    }

    fn suggestion(&self, entity: EntityKey, alias: String, options: &SuggestOptions) -> Option<Suggestion> {
        let (id, _) = resolve::ids_in(&self.stack, entity, options.id_namespace.as_deref())?;
        let language = options.display_language_code.as_deref();
        Some(Suggestion {
            id,
            name: resolve::name_in(&self.stack, entity, language),
            alias,
            types: self.stack.types(entity),
            rank: self.stack.rank(entity),
        })
    }

    /// The entity that bears `id`, whether as its own, a `same_as` or a redirected one.
    pub fn entity(&self, id: &str) -> Option<Entity> {
        self.entity_as(id, &EntityOptions::default())
    }

    /// As [`Gazetteer::entity`], under the ID and the name that the caller wants to see.
    pub fn entity_as(&self, id: &str, options: &EntityOptions) -> Option<Entity> {
        let key = self.stack.find(id)?;
        let (id, same_as) = resolve::ids_in(&self.stack, key, options.id_namespace.as_deref())?;
        let mut packs: Vec<String> = Vec::new();
        let records = self.stack.records(key).map(|(segment, _)| segment);
        for segment in records.chain(self.stack.aliases(key).map(|at| at.segment)) {
            let name = self.stack.pack_name(segment);
            if !packs.iter().any(|known| known == name) {
                packs.push(name.to_owned());
            }
        }
        let description =
            self.stack.records(key).map(|(_, record)| record.description()).find(|text| !text.is_empty());
        Some(Entity {
            id,
            name: resolve::name_in(&self.stack, key, options.display_language_code.as_deref()),
            types: self.stack.types(key),
            country: self.stack.country(key),
            rank: self.stack.rank(key),
            same_as,
            description: description.unwrap_or_default(),
            aliases: self.stack.aliases(key).filter_map(|at| self.entity_alias(at)).collect(),
            packs,
        })
    }

    fn entity_alias(&self, at: AliasRef) -> Option<EntityAlias> {
        let alias = self.stack.alias(at).filter(|alias| !alias.is_name)?;
        Some(EntityAlias {
            text: alias.text(),
            language_code: alias.language.to_owned(),
            kind: alias.kind,
            pack: self.stack.pack_name(at.segment).to_owned(),
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
    /// Only entities of at least this rank, 0 to 1; 0 for all. An entity of unknown rank passes at 0 alone.
    pub min_rank: f32,
    /// Show IDs of this namespace where the entity has one, else canonical IDs.
    pub id_namespace: Option<String>,
    /// Show names in this BCP 47 language where the entity has one, else canonical names.
    pub display_language_code: Option<String>,
}

impl Default for SuggestOptions {
    fn default() -> Self {
        Self {
            limit: 10,
            types: Vec::new(),
            country: None,
            min_rank: 0.0,
            id_namespace: None,
            display_language_code: None,
        }
    }
}

/// How an entity is to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityOptions {
    /// Show an ID of this namespace if the entity has one, else its canonical ID.
    pub id_namespace: Option<String>,
    /// Show a name in this BCP 47 language if the entity has one, else its canonical name.
    pub display_language_code: Option<String>,
}

/// A completion of a prefix.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Canonical ID, or the ID of the namespace asked for.
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
    /// Canonical ID, that of the earliest pack; or the ID of the namespace asked for.
    pub id: EntityId,
    /// Canonical name, or the name in the language asked for.
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
