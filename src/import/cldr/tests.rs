//! The import of countries, end to end, on small samples.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::import::Skip;
use crate::model::Rank;
use crate::pack::parse;

const FILES: [(&str, &str); 10] = [
    (
        "main/ar/territories.json",
        r#"{"main": {"ar": {"localeDisplayNames": {"territories": {
            "AA": "أرض (بلاد)", "AA-alt-short": "أرض", "BB": "بُرّ", "001": "العالم"}}}}}"#,
    ),
    (
        "main/en/territories.json",
        r#"{"main": {"en": {"localeDisplayNames": {"territories": {
            "AA": "Landia SAR", "AA-alt-short": "Landia", "BB": "Berria & Isles", "BB-alt-short": "BI"}}}}}"#,
    ),
    (
        "main/en-GB/territories.json",
        r#"{"main": {"en-GB": {"localeDisplayNames": {"territories": {
            "AA": "Landia SAR", "BB": "Berria and Isles"}}}}}"#,
    ),
    ("package.json", r#"{"name": "cldr-localenames-full", "version": "1.2.3"}"#),
    ("iso/codes.json", r#"[["AA", "AAA", "1", ""], ["BB", "BBB", "2", ""]]"#),
    ("iso/langs/en.json", r#"{"locale": "en", "countries": {"AA": ["Landia", "Republic of Landia"]}}"#),
    (
        "territories/data.jsonl",
        concat!(
            r#"{"code": "aa", "qid": "Q101", "name": "Landia", "full_name": "Republic of Landia", "#,
            r#""subregion": "Eastern Europe", "names_strong": ["Landian"], "names_weak": ["Port Noise", "RL"]}"#,
            "\n",
            r#"{"code": "zz-x", "qid": "Q9", "name": "Part", "full_name": "Part"}"#
        ),
    ),
    (
        "countries.json",
        r#"{"AA": {"geonameid": 7, "iso": "AA", "population": 999999, "name": "Landia", "capital": "C"}}"#,
    ),
    ("data.yaml", "AA:\n  - LANDIA, REPUBLIC OF\n  - أرضي\n  - الأراضي الجميلة\n  # - x\nBB:\n  - berria\n"),
    (
        "demonyms_ar.tsv",
        "iso2\tcountry_ar\tmasc_sg\tfem_sg\tplural_nom\tplural_oblique\tplural_fem\tplural_other\n\
         AA\tأرض;عرض\tأرضي\tأرضية\t\t\t\t\n",
    ),
];

fn sample() -> (tempfile::TempDir, Imported) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let imported = run(folder.path().to_owned()).unwrap();
    (folder, imported)
}

fn run(input: PathBuf) -> Result<Imported, ImportError> {
    import(&[input], &Options::default(), &mut ())
}

fn aliases(imported: &Imported, id: &str) -> Vec<String> {
    let rows = imported.pack.aliases.iter().filter(|row| row.id.as_str() == id);
    rows.map(|row| format!("{} {} {} {}", row.alias, row.lang, row.kind, row.source)).collect()
}

#[test]
fn a_country_is_gathered_from_all_sources() {
    let (_folder, imported) = sample();
    let entity = &imported.pack.entities[0];
    assert_eq!((entity.id.as_str(), entity.name.as_str()), ("Q101", "Landia"));
    assert_eq!(entity.entity_type.as_ref().unwrap().as_str(), "country");
    assert_eq!(entity.description, "country in Eastern Europe");
    assert_eq!(entity.rank, Rank::new(0.75));
    let same_as: Vec<_> = entity.same_as.iter().map(crate::model::EntityId::as_str).collect();
    assert_eq!(same_as, ["iso3166:AA", "geonames:7"]);
    let expected = [
        "أرض ar preferred cldr",
        "أرض (بلاد) ar alternate cldr",
        "الأراضي الجميلة ar alternate countrynames",
        "عرض ar alternate demonyms",
        "أرضي ar demonym demonyms",
        "أرضية ar demonym demonyms",
        "AAA  abbreviation iso3166",
        "Landia en preferred cldr",
        "Landia, Republic of en alternate countrynames",
        "Landia SAR en alternate cldr",
        "Republic of Landia en alternate i18n-iso-countries",
        "Landian en demonym rigour",
    ];
    let (mut found, mut expected) = (aliases(&imported, "Q101"), expected.map(str::to_owned).to_vec());
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn regions_keep_what_differs_and_ids_fall_back() {
    let (_folder, imported) = sample();
    let expected = [
        "بر ar preferred cldr",
        "BBB  abbreviation iso3166",
        "Berria & Isles en preferred cldr",
        "BI en abbreviation cldr",
        "Berria and Isles en-GB preferred cldr",
    ];
    assert_eq!(aliases(&imported, "iso3166:BB"), expected);
    assert_eq!(imported.report.notes.len(), 1, "{:?}", imported.report.notes);
    assert_eq!(imported.report.skipped_names[&Skip::RepeatsParent], 1);
}

#[test]
fn the_files_are_read_back_and_the_same_every_time() {
    let (folder, imported) = sample();
    let files = imported.files();
    let parsed = parse(&files);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.pack.unwrap().aliases.len() as u64, imported.report.aliases);
    let again = run(folder.path().to_owned()).unwrap().files();
    let bytes = |files: crate::pack::PackFiles| {
        files.files.into_iter().map(|f| (f.name, f.bytes)).collect::<Vec<_>>()
    };
    assert_eq!(bytes(files), bytes(again));
    let titles: Vec<_> = imported.pack.manifest.sources.iter().map(|source| source.title.as_str()).collect();
    assert!(titles.contains(&"npm cldr-localenames-full 1.2.3"), "{titles:?}");
}

#[test]
fn a_missing_file_is_asked_for() {
    let (folder, _) = sample();
    fs::remove_file(folder.path().join("iso/codes.json")).unwrap();
    let message = run(folder.path().to_owned()).unwrap_err().to_string();
    assert!(
        message.starts_with("no codes.json of i18n-iso-countries among the inputs; `cldr` reads:"),
        "{message}"
    );
}
