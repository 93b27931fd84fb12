use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::server::auth::testing::{Issuer, base64url, jwks, now};

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "yaqut";

/// Checks against a set of keys in a file.
struct Bed {
    folder: TempDir,
    jwt: Jwt,
}

fn options(folder: &TempDir) -> JwtOptions {
    JwtOptions {
        jwks: folder.path().join("jwks.json"),
        issuer: ISSUER.into(),
        audience: AUDIENCE.into(),
        algorithms: JwtAlgorithm::ALL.to_vec(),
        leeway: Duration::from_secs(30),
    }
}

fn open(set: &str, change: impl FnOnce(&mut JwtOptions)) -> Result<Bed, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder);
    fs::write(&options.jwks, set).unwrap();
    change(&mut options);
    let jwt = Jwt::open(&options).map_err(|error| error.to_string())?;
    Ok(Bed { folder, jwt })
}

impl Bed {
    fn new<'i>(issuers: impl IntoIterator<Item = &'i Issuer>) -> Self {
        open(&jwks(issuers), |_| {}).unwrap()
    }

    fn caller(&self, token: &str) -> Result<(String, String), Refusal> {
        let caller = self.jwt.caller(token, TokenHash::of(token), now())?;
        Ok((caller.name.to_string(), caller.scopes.to_string()))
    }
}

fn issuers() -> [Issuer; 3] {
    [Issuer::new("RS256", "r"), Issuer::new("ES256", "e"), Issuer::new("EdDSA", "d")]
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "desk", "exp": now() + 600, "scope": "openid resolve"})
}

