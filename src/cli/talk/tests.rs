//! Logs of a server that is asked for odd names.

use std::future::pending;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::net::TcpListener;
use tonic::metadata::{AsciiMetadataValue, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, IntoRequest, Request};
use tonic_prost::ProstCodec;
use tracing::Dispatch;

use super::*;
use crate::Gazetteer;
use crate::index::{Segment, compile};
use crate::model::{AliasKind, EntityId, EntityType};
use crate::pack::{AliasRow, EntityRow, Pack};
use crate::rpc::pb;
use crate::rpc::pb::gazetteer_service_client::GazetteerServiceClient;
use crate::server::{ServeOptions, serve};

/// No name that is asked for may be in the log, as it is or escaped: each holds this.
const MARK: &str = "NeverLogged";

/// Controls, line ends, ANSI escapes, controls of the bidirectional algorithm, and what looks like lines of a log.
const ODD: [&str; 7] = [
    "\u{1b}[31mred\u{1b}[0m",
    "a\nb\r\nc",
    "\u{202e}\u{2066}abc\u{2069}",
    "\u{0}\u{7}\u{8}\u{7f}\u{9b}2J",
    "\"},{\"level\":\"ERROR\",\"message\":\"forged\"",
    "2026-01-01T00:00:00Z ERROR forged: x",
    "\u{2028}\u{feff}\u{200f}عمان",
];

/// A writer that keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn gazetteer() -> Arc<Gazetteer> {
    let amman = EntityId::new("Q3805").unwrap();
    let city = EntityType::new("city").unwrap();
    let pack = Pack {
        entities: vec![EntityRow::new(amman.clone(), city, "Amman")],
        aliases: vec![AliasRow::new(amman, "عمان", "ar", AliasKind::Preferred)],
        ..Pack::default()
    };
    let segment = Segment::open(Arc::new(compile(&pack).unwrap())).unwrap();
    Arc::new(Gazetteer::new(vec![Arc::new(segment)]))
}

