//! Tiers TRANSLITERATION, beyond a few edits, and CROSS_SCRIPT: names with the skeleton of a form, judged by the weighted
//! distance or by the alignment of the two scripts.

use std::cmp::Reverse;

use super::ahead::Ahead;
use super::compare::{Comparison, HeardName, compare_edited};
use super::form::Form;
use super::hits::Hits;
use super::stack::{AliasRef, EntityKey, Stack};
use super::stage::{Stage, Stages};
use crate::index::{AliasOrdinal, EntityRecord, NearSkeletons};
use crate::text::well_known::{is_known, is_native, is_other_name};
use crate::text::{self, MIN_NEAR_SYMBOLS};

/// Aliases that are looked at under one key, those of the most prominent entities of the whole stack.
///
/// Of 3,000 misspelt names of the bundled packs the verdict changes on none between 64 and no bound at all, and on four at 32.
const MAX_CANDIDATES: usize = 128;
/// Letters from which on a name may be spelled otherwise.
const MIN_LETTERS: usize = 4;
/// Letters from which on a stripped or headless form may be.
const MIN_REMAINDER_LETTERS: usize = 5;

/// Gathers the names in Arabic script that have the consonants of a form in that script, where vowels come and go. Latin
/// script writes them: names of other vowels are other names.
pub(super) fn gather(stack: &Stack, forms: &[Form], hits: &mut Hits<'_>) {
    let without = hits.without();
    let (ahead, mut key) = (Ahead::new(stack), SafeKey::default());
    for form in forms.iter().filter(|form| may_be_respelled(form, without) && is_arabic(&form.safe)) {
        if !hits.may_look_up_skeletons() {
            return;
        }
        let candidates = Candidates::of_skeleton(stack, form);
        for at in ahead.texts(&candidates.found) {
            if !hits.may_compare(form) {
                return;
            }
            let Some(safe) = key.of_alias(stack, at, |_| true) else { continue };
            if is_arabic(safe)
                && let Ok(comparison) = compare_edited(&form.safe, safe, without)
                && candidates.holds(safe)
            {
                hits.add(form, at, comparison);
            }
        }
    }
}

/// Gathers the names that have the consonants of a form in the other script, Latin or Arabic; only if there are none,
/// those that have one more or less, of entities that have no name in the form's own script.
pub(super) fn gather_across_scripts(stack: &Stack, forms: &[Form], hits: &mut Hits<'_>) {
    let without = hits.without();
    let forms = forms.iter().filter(|form| may_be_respelled(form, without));
    let heard = forms.filter_map(|form| Some((form, HeardName::new(&form.safe, stack.entity_count())?)));
    let forms: Vec<(&Form, HeardName)> = heard.collect();
    gather_heard(stack, &forms, Candidates::of_skeleton, hits);
    if hits.is_unknown() {
        gather_heard(stack, &forms, Candidates::near_skeleton, hits);
    }
}

/// Gathers those of the candidates of each form that sound like it.
fn gather_heard<'a>(
    stack: &'a Stack,
    forms: &[(&Form, HeardName)],
    find: impl Fn(&'a Stack, &Form) -> Candidates<'a>,
    hits: &mut Hits<'_>,
) {
    let without = hits.without();
    let (ahead, mut key) = (Ahead::new(stack), SafeKey::default());
    for (form, heard) in forms {
        if !hits.may_look_up_skeletons() {
            return;
        }
        let candidates = find(stack, form);
        let script = is_arabic(&form.safe);
        for at in ahead.texts(&candidates.found) {
            if !hits.may_compare(form) {
                return;
            }
            let Some(safe) = key.of_alias(stack, at, |name| may_be_in_other_script(script, name)) else {
                continue;
            };
            if let Some(comparison) = across_scripts(stack, form, heard, at, safe, without)
                && candidates.admits(form, at)
                && candidates.holds(safe)
            {
                hits.add(form, at, comparison);
            }
        }
    }
}

fn may_be_respelled(form: &Form, without: Stages) -> bool {
    let least = if form.steps.is_empty() { MIN_LETTERS } else { MIN_REMAINDER_LETTERS };
    form.letters() >= least && !form.is_word(without)
}

fn is_arabic(name: &str) -> bool {
    name.starts_with(text::is_arabic)
}

