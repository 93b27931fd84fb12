use std::fs;
use std::path::Path;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::testing::{Issuer, jwks};
use super::*;

const RESOLVE: Method = Method::ResolveName;
const RELOAD: Method = Method::ReloadIndex;
const REFLECT: Method = Method::ReflectionV1;
const CHECK: Method = Method::HealthCheck;
const UNKNOWN: Method = Method::Unknown;

/// All three kinds of credentials, over files that can be changed.
struct Bed {
    folder: TempDir,
    issuer: Issuer,
    auth: Auth,
}

impl Bed {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issuer = Issuer::new("EdDSA", "d");
        write_tokens(folder.path(), &["resolve", "admin", "both"]);
        fs::write(folder.path().join("jwks.json"), jwks([&issuer])).unwrap();
        fs::write(folder.path().join("clients.tsv"), "c\tclient.example\tresolve\n").unwrap();
        let auth = Auth::open(&options(folder.path())).unwrap();
        Self { folder, issuer, auth }
    }

    fn jwt(&self, scope: &str) -> String {
        let claims = json!({"iss": "i", "aud": "a", "sub": "s", "exp": now() + 600, "scope": scope});
        self.issuer.token(&claims)
    }

    /// The name of whoever calls `method` so, or why it may not.
    fn check(&self, method: Method, token: Option<&str>, names: &[&str]) -> Result<Option<String>, Refusal> {
        let mut request = Request::builder();
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let peer = Peer::default().with_certificate(names);
        let request = request.extension(peer).body(()).unwrap();
        let checked = self.auth.check(method, &request);
        checked.map(|caller| caller.map(|caller| caller.name.to_string())).map_err(|denied| denied.refusal)
    }
}

/// A token for each set of scopes, which is its name too.
fn write_tokens(folder: &Path, names: &[&str]) {
    let row = |name: &&str| {
        let scopes = if *name == "both" { "resolve,admin" } else { *name };
        format!("{name}\t{}\t{scopes}\n", TokenHash::of(&secret(name)))
    };
    fs::write(folder.join("tokens.tsv"), names.iter().map(row).collect::<String>()).unwrap();
}

fn secret(name: &str) -> String {
    format!("the-secret-of-{name}")
}

fn options(folder: &Path) -> AuthOptions {
    AuthOptions {
        tokens: Some(folder.join("tokens.tsv")),
        jwt: Some(JwtOptions {
            jwks: folder.join("jwks.json"),
            issuer: "i".into(),
            audience: "a".into(),
            algorithms: JwtAlgorithm::ALL.to_vec(),
            leeway: Duration::from_secs(30),
        }),
        clients: Some(folder.join("clients.tsv")),
        reload_interval: Duration::from_millis(10),
    }
}

#[test]
fn everything_is_allowed_unless_something_is_configured() {
    let auth = Auth::open(&AuthOptions::default()).unwrap();
    assert!(!auth.is_configured() && auth.counters().is_none());
    for method in [RESOLVE, RELOAD, REFLECT, CHECK, UNKNOWN] {
        assert!(auth.check(method, &Request::new(())).unwrap().is_none());
    }
}

#[test]
fn a_call_needs_its_scope() {
    let bed = Bed::new();
    let [resolve, admin, both] = ["resolve", "admin", "both"].map(secret);
    let [jwt_resolve, jwt_admin, jwt_none] = ["resolve", "admin", "openid"].map(|scope| bed.jwt(scope));
    let cases: [(&str, [Result<(), Refusal>; 4]); 6] = {
        let (yes, no, not_there) = (Ok(()), Err(Refusal::Scope), Err(Refusal::UnknownMethod));
        [
            (&resolve, [yes, no, yes, not_there]),
            (&admin, [no, yes, yes, not_there]),
            (&both, [yes, yes, yes, not_there]),
            (&jwt_resolve, [yes, no, yes, not_there]),
            (&jwt_admin, [no, yes, yes, not_there]),
            (&jwt_none, [no, no, no, not_there]),
        ]
    };
    for (token, expected) in cases {
        for (method, expected) in [RESOLVE, RELOAD, REFLECT, UNKNOWN].into_iter().zip(expected) {
            assert_eq!(bed.check(method, Some(token), &[]).map(drop), expected, "{method:?} {token}");
        }
    }
    for method in [RESOLVE, RELOAD, REFLECT, UNKNOWN] {
        assert_eq!(bed.check(method, None, &[]), Err(Refusal::Missing), "{method:?}");
        assert_eq!(bed.check(method, Some("a-guess"), &[]), Err(Refusal::Unknown), "{method:?}");
    }
    assert_eq!(bed.check(CHECK, None, &[]), Ok(None));
    assert_eq!(bed.check(CHECK, Some("a-guess"), &[]), Ok(None));
}

