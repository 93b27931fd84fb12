//! `lint`: findings as text, JSON and SARIF, levels, explanations, and fixes.

use serde_json::Value;

use crate::support::Place;

const ENTITIES: &str = "id\ttype\tname\nQ1\tcity\tX\n";
const BROKEN: &str = "id\talias\tlang\tkind\tsource\tnote\nQ1\tx\ten\tprefered\t\t\n";
/// Rows that are out of order, twice there, untidy, and have a column that is nobody's business.
const UNTIDY: &str = "id\talias\tlang\tours\nQ2\tb  c\ten\t 1\nQ1\ta\u{301}b \ten\t\nQ2\tb  c\ten\t 1\n";

fn place(pack: &str, aliases: &str) -> Place {
    let place = Place::new();
    place.write_pack(pack, "id\ttype\tname\nQ1\tcity\tX\nQ2\tcity\tY\n", aliases);
    place
}

#[test]
fn good_packs_pass() {
    let run = Place::new().run_bare(&["lint", "pack", "--no-default-packs"]).expect(0);
    // Two towns have one name.
    assert!(run.stdout.starts_with("pack/aliases.tsv:7:5: warning[ambiguous-alias]"), "{}", run.stdout);
    run.stderr_has(&["1 pack checked: 0 errors, 1 warning"]);
    let silent = ["lint", "pack", "--no-default-packs", "--allow", "ambiguous-alias", "--deny", "warnings"];
    let run = Place::new().run_bare(&silent).expect(0);
    assert_eq!(run.stdout, "");
    run.stderr_has(&["1 pack checked: 0 errors, 0 warnings"]);
}

#[test]
fn findings_tell_file_line_and_column() {
    let place = Place::new();
    place.write_pack("broken", ENTITIES, BROKEN);
    let run = place.run_bare(&["lint", "broken", "--no-default-packs"]).expect(65);
    assert!(run.stdout.starts_with("broken/aliases.tsv:2:"), "{}", run.stdout);
    assert!(run.stdout.contains("error[unknown-kind]"), "{}", run.stdout);

    let run = place.run_bare(&["lint", "broken", "--no-default-packs", "--format", "json"]).expect(65);
    let findings: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&findings[0]["line"], &findings[0]["severity"]), (&2.into(), &"error".into()));
}

