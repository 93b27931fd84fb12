//! Parts of personal names: which tokens are the family name, by which papers call a person after first mention.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::tables::{self, NAME_PARTS};

/// The order in which a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOrder {
    /// فلاديمير بوتين: the family name comes last.
    GivenFirst,
    /// كيم جونغ أون: the family name comes first.
    FamilyFirst,
}

impl NameOrder {
    /// The order in which the press writes names of people of `country` (ISO 3166-1 alpha-2).
    pub fn of_country(country: &str) -> Self {
        match country {
            "CN" | "KH" | "KP" | "KR" | "MO" | "TW" | "VN" => Self::FamilyFirst,
            _ => Self::GivenFirst,
        }
    }
}

/// The tokens (of a K2 key) of a full name that are the family name, with its particles: بن غفير, إمام أوغلو.
///
/// `None` for names of one token and for names that end in an ordinal (عبد الله الثاني), which have none.
pub fn family_name(tokens: &[&str], order: NameOrder) -> Option<Range<usize>> {
    let last = tokens.len().checked_sub(1).filter(|&last| last > 0)?;
    if order == NameOrder::FamilyFirst {
        return (tokens[0].chars().count() > 1).then_some(0..1);
    }
    if part(tokens[last]) == Some(Part::Ordinal) {
        return None;
    }
    let mut start = last;
    if part(tokens[last]) == Some(Part::Suffix) {
        start -= 1;
    }
    while start > 0 && part(tokens[start - 1]) == Some(Part::Particle) {
        start -= 1;
    }
    (start > 0).then_some(start..tokens.len())
}

/// Whether a token never stands for a person alone: بن, عبد, van, الثاني.
pub fn is_dependent(token: &str) -> bool {
    part(token).is_some()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Particle,
    Suffix,
    Ordinal,
}

fn part(token: &str) -> Option<Part> {
    static PARTS: LazyLock<HashMap<String, Part>> = LazyLock::new(|| {
        let class = |name| match name {
            "suffix" => Part::Suffix,
            "ordinal" => Part::Ordinal,
            _ => Part::Particle,
        };
        tables::rows(NAME_PARTS).map(|row| (tables::lossy_tokens(row[0]).concat(), class(row[1]))).collect()
    });
    PARTS.get(token).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn family_names() {
        for (name, family) in [
            ("فلاديمير بوتين", Some("بوتين")),
            ("رجب طيب أردوغان", Some("اردوغان")),
            ("إيتمار بن غفير", Some("بن غفير")),
            ("أكرم إمام أوغلو", Some("امام اوغلو")),
            ("حسن نصر الله", Some("نصر الله")),
            ("أورسولا فون دير لاين", Some("فون دير لاين")),
            ("Ludwig van Beethoven", Some("van beethoven")),
            ("عبد الله الثاني", None),
            ("أبو مازن", None),
            ("بوتين", None),
        ] {
            let key = crate::text::lossy_fold(&crate::text::safe_fold(name));
            let tokens: Vec<&str> = key.split(' ').collect();
            let found = family_name(&tokens, NameOrder::GivenFirst).map(|range| tokens[range].join(" "));
            assert_eq!(found.as_deref(), family, "{name}");
        }
    }

    #[test]
    fn family_comes_first_in_east_asia() {
        let tokens = ["كيم", "جونغ", "اون"];
        assert_eq!(family_name(&tokens, NameOrder::of_country("KP")), Some(0..1));
        assert_eq!(family_name(&tokens, NameOrder::of_country("RU")), Some(2..3));
    }
}
