//! Scripts, and what the letters of a name say of its language.

use Script::{
    Arabic, Armenian, Cyrillic, Georgian, Greek, Gujarati, Gurmukhi, Han, Hangul, Hebrew, Kana, Kannada,
    Khmer, Lao, Latin, Malayalam, Odia, Other, Sinhala, Tamil, Telugu, Thaana, Thai,
};

/// The script of a name, as far as importers tell scripts apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Script {
    /// No letter at all.
    None,
    Latin,
    Arabic,
    Cyrillic,
    Greek,
    Armenian,
    Hebrew,
    Thaana,
    Gurmukhi,
    Gujarati,
    Odia,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Thai,
    Lao,
    Georgian,
    Khmer,
    Hangul,
    Kana,
    Han,
    /// A script that several languages share, or that is rare.
    Other,
    /// Letters of several scripts that are not written together.
    Mixed,
}

/// First and last letter of the blocks that matter, in order.
const BLOCKS: [(u32, u32, Script); 39] = [
    (0x0041, 0x005A, Latin),
    (0x0061, 0x007A, Latin),
    (0x00C0, 0x02AF, Latin),
    (0x0370, 0x03FF, Greek),
    (0x0400, 0x052F, Cyrillic),
    (0x0531, 0x058F, Armenian),
    (0x05D0, 0x05F2, Hebrew),
    (0x0620, 0x064A, Arabic),
    (0x066E, 0x06D5, Arabic),
    (0x06EE, 0x06FF, Arabic),
    (0x0700, 0x074F, Other),
    (0x0750, 0x077F, Arabic),
    (0x0780, 0x07BF, Thaana),
    (0x07C0, 0x086F, Other),
    (0x0870, 0x08C9, Arabic),
    (0x0900, 0x09FF, Other),
    (0x0A00, 0x0A7F, Gurmukhi),
    (0x0A80, 0x0AFF, Gujarati),
    (0x0B00, 0x0B7F, Odia),
    (0x0B80, 0x0BFF, Tamil),
    (0x0C00, 0x0C7F, Telugu),
    (0x0C80, 0x0CFF, Kannada),
    (0x0D00, 0x0D7F, Malayalam),
    (0x0D80, 0x0DFF, Sinhala),
    (0x0E00, 0x0E7F, Thai),
    (0x0E80, 0x0EFF, Lao),
    (0x0F00, 0x109F, Other),
    (0x10A0, 0x10FF, Georgian),
    (0x1100, 0x11FF, Hangul),
    (0x1200, 0x177F, Other),
    (0x1780, 0x17FF, Khmer),
    (0x1800, 0x1DFF, Other),
    (0x1E00, 0x1EFF, Latin),
    (0x1F00, 0x1FFF, Greek),
    (0x2C00, 0x2DDF, Other),
    (0x3041, 0x30FF, Kana),
    (0x3400, 0x9FFF, Han),
    (0xA000, 0xABFF, Other),
    (0xAC00, 0xD7A3, Hangul),
];

/// The script of one character; `None` for what belongs to no script, such as marks and signs.
fn script_of_char(c: char) -> Option<Script> {
    let code = c as u32;
    // Modifier letters stand for signs of any script: ʻ ʼ ʿ ʾ.
    if matches!(code, 0x2B0..=0x2FF) {
        return None;
    }
    let at = BLOCKS.partition_point(|&(_, last, _)| last < code);
    match BLOCKS.get(at) {
        Some(&(first, _, script)) if first <= code => c.is_alphabetic().then_some(script),
        _ if matches!(code, 0xFB50..=0xFDFF | 0xFE70..=0xFEFC) => Some(Arabic),
        _ if matches!(code, 0x2_0000..=0x3_FFFF) => Some(Han),
        _ => c.is_alphabetic().then_some(Other),
    }
}

/// The script in which `name` is written.
pub(super) fn script_of(name: &str) -> Script {
    name.chars().filter_map(script_of_char).fold(Script::None, |whole, letter| match (whole, letter) {
        (Script::None, letter) => letter,
        (whole, letter) if whole == letter => whole,
        (Han | Kana, Han | Kana) => Kana,
        (Han | Hangul, Han | Hangul) => Hangul,
        _ => Script::Mixed,
    })
}

