//! Numbers the IDs of a pack.

use std::collections::HashMap;
use std::io;

use crate::index::format::NONE;
use crate::index::records::IdBlocks;
use crate::index::{EntityOrdinal, IdOrdinal};
use crate::model::EntityId;
use crate::pack::{EntityRow, OverrideAction, Pack};

/// Every ID that the pack mentions, in bytewise order, with the entity row that owns it.
pub(super) struct Ids<'a> {
    pub sorted: Vec<&'a str>,
    ordinals: HashMap<&'a str, u32>,
    owners: HashMap<&'a str, u32>,
}

impl<'a> Ids<'a> {
    pub fn collect(pack: &'a Pack, entities: &[&'a EntityRow]) -> Self {
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
    pub fn ordinal(&self, id: &EntityId) -> u32 {
        self.ordinals.get(id.as_str()).copied().unwrap_or(NONE)
    }

    /// The entity that owns an ID.
    pub fn owner(&self, id: IdOrdinal) -> Option<EntityOrdinal> {
        self.owners.get(self.sorted.get(id as usize)?).copied()
    }
}

/// The records of IDs, and their texts.
pub(super) fn id_sections(ids: &Ids<'_>) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut blocks = IdBlocks::default();
    for (id, text) in (0..).zip(&ids.sorted) {
        blocks.add(text, ids.owner(id).unwrap_or(NONE));
    }
    let (mut table, mut texts) = (Vec::new(), Vec::new());
    blocks.finish(&mut table, &mut texts)?;
    Ok((table, texts))
}
