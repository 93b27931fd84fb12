//! `eval`: tables of cases in, figures out.

use std::io::{Read, Write};

use crate::support::Place;

/// Two that are resolved, a homograph, a NIL, one listed, one wrong that is a merge, one missed.
const CASES: &str = "\
name\texpected\tphenomenon\tforbidden\tcountry
أوكرانيا\tQ212\tlabel\t\t
اوكرانيا\tiso3166:UA\thamza\t\t
Springfield\tx:1|x:2\thomograph\t\t
zzzqqqxxx\tNIL\tnil\t\t
Springfield\tx:1\thomograph\t\tGB
Kyiv\tQ212\ttrap\tQ1899\t
wwwqqqvvv\tQ212\ttypo\t\t
";

fn place() -> Place {
    let place = Place::new();
    place.write("cases.tsv", CASES);
    place
}

fn json(stdout: &str) -> serde_json::Value {
    serde_json::from_str(stdout).unwrap()
}

#[test]
fn figures_stand_in_a_table_by_phenomenon() {
    let run = place().run(&["eval", "cases.tsv"]).expect(0);
    let row = |name: &str| {
        let line = run.stdout.lines().find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("no {name} in {}", run.stdout)).split_whitespace().collect::<Vec<_>>()
    };
    assert!(run.stdout.starts_with("PHENOMENON  CASES  RESOLVED"), "{}", run.stdout);
    let homograph =
        ["homograph", "2", "1", "50.00", "1", "50.00", "0", "0.00", "0", "0.00", "0", "0.00", "100.00"];
    assert_eq!(row("homograph"), homograph);
    let all = ["all", "7", "4", "57.14", "1", "14.29", "1", "14.29", "1", "14.29", "1", "14.29", "71.43"];
    assert_eq!(row("all"), all);
    assert_eq!(row("0.9–1.0").len(), 4);
    assert!(run.stdout.contains("\nexpected calibration error 0."), "{}", run.stdout);
    assert_eq!(row("merged")[..4], ["merged", "trap", "Kyiv", "Q212"]);
    assert_eq!(row("missed")[..3], ["missed", "typo", "wwwqqqvvv"]);
    run.stderr_has(&["7 cases asked in ", " names/s"]);
}

#[test]
fn json_has_all_of_it() {
    let run =
        place().run(&["eval", "cases.tsv", "--format", "json", "--require", "hamza.resolved=100"]).expect(0);
    let report = json(&run.stdout);
    let total = &report["total"];
    for (field, count) in [
        ("case_count", 7),
        ("resolved", 4),
        ("listed", 1),
        ("found", 5),
        ("wrong", 1),
        ("merged", 1),
        ("missed", 1),
    ] {
        assert_eq!(total[field], count, "{field}");
    }
    assert_eq!(total["calibration"]["curve"].as_array().map(Vec::len), Some(10));
    for figure in ["ece", "brier", "base_rate", "base_rate_brier"] {
        assert!(total["calibration"][figure].is_f64(), "{figure}");
    }
    let phenomena = report["phenomena"].as_array().unwrap();
    let names: Vec<_> = phenomena.iter().map(|row| row["phenomenon"].as_str().unwrap()).collect();
    assert_eq!(names, ["label", "hamza", "homograph", "nil", "trap", "typo"]);
    assert_eq!(phenomena[1]["resolved_percent"], 100.0);
    assert_eq!(
        (&report["confusion_count"], report["confusions"].as_array().map(Vec::len)),
        (&3.into(), Some(3))
    );
    let merge = &report["confusions"][0];
    assert_eq!(
        (&merge["outcome"], &merge["merged"], &merge["line"]),
        (&"wrong".into(), &true.into(), &7.into())
    );
    assert_eq!(
        (&merge["answer"]["query"], &merge["answer"]["canonical_id"]),
        (&"Kyiv".into(), &"Q1899".into())
    );
    let requirement = &report["requirements"][0];
    assert_eq!((&requirement["figure"], &requirement["holds"]), (&100.0.into(), &true.into()));
    assert!(report["index_version"].is_string());
}

/// The cells of the ablation's row for `stage`.
fn ablation_row<'a>(stdout: &'a str, stage: &str) -> Vec<&'a str> {
    let table = stdout.split_once("\nWITHOUT").unwrap_or_else(|| panic!("no ablation in {stdout}")).1;
    let line = table.lines().find(|line| line.split_whitespace().next() == Some(stage));
    line.unwrap_or_else(|| panic!("no {stage} in {table}")).split_whitespace().collect()
}

