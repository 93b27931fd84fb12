//! The import of tables and JSON lines, end to end, on small samples.

use super::*;
use crate::import::Defaults;
use crate::import::input::testing::{gzip, zip};
use crate::import::testing::{Place, files, filters};
use crate::model::{CountryCode, EntityType, Rank};

fn options(columns: &[(&str, &str)]) -> Options {
    let columns = columns.iter().map(|(field, name)| (field.parse().unwrap(), (*name).to_owned())).collect();
    let mapping = Mapping { columns, ..Mapping::default() };
    Options { mapping, license: Some("CC0-1.0".to_owned()), ..Options::default() }
}

fn imported(name: &str, content: impl AsRef<[u8]>, options: &Options) -> (Place, Report) {
    let place = Place::new(Source::Csv);
    place.write(name, content);
    let report = place.import(&[name], options).unwrap();
    (place, report)
}

const MAP: [(&str, &str); 8] = [
    ("id", "code"),
    ("name@en", "Title, official"),
    ("name@ar", "name_ar"),
    ("alias@ar", "aka_ar"),
    ("same_as@geonames", "geonameid"),
    ("same_as", "links"),
    ("population", "people"),
    ("description@en", "about"),
];

const TABLE: &str = "code;\"Title, official\";name_ar;aka_ar;geonameid;links;people;about;unused
c1;Cairo;القاهرة;مصر|قاهرة المعز;360630;http://www.wikidata.org/entity/Q85|viaf:1;\"9,606,916\";\"capital
of \"\"Egypt\"\"\";x
c2;Giza;;;;;;;
";

#[test]
fn a_mapping_says_what_columns_hold() {
    let defaults = Defaults {
        entity_type: EntityType::new("city").ok(),
        country: CountryCode::new("EG").ok(),
        ..Defaults::default()
    };
    let options = Options { id_prefix: Some("ours:".to_owned()), defaults, ..options(&MAP) };
    for (name, content) in [
        ("t.csv", TABLE.as_bytes().to_vec()),
        ("t.csv.gz", gzip(TABLE.as_bytes())),
        ("t.zip", zip(&[("a/t.csv", TABLE.as_bytes())])),
    ] {
        let (place, report) = imported(name, content, &options);
        let expected = [
            "ours:c1|city|Cairo|EG|0.873|geonames:360630 Q85 viaf:1|capital of \"Egypt\"",
            "ours:c2|city|Giza|EG|||",
        ];
        assert_eq!(place.entities(), expected, "{name}");
        let names =
            ["القاهرة|ar|preferred", "مصر|ar|alternate", "قاهرة المعز|ar|alternate", "Cairo|en|preferred"];
        assert_eq!(place.names("ours:c1"), names, "{name}");
        assert_eq!(report.malformed_lines(), 0, "{name}");
    }
}

#[test]
fn columns_that_say_what_they_hold_need_no_mapping() {
    let table = "id\tname\talias\tlang\tkind\ttype\tcountry\trank\n\
                 x:1\tNile\tRiver \"N\"\ten\tshort\tPlace\teg\t0.5\n\
                 x:2\tSinai\t\t\t\tregion\tEG\t\n\
                 x:1\t\tالنيل\tar\t\tplace\tEG\t0.75\n";
    let (place, _) = imported("t.tsv", table, &options(&[]));
    assert_eq!(place.entities(), ["x:1|place|Nile|EG|0.75||", "x:2|region|Sinai|EG|||"]);
    assert_eq!(place.names("x:1"), ["النيل|ar|alternate", "Nile|en|preferred", "River \"N\"|en|short"]);
}

#[test]
fn rows_without_an_id_get_the_same_one_each_time() {
    let table = "name,type,kind_of_row\nNile,place,a\nSinai,region,b\nNile,place,c\nNile,event,d\n";
    let ids = |options: &Options| {
        let (place, _) = imported("t.csv", table, options);
        place.entities().iter().map(|row| row.split_once('|').unwrap().0.to_owned()).collect::<Vec<_>>()
    };
    let made = ids(&options(&[]));
    assert_eq!((made.len(), &made), (3, &ids(&options(&[]))));
    assert!(made.iter().all(|id| id.starts_with("csv:") && id.len() == 24), "{made:?}");
    let keyed = Options {
        id_prefix: Some("ours:".to_owned()),
        ..options(&[("name", "name"), ("key", "kind_of_row")])
    };
    let keyed = ids(&keyed);
    assert!(keyed.len() == 4 && keyed.iter().all(|id| id.starts_with("ours:")), "{keyed:?}");
}

#[test]
fn json_lines_have_keys_lists_and_paths() {
    let lines = concat!(
        r#"{"code":"Q85","names":{"en":"Cairo","ar":["القاهرة","مصر"]},"people":9606916}"#,
        "\n\n",
        r#"{"code":7,"names":{"en":"Giza"},"people":null}"#,
        "\n{\"code\":"
    );
    let map = [("id", "code"), ("name@en", "names.en"), ("alias@ar", "names.ar"), ("population", "people")];
    let (place, report) = imported("t.jsonl", lines, &options(&map));
    assert_eq!(place.entities(), ["7|other|Giza||||", "Q85|other|Cairo||0.873||"]);
    assert_eq!(place.names("Q85"), ["القاهرة|ar|alternate", "مصر|ar|alternate", "Cairo|en|preferred"]);
    assert_eq!(report.malformed["not JSON"].first[0].line, 4);
}

