//! Reads segments in place. Nothing is copied but the header; every access is checked against the bounds.

use std::ops::Range;

use fst::Map;

use super::format::{self, BARE, Header, Meta, MetaOverride, NONE, SectionKind};
use super::{FORMAT_VERSION, SegmentBytes, SegmentError};
use crate::model::{AliasKind, Article, CountryCode, EntityId, Rank};
use crate::text;

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
    sections: [Range<usize>; SectionKind::ALL.len()],
    checksums: [u32; SectionKind::ALL.len()],
    languages: Vec<String>,
    overrides: Vec<Override>,
    pub(super) keys: Map<Slice>,
    pub(super) tokens: Map<Slice>,
    pub(super) skeletons: Map<Slice>,
}

/// An entity row of a segment, read in place.
#[derive(Clone, Copy)]
pub struct EntityRecord<'a> {
    segment: &'a Segment,
    bytes: &'a [u8; format::ENTITY_BYTES],
}

impl<'a> EntityRecord<'a> {
    /// Its ID.
    pub fn id(self) -> IdOrdinal {
        u32_at(self.bytes, 0)
    }

    /// Canonical name; empty if another pack gives it.
    pub fn name(self) -> &'a str {
        self.segment.text(self.bytes, 4)
    }

    /// What it is, as an [`EntityType`](crate::model::EntityType) is written; empty if another pack says it.
    pub fn entity_type(self) -> &'a str {
        self.segment.text(self.bytes, 12)
    }

    /// A line for people.
    pub fn description(self) -> &'a str {
        self.segment.text(self.bytes, 20)
    }

    /// Country to which it belongs.
    pub fn country(self) -> Option<CountryCode> {
        CountryCode::new(self.segment.text(self.bytes, 28)).ok()
    }

    /// Prominence.
    pub fn rank(self) -> Option<Rank> {
        let rank = u32_at(self.bytes, 36);
        if rank == NONE { None } else { Rank::new(f32::from_bits(rank)) }
    }

    /// Other IDs of the same thing.
    pub fn same_as(self) -> impl Iterator<Item = IdOrdinal> + 'a {
        let (start, count) = (u32_at(self.bytes, 40), u32_at(self.bytes, 44));
        (start..start.saturating_add(count)).map_while(move |i| self.segment.number(SectionKind::SameAs, i))
    }
}

