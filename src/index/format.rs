//! The layout of a segment file, version 2.
//!
//! All numbers are little-endian. Offsets of sections count from the start of the file.
//!
//! ```text
//! header   magic (8)  format version u32  section count u32  rules digest (32)  file length u64
//! table    per section: kind u32  CRC32C u32  offset u64  length u64
//!          CRC32C of header and table u32
//! sections in the order of the table, each at a multiple of 8
//! trailer  BLAKE3 of everything before it (32)
//! ```
//!
//! | section | holds |
//! |---|---|
//! | `META` | JSON: manifest, counts, languages, overrides |
//! | `STRINGS` | UTF-8 text that other sections point into by offset and length |
//! | `IDS` | every ID that the pack mentions, sorted bytewise: text, owning entity or [`NONE`] |
//! | `ENTITIES` | entity records in order of their ID |
//! | `SAME_AS` | ID ordinals that entity records point to |
//! | `ALIASES` | alias records, grouped by ID, in file order within an ID |
//! | `KEYS` | FST: lookup key → key ordinal |
//! | `KEY_STARTS`, `KEY_POSTINGS` | key ordinal → alias ordinals, by rank; [`BARE`] marks the key of a bare form |
//! | `TOKENS` | FST: K2 token of an alias of several tokens → token ordinal |
//! | `TOKEN_STARTS`, `TOKEN_POSTINGS` | token ordinal → alias ordinals, ascending |
//! | `SKELETONS` | FST: skeleton key (K3) of an alias in Arabic or Latin script → skeleton ordinal |
//! | `SKELETON_STARTS`, `SKELETON_POSTINGS` | skeleton ordinal → alias ordinals, by rank |
//!
//! The magic begins with a byte that is no ASCII and holds both line ends, so that transfers as text are noticed.

use serde::{Deserialize, Serialize};

use crate::pack::{License, Manifest, Source};

/// The first bytes of every segment.
pub const MAGIC: [u8; 8] = *b"\x89YAQ\r\n\x1a\n";
/// Bytes of the header before the section table.
pub const HEADER_BYTES: usize = 8 + 4 + 4 + 32 + 8;
/// Bytes of a row of the section table.
pub const SECTION_ROW_BYTES: usize = 4 + 4 + 8 + 8;
/// Bytes of the BLAKE3 digest at the end.
pub const TRAILER_BYTES: usize = 32;
/// Sections begin at multiples of this.
pub const ALIGNMENT: usize = 8;
/// An ordinal that points nowhere.
pub const NONE: u32 = u32::MAX;
/// Set in a key posting whose key is the bare form of the alias, see [`crate::text::bare_form`].
pub const BARE: u32 = 1 << 31;
/// The most aliases of a segment: the top bit of a posting is [`BARE`].
pub const MAX_ALIASES: u32 = BARE - 1;

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum SectionKind {
    /// JSON: manifest, counts, languages, overrides.
    Meta = 1,
    /// Text.
    Strings = 2,
    /// IDs in bytewise order.
    Ids = 3,
    /// Entity records.
    Entities = 4,
    /// ID ordinals.
    SameAs = 5,
    /// Alias records.
    Aliases = 6,
    /// FST of lookup keys.
    Keys = 7,
    /// Where the postings of a key begin.
    KeyStarts = 8,
    /// Alias ordinals.
    KeyPostings = 9,
    /// FST of tokens.
    Tokens = 10,
    /// Where the postings of a token begin.
    TokenStarts = 11,
    /// Alias ordinals.
    TokenPostings = 12,
    /// FST of skeleton keys.
    Skeletons = 13,
    /// Where the postings of a skeleton key begin.
    SkeletonStarts = 14,
    /// Alias ordinals.
    SkeletonPostings = 15,
}

impl SectionKind {
    /// Every kind, in file order.
    pub const ALL: [Self; 15] = [
        Self::Meta,
        Self::Strings,
        Self::Ids,
        Self::Entities,
        Self::SameAs,
        Self::Aliases,
        Self::Keys,
        Self::KeyStarts,
        Self::KeyPostings,
        Self::Tokens,
        Self::TokenStarts,
        Self::TokenPostings,
        Self::Skeletons,
        Self::SkeletonStarts,
        Self::SkeletonPostings,
    ];
}

/// Bytes of an ID record: text offset u32, text length u32, owner u32.
pub const ID_BYTES: usize = 12;
/// Bytes of an entity record, see [`super::EntityRecord`].
pub const ENTITY_BYTES: usize = 48;
/// Bytes of an alias record, see [`super::Alias`].
pub const ALIAS_BYTES: usize = 16;

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
}

/// The JSON of the `META` section.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Meta {
    pub name: String,
    pub title: String,
    pub version: String,
    pub licenses: Vec<License>,
    pub sources: Vec<Source>,
    pub entity_count: u32,
    pub alias_count: u32,
    /// Alias records beyond those of alias rows: names of entity rows.
    pub name_count: u32,
    /// Alias records point into this list.
    pub languages: Vec<String>,
    pub overrides: Vec<MetaOverride>,
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
