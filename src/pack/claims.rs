//! What rows of one pack must not say of an ID together: an ID is that of one entity, or another name of one.

use super::RowPlace;
use super::report::{At, Report};
use super::wording::where_from;

/// A row of `entities.tsv` speaks of an ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// Where it does.
    pub place: RowPlace,
    /// Whether the ID is the row's own, not one of its `same_as`.
    pub is_own: bool,
}

/// Reports that the claim `later` on `id`, in the table `path`, comes after `first`.
pub(super) fn conflict(id: &str, first: Claim, later: Claim, path: &str, report: &mut Report) {
    let at = At::place(path, later.place.line, later.place.column.into());
    let there = where_from(later.place, first.place);
    match (first.is_own, later.is_own) {
        (true, true) => {
            let message = format_args!("the entity `{id}` already stands {there}");
            report.error(at, "duplicate-id", message, "make one row of the two");
        }
        (false, true) => {
            let message = format_args!("`{id}` is a `same_as` of the entity {there}");
            report.error(at, "same-as-own-id", message, SAME_AS_HELP);
        }
        (true, false) => {
            let message = format_args!("`same_as` names `{id}`, an entity of this pack, {there}");
            report.error(at, "same-as-own-id", message, SAME_AS_HELP);
        }
        (false, false) => {
            let message = format_args!("`{id}` is already a `same_as` of the entity {there}");
            let help = "an ID can name one entity only; remove it from the other";
            report.error(at, "same-as-twice", message, help);
        }
    }
}

const SAME_AS_HELP: &str = "`same_as` joins entities of different packs; to make two IDs of one pack one entity, keep one \
                            row and write `redirect` in overrides.tsv";

/// Warns that the alias row at `later`, in the table `path`, repeats the one at `first`.
pub(super) fn repetition(first: RowPlace, later: RowPlace, path: &str, report: &mut Report) {
    let at = At::place(path, later.line, later.column.into());
    let message = format_args!("the row repeats the one {}", where_from(later, first));
    report.warning(at, "duplicate-alias", message, "remove one of the two");
}
