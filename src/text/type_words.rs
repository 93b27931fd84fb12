//! Type words: common nouns that say what sort of thing is spoken of (مدينة, ولاية, state, footballer), as
//! `tables/type_words.tsv` lists.
//!
//! Unlike the [generic nouns](super::heads), which stand before a name and allow every sort of entity that bears such
//! names, these stand anywhere near it, and each row names only what the word most often means.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::heads::{self, HeadClass};
use super::tables::{self, TYPE_WORDS};

/// The entity types that a phrase (tokens of a K2 key) speaks of: those of the table, or `person` for a title.
pub fn types_of(tokens: &[&str]) -> Option<&'static [&'static str]> {
    let listed = TABLE.get(&tokens.join(" ")).map(Vec::as_slice);
    listed.or_else(|| is_title(tokens).then_some(&["person"]))
}

fn is_title(tokens: &[&str]) -> bool {
    let heads = heads::leading(tokens);
    heads.iter().any(|head| head.tokens == tokens.len() && head.class == HeadClass::Title)
}

static TABLE: LazyLock<HashMap<String, Vec<&'static str>>> = LazyLock::new(|| {
    let row = |row: Vec<&'static str>| (tables::lossy_tokens(row[0]).join(" "), row[2].split('|').collect());
    tables::rows(TYPE_WORDS).map(row).collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntityType;

    fn types(phrase: &str) -> Option<&'static [&'static str]> {
        let tokens = tables::lossy_tokens(phrase);
        types_of(&tokens.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn words_say_what_is_spoken_of() {
        assert_eq!(types("مدينة"), Some(&["city"][..]));
        assert_eq!(types("ولاية"), Some(&["region", "territory"][..]));
        assert_eq!(types("Country"), Some(&["country"][..]));
        assert_eq!(types("رئيس الوزراء"), Some(&["person"][..]));
        assert_eq!(types("في"), None);
        assert_eq!(types("بيروت"), None);
    }

    #[test]
    fn every_phrase_is_listed_once_with_known_types() {
        assert_eq!(TABLE.len(), tables::rows(TYPE_WORDS).count());
        for row in tables::rows(TYPE_WORDS) {
            assert!(row[2].split('|').all(|name| EntityType::KNOWN.contains(&name)), "{row:?}");
        }
    }
}
