//! Dangling references: rows about entities that no pack of the stack knows.

use std::collections::HashSet;
use std::sync::Arc;

use crate::Gazetteer;
use crate::model::EntityId;
use crate::pack::{Diagnostic, OverrideAction, Pack, RowPlace, Severity};

/// The most references that are reported.
const MAX_REPORTED: usize = 100;

/// A row about an entity of another pack.
pub(super) struct Reference {
    id: EntityId,
    file: Arc<str>,
    line: u32,
}

/// The first row about each entity that is not of this pack itself, in the order of tables and rows.
pub(super) fn foreign_references(pack: &Pack) -> Vec<Reference> {
    let mut known = own_ids(pack);
    let aliases = pack.aliases.iter().map(|row| (&row.id, row.place));
    let overrides = pack.overrides.iter().filter_map(|row| Some((referred(&row.action)?, row.place)));
    let rows = aliases.chain(overrides);
    rows.filter(|(id, _)| known.insert(id)).map(|(id, place)| reference(pack, id, place)).collect()
}

/// A warning for each reference to an entity that the stack does not hold.
pub(super) fn dangling(references: &[Reference], gazetteer: &Gazetteer) -> Vec<Diagnostic> {
    let unknown = references.iter().filter(|reference| gazetteer.entity(reference.id.as_str()).is_none());
    unknown.take(MAX_REPORTED).map(warning).collect()
}

fn own_ids(pack: &Pack) -> HashSet<&EntityId> {
    let entities = pack.entities.iter().flat_map(|row| std::iter::once(&row.id).chain(&row.same_as));
    let redirected = pack.overrides.iter().filter_map(|row| match &row.action {
        OverrideAction::Redirect { id, .. } => Some(id),
        _ => None,
    });
    entities.chain(redirected).collect()
}

/// The entity without which the override does nothing; one that it removes is rightly unknown afterwards.
fn referred(action: &OverrideAction) -> Option<&EntityId> {
    match action {
        OverrideAction::Block { id, .. } => Some(id),
        OverrideAction::Redirect { target, .. } => Some(target),
        OverrideAction::Remove { .. } | OverrideAction::NotAName { .. } => None,
    }
}

fn reference(pack: &Pack, id: &EntityId, place: RowPlace) -> Reference {
    let file = pack.files.get(usize::from(place.file)).cloned().unwrap_or_default();
    Reference { id: id.clone(), file, line: place.line }
}

fn warning(reference: &Reference) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code: "unknown-entity",
        file: reference.file.to_string(),
        line: Some(reference.line),
        column: None,
        message: format!("no pack of the stack knows `{}`, so the row does nothing", reference.id),
        help: "correct the ID, or add the pack that holds the entity".into(),
    }
}
