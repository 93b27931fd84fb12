//! The import of JRC-Names, end to end, on small samples.

use super::*;
use crate::import::input::testing::gzip;
use crate::import::testing::{Place, filters};

const SAMPLE: &str = "\
12\tP\tu\tLayla+Haddad
12\tP\tu\tLeila+Hadad
7\tO\tu\tWater+Council
12\tP\tar\tليلى+حداد
0\tP\tu\tNobody
7\tO\tar\tمجلس+المياه
12\tP\tu\tLayla+Haddad
9\tT\tfr\tMer+Calme
8\tE\tu\tCedar+Games
5\tU\tu\tUnknown+Thing
";

fn imported(options: &Options) -> (Place, Report) {
    let place = Place::new(Source::JrcNames);
    place.write("entities.gzip", gzip(SAMPLE.as_bytes()));
    let report = place.import(&["entities.gzip"], options).unwrap();
    (place, report)
}

#[test]
fn lines_of_one_entity_come_together() {
    let (place, report) = imported(&Options::default());
    let expected = [
        "jrc:12|person|Layla Haddad||||",
        "jrc:5|other|Unknown Thing||||",
        "jrc:7|organization|Water Council||||",
        "jrc:8|event|Cedar Games||||",
        "jrc:9|place|Mer Calme||||",
    ];
    assert_eq!(place.entities(), expected);
    let names = ["ليلى حداد|ar|alternate", "Layla Haddad||preferred", "Leila Hadad||alternate"];
    assert_eq!(place.names("jrc:12"), names);
    let skipped = [(Skip::OfOther, 1), (Skip::Duplicate, 1)];
    assert_eq!(report.skipped_names, skipped.into());
}

#[test]
fn filters_are_honoured() {
    let (place, report) = imported(&filters("person,organization", "", "ar", 0.0));
    assert_eq!(place.entities(), ["jrc:12|person|ليلى حداد||||", "jrc:7|organization|مجلس المياه||||"]);
    assert_eq!(report.skipped_entities[&Skip::OtherType], 3);
}

#[test]
fn lines_that_are_none_are_told_and_left_out() {
    let place = Place::new(Source::JrcNames);
    let odd = "x\tP\tu\tName\n1\tP\tu\n1\tQ\tu\tName\n1\tP\tu\tA\tB\n1\tP\tzz-\tKept+Name\r\n2\tP\tu\t+\n1";
    place.write("entities.txt", odd);
    let report = place.import(&["entities.txt"], &Options::default()).unwrap();
    assert_eq!(place.entities(), ["jrc:1|person|Kept Name||||"]);
    let counts: Vec<_> = report.malformed.iter().map(|(kind, faults)| (*kind, faults.count)).collect();
    assert_eq!(counts, [("no number", 1), ("no type", 1), ("not four columns", 3)]);
    assert_eq!(
        report.malformed["no type"].first[0].to_string().rsplit_once("entities.txt").unwrap().1,
        ":3:3: `Q` is no type of JRC-Names"
    );
    let strict = Options { strict: true, ..Options::default() };
    assert!(matches!(place.import(&["entities.txt"], &strict), Err(ImportError::Malformed(_))));
}

#[test]
fn a_cut_file_leaves_no_pack() {
    let place = Place::new(Source::JrcNames);
    let bytes = gzip(SAMPLE.repeat(500).as_bytes());
    place.write("entities.gzip", &bytes[..bytes.len() / 2]);
    assert!(matches!(
        place.import(&["entities.gzip"], &Options::default()),
        Err(ImportError::Damaged { .. })
    ));
    assert!(!place.path("pack").exists());
}
