//! The names of one entity while they are gathered: each once, in its best spelling.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::report::{Report, Skip};
use crate::model::AliasKind;
use crate::pack::MAX_ALIAS_BYTES;
use crate::text;

/// One name on its way into a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The surface form, in NFC.
    pub text: String,
    /// BCP 47 language, or empty.
    pub lang: String,
    /// What it is to its entity.
    pub kind: AliasKind,
    /// Where it comes from, as the `source` column has it.
    pub source: &'static str,
    /// A remark for people.
    pub note: String,
    /// First day, month or year of use: `1914`, `1914-09`, `1914-09-01`; empty if unknown.
    pub valid_from: String,
    /// Last day, month or year of use.
    pub valid_to: String,
}

impl Name {
    /// A name without a remark; the text is brought to NFC and single spaces.
    pub(super) fn new(text: &str, lang: &str, kind: AliasKind, source: &'static str) -> Self {
        Self {
            text: tidy(text),
            lang: lang.to_owned(),
            kind,
            source,
            note: String::new(),
            valid_from: String::new(),
            valid_to: String::new(),
        }
    }
}

/// `text` in NFC, with single spaces and none at the ends, without signs that nobody sees.
pub(super) fn tidy(text: &str) -> String {
    tidied(text).into_owned()
}

/// As [`tidy`], without a copy of what is tidy.
pub(super) fn tidied(text: &str) -> Cow<'_, str> {
    if is_tidy(text) {
        return text.into();
    }
    let seen: String = text.chars().filter(|&c| !is_invisible(c)).collect();
    let words = seen.split(is_gap).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").nfc().collect()
}

/// Whether `text` is surely tidy: most names are, and are not copied three times to find that out.
fn is_tidy(text: &str) -> bool {
    let mut previous = ' ';
    let is_plain = |sign: char| {
        let is_second_gap = sign == ' ' && previous == ' ';
        previous = sign;
        !is_second_gap && (sign == ' ' || !is_gap(sign)) && !is_invisible(sign)
    };
    text.chars().all(is_plain)
        && !text.ends_with(' ')
        && (text.is_ascii() || unicode_normalization::is_nfc(text))
}

/// White space, control characters and the line ends of Unicode: none of these is part of a name.
fn is_gap(sign: char) -> bool {
    sign.is_whitespace() || sign.is_control()
}

/// Zero-width spaces, soft hyphens and direction marks; joiners belong to the spelling of Persian and Indic scripts.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The key under which two spellings count as one name of an entity.
///
/// It is the look-up key, over a text that has lost its marks already; so a pack does not list what look-up folds
/// anyway.
pub(super) fn spelling_key(text: &str) -> String {
    if text.is_ascii() {
        return text::lookup_key(text);
    }
    let bare: String = text.nfd().filter(|&c| !is_folded_mark(c)).collect();
    text::lookup_key(&bare)
}

/// Marks over Latin, Greek, Cyrillic, Hebrew and Arabic letters; in Indic scripts marks are vowels, and stay.
const fn is_folded_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{640}')
}

/// A set of [`Name`]s, one for a key and language; demonyms are kept apart from names.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    names: Vec<Name>,
    by_key: HashMap<(String, String, bool), usize>,
}

impl Names {
    /// Adds `name`; of two spellings with one key and language the better one stays.
    pub(super) fn add(&mut self, name: Name, report: &mut Report) {
        let key = spelling_key(&name.text);
        if let Some(flaw) = flaw(&name.text, &key) {
            return report.skip_name(flaw);
        }
        let is_demonym = name.kind == AliasKind::Demonym;
        match self.by_key.entry((key, name.lang.clone(), is_demonym)) {
            Entry::Vacant(place) => {
                place.insert(self.names.len());
                self.names.push(name);
            }
            Entry::Occupied(place) => {
                report.skip_name(Skip::Duplicate);
                if let Some(old) = self.names.get_mut(*place.get())
                    && preference(&name) < preference(old)
                {
                    *old = name;
                }
            }
        }
    }

    /// The names so far, in order of arrival.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Name> {
        self.names.iter()
    }

    /// The names, without those of unknown language that a name of a known language spells too.
    pub(super) fn into_names(self, report: &mut Report) -> Vec<Name> {
        let Self { names, by_key } = self;
        let tagged: HashSet<&str> =
            by_key.keys().filter(|(_, lang, _)| !lang.is_empty()).map(|(key, ..)| key.as_str()).collect();
        let mut kept = names;
        kept.retain(|name| {
            let known = name.lang.is_empty() && tagged.contains(spelling_key(&name.text).as_str());
            if known {
                report.skip_name(Skip::Duplicate);
            }
            !known
        });
        kept
    }
}

