//! Export: what is compiled, as rows again, one by one and in bounded memory.
//!
//! [`segment`] gives the rows of one pack back in the order of their IDs. [`stack`] gives a whole stack as the rows of one
//! pack: entities joined, redirects and removals applied, blocks that hold kept. What is compiled from these rows answers
//! like what they were taken from.
//!
//! A segment does not keep the columns `source`, `note`, `number`, `gender` and those of the time of use of alias rows.

use std::collections::HashSet;
use std::io;

use crate::index::{Alias, EntityRecord, Override, Segment};
use crate::model::{EntityId, EntityType};
use crate::pack::{AliasRow, EntityRow, Manifest, OverrideAction, OverrideRow, RowPlace};
use crate::resolve::{AliasRef, EntityKey, OverrideRef, Stack};

/// Takes exported rows: the entities in order, after each its aliases; in the end the overrides.
pub trait ExportSink {
    /// Takes an entity; `types` are all that packs say of it, of which the row holds the first.
    fn entity(&mut self, row: &EntityRow, types: &[EntityType]) -> io::Result<()>;

    /// Takes an alias, of `pack`.
    fn alias(&mut self, row: &AliasRow, pack: &str) -> io::Result<()>;

    /// Takes an override.
    fn overriding(&mut self, row: &OverrideRow) -> io::Result<()>;
}

/// What was exported, and what one pack cannot say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Entity rows.
    pub entities: u64,
    /// Alias rows.
    pub aliases: u64,
    /// Override rows.
    pub overrides: u64,
    /// Entities of several types: a row holds one, the first.
    pub with_more_types: u64,
    /// `not_a_name` rows that a later pack restores for some entity, and which therefore are left out.
    pub restored_in_part: u64,
    /// Alias rows of entities that no pack describes; they do nothing, and are left out.
    pub inert: u64,
}

/// Gives the rows of one segment back, also those that refer to entities of other packs.
pub fn segment(segment: &Segment, sink: &mut dyn ExportSink) -> io::Result<ExportReport> {
    let mut report = ExportReport::default();
    let pack = segment.header().manifest.name.as_str();
    for record in (0..).map_while(|entity| segment.entity(entity)) {
        let Some(row) = entity_row(segment, record) else { continue };
        sink.entity(&row, row.entity_type.as_slice())?;
        report.entities += 1;
    }
    for alias in segment.aliases().filter_map(|alias| segment.alias(alias)).filter(|alias| !alias.is_name) {
        let Some(id) = segment.entity_id(alias.id) else { continue };
        sink.alias(&alias_row(id, alias), pack)?;
        report.aliases += 1;
    }
    for (row, action) in segment.overrides().iter().enumerate() {
        let Some(row) = override_row(segment, row, action) else { continue };
        sink.overriding(&row)?;
        report.overrides += 1;
    }
    Ok(report)
}

fn entity_row(segment: &Segment, record: EntityRecord<'_>) -> Option<EntityRow> {
    Some(EntityRow {
        id: segment.entity_id(record.id())?,
        entity_type: EntityType::new(record.entity_type()).ok(),
        name: record.name(),
        country: record.country(),
        rank: record.rank(),
        same_as: record.same_as().filter_map(|id| segment.entity_id(id)).collect(),
        description: record.description(),
        place: RowPlace::default(),
    })
}

fn alias_row(id: EntityId, alias: Alias<'_>) -> AliasRow {
    let mut row = AliasRow::new(id, &alias.text(), alias.language, alias.kind);
    row.article = alias.article;
    row
}

fn override_row(segment: &Segment, row: usize, action: &Override) -> Option<OverrideRow> {
    let source = segment.override_source(row);
    // A key folds to itself, so it says the same as the alias that it was made of.
    let alias = |key: &String| {
        source.map(|source| &source.alias).filter(|alias| !alias.is_empty()).unwrap_or(key).clone()
    };
    let id = |id| segment.entity_id(id);
    let action = match action {
        Override::Block { key, id: entity } => OverrideAction::Block { alias: alias(key), id: id(*entity)? },
        Override::Redirect { id: old, target } => {
            OverrideAction::Redirect { id: id(*old)?, target: id(*target)? }
        }
        Override::Remove { id: entity } => OverrideAction::Remove { id: id(*entity)? },
        Override::NotAName { key } => OverrideAction::NotAName { alias: alias(key) },
    };
    let note = source.map(|source| source.note.clone()).unwrap_or_default();
    Some(OverrideRow { action, note, place: RowPlace::default() })
}

