//! Writes segments: a [`Pack`] in, the bytes of [`super::format`] out.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::format::{
    self, ALIGNMENT, BARE, HEADER_BYTES, MAGIC, MAX_ALIASES, Meta, MetaOverride, NONE, SECTION_ROW_BYTES,
    SectionKind,
};
use super::inversion::{Inverted, inverted};
use super::{CompileError, FORMAT_VERSION};
use crate::model::{AliasKind, EntityId};
use crate::pack::{AliasRow, EntityRow, OverrideAction, Pack};
use crate::text;

/// Compiles a pack to the bytes of a segment; the same pack gives the same bytes.
///
/// `O(n log n)` in the rows; memory is a few times the size of the pack. An alias without a letter or digit, which
/// lint reports, lies in the segment but is under no key.
pub fn compile(pack: &Pack) -> Result<Vec<u8>, CompileError> {
    let entities = sorted_entities(pack);
    let ids = Ids::collect(pack, &entities);
    let mut strings = Strings::default();
    let mut file = SegmentFile::default();
    let names = names_without_rows(pack);
    let aliases = sorted_aliases(pack, &names, &ids)?;
    let languages = languages(&aliases);
    let ranks = ranks(&ids, &entities);

    let meta = meta(pack, &ids, &languages, names.len());
    file.add(SectionKind::Meta, serde_json::to_vec(&meta).unwrap_or_default());
    let id_table = id_section(&ids, &mut strings);
    let (entity_table, same_as) = entity_sections(&entities, &ids, &mut strings);
    let alias_table = alias_section(&aliases, &languages, &mut strings)?;
    file.add(SectionKind::Strings, strings.into_bytes()?);
    file.add(SectionKind::Ids, id_table);
    file.add(SectionKind::Entities, entity_table);
    file.add(SectionKind::SameAs, same_as);
    file.add(SectionKind::Aliases, alias_table);

    // Prominent entities first; among equals the order of the table.
    let rows: Vec<&AliasRow> = aliases.iter().map(|alias| alias.row).collect();
    let by_rank = |posting: u32| {
        let ordinal = posting & !BARE;
        (Reverse(ranks[aliases[ordinal as usize].id as usize]), ordinal, posting)
    };
    let [keys, tokens, skeletons] = inverted(&rows, by_rank);
    file.add_inverted(keys, [SectionKind::Keys, SectionKind::KeyStarts, SectionKind::KeyPostings]);
    file.add_inverted(tokens, [SectionKind::Tokens, SectionKind::TokenStarts, SectionKind::TokenPostings]);
    file.add_inverted(
        skeletons,
        [SectionKind::Skeletons, SectionKind::SkeletonStarts, SectionKind::SkeletonPostings],
    );
    Ok(file.finish())
}

fn sorted_entities(pack: &Pack) -> Vec<&EntityRow> {
    let mut entities: Vec<_> = pack.entities.iter().collect();
    entities.sort_by(|a, b| a.id.cmp(&b.id));
    entities
}

/// The names of entity rows that no alias row of the pack prefers, as alias rows: what is shown is also found.
fn names_without_rows(pack: &Pack) -> Vec<AliasRow> {
    let mut names: HashMap<&EntityId, &str> =
        pack.entities.iter().map(|entity| (&entity.id, entity.name.as_str())).collect();
    names.retain(|_, name| !name.is_empty());
    for alias in pack.aliases.iter().filter(|alias| alias.kind == AliasKind::Preferred) {
        if names.get(&alias.id).is_some_and(|name| *name == alias.alias) {
            names.remove(&alias.id);
        }
    }
    names.into_iter().map(|(id, name)| AliasRow::new(id.clone(), name, "", AliasKind::Preferred)).collect()
}

/// An alias row with the ordinal of its ID.
struct NumberedAlias<'a> {
    id: u32,
    row: &'a AliasRow,
    /// Whether the row is no row of the pack's, but the name of the entity.
    is_name: bool,
}

fn sorted_aliases<'a>(
    pack: &'a Pack,
    names: &'a [AliasRow],
    ids: &Ids<'_>,
) -> Result<Vec<NumberedAlias<'a>>, CompileError> {
    if pack.aliases.len() + names.len() > MAX_ALIASES as usize {
        return Err(CompileError::TooLarge { what: "aliases", limit: u64::from(MAX_ALIASES) });
    }
    let numbered = |rows: &'a [AliasRow], is_name| {
        rows.iter().map(move |row| NumberedAlias { id: ids.ordinal(&row.id), row, is_name })
    };
    let mut aliases: Vec<_> = numbered(&pack.aliases, false).chain(numbered(names, true)).collect();
    aliases.sort_by_key(|alias| alias.id);
    Ok(aliases)
}

