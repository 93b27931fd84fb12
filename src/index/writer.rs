//! Writes segments: a [`Pack`] in, the bytes of [`super::format`] out.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::file::SegmentFile;
use super::format::{Attributes, BARE, MAX_ALIASES, Meta, MetaOverride, NONE, SectionKind};
use super::inversion::{Facts, Inverted, Searchable, inverted};
use super::lexicon::LexiconParts;
use super::lists::{TokenBearers, push_varint};
use super::records::{
    AliasBlocks, AliasFields, ENTITY_BYTES, EntityFields, ID_BYTES, IS_ARABIC, NO_TYPE, id_record, offset,
    push_extras,
};
use super::texts::{Compressor, Sample, Sort};
use super::{AliasOrdinal, CompileError, EntityOrdinal, IdOrdinal};
use crate::model::{AliasKind, EntityId};
use crate::pack::{AliasRow, EntityRow, OverrideAction, Pack};
use crate::text;
use crate::text::person::NameOrder;

/// Compiles a pack to the bytes of a segment; the same pack gives the same bytes.
///
/// `O(n log n)` in the rows; memory is a few times the size of the pack. An alias without a letter or digit, which
/// lint reports, lies in the segment but is under no key.
pub fn compile(pack: &Pack) -> Result<Vec<u8>, CompileError> {
    let entities = sorted_entities(pack);
    let ids = Ids::collect(pack, &entities);
    let names = names_without_rows(pack);
    let aliases = sorted_aliases(pack, &names, &ids)?;
    let lists = Lists::collect(&entities, &aliases)?;
    let compressors = Compressors::train(&entities, &aliases);

    let mut file = SegmentFile::default();
    let meta = meta(pack, &ids, &lists, names.len());
    file.add(SectionKind::Meta, serde_json::to_vec(&meta).unwrap_or_default());
    file.add(SectionKind::Symbols, compressors.symbols());
    let (blocks, texts) = alias_sections(&aliases, &lists, &compressors)?;
    file.add(SectionKind::Texts, texts);
    let entity_sections = EntitySections::collect(&entities, &aliases, &ids, &lists, &compressors)?;
    file.add(SectionKind::Descriptions, entity_sections.descriptions);
    let (id_table, id_texts) = id_sections(&ids)?;
    file.add(SectionKind::Ids, id_table);
    file.add(SectionKind::IdTexts, id_texts);
    file.add(SectionKind::Entities, entity_sections.table);
    file.add(SectionKind::Extras, entity_sections.extras);
    file.add(SectionKind::Aliases, blocks);

    let rows: Vec<&AliasRow> = aliases.iter().map(|alias| alias.row).collect();
    let inverted = inverted(&rows, &AliasFacts::collect(&entities, &ids, &aliases))?;
    add_inverted(&mut file, inverted);
    Ok(file.finish())
}

fn add_inverted(file: &mut SegmentFile, inverted: Inverted) {
    use SectionKind as Kind;
    let Inverted { keys, tokens, skeletons } = inverted;
    for (kinds, Searchable { hashed, lexicon }) in [
        (
            [
                Kind::KeyTable,
                Kind::KeyLists,
                Kind::KeyPage,
                Kind::KeyNarrowForward,
                Kind::KeyNarrowBackward,
                Kind::KeyWideForward,
                Kind::KeyWideBackward,
            ],
            keys,
        ),
        (
            [
                Kind::TokenTable,
                Kind::TokenLists,
                Kind::TokenPage,
                Kind::TokenNarrowForward,
                Kind::TokenNarrowBackward,
                Kind::TokenWideForward,
                Kind::TokenWideBackward,
            ],
            tokens,
        ),
    ] {
        let LexiconParts { page, narrow_forward, narrow_backward, wide_forward, wide_backward } = lexicon;
        let lexicon = [page, narrow_forward, narrow_backward, wide_forward, wide_backward];
        let sections = [hashed.table, hashed.lists].into_iter().chain(lexicon);
        kinds.into_iter().zip(sections).for_each(|(kind, bytes)| file.add(kind, bytes));
    }
    file.add(Kind::SkeletonTable, skeletons.table);
    file.add(Kind::SkeletonLists, skeletons.lists);
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

/// The lists of the `META` section that records point into.
struct Lists<'a> {
    types: Vec<&'a str>,
    languages: Vec<&'a str>,
    attributes: Vec<Attributes>,
}

