//! `adopt`, `diff`, `export`, and the credits of `info`: the loop of a curator.

use serde_json::Value;

use crate::support::{Place, Run};

const LIST: &str = "\
name
Springfield
أوكرانبا
Kyiv
تقرير سنوي
zzqqxx
";

/// Springfield, which two cities bear; a slip; and two that no pack lists.
fn place_with_review() -> Place {
    let place = Place::new();
    place.write("list.csv", LIST);
    place
        .run(&[
            "canonicalize",
            "list.csv",
            "-o",
            "ids.csv",
            "--review",
            "review.csv",
            "--review-below",
            "0.999",
        ])
        .expect(0);
    place
}

/// Fills in the first row of `name`, whatever columns the review has.
fn decide(place: &Place, name: &str, decision: &str) {
    let mut is_done = false;
    let mut text = String::new();
    for line in place.read("review.csv").lines() {
        text += line;
        if !is_done && line.split(',').nth(1) == Some(name) {
            is_done = true;
            text += decision;
        }
        text += "\n";
    }
    assert!(is_done, "{name} is not in the review: {text}");
    place.write("review.csv", text);
}

fn ids(place: &Place) -> Vec<(String, String)> {
    let arguments = ["canonicalize", "list.csv", "--format", "jsonl", "--pack", "pack", "--pack", "ours"];
    let run = place.run_bare(&[&arguments[..], &["--no-default-packs"]].concat()).expect(0);
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| (text(&row, "status"), text(&row, "canonical_id"))).collect()
}

#[test]
fn a_review_is_adopted_and_then_the_list_resolves() {
    let place = place_with_review();
    decide(&place, "Springfield", "x:2");
    decide(&place, "أوكرانبا", "yes");
    decide(&place, "تقرير سنوي", "Not a name");
    let adopt = ["adopt", "review.csv", "-o", "ours", "--license", "CC0-1.0", "--source", "review 7"];

    let shown = place.run(&[&adopt[..], &["--dry-run"]].concat()).expect(0);
    assert!(shown.stdout.contains("+ Q212\tأوكرانبا\tar\tmisspelling\treview 7\n"), "{}", shown.stdout);
    assert!(shown.stdout.contains("+ block\tx:1\tSpringfield\n"), "{}", shown.stdout);
    assert!(!place.exists("ours"));

    place
        .run(&adopt)
        .expect(0)
        .stderr_has(&["3 names decided: 1 alias row and 2 override rows added to ours"]);
    let pair = |status: &str, id: &str| (status.to_owned(), id.to_owned());
    assert_eq!(
        ids(&place),
        [
            pair("RESOLVED", "x:2"),
            pair("RESOLVED", "Q212"),
            pair("RESOLVED", "Q1899"),
            pair("NOT_FOUND", ""),
            pair("NOT_FOUND", "")
        ]
    );
    let lint = place.run_bare(&["lint", "ours", "--pack", "pack", "--no-default-packs"]).expect(0);
    assert_eq!(lint.stdout, "");

    let before = (place.read("ours/aliases.tsv"), place.read("ours/overrides.tsv"));
    place.run(&adopt).expect(0).stderr_has(&["3 names answered so already"]);
    assert_eq!((place.read("ours/aliases.tsv"), place.read("ours/overrides.tsv")), before);
}

#[test]
fn a_pack_that_is_there_keeps_its_bytes() {
    let place = place_with_review();
    decide(&place, "أوكرانبا", "Q212");
    place.write("ours/datapackage.json", "{\"name\": \"ours\"}");
    let table = "note\tid\talias\r\nkeep \"me\"\tQ1899\tKiew\r\n";
    place.write("ours/aliases.tsv", table);
    place.run(&["adopt", "review.csv", "-o", "ours"]).expect(0);
    let text = place.read("ours/aliases.tsv");
    let expected = "note\tid\talias\tlang\tkind\r\nkeep \"me\"\tQ1899\tKiew\t\t\r\n\tQ212\tأوكرانبا\tar\tmisspelling\r\n";
    assert_eq!(text, expected);
    assert_eq!(place.read("ours/datapackage.json"), "{\"name\": \"ours\"}");
}

#[test]
fn a_spreadsheet_may_have_saved_the_review() {
    let place = place_with_review();
    decide(&place, "أوكرانبا", " Q212 ");
    let saved: String =
        place.read("review.csv").lines().map(|line| line.replace(',', ";") + "\r\n").collect();
    place.write("review.csv", format!("\u{feff}{saved}"));
    place.run(&["adopt", "review.csv", "-o", "ours"]).expect(0);
    assert!(place.read("ours/aliases.tsv").contains("Q212\tأوكرانبا\tar\tmisspelling"));
    place.write("review.xlsx", "PK");
    place.run(&["adopt", "review.xlsx", "-o", "ours"]).expect(2).stderr_has(&["CSV UTF-8"]);
}

