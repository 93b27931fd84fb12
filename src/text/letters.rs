//! Letters by their Unicode names, and the classes of code points that the keys are made of.
//!
//! Code points stand as escapes where a glyph would be invisible or change the direction of the line.

/// ي with its two dots missing, as Persian and Egyptian writers type it.
pub const FARSI_YEH: char = '\u{06CC}';
/// ى
pub const ALEF_MAKSURA: char = '\u{0649}';
/// The combining hamza above.
pub const HAMZA_ABOVE: char = '\u{0654}';
/// ئ
pub const YEH_HAMZA: char = '\u{0626}';
/// ؤ
pub const WAW_HAMZA: char = '\u{0624}';
/// ء
pub const HAMZA: char = '\u{0621}';
/// ا
pub const ALEF: char = '\u{0627}';
/// ة
pub const TEH_MARBUTA: char = '\u{0629}';
/// ه
pub const HEH: char = '\u{0647}';
/// و
pub const WAW: char = '\u{0648}';
/// ي
pub const YEH: char = '\u{064A}';
/// ل
pub const LAM: char = '\u{0644}';

/// The article: a bare alef and lam. With a hamza on its alef it is part of the name (ألبانيا).
pub const ARTICLE: &str = "ال";

/// Whether `c` is a letter of the Arabic script, whatever language it is used for.
pub fn is_arabic(c: char) -> bool {
    matches!(c, '\u{0620}'..='\u{064A}' | '\u{066E}'..='\u{06D5}' | '\u{06EE}'..='\u{06FF}' | '\u{0750}'..='\u{077F}'
        | '\u{08A0}'..='\u{08C9}' | '\u{FB50}'..='\u{FDFB}' | '\u{FE70}'..='\u{FEFC}')
}

/// Whether `c` carries no evidence at all: Arabic vowel and Quranic marks, tatweel, bidi controls, soft hyphens,
/// variation selectors. Zero-width joiners are not among them: they divide tokens.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0610}'..='\u{061A}'
        | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E4}' | '\u{06E7}' | '\u{06E8}' | '\u{06EA}'..='\u{06ED}'
        | '\u{08CA}'..='\u{08FF}'
        | '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{E0001}'..='\u{E01EF}')
}

/// Whether `c` is an apostrophe, a modifier letter used as one, or a quotation mark inside an abbreviation.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{00B4}' | '\u{02B9}'..='\u{02BF}' | '\u{02C8}' | '\u{02CA}' | '\u{02CB}'
        | '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{05F3}' | '\u{05F4}' | '\u{A78B}' | '\u{A78C}')
}

/// Whether `c` is a pictograph, which is kept like a letter: a flag can be an alias.
pub(super) fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}')
}

/// K0: the letter that stands for all its typed variants; digits become ASCII.
pub(super) fn unify(c: char) -> char {
    match c {
        FARSI_YEH | '\u{06CD}' | '\u{06CE}' | '\u{06D0}' | '\u{06D2}' => YEH,
        '\u{06D3}' => YEH_HAMZA,
        '\u{06A9}' | '\u{06AA}' => '\u{0643}',
        '\u{06BE}' | '\u{06C0}' | '\u{06C1}' | '\u{06C2}' | '\u{06D5}' => HEH,
        '\u{06C3}' => TEH_MARBUTA,
        '\u{0671}' => ALEF,
        '\u{0660}'..='\u{0669}' => ascii_digit(c, '\u{0660}'),
        '\u{06F0}'..='\u{06F9}' => ascii_digit(c, '\u{06F0}'),
        _ => c,
    }
}

fn ascii_digit(c: char, zero: char) -> char {
    char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c)
}

/// K1: alef without its hamza or madda.
pub(super) fn without_seat(c: char) -> char {
    match c {
        '\u{0622}' | '\u{0623}' | '\u{0625}' | '\u{0672}' | '\u{0673}' | '\u{0675}' => ALEF,
        _ => c,
    }
}

/// K2: the letter without what writers drop or confuse; `None` if nothing is left of it.
pub(super) fn lossy(c: char) -> Option<char> {
    Some(match without_seat(c) {
        TEH_MARBUTA => HEH,
        ALEF_MAKSURA | YEH_HAMZA => YEH,
        WAW_HAMZA => WAW,
        HAMZA => return None,
        c => c,
    })
}

/// K2: whether `c` is a diacritic that Latin, Greek, Cyrillic or Hebrew letters are read without.
///
/// Vowel signs of Indic scripts and kana marks are not: without them another word remains.
pub(super) fn is_diacritic(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0487}' | '\u{0591}'..='\u{05C7}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Letters that languages other than Arabic add to its script, as Arabic itself writes their sound; and alef without its
/// hamza.
pub(super) fn plain_arabic(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match without_seat(c) {
        'پ' => ('ب', None),
        'ڤ' | 'ڥ' => ('ف', None),
        'گ' | 'ڭ' | 'ڠ' => ('غ', None),
        'ژ' => ('ج', None),
        'چ' => ('ت', Some('ش')),
        'ٹ' => ('ط', None),
        'ڈ' => ('د', None),
        'ڑ' | 'ڕ' => ('ر', None),
        'ں' => ('ن', None),
        'ڵ' => (LAM, None),
        'ۆ' | 'ۇ' | 'ۈ' => (WAW, None),
        c => (c, None),
    };
    std::iter::once(first).chain(second)
}

/// K2: Latin letters that are written plain where a keyboard lacks them, and that do not decompose.
pub(super) fn plain_latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ı' => "i",
        'ø' => "o",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "ng",
        'ə' => "e",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ɓ' => "b",
        'ƙ' => "k",
        _ => return None,
    })
}