impl Script {
    /// The language of a name of which only the script is known, where one language all but owns the script.
    pub(super) const fn only_language(self) -> Option<&'static str> {
        Some(match self {
            Greek => "el",
            Armenian => "hy",
            Hebrew => "he",
            Thaana => "dv",
            Gurmukhi => "pa",
            Gujarati => "gu",
            Odia => "or",
            Tamil => "ta",
            Telugu => "te",
            Kannada => "kn",
            Malayalam => "ml",
            Sinhala => "si",
            Thai => "th",
            Lao => "lo",
            Georgian => "ka",
            Khmer => "km",
            Hangul => "ko",
            Kana => "ja",
            _ => return None,
        })
    }

    /// Whether one or two letters of the script make a name.
    pub(super) const fn is_dense(self) -> bool {
        matches!(self, Han | Kana | Hangul)
    }
}

/// What the letters of a name in Arabic script say of its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Arabicness {
    /// A letter or a spelling that Arabic does not have.
    Foreign,
    /// Nothing but letters that Arabic shares with its neighbours.
    Possible,
    /// A letter or the article that only Arabic has.
    Certain,
}

/// Judges a name in Arabic script, without vowel marks, by its letters.
///
/// Foreign are letters outside the Arabic alphabet (پ چ ژ گ ک ی ہ ە …), alif maqsura or teh marbuta inside a word, and
/// hamza on yeh at its beginning (as in Uyghur and Kurdish), and a zero-width non-joiner (Persian). Certain are teh marbuta, hamza on or under alif, and an article
/// before at least four letters (المان is Germany in Persian).
pub(super) fn arabicness(name: &str) -> Arabicness {
    let mut verdict = Arabicness::Possible;
    for word in name.split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty()) {
        if is_foreign_word(word) {
            return Arabicness::Foreign;
        }
        let has_article = word.strip_prefix("ال").is_some_and(|rest| rest.chars().count() >= 4);
        if has_article || word.contains(['ة', 'أ', 'إ']) {
            verdict = Arabicness::Certain;
        }
    }
    verdict
}

fn is_foreign_word(word: &str) -> bool {
    let inner_final = word.trim_end_matches(['ى', 'ة']).contains(['ى', 'ة']);
    word.starts_with('ئ')
        || word.contains(NON_JOINER)
        || inner_final
        || word.chars().any(|c| script_of_char(c) == Some(Arabic) && !is_arabic_letter(c))
}

const NON_JOINER: char = '\u{200C}';

/// The language of a name in Arabic script, where a letter decides: Sindhi is told apart to be left open.
///
/// | language | letters |
/// |---|---|
/// | `ps` Pashto | ټ ډ ړ ږ ښ ڼ ځ څ ۍ, or ې without a letter of Uyghur |
/// | `ur` Urdu | ٹ ڈ ڑ ں ہ ے |
/// | `ckb` Central Kurdish | ێ ڵ ڕ, or ە or ۆ with the yeh or kaf of Persian (ی ک) |
/// | `ug` Uyghur | ۈ, or ې beside ە ۇ ۆ ۋ ى ڭ, or ە or ۆ beside ى |
/// | `fa` Persian | a zero-width non-joiner, with none of these |
pub(super) fn neighbour_language(name: &str) -> Option<&'static str> {
    const SINDHI: [char; 14] = ['ٻ', 'ڀ', 'ٺ', 'ٿ', 'ڄ', 'ڃ', 'ڇ', 'ڌ', 'ڊ', 'ڳ', 'ڱ', 'ڻ', 'ڦ', 'ڙ'];
    const UYGHUR_VOWELS: [char; 4] = ['ە', 'ۇ', 'ۆ', 'ۋ'];
    let has = |letters: &[char]| name.contains(letters);
    Some(match () {
        () if has(&SINDHI) => return None,
        () if has(&['ټ', 'ډ', 'ړ', 'ږ', 'ښ', 'ڼ', 'ځ', 'څ', 'ۍ']) => "ps",
        () if has(&['ٹ', 'ڈ', 'ڑ', 'ں', 'ہ', 'ے']) => "ur",
        () if has(&['ێ', 'ڵ', 'ڕ']) => "ckb",
        () if has(&['ۈ']) || (has(&['ې']) && (has(&UYGHUR_VOWELS) || has(&['ى', 'ڭ']))) => "ug",
        () if has(&['ې']) => "ps",
        () if has(&['ە', 'ۆ']) && has(&['ی', 'ک']) && !has(&['ي', 'ى', 'ۇ', 'ۋ']) => "ckb",
        () if has(&['ە', 'ۆ']) && has(&['ى']) && !has(&['ی', 'ٴ']) => "ug",
        () if has(&[NON_JOINER]) && !has(&UYGHUR_VOWELS) => "fa",
        () => return None,
    })
}

/// Countries where an untagged name in Arabic script is likely to be Persian, Pashto or Urdu.
const PERSIANATE: [&str; 5] = ["AF", "IN", "IR", "PK", "TJ"];