/// Why a pack cannot have the name, which has the key `key`.
fn flaw(text: &str, key: &str) -> Option<Skip> {
    match () {
        () if key.is_empty() => Some(Skip::NoName),
        () if text.len() > MAX_ALIAS_BYTES => Some(Skip::TooLong),
        () if text.contains(char::REPLACEMENT_CHARACTER) => Some(Skip::LostSign),
        () => None,
    }
}

/// Keeps the first preferred name of each language as such; later ones become alternates.
pub(super) fn one_preferred(mut names: Vec<Name>) -> Vec<Name> {
    let mut langs = HashSet::new();
    for name in &mut names {
        if name.kind == AliasKind::Preferred && !langs.insert(name.lang.clone()) {
            name.kind = AliasKind::Alternate;
        }
    }
    names
}

/// Less is better: first the kind, then the spelling that carries most, then the shorter one (`UAE`, not `U A E`),
/// then the order of code points.
fn preference(name: &Name) -> (AliasKind, Reverse<usize>, usize, &str) {
    (name.kind, Reverse(care(&name.text)), name.text.len(), &name.text)
}

/// How much care a spelling shows: capitals, marks and hamzas that others leave out, ة for ه, ى for ي.
fn care(text: &str) -> usize {
    let marked = |c: char| c.nfd_is_marked() || matches!(c, 'أ' | 'إ' | 'آ' | 'ؤ' | 'ئ' | 'ء' | 'ة' | 'ى');
    let capital = usize::from(text.chars().next().is_some_and(char::is_uppercase));
    let shouting =
        text.chars().filter(|c| c.is_uppercase()).count() > 3 && !text.chars().any(char::is_lowercase);
    8 * capital + text.chars().filter(|&c| marked(c)).count() - if shouting { 7 * capital } else { 0 }
}

trait Marked {
    fn nfd_is_marked(self) -> bool;
}

impl Marked for char {
    /// Whether the letter decomposes into a letter and a mark that keys fold.
    fn nfd_is_marked(self) -> bool {
        !self.is_ascii() && std::iter::once(self).nfd().any(is_folded_mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AliasKind::{Alternate, Demonym, Preferred};

    fn gather(names: &[(&str, &str, AliasKind)]) -> (Vec<(String, String)>, Report) {
        let (mut set, mut report) = (Names::default(), Report::default());
        for &(text, lang, kind) in names {
            set.add(Name::new(text, lang, kind, "test"), &mut report);
        }
        let names = set.into_names(&mut report);
        (names.into_iter().map(|name| (name.text, name.lang)).collect(), report)
    }

    #[test]
    fn the_better_spelling_stays() {
        for (worse, better) in [
            ("Kijow", "Kijów"),
            ("الامارات", "الإمارات"),
            ("UKRAINE", "Ukraine"),
            ("berlin", "Berlin"),
            ("U A E", "UAE"),
        ] {
            for pair in [[worse, better], [better, worse]] {
                let (names, report) = gather(&pair.map(|text| (text, "xx", Alternate)));
                assert_eq!(names, [(better.to_owned(), "xx".to_owned())]);
                assert_eq!(report.skipped_names[&Skip::Duplicate], 1);
            }
        }
    }

    #[test]
    fn kind_outweighs_spelling() {
        let (names, _) = gather(&[("Kijów", "pl", Alternate), ("Kijow", "pl", Preferred)]);
        assert_eq!(names[0].0, "Kijow");
    }

    #[test]
    fn languages_and_demonyms_are_kept_apart() {
        let (names, _) =
            gather(&[("Berlin", "de", Preferred), ("Berlin", "en", Preferred), ("Berlin", "", Alternate)]);
        assert_eq!(names.len(), 2, "the untagged one says nothing new");
        let (names, _) = gather(&[("سورية", "ar", Alternate), ("سورية", "ar", Demonym)]);
        assert_eq!(names.len(), 2);
    }

    #[test]
    fn vowels_of_indic_scripts_are_no_marks() {
        assert_ne!(spelling_key("कीव"), spelling_key("कव"));
        assert_eq!(spelling_key("عَمّان"), spelling_key("عمان"));
    }

    #[test]
    fn invisible_signs_go() {
        assert_eq!(tidy(" a\u{200b}\u{200e}b \u{a0} c"), "ab c");
        assert_eq!(tidy("می\u{200c}خواهم"), "می\u{200c}خواهم");
        assert_eq!(tidy("\ta\r\nb\u{1}\u{7f}c\u{2028}"), "a b c");
        assert_eq!(tidy("e\u{301}"), "é");
    }

    #[test]
    fn what_cannot_be_looked_up_is_counted() {
        let long = "x".repeat(513);
        let (names, report) = gather(&[
            ("  ", "en", Alternate),
            ("!?", "", Alternate),
            (&long, "", Alternate),
            ("\u{fffd}a", "", Alternate),
        ]);
        assert!(names.is_empty());
        let skipped = [(Skip::NoName, 2), (Skip::TooLong, 1), (Skip::LostSign, 1)];
        assert_eq!(report.skipped_names, skipped.into());
    }
}