#[test]
fn ablation_tells_in_a_table_what_each_stage_contributes() {
    let run = place().run(&["eval", "cases.tsv", "--ablate", "--confusions", "0"]).expect(0);
    assert!(run.stdout.starts_with("PHENOMENON"), "{}", run.stdout);
    let row = |stage| ablation_row(&run.stdout, stage);
    let nothing = row("nothing");
    assert_eq!(nothing[1..5], ["57.14", "14.29", "14.29", "14.29"]);
    assert_eq!(nothing[6..], ["50.00", "16.67", "16.67", "100.00", "0.00"]);
    let orthographic = row("orthographic");
    assert_eq!(orthographic.len(), nothing.len() + 2);
    assert_eq!(row("rank")[6..8], ["0.00", "0.00"]);
    let stages = run.stdout.split_once("\nnothing").unwrap().1.lines().count() - 1;
    assert_eq!(stages, yaqut::resolve::Stage::ALL.len());
}

#[test]
fn ablation_is_a_list_in_json() {
    let place = place();
    let run = |flags: &[&str]| {
        let base = ["eval", "cases.tsv", "--format", "json"];
        json(&place.run(&[&base, flags].concat()).expect(0).stdout)
    };
    let report = run(&["--ablate", "--phenomenon", "hamza", "--phenomenon", "nil"]);
    let rows = report["ablation"].as_array().unwrap();
    let stages: Vec<_> = rows.iter().skip(1).map(|row| row["without"].as_str().unwrap()).collect();
    assert_eq!(stages, yaqut::resolve::Stage::ALL.map(yaqut::resolve::Stage::as_str));
    let all = &rows[0];
    assert!(all["without"].is_null());
    assert_eq!(all["total"], report["total"]);
    assert_eq!((&all["entity"]["resolved"], &all["nil"]["resolved"]), (&1.into(), &1.into()));
    for row in rows {
        for change in ["resolved_percent", "listed_percent", "wrong_percent", "merged_percent", "ece"] {
            assert!(row["change"][change].is_f64(), "{row}");
        }
    }
    assert_eq!((&report["without"], run(&[]).get("ablation")), (&serde_json::json!([]), None));
}

