//! Key K0, the safe fold: what two spellings may differ in without being different spellings.
//!
//! In this order (each step relies on the one before):
//!
//! 1. yeh or alef maksura with a hamza above (U+06CC, U+0649 + U+0654) become U+0626, which NFKC does not compose;
//! 2. NFKC: presentation forms, ligatures and full-width letters become letters; hamzas compose *before* marks go;
//! 3. full case folding;
//! 4. marks, tatweel and invisible signs vanish, letter variants of one letter become one, digits become ASCII;
//! 5. punctuation and white space of any sort become one space between tokens; apostrophes vanish inside a token.
//!
//! Latin, Greek and Cyrillic diacritics stay: they are evidence, and only K2 drops them (see [`super::keys`]).

use std::sync::LazyLock;

use caseless::Caseless;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::images::{CharImages, Image, is_composed, is_inert, only};
use super::letters;

/// Folds `name` to its K0 key: tokens separated by single spaces; empty if the name has no letter or digit.
///
/// Idempotent, never longer than about eighteen times its input (U+FDFA), and linear in it.
///
/// ```
/// use yaqut::text::safe_fold;
/// assert_eq!(safe_fold("أوکرانیا"), "أوكرانيا");
/// assert_eq!(safe_fold("أ.ف.ب"), "أ ف ب");
/// assert_eq!(safe_fold("  N’DJAMÉNA "), "ndjaména");
/// ```
pub fn safe_fold(name: &str) -> String {
    let mut safe = String::new();
    safe_fold_into(name, &mut safe);
    safe
}

/// [`safe_fold`] into a buffer, which it replaces: for who folds many names.
pub fn safe_fold_into(name: &str, safe: &mut String) {
    if !fold_by_char(name, safe) {
        *safe = fold_in_context(name);
    }
}

/// [`safe_fold`] of a name whose characters do not depend on their neighbours; else leaves `safe` in disorder, and
/// tells so.
fn fold_by_char(name: &str, safe: &mut String) -> bool {
    if name.is_ascii() {
        fold_ascii(name, safe);
        return true;
    }
    let low = IMAGES.low();
    tokens(name.len(), name.chars().map(|c| IMAGES.get_with(low, c)), safe)
}

/// [`safe_fold`] of ASCII, a byte at a time.
fn fold_ascii(name: &str, safe: &mut String) {
    let mut bytes = std::mem::take(safe).into_bytes();
    bytes.clear();
    bytes.reserve(name.len());
    let mut last = b' ';
    for byte in name.bytes() {
        let image = ASCII[usize::from(byte & 0x7F)];
        if image != 0 && (image != b' ' || last != b' ') {
            bytes.push(image);
            last = image;
        }
    }
    if bytes.last() == Some(&b' ') {
        bytes.pop();
    }
    // The table has ASCII alone.
    *safe = String::from_utf8(bytes).unwrap_or_default();
}

/// What the fold makes of ASCII: a letter, a space for a boundary, 0 for nothing.
static ASCII: LazyLock<[u8; 128]> = LazyLock::new(|| {
    std::array::from_fn(|code| match IMAGES.low()[code] {
        Image::Letter(letter) => u8::try_from(letter).unwrap_or_default(),
        Image::Nothing => 0,
        Image::Boundary | Image::InContext => b' ',
    })
});

/// [`safe_fold`] of any name: the full pipeline, which the tables are held against.
pub(super) fn fold_in_context(name: &str) -> String {
    let composed = compose_hamza(name).nfkc().collect::<String>();
    let letters = caseless::default_case_fold_str(&composed);
    let mut safe = String::new();
    tokens(name.len(), letters.nfkc().map(fold_char), &mut safe);
    // What vanished may have kept a letter and a mark apart that now belong together.
    if is_nfc(&safe) { safe } else { safe_fold(&safe.nfc().collect::<String>()) }
}

/// Writes the images of characters as tokens; tells whether none of them depends on its neighbours.
fn tokens(len: usize, images: impl Iterator<Item = Image>, tokens: &mut String) -> bool {
    tokens.clear();
    tokens.reserve(len);
    let mut at_boundary = true;
    for image in images {
        match image {
            Image::Letter(letter) => {
                tokens.push(letter);
                at_boundary = false;
            }
            Image::Boundary if !at_boundary => {
                tokens.push(' ');
                at_boundary = true;
            }
            Image::Boundary | Image::Nothing => {}
            Image::InContext => return false,
        }
    }
    if tokens.ends_with(' ') {
        tokens.pop();
    }
    true
}