/// The common claims, but one.
fn claims_with(name: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[name] = value.into();
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[test]
fn each_algorithm_is_taken() {
    let issuers = issuers();
    let bed = Bed::new(&issuers);
    for issuer in &issuers {
        let token = issuer.token(&claims());
        for _ in 0..2 {
            assert_eq!(bed.caller(&token), Ok(("jwt:desk".into(), "resolve".into())), "{}", issuer.kid);
        }
    }
}

#[test]
fn scopes_are_read_however_they_are_written() {
    let issuer = Issuer::new("EdDSA", "d");
    let bed = Bed::new([&issuer]);
    let scopes = |name: &str, value: Value| {
        let mut claims = without("scope");
        claims[name] = value;
        bed.caller(&issuer.token(&claims)).map(|(_, scopes)| scopes)
    };
    assert_eq!(scopes("scope", json!("admin resolve")), Ok("resolve,admin".into()));
    assert_eq!(scopes("scp", json!(["admin", "other"])), Ok("admin".into()));
    assert_eq!(scopes("scp", json!("resolve")), Ok("resolve".into()));
    assert_eq!(scopes("roles", json!("resolve")), Ok(String::new()));
    assert_eq!(scopes("scope", json!("resolve,admin")), Ok(String::new()));
    assert_eq!(scopes("scope", json!(7)), Err(Refusal::Malformed));
}

#[test]
fn a_subject_is_safe_to_log() {
    let issuer = Issuer::new("EdDSA", "d");
    let bed = Bed::new([&issuer]);
    let name = |claims: &Value| bed.caller(&issuer.token(claims)).unwrap().0;
    let name_of_long = name(&claims_with("sub", format!("a\u{202e}\n{}", "b".repeat(1_000))));
    assert!(name_of_long.starts_with("jwt:a\\u{202e}\\nbbb") && name_of_long.len() < 150, "{name_of_long}");
    assert_eq!(name(&without("sub")), "jwt:nobody");
}

#[test]
fn what_claims_say_is_checked() {
    let issuer = Issuer::new("EdDSA", "d");
    let bed = Bed::new([&issuer]);
    let at = |seconds: i64| now().saturating_add_signed(seconds);
    let cases = [
        (claims_with("exp", at(-20)), Ok(())),
        (claims_with("exp", at(-40)), Err(Refusal::Expired)),
        (claims_with("exp", 0), Err(Refusal::Expired)),
        (claims_with("exp", -1), Err(Refusal::Malformed)),
        (claims_with("exp", "9999999999"), Err(Refusal::Malformed)),
        (claims_with("exp", Value::Null), Err(Refusal::Malformed)),
        (without("exp"), Err(Refusal::Malformed)),
        (claims_with("exp", 1e300), Err(Refusal::Malformed)),
        (claims_with("nbf", at(20)), Ok(())),
        (claims_with("nbf", at(60)), Err(Refusal::NotYetValid)),
        (claims_with("nbf", "soon"), Err(Refusal::Malformed)),
        (claims_with("aud", json!(["other", AUDIENCE])), Ok(())),
        (claims_with("aud", "other"), Err(Refusal::WrongAudience)),
        (claims_with("aud", "yaqut2"), Err(Refusal::WrongAudience)),
        (claims_with("aud", json!([])), Err(Refusal::WrongAudience)),
        (claims_with("aud", 7), Err(Refusal::WrongAudience)),
        (without("aud"), Err(Refusal::WrongAudience)),
        (claims_with("iss", "https://issuer.example/"), Err(Refusal::WrongAudience)),
        (claims_with("iss", json!([ISSUER, "https://other.example"])), Err(Refusal::Malformed)),
        (without("iss"), Err(Refusal::Malformed)),
        (claims_with("sub", 7), Err(Refusal::Malformed)),
        (json!([]), Err(Refusal::Malformed)),
        (json!("text"), Err(Refusal::Malformed)),
    ];
    for (claims, expected) in cases {
        assert_eq!(bed.caller(&issuer.token(&claims)).map(drop), expected, "{claims}");
    }
}

#[test]
fn a_claim_or_header_that_stands_twice_is_malformed() {
    let issuer = Issuer::new("EdDSA", "d");
    let bed = Bed::new([&issuer]);
    let (header, claims) = (issuer.header().to_string(), claims().to_string());
    let twice = |text: &str, more: &str| text.replacen('{', &format!("{{{more},"), 1);
    assert!(bed.caller(&issuer.sign(&header, &claims)).is_ok());
    for more in [r#""exp":1"#, r#""iss":"x""#, r#""scope":"admin""#, r#""aud":"x""#] {
        assert_eq!(
            bed.caller(&issuer.sign(&header, &twice(&claims, more))),
            Err(Refusal::Malformed),
            "{more}"
        );
    }
    for more in [r#""alg":"none""#, r#""kid":"x""#, r#""alg":"EdDSA""#] {
        assert_eq!(
            bed.caller(&issuer.sign(&twice(&header, more), &claims)),
            Err(Refusal::Malformed),
            "{more}"
        );
    }
}

#[test]
fn tricks_with_the_header_are_refused() {
    let issuers = issuers();
    let [rsa, _, eddsa] = &issuers;
    let bed = Bed::new(&issuers);
    let attacker = Issuer::new("EdDSA", "evil");
    let header = |changes: Value| {
        let mut header = eddsa.header();
        let fields = header.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                fields.remove(name)
            } else {
                fields.insert(name.clone(), value.clone())
            };
        }
        header.to_string()
    };
    let refused = |issuer: &Issuer, changes: Value| {
        bed.caller(&issuer.sign(&header(changes), &claims().to_string())).unwrap_err()
    };
    assert_eq!(refused(eddsa, json!({"alg": "none"})), Refusal::Malformed);
    assert_eq!(refused(eddsa, json!({"alg": "None"})), Refusal::Malformed);
    assert_eq!(refused(eddsa, json!({"alg": null})), Refusal::Malformed);
    assert_eq!(refused(eddsa, json!({"kid": null})), Refusal::Malformed);
    assert_eq!(refused(eddsa, json!({"kid": 7})), Refusal::Malformed);
    assert_eq!(refused(eddsa, json!({"kid": "x"})), Refusal::Unknown);
    assert_eq!(refused(eddsa, json!({"kid": "../../etc/passwd"})), Refusal::Unknown);
    assert_eq!(refused(eddsa, json!({"kid": "r"})), Refusal::BadSignature);
    for alg in ["HS256", "HS512", "RS256", "ES256", "ES384", "PS256"] {
        assert_eq!(refused(eddsa, json!({"alg": alg})), Refusal::BadSignature, "{alg}");
        assert_eq!(refused(rsa, json!({"alg": alg})), Refusal::BadSignature, "{alg}");
    }
    assert_eq!(refused(&attacker, json!({})), Refusal::BadSignature);
    for trick in [
        json!({"jwk": attacker.jwk()}),
        json!({"jku": "https://evil.example/jwks.json"}),
        json!({"x5u": "https://evil.example/cert.pem"}),
        json!({"x5c": ["AAAA"]}),
        json!({"crit": ["b64"], "b64": false}),
        json!({"crit": []}),
        json!({"zip": "DEF"}),
        json!({"enc": "A128GCM"}),
    ] {
        assert_eq!(refused(&attacker, trick.clone()), Refusal::Malformed, "{trick}");
        assert_eq!(refused(eddsa, trick.clone()), Refusal::Malformed, "{trick}");
    }
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let rsa = Issuer::new("RS256", "r");
    let bed = Bed::new([&rsa]);
    let header = json!({"alg": "HS256", "kid": "r"}).to_string();
    let message = format!("{}.{}", base64url(header.as_bytes()), base64url(claims().to_string().as_bytes()));
    for secret in [rsa.jwk()["n"].as_str().unwrap().as_bytes(), rsa.jwk().to_string().as_bytes(), b""] {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
        let tag = ring::hmac::sign(&key, message.as_bytes());
        let token = format!("{message}.{}", base64url(tag.as_ref()));
        assert_eq!(bed.caller(&token), Err(Refusal::BadSignature));
    }
}

