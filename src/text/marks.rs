//! How many marks stand on one letter.

use unicode_normalization::char::is_combining_mark;

/// Bytes of the shortest mark.
const MARK_BYTES: usize = 2;

/// Whether more than `most` combining marks (general category M) follow one another somewhere in `text`.
///
/// No script writes so many: the Stream-Safe Text Format (UAX #15, section 13) has at most 30, and normalising sorts what
/// is longer. One pass at most, and none over texts that are too short for so many.
pub fn has_mark_run(text: &str, most: usize) -> bool {
    if text.len() <= MARK_BYTES * most {
        return false;
    }
    let mut run = 0;
    text.chars().any(|c| {
        run = if is_combining_mark(c) { run + 1 } else { 0 };
        run > most
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_is_shorter_than_is_counted_with() {
        assert!(
            (0..=0x10_ffff)
                .filter_map(char::from_u32)
                .all(|c| !is_combining_mark(c) || c.len_utf8() >= MARK_BYTES)
        );
    }

    #[test]
    fn runs_are_counted_wherever_they_stand() {
        for mark in ["\u{64e}", "\u{301}", "\u{e0100}"] {
            let marks = |count: usize| mark.repeat(count);
            assert!(!has_mark_run(&marks(30), 30));
            assert!(has_mark_run(&marks(31), 30));
            assert!(has_mark_run(&format!("ب{}a", marks(31)), 30));
            assert!(!has_mark_run(&format!("ب{0}a{0}", marks(30)), 30));
            assert!(has_mark_run(&marks(10_000), 30));
        }
        assert!(!has_mark_run(&"بَّ".repeat(100), 30));
    }
}
