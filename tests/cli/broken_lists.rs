//! `canonicalize` on lists that are not in order: what is wrong is said, and nothing is lost.

use crate::support::{Place, Run};

#[track_caller]
fn refused(name: &str, list: impl AsRef<[u8]>, arguments: &[&str], code: i32, said: &[&str]) -> Run {
    let place = Place::new();
    place.write(name, list);
    let base = ["canonicalize", name, "-o", "out.csv"];
    let run = place.run(&[&base[..], arguments].concat()).expect(code).stderr_has(said);
    assert_eq!(place.files(), [name], "a file was left behind");
    run
}

#[track_caller]
fn kept_going(name: &str, list: impl AsRef<[u8]>, arguments: &[&str]) -> Run {
    let place = Place::new();
    place.write(name, list);
    place.run(&[&["canonicalize", name, "--keep-going"], arguments].concat()).expect(0)
}

#[test]
fn empty_tables_have_no_header() {
    refused("list.csv", "", &["-c", "name"], 65, &["list.csv is empty"]);
    refused("list.csv", "\u{feff}", &["-c", "name"], 65, &["list.csv is empty"]);
    refused("list.csv", "\n\n", &["-c", "name"], 65, &["list.csv is empty"]);
}

#[test]
fn empty_lists_give_empty_lists() {
    let place = Place::new();
    for (name, input, expected) in [
        ("list.csv", "name\n", "name,canonical_id,canonical_name,status,tier,score,matched_alias\n"),
        ("list.jsonl", "", ""),
        ("list.txt", "", "name\tcanonical_id\tcanonical_name\tstatus\ttier\tscore\tmatched_alias\n"),
    ] {
        place.write(name, input);
        let column: &[&str] = if name == "list.txt" { &[] } else { &["-c", "name"] };
        let run = place.run(&[&["canonicalize", name], column].concat()).expect(0);
        assert_eq!(run.stdout, expected, "{name}");
    }
}

#[test]
fn all_ragged_rows_are_told() {
    let list = "id,name\n1,Kyiv\n2\n3,Kyiv,more\n4,Kyiv\n";
    let said = [
        "list.csv:3: error: the row has 1 cells where the header has 2",
        "list.csv:4: error: the row has 3 cells where the header has 2",
        "2 rows of list.csv cannot be read",
        "--keep-going",
    ];
    refused("list.csv", list, &["-c", "name"], 65, &said);

    let run =
        kept_going("list.csv", list, &["-c", "name"]).stderr_has(&["list.csv:3: warning:", "2 rows could"]);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[2], "2,,,,INVALID,,,");
    assert_eq!(lines[3], "3,\"Kyiv,more\",,,INVALID,,,");
    assert!(lines[4].starts_with("4,Kyiv,Q1899,"), "{}", lines[4]);
}

#[test]
fn an_open_quote_is_told() {
    let list = "id,name\n1,Kyiv\n2,\"Kyiv\n3,Kyiv\n";
    refused("list.csv", list, &["-c", "name"], 65, &["list.csv:3: error: a quote that opens in this row"]);
    let run = kept_going("list.csv", list, &["-c", "name"]);
    assert!(run.stdout.ends_with("2,\"Kyiv\n3,Kyiv\n\",,,INVALID,,,\n"), "{}", run.stdout);
}

#[test]
fn names_that_are_not_utf_8_are_told() {
    let list = b"id,name\n1,Kyiv\n2,\xe3\xe3\n";
    refused(
        "list.csv",
        list,
        &["-c", "name"],
        65,
        &["list.csv:3: error: the name is not valid UTF-8", "iconv"],
    );

    let place = Place::new();
    place.write("list.csv", list);
    let output = place
        .command(&[
            "canonicalize",
            "list.csv",
            "-c",
            "name",
            "--keep-going",
            "--no-default-packs",
            "--pack",
            "pack",
        ])
        .output()
        .unwrap();
    assert!(output.stdout.ends_with(b"2,\xe3\xe3,,,INVALID,,,\n"), "the bytes stay as they were");
}

#[test]
fn utf_16_is_told() {
    refused("list.csv", b"\xff\xfen\0", &[], 65, &["list.csv is UTF-16", "iconv"]);
}

#[test]
fn lines_that_are_no_objects_are_told() {
    let list = "{\"name\":\"Kyiv\"}\nnonsense\n{\"nme\":\"Kyiv\"}\n{\"name\":5}\n";
    let said = [
        "list.jsonl:2: error: not a JSON object",
        "list.jsonl:3: error: the object has no field `name`; it has `nme`",
        "list.jsonl:4: error: the field `name` holds a number",
    ];
    refused("list.jsonl", list, &["-c", "name", "--format", "jsonl"], 65, &said);

    let run = kept_going("list.jsonl", list, &["-c", "name"]);
    let rows: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[1]["unparsed"], "nonsense");
    assert_eq!((&rows[2]["nme"], &rows[2]["status"]), (&"Kyiv".into(), &"INVALID".into()));
    assert_eq!(rows[3]["name"], 5);
}

#[test]
fn missing_and_doubled_columns_are_told() {
    refused("list.csv", "id,name\n", &["-c", "nme"], 65, &["no column `nme`", "there are `id`, `name`"]);
    refused("list.csv", "name,name\n", &["-c", "name"], 65, &["two columns `name`: 1 and 2", "--column 1"]);
    refused("list.csv", "id,name\n", &[], 2, &["which one holds the names?", "`id`, `name`"]);
    refused("list.csv", "a,a\n", &["-c", "1", "--format", "jsonl"], 65, &["two columns are called `a`"]);
    refused("list.jsonl", "", &[], 2, &["which field holds the names?"]);
    refused("list.jsonl", "{\"name\":\"x\"}", &["-c", "name"], 2, &["can only be written as jsonl"]);
}

#[test]
fn long_and_blank_names_are_answers() {
    let place = Place::new();
    let long = "كييف".repeat(2_500);
    place.write("list.txt", format!("{long}\n \u{200b}\nKyiv\n"));
    let run = place.run(&["canonicalize", "list.txt"]).expect(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].starts_with(&long), "the name is kept whole");
    assert!(!lines[1].contains("RESOLVED") && !lines[2].contains("RESOLVED"));
    assert!(lines[3].contains("\tRESOLVED\t"));
}

#[test]
fn damaged_gzip_is_told_and_leaves_nothing() {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all("name\nKyiv\n".repeat(500).as_bytes()).unwrap();
    let mut bytes = encoder.finish().unwrap();
    bytes.truncate(bytes.len() - 10);
    refused("list.csv.gz", bytes, &[], 65, &["cannot read list.csv.gz to its end"]);
}
