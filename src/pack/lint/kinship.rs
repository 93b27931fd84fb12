//! Kinship: aliases that resemble no other name of their entity.
//!
//! Other names, exonyms and translations resemble nothing either. So only what claims to be a spelling is held against the
//! other names: misspellings, and alternate names of what is transliterated rather than translated (people, cities), if
//! the other names resemble each other. Names are compared by skeleton (K3), so in Latin and Arabic script alike.

use std::collections::HashMap;

use super::super::wording::Quoted;
use super::reports::Reports;
use super::stack::{NameRef, Stack};
use crate::model::AliasKind;
use crate::text;

/// Reports the aliases of an entity that resemble no other name of it.
pub(super) fn check_entity(stack: &Stack, names: &[NameRef], reports: &mut Reports) {
    let is_suspect = |at: NameRef| reports.has(at.layer) && is_spelling(stack, at);
    if !(LEAST_OTHERS + 1..=MOST_NAMES).contains(&names.len()) || !names.iter().any(|&at| is_suspect(at)) {
        return;
    }
    let family = Family::new(stack, names);
    if !family.is_close() {
        return;
    }
    let strangers = family.relatives.iter().filter(|name| is_suspect(name.at) && !family.has_kin_of(name));
    for stranger in strangers.collect::<Vec<_>>() {
        report(stack, stranger.at, family.relatives.len() - 1, reports);
    }
}

fn report(stack: &Stack, at: NameRef, others: usize, reports: &mut Reports) {
    let Some((layer, name)) = stack.name(at) else { return };
    let alias = Quoted(layer.text(name));
    let message =
        format_args!("{alias} resembles none of the {others} other names of {}", stack.show_entity(name.id));
    let help = "correct the ID if it slipped; a nickname is `short`, a name no longer in use `former`";
    reports.warn_name(stack, at, "far-alias", message, help);
}

/// Whether a name claims to be a spelling of the others.
fn is_spelling(stack: &Stack, at: NameRef) -> bool {
    let Some((_, name)) = stack.name(at) else { return false };
    match name.kind {
        AliasKind::Misspelling => true,
        AliasKind::Alternate => matches!(stack.type_of(name.id), "person" | "city"),
        _ => false,
    }
}

/// The fewest other names by which one is judged.
const LEAST_OTHERS: usize = 3;
/// The most names of an entity that are compared with each other.
const MOST_NAMES: usize = 2000;
/// For so many letters of a name one may be another.
const LETTERS_A_SLIP: usize = 3;
/// The most letters that differ in a misspelling.
const MOST_SLIPS: usize = 3;
/// The share of an entity's names that resemble another, from which on the rest is strange: in fifths.
const CLOSE_FIFTHS: usize = 3;

/// The names of an entity that can be compared by sound.
pub(super) struct Family {
    relatives: Vec<Relative>,
    /// How many names have a skeleton, as a whole or of a token.
    bearers: HashMap<String, u32>,
    /// The likeliest skeletons of the names as wholes, each once.
    wholes: Vec<String>,
}

/// A name, by sound.
struct Relative {
    at: NameRef,
    /// The skeletons of the whole and of its tokens, each once.
    skeletons: Vec<String>,
    /// The likeliest skeleton of the whole.
    whole: String,
    /// The first letters of its tokens, or its letters if it is one token.
    letters: Letters,
    /// Its lookup key.
    key: String,
}

/// What tells initials.
#[derive(PartialEq, Eq)]
enum Letters {
    /// Of several tokens.
    Initials(String),
    /// Of a name of one token.
    Word(String),
}

impl Family {
    pub fn new(stack: &Stack, names: &[NameRef]) -> Self {
        let relatives: Vec<Relative> = names.iter().filter_map(|&at| Relative::new(stack, at)).collect();
        let mut bearers = HashMap::new();
        for skeleton in relatives.iter().flat_map(|relative| &relative.skeletons) {
            match bearers.get_mut(skeleton) {
                Some(count) => *count += 1,
                None => drop(bearers.insert(skeleton.clone(), 1)),
            }
        }
        let mut wholes: Vec<String> = relatives.iter().map(|relative| relative.whole.clone()).collect();
        wholes.sort_unstable();
        wholes.dedup();
        Self { relatives, bearers, wholes }
    }

