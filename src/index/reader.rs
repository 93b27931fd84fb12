//! Reads segments in place. Nothing is copied but the header; every access is checked against the bounds.

use std::ops::Range;

use super::format::{Attributes, Header, Meta, MetaOverride, NONE, OverrideSource, SectionKind};
use super::layout::{LAYOUT_BYTES, Layout, SECTIONS};
use super::lexicon::{Lexicon, LexiconParts};
use super::lists::take_varint;
use super::records::{
    ALIAS_BLOCK_BYTES, AliasFields, AliasTable, BLOCK_RECORDS, ENTITY_BYTES, EntityFields, ID_BLOCK_BYTES,
    IS_ARABIC, IdTable, take_extras,
};
use super::rows::{Names, Rows};
use super::table::BUCKET_BYTES;
use super::texts::{Sort, SymbolTable, Text};
use super::{SegmentBytes, SegmentError};
use crate::model::{AliasKind, Article, CountryCode, EntityId, Rank};

/// Index of an ID among the IDs of a segment, which are sorted bytewise.
pub type IdOrdinal = u32;
/// Index of an entity record.
pub type EntityOrdinal = u32;
/// Index of an alias record.
pub type AliasOrdinal = u32;

/// One compiled pack, opened for reading. Cheap to share between threads.
pub struct Segment {
    data: SegmentBytes,
    header: Header,
    sections: [Range<usize>; SECTIONS],
    id_count: u32,
    /// Of aliases and names of entities.
    record_count: u32,
    types: Vec<String>,
    languages: Vec<String>,
    attributes: Vec<Attributes>,
    overrides: Vec<Override>,
    override_sources: Vec<OverrideSource>,
    /// By [`Sort`].
    symbols: Box<[SymbolTable; Sort::ALL.len()]>,
    pub(super) keys: Lexicon<Slice>,
    pub(super) tokens: Lexicon<Slice>,
}

/// An entity row of a segment, read in place.
#[derive(Clone, Copy)]
pub struct EntityRecord<'a> {
    segment: &'a Segment,
    fields: EntityFields,
}

impl<'a> EntityRecord<'a> {
    /// Its ID.
    pub fn id(self) -> IdOrdinal {
        self.fields.id
    }

    /// Canonical name; empty if another pack gives it.
    pub fn name(self) -> String {
        self.segment.alias(self.fields.name).map(Alias::text).unwrap_or_default()
    }

    /// What it is, as an [`EntityType`](crate::model::EntityType) is written; empty if another pack says it.
    pub fn entity_type(self) -> &'a str {
        self.segment.types.get(usize::from(self.fields.entity_type)).map_or("", String::as_str)
    }

    /// A line for people.
    pub fn description(self) -> String {
        let (at, _) = take_extras(self.extras());
        at.and_then(|at| self.segment.description(at)).map(Text::read).unwrap_or_default()
    }

    /// Country to which it belongs.
    pub fn country(self) -> Option<CountryCode> {
        CountryCode::new(std::str::from_utf8(&self.fields.country).ok()?).ok()
    }

    /// Prominence.
    pub fn rank(self) -> Option<Rank> {
        let rank = self.fields.rank;
        if rank == NONE { None } else { Rank::new(f32::from_bits(rank)) }
    }

    /// Other IDs of the same thing.
    pub fn same_as(self) -> impl Iterator<Item = IdOrdinal> + 'a {
        take_extras(self.extras()).1
    }

    fn extras(self) -> &'a [u8] {
        self.segment.section(SectionKind::Extras).get(self.fields.extras as usize..).unwrap_or_default()
    }
}

/// An alias row of a segment. Its text is read when it is asked for.
#[derive(Clone, Copy)]
pub struct Alias<'a> {
    /// The ID that its row names.
    pub id: IdOrdinal,
    /// BCP 47 language; empty if unknown.
    pub language: &'a str,
    /// What it is to its entity.
    pub kind: AliasKind,
    /// How ال belongs to it.
    pub article: Article,
    /// Whether it is the name of the entity row, which no alias row of its pack prefers.
    pub is_name: bool,
    text: Text<'a>,
}

