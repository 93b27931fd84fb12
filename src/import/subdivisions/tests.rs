//! The import of divisions, end to end, on small samples.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::import::Skip;
use crate::model::{EntityId, Rank};
use crate::pack::{EntityRow, parse};

const FILES: [(&str, &str); 8] = [
    (
        "usr/common/supplemental/subdivisions.xml",
        r#"<supplementalData><subdivisionContainment>
            <subgroup type="IQ" contains="iqba iqmu iqso"/><subgroup type="BE" contains="bevlg"/>
            <subgroup type="bevlg" contains="bevan"/></subdivisionContainment></supplementalData>"#,
    ),
    (
        "usr/common/subdivisions/en.xml",
        r#"<ldml><subdivision type="iqba" draft="contributed">Basra</subdivision>
            <subdivision type="iqmu">Al Muthanna</subdivision><subdivision type="iqso">South</subdivision>
            <subdivision type="bevlg">Flanders</subdivision><subdivision type="iqold">Gone</subdivision></ldml>"#,
    ),
    (
        "usr/common/subdivisions/ar.xml",
        r#"<ldml><subdivision type="iqba">محافظة البَصرة</subdivision>
            <subdivision type="iqmu">محافظة المثنى (العراق)</subdivision>
            <subdivision type="iqso">جنوب</subdivision></ldml>"#,
    ),
    (
        "usr/common/subdivisions/de.xml",
        r#"<ldml><subdivision type="iqba">Basra</subdivision><subdivision type="iqmu">al-Muthanna</subdivision>
            <subdivision type="bevlg">Flandern</subdivision>
            <subdivision type="iqso">al-Dschanub</subdivision></ldml>"#,
    ),
    ("usr/common/subdivisions/de_CH.xml", r#"<ldml><subdivision type="bevlg">Flandern</subdivision></ldml>"#),
    ("DEBIAN/control", "Package: unicode-cldr-core\nVersion: 41-0.1\n"),
    (
        "territories/data.jsonl",
        r#"{"code": "be-vlg", "qid": "Q9337", "name": "Flanders", "full_name": "Flanders (Belgium)"}"#,
    ),
    (
        "cities500.json",
        r#"{"1": {"name": "Basrah", "countrycode": "IQ", "population": 2600000, "alternatenames": ["البصرة", "Basra"]}}"#,
    ),
];

fn sample() -> (tempfile::TempDir, Imported) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let imported = run(folder.path().to_owned()).unwrap();
    (folder, imported)
}

fn run(input: PathBuf) -> Result<Imported, ImportError> {
    import(&[input], &Options::default(), &mut ())
}

fn entity<'i>(imported: &'i Imported, id: &str) -> &'i EntityRow {
    imported.pack.entities.iter().find(|row| row.id.as_str() == id).unwrap()
}

fn aliases(imported: &Imported, id: &str) -> Vec<String> {
    let rows = imported.pack.aliases.iter().filter(|row| row.id.as_str() == id);
    rows.map(|row| format!("{} {} {} {}", row.alias, row.lang, row.kind, row.source)).collect()
}

#[test]
fn a_division_has_its_code_and_what_cldr_calls_it() {
    let (_folder, imported) = sample();
    let row = entity(&imported, "iso3166-2:IQ-MU");
    assert_eq!((row.name.as_str(), row.country.unwrap().as_str()), ("Al Muthanna", "IQ"));
    assert_eq!(row.entity_type.as_ref().unwrap().as_str(), "region");
    assert_eq!(row.description, "first-order administrative division of Iraq");
    assert_eq!(row.rank, Rank::new(0.5), "as nobody counted its people");
    let expected =
        ["محافظة المثنى ar preferred cldr", "al-Muthanna de preferred cldr", "Al Muthanna en preferred cldr"];
    assert_eq!(aliases(&imported, "iso3166-2:IQ-MU"), expected);
}

#[test]
fn a_division_does_not_rival_the_town_of_its_name() {
    let (_folder, imported) = sample();
    let row = entity(&imported, "iso3166-2:IQ-BA");
    assert_eq!(row.rank, rows::rounded(Rank::from_population(2600)));
    let expected = ["محافظة البصرة ar preferred cldr", "Basra en preferred cldr"];
    assert_eq!(aliases(&imported, "iso3166-2:IQ-BA"), expected, "German says what English says");
}

#[test]
fn wikidata_ids_go_before_codes() {
    let (_folder, imported) = sample();
    let row = entity(&imported, "Q9337");
    assert_eq!(row.same_as, [EntityId::new("iso3166-2:BE-VLG").unwrap()]);
}

#[test]
fn what_is_left_out_is_counted() {
    let (_folder, imported) = sample();
    assert_eq!(
        aliases(&imported, "iso3166-2:IQ-SO"),
        ["al-Dschanub de preferred cldr"],
        "South is a direction"
    );
    assert_eq!(entity(&imported, "iso3166-2:IQ-SO").name, "South (Iraq)");
    let report = &imported.report;
    let names = [(Skip::OrdinaryWord, 2), (Skip::RepeatsEnglish, 1), (Skip::RepeatsParent, 1)];
    assert_eq!(report.skipped_names, names.into());
    assert_eq!(report.skipped_entities, [(Skip::Nameless, 1)].into(), "nobody names bevan");
    assert_eq!(report.entities, 4, "what no country contains is no division");
}

#[test]
fn the_files_are_read_back_and_the_same_every_time() {
    let (folder, imported) = sample();
    let files = imported.files();
    let parsed = parse(&files);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.pack.unwrap().aliases.len() as u64, imported.report.aliases);
    assert_eq!(run(folder.path().to_owned()).unwrap().files().files.len(), files.files.len());
    let again = run(folder.path().to_owned()).unwrap().files();
    for (one, other) in files.files.iter().zip(&again.files) {
        assert_eq!((&one.name, &one.bytes), (&other.name, &other.bytes));
    }
    let manifest = &imported.pack.manifest;
    let titles: Vec<_> = manifest.sources.iter().map(|source| source.title.as_str()).collect();
    assert!(titles.contains(&"Debian unicode-cldr-core 41-0.1"), "{titles:?}");
    let licenses: Vec<_> = manifest.licenses.iter().map(|license| license.name.as_str()).collect();
    assert_eq!(licenses, ["Unicode-DFS-2016", "MIT", "CC-BY-4.0"]);
}

#[test]
fn cldr_alone_is_enough_and_missing_tables_are_asked_for() {
    let (folder, _) = sample();
    let cldr = folder.path().join("usr");
    let imported = run(cldr.clone()).unwrap();
    assert_eq!(imported.pack.manifest.licenses.len(), 1);
    assert_eq!(entity(&imported, "iso3166-2:BE-VLG").name, "Flanders");
    fs::remove_file(cldr.join("common/supplemental/subdivisions.xml")).unwrap();
    let message = run(cldr).unwrap_err().to_string();
    assert!(message.starts_with("no supplemental/subdivisions.xml of CLDR among the inputs"), "{message}");
}
