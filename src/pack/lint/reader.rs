//! [`LayerReader`]: the rows of a pack on their way into a [`Stack`].

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::Arc;

use super::super::claims::{self, Claim};
use super::super::levels::silenceable;
use super::super::load::RestOfPack;
use super::super::report::{At, Report};
use super::super::row::{AliasLine, EntityLine, RowSink};
use super::super::{OverrideAction, RowPlace};
use super::stack::{EntityRecord, Layer, NameRecord, Stack};
use crate::model::AliasKind;

/// Takes the rows of a pack, and checks what they say together.
pub(super) struct LayerReader<'s> {
    stack: &'s mut Stack,
    layer: Layer,
    /// The first row that speaks of an ID as of an entity.
    claims: HashMap<u32, Claim>,
    /// The first row of an ID that says what it does.
    said: HashMap<(u32, u64), RowPlace>,
    order: RowOrder,
}

impl<'s> LayerReader<'s> {
    /// A reader of the pack with the tables `files`.
    pub fn new(stack: &'s mut Stack, files: Vec<Arc<str>>) -> Self {
        let layer = Layer { files, ..Layer::default() };
        Self { stack, layer, claims: HashMap::new(), said: HashMap::new(), order: RowOrder::default() }
    }

    /// Checks what only all rows show.
    pub fn end(&self, report: &mut Report) {
        self.order.finish(&self.layer.files, report);
    }

    /// Lays the pack on the stack; `rest` is what did not come as rows.
    pub fn finish(self, rest: RestOfPack) {
        let Self { stack, mut layer, .. } = self;
        for row in &rest.overrides {
            if let OverrideAction::Redirect { id, target } = &row.action {
                stack.ids.number(id.as_str());
                stack.ids.number(target.as_str());
            }
        }
        (layer.name, layer.overrides) = (rest.manifest.name, rest.overrides);
        stack.layers.push(layer);
    }

    fn claim(&mut self, id: u32, claim: Claim, report: &mut Report) {
        match self.claims.entry(id) {
            Entry::Vacant(entry) => drop(entry.insert(claim)),
            Entry::Occupied(first) => {
                let path = self.layer.path(claim.place);
                claims::conflict(self.stack.ids.text(id), *first.get(), claim, path, report);
            }
        }
    }

    fn name(&mut self, text: &str, mut name: NameRecord) {
        name.start = self.layer.texts.len();
        self.layer.texts.push_str(text);
        self.layer.names.push(name);
    }
}

impl RowSink for LayerReader<'_> {
    fn entity(&mut self, row: &EntityLine<'_>, report: &mut Report) -> io::Result<()> {
        let id = self.stack.ids.number(row.id);
        self.order.see(row.id, row.place, &self.layer.files, report);
        self.claim(id, Claim { place: row.place, is_own: true }, report);
        for &(other, place) in &row.same_as {
            let other = self.stack.ids.number(other);
            self.claim(other, Claim { place, is_own: false }, report);
            self.layer.same_as.push((other, place));
        }
        self.layer.entities.push(EntityRecord {
            id,
            entity_type: row.entity_type.map(|word| self.stack.types.number(word)),
            rank: row.rank,
            has_name: !row.name.is_empty(),
            same_as: row.same_as.len() as u32,
            place: row.place,
        });
        if let Ok(len @ 1..) = u16::try_from(row.name.len()) {
            let language = self.stack.languages.number("");
            let (kind, is_canonical) = (AliasKind::Preferred, true);
            let (place, column) = (row.place, row.name_column);
            self.name(
                &row.name,
                NameRecord { id, start: 0, len, kind, is_canonical, language, place, column },
            );
        }
        Ok(())
    }

    fn alias(&mut self, row: &AliasLine<'_>, report: &mut Report) -> io::Result<()> {
        let id = self.stack.ids.number(row.id);
        self.order.see(row.id, row.place, &self.layer.files, report);
        match self.said.entry((id, row.said())) {
            Entry::Vacant(entry) => drop(entry.insert(row.place)),
            Entry::Occupied(first) => {
                claims::repetition(*first.get(), row.place, self.layer.path(row.place), report);
                return Ok(());
            }
        }
        let silenced =
            silenced_by(&row.note, At::place(self.layer.path(row.place), row.place.line, 0), report);
        if !silenced.is_empty() {
            self.layer.silenced.insert(self.layer.names.len() as u32, silenced);
        }
        let language = self.stack.languages.number(row.lang);
        let (kind, is_canonical) = (row.kind, false);
        let (place, column) = (row.place, row.alias_column);
        // No alias is longer than a fraction of this.
        let len = u16::try_from(row.alias.len()).unwrap_or(u16::MAX);
        self.name(&row.alias, NameRecord { id, start: 0, len, kind, is_canonical, language, place, column });
        Ok(())
    }
}

