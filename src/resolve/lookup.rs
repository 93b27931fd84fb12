//! Tiers EXACT, ORTHOGRAPHIC and PROCLITIC: forms whose key is the key of an alias.

use std::borrow::Cow;
use std::cell::LazyCell;

use smallvec::SmallVec;

use super::compare::{Comparison, Judgement, compare_folds, judge_folds};
use super::form::{Form, Forms};
use super::hits::Hits;
use super::stack::{AliasRef, Stack};
use super::stage::{Stage, Stages};
use super::step::Step;
use crate::index::{Alias, KeyIndex, Posting};
use crate::model::{AliasKind, Article, Tier};
use crate::text::well_known::is_other_name;
use crate::text::{self, NameKeys};

/// What speaks against a stripped reading where the name is known before its last letters are stripped, in powers of ten:
/// more than any prominence can make up for, so that it stays an alternative, and is shown only if it is far the more
/// prominent.
const KNOWN_LONGER_EVIDENCE: f32 = -4.0;
/// From this plausibility on (K0 and K1) a name is known.
pub(super) const KNOWN: f32 = 0.96;

/// Gathers the hits of forms among their candidates. A form stands after the one that it was stripped from.
pub(super) fn gather(stack: &Stack, forms: &[Form<'_>], candidates: &Candidates<'_>, hits: &mut Hits<'_>) {
    let mut known: SmallVec<[&str; 2]> = SmallVec::new();
    let without = hits.without();
    let is_word = LazyCell::new(|| forms.first().is_some_and(|whole| whole.is_whole_ordinary_word(without)));
    let mut surface = Surface::default();
    let with_candidates =
        forms.iter().zip(candidates.by_form()).filter(|(_, candidates)| !candidates.is_empty());
    for (form, candidates) in with_candidates.filter(|(form, _)| form.tier != Tier::Proclitic || !*is_word) {
        // A name that needs fewer letters stripped goes before: وبروسيا is و and بروسيا, not وب and روسيا.
        let is_longer = |name: &&str| name.len() > form.key.len() && name.ends_with(&*form.key);
        let longer_is_known = form.is_stripped && known.iter().any(is_longer);
        let mut reading = Cow::Borrowed(form);
        if longer_is_known {
            reading.to_mut().evidence += KNOWN_LONGER_EVIDENCE;
        }
        let candidates = candidates.iter().copied();
        for met in compared(stack, form, without, &mut surface, candidates) {
            let is_sure = met.judgement.plausibility >= KNOWN;
            if hits.add_met(&reading, met) && is_sure {
                known.push(&form.key);
            }
        }
    }
}

/// An alias that seems to lie under the key of a form.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub at: AliasRef,
    /// The row, if it was read before.
    pub alias: Option<Alias<'a>>,
    /// Whether the key is that of its bare form.
    is_bare: bool,
}

impl Candidate<'_> {
    fn new(segment: u16, Posting { alias, is_bare }: Posting) -> Self {
        Self { at: AliasRef { segment, alias }, alias: None, is_bare }
    }
}

/// The aliases that seem to lie under the keys of some forms: to be made sure of, see [`KeyIndex::candidates`].
#[derive(Default)]
pub(super) struct Candidates<'a> {
    all: SmallVec<[Candidate<'a>; 4]>,
    /// Where those of each form end.
    ends: SmallVec<[usize; 4]>,
}

impl<'a> Candidates<'a> {
    /// Those of `forms` in a stack.
    pub fn new(stack: &'a Stack, forms: &[Form<'_>]) -> Self {
        let mut candidates = Self::default();
        candidates.find(forms, &stack.numbered().map(|(segment, reader)| (segment, reader.key_index())));
        candidates
    }

    /// Makes these the ones of `forms`, in the keys of each segment.
    pub fn find<'s>(
        &mut self,
        forms: &[Form<'_>],
        keys: &(impl Iterator<Item = (u16, KeyIndex<'s>)> + Clone),
    ) {
        self.all.clear();
        self.ends.clear();
        for form in forms {
            for (segment, keys) in keys.clone() {
                keys.each_candidate(form.hash, |posting| self.all.push(Candidate::new(segment, posting)));
            }
            self.ends.push(self.all.len());
        }
    }

    /// The first of them, that many at most.
    pub fn first(&mut self, count: usize) -> &mut [Candidate<'a>] {
        let count = count.min(self.all.len());
        self.all.get_mut(..count).unwrap_or_default()
    }

    /// Those of each form.
    fn by_form(&self) -> impl Iterator<Item = &[Candidate<'a>]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| self.all.get(start..end).unwrap_or_default())
    }
}

/// An alias under the key of a form.
#[derive(Clone, Copy)]
pub(super) struct Met<'a> {
    pub at: AliasRef,
    pub alias: Alias<'a>,
    /// Whether the key is that of its bare form.
    pub is_bare: bool,
    /// What lies between the two; for the steps see [`steps_of_folds`].
    pub judgement: Judgement,
}

/// The aliases under the key of a form, each compared with it.
pub(super) fn under_key<'a>(
    stack: &'a Stack,
    form: &'a Form<'_>,
    without: Stages,
    surface: &'a mut Surface,
) -> impl Iterator<Item = Met<'a>> {
    let candidates = stack.numbered().flat_map(|(segment, reader)| {
        reader.lookup_candidates(form.hash).map(move |posting| Candidate::new(segment, posting))
    });
    compared(stack, form, without, surface, candidates)
}

