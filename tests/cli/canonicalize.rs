//! `canonicalize` on lists that are in order.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::support::{Place, check_golden};

const LIST: &str = "\
id,place,note
1,أوكرانيا,plain
2,Springfield,\"two, of that name\"
3,zzzqqqxxx,\"a
note\"
4,,blank
5,\"Kyiv\",\"quoted \"\"so\"\"\"
6,Kyiv,again
";

fn place_with_list() -> Place {
    let place = Place::new();
    place.write("list.csv", LIST);
    place
}

fn output_of(arguments: &[&str]) -> String {
    place_with_list().run(arguments).expect(0).stdout
}

#[test]
fn csv_keeps_every_byte_of_its_rows() {
    let stdout = output_of(&["canonicalize", "list.csv", "--column", "place"]);
    check_golden("list.csv", &stdout);
    assert!(stdout.contains("\n3,zzzqqqxxx,\"a\nnote\",,,NOT_FOUND,,,\n"), "{stdout}");
}

#[test]
fn columns_have_names_and_numbers() {
    let by_name = output_of(&["canonicalize", "list.csv", "--column", "place"]);
    assert_eq!(output_of(&["canonicalize", "list.csv", "--column", "2"]), by_name);
}

#[test]
fn csv_becomes_tsv_and_jsonl() {
    let base = ["canonicalize", "list.csv", "-c", "place", "--format"];
    check_golden("list.tsv", &output_of(&[&base[..], &["tsv"]].concat()));
    let jsonl = output_of(&[&base[..], &["jsonl"]].concat());
    check_golden("list.jsonl", &jsonl);
    assert!(jsonl.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

#[test]
fn tsv_knows_no_quotes() {
    let place = Place::new();
    place.write("list.tsv", "name\tx\nKyiv\t\"\nUkraine\t\"y\n");
    let run = place.run(&["canonicalize", "list.tsv", "-c", "name"]).expect(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].starts_with("Kyiv\t\"\tQ1899\t") && lines[2].starts_with("Ukraine\t\"y\tQ212\t"));
}

#[test]
fn jsonl_keeps_its_fields_as_they_are() {
    let place = Place::new();
    place.write(
        "list.jsonl",
        "{\"z\":1.0,\"n\":12345678901234567890123,\"name\":\"Kyiv\"}\n\n{ \"name\" : null }\n",
    );
    let run = place.run(&["canonicalize", "list.jsonl", "--column", "name"]).expect(0);
    check_golden("objects.jsonl", &run.stdout);
}

#[test]
fn plain_lines_become_a_table_or_whole_answers() {
    let place = Place::new();
    let lines = "Kyiv\n\nUkraine";
    let run = place.run_with_input(&["canonicalize", "-"], lines).expect(0);
    check_golden("lines.tsv", &run.stdout);

    let run = place.run_with_input(&["canonicalize", "-", "--format", "jsonl"], lines).expect(0);
    let answers: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["query"], "Kyiv");
    assert_eq!(answers[0]["candidates"][0]["id"], "Q1899");
    assert_eq!(answers[1]["status"], "INVALID");
}

#[test]
fn byte_order_mark_and_line_ends_stay() {
    let place = Place::new();
    place.write("list.csv", "\u{feff}name,x\r\nKyiv,1\r\nUkraine,2");
    let run = place.run(&["canonicalize", "list.csv", "--column", "name"]).expect(0);
    assert!(run.stdout.starts_with("\u{feff}name,x,canonical_id,"), "{}", run.stdout);
    assert_eq!(run.stdout.matches("\r\n").count(), 3);
    assert_eq!(run.stdout.matches('\n').count(), 3);
    assert!(run.stdout.contains("\r\nKyiv,1,Q1899,"), "{}", run.stdout);
}

#[test]
fn a_single_column_needs_no_name_and_keeps_blank_lines() {
    let place = Place::new();
    place.write("list.csv", "place\nKyiv\n\nUkraine\n");
    let run = place.run(&["canonicalize", "list.csv"]).expect(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[2], ",,,INVALID,,,");
}

#[test]
fn tables_without_header_and_with_other_delimiters() {
    let place = Place::new();
    place.write("list.csv", "1;Kyiv\n2;\"Ukraine\"\n");
    let arguments = ["canonicalize", "list.csv", "--no-header", "--delimiter", ";", "-c", "2"];
    let run = place.run(&arguments).expect(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("1;Kyiv;Q1899;Kyiv;RESOLVED;"), "{}", lines[0]);
    assert!(lines[1].starts_with("2;\"Ukraine\";Q212;"), "{}", lines[1]);
}

#[test]
fn gzip_goes_in_and_comes_out() {
    let place = Place::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"name\nKyiv\n").unwrap();
    place.write("list.csv.gz", encoder.finish().unwrap());
    place.run(&["canonicalize", "list.csv.gz", "-o", "out.csv.gz"]).expect(0);
    let mut text = String::new();
    let file = std::fs::File::open(place.path("out.csv.gz")).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    assert!(text.starts_with("name,canonical_id,") && text.contains("\nKyiv,Q1899,"), "{text}");
}