/// An alias row of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias<'a> {
    /// The ID that its row names.
    pub id: IdOrdinal,
    /// The surface form.
    pub text: &'a str,
    /// BCP 47 language; empty if unknown.
    pub language: &'a str,
    /// What it is to its entity.
    pub kind: AliasKind,
    /// How ال belongs to it.
    pub article: Article,
    /// Whether it is the name of the entity row, which no alias row of its pack prefers.
    pub is_name: bool,
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
        let bytes = (*data).as_ref();
        let (header, rows) = parse_header(bytes)?;
        let mut sections = [const { 0..0 }; SectionKind::ALL.len()];
        let mut checksums = [0; SectionKind::ALL.len()];
        for (i, (kind, row)) in SectionKind::ALL.into_iter().zip(rows).enumerate() {
            (sections[i], checksums[i]) = parse_section(kind, row, bytes)?;
        }
        let section = |kind: SectionKind| sections[kind as usize - 1].clone();
        let meta: Meta = serde_json::from_slice(&bytes[section(SectionKind::Meta)])
            .map_err(|error| SegmentError::damaged(format!("its metadata: {error}")))?;
        let open_fst = |kind| {
            Map::new(Slice { data: data.clone(), range: section(kind) })
                .map_err(|error| SegmentError::damaged(format!("{kind:?}: {error}")))
        };
        let name_count = u64::from(meta.name_count);
        let segment = Self {
            keys: open_fst(SectionKind::Keys)?,
            tokens: open_fst(SectionKind::Tokens)?,
            skeletons: open_fst(SectionKind::Skeletons)?,
            header: Header {
                manifest: meta.manifest(),
                entity_count: u64::from(meta.entity_count),
                alias_count: u64::from(meta.alias_count),
                ..header
            },
            languages: meta.languages,
            overrides: meta.overrides.into_iter().map(Override::from).collect(),
            data,
            sections,
            checksums,
        };
        segment.check_counts(name_count)?;
        Ok(segment)
    }

    /// What the segment says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The number of IDs that the segment mentions.
    pub fn id_count(&self) -> u32 {
        (self.sections[SectionKind::Ids as usize - 1].len() / format::ID_BYTES) as u32
    }

    /// The text of an ID.
    pub fn id(&self, id: IdOrdinal) -> &str {
        self.record::<{ format::ID_BYTES }>(SectionKind::Ids, id).map_or("", |record| self.text(record, 0))
    }

    /// An ID as the type of the model; `None` only if the segment is damaged.
    pub fn entity_id(&self, id: IdOrdinal) -> Option<EntityId> {
        EntityId::new(self.id(id)).ok()
    }

    /// Finds an ID by its text; `O(log n)`.
    pub fn find_id(&self, id: &str) -> Option<IdOrdinal> {
        let (mut low, mut high) = (0, self.id_count());
        while low < high {
            let middle = low.midpoint(high);
            match self.id(middle).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The entity of this segment that bears an ID, as its own or by `same_as`; `None` if the ID is only referred to.
    pub fn owner(&self, id: IdOrdinal) -> Option<EntityOrdinal> {
        let record = self.record::<{ format::ID_BYTES }>(SectionKind::Ids, id)?;
        Some(u32_at(record, 8)).filter(|&owner| owner != NONE)
    }

    /// An entity row.
    pub fn entity(&self, entity: EntityOrdinal) -> Option<EntityRecord<'_>> {
        let bytes = self.record(SectionKind::Entities, entity)?;
        Some(EntityRecord { segment: self, bytes })
    }

    /// An alias row.
    pub fn alias(&self, alias: AliasOrdinal) -> Option<Alias<'_>> {
        let record = self.record::<{ format::ALIAS_BYTES }>(SectionKind::Aliases, alias)?;
        let (length, language) = (u16_at(record, 8), u16_at(record, 10));
        Some(Alias {
            id: u32_at(record, 0),
            text: self.string(u32_at(record, 4), u32::from(length)),
            language: self.languages.get(usize::from(language)).map_or("", String::as_str),
            kind: AliasKind::from_byte(record[12])?,
            article: Article::from_byte(record[13])?,
            is_name: record[14] != 0,
        })
    }

    /// The ID that an alias row names.
    pub fn alias_id(&self, alias: AliasOrdinal) -> Option<IdOrdinal> {
        let record = self.record::<{ format::ALIAS_BYTES }>(SectionKind::Aliases, alias)?;
        Some(u32_at(record, 0))
    }

    /// The alias rows that name an ID; `O(log n)`.
    pub fn aliases_of(&self, id: IdOrdinal) -> Range<AliasOrdinal> {
        let count = (self.section(SectionKind::Aliases).len() / format::ALIAS_BYTES) as u32;
        let first_from = |bound: u32| {
            let (mut low, mut high) = (0, count);
            while low < high {
                let middle = low.midpoint(high);
                let record = self.record::<{ format::ALIAS_BYTES }>(SectionKind::Aliases, middle);
                if record.is_some_and(|record| u32_at(record, 0) < bound) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low
        };
        first_from(id)..first_from(id.saturating_add(1))
    }

    /// The override rows, in file order.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// The aliases under a lookup key, those of prominent entities first.
    pub fn lookup(&self, key: &str) -> impl Iterator<Item = Posting> + '_ {
        let ordinal = self.keys.get(key);
        ordinal.into_iter().flat_map(|ordinal| self.key_postings(ordinal))
    }

    /// The aliases under a key ordinal, as the FST gives it.
    pub(super) fn key_postings(&self, ordinal: u64) -> impl Iterator<Item = Posting> + '_ {
        self.postings(SectionKind::KeyStarts, SectionKind::KeyPostings, ordinal)
            .map(|posting| Posting { alias: posting & !BARE, is_bare: posting & BARE != 0 })
    }

    /// The aliases of several tokens that have `token` (of a K2 key) among them, in ascending order.
    pub fn lookup_token(&self, token: &str) -> impl ExactSizeIterator<Item = AliasOrdinal> + '_ {
        let range =
            self.tokens.get(token).map_or(0..0, |ordinal| self.range(SectionKind::TokenStarts, ordinal));
        TokenPostings { segment: self, range }
    }

    /// The aliases under a skeleton key, those of prominent entities first; see [`text::skeleton_keys`].
    ///
    /// Neither demonyms nor abbreviations lie there, and of the aliases of one ID in Latin script that share a key only
    /// the first: other romanisations that differ in nothing heard.
    pub fn lookup_skeleton(&self, key: &str) -> impl Iterator<Item = AliasOrdinal> + '_ {
        let ordinal = self.skeletons.get(key);
        ordinal.into_iter().flat_map(|ordinal| self.skeleton_postings(ordinal))
    }

    /// The aliases under a skeleton ordinal, as the FST gives it.
    pub(super) fn skeleton_postings(&self, ordinal: u64) -> impl Iterator<Item = AliasOrdinal> + '_ {
        self.postings(SectionKind::SkeletonStarts, SectionKind::SkeletonPostings, ordinal)
    }

    fn postings(
        &self,
        starts: SectionKind,
        postings: SectionKind,
        ordinal: u64,
    ) -> impl Iterator<Item = u32> + '_ {
        self.range(starts, ordinal).map_while(move |i| self.number(postings, i))
    }

    fn range(&self, starts: SectionKind, ordinal: u64) -> Range<u32> {
        let start = |i: u64| u32::try_from(i).ok().and_then(|i| self.number(starts, i)).unwrap_or(0);
        start(ordinal)..start(ordinal.saturating_add(1))
    }

    fn section(&self, kind: SectionKind) -> &[u8] {
        (*self.data).as_ref().get(self.sections[kind as usize - 1].clone()).unwrap_or_default()
    }

    fn record<const N: usize>(&self, kind: SectionKind, ordinal: u32) -> Option<&[u8; N]> {
        let start = (ordinal as usize).checked_mul(N)?;
        self.section(kind).get(start..)?.first_chunk()
    }

    fn number(&self, kind: SectionKind, i: u32) -> Option<u32> {
        self.record::<4>(kind, i).map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// The text to which the offset and length at `at` of a record point.
    fn text(&self, record: &[u8], at: usize) -> &str {
        self.string(u32_at(record, at), u32_at(record, at + 4))
    }

    fn string(&self, offset: u32, length: u32) -> &str {
        let range = offset as usize..(offset as usize).saturating_add(length as usize);
        let bytes = self.section(SectionKind::Strings).get(range).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Checks that the tables have the lengths that the metadata says.
    fn check_counts(&self, name_count: u64) -> Result<(), SegmentError> {
        let len = |kind: SectionKind| self.section(kind).len() as u64;
        let starts = |map: &Map<Slice>| (map.len() as u64).saturating_add(1).saturating_mul(4);
        let holds = len(SectionKind::Ids).is_multiple_of(format::ID_BYTES as u64)
            && len(SectionKind::Entities) == self.header.entity_count * format::ENTITY_BYTES as u64
            && len(SectionKind::Aliases)
                == (self.header.alias_count + name_count) * format::ALIAS_BYTES as u64
            && len(SectionKind::KeyStarts) == starts(&self.keys)
            && len(SectionKind::TokenStarts) == starts(&self.tokens)
            && len(SectionKind::SkeletonStarts) == starts(&self.skeletons);
        if holds { Ok(()) } else { Err(SegmentError::damaged("its tables have other lengths than it says")) }
    }

    /// Checks the CRC32C of each section and the inner checksums of the FSTs.
    pub(super) fn check_sections(&self) -> Result<(), SegmentError> {
        for (kind, &expected) in SectionKind::ALL.into_iter().zip(&self.checksums) {
            if crc32c::crc32c(self.section(kind)) != expected {
                return Err(SegmentError::damaged(format!("the checksum of section {kind:?} does not hold")));
            }
        }
        for map in [&self.keys, &self.tokens, &self.skeletons] {
            map.as_fst().verify().map_err(|error| SegmentError::damaged(error.to_string()))?;
        }
        Ok(())
    }
}

struct TokenPostings<'a> {
    segment: &'a Segment,
    range: Range<u32>,
}

