//! Dangling references: rows about entities that no pack of the stack knows.

use std::sync::Arc;

use crate::Gazetteer;
use crate::pack::grouped::Event;
use crate::pack::{Diagnostic, MAX_DIAGNOSTICS, OverrideAction, OverrideRow, RowPlace, Severity};

/// The first row about each entity that is not of this pack itself, in the order of tables and rows.
#[derive(Default)]
pub(super) struct References {
    /// Alias rows, then overrides.
    rows: Vec<Reference>,
    files: Vec<Arc<str>>,
}

/// A row about an entity of another pack.
struct Reference {
    id: Box<str>,
    is_override: bool,
    place: RowPlace,
}

/// Finds the [`References`] of a pack in what it says of its IDs.
pub(super) struct Foreign<'p> {
    overrides: &'p [OverrideRow],
    found: Vec<Reference>,
    id: String,
    /// Whether the current ID is of this pack itself.
    is_own: bool,
    /// The first row that needs the current ID.
    first: Option<(bool, RowPlace)>,
}

impl<'p> Foreign<'p> {
    pub(super) fn new(overrides: &'p [OverrideRow]) -> Self {
        Self { overrides, found: Vec::new(), id: String::new(), is_own: true, first: None }
    }

    /// Sees what is said of an ID.
    pub(super) fn see(&mut self, event: &Event<'_>) {
        match event {
            Event::Id(id) => {
                self.end_id();
                self.id.clear();
                self.id.push_str(id);
                self.is_own = false;
            }
            Event::Entity(_) | Event::SameAs { .. } => self.is_own = true,
            Event::Reference { index, slot } => {
                let Some(row) = self.overrides.get(*index as usize) else { return };
                match &row.action {
                    OverrideAction::Redirect { .. } if *slot == 0 => self.is_own = true,
                    OverrideAction::Redirect { .. } | OverrideAction::Block { .. } => {
                        self.need(true, row.place);
                    }
                    // One that is removed is rightly unknown afterwards.
                    OverrideAction::Remove { .. } | OverrideAction::NotAName { .. } => {}
                }
            }
            Event::Alias(alias) => self.need(false, alias.place),
        }
    }

    /// What was found; `files` are the paths of the tables.
    pub(super) fn into_references(mut self, files: Vec<Arc<str>>) -> References {
        self.end_id();
        let mut rows = self.found;
        rows.sort_by_key(|row| (row.is_override, row.place.file, row.place.line));
        References { rows, files }
    }

    fn need(&mut self, is_override: bool, place: RowPlace) {
        let order = |(is_override, place): (bool, RowPlace)| (is_override, place.file, place.line);
        if self.first.is_none_or(|first| order((is_override, place)) < order(first)) {
            self.first = Some((is_override, place));
        }
    }

    fn end_id(&mut self) {
        if let Some((is_override, place)) = self.first.take().filter(|_| !self.is_own) {
            self.found.push(Reference { id: self.id.as_str().into(), is_override, place });
        }
    }
}

impl References {
    /// A warning for each reference to an entity that the stack does not hold, for the first of them.
    pub(super) fn dangling(&self, gazetteer: &Gazetteer) -> Vec<Diagnostic> {
        let unknown = self.rows.iter().filter(|reference| gazetteer.entity(&reference.id).is_none());
        unknown.take(MAX_DIAGNOSTICS).map(|reference| self.warning(reference)).collect()
    }

    fn warning(&self, reference: &Reference) -> Diagnostic {
        let RowPlace { file, line, column } = reference.place;
        Diagnostic {
            severity: Severity::Warning,
            code: "unknown-entity",
            file: self.files.get(usize::from(file)).map(ToString::to_string).unwrap_or_default(),
            line: Some(line),
            column: Some(u32::from(column)).filter(|&column| column > 0),
            message: format!("no pack of the stack knows `{}`, so the row does nothing", reference.id),
            help: "correct the ID, or add the pack that holds the entity".into(),
            fix: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Workshop;
    use crate::pack::{PackFile, PackFiles};
    use crate::store::compile::compile;

    fn references(tables: &[(&str, &str)]) -> References {
        let file = |&(name, text): &(&str, &str)| PackFile { name: name.into(), bytes: text.into() };
        let files = PackFiles { label: "mine".into(), files: tables.iter().map(file).collect() };
        let compiled = compile(&files, &Workshop::in_memory(), &mut Vec::new());
        compiled.map_err(|_| "not compiled").unwrap().references
    }

    #[test]
    fn only_ids_of_other_packs_are_foreign_and_each_once() {
        let references = references(&[
            (
                "aliases.tsv",
                "id\talias\tkind\nmine\ta\tpreferred\nother\tb\tpreferred\nother\tc\tpreferred\nsame\td\tpreferred\n",
            ),
            ("entities.tsv", "id\ttype\tname\tsame_as\nmine\tcity\tM\tsame\n"),
            (
                "overrides.tsv",
                "action\tid\talias\ttarget\nblock\tblocked\tx\t\nredirect\told\t\ttarget\nremove\tremoved\t\t\nnot_a_name\t\ty\t\n",
            ),
        ]);
        let findings = references.dangling(&Gazetteer::new(vec![]));
        let places: Vec<_> =
            findings.iter().map(|f| f.to_string().split(": ").next().unwrap().to_owned()).collect();
        assert_eq!(places, ["mine/aliases.tsv:3:1", "mine/overrides.tsv:2:7", "mine/overrides.tsv:3:15"]);
    }

    #[test]
    fn the_report_is_bounded() {
        let rows: Vec<_> = (0..2 * MAX_DIAGNOSTICS).map(|i| format!("x:{i}\ta\tpreferred\n")).collect();
        let references = references(&[("aliases.tsv", &format!("id\talias\tkind\n{}", rows.concat()))]);
        let findings = references.dangling(&Gazetteer::new(vec![]));
        assert_eq!(findings.len(), MAX_DIAGNOSTICS);
        assert!(findings[0].to_string().starts_with("mine/aliases.tsv:2:1: warning[unknown-entity]"));
    }
}
