//! The gRPC service: [`serve`] answers on a listener until it is told to stop.
//!
//! A call goes through `content_type`, `call` (credentials, deadline, panic, drain, log) and `front` into the service of
//! `yaqut.v1`, which takes a snapshot from the [`Engine`], checks the request (`rpc::validate`), and lets `compute` do the
//! work off the I/O threads.
//!
//! What happens is counted by `telemetry`, and told to those who probe ([`serve_probes`]).
//!
//! A [`Reloader`] exchanges what the engine answers from; [`serve_admin`] lets operators ask for it, on another listener.
//!
//! Architecture invariant: no scoring and no text rules here.

mod admin;
mod admission;
mod auth;
mod batch;
mod call;
mod compute;
mod content_type;
mod engine;
mod framing;
mod front;
mod gazetteer_service;
mod method;
mod name_stream;
mod reload;
mod signal;
mod standing;
mod telemetry;
mod transport;

pub use admin::{Administration, serve_admin};
pub use admission::{Admission, AdmissionCounters, AdmissionOptions, LaneDepth, ShedCount};
pub use auth::{
    Auth, AuthCounters, AuthError, AuthFileError, AuthOptions, AuthResult, Expiry, JwtAlgorithm, JwtOptions,
    MAX_LEEWAY, Refusal as AuthRefusal, Scope, Scopes, TokenHash, TokenRow, TokenTable, UnknownScope,
    WrongName, new_token,
};
pub use engine::Engine;
pub use reload::{ReloadAttempt, ReloadCounters, ReloadOutcome, ReloadStatus, ReloadTrigger, Reloader};
pub use signal::{reload_on_signal, shutdown_signal};
pub use telemetry::{OtlpError, OtlpOptions, Probed, Telemetry, serve_probes};
pub use transport::{
    CertificateCounters, Handshake, Peer, Refusal as ConnectionRefusal, ServerTls, TlsError, TlsFiles,
    TlsWarning, TransportCounters, TransportOptions,
};

use std::convert::Infallible;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tonic::service::Routes;
use tower_service::Service;

use self::call::CallGuard;
use self::content_type::OnlyCalls;
use self::front::Front;
use self::gazetteer_service::gazetteer_service;
use self::standing::Standing;
use self::telemetry::WithProbes;
use self::transport::{Incoming, serve_connections};
use crate::rpc::FILE_DESCRIPTOR_SET;

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// What connections are taken.
    pub transport: TransportOptions,
    /// How long calls may still take once the server is told to stop, to the end of their answers: a second before, they end
    /// `UNAVAILABLE`, or then if it is less than two. Default: 30 s.
    pub drain_deadline: Duration,
    /// How long a call may take that does not stream, whatever deadline the caller sets. Default: 30 s.
    pub call_timeout: Duration,
    /// Which calls are let through. Default: all.
    pub auth: Auth,
    /// How much is taken on at once. Listeners that share it have one budget.
    pub admission: Admission,
    /// Where calls are counted, and their traces sent. Default: counters of its own, and no traces.
    pub telemetry: Telemetry,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            transport: TransportOptions::default(),
            drain_deadline: Duration::from_secs(30),
            call_timeout: Duration::from_secs(30),
            auth: Auth::default(),
            admission: Admission::default(),
            telemetry: Telemetry::default(),
        }
    }
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The descriptors that reflection hands out are damaged: a fault of this build.
    #[error("reflection cannot be set up: {0}; build yaqut anew")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The system starts no more threads.
    #[error(
        "cannot start the threads that answer, two a processor: {0}; raise the limit of threads (LimitNPROC, TasksMax, pids)"
    )]
    Threads(std::io::Error),
}

/// Once every call was told that it ends, how long its answer may take to get out: the end of the drain, unless that is
/// hardly longer.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Answers on `listener` from `engine`, until `shutdown` is ready.
///
/// Then the listener is closed, calls under way are finished, and after [`ServeOptions::drain_deadline`] those that
/// are still open end `UNAVAILABLE`, so that this returns even if a caller keeps a stream open.
///
/// Must be called within a tokio runtime with I/O and time.
pub async fn serve(
    listener: TcpListener,
    engine: impl Into<Engine>,
    shutdown: impl Future<Output = ()>,
    options: ServeOptions,
) -> Result<(), ServeError> {
    options.telemetry.listens("public", &options);
    let engine = engine.into();
    let (standing, health_service) = Standing::new(options.telemetry.readiness(engine.clone()), None).await;
    let others = with_reflection(Routes::new(health_service), FILE_DESCRIPTOR_SET)?;
    let service = Front::new(gazetteer_service(engine, &options).map_err(ServeError::Threads)?, others);
    run(listener, service, standing, shutdown, options).await
}