/// Those of the candidates that are under the key of a form, each compared with it.
fn compared<'a>(
    stack: &'a Stack,
    form: &'a Form<'_>,
    without: Stages,
    surface: &'a mut Surface,
    candidates: impl Iterator<Item = Candidate<'a>>,
) -> impl Iterator<Item = Met<'a>> {
    let mut judge = Judge { stack, form, without, last: None, surface };
    candidates.filter_map(move |Candidate { at, alias, is_bare }| {
        let alias = alias.or_else(|| stack.alias(at))?;
        if form.without_article && alias.kind != AliasKind::Demonym && alias.article != Article::Optional {
            return None;
        }
        let judgement = judge.judge(at, alias, is_bare)?;
        Some(Met { at, alias, is_bare, judgement })
    })
}

/// Judges the aliases under one key: most have the text of the one before, in another language or of another entity.
struct Judge<'a> {
    stack: &'a Stack,
    form: &'a Form<'a>,
    without: Stages,
    /// The last alias that was compared whole, and how.
    last: Option<(Alias<'a>, Option<Judgement>)>,
    surface: &'a mut Surface,
}

/// An alias that is being compared: its text and its keys, in buffers that serve the next one too. Most names need none.
#[derive(Default)]
pub(super) struct Surface(Option<Box<(String, NameKeys)>>);

impl<'a> Judge<'a> {
    /// What the form and an alias come to; `None` if something else is meant, or the alias has another key.
    fn judge(&mut self, at: AliasRef, alias: Alias<'a>, is_bare: bool) -> Option<Judgement> {
        if is_bare {
            let comparison = compare_surface(self.stack, at, true, |surface| {
                let has_key = text::lookup_key(surface) == self.form.key;
                if has_key { self.judge_surface(surface).map(Comparison::from) } else { None }
            });
            let judgement = comparison.map(|comparison| comparison.judgement());
            return judgement.filter(|&judgement| self.admits(judgement) && !self.is_word_alone(judgement));
        }
        if let Some((last, judgement)) = &self.last
            && last.has_text_of(alias)
        {
            return *judgement;
        }
        let judgement = self.judge_text(alias).filter(|&judgement| self.admits(judgement));
        self.last = Some((alias, judgement));
        judgement
    }

    fn judge_text(&mut self, alias: Alias<'_>) -> Option<Judgement> {
        if self.form.is_text_of(alias) {
            return self.judge_surface(&self.form.safe);
        }
        let (text, keys) = &mut **self.surface.0.get_or_insert_default();
        alias.text_into(text);
        keys.set(text);
        let (_, keys) = &**self.surface.0.as_ref()?;
        if keys.key() == self.form.key { self.judge_surface(keys.safe()) } else { None }
    }

    fn judge_surface(&self, surface: &str) -> Option<Judgement> {
        let is_other = !self.without.contains(Stage::WellKnownNames)
            && self.form.whole.as_deref().is_some_and(|whole| is_other_name(whole, surface));
        (!is_other).then(|| judge_folds(&self.form.safe, surface))
    }

    /// Whether a division is met without its noun by what is no name then: محافظة الوسطى, العاصمة.
    fn is_word_alone(&self, judgement: Judgement) -> bool {
        judgement.tier >= Tier::Partial && self.form.is_word(self.without)
    }

    fn admits(&self, judgement: Judgement) -> bool {
        !is_ordinary_word(self.form, judgement, self.without)
    }
}

/// The steps of a comparison that [`under_key`] made with an alias, or its bare form; none if the stack is damaged.
pub(super) fn steps_of_folds(stack: &Stack, safe: &str, at: AliasRef, is_bare: bool) -> Vec<Step> {
    let comparison = compare_surface(stack, at, is_bare, |surface| Some(compare_folds(safe, surface)));
    comparison.map(|comparison| comparison.steps).unwrap_or_default()
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
pub(super) fn is_ordinary_word(form: &Form, judgement: Judgement, without: Stages) -> bool {
    let has_hamza = || text::hamza_fold(&form.safe) != *form.safe;
    let is_lossy = || judgement.plausibility < KNOWN || form.letters() <= SHORT_LETTERS || has_hamza();
    let is_word = || text::is_whole_ordinary_word(&form.safe) || form.is_function_word();
    judgement.tier > Tier::Exact && !without.contains(Stage::OrdinaryWords) && is_lossy() && is_word()
}

/// Whether the first `count` tokens of a form are an adjective of a place: التركي in الرئيس التركي رجب طيب أردوغان.
pub(super) fn is_demonym(stack: &Stack, form: &Form, count: usize, without: Stages) -> bool {
    let tokens: Vec<&str> = form.safe.split(' ').take(count).collect();
    let adjective = Form::whole(tokens.join(" "));
    let readings: Forms<'_> = adjective.stripped().collect();
    std::iter::once(&adjective).chain(&readings).any(|reading| {
        under_key(stack, reading, without, &mut Surface::default())
            .any(|met| stack.alias(met.at).is_some_and(|alias| alias.kind == AliasKind::Demonym))
    })
}
