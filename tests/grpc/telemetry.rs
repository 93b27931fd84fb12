//! What a server tells of itself: request IDs, metrics, probes and spans.

// Counts are written as floats, and are exact.
#![expect(clippy::float_cmp)]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Endpoint;
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use yaqut::Gazetteer;
use yaqut::rpc::{SERVICE_NAME, pb};
use yaqut::server::{
    Admission, AdmissionOptions, Engine, OtlpOptions, Probed, ServeError, ServeOptions, ServerTls, Telemetry,
    TlsFiles, TransportOptions, serve_probes,
};

use crate::admin::bed::{Bed, Watching};
use crate::streams::{chunk, open};
use crate::support::{Server, TOWNS, gazetteer, query};
use crate::tls::Authority;
use crate::transport::{connect, said};

/// How long whatever must happen may take; only what fails takes that long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with a listener for probes.
pub struct Probes {
    pub server: Server,
    address: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Probes {
    pub async fn start() -> Self {
        Self::start_with(gazetteer(&TOWNS), Telemetry::default()).await
    }

    async fn start_with(gazetteer: Arc<Gazetteer>, telemetry: Telemetry) -> Self {
        Self::start_serving(gazetteer, ServeOptions { telemetry, ..ServeOptions::default() }).await
    }

    async fn start_serving(gazetteer: Arc<Gazetteer>, options: ServeOptions) -> Self {
        let server = Server::start_with(gazetteer, options.clone()).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            stopped.await.ok();
        };
        let subject = Probed { engine: server.engine.clone(), reloader: None };
        let probes = tokio::spawn(serve_probes(listener, subject, shutdown, options));
        Self { server, address, stop, served: probes }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn get(&self, path: &str) -> Answer {
        ask(&self.address, &format!("GET {path}")).await
    }

    /// The value of the series that is written so, and 0 if there is none.
    async fn value(&self, series: &str) -> f64 {
        value(&self.get("/metrics").await.body, series).unwrap_or(0.0)
    }

    async fn health(&self, service: &str) -> Result<ServingStatus, Status> {
        let channel = Endpoint::from_shared(self.url()).unwrap().connect().await.unwrap();
        let mut client = HealthClient::new(channel);
        let answer = client.check(HealthCheckRequest { service: service.into() }).await?;
        Ok(answer.into_inner().status())
    }

    async fn stopped(self) {
        self.stop.send(()).ok();
        self.served.await.unwrap().unwrap();
        self.server.stopped().await.unwrap();
    }
}

/// What came back over HTTP/1.1.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: HashMap<String, String>,
    pub body: String,
}

/// Sends a request that ends the connection, byte by byte as HTTP/1.1 has it.
pub async fn ask(address: &str, request: &str) -> Answer {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request =
        format!("{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, socket.read_to_string(&mut answer)).await.unwrap().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Answer { status, headers: lines.filter_map(header).collect(), body: body.to_owned() }
}

fn value(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map(|value| value.parse().unwrap())
}

fn handled(method: &str, code: &str) -> String {
    let kind = if method == "StreamResolveNames" { "bidi_stream" } else { "unary" };
    format!(
        "grpc_server_handled_total{{grpc_type=\"{kind}\",grpc_service=\"{SERVICE_NAME}\",grpc_method=\"{method}\",grpc_code=\"{code}\"}}"
    )
}

fn resolve(name: &str) -> pb::ResolveNameRequest {
    pb::ResolveNameRequest { name: name.into(), ..Default::default() }
}

#[tokio::test]
async fn a_callers_request_id_comes_back_and_others_are_made() {
    let server = Server::start().await;
    let mut client = server.service().await;
    let mut request = Request::new(resolve("London"));
    request.metadata_mut().insert("x-request-id", "job-7.a_B".parse().unwrap());
    let answer = client.resolve_name(request).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "job-7.a_B");

    let mut request = Request::new(resolve(""));
    request.metadata_mut().insert("x-request-id", "{\"no\": 1}".parse().unwrap());
    let failed = client.resolve_name(request).await.unwrap_err();
    let made = failed.metadata().get("x-request-id").unwrap().to_str().unwrap();
    assert!(made.len() == 16 && made.bytes().all(|byte| byte.is_ascii_hexdigit()), "{made}");
}

