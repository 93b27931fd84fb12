//! Checks of single cells, the same in every table.

use std::borrow::Cow;
use std::fmt::Display;

use unicode_normalization::UnicodeNormalization;

use super::report::Report;
use super::table::{Cell, Row};
use super::wording::{Quoted, nearest, one_of};
use super::{Fix, MAX_ALIAS_BYTES};
use crate::model::{CountryCode, EntityId, EntityType};
use crate::text::lookup_key;

/// Checks the cells of one row and reports what is wrong with them.
///
/// Every check gives `None` for a cell that had an error; the row is then of no use, but its other cells are checked.
/// Texts are borrowed from the row unless they must be mended.
pub(crate) struct Checker<'c, const N: usize> {
    pub row: &'c Row<'c, N>,
    pub report: &'c mut Report,
}

impl<const N: usize> Checker<'_, N> {
    pub fn error(&mut self, cell: Cell<'_>, code: &'static str, message: impl Display, help: impl Display) {
        self.report.error(self.row.at(cell), code, message, help);
    }

    pub fn warning(&mut self, cell: Cell<'_>, code: &'static str, message: impl Display, help: impl Display) {
        self.report.warning(self.row.at(cell), code, message, help);
    }

    /// An entity ID that must be there.
    pub fn id<'r>(&mut self, cell: Cell<'r>) -> Option<&'r str> {
        self.token(cell);
        if cell.text.is_empty() {
            let message = format_args!("the column `{}` is empty", cell.column);
            self.error(cell, "missing-value", message, "write an entity ID such as Q212 or geonames:690791");
            return None;
        }
        self.entity_id(cell, cell.text)
    }

    /// One of the IDs of a cell.
    pub fn entity_id<'r>(&mut self, cell: Cell<'_>, text: &'r str) -> Option<&'r str> {
        let help = "write an entity ID such as Q212 or geonames:690791, of at most 128 bytes";
        EntityId::check(text).map_err(|error| self.error(cell, "invalid-id", error, help)).ok()?;
        Some(text)
    }

    /// An alias that must be there and can be looked up.
    pub fn alias<'r>(&mut self, cell: Cell<'r>) -> Option<Cow<'r, str>> {
        if cell.text.is_empty() {
            let help = "write the name, or remove the row";
            self.error(cell, "empty-alias", "the alias is empty", help);
            return None;
        }
        let alias = self.name(cell)?;
        if alias.len() > MAX_ALIAS_BYTES {
            let message = format_args!(
                "the alias is {} bytes long, at most {MAX_ALIAS_BYTES} are allowed",
                alias.len()
            );
            self.error(cell, "alias-too-long", message, "shorten it: no query of this length is looked up");
            return None;
        }
        if !surely_has_key(&alias) && lookup_key(&alias).is_empty() {
            let message = format_args!("nothing of the alias {} is left to look up", Quoted(&alias));
            self.error(cell, "empty-key", message, "write a name with letters or digits");
            return None;
        }
        Some(alias)
    }

    /// A name, in NFC and with tidy white space; may be empty.
    pub fn name<'r>(&mut self, cell: Cell<'r>) -> Option<Cow<'r, str>> {
        let text = cell.text;
        if !is_plain(text) || cell.trimmed {
            self.signs(cell)?;
        }
        let name = tidy(text);
        if unicode_normalization::is_nfc(&name) {
            return Some(name);
        }
        let help = "it is loaded in NFC; write it so to be sure of what is compared";
        let message = format_args!("{} is not in Unicode NFC", Quoted(text));
        let row = self.row;
        self.report.fixable(row.at(cell), "not-nfc", message, help, || mending(row, cell));
        Some(name.nfc().collect::<String>().into())
    }

    /// Checks the signs of a name.
    fn signs(&mut self, cell: Cell<'_>) -> Option<()> {
        if let Some((offset, sign)) = cell.text.char_indices().find(|&(_, sign)| is_forbidden(sign)) {
            let message = format_args!("{} holds the control character {}", cell.column, code_point(sign));
            self.report.error(self.row.at_byte(cell, offset), "control-character", message, "remove it");
            return None;
        }
        self.white_space(cell);
        self.invisible(cell);
        Some(())
    }

    /// Text for people, with tidy white space; may be empty.
    #[expect(clippy::unused_self, reason = "reads like the other checks")]
    pub fn prose<'r>(&self, cell: Cell<'r>) -> Cow<'r, str> {
        tidy(cell.text)
    }

    /// Warns of white space around a cell that is no text for people.
    pub fn token(&mut self, cell: Cell<'_>) {
        if cell.trimmed {
            let message = format_args!("white space around {}", Quoted(cell.text));
            let fix = || self.row.replacement(cell, cell.text);
            self.report.fixable(self.row.at(cell), "white-space", message, "remove it", fix);
        }
    }

    /// An entity type; may be empty.
    pub fn entity_type<'r>(&mut self, cell: Cell<'r>) -> Option<&'r str> {
        self.token(cell);
        if cell.text.is_empty() {
            return None;
        }
        let is_known = EntityType::KNOWN.contains(&cell.text);
        let near = || (!is_known).then(|| nearest(cell.text, EntityType::KNOWN)).flatten();
        if let Err(error) = EntityType::check(cell.text) {
            let help = if let Some(near) = near() {
                format!("did you mean `{near}`?")
            } else {
                let known = EntityType::KNOWN.join(", ");
                format!("write one of {known}, or a lower-case word of your own")
            };
            self.error(cell, "invalid-type", error, help);
            return None;
        } else if let Some(near) = near() {
            let message = format_args!("the type {} is not known", Quoted(cell.text));
            self.warning(cell, "unknown-type", message, format_args!("did you mean `{near}`?"));
        }
        Some(cell.text)
    }

    /// A country code; may be empty.
    pub fn country(&mut self, cell: Cell<'_>) -> Option<CountryCode> {
        self.token(cell);
        if cell.text.is_empty() {
            return None;
        }
        let help = "leave it empty if there is none";
        CountryCode::new(cell.text).map_err(|error| self.error(cell, "invalid-country", error, help)).ok()
    }

    /// A language tag; may be empty.
    pub fn lang<'r>(&mut self, cell: Cell<'r>) -> Option<&'r str> {
        self.token(cell);
        if cell.text.is_empty() || is_language_tag(cell.text) {
            return Some(cell.text);
        }
        let message = format_args!("{} is not a language tag", Quoted(cell.text));
        self.error(cell, "invalid-lang", message, "write a BCP 47 tag such as ar, en or zh-Hant");
        None
    }

    /// One word of a list.
    pub fn word<T>(
        &mut self,
        cell: Cell<'_>,
        code: &'static str,
        known: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.token(cell);
        let value = parse(cell.text);
        if value.is_none() {
            let message = format_args!("the {} {} is unknown", cell.column, Quoted(cell.text));
            self.error(cell, code, message, one_of(cell.text, known));
        }
        value
    }

    fn white_space(&mut self, cell: Cell<'_>) {
        if cell.trimmed {
            let row = self.row;
            let message = format_args!("white space around {}", Quoted(cell.text));
            self.report.fixable(row.at(cell), "white-space", message, "remove it", || mending(row, cell));
        } else if let Some(offset) = double_white_space(cell.text) {
            let at = self.row.at_byte(cell, offset);
            let message = format_args!("double white space in {}", Quoted(cell.text));
            let (row, help) = (self.row, "write one space; it is loaded so");
            self.report.fixable(at, "white-space", message, help, || mending(row, cell));
        }
    }

    fn invisible(&mut self, cell: Cell<'_>) {
        let Some((offset, sign, (code, what))) =
            cell.text.char_indices().find_map(|(offset, sign)| Some((offset, sign, suspicion(sign)?)))
        else {
            return;
        };
        let message = format_args!("{} holds {what} {}", cell.column, code_point(sign));
        let (row, help) = (self.row, "remove it if it is not meant");
        let at = row.at_byte(cell, offset);
        match code {
            // Which letter was lost, only people know.
            "replacement-character" => self.report.warning(at, code, message, help),
            _ => self.report.fixable(at, code, message, help, || mending(row, cell)),
        }
    }
}

