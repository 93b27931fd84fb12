//! What a misspelt word was meant to be.

/// The one of `known` that is nearest to `word`, if one is near enough to be meant: up to a third of its letters are
/// wrong, left out, too many or swapped. Of several as near, the first.
///
/// Takes O(|`word`| · |known|) for each of `known`.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen_and_other_words_are_not() {
        let known = ["listen", "admin_listen", "pack", "drain"];
        assert_eq!(nearest("lisetn", known), Some("listen"));
        assert_eq!(nearest("admin-listen", known), Some("admin_listen"));
        assert_eq!(nearest("packs", known), Some("pack"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
    }
}