#[test]
fn a_changed_token_is_refused() {
    let issuer = Issuer::new("ES256", "e");
    let bed = Bed::new([&issuer]);
    let token = issuer.token(&claims());
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let other = issuer.token(&claims_with("scope", "admin"));
    let other_payload = other.split('.').nth(1).unwrap();
    for changed in [
        format!("{header}.{other_payload}.{signature}"),
        format!("{header}.{payload}."),
        format!("{header}.{payload}.{}", &signature[..signature.len() - 2]),
        format!("{header}.{payload}.{signature}="),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        "..".into(),
        "a.b.c".into(),
    ] {
        assert!(bed.caller(&changed).is_err(), "{changed}");
    }
    assert!(bed.caller(&token).is_ok());
}

#[test]
fn only_configured_algorithms_are_taken() {
    let issuers = issuers();
    let bed = open(&jwks(&issuers), |options| options.algorithms = vec![JwtAlgorithm::Es256]).unwrap();
    for issuer in &issuers {
        let expected = if issuer.kid == "e" { Ok(()) } else { Err(Refusal::Unknown) };
        assert_eq!(bed.caller(&issuer.token(&claims())).map(drop), expected);
    }
    let error = open(&jwks([&issuers[0]]), |options| options.algorithms = vec![JwtAlgorithm::Es256]).err();
    assert!(error.unwrap().contains("holds no key"));
}

#[test]
fn keys_for_other_purposes_are_passed_over() {
    let issuer = Issuer::new("EdDSA", "d");
    let with = |name: &str, value: Value| {
        let mut jwk = Issuer::new("EdDSA", "x").jwk();
        jwk[name] = value;
        jwk
    };
    let others = [
        with("use", json!("enc")),
        with("alg", json!("ECDH-ES")),
        with("key_ops", json!(["encrypt"])),
        json!({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "kid": "x"}),
        json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "x"}),
        json!({}),
        json!(7),
    ];
    for other in others {
        let set = json!({"keys": [other, issuer.jwk()]}).to_string();
        let bed = open(&set, |_| {}).unwrap();
        assert!(bed.caller(&issuer.token(&claims())).is_ok(), "{other}");
        assert!(open(&json!({"keys": [other]}).to_string(), |_| {}).is_err(), "{other}");
    }
}

