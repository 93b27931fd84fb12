//! [`serve_connections`]: HTTP over the connections of a listener, until the drain is over.

use std::convert::Infallible;
use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_stream::StreamExt;
use tonic::transport::server::Connected;
use tower_service::Service;

use super::outbox::{Outbox, Posted};
use super::{Connection, Incoming, Peer, Refusal, TransportCounters, TransportOptions};

/// What answers the requests of connections.
pub trait HttpService:
    Service<
        http::Request<hyper::body::Incoming>,
        Response = http::Response<Self::Body>,
        Error = Infallible,
        Future = Self::Answer,
    > + Clone
    + Send
    + 'static
{
    /// The body of an answer.
    type Body: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>
        + Send
        + Unpin
        + 'static;
    /// An answer that is made.
    type Answer: Future<Output = Result<http::Response<Self::Body>, Infallible>> + Send + Unpin + 'static;
}

impl<S, B> HttpService for S
where
    S: Service<http::Request<hyper::body::Incoming>, Response = http::Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + Unpin + 'static,
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
{
    type Body = B;
    type Answer = S::Future;
}

/// Answers from `service` on every connection of a listener; once `shutdown` is ready, takes no more of them, lets the calls
/// under way end, and returns.
///
/// Dropped, it closes all connections at once: whoever bounds the drain drops it. tonic's own server leaves them open then,
/// tells a connection that is too old only at its end, and packs every call up several times more.
pub async fn serve_connections(
    mut incoming: Incoming,
    service: impl HttpService,
    options: &TransportOptions,
    shutdown: impl Future<Output = ()>,
) {
    let http = http(options);
    let (draining, is_draining) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(Ok(connection)) = incoming.next() => {
                let outbox = Arc::new(Outbox::default());
                let peer = connection.connect_info();
                let service = FromPeer { service: service.clone(), peer, outbox: Arc::clone(&outbox) };
                let end = end(options.max_connection_age, is_draining.clone());
                let unread = unread(outbox, options.unread_timeout, Arc::clone(&options.counters));
                connections.spawn(serve_connection(http.clone(), connection, service, end, unread));
            }
            // How it ended is its own affair.
            Some(_) = connections.join_next() => {}
        }
    }
    // Closes the port: a new connection would only wait.
    drop(incoming);
    draining.send_replace(true);
    while connections.join_next().await.is_some() {}
}

/// Answers on one connection; after `end` only what is under way, after `unread` nothing.
async fn serve_connection(
    http: Builder<TokioExecutor>,
    connection: Connection,
    service: FromPeer<impl HttpService>,
    end: impl Future<Output = ()>,
    unread: impl Future<Output = ()>,
) {
    let served = http.serve_connection(TokioIo::new(connection), TowerToHyperService::new(service));
    let served = async {
        let mut served = pin!(served);
        tokio::select! {
            ended = served.as_mut() => ended,
            () = end => {
                served.as_mut().graceful_shutdown();
                served.await
            }
        }
    };
    tokio::select! {
        // The outbox is looked at after what may have filled it.
        biased;
        ended = served => if let Err(error) = ended {
            tracing::debug!("a connection ended: {error}");
        },
        () = unread => tracing::debug!("a connection is closed: its answers are not taken"),
    }
}

/// Ready once a peer does not take its answers, which is counted. To be polled whenever its connection has been.
async fn unread(outbox: Arc<Outbox>, timeout: Duration, counters: Arc<TransportCounters>) {
    outbox.is_stuck(timeout).await;
    counters.refuse(Refusal::Unread);
}

/// Ready once a connection is too old, or the server drains.
async fn end(age: Option<Duration>, mut is_draining: watch::Receiver<bool>) {
    let grow_old = async {
        match age {
            Some(age) => tokio::time::sleep(spread(age, RandomState::new().hash_one(()))).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = grow_old => {}
        // An error means that the server is gone, which is an end as well.
        _ = is_draining.wait_for(|is_draining| *is_draining) => {}
    }
}

/// An age of 90 to 110 % of `age`, by chance, so that connections that began together do not all end together.
fn spread(age: Duration, chance: u64) -> Duration {
    age.mul_f64(0.9 + 0.2 * (chance as f64 / u64::MAX as f64))
}

/// The settings of HTTP, all said: those that guard against floods are off if nobody sets them.
fn http(options: &TransportOptions) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    if !options.http1 {
        builder = builder.http2_only();
    }
    builder
        .http1()
        .timer(TokioTimer::new())
        .max_buf_size(16 * 1_024)
        .header_read_timeout(options.preface_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(options.max_concurrent_streams)
        // Guards against resets that a peer provokes (RUSTSEC-2024-0003) or sends (CVE-2023-44487).
        .max_local_error_reset_streams(1_024)
        .max_pending_accept_reset_streams(20)
        .max_header_list_size(16 * 1_024)
        .max_frame_size(16 * 1_024)
        // What comes and cannot be taken on yet lies there, beside the budget of admission.
        .initial_stream_window_size(256 << 10)
        .initial_connection_window_size(1 << 20)
        // Finds peers that are gone without a word.
        .keep_alive_interval(Duration::from_secs(60))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// A service whose every request bears the [`Peer`] that it comes from, and whose every answer goes through the outbox of
/// the connection.
#[derive(Clone)]
struct FromPeer<S> {
    service: S,
    peer: Peer,
    outbox: Arc<Outbox>,
}

impl<S, A, B> Service<http::Request<B>> for FromPeer<S>
where
    S: Service<http::Request<B>, Response = http::Response<A>>,
    S::Future: Unpin,
{
    type Response = http::Response<Posted<A>>;
    type Error = S::Error;
    type Future = Posted<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: http::Request<B>) -> Self::Future {
        request.extensions_mut().insert(self.peer.clone());
        Posted::new(self.service.call(request), Arc::clone(&self.outbox))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_spread_around_what_was_asked_for() {
        let age = Duration::from_secs(100);
        let seconds = |chance| spread(age, chance).as_secs_f64().round() as u64;
        assert_eq!([seconds(0), seconds(u64::MAX / 2), seconds(u64::MAX)], [90, 100, 110]);
    }
}
