//! Tier PARTIAL: heads dropped, tokens reordered or left out, a family name alone.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::compare::{Comparison, compare_edited};
use super::form::Form;
use super::hits::Hits;
use super::lookup;
use super::stack::{AliasRef, EntityKey, Stack};
use super::stage::{Stage, Stages};
use super::step::Step;
use crate::index::{AliasOrdinal, FuzzyPattern, Segment};
use crate::model::Tier;
use crate::text::person::{self, NameOrder};
use crate::text::{self, NameKeys, heads};

/// Tokens under more aliases than this say too little to search by.
const MAX_TOKEN_ALIASES: usize = 4096;
/// Heads dropped off one name: nobody writes more, but every further one would multiply the work.
const MAX_DROPPED: usize = 5;
/// Headless forms of one name that are looked at, those of the fewest steps.
const MAX_HEADLESS: usize = 48;
/// A family name alone has at least so many letters; after a proclitic one more, for ومسك is hardly و and مسك.
const MIN_FAMILY_LETTERS: usize = 3;

/// What a way to write a name in part costs, what it says in powers of ten, and how likely it is that name.
struct Part {
    cost: f32,
    evidence: f32,
    plausibility: f32,
}

const REORDERED: Part = Part { cost: 0.45, evidence: -1.0, plausibility: 0.95 };
const LEFT_OUT: Part = Part { cost: 0.80, evidence: -1.5, plausibility: 0.90 };
const FURTHER: Part = Part { cost: 1.00, evidence: -2.0, plausibility: 0.85 };
const FAMILY_ALONE: Part = Part { cost: 1.30, evidence: -2.0, plausibility: 0.80 };
/// The part of the doubt about given names that remains where the family name agrees to the letter.
const KNOWN_FAMILY_DOUBT: f32 = 0.3;

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
    let mut keys = AliasKeys::default();
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
        for at in sharing_tokens(stack, &query, without) {
            if !hits.may_read() {
                return;
            }
            let Some(name) = keys.of_alias(stack, at).filter(|name| meets(&query, name.lossy())) else {
                continue;
            };
            if !hits.may_compare(form) {
                return;
            }
            let named = stack.entity_of(at).and_then(|entity| Named::new(stack, entity, name));
            if let Some(comparison) = named.and_then(|named| named.compare(form, without)) {
                hits.add(form, at, comparison);
            }
        }
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
    let tokens = || alias.split(' ');
    let are_same = |a: Option<&&str>, b: Option<&str>| a.zip(b).is_some_and(|(a, b)| is_same(a, b));
    let is_alike = || match tokens().count().cmp(&query.len()) {
        Ordering::Less => are_same(query.first(), tokens().next()),
        Ordering::Equal => true,
        Ordering::Greater => false,
    };
    are_same(query.last(), tokens().next_back()) && is_alike()
        || query.iter().all(|token| tokens().any(|other| is_same(token, other)))
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
    let mut keys = AliasKeys::default();
    for token in tokens {
        // Many people share a family name.
        let mut compared: HashMap<String, Option<Comparison>> = HashMap::new();
        if !hits.may_look_up(1) {
            return;
        }
        for at in sharing_tokens(stack, &[&token], without) {
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
            let named = stack.entity_of(at).and_then(|entity| Named::new(stack, entity, name));
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

/// The aliases of several tokens that share the rarest known token of a query, and of the others those without which
/// [`Named::compare`] accepts no alias: the last one in any case, and all of them if no person has that. In a name that is
/// written without a part of it, or in another order, every token is known, and a person's family name stands last, or
/// first, and then another name of theirs last.
///
/// Some of them may lack a token that very many aliases have.
fn sharing_tokens(stack: &Stack, query: &[&str], without: Stages) -> Vec<AliasRef> {
    let [.., last] = query else { return Vec::new() };
    let is_last_known = with_or_without_article(last).any(|token| alias_count(stack, &token) > 0);
    let counted = query.iter().map(|token| (alias_count(stack, token), *token)).filter(|&(n, _)| n > 0);
    let rarest = counted.min().filter(|&(n, _)| is_last_known && n <= MAX_TOKEN_ALIASES);
    let Some((_, rarest)) = rarest else { return Vec::new() };
    let may_be_person = with_or_without_article(last).any(|token| stack.is_token_of_person(&token));
    let needed = match query {
        [alone] if !may_be_person || !may_be_family_name(stack, alone, without) => return Vec::new(),
        _ if may_be_person => std::slice::from_ref(last),
        _ => query,
    };
    let needed: Vec<Vec<String>> = needed
        .iter()
        .filter(|&&token| token != rarest)
        .map(|token| with_or_without_article(token).collect())
        .collect();
    let of_segment = |(segment, reader): (u16, &Segment)| {
        let mut aliases: Vec<AliasOrdinal> = reader.lookup_token(rarest).collect();
        needed.iter().for_each(|tokens| retain_with_any(&mut aliases, reader, tokens));
        aliases.into_iter().map(move |alias| AliasRef { segment, alias })
    };
    stack.numbered().flat_map(of_segment).collect()
}

fn alias_count(stack: &Stack, token: &str) -> usize {
    stack.numbered().map(|(_, reader)| reader.lookup_token(token).len()).sum()
}

/// The tokens that [`is_same`] takes for `token`.
fn with_or_without_article(token: &str) -> impl Iterator<Item = String> {
    let bare = token.strip_prefix(text::ARTICLE).map(str::to_owned);
    [token.to_owned(), format!("{}{token}", text::ARTICLE)].into_iter().chain(bare)
}

/// So many postings of another token are passed over sooner than one alias is read.
const POSTINGS_OF_ALIAS: usize = 64;

/// Leaves of ascending aliases those that have one of `tokens`, if that takes less time than to read all of them.
fn retain_with_any(aliases: &mut Vec<AliasOrdinal>, reader: &Segment, tokens: &[String]) {
    let mut lists: Vec<_> = tokens.iter().map(|token| reader.lookup_token(token).peekable()).collect();
    if lists.iter().map(ExactSizeIterator::len).sum::<usize>() > POSTINGS_OF_ALIAS * aliases.len() {
        return;
    }
    aliases.retain(|&alias| {
        lists.iter_mut().any(|list| {
            while list.next_if(|&other| other < alias).is_some() {}
            list.peek() == Some(&alias)
        })
    });
}

/// Whether a token may stand for a person alone: long enough, and nobody's given name.
fn may_be_family_name(stack: &Stack, token: &str, without: Stages) -> bool {
    if token.chars().count() < MIN_FAMILY_LETTERS || person::is_dependent(token) {
        return false;
    }
    without.contains(Stage::GivenNames) || !stack.is_given_name(token)
}

/// An alias of several tokens and whose name it is.
pub(super) struct Named<'a> {
    safe: Vec<&'a str>,
    lossy: Vec<&'a str>,
    is_person: bool,
    order: NameOrder,
}

impl<'a> Named<'a> {
    pub fn new(stack: &Stack, entity: EntityKey, name: &'a NameKeys) -> Option<Self> {
        let safe: Vec<&str> = name.safe().split(' ').collect();
        let lossy: Vec<&str> = name.lossy().split(' ').collect();
        let is_person = stack.is_person(entity);
        (safe.len() > 1).then(|| Self { safe, lossy, is_person, order: stack.name_order(entity) })
    }

    pub fn compare(&self, form: &Form, without: Stages) -> Option<Comparison> {
        let query: Vec<&str> = form.lossy.split(' ').collect();
        let alias = &self.lossy[..];
        if is_reordered(&query, alias) {
            let step = if all_same(&query, alias) { "article on one side only" } else { "reordered" };
            return Some(partial(&REORDERED, step.to_owned()));
        }
        if let Some(head) = alias.strip_suffix(&query[..])
            && query.len() > 1
            && heads::as_generic(head).is_some()
        {
            return Some(partial(&LEFT_OUT, format!("left out {}", head.join(" "))));
        }
        if self.is_person { self.compare_person(form, &query, alias, without) } else { None }
    }

    fn compare_person(
        &self,
        form: &Form,
        query: &[&str],
        alias: &[&str],
        without: Stages,
    ) -> Option<Comparison> {
        let family = person::family_name(alias, self.order)?;
        let family_tokens = &alias[family.clone()];
        if query == family_tokens {
            return Some(partial(&FAMILY_ALONE, "family name alone".to_owned()));
        }
        if without.contains(Stage::GivenNames)
            && let [alone] = query
            && alias.iter().any(|token| is_same(alone, token))
        {
            return Some(partial(&FAMILY_ALONE, "one name alone".to_owned()));
        }
        let has_family = match self.order {
            NameOrder::FamilyFirst => query.len() > 1 && all_same(&query[..1], family_tokens),
            NameOrder::GivenFirst => {
                query.len() > family_tokens.len()
                    && all_same(&query[query.len() - family_tokens.len()..], family_tokens)
            }
        };
        if !has_family {
            return None;
        }
        if is_same(query[0], alias[0]) && is_same(query[query.len() - 1], alias[alias.len() - 1]) {
            if is_subsequence(query, alias) {
                return Some(partial(&LEFT_OUT, "left out middle names".to_owned()));
            }
            if is_subsequence(alias, query) {
                return Some(partial(&FURTHER, "further middle names".to_owned()));
            }
        }
        self.compare_given_names(form, without)
    }

    /// The family name, a K0 key, if the name is a person's and the K2 key of the family name is `token`.
    fn family_of(&self, token: &str) -> Option<&'a str> {
        let family = person::family_name(&self.lossy, self.order)
            .filter(|family| self.is_person && family.len() == 1)?;
        (self.lossy[family.start] == token).then(|| self.safe[family.start])
    }

    /// The family name agrees; the given names may be spelled otherwise (فلاديمير, فولوديمير).
    fn compare_given_names(&self, form: &Form, without: Stages) -> Option<Comparison> {
        if self.order == NameOrder::FamilyFirst || form.safe.split(' ').count() != self.safe.len() {
            return None;
        }
        let comparison = compare_edited(&form.safe, &self.safe.join(" "), without).ok()?;
        let plausibility = 1.0 - KNOWN_FAMILY_DOUBT * (1.0 - comparison.plausibility);
        (comparison.tier == Tier::Transliteration).then_some(Comparison { plausibility, ..comparison })
    }
}

