//! [`Rows`]: the rows of a pack, in order of ID, numbered and written down; and their keys, to be sorted.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufReader, Read, Write};

use super::super::format::{Attributes, MAX_ALIASES, NONE};
use super::super::lists::{TokenBearers, push_varint};
use super::super::records::{ENTITY_BYTES, EntityFields, IS_ARABIC, IdBlocks, NO_TYPE, offset, push_extras};
use super::super::texts::{Compressors, Sort};
use super::super::{CompileError, EntityOrdinal, IdOrdinal};
use super::Workshop;
use super::batch::{AliasInfo, BATCH_ALIASES, Batch};
use super::spool::Spool;
use crate::model::{AliasKind, Article};
use crate::pack::grouped::{Event, GroupedAlias, GroupedEntity, Groups};
use crate::text::person::NameOrder;

/// The lists that records point into, and how the words of the rows are numbered there.
pub(super) struct Lists {
    pub types: Vec<String>,
    pub languages: Vec<String>,
    pub attributes: Vec<Attributes>,
    /// By the number of a type in [`Groups::types`].
    type_numbers: Vec<u16>,
    /// By the number of a language in [`Groups::languages`].
    language_numbers: Vec<u32>,
    attribute_numbers: HashMap<Attributes, u16>,
}

/// Language, kind and article of an alias row, as rows number languages.
pub(super) type Combination = (u32, AliasKind, Article);

impl Lists {
    /// The lists of rows that have these types, languages and combinations.
    pub fn new(groups: &Groups, combinations: &BTreeSet<Combination>) -> Result<Self, CompileError> {
        let types = sorted_distinct(groups.types().iter().cloned());
        // Names of entities become aliases of no language.
        let languages = sorted_distinct(groups.languages().iter().cloned().chain([String::new()]));
        let place = |list: &[String], word: &String| list.binary_search(word).unwrap_or_default();
        let language_numbers: Vec<u32> =
            groups.languages().iter().map(|word| place(&languages, word) as u32).collect();
        let of_row = |&(language, kind, article): &Combination| {
            let language = language_numbers.get(language as usize).copied().unwrap_or_default();
            Attributes { language, kind, article, is_name: false }
        };
        let attributes = sorted_distinct(combinations.iter().map(of_row).chain([NAME]));
        check_count("entity types", types.len(), NO_TYPE)?;
        check_count("combinations of language, kind and article", attributes.len(), IS_ARABIC)?;
        let type_numbers = groups.types().iter().map(|word| place(&types, word) as u16).collect();
        let attribute_numbers = attributes.iter().copied().zip(0..).collect();
        Ok(Self { types, languages, attributes, type_numbers, language_numbers, attribute_numbers })
    }

    fn entity_type(&self, entity: &GroupedEntity<'_>) -> u16 {
        let number = entity.entity_type.and_then(|number| self.type_numbers.get(number as usize));
        number.copied().unwrap_or(NO_TYPE)
    }

    fn attributes(&self, alias: &GroupedAlias<'_>) -> u16 {
        let language = self.language_numbers.get(alias.language as usize).copied().unwrap_or_default();
        let (kind, article) = (alias.kind, alias.article);
        self.number(Attributes { language, kind, article, is_name: false })
    }

    fn number(&self, attributes: Attributes) -> u16 {
        self.attribute_numbers.get(&attributes).copied().unwrap_or_default()
    }
}

/// What the name of an entity is that no alias row prefers. The empty language is the first of the list.
const NAME: Attributes =
    Attributes { language: 0, kind: AliasKind::Preferred, article: Article::Unknown, is_name: true };

fn sorted_distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<T>>().into_iter().collect()
}

fn check_count(what: &'static str, count: usize, limit: u16) -> Result<(), CompileError> {
    if count > usize::from(limit) {
        return Err(CompileError::TooLarge { what, limit: u64::from(limit) });
    }
    Ok(())
}

/// What the names of an entity tell of their tokens, the first one among them.
pub(super) fn bearers(entity_type: Option<&str>, country: Option<&str>) -> TokenBearers {
    let has_person = entity_type == Some("person");
    let order = country.map_or(NameOrder::GivenFirst, NameOrder::of_country);
    TokenBearers { has_person, has_given_name: has_person && order == NameOrder::GivenFirst }
}

