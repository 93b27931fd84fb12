//! Writes the sections of entities.

use std::collections::HashMap;

use super::ids::Ids;
use super::{Lists, NumberedAlias};
use crate::index::format::NONE;
use crate::index::lists::push_varint;
use crate::index::records::{ENTITY_BYTES, EntityFields, offset, push_extras};
use crate::index::texts::{Compressors, Sort};
use crate::index::{AliasOrdinal, CompileError, IdOrdinal};
use crate::model::AliasKind;
use crate::pack::EntityRow;

/// The sections that entities fill.
#[derive(Default)]
pub(super) struct EntitySections<'a> {
    pub table: Vec<u8>,
    pub extras: Vec<u8>,
    pub descriptions: Vec<u8>,
    /// Where the descriptions that were written lie: many entities have the same.
    described: HashMap<&'a str, u32>,
}

impl<'a> EntitySections<'a> {
    pub fn collect(
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
