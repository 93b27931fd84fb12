//! Tiers EXACT, ORTHOGRAPHIC and PROCLITIC: forms whose key is the key of an alias.

use super::compare::{Comparison, compare_folds};
use super::form::Form;
use super::hits::Hits;
use super::stack::{AliasRef, Stack};
use super::stage::{Stage, Stages};
use crate::model::{AliasKind, Article, Tier};
use crate::text;
use crate::text::well_known::is_other_name;

/// What speaks against a stripped reading where the name is known before its last letters are stripped, in powers of ten:
/// more than any prominence can make up for, so that it stays an alternative, and is shown only if it is far the more
/// prominent.
const KNOWN_LONGER_EVIDENCE: f32 = -4.0;
/// From this plausibility on (K0 and K1) a name is known.
pub(super) const KNOWN: f32 = 0.96;

/// Gathers the hits of forms over the whole stack. A form stands after the one that it was stripped from.
pub(super) fn gather(stack: &Stack, forms: &[Form], hits: &mut Hits<'_>) {
    let mut known: Vec<&str> = Vec::new();
    let without = hits.without();
    let is_word = forms.first().is_some_and(|whole| whole.is_whole_ordinary_word(without));
    for form in forms.iter().filter(|form| !(is_word && form.tier == Tier::Proclitic)) {
        // A name that needs fewer letters stripped goes before: وبروسيا is و and بروسيا, not وب and روسيا.
        let is_longer = |name: &&str| name.len() > form.key.len() && name.ends_with(&form.key);
        let longer_is_known = form.is_stripped && known.iter().any(is_longer);
        let against = if longer_is_known { KNOWN_LONGER_EVIDENCE } else { 0.0 };
        let reading = Form { evidence: form.evidence + against, ..form.clone() };
        for (at, comparison) in under_key(stack, form, without) {
            let is_sure = comparison.plausibility >= KNOWN;
            if hits.add(&reading, at, comparison) && is_sure {
                known.push(&form.key);
            }
        }
    }
}

/// The aliases under the key of a form, each compared with it.
pub(super) fn under_key<'a>(
    stack: &'a Stack,
    form: &'a Form,
    without: Stages,
) -> impl Iterator<Item = (AliasRef, Comparison)> + 'a {
    stack.numbered().flat_map(move |(segment, reader)| {
        reader.lookup(&form.key).filter_map(move |posting| {
            let alias = reader.alias(posting.alias)?;
            if form.without_article && alias.kind != AliasKind::Demonym && alias.article != Article::Optional
            {
                return None;
            }
            let at = AliasRef { segment, alias: posting.alias };
            let comparison = compare_surface(stack, at, posting.is_bare, |surface| {
                let is_other = !without.contains(Stage::WellKnownNames)
                    && form.whole.as_deref().is_some_and(|whole| is_other_name(whole, surface));
                (!is_other).then(|| compare_folds(&form.safe, surface))
            })?;
            (!is_ordinary_word(form, &comparison, without)).then_some((at, comparison))
        })
    })
}

/// Compares with the surface of an alias, or with its bare form if that is what the key stands for.
pub(super) fn compare_surface(
    stack: &Stack,
    at: AliasRef,
    is_bare: bool,
    compare: impl Fn(&str) -> Option<Comparison>,
) -> Option<Comparison> {
    let alias = stack.alias(at)?;
    let safe = text::safe_fold(&alias.text());
    if !is_bare {
        return compare(&safe);
    }
    let bare = text::bare_form(&safe, alias.article)?;
    let is_meant = bare.is_article || stack.is_one_of(stack.entity_of(at)?, &DIVISIONS);
    if is_meant { Some(compare(bare.text)?.with_left_out(bare)) } else { None }
}

/// Types whose names go without the noun of their division.
const DIVISIONS: [&str; 2] = ["region", "territory"];

/// Names of up to this many letters meet too many words when even a hamza is folded away.
const SHORT_LETTERS: usize = 3;

/// Whether only a fold makes an ordinary word equal to a name: على is not علي, بأن is not بان, and who writes the hamza
/// of مآرب does not mean مأرب.
pub(super) fn is_ordinary_word(form: &Form, comparison: &Comparison, without: Stages) -> bool {
    let has_hamza = || text::hamza_fold(&form.safe) != form.safe;
    let is_lossy = comparison.plausibility < KNOWN || form.letters() <= SHORT_LETTERS || has_hamza();
    let is_word = || text::is_whole_ordinary_word(&form.safe) || form.is_function_word();
    comparison.tier > Tier::Exact && is_lossy && !without.contains(Stage::OrdinaryWords) && is_word()
}

/// Whether the first `count` tokens of a form are an adjective of a place: التركي in الرئيس التركي رجب طيب أردوغان.
pub(super) fn is_demonym(stack: &Stack, form: &Form, count: usize, without: Stages) -> bool {
    let tokens: Vec<&str> = form.safe.split(' ').take(count).collect();
    let adjective = Form::whole(tokens.join(" "));
    let readings = adjective.stripped();
    std::iter::once(&adjective).chain(&readings).any(|reading| {
        under_key(stack, reading, without)
            .any(|(at, _)| stack.alias(at).is_some_and(|alias| alias.kind == AliasKind::Demonym))
    })
}
