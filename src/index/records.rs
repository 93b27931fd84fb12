//! Records: IDs, entities and aliases, each of a fixed length and read in place.

use std::io::{self, Write};

use super::format::NONE;
use super::lists::{push_varint, take_varint};
use super::{AliasOrdinal, CompileError, EntityOrdinal, IdOrdinal};

/// Bytes of a block of ID records, see [`IdBlocks`].
pub(super) const ID_BLOCK_BYTES: usize = 48;
/// Bytes of an entity record, see [`EntityFields`].
pub(super) const ENTITY_BYTES: usize = 20;
/// Bytes of a block of alias records, see [`AliasBlocks`].
pub(super) const ALIAS_BLOCK_BYTES: usize = 64;
/// Records of a block.
pub(super) const BLOCK_RECORDS: usize = 8;

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

/// ID records and their texts under construction.
///
/// Eight lie in a block:
///
/// ```text
/// block    8 owners u32, or [`NONE`]   where the first text begins u64   8 lengths of texts u8
/// ```
///
/// The texts of a block follow each other. A text of 255 bytes or more has the length 255, and begins with its length
/// proper as a varint.
#[derive(Default)]
pub(super) struct IdBlocks(Blocks);

const ID_TEXTS: usize = 4 * BLOCK_RECORDS;

impl IdBlocks {
    /// Adds an ID; they come in bytewise order.
    pub fn add(&mut self, text: &str, owner: EntityOrdinal) {
        self.0.add::<ID_BLOCK_BYTES>(ID_TEXTS, text.as_bytes(), |block, slot| {
            block[4 * slot..4 * slot + 4].copy_from_slice(&owner.to_le_bytes());
        });
    }

    /// Writes the blocks that are full, and the texts so far.
    pub fn write_full(&mut self, blocks: &mut impl Write, texts: &mut impl Write) -> io::Result<()> {
        self.0.write_full(ID_BLOCK_BYTES, blocks, texts)
    }

    /// Writes the rest.
    pub fn finish(mut self, blocks: &mut impl Write, texts: &mut impl Write) -> io::Result<()> {
        self.write_full(blocks, texts)?;
        blocks.write_all(&self.0.records)
    }
}

/// ID records, read in place.
#[derive(Clone, Copy)]
pub(super) struct IdTable<'a> {
    blocks: &'a [[u8; ID_BLOCK_BYTES]],
    texts: &'a [u8],
}

impl<'a> IdTable<'a> {
    pub fn new(blocks: &'a [u8], texts: &'a [u8]) -> Self {
        Self { blocks: blocks.as_chunks().0, texts }
    }

    /// The text of an ID; the caller knows how many there are.
    pub fn text(self, id: IdOrdinal) -> Option<&'a [u8]> {
        let (block, slot) = block_of(self.blocks, id)?;
        text_of(block, ID_TEXTS, slot, self.texts)
    }

    /// Its owner, or [`NONE`].
    #[inline]
    pub fn owner(self, id: IdOrdinal) -> Option<EntityOrdinal> {
        let (block, slot) = block_of(self.blocks, id)?;
        Some(u32_at(block, 4 * slot))
    }
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
/// Eight lie in a block, which is one cache line, so that all that a record says comes with one miss:
///
/// ```text
/// block    8 IDs u32   8 attributes u16   where the first text begins u64   8 lengths of texts u8
/// ```
///
/// Texts are as in [`IdBlocks`], but compressed.
#[derive(Default)]
pub(super) struct AliasBlocks(Blocks);

const ATTRIBUTES: usize = 4 * BLOCK_RECORDS;
const ALIAS_TEXTS: usize = ATTRIBUTES + 2 * BLOCK_RECORDS;

impl AliasBlocks {
    /// Adds an alias; they come in the order of their ordinals.
    pub fn add(&mut self, alias: AliasFields<'_>) {
        self.0.add::<ALIAS_BLOCK_BYTES>(ALIAS_TEXTS, alias.codes, |block, slot| {
            block[4 * slot..4 * slot + 4].copy_from_slice(&alias.id.to_le_bytes());
            let at = ATTRIBUTES + 2 * slot;
            block[at..at + 2].copy_from_slice(&alias.attributes.to_le_bytes());
        });
    }

