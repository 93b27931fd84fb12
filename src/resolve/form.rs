//! Forms: the ways to read a query before it is looked up: whole, without proclitics, without heads.

use std::borrow::Cow;

use smallvec::{SmallVec, smallvec};

use super::stage::{Stage, Stages};
use super::step::Step;
use crate::index::{Alias, KeyHash};
use crate::model::Tier;
use crate::text::proclitic::{self, Stripped};
use crate::text::{self, NameKeys, heads};

/// One way to read a query. Most forms are ends of the query and borrow from its keys.
#[derive(Clone, Debug)]
pub(super) struct Form<'a> {
    /// K0 key, tokens separated by spaces.
    pub safe: Cow<'a, str>,
    /// K2 key, tokens separated by spaces.
    pub lossy: Cow<'a, str>,
    /// Lookup key: K2 without divisions.
    pub key: Cow<'a, str>,
    /// The hash of the lookup key.
    pub hash: KeyHash,
    /// The best tier that a hit on this form can have.
    pub tier: Tier,
    /// How likely a name is written so, beside the bare name and other readings of the query, in powers of ten.
    pub evidence: f32,
    /// The steps so far.
    pub steps: FormSteps,
    /// Entity types that a dropped head allows; empty for all.
    pub types: &'static [&'static str],
    /// Whether an article was stripped: then only adjectives, and names whose article is optional, are meant.
    pub without_article: bool,
    /// Whether proclitics were stripped.
    pub is_stripped: bool,
    /// K0 key of the form that they were stripped from, if they may as well be a part of the name.
    pub whole: Option<Cow<'a, str>>,
    /// The query, if the form is all of it: what is written like it need not be folded.
    written: Option<&'a str>,
    /// Whether the keys were made letter by letter, so that those of an end of the form are ends of its own.
    is_by_char: bool,
}

/// The forms of one query: most have one, or one more without proclitics.
pub(super) type Forms<'a> = SmallVec<[Form<'a>; 2]>;

/// The steps that lead from a query to a form.
pub(super) type FormSteps = SmallVec<[FormStep; 1]>;

/// A step from a query to a form, put into words when it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FormStep {
    what: What,
    /// What it costs, as [`Step::cost`].
    pub cost: f32,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Stripped(&'static str),
    Dropped(Box<str>),
}

impl FormStep {
    /// The step in words.
    pub fn to_step(&self) -> Step {
        let text = match &self.what {
            What::Stripped(proclitics) => format!("stripped {proclitics}"),
            What::Dropped(head) => format!("dropped {head}"),
        };
        Step::new(text, self.cost)
    }
}

/// The keys of a form.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    safe: &'a str,
    lossy: &'a str,
    key: &'a str,
    /// As [`NameKeys::is_by_char`].
    is_by_char: bool,
}

impl<'a> From<&'a NameKeys> for Keys<'a> {
    fn from(keys: &'a NameKeys) -> Self {
        Self { safe: keys.safe(), lossy: keys.lossy(), key: keys.key(), is_by_char: keys.is_by_char() }
    }
}

impl<'a> Keys<'a> {
    /// The form of `safe`, the end of this K0 key after proclitics of `len` bytes: letters that every key keeps.
    fn end(self, safe: &'a str, len: usize) -> Form<'a> {
        if !self.is_by_char {
            return Form::whole(safe.to_owned());
        }
        // A proclitic that is a token by itself goes with the division after it, which the lookup key does not have.
        let with_division = self.safe.len() - safe.len();
        let lossy = self.lossy.get(with_division..).unwrap_or_default();
        let key = self.key.get(len..).unwrap_or_default();
        Form { is_by_char: true, ..Form::new(safe.into(), lossy.into(), key.into()) }
    }
}

/// What dropping a head costs, and how often names have one, in powers of ten.
const HEAD_COST: f32 = 0.33;
const HEAD_EVIDENCE: f32 = -1.0;

/// Stripped readings of up to this evidence and up to so many letters are doubtful.
const DOUBTFUL_EVIDENCE: f32 = -1.9;
const DOUBTFUL_LETTERS: usize = 3;

impl<'a> Form<'a> {
    /// The query as it stands.
    pub fn whole(safe: String) -> Form<'static> {
        Form::of_query("", &NameKeys::of_safe(safe)).into_owned()
    }

    /// The query as it stands, by its keys.
    pub fn of_query(name: &'a str, keys: &'a NameKeys) -> Self {
        let (written, is_by_char) = (Some(name), keys.is_by_char());
        Self { written, is_by_char, ..Self::new(keys.safe().into(), keys.lossy().into(), keys.key().into()) }
    }

    fn new(safe: Cow<'a, str>, lossy: Cow<'a, str>, key: Cow<'a, str>) -> Self {
        Self {
            hash: KeyHash::of(&key),
            safe,
            lossy,
            key,
            tier: Tier::Exact,
            evidence: 0.0,
            steps: FormSteps::new(),
            types: &[],
            without_article: false,
            is_stripped: false,
            whole: None,
            written: None,
            is_by_char: false,
        }
    }

