//! Heads: words before a name that are not of it (titles, prepositions, generic nouns), as `tables/heads.tsv` lists.
//!
//! الرئيس بوتين, في أوكرانيا, مدينة غزة, صحيفة الاتحاد. Dropping a head is a step of the PARTIAL tier; a title or a
//! generic noun also tells what sort of entity is meant, and no other sort is accepted for what remains.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::tables::{self, HEADS};

/// What sort of word a head is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadClass {
    /// An office, honorific or rank of a person: الرئيس, Dr.
    Title,
    /// A word of place or direction: في, from.
    Preposition,
    /// A noun that says what the name names: مدينة, وكالة.
    Generic,
    /// A word that follows a title: السابق, former.
    Modifier,
}

/// A head found at the beginning of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many tokens it has.
    pub tokens: usize,
    /// What sort of word it is.
    pub class: HeadClass,
    /// Entity types that it allows; empty if it says nothing.
    pub types: &'static [&'static str],
}

/// The longest heads that `tokens` (of a K2 key) begin with; several if the phrase is of several classes.
pub fn leading(tokens: &[&str]) -> Vec<Head> {
    let longest = TABLE.max_tokens.min(tokens.len());
    (1..=longest).rev().find_map(|n| TABLE.heads.get(&tokens[..n].join(" "))).cloned().unwrap_or_default()
}

/// Whether `tokens` (of a K2 key) are generic nouns and nothing else, and of which types.
pub fn as_generic(tokens: &[&str]) -> Option<&'static [&'static str]> {
    let heads = TABLE.heads.get(&tokens.join(" "))?;
    heads.iter().find(|head| head.class == HeadClass::Generic).map(|head| head.types)
}

struct Table {
    heads: HashMap<String, Vec<Head>>,
    max_tokens: usize,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { heads: HashMap::new(), max_tokens: 0 };
    for row in tables::rows(HEADS) {
        let tokens = tables::lossy_tokens(row[0]);
        table.max_tokens = table.max_tokens.max(tokens.len());
        let types: Vec<&str> = row[3].split('|').filter(|name| !name.is_empty()).collect();
        let head = Head { tokens: tokens.len(), class: class_of(row[2]), types: types.leak() };
        table.heads.entry(tokens.join(" ")).or_default().push(head);
    }
    table
});

fn class_of(name: &str) -> HeadClass {
    match name {
        "title" => HeadClass::Title,
        "preposition" => HeadClass::Preposition,
        "modifier" => HeadClass::Modifier,
        _ => HeadClass::Generic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(name: &str) -> Option<(usize, HeadClass)> {
        let key = crate::text::lossy_fold(&crate::text::safe_fold(name));
        let tokens: Vec<&str> = key.split(' ').collect();
        leading(&tokens).first().map(|head| (head.tokens, head.class))
    }

    #[test]
    fn finds_the_longest_head() {
        assert_eq!(head("رئيس الوزراء فلان"), Some((2, HeadClass::Title)));
        assert_eq!(head("رئيس فلان"), Some((1, HeadClass::Title)));
        assert_eq!(head("فی أوکرانیا"), Some((1, HeadClass::Preposition)));
        assert_eq!(head("مدينة غزة"), Some((1, HeadClass::Generic)));
        assert_eq!(head("Prime Minister Starmer"), Some((2, HeadClass::Title)));
        assert_eq!(head("أوكرانيا"), None);
    }

    #[test]
    fn a_phrase_may_be_of_several_sorts() {
        let key = crate::text::lookup_key("قناة");
        let types: Vec<_> = leading(&[key.as_str()]).iter().map(|head| head.types).collect();
        assert!(types.len() == 2 && types.concat().contains(&"company") && types.concat().contains(&"place"));
    }

    #[test]
    fn classes_and_types_of_the_table_are_known() {
        for row in tables::rows(HEADS) {
            assert!(["title", "preposition", "generic", "modifier"].contains(&row[2]), "{row:?}");
            for name in row[3].split('|').filter(|name| !name.is_empty()) {
                assert!(crate::model::EntityType::KNOWN.contains(&name), "{row:?}");
            }
        }
    }
}
