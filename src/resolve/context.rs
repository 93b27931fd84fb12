//! Context: words that stand near a name, as evidence for one of the entities that bear it.
//!
//! | a word or phrase | speaks for a candidate |
//! |---|---|
//! | another name of the candidate | most |
//! | a name of its country, of its people, or of something of that country | as far as the phrase means that country, and as far as what it names is known to many |
//! | a noun for its type: مدينة, state, footballer | enough to tell two as likely readings apart |
//! | a word of its description | a little: two words tell two as likely readings apart |
//!
//! Names are looked up by K0 and K1 alone, with and without proclitics. The name that is asked for is no evidence: in
//! عمان عاصمة الأردن only what stands beside it is read. Context weighs the candidates that the name reached; it adds
//! none.

use std::collections::HashSet;

use super::form::Form;
use super::hit::Hit;
use super::lookup;
use super::score::sum;
use super::stack::{EntityKey, Stack};
use super::stage::Stages;
use super::{MAX_CONTEXT_BYTES, MAX_CONTEXT_WORDS, ResolveOptions};
use crate::model::{AliasKind, CountryCode, Rank, Tier};
use crate::text::{self, type_words};

/// How strongly a clue speaks for a candidate, in powers of ten.
const OTHER_NAME_POWER: f32 = 3.5;
const COUNTRY_POWER: f32 = 2.0;
const TYPE_POWER: f32 = 1.2;
const DESCRIPTION_POWER: f32 = 0.5;
/// The most by which context lifts a candidate over another: less than a known name has over a stripped one.
const MAX_POWER: f32 = 3.0;

/// The longest phrase that is looked up, in words.
const MAX_PHRASE_WORDS: usize = 4;
/// Words with fewer letters are no evidence but as names.
const MIN_WORD_LETTERS: usize = 3;
/// The ranks between which a name of context gains its full weight: a village of 4,000 may bear the name of anything, a
/// city of half a million is what is meant.
const OBSCURE_RANK: f32 = 0.45;
const KNOWN_RANK: f32 = 0.70;
/// The weight of what has no rank, which says nothing of how known it is.
const UNKNOWN_WEIGHT: f32 = 0.5;

/// Checks that `context` is within the limits; else says what is too much.
pub fn check_context(context: &[String]) -> Result<(), String> {
    let bytes: usize = context.iter().map(String::len).sum();
    if bytes > MAX_CONTEXT_BYTES {
        return Err(format!("the context has {bytes} bytes, more than {MAX_CONTEXT_BYTES}"));
    }
    let words: usize = context.iter().map(|entry| entry.split_whitespace().count()).sum();
    if words > MAX_CONTEXT_WORDS {
        return Err(format!("the context has {words} words, more than {MAX_CONTEXT_WORDS}"));
    }
    Ok(())
}

/// How many times likelier context makes each of the hits, 1 or more; nothing where there is no context or no choice.
///
/// Some look-ups by key for each word, and none unless there is something to decide between.
pub(super) fn factors(stack: &Stack, hits: &[Hit], options: &ResolveOptions) -> Vec<f32> {
    if options.context.is_empty() || hits.len() < 2 {
        return Vec::new();
    }
    let clues = Reader::new(stack, hits).read(&options.context);
    let powers: Vec<f32> = hits
        .iter()
        .map(|hit| Subject::new(stack, hit.entity))
        .map(|subject| clues.iter().map(|clue| clue.power(&subject)).sum())
        .collect();
    let best = powers.iter().copied().fold(0.0, f32::max);
    let lift = |power: f32| (best.min(MAX_POWER) - (best - power)).max(0.0);
    powers.into_iter().map(|power| 10_f32.powf(lift(power))).collect()
}

/// What a phrase of context says.
#[derive(PartialEq)]
enum Clue {
    /// It names these entities.
    Names(Vec<Bearer>),
    /// It is a noun for things of these types, or a word that descriptions may hold.
    Word { types: &'static [&'static str], keys: Vec<String> },
}

/// An entity that a phrase names.
#[derive(PartialEq)]
struct Bearer {
    entity: EntityKey,
    country: Option<CountryCode>,
    /// Whether only its people are named.
    is_demonym: bool,
    /// Its part of the prominence of all bearers of the name: they sum to 1.
    share: f32,
    /// How far the name can be trusted to be one: 0 to 1.
    trust: f32,
}