impl Iterator for TokenPostings<'_> {
    type Item = AliasOrdinal;

    fn next(&mut self) -> Option<AliasOrdinal> {
        self.segment.number(SectionKind::TokenPostings, self.range.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

impl ExactSizeIterator for TokenPostings<'_> {}

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

/// A part of a segment's bytes, as the FST reader wants it.
pub(super) struct Slice {
    data: SegmentBytes,
    range: Range<usize>,
}

impl AsRef<[u8]> for Slice {
    fn as_ref(&self) -> &[u8] {
        (*self.data).as_ref().get(self.range.clone()).unwrap_or_default()
    }
}

type SectionRow<'a> = &'a [u8; format::SECTION_ROW_BYTES];

fn parse_header(bytes: &[u8]) -> Result<(Header, &[[u8; format::SECTION_ROW_BYTES]]), SegmentError> {
    let header = bytes
        .first_chunk::<{ format::HEADER_BYTES }>()
        .filter(|header| header.starts_with(&format::MAGIC))
        .ok_or(SegmentError::NotASegment)?;
    let format_version = u32_at(header, 8);
    if format_version != FORMAT_VERSION {
        return Err(SegmentError::OtherFormat { found: format_version });
    }
    let file_bytes = u64_at(header, 48);
    if file_bytes != bytes.len() as u64 {
        let what = format!("{} bytes long, but it says {file_bytes}", bytes.len());
        return Err(SegmentError::damaged(what));
    }
    if u32_at(header, 12) as usize != SectionKind::ALL.len() {
        return Err(SegmentError::damaged("it has another number of sections"));
    }
    let table_end = format::HEADER_BYTES + SectionKind::ALL.len() * format::SECTION_ROW_BYTES;
    let (head, rest) = bytes.split_at_checked(table_end).ok_or(SegmentError::NotASegment)?;
    let checksum = rest.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    if checksum != Some(crc32c::crc32c(head)) {
        return Err(SegmentError::damaged("the checksum of its header does not hold"));
    }
    let mut rules_digest = [0; 32];
    rules_digest.copy_from_slice(&header[16..48]);
    if rules_digest != text::rules_digest() {
        return Err(SegmentError::OtherRules);
    }
    let content_digest = *bytes.last_chunk().ok_or(SegmentError::NotASegment)?;
    let header = Header { format_version, rules_digest, content_digest, file_bytes, ..Header::default() };
    Ok((header, head[format::HEADER_BYTES..].as_chunks().0))
}

fn parse_section(
    kind: SectionKind,
    row: SectionRow<'_>,
    bytes: &[u8],
) -> Result<(Range<usize>, u32), SegmentError> {
    let (offset, length) = (u64_at(row, 8), u64_at(row, 16));
    let bound = bytes.len().saturating_sub(format::TRAILER_BYTES) as u64;
    match offset.checked_add(length).filter(|&end| end <= bound) {
        Some(end) if u32_at(row, 0) == kind as u32 => Ok((offset as usize..end as usize, u32_at(row, 4))),
        _ => Err(SegmentError::damaged(format!("section {kind:?} lies outside the file"))),
    }
}

/// Numbers of a record whose length the caller has fixed, so that the bounds hold.
fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
}

fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

fn u64_at(record: &[u8], at: usize) -> u64 {
    u64::from(u32_at(record, at)) | u64::from(u32_at(record, at + 4)) << 32
}
