//! The keys by the textbook: NFKC, case folding and maps of letters, one iterator over the other, no tables of images.
//!
//! It knows the letters of Arabic and Latin names; on these it gives what Yaqut gives, which is checked before it is
//! measured.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Key K0 of a name.
pub fn safe_fold(name: &str) -> String {
    let letters = name.nfkc().default_case_fold().nfkc().filter(|&c| !is_dropped(c)).map(unify);
    let mut folded = String::with_capacity(name.len());
    for c in letters {
        if c.is_alphanumeric() || is_combining_mark(c) {
            folded.push(c);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The look-up key of a name.
pub fn lookup_key(name: &str) -> String {
    let plain: String = safe_fold(name).nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36F}')).nfc().collect();
    let mut key = String::with_capacity(plain.len());
    for c in plain.chars().filter_map(lossy) {
        match transcription(c) {
            Some(letters) => key.push_str(letters),
            None => key.push(c),
        }
    }
    key
}

/// Vowel signs, tatweel, apostrophes, and what is not seen.
fn is_dropped(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
        | '\'' | '`' | '\u{B4}' | '\u{2B9}'..='\u{2BF}' | '\u{2018}'..='\u{201B}')
}

/// The letter that stands for its typed variants.
fn unify(c: char) -> char {
    match c {
        '\u{6CC}'..='\u{6CE}' | '\u{6D0}' | '\u{6D2}' => 'ي',
        '\u{6A9}' | '\u{6AA}' => 'ك',
        '\u{6BE}' | '\u{6C0}' | '\u{6C1}' | '\u{6C2}' | '\u{6D5}' => 'ه',
        '\u{6C3}' => 'ة',
        '\u{6D3}' => 'ئ',
        '\u{671}' => 'ا',
        '\u{660}'..='\u{669}' => digit(c, '\u{660}'),
        '\u{6F0}'..='\u{6F9}' => digit(c, '\u{6F0}'),
        c => c,
    }
}

fn digit(c: char, zero: char) -> char {
    char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c)
}

/// The letter as the look-up key has it; `None` if it has none.
fn lossy(c: char) -> Option<char> {
    match c {
        ' ' | 'ء' => None,
        'أ' | 'إ' | 'آ' | '\u{672}' | '\u{673}' | '\u{675}' => Some('ا'),
        'ة' => Some('ه'),
        'ى' | 'ئ' => Some('ي'),
        'ؤ' => Some('و'),
        c => Some(c),
    }
}

/// Latin letters that do not decompose.
fn transcription(c: char) -> Option<&'static str> {
    Some(match c {
        'ı' => "i",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "ng",
        'ə' => "e",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use yaqut::text::{self, is_arabic};

    use super::*;
    use crate::names::testing::vocabulary;

    #[test]
    fn arabic_and_latin_names_of_the_packs_have_the_same_keys() {
        let is_known = |c: char| is_arabic(c) || c.is_ascii() || c.is_alphabetic() && c < '\u{180}';
        let names = vocabulary().names().iter().filter(|name| name.chars().all(is_known));
        let mut count = 0;
        for name in names {
            assert_eq!(safe_fold(name), text::safe_fold(name), "{name}");
            assert_eq!(lookup_key(name), text::lookup_key(name), "{name}");
            count += 1;
        }
        assert!(count > 200_000, "{count}");
    }
}