/// Numbers IDs, entities and aliases as they come.
pub(super) struct Rows<'w> {
    lists: &'w Lists,
    compressors: &'w Compressors,
    /// By the number of an entity row.
    bearers: &'w [TokenBearers],
    ids: Ids,
    entities: Entities,
    group: Group,
    batch: Batch,
    pub alias_count: u32,
    pub name_count: u32,
    /// Of each override the ordinals of its IDs.
    pub references: Vec<[IdOrdinal; 2]>,
}

/// What is known of the current ID.
#[derive(Default)]
struct Group {
    ordinal: IdOrdinal,
    rank: u32,
    bearers: TokenBearers,
    is_entity: bool,
    /// The entities whose name was not among the aliases yet: one, but in packs with errors.
    nameless: Vec<(EntityFields, String)>,
}

impl<'w> Rows<'w> {
    pub fn new(
        lists: &'w Lists,
        compressors: &'w Compressors,
        bearers: &'w [TokenBearers],
        override_count: usize,
        workshop: &Workshop,
    ) -> Self {
        Self {
            lists,
            compressors,
            bearers,
            ids: Ids::default(),
            entities: Entities::new(bearers.len(), workshop),
            group: Group::default(),
            batch: Batch::default(),
            alias_count: 0,
            name_count: 0,
            references: vec![[NONE; 2]; override_count],
        }
    }

    pub fn compressors(&self) -> &'w Compressors {
        self.compressors
    }

    pub fn id_count(&self) -> u32 {
        self.ids.records.len() as u32
    }

    pub fn entity_count(&self) -> u32 {
        self.entities.count
    }

    /// Takes what a row says; gives a batch of aliases whenever one is full.
    pub fn add(&mut self, event: Event<'_>) -> Result<Option<Batch>, CompileError> {
        match event {
            Event::Id(id) => {
                self.end_group()?;
                let ordinal = self.ids.add(id)?;
                self.group =
                    Group { ordinal, nameless: std::mem::take(&mut self.group.nameless), ..Group::default() };
            }
            Event::Entity(entity) => self.entity(&entity)?,
            Event::SameAs { entity, item } => {
                self.ids.same_as.push(SameAs { entity, item, id: self.group.ordinal });
                if !self.group.is_entity {
                    self.group.bearers = self.bearers_of(entity);
                }
            }
            Event::Reference { index, slot } => {
                let ids = self.references.get_mut(index as usize);
                if let Some(id) = ids.and_then(|ids| ids.get_mut(usize::from(slot))) {
                    *id = self.group.ordinal;
                }
            }
            Event::Alias(alias) => self.alias(&alias)?,
        }
        Ok((self.batch.len() >= BATCH_ALIASES).then(|| self.take_batch()))
    }

    /// Ends the last ID; gives the last batch of aliases.
    pub fn end(&mut self) -> Result<Batch, CompileError> {
        self.end_group()?;
        Ok(self.take_batch())
    }

    /// The sections of IDs and entities.
    pub fn finish(self, workshop: &Workshop) -> Result<RowSections, CompileError> {
        let Self { mut ids, entities, .. } = self;
        let same_as = ids.other_ids(&entities.ordinals);
        let (entities, extras, descriptions) = entities.finish(&same_as, workshop)?;
        let (ids, id_texts) = ids.finish(workshop)?;
        Ok(RowSections { ids, id_texts, entities, extras, descriptions })
    }

    fn take_batch(&mut self) -> Batch {
        let (number, first) = (self.batch.number + 1, self.alias_count + self.name_count);
        std::mem::replace(&mut self.batch, Batch::new(number, first))
    }

    fn bearers_of(&self, entity: u32) -> TokenBearers {
        self.bearers.get(entity as usize).copied().unwrap_or_default()
    }

    fn entity(&mut self, entity: &GroupedEntity<'_>) -> Result<(), CompileError> {
        self.group.is_entity = true;
        self.group.bearers = self.bearers_of(entity.number);
        self.group.rank = entity.rank.map_or(0, |rank| (rank.get() * 1e6) as u32);
        let fields = self.entities.add(entity, self.group.ordinal, self.lists, self.compressors)?;
        self.ids.own(self.group.ordinal, self.entities.last());
        if entity.name.is_empty() {
            self.entities.write(fields)
        } else {
            self.group.nameless.push((fields, entity.name.to_owned()));
            Ok(())
        }
    }

    fn alias(&mut self, alias: &GroupedAlias<'_>) -> Result<(), CompileError> {
        if alias.kind == AliasKind::Preferred {
            let ordinal = self.alias_count + self.name_count;
            let is_unnamed = |fields: &EntityFields| fields.name == NONE;
            for (fields, name) in &mut self.group.nameless {
                if is_unnamed(fields) && name == alias.alias {
                    fields.name = ordinal;
                }
            }
        }
        let attributes = self.lists.attributes(alias);
        self.push(alias.alias, attributes, alias.kind, alias.article)?;
        self.alias_count += 1;
        Ok(())
    }

    fn push(
        &mut self,
        alias: &str,
        attributes: u16,
        kind: AliasKind,
        article: Article,
    ) -> Result<(), CompileError> {
        if self.alias_count + self.name_count >= MAX_ALIASES {
            return Err(CompileError::TooLarge { what: "aliases", limit: u64::from(MAX_ALIASES) });
        }
        if alias.len() > MAX_ALIAS_BYTES {
            return Err(CompileError::TooLarge { what: "bytes in one alias", limit: MAX_ALIAS_BYTES as u64 });
        }
        let Group { ordinal: id, rank, bearers, .. } = self.group;
        self.batch.push(alias, AliasInfo { id, attributes, kind, article, rank, bearers });
        Ok(())
    }

    /// Writes the entities of the current ID; a name that no alias row prefers becomes an alias: what is shown is also
    /// found.
    fn end_group(&mut self) -> Result<(), CompileError> {
        let mut nameless = std::mem::take(&mut self.group.nameless);
        for (mut fields, name) in nameless.drain(..) {
            if fields.name == NONE {
                fields.name = self.alias_count + self.name_count;
                self.push(&name, self.lists.number(NAME), NAME.kind, NAME.article)?;
                self.name_count += 1;
            }
            self.entities.write(fields)?;
        }
        self.group.nameless = nameless;
        Ok(())
    }
}