/// Gives a whole stack as the rows of one pack.
pub fn stack(stack: &Stack, sink: &mut dyn ExportSink) -> io::Result<ExportReport> {
    let mut report = ExportReport::default();
    for (number, segment) in stack.numbered() {
        for record in (0..).map_while(|entity| segment.entity(entity)) {
            let Some(entity) = stack.find(segment.id(record.id())) else { continue };
            // An entity of several rows is told of at the first.
            let first = stack.records(entity).next();
            if first.is_some_and(|(at, first)| at == number && first.id() == record.id()) {
                joined(stack, entity, sink, &mut report)?;
            }
        }
        let is_inert = |alias| stack.entity_of(AliasRef { segment: number, alias }).is_none();
        report.inert += segment.aliases().filter(|&alias| is_inert(alias)).count() as u64;
    }
    overrides(stack, sink, &mut report)?;
    Ok(report)
}

/// An entity with its aliases, of whatever packs.
fn joined(
    stack: &Stack,
    entity: EntityKey,
    sink: &mut dyn ExportSink,
    report: &mut ExportReport,
) -> io::Result<()> {
    let Ok(id) = EntityId::new(stack.id_text(entity)) else { return Ok(()) };
    let types = stack.types(entity);
    let description = stack.records(entity).map(|(_, record)| record.description());
    let row = EntityRow {
        id: id.clone(),
        entity_type: types.first().cloned(),
        name: stack.name(entity),
        country: stack.country(entity),
        rank: stack.rank(entity),
        same_as: stack.other_ids_of(entity).into_iter().filter_map(|id| EntityId::new(id).ok()).collect(),
        description: description.into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
        place: RowPlace::default(),
    };
    sink.entity(&row, &types)?;
    report.entities += 1;
    report.with_more_types += u64::from(types.len() > 1);

    let mut written = HashSet::new();
    for at in stack.aliases(entity) {
        let Some(alias) = stack.alias(at) else { continue };
        // The name of an entity row of another pack is an alias like any other now.
        if alias.is_name && alias.is(&row.name) {
            continue;
        }
        let alias = alias_row(id.clone(), alias);
        if written.insert((alias.alias.clone(), alias.lang.clone(), alias.kind, alias.article)) {
            sink.alias(&alias, stack.pack_name(at.segment))?;
            report.aliases += 1;
        }
    }
    Ok(())
}

/// The overrides that still say something when joins, redirects and removals are applied.
fn overrides(stack: &Stack, sink: &mut dyn ExportSink, report: &mut ExportReport) -> io::Result<()> {
    let mut not_names = HashSet::new();
    for (number, segment) in stack.numbered() {
        for (row, action) in segment.overrides().iter().enumerate() {
            let at = OverrideRef { segment: number, row: u32::try_from(row).unwrap_or(u32::MAX) };
            let holds = match action {
                Override::Redirect { .. } | Override::Remove { .. } => false,
                Override::Block { key, id } => stack.is_block_in_force(at, key, segment.id(*id)),
                Override::NotAName { key } if !not_names.insert(key) => false,
                Override::NotAName { key } => {
                    let is_restored = stack.is_restored(at, key);
                    report.restored_in_part += u64::from(is_restored);
                    !is_restored
                }
            };
            let Some(mut row) = override_row(segment, row, action).filter(|_| holds) else { continue };
            if let OverrideAction::Block { id, .. } = &mut row.action {
                let canonical =
                    stack.find(id.as_str()).and_then(|entity| EntityId::new(stack.id_text(entity)).ok());
                *id = canonical.unwrap_or_else(|| id.clone());
            }
            sink.overriding(&row)?;
            report.overrides += 1;
        }
    }
    Ok(())
}

/// What a pack that is made of several says of itself: their licences and sources, each once.
pub fn merged_manifest<'m>(name: &str, packs: impl IntoIterator<Item = &'m Manifest>) -> Manifest {
    let mut merged = Manifest { name: name.to_owned(), ..Manifest::default() };
    let mut titles = Vec::new();
    for pack in packs {
        let version = if pack.version.is_empty() { "" } else { " " };
        titles.push(format!("{}{version}{}", pack.name, pack.version));
        let new_licenses = pack.licenses.iter().filter(|license| !merged.licenses.contains(license));
        let new_licenses: Vec<_> = new_licenses.cloned().collect();
        merged.licenses.extend(new_licenses);
        let new_sources = pack.sources.iter().filter(|source| !merged.sources.contains(source));
        let new_sources: Vec<_> = new_sources.cloned().collect();
        merged.sources.extend(new_sources);
    }
    merged.title = format!("Made of {}", titles.join(", "));
    merged
}

#[cfg(test)]
mod tests;