impl Alias<'_> {
    /// The surface form. Takes some tens of nanoseconds: it is compressed.
    pub fn text(self) -> String {
        self.text.read()
    }

    /// Whether the surface form is `text`.
    pub fn is(self, text: &str) -> bool {
        self.text.is(text)
    }

    /// Whether the lookup key of the surface form is `key`: nearly always told without reading it.
    pub fn has_key(self, key: &str) -> bool {
        self.text.has_key(key)
    }

    /// Whether two aliases surely have one surface form, as far as it can be told without reading it: yes if they are of
    /// one segment and it is the same.
    pub fn has_text_of(self, other: Alias<'_>) -> bool {
        std::ptr::eq(self.text.symbols, other.text.symbols) && self.text.codes == other.text.codes
    }

    /// Replaces what `text` holds by the surface form; for who reads many.
    pub fn text_into(self, text: &mut String) {
        self.text.read_into(text);
    }
}

/// An alias under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The alias.
    pub alias: AliasOrdinal,
    /// Whether the key is that of the alias's bare form, see [`crate::text::bare_form`].
    pub is_bare: bool,
}

/// An override row of a segment; keys are lookup keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Override {
    /// The key never means the entity.
    Block {
        /// Lookup key of the blocked alias.
        key: String,
        /// The entity.
        id: IdOrdinal,
    },
    /// One ID stands for another.
    Redirect {
        /// The old ID.
        id: IdOrdinal,
        /// The ID that answers for it.
        target: IdOrdinal,
    },
    /// The entity is withdrawn.
    Remove {
        /// The entity.
        id: IdOrdinal,
    },
    /// The key means nothing.
    NotAName {
        /// Lookup key of the alias.
        key: String,
    },
}

impl Segment {
    /// Opens a segment in place; checks its structure (magic, versions, lengths, bounds), not its digests.
    ///
    /// Takes microseconds, whatever the size. [`super::verify`] checks the digests.
    pub fn open(data: SegmentBytes) -> Result<Self, SegmentError> {
        Self::open_if(data, Layout::check_rules)
    }

    /// Opens a segment whose keys were made by any rules; for rows, that is, not for look-ups.
    #[cfg(test)]
    pub(super) fn open_of_any_rules(data: SegmentBytes) -> Result<Self, SegmentError> {
        Self::open_if(data, |_| Ok(()))
    }

    fn open_if(
        data: SegmentBytes,
        check: impl Fn(&Layout) -> Result<(), SegmentError>,
    ) -> Result<Self, SegmentError> {
        let bytes = (*data).as_ref();
        let layout = Layout::parse(bytes, Some(bytes.len() as u64))?;
        check(&layout)?;
        let meta = Meta::parse(bytes.get(layout.section(SectionKind::Meta)).unwrap_or_default())?;
        check_lengths(&layout, &meta)?;
        let content_digest = *bytes.last_chunk().ok_or(SegmentError::NotASegment)?;
        let symbols = bytes.get(layout.section(SectionKind::Symbols)).unwrap_or_default();
        Ok(Self {
            symbols: parse_symbols(symbols).ok_or_else(|| SegmentError::damaged("its symbols"))?,
            keys: open_lexicon(&data, &layout, KEY_LEXICON)?,
            tokens: open_lexicon(&data, &layout, TOKEN_LEXICON)?,
            header: Header { content_digest, ..meta.header(layout.header) },
            id_count: meta.id_count,
            record_count: meta.record_count(),
            types: meta.types,
            languages: meta.languages,
            attributes: meta.attributes,
            overrides: meta.overrides.into_iter().map(Override::from).collect(),
            override_sources: meta.override_sources,
            sections: layout.sections,
            data,
        })
    }

    /// What the segment says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The number of IDs that the segment mentions.
    pub fn id_count(&self) -> u32 {
        self.id_count
    }