/// The most bytes of the text of an alias.
const MAX_ALIAS_BYTES: usize = u16::MAX as usize;

/// The sections that rows fill, but for those of aliases.
pub(super) struct RowSections {
    pub ids: Spool,
    pub id_texts: Spool,
    pub entities: Spool,
    pub extras: Spool,
    pub descriptions: Spool,
}

/// Every ID that the pack mentions: its text, and the entity that owns it.
#[derive(Default)]
struct Ids {
    texts: Vec<u8>,
    /// Where each text begins, and the owner.
    records: Vec<(u32, EntityOrdinal)>,
    same_as: Vec<SameAs>,
}

/// An ID is the `item`th other one of the entity of a row.
struct SameAs {
    entity: u32,
    item: u32,
    id: IdOrdinal,
}

impl Ids {
    fn add(&mut self, id: &str) -> Result<IdOrdinal, CompileError> {
        let ordinal = offset(self.records.len(), "IDs")?;
        self.records.push((offset(self.texts.len(), "bytes of IDs")?, NONE));
        self.texts.extend_from_slice(id.as_bytes());
        Ok(ordinal)
    }

    /// Notes that an ID is an entity's own.
    fn own(&mut self, id: IdOrdinal, entity: EntityOrdinal) {
        if let Some((_, owner)) = self.records.get_mut(id as usize) {
            *owner = entity;
        }
    }

    /// The other IDs of each entity that has any, as entity and ID, in order; `ordinals` are those of entities, by row.
    fn other_ids(&mut self, ordinals: &[EntityOrdinal]) -> Vec<(EntityOrdinal, IdOrdinal)> {
        let mut same_as = std::mem::take(&mut self.same_as);
        for same in &mut same_as {
            same.entity = ordinals.get(same.entity as usize).copied().unwrap_or(NONE);
        }
        same_as.sort_unstable_by_key(|same| (same.entity, same.item));
        for same in &same_as {
            // An entity owns its own ID, whatever other rows claim.
            let owner = self.records.get_mut(same.id as usize).map(|(_, owner)| owner);
            if let Some(owner) = owner.filter(|owner| **owner == NONE) {
                *owner = same.entity;
            }
        }
        same_as.into_iter().map(|same| (same.entity, same.id)).collect()
    }

    /// The sections of IDs and of their texts.
    fn finish(self, workshop: &Workshop) -> Result<(Spool, Spool), CompileError> {
        let (mut table, mut texts) = (Spool::new(&workshop.scratch), Spool::new(&workshop.scratch));
        let mut blocks = IdBlocks::default();
        let ends = self.records.iter().skip(1).map(|&(start, _)| start as usize).chain([self.texts.len()]);
        for (&(start, owner), end) in self.records.iter().zip(ends) {
            let text = self.texts.get(start as usize..end).unwrap_or_default();
            blocks.add(std::str::from_utf8(text).unwrap_or_default(), owner);
            blocks.write_full(&mut table, &mut texts)?;
        }
        blocks.finish(&mut table, &mut texts)?;
        Ok((table, texts))
    }
}

