//! Tiers TRANSLITERATION, beyond a few edits, and CROSS_SCRIPT: names with the skeleton of a form, judged by the weighted
//! distance or by the alignment of the two scripts.

use super::compare::{Comparison, compare_edited, compare_scripts};
use super::form::Form;
use super::hits::Hits;
use super::stack::{AliasRef, Stack};
use crate::index::AliasOrdinal;
use crate::text;

/// Aliases that are looked at under one key of one segment, those of prominent entities first.
const MAX_CANDIDATES: usize = 256;
/// Letters from which on a name may be spelled otherwise.
const MIN_LETTERS: usize = 4;
/// Letters from which on a stripped or headless form may be.
const MIN_REMAINDER_LETTERS: usize = 5;

/// Gathers the names that have the consonants of a form, in its own script.
pub(super) fn gather(stack: &Stack, forms: &[Form], hits: &mut Hits<'_>) {
    gather_if(stack, forms, hits, |form, alias| {
        (is_arabic(form) == is_arabic(alias)).then(|| compare_edited(form, alias).ok())?
    });
}

/// Gathers the names that have the consonants of a form, in the other script, Latin or Arabic.
pub(super) fn gather_across_scripts(stack: &Stack, forms: &[Form], hits: &mut Hits<'_>) {
    let entities = stack.entity_count();
    gather_if(stack, forms, hits, |form, alias| {
        (is_arabic(form) != is_arabic(alias)).then(|| compare_scripts(form, alias, entities).ok())?
    });
}

fn gather_if(
    stack: &Stack,
    forms: &[Form],
    hits: &mut Hits<'_>,
    compare: impl Fn(&str, &str) -> Option<Comparison>,
) {
    for form in forms.iter().filter(|form| may_be_respelled(form)) {
        for (at, safe) in with_skeleton_of(stack, form) {
            if let Some(comparison) = compare(&form.safe, &safe) {
                hits.add(form, at, comparison);
            }
        }
    }
}

fn is_arabic(name: &str) -> bool {
    name.starts_with(text::is_arabic)
}

fn may_be_respelled(form: &Form) -> bool {
    let least = if form.steps.is_empty() { MIN_LETTERS } else { MIN_REMAINDER_LETTERS };
    form.letters() >= least && !form.is_word()
}

/// The aliases that share a skeleton key with a form, each once, with their K0 keys.
fn with_skeleton_of(stack: &Stack, form: &Form) -> Vec<(AliasRef, String)> {
    let mut found: Vec<AliasRef> = Vec::new();
    for key in text::skeleton_queries(&form.safe) {
        for (segment, reader) in stack.numbered() {
            let aliases = reader.lookup_skeleton(&key).take(MAX_CANDIDATES);
            found.extend(aliases.map(|alias: AliasOrdinal| AliasRef { segment, alias }));
        }
    }
    found.sort_unstable();
    found.dedup();
    let with_key = |at| Some((at, text::safe_fold(stack.alias(at)?.text)));
    found.into_iter().filter_map(with_key).collect()
}