    /// Writes the blocks that are full, and the texts so far.
    pub fn write_full(&mut self, blocks: &mut impl Write, texts: &mut impl Write) -> io::Result<()> {
        self.0.write_full(ALIAS_BLOCK_BYTES, blocks, texts)
    }

    /// Writes the rest.
    pub fn finish(mut self, blocks: &mut impl Write, texts: &mut impl Write) -> io::Result<()> {
        self.write_full(blocks, texts)?;
        blocks.write_all(&self.0.records)
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
        let (block, slot) = block_of(self.blocks, alias)?;
        let attributes = u16_at(block, ATTRIBUTES + 2 * slot);
        let codes = text_of(block, ALIAS_TEXTS, slot, self.texts)?;
        Some(AliasFields { id: u32_at(block, 4 * slot), attributes, codes })
    }

    /// The ID that an alias row names.
    #[inline]
    pub fn id(self, alias: AliasOrdinal) -> Option<IdOrdinal> {
        let (block, slot) = block_of(self.blocks, alias)?;
        Some(u32_at(block, 4 * slot))
    }
}

/// Blocks of records with texts, under construction.
#[derive(Default)]
struct Blocks {
    records: Vec<u8>,
    texts: Vec<u8>,
    count: usize,
    /// Bytes of texts that were written out.
    texts_before: u64,
}

/// The length of a text that says its length itself.
const LONG: u8 = u8::MAX;

impl Blocks {
    /// Adds a record to a block of `N` bytes, which says from `texts_at` on where its texts lie; `fill` writes the rest.
    fn add<const N: usize>(&mut self, texts_at: usize, text: &[u8], fill: impl FnOnce(&mut [u8; N], usize)) {
        let slot = self.count % BLOCK_RECORDS;
        if slot == 0 {
            self.records.resize(self.records.len() + N, 0);
        }
        let Some(block) = self.records.last_chunk_mut::<N>() else { return };
        if slot == 0 {
            let start = self.texts_before + self.texts.len() as u64;
            block[texts_at..texts_at + 8].copy_from_slice(&start.to_le_bytes());
        }
        let length = u8::try_from(text.len()).unwrap_or(LONG);
        block[texts_at + 8 + slot] = length;
        fill(block, slot);
        if length == LONG {
            push_varint(&mut self.texts, text.len() as u32);
        }
        self.texts.extend_from_slice(text);
        self.count += 1;
    }

    /// Writes the blocks of `len` bytes that are full, and the texts so far.
    fn write_full(&mut self, len: usize, blocks: &mut impl Write, texts: &mut impl Write) -> io::Result<()> {
        let open = if self.count.is_multiple_of(BLOCK_RECORDS) { 0 } else { len };
        let full = self.records.len() - open;
        blocks.write_all(self.records.get(..full).unwrap_or_default())?;
        self.records.drain(..full);
        texts.write_all(&self.texts)?;
        self.texts_before += self.texts.len() as u64;
        self.texts.clear();
        Ok(())
    }
}

/// The block of a record, and its place there.
#[inline]
fn block_of<const N: usize>(blocks: &[[u8; N]], record: u32) -> Option<(&[u8; N], usize)> {
    let record = record as usize;
    Some((blocks.get(record / BLOCK_RECORDS)?, record % BLOCK_RECORDS))
}

/// The text of a record of a block.
#[inline]
fn text_of<'a, const N: usize>(
    block: &[u8; N],
    texts_at: usize,
    slot: usize,
    texts: &'a [u8],
) -> Option<&'a [u8]> {
    let mut texts = texts.get(usize::try_from(u64_at(block, texts_at)).ok()?..)?;
    let lengths = u64_at(block, texts_at + 8);
    let before = lengths & !(u64::MAX << (8 * slot));
    if has_long(before) {
        before.to_le_bytes().iter().take(slot).try_for_each(|&len| take_text(&mut texts, len).map(drop))?;
    } else {
        texts = texts.get(sum_of_bytes(before)..)?;
    }
    take_text(&mut texts, (lengths >> (8 * slot)) as u8)
}

