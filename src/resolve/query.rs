//! [`Query`]: a name that can be one, with its keys; what is read of it once serves every look-up.

use unicode_normalization::UnicodeNormalization;

use super::form::{Form, Forms};
use super::stage::{Stage, Stages};
use super::{MAX_MARK_RUN, MAX_NAME_BYTES, MAX_NAME_CHARS};
use crate::text::{self, NameKeys, proclitic};

/// Checks that `name` can be a name; else says why [`resolve`](super::resolve) answers it `INVALID`.
pub fn check_name(name: &str) -> Result<(), String> {
    read(name, &mut NameKeys::default()).map(drop)
}

/// A name that can be one, and its keys in a buffer of the caller's.
#[derive(Clone, Copy)]
pub(super) struct Query<'a> {
    name: &'a str,
    keys: &'a NameKeys,
}

impl<'a> Query<'a> {
    /// The query as it stands, and without proclitics.
    pub fn forms(self, without: Stages) -> Forms<'a> {
        let mut forms = Forms::new();
        self.push_forms(without, &mut forms);
        forms
    }

    /// Adds its [`Query::forms`] to those of other queries.
    pub fn push_forms(self, without: Stages, forms: &mut Forms<'a>) {
        let at = forms.len();
        forms.push(Form::of_query(self.name, self.keys));
        if without.contains(Stage::Proclitic) || !proclitic::may_have_readings(self.keys.safe()) {
            return;
        }
        for reading in proclitic::readings(self.keys.safe()) {
            let stripped = forms.get(at).map(|whole| whole.after_proclitics(self.keys.into(), reading));
            forms.extend(stripped);
        }
    }
}

/// Reads a query, whose keys it writes to `keys`, or says why it cannot be a name.
pub(super) fn read<'a>(name: &'a str, keys: &'a mut NameKeys) -> Result<Query<'a>, String> {
    if name.chars().all(char::is_whitespace) {
        return Err("the name is empty".to_owned());
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(format!("the name has {} bytes, more than {MAX_NAME_BYTES}", name.len()));
    }
    if text::has_mark_run(name, MAX_MARK_RUN) {
        return Err(format!("the name has more than {MAX_MARK_RUN} combining marks in a row"));
    }
    keys.set(name);
    let chars = most_chars(name, keys);
    if chars > MAX_NAME_CHARS {
        return Err(format!("the name has {chars} characters, more than {MAX_NAME_CHARS}"));
    }
    if keys.key().is_empty() {
        return Err("the name has no letter or digit".to_owned());
    }
    Ok(Query { name, keys })
}

/// NFKC makes at most so many characters of a byte: 18 of the three bytes of U+FDFA.
const MAX_CHARS_PER_BYTE: usize = 6;

/// The number of characters as written or after NFKC, whichever is greater, or one that is as good as it for the bound:
/// names that are short enough for any expansion need not be expanded.
fn most_chars(name: &str, keys: &NameKeys) -> usize {
    let most_per_byte = if keys.is_by_char() { 1 } else { MAX_CHARS_PER_BYTE };
    if name.len() * most_per_byte <= MAX_NAME_CHARS {
        0
    } else if keys.is_by_char() {
        name.chars().count()
    } else {
        name.chars().count().max(name.nfkc().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_expands_beyond_the_bound() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            assert!(std::iter::once(c).nfkc().count() <= c.len_utf8() * MAX_CHARS_PER_BYTE, "{c:?}");
        }
    }

    #[test]
    fn the_bounds_hold_before_folding_and_after() {
        let said = |name: &str| check_name(name).err().unwrap_or_default();
        assert_eq!(said(&"a".repeat(256)), "");
        assert_eq!(said(&"a".repeat(257)), "the name has 257 characters, more than 256");
        assert_eq!(said(&"a".repeat(513)), "the name has 513 bytes, more than 512");
        // Eighteen characters after NFKC.
        assert_eq!(said(&"\u{fdfa}".repeat(14)), "");
        assert_eq!(said(&"\u{fdfa}".repeat(15)), "the name has 270 characters, more than 256");
        // Two characters that become one.
        let composed = "ا\u{653}".repeat(128);
        assert_eq!(said(&composed[..512]), "");
        assert_eq!(
            said(&format!("{}a", "e\u{301}".repeat(128))),
            "the name has 257 characters, more than 256"
        );
        assert_eq!(said(&format!("ب{}", "\u{64e}".repeat(30))), "");
        let said_of_marks = "the name has more than 30 combining marks in a row";
        assert_eq!(said(&format!("ب{}", "\u{64e}".repeat(31))), said_of_marks);
    }
}