    /// The text of an ID.
    pub fn id(&self, id: IdOrdinal) -> &str {
        let text = self.id_table().text(id).filter(|_| id < self.id_count);
        text.and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// An ID as the type of the model; `None` only if the segment is damaged.
    pub fn entity_id(&self, id: IdOrdinal) -> Option<EntityId> {
        EntityId::new(self.id(id)).ok()
    }

    /// Finds an ID by its text; `O(log n)`.
    pub fn find_id(&self, id: &str) -> Option<IdOrdinal> {
        let at = partition_point(self.id_count(), |middle| self.id(middle) < id);
        (at < self.id_count() && self.id(at) == id).then_some(at)
    }

    /// The entity of this segment that bears an ID, as its own or by `same_as`; `None` if the ID is only referred to.
    pub fn owner(&self, id: IdOrdinal) -> Option<EntityOrdinal> {
        // Without the texts, which nobody asks for.
        let ids = IdTable::new(self.section(SectionKind::Ids), &[]);
        ids.owner(id).filter(|&owner| owner != NONE && id < self.id_count)
    }

    /// An entity row.
    pub fn entity(&self, entity: EntityOrdinal) -> Option<EntityRecord<'_>> {
        let bytes = self.section(SectionKind::Entities).as_chunks::<ENTITY_BYTES>().0.get(entity as usize)?;
        Some(EntityRecord { segment: self, fields: EntityFields::from_bytes(bytes) })
    }

    /// An alias row.
    pub fn alias(&self, alias: AliasOrdinal) -> Option<Alias<'_>> {
        self.alias_of(alias, self.alias_table().get(alias)?)
    }

    /// The alias row of a record.
    #[inline]
    pub(super) fn alias_of<'a>(&'a self, alias: AliasOrdinal, fields: AliasFields<'a>) -> Option<Alias<'a>> {
        if alias >= self.record_count {
            return None;
        }
        let attributes = self.attributes.get(usize::from(fields.attributes & !IS_ARABIC))?;
        let sort = if fields.attributes & IS_ARABIC == 0 { Sort::Other } else { Sort::Arabic };
        Some(Alias {
            id: fields.id,
            language: self.languages.get(attributes.language as usize).map_or("", String::as_str),
            kind: attributes.kind,
            article: attributes.article,
            is_name: attributes.is_name,
            text: Text { codes: fields.codes, symbols: &self.symbols[sort as usize] },
        })
    }

    /// The records, for who is about to read many.
    pub fn rows(&self) -> Rows<'_> {
        let entities = self.section(SectionKind::Entities).as_chunks().0;
        Rows { segment: self, aliases: self.alias_table(), ids: self.id_table(), entities }
    }

    /// Every alias record, in order of the IDs that they name: alias rows, and names of entity rows.
    pub fn aliases(&self) -> Range<AliasOrdinal> {
        0..self.record_count
    }

    /// The texts of aliases, for who is about to read many.
    pub(super) fn names(&self) -> Names<'_> {
        Names { aliases: self.alias_table(), count: self.record_count, symbols: &self.symbols }
    }

    /// The ID that an alias row names.
    pub fn alias_id(&self, alias: AliasOrdinal) -> Option<IdOrdinal> {
        let aliases = AliasTable::new(self.section(SectionKind::Aliases), &[]);
        aliases.id(alias).filter(|_| alias < self.record_count)
    }

    /// The alias rows that name an ID; `O(log n)`.
    pub fn aliases_of(&self, id: IdOrdinal) -> Range<AliasOrdinal> {
        let aliases = self.alias_table();
        let first_from = |bound: IdOrdinal| {
            partition_point(self.record_count, |middle| aliases.id(middle).is_some_and(|id| id < bound))
        };
        first_from(id)..first_from(id.saturating_add(1))
    }

    /// The override rows, in file order.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// What an override row says beside, by its index in [`Segment::overrides`]; `None` in segments that do not keep it.
    pub fn override_source(&self, row: usize) -> Option<&OverrideSource> {
        self.override_sources.get(row)
    }

    pub(super) fn section(&self, kind: SectionKind) -> &[u8] {
        (*self.data).as_ref().get(self.sections[kind.index()].clone()).unwrap_or_default()
    }

    fn id_table(&self) -> IdTable<'_> {
        IdTable::new(self.section(SectionKind::Ids), self.section(SectionKind::IdTexts))
    }

    fn alias_table(&self) -> AliasTable<'_> {
        AliasTable::new(self.section(SectionKind::Aliases), self.section(SectionKind::Texts))
    }

    fn description(&self, at: u32) -> Option<Text<'_>> {
        let mut bytes = self.section(SectionKind::Descriptions).get(at as usize..)?;
        let length = take_varint(&mut bytes)?;
        let symbols = &self.symbols[Sort::Description as usize];
        Some(Text { codes: bytes.get(..length as usize)?, symbols })
    }
}

