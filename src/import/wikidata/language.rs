//! Wikidata's codes of languages as BCP 47 tags.

use std::borrow::Cow;

use crate::import::filters::Filters;

/// The tag of a code; empty for names of no one language, `None` for what is no language.
///
/// Nearly all codes are tags already. `mul` holds a name for all languages; the others are names that wikis had before
/// there were tags for them (MediaWiki, "Deprecated language codes").
pub(super) fn tag(code: &str) -> Option<Cow<'_, str>> {
    Some(match code {
        "mul" | "und" | "zxx" | "mis" => "".into(),
        "simple" => "en".into(),
        "no" => "nb".into(),
        "als" => "gsw".into(),
        "bat-smg" => "sgs".into(),
        "be-x-old" => "be-tarask".into(),
        "fiu-vro" => "vro".into(),
        "roa-rup" => "rup".into(),
        "zh-classical" => "lzh".into(),
        "zh-min-nan" => "nan".into(),
        "zh-yue" => "yue".into(),
        "map-bms" => "jv-x-bms".into(),
        "nrm" => "nrf".into(),
        code if crate::import::language::is_tag(code) => crate::import::language::cased(code),
        _ => return None,
    })
}

/// Whether texts of the code are wanted.
pub(super) fn is_wanted(code: &str, filters: &Filters) -> bool {
    filters.languages.is_empty() || tag(code).is_some_and(|tag| filters.takes_language(&tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_tags() {
        for (code, expected) in [
            ("ar", Some("ar")),
            ("zh-hant", Some("zh-Hant")),
            ("en-gb", Some("en-GB")),
            ("mul", Some("")),
            ("simple", Some("en")),
            ("be-x-old", Some("be-tarask")),
            ("a b", None),
            ("", None),
        ] {
            assert_eq!(tag(code).as_deref(), expected, "{code}");
        }
    }
}
