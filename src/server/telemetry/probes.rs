//! Probes: `/live`, `/ready` and `/metrics` over HTTP/1.1 and 2, and health over gRPC, for whoever keeps the server.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use http::{Method, StatusCode, header};
use serde::Serialize;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tonic::service::Routes;
use tower_service::Service;

use super::Telemetry;
use super::exposition::{CONTENT_TYPE, Exposition};
use super::readiness::{Readiness, Unready};
use crate::server::content_type::is_call;
use crate::server::engine::Engine;
use crate::server::front::Boxed;
use crate::server::reload::Reloader;
use crate::server::standing::Standing;
use crate::server::{ServeError, ServeOptions, TransportOptions, run_with_probes};

/// What the probes tell of.
#[derive(Clone, Debug)]
pub struct Probed {
    /// Whose index it is.
    pub engine: Engine,
    /// Who exchanges it, if anybody does.
    pub reloader: Option<Reloader>,
}

/// Answers probes on `listener`, until `shutdown` is ready: `grpc.health.v1`, `/live`, `/ready` and `/metrics`. Nothing here
/// changes anything, and no name is told.
///
/// For a server whose calls are counted by [`ServeOptions::telemetry`]; while that drains, `/ready` says so.
///
/// Must be called within a tokio runtime with I/O and time.
pub async fn serve_probes(
    listener: TcpListener,
    probed: Probed,
    shutdown: impl Future<Output = ()>,
    options: ServeOptions,
) -> Result<(), ServeError> {
    let readiness = options.telemetry.readiness(probed.engine.clone());
    let (standing, health) = Standing::new(readiness.clone(), None).await;
    let routes = probe_routes(&options.telemetry, probed);
    // Those who probe speak no TLS and have no tokens.
    let transport = TransportOptions { tls: None, http1: true, ..options.transport.of_another_listener() };
    let options = ServeOptions { transport, ..options };
    options.telemetry.listens("probes", &options);
    run_with_probes(listener, Boxed(Routes::new(health).prepare()), routes, standing, shutdown, options).await
}

/// The routes of `/live`, `/ready` and `/metrics`; everything else is not found, or was meant as a call and is none.
pub(in crate::server) fn probe_routes(telemetry: &Telemetry, probed: Probed) -> axum::Router {
    let readiness = telemetry.readiness(probed.engine.clone());
    let exposition = Arc::new(Exposition::new(telemetry.clone(), probed));
    axum::Router::new()
        .route("/live", get(async || "alive\n"))
        .route("/ready", get(ready).with_state(readiness))
        .route("/metrics", get(metrics).with_state(exposition))
        .fallback(unknown)
}

/// What `/ready` answers.
#[derive(Serialize)]
struct ReadyAnswer {
    #[serde(rename = "ready")]
    is_ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
    index_version: String,
}

async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    let unready = readiness.check().err();
    let answer = ReadyAnswer {
        is_ready: unready.is_none(),
        reason: unready.map(Unready::reason),
        description: unready.map(Unready::description),
        index_version: readiness.index_version(),
    };
    let status = if answer.is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::to_string(&answer).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], body + "\n")
}

async fn metrics(State(exposition): State<Arc<Exposition>>) -> impl IntoResponse {
    exposition.text().map_or_else(
        |error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        |text| ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
    )
}

/// What is posted is meant as a call; but it would not have come here as one.
async fn unknown(method: Method) -> StatusCode {
    if method == Method::POST { StatusCode::UNSUPPORTED_MEDIA_TYPE } else { StatusCode::NOT_FOUND }
}

/// A gRPC service, and probes for what is no call.
#[derive(Clone)]
pub(in crate::server) struct WithProbes<S> {
    calls: S,
    probes: axum::Router,
}

impl<S> WithProbes<S> {
    pub fn new(calls: S, probes: axum::Router) -> Self {
        // Done here, it is not done for every connection.
        Self { calls, probes: probes.with_state(()) }
    }
}

impl<S, A, B> Service<http::Request<A>> for WithProbes<S>
where
    A: http_body::Body<Data = Bytes> + Send + 'static,
    A::Error: Into<Box<dyn Error + Send + Sync>>,
    S: Service<http::Request<A>, Response = http::Response<B>, Error = Infallible>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes, Error = tonic::Status> + Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<http::Response<Body>, Infallible>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match self.calls.poll_ready(cx) {
            Poll::Ready(Ok(())) => Service::<http::Request<Body>>::poll_ready(&mut self.probes, cx),
            other => other,
        }
    }

    fn call(&mut self, request: http::Request<A>) -> Self::Future {
        if is_call(&request) {
            let answer = self.calls.call(request);
            return Box::pin(async { Ok(answer.await?.map(Body::new)) });
        }
        let answer = Service::<http::Request<Body>>::call(&mut self.probes, request.map(Body::new));
        Box::pin(async { Ok(answer.await?.map(Body::new)) })
    }
}
