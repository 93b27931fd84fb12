//! The import of GeoNames' dumps, end to end, on small samples.

use super::*;
use crate::import::input::testing::{gzip, zip};
use crate::import::testing::{Place as Folder, files, filters};

/// A line of a table of places.
fn place(
    id: u32,
    name: &str,
    alternates: &str,
    feature: &str,
    country: &str,
    admin1: &str,
    people: u64,
) -> String {
    let (class, code) = feature.split_once('.').unwrap();
    format!(
        "{id}\t{name}\t{name}\t{alternates}\t1.0\t2.0\t{class}\t{code}\t{country}\t\t{admin1}\t\t\t\t{people}\t\t1\tAsia/X\t2020-01-01\n"
    )
}

/// A line of a table of alternate names; flags are those that are set, times of use stand after a `:`.
fn name(id: u32, language: &str, text: &str, flags: &str) -> String {
    let (flags, times) = flags.split_once(':').unwrap_or((flags, ""));
    let (from, to) = times.split_once("..").unwrap_or_default();
    let set = |flag: char| if flags.contains(flag) { "1" } else { "" };
    format!(
        "1\t{id}\t{language}\t{text}\t{}\t{}\t{}\t{}\t{from}\t{to}\n",
        set('p'),
        set('s'),
        set('c'),
        set('h')
    )
}

fn places() -> String {
    [
        place(703_448, "Kyiv", "KBP,Kijev,Kiev,Київ,Kyyiv,كييف", "P.PPLC", "UA", "12", 2_797_553),
        place(690_791, "Ukraine", "أوكرانيا", "A.PCLI", "UA", "00", 44_622_516),
        place(703_447, "Kyiv City", "", "A.ADM1", "UA", "12", 0),
        place(6_299_418, "Nice Airport", "", "S.AIRP", "FR", "93", 0),
        place(100, "Hamlet", "", "P.PPL", "EG", "", 0),
        place(200, "Quiet Sea", "", "H.SEA", "", "", 0),
    ]
    .concat()
}

fn names() -> String {
    [
        name(703_448, "ar", "كييف", "p"),
        name(703_448, "ar", "كيف", ""),
        name(703_448, "en", "Kyiv", "p"),
        name(703_448, "en", "Kiev", "h:1918..1991-08-24"),
        name(703_448, "fa", "کی‌یف", ""),
        name(703_448, "ar", "کی‌یف", ""),
        name(703_448, "", "Київ", ""),
        name(703_448, "", "kyyiv", ""),
        name(703_448, "", "Кыїв", ""),
        name(703_448, "", "Kyïv", ""),
        name(703_448, "post", "01001", ""),
        name(703_448, "link", "https://en.wikipedia.org/wiki/Kyiv", ""),
        name(703_448, "wkdt", "Q1899", ""),
        name(703_448, "wkdt", "Q99999", ""),
        name(703_448, "iata", "IEV", ""),
        name(703_448, "unlc", "UA IEV", ""),
        name(703_448, "fr_1793", "Kiove", ""),
        name(703_448, "en", "Mother of Cities", "c"),
        name(703_448, "de", "Kiew", "h:15th century.."),
        name(6_299_418, "iata", "NCE", ""),
        name(6_299_418, "icao", "LFMN", ""),
        name(6_299_418, "en", "Côte d'Azur", "ps"),
        name(999, "en", "Nowhere", ""),
        name(703_447, "wkdt", "Q1899", ""),
    ]
    .concat()
}

const DIVISIONS: &str = "UA.12\tKyiv City\tKyiv City\t703447\nFR.93\tProvence\tProvence\t2985244\n";

fn imported(options: &Options) -> (Folder, Report) {
    let folder = Folder::new(Source::GeoNames);
    folder.write("allCountries.txt", places());
    folder.write(
        "alternateNamesV2.zip",
        zip(&[("iso-languagecodes.txt", b"x"), ("alternateNamesV2.txt", names().as_bytes())]),
    );
    folder.write("admin1CodesASCII.txt", DIVISIONS);
    let inputs = ["allCountries.txt", "alternateNamesV2.zip", "admin1CodesASCII.txt"];
    let report = folder.import(&inputs, options).unwrap();
    (folder, report)
}

#[test]
fn places_become_entities() {
    let (folder, report) = imported(&Options::default());
    let expected = [
        "geonames:100|city|Hamlet|EG|0.288||populated place in Egypt",
        "geonames:200|place|Quiet Sea||0.75||sea",
        "geonames:690791|country|Ukraine|UA|0.956||country",
        "geonames:703447|region|Kyiv City|UA|0.625||first-order administrative division in Ukraine",
        "geonames:703448|city|Kyiv|UA|0.906|Q1899 unlocode:UAIEV|capital in Kyiv City, Ukraine",
        "geonames:6299418|place|Nice Airport|FR|0.413||airport in Provence, France",
    ];
    assert_eq!(folder.entities(), expected);
    assert_eq!(report.skipped_ids, [(Skip::IdTaken, 1), (Skip::SecondId, 1)].into());
    assert_eq!(report.malformed_lines(), 0);
}