#[test]
fn wrong_decisions_change_nothing_and_are_all_told() {
    let place = place_with_review();
    decide(&place, "Springfield", "x:3");
    decide(&place, "أوكرانبا", "the country");
    let run = place.run(&["adopt", "review.csv", "-o", "ours"]).expect(65);
    run.stderr_has(&["review.csv:", "unknown-decision"]);
    let place = place_with_review();
    decide(&place, "Springfield", "x:3");
    decide(&place, "أوكرانبا", "q212");
    place.run(&["adopt", "review.csv", "-o", "ours"]).expect(65).stderr_has(&[
        "error[unknown-entity]: no pack knows `x:3`",
        "did you mean `x:1`",
        "did you mean `Q212` (Ukraine)?",
    ]);
    assert!(!place.exists("ours"));
}

#[test]
fn what_does_not_come_about_is_told() {
    let place = place_with_review();
    decide(&place, "Springfield", "x:2");
    let run = place.run(&["adopt", "review.csv", "-o", "ours", "--keep-rivals"]).expect(1);
    run.stderr_has(&["warning: Springfield: x:2: it cannot be told apart"]);
}

fn write_overlay(place: &Place, name: &str, overrides: &str) {
    place
        .write(&format!("{name}/datapackage.json"), r#"{"name": "ours", "licenses": [{"name": "CC0-1.0"}]}"#);
    place.write(&format!("{name}/overrides.tsv"), format!("action\tid\talias\ttarget\n{overrides}"));
}

fn jsonl(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn diff_tells_what_is_answered_differently_and_why() {
    let place = Place::new();
    write_overlay(&place, "v1", "");
    write_overlay(&place, "v2", "block\tx:1\tSpringfield\t\nremove\tQ1899\t\t\n");
    let run = place.run(&["diff", "v1", "v2", "--format", "jsonl"]).expect(0);
    let changes = jsonl(&run);
    let change = |name: &str| changes.iter().find(|change| change["name"] == name).unwrap();
    let springfield = change("Springfield");
    assert_eq!(springfield["old"]["status"], "AMBIGUOUS");
    assert_eq!(
        (&springfield["new"]["status"], &springfield["new"]["id"]),
        (&"RESOLVED".into(), &"x:2".into())
    );
    let why = springfield["why"].as_str().unwrap();
    assert!(why.contains("kept out by the block row of ours, overrides.tsv:2"), "{why}");
    let why = change("كييف")["why"].as_str().unwrap();
    assert_eq!(why, "Q1899 is removed by ours, overrides.tsv:3");
    run.stderr_has(&["answered differently", "entities: 0 added, 1 removed, 0 renamed", "- Q1899 Kyiv"]);

    place.run(&["diff", "v1", "v2", "--exit-code"]).expect(1);
    place.run(&["diff", "v1", "v1", "--exit-code"]).expect(0).stderr_has(&["0 names compared"]);
    let table = place.run(&["diff", "", "v2"]).expect(0);
    assert!(table.stdout.starts_with("CHANGED") && table.stdout.contains("RESOLVED x:2"), "{}", table.stdout);
    place.run_bare(&["diff", "", "", "--no-default-packs"]).expect(2);
    place.run(&["diff", "v1", "no"]).expect(66);
}

#[test]
fn diff_compares_a_list_and_a_sample() {
    let place = Place::new();
    write_overlay(&place, "v2", "not_a_name\t\tوكييف\t\n");
    place.write("queries.txt", "Kyiv\nوكييف\nUkraine\n");
    let base = ["diff", "", "v2", "--names", "queries.txt", "--names-only", "--format", "tsv"];
    let run = place.run(&base).expect(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.stdout);
    assert!(
        lines[0].starts_with("name\tchanged\told_status")
            && lines[1].starts_with("وكييف\tstatus,entity\tRESOLVED\tQ1899")
    );
    run.stderr_has(&["3 names compared"]);
    place.run(&[&base[..], &["--sample", "2"]].concat()).expect(0).stderr_has(&["2 names compared"]);
    place.write("queries.csv", "id,query\n1,وكييف\n");
    let run =
        place.run(&["diff", "", "v2", "--names", "queries.csv", "-c", "query", "--names-only"]).expect(0);
    run.stderr_has(&["1 name compared", "1 answered differently"]);
}

#[test]
fn segments_are_compared_too() {
    let place = Place::new();
    place.run_bare(&["build", "pack", "-o", "a.yaqut"]).expect(0);
    write_overlay(&place, "ours", "remove\tQ1899\t\t\n");
    place.run_bare(&["build", "ours", "-o", "ours.yaqut"]).expect(0);
    let run = place
        .run_bare(&["diff", "a.yaqut", "a.yaqut:ours.yaqut", "--no-default-packs", "--format", "jsonl"])
        .expect(0);
    let names: Vec<_> =
        jsonl(&run).iter().map(|change| change["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["Kyiv", "كييف"]);
}

#[test]
fn an_exported_stack_answers_like_it() {
    let place = Place::new();
    write_overlay(&place, "ours", "block\tx:1\tSpringfield\t\nredirect\tQ1899\t\tQ212\n");
    let stack = ["--no-default-packs", "--pack", "pack", "--pack", "ours"];
    let export = ["export", "-o", "merged", "--pack-version", "3"];
    place.run_bare(&[&export[..], &stack].concat()).expect(0).stderr_has(&["merged: 3 entity rows"]);
    let answers = |packs: &[&str]| {
        let run = place.run_bare(
            &[
                &["resolve", "Springfield", "كييف", "Ukrain", "--format", "jsonl", "--no-default-packs"][..],
                packs,
            ]
            .concat(),
        );
        let answers = jsonl(&run.expect(0));
        answers
            .iter()
            .map(|answer| (answer["status"].clone(), answer["canonical_id"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(answers(&["--pack", "merged"]), answers(&["--pack", "pack", "--pack", "ours"]));
    let lint = place.run_bare(&["lint", "merged", "--no-default-packs"]).expect(0);
    assert_eq!(lint.stdout, "");
    let manifest: Value = serde_json::from_str(&place.read("merged/datapackage.json")).unwrap();
    assert_eq!((&manifest["name"], &manifest["version"]), (&"merged".into(), &"3".into()));
    assert_eq!(manifest["licenses"].as_array().unwrap().len(), 2);
    place.run(&["export", "-o", "merged"]).expect(74).stderr_has(&["merged exists"]);
    assert_eq!(place.files(), ["merged", "ours"]);
}

#[test]
fn a_segment_comes_back_as_the_pack_it_was_built_from() {
    let place = Place::new();
    place.run_bare(&["build", "pack", "-o", "a.yaqut"]).expect(0);
    place
        .run_bare(&["export", "a.yaqut", "-o", "again"])
        .expect(0)
        .stderr_has(&["4 entity rows", "6 alias rows"]);
    assert!(!place.exists("again/overrides.tsv"));
    let rows = |name: &str| {
        let text = place.read(name);
        let mut rows: Vec<String> =
            text.lines().map(|line| line.split('\t').take(4).collect::<Vec<_>>().join("\t")).collect();
        rows.sort();
        rows
    };
    assert_eq!(rows("again/aliases.tsv"), rows("pack/aliases.tsv"));
    assert_eq!(rows("again/entities.tsv"), rows("pack/entities.tsv"));
    place.run_bare(&["build", "again", "-o", "b.yaqut"]).expect(0);
    place.run_bare(&["diff", "a.yaqut", "b.yaqut", "--no-default-packs", "--exit-code"]).expect(0);
    place.run_bare(&["export", "pack", "-o", "x"]).expect(2).stderr_has(&["pack folder already"]);
}

#[test]
fn bundled_packs_and_entities_are_exported() {
    let place = Place::new();
    place.run_bare(&["export", "newsmakers", "-o", "news"]).expect(0);
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/data/newsmakers/entities.tsv");
    assert_eq!(place.read("news/entities.tsv"), std::fs::read_to_string(table).unwrap());
    let run = place.run(&["export", "--format", "jsonl", "-o", "-"]).expect(0);
    let entities = jsonl(&run);
    assert_eq!(entities.len(), 4);
    assert_eq!((&entities[0]["id"], &entities[0]["aliases"][0]["pack"]), (&"Q1899".into(), &"pack".into()));
}

#[test]
fn credits_are_ready_to_be_pasted() {
    let run = Place::new().run(&["info", "--attribution"]).expect(0);
    for part in [
        "- Some places, version 7. Licence: [CC0-1.0](https://example.org/cc0)",
        "  - Made up",
        "wordfreq",
        "CC-BY-SA-4.0",
    ] {
        assert!(run.stdout.contains(part), "no {part} in {}", run.stdout);
    }
    let run = Place::new().run(&["info", "--format", "json"]).expect(0);
    let info: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(info["credits"][0]["license"], "CC-BY-SA-4.0");
}
