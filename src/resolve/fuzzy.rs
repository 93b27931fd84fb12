//! Tiers TRANSLITERATION and FUZZY: keys within one or two edits, judged by the weighted distance.

use super::compare::{Comparison, compare_edited, compare_folds};
use super::form::Form;
use super::hits::Hits;
use super::lookup::compare_surface;
use super::stack::{AliasRef, Stack};
use super::stage::{Stage, Stages};
use super::step::Step;
use super::{partial, skeleton};
use crate::index::{FuzzyPattern, Posting};
use crate::model::{Article, Tier};
use crate::text::well_known::is_other_name;
use crate::text::{self, ARTICLE};

/// Letters of a whole form from which on it may carry one edit, and two.
const MIN_LETTERS: [usize; 2] = [4, 6];
/// Letters of a stripped or headless form from which on it may carry an edit.
const MIN_REMAINDER_LETTERS: usize = 5;
/// Letters beyond which no form may: an automaton grows with them, and hardly a name has as many.
const MAX_LETTERS: usize = 64;
/// Forms of one name that are searched for, those of the fewest steps.
const MAX_FORMS: usize = 16;
/// Letters from which on a form may lack an article, or have one too many.
const MIN_ARTICLED_LETTERS: usize = 3;
/// What an article on one side only costs, what it says in powers of ten, and how likely it is one name still: short
/// names without it are other words (جزائر are islands, شام is no الشام), long ones are loans that take it or leave it.
const ARTICLE_COST: f32 = 0.20;
const ARTICLE_EVIDENCE: f32 = -1.0;
const ARTICLE_PLAUSIBILITY: f32 = 0.92;
const SHORT_ARTICLE_PLAUSIBILITY: f32 = 0.40;
const MAX_SHORT_LETTERS: usize = 5;

/// Gathers the hits within edits of the forms: those of one edit, and only if there is none, those of two.
///
/// Each depth is searched over all forms and the whole stack before the next. An article more or less counts as one
/// edit, and so does a family name alone that is spelled otherwise.
pub(super) fn gather(stack: &Stack, forms: &[Form], max_edits: u8, hits: &mut Hits<'_>) {
    let without = hits.without();
    for edits in 1..=max_edits.min(FuzzyPattern::MAX_EDITS) {
        for form in forms.iter().filter(|form| may_carry(form, edits, without)).take(MAX_FORMS) {
            let pattern = FuzzyPattern::new(&form.key, edits);
            gather_keys(stack, form, &pattern, hits);
            if edits == 1 && !without.contains(Stage::Partial) {
                partial::gather_family_names(stack, form, &pattern, hits);
            }
        }
        if edits == 1 {
            gather_articles(stack, forms, hits);
            if hits.is_unsure() {
                skeleton::gather(stack, forms, hits);
            }
        }
        if !hits.is_unknown() {
            return;
        }
    }
}

/// Whether a form is long enough to be known again after so many edits, and not a word that means what it says.
pub(super) fn may_carry(form: &Form, edits: u8, without: Stages) -> bool {
    let letters = form.letters();
    let least = MIN_LETTERS.get(usize::from(edits) - 1).copied().unwrap_or(usize::MAX);
    (least..=MAX_LETTERS).contains(&letters)
        && (form.tier == Tier::Exact || letters >= MIN_REMAINDER_LETTERS)
        && !form.is_word(without)
}

fn gather_keys(stack: &Stack, form: &Form<'_>, pattern: &FuzzyPattern, hits: &mut Hits<'_>) {
    let without = hits.without();
    let mut found: Vec<Posting> = Vec::new();
    for (segment, reader) in stack.numbered() {
        found.clear();
        reader.search_fuzzy(pattern, hits.budget(), |postings| found.extend(postings));
        for posting in &found {
            if !hits.may_compare(form) {
                return;
            }
            let at = AliasRef { segment, alias: posting.alias };
            let comparison = compare_surface(stack, at, posting.is_bare, |surface| {
                let comparison = compare_edited(&form.safe, surface, without).ok()?;
                let is_other = comparison.tier == Tier::Fuzzy
                    && !without.contains(Stage::OtherPerson)
                    && is_other_person(stack, form, at, surface);
                (!is_other).then_some(comparison)
            });
            if let Some(comparison) = comparison {
                hits.add(form, at, comparison);
            }
        }
    }
}

