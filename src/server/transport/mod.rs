//! Connections: who may have one, how it is opened, and who is at its other end.
//!
//! `accept` takes sockets whatever goes wrong there, `admit` gives permits, `open` brings TLS and the first words of the
//! peer about, each within its time and off the loop that accepts. What comes out of [`Incoming`] is a [`Connection`] that
//! has properly begun: nothing silent, half or foreign ever reaches HTTP, which `http` speaks over it.
//!
//! What holds of a connection:
//! - it has a permit, of all and of its address, until it is closed;
//! - the first bytes, the TLS handshake, and the preface of HTTP/2 with the head of its SETTINGS (or the first head of
//!   HTTP/1, where that is spoken) came in time, or it was closed;
//! - a peer of HTTP/2 acknowledged the server's SETTINGS in time, or it was closed: a recorded greeting is not enough;
//! - whatever a peer of HTTP/2 begins to say, a frame or a block of headers, it finished in time, or it was closed; bytes
//!   that drip in do not put that off;
//! - a peer takes the answers that it asked for, or it is closed: what it does not take is memory that nothing else gives
//!   back;
//! - from then on an idle peer is welcome for as long as it answers PINGs, as channels of gRPC that wait for work do. One
//!   that does not is closed by the keep-alive of HTTP/2, or of HTTP/1 by the deadline for the next head. That many idle
//!   peers do no harm is a matter of the permits.
//!
//! Architecture invariant: nothing here knows of calls.

mod accept;
mod admit;
mod certificates;
mod connection;
mod counters;
mod frames;
mod http;
mod open;
mod outbox;
mod peer;
mod preface;
mod tls;

pub use certificates::{TlsError, TlsFiles};
pub use connection::Connection;
pub use counters::{Handshake, Refusal, TransportCounters};
pub use http::serve_connections;
pub use peer::Peer;
pub use tls::{CertificateCounters, ServerTls, TlsWarning};

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_stream::Stream;

use self::accept::Acceptor;
use self::admit::Permits;
use self::open::Opener;

/// What connections a listener takes.
#[derive(Clone, Debug)]
pub struct TransportOptions {
    /// How many connections may be open at once; more are closed at once. Default: 4,096.
    pub max_connections: usize,
    /// How many of them may come from one address (of IPv6: from one /64); 0 for no limit. Default: 512.
    pub max_connections_per_address: usize,
    /// How long a peer may take for its first bytes, for the preface of HTTP/2, to acknowledge SETTINGS, and for a frame
    /// or a block of headers from its first byte to its last: for each. Default: 5 s.
    pub preface_timeout: Duration,
    /// How long a peer may leave an answer that is ready where it is; then its connection is closed. Any 4 KiB that it takes
    /// of an answer give it its time anew. Default: 10 s.
    pub unread_timeout: Duration,
    /// How long a TLS handshake may take. Default: 10 s.
    pub tls_handshake_timeout: Duration,
    /// How many calls one connection may have open at once. Default: 128.
    pub max_concurrent_streams: u32,
    /// After what time, give or take a tenth, a connection is told to go away (GOAWAY) and closed once its calls have ended; for clients to spread
    /// anew over several servers. Default: never.
    pub max_connection_age: Option<Duration>,
    /// Whether HTTP/1 is spoken too. Default: no.
    pub http1: bool,
    /// TLS; without, connections are plain. Default: none.
    pub tls: Option<ServerTls>,
    /// What became of the connections. Clones of the options share them.
    pub counters: Arc<TransportCounters>,
}

impl TransportOptions {
    /// The same for another listener, which counts by itself.
    #[must_use]
    pub fn of_another_listener(&self) -> Self {
        Self { counters: Arc::default(), ..self.clone() }
    }
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            max_connections: 4_096,
            max_connections_per_address: 512,
            preface_timeout: Duration::from_secs(5),
            unread_timeout: Duration::from_secs(10),
            tls_handshake_timeout: Duration::from_secs(10),
            max_concurrent_streams: 128,
            max_connection_age: None,
            http1: false,
            tls: None,
            counters: Arc::default(),
        }
    }
}

/// The connections of a listener, without end and without errors.
///
/// Dropped, it closes the listener and whatever has not properly begun.
pub struct Incoming {
    acceptor: Acceptor,
    permits: Arc<Permits>,
    opener: Arc<Opener>,
    opening: JoinSet<Option<Connection>>,
}

impl Incoming {
    /// Takes connections from `listener`. Must be polled within a tokio runtime with I/O and time.
    pub fn new(listener: TcpListener, options: &TransportOptions) -> Self {
        let counters = &options.counters;
        Self {
            acceptor: Acceptor::new(listener, Arc::clone(counters)),
            permits: Permits::new(
                options.max_connections,
                options.max_connections_per_address,
                Arc::clone(counters),
            ),
            opener: Arc::new(Opener::new(options)),
            opening: JoinSet::new(),
        }
    }

    /// Takes one connection, or refuses it.
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (socket, address) = ready!(self.acceptor.poll_accept(cx));
        match self.permits.admit(address.ip()) {
            Ok(permit) => {
                self.opening.spawn(Arc::clone(&self.opener).open(socket, address, permit));
            }
            Err(refusal) => tracing::debug!("no connection with {address}: refused ({})", refusal.as_str()),
        }
        Poll::Ready(())
    }
}

impl Stream for Incoming {
    type Item = Result<Connection, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            // Those that did not come to be have said why; a panic was told by its hook.
            while let Poll::Ready(Some(opened)) = self.opening.poll_join_next(cx) {
                if let Ok(Some(connection)) = opened {
                    return Poll::Ready(Some(Ok(connection)));
                }
            }
            ready!(self.poll_accept(cx));
        }
    }
}
