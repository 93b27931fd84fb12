//! What is not taken on: too large, too many, too slow, too much at once.

use std::time::Duration;

use bytes::Bytes;
use tokio_stream::StreamExt;
use tonic::{Code, Request};
use tonic_types::StatusExt;
use yaqut::rpc::limits::{MAX_NAME_REQUEST_BYTES, MAX_REQUEST_BYTES};
use yaqut::rpc::pb;
use yaqut::server::{Admission, AdmissionOptions, ServeOptions};

use crate::streams::{chunk, open};
use crate::support::{Server, TOWNS, assert_failure, gazetteer, query, send};

const RESOLVE: &str = "/yaqut.v1.GazetteerService/ResolveName";
const BATCH: &str = "/yaqut.v1.GazetteerService/BatchResolveNames";
const STREAM: &str = "/yaqut.v1.GazetteerService/StreamResolveNames";
const BATCH_GET: &str = "/yaqut.v1.GazetteerService/BatchGetEntities";

/// A message whose first field is a text, whatever its method makes of it.
#[derive(Clone, PartialEq, prost::Message)]
struct Text {
    #[prost(bytes = "bytes", tag = "15")]
    unknown: Bytes,
}

impl Text {
    /// One of so many bytes on the wire.
    fn of(bytes: usize) -> Self {
        Self { unknown: vec![b'a'; bytes - 4].into() }
    }
}

/// Any number of empty items in the first field.
#[derive(Clone, PartialEq, prost::Message)]
struct Items {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    items: Vec<Bytes>,
}

async fn server(admission: &Admission) -> Server {
    let options = ServeOptions { admission: admission.clone(), ..Default::default() };
    Server::start_with(gazetteer(&TOWNS), options).await
}

/// Waits until nothing is held any more: what ends a call is seen by the caller before the server has put it away.
async fn all_is_given_back(admission: &Admission) {
    let is_idle = async {
        while admission.counters().memory_in_use() > 0 || admission.counters().queue_depths()[1].waiting > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), is_idle).await.expect("what was held is given back");
}

#[tokio::test]
async fn a_message_above_the_limit_of_its_method_is_refused() {
    let admission = Admission::default();
    let server = server(&admission).await;
    for (path, limit) in
        [(RESOLVE, MAX_NAME_REQUEST_BYTES), (BATCH, MAX_REQUEST_BYTES), (STREAM, MAX_REQUEST_BYTES)]
    {
        let request = tokio_stream::once(Text::of(limit + 16));
        let status = send::<_, pb::BatchResolveNamesResponse>(&server, path, request).await.unwrap_err();
        assert_failure(&status, Code::ResourceExhausted, "REQUEST_TOO_LARGE", &[]);
        assert!(status.get_details_retry_info().is_none(), "it will not be smaller next time");
    }
    let request = tokio_stream::once(Text::of(MAX_REQUEST_BYTES - 16));
    send::<_, pb::BatchResolveNamesResponse>(&server, BATCH, request).await.unwrap();
    all_is_given_back(&admission).await;
}

#[tokio::test]
async fn items_are_counted_before_they_are_decoded() {
    let server = Server::start().await;
    for (path, field) in [(BATCH, "queries"), (STREAM, "queries"), (BATCH_GET, "ids")] {
        let request = tokio_stream::once(Items { items: vec![Bytes::new(); 500_000] });
        let status = send::<_, pb::BatchResolveNamesResponse>(&server, path, request).await.unwrap_err();
        assert_failure(&status, Code::InvalidArgument, "INVALID_FIELDS", &[field]);
    }
}

#[tokio::test]
async fn a_call_takes_one_message() {
    let server = Server::start().await;
    let request = pb::ResolveNameRequest { name: TOWNS[0].1.into(), ..Default::default() };
    let requests = tokio_stream::iter([request.clone(), request]);
    let status = send::<_, pb::ResolveNameResponse>(&server, RESOLVE, requests).await.unwrap_err();
    assert_failure(&status, Code::Unimplemented, "SECOND_MESSAGE", &[]);
}

#[tokio::test]
async fn a_request_that_does_not_arrive_ends() {
    let body_timeout = Duration::from_millis(100);
    let admission = Admission::new(AdmissionOptions { body_timeout, ..Default::default() });
    let server = server(&admission).await;
    let never = tokio_stream::pending::<pb::ResolveNameRequest>();
    let status = send::<_, pb::ResolveNameResponse>(&server, RESOLVE, never).await.unwrap_err();
    assert_failure(&status, Code::DeadlineExceeded, "BODY_TIMEOUT", &[]);
    assert_eq!(admission.counters().deadline_exceeded(), 1);

    // A stream may rest.
    let (requests, mut answers) = open(&server).await;
    tokio::time::sleep(3 * body_timeout).await;
    requests.send(chunk(&[TOWNS[0].1])).await.unwrap();
    assert_eq!(answers.message().await.unwrap().unwrap().resolutions.len(), 1);
    drop((requests, answers));
    all_is_given_back(&admission).await;
}

