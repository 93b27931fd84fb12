//! Which tags of an item are names of its owner, in what language and of what kind.

use crate::model::AliasKind;

use crate::import::language::{cased, is_tag};

/// What a tag of names says of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NameTag {
    /// BCP 47 tag; empty if the tag says none.
    pub lang: String,
    pub kind: AliasKind,
}

/// Reads a key; `owners` are the parties whose names are those of the entity (`brand`, `operator`).
pub(super) fn read(key: &str, owners: &[&str]) -> Option<NameTag> {
    let mut parts = key.split(':');
    let family = parts.next()?;
    let kind = match family {
        // A name that is shown in every language is preferred in none.
        "name" => AliasKind::Preferred,
        "alt_name" | "official_name" => AliasKind::Alternate,
        "short_name" => AliasKind::Short,
        "old_name" => AliasKind::Former,
        owner if owners.contains(&owner) => AliasKind::Preferred,
        _ => return None,
    };
    let (kind, lang) = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => (kind, String::new()),
        (Some("short"), None, _) => (AliasKind::Short, String::new()),
        (Some("short"), Some(lang), None) => (AliasKind::Short, language(lang)?),
        (Some(lang), None, _) => (kind, language(lang)?),
        _ => return None,
    };
    let is_shown = kind == AliasKind::Preferred && lang.is_empty();
    Some(NameTag { lang, kind: if is_shown { AliasKind::Alternate } else { kind } })
}

/// The language of a key's last part; `None` if it is another thing, such as `wikidata`.
fn language(part: &str) -> Option<String> {
    let tag = cased(part);
    is_tag(&tag).then(|| tag.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use AliasKind::{Alternate, Former, Preferred, Short};

    #[test]
    fn names_are_told_from_other_tags() {
        for (key, expected) in [
            ("name", Some(("", Alternate))),
            ("name:ar", Some(("ar", Preferred))),
            ("brand:ms-arab", Some(("ms-Arab", Preferred))),
            ("brand:short:en", Some(("en", Short))),
            ("brand:short", Some(("", Short))),
            ("official_name:fr", Some(("fr", Alternate))),
            ("old_name", Some(("", Former))),
            ("operator:ar", None),
            ("brand:wikidata", None),
            ("name:etymology:ar", None),
            ("amenity", None),
        ] {
            let expected = expected.map(|(lang, kind)| NameTag { lang: lang.to_owned(), kind });
            assert_eq!(read(key, &["brand"]), expected, "{key}");
        }
    }
}
