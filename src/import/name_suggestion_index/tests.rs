//! The import of organisations, end to end, on a small sample.

use std::fs;

use super::*;
use crate::import::Skip;
use crate::model::Rank;
use crate::pack::{EntityRow, parse};

const INDEX: &str = r#"{"_meta": {"version": "1.2.3"}, "nsi": {
    "brands/amenity/bank": {"properties": {"path": "brands/amenity/bank"}, "items": [
        {"displayName": "Bank Al-Amthal / بنك الأمثال", "id": "b-1", "locationSet": {"include": ["ma"]},
         "tags": {"amenity": "bank", "brand": "Bank Al-Amthal بنك الأمثال", "brand:ar": "بنك الأمثال",
                  "brand:fr": "Banque des Proverbes", "brand:wikidata": "Q101", "name:en": "Bank of Proverbs",
                  "short_name": "BOP;BDP", "operator:ar": "بنك آخر", "operator:wikidata": "Q999"}},
        {"displayName": "Petit", "id": "b-2", "locationSet": {"include": ["fr"]},
         "tags": {"amenity": "bank", "brand": "Petit", "brand:wikidata": "Q102"}},
        {"displayName": "Sans", "id": "b-3", "locationSet": {"include": ["001"]}, "tags": {"name:ar": "بدون"}}]},
    "brands/amenity/atm": {"items": [
        {"displayName": "بنك الأمثال", "id": "b-4", "locationSet": {"include": ["ma", "tn"]},
         "tags": {"brand": "بنك الأمثال", "brand:wikidata": "Q101", "official_name:ar": "بنك الأمثال والحكم (المغرب)"}}]},
    "brands/shop/shoes": {"items": [
        {"displayName": "موز", "id": "s-1", "locationSet": {"include": ["sa"]},
         "tags": {"brand:ar": "موز", "name:ar": "نور", "alt_name:ar": "زقك", "official_name:ar": "شركة الموز",
                  "brand:wikidata": "Q103"}}]},
    "operators/power/line": {"items": [
        {"displayName": "الكهرباء الأولى", "id": "o-1", "locationSet": {"include": ["dz"]},
         "tags": {"operator": "الكهرباء الأولى", "operator:wikidata": "Q104"}}]},
    "flags/man_made/flagpole": {"items": [
        {"displayName": "علم", "id": "f-1", "locationSet": {"include": ["001"]},
         "tags": {"flag:name:ar": "علم", "flag:wikidata": "Q105"}}]}}}"#;

fn sample() -> (tempfile::TempDir, Imported) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("dist/json")).unwrap();
    fs::write(folder.path().join("dist/json/nsi.json"), INDEX).unwrap();
    fs::write(folder.path().join("package.json"), r#"{"name": "name-suggestion-index", "version": "1.2.3"}"#)
        .unwrap();
    let imported = import(&[folder.path().to_owned()], &Options::default(), &mut ()).unwrap();
    (folder, imported)
}

fn entity<'i>(imported: &'i Imported, id: &str) -> &'i EntityRow {
    imported.pack.entities.iter().find(|row| row.id.as_str() == id).unwrap()
}

fn aliases(imported: &Imported, id: &str) -> Vec<String> {
    let rows = imported.pack.aliases.iter().filter(|row| row.id.as_str() == id);
    rows.map(|row| format!("{} {} {}", row.alias, row.lang, row.kind)).collect()
}

#[test]
fn items_of_one_owner_are_one_entity() {
    let (_folder, imported) = sample();
    let row = entity(&imported, "Q101");
    assert_eq!((row.name.as_str(), row.country), ("Bank of Proverbs", None), "it is found in two countries");
    assert_eq!(row.entity_type.as_ref().unwrap().as_str(), "company");
    assert_eq!(row.description, "brand: atm, bank");
    assert_eq!(row.rank, rows::rounded(Rank::from_sitelinks(2)));
    let expected = [
        "بنك الأمثال ar preferred",
        "بنك الأمثال والحكم ar alternate",
        "BDP  short",
        "BOP  short",
        "Bank of Proverbs en preferred",
        "Banque des Proverbes fr preferred",
    ];
    assert_eq!(aliases(&imported, "Q101"), expected, "names of the operator are not the brand's");
}

#[test]
fn operators_are_organisations_of_their_country() {
    let (_folder, imported) = sample();
    let row = entity(&imported, "Q104");
    assert_eq!((row.name.as_str(), row.country.unwrap().as_str()), ("الكهرباء الأولى", "DZ"));
    assert_eq!(row.entity_type.as_ref().unwrap().as_str(), "organization");
    assert_eq!(aliases(&imported, "Q104"), ["الكهرباء الأولى ar alternate"]);
}

#[test]
fn words_and_names_of_others_are_left_out() {
    let (_folder, imported) = sample();
    assert_eq!(aliases(&imported, "Q103"), ["شركة الموز ar alternate"]);
    let skipped = &imported.report.skipped_names;
    let of = [Skip::OrdinaryWord, Skip::OtherName, Skip::TooShort, Skip::MixedScripts];
    assert_eq!(of.map(|skip| skipped.get(&skip).copied().unwrap_or_default()), [1, 1, 1, 1]);
}

#[test]
fn only_what_has_an_id_and_an_arabic_name_is_taken() {
    let (_folder, imported) = sample();
    assert_eq!(imported.report.entities, 3);
    let skipped = [(Skip::NoArabic, 1), (Skip::WithoutId, 1)];
    assert_eq!(imported.report.skipped_entities, skipped.into());
}

#[test]
fn the_files_are_read_back_and_name_their_source() {
    let (_folder, imported) = sample();
    let parsed = parse(&imported.files());
    assert_eq!(parsed.diagnostics, []);
    let manifest = &imported.pack.manifest;
    assert_eq!(manifest.sources[0].title, "npm name-suggestion-index 1.2.3");
    assert_eq!(manifest.licenses[0].name, "BSD-3-Clause");
}

#[test]
fn a_missing_index_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let message = import(&[folder.path().to_owned()], &Options::default(), &mut ()).unwrap_err().to_string();
    assert!(message.starts_with("no nsi.json among the inputs"), "{message}");
}
