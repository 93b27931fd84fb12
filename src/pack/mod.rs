//! Packs: folders of alias tables, from bytes to validated rows.
//!
//! [`parse`] turns the files of one pack into a [`Pack`], and reports everything that is wrong at once as
//! [`Diagnostic`]s with file, line and column. A [`Linter`] checks packs for who writes them, together with the stack that
//! they lie on: dangling references, joins, names that several entities bear. [`fix()`](fix::fix) mends what takes no
//! thought.
//!
//! Architecture invariant: no index, no network, no file system. Whoever calls brings the bytes ([`PackFiles`]).

mod aliases;
pub mod append;
pub(crate) mod cell;
mod claims;
mod collect;
mod diagnostic;
mod entities;
pub mod fix;
mod frictionless;
pub(crate) mod grouped;
mod levels;
pub mod lint;
mod load;
mod manifest;
mod overrides;
mod redirects;
pub(crate) mod report;
pub(crate) mod row;
pub(crate) mod schema;
mod source;
pub(crate) mod table;
#[cfg(test)]
mod tests;
pub(crate) mod wording;
mod words;
pub mod write;

pub use diagnostic::{Diagnostic, Fix, Severity};
pub use levels::{LevelError, Levels, rule};
pub use lint::rules::Rule;
pub use lint::{Linted, Linter};
#[cfg(feature = "store")]
pub(crate) use load::PackError;
pub(crate) use load::RestOfPack;
#[cfg(feature = "app")]
pub(crate) use load::pack_name;
#[cfg(any(test, feature = "store"))]
pub(crate) use load::read_rows;
pub use load::{Parsed, parse};
#[cfg(feature = "store")]
pub(crate) use source::PackSource;

use std::sync::Arc;

use crate::model::{AliasKind, Article, CountryCode, EntityId, EntityType, Rank};

/// Name of the file in which a pack describes itself.
pub const DATAPACKAGE: &str = "datapackage.json";
/// A folder within a pack whose files stand in for those of the same names: they are the pack's, and on their way to
/// their places. Renaming a folder to this one changes many files at once.
pub const COMMITTED_FOLDER: &str = ".yaqut-committed";
/// The longest alias that is accepted, in bytes of UTF-8.
pub const MAX_ALIAS_BYTES: usize = 512;
/// The most findings that are reported on one pack; a closing one counts the rest.
pub const MAX_DIAGNOSTICS: usize = 100;

/// The files of one pack as they lie in its folder.
#[derive(Clone, Debug)]
pub struct PackFiles {
    /// How the folder is called in messages: its path as the user gave it.
    pub label: String,
    /// Name and content of every file of the folder, in name order.
    pub files: Vec<PackFile>,
}

/// One file of a pack.
#[derive(Clone, Debug)]
pub struct PackFile {
    /// The file's name without its folder: `aliases.tsv`.
    pub name: String,
    /// What it holds; UTF-8 is checked by [`parse`].
    pub bytes: Vec<u8>,
}

/// One pack: validated rows and what `datapackage.json` says of them.
#[derive(Clone, Debug, Default)]
pub struct Pack {
    /// What `datapackage.json` says.
    pub manifest: Manifest,
    /// Paths of the tables, for [`RowPlace::file`].
    pub files: Vec<Arc<str>>,
    /// Rows of `entities.tsv`, in file order.
    pub entities: Vec<EntityRow>,
    /// Rows of `aliases*.tsv`, in file order.
    pub aliases: Vec<AliasRow>,
    /// Rows of `overrides.tsv`, in file order.
    pub overrides: Vec<OverrideRow>,
    /// Codes of [rules](Rule) whose warnings the pack does not want: `lint-allow` of the field `yaqut` in
    /// `datapackage.json`.
    pub lint_allow: Vec<String>,
}

