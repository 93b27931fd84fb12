//! [`Rows`], [`Names`]: the records of a segment, readied for being read.

use super::records::{AliasTable, ENTITY_BYTES, IS_ARABIC, IdTable};
use super::texts::{Sort, SymbolTable, Text};
use super::{Alias, AliasOrdinal, IdOrdinal, Segment};

/// The records of a segment, for who is about to read many: each step brings into the cache what the next one reads.
///
/// Plain reads whose results nobody waits for, so that the processor goes on meanwhile, as after a prefetch. An ordinal
/// that points nowhere is no error.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub(super) segment: &'a Segment,
    pub(super) aliases: AliasTable<'a>,
    pub(super) ids: IdTable<'a>,
    pub(super) entities: &'a [[u8; ENTITY_BYTES]],
}

impl<'a> Rows<'a> {
    /// First the record of an alias.
    #[inline]
    pub fn touch_alias(self, alias: AliasOrdinal) {
        std::hint::black_box(self.aliases.id(alias));
    }

    /// Then its text. Gives the alias.
    #[inline]
    pub fn touch_text(self, alias: AliasOrdinal) -> Option<Alias<'a>> {
        let fields = self.aliases.get(alias)?;
        std::hint::black_box(fields.codes.first().copied());
        self.segment.alias_of(alias, fields)
    }

    /// Or who owns the ID that it names.
    #[inline]
    pub fn touch_owner(self, id: IdOrdinal) {
        std::hint::black_box(self.ids.owner(id));
    }

    /// Then the entity that bears the ID.
    #[inline]
    pub fn touch_entity(self, id: IdOrdinal) {
        let entity = self.ids.owner(id).and_then(|owner| self.entities.get(owner as usize));
        std::hint::black_box(entity.map(|bytes| bytes[0]));
    }

    /// The ID that an alias names, once its record is touched.
    #[inline]
    pub fn id(self, alias: AliasOrdinal) -> Option<IdOrdinal> {
        self.aliases.id(alias)
    }
}

/// The texts of a segment's aliases alone, for who reads many.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub aliases: AliasTable<'a>,
    /// How many there are; the last block has room for more.
    pub count: u32,
    /// By [`Sort`].
    pub symbols: &'a [SymbolTable; Sort::ALL.len()],
}

impl<'a> Names<'a> {
    /// First the record of an alias, as [`Rows::touch_alias`].
    #[inline]
    pub fn touch(self, alias: AliasOrdinal) {
        std::hint::black_box(self.aliases.id(alias));
    }

    /// Then its text.
    #[inline]
    pub fn get(self, alias: AliasOrdinal) -> Option<Text<'a>> {
        let fields = self.aliases.get(alias).filter(|_| alias < self.count)?;
        let sort = if fields.attributes & IS_ARABIC == 0 { Sort::Other } else { Sort::Arabic };
        Some(Text { codes: fields.codes, symbols: &self.symbols[sort as usize] })
    }
}