#[tokio::test]
async fn calls_are_counted_by_outcome() {
    let probes = Probes::start().await;
    let mut client = probes.server.service().await;
    for method in ["ResolveName", "GetEntity", "StreamResolveNames"] {
        let text = probes.get("/metrics").await.body;
        assert_eq!(value(&text, &handled(method, "OK")), Some(0.0), "{method} does not start at 0");
    }
    for name in ["London", "عمان", "zzzqqqxxx"] {
        client.resolve_name(resolve(name)).await.unwrap();
    }
    client.resolve_name(resolve("")).await.unwrap_err();
    let missing = pb::GetEntityRequest { id: "Q404".into(), ..Default::default() };
    assert_eq!(client.get_entity(missing).await.unwrap_err().code(), Code::NotFound);
    let queries = ["London", "zzzqqqxxx", ""].map(query).to_vec();
    client.batch_resolve_names(pb::BatchResolveNamesRequest { queries, ..Default::default() }).await.unwrap();
    let (requests, mut answers) = open(&probes.server).await;
    for _ in 0..3 {
        requests.send(chunk(&["London"])).await.unwrap();
        answers.message().await.unwrap().unwrap();
    }
    drop(requests);
    assert!(answers.message().await.unwrap().is_none());

    let text = probes.get("/metrics").await.body;
    let of = |series: &str| value(&text, series).unwrap_or_else(|| panic!("no {series} in {text}"));
    assert_eq!(of(&handled("ResolveName", "OK")), 3.0);
    assert_eq!(of(&handled("ResolveName", "InvalidArgument")), 1.0);
    assert_eq!(of(&handled("GetEntity", "NotFound")), 1.0);
    assert_eq!(of(&handled("BatchResolveNames", "OK")), 1.0);
    assert_eq!(of(&handled("StreamResolveNames", "OK")), 1.0);
    let stream = format!(
        "{{grpc_type=\"bidi_stream\",grpc_service=\"{SERVICE_NAME}\",grpc_method=\"StreamResolveNames\"}}"
    );
    assert_eq!(of(&format!("grpc_server_msg_received_total{stream}")), 3.0);
    assert_eq!(of(&format!("grpc_server_msg_sent_total{stream}")), 3.0);
    let single =
        format!("{{grpc_type=\"unary\",grpc_service=\"{SERVICE_NAME}\",grpc_method=\"ResolveName\"}}");
    assert_eq!(of(&format!("grpc_server_started_total{single}")), 4.0);
    assert_eq!(of(&format!("grpc_server_msg_received_total{single}")), 4.0);
    assert_eq!(of(&format!("grpc_server_msg_sent_total{single}")), 3.0);
    assert_eq!(of(&format!("grpc_server_handling_seconds_count{single}")), 4.0);
    assert_eq!(of("yaqut_resolutions_total{status=\"RESOLVED\",tier=\"EXACT\"}"), 6.0);
    assert_eq!(of("yaqut_resolutions_total{status=\"NOT_FOUND\",tier=\"NONE\"}"), 2.0);
    assert_eq!(of("yaqut_resolutions_total{status=\"INVALID\",tier=\"NONE\"}"), 2.0);
    assert_eq!((of("yaqut_candidates_count"), of("yaqut_candidates_sum")), (10.0, 6.0));
    for stage in ["decode", "queue", "resolve", "encode"] {
        assert!(of(&format!("yaqut_stage_seconds_count{{stage=\"{stage}\"}}")) > 0.0, "{stage}");
    }
}

