//! [`Filters`]: which entities and names an import is to take.

use super::report::Skip;
use super::rows::Draft;
use crate::model::{CountryCode, EntityType, Rank};

/// Which entities and names are taken; an empty list lets everything pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// Types of entities.
    pub types: Vec<EntityType>,
    /// Countries to which entities belong.
    pub countries: Vec<CountryCode>,
    /// Languages of names as BCP 47 tags, most wanted first; `ar` lets `ar-EG` pass, `und` names of no language.
    pub languages: Vec<String>,
    /// The least prominence.
    pub min_rank: Option<Rank>,
}

/// The tag of names whose language nobody knows.
const UNDETERMINED: &str = "und";

impl Filters {
    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Why an entity with these fields is not taken, if so.
    pub(super) fn refuses(
        &self,
        entity_type: &str,
        country: Option<CountryCode>,
        rank: Option<Rank>,
    ) -> Option<Skip> {
        let other_type = !self.types.is_empty() && !self.types.iter().any(|t| t.as_str() == entity_type);
        let other_country = || {
            !self.countries.is_empty() && !country.is_some_and(|country| self.countries.contains(&country))
        };
        let low_rank = || self.min_rank.is_some_and(|least| rank.is_none_or(|rank| rank < least));
        match () {
            () if other_type => Some(Skip::OtherType),
            () if other_country() => Some(Skip::OtherCountry),
            () if low_rank() => Some(Skip::LowRank),
            () => None,
        }
    }

    /// Whether names of this language are taken; empty if it is unknown.
    pub(super) fn takes_language(&self, language: &str) -> bool {
        self.languages.is_empty() || self.preference(language).is_some()
    }

    /// How much a language is wanted, if it is at all; less is more.
    pub(super) fn preference(&self, language: &str) -> Option<usize> {
        let language = if language.is_empty() { UNDETERMINED } else { language };
        self.languages.iter().position(|wanted| {
            language.get(..wanted.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(wanted))
                && matches!(language.as_bytes().get(wanted.len()), None | Some(b'-'))
        })
    }

    /// Whether the draft is taken; if so, it keeps the names that are wanted.
    pub(super) fn pass(&self, draft: &mut Draft) -> Result<(), Skip> {
        if let Some(skip) = self.refuses(draft.entity_type.as_str(), draft.country, draft.rank) {
            return Err(skip);
        }
        draft.names.retain(|name| self.takes_language(&name.lang));
        let has_name = !draft.names.is_empty() || self.languages.is_empty() && !draft.name.is_empty();
        if has_name { Ok(()) } else { Err(Skip::Nameless) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters() -> Filters {
        Filters {
            types: vec![EntityType::new("city").unwrap()],
            countries: vec![CountryCode::new("UA").unwrap(), CountryCode::new("PL").unwrap()],
            languages: vec!["ar".to_owned(), "en".to_owned(), "und".to_owned()],
            min_rank: Rank::new(0.5),
        }
    }

    #[test]
    fn entities_pass_if_all_filters_let_them() {
        let (country, rank) = (|code| CountryCode::new(code).ok(), Rank::new);
        let filters = filters();
        for (sort, code, number, skip) in [
            ("city", "UA", 0.5, None),
            ("city", "PL", 0.9, None),
            ("town", "UA", 0.5, Some(Skip::OtherType)),
            ("city", "DE", 0.5, Some(Skip::OtherCountry)),
            ("city", "UA", 0.4, Some(Skip::LowRank)),
        ] {
            assert_eq!(filters.refuses(sort, country(code), rank(number)), skip, "{sort} {code} {number}");
        }
        assert_eq!(filters.refuses("city", None, rank(1.0)), Some(Skip::OtherCountry));
        assert_eq!(filters.refuses("city", country("UA"), None), Some(Skip::LowRank));
        assert!(Filters::default().is_empty() && Filters::default().refuses("x", None, None).is_none());
    }

    #[test]
    fn a_language_brings_its_regions() {
        let filters = filters();
        for (language, is_taken) in [
            ("ar", true),
            ("ar-EG", true),
            ("arz", false),
            ("en", true),
            ("EN-gb", true),
            ("", true),
            ("de", false),
        ] {
            assert_eq!(filters.takes_language(language), is_taken, "{language}");
        }
        assert!(filters.preference("ar-EG") < filters.preference("en"));
        assert!(Filters::default().takes_language("") && Filters::default().takes_language("de"));
    }
}