/// What a pack says of itself in `datapackage.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Short name: `countries`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// The owner's version of the data.
    pub version: String,
    /// Licences under which the data may be used.
    pub licenses: Vec<License>,
    /// Where the data comes from, and whom to credit.
    pub sources: Vec<Source>,
}

/// A licence of a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct License {
    /// SPDX identifier; empty only if `path` says where the licence stands.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Where the text of the licence stands.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Name for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
}

/// A source of a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Source {
    /// Name for people, with version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Where the source is found.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowPlace {
    /// Index into [`Pack::files`].
    pub file: u16,
    /// Column of the entity ID to which the row refers, in characters, counted from 1; 0 if it refers to none.
    ///
    /// For a redirect it is that of the target.
    pub column: u16,
    /// Line of the file, counted from 1.
    pub line: u32,
}

/// A row of `entities.tsv`.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityRow {
    /// Canonical ID within this pack.
    pub id: EntityId,
    /// What it is; may be left to an earlier pack.
    pub entity_type: Option<EntityType>,
    /// Canonical name; may be left to an earlier pack.
    pub name: String,
    /// Country to which it belongs.
    pub country: Option<CountryCode>,
    /// Prominence.
    pub rank: Option<Rank>,
    /// Other IDs of the same thing.
    pub same_as: Vec<EntityId>,
    /// A line for people.
    pub description: String,
    /// Where the row stands.
    pub place: RowPlace,
}

impl EntityRow {
    /// A row with an ID, a type and a name, and nothing else.
    pub fn new(id: EntityId, entity_type: EntityType, name: &str) -> Self {
        Self {
            id,
            entity_type: Some(entity_type),
            name: name.to_owned(),
            country: None,
            rank: None,
            same_as: Vec::new(),
            description: String::new(),
            place: RowPlace::default(),
        }
    }
}

/// A row of `aliases*.tsv`.
#[derive(Clone, Debug, PartialEq)]
pub struct AliasRow {
    /// The entity that bears the name.
    pub id: EntityId,
    /// The surface form, in NFC.
    pub alias: String,
    /// BCP 47 language; empty if unknown.
    pub lang: String,
    /// What it is to its entity.
    pub kind: AliasKind,
    /// How ال belongs to it.
    pub article: Article,
    /// Where it was taken from.
    pub source: String,
    /// A remark for people.
    pub note: String,
    /// Where the row stands.
    pub place: RowPlace,
}

impl AliasRow {
    /// A row with the required columns, and nothing else.
    pub fn new(id: EntityId, alias: &str, lang: &str, kind: AliasKind) -> Self {
        Self {
            id,
            alias: alias.to_owned(),
            lang: lang.to_owned(),
            kind,
            article: Article::Unknown,
            source: String::new(),
            note: String::new(),
            place: RowPlace::default(),
        }
    }
}

/// A row of `overrides.tsv`.
#[derive(Clone, Debug, PartialEq)]
pub struct OverrideRow {
    /// What to do.
    pub action: OverrideAction,
    /// A remark for people.
    pub note: String,
    /// Where the row stands.
    pub place: RowPlace,
}

/// What an override does to its own and all earlier packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverrideAction {
    /// `alias` never means `id`, in any tier; a later alias row restores it.
    Block {
        /// The surface form.
        alias: String,
        /// The entity that it must not mean.
        id: EntityId,
    },
    /// `id` is another name of `target`, in the whole stack.
    Redirect {
        /// The old ID; it stays findable.
        id: EntityId,
        /// The ID that answers for it.
        target: EntityId,
    },
    /// The entity is withdrawn.
    Remove {
        /// The entity.
        id: EntityId,
    },
    /// `alias` means nothing at all; a later alias row restores it.
    NotAName {
        /// The surface form.
        alias: String,
    },
}

impl OverrideAction {
    /// The action as it is written in the column `action`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Block { .. } => "block",
            Self::Redirect { .. } => "redirect",
            Self::Remove { .. } => "remove",
            Self::NotAName { .. } => "not_a_name",
        }
    }
}
