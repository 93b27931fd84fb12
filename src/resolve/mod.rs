//! Resolution: candidates → score → decision, each with an explanation.
//!
//! A query becomes forms (`form`: whole, without proclitics, without heads). Each tier gathers hits for the forms over the
//! whole [`Stack`] before the next begins, and runs only if those before met no name (`resolver`):
//!
//! | module | tiers |
//! |---|---|
//! | `lookup` | EXACT, ORTHOGRAPHIC, PROCLITIC: forms whose key is that of an alias |
//! | `partial` | PARTIAL: heads dropped, tokens reordered or left out, a family name alone |
//! | `fuzzy` | TRANSLITERATION, FUZZY: keys within one or two edits |
//! | `skeleton` | TRANSLITERATION beyond a few edits, CROSS_SCRIPT: names with the consonants of a form |
//!
//! What a pair of strings is worth is judged in one place, `compare`: the steps between them (`step`), each with its cost,
//! and how likely they are one name; or what keeps them apart (`gate`). `hits` keeps the best alias of each entity,
//! `score` turns hits and hints (`context`) into probabilities and a verdict, `naming` shows them under the IDs and names
//! that are asked for, and [`explain()`] tells of any entity why it was chosen, or why not.
//!
//! Architecture invariant: no network.

mod ahead;
mod batch;
mod bearers;
mod compare;
mod context;
mod decided;
mod explain;
mod form;
mod fuzzy;
mod gate;
mod hit;
mod hits;
mod links;
mod lookup;
mod named;
mod naming;
mod partial;
mod plausibility;
mod query;
mod resolver;
mod score;
mod shared_ids;
mod sharing;
mod skeleton;
mod stack;
mod stage;
mod step;
mod verdict;

pub use batch::verdicts;
pub use context::check_context;
pub use explain::{AliasComparison, ExplainError, Explanation, Rival, Standing, explain};
pub use naming::{ids_in, name_in};
pub use query::check_name;
pub use resolver::{resolve, try_verdict, verdict};
pub use score::Factors;
pub use stack::{AliasRef, EntityKey, OverrideRef, Stack};
pub use stage::{Stage, Stages, UnknownStage};
pub use step::{SIMILARITY_OF_COST, Step};
pub use verdict::{CandidateRef, Verdict};

use serde::Serialize;

use crate::model::{AliasKind, BlockAction, CountryCode, EntityId, EntityType, Rank, Score, Status, Tier};

/// The longest name that is looked up, in bytes of UTF-8.
pub const MAX_NAME_BYTES: usize = 512;
/// The longest name that is looked up, in code points, as it is written and after NFKC.
pub const MAX_NAME_CHARS: usize = 256;
/// The most combining marks that may follow one another in a name.
pub const MAX_MARK_RUN: usize = 30;
/// The most words of context that are read, separated by white space.
pub const MAX_CONTEXT_WORDS: usize = 64;
/// The most context that a caller may give, in bytes of UTF-8.
pub const MAX_CONTEXT_BYTES: usize = 1024;

/// What a caller may say about a query beside the name.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolveOptions {
    /// The most candidates to return; 1 to [`ResolveOptions::MAX_LIMIT`]. 0 counts as 1.
    pub limit: usize,
    /// Only entities of one of these types; empty for all.
    pub types: Vec<EntityType>,
    /// Only entities of at least this rank, 0 to 1; 0 for all. An entity of unknown rank passes at 0 alone.
    pub min_rank: f32,
    /// A hint: entities of this country are preferred.
    pub country: Option<CountryCode>,
    /// A hint: aliases of this BCP 47 language are preferred.
    pub language_code: Option<String>,
    /// A hint: words or phrases that stand near the name, in any order. Candidates that they speak for are preferred:
    /// by another name of theirs, a name of their country or of something in it, a noun for their type, a word of their
    /// description. Checked by [`check_context`]; words beyond [`MAX_CONTEXT_WORDS`] are not read.
    pub context: Vec<String>,
    /// The most edits of a fuzzy hit: 0, 1 or 2. At 0 no other spellings are looked for, in the same script or in others.
    pub max_edits: u8,
    /// Candidates below this score are dropped: 0 to 1. The verdict is that on all of them, but `NOT_FOUND` if none is
    /// left.
    pub min_score: f32,
    /// Answer with an ID of this namespace where the entity has one (`geonames`, `iso3166`, `wikidata`), else with its
    /// canonical ID.
    pub id_namespace: Option<String>,
    /// Show names in this BCP 47 language where the entity has one, or in the language without its last subtags, else
    /// canonical names.
    pub display_language_code: Option<String>,
    /// Whether explanations are wanted.
    pub explain: bool,
    /// Stages that are left out: a tool for measuring what they contribute, not for answers that are served. The service
    /// has no such option, and a client sends none.
    pub without: Stages,
}

