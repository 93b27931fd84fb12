//! `serve`, and the commands that ask it.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr};

use crate::support::Place;

/// A running service that ends with the test.
struct Service {
    child: Child,
    talk: BufReader<ChildStderr>,
    url: String,
}

impl Service {
    fn start(place: &Place) -> Self {
        Self::start_with(place, &[])
    }

    fn start_with(place: &Place, arguments: &[&str]) -> Self {
        let listeners = ["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
        let mut child = place.start(&[&listeners, arguments].concat());
        let mut talk = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        // What is logged while the packs are opened comes first.
        while !line.contains("listening on ") {
            line.clear();
            assert!(talk.read_line(&mut line).unwrap() > 0, "it did not start");
        }
        let after = |words: &str| line.split_once(words).and_then(|(_, rest)| rest.split(',').next());
        let url = after("listening on ").unwrap_or_else(|| panic!("unexpected: {line}"));
        assert!(after("administration on ").is_some_and(|address| !address.ends_with(":0")), "{line}");
        assert!(line.contains("1 pack, 6 aliases, ready in"), "{line}");
        Self { child, url: format!("http://{url}"), talk }
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = std::process::Command::new("kill").args([name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Reads what the service says, up to a line with `part`.
    #[track_caller]
    fn says(&mut self, part: &str) {
        let mut said = String::new();
        while self.talk.read_line(&mut said).unwrap() > 0 {
            if said.contains(part) {
                return;
            }
        }
        panic!("no `{part}` in {said}");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_answers_as_packs_do() {
    let place = Place::new();
    let service = Service::start(&place);
    let names = ["resolve", "Kyiv", "Springfield", "zzzqqqxxx", "--format", "jsonl"];
    let remote = place.run_bare(&[&names[..], &["--server", &service.url]].concat()).expect(0);
    assert_eq!(remote.stdout, place.run(&names).expect(0).stdout);

    let why = ["resolve", "--why", "Q212", "وأوكرانيا", "Kyiv", "", "--format", "jsonl"];
    let remote = place.run_bare(&[&why[..], &["--server", &service.url]].concat()).expect(1);
    assert_eq!(remote.stdout, place.run(&why).expect(1).stdout);
    let unknown = ["resolve", "--why", "Q404", "Kyiv", "--server", &service.url];
    place.run_bare(&unknown).expect(2).stderr_has(&["no entity with the ID `Q404`"]);

    let long = "كييف".repeat(2_500);
    place.write("list.csv", format!("name,cc\nKyiv,UA\nUkraine,\n{long},\n,\nSpringfield,US\nKyiv,\n"));
    let list = ["canonicalize", "list.csv", "-c", "name", "--country-column", "cc"];
    let remote = place.run_bare(&[&list[..], &["--server", &service.url]].concat()).expect(0);
    assert_eq!(remote.stdout, place.run(&list).expect(0).stdout);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_service_well() {
    let place = Place::new();
    let mut service = Service::start(&place);
    service.signal("-TERM");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    let mut line = String::new();
    service.talk.read_line(&mut line).unwrap();
    assert_eq!(line, "stopped\n");
}

#[test]
fn a_port_in_use_ends_with_74_and_a_way_out() {
    let place = Place::new();
    let service = Service::start(&place);
    let address = service.url.trim_start_matches("http://");
    place.run(&["serve", "--listen", address]).expect(74).stderr_has(&["cannot listen on", "--listen"]);
    place.run(&["serve", "--listen", "nonsense"]).expect(2);
    let both = ["serve", "--listen", "127.0.0.1:0", "--admin-listen", address];
    place.run(&both).expect(74).stderr_has(&[address, "--admin-listen", "127.0.0.1:0", "off"]);
}

#[cfg(unix)]
#[test]
fn a_hangup_reloads_and_a_bad_pack_is_told_of() {
    let place = Place::new();
    let mut service = Service::start_with(&place, &["--watch", "off", "-v"]);
    let url = service.url.clone();
    let canonical_id = |name: &str| {
        let run = place.run_bare(&["resolve", name, "--format", "jsonl", "--server", &url]);
        run.stdout.split("\"canonical_id\":").nth(1).unwrap().split(',').next().unwrap().to_owned()
    };
    assert_eq!(canonical_id("Granary"), "null");
    let aliases = place.read("pack/aliases.tsv");
    place.write("pack/aliases.tsv", format!("{aliases}Q212\tGranary\ten\talternate\t\t\n"));
    service.signal("-HUP");
    service.says("reloaded");
    assert_eq!(canonical_id("Granary"), "\"Q212\"");
    place.write("pack/aliases.tsv", format!("{aliases}Q212\tGranary\ten\tother\t\t\n"));
    service.signal("-HUP");
    service.says("aliases.tsv:8:17: error[unknown-kind]");
    service.says("serves as it last was");
    assert_eq!(canonical_id("Granary"), "\"Q212\"");
}

#[test]
fn a_server_without_administration_starts() {
    let place = Place::new();
    let mut child = place.start(&["serve", "--listen", "127.0.0.1:0", "--admin-listen", "off"]);
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.starts_with("listening on ") && !line.contains("administration"), "{line}");
}

#[test]
fn a_server_that_is_not_there_ends_with_75() {
    let place = Place::new();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("127.0.0.1:{port}");
    place.run_bare(&["resolve", "Kyiv", "--server", &url]).expect(75).stderr_has(&["yaqut serve"]);
    place.run_bare(&["resolve", "Kyiv", "--server", "http://"]).expect(2);
}
