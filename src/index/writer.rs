//! Writes segments: a [`Pack`] in, the bytes of [`super::format`] out.

use std::collections::{BTreeMap, HashMap};

use super::format::{
    self, ALIGNMENT, BARE, HEADER_BYTES, MAGIC, MAX_ALIASES, Meta, MetaOverride, NONE, SECTION_ROW_BYTES,
    SectionKind,
};
use super::{CompileError, FORMAT_VERSION};
use crate::model::EntityId;
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
    let aliases = sorted_aliases(pack, &ids)?;
    let languages = languages(&aliases);
    let ranks = ranks(&ids, &entities);

    let meta = meta(pack, &ids, &languages, entities.len(), aliases.len());
    file.add(SectionKind::Meta, serde_json::to_vec(&meta).unwrap_or_default());
    let id_table = id_section(&ids, &mut strings);
    let (entity_table, same_as) = entity_sections(&entities, &ids, &mut strings);
    let alias_table = alias_section(&aliases, &ids, &languages, &mut strings);
    file.add(SectionKind::Strings, strings.into_bytes()?);
    file.add(SectionKind::Ids, id_table);
    file.add(SectionKind::Entities, entity_table);
    file.add(SectionKind::SameAs, same_as);
    file.add(SectionKind::Aliases, alias_table);

    let mut keys = Postings::default();
    let mut tokens = Postings::default();
    for (ordinal, alias) in (0..).zip(&aliases) {
        index_alias(alias, ordinal, &mut keys, &mut tokens);
    }
    // Prominent entities first; among equals the order of the table.
    keys.sort_by_key(|&posting| {
        let id = ids.ordinal(&aliases[(posting & !BARE) as usize].id);
        (std::cmp::Reverse(ranks.get(&id).copied().unwrap_or(0)), posting & !BARE)
    });
    tokens.sort_by_key(|&posting| posting);
    keys.write(&mut file, [SectionKind::Keys, SectionKind::KeyStarts, SectionKind::KeyPostings]);
    tokens.write(&mut file, [SectionKind::Tokens, SectionKind::TokenStarts, SectionKind::TokenPostings]);
    Ok(file.finish())
}

fn index_alias(alias: &AliasRow, ordinal: u32, keys: &mut Postings, tokens: &mut Postings) {
    let safe = text::safe_fold(&alias.alias);
    let lossy = text::lossy_fold(&safe);
    keys.push(text::join(&lossy), ordinal);
    if let Some(bare) = text::bare_form(&safe, alias.article) {
        keys.push(text::join(&text::lossy_fold(bare.text)), ordinal | BARE);
    }
    if lossy.contains(' ') {
        lossy.split(' ').for_each(|token| tokens.push(token.to_owned(), ordinal));
    }
}

fn sorted_entities(pack: &Pack) -> Vec<&EntityRow> {
    let mut entities: Vec<_> = pack.entities.iter().collect();
    entities.sort_by(|a, b| a.id.cmp(&b.id));
    entities
}

fn sorted_aliases<'a>(pack: &'a Pack, ids: &Ids<'_>) -> Result<Vec<&'a AliasRow>, CompileError> {
    if pack.aliases.len() > MAX_ALIASES as usize {
        return Err(CompileError::TooLarge { what: "aliases", limit: u64::from(MAX_ALIASES) });
    }
    let mut aliases: Vec<_> = pack.aliases.iter().collect();
    aliases.sort_by_key(|alias| ids.ordinal(&alias.id));
    Ok(aliases)
}

fn languages<'a>(aliases: &[&'a AliasRow]) -> Vec<&'a str> {
    let mut languages: Vec<&str> = aliases.iter().map(|alias| alias.lang.as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    languages
}

/// Rank by ID ordinal, as an integer that sorts like the rank.
fn ranks(ids: &Ids<'_>, entities: &[&EntityRow]) -> HashMap<u32, u32> {
    let ranked = entities.iter().filter_map(|entity| Some((ids.ordinal(&entity.id), entity.rank?)));
    ranked.map(|(id, rank)| (id, (rank.get() * 1e6) as u32)).collect()
}

fn meta(pack: &Pack, ids: &Ids<'_>, languages: &[&str], entity_count: usize, alias_count: usize) -> Meta {
    let manifest = &pack.manifest;
    Meta {
        name: manifest.name.clone(),
        title: manifest.title.clone(),
        version: manifest.version.clone(),
        licenses: manifest.licenses.clone(),
        sources: manifest.sources.clone(),
        entity_count: entity_count as u32,
        alias_count: alias_count as u32,
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

fn alias_section(aliases: &[&AliasRow], ids: &Ids<'_>, languages: &[&str], strings: &mut Strings) -> Vec<u8> {
    let mut table = Vec::with_capacity(aliases.len() * format::ALIAS_BYTES);
    for alias in aliases {
        let [offset, length] = strings.push(&alias.alias);
        let language = languages.binary_search(&alias.lang.as_str()).unwrap_or_default();
        push_u32s(&mut table, &[ids.ordinal(&alias.id), offset]);
        table.extend_from_slice(&(length as u16).to_le_bytes());
        table.extend_from_slice(&(language as u16).to_le_bytes());
        table.extend_from_slice(&[alias.kind as u8, alias.article as u8, 0, 0]);
    }
    table
}

fn push_u32s(table: &mut Vec<u8>, values: &[u32]) {
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

/// Keys and what lies under them, under construction.
#[derive(Default)]
struct Postings {
    lists: BTreeMap<String, Vec<u32>>,
}

impl Postings {
    fn push(&mut self, key: String, posting: u32) {
        if !key.is_empty() {
            self.lists.entry(key).or_default().push(posting);
        }
    }

    fn sort_by_key<K: Ord>(&mut self, mut key: impl FnMut(&u32) -> K) {
        for list in self.lists.values_mut() {
            list.sort_by_key(&mut key);
            list.dedup();
        }
    }

    fn write(self, file: &mut SegmentFile, [fst, starts, postings]: [SectionKind; 3]) {
        let (mut start_table, mut posting_table) = (Vec::new(), Vec::new());
        let mut builder = fst::MapBuilder::memory();
        for (ordinal, (key, list)) in (0..).zip(&self.lists) {
            push_u32s(&mut start_table, &[(posting_table.len() / 4) as u32]);
            push_u32s(&mut posting_table, list);
            // A sorted map gives its keys in order and once, and memory takes any bytes.
            builder.insert(key, ordinal).unwrap_or_default();
        }
        push_u32s(&mut start_table, &[(posting_table.len() / 4) as u32]);
        file.add(fst, builder.into_inner().unwrap_or_default());
        file.add(starts, start_table);
        file.add(postings, posting_table);
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