fn languages<'a>(aliases: &[NumberedAlias<'a>]) -> Vec<&'a str> {
    let distinct: HashSet<&str> = aliases.iter().map(|alias| alias.row.lang.as_str()).collect();
    let mut languages: Vec<&str> = distinct.into_iter().collect();
    languages.sort_unstable();
    languages
}

/// Rank by ID ordinal, as an integer that sorts like the rank; 0 where there is none.
fn ranks(ids: &Ids<'_>, entities: &[&EntityRow]) -> Vec<u32> {
    let mut ranks = vec![0; ids.sorted.len()];
    for entity in entities {
        if let (Some(rank), Some(place)) = (entity.rank, ranks.get_mut(ids.ordinal(&entity.id) as usize)) {
            *place = (rank.get() * 1e6) as u32;
        }
    }
    ranks
}

fn meta(pack: &Pack, ids: &Ids<'_>, languages: &[&str], name_count: usize) -> Meta {
    let manifest = &pack.manifest;
    Meta {
        name: manifest.name.clone(),
        title: manifest.title.clone(),
        version: manifest.version.clone(),
        licenses: manifest.licenses.clone(),
        sources: manifest.sources.clone(),
        entity_count: pack.entities.len() as u32,
        alias_count: pack.aliases.len() as u32,
        name_count: name_count as u32,
        languages: languages.iter().map(|&language| language.to_owned()).collect(),
        overrides: pack.overrides.iter().map(|row| meta_override(&row.action, ids)).collect(),
    }
}

fn meta_override(action: &OverrideAction, ids: &Ids<'_>) -> MetaOverride {
    match action {
        OverrideAction::Block { alias, id } => {
            MetaOverride::Block { key: text::lookup_key(alias), id: ids.ordinal(id) }
        }
        OverrideAction::Redirect { id, target } => {
            MetaOverride::Redirect { id: ids.ordinal(id), target: ids.ordinal(target) }
        }
        OverrideAction::Remove { id } => MetaOverride::Remove { id: ids.ordinal(id) },
        OverrideAction::NotAName { alias } => MetaOverride::NotAName { key: text::lookup_key(alias) },
    }
}

/// Every ID that the pack mentions, in bytewise order, with the entity row that owns it.
struct Ids<'a> {
    sorted: Vec<&'a str>,
    ordinals: HashMap<&'a str, u32>,
    owners: HashMap<&'a str, u32>,
}

impl<'a> Ids<'a> {
    fn collect(pack: &'a Pack, entities: &[&'a EntityRow]) -> Self {
        let mut owners = HashMap::new();
        for (ordinal, entity) in (0..).zip(entities) {
            for same in &entity.same_as {
                owners.entry(same.as_str()).or_insert(ordinal);
            }
        }
        // An entity owns its own ID, whatever other rows claim.
        owners.extend((0..).zip(entities).map(|(ordinal, entity)| (entity.id.as_str(), ordinal)));
        let mut sorted: Vec<&str> = owners.keys().copied().collect();
        sorted.extend(pack.aliases.iter().map(|alias| alias.id.as_str()));
        for row in &pack.overrides {
            match &row.action {
                OverrideAction::Block { id, .. } | OverrideAction::Remove { id } => sorted.push(id.as_str()),
                OverrideAction::Redirect { id, target } => sorted.extend([id.as_str(), target.as_str()]),
                OverrideAction::NotAName { .. } => {}
            }
        }
        // Most aliases of an entity stand together, and so need not be sorted each.
        sorted.dedup();
        sorted.sort_unstable();
        sorted.dedup();
        let ordinals = (0..).zip(&sorted).map(|(ordinal, &id)| (id, ordinal)).collect();
        Self { sorted, ordinals, owners }
    }

    /// The ordinal of an ID of this pack.
    fn ordinal(&self, id: &EntityId) -> u32 {
        self.ordinals.get(id.as_str()).copied().unwrap_or(NONE)
    }
}

fn id_section(ids: &Ids<'_>, strings: &mut Strings) -> Vec<u8> {
    let mut table = Vec::with_capacity(ids.sorted.len() * format::ID_BYTES);
    for id in &ids.sorted {
        push_u32s(&mut table, &strings.push(id));
        push_u32s(&mut table, &[ids.owners.get(id).copied().unwrap_or(NONE)]);
    }
    table
}