#[test]
fn the_name_of_the_output_tells_its_format() {
    let place = place_with_list();
    place.run(&["canonicalize", "list.csv", "-c", "place", "-o", "out.jsonl"]).expect(0);
    assert!(place.read("out.jsonl").starts_with("{\"id\":\"1\",\"place\":\"أوكرانيا\""));
}

#[test]
fn order_and_rows_stay_in_a_long_list() {
    let place = Place::new();
    let names = ["Kyiv", "Ukraine", "zzzqqqxxx", "Springfield", ""];
    let rows = (0..20_000).map(|i| format!("{i},{}", names[i % names.len()]));
    let list: Vec<_> = std::iter::once("n,name".to_owned()).chain(rows).collect();
    place.write("list.csv", list.join("\n"));
    let run = place.run(&["canonicalize", "list.csv", "-c", "name"]).expect(0);
    for (i, line) in run.stdout.lines().skip(1).enumerate() {
        assert!(line.starts_with(&format!("{i},{},", names[i % names.len()])), "line {i}: {line}");
    }
    assert_eq!(run.stdout.lines().count(), 20_001);
    run.stderr_has(&["20,000 rows (5 distinct names)", "RESOLVED", "8,000", "40.0 %"]);
}

#[test]
fn the_review_holds_each_doubtful_name_once() {
    let place = place_with_list();
    let doubled = format!("{LIST}7,Springfield,again\n");
    place.write("list.csv", doubled);
    let arguments = ["canonicalize", "list.csv", "-c", "place", "-o", "out.csv", "--review", "review.csv"];
    place.run(&arguments).expect(0).stderr_has(&["3 names to review in review.csv"]);

    let review = place.read("review.csv");
    let mut reader = csv::Reader::from_reader(review.as_bytes());
    let header: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header[..4], ["line", "name", "status", "reason"]);
    assert_eq!(header.last().map(String::as_str), Some("decision"));
    let column = |row: &csv::StringRecord, name: &str| {
        row[header.iter().position(|column| column == name).unwrap()].to_owned()
    };
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let places: Vec<_> = rows
        .iter()
        .map(|row| (column(row, "line"), column(row, "status"), column(row, "candidate_id")))
        .collect();
    let expected =
        [("3", "AMBIGUOUS", "x:1"), ("3", "AMBIGUOUS", "x:2"), ("4", "NOT_FOUND", ""), ("6", "INVALID", "")];
    assert_eq!(places.len(), expected.len(), "{places:?}");
    for ((line, status, id), expected) in places.iter().zip(expected) {
        assert_eq!((line.as_str(), status.as_str(), id.as_str()), expected);
    }
    assert!(rows.iter().all(|row| column(row, "decision").is_empty()));
    assert_eq!(column(&rows[0], "matched_alias"), "Springfield");
}

#[test]
fn a_high_bar_makes_every_name_doubtful() {
    let place = Place::new();
    place.write("list.txt", "Ukrane\n");
    let arguments =
        ["canonicalize", "list.txt", "-o", "out.tsv", "--review", "review.tsv", "--review-below", "1"];
    place.run(&arguments).expect(0);
    assert!(place.read("review.tsv").contains("1\tUkrane\tRESOLVED\t\t1\tQ212\tUkraine\t"));
}

#[test]
fn too_many_unresolved_rows_end_with_1_but_are_written() {
    let place = place_with_list();
    let base = ["canonicalize", "list.csv", "-c", "place", "--max-unresolved"];
    assert_eq!(place.run(&[&base[..], &["0.1"]].concat()).expect(1).stdout.lines().count(), 8);
    place.run(&[&base[..], &["0.9"]].concat()).expect(0);
}

#[test]
fn existing_columns_need_a_prefix() {
    let place = Place::new();
    place.write("list.csv", "name,status\nKyiv,old\n");
    let base = ["canonicalize", "list.csv", "-c", "name"];
    place.run(&base).expect(65).stderr_has(&["list.csv: there is a column `status` already", "--prefix"]);
    let run = place.run(&[&base[..], &["--prefix", "yaqut_"]].concat()).expect(0);
    assert!(run.stdout.starts_with("name,status,yaqut_canonical_id,"), "{}", run.stdout);
}

#[test]
fn hint_columns_are_read_and_unusable_hints_counted() {
    let place = Place::new();
    place.write("list.csv", "name,cc,kind\nKyiv,UA,city\nKyiv,Ukraine,City|country\n");
    let arguments =
        ["canonicalize", "list.csv", "-c", "name", "--country-column", "cc", "--type-column", "kind"];
    let run = place.run(&arguments).expect(0);
    assert_eq!(run.stdout.lines().filter(|line| line.contains(",Q1899,")).count(), 2, "{}", run.stdout);
    run.stderr_has(&["1 row had a hint that was not usable"]);
}

#[test]
fn quiet_says_nothing() {
    let place = place_with_list();
    assert_eq!(place.run(&["canonicalize", "list.csv", "-c", "place", "-q"]).expect(0).stderr, "");
}