#[test]
fn an_overlay_is_linted_on_the_stack_it_lies_on() {
    let place = Place::new();
    place.write("overlay/datapackage.json", r#"{"name": "overlay", "version": "1", "licenses": [{"name": "CC0-1.0"}], "sources": [{"title": "me"}]}"#);
    place.write("overlay/aliases.tsv", "id\talias\tlang\tkind\nQ1899\tKijew\tde\talternate\n");
    let alone = place.run_bare(&["lint", "overlay", "--no-default-packs"]).expect(65);
    assert!(alone.stdout.contains("unknown-entity"), "{}", alone.stdout);
    place.run_bare(&["lint", "overlay", "--no-default-packs", "--pack", "pack"]).expect(0);
    place.run_bare(&["lint", "pack", "overlay", "--no-default-packs"]).expect(0);
}

#[test]
fn nothing_to_lint_ends_with_66_and_unknown_rules_with_2() {
    Place::new().run_bare(&["lint", "no", "--no-default-packs"]).expect(66).stderr_has(&["no"]);
    Place::new().run_bare(&["lint"]).expect(2);
    for (flag, code, said) in [
        ("--allow", "far-allias", "did you mean `far-alias`?"),
        ("--allow", "empty-alias", "cannot be silenced"),
        ("--deny", "all", "docs/LINT.md"),
    ] {
        Place::new().run_bare(&["lint", "pack", flag, code]).expect(2).stderr_has(&[code, said]);
    }
}

#[test]
fn warnings_are_errors_to_who_denies_them() {
    for deny in ["warnings", "white-space"] {
        let place = place("untidy", "id\talias\tlang\nQ1\ta  b\ten\n");
        place.run_bare(&["lint", "untidy", "--no-default-packs"]).expect(0);
        let run = place.run_bare(&["lint", "untidy", "--no-default-packs", "--deny", deny]).expect(65);
        assert!(run.stdout.contains("error[white-space]"), "{}", run.stdout);
    }
}

#[test]
fn rules_are_explained() {
    let run = Place::new().run_bare(&["lint", "--explain", "not-nfc"]).expect(0);
    for part in [
        "not-nfc: ",
        "error; a warning when the pack is loaded; --fix mends it",
        "\nBad:\n  Q212\t",
        "\nGood:\n",
    ] {
        assert!(run.stdout.contains(part), "no {part:?} in {}", run.stdout);
    }
    Place::new()
        .run_bare(&["lint", "--explain", "not-nfd"])
        .expect(2)
        .stderr_has(&["did you mean `not-nfc`?"]);
}

#[test]
fn fixes_are_told_and_made_once() {
    let place = place("untidy", UNTIDY);
    let lint = |flags: &[&str]| place.run_bare(&[&["lint", "untidy", "--no-default-packs"], flags].concat());
    let found = lint(&[]).expect(65);
    for code in ["white-space", "not-nfc", "duplicate-alias"] {
        assert!(found.stdout.contains(&format!("[{code}]")), "{}", found.stdout);
    }
    found.stderr_has(&["some of it --fix mends"]);

    lint(&["--fix", "--dry-run"]).expect(65).stderr_has(&["untidy/aliases.tsv: 6 changes not made"]);
    assert_eq!(place.read("untidy/aliases.tsv"), UNTIDY);
    let run = lint(&["--fix"]).expect(0);
    assert_eq!(run.stdout.lines().filter(|line| line.contains(": warning[")).count(), 1, "{}", run.stdout);
    run.stderr_has(&[
        "untidy/aliases.tsv:2: fixed[white-space]: `b  c` is `b c` now",
        "untidy/aliases.tsv:3: fixed[not-nfc]",
        "untidy/aliases.tsv:4: fixed[duplicate-alias]",
        "untidy/aliases.tsv:3: fixed[row-order]",
        "0 errors, 1 warning",
    ]);
    assert_eq!(
        place.read("untidy/aliases.tsv"),
        "id\talias\tlang\tours\nQ1\t\u{e1}b\ten\t\nQ2\tb c\ten\t 1\n"
    );
    let again = lint(&["--fix"]).expect(0);
    assert!(!again.stderr.contains("fixed"), "{}", again.stderr);
    assert_eq!(place.files(), ["untidy"]);
}

/// Checks what the standard demands of a log, as far as ours go: every property is one of the schema and of its type.
fn check_sarif(log: &Value) {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        (keys(log), &log["version"]),
        (vec!["$schema".into(), "runs".into(), "version".into()], &"2.1.0".into())
    );
    for run in log["runs"].as_array().unwrap() {
        assert_eq!(keys(run), ["columnKind", "results", "tool"]);
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let driver = &run["tool"]["driver"];
        assert_eq!(keys(driver), ["name", "rules", "semanticVersion"]);
        let rules = driver["rules"].as_array().unwrap();
        for rule in rules {
            let expected =
                ["defaultConfiguration", "fullDescription", "help", "id", "properties", "shortDescription"];
            assert_eq!(keys(rule), expected);
            for text in ["fullDescription", "help", "shortDescription"] {
                assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{rule}");
            }
        }
        for result in run["results"].as_array().unwrap() {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            let place = &result["locations"][0]["physicalLocation"];
            check_artifact(&place["artifactLocation"]);
            let region = place.get("region").map_or(vec![], &keys);
            assert!(
                region.is_empty() || region == ["startLine"] || region == ["startColumn", "startLine"],
                "{result}"
            );
            for fix in result.get("fixes").map_or(&vec![], |fixes| fixes.as_array().unwrap()) {
                check_fix(fix);
            }
        }
    }
}

fn check_artifact(location: &Value) {
    let uri = location["uri"].as_str().unwrap();
    assert!(uri.is_ascii() && !uri.contains([' ', '\\']), "{uri}");
}

fn check_fix(fix: &Value) {
    let change = &fix["artifactChanges"][0];
    check_artifact(&change["artifactLocation"]);
    let replacement = &change["replacements"][0];
    let region = &replacement["deletedRegion"];
    let number = |name: &str| region[name].as_u64().unwrap();
    assert!(
        (number("startLine"), number("startColumn")) <= (number("endLine"), number("endColumn")),
        "{fix}"
    );
    assert!(replacement["insertedContent"]["text"].is_string() && number("startColumn") > 0, "{fix}");
}

#[test]
fn sarif_has_rules_places_and_fixes() {
    let place = place("un tidy", UNTIDY);
    let run = place.run_bare(&["lint", "un tidy", "--no-default-packs", "--format", "sarif"]).expect(65);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    check_sarif(&log);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let codes: Vec<&str> = results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert_eq!(
        codes,
        [
            "unknown-column",
            "white-space",
            "not-nfc",
            "white-space",
            "duplicate-alias",
            "white-space",
            "package-name"
        ]
    );
    for result in results {
        let has_fix = ["white-space", "not-nfc"].contains(&result["ruleId"].as_str().unwrap());
        assert_eq!(result.get("fixes").is_some(), has_fix, "{result}");
    }
    let uri = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "un%20tidy/aliases.tsv");
}
