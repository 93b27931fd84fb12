//! [`Collector`]: the rows of a pack in memory, as a [`Pack`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::Arc;

use super::claims::{self, Claim};
use super::load::{RestOfPack, paths};
use super::report::Report;
use super::row::{AliasLine, EntityLine, RowSink};
use super::source::PackSource;
use super::{Pack, RowPlace};
use crate::model::EntityId;

/// Collects rows, and checks what they say together.
pub(super) struct Collector {
    pack: Pack,
    /// The first row that speaks of an ID as of an entity.
    claims: HashMap<EntityId, Claim>,
    /// The first row of an ID that says what it does.
    said: HashMap<(EntityId, u64), RowPlace>,
}

impl Collector {
    /// A collector of the rows of `source`.
    pub fn new(source: &dyn PackSource) -> Self {
        let pack = Pack { files: paths(source), ..Pack::default() };
        Self { pack, claims: HashMap::new(), said: HashMap::new() }
    }

    /// The pack; `rest` is what did not come as rows.
    pub fn into_pack(self, rest: RestOfPack) -> Pack {
        let RestOfPack { manifest, files, overrides, lint_allow } = rest;
        Pack { manifest, files, overrides, lint_allow, ..self.pack }
    }

    fn claim(&mut self, id: &str, claim: Claim, report: &mut Report) {
        match self.claims.entry(EntityId::from_checked(id)) {
            Entry::Vacant(entry) => {
                entry.insert(claim);
            }
            Entry::Occupied(first) => {
                claims::conflict(id, *first.get(), claim, &self.pack.path(claim.place), report);
            }
        }
    }
}

impl RowSink for Collector {
    fn entity(&mut self, row: &EntityLine<'_>, report: &mut Report) -> io::Result<()> {
        self.claim(row.id, Claim { place: row.place, is_own: true }, report);
        for &(id, place) in &row.same_as {
            self.claim(id, Claim { place, is_own: false }, report);
        }
        self.pack.entities.push(row.to_row());
        Ok(())
    }

    fn alias(&mut self, row: &AliasLine<'_>, report: &mut Report) -> io::Result<()> {
        match self.said.entry((EntityId::from_checked(row.id), row.said())) {
            Entry::Vacant(entry) => {
                entry.insert(row.place);
                self.pack.aliases.push(row.to_row());
            }
            Entry::Occupied(first) => {
                claims::repetition(*first.get(), row.place, &self.pack.path(row.place), report);
            }
        }
        Ok(())
    }
}

impl Pack {
    /// The path of the table of a row, for messages.
    pub(super) fn path(&self, place: RowPlace) -> Arc<str> {
        self.files.get(usize::from(place.file)).cloned().unwrap_or_default()
    }
}
