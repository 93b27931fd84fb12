//! Rows of `overrides.tsv`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read;

use super::cell::Checker;
use super::load::PackError;
use super::redirects::{self, Redirect};
use super::report::{At, Report};
use super::schema::{ACTIONS, OVERRIDES};
use super::table::{self, Cell, Row, TableFile};
use super::wording::{Quoted, one_of, where_from};
use super::{OverrideAction, OverrideRow};
use crate::model::EntityId;

const WIDTH: usize = OVERRIDES.columns.len();

/// The overrides of a pack, while its tables are read.
#[derive(Default)]
pub(super) struct Overrides {
    pub rows: Vec<OverrideRow>,
    /// ID → index of the row that redirects it.
    redirects: HashMap<EntityId, usize>,
}

impl Overrides {
    /// Reads one table.
    pub fn read(
        &mut self,
        file: &TableFile,
        source: &mut dyn Read,
        report: &mut Report,
    ) -> Result<(), PackError> {
        table::read(file, source, &OVERRIDES, report, |row, report| {
            self.read_row(row, report);
            Ok(())
        })
    }

    fn read_row(&mut self, row: &Row<'_, WIDTH>, report: &mut Report) {
        let mut check = Checker { row, report };
        let cells = row.cells();
        let [_, id, _, target, note] = cells;
        let Some(action) = check.action(&cells) else { return };
        let place = match &action {
            OverrideAction::Block { .. } | OverrideAction::Remove { .. } => row.place(id),
            OverrideAction::Redirect { .. } => row.place(target),
            OverrideAction::NotAName { .. } => row.line_place(),
        };
        if self.is_new(&action, id, &mut check) {
            self.rows.push(OverrideRow { action, note: check.prose(note).into_owned(), place });
        }
    }

    /// Whether the action is not a redirect of an ID that is already redirected.
    fn is_new(&mut self, action: &OverrideAction, cell: Cell<'_>, check: &mut Checker<'_, WIDTH>) -> bool {
        let OverrideAction::Redirect { id, .. } = action else { return true };
        let Some(first) = self.redirects.get(id).and_then(|&first| self.rows.get(first)) else {
            self.redirects.insert(id.clone(), self.rows.len());
            return true;
        };
        let first_place = where_from(check.row.line_place(), first.place);
        let message = format_args!("`{id}` is already redirected {first_place}");
        if first.action == *action {
            check.warning(cell, "duplicate-redirect", message, "remove one of the two");
        } else {
            check.error(cell, "conflicting-redirect", message, "an ID has one target; remove one of the two");
        }
        false
    }

    /// Reports the redirects that run in a circle; `path_of` gives the path of a file by its index.
    pub fn check_cycles<'p>(&self, path_of: impl Fn(u16) -> &'p str, report: &mut Report) {
        let (rows, redirects): (Vec<_>, Vec<_>) =
            self.rows.iter().filter_map(|row| Some((row, redirect_of(row)?))).unzip();
        for cycle in redirects::cycles(&redirects) {
            let Some(row) = cycle.first().and_then(|&first| rows.get(first)) else { continue };
            let at = At::place(path_of(row.place.file), row.place.line, row.place.column.into());
            let message =
                format_args!("the redirects run in a circle: {}", redirects::show(&cycle, &redirects));
            report.error(
                at,
                "redirect-cycle",
                message,
                "remove the one whose ID is to answer for the others",
            );
        }
    }
}

/// The redirect of a row, if it is one.
pub(super) fn redirect_of(row: &OverrideRow) -> Option<Redirect<'_>> {
    match &row.action {
        OverrideAction::Redirect { id, target } => Some((id.as_str(), target.as_str())),
        _ => None,
    }
}

impl Checker<'_, WIDTH> {
    fn action(&mut self, cells: &[Cell<'_>; WIDTH]) -> Option<OverrideAction> {
        let [action, id, alias, target, _] = *cells;
        self.token(action);
        match action.text {
            "block" => {
                self.superfluous(action, target);
                let (alias, id) = (self.needed_alias(action, alias), self.needed_id(action, id));
                Some(OverrideAction::Block { alias: alias?, id: id? })
            }
            "redirect" => {
                self.superfluous(action, alias);
                self.redirect(action, id, target)
            }
            "remove" => {
                self.superfluous(action, alias);
                self.superfluous(action, target);
                Some(OverrideAction::Remove { id: self.needed_id(action, id)? })
            }
            "not_a_name" => {
                self.superfluous(action, id);
                self.superfluous(action, target);
                Some(OverrideAction::NotAName { alias: self.needed_alias(action, alias)? })
            }
            unknown => {
                let message = format_args!("the action {} is unknown", Quoted(unknown));
                self.error(action, "unknown-action", message, one_of(unknown, &ACTIONS));
                None
            }
        }
    }

    fn redirect(&mut self, action: Cell<'_>, id: Cell<'_>, target: Cell<'_>) -> Option<OverrideAction> {
        let (id, target_id) = (self.needed_id(action, id), self.needed_id(action, target));
        let (id, target_id) = (id?, target_id?);
        if id == target_id {
            let message = format_args!("`{id}` is redirected to itself");
            self.error(target, "redirect-to-itself", message, "write another target, or remove the row");
            return None;
        }
        Some(OverrideAction::Redirect { id, target: target_id })
    }

    fn needed_id(&mut self, action: Cell<'_>, cell: Cell<'_>) -> Option<EntityId> {
        self.needed(action, cell)?;
        self.id(cell).map(EntityId::from_checked)
    }

    fn needed_alias(&mut self, action: Cell<'_>, cell: Cell<'_>) -> Option<String> {
        self.needed(action, cell)?;
        self.alias(cell).map(Cow::into_owned)
    }

    fn needed(&mut self, action: Cell<'_>, cell: Cell<'_>) -> Option<()> {
        if cell.text.is_empty() {
            let message = format_args!("the action `{}` needs the column `{}`", action.text, cell.column);
            self.error(cell, "missing-value", message, format_args!("fill `{}`", cell.column));
            return None;
        }
        Some(())
    }

    fn superfluous(&mut self, action: Cell<'_>, cell: Cell<'_>) {
        if !cell.text.is_empty() {
            let message =
                format_args!("the action `{}` takes nothing in the column `{}`", action.text, cell.column);
            let help = "empty the cell, or write the action that is meant";
            self.error(cell, "superfluous-value", message, help);
        }
    }
}