/// What answers calls, each with an answer that stays where it is while it is awaited.
trait Calls:
    Service<
        http::Request<Body>,
        Response = http::Response<Body>,
        Error = Infallible,
        Future = BoxFuture<http::Response<Body>, Infallible>,
    > + Clone
    + Send
    + 'static
{
}

impl<S> Calls for S where
    S: Service<
            http::Request<Body>,
            Response = http::Response<Body>,
            Error = Infallible,
            Future = BoxFuture<http::Response<Body>, Infallible>,
        > + Clone
        + Send
        + 'static
{
}

/// Answers on `listener` from `service`, until `shutdown` is ready.
async fn run(
    listener: TcpListener,
    service: impl Calls,
    standing: Standing,
    shutdown: impl Future<Output = ()>,
    options: ServeOptions,
) -> Result<(), ServeError> {
    let Drain { begins, is_closing, closed } = drain(standing, shutdown, options.drain_deadline);
    let calls = OnlyCalls(CallGuard::new(service, &options, is_closing));
    let incoming = Incoming::new(listener, &options.transport);
    tokio::select! {
        () = serve_connections(incoming, calls, &options.transport, begins) => Ok(()),
        () = closed => Ok(()),
    }
}

/// [`run`], with `probes` for what is no call, by HTTP/1.1 as well.
async fn run_with_probes(
    listener: TcpListener,
    service: impl Calls,
    probes: axum::Router,
    standing: Standing,
    shutdown: impl Future<Output = ()>,
    options: ServeOptions,
) -> Result<(), ServeError> {
    let Drain { begins, is_closing, closed } = drain(standing, shutdown, options.drain_deadline);
    let calls = CallGuard::new(service, &options, is_closing);
    let incoming = Incoming::new(listener, &options.transport);
    let service = WithProbes::new(calls, probes);
    tokio::select! {
        () = serve_connections(incoming, service, &options.transport, begins) => Ok(()),
        () = closed => Ok(()),
    }
}

/// How a listener ends.
struct Drain<B, C> {
    /// Ready when no more calls are to be taken.
    begins: B,
    /// Holds true once all calls that are left must end.
    is_closing: watch::Receiver<bool>,
    /// Ready when whatever is left is dropped.
    closed: C,
}

fn drain(
    standing: Standing,
    shutdown: impl Future<Output = ()>,
    deadline: Duration,
) -> Drain<impl Future<Output = ()>, impl Future<Output = ()>> {
    let (closing, is_closing) = watch::channel(false);
    let (draining, is_draining) = oneshot::channel();
    let begins = async move {
        tokio::select! {
            () = shutdown => {}
            () = standing.follow() => {}
        }
        tracing::info!("shutting down: calls under way are finished, new ones refused");
        standing.end().await;
        // Nobody listens if the server itself is being dropped.
        let _ = draining.send(());
    };
    let closed = async move {
        close_after(deadline, is_draining, closing).await;
        tracing::warn!("connections were still open at the end of the drain, and are dropped");
    };
    Drain { begins, is_closing, closed }
}

/// Both versions: many tools still speak v1alpha only.
fn with_reflection(routes: Routes, descriptors: &[u8]) -> Result<Routes, ServeError> {
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(descriptors)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    Ok(routes.add_service(builder().build_v1()?).add_service(builder().build_v1alpha()?))
}

/// Lets the drain take its time, then ends every call that is left; never ready before the drain has begun.
async fn close_after(deadline: Duration, is_draining: oneshot::Receiver<()>, closing: watch::Sender<bool>) {
    if is_draining.await.is_err() {
        std::future::pending::<()>().await;
    }
    let last_words = if deadline > 2 * LAST_WORDS { LAST_WORDS } else { Duration::ZERO };
    tokio::time::sleep(deadline.saturating_sub(last_words)).await;
    closing.send_replace(true);
    tokio::time::sleep(LAST_WORDS).await;
}