    /// Whether a name of the family resembles another one.
    pub fn knows(&self, at: NameRef) -> bool {
        self.relatives.iter().any(|relative| relative.at == at && self.has_kin_of(relative))
    }

    /// Whether there are enough names, and most resemble another one.
    fn is_close(&self) -> bool {
        let akin = || self.relatives.iter().filter(|relative| self.shares_skeleton(relative)).count();
        self.relatives.len() > LEAST_OTHERS && akin() * 5 >= self.relatives.len() * CLOSE_FIFTHS
    }

    fn has_kin_of(&self, relative: &Relative) -> bool {
        self.shares_skeleton(relative)
            || self.is_near(relative)
            || self.is_slip(relative)
            || self.is_abbreviation(relative)
    }

    /// Whether another name has a skeleton of this one.
    fn shares_skeleton(&self, relative: &Relative) -> bool {
        let is_shared = |skeleton| self.bearers.get(skeleton).is_some_and(|&count| count > 1);
        relative.skeletons.iter().any(is_shared)
    }

    /// Whether the skeleton of another name is nearly that of this one or of a token of it (every third symbol may be
    /// another), or a part of it.
    fn is_near(&self, relative: &Relative) -> bool {
        let is_near = |a: &str, b: &str| {
            let most = a.len().max(b.len()) / 3;
            a.len().abs_diff(b.len()) <= most && strsim::osa_distance(a, b) <= most
                || a.len() > 2 && b.contains(a)
                || b.len() > 2 && a.contains(b)
        };
        let others = || self.wholes.iter().filter(|other| **other != relative.whole);
        let all = || {
            self.relatives.iter().filter(|other| other.at != relative.at).flat_map(|other| &other.skeletons)
        };
        others().any(|other| is_near(&relative.whole, other))
            || relative.skeletons.iter().any(|own| all().any(|other| is_near(own, other)))
    }

    /// Whether it is a few letters from another name: slips of the hand are not heard, and move the skeleton about.
    fn is_slip(&self, relative: &Relative) -> bool {
        self.relatives.iter().filter(|other| other.at != relative.at).any(|other| {
            let letters = relative.key.chars().count().min(other.key.chars().count());
            strsim::osa_distance(&relative.key, &other.key) <= (letters / LETTERS_A_SLIP).min(MOST_SLIPS)
        })
    }

    /// Whether it begins with the initials of another name, or another name with its initials.
    fn is_abbreviation(&self, relative: &Relative) -> bool {
        self.relatives.iter().any(|other| match (&relative.letters, &other.letters) {
            (Letters::Initials(initials), Letters::Word(word))
            | (Letters::Word(word), Letters::Initials(initials)) => word.starts_with(initials.as_str()),
            (Letters::Initials(_), Letters::Initials(_)) | (Letters::Word(_), Letters::Word(_)) => false,
        })
    }
}

impl Relative {
    /// A name by sound; `None` if it is in another script or too long.
    fn new(stack: &Stack, at: NameRef) -> Option<Self> {
        let safe = text::safe_fold(stack.text(at));
        let mut skeletons = text::skeleton_keys(&safe);
        let whole = skeletons.first()?.clone();
        let tokens: Vec<&str> = safe.split(' ').collect();
        let letters = if let [word] = tokens.as_slice() {
            Letters::Word((*word).to_owned())
        } else {
            skeletons.extend(tokens.iter().flat_map(|token| text::skeleton_keys(token)));
            Letters::Initials(tokens.iter().filter_map(|token| token.chars().next()).collect())
        };
        skeletons.sort_unstable();
        skeletons.dedup();
        let key = text::join(&text::lossy_fold(&safe));
        Some(Self { at, skeletons, whole, letters, key })
    }
}
