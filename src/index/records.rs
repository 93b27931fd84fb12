//! Records: IDs, entities and aliases, each of a fixed length and read in place.

use super::format::NONE;
use super::lists::{push_varint, take_varint};
use super::{AliasOrdinal, CompileError, EntityOrdinal, IdOrdinal};

/// Bytes of an ID record: where its text begins u32, owning entity u32 or [`NONE`]. Its text ends where that of the next
/// one begins.
pub(super) const ID_BYTES: usize = 8;
/// Bytes of an entity record, see [`EntityFields`].
pub(super) const ENTITY_BYTES: usize = 20;
/// Bytes of a block of alias records, see [`AliasBlocks`].
pub(super) const ALIAS_BLOCK_BYTES: usize = 64;
/// Aliases of a block.
pub(super) const BLOCK_ALIASES: usize = 8;

/// The fields of an entity record, in the order in which they lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntityFields {
    /// Its ID.
    pub id: IdOrdinal,
    /// The alias that is its name, or [`NONE`].
    pub name: AliasOrdinal,
    /// The bits of its rank, or [`NONE`].
    pub rank: u32,
    /// Where the rest begins that not every entity has, or [`NONE`]: see [`push_extras`].
    pub extras: u32,
    /// Its type in the list of types, or [`NO_TYPE`].
    pub entity_type: u16,
    /// Its country; zeros if it has none.
    pub country: [u8; 2],
}

/// The type of an entity that has none.
pub(super) const NO_TYPE: u16 = u16::MAX;

impl EntityFields {
    pub fn to_bytes(self) -> [u8; ENTITY_BYTES] {
        let mut bytes = [0; ENTITY_BYTES];
        let words = [self.id, self.name, self.rank, self.extras];
        for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
        bytes[16..18].copy_from_slice(&self.entity_type.to_le_bytes());
        bytes[18..].copy_from_slice(&self.country);
        bytes
    }

    pub fn from_bytes(bytes: &[u8; ENTITY_BYTES]) -> Self {
        Self {
            id: u32_at(bytes, 0),
            name: u32_at(bytes, 4),
            rank: u32_at(bytes, 8),
            extras: u32_at(bytes, 12),
            entity_type: u16_at(bytes, 16),
            country: [bytes[18], bytes[19]],
        }
    }
}

/// Appends what not every entity has: where its description begins, if it has one, and its other IDs. As varints: the
/// description plus one, or 0; the number of IDs; the IDs.
pub(super) fn push_extras(bytes: &mut Vec<u8>, description: Option<u32>, same_as: &[IdOrdinal]) {
    push_varint(bytes, description.map_or(0, |at| at + 1));
    push_varint(bytes, same_as.len() as u32);
    same_as.iter().for_each(|&id| push_varint(bytes, id));
}

/// Where the description begins, and the other IDs, that [`push_extras`] wrote.
pub(super) fn take_extras(mut bytes: &[u8]) -> (Option<u32>, impl Iterator<Item = IdOrdinal>) {
    let description = take_varint(&mut bytes).and_then(|at| at.checked_sub(1));
    let count = take_varint(&mut bytes).unwrap_or(0);
    (description, (0..count).map_while(move |_| take_varint(&mut bytes)))
}

/// The ID and the owner of an ID record, as they lie.
pub(super) fn id_record(text: u32, owner: EntityOrdinal) -> [u8; ID_BYTES] {
    let mut bytes = [0; ID_BYTES];
    bytes[..4].copy_from_slice(&text.to_le_bytes());
    bytes[4..].copy_from_slice(&owner.to_le_bytes());
    bytes
}

/// An alias record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AliasFields<'a> {
    /// The ID that its row names.
    pub id: IdOrdinal,
    /// Its attributes in the list of them; [`IS_ARABIC`] says which table its text is compressed by.
    pub attributes: u16,
    /// Its text, compressed.
    pub codes: &'a [u8],
}

/// Set in the attributes of an alias whose text holds Arabic letters.
pub(super) const IS_ARABIC: u16 = 1 << 15;

/// Alias records and their texts under construction.
///
/// Eight aliases lie in a block, which is one cache line, so that all that a record says comes with one miss:
///
/// ```text
/// block    8 IDs u32   8 attributes u16   where the first text begins u64   8 lengths of texts u8
/// ```
///
/// The texts of a block follow each other. A text of 255 bytes or more has the length 255, and begins with its length
/// proper as a varint.
#[derive(Default)]
pub(super) struct AliasBlocks {
    blocks: Vec<u8>,
    texts: Vec<u8>,
    count: usize,
}

const ATTRIBUTES: usize = 4 * BLOCK_ALIASES;
const TEXTS: usize = ATTRIBUTES + 2 * BLOCK_ALIASES;
const LENGTHS: usize = TEXTS + 8;
/// The length of a text that says its length itself.
const LONG: u8 = u8::MAX;

impl AliasBlocks {
    /// Adds an alias; they come in the order of their ordinals.
    pub fn add(&mut self, alias: AliasFields<'_>) {
        let slot = self.count % BLOCK_ALIASES;
        if slot == 0 {
            self.blocks.resize(self.blocks.len() + ALIAS_BLOCK_BYTES, 0);
        }
        let Some(block) = self.blocks.last_chunk_mut::<ALIAS_BLOCK_BYTES>() else { return };
        if slot == 0 {
            block[TEXTS..LENGTHS].copy_from_slice(&(self.texts.len() as u64).to_le_bytes());
        }
        block[4 * slot..4 * slot + 4].copy_from_slice(&alias.id.to_le_bytes());
        let attributes = ATTRIBUTES + 2 * slot;
        block[attributes..attributes + 2].copy_from_slice(&alias.attributes.to_le_bytes());
        block[LENGTHS + slot] = u8::try_from(alias.codes.len()).unwrap_or(LONG);
        if block[LENGTHS + slot] == LONG {
            push_varint(&mut self.texts, alias.codes.len() as u32);
        }
        self.texts.extend_from_slice(alias.codes);
        self.count += 1;
    }

