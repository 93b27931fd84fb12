//! Divisions that are territories of ISO 3166-1 too: Saint Barthélemy is `FR-BL` and `BL`.

use std::collections::HashMap;
use std::path::PathBuf;

use super::containment::Division;
use super::xml;
use crate::import::ImportError;
use crate::import::countries;
use crate::import::progress::Progress;
use crate::model::CountryCode;

/// Codes of territories by CLDR's codes of divisions, as far as CLDR lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Territories {
    listed: HashMap<String, CountryCode>,
}

impl Territories {
    /// Reads `supplementalMetadata.xml`: the aliases of divisions that have the code of a territory instead.
    pub fn read<'a>(
        files: impl Iterator<Item = &'a PathBuf>,
        progress: &mut dyn Progress,
    ) -> Result<Self, ImportError> {
        let mut listed = HashMap::new();
        for path in files {
            for alias in xml::elements(path, "subdivisionAlias", progress)? {
                if let Ok(code) = CountryCode::new(alias.attribute("replacement")) {
                    listed.insert(alias.attribute("type").to_owned(), code);
                }
            }
        }
        Ok(Self { listed })
    }

    /// The territory that the division is: as CLDR lists it, or because a division of a country has a code that ends like
    /// the territory's, and both have one English name (`cnhk`). Only territories that the bundled pack of countries knows.
    pub fn of(&self, code: &str, division: &Division, english: Option<&str>) -> Option<CountryCode> {
        let named = || {
            let territory = CountryCode::new(&code.get(2..)?.to_ascii_uppercase()).ok()?;
            // The district Belize of Belize is not Belize.
            let is_outside = division.parent.is_none() && territory != division.country;
            (is_outside && countries::name_of(territory) == english).then_some(territory)
        };
        let found = self.listed.get(code).copied().or_else(named);
        found.filter(|&territory| countries::name_of(territory).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn territories_are_listed_or_told_by_code_and_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("supplementalMetadata.xml");
        let text = r#"<s><subdivisionAlias type="fi01" replacement="AX" reason="overlong"/>
            <subdivisionAlias type="cn92" replacement="MO"/><subdivisionAlias type="frcp" replacement="CP"/>
            <subdivisionAlias type="cn11" replacement="cnbj"/></s>"#;
        std::fs::write(&path, text).unwrap();
        let territories = Territories::read([path].iter(), &mut ()).unwrap();
        let of = |code: &str, english| {
            let country = CountryCode::new(&code[..2].to_ascii_uppercase()).unwrap();
            let parent = (code == "gnml").then(|| "gnl".to_owned());
            territories.of(code, &Division { country, parent }, english).map(|code| code.to_string())
        };
        assert_eq!(of("fi01", Some("Southern Savonia")).as_deref(), Some("AX"), "a list goes before a name");
        assert_eq!(of("cnhk", Some("Hong Kong")).as_deref(), Some("HK"));
        for (code, english, why) in [
            ("usla", Some("Louisiana"), "LA is Laos"),
            ("gnml", Some("Mali"), "a prefecture of Guinea"),
            ("bzbz", Some("Belize"), "a district of Belize"),
            ("frcp", Some("Clipperton Island"), "no territory of ISO 3166-1"),
            ("cn11", None, "a division has its code"),
        ] {
            assert_eq!(of(code, english), None, "{why}");
        }
    }
}
