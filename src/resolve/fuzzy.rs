//! Tiers TRANSLITERATION and FUZZY: keys within one or two edits, judged by the weighted distance.

use super::compare::compare_edited;
use super::form::Form;
use super::hits::Hits;
use super::stack::{AliasRef, Stack};
use crate::index::fuzzy::FuzzyPattern;
use crate::model::Tier;
use crate::text;

/// Letters of a whole form from which on it may carry one edit, and two.
const MIN_LETTERS: [usize; 2] = [4, 6];
/// Letters of a stripped or headless form from which on it may carry an edit.
const MIN_REMAINDER_LETTERS: usize = 5;

/// Gathers the hits within edits of the forms: those of one edit, and only if there is none, those of two.
///
/// Each depth is searched over all forms and the whole stack before the next.
pub(super) fn gather(stack: &Stack, forms: &[Form], max_edits: u8, hits: &mut Hits<'_>) {
    for edits in 1..=max_edits.min(FuzzyPattern::MAX_EDITS) {
        for form in forms.iter().filter(|form| may_carry(form, edits)) {
            let pattern = FuzzyPattern::new(&form.key, edits);
            for (segment, reader) in stack.numbered() {
                reader.search_fuzzy(&pattern, |postings| {
                    for posting in postings {
                        add(stack, form, AliasRef { segment, alias: posting.alias }, posting.is_bare, hits);
                    }
                });
            }
        }
        if !hits.is_unknown() {
            return;
        }
    }
}

fn may_carry(form: &Form, edits: u8) -> bool {
    let letters = form.letters();
    let least = MIN_LETTERS.get(usize::from(edits) - 1).copied().unwrap_or(usize::MAX);
    letters >= least && (form.tier == Tier::Exact || letters >= MIN_REMAINDER_LETTERS)
}

fn add(stack: &Stack, form: &Form, at: AliasRef, is_bare: bool, hits: &mut Hits<'_>) {
    let Some(alias) = stack.alias(at) else { return };
    let safe = text::safe_fold(alias.text);
    let surface = if is_bare { safe.strip_prefix("ال").unwrap_or(&safe) } else { &safe };
    if let Some(comparison) = compare_edited(&form.safe, surface) {
        hits.add(form, at, comparison);
    }
}
