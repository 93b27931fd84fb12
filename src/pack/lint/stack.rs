//! [`Stack`]: what rules ask of a stack of packs, as compact as it can be asked.
//!
//! A name takes 32 bytes and its text, an ID some 30 and its text; no row is kept as such.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::super::words::Words;
use super::super::{OverrideAction, OverrideRow, RowPlace};
use super::ids::Ids;
use crate::model::{AliasKind, Rank};

/// A stack of packs.
#[derive(Default)]
pub(super) struct Stack {
    pub ids: Ids,
    pub types: Words,
    pub languages: Words,
    /// The packs, the earliest first.
    pub layers: Vec<Layer>,
    /// Of each entity, by the number that stands for it; those of other numbers are empty.
    facts: Vec<Facts>,
}

/// One pack of a stack.
#[derive(Default)]
pub(super) struct Layer {
    /// The name of the pack.
    pub name: String,
    /// Paths of its tables, for [`RowPlace::file`].
    pub files: Vec<Arc<str>>,
    /// Rows of `entities.tsv`.
    pub entities: Vec<EntityRecord>,
    /// What the rows of `entities.tsv` have in `same_as`, row by row.
    pub same_as: Vec<(u32, RowPlace)>,
    /// Names, of `entities.tsv` and `aliases*.tsv`.
    pub names: Vec<NameRecord>,
    /// The texts of the names.
    pub texts: String,
    /// The rules that a row's note silences, by the index of the name.
    pub silenced: HashMap<u32, Vec<&'static str>>,
    pub overrides: Vec<OverrideRow>,
}

/// A row of `entities.tsv`.
pub(super) struct EntityRecord {
    pub id: u32,
    /// Number of the type, if the row has one.
    pub entity_type: Option<u32>,
    pub rank: Option<Rank>,
    pub has_name: bool,
    /// How many items of [`Layer::same_as`] are the row's.
    pub same_as: u32,
    pub place: RowPlace,
}

/// A name of an entity.
#[derive(Clone, Copy)]
pub(super) struct NameRecord {
    pub id: u32,
    /// Where its text begins in [`Layer::texts`].
    pub start: usize,
    pub len: u16,
    pub kind: AliasKind,
    /// Whether it is the column `name` of `entities.tsv`.
    pub is_canonical: bool,
    /// Number of the language.
    pub language: u32,
    /// Where the row stands, with the column of its ID.
    pub place: RowPlace,
    /// The column of the name, in characters, counted from 1.
    pub column: u16,
}

impl NameRecord {
    /// Whether the entity is properly called so: its canonical name, or the preferred one of a language.
    pub fn is_label(&self) -> bool {
        self.is_canonical || self.kind == AliasKind::Preferred
    }
}

/// A name of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NameRef {
    /// Index of the pack.
    pub layer: u16,
    /// Index into [`Layer::names`].
    pub row: u32,
}

/// What the packs together say of an entity.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// The type that the earliest pack gives.
    pub entity_type: Option<u32>,
    /// The rank that the earliest pack gives.
    pub rank: Option<Rank>,
    pub has_name: bool,
    pub has_alias: bool,
    /// Whether a row speaks of it as an entity, or a redirect as of an old one.
    pub is_known: bool,
    /// The last pack that removes it.
    pub removed_by: Option<u16>,
}

impl Layer {
    /// The text of a name.
    pub fn text(&self, name: &NameRecord) -> &str {
        self.texts.get(name.start..name.start + usize::from(name.len)).unwrap_or_default()
    }

    /// Whether the row of a name silences a rule.
    pub fn is_silenced(&self, at: NameRef, code: &str) -> bool {
        self.silenced.get(&at.row).is_some_and(|silenced| silenced.contains(&code))
    }

    /// The path of the table of a row.
    pub fn path(&self, place: RowPlace) -> &str {
        self.files.get(usize::from(place.file)).map_or("", |path| path)
    }

    /// The rows of `entities.tsv` with their `same_as`.
    pub fn entities_with_same_as(&self) -> impl Iterator<Item = (&EntityRecord, &[(u32, RowPlace)])> {
        let mut rest = self.same_as.as_slice();
        self.entities.iter().map(move |entity| {
            let (own, after) = rest.split_at_checked(entity.same_as as usize).unwrap_or((rest, &[]));
            rest = after;
            (entity, own)
        })
    }
}