/// What is logged, debug lines and all, while `odd` comes in every field of every method, and in metadata and paths.
///
/// Server and caller run on one thread, whose log alone is caught.
async fn log_of(format: LogFormat, odd: &str) -> String {
    let kept = Kept::default();
    let writer = kept.clone();
    let filter = EnvFilter::new("debug,yaqut=trace,h2=warn,hyper=warn,tower=warn");
    let subscriber = subscriber(format, filter, false, move || writer.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(serve(listener, gazetteer(), pending(), ServeOptions::default()));
    let channel = Endpoint::from_shared(url).unwrap().connect().await.unwrap();
    ask(channel, odd).await;
    drop(guard);
    served.abort();
    let bytes = kept.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

async fn ask(channel: Channel, odd: &str) {
    let mut client = GazetteerServiceClient::new(channel.clone());
    let text = format!("{odd}{MARK}");
    let resolve = |name: &str| pb::ResolveNameRequest { name: name.into(), ..Default::default() };
    client.resolve_name(resolve(&text)).await.ok();
    // Too long, and broken: refused.
    let status = client.resolve_name(resolve(&text.repeat(500))).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let version = pb::ResolveNameRequest { expected_index_version: text.clone(), ..resolve("عمان") };
    client.resolve_name(version).await.unwrap_err();
    let options = pb::ResolveOptions { id_namespace: text.clone(), limit: -1, ..Default::default() };
    let options = pb::ResolveNameRequest { options: Some(options), ..resolve(&text) };
    client.resolve_name(options).await.unwrap_err();
    let queries = vec![pb::NameQuery { name: text.clone(), region_code: text.clone(), ..Default::default() }];
    let batch = pb::BatchResolveNamesRequest { queries, ..Default::default() };
    client.batch_resolve_names(batch).await.ok();
    client.get_entity(pb::GetEntityRequest { id: text.clone(), ..Default::default() }).await.unwrap_err();
    let explain = pb::ExplainResolutionRequest { name: text.clone(), id: text.clone(), ..Default::default() };
    client.explain_resolution(explain).await.unwrap_err();
    client.suggest_names(pb::SuggestNamesRequest { prefix: text.clone(), ..Default::default() }).await.ok();

    let mut tagged = Request::new(resolve(&text.repeat(500)));
    if let Ok(id) = AsciiMetadataValue::try_from(text.as_bytes()) {
        tagged.metadata_mut().insert("x-request-id", id);
    }
    client.resolve_name(tagged).await.unwrap_err();
    ask_for_unknown_method(channel, odd).await;
    let mut named = Request::new(resolve(&text.repeat(500)));
    named.metadata_mut().insert("x-request-id", MetadataValue::from_static("good-id.1_A"));
    let status = client.resolve_name(named).await.unwrap_err();
    assert_eq!(status.metadata().get("x-request-id").unwrap(), "good-id.1_A");
}

/// What of `odd` can stand in a path.
async fn ask_for_unknown_method(channel: Channel, odd: &str) {
    let Ok(path) = format!("/odd.Service/{odd}").parse() else { return };
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let codec = ProstCodec::<pb::GetIndexInfoRequest, pb::GetIndexInfoResponse>::default();
    let request = pb::GetIndexInfoRequest {}.into_request();
    assert_eq!(grpc.unary(request, path, codec).await.unwrap_err().code(), Code::Unimplemented);
}

/// Whether a text could move a cursor, hide, reorder or begin a line.
fn is_harmless(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() && c.escape_debug().count() == 1 || matches!(c, '"' | '\\' | '\''))
}

#[tokio::test]
async fn no_name_is_in_a_line_for_people() {
    for odd in ODD {
        let log = log_of(LogFormat::Human, odd).await;
        assert!(!log.contains(MARK), "{log}");
        for line in log.lines() {
            assert!(is_harmless(line), "{line:?}");
            assert!(!line.starts_with("2026-01-01T00:00:00Z"), "{line}");
        }
        let calls: Vec<_> = log.lines().filter(|line| line.contains("call ")).collect();
        assert!(calls.len() >= 10, "{log}");
        for line in &calls {
            for part in ["request_id=", "method=/", "code=", "micros=", "peer=127.0.0.1:"] {
                assert!(line.contains(part), "no {part} in {line}");
            }
        }
        assert!(calls.iter().any(|line| line.contains("request_id=good-id.1_A ")), "{log}");
        assert!(calls.iter().any(|line| line.contains("code=InvalidArgument ")), "{log}");
    }
}

#[tokio::test]
async fn no_name_is_in_a_json_object() {
    for odd in ODD {
        let log = log_of(LogFormat::Json, odd).await;
        assert!(!log.contains(MARK), "{log}");
        assert!(log.lines().all(is_harmless), "{log:?}");
        let lines: Vec<Value> =
            log.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect();
        let is_call = |line: &&Value| line["message"].as_str().is_some_and(|text| text.starts_with("call "));
        let calls: Vec<_> = lines.iter().filter(is_call).collect();
        assert!(calls.len() >= 10, "{log}");
        for line in &calls {
            for member in ["timestamp", "level", "request_id", "method", "code", "peer"] {
                assert!(line[member].is_string(), "no {member} in {line}");
            }
            assert!(line["micros"].is_u64(), "{line}");
        }
        assert!(calls.iter().any(|line| line["request_id"] == "good-id.1_A"), "{log}");
        assert!(calls.iter().any(|line| line["code"] == "InvalidArgument"), "{log}");
    }
}

#[test]
fn a_panic_is_logged_without_what_was_put_together() {
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = subscriber(LogFormat::Json, EnvFilter::new("error"), false, move || writer.clone());
    let log = Dispatch::new(subscriber);
    let panics = |panic: fn()| {
        tracing::dispatcher::with_default(&log, || {
            let hook = panic::take_hook();
            panic::set_hook(Box::new(log_panic));
            panic::catch_unwind(panic).unwrap_err();
            panic::set_hook(hook);
        });
    };
    panics(|| panic!("a text of the code"));
    panics(|| panic!("{}", MARK.repeat(2)));
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ours: Vec<_> = lines
        .iter()
        .filter(|line| line["place"].as_str().is_some_and(|place| place.contains("talk/tests.rs")))
        .collect();
    assert_eq!(ours.len(), 2, "{log}");
    assert_eq!(ours[0]["message"], "panicked: a text of the code");
    assert!(!log.contains(MARK), "{log}");
}