/// Whether one of eight lengths is [`LONG`]: whether a byte of what they lack to it is 0 (Warren, "Hacker's Delight", 6-1).
#[inline]
fn has_long(lengths: u64) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let lacking = !lengths;
    lacking.wrapping_sub(ONES) & lengths & (ONES << 7) != 0
}

/// The sum of eight lengths, not all of the greatest: of pairs, and of these by multiplication.
#[inline]
fn sum_of_bytes(lengths: u64) -> usize {
    const EVEN: u64 = u64::from_le_bytes([0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF, 0]);
    const SUM: u64 = u64::from_le_bytes([1, 0, 1, 0, 1, 0, 1, 0]);
    let pairs = (lengths & EVEN) + (lengths >> 8 & EVEN);
    (pairs.wrapping_mul(SUM) >> 48) as usize
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
#[inline]
pub(super) fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
}

#[inline]
pub(super) fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

#[inline]
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
            let codes: Vec<Vec<u8>> = aliases.iter().map(|&(id, _, len)| vec![id as u8; len]).collect();
            let fields = |i: usize| {
                let (id, attributes, _) = aliases[i];
                AliasFields { id, attributes, codes: &codes[i] }
            };
            let mut blocks = AliasBlocks::default();
            let (mut block_bytes, mut texts) = (Vec::new(), Vec::new());
            for i in 0..aliases.len() {
                blocks.add(fields(i));
                if i % 5 == 0 {
                    blocks.write_full(&mut block_bytes, &mut texts).unwrap();
                }
            }
            blocks.finish(&mut block_bytes, &mut texts).unwrap();
            let blocks = block_bytes;
            prop_assert_eq!(blocks.len(), aliases.len().div_ceil(8) * ALIAS_BLOCK_BYTES);
            let table = AliasTable::new(&blocks, &texts);
            for (i, alias) in aliases.iter().enumerate() {
                prop_assert_eq!(table.get(i as u32), Some(fields(i)));
                prop_assert_eq!(table.id(i as u32), Some(alias.0));
            }
        }

        #[test]
        fn ids_are_given_back(ids in proptest::collection::vec(("[a-z]{1,12}|[a-z]{300}", any::<u32>()), 0..40)) {
            let mut blocks = IdBlocks::default();
            ids.iter().for_each(|(text, owner)| blocks.add(text, *owner));
            let (mut block_bytes, mut texts) = (Vec::new(), Vec::new());
            blocks.finish(&mut block_bytes, &mut texts).unwrap();
            let blocks = block_bytes;
            let table = IdTable::new(&blocks, &texts);
            for (i, (text, owner)) in (0..).zip(&ids) {
                prop_assert_eq!(table.text(i), Some(text.as_bytes()));
                prop_assert_eq!(table.owner(i), Some(*owner));
            }
        }

        #[test]
        fn any_bytes_are_harmless(
            mut blocks in proptest::collection::vec(any::<u8>(), 0..200),
            texts in proptest::collection::vec(any::<u8>(), 0..200),
            alias in 0..40_u32,
        ) {
            // Mostly small offsets, so that texts are found.
            (1..8).for_each(|i| blocks.iter_mut().skip(ALIAS_TEXTS + i).step_by(ALIAS_BLOCK_BYTES).for_each(|byte| *byte = 0));
            let found = AliasTable::new(&blocks, &texts).get(alias);
            prop_assert!(found.is_none_or(|alias| alias.codes.len() <= texts.len()));
            let ids = IdTable::new(&blocks, &texts);
            prop_assert!(ids.text(alias).is_none_or(|text| text.len() <= texts.len()));
            let _ = ids.owner(alias);
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
