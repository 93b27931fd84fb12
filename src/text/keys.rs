//! Keys K1 and K2, made from K0: what a name is looked up and compared by.
//!
//! | key | made by | two names with one key |
//! |---|---|---|
//! | K0 | [`safe_fold`] | are one spelling |
//! | K1 | [`hamza_fold`]: أ إ آ → ا | are one name, with rare exceptions (فأس, فاس) |
//! | K2 | [`lossy_fold`]: ة → ه, ى ئ → ي, ؤ → و, ء dropped; diacritics dropped | are probably one name |
//!
//! The index is sorted by [`lookup_key`], which is K2 without word divisions, so that one look-up finds K0, K1 and
//! K2 hits, and نيويورك finds نيو يورك; which of them a hit is, is seen by comparing it with the stored surface.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::fold::safe_fold;
use super::images::{CharImages, Image, is_inert, only};
use super::letters;

/// K1 of a K0 key: alef without hamza and madda. Borrowed if the key has none.
pub fn hamza_fold(safe: &str) -> Cow<'_, str> {
    if safe.chars().all(|c| letters::without_seat(c) == c) {
        return Cow::Borrowed(safe);
    }
    safe.chars().map(letters::without_seat).collect()
}

/// K2 of a K0 (or K1) key.
///
/// ```
/// use yaqut::text::{lossy_fold, safe_fold};
/// assert_eq!(lossy_fold(&safe_fold("القاهرة")), "القاهره");
/// assert_eq!(lossy_fold(&safe_fold("Erdoğan")), "erdogan");
/// ```
pub fn lossy_fold(safe: &str) -> String {
    if safe.is_ascii() {
        return safe.to_owned();
    }
    LOSSY.map(safe).unwrap_or_else(|| lossy_in_context(safe))
}

/// [`lossy_fold`] of any key.
pub(super) fn lossy_in_context(safe: &str) -> String {
    let lossy: String = plain_in_context(safe).chars().filter_map(letters::lossy).collect();
    // Marks between which a hamza stood are neighbours now, and may stand in another order than they must.
    if is_nfc(&lossy) { lossy } else { lossy_in_context(&lossy.nfc().collect::<String>()) }
}

/// A K0 key without the diacritics of Latin, Greek, Cyrillic and Hebrew; Arabic letters are left as they are.
pub(super) fn without_diacritics(safe: &str) -> String {
    PLAIN.map(safe).unwrap_or_else(|| plain_in_context(safe))
}