/// Countries where a name in Arabic script that is not Arabic is Persian unless its letters say otherwise.
const PERSIAN: [&str; 2] = ["IR", "TJ"];

/// The language of a place's name in Arabic script of which nobody says it, as far as letters and country tell.
pub(super) fn arabic_script_language(text: &str, country: &str) -> &'static str {
    let is_persianate = PERSIANATE.contains(&country) && !text.contains(['ة', 'أ', 'إ']);
    match arabicness(text) {
        Arabicness::Certain | Arabicness::Possible if !is_persianate => "ar",
        _ => neighbour_language(text)
            .or_else(|| (is_persianate && PERSIAN.contains(&country)).then_some("fa"))
            .unwrap_or_default(),
    }
}

const fn is_arabic_letter(c: char) -> bool {
    matches!(c, '\u{621}'..='\u{63A}' | '\u{641}'..='\u{64A}')
}

/// Removes what is not part of the spelling: vowel marks and tatweel; alif wasla becomes alif.
pub(super) fn without_marks(name: &str) -> String {
    name.chars().filter(|&c| !is_mark(c)).map(|c| if c == 'ٱ' { 'ا' } else { c }).collect()
}

const fn is_mark(c: char) -> bool {
    matches!(c,
    '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{653}' | '\u{656}'..='\u{65F}' | '\u{670}'
    | '\u{6D6}'..='\u{6DC}' | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_in_order() {
        assert!(BLOCKS.windows(2).all(|pair| pair[0].1 < pair[1].0));
        assert!(BLOCKS.iter().all(|&(first, last, _)| first < last));
    }

    #[test]
    fn scripts_are_told_apart() {
        for (name, script) in [
            ("Kyiv", Latin),
            ("Kȉjev", Latin),
            ("Київ", Cyrillic),
            ("كييف", Arabic),
            ("基輔", Han),
            ("キーウ市", Kana),
            ("키예프", Hangul),
            ("קייב", Hebrew),
            ("კიევი", Georgian),
            ("कीव", Other),
            ("askalڈs", Script::Mixed),
            ("Luxor- الأقصر", Script::Mixed),
            ("12-3", Script::None),
        ] {
            assert_eq!(script_of(name), script, "{name}");
        }
    }

    #[test]
    fn arabic_is_told_from_its_neighbours() {
        for (name, verdict) in [
            ("القاهرة", Arabicness::Certain),
            ("أربيل", Arabicness::Certain),
            ("إب", Arabicness::Certain),
            ("السودان", Arabicness::Certain),
            ("بغداد", Arabicness::Possible),
            ("ليفورنو", Arabicness::Possible),
            ("مصطفى", Arabicness::Possible),
            ("المان", Arabicness::Possible),
            ("ئاممان", Arabicness::Foreign),
            ("ترىپولى", Arabicness::Foreign),
            ("كةربالا", Arabicness::Foreign),
            ("بەغداد", Arabicness::Foreign),
            ("تبوک", Arabicness::Foreign),
            ("دبی", Arabicness::Foreign),
            ("مكة ہ", Arabicness::Foreign),
            ("آق\u{200c}تاش", Arabicness::Foreign),
        ] {
            assert_eq!(arabicness(name), verdict, "{name}");
        }
    }

    #[test]
    fn letters_tell_the_neighbours_apart() {
        for (name, language) in [
            ("بوسټن", Some("ps")),
            ("جېسن", Some("ps")),
            ("باسٹن", Some("ur")),
            ("ممبئی", None),
            ("دہلی", Some("ur")),
            ("سلێمانی", Some("ckb")),
            ("نیویۆرک", Some("ckb")),
            ("نيۇيورك", None),
            ("ئۈرۈمچى", Some("ug")),
            ("بېيجىڭ", Some("ug")),
            ("قەشقەر", None),
            ("ئۆزبېكىستان", Some("ug")),
            ("سوفىيە", Some("ug")),
            ("سەيد سادق", None),
            ("ڪراچي ۽ سنڌ", None),
            ("می\u{200c}ناب", Some("fa")),
            ("تهران", None),
            ("القاهرة", None),
        ] {
            assert_eq!(neighbour_language(name), language, "{name}");
        }
    }

    #[test]
    fn marks_are_no_spelling() {
        for (name, plain) in [("عَمّان", "عمان"), ("ٱلْخَيْمَة", "الخيمة"), ("مـكـة", "مكة"), ("آسفي", "آسفي")]
        {
            assert_eq!(without_marks(name), plain);
        }
    }
}
