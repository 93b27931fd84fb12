//! `build`, `verify`, `info`, `import`, and the flags that say which packs answer.

use crate::support::Place;

const BROKEN: &str = "id\talias\tlang\tkind\tsource\tnote\nQ1\tx\ten\tprefered\t\t\n";

fn place_with_broken_pack() -> Place {
    let place = Place::new();
    place.write_pack("broken", "id\ttype\tname\nQ1\tcity\tX\n", BROKEN);
    place
}

#[test]
fn a_bad_pack_ends_the_start_unless_it_may_be_skipped() {
    let place = place_with_broken_pack();
    let base = ["resolve", "Kyiv", "--pack", "broken"];
    place.run(&base).expect(65).stderr_has(&["broken/aliases.tsv:2:", "--skip-bad-packs"]);
    let run = place.run(&[&base[..], &["--skip-bad-packs"]].concat()).expect(0);
    assert!(run.stdout.contains("Q1899"));
    run.stderr_has(&["broken", "left out"]);
}

#[test]
fn packs_that_are_not_there_end_with_66_and_none_at_all_with_2() {
    let place = Place::new();
    place.run_bare(&["resolve", "x", "--no-default-packs", "--pack", "no"]).expect(66);
    place.run_bare(&["resolve", "x", "--no-default-packs"]).expect(2).stderr_has(&["--pack DIR"]);
}

#[test]
fn flags_win_over_the_environment() {
    let place = Place::new();
    let resolve = |arguments: &[&str]| {
        let mut command = place.command(&[&["resolve", "Kyiv"], arguments].concat());
        command.env("YAQUT_PACK", "pack").env("YAQUT_NO_DEFAULT_PACKS", "1");
        command.output().unwrap().status.code()
    };
    assert_eq!(resolve(&[]), Some(0));
    assert_eq!(resolve(&["--pack", "no"]), Some(66));
}

#[test]
fn a_built_segment_verifies_and_answers() {
    let place = Place::new();
    place
        .run_bare(&["build", "pack", "-o", "a.yaqut"])
        .expect(0)
        .stderr_has(&["4 entity rows", "6 alias rows"]);
    place.run_bare(&["build", "pack", "-o", "a.yaqut"]).expect(74).stderr_has(&["--force"]);
    place.run_bare(&["build", "pack", "-o", "a.yaqut", "--force"]).expect(0);
    let run = place.run_bare(&["verify", "a.yaqut"]).expect(0);
    assert!(run.stdout.starts_with("a.yaqut: ok, pack pack"), "{}", run.stdout);
    let run = place.run_bare(&["resolve", "Kyiv", "--no-default-packs", "--index", "a.yaqut"]).expect(0);
    assert!(run.stdout.contains("Q1899"));
}

#[test]
fn damaged_segments_are_refused_and_the_others_still_looked_at() {
    let place = Place::new();
    place.run_bare(&["build", "pack", "-o", "good.yaqut"]).expect(0);
    place.write("bad.yaqut", "bad\tsegment\n");
    let run = place.run_bare(&["verify", "bad.yaqut", "good.yaqut"]).expect(65).stderr_has(&["bad.yaqut"]);
    assert!(run.stdout.starts_with("good.yaqut: ok"), "{}", run.stdout);
    place.run_bare(&["verify", "no.yaqut"]).expect(66);
}

#[test]
fn a_pack_with_errors_is_not_built() {
    let place = place_with_broken_pack();
    place.run_bare(&["build", "broken", "-o", "a.yaqut"]).expect(65).stderr_has(&["broken/aliases.tsv:2:"]);
    assert!(!place.exists("a.yaqut"));
}

#[test]
fn info_tells_packs_and_counts() {
    let place = Place::new();
    let run = place.run(&["info"]).expect(0);
    assert!(run.stdout.contains("4 entities, 6 aliases"), "{}", run.stdout);
    let run = place.run(&["info", "--format", "json"]).expect(0);
    let info: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(info["packs"][0]["alias_count"], 6);
    assert!(info["index_version"].is_string());
    assert_eq!(info["load"], "mmap");
    let run = place.run(&["info", "--format", "json", "--load", "heap"]).expect(0);
    assert!(run.stdout.contains(r#""load": "heap""#), "{}", run.stdout);
    place.run(&["info", "--load", "disk"]).expect(2).stderr_has(&["mmap", "heap"]);
    let pack = &info["packs"][0];
    let sections = pack["section_bytes"].as_object().unwrap().values().map(|bytes| bytes.as_u64().unwrap());
    assert!((1..pack["segment_bytes"].as_u64().unwrap()).contains(&sections.sum()));
    let run = place.run(&["info", "--sizes"]).expect(0);
    assert!(run.stdout.contains("key_table") && run.stdout.contains("per alias"), "{}", run.stdout);
}

#[test]
fn imports_need_their_files_and_a_free_folder() {
    let place = Place::new();
    place.write("empty/readme.txt", "");
    place.run_bare(&["import", "cldr", "empty", "-o", "out"]).expect(66);
    place
        .run_bare(&["import", "cldr", "empty", "-o", "pack"])
        .expect(74)
        .stderr_has(&["pack exists", "--force"]);
    place.run_bare(&["import", "nonsense", "empty", "-o", "out"]).expect(2).stderr_has(&["cldr", "geonames"]);
    assert!(!place.exists("out"));
}