/// Entity records under construction.
struct Entities {
    /// By row.
    ordinals: Vec<EntityOrdinal>,
    count: u32,
    /// Without what is to be known when all IDs are.
    table: Spool,
    /// Where the description of each begins, or [`NONE`].
    description_of: Vec<u32>,
    descriptions: Spool,
    /// Where descriptions lie that many entities may have.
    described: HashMap<String, u32>,
}

/// So many descriptions are remembered, so that they are not written twice.
const MAX_DESCRIBED: usize = 1 << 16;

impl Entities {
    fn new(rows: usize, workshop: &Workshop) -> Self {
        Self {
            ordinals: vec![NONE; rows],
            count: 0,
            description_of: Vec::with_capacity(rows),
            table: Spool::new(&workshop.scratch),
            descriptions: Spool::new(&workshop.scratch),
            described: HashMap::new(),
        }
    }

    /// The entity that was added last.
    fn last(&self) -> EntityOrdinal {
        self.count.saturating_sub(1)
    }

    /// Numbers an entity; gives its record, which is to be written when its name is known.
    fn add(
        &mut self,
        entity: &GroupedEntity<'_>,
        id: IdOrdinal,
        lists: &Lists,
        compressors: &Compressors,
    ) -> Result<EntityFields, CompileError> {
        if let Some(ordinal) = self.ordinals.get_mut(entity.number as usize) {
            *ordinal = self.count;
        }
        self.count += 1;
        let description = self.describe(entity.description, compressors)?;
        self.description_of.push(description);
        let country: Option<[u8; 2]> =
            entity.country.as_ref().and_then(|country| country.as_str().as_bytes().try_into().ok());
        Ok(EntityFields {
            id,
            name: NONE,
            rank: entity.rank.map_or(NONE, |rank| rank.get().to_bits()),
            extras: NONE,
            entity_type: lists.entity_type(entity),
            country: country.unwrap_or_default(),
        })
    }

    fn write(&mut self, fields: EntityFields) -> Result<(), CompileError> {
        Ok(self.table.write_all(&fields.to_bytes())?)
    }

    /// The sections of entities, of what not every one of them has, and of descriptions; `same_as` are the other IDs, by
    /// entity.
    fn finish(
        self,
        mut same_as: &[(EntityOrdinal, IdOrdinal)],
        workshop: &Workshop,
    ) -> Result<(Spool, Spool, Spool), CompileError> {
        let (mut table, mut extras) = (Spool::new(&workshop.scratch), Spool::new(&workshop.scratch));
        let mut records = BufReader::new(self.table.into_reader()?);
        for (entity, description) in (0..).zip(self.description_of) {
            let mut record = [0; ENTITY_BYTES];
            records.read_exact(&mut record)?;
            let mut fields = EntityFields::from_bytes(&record);
            let (own, rest) = same_as.split_at(same_as.partition_point(|&(of, _)| of <= entity));
            same_as = rest;
            if description != NONE || !own.is_empty() {
                fields.extras = offset(extras.len() as usize, "bytes of other IDs")?;
                let ids: Vec<IdOrdinal> = own.iter().map(|&(_, id)| id).collect();
                let mut bytes = Vec::new();
                push_extras(&mut bytes, (description != NONE).then_some(description), &ids);
                extras.write_all(&bytes)?;
            }
            table.write_all(&fields.to_bytes())?;
        }
        Ok((table, extras, self.descriptions))
    }

    /// Where a description lies, which is written unless it is known.
    fn describe(&mut self, description: &str, compressors: &Compressors) -> Result<u32, CompileError> {
        if description.is_empty() {
            return Ok(NONE);
        }
        if let Some(&at) = self.described.get(description) {
            return Ok(at);
        }
        let at = offset(self.descriptions.len() as usize, "bytes of descriptions")?;
        let codes = compressors.compress(Sort::Description, description);
        let mut length = Vec::new();
        push_varint(&mut length, codes.len() as u32);
        self.descriptions.write_all(&length)?;
        self.descriptions.write_all(&codes)?;
        if self.described.len() < MAX_DESCRIBED {
            self.described.insert(description.to_owned(), at);
        }
        Ok(at)
    }
}