impl<'a> Lists<'a> {
    fn collect(entities: &[&'a EntityRow], aliases: &[NumberedAlias<'a>]) -> Result<Self, CompileError> {
        let types = entities.iter().filter_map(|entity| Some(entity.entity_type.as_ref()?.as_str()));
        let types = sorted_distinct(types);
        let languages = sorted_distinct(aliases.iter().map(|alias| alias.row.lang.as_str()));
        let attributes = sorted_distinct(aliases.iter().map(|alias| alias.attributes(&languages)));
        for (what, count, limit) in [
            ("entity types", types.len(), NO_TYPE),
            ("combinations of language, kind and article", attributes.len(), IS_ARABIC),
        ] {
            if count > usize::from(limit) {
                return Err(CompileError::TooLarge { what, limit: u64::from(limit) });
            }
        }
        Ok(Self { types, languages, attributes })
    }

    fn entity_type(&self, entity: &EntityRow) -> u16 {
        let own = entity.entity_type.as_ref().and_then(|own| self.types.binary_search(&own.as_str()).ok());
        own.map_or(NO_TYPE, |own| own as u16)
    }

    fn attributes(&self, alias: &NumberedAlias<'_>) -> u16 {
        let attributes = alias.attributes(&self.languages);
        self.attributes.binary_search(&attributes).unwrap_or_default() as u16
    }
}

fn sorted_distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<T>>().into_iter().collect()
}

impl NumberedAlias<'_> {
    fn attributes(&self, languages: &[&str]) -> Attributes {
        let language = languages.binary_search(&self.row.lang.as_str()).unwrap_or_default() as u32;
        let (kind, article) = (self.row.kind, self.row.article);
        Attributes { language, kind, article, is_name: self.is_name }
    }
}

/// What compresses texts, by [`Sort`].
struct Compressors([Compressor; Sort::ALL.len()]);

impl Compressors {
    fn train(entities: &[&EntityRow], aliases: &[NumberedAlias<'_>]) -> Self {
        let mut samples = Sort::ALL.map(|_| Sample::default());
        for alias in aliases {
            let text = &alias.row.alias;
            samples[Sort::of_name(text) as usize].offer(text);
        }
        for entity in entities {
            samples[Sort::Description as usize].offer(&entity.description);
        }
        Self(samples.map(|sample| Compressor::train(&sample)))
    }

    fn compress(&self, sort: Sort, text: &str) -> Vec<u8> {
        self.0[sort as usize].compress(text)
    }

    /// The section of their symbols.
    fn symbols(&self) -> Vec<u8> {
        let mut symbols = Vec::new();
        self.0.iter().for_each(|compressor| compressor.write_symbols(&mut symbols));
        symbols
    }
}

/// The most bytes of the text of an alias.
const MAX_ALIAS_BYTES: usize = u16::MAX as usize;

/// The blocks of alias records, and their texts.
fn alias_sections(
    aliases: &[NumberedAlias<'_>],
    lists: &Lists<'_>,
    compressors: &Compressors,
) -> Result<(Vec<u8>, Vec<u8>), CompileError> {
    let mut blocks = AliasBlocks::default();
    for alias in aliases {
        let text = &alias.row.alias;
        if text.len() > MAX_ALIAS_BYTES {
            let limit = MAX_ALIAS_BYTES as u64;
            return Err(CompileError::TooLarge { what: "bytes in one alias", limit });
        }
        let sort = Sort::of_name(text);
        let is_arabic = if sort == Sort::Arabic { IS_ARABIC } else { 0 };
        let attributes = lists.attributes(alias) | is_arabic;
        blocks.add(AliasFields { id: alias.id, attributes, codes: &compressors.compress(sort, text) });
    }
    Ok(blocks.into_bytes())
}

/// The sections that entities fill.
#[derive(Default)]
struct EntitySections<'a> {
    table: Vec<u8>,
    extras: Vec<u8>,
    descriptions: Vec<u8>,
    /// Where the descriptions that were written lie: many entities have the same.
    described: HashMap<&'a str, u32>,
}

impl<'a> EntitySections<'a> {
    fn collect(
        entities: &[&'a EntityRow],
        aliases: &[NumberedAlias<'_>],
        ids: &Ids<'_>,
        lists: &Lists<'_>,
        compressors: &Compressors,
    ) -> Result<Self, CompileError> {
        let mut sections = Self::default();
        sections.table.reserve(entities.len() * ENTITY_BYTES);
        for entity in entities {
            let id = ids.ordinal(&entity.id);
            let fields = EntityFields {
                id,
                name: name_of(entity, id, aliases),
                rank: entity.rank.map_or(NONE, |rank| rank.get().to_bits()),
                extras: sections.add_extras(entity, ids, compressors)?,
                entity_type: lists.entity_type(entity),
                country: entity
                    .country
                    .as_ref()
                    .and_then(|country| country.as_str().as_bytes().try_into().ok())
                    .unwrap_or_default(),
            };
            sections.table.extend(fields.to_bytes());
        }
        Ok(sections)
    }

    /// Writes what not every entity has, if this one has any of it.
    fn add_extras(
        &mut self,
        entity: &'a EntityRow,
        ids: &Ids<'_>,
        compressors: &Compressors,
    ) -> Result<u32, CompileError> {
        let description = self.describe(&entity.description, compressors)?;
        if description.is_none() && entity.same_as.is_empty() {
            return Ok(NONE);
        }
        let at = offset(self.extras.len(), "bytes of other IDs")?;
        let same_as: Vec<IdOrdinal> = entity.same_as.iter().map(|same| ids.ordinal(same)).collect();
        push_extras(&mut self.extras, description, &same_as);
        Ok(at)
    }

    /// Where a description lies, which is written if it is new.
    fn describe(
        &mut self,
        description: &'a str,
        compressors: &Compressors,
    ) -> Result<Option<u32>, CompileError> {
        if description.is_empty() {
            return Ok(None);
        }
        if let Some(&at) = self.described.get(description) {
            return Ok(Some(at));
        }
        let at = offset(self.descriptions.len(), "bytes of descriptions")?;
        let codes = compressors.compress(Sort::Description, description);
        push_varint(&mut self.descriptions, codes.len() as u32);
        self.descriptions.extend(codes);
        self.described.insert(description, at);
        Ok(Some(at))
    }
}

/// The alias that is the name of an entity: one that its pack prefers, or that was added for it.
fn name_of(entity: &EntityRow, id: IdOrdinal, aliases: &[NumberedAlias<'_>]) -> AliasOrdinal {
    let first = aliases.partition_point(|alias| alias.id < id);
    let own = aliases.get(first..).unwrap_or_default().iter().take_while(|alias| alias.id == id);
    let is_name = |alias: &NumberedAlias<'_>| {
        alias.row.alias == entity.name && (alias.is_name || alias.row.kind == AliasKind::Preferred)
    };
    (first as u32..).zip(own).find(|(_, alias)| is_name(alias)).map_or(NONE, |(ordinal, _)| ordinal)
}

/// What inversion asks of aliases.
struct AliasFacts {
    /// Of each alias its rank, as an integer that sorts like it; 0 where there is none.
    ranks: Vec<u32>,
    /// Of each alias what it tells of its tokens.
    bearers: Vec<TokenBearers>,
}

impl AliasFacts {
    fn collect(entities: &[&EntityRow], ids: &Ids<'_>, aliases: &[NumberedAlias<'_>]) -> Self {
        let ranks = ranks(ids, entities);
        let bearers = |alias: &NumberedAlias<'_>| {
            ids.owner(alias.id)
                .and_then(|owner| entities.get(owner as usize))
                .map_or_else(TokenBearers::default, |row| bearers(row))
        };
        Self {
            ranks: aliases.iter().map(|alias| ranks.get(alias.id as usize).copied().unwrap_or(0)).collect(),
            bearers: aliases.iter().map(bearers).collect(),
        }
    }
}

impl Facts for AliasFacts {
    type Order = (Reverse<u32>, AliasOrdinal, u32);

