//! Who may call what, over both listeners.

#[path = "../../src/server/auth/testing.rs"]
mod testing;

use std::path::Path;
use std::time::{Duration, Instant};

use http::uri::PathAndQuery;
use prost::Message;
use prost_types::FileDescriptorSet;
use serde_json::json;
use tempfile::TempDir;
use tonic::client::Grpc;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt;
use yaqut::ResolveOptions;
use yaqut::rpc::{
    ADMIN_FILE_DESCRIPTOR_SET, Client, ClientError, ClientOptions, FILE_DESCRIPTOR_SET, Token, pb,
};
use yaqut::server::{
    Auth, AuthOptions, AuthRefusal, Expiry, JwtAlgorithm, JwtOptions, Scope, ServeOptions, ServerTls,
    TlsFiles, TokenHash, TokenRow, TransportOptions, new_token,
};

use self::testing::{Issuer, jwks, now};
use crate::admin::bed::{Bed, Watching, replace};
use crate::support::{Server, TOWNS, gazetteer};
use crate::tls::Authority;

const RESOLVE_NAME: &str = "/yaqut.v1.GazetteerService/ResolveName";
const GET_RELOAD_STATUS: &str = "/yaqut.v1.AdminService/GetReloadStatus";
/// How long whatever must happen may take; only what fails takes that long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that takes static tokens and JWTs.
struct Guarded {
    bed: Bed,
    auth: Auth,
    files: TempDir,
    issuer: Issuer,
    resolve: String,
    admin: String,
    expired: String,
}

impl Guarded {
    async fn start() -> Self {
        let files = tempfile::tempdir().unwrap();
        let issuer = Issuer::new("ES256", "first");
        let [resolve, admin, expired] = [(); 3].map(|()| new_token().unwrap());
        let past = "2020-01-01".parse().ok();
        write_tokens(
            files.path(),
            &[
                ("resolver", &resolve, Scope::Resolve, None),
                ("operator", &admin, Scope::Admin, None),
                ("leaver", &expired, Scope::Resolve, past),
            ],
        );
        replace(&files.path().join("jwks.json"), jwks([&issuer]));
        let auth = Auth::open(&options(files.path())).unwrap();
        let options = ServeOptions { auth: auth.clone(), ..ServeOptions::default() };
        let bed = Bed::start_serving(Watching::Off, options).await;
        Self { bed, auth, files, issuer, resolve, admin, expired }
    }

    /// The code of a call of `path`, on the listener that has it.
    async fn code(&self, path: &str, token: Option<&str>) -> Code {
        let is_admin = path.starts_with("/yaqut.v1.AdminService/");
        let channel = if is_admin { &self.bed.admin_channel } else { &self.bed.public_channel };
        call(channel, path, token).await.err().map_or(Code::Ok, |status| status.code())
    }

