//! What of GeoNames' untagged alternate names is a name.
//!
//! In this order:
//!
//! 1. Vowel marks, tatweel and direction marks are removed; white space is made single.
//! 2. What follows a comma of any script is the parent place, what stands in brackets a remark: both are cut off.
//! 3. A letter that is stuck at the beginning (`ااالخرطوم`) is written once.
//! 4. Names without a letter, with digits beside few letters, or with signs that no name has, are dropped.
//! 5. So are names in letters of several scripts (`askalڈs`), of one letter, of two Latin letters, three ASCII
//!    capitals (airport codes), Latin without a capital (GeoNames' letter-for-letter romanisations of other scripts:
//!    `bwsadas`, `lai sai si`).

use crate::import::names::tidy;
use crate::import::report::Skip;
use crate::import::script::{Script, script_of, without_marks};

const COMMAS: [char; 6] = [',', '،', '٬', '、', '，', ';'];
const BRACKETS: [char; 4] = ['(', '[', '（', '【'];

/// A name that is left after cleaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cleaned {
    pub text: String,
    pub script: Script,
    /// A parent place or a remark was cut off.
    pub was_cut: bool,
}

/// The name in `raw`, or why there is none.
pub(super) fn clean(raw: &str) -> Result<Cleaned, Skip> {
    let whole = without_marks(&tidy(raw));
    let name = whole.split(COMMAS).next().and_then(|name| name.split(BRACKETS).next()).unwrap_or_default();
    let text = once(name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '.' | '"' | '،')));
    let was_cut = name.len() != whole.len();
    let script = script_of(&text);
    match flaw(&text, script) {
        Some(flaw) => Err(flaw),
        None => Ok(Cleaned { text, script, was_cut }),
    }
}

fn flaw(text: &str, script: Script) -> Option<Skip> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let has_odd_sign = text
        .contains(['|', '=', '/', ':', '\\', '<', '>', '_', '@', '#', '*', '?', '+', '~', '%', '\u{fffd}']);
    match script {
        Script::None => Some(Skip::NoName),
        _ if has_odd_sign || digits * 2 > letters => Some(Skip::NoName),
        Script::Mixed => Some(Skip::MixedScripts),
        script if script.is_dense() => None,
        _ if letters < 2 => Some(Skip::TooShort),
        Script::Latin => latin_flaw(text, letters),
        _ => None,
    }
}

fn latin_flaw(text: &str, letters: usize) -> Option<Skip> {
    if !text.chars().any(char::is_uppercase) {
        Some(Skip::Romanisation)
    } else if letters < 3 {
        Some(Skip::TooShort)
    } else if text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()) {
        Some(Skip::Code)
    } else {
        None
    }
}

/// A letter that stands three times or more at the beginning is written once: `ااالخرطوم` is `الخرطوم`.
fn once(text: &str) -> String {
    let first = text.chars().next().filter(|c| c.is_alphabetic());
    let rest = text.trim_start_matches(|c| Some(c) == first);
    let count = text.chars().count() - rest.chars().count();
    if count < 3 { text.to_owned() } else { first.into_iter().chain(rest.chars()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay() {
        for (raw, text, was_cut) in [
            ("Kyiv", "Kyiv", false),
            ("6th of October City", "6th of October City", false),
            ("les Escaldes", "les Escaldes", false),
            ("عَمّان", "عمان", false),
            ("الجزائر (مدينة)", "الجزائر", true),
            ("ميرابيل، كيبك", "ميرابيل", true),
            ("Paris, Texas", "Paris", true),
            ("堺", "堺", false),
            ("东京、日本", "东京", true),
            ("بوراما\u{200e}", "بوراما", false),
            ("إب", "إب", false),
            ("ااالخرطوم", "الخرطوم", false),
        ] {
            let cleaned = clean(raw).unwrap();
            assert_eq!((cleaned.text.as_str(), cleaned.was_cut), (text, was_cut), "{raw}");
        }
    }

    #[test]
    fn noise_goes() {
        for (raw, reason) in [
            ("", Skip::NoName),
            ("1234", Skip::NoName),
            ("A 4567", Skip::NoName),
            ("a/b City", Skip::NoName),
            ("مستخدم:محمد", Skip::NoName),
            ("Luxor- الأقصر", Skip::MixedScripts),
            ("askalڈs", Skip::MixedScripts),
            ("lai sai si ka er de", Skip::Romanisation),
            ("ʿmʾn", Skip::Romanisation),
            ("bywnghyangh", Skip::Romanisation),
            ("AMM", Skip::Code),
            ("Ko", Skip::TooShort),
            ("К", Skip::TooShort),
            ("(remark)", Skip::NoName),
        ] {
            assert_eq!(clean(raw), Err(reason), "{raw}");
        }
    }
}
