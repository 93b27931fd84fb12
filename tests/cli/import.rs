//! `import` of large public data: streams, exit codes, reports, and what is left when it is killed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Place, Run};

const ITEM: &str = r#"{"type":"item","id":"Q1899","labels":{"ar":{"language":"ar","value":"كييف"},"en":{"language":"en","value":"Kyiv"}},"claims":{"P31":[{"mainsnak":{"datavalue":{"value":{"id":"Q515"}}},"rank":"normal"}]},"sitelinks":{"enwiki":{}}}"#;

/// A dump of `count` cities whose names begin with `prefix`.
fn dump(prefix: &str, count: u32) -> String {
    let mut text = String::from("[\n");
    for number in 1..=count {
        let item = ITEM.replace("1899", &number.to_string()).replace("Kyiv", &format!("{prefix} {number}"));
        let _ = writeln!(text, "{item}{}", if number < count { "," } else { "" });
    }
    text + "]\n"
}

#[test]
fn a_dump_becomes_a_pack_that_answers() {
    let place = Place::new();
    place.write("d.json", dump("Town", 50));
    let run = place.run_bare(&["import", "wikidata", "d.json", "-o", "w", "--lang", "ar,en"]).expect(0);
    run.stderr_has(&["50  entities", "100  aliases, 50 of them Arabic", "written to w"]);
    place.run_bare(&["lint", "w", "--no-default-packs"]).expect(0).stderr_has(&["0 errors, 0 warnings"]);
    let run = place.run_bare(&["resolve", "Town 7", "--no-default-packs", "--pack", "w"]).expect(0);
    assert!(run.stdout.contains("Q7 "), "{}", run.stdout);
    place.run_bare(&["import", "wikidata", "d.json", "-o", "w"]).expect(74).stderr_has(&["--force"]);
}

#[test]
fn standard_input_is_read() {
    let place = Place::new();
    let mut child =
        place.command(&["import", "wikidata", "-", "-o", "w"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(dump("Town", 5).as_bytes()).unwrap();
    Run::from(child.wait_with_output().unwrap()).expect(0).stderr_has(&["5  entities"]);
    place.run_bare(&["import", "wikidata", "-", "-o", "x", "--subclasses"]).expect(2).stderr_has(&["twice"]);
    assert!(!place.exists("x"));
}

#[test]
fn bad_lines_are_told_and_strict_ends_with_65() {
    let place = Place::new();
    place.write("d.json", format!("[\n{ITEM},\nnonsense,\n]\n"));
    let import = ["import", "wikidata", "d.json", "-o", "w", "--format", "json"];
    let run = place.run_bare(&import).expect(0);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["entities"], &report["malformed"]["not JSON"]["count"]), (&1.into(), &1.into()));
    assert_eq!(report["malformed"]["not JSON"]["first"][0]["line"], 3);
    let strict = [&import[..], &["--strict", "--force"]].concat();
    place.run_bare(&strict).expect(65).stderr_has(&["d.json:3:", "--strict"]);
}

#[test]
fn inputs_and_filters_are_checked() {
    let place = Place::new();
    place.write("d.json", dump("Town", 5));
    place.write("notes.txt", "");
    let import = |more: &[&str]| place.run_bare(&[&["import", "wikidata", "-o", "w"], more].concat());
    import(&["no.json"]).expect(66).stderr_has(&["no.json"]);
    import(&["notes.txt"]).expect(2).stderr_has(&["does not read this file"]);
    import(&["d.json", "--country", "UKR"]).expect(2);
    import(&["d.json", "--min-rank", "7"]).expect(2);
    import(&["d.json", "--type", "person"]).expect(65).stderr_has(&["nothing was taken", "of a type"]);
    place.run_bare(&["import", "geonames", "d.json", "-o", "w"]).expect(2).stderr_has(&["allCountries.txt"]);
    assert!(!place.exists("w"));
}

/// The files of a pack, as all readers see them.
fn content(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let pack = yaqut::store::read_pack(&place.path("w")).unwrap();
    pack.files.into_iter().map(|file| (file.name, file.bytes)).collect()
}

/// Numbers between 0 and 1, the same ones each time.
fn seeded(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        // Knuth's linear congruential generator (MMIX).
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Kills imports over a pack at times spread over a whole import; each leaves the old pack or the new one.
fn kill_imports(kills: u32, items: u32) {
    let place = Place::new();
    place.write("old.json", dump("Old", items));
    place.write("new.json", dump("New", items));
    let import = |name| ["import", "wikidata", name, "-o", "w", "--force", "--quiet"];
    let started = Instant::now();
    place.run_bare(&import("new.json")).expect(0);
    let whole = started.elapsed();
    let new = content(&place);
    place.run_bare(&import("old.json")).expect(0);
    let old = content(&place);
    place.write("w/aliases-mine.tsv", "id\talias\n");
    let mut random = seeded(20_261_122);
    let mut done = 0;
    for kill in 0..kills {
        let mut child = place.command(&import("new.json")).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * 1.2 * random()));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut found = content(&place);
        assert_eq!(found.remove("aliases-mine.tsv").as_deref(), Some("id\talias\n".as_bytes()));
        assert!(found == old || found == new, "kill {kill} left neither the old pack nor the new one");
        if found != old {
            done += 1;
            place.run_bare(&import("old.json")).expect(0);
        }
    }
    place.run_bare(&import("new.json")).expect(0);
    assert!(!place.exists("w/.yaqut-import"));
    let mut found = content(&place);
    found.remove("aliases-mine.tsv");
    assert!(found == new);
    println!("{kills} imports of {whole:?} killed, {done} when they were done");
}

#[test]
fn killed_imports_leave_the_old_pack() {
    kill_imports(6, 2_000);
}

/// `cargo test --release --test cli a_hundred_kills -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
fn a_hundred_kills() {
    kill_imports(100, 40_000);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let place = Place::new();
    let mut child =
        place.command(&["import", "wikidata", "-", "-o", "w"]).stdin(Stdio::piped()).spawn().unwrap();
    // It waits for more on standard input, its files begun.
    let deadline = Instant::now() + Duration::from_secs(60);
    while !place.exists("w/.yaqut-import/aliases.tsv") {
        assert!(Instant::now() < deadline, "the import did not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    let busy = place.run_bare(&["import", "wikidata", "pack", "-o", "w"]).expect(75);
    busy.stderr_has(&["another import"]);
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(!place.exists("w/.yaqut-import"));
}
