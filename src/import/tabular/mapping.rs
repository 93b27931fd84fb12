//! [`Mapping`]: which column of a table holds what.

use std::str::FromStr;

use crate::import::language::tag_of;
use crate::model::AliasKind;

/// What a column holds.
///
/// Written as a word in letters of any case, for some with an addition behind `@`: `name@ar`, `same_as@geonames`, `description@en`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// `id`: the ID of the entity.
    Id,
    /// `key`: what an ID is made of where there is none; several columns together.
    Key,
    /// `name` (preferred), `alias` (of the kind that the row says), or a kind of alias; with `@` and a language.
    Name {
        /// What it is to the entity; `None` if the row says it.
        kind: Option<AliasKind>,
        /// BCP 47 tag; `None` if the row says it.
        lang: Option<String>,
    },
    /// `lang`: the language of the row's names that have none of their own.
    Lang,
    /// `kind`: the kind of the row's `alias`.
    Kind,
    /// `type`: of which type the entity is.
    Type,
    /// `country`: ISO 3166-1 code.
    Country,
    /// `rank`: prominence from 0 to 1.
    Rank,
    /// `population`: how many people live there; prominence in another form.
    Population,
    /// `same_as`: other IDs or IRIs, with `@` and the namespace that belongs before them.
    SameAs {
        /// Stands before the ID and a colon; empty if the cell holds it.
        namespace: String,
    },
    /// `description`: a line about the entity, with `@` and a language.
    Description {
        /// BCP 47 tag, or empty.
        lang: String,
    },
}

/// The text names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is nothing that a column can hold; expected id, key, name, alias, another kind of alias ({}), lang, kind, \
     type, country, rank, population, same_as or description; names and descriptions may have a language (name@ar), \
     same_as a namespace (same_as@geonames)",
    AliasKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
)]
pub struct NoField {
    /// The text.
    pub text: String,
}

impl FromStr for Field {
    type Err = NoField;

    fn from_str(text: &str) -> Result<Self, NoField> {
        let (word, addition) = match text.split_once('@') {
            Some((word, addition)) => (word, Some(addition)),
            None => (text, None),
        };
        let no_field = || NoField { text: text.to_owned() };
        let lang = || addition.map(|tag| tag_of(tag).ok_or_else(no_field)).transpose();
        let plain = |field: Self| if addition.is_none() { Ok(field) } else { Err(no_field()) };
        match word.to_ascii_lowercase().as_str() {
            "id" => plain(Self::Id),
            "key" => plain(Self::Key),
            "lang" => plain(Self::Lang),
            "kind" => plain(Self::Kind),
            "type" => plain(Self::Type),
            "country" => plain(Self::Country),
            "rank" => plain(Self::Rank),
            "population" => plain(Self::Population),
            "same_as" => Ok(Self::SameAs { namespace: addition.unwrap_or_default().to_owned() }),
            "description" => Ok(Self::Description { lang: lang()?.unwrap_or_default() }),
            "name" => Ok(Self::Name { kind: Some(AliasKind::Preferred), lang: lang()? }),
            "alias" => Ok(Self::Name { kind: None, lang: lang()? }),
            kind => Ok(Self::Name { kind: Some(kind.parse().map_err(|_| no_field())?), lang: lang()? }),
        }
    }
}

impl Field {
    /// Whether a cell may hold several values.
    pub(super) fn has_several(&self) -> bool {
        matches!(self, Self::Name { .. } | Self::SameAs { .. })
    }

    pub(super) fn is_name(&self) -> bool {
        matches!(self, Self::Name { .. })
    }
}

/// How a table is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// What columns hold, by their names, or by their numbers from 1 if the table has no header. If empty, columns hold
    /// what their names say, as [`Field`] is written.
    pub columns: Vec<(Field, String)>,
    /// Stands between cells; found out if it is `None`.
    pub delimiter: Option<u8>,
    /// Whether the first row has the names of the columns.
    pub has_header: bool,
    /// Stands between the values of a cell that has several; if empty, none has.
    pub separator: String,
}

impl Default for Mapping {
    fn default() -> Self {
        Self { columns: Vec::new(), delimiter: None, has_header: true, separator: "|".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read() {
        let name = |kind, lang: &str| Field::Name {
            kind,
            lang: Some(lang.to_owned()).filter(|lang| !lang.is_empty()),
        };
        for (text, field) in [
            ("id", Field::Id),
            ("name", name(Some(AliasKind::Preferred), "")),
            ("Name", name(Some(AliasKind::Preferred), "")),
            ("ID", Field::Id),
            ("name@ar", name(Some(AliasKind::Preferred), "ar")),
            ("alias@zh-hant", name(None, "zh-Hant")),
            ("former@en", name(Some(AliasKind::Former), "en")),
            ("same_as", Field::SameAs { namespace: String::new() }),
            ("same_as@geonames", Field::SameAs { namespace: "geonames".to_owned() }),
            ("description@en", Field::Description { lang: "en".to_owned() }),
        ] {
            assert_eq!(text.parse(), Ok(field), "{text}");
        }
        for text in ["", "id@ar", "name@", "name@arabic_script", "nickname"] {
            let error = text.parse::<Field>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")) && error.contains("misspelling"), "{error}");
        }
    }
}
