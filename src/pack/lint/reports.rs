//! [`Reports`]: the findings on the packs that are checked, by their place in the stack.

use std::fmt::Display;

use super::super::RowPlace;
use super::super::report::{At, Report};
use super::Linted;
use super::stack::{NameRef, Stack};

/// A report for each pack that is checked.
#[derive(Default)]
pub(super) struct Reports {
    all: Vec<Report>,
    /// Of each pack of the stack the index of its report; none if it is context.
    of_layer: Vec<Option<usize>>,
}

impl Reports {
    /// Takes the report on a pack that is not on the stack.
    pub fn add(&mut self, report: Report) {
        self.all.push(report);
    }

    /// Takes the report, if there is one, on the next pack of the stack.
    pub fn add_layer(&mut self, report: Option<Report>) {
        self.of_layer.push(report.as_ref().map(|_| self.all.len()));
        self.all.extend(report);
    }

    /// Whether a pack of the stack is checked.
    pub fn has(&self, layer: u16) -> bool {
        self.of_layer.get(usize::from(layer)).is_some_and(Option::is_some)
    }

    /// Of each pack of the stack, whether it is checked.
    pub fn checked(&self) -> Vec<bool> {
        self.of_layer.iter().map(Option::is_some).collect()
    }

    /// The report on a pack of the stack; `None` if it is context.
    pub fn of(&mut self, layer: u16) -> Option<&mut Report> {
        let index = self.of_layer.get(usize::from(layer)).copied().flatten()?;
        self.all.get_mut(index)
    }

    /// Warns of a row of a pack that is checked.
    pub fn warn_row(
        &mut self,
        stack: &Stack,
        layer: u16,
        place: RowPlace,
        code: &'static str,
        message: impl Display,
        help: impl Display,
    ) {
        let path = stack.layers.get(usize::from(layer)).map_or("", |layer| layer.path(place));
        if let Some(report) = self.of(layer) {
            report.warning(At::place(path, place.line, place.column.into()), code, message, help);
        }
    }

    /// Warns of a name of a pack that is checked, unless the note of its row silences the rule.
    pub fn warn_name(
        &mut self,
        stack: &Stack,
        at: NameRef,
        code: &'static str,
        message: impl Display,
        help: impl Display,
    ) {
        let Some((layer, name)) = stack.name(at) else { return };
        if !layer.is_silenced(at, code) {
            let place = RowPlace { column: name.column, ..name.place };
            self.warn_row(stack, at.layer, place, code, message, help);
        }
    }

    /// All findings, pack by pack in the order in which they were read.
    pub fn finish(self) -> Linted {
        let mut linted = Linted::default();
        for report in self.all {
            let counted = report.finish_counted();
            linted.diagnostics.extend(counted.diagnostics);
            linted.errors += counted.errors;
            linted.warnings += counted.warnings;
        }
        linted
    }
}
