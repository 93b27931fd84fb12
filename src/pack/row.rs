//! Rows as they are read: checked, their texts borrowed, so that reading a table costs no memory.

use std::borrow::Cow;
use std::io;

use xxhash_rust::xxh3::xxh3_64;

use super::report::Report;
use super::{AliasRow, EntityRow, RowPlace};
use crate::model::{AliasKind, Article, CountryCode, EntityId, EntityType, Rank};

/// Is given the rows of a pack one by one, in the order of tables and rows.
pub(crate) trait RowSink {
    /// Takes a row of `entities.tsv`.
    fn entity(&mut self, row: &EntityLine<'_>, report: &mut Report) -> io::Result<()>;

    /// Takes a row of `aliases*.tsv`.
    fn alias(&mut self, row: &AliasLine<'_>, report: &mut Report) -> io::Result<()>;
}

/// A row of `entities.tsv`; see [`EntityRow`].
pub(crate) struct EntityLine<'r> {
    pub id: &'r str,
    pub entity_type: Option<&'r str>,
    pub name: Cow<'r, str>,
    /// Where the name stands, in characters, counted from 1.
    pub name_column: u16,
    pub country: Option<CountryCode>,
    pub rank: Option<Rank>,
    /// Each with its place.
    pub same_as: Vec<(&'r str, RowPlace)>,
    pub description: Cow<'r, str>,
    pub place: RowPlace,
}

impl EntityLine<'_> {
    pub fn to_row(&self) -> EntityRow {
        EntityRow {
            id: EntityId::from_checked(self.id),
            entity_type: self.entity_type.map(EntityType::from_checked),
            name: self.name.to_string(),
            country: self.country,
            rank: self.rank,
            same_as: self.same_as.iter().map(|(id, _)| EntityId::from_checked(id)).collect(),
            description: self.description.to_string(),
            place: self.place,
        }
    }
}

impl<'r> From<&'r EntityRow> for EntityLine<'r> {
    fn from(row: &'r EntityRow) -> Self {
        Self {
            id: row.id.as_str(),
            entity_type: row.entity_type.as_ref().map(EntityType::as_str),
            name: row.name.as_str().into(),
            name_column: row.place.column,
            country: row.country,
            rank: row.rank,
            same_as: row.same_as.iter().map(|id| (id.as_str(), row.place)).collect(),
            description: row.description.as_str().into(),
            place: row.place,
        }
    }
}

/// A row of `aliases*.tsv`; see [`AliasRow`].
pub(crate) struct AliasLine<'r> {
    pub id: &'r str,
    pub alias: Cow<'r, str>,
    /// Where the alias stands, in characters, counted from 1.
    pub alias_column: u16,
    pub lang: &'r str,
    pub kind: AliasKind,
    pub article: Article,
    pub source: Cow<'r, str>,
    pub note: Cow<'r, str>,
    /// Number, gender, and the time of use: columns that are only checked.
    pub checked: [&'r str; 4],
    pub place: RowPlace,
}

impl AliasLine<'_> {
    pub fn to_row(&self) -> AliasRow {
        AliasRow {
            id: EntityId::from_checked(self.id),
            alias: self.alias.to_string(),
            lang: self.lang.to_owned(),
            kind: self.kind,
            article: self.article,
            source: self.source.to_string(),
            note: self.note.to_string(),
            place: self.place,
        }
    }

    /// A hash of all that the row says of its entity, in every column but the ID: rows that have the same repeat each
    /// other.
    pub fn said(&self) -> u64 {
        let Self { id: _, alias, alias_column: _, lang, kind, article, source, note, checked, place: _ } =
            self;
        // Of fixed keys, so that what is a repetition in one run is one in the next. No text holds a tab.
        let [number, gender, from, to] = *checked;
        let texts = [alias.as_ref(), lang, source.as_ref(), note.as_ref(), number, gender, from, to];
        xxh3_64(&[texts.join("\t").as_bytes(), &[*kind as u8, *article as u8]].concat())
    }
}

impl<'r> From<&'r AliasRow> for AliasLine<'r> {
    fn from(row: &'r AliasRow) -> Self {
        Self {
            id: row.id.as_str(),
            alias: row.alias.as_str().into(),
            alias_column: row.place.column,
            lang: &row.lang,
            kind: row.kind,
            article: row.article,
            source: row.source.as_str().into(),
            note: row.note.as_str().into(),
            checked: [""; 4],
            place: row.place,
        }
    }
}