#[test]
fn names_keep_language_kind_and_time() {
    let (folder, report) = imported(&Options::default());
    let found = folder.names("geonames:703448");
    for expected in [
        "كييف|ar|preferred",
        "كيف|ar|alternate",
        "Kyiv|en|preferred",
        "Kiev|en|former",
        "کی‌یف|fa|alternate",
        "Київ||alternate",
        "Kiove|fr|former",
        "Mother of Cities|en|alternate",
        "Kiew|de|former",
    ] {
        assert!(found.contains(&expected.to_owned()), "{expected} is not in {found:#?}");
    }
    for noise in ["01001", "https", "IEV", "kyyiv"] {
        assert!(!found.iter().any(|name| name.starts_with(noise)), "{noise} is in {found:#?}");
    }
    let airport = folder.names("geonames:6299418");
    assert_eq!(airport, ["NCE||abbreviation", "LFMN||abbreviation", "Côte d'Azur|en|short"]);
    let table = String::from_utf8(std::fs::read(folder.path("pack/aliases.tsv")).unwrap()).unwrap();
    assert!(table.contains("Kiev\ten\tformer\tgeonames\t\t1918\t1991-08-24\n"), "{table}");
    for (skip, count) in [(Skip::NoName, 2), (Skip::Code, 1), (Skip::OfOther, 1), (Skip::NoDate, 1)] {
        assert_eq!(report.skipped_names[&skip], count, "{skip}");
    }
}

#[test]
fn without_alternate_names_the_list_of_the_place_is_read() {
    let folder = Folder::new(Source::GeoNames);
    folder.write("UA.txt.gz", gzip(places().as_bytes()));
    folder.import(&["UA.txt.gz"], &Options::default()).unwrap();
    let expected = ["كييف|ar|alternate", "Kijev||alternate", "Kiev||alternate", "Київ||alternate"];
    let found = folder.names("geonames:703448");
    for name in expected {
        assert!(found.contains(&name.to_owned()), "{name} is not in {found:#?}");
    }
    assert!(!found.iter().any(|name| name.starts_with("KBP")), "{found:#?}");
}

#[test]
fn filters_hold() {
    for (options, ids) in [
        (filters("city", "", "", 0.0), vec!["geonames:100", "geonames:703448"]),
        (filters("", "UA,FR", "", 0.8), vec!["geonames:690791", "geonames:703448"]),
        (filters("", "", "ar", 0.0), vec!["geonames:690791", "geonames:703448"]),
    ] {
        let (folder, _) = imported(&options);
        let found: Vec<String> = folder.pack().entities.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(found, ids, "{options:?}");
    }
}

#[test]
fn a_place_that_stands_twice_is_taken_as_it_stands_first() {
    let folder = Folder::new(Source::GeoNames);
    folder.write("allCountries.txt", places());
    folder.write("EG.txt", place(100, "Hamlet Two", "", "P.PPL", "EG", "", 0));
    let report = folder.import(&["allCountries.txt", "EG.txt"], &Options::default()).unwrap();
    assert_eq!(report.skipped_entities[&Skip::Repeated], 1);
    assert!(folder.entities()[0].contains("|Hamlet|"));
}

#[test]
fn lines_that_cannot_be_read_are_told_and_passed_over() {
    let folder = Folder::new(Source::GeoNames);
    let bad = "1\ttoo few\nx\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n\n";
    folder.write("allCountries.txt", [bad.as_bytes(), places().as_bytes(), b"5\t\xff\n"].concat());
    folder.write("alternateNames.txt", format!("{}1\t2\t3\n", names()));
    let report = folder.import(&["allCountries.txt", "alternateNames.txt"], &Options::default()).unwrap();
    let counts: Vec<(&str, u64)> =
        report.malformed.iter().map(|(kind, faults)| (*kind, faults.count)).collect();
    assert_eq!(counts, [("columns", 3), ("not UTF-8", 1), ("number", 1)]);
    let told = report.to_string();
    for part in [
        "allCountries.txt:1:10: 2 columns",
        "allCountries.txt:2:1: `x` is not a GeoNames ID",
        "alternateNames.txt:25:6: 3 columns",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(folder.pack().entities.len(), 6);
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let packs = [(); 2].map(|()| files(&imported(&Options::default()).0.path("pack")).files);
    let [first, second] = packs.map(|pack| pack.into_iter().map(|file| file.bytes).collect::<Vec<_>>());
    assert!(first == second);
}

#[test]
fn roles_are_told_by_names() {
    for (path, role) in [
        ("allCountries.txt", Some(Role::Places)),
        ("cities15000.txt", Some(Role::Places)),
        ("x/UA.txt", Some(Role::Places)),
        ("UA.zip/UA.txt", Some(Role::Places)),
        ("UA.zip/readme.txt", None),
        ("alternateNamesV2.zip/alternateNamesV2.txt", Some(Role::Names)),
        ("alternateNamesV2.zip/iso-languagecodes.txt", None),
        ("alternatenames/UA.txt", Some(Role::Names)),
        ("alternatenames/UA.zip/UA.txt", Some(Role::Names)),
        ("admin1CodesASCII.txt", Some(Role::Divisions)),
        ("admin2Codes.txt", Some(Role::Divisions)),
        ("countryInfo.txt", None),
        ("-", Some(Role::Places)),
    ] {
        assert_eq!(role_of(Path::new(path)), role, "{path}");
    }
}
