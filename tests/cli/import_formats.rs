//! `import` of what curators have: tables, JSON lines, SKOS, FollowTheMoney, JRC-Names; each to a pack that answers.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use crate::support::{Place, Run};

/// An input, how it is imported, and a name that the pack then knows.
struct Case {
    source: &'static str,
    file: &'static str,
    content: &'static str,
    flags: &'static [&'static str],
    name: &'static str,
    id: &'static str,
}

const CASES: [Case; 5] = [
    Case {
        source: "csv",
        file: "desk.csv",
        content: "code;title;name_ar;also;iso;people\r\n\
                  cairo;Cairo;القاهرة;Masr|Al-Qahira;EG;9606916\r\n\
                  giza;\"Giza \"\"City\"\"\";الجيزة;;EG;4367343\r\n",
        flags: &[
            "--id-prefix=ours:",
            "--default=type=city",
            "--map=id=code",
            "--map=name@en=title",
            "--map=name@ar=name_ar",
            "--map=alias@en=also",
            "--map=country=iso",
            "--map=population=people",
        ],
        name: "Al-Qahira",
        id: "ours:cairo",
    },
    Case {
        source: "csv",
        file: "desk.jsonl",
        content: "{\"code\":\"cairo\",\"names\":{\"en\":\"Cairo\",\"ar\":[\"القاهرة\",\"قاهرة المعز\"]}}\n",
        flags: &["--id-prefix=ours:", "--map=id=code", "--map=name@en=names.en", "--map=alias@ar=names.ar"],
        name: "قاهرة المعز",
        id: "ours:cairo",
    },
    Case {
        source: "followthemoney",
        file: "entities.ftm.json",
        content: "{\"id\":\"NK-1\",\"schema\":\"Person\",\"properties\":{\"name\":[\"Layla Haddad\",\"ليلى حداد\"]}}\n",
        flags: &["--id-prefix=os:"],
        name: "ليلى حداد",
        id: "os:NK-1",
    },
    Case {
        source: "jrc-names",
        file: "entities.txt",
        content: "12\tP\tu\tLayla+Haddad\n7\tO\tu\tWater+Council\n12\tP\tar\tليلى+حداد\n",
        flags: &[],
        name: "ليلى حداد",
        id: "jrc:12",
    },
    Case {
        source: "skos",
        file: "places.ttl",
        content: "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\
                  <https://id.example.org/7> skos:prefLabel \"Cairo\"@en , \"القاهرة\"@ar .\n",
        flags: &["--prefix=ours=https://id.example.org/", "--default=type=place"],
        name: "القاهرة",
        id: "ours:7",
    },
];

impl Case {
    fn arguments<'a>(&self, input: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let license = if self.source == "jrc-names" { &[][..] } else { &["--license=CC-BY-4.0"] };
        [&["import", self.source, input, "-o", "made"], self.flags, license, more].concat()
    }
}

#[test]
fn every_source_gives_a_pack_that_answers() {
    for case in CASES {
        let place = Place::new();
        place.write(case.file, case.content);
        place.run_bare(&case.arguments(case.file, &[])).expect(0).stderr_has(&["written to made"]);
        place
            .run_bare(&["lint", "made", "--no-default-packs"])
            .expect(0)
            .stderr_has(&["0 errors, 0 warnings"]);
        place.run_bare(&["build", "made", "-o", "made.yaqut"]).expect(0);
        for pack in ["--pack=made", "--index=made.yaqut"] {
            let run = place.run_bare(&["resolve", case.name, "--no-default-packs", pack]).expect(0);
            assert!(run.stdout.contains(case.id), "{}: {}", case.file, run.stdout);
        }
    }
}

#[test]
fn every_source_reads_standard_input() {
    for case in CASES.into_iter().filter(|case| case.file != "desk.jsonl") {
        let place = Place::new();
        let import = case.arguments("-", &["--format=json"]);
        let mut child = place.command(&import).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(case.content.as_bytes()).unwrap();
        let run = Run::from(child.wait_with_output().unwrap()).expect(0);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(report["entities"].as_u64() > Some(0), "{}: {report}", case.file);
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let place = Place::new();
    place.write("t.csv", "id,name,country\nx:1,Nile,EG\nx:2,Sinai,Egypt\n");
    let import = ["import", "csv", "t.csv", "-o", "made"];
    place.run_bare(&import).expect(0).stderr_has(&["1  entities", "t.csv:3:11: ", "`Egypt`"]);
    place
        .run_bare(&[&import[..], &["--force", "--strict"]].concat())
        .expect(65)
        .stderr_has(&["t.csv:3:11: "]);
    assert!(place.exists("made/entities.tsv") && !place.exists("made/.yaqut-import"));
}

#[test]
fn a_mapping_is_checked_before_anything_is_written() {
    let place = Place::new();
    place.write("t.csv", "code,title\n1,Nile\n");
    let import = |more: &[&str]| place.run_bare(&[&["import", "csv", "t.csv", "-o", "made"], more].concat());
    import(&[]).expect(2).stderr_has(&["--map name=COLUMN", "code, title"]);
    import(&["--map", "name=nom"]).expect(2).stderr_has(&["no column `nom`", "code, title"]);
    import(&["--map", "nickname=title"]).expect(2).stderr_has(&["`nickname`"]);
    assert!(!place.exists("made"));
}

#[test]
fn a_killed_import_of_a_table_leaves_the_old_pack() {
    let place = Place::new();
    place.write("old.csv", "id,name\nx:1,Nile\n");
    place.run_bare(&["import", "csv", "old.csv", "-o", "made"]).expect(0);
    let old = ["entities.tsv", "aliases.tsv"].map(|name| place.read(&format!("made/{name}")));
    let mut child = place
        .command(&["import", "csv", "-", "-o", "made", "--force"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // It waits for a table that does not come.
    while !place.exists("made/.yaqut-import") {
        std::thread::sleep(Duration::from_millis(5));
        assert!(child.try_wait().unwrap().is_none(), "the import did not begin");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(old, ["entities.tsv", "aliases.tsv"].map(|name| place.read(&format!("made/{name}"))));
    place.run_bare(&["import", "csv", "old.csv", "-o", "made", "--force"]).expect(0);
    assert!(!place.exists("made/.yaqut-import"));
}