#[test]
fn filters_are_honoured() {
    let table = "id,name@en,name@ar,type,country,rank\n1,A one,أول,city,EG,0.5\n2,B two,,city,EG,0.5\n\
                 3,C three,ثالث,city,SD,0.5\n4,D four,رابع,person,EG,0.5\n5,E five,خامس,city,EG,0.1\n";
    let options = Options { filters: filters("city", "EG", "ar", 0.4).filters, ..options(&[]) };
    let (place, report) = imported("t.csv", table, &options);
    assert_eq!(place.entities(), ["1|city|أول|EG|0.5||"]);
    assert_eq!(report.skipped_entities.values().sum::<u64>(), 4);
}

#[test]
fn rows_that_cannot_be_read_are_told_and_left_out() {
    let table = b"id,name,type,country,rank,lang\n\
        1,Kept name,city,EG,0.5,en\n\
        a b,Name,city,EG,0.5,en\n\
        3,Name,city,Egypt,0.5,en\n\
        4,Name,city,EG,high,en\n\
        5,Name,city,EG,0.5,english language\n\
        6,Name\n\
        7,N\xffme,city,EG,0.5,en\n\
        ,,,,,\n\
        8,\"Name,city,EG,0.5,en\n\
        9,Kept too,city,EG,0.5,en";
    let (place, report) = imported("t.csv", table, &options(&[]));
    assert_eq!(place.entities(), ["1|city|Kept name|EG|0.5||", "9|city|Kept too|EG|0.5||"]);
    let lines: Vec<_> = report.malformed.iter().map(|(kind, faults)| (*kind, faults.first[0].line)).collect();
    let expected = [
        ("no ID", 3),
        ("no country code", 4),
        ("no language", 6),
        ("no rank", 5),
        ("not UTF-8", 8),
        ("quote not closed", 10),
        ("wrong number of cells", 7),
    ];
    assert_eq!(lines, expected);
    let place_of = |kind| report.malformed[kind].first[0].to_string();
    assert!(place_of("no country code").contains("t.csv:4:13: "), "{}", place_of("no country code"));
    assert!(place_of("not UTF-8").contains("t.csv:8:4: "), "{}", place_of("not UTF-8"));
    let strict = Options { strict: true, ..options(&[]) };
    let error = place.import(&["t.csv"], &strict).unwrap_err().to_string();
    assert!(error.contains("t.csv:3:1"), "{error}");
}

#[test]
fn a_default_yields_to_what_any_row_says() {
    let defaults = Defaults {
        entity_type: EntityType::new("city").ok(),
        country: CountryCode::new("EG").ok(),
        rank: Rank::new(0.75),
        ..Defaults::default()
    };
    let table = "id,name,type,country,rank\n1,Al-Nur,,,\n1,An-Nour,place,SD,0.25\n2,Sinai,,,\n";
    let (place, _) = imported("t.csv", table, &Options { defaults, ..options(&[]) });
    assert_eq!(place.entities(), ["1|place|Al-Nur|SD|0.25||", "2|city|Sinai|EG|0.75||"]);
}

#[test]
fn columns_that_nobody_asked_for_are_told() {
    let (place, report) = imported("T.CSV", "ID,Name,Remarks\nx:1,Nile,long\n", &options(&[]));
    assert_eq!(place.entities(), ["x:1|other|Nile||||"]);
    assert!(report.notes[0].ends_with("T.CSV: columns that were passed over: Remarks"), "{:?}", report.notes);
    let mapped = options(&[("id", "ID"), ("name", "Name")]);
    assert_eq!(imported("t.csv", "ID,Name,Remarks\nx:1,Nile,long\n", &mapped).1.notes, [""; 0]);
}

#[test]
fn a_column_that_is_not_there_is_an_error() {
    let place = Place::new(Source::Csv);
    place.write("t.csv", "id,title\n1,X\n");
    let error = place.import(&["t.csv"], &options(&[("name", "name")])).unwrap_err().to_string();
    assert!(error.contains("`name`") && error.contains("id, title"), "{error}");
    let error = place.import(&["t.csv"], &options(&[])).unwrap_err().to_string();
    assert!(error.contains("--map name="), "{error}");
    place.write("utf16.csv", b"\xff\xfei\0d\0,\0n\0a\0m\0e\0\n\0");
    let error = place.import(&["utf16.csv"], &options(&[])).unwrap_err().to_string();
    assert!(error.contains("utf16.csv:1: ") && error.contains("UTF-16"), "{error}");
    place.write("mac.csv", "id,name\r1,X\r2,Y\r");
    let error = place.import(&["mac.csv"], &options(&[])).unwrap_err().to_string();
    assert!(error.contains("mac.csv:1: ") && error.contains("carriage return"), "{error}");
    place.write("empty.csv", "");
    assert!(matches!(place.import(&["empty.csv"], &options(&[])), Err(ImportError::NothingTaken { .. })));
    place.write("cut.csv.gz", &gzip("id,name\n1,X\n".repeat(999).as_bytes())[..40]);
    assert!(matches!(place.import(&["cut.csv.gz"], &options(&[])), Err(ImportError::Damaged { .. })));
    assert!(!place.path("pack").exists());
}

#[test]
fn rows_of_one_entity_may_stand_anywhere() {
    let mut rows: Vec<String> = (0..500).map(|n| format!("x:{:02},name {n},en", n % 100)).collect();
    let imported = |rows: &[String]| {
        let table = format!("id,alias,lang\n{}\n", rows.join("\n"));
        imported("t.csv", table, &options(&[])).0
    };
    let bytes = |place: &Place| {
        files(&place.path("pack")).files.into_iter().map(|file| (file.name, file.bytes)).collect::<Vec<_>>()
    };
    let scattered = imported(&rows);
    rows.sort_by_key(|row| row.split(',').next().map(str::to_owned));
    let together = imported(&rows);
    assert_eq!(bytes(&scattered), bytes(&together));
    assert_eq!(scattered.names("x:07").len(), 5);
}
