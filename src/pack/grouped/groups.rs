//! [`Groups`]: what rows say, one ID after another.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::super::RowPlace;
use super::super::claims::{self, Claim};
use super::super::report::Report;
use super::record::{GroupedAlias, GroupedEntity, Reader, Tag, split};
use crate::sort::Sorted;

/// The rows of a pack in order of their ID.
pub(crate) struct Groups {
    sorted: Sorted,
    files: Vec<Arc<str>>,
    entity_count: u32,
    types: Vec<String>,
    languages: Vec<String>,
}

/// Something that a row says of the ID that was named last.
#[derive(Debug)]
pub(crate) enum Event<'r> {
    /// What follows is said of this ID, which comes after all earlier ones bytewise.
    Id(&'r str),
    /// It is an entity.
    Entity(GroupedEntity<'r>),
    /// It is the `item`th other ID of the entity of the row `entity`.
    SameAs { entity: u32, item: u32 },
    /// It is the first (0) or second (1) ID in the override `index`.
    Reference { index: u32, slot: u8 },
    /// It bears an alias.
    Alias(GroupedAlias<'r>),
}

/// Why groups could not be read to their end.
#[derive(Debug)]
pub(crate) enum GroupError<E> {
    /// Reading what was sorted failed.
    Scratch(io::Error),
    /// Whoever was told of the events failed.
    Sink(E),
}

impl Groups {
    pub(super) fn new(
        sorted: Sorted,
        files: Vec<Arc<str>>,
        entity_count: u32,
        types: Vec<String>,
        languages: Vec<String>,
    ) -> Self {
        Self { sorted, files, entity_count, types, languages }
    }

    /// Entity rows.
    pub fn entity_count(&self) -> u32 {
        self.entity_count
    }

    /// The types of entities, in no order.
    pub fn types(&self) -> &[String] {
        &self.types
    }

    /// The languages of aliases, in no order.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// Tells `sink` all that is said of each ID, in order; findings on what rows say together go to `report`, and alias
    /// rows that repeat others are left out.
    pub fn read<E>(
        mut self,
        report: &mut Report,
        mut sink: impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), GroupError<E>> {
        let mut group = Group::default();
        while let Some(record) = self.sorted.next().map_err(GroupError::Scratch)? {
            let damaged = || GroupError::Scratch(io::ErrorKind::InvalidData.into());
            let (id, tag, rest) = split(record).ok_or_else(damaged)?;
            if group.id != id || group.is_new {
                group.finish(&self.files, report);
                group.begin(id);
                sink(Event::Id(id)).map_err(GroupError::Sink)?;
            }
            let event = group.event(tag, Reader(rest), &self.files, report).ok_or_else(damaged)?;
            if let Some(event) = event {
                sink(event).map_err(GroupError::Sink)?;
            }
        }
        group.finish(&self.files, report);
        Ok(())
    }
}

/// What was said so far of the current ID.
struct Group {
    id: String,
    /// Whether there was no ID yet.
    is_new: bool,
    /// Rows that speak of it as of an entity, with their order.
    claims: Vec<((u32, u32), Claim)>,
    /// The first alias row that says what it does.
    said: HashMap<u64, RowPlace>,
}

impl Default for Group {
    fn default() -> Self {
        Self { id: String::new(), is_new: true, claims: Vec::new(), said: HashMap::new() }
    }
}

impl Group {
    fn begin(&mut self, id: &str) {
        self.id.clear();
        self.id.push_str(id);
        self.is_new = false;
        self.claims.clear();
        self.said.clear();
    }

    /// What a record says, nothing if it repeats another; the outer `None` stands for a damaged record.
    #[expect(clippy::option_option, reason = "a record is damaged, or says nothing new, or something")]
    fn event<'r>(
        &mut self,
        tag: Tag,
        record: Reader<'r>,
        files: &[Arc<str>],
        report: &mut Report,
    ) -> Option<Option<Event<'r>>> {
        Some(Some(match tag {
            Tag::Entity => {
                let entity = record.entity()?;
                self.claims.push(((entity.number, 0), Claim { place: entity.place, is_own: true }));
                Event::Entity(entity)
            }
            Tag::SameAs => {
                let (entity, item, place) = record.same_as()?;
                self.claims.push(((entity, item + 1), Claim { place, is_own: false }));
                Event::SameAs { entity, item }
            }
            Tag::Reference => {
                let (index, slot) = record.reference()?;
                Event::Reference { index, slot }
            }
            Tag::Alias => {
                let alias = record.alias()?;
                if let Some(&first) = self.said.get(&alias.said) {
                    claims::repetition(first, alias.place, path(files, alias.place), report);
                    return Some(None);
                }
                self.said.insert(alias.said, alias.place);
                Event::Alias(alias)
            }
        }))
    }

    /// Reports the claims that the first one rules out.
    fn finish(&mut self, files: &[Arc<str>], report: &mut Report) {
        // Own rows come before those that name the ID as another.
        self.claims.sort_unstable_by_key(|&(order, _)| order);
        if let Some(((_, first), later)) = self.claims.split_first() {
            for &(_, claim) in later {
                claims::conflict(&self.id, *first, claim, path(files, claim.place), report);
            }
        }
    }
}

fn path(files: &[Arc<str>], place: RowPlace) -> &str {
    files.get(usize::from(place.file)).map_or("", |path| path)
}