fn entity_sections(entities: &[&EntityRow], ids: &Ids<'_>, strings: &mut Strings) -> (Vec<u8>, Vec<u8>) {
    let mut table = Vec::with_capacity(entities.len() * format::ENTITY_BYTES);
    let mut same_as = Vec::new();
    for entity in entities {
        push_u32s(&mut table, &[ids.ordinal(&entity.id)]);
        push_u32s(&mut table, &strings.push(&entity.name));
        push_u32s(&mut table, &strings.intern(entity.entity_type.as_ref().map_or("", |t| t.as_str())));
        push_u32s(&mut table, &strings.intern(&entity.description));
        push_u32s(&mut table, &strings.intern(entity.country.as_ref().map_or("", |c| c.as_str())));
        push_u32s(&mut table, &[entity.rank.map_or(NONE, |rank| rank.get().to_bits())]);
        push_u32s(&mut table, &[(same_as.len() / 4) as u32, entity.same_as.len() as u32]);
        for same in &entity.same_as {
            push_u32s(&mut same_as, &[ids.ordinal(same)]);
        }
    }
    (table, same_as)
}

fn alias_section(
    aliases: &[NumberedAlias<'_>],
    languages: &[&str],
    strings: &mut Strings,
) -> Result<Vec<u8>, CompileError> {
    let narrow = |value: usize, what| {
        let limit = u64::from(u16::MAX);
        u16::try_from(value).map_err(|_| CompileError::TooLarge { what, limit })
    };
    let mut table = Vec::with_capacity(aliases.len() * format::ALIAS_BYTES);
    for &NumberedAlias { id, row: alias, is_name } in aliases {
        let [offset, _] = strings.push(&alias.alias);
        let length = narrow(alias.alias.len(), "bytes in one alias")?;
        let language = languages.binary_search(&alias.lang.as_str()).unwrap_or_default();
        push_u32s(&mut table, &[id, offset]);
        table.extend_from_slice(&length.to_le_bytes());
        table.extend_from_slice(&narrow(language, "languages")?.to_le_bytes());
        table.extend_from_slice(&[alias.kind as u8, alias.article as u8, u8::from(is_name), 0]);
    }
    Ok(table)
}

pub(super) fn push_u32s(table: &mut Vec<u8>, values: &[u32]) {
    table.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// The text section under construction.
#[derive(Default)]
struct Strings {
    bytes: Vec<u8>,
    interned: HashMap<String, [u32; 2]>,
}

impl Strings {
    /// Appends a text; returns its offset and length.
    fn push(&mut self, text: &str) -> [u32; 2] {
        let at = [self.bytes.len() as u32, text.len() as u32];
        self.bytes.extend_from_slice(text.as_bytes());
        at
    }

    /// Like [`Self::push`], but a text that was interned before is not written again.
    fn intern(&mut self, text: &str) -> [u32; 2] {
        if let Some(&at) = self.interned.get(text) {
            return at;
        }
        let at = self.push(text);
        self.interned.insert(text.to_owned(), at);
        at
    }

    fn into_bytes(self) -> Result<Vec<u8>, CompileError> {
        let limit = u64::from(u32::MAX);
        if self.bytes.len() as u64 > limit {
            return Err(CompileError::TooLarge { what: "bytes of text", limit });
        }
        Ok(self.bytes)
    }
}

/// The file under construction.
#[derive(Default)]
struct SegmentFile {
    sections: Vec<(SectionKind, Vec<u8>)>,
}

impl SegmentFile {
    fn add(&mut self, kind: SectionKind, bytes: Vec<u8>) {
        self.sections.push((kind, bytes));
    }

    fn add_inverted(&mut self, inverted: Inverted, [fst, starts, postings]: [SectionKind; 3]) {
        self.add(fst, inverted.fst);
        self.add(starts, inverted.starts);
        self.add(postings, inverted.postings);
    }

    fn finish(self) -> Vec<u8> {
        let table_bytes = self.sections.len() * SECTION_ROW_BYTES;
        let first = (HEADER_BYTES + table_bytes + 4).next_multiple_of(ALIGNMENT);
        let mut end = first;
        let mut table = Vec::with_capacity(table_bytes);
        for (kind, bytes) in &self.sections {
            push_u32s(&mut table, &[*kind as u32, crc32c::crc32c(bytes)]);
            table.extend_from_slice(&(end as u64).to_le_bytes());
            table.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            end = (end + bytes.len()).next_multiple_of(ALIGNMENT);
        }
        let mut file = Vec::with_capacity(end + format::TRAILER_BYTES);
        file.extend_from_slice(&MAGIC);
        push_u32s(&mut file, &[FORMAT_VERSION, self.sections.len() as u32]);
        file.extend_from_slice(&text::rules_digest());
        file.extend_from_slice(&((end + format::TRAILER_BYTES) as u64).to_le_bytes());
        file.extend_from_slice(&table);
        let checksum = crc32c::crc32c(&file);
        push_u32s(&mut file, &[checksum]);
        file.resize(first, 0);
        for (_, bytes) in &self.sections {
            file.extend_from_slice(bytes);
            file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
        }
        let digest = blake3::hash(&file);
        file.extend_from_slice(digest.as_bytes());
        file
    }
}
