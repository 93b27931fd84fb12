//! Rows of `entities.tsv`.

use std::collections::HashMap;

use super::EntityRow;
use super::cell::Checker;
use super::report::Report;
use super::schema::ENTITIES;
use super::table::{self, Cell, Row, TableFile};
use super::wording::{Quoted, where_from};
use crate::model::{EntityId, Rank};

const WIDTH: usize = ENTITIES.columns.len();

/// The entities of a pack, while its tables are read.
#[derive(Default)]
pub(super) struct Entities {
    pub rows: Vec<EntityRow>,
    claims: HashMap<EntityId, Claim>,
}

/// Which row speaks of an ID.
struct Claim {
    /// Index into [`Entities::rows`].
    row: usize,
    /// Whether the ID is the row's own, not one of its `same_as`.
    is_own: bool,
}

impl Entities {
    /// Reads one table.
    pub fn read(&mut self, file: &TableFile<'_>, report: &mut Report) {
        table::read(file, &ENTITIES, report, |row, report| self.read_row(row, report));
    }

    fn read_row(&mut self, row: &Row<'_, WIDTH>, report: &mut Report) {
        let mut check = Checker { row, report };
        let [id_cell, entity_type, name, country, rank, same_as, description] = row.cells();
        let id = check.id(id_cell);
        let entity_type = check.entity_type(entity_type);
        let name = check.name(name);
        let country = check.country(country);
        let rank = check.rank(rank);
        let same_as = check.same_as(same_as, id.as_ref());
        let description = check.prose(description);
        let (Some(id), Some(name)) = (id, name) else { return };

        self.claim_own(&mut check, id_cell, &id);
        for (item, other) in &same_as {
            self.claim_same_as(&mut check, *item, other);
        }
        let same_as = same_as.into_iter().map(|(_, other)| other).collect();
        let place = row.place(id_cell);
        self.rows.push(EntityRow { id, entity_type, name, country, rank, same_as, description, place });
    }

    /// Notes that the next row is that of `id`.
    fn claim_own(&mut self, check: &mut Checker<'_, WIDTH>, cell: Cell<'_>, id: &EntityId) {
        let Some(earlier) = self.claims.get(id) else {
            self.claims.insert(id.clone(), Claim { row: self.rows.len(), is_own: true });
            return;
        };
        let first = self.place_of(earlier, check);
        if earlier.is_own {
            let message = format_args!("the entity `{id}` already stands {first}");
            check.error(cell, "duplicate-id", message, "make one row of the two");
        } else {
            let message = format_args!("`{id}` is a `same_as` of the entity {first}");
            check.error(cell, "same-as-own-id", message, SAME_AS_HELP);
        }
    }

    /// Notes that the next row names `other` as the same thing.
    fn claim_same_as(&mut self, check: &mut Checker<'_, WIDTH>, cell: Cell<'_>, other: &EntityId) {
        let Some(earlier) = self.claims.get(other) else {
            self.claims.insert(other.clone(), Claim { row: self.rows.len(), is_own: false });
            return;
        };
        let first = self.place_of(earlier, check);
        if earlier.is_own {
            let message = format_args!("`same_as` names `{other}`, an entity of this pack, {first}");
            check.error(cell, "same-as-own-id", message, SAME_AS_HELP);
        } else {
            let message = format_args!("`{other}` is already a `same_as` of the entity {first}");
            check.error(
                cell,
                "same-as-twice",
                message,
                "an ID can name one entity only; remove it from the other",
            );
        }
    }

    fn place_of(&self, claim: &Claim, check: &Checker<'_, WIDTH>) -> String {
        // A row that is not yet there is the one that is being read.
        let place = self.rows.get(claim.row).map_or_else(|| check.row.line_place(), |row| row.place);
        where_from(check.row.line_place(), place)
    }
}

const SAME_AS_HELP: &str = "`same_as` joins entities of different packs; to make two IDs of one pack one entity, keep one \
                            row and write `redirect` in overrides.tsv";

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

    fn same_as<'r>(&mut self, cell: Cell<'r>, own: Option<&EntityId>) -> Vec<(Cell<'r>, EntityId)> {
        self.token(cell);
        let mut ids: Vec<(Cell<'r>, EntityId)> = Vec::new();
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
            if own == Some(&id) {
                let message = format_args!("`same_as` names the row's own ID `{id}`");
                self.warning(item, "same-as-itself", message, "remove it");
            } else if ids.iter().any(|(_, earlier)| *earlier == id) {
                let message = format_args!("`same_as` names `{id}` twice");
                self.warning(item, "same-as-repeated", message, "remove one of the two");
            } else {
                ids.push((item, id));
            }
        }
        ids
    }
}