/// The change that mends all of a name that takes no thought.
fn mending<const N: usize>(row: &Row<'_, N>, cell: Cell<'_>) -> Option<Fix> {
    let visible = without(cell.text, is_bidi_control);
    let visible = without(&visible, is_invisible);
    row.replacement(cell, &tidy(&visible).nfc().collect::<String>())
}

/// What no name may hold: control characters, and the line ends of Unicode.
pub(super) fn is_forbidden(sign: char) -> bool {
    sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}')
}

/// `text` with one space for every run of white space and control characters, and none around; a single sign of white
/// space, such as a no-break space, stays.
pub(super) fn tidy(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let trimmed = text.trim_matches(is_gap);
    if double_white_space(trimmed).is_none() && !trimmed.contains(is_forbidden) {
        return Cow::Borrowed(trimmed);
    }
    let mut tidy = String::with_capacity(trimmed.len());
    let mut signs = trimmed.chars().peekable();
    while let Some(sign) = signs.next() {
        if !is_gap(sign) {
            tidy.push(sign);
            continue;
        }
        let mut run = 1;
        while signs.next_if(|&next| is_gap(next)).is_some() {
            run += 1;
        }
        tidy.push(if run > 1 || is_forbidden(sign) { ' ' } else { sign });
    }
    Cow::Owned(tidy)
}

/// Whether `text` surely has none of the signs that are looked for here and no gap but single spaces within.
///
/// Almost every cell is so, and one pass over the bytes shows it; the lead bytes of all such signs count as doubtful.
fn is_plain(text: &str) -> bool {
    let mut previous = b' ';
    let is_plain_byte = |byte| {
        let is_doubtful = match byte {
            b' ' => previous == b' ',
            0x9c => previous == 0xd8,
            0..0x20 | 0x7f | 0xc2 | 0xe1..=0xe3 | 0xef => true,
            _ => false,
        };
        previous = byte;
        !is_doubtful
    };
    text.is_empty() || text.bytes().all(is_plain_byte) && !text.ends_with(' ')
}

