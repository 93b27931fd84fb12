//! `serve` and its callers with certificates, and at the limits of the system.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};

use crate::support::Place;

/// A running service that ends with the test.
struct Service {
    child: Child,
    talk: BufReader<ChildStderr>,
    address: String,
}

impl Service {
    fn start(mut child: Child) -> Self {
        let mut talk = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening on ") {
            line.clear();
            assert!(talk.read_line(&mut line).unwrap() > 0, "it did not start");
        }
        let (_, rest) = line.split_once("listening on ").unwrap();
        let address = rest.split(',').next().unwrap().to_owned();
        Self { child, talk, address }
    }

    fn in_place(place: &Place, arguments: &[&str]) -> Self {
        let listeners = ["serve", "--listen", "127.0.0.1:0", "--admin-listen", "off"];
        Self::start(place.start(&[&listeners, arguments].concat()))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a certificate that is its own CA, and its key.
fn write_pair(place: &Place, name: &str) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    place.write(&format!("{name}.crt"), params.self_signed(&key).unwrap().pem());
    place.write(&format!("{name}.key"), key.serialize_pem());
}

#[test]
fn names_are_resolved_over_tls_with_certificates_on_both_sides() {
    let place = Place::new();
    for name in ["server", "caller"] {
        write_pair(&place, name);
    }
    let service = Service::in_place(
        &place,
        &["--tls-cert", "server.crt", "--tls-key", "server.key", "--tls-client-ca", "caller.crt"],
    );
    let url = format!("https://{}", service.address);
    let ask = ["resolve", "Kyiv", "--format", "jsonl", "--server", &url];
    let known = [&ask[..], &["--tls-ca", "server.crt"]].concat();
    let caller = ["--tls-client-cert", "caller.crt", "--tls-client-key", "caller.key"];
    let answered = place.run_bare(&[&known[..], &caller].concat()).expect(0);
    assert_eq!(answered.stdout, place.run(&["resolve", "Kyiv", "--format", "jsonl"]).expect(0).stdout);

    place.run_bare(&known).expect(74).stderr_has(&["--tls-client-cert"]);
    place.run_bare(&ask).expect(2).stderr_has(&["--tls-ca"]);
    let half = [&known[..], &["--tls-client-key", "caller.key"]].concat();
    place.run_bare(&half).expect(2).stderr_has(&["--tls-client-cert"]);
    let swapped =
        [&known[..], &["--tls-client-cert", "caller.key", "--tls-client-key", "caller.crt"]].concat();
    place.run_bare(&swapped).expect(65).stderr_has(&["--tls-client-cert caller.key", "no certificate"]);
    let missing = [&ask[..], &["--tls-ca", "nowhere.crt"]].concat();
    place.run_bare(&missing).expect(66).stderr_has(&["nowhere.crt"]);
}

#[test]
fn what_is_wrong_with_the_files_of_tls_is_said_before_a_socket_opens() {
    let place = Place::new();
    write_pair(&place, "server");
    write_pair(&place, "other");
    // An address that cannot be listened on: that is not what is told of.
    let serve = ["serve", "--listen", "192.0.2.1:1"];
    let with = |arguments: &[&str], code: i32, parts: &[&str]| {
        place.run(&[&serve[..], arguments].concat()).expect(code).stderr_has(parts);
    };
    with(&["--tls-cert", "server.crt"], 2, &["--tls-key"]);
    with(&["--tls-client-ca", "server.crt"], 2, &["--tls-cert"]);
    with(&["--tls-cert", "nowhere.crt", "--tls-key", "server.key"], 66, &["nowhere.crt"]);
    let mixed = ["--tls-cert", "server.crt", "--tls-key", "other.key"];
    with(&mixed, 65, &["other.key is not that of the first certificate in server.crt"]);
    with(&["--tls-cert", "server.key", "--tls-key", "server.key"], 65, &["server.key holds no certificate"]);
    let open = ["--tls-cert", "server.crt", "--tls-key", "server.key"];
    #[cfg(unix)]
    with(&open, 74, &["every user of this machine can read the private key in server.key"]);
    with(&["--max-connections", "0"], 2, &["--max-connections"]);
}

#[test]
fn a_token_is_read_from_its_file_and_sent_to_this_machine_alone() {
    let place = Place::new();
    let service = Service::in_place(&place, &[]);
    place.write("token", "sesame\n");
    place.write("empty", "\n");
    let ask =
        |url: &str, file: &str| place.run_bare(&["resolve", "Kyiv", "--server", url, "--token-file", file]);
    ask(&service.address, "token").expect(0);
    ask(&service.address, "empty").expect(65).stderr_has(&["empty holds no token"]);
    ask("http://192.0.2.1:1", "token").expect(2).stderr_has(&["https://", "--token-in-clear"]);
}

#[cfg(target_os = "linux")]
#[test]
fn out_of_descriptors_those_who_wait_are_closed_and_the_service_comes_back() {
    let place = Place::new();
    let program = place.command(&[]).get_program().to_owned();
    let script = "ulimit -n 48; exec \"$0\" serve --listen 127.0.0.1:0 --admin-listen off --preface-timeout 300 \
                  --no-default-packs --pack pack";
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(program).current_dir(place.path(""));
    shell.env("YAQUT_CACHE_DIR", "").stdout(Stdio::null()).stderr(Stdio::piped());
    let mut service = Service::start(shell.spawn().unwrap());

    let connect = || {
        let peer = TcpStream::connect(&service.address).unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        peer
    };
    let mut held: Vec<_> = (0..60).map(|_| connect()).collect();
    // The last of them got no descriptor: it is closed, and not left to wait.
    let mut last = held.pop().unwrap();
    assert!(!last.read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
    drop((held, last));

    let url = service.address.clone();
    let resolves = || place.run_bare(&["resolve", "Kyiv", "--server", &url]).code == Some(0);
    assert!((0..20).any(|_| resolves()), "it does not come back");
    service.child.kill().unwrap();
    let mut said = String::new();
    service.talk.read_to_string(&mut said).unwrap();
    assert_eq!(said.matches("no connection can be accepted").count(), 1, "{said}");
}