/// Whether a name, of which nothing is folded yet, may be in another script than Arabic, or may be in it if `script` is not:
/// mostly told by what it is written with.
fn may_be_in_other_script(script: bool, name: &str) -> bool {
    if script {
        // No fold leaves these letters out, or makes others of them.
        !name.starts_with(|c| matches!(c, '\u{621}'..='\u{63A}' | '\u{641}'..='\u{64A}'))
    } else {
        // No fold makes an Arabic letter of a character that comes before all of them, which have this byte or a greater one.
        name.bytes().any(|byte| byte >= 0xD8)
    }
}

/// What names in the query's own script, none of which is the query, say against an entity: evidence in powers of ten,
/// and the share of the plausibility that remains if the gazetteer lists few names, and if it lists every one.
const OTHERWISE_NAMED_EVIDENCE: f32 = -3.5;
const OTHERWISE_NAMED: f32 = 0.7;
const OTHERWISE_NAMED_OF_ALL: f32 = 0.3;

/// Compares a form with an alias in the other script. An entity that has names in the form's own script is rather called
/// by them, and by none that is known to be another name.
fn across_scripts(
    stack: &Stack,
    form: &Form,
    heard: &HeardName,
    at: AliasRef,
    safe: &str,
    without: Stages,
) -> Option<Comparison> {
    let script = is_arabic(&form.safe);
    if is_arabic(safe) == script {
        return None;
    }
    let mut comparison = heard.compare(safe).ok()?;
    let entity = stack.entity_of(at)?;
    if names_in_script_of(stack, form, entity).next().is_some() {
        comparison.evidence += OTHERWISE_NAMED_EVIDENCE;
        comparison.plausibility *=
            OTHERWISE_NAMED + (OTHERWISE_NAMED_OF_ALL - OTHERWISE_NAMED) * stack.coverage();
    }
    let is_other = !without.contains(Stage::WellKnownNames) && is_named_otherwise(stack, form, entity);
    (!is_other).then_some(comparison)
}

/// Whether the form is a well-known name, and another than one that the entity has in its script; or an Arabic given name,
/// which names nobody alone, let alone what sounds like it.
pub(super) fn is_named_otherwise(stack: &Stack, form: &Form, entity: EntityKey) -> bool {
    let mut names = names_in_script_of(stack, form, entity);
    is_native(&form.safe)
        || is_known(&form.safe) && names.any(|name| is_other_name(&form.safe, &text::safe_fold(&name)))
}

/// The names of an entity that are in Arabic script, if the form is, or that are in another, if it is not.
fn names_in_script_of(stack: &Stack, form: &Form, entity: EntityKey) -> impl Iterator<Item = String> {
    let script = is_arabic(&form.safe);
    let names = stack.aliases(entity).filter_map(|at| Some(stack.alias(at)?.text()));
    names.filter(move |name| is_arabic(name) == script)
}

/// What aliases under a skeleton key are in order of: the rank of the entity as the alias's own pack gives it, greatest
/// first, then its ID.
fn prominence(stack: &Stack, at: AliasRef) -> (Reverse<u32>, &str) {
    let Some(segment) = stack.segments().get(usize::from(at.segment)) else { return (Reverse(0), "") };
    let Some(id) = segment.alias_id(at.alias) else { return (Reverse(0), "") };
    let rank = segment.owner(id).and_then(|owner| segment.entity(owner)).and_then(EntityRecord::rank);
    // Not negative, so that its bits sort as it does.
    (Reverse(rank.map_or(0, |rank| rank.get().to_bits())), segment.id(id))
}

/// The aliases that a skeleton leads to, each once.
struct Candidates<'a> {
    stack: &'a Stack,
    /// The skeleton keys that were looked up.
    keys: Vec<String>,
    /// Whether keys that are one edit away were looked up as well.
    is_near: bool,
    found: Vec<AliasRef>,
}

impl<'a> Candidates<'a> {
    /// Those under a skeleton key of the form.
    fn of_skeleton(stack: &'a Stack, form: &Form<'_>) -> Self {
        let keys = text::skeleton_queries(&form.safe);
        let mut candidates = Self { stack, keys: Vec::new(), is_near: false, found: Vec::new() };
        for key in &keys {
            let lists = stack.numbered().map(|(segment, reader)| (segment, reader.lookup_skeleton(key)));
            candidates.add_most_prominent(lists);
        }
        candidates.once(keys)
    }