/// What the steps make of characters that they treat one by one.
///
/// Marks that vanish may stand in any order: normalisation moves them, but they compose with nothing.
pub(super) static IMAGES: CharImages = CharImages::new(|c| {
    let is_plain = |c| is_inert(c) || letters::is_ignorable(c) && is_composed(c);
    let folded = only(std::iter::once(c).default_case_fold());
    folded.filter(|&folded| is_plain(c) && is_plain(folded)).map_or(Image::InContext, fold_char)
});

/// Steps 4 and 5.
fn fold_char(c: char) -> Image {
    if c.is_ascii_alphanumeric() {
        return Image::Letter(c);
    }
    if letters::is_ignorable(c) || letters::is_apostrophe(c) {
        return Image::Nothing;
    }
    let c = letters::unify(c);
    if c.is_alphanumeric() || is_combining_mark(c) || letters::is_pictograph(c) {
        Image::Letter(c)
    } else {
        Image::Boundary
    }
}

/// Step 1: composes the two sequences that NFKC leaves alone.
fn compose_hamza(name: &str) -> impl Iterator<Item = char> + '_ {
    let mut chars = name.chars().peekable();
    std::iter::from_fn(move || {
        let c = chars.next()?;
        if matches!(c, letters::FARSI_YEH | letters::ALEF_MAKSURA)
            && chars.next_if_eq(&letters::HAMZA_ABOVE).is_some()
        {
            return Some(letters::YEH_HAMZA);
        }
        Some(c)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn table() {
        for (name, folded) in [
            ("أردوغـان", "أردوغان"),
            ("عَمّان", "عمان"),
            ("الأوكرانيّة", "الأوكرانية"),
            ("فی أوکرانیا", "في أوكرانيا"),
            ("پاکستان", "پاكستان"),
            ("\u{FEFC}", "لا"),
            ("\u{FDF2}", "الله"),
            ("إسلام\u{200C}آباد", "إسلام آباد"),
            ("لـ«داعش»", "ل داعش"),
            ("هی\u{0654}ة", "هئة"),
            ("٢٠٢٤", "2024"),
            ("\u{202B}غزة\u{202C}", "غزة"),
            ("غزة\u{00A0}وأريحا", "غزة وأريحا"),
            ("İSTANBUL", "i\u{307}stanbul"),
            ("Straße", "strasse"),
            ("ＵＮ", "un"),
            ("Sana'a", "sanaa"),
            ("Al-Qaeda", "al qaeda"),
            ("e'\u{301}", "é"),
            ("🇺🇦", "🇺🇦"),
            ("!?", ""),
            ("", ""),
        ] {
            assert_eq!(safe_fold(name), folded, "{name:?}");
        }
    }

    #[test]
    fn every_character_folds_alone_as_it_folds_in_context() {
        // The others take the whole fold with whatever stands beside them.
        let alone = |&c: &char| IMAGES.get(c) != Image::InContext;
        for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(alone) {
            for name in [format!("{c}"), format!("a{c}{c}ي"), format!("é{c}\u{64E}한{c}")] {
                assert_eq!(safe_fold(&name), fold_in_context(&name), "{name:?}");
            }
        }
    }

    #[test]
    fn plain_letters_need_no_context() {
        for name in ["Al-Qaeda", "القاهرة الكبرى", "عَمّان", "أوکرانیا", "Erdoğan", "Москва", "한국", "北京"]
        {
            assert!(name.chars().all(|c| IMAGES.get(c) != Image::InContext), "{name}");
        }
        assert_eq!(IMAGES.get('\u{654}'), Image::InContext);
        assert_eq!(IMAGES.get('\u{301}'), Image::InContext);
        assert_eq!(IMAGES.get('ß'), Image::InContext);
    }

    proptest! {
        #[test]
        fn letters_in_a_row_fold_as_in_context(
            name in "([\u{0}-\u{7FF}]|[\u{64B}-\u{65F}\u{670}]|[\u{300}-\u{36F}]|\\PC|[\u{1E00}-\u{1FFF}]){0,16}"
        ) {
            prop_assert_eq!(safe_fold(&name), fold_in_context(&name));
        }

        #[test]
        fn is_idempotent_and_tidy(name in "\\PC{0,40}") {
            let once = safe_fold(&name);
            prop_assert_eq!(safe_fold(&once), once.clone());
            prop_assert!(!once.contains("  ") && once.trim() == once);
        }

        #[test]
        fn is_idempotent_on_arabic(name in "[\u{0600}-\u{06FF}\u{FB50}-\u{FDFF}\u{FE70}-\u{FEFF} ]{0,20}") {
            let once = safe_fold(&name);
            prop_assert_eq!(safe_fold(&once), once);
        }
    }
}