impl Stack {
    /// Gathers what the packs say of each entity; the joins of their IDs are done.
    pub fn gather_facts(&mut self) {
        self.ids.flatten();
        self.facts = vec![Facts::default(); self.ids.len()];
        let Self { ids, layers, facts, .. } = self;
        let mut of = |id: u32, add: &mut dyn FnMut(&mut Facts)| {
            if let Some(facts) = facts.get_mut(ids.entity(id) as usize) {
                add(facts);
            }
        };
        for (number, layer) in (0..).zip(layers.iter()) {
            for (entity, same_as) in layer.entities_with_same_as() {
                let ids = std::iter::once(entity.id).chain(same_as.iter().map(|(id, _)| *id));
                ids.for_each(|id| of(id, &mut |facts| facts.is_known = true));
                of(entity.id, &mut |facts| {
                    facts.entity_type = facts.entity_type.or(entity.entity_type);
                    facts.rank = facts.rank.or(entity.rank);
                    facts.has_name |= entity.has_name;
                });
            }
            for name in layer.names.iter().filter(|name| !name.is_canonical) {
                of(name.id, &mut |facts| facts.has_alias = true);
            }
            for row in &layer.overrides {
                match &row.action {
                    OverrideAction::Redirect { id, .. } => {
                        let id = ids.find(id.as_str());
                        id.into_iter().for_each(|id| of(id, &mut |facts| facts.is_known = true));
                    }
                    OverrideAction::Remove { id } => {
                        let id = ids.find(id.as_str());
                        id.into_iter().for_each(|id| of(id, &mut |facts| facts.removed_by = Some(number)));
                    }
                    OverrideAction::Block { .. } | OverrideAction::NotAName { .. } => {}
                }
            }
        }
    }

    /// What is known of the entity of an ID.
    pub fn facts(&self, id: u32) -> Facts {
        self.facts.get(self.ids.entity(id) as usize).copied().unwrap_or_default()
    }

    /// Whether some row speaks of the ID as of an entity.
    pub fn knows(&self, id: &str) -> bool {
        self.ids.find(id).is_some_and(|id| self.facts(id).is_known)
    }

    /// A name and its pack.
    pub fn name(&self, at: NameRef) -> Option<(&Layer, &NameRecord)> {
        let layer = self.layers.get(usize::from(at.layer))?;
        Some((layer, layer.names.get(at.row as usize)?))
    }

    /// The text of a name.
    pub fn text(&self, at: NameRef) -> &str {
        self.name(at).map_or("", |(layer, name)| layer.text(name))
    }

    /// The entity that bears a name.
    pub fn bearer(&self, at: NameRef) -> u32 {
        self.name(at).map_or(u32::MAX, |(_, name)| self.ids.entity(name.id))
    }

    /// Whether a name counts: some pack describes the entity, and no later one removes it.
    pub fn is_in_force(&self, layer: u16, name: &NameRecord) -> bool {
        let facts = self.facts(name.id);
        facts.is_known && facts.removed_by.is_none_or(|by| layer > by)
    }

    /// The names of all packs that count.
    pub fn names(&self) -> impl Iterator<Item = (NameRef, &Layer, &NameRecord)> {
        (0..).zip(&self.layers).flat_map(move |(number, layer)| {
            let rows = (0..).zip(&layer.names);
            rows.filter(move |(_, name)| self.is_in_force(number, name))
                .map(move |(row, name)| (NameRef { layer: number, row }, layer, name))
        })
    }

    /// The type that the earliest pack gives the entity of an ID; empty if none does.
    pub fn type_of(&self, id: u32) -> &str {
        let number = self.facts(id).entity_type;
        number.and_then(|number| self.types.list.get(number as usize)).map_or("", String::as_str)
    }

    /// Where a name stands, for messages.
    pub fn show_place(&self, at: NameRef) -> String {
        let Some((layer, name)) = self.name(at) else { return String::new() };
        format!("{}:{}", layer.path(name.place), name.place.line)
    }

    /// An entity for people: its ID, its canonical name if a pack gives one, and its type.
    pub fn show_entity(&self, id: u32) -> String {
        let mut text = format!("`{}`", self.ids.text(id));
        let what = self.type_of(id);
        if !what.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, " ({what})");
        }
        text
    }

    /// A language by its number.
    pub fn language(&self, number: u32) -> &str {
        self.languages.list.get(number as usize).map_or("", String::as_str)
    }
}
