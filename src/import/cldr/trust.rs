//! Which names of untagged lists are trusted.
//!
//! Such lists mix names with cities, free zones, remarks, misspellings and adjectives. A name is taken only if one
//! of these holds; the rest is left out:
//!
//! - **Arabic**: every letter is Arabic, and a teh marbuta, a hamza on or under alif, or an article shows that the
//!   language is not one of its neighbours; it is no demonym of the table; and a republic is that of a known name.
//! - **Official form**: without words such as *Republic of*, it is an English name of the country, and those words
//!   are borne by it; `Korea, Republic of` is taken with its words in both orders.
//! - **Abbreviation**: three to six capitals that are the initials of a known name (`DPRK`, `SUA`).
//! - **Demonym**: a regular English derivation from the country's name (`Ukraine`, `Ukrainian`).

use std::collections::BTreeSet;

use crate::import::names::tidy;
use crate::import::script::{Arabicness, Script, arabicness, script_of, without_marks};
use crate::model::AliasKind;

/// Words that make an official name out of a common one.
const STATE_WORDS: [&str; 34] = [
    "and",
    "arab",
    "bolivarian",
    "commonwealth",
    "confederation",
    "cooperative",
    "democratic",
    "emirate",
    "federal",
    "federated",
    "federation",
    "federative",
    "grand",
    "duchy",
    "great",
    "hashemite",
    "independent",
    "islamic",
    "kingdom",
    "of",
    "oriental",
    "people",
    "peoples",
    "plurinational",
    "principality",
    "republic",
    "s",
    "socialist",
    "state",
    "states",
    "sultanate",
    "the",
    "union",
    "united",
];

/// What is known of a country when its untagged names are judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Known<'n> {
    /// Its English names.
    pub english: Vec<&'n str>,
    /// All its tagged names in Latin script, English ones too.
    pub latin: Vec<&'n str>,
    /// Its tagged Arabic names.
    pub arabic: Vec<&'n str>,
    /// Its Arabic demonyms.
    pub demonyms: Vec<&'n str>,
}

/// A name that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trusted {
    pub text: String,
    pub lang: &'static str,
    pub kind: AliasKind,
}

/// The names that `raw` stands for: none if it is not trusted, two if its words were inverted.
pub(super) fn judge(raw: &str, known: &Known<'_>) -> Vec<Trusted> {
    let text = without_marks(&tidy(raw));
    match script_of(&text) {
        Script::Arabic => arabic(text, known).into_iter().collect(),
        Script::Latin => latin(&text, known),
        _ => Vec::new(),
    }
}

fn arabic(text: String, known: &Known<'_>) -> Option<Trusted> {
    let plain = text.chars().all(|c| c.is_alphabetic() || c == ' ');
    let is_demonym = known.demonyms.contains(&text.as_str());
    let is_known = |name: &str| known.arabic.iter().any(|known| begins_with(name, known));
    let is_strange = text.strip_prefix("جمهورية ").is_some_and(|name| !is_known(name));
    (plain && !is_demonym && !is_strange && arabicness(&text) == Arabicness::Certain).then_some(Trusted {
        text,
        lang: "ar",
        kind: AliasKind::Alternate,
    })
}

/// Whether the first words of `name` are `words`.
fn begins_with(name: &str, words: &str) -> bool {
    name.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

fn latin(text: &str, known: &Known<'_>) -> Vec<Trusted> {
    let one = |text: &str, lang, kind| vec![Trusted { text: text.to_owned(), lang, kind }];
    if is_abbreviation(text, &known.english) {
        one(text, "en", AliasKind::Abbreviation)
    } else if is_abbreviation(text, &known.latin) {
        one(text, "", AliasKind::Abbreviation)
    } else if is_demonym(text, &known.english) {
        one(&capitalised(text), "en", AliasKind::Demonym)
    } else {
        official_forms(text, known)
    }
}

/// `Korea, Republic of` gives `Korea, Republic of` and `Republic of Korea`.
fn official_forms(text: &str, known: &Known<'_>) -> Vec<Trusted> {
    let text = without_article(text);
    let parts: Vec<&str> = text.split(", ").collect();
    let (straight, forms) = match parts.as_slice() {
        [name] => ((*name).to_owned(), vec![text.to_owned()]),
        [name, form] => {
            let straight = without_article(&format!("{form} {name}")).to_owned();
            (straight.clone(), vec![text.to_owned(), straight])
        }
        _ => return Vec::new(),
    };
    if !is_plain(&straight) || !is_official(&straight, &known.english) {
        return Vec::new();
    }
    let trusted =
        |form: String| Trusted { text: with_capitals(&form), lang: "en", kind: AliasKind::Alternate };
    forms.into_iter().map(trusted).collect()
}

fn without_article(text: &str) -> &str {
    ["The ", "THE ", "the "].iter().find_map(|article| text.strip_prefix(article)).unwrap_or(text)
}

/// Whether the text holds nothing but words; a remark in brackets makes it something else.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '\'' | '’' | '-' | '&' | '.'))
        && !text.contains(" -")
}

