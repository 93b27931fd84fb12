//! Languages: names of which none is told, and of which two are the one to show.

use std::collections::BTreeMap;

use super::reports::Reports;
use super::stack::{Layer, NameRecord, NameRef, Stack};
use crate::model::AliasKind;

/// Reports tables with names of which no language is told, each once.
pub(super) fn check_tables(stack: &Stack, reports: &mut Reports) {
    for (number, layer) in (0..).zip(&stack.layers) {
        if !reports.has(number) {
            continue;
        }
        for (first, missing, all) in tables_without_language(stack, number, layer) {
            let message =
                format_args!("{missing} of {all} names of the table have no language; this is the first");
            let help = "fill `lang`: hints of language and names to show need it; `lint-allow` the rule where nobody knows";
            reports.warn_name(stack, first, "no-language", message, help);
        }
    }
}

/// Of each table with such names: the first, how many there are, and how many names it has.
fn tables_without_language(stack: &Stack, number: u16, layer: &Layer) -> Vec<(NameRef, usize, usize)> {
    let mut tables: BTreeMap<u16, (Option<NameRef>, usize, usize)> = BTreeMap::new();
    for (row, name) in (0..).zip(&layer.names).filter(|(_, name)| has_language(name)) {
        let (first, missing, all) = tables.entry(name.place.file).or_default();
        *all += 1;
        let at = NameRef { layer: number, row };
        if stack.language(name.language).is_empty() && !layer.is_silenced(at, "no-language") {
            first.get_or_insert(at);
            *missing += 1;
        }
    }
    tables.into_values().filter_map(|(first, missing, all)| Some((first?, missing, all))).collect()
}

/// Whether a name is one of some language: the column `name` has none, codes and what is never shown need none.
fn has_language(name: &NameRecord) -> bool {
    !name.is_canonical
        && !matches!(name.kind, AliasKind::Abbreviation | AliasKind::Hidden | AliasKind::Misspelling)
}

/// Reports preferred names of an entity in a language that has one already.
pub(super) fn check_entity(stack: &Stack, names: &[NameRef], reports: &mut Reports) {
    let mut shown: BTreeMap<u32, NameRef> = BTreeMap::new();
    for &at in names {
        let Some((layer, name)) = stack.name(at) else { continue };
        let language = stack.language(name.language);
        if name.is_canonical || name.kind != AliasKind::Preferred || language.is_empty() {
            continue;
        }
        let first = *shown.entry(name.language).or_insert(at);
        if first == at || stack.text(first) == layer.text(name) || !reports.has(at.layer) {
            continue;
        }
        let message = format_args!(
            "`{}` has the preferred name `{}` in `{language}` already ({}), and the first is shown",
            stack.ids.text(name.id),
            stack.text(first),
            stack.show_place(first)
        );
        let help = "make one of the two `alternate`";
        reports.warn_name(stack, at, "two-preferred", message, help);
    }
}