    /// The form, borrowing nothing.
    pub fn into_owned(self) -> Form<'static> {
        let owned = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        Form {
            safe: owned(self.safe),
            lossy: owned(self.lossy),
            key: owned(self.key),
            hash: self.hash,
            whole: self.whole.map(owned),
            tier: self.tier,
            evidence: self.evidence,
            steps: self.steps,
            types: self.types,
            without_article: self.without_article,
            is_stripped: self.is_stripped,
            written: None,
            is_by_char: self.is_by_char,
        }
    }

    /// The form of what is left of this one, a K0 key, after a step.
    fn derived<'f>(&self, mut left: Form<'f>, tier: Tier, evidence: f32, step: FormStep) -> Form<'f> {
        left.tier = self.tier.max(tier);
        left.evidence = self.evidence + evidence;
        left.steps = if self.steps.is_empty() {
            smallvec![step]
        } else {
            self.steps.iter().cloned().chain([step]).collect()
        };
        left.types = self.types;
        left.without_article = self.without_article;
        left
    }

    /// The forms with proclitics stripped.
    pub fn stripped(&self) -> impl Iterator<Item = Form<'_>> {
        let keys = Keys { safe: &self.safe, lossy: &self.lossy, key: &self.key, is_by_char: self.is_by_char };
        let readings = proclitic::readings(keys.safe).into_iter();
        readings.map(move |reading| self.after_proclitics(keys, reading))
    }

    /// The form of a reading of this one, whose keys these are. It borrows from the keys alone.
    pub fn after_proclitics<'k>(&self, keys: Keys<'k>, reading: Stripped<'k>) -> Form<'k> {
        let step = FormStep { what: What::Stripped(reading.proclitics), cost: reading.cost };
        let left = match reading.rest {
            Cow::Borrowed(end) => keys.end(end, reading.proclitics.len()),
            Cow::Owned(safe) => Form::whole(safe),
        };
        let mut form = self.derived(left, Tier::Proclitic, reading.evidence, step);
        form.is_stripped = true;
        // An adjective is the same word with its article: التركي may be a family, and is تركي all the same.
        form.whole = (!reading.without_article).then_some(Cow::Borrowed(keys.safe));
        form.without_article |= reading.without_article;
        form
    }

    /// The forms with a leading title, preposition or generic noun dropped; several where its meaning is open.
    pub fn headless(&self) -> Vec<Form<'static>> {
        let tokens: Vec<&str> = self.safe.split(' ').collect();
        let lossy: Vec<&str> = self.lossy.split(' ').collect();
        // K2 keeps the divisions of K0, so the tokens of the two line up.
        let usable = heads::leading(&lossy).into_iter().filter(|head| head.tokens < tokens.len());
        usable
            .filter(|head| self.types.is_empty() || head.types.is_empty() || head.types == self.types)
            .map(|head| {
                let mut form = self.after_head(&tokens[..head.tokens], &tokens[head.tokens..]);
                if !head.types.is_empty() {
                    form.types = head.types;
                }
                // It was the head that had lost its article.
                form.without_article = false;
                form
            })
            .collect()
    }

    /// The form without its first `count` tokens, which were found to be an adjective of place (الرئيس التركي …).
    pub fn without_leading(&self, count: usize) -> Option<Form<'static>> {
        let tokens: Vec<&str> = self.safe.split(' ').collect();
        let (dropped, rest) = tokens.split_at_checked(count).filter(|(_, rest)| !rest.is_empty())?;
        Some(self.after_head(dropped, rest))
    }

    fn after_head(&self, head: &[&str], rest: &[&str]) -> Form<'static> {
        let step = FormStep { what: What::Dropped(head.join(" ").into()), cost: HEAD_COST };
        self.derived(Form::whole(rest.join(" ")), Tier::Partial, HEAD_EVIDENCE, step)
    }

    /// Whether the form is a word with a meaning of its own, an ordinary one or a head: then it is no slip for a name.
    pub fn is_word(&self, without: Stages) -> bool {
        !without.contains(Stage::OrdinaryWords)
            && (text::is_ordinary_word(&self.safe) || self.is_function_word())
    }

    /// Whether the form is an ordinary word, with or without proclitics.
    pub fn is_ordinary_word(&self, without: Stages) -> bool {
        !without.contains(Stage::OrdinaryWords) && text::is_ordinary_word(&self.safe)
    }

    /// Whether the form is an ordinary word as it stands, so that nothing is to be stripped off it.
    pub fn is_whole_ordinary_word(&self, without: Stages) -> bool {
        !without.contains(Stage::OrdinaryWords) && text::is_whole_ordinary_word(&self.safe)
    }

    /// Whether the form is a word that says nothing by itself: a function word or a head.
    pub fn is_function_word(&self) -> bool {
        let tokens: Vec<&str> = self.lossy.split(' ').collect();
        text::is_function_word(&self.safe)
            || heads::leading(&tokens).iter().any(|head| head.tokens == tokens.len())
    }

    /// Whether the form strips letters that stand before a name too rarely, off too short a name, to settle what is
    /// meant: كابل is hardly ك and آبل.
    pub fn is_doubtful(&self) -> bool {
        self.tier == Tier::Proclitic
            && self.evidence <= DOUBTFUL_EVIDENCE
            && self.letters() <= DOUBTFUL_LETTERS
    }

    /// Whether an alias is written so that it has the form's K0 key for sure; most that have it are.
    pub fn is_text_of(&self, alias: Alias<'_>) -> bool {
        self.written.is_some_and(|written| alias.is(written)) || alias.is(&self.safe)
    }

    /// The number of letters of the lookup key.
    pub fn letters(&self) -> usize {
        self.key.chars().count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::safe_fold;

    proptest! {
        #[test]
        fn keys_of_stripped_forms_are_those_of_their_own_text(
            name in "[وفبلكا]{0,4}(ال)?[ء-ي \u{300}\u{654}\u{670}éa]{0,12}"
        ) {
            let keys = NameKeys::new(&name);
            let whole = Form::of_query(&name, &keys);
            for form in whole.stripped() {
                let of_text = Form::whole(safe_fold(&form.safe));
                prop_assert_eq!(&form.safe, &of_text.safe);
                prop_assert_eq!(&form.lossy, &of_text.lossy);
                prop_assert_eq!(&form.key, &of_text.key);
            }
        }
    }
}