/// Whether the alias is a person's and a token of the query, which the alias has otherwise, is of some person's name:
/// then it is no slip. سلطان in محمد بن سلطان is not meant for سلمان. The rule for whole names, that a known one is no
/// misspelling, for the parts of people's.
pub(super) fn is_other_person(stack: &Stack, form: &Form, at: AliasRef, alias: &str) -> bool {
    let is_person = |at| stack.entity_of(at).is_some_and(|entity| stack.is_person(entity));
    let alias = text::lossy_fold(alias);
    let same_count = form.lossy.split(' ').count() == alias.split(' ').count();
    let mut otherwise = form.lossy.split(' ').zip(alias.split(' ')).filter(|(query, alias)| query != alias);
    same_count
        && form.lossy.contains(' ')
        && is_person(at)
        && otherwise.any(|(query, _)| stack.is_token_of_person(query))
}

/// Names with an article where the query has none, or the other way round. Not of people: السيسي is not سيسي.
pub(super) fn gather_articles(stack: &Stack, forms: &[Form], hits: &mut Hits<'_>) {
    let without = hits.without();
    let may_vary = |form: &&Form| form.letters() >= MIN_ARTICLED_LETTERS && !form.is_word(without);
    for form in forms.iter().filter(may_vary) {
        if form.without_article {
            gather_articled(stack, form, &form.safe, hits);
        }
        if !form.is_stripped && !form.safe.starts_with(ARTICLE) {
            gather_articled(stack, form, &format!("{ARTICLE}{}", form.safe), hits);
        }
    }
}

/// Gathers the names that `safe` is, a form with an article added or taken off. An article has no hamza: ألبان is not
/// ال and بان.
fn gather_articled(stack: &Stack, form: &Form, safe: &str, hits: &mut Hits<'_>) {
    let key = text::join(&text::lossy_fold(safe));
    let knows_names = !hits.without().contains(Stage::WellKnownNames);
    for (segment, reader) in stack.numbered() {
        for posting in reader.lookup(&key).filter(|posting| !posting.is_bare) {
            let at = AliasRef { segment, alias: posting.alias };
            let is_rigid = stack.alias(at).is_none_or(|alias| alias.article == Article::Lexical)
                || stack.entity_of(at).is_none_or(|entity| stack.is_person(entity));
            let comparison = compare_surface(stack, at, false, |surface| {
                let is_alike = surface.starts_with(ARTICLE) == safe.starts_with(ARTICLE);
                let is_other = knows_names && is_other_name(&form.safe, surface);
                (is_alike && !is_other).then(|| compare_folds(safe, surface))
            });
            if let Some(comparison) = comparison.filter(|_| !is_rigid) {
                hits.add(form, at, otherwise_articled(comparison, &form.safe));
            }
        }
    }
}

/// The comparison of a query with an alias that has an article more or less, if they compare so without it.
pub(super) fn otherwise_articled(folds: Comparison, query: &str) -> Comparison {
    let bare = query.strip_prefix(ARTICLE).unwrap_or(query);
    let is_short = bare.chars().filter(|&c| c != ' ').count() <= MAX_SHORT_LETTERS;
    let one_name = if is_short { SHORT_ARTICLE_PLAUSIBILITY } else { ARTICLE_PLAUSIBILITY };
    let mut steps = folds.steps;
    steps.push(Step::new("article on one side only".to_owned(), ARTICLE_COST));
    let evidence = folds.evidence + ARTICLE_EVIDENCE;
    let plausibility = folds.plausibility * one_name;
    Comparison { tier: Tier::Transliteration, steps, evidence, plausibility, slip: 0.0 }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::index::{Segment, compile};
    use crate::model::{AliasKind, EntityId, EntityType};
    use crate::pack::{AliasRow, EntityRow, Pack};
    use crate::resolve::ResolveOptions;
    use crate::resolve::hits::Extent;

    #[test]
    fn a_search_whose_work_is_spent_says_so() {
        let id = EntityId::new("Q212").unwrap();
        let pack = Pack {
            entities: vec![EntityRow::new(id.clone(), EntityType::new("country").unwrap(), "Ukraine")],
            aliases: vec![AliasRow::new(id, "أوكرانيا", "ar", AliasKind::Preferred)],
            ..Pack::default()
        };
        let segment = Segment::open(Arc::new(compile(&pack).unwrap())).unwrap();
        let stack = Stack::new(vec![Arc::new(segment)]);
        let (forms, options) = ([Form::whole("أوكراانيا".to_owned())], ResolveOptions::default());
        for spent in [0, u32::MAX] {
            let mut hits = Hits::new(&stack, &options, &forms, Extent::UntilKnown);
            hits.budget().take(spent);
            gather(&stack, &forms, options.max_edits, &mut hits);
            assert_eq!((hits.is_truncated(), hits.is_unknown()), (spent > 0, spent > 0));
        }
    }
}