#[tokio::test]
async fn what_callers_invent_is_no_label() {
    let probes = Probes::start().await;
    for path in ["/evil.Service/Method", "/yaqut.v1.GazetteerService/Nothing"] {
        let sent = crate::support::send::<pb::GetEntityRequest, pb::GetEntityResponse>(
            &probes.server,
            path,
            tokio_stream::iter([pb::GetEntityRequest::default()]),
        );
        assert_eq!(sent.await.unwrap_err().code(), Code::Unimplemented);
    }
    let text = probes.get("/metrics").await.body;
    assert!(!text.contains("evil") && !text.contains("Nothing"), "{text}");
    let unknown = "{grpc_type=\"unknown\",grpc_service=\"unknown\",grpc_method=\"unknown\",grpc_code=\"Unimplemented\"}";
    assert_eq!(value(&text, &format!("grpc_server_handled_total{unknown}")), Some(2.0));
}

#[tokio::test]
async fn a_caller_that_hangs_up_is_counted_as_cancelled() {
    let probes = Probes::start().await;
    let (requests, answers) = open(&probes.server).await;
    drop((requests, answers));
    let series = handled("StreamResolveNames", "Canceled");
    let started = std::time::Instant::now();
    // That the stream was closed before anything was sent may also look like its regular end.
    while probes.value(&series).await + probes.value(&handled("StreamResolveNames", "OK")).await < 1.0 {
        assert!(started.elapsed() < PATIENCE);
    }
}

