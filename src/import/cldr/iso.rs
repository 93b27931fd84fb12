//! ISO 3166-1: the codes, and names by language, in the layout of i18n-iso-countries.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::import::ImportError;
use crate::import::files;
use crate::import::progress::Progress;
use crate::model::CountryCode;

/// The codes of one country or territory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Codes {
    pub alpha2: CountryCode,
    pub alpha3: String,
}

/// The names that one file gives: language, and names by alpha-2 code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tagged {
    pub lang: String,
    pub names: BTreeMap<String, Vec<String>>,
}

/// Codes that are no states. ISO 3166-1 marks them as not independent; Taiwan, Palestine, Kosovo, the Cook Islands
/// and Niue, which act as states, are not among them.
const TERRITORIES: [&str; 51] = [
    "AI", "AQ", "AS", "AW", "AX", "BL", "BM", "BQ", "BV", "CC", "CW", "CX", "EH", "FK", "FO", "GF", "GG",
    "GI", "GL", "GP", "GS", "GU", "HK", "HM", "IM", "IO", "JE", "KY", "MF", "MO", "MP", "MQ", "MS", "NC",
    "NF", "PF", "PM", "PN", "PR", "RE", "SH", "SJ", "SX", "TC", "TF", "TK", "UM", "VG", "VI", "WF", "YT",
];

/// Whether the code names a dependent or disputed territory, not a state.
pub(super) fn is_territory(code: CountryCode) -> bool {
    TERRITORIES.contains(&code.as_str())
}

/// Reads `codes.json`: rows of alpha-2, alpha-3, number and the name of the standard.
pub(super) fn codes(path: &Path, progress: &mut dyn Progress) -> Result<Vec<Codes>, ImportError> {
    let rows: Vec<(String, String, String, String)> = files::read_json(path, progress)?;
    rows.into_iter()
        .map(|(alpha2, alpha3, ..)| match CountryCode::new(&alpha2) {
            Ok(alpha2) => Ok(Codes { alpha2, alpha3 }),
            Err(error) => Err(ImportError::layout(path, 1, error.to_string())),
        })
        .collect()
}

#[derive(Deserialize)]
struct File {
    locale: String,
    countries: BTreeMap<String, OneOrMany>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Reads `langs/*.json`.
pub(super) fn names<'a>(
    files: impl Iterator<Item = &'a PathBuf>,
    progress: &mut dyn Progress,
) -> Result<Vec<Tagged>, ImportError> {
    files
        .map(|path| {
            let file: File = files::read_json(path, progress)?;
            let many = |names| match names {
                OneOrMany::One(name) => vec![name],
                OneOrMany::Many(names) => names,
            };
            let names = file.countries.into_iter().map(|(code, names)| (code, many(names))).collect();
            Ok(Tagged { lang: file.locale, names })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("codes.json");
        std::fs::write(&path, r#"[["UA", "UKR", "804", "ISO 3166-2:UA"]]"#).unwrap();
        assert_eq!(codes(&path, &mut ()).unwrap()[0].alpha3, "UKR");
        std::fs::write(&path, r#"[["U1", "UKR", "804", ""]]"#).unwrap();
        assert!(codes(&path, &mut ()).unwrap_err().to_string().contains("`U1` is not a country code"));
    }

    #[test]
    fn one_name_or_many() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("en.json");
        std::fs::write(&path, r#"{"locale": "en", "countries": {"UA": "Ukraine", "CN": ["China", "PRC"]}}"#)
            .unwrap();
        let names = &names([path].iter(), &mut ()).unwrap()[0];
        assert_eq!(names.names["CN"], ["China", "PRC"]);
        assert_eq!(names.names["UA"], ["Ukraine"]);
    }

    #[test]
    fn states_and_territories() {
        for (code, expected) in [("UA", false), ("PS", false), ("GL", true), ("YT", true), ("TW", false)] {
            assert_eq!(is_territory(CountryCode::new(code).unwrap()), expected, "{code}");
        }
    }
}