fn partial(part: &Part, step: String) -> Comparison {
    let &Part { cost, evidence, plausibility } = part;
    Comparison { tier: Tier::Partial, steps: vec![Step::new(step, cost)], evidence, plausibility, slip: 0.0 }
}

/// Whether two K2 tokens are one word, with or without the article (رجب طيب, رجب الطيب).
fn is_same(a: &str, b: &str) -> bool {
    a == b || a.strip_prefix(text::ARTICLE) == Some(b) || b.strip_prefix(text::ARTICLE) == Some(a)
}

fn all_same(a: &[&str], b: &[&str]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
}

fn is_reordered(query: &[&str], alias: &[&str]) -> bool {
    query.len() == alias.len() && sorted_bare(query) == sorted_bare(alias)
}

/// Tokens without their articles, in order.
fn sorted_bare<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    let bare = |token: &&'a str| token.strip_prefix(text::ARTICLE).unwrap_or(token);
    let mut bare: Vec<&str> = tokens.iter().map(bare).collect();
    bare.sort_unstable();
    bare
}

fn is_subsequence(few: &[&str], many: &[&str]) -> bool {
    let mut rest = many.iter();
    few.len() < many.len() && few.iter().all(|token| rest.any(|other| is_same(token, other)))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn tokens_agree_up_to_the_article() {
        assert!(is_same("طيب", "الطيب") && is_same("بوتين", "بوتين") && !is_same("بوتين", "بوتان"));
        assert!(is_reordered(&["ترامب", "دونالد"], &["دونالد", "ترامب"]));
        assert!(!is_reordered(&["ترامب"], &["دونالد", "ترامب"]));
        assert!(is_subsequence(&["رجب", "اردوغان"], &["رجب", "طيب", "اردوغان"]));
        assert!(!is_subsequence(&["اردوغان", "رجب"], &["رجب", "طيب", "اردوغان"]));
    }
}
