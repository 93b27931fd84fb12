//! Tier PARTIAL: heads dropped, tokens reordered or left out, a family name alone.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::ahead::Ahead;
use super::compare::{Comparison, compare_edited};
use super::form::Form;
use super::hits::Hits;
use super::lookup;
use super::named::{FAMILY_ALONE, Named, Tokens, is_same, tokens};
use super::sharing::{MIN_FAMILY_LETTERS, Sharing};
use super::stack::{AliasRef, Stack};
use super::stage::{Stage, Stages};
use super::step::Step;
use crate::index::{FuzzyPattern, IdOrdinal};
use crate::model::Tier;
use crate::text::NameKeys;

/// Heads dropped off one name: nobody writes more, but every further one would multiply the work.
const MAX_DROPPED: usize = 5;
/// Headless forms of one name that are looked at, those of the fewest steps.
const MAX_HEADLESS: usize = 48;

/// The forms with heads dropped, up to [`MAX_DROPPED`] times, each also without proclitics; those of the fewest steps
/// first, so that a hit is reached by the plainest reading.
pub(super) fn headless_forms(stack: &Stack, forms: &[Form<'_>], without: Stages) -> Vec<Form<'static>> {
    let mut found: Vec<Form<'static>> = Vec::new();
    let mut latest: Vec<Form<'static>> = forms.iter().map(|form| form.clone().into_owned()).collect();
    for _ in 0..MAX_DROPPED {
        let mut next: Vec<Form<'static>> = Vec::new();
        for form in latest.iter().flat_map(|form| without_head(stack, form, without)) {
            let is_new = |known: &Form<'_>| known.key != form.key || known.types != form.types;
            if found.iter().chain(&next).all(is_new) {
                next.push(form);
            }
        }
        next.truncate(MAX_HEADLESS.saturating_sub(found.len()));
        found.extend_from_slice(&next);
        latest = next;
    }
    found.sort_by_key(|form| form.steps.len());
    found
}

/// The forms with one head dropped, and then without proclitics too.
///
/// After a title an adjective of a place may follow, which is dropped with it: الرئيس التركي رجب طيب أردوغان.
fn without_head(stack: &Stack, form: &Form<'_>, without: Stages) -> Vec<Form<'static>> {
    let mut found = Vec::new();
    for headless in form.headless() {
        let is_adjective = |&count: &usize| lookup::is_demonym(stack, &headless, count, without);
        let after_adjective = (1..=2)
            .filter(|count| headless.types == ["person"] && is_adjective(count))
            .filter_map(|count| headless.without_leading(count));
        found.extend(after_adjective);
        if !without.contains(Stage::Proclitic) {
            found.extend(headless.stripped().map(Form::into_owned));
        }
        found.push(headless);
    }
    found
}

/// Gathers the hits of forms that share tokens with an alias of several tokens. A function word is nobody's name: بأن is
/// not بان.
pub(super) fn gather_by_tokens(stack: &Stack, forms: &[Form], hits: &mut Hits<'_>) {
    let without = hits.without();
    let (ahead, mut keys, mut people) = (Ahead::new(stack), AliasKeys::default(), People::default());
    for form in forms {
        let is_short_remainder = form.is_stripped && form.letters() <= MIN_FAMILY_LETTERS;
        // Alone, a name keeps its article: السلام is peace, and no سلام.
        let is_bared = form.without_article && !form.safe.contains(' ');
        if is_short_remainder || is_bared || form.is_ordinary_word(without) {
            continue;
        }
        let query: Vec<&str> = form.lossy.split(' ').collect();
        if !hits.may_look_up(query.len()) {
            return;
        }
        let sharing = Sharing::of_tokens(stack, &query, without);
        let is_meant = |at| !sharing.is_of_people || people.have(stack, at);
        for (at, is_meant) in ahead.entities(&sharing.aliases, is_meant) {
            if !hits.may_read() {
                return;
            }
            if !is_meant {
                continue;
            }
            let Some(name) = keys.of_alias(stack, at).filter(|name| meets(&query, name.lossy())) else {
                continue;
            };
            if !hits.may_compare(form) {
                return;
            }
            let named = Named::of_alias(stack, at, name);
            if let Some(comparison) = named.and_then(|named| named.compare(form, without)) {
                hits.add(form, at, comparison);
            }
        }
    }
}

/// Whose aliases are people's: mostly several of one entity lie side by side.
#[derive(Default)]
struct People {
    last: Option<(u16, IdOrdinal, bool)>,
}

impl People {
    /// Whether an alias is a person's.
    fn have(&mut self, stack: &Stack, at: AliasRef) -> bool {
        let Some(id) = stack.alias_id(at) else { return false };
        if let Some((segment, last, is_person)) = self.last
            && (segment, last) == (at.segment, id)
        {
            return is_person;
        }
        let is_person = stack.named(at.segment, id).is_some_and(|named| named.is_person(stack));
        self.last = Some((at.segment, id, is_person));
        is_person
    }
}

/// The keys of an alias that is read, in buffers that serve the next one too.
#[derive(Default)]
struct AliasKeys {
    text: String,
    keys: NameKeys,
}

impl AliasKeys {
    fn of_alias(&mut self, stack: &Stack, at: AliasRef) -> Option<&NameKeys> {
        stack.alias(at)?.text_into(&mut self.text);
        self.keys.set(&self.text);
        Some(&self.keys)
    }
}

/// Whether [`Named::compare`] may accept an alias of this K2 key: it has all tokens of the query, or it ends in the same
/// token, and has as many, of which others may be spelled otherwise, or fewer, of which the first is the same.
fn meets(query: &[&str], alias: &str) -> bool {
    let alias: Tokens<'_> = tokens(alias).collect();
    let are_same = |a: Option<&&str>, b: Option<&&str>| a.zip(b).is_some_and(|(a, b)| is_same(a, b));
    let is_alike = || match alias.len().cmp(&query.len()) {
        Ordering::Less => are_same(query.first(), alias.first()),
        Ordering::Equal => true,
        Ordering::Greater => false,
    };
    are_same(query.last(), alias.last()) && is_alike()
        || query.iter().all(|token| alias.iter().any(|other| is_same(token, other)))
}

/// Gathers people whose family name alone, of one token, is another spelling of the form (ترمب, ترامب).
pub(super) fn gather_family_names(stack: &Stack, form: &Form, pattern: &FuzzyPattern, hits: &mut Hits<'_>) {
    if form.safe.contains(' ') {
        return;
    }
    let without = hits.without();
    let mut tokens: Vec<String> = Vec::new();
    for (_, reader) in stack.numbered() {
        reader.search_fuzzy_tokens(pattern, hits.budget(), |token| tokens.push(token.to_owned()));
    }
    tokens.sort_unstable();
    tokens.dedup();
    let (ahead, mut keys) = (Ahead::new(stack), AliasKeys::default());
    for token in tokens {
        // Many people share a family name.
        let mut compared: HashMap<String, Option<Comparison>> = HashMap::new();
        if !hits.may_look_up(1) {
            return;
        }
        let sharing = Sharing::of_tokens(stack, &[&token], without);
        for at in ahead.texts(&sharing.aliases) {
            if !hits.may_read() {
                return;
            }
            let Some(name) = keys.of_alias(stack, at) else { continue };
            let mut compare = |family: &str| {
                if let Some(comparison) = compared.get(family) {
                    return comparison.clone();
                }
                let comparison = compare_family(form, family, without);
                compared.entry(family.to_owned()).or_insert(comparison).clone()
            };
            // Most are refused for their letters, which costs less than to ask whose name it is.
            if !at_ends(name, &token).any(|family| compare(family).is_some()) {
                continue;
            }
            let named = Named::of_alias(stack, at, name);
            let family = named.and_then(|named| named.family_of(&token));
            if let Some(comparison) = family.and_then(compare) {
                hits.add(form, at, comparison);
            }
        }
    }
}

/// The first token and the last of a name, as K0 has them, where K2 has `token`.
fn at_ends<'a>(name: &'a NameKeys, token: &str) -> impl Iterator<Item = &'a str> {
    let (mut safe, mut lossy) = (name.safe().split(' '), name.lossy().split(' '));
    let ends = [(safe.next(), lossy.next()), (safe.next_back(), lossy.next_back())];
    ends.into_iter().filter(move |&(_, lossy)| lossy == Some(token)).filter_map(|(safe, _)| safe)
}

/// Compares a form with a family name, a K0 key: another spelling of it by sound stands for the person.
fn compare_family(form: &Form, family: &str, without: Stages) -> Option<Comparison> {
    let mut comparison = compare_edited(&form.safe, family, without).ok()?;
    comparison.evidence += FAMILY_ALONE.evidence;
    comparison.plausibility *= FAMILY_ALONE.plausibility;
    comparison.steps.push(Step::new("family name alone".to_owned(), FAMILY_ALONE.cost));
    (comparison.tier == Tier::Transliteration).then_some(comparison)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    #[test]
    fn heads_are_dropped_but_not_without_end() {
        let keys = |name: &str| -> Vec<String> {
            let whole = Form::whole(text::safe_fold(name));
            let forms: Vec<Form<'_>> = std::iter::once(whole.clone()).chain(whole.stripped()).collect();
            let found = headless_forms(&Stack::new(Vec::new()), &forms, Stages::NONE).into_iter();
            found.map(|form| form.key.into_owned()).collect()
        };
        assert_eq!(keys("الوزير السابق الدكتور زيد").last().map(String::as_str), Some("زيد"));
        for hostile in ["الرئيس ", "من ", "قناة ", "والوزير "] {
            let forms = keys(&hostile.repeat(60));
            assert!((1..=MAX_HEADLESS).contains(&forms.len()), "{hostile}: {}", forms.len());
        }
    }
}