/// A candidate, as clues see it.
struct Subject<'a> {
    stack: &'a Stack,
    entity: EntityKey,
    country: Option<CountryCode>,
    description: HashSet<String>,
}

impl<'a> Subject<'a> {
    fn new(stack: &'a Stack, entity: EntityKey) -> Self {
        let texts: Vec<String> = stack.records(entity).map(|(_, record)| record.description()).collect();
        let words = texts.iter().flat_map(|text| text.split_whitespace());
        let description = words.map(text::lookup_key).collect();
        Self { stack, entity, country: stack.country(entity), description }
    }
}

impl Clue {
    /// What the clue says for a candidate, in powers of ten.
    fn power(&self, subject: &Subject<'_>) -> f32 {
        match self {
            Self::Names(bearers) => sum(bearers.iter().map(|bearer| bearer.power(subject))),
            Self::Word { types, keys } => {
                let is_of_type = !types.is_empty() && subject.stack.is_one_of(subject.entity, types);
                let is_described = keys.iter().any(|key| subject.description.contains(key));
                let power_if = |holds, power| if holds { power } else { 0.0 };
                power_if(is_of_type, TYPE_POWER) + power_if(is_described, DESCRIPTION_POWER)
            }
        }
    }
}

impl Bearer {
    fn power(&self, subject: &Subject<'_>) -> f32 {
        if self.entity == subject.entity && !self.is_demonym {
            OTHER_NAME_POWER * self.share
        } else if self.country.is_some() && self.country == subject.country {
            COUNTRY_POWER * self.share * self.trust
        } else {
            0.0
        }
    }
}

/// Reads context phrase by phrase, the longest that says something first.
struct Reader<'a> {
    stack: &'a Stack,
    /// Keys of the name that is asked for.
    asked: HashSet<String>,
}

impl<'a> Reader<'a> {
    /// The name that is asked for is known by the aliases that lie nearest to it.
    fn new(stack: &'a Stack, hits: &[Hit]) -> Self {
        let similarities: Vec<f32> = hits.iter().map(|hit| hit.similarity(stack)).collect();
        let greatest = similarities.iter().copied().fold(0.0, f32::max);
        let nearest = hits.iter().zip(&similarities).filter(|&(_, &near)| near >= greatest);
        let nearest = nearest.map(|(hit, _)| hit);
        let asked =
            nearest.filter_map(|hit| stack.alias(hit.alias)).map(|alias| text::lookup_key(&alias.text()));
        Self { stack, asked: asked.collect() }
    }

    /// The clues, each once.
    fn read(&self, context: &[String]) -> Vec<Clue> {
        let mut clues: Vec<Clue> = Vec::new();
        let mut left = MAX_CONTEXT_WORDS;
        for entry in context {
            let words: Vec<&str> = entry.split_whitespace().take(left).collect();
            left -= words.len();
            let mut rest = words.as_slice();
            while !rest.is_empty() {
                let (taken, clue) = self.leading(rest);
                clues.extend(clue.filter(|clue| !clues.contains(clue)));
                rest = rest.get(taken..).unwrap_or_default();
            }
        }
        clues
    }

    /// How many words make the first phrase, and what it says, if anything.
    fn leading(&self, words: &[&str]) -> (usize, Option<Clue>) {
        let longest = MAX_PHRASE_WORDS.min(words.len());
        for (count, phrase) in (1..=longest).rev().filter_map(|n| Some((n, words.get(..n)?))) {
            let phrase = Phrase::new(phrase);
            if phrase.readings.iter().any(|form| self.asked.contains(&*form.key)) {
                return (count, None);
            }
            if let Some(types) = phrase.types() {
                return (count, Some(Clue::Word { types, keys: phrase.keys() }));
            }
            let bearers = self.bearers(&phrase);
            if !bearers.is_empty() {
                return (count, Some(Clue::Names(bearers)));
            }
            if count == 1 && phrase.is_content() {
                return (count, Some(Clue::Word { types: &[], keys: phrase.keys() }));
            }
        }
        (1, None)
    }

    /// The entities that a phrase names, in the first of its readings that is a name.
    fn bearers(&self, phrase: &Phrase) -> Vec<Bearer> {
        if phrase.is_function_word() {
            return Vec::new();
        }
        let named = phrase.readings.iter().map(|form| self.named(form, &phrase.written));
        shares(named.into_iter().find(|named| !named.is_empty()).unwrap_or_default())
    }

