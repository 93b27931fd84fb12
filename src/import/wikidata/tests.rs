//! The import of Wikidata's dump, end to end, on small samples.

use std::fs;

use super::*;
use crate::import::input::testing::{compressed, zip};
use crate::import::testing::{Place, files, filters};
use crate::import::{STAGING_FOLDER, run};

/// An item of the classes `classes`, with labels, and more fields.
fn item(id: &str, classes: &[&str], labels: &[(&str, &str)], more: &str) -> String {
    let labels: Vec<String> = labels
        .iter()
        .map(|(lang, text)| format!(r#""{lang}":{{"language":"{lang}","value":"{text}"}}"#))
        .collect();
    let classes: Vec<String> = classes
        .iter()
        .map(|class| {
            format!(r#"{{"mainsnak":{{"snaktype":"value","property":"P31","datavalue":{{"value":{{"entity-type":"item","id":"{class}"}},"type":"wikibase-entityid"}}}},"type":"statement","rank":"normal"}}"#)
        })
        .collect();
    let (labels, classes) = (labels.join(","), classes.join(","));
    format!(r#"{{"type":"item","id":"{id}","labels":{{{labels}}},"claims":{{"P31":[{classes}]{more}}}}}"#)
}

/// A further property with one value.
fn stated(property: &str, value: &str) -> String {
    format!(
        r#","{property}":[{{"mainsnak":{{"snaktype":"value","datavalue":{{"value":{value}}}}},"rank":"normal"}}]"#
    )
}

fn links(count: usize) -> String {
    let links: Vec<String> = (0..count).map(|n| format!(r#""x{n}wiki":{{"title":"t"}}"#)).collect();
    format!(r#"}},"sitelinks":{{{}"#, links.join(","))
}

fn sample() -> Vec<String> {
    let geonames = stated("P1566", r#""690791""#);
    let kyiv_facts = [
        stated("P17", r#"{"entity-type":"item","numeric-id":212,"id":"Q212"}"#),
        stated("P1082", r#"{"amount":"+2952301","unit":"1"}"#),
        stated("P1376", r#"{"id":"Q212"}"#),
        geonames.clone(),
    ];
    let ukraine_facts = [
        stated("P297", r#""UA""#),
        stated("P1549", r#"{"text":"أوكرانيون","language":"ar"}"#),
        stated("P1813", r#"{"text":"UKR","language":"mul"}"#),
        stated("P227", r#""4061496-7""#),
        stated("P214", r#""no number""#),
    ];
    vec![
        item(
            "Q212",
            &["Q3624078"],
            &[
                ("uk", "Україна"),
                ("en", "Ukraine"),
                ("ar", "\\u0623\\u0648\\u0643\\u0631\\u0627\\u0646\\u064a\\u0627"),
            ],
            &(ukraine_facts.concat() + &links(300)),
        ),
        item(
            "Q1899",
            &["Q515", "Q35657"],
            &[("ar", "كييف"), ("en", "Kyiv"), ("de", "Kiew")],
            &(kyiv_facts.concat() + &links(200)),
        ),
        item(
            "Q42",
            &["Q5"],
            &[("mul", "Douglas Adams"), ("ar", "دوغلاس آدمز")],
            &(stated("P27", r#"{"id":"Q145"}"#) + &links(100)),
        ),
        item("Q9", &["Q4022"], &[("en", "Small river")], &geonames),
        item("Q7", &["Q11424"], &[("en", "Some film")], ""),
        item("Q8", &["Q4167410"], &[("en", "Kyiv (disambiguation)")], ""),
        item("Q10", &["Q5"], &[], ""),
        r#"{"type":"property","id":"P31","labels":{"en":{"language":"en","value":"instance of"}}}"#
            .to_owned(),
    ]
}

fn dump(lines: &[String]) -> String {
    format!("[\n{}\n]\n", lines.join(",\n"))
}

fn imported(options: &Options) -> (Place, Report) {
    let place = Place::new(Source::Wikidata);
    place.write("d.json", dump(&sample()));
    let report = place.import(&["d.json"], options).unwrap();
    (place, report)
}

#[test]
fn items_become_entities() {
    let (place, report) = imported(&Options::default());
    let expected = [
        "Q212|country|Ukraine|UA|0.952|iso3166:UA gnd:4061496-7|",
        "Q1899|city|Kyiv|UA|0.909|geonames:690791|",
        "Q42|person|Douglas Adams|GB|0.77||",
        "Q9|place|Small river||0||",
    ];
    assert_eq!(place.entities(), expected);
    let skipped = [Skip::Nameless, Skip::NotItem, Skip::WikiPage, Skip::UnknownClass].map(|skip| (skip, 1));
    assert_eq!(report.skipped_entities, skipped.into());
    assert_eq!(report.skipped_ids, [(Skip::IdTaken, 1), (Skip::NoIdentifier, 1)].into());
    assert_eq!((report.entities, report.malformed_lines()), (4, 0));
}

#[test]
fn names_keep_language_and_kind() {
    let (place, _) = imported(&Options::default());
    let expected = [
        "أوكرانيا|ar|preferred",
        "أوكرانيون|ar|demonym",
        "Україна|uk|preferred",
        "Ukraine|en|preferred",
        "UKR||short",
    ];
    assert_eq!(place.names("Q212"), expected);
    assert_eq!(place.names("Q42"), ["دوغلاس آدمز|ar|preferred", "Douglas Adams||preferred"]);
}

#[test]
fn filters_hold() {
    for (options, ids) in [
        (filters("city,person", "", "", 0.0), vec!["Q1899", "Q42"]),
        (filters("", "UA", "", 0.0), vec!["Q212", "Q1899"]),
        (filters("", "", "de", 0.0), vec!["Q1899"]),
        (filters("", "", "", 0.9), vec!["Q212", "Q1899"]),
        (filters("other", "", "", 0.0), vec!["Q7"]),
    ] {
        let (place, _) = imported(&options);
        let found: Vec<String> = place.pack().entities.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(found, ids, "{options:?}");
    }
    let (place, _) = imported(&filters("", "", "de,ar", 0.0));
    assert_eq!(place.names("Q1899"), ["كييف|ar|preferred", "Kiew|de|preferred"]);
    assert!(place.entities()[1].starts_with("Q1899|city|Kiew|"), "{:?}", place.entities());
}

#[test]
fn subclasses_count_if_asked_for() {
    let lines = vec![
        item("Q1", &["Q901"], &[("en", "Some capital of old")], ""),
        item("Q901", &[], &[("en", "old capital")], &stated("P279", r#"{"id":"Q902"}"#)),
        item("Q902", &[], &[("en", "older capital")], &stated("P279", r#"{"id":"Q515"}"#)),
        item("Q2", &["Q5"], &[("en", "Somebody")], ""),
    ];
    for (subclasses, expected) in [(false, vec!["Q2"]), (true, vec!["Q1", "Q2"])] {
        let place = Place::new(Source::Wikidata);
        place.write("d.json", dump(&lines));
        place.import(&["d.json"], &Options { subclasses, ..Options::default() }).unwrap();
        let found: Vec<String> = place.pack().entities.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(found, expected);
    }
    let options = Options { subclasses: true, ..Options::default() };
    let folder = tempfile::tempdir().unwrap();
    let error =
        run(Source::Wikidata, &["-".into()], &folder.path().join("p"), &options, &mut ()).unwrap_err();
    assert!(matches!(error, ImportError::ReadTwice { .. }), "{error}");
}

#[test]
fn every_layout_and_compression_gives_the_same_pack() {
    let array = dump(&sample());
    let bare = sample().join("\n");
    let place = Place::new(Source::Wikidata);
    place.write("d.json", &array);
    place.import(&["d.json"], &Options::default()).unwrap();
    let expected = files(&place.path("pack")).files;
    let mut inputs: Vec<(String, Vec<u8>)> = compressed(array.as_bytes())
        .into_iter()
        .map(|(ending, bytes)| (format!("d.json.{ending}").replace(".txt", ""), bytes))
        .collect();
    inputs.push(("d.ndjson".to_owned(), bare.into_bytes()));
    inputs.push(("d.json".to_owned(), array.replace('\n', "\r\n").into_bytes()));
    inputs.push(("d.zip".to_owned(), zip(&[("readme.txt", b"?"), ("d.json", array.as_bytes())])));
    for (index, (name, bytes)) in inputs.into_iter().enumerate() {
        let place = Place::new(Source::Wikidata);
        place.write(&name, bytes);
        place.import(&[&name], &Options::default()).unwrap();
        for (file, first) in files(&place.path("pack")).files.iter().zip(&expected) {
            assert!(
                file.name == "datapackage.json" || file.bytes == first.bytes,
                "{index} {name} {}",
                file.name
            );
        }
    }
}

#[test]
fn lines_that_cannot_be_read_are_told_and_passed_over() {
    let mut lines: Vec<Vec<u8>> = sample().into_iter().map(String::into_bytes).collect();
    lines.insert(1, b"{\"type\":\"item\",\"id\":\"Q3\"".to_vec());
    lines.insert(2, b"not json at all".to_vec());
    lines.insert(3, b"{\"type\":\"item\",\"id\":\"\xff\"}".to_vec());
    lines.insert(4, br#"{"type":"item","id":"Q0"}"#.to_vec());
    lines.insert(5, br#"{"type":"item","id":"Q5","labels":"none"}"#.to_vec());
    lines.insert(6, b"[[[[[[[[[".to_vec());
    let place = Place::new(Source::Wikidata);
    place.write("d.json", [b"[\n", lines.join(&b",\n"[..]).as_slice(), b"\n]\n"].concat());
    let report = place.import(&["d.json"], &Options::default()).unwrap();
    assert_eq!(place.pack().entities.len(), 4);
    let counts: Vec<(&str, u64)> =
        report.malformed.iter().map(|(kind, faults)| (*kind, faults.count)).collect();
    assert_eq!(counts, [("no item", 1), ("not JSON", 2), ("not UTF-8", 1), ("not an entity of Wikidata", 2)]);
    let told = report.to_string();
    for part in
        ["d.json:3:24: ", "d.json:4:", "d.json:5:22: the line is not UTF-8", "d.json:6:1: `Q0` is not"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }

    let strict = Options { strict: true, ..Options::default() };
    let before = files(&place.path("pack")).files;
    let error = place.import(&["d.json"], &strict).unwrap_err();
    assert!(error.to_string().contains("d.json:3:24: "), "{error}");
    assert_eq!(files(&place.path("pack")).files.len(), before.len());
}

#[test]
fn damage_leaves_the_old_pack_as_it_was() {
    let (place, _) = imported(&Options::default());
    let before: Vec<Vec<u8>> = files(&place.path("pack")).files.into_iter().map(|file| file.bytes).collect();
    let long = dump(&(0..100).flat_map(|_| sample()).collect::<Vec<_>>());
    for (ending, bytes) in compressed(long.as_bytes()).into_iter().skip(1) {
        let name = format!("cut.json.{ending}");
        let path = place.write(&name, &bytes[..bytes.len() / 2]);
        let error = place.import(&[&name], &Options::default()).unwrap_err();
        let told = error.to_string();
        assert!(matches!(error, ImportError::Damaged { .. }), "{told}");
        assert!(told.contains(&name) && told.contains(&format!(" of {}", bytes.len() / 2)), "{told}");
        fs::remove_file(path).unwrap();
    }
    place.write("empty.json", "[\n]\n");
    let error = place.import(&["empty.json"], &Options::default()).unwrap_err();
    assert!(matches!(error, ImportError::NothingTaken { .. }), "{error}");
    assert!(!place.path("pack").join(STAGING_FOLDER).exists());
    let after: Vec<Vec<u8>> = files(&place.path("pack")).files.into_iter().map(|file| file.bytes).collect();
    assert!(before == after);
}

#[test]
fn an_item_that_stands_twice_is_one_entity() {
    let place = Place::new(Source::Wikidata);
    let twice = [sample(), vec![item("Q42", &["Q5"], &[("fr", "D. Adams")], "")]].concat();
    place.write("d.json", dump(&twice));
    let report = place.import(&["d.json"], &Options::default()).unwrap();
    assert_eq!(report.skipped_entities[&Skip::Repeated], 1);
    assert_eq!(place.names("Q42").len(), 3);
    assert_eq!(report.entities, 4);
}
