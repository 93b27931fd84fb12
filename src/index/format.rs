//! The layout of a segment file, version 3. `docs/FORMAT.md` describes it for who would read it with another program.
//!
//! All numbers are little-endian. Offsets of sections count from the start of the file.
//!
//! ```text
//! header   magic (8)  format version u32  section count u32  rules digest (32)  file length u64
//! table    per section: kind u32  CRC32C u32  offset u64  length u64
//!          CRC32C of header and table u32
//! sections in the order of the table, each at a multiple of 64
//! trailer  BLAKE3 of everything before it (32)
//! ```
//!
//! | section | holds | see |
//! |---|---|---|
//! | `META` | JSON: manifest, counts, lists that records point into, overrides | `Meta` |
//! | `SYMBOLS` | the symbols by which texts are compressed | `texts.rs` |
//! | `TEXTS` | the texts of aliases, compressed | `texts.rs` |
//! | `DESCRIPTIONS` | each a varint, its length, and its text, compressed | |
//! | `IDS`, `ID_TEXTS` | every ID that the pack mentions, sorted bytewise: text, owning entity | `records.rs` |
//! | `ENTITIES`, `EXTRAS` | entity records in order of their ID; what not every one of them has | `records.rs` |
//! | `ALIASES` | blocks of alias records, grouped by ID, in file order within an ID | `records.rs` |
//! | `KEY_TABLE`, `KEY_LISTS` | lookup key → alias ordinals, by rank; [`BARE`] marks the key of a bare form | `table.rs`, `lists.rs` |
//! | `KEY_PAGE` … | the lookup keys, to be searched | `lexicon.rs` |
//! | `TOKEN_TABLE`, `TOKEN_LISTS` | K2 token of an alias of several tokens → alias ordinals, ascending | `table.rs`, `lists.rs` |
//! | `TOKEN_PAGE` … | the tokens, to be searched | `lexicon.rs` |
//! | `SKELETON_TABLE`, `SKELETON_LISTS` | skeleton key (K3) of an alias in Arabic or Latin script → alias ordinals, by rank | `table.rs`, `lists.rs` |
//!
//! The magic begins with a byte that is no ASCII and holds both line ends, so that transfers as text are noticed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{AliasKind, Article};
use crate::pack::{License, Manifest, OverrideAction, OverrideRow, Source};

/// The first bytes of every segment.
pub const MAGIC: [u8; 8] = *b"\x89YAQ\r\n\x1a\n";
/// Bytes of the header before the section table.
pub const HEADER_BYTES: usize = 8 + 4 + 4 + 32 + 8;
/// Bytes of a row of the section table.
pub const SECTION_ROW_BYTES: usize = 4 + 4 + 8 + 8;
/// Bytes of the BLAKE3 digest at the end.
pub const TRAILER_BYTES: usize = 32;
/// Sections begin at multiples of this, a cache line, so that what is made to lie in one does.
pub const ALIGNMENT: usize = 64;
/// An ordinal that points nowhere.
pub const NONE: u32 = u32::MAX;
/// Set in a key posting whose key is the bare form of the alias, see [`crate::text::bare_form`].
pub const BARE: u32 = 1 << 30;
/// The most aliases of a segment: above it are [`BARE`] and the bit that tells a list from a posting.
pub const MAX_ALIASES: u32 = BARE - 1;

