//! Dangling references: rows about entities that no pack of the stack knows.

use std::collections::HashSet;
use std::sync::Arc;

use crate::Gazetteer;
use crate::model::EntityId;
use crate::pack::{Diagnostic, MAX_DIAGNOSTICS, OverrideAction, Pack, RowPlace, Severity};

/// A row about an entity of another pack.
pub(super) struct Reference {
    id: EntityId,
    file: Arc<str>,
    line: u32,
    column: Option<u32>,
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
    unknown.take(MAX_DIAGNOSTICS).map(warning).collect()
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
    let column = Some(u32::from(place.column)).filter(|&column| column > 0);
    Reference { id: id.clone(), file, line: place.line, column }
}

fn warning(reference: &Reference) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code: "unknown-entity",
        file: reference.file.to_string(),
        line: Some(reference.line),
        column: reference.column,
        message: format!("no pack of the stack knows `{}`, so the row does nothing", reference.id),
        help: "correct the ID, or add the pack that holds the entity".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{PackFile, PackFiles, parse};

    fn pack(tables: &[(&str, &str)]) -> Pack {
        let file = |&(name, text): &(&str, &str)| PackFile { name: name.into(), bytes: text.into() };
        let parsed = parse(&PackFiles { label: "mine".into(), files: tables.iter().map(file).collect() });
        parsed.pack.ok_or(parsed.diagnostics).unwrap()
    }

    #[test]
    fn only_ids_of_other_packs_are_foreign_and_each_once() {
        let pack = pack(&[
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
        let references = foreign_references(&pack);
        let places: Vec<_> = references.iter().map(|r| (r.id.as_str(), &*r.file, r.line, r.column)).collect();
        let expected = [
            ("other", "mine/aliases.tsv", 3, Some(1)),
            ("blocked", "mine/overrides.tsv", 2, Some(7)),
            ("target", "mine/overrides.tsv", 3, Some(15)),
        ];
        assert_eq!(places, expected);
    }

    #[test]
    fn the_report_is_bounded() {
        let rows: Vec<_> = (0..2 * MAX_DIAGNOSTICS).map(|i| format!("x:{i}\ta\tpreferred\n")).collect();
        let pack = pack(&[("aliases.tsv", &format!("id\talias\tkind\n{}", rows.concat()))]);
        let findings = dangling(&foreign_references(&pack), &Gazetteer::new(vec![]));
        assert_eq!(findings.len(), MAX_DIAGNOSTICS);
        assert!(findings[0].to_string().starts_with("mine/aliases.tsv:2:1: warning[unknown-entity]"));
    }
}