/// [`without_diacritics`] of any key.
fn plain_in_context(safe: &str) -> String {
    let mut plain = String::with_capacity(safe.len());
    for c in safe.nfd().filter(|&c| !letters::is_diacritic(c)).nfc() {
        match letters::plain_latin(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    plain
}

/// [`without_diacritics`] of characters that it treats one by one.
static PLAIN: CharImages = CharImages::new(|c| {
    let plain = only(c.nfd().filter(|&c| !letters::is_diacritic(c)).nfc());
    let plain = plain.filter(|&plain| is_inert(c) && is_inert(plain));
    let letter = plain.and_then(|c| letters::plain_latin(c).map_or(Some(c), |letters| only(letters.chars())));
    letter.map_or(Image::InContext, Image::Letter)
});

/// [`lossy_fold`] of such characters.
pub(super) static LOSSY: CharImages = CharImages::new(|c| match PLAIN.get(c) {
    Image::Letter(plain) => letters::lossy(plain).map_or(Image::Nothing, Image::Letter),
    other => other,
});

/// The key under which `name` lies in the index: K2 without word divisions. Empty if the name has no letter or digit.
///
/// ```
/// use yaqut::text::lookup_key;
/// assert_eq!(lookup_key("نيو يورك"), lookup_key("نيويورك"));
/// assert_eq!(lookup_key("إردوغان"), lookup_key("أردوغان"));
/// ```
pub fn lookup_key(name: &str) -> String {
    join(&lossy_fold(&safe_fold(name)))
}

/// Whether two keys are equal but for word divisions.
pub fn equal_joined(a: &str, b: &str) -> bool {
    letters_of(a).eq(letters_of(b))
}

/// Whether two K0 keys have one K1, but for word divisions.
pub fn equal_hamza_folded(a: &str, b: &str) -> bool {
    letters_of(a).map(letters::without_seat).eq(letters_of(b).map(letters::without_seat))
}

fn letters_of(key: &str) -> impl Iterator<Item = char> {
    key.chars().filter(|&c| c != ' ')
}

/// A letter of a K0 key without hamza seat or diacritic: one letter, two where it is a ligature, none if it is a mark.
pub(super) fn plain(c: char) -> String {
    if c.is_ascii() || letters::is_arabic(c) {
        return letters::without_seat(c).to_string();
    }
    without_diacritics(c.encode_utf8(&mut [0; 4]))
}

/// [`plain`] of a letter that is one letter without a diacritic too, and depends on no other; `None` of others.
pub(super) fn plain_letter(c: char) -> Option<char> {
    match PLAIN.get(c) {
        Image::Letter(plain) => Some(plain),
        _ => None,
    }
}

/// A key without its word divisions.
pub fn join(key: &str) -> String {
    key.chars().filter(|&c| c != ' ').collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_name_meet_at_their_level() {
        for (a, b, level) in [
            ("أردوغـان", "أردوغان", 0),
            ("أوکرانیا", "أوكرانيا", 0),
            ("أردوغان", "إردوغان", 1),
            ("آسيا", "اسيا", 1),
            ("غزة", "غزه", 2),
            ("السيسى", "السيسي", 2),
            ("داؤد", "داود", 2),
            ("صنعاء", "صنعا", 2),
            ("Erdoğan", "ERDOGAN", 2),
            ("Łódź", "Lodz", 2),
            ("İstanbul", "istanbul", 2),
            ("Москва́", "Москва", 2),
        ] {
            let (a, b) = (safe_fold(a), safe_fold(b));
            let met = if a == b {
                0
            } else if hamza_fold(&a) == hamza_fold(&b) {
                1
            } else if lossy_fold(&a) == lossy_fold(&b) {
                2
            } else {
                3
            };
            assert_eq!(met, level, "{a} {b}");
        }
    }

    #[test]
    fn scripts_that_need_their_marks_keep_them() {
        assert_ne!(lookup_key("कि"), lookup_key("क"));
        assert_ne!(lookup_key("ガ"), lookup_key("カ"));
        assert_eq!(lookup_key("평양"), "평양");
    }

    #[test]
    fn every_character_folds_alone_as_it_folds_in_context() {
        // The others take the whole fold with whatever stands beside them.
        let alone = |&c: &char| PLAIN.get(c) != Image::InContext;
        for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(alone) {
            for key in [format!("{c}"), format!("a{c}{c}أ"), format!("é{c}한{c}")] {
                assert_eq!(lossy_fold(&key), lossy_in_context(&key), "{key:?}");
                assert_eq!(without_diacritics(&key), plain_in_context(&key), "{key:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn keys_are_compared_as_they_are_made(a in "[اأإآةب é]{0,4}", b in "[اأإآةب é]{0,4}") {
            prop_assert_eq!(equal_joined(&a, &b), join(&a) == join(&b));
            prop_assert_eq!(equal_hamza_folded(&a, &b), join(&hamza_fold(&a)) == join(&hamza_fold(&b)));
        }

        #[test]
        fn letters_in_a_row_fold_as_in_context(
            key in "([\u{0}-\u{7FF}]|[\u{300}-\u{36F}]|\\PC|[\u{1E00}-\u{1FFF}]){0,16}"
        ) {
            prop_assert_eq!(lossy_fold(&key), lossy_in_context(&key));
            prop_assert_eq!(without_diacritics(&key), plain_in_context(&key));
        }

        #[test]
        fn lossy_fold_is_idempotent_and_sees_no_seat(name in "[\u{0620}-\u{06FF}a-zà-ž ]{0,24}") {
            let safe = safe_fold(&name);
            let lossy = lossy_fold(&safe);
            prop_assert_eq!(lossy_fold(&lossy), lossy.clone());
            prop_assert_eq!(lossy_fold(&hamza_fold(&safe)), lossy);
        }

        #[test]
        fn lossy_fold_is_idempotent_among_marks(
            name in "([ءأؤيىa ]|[\u{5B0}-\u{5C7}]|[\u{300}-\u{33F}]|[\u{730}-\u{74A}]|[\u{93C}\u{94D}\u{1DC0}-\u{1DFF}]){0,12}"
        ) {
            let lossy = lossy_fold(&safe_fold(&name));
            prop_assert_eq!(lossy_fold(&lossy), lossy);
        }

        #[test]
        fn any_text_has_a_key(name in "\\PC{0,60}") {
            prop_assert!(!lookup_key(&name).contains(' '));
        }
    }
}
