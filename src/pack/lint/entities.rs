//! Entities: what packs together say of one, and which rows they make one by `same_as`.

use smallvec::SmallVec;

use super::super::RowPlace;
use super::super::report::At;
use super::super::wording::Quoted;
use super::reports::Reports;
use super::stack::{EntityRecord, Facts, Layer, Stack};

/// Joins the entities that share an ID, and reports rows that would make one of two that a pack keeps apart; those do not
/// join.
pub(super) fn join(stack: &mut Stack, reports: &mut Reports) {
    let mut owners: Vec<Owners> = vec![Owners::new(); stack.ids.len()];
    let layers = std::mem::take(&mut stack.layers);
    for (number, layer) in (0..).zip(&layers) {
        for (entity, same_as) in layer.entities_with_same_as() {
            let root = stack.ids.root(entity.id) as usize;
            if let Some(owners) = owners.get_mut(root) {
                let other = owners.iter().find(|&&(of, id)| of == number && id != entity.id).copied();
                if let Some((_, other)) = other {
                    report_two_rows(stack, reports, (number, layer), entity, other);
                }
                owners.push((number, entity.id));
            }
            for &(id, place) in same_as {
                if let Err((apart, a, b)) = join_ids(stack, &mut owners, entity.id, id) {
                    let name = layers.get(usize::from(apart)).map_or("", |layer| &layer.name);
                    report_join(stack, reports, (number, layer), place, (name, a, b));
                }
            }
        }
    }
    stack.layers = layers;
}

/// The packs that have rows for an entity, and the IDs of these rows.
type Owners = SmallVec<[(u16, u32); 2]>;

/// Joins the entities of two IDs, unless a pack has rows for both: then that pack and the IDs of its rows.
fn join_ids(stack: &mut Stack, owners: &mut [Owners], a: u32, b: u32) -> Result<(), (u16, u32, u32)> {
    let (root_a, root_b) = (stack.ids.root(a) as usize, stack.ids.root(b) as usize);
    if root_a == root_b {
        return Ok(());
    }
    let Ok([of_a, of_b]) = owners.get_disjoint_mut([root_a, root_b]) else { return Ok(()) };
    for &(layer, id_a) in &*of_a {
        if let Some(&(_, id_b)) = of_b.iter().find(|(of, _)| *of == layer) {
            return Err((layer, id_a, id_b));
        }
    }
    let both: Owners = of_a.drain(..).chain(of_b.drain(..)).collect();
    stack.ids.join(a, b);
    let root = stack.ids.root(a) as usize;
    owners.get_mut(root).into_iter().for_each(|slot| slot.clone_from(&both));
    Ok(())
}

fn report_join(
    stack: &Stack,
    reports: &mut Reports,
    (number, layer): (u16, &Layer),
    place: RowPlace,
    (pack, a, b): (&str, u32, u32),
) {
    let Some(report) = reports.of(number) else { return };
    let (a, b) = (stack.ids.text(a), stack.ids.text(b));
    let message = format_args!(
        "`same_as` makes one entity of `{a}` and `{b}`, which the pack {} keeps apart",
        Quoted(pack)
    );
    let help = format_args!(
        "remove the ID of the other thing; if the two are one, write `redirect` of one to the other in overrides.tsv"
    );
    report.error(
        At::place(layer.path(place), place.line, place.column.into()),
        "same-as-joins",
        message,
        help,
    );
}

fn report_two_rows(
    stack: &Stack,
    reports: &mut Reports,
    (number, layer): (u16, &Layer),
    entity: &EntityRecord,
    other: u32,
) {
    let Some(report) = reports.of(number) else { return };
    let (id, other) = (stack.ids.text(entity.id), stack.ids.text(other));
    let message = format_args!(
        "`same_as` of an earlier pack makes one entity of `{id}` and `{other}`, and both have a row here"
    );
    let help = "keep one of the rows and write `redirect` in overrides.tsv; or correct `same_as` in the earlier pack";
    let place = entity.place;
    report.error(
        At::place(layer.path(place), place.line, place.column.into()),
        "same-as-joins",
        message,
        help,
    );
}

/// Reports entities that lack what an answer needs, each once, and those of which packs say different things.
pub(super) fn check(stack: &Stack, reports: &mut Reports) {
    let mut is_seen = vec![false; stack.ids.len()];
    for (number, layer) in (0..).zip(&stack.layers) {
        for entity in &layer.entities {
            let facts = stack.facts(entity.id);
            if facts.removed_by.is_some() {
                continue;
            }
            let seen = is_seen.get_mut(stack.ids.entity(entity.id) as usize);
            if seen.is_some_and(|seen| !std::mem::replace(seen, true)) {
                bare_entity(stack, number, entity, facts, reports);
            } else {
                type_disagreement(stack, number, entity, reports);
            }
        }
    }
}

fn bare_entity(stack: &Stack, number: u16, entity: &EntityRecord, facts: Facts, reports: &mut Reports) {
    let id = stack.ids.text(entity.id);
    let mut warn = |code, message: std::fmt::Arguments<'_>, help| {
        reports.warn_row(stack, number, entity.place, code, message, help);
    };
    if facts.entity_type.is_none() {
        let help = "fill the column `type`, here or in another pack";
        warn("no-type", format_args!("no pack gives the entity `{id}` a type"), help);
    }
    if !facts.has_name && !facts.has_alias {
        let help = "fill the column `name`, or add an alias";
        warn("nameless-entity", format_args!("no name and no alias leads to `{id}`"), help);
    } else if !facts.has_name {
        let help = "fill the column `name`; until then answers show the ID";
        warn("no-name", format_args!("no pack gives the entity `{id}` a name"), help);
    }
}

/// Reports a row whose type is of another sort than that of an earlier pack.
fn type_disagreement(stack: &Stack, number: u16, entity: &EntityRecord, reports: &mut Reports) {
    let own = entity.entity_type.and_then(|number| stack.types.list.get(number as usize));
    let (Some(own), earlier) = (own, stack.type_of(entity.id)) else { return };
    if let (Some(a), Some(b)) = (Sort::of(own), Sort::of(earlier))
        && a != b
    {
        let id = stack.ids.text(entity.id);
        let message =
            format_args!("`{id}` is of type `{own}` here, but an earlier pack has it as `{earlier}`");
        let help =
            "correct the type; if they are two things, give one of them another ID, or correct `same_as`";
        reports.warn_row(stack, number, entity.place, "type-disagreement", message, help);
    }
}

/// What sort of thing entities of a type are. One thing may be of several types (a city and a country), but hardly of
/// two sorts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Person,
    Place,
    Organization,
    People,
    Event,
}

impl Sort {
    /// The sort of a type; `None` of a word of the owner's.
    pub fn of(entity_type: &str) -> Option<Self> {
        Some(match entity_type {
            "person" => Self::Person,
            "country" | "territory" | "region" | "city" | "place" => Self::Place,
            "organization" | "company" => Self::Organization,
            "demonym_group" => Self::People,
            "event" => Self::Event,
            _ => return None,
        })
    }
}
