//! Hints and naming on the command line: what is said beside a name, and under which ID and name answers come.

use serde_json::Value;

use crate::support::Place;

/// Two towns of one name; one has a second ID, and names in two languages.
fn place() -> Place {
    let place = Place::new();
    place.write_pack(
        "pack",
        "\
id\ttype\tname\tcountry\trank\tsame_as\tdescription
x:1\tcity\tSpringfield\tUS\t0.6\tgeonames:1\t
x:2\tcity\tSpringfield\tCA\t0.6\t\t
x:3\tcity\tToronto\tCA\t0.8\t\t
x:4\tplace\tNameless\t\t\t\t
",
        "\
id\talias\tlang\tkind\tsource\tnote
x:1\tSpringfield\ten\tpreferred\t\t
x:1\tسبرينغفيلد\tar\tpreferred\t\t
x:2\tSpringfield\ten\tpreferred\t\t
x:3\tToronto\ten\tpreferred\t\t
x:4\tNameless\ten\tpreferred\t\t
",
    );
    place
}

fn answer(arguments: &[&str]) -> Value {
    let run = place().run(&[&["resolve", "--format", "jsonl"], arguments].concat()).expect(0);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn context_decides_between_homographs() {
    assert_eq!(answer(&["Springfield"])["status"], "AMBIGUOUS");
    for context in [
        &["--context", "Toronto"][..],
        &["--context", "mayor of Toronto"],
        &["--context", "mayor", "--context", "Toronto"],
    ] {
        assert_eq!(answer(&[&["Springfield"], context].concat())["canonical_id"], "x:2", "{context:?}");
    }
    assert_eq!(answer(&["Springfield", "--context", "somewhere"])["status"], "AMBIGUOUS");
}

#[test]
fn context_holds_for_a_whole_list() {
    let place = place();
    place.write("list.csv", "name\nSpringfield\nNameless\n");
    let run = place.run(&["canonicalize", "list.csv", "--context", "Toronto"]).expect(0);
    let ids: Vec<_> = run.stdout.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!(ids, ["x:2", "x:4"]);
}

#[test]
fn too_much_context_is_refused_before_anything_is_opened() {
    let words = "word ".repeat(40);
    let place = place();
    place.write("list.csv", "name\nSpringfield\n");
    for command in [&["resolve", "x"][..], &["canonicalize", "list.csv"]] {
        let run = place.run(&[command, &["--context", &words, "--context", &words]].concat());
        run.expect(2).stderr_has(&["--context", "80 words, more than 64"]);
    }
}

#[test]
fn answers_tell_rank_and_leave_out_what_is_below_the_least() {
    let toronto = answer(&["Toronto"]);
    assert!((toronto["candidates"][0]["rank"].as_f64().unwrap() - 0.8).abs() < 1e-6);
    assert_eq!(answer(&["Nameless"])["candidates"][0].get("rank"), None);
    assert_eq!(answer(&["Springfield", "--min-rank", "0.7"])["status"], "NOT_FOUND");
    assert_eq!(answer(&["Toronto", "--min-rank", "0.7"])["status"], "RESOLVED");
    assert_eq!(answer(&["Nameless", "--min-rank", "0.01"])["status"], "NOT_FOUND");
    place().run(&["resolve", "x", "--min-rank", "1.5"]).expect(2).stderr_has(&["--min-rank"]);
}

#[test]
fn ids_and_names_come_as_they_are_asked_for() {
    for (namespace, language, id, name) in [
        ("geonames", "ar", "geonames:1", "سبرينغفيلد"),
        ("geonames", "ar-EG", "geonames:1", "سبرينغفيلد"),
        ("osm", "tlh", "x:1", "Springfield"),
    ] {
        let flags = ["--country", "US", "--id-namespace", namespace, "--display-lang", language];
        let answer = answer(&[&["Springfield", "--limit", "1"], &flags[..]].concat());
        let first = &answer["candidates"][0];
        assert_eq!(
            (&answer["canonical_id"], &first["id"], &first["name"]),
            (&id.into(), &id.into(), &name.into())
        );
    }
    let place = place();
    place.write("list.csv", "name\nSpringfield\nToronto\n");
    let flags = ["--country", "US", "--id-namespace", "geonames", "--display-lang", "ar"];
    let run = place.run(&[&["canonicalize", "list.csv"], &flags[..]].concat()).expect(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert!(lines[1].starts_with("Springfield,geonames:1,سبرينغفيلد,RESOLVED,"), "{}", lines[1]);
    assert!(lines[2].starts_with("Toronto,x:3,Toronto,RESOLVED,"), "{}", lines[2]);
}
