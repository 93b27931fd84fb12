//! The rule tables: data files beside this module, compiled in and checked when first used.
//!
//! | file | rows |
//! |---|---|
//! | `edit_costs.tsv` | what an edit between two letters costs, see [`super::distance`] |
//! | `heads.tsv` | titles, prepositions and generic nouns before a name, see [`super::heads`] |
//! | `name_parts.tsv` | particles, suffixes and ordinals of personal names, see [`super::person`] |
//! | `type_words.tsv` | common nouns that say what sort of thing is spoken of, see [`super::type_words`] |
//! | `function_words.tsv` | short words that fold to names (على, علي) |
//! | `skeleton.tsv` | classes of Arabic letters, see [`super::skeleton_keys`] |
//! | `sounds.tsv` | units of Latin spelling and the Arabic letters that write them |
//! | `well_known_names.tsv` | names that are not each other's misspellings, see [`super::well_known`] |
//! | `ordinary_words.txt` | words that are no misspellings of names, see [`super::ordinary`] |
//!
//! Costs, classes and titles were worked out for Yaqut from the literature on Arabic name variation (Freeman et al.
//! 2006, "Cross linguistic name matching in English and Arabic", and the orthographies of the regional press).

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::{keys, safe_fold};

pub(super) const EDIT_COSTS: &str = include_str!("tables/edit_costs.tsv");
pub(super) const HEADS: &str = include_str!("tables/heads.tsv");
pub(super) const NAME_PARTS: &str = include_str!("tables/name_parts.tsv");
pub(super) const SKELETON: &str = include_str!("tables/skeleton.tsv");
pub(super) const SOUNDS: &str = include_str!("tables/sounds.tsv");
pub(super) const WELL_KNOWN_NAMES: &str = include_str!("tables/well_known_names.tsv");
pub(super) const TYPE_WORDS: &str = include_str!("tables/type_words.tsv");
pub(super) const ORDINARY_WORDS: &str = include_str!("tables/ordinary_words.txt");
const FUNCTION_WORDS: &str = include_str!("tables/function_words.tsv");

/// Those with a header and columns.
const TABLES: [&str; 8] =
    [EDIT_COSTS, HEADS, NAME_PARTS, TYPE_WORDS, FUNCTION_WORDS, SKELETON, SOUNDS, WELL_KNOWN_NAMES];

/// Raised when a change of the key function or of the readers of the tables changes what a segment holds.
const KEY_VERSION: u32 = 3;

/// Digest of the key function and of all rule tables: a segment that was written under other rules is refused.
pub fn rules_digest() -> [u8; 32] {
    static DIGEST: LazyLock<[u8; 32]> = LazyLock::new(|| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&KEY_VERSION.to_le_bytes());
        for table in TABLES.into_iter().chain([ORDINARY_WORDS]) {
            hasher.update(&(table.len() as u64).to_le_bytes()).update(table.as_bytes());
        }
        *hasher.finalize().as_bytes()
    });
    *DIGEST
}

/// Whether a K0 key is a word of the language that only lossy folding makes equal to a name: على is not علي.
pub fn is_function_word(safe: &str) -> bool {
    static WORDS: LazyLock<HashSet<String, FixedState>> =
        LazyLock::new(|| rows(FUNCTION_WORDS).map(|row| safe_fold(row[0])).collect());
    WORDS.contains(safe)
}

/// The rows of a table after its header, split into fields.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

/// The K2 tokens of a table's phrase.
pub(super) fn lossy_tokens(phrase: &str) -> Vec<String> {
    keys::lossy_fold(&safe_fold(phrase)).split(' ').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_the_fields_of_its_header() {
        for table in TABLES {
            let fields = table.lines().next().unwrap().split('\t').count();
            for (line, row) in table.lines().enumerate().skip(1) {
                assert_eq!(row.split('\t').count(), fields, "line {}: {row}", line + 1);
            }
            assert!(table.ends_with('\n'));
        }
    }

    #[test]
    fn knows_function_words() {
        assert!(is_function_word(&safe_fold("على")));
        assert!(!is_function_word(&safe_fold("علي")));
    }
}
