//! Ordinary words: what is no misspelling of a name, however near one it comes.
//!
//! الترويج (promotion) is one letter from النرويج (Norway), and بينما (while) one from بنما (Panama). By such a word
//! only a name that is written exactly so can be meant: lossy keys, transliteration and fuzzy matching must not answer.
//!
//! The table has the words in key K1, because few writers set the hamza on ordinary words. They are no names and no
//! common misspellings of names; `data/ordinary_words.py`, which makes the table, says how they are told apart. A word
//! with proclitics (والترويج, بالبرتقال, للهندسة) is found by taking them off; the names that this would take for words
//! (بنما as ب + نما) are in the table as exceptions.

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::keys::hamza_fold;
use super::letters::{self, ARTICLE};
use super::tables::{self, ORDINARY_WORDS};

/// Whether a K0 key is one ordinary word of Arabic, with or without proclitics.
///
/// The word may be a name too (صور: pictures, Tyre), so an exact alias goes before. Some look-ups in a hash table; the
/// first call reads the table, which takes about a millisecond.
pub fn is_ordinary_word(safe: &str) -> bool {
    may_be_word(safe) && (tables::is_function_word(safe) || WORDS.has(&hamza_fold(safe)))
}

/// Whether a K0 key is one ordinary word as it stands, so that its first letter is no proclitic: كان is no ك and ان.
pub fn is_whole_ordinary_word(safe: &str) -> bool {
    may_be_word(safe) && (tables::is_function_word(safe) || WORDS.is_listed(&hamza_fold(safe)))
}

/// Whether a K0 key is one token in Arabic script: the tables hold no other. Spares most names the look-up.
fn may_be_word(safe: &str) -> bool {
    safe.starts_with(letters::is_arabic) && !safe.as_bytes().contains(&b' ')
}

static WORDS: LazyLock<OrdinaryWords> = LazyLock::new(|| match OrdinaryWords::parse(ORDINARY_WORDS) {
    Ok(words) => words,
    // The table is compiled in and a unit test reads it, so this build cannot have a bad one.
    Err(row) => unreachable!("ordinary_words.txt: {row}"),
});

/// The table, read: two sets of K1 keys.
#[derive(Default)]
struct OrdinaryWords {
    words: WordSet,
    /// Names that would be read as proclitics and a word.
    exceptions: WordSet,
}

type WordSet = HashSet<&'static str, FixedState>;

impl OrdinaryWords {
    /// The fewest letters of a word: shorter ones are as often abbreviations or parts of names.
    const SHORTEST: usize = 3;