#[test]
fn what_is_wrong_with_a_set_is_told() {
    let issuer = Issuer::new("EdDSA", "d");
    let key = |name: &str, value: Value| {
        let mut jwk = issuer.jwk();
        jwk[name] = value;
        json!({"keys": [jwk]}).to_string()
    };
    let mut rsa = Issuer::new("RS256", "r").jwk();
    rsa["n"] = base64url(&[0xff; 128]).into();
    let cases = [
        ("{".into(), "jwks.json:1:1: is no JSON"),
        ("{\n\"keys\": [}".into(), "jwks.json:2:10: is no JSON"),
        ("[]".into(), "is no JWK Set"),
        (r#"{"keys": []}"#.into(), "holds no key"),
        (jwks([&issuer, &issuer]), "key 2 (kid `d`): another key has this `kid`"),
        (key("kid", Value::Null), "key 1 (kid ``): has no `kid`"),
        (key("d", json!("AAAA")), "key 1 (kid `d`): is a private key"),
        (key("kty", json!("oct")), "key 1 (kid `d`): is a shared secret"),
        (key("x", json!("AAAA")), "key 1 (kid `d`): has not the length"),
        (key("x", json!("=")), "key 1 (kid `d`): is no JWK"),
        (key("x", json!(7)), "key 1 (kid `d`): is no JWK"),
        (json!({"keys": [rsa]}).to_string(), "key 1 (kid `r`): is an RSA key of less than 2048"),
    ];
    for (set, expected) in cases {
        let error = open(&set, |_| {}).err().unwrap();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn an_rsa_key_with_zeros_before_it_is_taken() {
    let issuer = Issuer::new("RS256", "r");
    let mut jwk = issuer.jwk();
    // Three zeros are four digits, so that the rest stays as it is.
    jwk["n"] = format!("AAAA{}", jwk["n"].as_str().unwrap()).into();
    let bed = open(&json!({"keys": [jwk]}).to_string(), |_| {}).unwrap();
    assert!(bed.caller(&issuer.token(&claims())).is_ok());
}

#[test]
fn new_keys_forget_what_old_ones_verified() {
    let (old, new) = (Issuer::new("EdDSA", "old"), Issuer::new("EdDSA", "new"));
    let bed = Bed::new([&old]);
    let (of_old, of_new) = (old.token(&claims()), new.token(&claims()));
    assert!(bed.caller(&of_old).is_ok());
    assert_eq!(bed.caller(&of_new), Err(Refusal::Unknown));
    let path = bed.folder.path().join("jwks.json");
    fs::write(&path, jwks([&new])).unwrap();
    assert_eq!(bed.jwt.look(), Look::Exchanged);
    assert_eq!(bed.caller(&of_old), Err(Refusal::Unknown));
    assert!(bed.caller(&of_new).is_ok());
    fs::write(&path, "{").unwrap();
    assert_eq!(bed.jwt.look(), Look::Failed);
    assert!(bed.caller(&of_new).is_ok());
}

#[test]
fn a_token_that_was_verified_expires() {
    let issuer = Issuer::new("EdDSA", "d");
    let bed = Bed::new([&issuer]);
    let token = issuer.token(&claims_with("exp", now() - 28));
    let at = |now| bed.jwt.caller(&token, TokenHash::of(&token), now).map(drop);
    // Within the leeway it is verified each time, so that what is remembered never outlives it.
    assert_eq!(at(now()), Ok(()));
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(at(now()), Err(Refusal::Expired));
    assert_eq!(at(0), Err(Refusal::NotYetValid), "the clock was never set");
}

#[test]
fn names_of_algorithms_are_those_of_the_standard() {
    for algorithm in JwtAlgorithm::ALL {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
    }
    for wrong in ["none", "HS256", "rs256", "", "EdDSA "] {
        assert!(wrong.parse::<JwtAlgorithm>().is_err(), "{wrong}");
    }
}
