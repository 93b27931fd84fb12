//! Which of a city's Arabic names is the one to show.

use std::cmp::Reverse;

use super::assemble::{ARABIC, Candidate, language};
use super::city::City;
use super::optd::Mark;
use crate::import::script::Script;

/// Latin spellings of the article, which count as no word of the name.
const ARTICLES: [&str; 14] =
    ["al", "ad", "an", "ar", "as", "ash", "at", "aţ", "aş", "az", "aḑ", "ath", "el", "aḏ"];

/// The Arabic name to show.
///
/// In this order: the name tagged as preferred, any other tagged one, any; a name in use before a historic one; then
/// the one with as many words as GeoNames' own name, the one that neighbours spell alike, the one that looks most
/// formal.
pub(super) fn best(city: &City, candidates: &[Candidate<'_>]) -> Option<String> {
    let words = latin_words(&city.name);
    let neighbours: Vec<String> = candidates
        .iter()
        .filter(|c| c.cleaned.script == Script::Arabic && language(c, &city.country) != ARABIC)
        .map(|c| outline(&c.cleaned.text))
        .collect();
    candidates
        .iter()
        .filter(|c| language(c, &city.country) == ARABIC)
        .min_by_key(|c| {
            let text = &c.cleaned.text;
            let shared = neighbours.contains(&outline(text));
            let formality = formality(text) + 2 * usize::from(shared);
            (standing(c), word_count(text).abs_diff(words), Reverse(formality), text.clone())
        })
        .map(|c| c.cleaned.text.clone())
}

/// How well a name is attested as the Arabic one; less is better.
fn standing(candidate: &Candidate<'_>) -> u8 {
    let marks = candidate.tags.iter().filter(|tag| tag.lang == ARABIC).map(|tag| tag.mark);
    match marks.min() {
        Some(Mark::Preferred) => 0,
        Some(Mark::None | Mark::Short) => 1,
        None => 2,
        Some(Mark::Colloquial | Mark::Abbreviation) => 3,
        Some(Mark::Historic) => 4,
    }
}

fn word_count(text: &str) -> usize {
    text.split([' ', '-']).filter(|word| !word.is_empty()).count()
}

fn latin_words(name: &str) -> usize {
    let words = name.split([' ', '-']).map(str::to_lowercase);
    words.filter(|word| !word.is_empty() && !ARTICLES.contains(&word.as_str())).count()
}

/// Signs of a formal spelling: the article, hamzas, teh marbuta, and letters that loans rarely have.
fn formality(text: &str) -> usize {
    let letters = |set: &[char]| text.chars().filter(|c| set.contains(c)).count();
    2 * usize::from(text.starts_with("ال"))
        + letters(&['ة', 'أ', 'إ', 'آ', 'ؤ', 'ئ', 'ء'])
        + letters(&['ط', 'ص', 'ض', 'ظ', 'ع', 'ح', 'ق', 'ث', 'ذ'])
}

/// The letters that Arabic and its neighbours share in one name: without article, in one form each.
pub(super) fn outline(text: &str) -> String {
    let bare = text.strip_prefix("ال").unwrap_or(text);
    bare.chars()
        .map(|c| match c {
            'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
            'ی' | 'ى' | 'ې' | 'ے' => 'ي',
            'ک' | 'ڪ' => 'ك',
            'ة' | 'ہ' | 'ە' | 'ھ' | 'ۃ' => 'ه',
            other => other,
        })
        .collect()
}

/// Whether one outline is another without its last one or two letters, and does not end a word.
pub(super) fn is_truncated(outline: &str, whole: &str) -> bool {
    whole.strip_prefix(outline).is_some_and(|rest| {
        // A final ه or ا alone is a way to write the same ending.
        matches!(rest.chars().count(), 1 | 2) && rest != "ه" && !rest.contains(' ')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncation_is_seen() {
        for (text, whole, expected) in [
            ("كسل", "كسلا", true),
            ("الأبي", "الابیض", true),
            ("بغداد", "بغداد", false),
            ("عناب", "عنابة", false),
            ("سان", "سان خوان", false),
            ("مكة", "جدة", false),
        ] {
            assert_eq!(is_truncated(&outline(text), &outline(whole)), expected, "{text}");
        }
    }

    #[test]
    fn articles_are_no_words() {
        assert_eq!(latin_words("Al Maḩallah al Kubrá"), 2);
        assert_eq!(latin_words("Khartoum North"), 2);
    }
}