#[tokio::test]
async fn probes_answer_over_http_1() {
    let probes = Probes::start().await;
    let live = probes.get("/live").await;
    assert_eq!((live.status, &*live.body), (200, "alive\n"));
    let ready = probes.get("/ready").await;
    assert_eq!((ready.status, &*ready.headers["content-type"]), (200, "application/json"));
    let version = probes.server.engine.snapshot().index_version().to_owned();
    let body: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!(body, serde_json::json!({"ready": true, "index_version": version}));
    let metrics = probes.get("/metrics").await;
    assert_eq!(metrics.status, 200);
    assert_eq!(metrics.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(metrics.body.ends_with("# EOF\n"), "{}", metrics.body);
    assert_eq!(probes.get("/nothing").await.status, 404);
    assert_eq!(probes.get("/").await.status, 404);
    for path in ["/live", "/ready", "/metrics"] {
        assert_eq!(ask(&probes.address, &format!("POST {path}")).await.status, 405, "{path}");
        let head = ask(&probes.address, &format!("HEAD {path}")).await;
        assert_eq!((head.status, &*head.body), (200, ""), "{path}");
    }
    let mut server = probes.server;
    server.begin_drain().await;
    server.stopped().await.unwrap();
}

#[tokio::test]
async fn probes_learn_of_the_drain() {
    let mut probes = Probes::start().await;
    let (requests, mut answers) = open(&probes.server).await;
    for service in ["", SERVICE_NAME, "liveness"] {
        assert_eq!(probes.health(service).await.unwrap(), ServingStatus::Serving, "{service:?}");
    }
    assert_eq!(probes.health("another").await.unwrap_err().code(), Code::NotFound);
    probes.server.begin_drain().await;
    let ready = probes.get("/ready").await;
    assert_eq!(ready.status, 503);
    let body: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!((&body["ready"], &body["reason"]), (&false.into(), &"draining".into()));
    let started = std::time::Instant::now();
    while probes.health("").await.unwrap() == ServingStatus::Serving {
        assert!(started.elapsed() < PATIENCE);
    }
    assert_eq!(probes.health(SERVICE_NAME).await.unwrap(), ServingStatus::NotServing);
    assert_eq!(probes.health("liveness").await.unwrap(), ServingStatus::Serving);
    assert_eq!(probes.get("/live").await.status, 200);
    // What is under way is still answered.
    requests.send(chunk(&["London"])).await.unwrap();
    assert!(answers.message().await.unwrap().is_some());
    drop(requests);
    assert!(answers.message().await.unwrap().is_none());
    probes.stopped().await;
}

#[tokio::test]
async fn a_server_without_names_is_alive_and_not_ready() {
    let empty: Arc<Gazetteer> = Arc::new(Gazetteer::new(vec![]));
    let probes = Probes::start_with(empty, Telemetry::default()).await;
    assert_eq!(probes.get("/live").await.status, 200);
    let ready = probes.get("/ready").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("\"no_index\""), "{}", ready.body);
    assert_eq!(probes.health("").await.unwrap(), ServingStatus::NotServing);
    assert_eq!(probes.health("liveness").await.unwrap(), ServingStatus::Serving);
    probes.server.engine.replace(gazetteer(&TOWNS));
    assert_eq!(probes.get("/ready").await.status, 200);
    let started = std::time::Instant::now();
    while probes.health(SERVICE_NAME).await.unwrap() != ServingStatus::Serving {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_administration_answers_probes_and_tells_of_reloads() {
    let mut bed = Bed::start(Watching::Off).await;
    let address = bed.admin_address.clone();
    assert_eq!(ask(&address, "GET /live").await.status, 200);
    assert_eq!(ask(&address, "GET /ready").await.status, 200);
    assert_eq!(ask(&address, "GET /nothing").await.status, 404);
    let info = |version: &str| format!("yaqut_index_info{{index_version=\"{version}\"}}");
    let before = bed.status().await.index_version;
    let text = ask(&address, "GET /metrics").await.body;
    assert_eq!(value(&text, &info(&before)), Some(1.0), "{text}");
    assert!(value(&text, "yaqut_index_age_seconds").is_some_and(|age| age >= 0.0), "{text}");
    assert_eq!(value(&text, "yaqut_index_aliases{pack=\"overlay\"}"), Some(1.0), "{text}");

    bed.write_overlay("Q2");
    bed.reload().await;
    bed.reload().await;
    let after = bed.status().await.index_version;
    assert_ne!(before, after);
    let text = ask(&address, "GET /metrics").await.body;
    assert_eq!((value(&text, &info(&before)), value(&text, &info(&after))), (None, Some(1.0)), "{text}");
    assert_eq!(value(&text, "yaqut_reloads_total{result=\"exchanged\"}"), Some(1.0), "{text}");
    assert_eq!(value(&text, "yaqut_reloads_total{result=\"unchanged\"}"), Some(1.0), "{text}");
    let admin = "{grpc_type=\"unary\",grpc_service=\"yaqut.v1.AdminService\",grpc_method=\"ReloadIndex\",grpc_code=\"OK\"}";
    assert_eq!(value(&text, &format!("grpc_server_handled_total{admin}")), Some(2.0), "{text}");
    bed.stop().await;
}

#[tokio::test]
async fn connections_and_what_is_taken_on_are_told() {
    let admission = Admission::new(AdmissionOptions { max_request_memory: 64 << 10, ..Default::default() });
    let options = ServeOptions { admission, ..ServeOptions::default() };
    let probes = Probes::start_serving(gazetteer(&TOWNS), options).await;
    let mut client = probes.server.service().await;
    let (_requests, _answers) = open(&probes.server).await;
    let queries = vec![query(&"a".repeat(200)); 100];
    let batch = pb::BatchResolveNamesRequest { queries, ..Default::default() };
    assert_eq!(client.batch_resolve_names(batch).await.unwrap_err().code(), Code::ResourceExhausted);
    let mut foreign = connect(&probes.server).await;
    foreign.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    said(foreign).await;

    let text = probes.get("/metrics").await.body;
    let of = |series: &str| value(&text, series).unwrap_or_else(|| panic!("no {series} in {text}"));
    assert_eq!(of("yaqut_connections{listener=\"public\"}"), 2.0);
    assert_eq!(of("yaqut_connections{listener=\"probes\"}"), 1.0);
    assert_eq!(of("yaqut_connections_refused_total{reason=\"protocol\"}"), 1.0);
    assert_eq!(of("yaqut_connections_refused_total{reason=\"silent\"}"), 0.0);
    assert_eq!(of("yaqut_request_memory_limit_bytes"), f64::from(64 << 10));
    let held = of("yaqut_request_memory_bytes");
    assert!(held > 0.0 && held < of("yaqut_request_memory_limit_bytes"), "{held}");
    assert_eq!(of("yaqut_shed_total{reason=\"memory\"}"), 1.0);
    assert_eq!(of("yaqut_shed_total{reason=\"queue_full\"}"), 0.0);
    for lane in ["single", "bulk"] {
        assert_eq!(of(&format!("yaqut_queue_depth{{lane=\"{lane}\"}}")), 0.0);
    }
    assert_eq!(of("yaqut_auth_total{result=\"allowed\"}"), 0.0);
    assert_eq!(value(&text, "yaqut_certificate_expiry_seconds"), None);
}

#[tokio::test]
async fn the_certificate_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Authority::new("CA").issue("127.0.0.1", 2040);
    let [certificate, key] = ["tls.crt", "tls.key"].map(|name| folder.path().join(name));
    std::fs::write(&certificate, &pair.certificate).unwrap();
    std::fs::write(&key, &pair.key).unwrap();
    let tls = ServerTls::load(TlsFiles { certificate: certificate.clone(), key, client_ca: None }).unwrap();
    let transport = TransportOptions { tls: Some(tls.clone()), ..Default::default() };
    let options = ServeOptions { transport, ..ServeOptions::default() };
    let probes = Probes::start_serving(gazetteer(&TOWNS), options).await;
    let mut confused = connect(&probes.server).await;
    confused.write_all(&[0x16, 3, 1, 0, 4, 1, 0, 0, 0]).await.unwrap();
    said(confused).await;
    std::fs::write(&certificate, "gone").unwrap();
    assert!(!tls.reload());

    let text = probes.get("/metrics").await.body;
    let of = |series: &str| value(&text, series).unwrap_or_else(|| panic!("no {series} in {text}"));
    let year = 365.25 * 24.0 * 3_600.0;
    let left = of("yaqut_certificate_expiry_seconds");
    assert!(left > 0.0 && left < 15.0 * year, "{left}");
    assert_eq!(of("yaqut_certificate_reloads_total{result=\"failed\"}"), 1.0);
    assert_eq!(of("yaqut_certificate_reloads_total{result=\"renewed\"}"), 0.0);
    assert_eq!(of("yaqut_tls_handshakes_total{result=\"failed\"}"), 1.0);
    assert_eq!(of("yaqut_tls_handshakes_total{result=\"done\"}"), 0.0);
}

#[tokio::test]
async fn a_page_of_metrics_is_bounded() {
    let probes = Probes::start().await;
    let before = probes.get("/metrics").await.body.lines().count();
    let mut client = probes.server.service().await;
    for i in 0..50 {
        client.resolve_name(resolve(&format!("name{i}"))).await.unwrap();
    }
    let after = probes.get("/metrics").await.body;
    assert_eq!(after.lines().count(), before);
    assert!(after.len() < 256 << 10, "{} bytes", after.len());
}

/// A collector that hands on the spans it gets.
struct Collector(mpsc::UnboundedSender<Span>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        for of_resource in request.into_inner().resource_spans {
            let attributes = of_resource.resource.unwrap().attributes;
            assert!(attributes.iter().any(|attribute| attribute.key == "service.name"));
            for span in of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans) {
                self.0.send(span).unwrap();
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// Its address, and what it gets.
async fn collector() -> (String, mpsc::UnboundedReceiver<Span>) {
    let (spans, collected) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let service = TraceServiceServer::new(Collector(spans));
    let server = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    (endpoint, collected)
}

fn attribute(span: &Span, key: &str) -> Option<Value> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == key)?;
    attribute.value.clone()?.value
}

fn text(value: &str) -> Option<Value> {
    Value::StringValue(value.into()).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_of_calls_reach_the_collector() {
    let (endpoint, mut collected) = collector().await;
    let telemetry = Telemetry::with_otlp(&OtlpOptions { endpoint, sample_ratio: 0.0 }).unwrap();
    let options = ServeOptions { telemetry: telemetry.clone(), ..ServeOptions::default() };
    let server = Server::start_with(gazetteer(&TOWNS), options).await;
    let mut client = server.service().await;
    let traced = |name: &str, trace: &str, flags: &str| {
        let mut request = Request::new(resolve(name));
        let parent = format!("00-{trace}-b7ad6b7169203331-{flags}");
        request.metadata_mut().insert("traceparent", parent.parse().unwrap());
        request.metadata_mut().insert("x-request-id", "traced".parse().unwrap());
        request
    };
    let (good, bad) = ("0af7651916cd43dd8448eb211c80319c", "1af7651916cd43dd8448eb211c80319c");
    client.resolve_name(traced("London", good, "01")).await.unwrap();
    client.resolve_name(traced("", bad, "01")).await.unwrap_err();
    // Neither a call whose caller does not record it is sent, nor one without a trace, of which none are sampled.
    client.resolve_name(traced("London", good, "00")).await.unwrap();
    client.resolve_name(resolve("London")).await.unwrap();
    telemetry.shutdown().await;

    let mut spans = Vec::new();
    while let Ok(span) = collected.try_recv() {
        spans.push(span);
    }
    assert_eq!(spans.len(), 2, "{spans:?}");
    let hex = |bytes: &[u8]| {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect::<String>()
    };
    let span = spans.iter().find(|span| hex(&span.trace_id) == good).unwrap();
    assert_eq!(span.name, format!("{SERVICE_NAME}/ResolveName"));
    assert_eq!(hex(&span.parent_span_id), "b7ad6b7169203331");
    assert!(span.end_time_unix_nano >= span.start_time_unix_nano && span.start_time_unix_nano > 0);
    assert_eq!(attribute(span, "rpc.system"), text("grpc"));
    assert_eq!(attribute(span, "rpc.service"), text(SERVICE_NAME));
    assert_eq!(attribute(span, "rpc.method"), text("ResolveName"));
    assert_eq!(attribute(span, "rpc.grpc.status_code"), Some(Value::IntValue(0)));
    assert_eq!(attribute(span, "yaqut.request_id"), text("traced"));
    assert_eq!(attribute(span, "network.peer.address"), text("127.0.0.1"));
    let failed = spans.iter().find(|span| hex(&span.trace_id) == bad).unwrap();
    assert_eq!(attribute(failed, "rpc.grpc.status_code"), Some(Value::IntValue(3)));
    assert!(!format!("{spans:?}").contains("London"), "{spans:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_without_a_trace_begin_one() {
    let (endpoint, mut collected) = collector().await;
    let telemetry = Telemetry::with_otlp(&OtlpOptions { endpoint, sample_ratio: 1.0 }).unwrap();
    let options = ServeOptions { telemetry: telemetry.clone(), ..ServeOptions::default() };
    let server = Server::start_with(gazetteer(&TOWNS), options).await;
    server.service().await.resolve_name(resolve("London")).await.unwrap();
    // Within the delay of a batch, without an end of the server.
    let span = tokio::time::timeout(PATIENCE, collected.recv()).await.unwrap().unwrap();
    assert!(span.parent_span_id.is_empty() && span.trace_id.iter().any(|&byte| byte != 0), "{span:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_disturbs_no_call() {
    // A port that was free a moment ago, and one where nobody ever answers.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for address in [nobody, silent.local_addr().unwrap()] {
        let options = OtlpOptions { endpoint: format!("http://{address}"), sample_ratio: 1.0 };
        let telemetry = Telemetry::with_otlp(&options).unwrap();
        let options = ServeOptions { telemetry: telemetry.clone(), ..ServeOptions::default() };
        let server = Server::start_with(gazetteer(&TOWNS), options).await;
        let mut client = server.service().await;
        for _ in 0..100 {
            client.resolve_name(resolve("London")).await.unwrap();
        }
        tokio::time::timeout(PATIENCE, telemetry.shutdown()).await.unwrap();
        client.resolve_name(resolve("London")).await.unwrap();
    }
}

#[tokio::test]
async fn an_engine_alone_can_be_probed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let subject = Probed { engine: Engine::new(gazetteer(&TOWNS)), reloader: None };
    tokio::spawn(serve_probes(listener, subject, std::future::pending(), ServeOptions::default()));
    let text = ask(&address, "GET /metrics").await.body;
    assert_eq!(value(&text, "yaqut_index_aliases{pack=\"towns\"}"), Some(3.0), "{text}");
    assert_eq!(value(&text, "yaqut_index_age_seconds"), None);
}
