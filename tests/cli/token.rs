//! `token`, and a server that takes tokens.

use crate::support::{Place, Run};

fn is_token(line: &str) -> bool {
    line.strip_prefix("yaqut_")
        .is_some_and(|rest| rest.len() == 64 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn new(place: &Place, arguments: &[&str]) -> Run {
    place.run_bare(&[&["token", "new"], arguments].concat())
}

#[test]
fn a_token_is_printed_alone_and_its_line_apart() {
    let place = Place::new();
    let run = new(&place, &["desk", "--scope", "resolve,admin", "--expires", "2099-01-31", "--note", "a b"]);
    let run = run.expect(0);
    assert!(is_token(run.stdout.trim_end()) && run.stdout.lines().count() == 1, "{}", run.stdout);
    let cells: Vec<_> = run.stderr.trim_end().split('\t').collect();
    let [name, hash, scopes, expires, note] = cells[..] else { panic!("{}", run.stderr) };
    assert_eq!((name, scopes, expires, note), ("desk", "resolve,admin", "2099-01-31T00:00:00Z", "a b"));
    assert!(!run.stderr.contains(run.stdout.trim_end()));
    assert_eq!(place.run_with_input(&["token", "hash"], &run.stdout).expect(0).stdout.trim_end(), hash);
}

#[test]
fn a_token_that_could_be_guessed_has_no_hash() {
    let place = Place::new();
    for input in ["", "password\n", "two words that are long enough for it all\n"] {
        place.run_with_input(&["token", "hash"], input).expect(65).stderr_has(&["holds no token", "32"]);
    }
}

#[test]
fn what_cannot_be_in_the_table_is_refused() {
    let place = Place::new();
    new(&place, &["a b"]).expect(2).stderr_has(&["`a b` is no name"]);
    new(&place, &["a", "--scope", "resolv"]).expect(2).stderr_has(&["did you mean `resolve`?"]);
    new(&place, &["a", "--expires", "soon"]).expect(2).stderr_has(&["RFC 3339"]);
}

#[test]
fn lines_are_added_to_a_table() {
    let place = Place::new();
    let run =
        new(&place, &["one", "--append", "tokens.tsv"]).expect(0).stderr_has(&["added to tokens.tsv: one"]);
    assert!(is_token(run.stdout.trim_end()));
    new(&place, &["two", "--scope", "admin", "--append", "tokens.tsv"]).expect(0);
    let table = place.read("tokens.tsv");
    let names: Vec<_> = table.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(names, ["# name", "one", "two"]);
    new(&place, &["one", "--append", "tokens.tsv"]).expect(65).stderr_has(&["tokens.tsv:4:1", "line 2"]);
    assert_eq!(place.read("tokens.tsv"), table);
    assert_eq!(place.files(), ["tokens.tsv"]);
}

#[cfg(unix)]
#[test]
fn a_table_keeps_its_rights_and_a_new_one_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let mode = || std::fs::metadata(place.path("tokens.tsv")).unwrap().permissions().mode() & 0o777;
    new(&place, &["one", "--append", "tokens.tsv"]).expect(0);
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(place.path("tokens.tsv"), std::fs::Permissions::from_mode(0o640)).unwrap();
    new(&place, &["two", "--append", "tokens.tsv"]).expect(0);
    assert_eq!(mode(), 0o640);
}

#[test]
fn a_server_that_cannot_check_does_not_start() {
    let place = Place::new();
    let serve = |arguments: &[&str]| {
        place.run(&[&["serve", "--listen", "127.0.0.1:0", "--admin-listen", "off"], arguments].concat())
    };
    serve(&["--auth-tokens", "none.tsv"]).expect(66).stderr_has(&["none.tsv: cannot be read"]);
    place.write("tokens.tsv", "desk\tabc\tresolve\n");
    serve(&["--auth-tokens", "tokens.tsv"]).expect(65).stderr_has(&["tokens.tsv:1:6: is no SHA-256"]);
    place.write("tokens.tsv", "# nobody yet\n");
    serve(&["--auth-tokens", "tokens.tsv"]).expect(65).stderr_has(&["lists no token", "yaqut token new"]);
    serve(&["--auth-jwks", "jwks.json"]).expect(2).stderr_has(&["--auth-jwt-issuer", "--auth-jwt-audience"]);
    serve(&["--auth-clients", "clients.tsv"]).expect(2).stderr_has(&["--tls-client-ca"]);
    let public = ["serve", "--listen", "0.0.0.0:0", "--auth-tokens", "tokens.tsv"];
    place.run(&public).expect(2).stderr_has(&["0.0.0.0:0", "--listen", "--auth-allow-plaintext"]);
}
