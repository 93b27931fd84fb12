//! CLDR's table of which divisions there are, and which lies in which.

use std::collections::BTreeMap;
use std::path::Path;

use super::xml;
use crate::import::ImportError;
use crate::import::progress::Progress;
use crate::model::CountryCode;

/// A division, as ISO 3166-2 has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Division {
    pub country: CountryCode,
    /// CLDR's code of the division in which it lies; `None` in a country itself.
    pub parent: Option<String>,
}

/// Divisions by CLDR's code: `iqba`.
pub(super) type Divisions = BTreeMap<String, Division>;

/// Reads `supplemental/subdivisions.xml`: what contains (`IQ`, `bevlg`), and the codes of what it contains. Divisions that
/// are no more have no place there.
pub(super) fn read(path: &Path, progress: &mut dyn Progress) -> Result<Divisions, ImportError> {
    let mut divisions = Divisions::new();
    for group in xml::elements(path, "subgroup", progress)? {
        let whole = group.attribute("type");
        let parent = CountryCode::new(whole).is_err().then(|| whole.to_owned());
        for code in group.attribute("contains").split_whitespace() {
            if let Some(country) = country_of(code) {
                divisions.insert(code.to_owned(), Division { country, parent: parent.clone() });
            }
        }
    }
    if divisions.is_empty() {
        return Err(ImportError::layout(path, 1, "no `subgroup` that contains divisions"));
    }
    Ok(divisions)
}

/// The country with whose code the code of a division begins.
fn country_of(code: &str) -> Option<CountryCode> {
    CountryCode::new(&code.get(..2)?.to_ascii_uppercase()).ok()
}

/// The code as ISO 3166-2 writes it: `IQ-BA` for `iqba`.
pub(super) fn iso_code(code: &str) -> String {
    let (country, rest) = code.split_at_checked(2).unwrap_or((code, ""));
    format!("{country}-{rest}").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Divisions, ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("subdivisions.xml");
        std::fs::write(&path, text).unwrap();
        read(&path, &mut ())
    }

    #[test]
    fn divisions_lie_in_countries_and_in_each_other() {
        let divisions = read_text(
            r#"<d><subgroup type="AA" contains="aa1 aan"/><subgroup type="aan" contains="aan2"/></d>"#,
        )
        .unwrap();
        assert_eq!(divisions.keys().collect::<Vec<_>>(), ["aa1", "aan", "aan2"]);
        assert_eq!(divisions["aa1"], Division { country: CountryCode::new("AA").unwrap(), parent: None });
        assert_eq!(divisions["aan2"].parent.as_deref(), Some("aan"));
        assert!(read_text("<d/>").is_err());
    }

    #[test]
    fn codes_are_written_as_in_the_standard() {
        assert_eq!(iso_code("iqba"), "IQ-BA");
        assert_eq!(iso_code("ad02"), "AD-02");
    }
}