/// What introduces codes in a note: `lint-allow: ambiguous-alias, far-alias`.
const MARK: &str = "lint-allow:";

/// The rules that a note silences for its row.
fn silenced_by(note: &str, at: At<'_>, report: &mut Report) -> Vec<&'static str> {
    let Some((_, codes)) = note.split_once(MARK) else { return Vec::new() };
    let mut silenced = Vec::new();
    for code in codes.split([',', ' ', ';']).map(str::trim).filter(|code| !code.is_empty()) {
        match silenceable(code) {
            Ok(rule) => silenced.push(rule.code),
            // What comes after the codes is a remark.
            Err(_) if !silenced.is_empty() && !code.contains('-') => break,
            Err(error) => {
                let help = "write codes of warnings, with commas between them, at the end of the note";
                report.warning(at, "unknown-rule", format_args!("the note has `{MARK}`, but {error}"), help);
            }
        }
    }
    silenced
}

/// Whether the rows of a table are in order of ID, as importers write them.
///
/// A table in which many are not is kept in another order; one with a few was in order before they were added.
#[derive(Default)]
struct RowOrder {
    table: Option<u16>,
    last: String,
    rows: usize,
    /// Rows whose ID is less than the one before.
    late: usize,
    /// Where the first of them stands, and what is to be said of it.
    first: Option<(RowPlace, String)>,
}

/// The fewest rows of a table of which it can be told whether it is kept in order.
const LEAST_ROWS: usize = 20;
/// Of a table that is kept in order at most one row in so many stands too late.
const ROWS_BESIDE_A_LATE_ONE: usize = 10;

impl RowOrder {
    /// Sees the next row; reports on the table before, if it is the first of another.
    fn see(&mut self, id: &str, place: RowPlace, files: &[Arc<str>], report: &mut Report) {
        if self.table != Some(place.file) {
            self.finish(files, report);
            *self = Self { table: Some(place.file), ..Self::default() };
        }
        self.rows += 1;
        if id < self.last.as_str() {
            self.late += 1;
            self.first.get_or_insert_with(|| (place, format!("`{id}` stands after `{}`", self.last)));
        }
        if id != self.last {
            self.last.clear();
            self.last.push_str(id);
        }
    }

    /// Reports the first row that stands too late in a table that is kept in order.
    fn finish(&self, files: &[Arc<str>], report: &mut Report) {
        let is_kept = self.rows >= LEAST_ROWS && self.late * ROWS_BESIDE_A_LATE_ONE <= self.rows;
        if let Some((place, what)) = self.first.as_ref().filter(|_| is_kept) {
            let path = files.get(usize::from(place.file)).map_or("", |path| path);
            let at = At::place(path, place.line, place.column.into());
            let message =
                format_args!("the table is in order of ID but for {} of its rows: {what}", self.late);
            let help = "move it; `yaqut lint --fix` sorts the table";
            report.warning(at, "row-order", message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silenced(note: &str) -> (Vec<&'static str>, usize) {
        let mut report = Report::new("p");
        let silenced = silenced_by(note, At::place("p/a", 2, 0), &mut report);
        (silenced, report.finish().len())
    }

    #[test]
    fn notes_silence_rules_for_their_row() {
        assert_eq!(silenced("from the style book"), (vec![], 0));
        assert_eq!(silenced("both are called so; lint-allow: ambiguous-alias"), (vec!["ambiguous-alias"], 0));
        assert_eq!(
            silenced("lint-allow: far-alias, ordinary-word (nickname)"),
            (vec!["far-alias", "ordinary-word"], 0)
        );
        assert_eq!(silenced("lint-allow: far-allias"), (vec![], 1));
        assert_eq!(silenced("lint-allow: empty-alias"), (vec![], 1));
    }
}
