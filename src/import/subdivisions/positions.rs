//! Names that say only where in its country a division lies: North, المنطقة الوسطى.
//!
//! Half the countries have such divisions, and readers of other countries mean a direction by the word. Where Arabic is
//! the country's language the Arabic word is the division's name indeed (الشرقية of Egypt); elsewhere it translates one.

use crate::model::{Article, CountryCode};
use crate::text;

/// Countries of which Arabic is an official language.
const ARABIC: [&str; 24] = [
    "AE", "BH", "DJ", "DZ", "EG", "EH", "IL", "IQ", "JO", "KM", "KW", "LB", "LY", "MA", "MR", "OM", "PS",
    "QA", "SA", "SD", "SO", "SY", "TN", "YE",
];
/// Arabic positions in key K2, without the article and the ends of adjectives.
const STEMS: [&str; 11] =
    ["شمال", "جنوب", "شرق", "غرب", "وسط", "اوسط", "وسطي", "مركز", "ساحل", "بحر", "داخل"];
const ENGLISH: [&str; 15] = [
    "capital", "center", "central", "centre", "coast", "coastal", "east", "eastern", "maritime", "north",
    "northern", "south", "southern", "west", "western",
];

/// Whether an Arabic name, with or without the noun of a division, is a translated position.
pub(super) fn is_translated(name: &str, country: CountryCode) -> bool {
    let safe = text::safe_fold(name);
    let bare = text::bare_form(&safe, Article::Unknown).map_or(safe.as_str(), |bare| bare.text);
    !ARABIC.contains(&country.as_str()) && is_arabic_position(bare)
}

fn is_arabic_position(safe: &str) -> bool {
    let lossy = text::lossy_fold(safe);
    let word = lossy.strip_prefix(text::ARTICLE).unwrap_or(&lossy);
    let stem = ["يه", "ي"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    STEMS.contains(&word) || STEMS.contains(&stem)
}

/// Whether an English name is a position.
pub(super) fn is_english(name: &str) -> bool {
    ENGLISH.contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_names_where_arabic_is_spoken() {
        for (name, country, expected) in [
            ("إقليم الشرق", "CM", true),
            ("الإقليم الشمالي", "GH", false),
            ("شمالي", "AU", true),
            ("البحرية", "TG", true),
            ("المنطقة الوسطى", "GH", false),
            ("محافظة الوسطى", "FJ", true),
            ("محافظة الشرقية", "EG", false),
            ("مقاطعة شرق كازاخستان", "KZ", false),
        ] {
            assert_eq!(is_translated(name, CountryCode::new(country).unwrap()), expected, "{name}");
        }
        assert!(is_english("North") && !is_english("North Darfur"));
    }
}