#[test]
fn a_token_speaks_before_a_certificate() {
    let bed = Bed::new();
    let client = &["client.example"];
    assert_eq!(bed.check(RESOLVE, None, client), Ok(Some("client:c".into())));
    assert_eq!(bed.check(RESOLVE, None, &["other.example"]), Err(Refusal::Unknown));
    assert_eq!(bed.check(RELOAD, None, client), Err(Refusal::Scope));
    assert_eq!(bed.check(RESOLVE, Some("a-guess"), client), Err(Refusal::Unknown));
    assert_eq!(bed.check(RELOAD, Some(&secret("admin")), client), Ok(Some("token:admin".into())));
    assert_eq!(bed.check(RESOLVE, Some(&secret("admin")), client), Err(Refusal::Scope));
    assert_eq!(bed.check(RESOLVE, Some(&bed.jwt("resolve")), client), Ok(Some("jwt:s".into())));
}

#[test]
fn every_result_is_counted() {
    let bed = Bed::new();
    let _ = bed.check(RESOLVE, Some(&secret("resolve")), &[]);
    let _ = bed.check(RESOLVE, Some(&secret("resolve")), &[]);
    let _ = bed.check(RESOLVE, None, &[]);
    let _ = bed.check(RELOAD, Some(&secret("resolve")), &[]);
    let _ = bed.check(CHECK, None, &[]);
    let counted: Vec<_> = bed.auth.counters().unwrap().results().filter(|(_, count)| *count > 0).collect();
    let denied = AuthResult::Denied;
    assert_eq!(
        counted,
        [(AuthResult::Allowed, 2), (denied(Refusal::Missing), 1), (denied(Refusal::Scope), 1)]
    );
}

#[test]
fn files_are_read_again_while_calls_are_checked() {
    let bed = Bed::new();
    let until = |method: Method, token: &str, expected: Result<(), Refusal>| {
        let started = std::time::Instant::now();
        while bed.check(method, Some(token), &[]).map(drop) != expected {
            assert!(started.elapsed() < Duration::from_secs(20), "{method:?} {token}");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let (admin, resolve) = (secret("admin"), secret("resolve"));
    until(RELOAD, &admin, Ok(()));
    write_tokens(bed.folder.path(), &["resolve"]);
    until(RELOAD, &admin, Err(Refusal::Unknown));
    until(RESOLVE, &resolve, Ok(()));
    fs::write(bed.folder.path().join("clients.tsv"), "c\t*\tresolve\n").unwrap();
    let counters = bed.auth.counters().unwrap();
    while counters.reloads_failed() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(bed.check(RESOLVE, None, &["client.example"]), Ok(Some("client:c".into())));
    assert!(counters.reloads_exchanged() > 0);
}

#[test]
fn a_bad_file_is_an_error_at_the_start() {
    let bed = Bed::new();
    let error = |options: &AuthOptions| Auth::open(options).map(drop).unwrap_err().to_string();
    fs::write(bed.folder.path().join("tokens.tsv"), "a\tb\n").unwrap();
    assert!(error(&options(bed.folder.path())).contains("tokens.tsv:1:1: has 2 cells"));
    fs::remove_file(bed.folder.path().join("tokens.tsv")).unwrap();
    assert!(error(&options(bed.folder.path())).contains("tokens.tsv: cannot be read"));
}

#[test]
fn nothing_secret_is_shown() {
    let bed = Bed::new();
    assert_eq!(format!("{:?}", bed.auth), "Auth { is_configured: true, .. }");
    for token in [secret("resolve"), bed.jwt("resolve")] {
        let request = Request::builder().header(AUTHORIZATION, format!("Bearer {token}")).body(()).unwrap();
        let denied = bed.auth.check(RELOAD, &request).unwrap_err();
        assert!(!format!("{denied:?}").contains(&token));
        assert!(denied.caller.is_some());
    }
}

thread_local! {
    static BED: Bed = Bed::new();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_random_header_is_let_through(
        value in prop::collection::vec(any::<u8>(), 0..200), method in prop::sample::select(&Method::ALL[..])
    ) {
        let Ok(header) = HeaderValue::from_bytes(&value) else { return Ok(()) };
        let request = Request::builder().header(AUTHORIZATION, header).body(()).unwrap();
        let is_refused = BED.with(|bed| bed.auth.check(method, &request).is_err());
        prop_assert!(is_refused || Requirement::of(method) == Requirement::Nothing);
    }

    #[test]
    fn no_random_token_is_let_through(token in "[A-Za-z0-9._~+/=-]{1,80}") {
        prop_assert!(BED.with(|bed| bed.check(RESOLVE, Some(&token), &[]).is_err()));
    }

    #[test]
    fn no_random_parts_of_a_jwt_are_let_through(header in ".{0,60}", claims in ".{0,60}", signature in ".{0,60}") {
        let token = [header, claims, signature].map(|part| testing::base64url(part.as_bytes())).join(".");
        prop_assert!(BED.with(|bed| bed.check(RESOLVE, Some(&token), &[]).is_err()));
    }

    #[test]
    fn no_changed_jwt_is_let_through(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9._-]") {
        BED.with(|bed| {
            let token = bed.jwt("resolve");
            prop_assert!(bed.check(RESOLVE, Some(&token), &[]).is_ok());
            let mut changed = token.clone().into_bytes();
            let at = at.index(changed.len());
            changed.splice(at..=at, to.bytes());
            let changed = String::from_utf8(changed).unwrap();
            prop_assert!(changed == token || bed.check(RESOLVE, Some(&changed), &[]).is_err());
            Ok(())
        })?;
    }
}