#[tokio::test]
async fn without_memory_calls_are_refused_with_a_hint_and_health_is_not() {
    let admission = Admission::new(AdmissionOptions { max_request_memory: 12 << 10, ..Default::default() });
    let server = server(&admission).await;
    let (requests, answers) = open(&server).await;
    let one = pb::ResolveNameRequest { name: TOWNS[0].1.into(), ..Default::default() };
    let status = server.service().await.resolve_name(one.clone()).await.unwrap_err();
    assert_failure(&status, Code::ResourceExhausted, "MEMORY_BUDGET", &[]);
    assert!(status.get_details_retry_info().unwrap().retry_delay.unwrap() >= Duration::from_millis(100));
    assert_eq!(admission.counters().shed()[0].count, 1);

    let mut health = tonic_health::pb::health_client::HealthClient::new(server.channel().await);
    health.check(tonic_health::pb::HealthCheckRequest::default()).await.unwrap();

    drop((requests, answers));
    all_is_given_back(&admission).await;
    server.service().await.resolve_name(one).await.unwrap();
}

#[tokio::test]
async fn a_batch_without_memory_is_refused_and_a_stream_waits_and_ends() {
    let body_timeout = Duration::from_millis(200);
    let admission =
        Admission::new(AdmissionOptions { max_request_memory: 64 << 10, body_timeout, ..Default::default() });
    let server = server(&admission).await;
    let name = "a".repeat(200);
    let names = vec![&*name; 100];
    let batch = pb::BatchResolveNamesRequest {
        queries: names.iter().map(|name| query(name)).collect(),
        ..Default::default()
    };
    let status = server.service().await.batch_resolve_names(batch).await.unwrap_err();
    assert_failure(&status, Code::ResourceExhausted, "MEMORY_BUDGET", &[]);
    let (requests, mut answers) = open(&server).await;
    requests.send(chunk(&[TOWNS[0].1])).await.unwrap();
    requests.send(chunk(&names)).await.unwrap();
    assert_eq!(
        answers.message().await.unwrap().unwrap().resolutions.len(),
        1,
        "what came before is answered"
    );
    assert_failure(&answers.message().await.unwrap_err(), Code::ResourceExhausted, "MEMORY_BUDGET", &[]);
    drop((requests, answers));
    all_is_given_back(&admission).await;
}

/// A search that takes long: many names that nothing is like.
fn much() -> pb::BatchResolveNamesRequest {
    let queries = (0..1_000).map(|i| query(&format!("Qel{i}brandt von Wasserburg {i}"))).collect();
    pb::BatchResolveNamesRequest { queries, ..Default::default() }
}

/// Whatever callers do, nothing stays behind: calls of all sorts, cut off at any time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_cut_off_leave_nothing_behind() {
    let admission = Admission::default();
    let server = server(&admission).await;
    let service = server.service().await;
    let mut calls = tokio::task::JoinSet::new();
    for i in 0..120_u64 {
        let mut service = service.clone();
        let patience = Duration::from_micros(300 * i);
        calls.spawn(async move {
            let call = async {
                match i % 4 {
                    0 => drop(service.batch_resolve_names(much()).await),
                    1 => {
                        let mut request = Request::new(much());
                        request.set_timeout(Duration::from_millis(5));
                        drop(service.batch_resolve_names(request).await);
                    }
                    2 => {
                        let pb::BatchResolveNamesRequest { queries, .. } = much();
                        let chunk = pb::StreamResolveNamesRequest { queries, ..Default::default() };
                        let chunks = tokio_stream::iter(vec![chunk; 3]);
                        if let Ok(answers) = service.stream_resolve_names(chunks).await {
                            answers.into_inner().take(2).collect::<Vec<_>>().await;
                        }
                    }
                    _ => drop(service.resolve_name(pb::ResolveNameRequest::default()).await),
                }
            };
            // What is dropped is reset.
            let _ = tokio::time::timeout(patience, call).await;
        });
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
    all_is_given_back(&admission).await;
    let depths = admission.counters().queue_depths();
    assert_eq!(depths.map(|depth| depth.waiting), [0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_holds_within_batches_and_streams() {
    let admission = Admission::default();
    let server = server(&admission).await;
    let service = server.service().await;
    let mut calls = tokio::task::JoinSet::new();
    for i in 0..40 {
        let mut service = service.clone();
        calls.spawn(async move {
            let pb::BatchResolveNamesRequest { queries, .. } = much();
            if i % 2 == 0 {
                let mut request = Request::new(much());
                request.set_timeout(Duration::from_millis(4));
                return service.batch_resolve_names(request).await.err();
            }
            let chunk = pb::StreamResolveNamesRequest { queries, ..Default::default() };
            let mut request = Request::new(tokio_stream::iter(vec![chunk; 50]));
            request.set_timeout(Duration::from_millis(4));
            let mut answers = match service.stream_resolve_names(request).await {
                Ok(answers) => answers.into_inner(),
                Err(status) => return Some(status),
            };
            loop {
                match answers.message().await {
                    Ok(Some(_)) => {}
                    Ok(None) => return None,
                    Err(status) => return Some(status),
                }
            }
        });
    }
    while let Some(status) = calls.join_next().await {
        // Too late is seen before or after; nothing else ends a call.
        if let Some(status) = status.unwrap() {
            let is_told = matches!(status.code(), Code::DeadlineExceeded | Code::ResourceExhausted);
            // The client has a timer of its own, which may be the first.
            assert!(is_told || status.code() == Code::Cancelled, "{status:?}");
        }
    }
    all_is_given_back(&admission).await;
}
