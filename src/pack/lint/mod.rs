//! [`Linter`]: what is wrong with packs, for who writes them.
//!
//! Reading a pack finds what is wrong with single cells and rows. A linter lays packs on a stack besides, and checks what
//! only a stack shows: references that dangle, entities that nothing describes, joins that must not be, and names that
//! mean something else already. All rules stand in [`rules`]; each family of them has a file here.
//!
//! Rules that only suspect are warnings, can be silenced (see [`Levels`]), and are held against the bundled packs: they
//! are to find little there, and that with reason.

mod entities;
mod ids;
mod kinship;
mod languages;
mod reader;
mod references;
mod reports;
pub mod rules;
mod shared_names;
mod stack;
#[cfg(test)]
mod tests;
mod words;

use super::load::{PackError, paths, read_rows};
use super::report::Report;
use super::source::PackSource;
use super::{Diagnostic, Levels, MAX_DIAGNOSTICS, PackFiles};
use reader::LayerReader;
use reports::Reports;
use stack::{NameRef, Stack};

/// Checks packs together with the packs that they lie on.
///
/// ```
/// use yaqut::pack::{Levels, Linter, PackFile, PackFiles};
///
/// let pack = |label: &str, name: &str, table: &str| {
///     PackFiles { label: label.into(), files: vec![PackFile { name: name.into(), bytes: table.into() }] }
/// };
/// let mut linter = Linter::new(Levels::strict());
/// linter.lay(&pack("base", "entities.tsv", "id\ttype\tname\nQ36\tcountry\tPoland\nQ212\tcountry\tUkraine\n"));
/// linter.check(&pack("mine", "aliases.tsv", "id\talias\tlang\nQ212\tPoland\ten\n"));
/// let linted = linter.finish();
/// let finding = linted.diagnostics.iter().find(|finding| finding.code == "label-of-other").unwrap();
/// assert!(finding.to_string().starts_with("mine/aliases.tsv:2:6: warning[label-of-other]: `Poland` is"));
/// ```
pub struct Linter {
    levels: Levels,
    limit: usize,
    stack: Stack,
    reports: Reports,
}

/// What a [`Linter`] found.
#[derive(Clone, Debug, Default)]
pub struct Linted {
    /// The findings, pack by pack in the order of checking, each in order of file, line and column.
    pub diagnostics: Vec<Diagnostic>,
    /// How many errors there are, those that a limit left out among them.
    pub errors: usize,
    /// How many warnings there are, those that a limit left out among them.
    pub warnings: usize,
}

impl Linter {
    /// A linter of an empty stack, which reports up to [`MAX_DIAGNOSTICS`] findings a pack.
    pub fn new(levels: Levels) -> Self {
        Self { levels, limit: MAX_DIAGNOSTICS, stack: Stack::default(), reports: Reports::default() }
    }

    /// Reports up to `limit` findings on every pack that is checked from now on, and one that counts the rest.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Lays a pack on the stack as context: rules see it, and nothing is reported on it.
    ///
    /// A pack with errors is left out.
    pub fn lay(&mut self, files: &PackFiles) {
        // Files in memory can be read.
        let _: Result<(), PackError> = self.read(files, false);
    }

    /// Lays a pack on the stack and checks it.
    ///
    /// One with errors is not laid on the stack, so that only its own rows are checked.
    pub fn check(&mut self, files: &PackFiles) {
        let _: Result<(), PackError> = self.read(files, true);
    }

    /// Lays a pack on the stack, and checks it if it is not context.
    pub(crate) fn read(&mut self, source: &dyn PackSource, is_checked: bool) -> Result<(), PackError> {
        let mut report = Report::with_levels(source.label(), self.levels.clone(), self.limit);
        let mut reader = LayerReader::new(&mut self.stack, paths(source));
        let rest = read_rows(source, &mut reader, &mut report)?;
        reader.end(&mut report);
        if !report.has_errors() {
            reader.finish(rest);
            self.reports.add_layer(is_checked.then_some(report));
        } else if is_checked {
            self.reports.add(report);
        }
        Ok(())
    }

    /// Checks what the stack shows, and gives all findings. `O(n log n)` in the names of the stack.
    pub fn finish(self) -> Linted {
        let Self { mut stack, mut reports, .. } = self;
        references::check_cycles(&stack, &mut reports);
        entities::join(&mut stack, &mut reports);
        references::join_redirected(&mut stack);
        stack.gather_facts();
        references::check(&stack, &mut reports);
        entities::check(&stack, &mut reports);
        words::check(&stack, &mut reports);
        languages::check_tables(&stack, &mut reports);
        let proclitic = shared_names::check(&stack, &mut reports);
        for_each_entity(&stack, &reports.checked(), |names| {
            languages::check_entity(&stack, names, &mut reports);
            kinship::check_entity(&stack, names, &mut reports);
            proclitic.check_entity(&stack, names, &mut reports);
        });
        reports.finish()
    }
}

/// Calls `each` with the names of every entity that a pack which is checked names, in stack order.
fn for_each_entity(stack: &Stack, checked: &[bool], mut each: impl FnMut(&[NameRef])) {
    let is_checked = |at: NameRef| checked.get(usize::from(at.layer)).copied().unwrap_or(false);
    let mut is_named = vec![false; stack.ids.len()];
    for (at, _, _) in stack.names().filter(|(at, ..)| is_checked(*at)) {
        if let Some(slot) = is_named.get_mut(stack.bearer(at) as usize) {
            *slot = true;
        }
    }
    let names = stack.names().map(|(at, _, name)| (stack.ids.entity(name.id), at));
    let mut names: Vec<(u32, NameRef)> =
        names.filter(|(bearer, _)| is_named.get(*bearer as usize).copied().unwrap_or(false)).collect();
    names.sort_unstable();
    let mut of_entity = Vec::new();
    for group in names.chunk_by(|(a, _), (b, _)| a == b) {
        of_entity.clear();
        of_entity.extend(group.iter().map(|(_, at)| *at));
        each(&of_entity);
    }
}
