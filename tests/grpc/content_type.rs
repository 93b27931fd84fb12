//! Requests that are no calls, as any page in a browser may send them to a server that its reader can reach.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body::Frame;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tower_service::Service;

use crate::admin::bed::{Bed, Watching};
use crate::support::Server;
use crate::telemetry::{Probes, ask};

const RESOLVE: &str = "/yaqut.v1.GazetteerService/ResolveName";
const STREAM: &str = "/yaqut.v1.GazetteerService/StreamResolveNames";
const RELOAD: &str = "/yaqut.v1.AdminService/ReloadIndex";
const NO_CALLS: [Option<&str>; 6] = [
    None,
    Some("text/plain"),
    Some("application/x-www-form-urlencoded"),
    Some("application/json"),
    Some("application/grpc-web+proto"),
    Some("application/grpc-web-text"),
];

/// A body that has begun and never ends: whoever reads it whole never answers.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

/// Posts to `path`; what status came back.
async fn post(url: &str, path: &str, content_type: Option<&str>) -> StatusCode {
    send(url, Method::POST, path, content_type).await
}

async fn send(url: &str, method: Method, path: &str, content_type: Option<&str>) -> StatusCode {
    let mut channel: Channel = Endpoint::from_shared(url.to_owned()).unwrap().connect().await.unwrap();
    let mut request = Request::builder().method(method).uri(path);
    if let Some(content_type) = content_type {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    let request = request.body(Body::new(Endless)).unwrap();
    std::future::poll_fn(|cx| Service::<Request<Body>>::poll_ready(&mut channel, cx)).await.unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(20), channel.call(request));
    answer.await.expect("it waits for the body").unwrap().status()
}

#[tokio::test]
async fn what_is_no_call_is_refused_unread() {
    let probes = Probes::start().await;
    let server: &Server = &probes.server;
    for content_type in NO_CALLS {
        for path in [RESOLVE, STREAM, "/grpc.health.v1.Health/Check", "/invented.Service/Method"] {
            let status = post(&server.url, path, content_type).await;
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} as {content_type:?}");
        }
        let status = post(&probes.url(), RESOLVE, content_type).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "to the probes, as {content_type:?}");
    }
    let status = send(&server.url, Method::GET, RESOLVE, None).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let text = probes.get("/metrics").await.body;
    let begun = text.lines().filter(|line| line.starts_with("grpc_server_started_total"));
    assert!(begun.clone().count() > 0 && begun.clone().all(|line| line.ends_with(" 0")), "{text}");
}

#[tokio::test]
async fn calls_in_all_their_spellings_are_let_in() {
    let server = Server::start().await;
    for content_type in ["application/grpc", "application/grpc+proto", "application/grpc;a=b"] {
        assert_eq!(post(&server.url, STREAM, Some(content_type)).await, StatusCode::OK, "{content_type}");
    }
}

#[tokio::test]
async fn nothing_but_a_call_reloads() {
    let mut bed = Bed::start(Watching::Off).await;
    let before = bed.status().await.index_version;
    bed.write_overlay("Q2");
    let address = bed.admin_address.clone();
    for content_type in NO_CALLS {
        let status = post(&format!("http://{address}"), RELOAD, content_type).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type:?}");
    }
    assert_eq!(ask(&address, &format!("POST {RELOAD}")).await.status, 415);
    assert_eq!(bed.status().await.index_version, before);
    bed.reload().await;
    assert_ne!(bed.status().await.index_version, before);
}
