//! Inputs that are not there, outputs that are, and runs that are cut short.

use std::io::{Read, Write};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{Place, Run};

#[test]
fn missing_inputs_end_with_66() {
    let place = Place::new();
    place.run(&["canonicalize", "no.csv"]).expect(66).stderr_has(&["cannot read no.csv"]);
    place.run(&["canonicalize", "pack", "--input-format", "csv"]).expect(66).stderr_has(&["pack"]);
}

#[cfg(unix)]
#[test]
fn unreadable_inputs_end_with_66() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.write("list.txt", "Kyiv\n");
    std::fs::set_permissions(place.path("list.txt"), PermissionsExt::from_mode(0o000)).unwrap();
    if std::fs::File::open(place.path("list.txt")).is_ok() {
        return; // The superuser reads everything.
    }
    place.run(&["canonicalize", "list.txt"]).expect(66).stderr_has(&["cannot read list.txt"]);
}

#[test]
fn unknown_formats_are_asked_for() {
    let place = Place::new();
    place.write("list.dat", "Kyiv\n");
    place.run(&["canonicalize", "list.dat"]).expect(2).stderr_has(&["--input-format"]);
    place.run(&["canonicalize", "list.dat", "--input-format", "lines"]).expect(0);
    place.run_with_input(&["canonicalize", "-", "-c", "x"], "x\n").expect(2).stderr_has(&["--input-format"]);
}

#[test]
fn existing_outputs_need_force() {
    let place = Place::new();
    place.write("list.txt", "Kyiv\n");
    for name in ["out.tsv", "review.csv"] {
        place.write(name, "mine");
    }
    let base = ["canonicalize", "list.txt", "-o"];
    place.run(&[&base[..], &["out.tsv"]].concat()).expect(74).stderr_has(&["out.tsv exists", "--force"]);
    place.run(&[&base[..], &["new.tsv", "--review", "review.csv"]].concat()).expect(74);
    assert_eq!((place.read("out.tsv").as_str(), place.exists("new.tsv")), ("mine", false));
    place.run(&[&base[..], &["out.tsv", "--review", "review.csv", "--force"]].concat()).expect(0);
    assert!(place.read("out.tsv").contains("Q1899") && place.read("review.csv").starts_with("line,"));
}

#[test]
fn a_list_may_be_replaced_by_its_own_answer() {
    let place = Place::new();
    place.write("list.csv", "name\nKyiv\n");
    place.run(&["canonicalize", "list.csv", "-o", "list.csv", "--force"]).expect(0);
    assert!(place.read("list.csv").contains("Kyiv,Q1899,"));
}

#[test]
fn outputs_without_a_folder_end_with_74() {
    let place = Place::new();
    place.write("list.txt", "Kyiv\n");
    place.run(&["canonicalize", "list.txt", "-o", "no/out.tsv"]).expect(74).stderr_has(&["no/out.tsv"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_with_74() {
    let place = Place::new();
    place.write("list.txt", "Kyiv\n".repeat(100_000));
    place.run(&["canonicalize", "list.txt", "-o", "/dev/full"]).expect(74).stderr_has(&["/dev/full"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing() {
    let place = Place::new();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut child = place.start(&["canonicalize", "-", "-o", "out.tsv", "--review", "review.csv"]);
        child.stdin.as_mut().unwrap().write_all(&b"Kyiv\n".repeat(10_000)).unwrap();
        wait_for(|| place.files().len() == 2);
        let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        // Standard input is still open: the run ends all the same.
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert_eq!(place.files(), [""; 0]);
    }
}

#[cfg(unix)]
#[test]
fn a_killed_run_leaves_no_output_under_its_name() {
    let place = Place::new();
    let mut child = place.start(&["canonicalize", "-", "-o", "out.tsv"]);
    child.stdin.as_mut().unwrap().write_all(&b"Kyiv\n".repeat(10_000)).unwrap();
    wait_for(|| !place.files().is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!place.exists("out.tsv"));
}

fn wait_for(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "it did not come to be");
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let place = Place::new();
    place.write("list.txt", "Kyiv\n".repeat(100_000));
    let arguments = ["canonicalize", "list.txt", "-q", "--no-default-packs", "--pack", "pack"];
    let mut child = place.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 10]).unwrap();
    drop(stdout);
    let run = Run::from(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(run.stderr, "");
}

#[test]
fn usage_errors_end_with_2() {
    let place = Place::new();
    for arguments in [
        &["canonicalize"][..],
        &["nonsense"],
        &["canonicalize", "x.csv", "--limit", "0"],
        &["canonicalize", "x.csv", "--max-edits", "3"],
        &["canonicalize", "x.csv", "--min-score", "2"],
        &["canonicalize", "x.csv", "--country", "Ukraine"],
        &["canonicalize", "x.csv", "--review-below", "0.5"],
        &[],
    ] {
        let run = place.run_bare(arguments).expect(2);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{arguments:?}");
    }
}
