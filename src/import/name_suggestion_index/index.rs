//! The layout of `nsi.json`: items by tree and category (`brands/amenity/bank`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::import::ImportError;
use crate::import::files;
use crate::import::progress::Progress;

/// The whole index, some megabytes.
#[derive(Debug, Deserialize)]
pub(super) struct Index {
    /// Categories by their paths, of which the first part is the tree.
    #[serde(rename = "nsi")]
    pub categories: BTreeMap<String, Category>,
}

/// What is of one sort.
#[derive(Debug, Deserialize)]
pub(super) struct Category {
    pub items: Vec<Item>,
}

/// Somebody who runs something of that sort, somewhere.
#[derive(Debug, Deserialize)]
pub(super) struct Item {
    #[serde(rename = "displayName")]
    pub shown: String,
    #[serde(rename = "locationSet", default)]
    pub locations: Locations,
    /// As OpenStreetMap tags such a thing: `brand:ar`.
    pub tags: BTreeMap<String, String>,
}

/// Where the item is found.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Locations {
    /// Codes of countries and larger regions, names of files, or points.
    #[serde(default)]
    pub include: Vec<serde_json::Value>,
}

pub(super) fn read(path: &Path, progress: &mut dyn Progress) -> Result<Index, ImportError> {
    files::read_json(path, progress)
}

/// Whose the items of a tree are: the tag with that name and `:wikidata` says it.
pub(super) fn owner(category: &str) -> Option<&'static str> {
    match category.split('/').next()? {
        "brands" => Some("brand"),
        "operators" => Some("operator"),
        "transit" => Some("network"),
        // Flags are no organisations.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nsi.json");
        let text = r#"{"_meta": {"version": "1"}, "nsi": {"brands/shop/books": {"properties": {}, "items": [
            {"displayName": "B", "id": "b-1", "locationSet": {"include": ["eg", [1, 2]]}, "tags": {"brand": "B"}}]}}}"#;
        std::fs::write(&path, text).unwrap();
        let index = read(&path, &mut ()).unwrap();
        let item = &index.categories["brands/shop/books"].items[0];
        assert_eq!((item.shown.as_str(), item.locations.include.len()), ("B", 2));
        std::fs::write(&path, r#"{"nsi": []}"#).unwrap();
        assert!(read(&path, &mut ()).unwrap_err().to_string().contains("nsi.json:1: "));
    }

    #[test]
    fn trees_say_whose_an_item_is() {
        for (category, expected) in [
            ("brands/shop/books", Some("brand")),
            ("operators/power/line", Some("operator")),
            ("transit/route/bus", Some("network")),
            ("flags/man_made/flagpole", None),
        ] {
            assert_eq!(owner(category), expected);
        }
    }
}