    /// The sections of the blocks and of the texts.
    pub fn into_bytes(self) -> (Vec<u8>, Vec<u8>) {
        (self.blocks, self.texts)
    }
}

/// Alias records, read in place.
#[derive(Clone, Copy)]
pub(super) struct AliasTable<'a> {
    blocks: &'a [[u8; ALIAS_BLOCK_BYTES]],
    texts: &'a [u8],
}

impl<'a> AliasTable<'a> {
    pub fn new(blocks: &'a [u8], texts: &'a [u8]) -> Self {
        Self { blocks: blocks.as_chunks().0, texts }
    }

    /// The record of an alias; the caller knows how many there are.
    #[inline]
    pub fn get(self, alias: AliasOrdinal) -> Option<AliasFields<'a>> {
        let (block, slot) = self.block(alias)?;
        let mut texts = self.texts.get(usize::try_from(u64_at(block, TEXTS)).ok()?..)?;
        for &length in &block[LENGTHS..LENGTHS + slot] {
            take_text(&mut texts, length)?;
        }
        let attributes = u16_at(block, ATTRIBUTES + 2 * slot);
        let codes = take_text(&mut texts, block[LENGTHS + slot])?;
        Some(AliasFields { id: u32_at(block, 4 * slot), attributes, codes })
    }

    /// The ID that an alias row names.
    #[inline]
    pub fn id(self, alias: AliasOrdinal) -> Option<IdOrdinal> {
        let (block, slot) = self.block(alias)?;
        Some(u32_at(block, 4 * slot))
    }

    fn block(self, alias: AliasOrdinal) -> Option<(&'a [u8; ALIAS_BLOCK_BYTES], usize)> {
        let alias = alias as usize;
        Some((self.blocks.get(alias / BLOCK_ALIASES)?, alias % BLOCK_ALIASES))
    }
}

/// Takes a text off the front.
#[inline]
fn take_text<'a>(texts: &mut &'a [u8], length: u8) -> Option<&'a [u8]> {
    let length = if length == LONG { take_varint(texts)? } else { u32::from(length) };
    let (text, rest) = texts.split_at_checked(length as usize)?;
    *texts = rest;
    Some(text)
}

/// Narrows what a section counts by 32 bits.
pub(super) fn offset(value: usize, what: &'static str) -> Result<u32, CompileError> {
    let limit = u64::from(NONE - 1);
    u32::try_from(value).ok().filter(|&value| value < NONE).ok_or(CompileError::TooLarge { what, limit })
}

/// Numbers of a record whose length the caller has fixed, so that the bounds hold.
pub(super) fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
}

pub(super) fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

pub(super) fn u64_at(record: &[u8], at: usize) -> u64 {
    u64::from(u32_at(record, at)) | u64::from(u32_at(record, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn aliases_are_given_back(
            aliases in proptest::collection::vec((any::<u32>(), any::<u16>(), 0..600_usize), 0..40)
        ) {
            let texts: Vec<Vec<u8>> = aliases.iter().map(|&(id, _, len)| vec![id as u8; len]).collect();
            let fields = |i: usize| {
                let (id, attributes, _) = aliases[i];
                AliasFields { id, attributes, codes: &texts[i] }
            };
            let mut blocks = AliasBlocks::default();
            (0..aliases.len()).for_each(|i| blocks.add(fields(i)));
            let (blocks, texts) = blocks.into_bytes();
            prop_assert_eq!(blocks.len(), aliases.len().div_ceil(8) * ALIAS_BLOCK_BYTES);
            let table = AliasTable::new(&blocks, &texts);
            for i in 0..aliases.len() {
                prop_assert_eq!(table.get(i as u32), Some(fields(i)));
                prop_assert_eq!(table.id(i as u32), Some(aliases[i].0));
            }
        }

        #[test]
        fn any_bytes_are_harmless(
            mut blocks in proptest::collection::vec(any::<u8>(), 0..200),
            texts in proptest::collection::vec(any::<u8>(), 0..200),
            alias in 0..40_u32,
        ) {
            // Mostly small offsets, so that texts are found.
            blocks.iter_mut().skip(TEXTS + 1).step_by(ALIAS_BLOCK_BYTES).for_each(|byte| *byte = 0);
            let found = AliasTable::new(&blocks, &texts).get(alias);
            prop_assert!(found.is_none_or(|alias| alias.codes.len() <= texts.len()));
        }

        #[test]
        fn entities_are_given_back(words in any::<[u32; 4]>(), entity_type in any::<u16>(), country in any::<[u8; 2]>()) {
            let [id, name, rank, extras] = words;
            let fields = EntityFields { id, name, rank, extras, entity_type, country };
            prop_assert_eq!(EntityFields::from_bytes(&fields.to_bytes()), fields);
        }

        #[test]
        fn extras_are_given_back(
            description in proptest::option::of(0..NONE), same_as in proptest::collection::vec(any::<u32>(), 0..4)
        ) {
            let mut bytes = Vec::new();
            push_extras(&mut bytes, description, &same_as);
            let (found, ids) = take_extras(&bytes);
            prop_assert_eq!(found, description);
            prop_assert!(ids.eq(same_as.iter().copied()));
            let (_, ids) = take_extras(&bytes[..bytes.len() - 1]);
            prop_assert!(ids.count() <= same_as.len());
        }
    }
}