fn is_gap(sign: char) -> bool {
    sign.is_whitespace() || is_forbidden(sign)
}

/// Where in `text` the second of two signs of white space stands.
fn double_white_space(text: &str) -> Option<usize> {
    let mut after_space = false;
    text.char_indices().find_map(|(offset, sign)| {
        let is_space = sign.is_whitespace();
        (std::mem::replace(&mut after_space, is_space) && is_space).then_some(offset)
    })
}

/// Signs that are seldom meant, as a finding: its code and what to call the sign.
///
/// The joiners U+200C and U+200D are part of the spelling of Persian and others.
fn suspicion(sign: char) -> Option<(&'static str, &'static str)> {
    match sign {
        sign if is_bidi_control(sign) => Some(("bidi-control", "the bidi control")),
        sign if is_invisible(sign) => Some(("invisible-character", "the invisible character")),
        '\u{fffd}' => Some(("replacement-character", "a sign that was lost in a conversion,")),
        _ => None,
    }
}

/// Whether `sign` directs the text around it, and is not seen itself.
pub(super) fn is_bidi_control(sign: char) -> bool {
    matches!(sign, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether `sign` is not seen and says nothing.
pub(super) fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// `text` without such signs.
pub(super) fn without(text: &str, is_sign: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.contains(&is_sign) { text.chars().filter(|&sign| !is_sign(sign)).collect() } else { text.into() }
}

fn code_point(sign: char) -> String {
    format!("U+{:04X}", u32::from(sign))
}

/// Whether the key of `alias` is certainly not empty: most have a letter that every fold keeps.
fn surely_has_key(alias: &str) -> bool {
    alias.chars().any(|sign| {
        sign.is_ascii_alphanumeric()
            || matches!(sign,
                '\u{3b1}'..='\u{3c9}' | '\u{410}'..='\u{44f}' | '\u{5d0}'..='\u{5ea}' | '\u{628}'..='\u{63a}'
                | '\u{641}'..='\u{648}' | '\u{905}'..='\u{939}' | '\u{e01}'..='\u{e2e}' | '\u{10d0}'..='\u{10fa}'
                | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
    })
}

/// Whether `text` has the shape of a BCP 47 tag; whether its subtags are registered is not asked.
fn is_language_tag(text: &str) -> bool {
    let mut subtags = text.split('-');
    let first = subtags.next().unwrap_or_default();
    let is_private = first.eq_ignore_ascii_case("x");
    let is_first_good =
        is_private || matches!(first.len(), 2..=3) && first.bytes().all(|b| b.is_ascii_alphabetic());
    let mut rest_count = 0;
    let is_rest_good = subtags.all(|subtag| {
        rest_count += 1;
        matches!(subtag.len(), 1..=8) && subtag.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    is_first_good && is_rest_good && (!is_private || rest_count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_tidied() {
        for (untidy, tidied) in [
            ("", ""),
            (" a  b ", "a b"),
            ("a\tb", "a b"),
            ("a\r\nb", "a b"),
            ("a\u{a0}b", "a\u{a0}b"),
            ("a\u{a0}\u{a0}b", "a b"),
            ("\u{1}a\u{7f}b\u{1}", "a b"),
            ("\n\n", ""),
        ] {
            assert_eq!(tidy(untidy), tidied, "{untidy:?}");
            assert_eq!(tidy(tidied), tidied);
        }
    }

    #[test]
    fn plain_text_has_no_sign_that_is_looked_for() {
        assert!(is_plain("") && is_plain("a b") && is_plain("أوكرانيا، Côte d'Ivoire"));
        for sign in (0..=0x10_ffff).filter_map(char::from_u32) {
            let is_special = sign.is_whitespace() || is_forbidden(sign) || suspicion(sign).is_some();
            assert!(!(is_special && sign != ' ' && is_plain(&format!("a{sign}b"))), "{sign:?}");
        }
        assert!(!is_plain(" a") && !is_plain("a ") && !is_plain("a  b"));
    }

    #[test]
    fn names_that_surely_have_a_key_have_one() {
        for sign in (0..=0xffff).filter_map(char::from_u32) {
            let name = sign.to_string();
            assert!(!surely_has_key(&name) || !lookup_key(&name).is_empty(), "{sign:?}");
        }
    }

    #[test]
    fn language_tags_are_checked_by_shape() {
        for good in ["ar", "arz", "zh-Hant", "en-GB-oxendict", "x-own", "sr-Latn-RS", "be-x-old"] {
            assert!(is_language_tag(good), "{good}");
        }
        for bad in ["", "a", "english", "en_GB", "ar-", "-ar", "x", "ar-toolongtag", "عر", "12"] {
            assert!(!is_language_tag(bad), "{bad}");
        }
    }
}
