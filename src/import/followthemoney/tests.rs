//! The import of FollowTheMoney entities, end to end, on small samples.

use super::*;
use crate::import::input::testing::gzip;
use crate::import::testing::{Place, filters};

const SAMPLE: &str = r#"{"id":"NK-1","schema":"Person","caption":"Layla Haddad","referents":["src-7","Q5000"],"target":true,"properties":{"name":["ليلى حداد","Layla Haddad"],"alias":["Leila Hadad"],"weakAlias":["Umm Sami"],"previousName":["Layla Nasser"],"country":["eu","sy"],"nationality":["suhh","lb"],"topics":["role.pep"],"position":["Minister of Water"],"wikidataId":["Q4242"],"innCode":["not a number"],"birthDate":["1970"]}}
{"id":"NK-2","schema":"Company","properties":{"name":["Blue Cedar Shipping"],"abbreviation":["BCS"],"jurisdiction":["lb"],"leiCode":["5299000J2N45DDNE4Y28"],"ownershipOwner":[{"id":"o1","schema":"Ownership","properties":{}}],"description":["Ships cedar"]}}
{"id":"NK-3","schema":"Vessel","properties":{"name":"Cedar Star","imoNumber":["IMO9074729"],"flag":["pa"],"weakAlias":[{"nested":1},"CS"]}}
{"id":"p1","schema":"Payment","properties":{"namesMentioned":["Layla Haddad"]}}

{"id":"NK-4","schema":"LegalEntity","properties":{"country":["lb"]}}
{"id":"Q99","schema":"PublicBody","properties":{"name":["Ministry of Water"],"country":["xx"]}}
"#;

fn licensed() -> Options {
    Options { license: Some("CC-BY-4.0".to_owned()), ..Options::default() }
}

fn imported(sample: &str, options: &Options) -> (Place, Report) {
    let place = Place::new(Source::FollowTheMoney);
    place.write("entities.ftm.json", sample);
    let report = place.import(&["entities.ftm.json"], options).unwrap();
    (place, report)
}

#[test]
fn entities_become_entities() {
    let (place, report) = imported(SAMPLE, &licensed());
    let expected = [
        "ftm:NK-1|person|Layla Haddad|LB||Q4242 ftm:src-7 Q5000|Minister of Water",
        "ftm:NK-2|company|Blue Cedar Shipping|LB||lei:5299000J2N45DDNE4Y28|Ships cedar",
        "ftm:NK-3|vessel|Cedar Star|PA||imo:9074729|",
        "Q99|organization|Ministry of Water||||",
    ];
    assert_eq!(place.entities(), expected);
    assert_eq!(report.skipped_entities, [(Skip::UnknownClass, 1), (Skip::Nameless, 1)].into());
    assert_eq!(report.skipped_ids, [(Skip::NoIdentifier, 1)].into());
    assert_eq!((report.entities, report.malformed_lines()), (4, 0));
}

#[test]
fn names_have_the_kind_of_their_property() {
    let (place, _) = imported(SAMPLE, &licensed());
    let expected = [
        "ليلى حداد||alternate",
        "Layla Haddad||preferred",
        "Leila Hadad||alternate",
        "Umm Sami||hidden",
        "Layla Nasser||former",
    ];
    assert_eq!(place.names("ftm:NK-1"), expected);
    assert_eq!(place.names("ftm:NK-2"), ["Blue Cedar Shipping||preferred", "BCS||abbreviation"]);
    assert_eq!(place.names("ftm:NK-3"), ["Cedar Star||preferred", "CS||hidden"]);
}

#[test]
fn filters_and_prefixes_are_honoured() {
    let options = Options { id_prefix: Some("os:".to_owned()), ..licensed() };
    let options = Options { filters: filters("person,company", "LB", "", 0.0).filters, ..options };
    let (place, report) = imported(SAMPLE, &options);
    let ids: Vec<String> =
        place.entities().iter().map(|row| row.split('|').next().unwrap().to_owned()).collect();
    assert_eq!(ids, ["os:NK-1", "os:NK-2"]);
    assert_eq!(report.skipped_entities[&Skip::OtherType], 3);
}

#[test]
fn lines_that_are_none_are_told_and_left_out() {
    let odd = "{\"id\":\"a b\",\"schema\":\"Person\",\"properties\":{\"name\":[\"X Y\"]}}\n{\"id\":\"1\",\"schema\":\"Per\n[]\n{\"schema\":\"Person\"}\n\u{feff}";
    let whole = format!("{odd}\n{SAMPLE}");
    let (_, report) = imported(&whole, &licensed());
    assert_eq!((report.entities, report.malformed_lines()), (4, 5));
    let first = |kind: &str| report.malformed[kind].first[0].line;
    assert_eq!((first("no ID"), first("not JSON")), (1, 2));
    let place = Place::new(Source::FollowTheMoney);
    place.write("x.json", &whole);
    let strict = Options { strict: true, ..licensed() };
    let error = place.import(&["x.json"], &strict).unwrap_err().to_string();
    assert!(error.contains("x.json:1:1"), "{error}");
}

#[test]
fn a_cut_file_and_a_file_of_nothing_leave_no_pack() {
    let place = Place::new(Source::FollowTheMoney);
    let bytes = gzip(SAMPLE.repeat(400).as_bytes());
    place.write("x.json.gz", &bytes[..bytes.len() / 2]);
    assert!(matches!(place.import(&["x.json.gz"], &licensed()), Err(ImportError::Damaged { .. })));
    place.write("y.json", "");
    assert!(matches!(place.import(&["y.json"], &licensed()), Err(ImportError::NothingTaken { .. })));
    assert!(!place.path("pack").exists());
}