    async fn becomes(&self, path: &str, token: &str, expected: Code) {
        let started = Instant::now();
        while self.code(path, Some(token)).await != expected {
            assert!(started.elapsed() < PATIENCE, "{path} is not {expected:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn options(files: &Path) -> AuthOptions {
    AuthOptions {
        tokens: Some(files.join("tokens.tsv")),
        jwt: Some(JwtOptions {
            jwks: files.join("jwks.json"),
            issuer: "https://issuer.example".into(),
            audience: "yaqut".into(),
            algorithms: JwtAlgorithm::ALL.to_vec(),
            leeway: Duration::from_secs(30),
        }),
        clients: None,
        reload_interval: Duration::from_millis(20),
    }
}

fn write_tokens(files: &Path, tokens: &[(&str, &String, Scope, Option<Expiry>)]) {
    let row = |(name, token, scope, expiry): &(&str, &String, Scope, Option<Expiry>)| {
        let scopes = [*scope].into_iter().collect();
        format!("{}\n", TokenRow::new(name, TokenHash::of(token), scopes, *expiry, "").unwrap())
    };
    replace(&files.join("tokens.tsv"), tokens.iter().map(row).collect::<String>());
}

/// Sends one empty message to `path`, and reads one.
async fn call(channel: &Channel, path: &str, token: Option<&str>) -> Result<(), Status> {
    type Empty = pb::GetReloadStatusRequest;
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let mut request = Request::new(tokio_stream::iter([Empty {}]));
    if let Some(token) = token {
        let value: MetadataValue<_> = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    let path = PathAndQuery::try_from(path).unwrap();
    let answer = grpc.streaming(request, path, ProstCodec::<Empty, Empty>::default()).await?;
    answer.into_inner().message().await.map(drop)
}

/// The path of every method of a set of descriptors.
fn paths(descriptors: &[u8]) -> Vec<String> {
    let mut paths = Vec::new();
    for file in FileDescriptorSet::decode(descriptors).unwrap().file {
        for service in &file.service {
            let name = format!("/{}.{}", file.package(), service.name());
            paths.extend(service.method.iter().map(|method| format!("{name}/{}", method.name())));
        }
    }
    paths
}

fn is_refused(code: Code) -> bool {
    matches!(code, Code::Unauthenticated | Code::PermissionDenied)
}

#[tokio::test]
async fn every_method_needs_its_scope() {
    let server = Guarded::start().await;
    let claims = |scope: &str, exp: u64| {
        server.issuer.token(&json!({
            "iss": "https://issuer.example", "aud": "yaqut", "sub": "s", "exp": exp, "scope": scope
        }))
    };
    let (jwt_resolve, jwt_admin) = (claims("resolve", now() + 600), claims("admin", now() + 600));
    let jwt_expired = claims("resolve admin", now() - 600);
    let jwt_forged = Issuer::new("ES256", "first").token(&json!({"sub": "s"}));
    let stranger = new_token().unwrap();
    let services = [
        (FILE_DESCRIPTOR_SET, [&server.resolve, &jwt_resolve], [&server.admin, &jwt_admin]),
        (ADMIN_FILE_DESCRIPTOR_SET, [&server.admin, &jwt_admin], [&server.resolve, &jwt_resolve]),
    ];
    let mut called = 0;
    for (descriptors, right, other_scope) in services {
        for path in paths(descriptors) {
            assert_eq!(server.code(&path, None).await, Code::Unauthenticated, "{path}");
            for wrong in [&stranger, &server.expired, &jwt_expired, &jwt_forged] {
                assert_eq!(server.code(&path, Some(wrong)).await, Code::Unauthenticated, "{path} {wrong}");
            }
            for other in other_scope {
                assert_eq!(server.code(&path, Some(other)).await, Code::PermissionDenied, "{path} {other}");
            }
            for right in right {
                let code = server.code(&path, Some(right)).await;
                assert!(!is_refused(code) && code != Code::Unimplemented, "{path} {right}: {code:?}");
            }
            called += 1;
        }
    }
    assert!(called >= 10);
    let counters = server.auth.counters().unwrap();
    assert_eq!(counters.denied(AuthRefusal::Missing), called);
    assert_eq!(counters.denied(AuthRefusal::Scope), 2 * called);
    assert_eq!(counters.denied(AuthRefusal::Expired), 2 * called);
    assert_eq!(counters.denied(AuthRefusal::BadSignature), called);
    assert_eq!(counters.allowed(), 2 * called);
    let metrics = crate::telemetry::ask(&server.bed.admin_address, "GET /metrics").await.body;
    for (result, count) in [("allowed", 2 * called), ("missing", called), ("scope", 2 * called)] {
        let line = format!("yaqut_auth_total{{result=\"{result}\"}} {count}\n");
        assert!(metrics.contains(&line), "no {line} in {metrics}");
    }
}

#[tokio::test]
async fn probes_need_nothing_and_reflection_any_scope() {
    let server = Guarded::start().await;
    let reflections = ["v1", "v1alpha"]
        .map(|version| format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"));
    for channel in [&server.bed.public_channel, &server.bed.admin_channel] {
        for path in ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"] {
            for token in [None, Some("a-guess")] {
                call(channel, path, token).await.unwrap();
            }
        }
        for path in &reflections {
            assert_eq!(call(channel, path, None).await.unwrap_err().code(), Code::Unauthenticated);
            for token in [&server.resolve, &server.admin] {
                let code =
                    call(channel, path, Some(token)).await.err().map_or(Code::Ok, |status| status.code());
                assert!(!is_refused(code), "{path}: {code:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_method_that_is_not_there_is_no_secret_to_those_who_are_known() {
    let server = Guarded::start().await;
    for path in ["/yaqut.v1.GazetteerService/Resolve", "/yaqut.v2.GazetteerService/ResolveName", "/a/b"] {
        assert_eq!(server.code(path, None).await, Code::Unauthenticated);
        assert_eq!(server.code(path, Some(&server.resolve)).await, Code::Unimplemented);
    }
}

#[tokio::test]
async fn a_refusal_says_why_and_keeps_the_secret() {
    let server = Guarded::start().await;
    let (public, admin) = (&server.bed.public_channel, &server.bed.admin_channel);
    let status = call(public, RESOLVE_NAME, None).await.unwrap_err();
    let info = status.get_details_error_info().unwrap();
    assert_eq!((&*info.reason, &*info.domain), ("CREDENTIALS_MISSING", "yaqut.v1"));
    assert_eq!(status.metadata().get("www-authenticate").unwrap(), "Bearer realm=\"yaqut\"");
    assert!(status.message().contains("authorization: Bearer"), "{status:?}");

    let status = call(public, RESOLVE_NAME, Some(&server.expired)).await.unwrap_err();
    assert_eq!(status.get_details_error_info().unwrap().reason, "CREDENTIALS_EXPIRED");

    let status = call(admin, GET_RELOAD_STATUS, Some(&server.resolve)).await.unwrap_err();
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.reason, "SCOPE_MISSING");
    assert_eq!((&*info.metadata["scope"], &*info.metadata["caller"]), ("admin", "token:resolver"));
    assert!(status.message().contains("admin") && !format!("{status:?}").contains(&server.resolve));
}

#[tokio::test]
async fn a_refused_call_is_not_waited_for() {
    let server = Guarded::start().await;
    let mut grpc = Grpc::new(server.bed.public_channel.clone());
    grpc.ready().await.unwrap();
    // The message never comes.
    let request = Request::new(tokio_stream::pending::<pb::ResolveNameRequest>());
    let codec = ProstCodec::<_, pb::ResolveNameResponse>::default();
    let answer = grpc.client_streaming(request, PathAndQuery::from_static(RESOLVE_NAME), codec);
    let status = tokio::time::timeout(PATIENCE, answer).await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn tokens_and_keys_are_exchanged_while_it_serves() {
    let server = Guarded::start().await;
    let files = server.files.path();
    let fresh = new_token().unwrap();
    server.becomes(GET_RELOAD_STATUS, &server.admin, Code::Ok).await;
    // A new token, and one withdrawn.
    let rows = [("resolver", &server.resolve, Scope::Resolve, None), ("fresh", &fresh, Scope::Admin, None)];
    write_tokens(files, &rows);
    server.becomes(GET_RELOAD_STATUS, &fresh, Code::Ok).await;
    server.becomes(GET_RELOAD_STATUS, &server.admin, Code::Unauthenticated).await;
    // A bad table changes nothing.
    replace(&files.join("tokens.tsv"), "fresh\tno hash\tadmin\n");
    let counters = server.auth.counters().unwrap();
    let started = Instant::now();
    while counters.reloads_failed() == 0 {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.becomes(GET_RELOAD_STATUS, &fresh, Code::Ok).await;

    let claims =
        json!({"iss": "https://issuer.example", "aud": "yaqut", "exp": now() + 600, "scp": ["admin"]});
    let next = Issuer::new("EdDSA", "next");
    let (of_first, of_next) = (server.issuer.token(&claims), next.token(&claims));
    server.becomes(GET_RELOAD_STATUS, &of_first, Code::Ok).await;
    server.becomes(GET_RELOAD_STATUS, &of_next, Code::Unauthenticated).await;
    // Both keys for a while, as issuers do it; then the new one alone.
    replace(&files.join("jwks.json"), jwks([&server.issuer, &next]));
    server.becomes(GET_RELOAD_STATUS, &of_next, Code::Ok).await;
    server.becomes(GET_RELOAD_STATUS, &of_first, Code::Ok).await;
    replace(&files.join("jwks.json"), jwks([&next]));
    server.becomes(GET_RELOAD_STATUS, &of_first, Code::Unauthenticated).await;
    server.becomes(GET_RELOAD_STATUS, &of_next, Code::Ok).await;
}

#[tokio::test]
async fn a_certificate_names_its_caller() {
    let (ca, callers) = (Authority::new("CA"), Authority::new("Callers"));
    let pair = ca.issue("127.0.0.1", 2040);
    let files = tempfile::tempdir().unwrap();
    let path = |name| files.path().join(name);
    replace(&path("tls.crt"), &pair.certificate);
    replace(&path("tls.key"), &pair.key);
    replace(&path("ca.crt"), &callers.certificate);
    replace(&path("clients.tsv"), "desk\tdesk.example\tresolve\nops\tops.example\tadmin\n");
    let token = new_token().unwrap();
    write_tokens(files.path(), &[("resolver", &token, Scope::Resolve, None)]);
    let tls =
        TlsFiles { certificate: path("tls.crt"), key: path("tls.key"), client_ca: Some(path("ca.crt")) };
    let transport = TransportOptions { tls: ServerTls::load(tls).ok(), ..Default::default() };
    let auth = AuthOptions {
        tokens: Some(path("tokens.tsv")),
        clients: Some(path("clients.tsv")),
        ..AuthOptions::default()
    };
    let options = ServeOptions { transport, auth: Auth::open(&auth).unwrap(), ..ServeOptions::default() };
    let server = Server::start_with(gazetteer(&TOWNS), options).await;
    let url = server.url.replace("http://", "https://");
    // What the server says to a caller that is not let through; nothing if it answers.
    let said = async |name: &str, token: Option<&str>| {
        let tls = Some(ca.tls_as(&callers.issue(name, 2040)));
        let options = ClientOptions { tls, token: token.and_then(Token::new), ..Default::default() };
        let asked = async {
            let mut client = Client::connect(&url, options).await?;
            client.resolve(TOWNS[0].1, &ResolveOptions::default()).await.map(drop)
        };
        match asked.await {
            Ok(()) => String::new(),
            Err(ClientError::NotAllowed { reason, .. }) => reason,
            Err(error) => panic!("{error:?}"),
        }
    };
    assert_eq!(said("desk.example", None).await, "");
    assert!(said("ops.example", None).await.starts_with("client:ops may not call this"));
    assert!(said("other.example", None).await.contains("not known here"));
    // A token speaks before the certificate, for better or worse.
    assert_eq!(said("ops.example", Some(&token)).await, "");
    assert!(said("desk.example", Some("a-guess")).await.contains("not known here"));
}