#[test]
fn stages_are_left_out_by_name() {
    let place = place();
    place.write("near.tsv", "name\texpected\tphenomenon\nأوكرانبا\tQ212\ttypo\nاكرانيا\tQ212\tvowel\n");
    // The other script would find both by the entity's English name.
    let resolved = |flags: &[&str]| {
        let base = ["eval", "near.tsv", "--format", "json", "--without", "cross-script"];
        let report = json(&place.run(&[&base, flags].concat()).expect(0).stdout);
        (report["total"]["resolved"].as_u64().unwrap(), report["without"].to_string())
    };
    assert_eq!(resolved(&[]), (2, r#"["cross-script"]"#.into()));
    assert_eq!(resolved(&["--without", "fuzzy"]), (1, r#"["fuzzy","cross-script"]"#.into()));
    let both = ["--without", "transliteration", "--without", "fuzzy"];
    assert_eq!(resolved(&both), (0, r#"["transliteration","fuzzy","cross-script"]"#.into()));

    let run = place
        .run(&["eval", "near.tsv", "--without", "cross-script", "--without", "fuzzy", "--ablate"])
        .expect(0);
    assert!(run.stdout.starts_with("Without fuzzy, cross-script\n\nPHENOMENON"), "{}", run.stdout);
    assert_eq!(ablation_row(&run.stdout, "transliteration")[6], "-50.00");
    assert!(!run.stdout.contains("\nfuzzy "), "{}", run.stdout);
    let run = place.run(&["eval", "near.tsv", "--without", "fuzz"]).expect(2);
    run.stderr_has(&["possible values: orthographic", "fuzzy"]);
}

#[test]
fn a_requirement_that_fails_ends_with_1_and_its_figure() {
    let place = place();
    let require = |requirements: &[&str]| {
        let flags = requirements.iter().flat_map(|requirement| ["--require", requirement]);
        place.run(&["eval", "cases.tsv"].into_iter().chain(flags).collect::<Vec<_>>())
    };
    require(&["hamza,label.resolved>=100", "!trap,nil.wrong=0", "wrong<=15", "found>71", "brier<=1"])
        .expect(0)
        .stderr_has(&["hamza,label.resolved>=100 holds: 100.0000 (2 cases)", "brier<=1 holds: 0."]);
    let run = require(&["homograph.resolved>=95", "hamza.wrong=0"]).expect(1);
    assert!(run.stdout.contains("PHENOMENON"), "{}", run.stdout);
    run.stderr_has(&[
        "error: homograph.resolved>=95 fails: 50.0000 (2 cases)",
        "\nhamza.wrong=0 holds: 0.0000",
    ]);
}

#[test]
fn requirements_that_cannot_be_checked_end_with_2() {
    let place = place();
    for (arguments, why) in [
        (&["--require", "right>=5"][..], "known are resolved, listed"),
        (&["--require", "hamsa.resolved=100"], "known are hamza, homograph"),
        (&["--phenomenon", "nil", "--require", "hamza.resolved=100"], "no case is asked"),
        (&["--phenomenon", "hamsa"], "known are hamza, homograph"),
        (&["--confusions", "some"], "or all"),
    ] {
        place.run(&[&["eval", "cases.tsv"], arguments].concat()).expect(2).stderr_has(&[why]);
    }
}

#[test]
fn phenomena_and_confusions_can_be_chosen() {
    let place = place();
    let run = |arguments: &[&str]| {
        let base = ["eval", "cases.tsv", "--format", "json"];
        json(&place.run(&[&base, arguments].concat()).expect(0).stdout)
    };
    let report = run(&["--phenomenon", "trap", "--phenomenon", "typo"]);
    assert_eq!(
        (&report["total"]["case_count"], &report["phenomena"][1]["phenomenon"]),
        (&2.into(), &"typo".into())
    );
    for (limit, shown) in [("0", 0), ("2", 2), ("all", 3)] {
        let report = run(&["--confusions", limit]);
        assert_eq!(report["confusions"].as_array().map(Vec::len), Some(shown));
        assert_eq!(report["confusion_count"], 3);
    }
    let text = place.run(&["eval", "cases.tsv", "--confusions", "0"]).expect(0).stdout;
    assert!(!text.contains("Not resolved") && !text.contains("QUERY"), "{text}");
}

#[test]
fn tables_come_from_several_files_and_standard_input() {
    let place = place();
    place.write("more.csv", "phenomenon,expected,name\nlabel,Q1899,\"Kyiv\"\n");
    let stdin = "name,expected,phenomenon\nكييف,Q1899,label\n";
    let run =
        place.run_with_input(&["eval", "cases.tsv", "more.csv", "-", "--format", "json"], stdin).expect(0);
    let report = json(&run.stdout);
    assert_eq!((&report["total"]["case_count"], &report["total"]["resolved"]), (&9.into(), &6.into()));
}

#[test]
fn everything_wrong_with_the_tables_is_told_and_nothing_asked() {
    let place = place();
    place.write("bad.tsv", "name\texpected\tphenomenon\tmood\nKyiv\t\tlabel\tx\nKyiv\tQ1 2\tlabel\tx\n");
    place.write("worse.tsv", "name\tphenomenon\nKyiv\tlabel\n");
    let run = place.run(&["eval", "bad.tsv", "cases.tsv", "worse.tsv"]).expect(65);
    assert_eq!(run.stdout, "");
    run.stderr_has(&[
        "bad.tsv:1:26: warning[unknown-column]",
        "bad.tsv:2:6: error[missing-value]",
        "bad.tsv:3:6: error[invalid-id]",
        "worse.tsv:1:1: error[missing-column]: the header has no column `expected`",
        "error: the cases have 3 errors",
    ]);
    let run = place.run_with_input(&["eval", "-"], "name\texpected\tphenomenon\n").expect(65);
    run.stderr_has(&["standard input: error[no-cases]"]);
    place.run(&["eval", "no.tsv"]).expect(66).stderr_has(&["cannot read no.tsv"]);
}

#[test]
fn hints_are_given_with_the_question() {
    let place = place();
    let cases = "name\texpected\tphenomenon\ttypes\nKyiv\tQ1899\thint\tcity|place\nKyiv\tNIL\thint\tperson\n";
    place.write("hints.tsv", cases);
    place.run(&["eval", "hints.tsv", "--require", "resolved=100"]).expect(0);
}

#[test]
fn ids_that_no_pack_has_are_warned_of() {
    let place = place();
    place.write("unknown.tsv", "name\texpected\tphenomenon\nKyiv\tQ1899\tx\nLviv\tQ36036\tx\n");
    place
        .run(&["eval", "unknown.tsv"])
        .expect(0)
        .stderr_has(&["warning: 1 case with an expected ID that no pack has: first Q36036, unknown.tsv:3"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_opens_no_gate() {
    let place = Place::new();
    let rows: Vec<_> = (0..3_000).map(|n| format!("zzzqqq{n}\tQ212\tmissed\n")).collect();
    let mut child = place.start(&["eval", "-", "--confusions", "all", "--require", "resolved>=95"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(("name\texpected\tphenomenon\n".to_owned() + &rows.concat()).as_bytes()).unwrap();
    drop(stdin);
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), &start), (Some(1), b"PHENOMENON"));
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(
        stderr.contains("error: resolved>=95 fails: 0.0000") && !stderr.contains("cannot write"),
        "{stderr}"
    );
}