    /// Prominent entities first; among equals the order of the table.
    fn order(&self, posting: u32) -> Self::Order {
        let alias = posting & !BARE;
        (Reverse(self.ranks[alias as usize]), alias, posting)
    }

    fn bearers(&self, alias: AliasOrdinal, is_first: bool) -> TokenBearers {
        let bearers = self.bearers[alias as usize];
        TokenBearers { has_given_name: bearers.has_given_name && is_first, ..bearers }
    }
}

/// What the names of an entity tell of their tokens, the first one among them.
fn bearers(entity: &EntityRow) -> TokenBearers {
    let has_person = entity.entity_type.as_ref().is_some_and(|own| own.as_str() == "person");
    let order = entity.country.as_ref().map_or(NameOrder::GivenFirst, |c| NameOrder::of_country(c.as_str()));
    TokenBearers { has_person, has_given_name: has_person && order == NameOrder::GivenFirst }
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

fn meta(pack: &Pack, ids: &Ids<'_>, lists: &Lists<'_>, name_count: usize) -> Meta {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
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
        types: owned(&lists.types),
        languages: owned(&lists.languages),
        attributes: lists.attributes.clone(),
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

    /// The entity that owns an ID.
    fn owner(&self, id: IdOrdinal) -> Option<EntityOrdinal> {
        self.owners.get(self.sorted.get(id as usize)?).copied()
    }
}

/// The records of IDs, and their texts.
fn id_sections(ids: &Ids<'_>) -> Result<(Vec<u8>, Vec<u8>), CompileError> {
    let (mut table, mut texts) = (Vec::with_capacity(ids.sorted.len() * ID_BYTES), Vec::new());
    for (id, text) in (0..).zip(&ids.sorted) {
        let start = offset(texts.len(), "bytes of IDs")?;
        table.extend(id_record(start, ids.owner(id).unwrap_or(NONE)));
        texts.extend_from_slice(text.as_bytes());
    }
    Ok((table, texts))
}
