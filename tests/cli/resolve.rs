//! `resolve`, and what holds for every command.

use crate::support::{Place, Run, check_golden};

#[test]
fn answers_stand_in_a_table() {
    let run = Place::new().run(&["resolve", "أوكرانيا", "Springfield", "zzzqqqxxx"]).expect(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert!(lines[0].starts_with("STATUS"));
    assert!(lines[1].starts_with("RESOLVED") && lines[1].contains("Q212"), "{}", lines[1]);
    assert!(lines[2].starts_with("AMBIGUOUS") && lines[2].contains("x:1"), "{}", lines[2]);
    assert!(lines[3].starts_with(' ') && lines[3].contains("x:2"), "{}", lines[3]);
    assert!(lines[4].starts_with("NOT_FOUND"), "{}", lines[4]);
    assert_eq!((lines.len(), run.stderr.as_str()), (5, ""));
}

#[test]
fn no_colour_and_no_isolates_in_a_pipe_unless_asked() {
    let place = Place::new();
    let run = place.run(&["resolve", "كييف"]).expect(0);
    assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\u{2068}'));
    let run = place.run(&["resolve", "كييف", "--color", "always"]).expect(0);
    assert!(run.stdout.contains("\u{1b}[32mRESOLVED\u{1b}[0m"), "{:?}", run.stdout);
}

#[test]
fn the_environment_has_a_say_in_colours() {
    let place = Place::new();
    let is_colored = |variables: &[&str]| {
        let mut command = place.command(&["resolve", "Kyiv", "--no-default-packs", "--pack", "pack"]);
        command.env_remove("NO_COLOR").envs(variables.iter().map(|name| (*name, "1")));
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(!is_colored(&[]));
    assert!(is_colored(&["CLICOLOR_FORCE"]));
    assert!(!is_colored(&["CLICOLOR_FORCE", "NO_COLOR"]));
}

#[test]
fn a_name_cannot_take_over_the_terminal() {
    let run = Place::new().run(&["resolve", "a\u{1b}[2Jb"]);
    assert!(run.stdout.contains("\\u{1b}[2J") && !run.stdout.contains('\u{1b}'), "{:?}", run.stdout);
}

#[test]
fn jsonl_holds_whole_answers() {
    let run = Place::new().run(&["resolve", "Kyiv", "Springfield", "--format", "jsonl"]).expect(0);
    let answers: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0]["canonical_id"], "Q1899");
    assert_eq!(answers[1]["canonical_id"], serde_json::Value::Null);
    assert_eq!(answers[1]["candidates"].as_array().map(Vec::len), Some(2));
}

#[test]
fn names_come_from_standard_input() {
    let run = Place::new()
        .run_with_input(&["resolve", "-", "--format", "jsonl"], "\u{feff}Kyiv\r\nUkraine")
        .expect(0);
    let queries: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&queries[0]["query"], &queries[1]["query"]), (&"Kyiv".into(), &"Ukraine".into()));
    let run = Place::new().run_with_input(&["resolve", "-"], b"ok\n\xff\n");
    run.expect(65).stderr_has(&["standard input:2:"]);
}

#[test]
fn an_invalid_name_ends_with_1() {
    let run = Place::new().run(&["resolve", "Kyiv", ""]).expect(1);
    assert!(run.stdout.contains("\nINVALID"), "{}", run.stdout);
}

#[test]
fn limits_are_kept_and_steps_explained() {
    let place = Place::new();
    let run = place.run(&["resolve", "Springfield", "--limit", "1", "--format", "jsonl"]).expect(0);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["candidates"].as_array().map(Vec::len), Some(1));
    let run = place.run(&["resolve", "Kyiv", "--explain"]).expect(0);
    assert!(run.stdout.contains("\nKyiv: RESOLVED\n  Q1899 Kyiv: score "), "{}", run.stdout);
}