/// Whether the form has the country's own words in their order, and no state word that the country does not bear
/// (so that the Kingdom of Tunisia and the State of Mexico stay out).
fn is_official(form: &str, english: &[&str]) -> bool {
    let (core, state) = parts(form);
    let is_name = !core.is_empty()
        && core.iter().any(|word| word.chars().count() > 2)
        && !form.to_lowercase().ends_with(" of");
    let borne: BTreeSet<String> = english.iter().flat_map(|name| parts(name).1).collect();
    // A republic is what most countries are, and what lists add to any of them.
    let is_borne =
        |word: &String| matches!(word.as_str(), "republic" | "of" | "the" | "and") || borne.contains(word);
    let same_name = |name: &&str| {
        let (other, other_state) = parts(name);
        // Without a state word, `French` is no name, though `French Republic` is.
        other == core && (other_state.is_empty() || !state.is_empty())
    };
    is_name && state.iter().all(is_borne) && english.iter().any(same_name)
}

/// The words that are the country's own, and those that say what sort of state it is.
fn parts(name: &str) -> (Vec<String>, Vec<String>) {
    words(name).partition(|word| !STATE_WORDS.contains(&word.as_str()))
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn is_abbreviation(text: &str, names: &[&str]) -> bool {
    let letters: String = text.chars().filter(|c| !matches!(c, '.' | ' ')).collect();
    let is_code = (3..=6).contains(&letters.chars().count()) && letters.chars().all(char::is_uppercase);
    is_code && names.iter().any(|name| initials(name, false) == letters || initials(name, true) == letters)
}

/// The initials of a name of several words, with or without its small words.
fn initials(name: &str, with_small: bool) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'));
    words
        .filter_map(|word| word.chars().next())
        .filter(|initial| with_small || initial.is_uppercase())
        .flat_map(char::to_uppercase)
        .collect()
}

/// Whether `text` is a regular derivation from one of the names.
fn is_demonym(text: &str, english: &[&str]) -> bool {
    let text = text.to_lowercase();
    english.iter().filter(|name| !name.contains(' ')).any(|name| {
        let name = name.to_lowercase();
        let stem = name.trim_end_matches(['a', 'e', 'i', 'o', 'u', 'y']);
        let whole = ["an", "ian", "ese", "er"].iter().any(|end| text == format!("{name}{end}"));
        let after_a = name.ends_with('a') && text == format!("{name}n");
        whole
            || after_a
            || ["an", "ian", "ean", "ese", "ish"].iter().any(|end| text == format!("{stem}{end}"))
    })
}

/// A text in capitals gets small letters but for the first of each word; others stay as they are.
fn with_capitals(text: &str) -> String {
    if text.chars().any(char::is_lowercase) {
        return text.to_owned();
    }
    let word = |word: &str| {
        let small = word.to_lowercase();
        if matches!(small.as_str(), "of" | "the" | "and") { small } else { capitalised(&small) }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(raw: &str, english: &[&str]) -> Vec<String> {
        let known = Known {
            english: english.to_vec(),
            latin: english.to_vec(),
            arabic: vec!["مصر"],
            demonyms: vec!["إيراني"],
        };
        judge(raw, &known).into_iter().map(|t| format!("{} {} {}", t.text, t.lang, t.kind)).collect()
    }

    #[test]
    fn what_is_corroborated_is_taken() {
        let korea = ["South Korea", "Korea", "Republic of Korea"];
        for (raw, english, expected) in [
            ("UAE", &["United Arab Emirates"][..], &["UAE en abbreviation"][..]),
            ("U.A.E.", &["United Arab Emirates"], &["U.A.E. en abbreviation"]),
            ("DPRK", &["Democratic People's Republic of Korea"], &["DPRK en abbreviation"]),
            ("Ukrainian", &["Ukraine"], &["Ukrainian en demonym"]),
            ("syrian", &["Syria"], &["Syrian en demonym"]),
            ("THE REPUBLIC OF KOREA", &korea, &["Republic of Korea en alternate"]),
            (
                "Korea, Republic of",
                &korea,
                &["Korea, Republic of en alternate", "Republic of Korea en alternate"],
            ),
            ("الامارات", &[], &["الامارات ar alternate"]),
            ("جمهورية مصر العربية", &[], &["جمهورية مصر العربية ar alternate"]),
        ] {
            assert_eq!(verdict(raw, english), expected, "{raw}");
        }
    }

    #[test]
    fn what_is_not_is_left_out() {
        for (raw, english) in [
            ("JEBEL ALI FREE ZONE", &["United Arab Emirates"][..]),
            ("RAK", &["United Arab Emirates"]),
            ("Dubai, UAE", &["United Arab Emirates"]),
            ("i -Ukraine", &["Ukraine"]),
            ("United Kindgom", &["United Kingdom"]),
            ("United Kingdom (England And Wales)", &["United Kingdom"]),
            ("Ucraina", &["Ukraine"]),
            ("Ukraini", &["Ukraine"]),
            ("French", &["France", "French Republic"]),
            ("Kingdom of Tunisia", &["Tunisia", "Republic of Tunisia"]),
            ("State of Mexico", &["Mexico", "United Mexican States"]),
            ("Luxembourg, Luxembourg", &["Luxembourg"]),
            ("GERMANY FEDERAL REPUBLIC OF", &["Germany", "Federal Republic of Germany"]),
            ("Guinea Equatorial", &["Equatorial Guinea"]),
            ("Bissau -Guinea", &["Guinea-Bissau"]),
            ("u.s.", &["U.S."]),
            ("إيراني", &["Iran"]),
            ("جمهورية مصرية", &["Egypt"]),
            ("المان", &["Germany"]),
            ("اوکراین", &["Ukraine"]),
            ("Украна", &["Ukraine"]),
        ] {
            assert_eq!(verdict(raw, english), Vec::<String>::new(), "{raw}");
        }
    }
}
