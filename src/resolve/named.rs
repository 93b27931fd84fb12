//! [`Named`]: an alias of several tokens, and the ways to write it in part.

use smallvec::SmallVec;

use super::compare::{Comparison, compare_edited};
use super::form::Form;
use super::stack::{AliasRef, EntityKey, Stack};
use super::stage::{Stage, Stages};
use super::step::Step;
use crate::model::Tier;
use crate::text::person::{self, NameOrder};
use crate::text::{self, NameKeys, distance, heads};

/// What a way to write a name in part costs, what it says in powers of ten, and how likely it is that name.
pub(super) struct Part {
    pub cost: f32,
    pub evidence: f32,
    pub plausibility: f32,
}

const REORDERED: Part = Part { cost: 0.45, evidence: -1.0, plausibility: 0.95 };
const LEFT_OUT: Part = Part { cost: 0.80, evidence: -1.5, plausibility: 0.90 };
const FURTHER: Part = Part { cost: 1.00, evidence: -2.0, plausibility: 0.85 };
pub(super) const FAMILY_ALONE: Part = Part { cost: 1.30, evidence: -2.0, plausibility: 0.80 };
/// The part of the doubt about given names that remains where the family name agrees to the letter.
const KNOWN_FAMILY_DOUBT: f32 = 0.3;

/// An alias of several tokens and whose name it is.
pub(super) struct Named<'a> {
    safe: Tokens<'a>,
    lossy: Tokens<'a>,
    is_person: bool,
    order: NameOrder,
}

/// The tokens of a name.
pub(super) type Tokens<'a> = SmallVec<[&'a str; 6]>;

/// The tokens of a key, as `split(' ')` gives them: faster, for so few letters.
pub(super) fn tokens(key: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(key);
    std::iter::from_fn(move || {
        let key = rest?;
        let Some(end) = key.bytes().position(|byte| byte == b' ') else { return rest.take() };
        rest = key.get(end + 1..);
        key.get(..end)
    })
}

impl<'a> Named<'a> {
    /// A name of an entity; `None` if it is of one token.
    pub fn new(stack: &Stack, entity: EntityKey, name: &'a NameKeys) -> Option<Self> {
        Self::of_keys(name, stack.is_person(entity), stack.name_order(entity))
    }

    /// The name that an alias row gives, of these keys; `None` if it is of one token, or if no entity bears it.
    pub fn of_alias(stack: &Stack, at: AliasRef, name: &'a NameKeys) -> Option<Self> {
        let bearer = stack.named_by(at)?;
        Self::of_keys(name, bearer.is_person(stack), bearer.name_order(stack))
    }

    fn of_keys(name: &'a NameKeys, is_person: bool, order: NameOrder) -> Option<Self> {
        let safe: Tokens<'_> = tokens(name.safe()).collect();
        let lossy: Tokens<'_> = tokens(name.lossy()).collect();
        (safe.len() > 1).then_some(Self { safe, lossy, is_person, order })
    }

    pub fn compare(&self, form: &Form, without: Stages) -> Option<Comparison> {
        let query: Tokens<'_> = tokens(&form.lossy).collect();
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
    pub fn family_of(&self, token: &str) -> Option<&'a str> {
        let family = person::family_name(&self.lossy, self.order)
            .filter(|family| self.is_person && family.len() == 1)?;
        (self.lossy[family.start] == token).then(|| self.safe[family.start])
    }

    /// The family name agrees; the given names may be spelled otherwise (فلاديمير, فولوديمير).
    fn compare_given_names(&self, form: &Form, without: Stages) -> Option<Comparison> {
        if self.order == NameOrder::FamilyFirst || form.safe.split(' ').count() != self.safe.len() {
            return None;
        }
        if !self.may_be_heard_as(form, without) {
            return None;
        }
        let comparison = compare_edited(&form.safe, &self.safe.join(" "), without).ok()?;
        let plausibility = 1.0 - KNOWN_FAMILY_DOUBT * (1.0 - comparison.plausibility);
        (comparison.tier == Tier::Transliteration).then_some(Comparison { plausibility, ..comparison })
    }

    /// Whether nothing but sounds may lie between the tokens of a form and those of the name, of which there are as many:
    /// told of most names before they are compared.
    fn may_be_heard_as(&self, form: &Form, without: Stages) -> bool {
        let pairs = form.safe.split(' ').zip(self.safe.iter().copied());
        let mut otherwise = pairs.filter(|(query, alias)| query != alias);
        let letters = distance::letters_of_key;
        without.contains(Stage::DecisiveToken)
            || otherwise.all(|(query, alias)| distance::may_be_one_sound(&letters(query), &letters(alias)))
    }
}

fn partial(part: &Part, step: String) -> Comparison {
    let &Part { cost, evidence, plausibility } = part;
    Comparison { tier: Tier::Partial, steps: vec![Step::new(step, cost)], evidence, plausibility, slip: 0.0 }
}

/// Whether two K2 tokens are one word, with or without the article (رجب طيب, رجب الطيب).
pub(super) fn is_same(a: &str, b: &str) -> bool {
    a == b || a.strip_prefix(text::ARTICLE) == Some(b) || b.strip_prefix(text::ARTICLE) == Some(a)
}

fn all_same(a: &[&str], b: &[&str]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
}

fn is_reordered(query: &[&str], alias: &[&str]) -> bool {
    let are_met = || query.iter().all(|token| alias.iter().any(|other| is_same(token, other)));
    // Most are not, and to sort them takes longer.
    query.len() == alias.len() && are_met() && sorted_bare(query) == sorted_bare(alias)
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// So that of a query with a token that no alias has only people's names need be read.
        #[test]
        fn whatever_is_no_person_has_all_tokens_of_the_query(
            query in "(ال)?[اب]{1,2}( (ال)?[اب]{1,2}){0,3}", alias in "(ال)?[اب]{1,2}( (ال)?[اب]{1,2}){1,3}",
            is_given_first in any::<bool>(), is_person in any::<bool>()
        ) {
            let order = if is_given_first { NameOrder::GivenFirst } else { NameOrder::FamilyFirst };
            let tokens: Tokens<'_> = alias.split(' ').collect();
            let name = Named { safe: tokens.clone(), lossy: tokens.clone(), is_person, order };
            let form = Form::whole(query);
            let is_met = name.compare(&form, Stages::NONE).is_some();
            let has = |token: &str| tokens.iter().any(|other| is_same(token, other));
            prop_assert!(is_person || !is_met || form.lossy.split(' ').all(has));
        }
    }

    proptest! {
        #[test]
        fn tokens_are_those_of_a_split(key in "[ aب]{0,8}") {
            prop_assert!(tokens(&key).eq(key.split(' ')));
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