macro_rules! sections {
    ($( $(#[$doc:meta])* $kind:ident = $number:literal $name:literal, )+) => {
        /// What a section holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum SectionKind { $( $(#[$doc])* $kind = $number, )+ }

        impl SectionKind {
            /// Every kind, in file order.
            pub const ALL: [Self; [$( $number, )+].len()] = [$( Self::$kind, )+];

            /// What a section is called in answers to users.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$kind => $name, )+ }
            }
        }
    };
}

sections! {
    /// JSON: manifest, counts, lists that records point into, overrides.
    Meta = 1 "meta",
    /// The symbols by which texts are compressed.
    Symbols = 2 "symbols",
    /// Texts of aliases.
    Texts = 3 "texts",
    /// Descriptions of entities.
    Descriptions = 4 "descriptions",
    /// IDs in bytewise order.
    Ids = 5 "ids",
    /// Texts of IDs.
    IdTexts = 6 "id_texts",
    /// Entity records.
    Entities = 7 "entities",
    /// What not every entity has.
    Extras = 8 "extras",
    /// Blocks of alias records.
    Aliases = 9 "aliases",
    /// Hash table of lookup keys.
    KeyTable = 10 "key_table",
    /// Alias ordinals of the keys that have several.
    KeyLists = 11 "key_lists",
    /// Characters of lookup keys.
    KeyPage = 12 "key_page",
    /// Narrow keys.
    KeyNarrowForward = 13 "key_narrow_forward",
    /// Narrow keys, turned around.
    KeyNarrowBackward = 14 "key_narrow_backward",
    /// Wide keys.
    KeyWideForward = 15 "key_wide_forward",
    /// Wide keys, turned around.
    KeyWideBackward = 16 "key_wide_backward",
    /// Hash table of tokens.
    TokenTable = 17 "token_table",
    /// Alias ordinals of tokens.
    TokenLists = 18 "token_lists",
    /// Characters of tokens.
    TokenPage = 19 "token_page",
    /// Narrow tokens.
    TokenNarrowForward = 20 "token_narrow_forward",
    /// Narrow tokens, turned around.
    TokenNarrowBackward = 21 "token_narrow_backward",
    /// Wide tokens.
    TokenWideForward = 22 "token_wide_forward",
    /// Wide tokens, turned around.
    TokenWideBackward = 23 "token_wide_backward",
    /// Hash table of skeleton keys.
    SkeletonTable = 24 "skeleton_table",
    /// Alias ordinals of the skeleton keys that have several.
    SkeletonLists = 25 "skeleton_lists",
}

impl SectionKind {
    /// The place of the section in the table.
    pub(super) const fn index(self) -> usize {
        self as usize - 1
    }
}

/// What a segment says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// [`super::FORMAT_VERSION`] of the writer.
    pub format_version: u32,
    /// [`crate::text::rules_digest`] of the writer.
    pub rules_digest: [u8; 32],
    /// BLAKE3 of everything before the trailer: the identity of the segment.
    pub content_digest: [u8; 32],
    /// What the pack says of itself.
    pub manifest: Manifest,
    /// Entity rows.
    pub entity_count: u64,
    /// Alias rows.
    pub alias_count: u64,
    /// Length of the file in bytes.
    pub file_bytes: u64,
    /// How many of them each section takes, in file order.
    pub section_bytes: Vec<(SectionKind, u64)>,
}

/// The JSON of the `META` section.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Meta {
    pub name: String,
    pub title: String,
    pub version: String,
    pub licenses: Vec<License>,
    pub sources: Vec<Source>,
    /// IDs that the pack mentions.
    pub id_count: u32,
    pub entity_count: u32,
    pub alias_count: u32,
    /// Alias records beyond those of alias rows: names of entity rows.
    pub name_count: u32,
    /// The types of entities, in bytewise order: entity records point into this list.
    pub types: Vec<String>,
    /// The languages of aliases, in bytewise order: attributes point into this list.
    pub languages: Vec<String>,
    /// What aliases are, each combination once, in order: alias records point into this list.
    pub attributes: Vec<Attributes>,
    pub overrides: Vec<MetaOverride>,
    /// What the rows of `overrides` say beside, one each; none in segments of builds that did not keep it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub override_sources: Vec<OverrideSource>,
}

/// What an alias is beside its text: many have it in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Attributes {
    /// Index of its language.
    pub language: u32,
    pub kind: AliasKind,
    pub article: Article,
    /// Whether it is no row of the pack's, but the name of the entity.
    pub is_name: bool,
}

/// An override row, with its alias as a lookup key and its IDs as ordinals of the `IDS` section.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(super) enum MetaOverride {
    Block { key: String, id: u32 },
    Redirect { id: u32, target: u32 },
    Remove { id: u32 },
    NotAName { key: String },
}

/// What an override row says beside what it does, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OverrideSource {
    /// The table in which the row stands, without its folder; empty if the pack came from no file.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Its line, counted from 1; 0 if the pack came from no file.
    #[serde(skip_serializing_if = "is_zero")]
    pub line: u32,
    /// Its alias as it is written; empty if the action has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alias: String,
    /// Its remark for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(line: &u32) -> bool {
    *line == 0
}

impl OverrideSource {
    /// What a row says beside, of a pack with these `files`.
    pub(super) fn of(row: &OverrideRow, files: &[Arc<str>]) -> Self {
        let path = files.get(usize::from(row.place.file)).map_or("", |path| path);
        let alias = match &row.action {
            OverrideAction::Block { alias, .. } | OverrideAction::NotAName { alias } => alias.as_str(),
            OverrideAction::Redirect { .. } | OverrideAction::Remove { .. } => "",
        };
        Self {
            file: path.rsplit('/').next().unwrap_or_default().to_owned(),
            line: row.place.line,
            alias: alias.to_owned(),
            note: row.note.clone(),
        }
    }
}

impl Meta {
    pub(super) fn manifest(&self) -> Manifest {
        Manifest {
            name: self.name.clone(),
            title: self.title.clone(),
            version: self.version.clone(),
            licenses: self.licenses.clone(),
            sources: self.sources.clone(),
        }
    }
}
