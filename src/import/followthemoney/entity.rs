//! Entities as they stand on lines, as far as they are read.
//!
//! Layout: FollowTheMoney, "Entity streams" and the schemata `Thing`, `LegalEntity`, `Person`, `Company`, `Vessel`. Every
//! property is a list of texts; nested entities, which some exports have in place of IDs, are passed over.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

/// An entity of FollowTheMoney.
#[derive(Debug, Deserialize)]
pub(super) struct Entity {
    pub id: String,
    pub schema: String,
    /// The name that the publisher shows; empty if none is chosen.
    #[serde(default)]
    pub caption: String,
    /// IDs that it had before, or that it has in the sources of its publisher.
    #[serde(default)]
    pub referents: Vec<String>,
    #[serde(default)]
    pub properties: Properties,
}

/// Values of the properties that are read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Properties {
    #[serde(deserialize_with = "texts")]
    pub name: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub alias: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub weak_alias: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub previous_name: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub abbreviation: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub main_country: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub nationality: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub citizenship: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub jurisdiction: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub flag: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub country: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub description: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub summary: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub position: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub wikidata_id: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub lei_code: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub imo_number: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub perm_id: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub unique_entity_id: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub duns_code: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub ogrn_code: Vec<String>,
    #[serde(deserialize_with = "texts")]
    pub inn_code: Vec<String>,
}

/// A text alone, or a list of which the texts are taken.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Value {
        Text(String),
        List(Vec<Item>),
        Other(IgnoredAny),
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Item {
        Text(String),
        Other(IgnoredAny),
    }
    Ok(match Value::deserialize(deserializer)? {
        Value::Text(text) => vec![text],
        Value::List(items) => items
            .into_iter()
            .filter_map(|item| match item {
                Item::Text(text) => Some(text),
                Item::Other(IgnoredAny) => None,
            })
            .collect(),
        Value::Other(IgnoredAny) => Vec::new(),
    })
}
