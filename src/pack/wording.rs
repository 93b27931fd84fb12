//! How findings are worded: which known word a wrong one was probably meant to be, and how text and rows of a file are
//! shown in a message.

use std::fmt;

use super::RowPlace;

/// The known word that `word` is probably a misspelling of: at most two edits away, or one in a short word.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // A word this long is no misspelling, and comparing it would take time.
    if word.len() > 64 {
        return None;
    }
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= if candidate.len() > 4 { 2 } else { 1 })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// A help text: the nearest of `known` if there is one, else all of them.
pub(super) fn one_of(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? Known are {}", known.join(", ")),
        None => format!("write one of {}", known.join(", ")),
    }
}

/// Text of a file within a message: in back quotes, cut short, with control and bidi characters escaped.
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX_CHARS: usize = 60;
        match self.0.char_indices().nth(MAX_CHARS) {
            Some((end, _)) => write!(f, "`{}…`", self.0.get(..end).unwrap_or_default().escape_debug()),
            None => write!(f, "`{}`", self.0.escape_debug()),
        }
    }
}

/// How a finding on a row at `here` calls another row.
pub(super) fn where_from(here: RowPlace, there: RowPlace) -> String {
    if here.file == there.file {
        format!("on line {}", there.line)
    } else {
        format!("on line {} of an earlier file", there.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_have_a_nearest_word() {
        let known = ["preferred", "alternate", "id"];
        assert_eq!(nearest("prefered", known), Some("preferred"));
        assert_eq!(nearest("ALTERNATE", known), Some("alternate"));
        assert_eq!(nearest("ID", known), Some("id"));
        assert_eq!(nearest("nickname", known), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), known), None);
    }

    #[test]
    fn quoted_text_is_short_and_harmless() {
        assert_eq!(Quoted("أوكرانيا").to_string(), "`أوكرانيا`");
        assert_eq!(Quoted("a\u{202e}b\n").to_string(), "`a\\u{202e}b\\n`");
        assert_eq!(Quoted(&"ä".repeat(100)).to_string().chars().count(), 63);
    }
}