    /// Those under a key that is one edit away from the likeliest key of the form, if that is long enough.
    fn near_skeleton(stack: &'a Stack, form: &Form<'_>) -> Self {
        let likeliest = text::skeleton_keys(&form.safe).into_iter().take(1);
        let keys: Vec<String> = likeliest.filter(|key| key.len() >= MIN_NEAR_SYMBOLS).collect();
        let mut candidates = Self { stack, keys: Vec::new(), is_near: true, found: Vec::new() };
        for near in keys.iter().map(|key| NearSkeletons::new(key)) {
            for (segment, reader) in stack.numbered() {
                reader.search_near_skeletons(&near, |aliases| {
                    candidates.add_most_prominent(std::iter::once((segment, aliases)));
                });
            }
        }
        candidates.once(keys)
    }

    /// Adds the aliases under one key, at most [`MAX_CANDIDATES`] of the whole stack. Each list has those of prominent
    /// entities first; so that no division into packs shows, several are merged, if they are too many together.
    fn add_most_prominent<I: Iterator<Item = AliasOrdinal>>(
        &mut self,
        lists: impl Iterator<Item = (u16, I)>,
    ) {
        let start = self.found.len();
        let mut has_several = false;
        for (segment, aliases) in lists {
            has_several |= self.found.len() > start;
            self.found.extend(aliases.take(MAX_CANDIDATES).map(|alias| AliasRef { segment, alias }));
        }
        if self.found.len() - start > MAX_CANDIDATES {
            if has_several {
                let stack = self.stack;
                self.found[start..].sort_by_cached_key(|&at| prominence(stack, at));
            }
            self.found.truncate(start + MAX_CANDIDATES);
        }
    }

    fn once(mut self, keys: Vec<String>) -> Self {
        self.found.sort_unstable();
        self.found.dedup();
        Self { keys, ..self }
    }

    /// Whether an alias in the other script may be meant: if only its key is near, then of an entity that has no name in
    /// the form's own.
    fn admits(&self, form: &Form<'_>, at: AliasRef) -> bool {
        let has_none = |entity| names_in_script_of(self.stack, form, entity).next().is_none();
        !self.is_near || self.stack.entity_of(at).is_some_and(has_none)
    }

    /// Whether a K0 key has a skeleton that was looked up: the index gives now and then an alias of another one.
    fn holds(&self, safe: &str) -> bool {
        let is_meant =
            |own: &String, key: &String| own == key || self.is_near && strsim::osa_distance(own, key) <= 1;
        text::skeleton_keys(safe).iter().any(|own| self.keys.iter().any(|key| is_meant(own, key)))
    }
}

/// The K0 key of an alias that is read, in buffers that serve the next one too.
#[derive(Default)]
struct SafeKey {
    text: String,
    safe: String,
}

impl SafeKey {
    /// That of an alias, if its text `is_meant`.
    fn of_alias(&mut self, stack: &Stack, at: AliasRef, is_meant: impl Fn(&str) -> bool) -> Option<&str> {
        stack.alias(at)?.text_into(&mut self.text);
        if !is_meant(&self.text) {
            return None;
        }
        text::safe_fold_into(&self.text, &mut self.safe);
        Some(&self.safe)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(name: &str) {
        let is_in_arabic = is_arabic(&text::safe_fold(name));
        assert!(may_be_in_other_script(true, name) || is_in_arabic, "{name:?}");
        assert!(may_be_in_other_script(false, name) || !is_in_arabic, "{name:?}");
    }

    #[test]
    fn the_script_of_every_character_is_told_before_it_is_folded() {
        for c in '\0'..=char::MAX {
            [format!("{c}"), format!("a{c}"), format!("ب{c}"), format!("{c}ب"), format!("{c}a")]
                .iter()
                .for_each(|name| check(name));
        }
    }

    proptest! {
        #[test]
        fn the_script_of_a_name_is_told_before_it_is_folded(name in "\\PC{0,6}", marked in "[\u{600}-\u{6FF}a-cé]{0,6}") {
            check(&name);
            check(&marked);
        }
    }
}
