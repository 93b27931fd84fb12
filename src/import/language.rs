//! Language tags (BCP 47) by their shape, and in the case in which they are written.

use std::borrow::Cow;

/// Whether `tag` has the shape of a tag that begins with a language: `ar`, `zh-Hant`, `nds-NL`.
pub(super) fn is_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The tag that `text` is when its case is mended; `None` if it has not the shape of one.
pub(super) fn tag_of(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    is_tag(&lower).then(|| cased(&lower).into_owned())
}

/// `tag` with scripts as `Hant` and regions as `GB` (RFC 5646, 2.1.1).
pub(super) fn cased(tag: &str) -> Cow<'_, str> {
    if !tag.contains('-') {
        return tag.into();
    }
    let mut after_singleton = false;
    let subtags: Vec<String> = tag
        .split('-')
        .enumerate()
        .map(|(index, subtag)| {
            let cased = match subtag.len() {
                _ if index == 0 || after_singleton => subtag.to_ascii_lowercase(),
                2 => subtag.to_ascii_uppercase(),
                4 if subtag.bytes().all(|b| b.is_ascii_alphabetic()) => title(subtag),
                _ => subtag.to_ascii_lowercase(),
            };
            after_singleton |= subtag.len() == 1;
            cased
        })
        .collect();
    subtags.join("-").into()
}

fn title(subtag: &str) -> String {
    let (first, rest) = subtag.split_at(1);
    first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_by_their_shape() {
        for (tag, is_good) in [
            ("ar", true),
            ("arz", true),
            ("zh-Hant", true),
            ("jv-x-bms", true),
            ("a", false),
            ("arabic", false),
            ("AR", false),
            ("en_GB", false),
            ("en-", false),
            ("", false),
        ] {
            assert_eq!(is_tag(tag), is_good, "{tag}");
        }
    }

    #[test]
    fn scripts_and_regions_have_capitals() {
        for (tag, expected) in [
            ("ar", "ar"),
            ("zh-hant-hk", "zh-Hant-HK"),
            ("be-tarask", "be-tarask"),
            ("jv-x-ab", "jv-x-ab"),
            ("de-1996", "de-1996"),
        ] {
            assert_eq!(cased(tag), expected);
            assert_eq!(tag_of(&tag.to_uppercase()).as_deref(), Some(expected));
        }
        assert_eq!(tag_of("en_GB"), None);
    }
}
