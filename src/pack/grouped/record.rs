//! What is sorted: an ID, what is said of it, and the order of the rows, then the row.
//!
//! ```text
//! ID   0   tag   order of the row, big-endian   row
//! ```
//!
//! No ID holds a 0, so that IDs sort bytewise. Within an ID come the entity row, the rows that name it as the same
//! thing, references of overrides, then aliases, each in the order of rows.

use super::super::RowPlace;
use super::super::row::{AliasLine, EntityLine};
use crate::model::{AliasKind, Article, CountryCode, Rank};

/// What a row says of an ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// It is an entity: number of the row u32.
    Entity = 0,
    /// It is another ID of an entity: number of the row u32, which of its IDs u32.
    SameAs = 1,
    /// An override refers to it: number of the row u32, which of its IDs u8.
    Reference = 2,
    /// It bears an alias: number of the row, 5 bytes.
    Alias = 3,
}

/// Puts the beginning of a record into `key`.
pub(super) fn key(key: &mut Vec<u8>, id: &str, tag: Tag, order: &[&[u8]]) {
    key.clear();
    key.extend_from_slice(id.as_bytes());
    key.extend_from_slice(&[0, tag as u8]);
    for part in order {
        key.extend_from_slice(part);
    }
}

/// Cuts a record into ID, tag and the rest.
pub(super) fn split(record: &[u8]) -> Option<(&str, Tag, &[u8])> {
    let end = memchr::memchr(0, record)?;
    let (id, rest) = record.split_at(end);
    let [_, tag, rest @ ..] = rest else { return None };
    let tag = match tag {
        0 => Tag::Entity,
        1 => Tag::SameAs,
        2 => Tag::Reference,
        3 => Tag::Alias,
        _ => return None,
    };
    Some((std::str::from_utf8(id).ok()?, tag, rest))
}

/// A row of `entities.tsv`, without its ID; see [`EntityRow`](crate::pack::EntityRow).
#[derive(Debug)]
pub(crate) struct GroupedEntity<'r> {
    /// Entity rows before it.
    pub number: u32,
    pub place: RowPlace,
    /// Index into [`Groups::types`](super::Groups::types).
    pub entity_type: Option<u32>,
    pub country: Option<CountryCode>,
    pub rank: Option<Rank>,
    pub name: &'r str,
    pub description: &'r str,
}

/// A row of `aliases*.tsv`, without its ID; see [`AliasRow`](crate::pack::AliasRow).
#[derive(Debug)]
pub(crate) struct GroupedAlias<'r> {
    pub place: RowPlace,
    /// Index into [`Groups::languages`](super::Groups::languages).
    pub language: u32,
    pub kind: AliasKind,
    pub article: Article,
    /// See [`AliasLine::said`].
    pub said: u64,
    pub alias: &'r str,
}

pub(super) fn write_place(value: &mut Vec<u8>, place: RowPlace) {
    value.clear();
    push_place(value, place);
}

pub(super) fn write_entity(value: &mut Vec<u8>, row: &EntityLine<'_>, entity_type: Option<u32>) {
    value.clear();
    push_place(value, row.place);
    push_u32(value, entity_type.unwrap_or(NONE));
    let country = row.country.as_ref().map_or("\0\0", |country| country.as_str());
    value.extend_from_slice(country.as_bytes());
    push_u32(value, row.rank.map_or(NONE, |rank| rank.get().to_bits()));
    push_u32(value, row.name.len() as u32);
    value.extend_from_slice(row.name.as_bytes());
    value.extend_from_slice(row.description.as_bytes());
}

pub(super) fn write_alias(value: &mut Vec<u8>, row: &AliasLine<'_>, language: u32) {
    value.clear();
    push_place(value, row.place);
    push_u32(value, language);
    value.extend_from_slice(&[row.kind as u8, row.article as u8]);
    value.extend_from_slice(&row.said().to_le_bytes());
    value.extend_from_slice(row.alias.as_bytes());
}

/// Stands for a number that is not there; no rank has these bits.
const NONE: u32 = u32::MAX;

fn push_u32(value: &mut Vec<u8>, number: u32) {
    value.extend_from_slice(&number.to_le_bytes());
}

fn push_place(value: &mut Vec<u8>, place: RowPlace) {
    value.extend_from_slice(&place.file.to_le_bytes());
    value.extend_from_slice(&place.column.to_le_bytes());
    push_u32(value, place.line);
}

/// Reads what is behind the tag of a record.
pub(super) struct Reader<'r>(pub &'r [u8]);

impl<'r> Reader<'r> {
    pub fn entity(mut self) -> Option<GroupedEntity<'r>> {
        let number = self.order()?;
        let place = self.place()?;
        let entity_type = Some(self.u32()?).filter(|&number| number != NONE);
        let country = std::str::from_utf8(self.take(2)?).ok().and_then(|code| CountryCode::new(code).ok());
        let rank =
            Some(self.u32()?).filter(|&bits| bits != NONE).and_then(|bits| Rank::new(f32::from_bits(bits)));
        let name_len = self.u32()?;
        let name = std::str::from_utf8(self.take(name_len as usize)?).ok()?;
        let description = std::str::from_utf8(self.0).ok()?;
        Some(GroupedEntity { number, place, entity_type, country, rank, name, description })
    }

    /// Number of the row, which of its IDs, and its place.
    pub fn same_as(mut self) -> Option<(u32, u32, RowPlace)> {
        Some((self.order()?, self.order()?, self.place()?))
    }

    /// Number of the row, and which of its IDs.
    pub fn reference(mut self) -> Option<(u32, u8)> {
        Some((self.order()?, *self.0.first()?))
    }

    pub fn alias(mut self) -> Option<GroupedAlias<'r>> {
        self.take(5)?;
        let place = self.place()?;
        let language = self.u32()?;
        let [kind, article] = *self.take(2)?.first_chunk()?;
        let said = u64::from_le_bytes(*self.take(8)?.first_chunk()?);
        let kind = *AliasKind::ALL.iter().find(|&&known| known as u8 == kind)?;
        let article = *Article::ALL.iter().find(|&&known| known as u8 == article)?;
        let alias = std::str::from_utf8(self.0).ok()?;
        Some(GroupedAlias { place, language, kind, article, said, alias })
    }

    fn take(&mut self, len: usize) -> Option<&'r [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(4)?.first_chunk()?))
    }

    fn order(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(*self.take(4)?.first_chunk()?))
    }

    fn place(&mut self) -> Option<RowPlace> {
        let [file, column] = *self.take(4)?.as_chunks::<2>().0 else { return None };
        let line = self.u32()?;
        Some(RowPlace { file: u16::from_le_bytes(file), column: u16::from_le_bytes(column), line })
    }
}
