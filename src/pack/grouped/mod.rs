//! Rows in order of the ID that they speak of, in bounded memory.
//!
//! [`Gatherer`] takes the rows of a pack as they are read and has them sorted by ID; [`Groups`] gives all that was said
//! of one ID, then of the next. So what several rows say together can be checked with one ID in memory, and a segment be
//! written from first to last.

mod groups;
mod record;

pub(crate) use groups::{Event, GroupError, Groups};
pub(crate) use record::{GroupedAlias, GroupedEntity};

use std::io;
use std::sync::Arc;

use super::report::Report;
use super::row::{AliasLine, EntityLine, RowSink};
use super::words::Words;
use super::{OverrideAction, OverrideRow};
use crate::sort::{Scratch, Sorter};

/// Takes the rows of a pack in any order.
pub(crate) struct Gatherer {
    sorter: Sorter,
    key: Vec<u8>,
    value: Vec<u8>,
    entity_count: u32,
    alias_count: u64,
    types: Words,
    languages: Words,
}

impl Gatherer {
    /// A gatherer that holds about `memory` bytes of rows, and spills the rest to `scratch`.
    pub fn new(memory: usize, scratch: Arc<dyn Scratch>) -> Self {
        let sorter = Sorter::new(memory, scratch);
        let (types, languages) = (Words::default(), Words::default());
        Self { sorter, key: Vec::new(), value: Vec::new(), entity_count: 0, alias_count: 0, types, languages }
    }

    /// Alias rows so far, repetitions among them.
    pub fn alias_count(&self) -> u64 {
        self.alias_count
    }

    /// The number of a language, see [`Groups::languages`].
    pub fn language(&mut self, language: &str) -> u32 {
        self.languages.number(language)
    }

    /// Takes the IDs that overrides refer to; their ordinals come back as [`Event::Reference`].
    pub fn overrides(&mut self, rows: &[OverrideRow]) -> io::Result<()> {
        for (index, row) in (0..).zip(rows) {
            match &row.action {
                OverrideAction::Block { id, .. } | OverrideAction::Remove { id } => {
                    self.reference(id.as_str(), index, 0)?;
                }
                OverrideAction::Redirect { id, target } => {
                    self.reference(id.as_str(), index, 0)?;
                    self.reference(target.as_str(), index, 1)?;
                }
                OverrideAction::NotAName { .. } => {}
            }
        }
        Ok(())
    }

    /// The rows in order of their ID; `files` are the paths of the tables, for messages.
    pub fn finish(self, files: Vec<Arc<str>>) -> io::Result<Groups> {
        let sorted = self.sorter.finish()?;
        Ok(Groups::new(sorted, files, self.types.list, self.languages.list))
    }

    fn reference(&mut self, id: &str, index: u32, slot: u8) -> io::Result<()> {
        record::key(&mut self.key, id, record::Tag::Reference, &[&index.to_be_bytes(), &[slot]]);
        self.sorter.push(&[&self.key])
    }
}

impl RowSink for Gatherer {
    fn entity(&mut self, row: &EntityLine<'_>, _: &mut Report) -> io::Result<()> {
        let number = self.entity_count;
        let entity_type = row.entity_type.map(|word| self.types.number(word));
        record::key(&mut self.key, row.id, record::Tag::Entity, &[&number.to_be_bytes()]);
        record::write_entity(&mut self.value, row, entity_type);
        self.sorter.push(&[&self.key, &self.value])?;
        for (&(id, place), item) in row.same_as.iter().zip(0_u32..) {
            let order = [number.to_be_bytes(), item.to_be_bytes()];
            record::key(&mut self.key, id, record::Tag::SameAs, &[&order[0], &order[1]]);
            record::write_place(&mut self.value, place);
            self.sorter.push(&[&self.key, &self.value])?;
        }
        self.entity_count =
            number.checked_add(1).ok_or_else(|| io::Error::other("too many rows of entities"))?;
        Ok(())
    }

    fn alias(&mut self, row: &AliasLine<'_>, _: &mut Report) -> io::Result<()> {
        let language = self.languages.number(row.lang);
        // Five bytes number more rows than there are lines in all tables.
        let [_, _, _, order @ ..] = self.alias_count.to_be_bytes();
        record::key(&mut self.key, row.id, record::Tag::Alias, &[&order]);
        record::write_alias(&mut self.value, row, language);
        self.alias_count += 1;
        self.sorter.push(&[&self.key, &self.value])
    }
}

#[cfg(test)]
mod tests;