impl Meta {
    /// Reads the section.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, SegmentError> {
        serde_json::from_slice(bytes).map_err(|error| SegmentError::damaged(format!("its metadata: {error}")))
    }

    /// Fills in what the section says.
    pub(super) fn header(&self, header: Header) -> Header {
        Header {
            manifest: self.manifest(),
            entity_count: u64::from(self.entity_count),
            alias_count: u64::from(self.alias_count),
            ..header
        }
    }

    fn record_count(&self) -> u32 {
        self.alias_count.saturating_add(self.name_count)
    }
}

/// Checks that the tables have the lengths that the metadata says.
pub(super) fn check_lengths(layout: &Layout, meta: &Meta) -> Result<(), SegmentError> {
    let len = |kind: SectionKind| layout.sections[kind.index()].len();
    let blocks = |records: u32| (records as usize).div_ceil(BLOCK_RECORDS);
    let tables = [SectionKind::KeyTable, SectionKind::TokenTable, SectionKind::SkeletonTable];
    let holds = Some(len(SectionKind::Ids)) == blocks(meta.id_count).checked_mul(ID_BLOCK_BYTES)
        && Some(len(SectionKind::Entities)) == (meta.entity_count as usize).checked_mul(ENTITY_BYTES)
        && Some(len(SectionKind::Aliases)) == blocks(meta.record_count()).checked_mul(ALIAS_BLOCK_BYTES)
        && tables.iter().all(|&table| len(table).is_multiple_of(BUCKET_BYTES))
        && layout.sections.iter().all(|section| section.start >= LAYOUT_BYTES || section.is_empty());
    if holds { Ok(()) } else { Err(SegmentError::damaged("its tables have other lengths than it says")) }
}

/// The tables of the [`Sort`]s, in their order.
fn parse_symbols(mut bytes: &[u8]) -> Option<Box<[SymbolTable; Sort::ALL.len()]>> {
    let mut tables = Vec::with_capacity(Sort::ALL.len());
    for _ in Sort::ALL {
        let (table, rest) = SymbolTable::parse(bytes)?;
        tables.push(table);
        bytes = rest;
    }
    tables.try_into().ok()
}

const KEY_LEXICON: LexiconParts<SectionKind> = LexiconParts {
    page: SectionKind::KeyPage,
    narrow_forward: SectionKind::KeyNarrowForward,
    narrow_backward: SectionKind::KeyNarrowBackward,
    wide_forward: SectionKind::KeyWideForward,
    wide_backward: SectionKind::KeyWideBackward,
};
const TOKEN_LEXICON: LexiconParts<SectionKind> = LexiconParts {
    page: SectionKind::TokenPage,
    narrow_forward: SectionKind::TokenNarrowForward,
    narrow_backward: SectionKind::TokenNarrowBackward,
    wide_forward: SectionKind::TokenWideForward,
    wide_backward: SectionKind::TokenWideBackward,
};

fn open_lexicon(
    data: &SegmentBytes,
    layout: &Layout,
    parts: LexiconParts<SectionKind>,
) -> Result<Lexicon<Slice>, SegmentError> {
    let slice = |kind| Slice { data: data.clone(), range: layout.section(kind) };
    let parts = LexiconParts {
        page: slice(parts.page),
        narrow_forward: slice(parts.narrow_forward),
        narrow_backward: slice(parts.narrow_backward),
        wide_forward: slice(parts.wide_forward),
        wide_backward: slice(parts.wide_backward),
    };
    Lexicon::open(parts).map_err(|error| SegmentError::damaged(error.to_string()))
}

/// The first of `0..count` for which `is_before` does not hold, where it holds for all before it.
fn partition_point(count: u32, is_before: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

impl From<MetaOverride> for Override {
    fn from(row: MetaOverride) -> Self {
        match row {
            MetaOverride::Block { key, id } => Self::Block { key, id },
            MetaOverride::Redirect { id, target } => Self::Redirect { id, target },
            MetaOverride::Remove { id } => Self::Remove { id },
            MetaOverride::NotAName { key } => Self::NotAName { key },
        }
    }
}

/// A part of a segment's bytes, as a lexicon wants it.
pub(super) struct Slice {
    data: SegmentBytes,
    range: Range<usize>,
}

impl AsRef<[u8]> for Slice {
    fn as_ref(&self) -> &[u8] {
        (*self.data).as_ref().get(self.range.clone()).unwrap_or_default()
    }
}
