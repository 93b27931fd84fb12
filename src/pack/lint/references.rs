//! References: rows about entities that no pack knows, and redirects that run in a circle.

use super::super::overrides::redirect_of;
use super::super::redirects::{self, Redirect};
use super::super::report::At;
use super::super::{OverrideAction, OverrideRow};
use super::reports::Reports;
use super::stack::{Layer, Stack};

/// Reports the circles that redirects of several packs make together; those within one pack are found on reading it.
pub(super) fn check_cycles(stack: &Stack, reports: &mut Reports) {
    let (rows, redirects): (Vec<(u16, &OverrideRow)>, Vec<Redirect<'_>>) = (0..)
        .zip(&stack.layers)
        .flat_map(|(layer, pack)| pack.overrides.iter().map(move |row| (layer, row)))
        .filter_map(|at| Some((at, redirect_of(at.1)?)))
        .unzip();
    for cycle in redirects::cycles(&redirects) {
        // The latest pack closed the circle.
        let Some(&(layer, row)) = cycle.iter().max().and_then(|&last| rows.get(last)) else { continue };
        let path = stack.layers.get(usize::from(layer)).map_or("", |layer| layer.path(row.place));
        if let Some(report) = reports.of(layer) {
            let message =
                format_args!("the redirects run in a circle: {}", redirects::show(&cycle, &redirects));
            let help = "remove the one whose ID is to answer for the others";
            report.error(
                At::place(path, row.place.line, row.place.column.into()),
                "redirect-cycle",
                message,
                help,
            );
        }
    }
}

/// Makes redirected IDs names of their targets.
pub(super) fn join_redirected(stack: &mut Stack) {
    let redirects = stack.layers.iter().flat_map(|layer| &layer.overrides).filter_map(redirect_of);
    let redirects: Vec<(u32, u32)> =
        redirects.filter_map(|(id, target)| Some((stack.ids.find(id)?, stack.ids.find(target)?))).collect();
    let mut is_known = vec![false; stack.ids.len()];
    let mut know = |id: u32| is_known.get_mut(id as usize).into_iter().for_each(|slot| *slot = true);
    for layer in &stack.layers {
        layer.entities.iter().for_each(|entity| know(entity.id));
        layer.same_as.iter().for_each(|&(id, _)| know(id));
    }
    // A redirected ID is known, whatever becomes of its target; a target is known only by another row.
    redirects.iter().for_each(|&(id, _)| know(id));
    for (id, target) in redirects {
        if is_known.get(target as usize).copied().unwrap_or(false) {
            stack.ids.join(target, id);
        }
    }
}

/// Reports rows about entities that no pack knows.
pub(super) fn check(stack: &Stack, reports: &mut Reports) {
    for (number, layer) in (0..).zip(&stack.layers) {
        dangling_aliases(stack, number, layer, reports);
        dangling_overrides(stack, number, layer, reports);
    }
}

fn dangling_aliases(stack: &Stack, number: u16, layer: &Layer, reports: &mut Reports) {
    for name in layer.names.iter().filter(|name| !stack.facts(name.id).is_known) {
        let message = format_args!("no pack of the stack knows the entity `{}`", stack.ids.text(name.id));
        reports.warn_row(stack, number, name.place, "unknown-entity", message, UNKNOWN_ENTITY_HELP);
    }
}

const UNKNOWN_ENTITY_HELP: &str = "correct the ID, add the entity to entities.tsv, or load the pack that has it; until then the row has no effect";

fn dangling_overrides(stack: &Stack, number: u16, layer: &Layer, reports: &mut Reports) {
    for row in &layer.overrides {
        let id = match &row.action {
            OverrideAction::Block { id, .. } | OverrideAction::Remove { id } => id,
            OverrideAction::Redirect { target, .. } => target,
            OverrideAction::NotAName { .. } => continue,
        };
        if !stack.knows(id.as_str()) {
            let message =
                format_args!("`{}` refers to `{id}`, which no pack of the stack knows", row.action.name());
            reports.warn_row(stack, number, row.place, "unknown-entity", message, UNKNOWN_ENTITY_HELP);
        }
    }
}