    /// Reads a table: comments, words, and exceptions with a hyphen before them.
    ///
    /// # Errors
    ///
    /// The first row that is too short, or not greater than the row before of its kind.
    fn parse(table: &'static str) -> Result<Self, &'static str> {
        let mut read = Self::default();
        let (mut last_word, mut last_exception) = (None, None);
        for row in table.lines().filter(|line| !line.starts_with('#')) {
            let (set, last, word) = match row.strip_prefix('-') {
                Some(name) => (&mut read.exceptions, &mut last_exception, name),
                None => (&mut read.words, &mut last_word, row),
            };
            if !has_letters(word, Self::SHORTEST) || last.is_some_and(|last| last >= word) {
                return Err(row);
            }
            set.insert(word);
            *last = Some(word);
        }
        Ok(read)
    }

    /// Whether `key` is a word, or conjunction, preposition, article and a word, each of the three if need be.
    fn has(&self, key: &str) -> bool {
        self.is_phrase(key, Self::SHORTEST, &['و', 'ف'], |rest| self.has_after_conjunction(rest))
    }

    fn has_after_conjunction(&self, key: &str) -> bool {
        // One letter more, because any two letters after ب, ل or ك are likelier to be a name's.
        self.is_phrase(key, Self::SHORTEST + 1, &['ب', 'ل', 'ك'], |rest| self.has_after_preposition(rest))
            || !self.is_exception(key) && self.has_after_melted_article(key)
    }

    /// للهندسة: the ل of the preposition has swallowed the alef of the article.
    fn has_after_melted_article(&self, key: &str) -> bool {
        key.strip_prefix("لل").is_some_and(|bare| self.has_after_preposition(&format!("{ARTICLE}{bare}")))
    }

    fn has_after_preposition(&self, key: &str) -> bool {
        !self.is_exception(key)
            && (self.is_listed(key) || key.strip_prefix(ARTICLE).is_some_and(|bare| self.is_listed(bare)))
    }

    /// Whether `key`, with or without one of the proclitics, satisfies `has_rest`; an exception never does.
    fn is_phrase(
        &self,
        key: &str,
        shortest: usize,
        proclitics: &[char],
        has_rest: impl Fn(&str) -> bool,
    ) -> bool {
        let rest = || key.strip_prefix(proclitics).filter(|rest| has_letters(rest, shortest));
        !self.is_exception(key) && (has_rest(key) || rest().is_some_and(&has_rest))
    }

    fn is_listed(&self, key: &str) -> bool {
        self.words.contains(key)
    }

    fn is_exception(&self, key: &str) -> bool {
        self.exceptions.contains(key)
    }
}

/// Whether `word` has `count` letters or more.
fn has_letters(word: &str, count: usize) -> bool {
    word.chars().nth(count - 1).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::safe_fold;
    use super::*;

    fn is_ordinary(word: &str) -> bool {
        is_ordinary_word(&safe_fold(word))
    }

    #[test]
    fn the_table_is_sorted_and_in_key_k1() {
        let words = OrdinaryWords::parse(ORDINARY_WORDS).unwrap();
        assert!(words.words.len() > 30_000);
        assert!(!words.exceptions.is_empty());
        for word in words.words.iter().chain(&words.exceptions) {
            assert_eq!(hamza_fold(&safe_fold(word)), *word);
        }
    }

    #[test]
    fn no_exception_is_listed_or_idle() {
        let words = OrdinaryWords::parse(ORDINARY_WORDS).unwrap();
        let without = OrdinaryWords { words: words.words.clone(), ..OrdinaryWords::default() };
        for name in &words.exceptions {
            assert!(!words.is_listed(name), "{name}");
            assert!(without.has(name), "{name} needs no exception");
        }
    }

    #[test]
    fn refuses_bad_tables() {
        let error = |table| OrdinaryWords::parse(table).err();
        assert_eq!(error("# words\nبيت\nطلب\n-بنما\n"), None);
        assert_eq!(error("طلب\nبيت\n"), Some("بيت"));
        assert_eq!(error("بيت\nبيت\n"), Some("بيت"));
        assert_eq!(error("-لبنان\n-بنما\n"), Some("-بنما"));
        assert_eq!(error("بي\n"), Some("بي"));
        assert_eq!(error("بيت\n\nطلب\n"), Some(""));
    }

    #[test]
    fn knows_ordinary_words_beside_names() {
        for word in [
            "الترويج",
            "اليمين",
            "البرتقال",
            "بينما",
            "أهداف",
            "اهداف",
            "هندسة",
            "طلب",
            "حراسة",
            "رؤية",
            "صور",
        ] {
            assert!(is_ordinary(word), "{word}");
        }
    }

    #[test]
    fn takes_proclitics_off() {
        for word in ["والترويج", "بالبرتقال", "للهندسة", "وللهندسة", "فبالطلب", "كهندسة", "وطلب"]
        {
            assert!(is_ordinary(word), "{word}");
        }
        for word in ["بكهندسة", "وفهندسة", "بوهندسة", "طلب هندسة", "ال", "و", ""]
        {
            assert!(!is_ordinary(word), "{word}");
        }
    }

    #[test]
    fn knows_no_spelling_of_a_name() {
        for name in [
            "سوريا",
            "سورية",
            "سوريه",
            "أمريكا",
            "امريكا",
            "طهران",
            "بوتين",
            "بوتن",
            "ترامب",
            "ترمب",
            "أوكرانيا",
            "اوكرانيا",
            "يوهانسبرغ",
            "أحمد",
            "احمد",
            "محمد",
            "بنما",
            "النرويج",
            "البرتغال",
            "اليمن",
            "القاهره",
            "غزه",
            "بوركينا",
            "بغدادي",
            "لبنان",
            "وارسو",
            "فرنسا",
            "كندا",
            "London",
        ] {
            assert!(!is_ordinary(name), "{name}");
        }
    }
}