    /// The entities that bear exactly this name, each once, with the weight of the name among theirs.
    fn named(&self, form: &Form<'_>, written: &str) -> Vec<Bearer> {
        let mut bearers: Vec<Bearer> = Vec::new();
        let mut surface = lookup::Surface::default();
        let exact = lookup::under_key(self.stack, form, Stages::NONE, &mut surface).filter(|met| {
            met.judgement.tier <= Tier::Orthographic && met.judgement.plausibility >= lookup::KNOWN
        });
        for lookup::Met { at, .. } in exact {
            let (Some(alias), Some(entity)) = (self.stack.alias(at), self.stack.entity_of(at)) else {
                continue;
            };
            // "and" is no name of Andorra, but AND is.
            let is_code = alias.kind == AliasKind::Abbreviation;
            if is_code && !written.contains(&alias.text()) || self.stack.is_blocked(&form.key, entity) {
                continue;
            }
            let bearer = self.bearer(entity, alias.kind);
            match bearers.iter_mut().find(|known| known.entity == entity) {
                Some(known) => known.is_demonym &= bearer.is_demonym,
                None => bearers.push(bearer),
            }
        }
        bearers
    }

    fn bearer(&self, entity: EntityKey, kind: AliasKind) -> Bearer {
        let rank = self.stack.rank(entity).map(Rank::get);
        let trust = rank.map(|rank| (rank - OBSCURE_RANK) / (KNOWN_RANK - OBSCURE_RANK));
        Bearer {
            entity,
            country: self.stack.country(entity),
            is_demonym: kind == AliasKind::Demonym,
            share: 10_f32.powf(Rank::POWERS * (rank.unwrap_or(OBSCURE_RANK) - 1.0)),
            trust: trust.unwrap_or(UNKNOWN_WEIGHT).clamp(0.0, 1.0),
        }
    }
}

/// Makes the weights of bearers shares of their sum.
fn shares(mut bearers: Vec<Bearer>) -> Vec<Bearer> {
    let total = sum(bearers.iter().map(|bearer| bearer.share));
    for bearer in &mut bearers {
        bearer.share /= total;
    }
    bearers
}

/// Some words in a row, with the ways to read them.
struct Phrase {
    written: String,
    /// As they stand, then without proclitics.
    readings: Vec<Form<'static>>,
}

impl Phrase {
    fn new(words: &[&str]) -> Self {
        let written = words.join(" ");
        let whole = Form::whole(text::safe_fold(&written));
        let mut readings: Vec<Form<'static>> = whole.stripped().map(Form::into_owned).collect();
        readings.insert(0, whole);
        readings.retain(|form| !form.key.is_empty());
        Self { written, readings }
    }

    fn types(&self) -> Option<&'static [&'static str]> {
        self.readings.iter().find_map(|form| type_words::types_of(&form.lossy.split(' ').collect::<Vec<_>>()))
    }

    fn keys(&self) -> Vec<String> {
        self.readings.iter().map(|form| form.key.clone().into_owned()).collect()
    }

    /// Whether it is a word of the language before it is a name.
    fn is_function_word(&self) -> bool {
        self.readings.first().is_none_or(Form::is_function_word)
    }

    fn is_content(&self) -> bool {
        !self.is_function_word()
            && self.readings.first().is_some_and(|form| form.letters() >= MIN_WORD_LETTERS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_context_are_exact() {
        let check = |entries: &[String]| check_context(entries).is_ok();
        assert!(check(&[]));
        assert!(check(&[vec!["a"; MAX_CONTEXT_WORDS].join(" ")]));
        assert!(!check(&vec!["a".to_owned(); MAX_CONTEXT_WORDS + 1]));
        assert!(check(&["a".repeat(MAX_CONTEXT_BYTES)]));
        assert!(!check(&["a".repeat(MAX_CONTEXT_BYTES), "b".to_owned()]));
    }

    #[test]
    fn a_phrase_is_read_with_and_without_proclitics() {
        let phrase = Phrase::new(&["والمدينة"]);
        assert_eq!(phrase.types(), Some(&["city"][..]));
        assert!(phrase.keys().contains(&text::lookup_key("مدينة")));
        assert!(Phrase::new(&["في"]).is_function_word() && Phrase::new(&["؟"]).is_function_word());
        assert!(!Phrase::new(&["في"]).is_content() && Phrase::new(&["سباق"]).is_content());
    }
}
