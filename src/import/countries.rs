//! Countries by code and by Wikidata ID, as the bundled pack lists them.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::CountryCode;

/// The pack itself: what is corrected there holds here.
static ENTITIES: &str = include_str!("../../data/countries/entities.tsv");

static COUNTRIES: LazyLock<Countries> = LazyLock::new(Countries::read);

#[derive(Default)]
struct Countries {
    codes: HashMap<&'static str, CountryCode>,
    names: HashMap<CountryCode, &'static str>,
}

impl Countries {
    fn read() -> Self {
        let mut countries = Self::default();
        for row in ENTITIES.lines().skip(1) {
            let mut cells = row.split('\t');
            let (id, _, name, code) = (cells.next(), cells.next(), cells.next(), cells.next());
            if let (Some(id), Some(name), Some(Ok(code))) = (id, name, code.map(CountryCode::new)) {
                countries.codes.insert(id, code);
                countries.names.insert(code, name);
            }
        }
        countries
    }
}

/// The code of the country or territory with that Wikidata ID.
pub(super) fn code_of(qid: &str) -> Option<CountryCode> {
    COUNTRIES.codes.get(qid).copied()
}

/// Its name for descriptions, in English.
pub(super) fn name_of(code: CountryCode) -> Option<&'static str> {
    COUNTRIES.names.get(&code).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_both() {
        let code = code_of("Q212").unwrap();
        assert_eq!((code.as_str(), name_of(code)), ("UA", Some("Ukraine")));
        assert_eq!(code_of("Q1"), None);
        assert_eq!(COUNTRIES.codes.len(), ENTITIES.lines().count() - 1);
    }
}