#[test]
fn help_and_version_go_to_standard_output() {
    let place = Place::new();
    let run = place.run_bare(&["--version"]).expect(0);
    assert_eq!(run.stdout, format!("yaqut {}\n", env!("CARGO_PKG_VERSION")));
    for command in [
        "serve",
        "resolve",
        "canonicalize",
        "lint",
        "build",
        "verify",
        "info",
        "import",
        "eval",
        "completions",
    ] {
        let run = place.run_bare(&[command, "--help"]).expect(0);
        assert!(run.stdout.contains("Example"), "{command}");
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let run = Place::new().run_bare(&["completions", shell]).expect(0);
        assert!(run.stdout.contains("canonicalize"), "{shell}");
    }
}

/// An overlay that blocks a name of the pack.
fn with_block(place: &Place) {
    place.write_pack(
        "mine",
        "id\ttype\tname\tcountry\trank\tsame_as\tdescription\n",
        "id\talias\tlang\tkind\tsource\tnote\n",
    );
    place.write("mine/overrides.tsv", "action\tid\talias\ttarget\tnote\nblock\tQ1899\tكييف\t\t\n");
}

/// Runs the program with the pack that `with_block` makes on top of the other one.
fn run_with_block(place: &Place, arguments: &[&str]) -> Run {
    with_block(place);
    let packs = ["--no-default-packs", "--pack", "pack", "--pack", "mine"];
    place.run_bare(&[arguments, &packs].concat()).expect(0)
}

/// `text` with `#` for every number that has a point: costs and weights are tested elsewhere.
fn mask_numbers(text: &str) -> String {
    let mut masked = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_digit() && c != '.') {
        let number = word.trim_end_matches(|c: char| !c.is_ascii_digit());
        let is_decimal = number.contains('.') && number.parse::<f32>().is_ok();
        masked += if is_decimal { "#" } else { number };
        masked += &word[number.len()..];
    }
    masked
}

#[test]
fn why_an_entity_was_chosen_or_not_is_told() {
    let place = Place::new();
    let run = |name: &str, id: &str| run_with_block(&place, &["resolve", name, "--why", id]).stdout;
    let told = [
        run("وأكرانيا", "iso3166:UA"),
        run("Springfield", "x:2"),
        run("أكرانيا", "Q1899"),
        run("وكييف", "Q1899"),
        run("Ukraine", "Q1899"),
    ];
    check_golden("why.txt", &mask_numbers(&told.join("\n")));
}

#[test]
fn explanations_are_objects_too() {
    let place = Place::new();
    let run = place.run(&["resolve", "--why", "Q212", "وأكرانيا", "", "--format", "jsonl"]).expect(1);
    let answers: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0]["reason"], "CHOSEN");
    assert_eq!(answers[0]["alias"]["steps"][0]["text"], "stripped و");
    assert!(answers[0]["standing"]["margin"].as_f64() > answers[0]["standing"]["needed_margin"].as_f64());
    assert_eq!((&answers[1]["status"], &answers[1]["query"]), (&"INVALID".into(), &"".into()));
}

#[test]
fn an_id_that_nobody_bears_is_told() {
    let place = Place::new();
    place.run(&["resolve", "Kyiv", "--why", "Q404"]).expect(2).stderr_has(&["`Q404`", "help: "]);
    place.run(&["resolve", "Kyiv", "--why", "Q 404"]).expect(2).stderr_has(&["--why"]);
    place.run(&["resolve", "Kyiv", "--why", "Q1899", "--explain"]).expect(2).stderr_has(&["--explain"]);
    let run = place.run(&["resolve", "", "--why", "Q1899"]).expect(1);
    assert_eq!(run.stdout, ": INVALID\n  the name is empty\n");
}

#[test]
fn what_an_override_keeps_out_is_told() {
    let place = Place::new();
    let run = run_with_block(&place, &["resolve", "كييف", "--explain"]);
    assert!(
        run.stdout
            .ends_with("\nكييف: NOT_FOUND\n  Q1899 Kyiv: block row of mine (overrides.tsv:2) for كييف\n"),
        "{}",
        run.stdout
    );
    let run = run_with_block(&place, &["resolve", "كييف", "--format", "jsonl"]);
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let blocked = &answer["blocked"][0];
    assert_eq!((&blocked["action"], &blocked["pack"]), (&"block".into(), &"mine".into()));
}
