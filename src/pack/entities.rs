//! Rows of `entities.tsv`.

use std::io::Read;

use super::cell::Checker;
use super::load::PackError;
use super::report::Report;
use super::row::{EntityLine, RowSink};
use super::schema::ENTITIES;
use super::table::{self, Cell, Row, TableFile};
use super::wording::Quoted;
use crate::model::Rank;

const WIDTH: usize = ENTITIES.columns.len();

/// Reads one table.
pub(super) fn read(
    file: &TableFile,
    source: &mut dyn Read,
    sink: &mut dyn RowSink,
    report: &mut Report,
) -> Result<(), PackError> {
    table::read(file, source, &ENTITIES, report, |row, report| match entity_line(row, report) {
        Some(line) => sink.entity(&line, report).map_err(PackError::Scratch),
        None => Ok(()),
    })
}

fn entity_line<'r>(row: &'r Row<'r, WIDTH>, report: &mut Report) -> Option<EntityLine<'r>> {
    let [id_cell, entity_type, name, country, rank, same_as, description] = row.cells();
    let mut check = Checker { row, report };
    let id = check.id(id_cell);
    let entity_type = check.entity_type(entity_type);
    let name_column = row.column(name);
    let name = check.name(name);
    let country = check.country(country);
    let rank = check.rank(rank);
    let same_as = check.same_as(same_as, id);
    let description = check.prose(description);
    let place = row.place(id_cell);
    Some(EntityLine {
        id: id?,
        entity_type,
        name: name?,
        name_column,
        country,
        rank,
        same_as,
        description,
        place,
    })
}

impl Checker<'_, WIDTH> {
    fn rank(&mut self, cell: Cell<'_>) -> Option<Rank> {
        self.token(cell);
        if cell.text.is_empty() {
            return None;
        }
        let rank = cell.text.parse().ok().and_then(Rank::new);
        if rank.is_none() {
            let message = format_args!("the rank {} is not a number from 0 to 1", Quoted(cell.text));
            self.error(
                cell,
                "invalid-rank",
                message,
                "write it with a decimal point, such as 0.75, or leave it empty",
            );
        }
        rank
    }

    fn same_as<'r>(&mut self, cell: Cell<'r>, own: Option<&str>) -> Vec<(&'r str, super::RowPlace)> {
        self.token(cell);
        let mut ids: Vec<(&str, super::RowPlace)> = Vec::new();
        for item in cell.split('|').filter(|_| !cell.text.is_empty()) {
            if item.text.is_empty() {
                self.warning(
                    item,
                    "empty-same-as",
                    "`same_as` has an empty item",
                    "write one | between two IDs",
                );
                continue;
            }
            let Some(id) = self.entity_id(item, item.text) else { continue };
            if own == Some(id) {
                let message = format_args!("`same_as` names the row's own ID `{id}`");
                self.warning(item, "same-as-itself", message, "remove it");
            } else if ids.iter().any(|(earlier, _)| *earlier == id) {
                let message = format_args!("`same_as` names `{id}` twice");
                self.warning(item, "same-as-repeated", message, "remove one of the two");
            } else {
                ids.push((id, self.row.place(item)));
            }
        }
        ids
    }
}