impl ResolveOptions {
    /// The default of [`ResolveOptions::limit`].
    pub const DEFAULT_LIMIT: usize = 5;
    /// The most that [`ResolveOptions::limit`] can be.
    pub const MAX_LIMIT: usize = 100;
    /// The most that [`ResolveOptions::max_edits`] can be.
    pub const MAX_EDITS: u8 = 2;

    /// Whether the caller wants entities such as this one.
    fn admits(&self, stack: &Stack, entity: EntityKey) -> bool {
        stack.is_one_of(entity, &self.types) && stack.is_of_rank(entity, self.min_rank)
    }
}

impl Default for ResolveOptions {
    fn default() -> Self {
        Self {
            limit: Self::DEFAULT_LIMIT,
            types: Vec::new(),
            min_rank: 0.0,
            country: None,
            language_code: None,
            context: Vec::new(),
            max_edits: Self::MAX_EDITS,
            min_score: 0.0,
            id_namespace: None,
            display_language_code: None,
            explain: true,
            without: Stages::NONE,
        }
    }
}

/// The answer to one query.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resolution {
    /// The query as it was given.
    pub query: String,
    /// The verdict.
    pub status: Status,
    /// The entity that is meant; set if and only if `status` is `RESOLVED`.
    pub canonical_id: Option<EntityId>,
    /// The candidates, best first, at most `limit`.
    pub candidates: Vec<Candidate>,
    /// The entities that an override keeps out, in order of their IDs, at most `limit`; empty unless explanations are
    /// asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<BlockedCandidate>,
    /// Why the query cannot be a name; set if and only if `status` is `INVALID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_reason: Option<String>,
    /// Whether the search took so much work that it ended before it was through: then the answer is on what was met until
    /// then, and a nearer name may be listed. So end a few names of very many readings.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// Which index gave the answer.
    pub index_version: String,
}

/// An entity scored for one query.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// Canonical ID, or the ID of the namespace asked for.
    pub id: EntityId,
    /// Canonical name, or the name in the language asked for.
    pub name: String,
    /// What it is.
    pub types: Vec<EntityType>,
    /// Country to which it belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// How prominent it is; absent if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<Rank>,
    /// Every other ID of the entity.
    pub same_as: Vec<EntityId>,
    /// The probability that this entity is meant.
    pub score: Score,
    /// How near the query is to the alias, 0 to 1: a function of the two alone.
    pub form_similarity: f32,
    /// How the alias was reached.
    pub tier: Tier,
    /// The alias that was reached, as it stands in the pack.
    pub matched_alias: String,
    /// What that alias is to the entity.
    pub alias_kind: AliasKind,
    /// The pack that holds the alias.
    pub pack: String,
    /// The steps from the query to the alias, and the redirects from there to the entity, for people; empty unless asked
    /// for.
    pub explanation: Vec<String>,
}

/// An entity that would be a candidate if no pack had an override against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlockedCandidate {
    /// Canonical ID, or the ID of the namespace asked for.
    pub id: EntityId,
    /// Canonical name, or the name in the language asked for.
    pub name: String,
    /// The query, whole or stripped, as it is folded for the look-up: the override's alias is folded alike.
    pub key: String,
    /// What the override does.
    pub action: BlockAction,
    /// The pack whose override it is.
    pub pack: String,
    /// File and line of the override within the pack, `overrides.tsv:3`; absent if the segment does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}
