//! [`Connection`]: one that has been admitted and has properly begun.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::admit::Permit;
use super::counters::{Refusal, TransportCounters};
use super::peer::Peer;
use super::preface::{Acknowledgement, Greeting};

/// A connection for the HTTP server: gives again what was read of its greeting, then passes everything through.
///
/// A peer of HTTP/2 that does not acknowledge the server's settings in time is cut off.
pub struct Connection {
    io: Io,
    /// `None` once everything passes through, which costs one comparison then.
    opening: Option<Box<Opening>>,
    peer: Peer,
    // After `io`: the permit is free once the socket is closed.
    _permit: Permit,
}

impl Connection {
    /// A connection that began with `greeting`; HTTP/2 must go on by `deadline`.
    pub(super) fn new(
        io: Io,
        greeting: Greeting,
        deadline: Instant,
        peer: Peer,
        permit: Permit,
        counters: Arc<TransportCounters>,
    ) -> Self {
        let settling = greeting.is_http2.then(|| Settling {
            acknowledgement: Acknowledgement::new(),
            deadline: Box::pin(tokio::time::sleep_until(deadline)),
            counters,
        });
        let opening = Some(Box::new(Opening { greeting: greeting.bytes, given: 0, settling }));
        Self { io, opening, peer, _permit: permit }
    }
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { io, opening, .. } = &mut *self;
        let Some(begun) = opening else { return Pin::new(io).poll_read(cx, buf) };
        let read = begun.poll_read(io, cx, buf);
        if begun.is_over() {
            *opening = None;
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// What is different while a connection begins.
struct Opening {
    greeting: Vec<u8>,
    /// How much of the greeting was given again.
    given: usize,
    settling: Option<Settling>,
}

/// The wait for the acknowledgement of our settings.
struct Settling {
    acknowledgement: Acknowledgement,
    deadline: Pin<Box<Sleep>>,
    counters: Arc<TransportCounters>,
}

impl Opening {
    fn poll_read(
        &mut self,
        io: &mut Io,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let filled = buf.filled().len();
        if !self.give_again(buf) {
            match Pin::new(io).poll_read(cx, buf) {
                Poll::Pending => return self.poll_deadline(cx),
                Poll::Ready(read) => read?,
            }
        }
        let read = buf.filled().get(filled..).unwrap_or_default();
        if self.settling.as_mut().is_some_and(|settling| settling.acknowledgement.is_in(read)) {
            self.settling = None;
        }
        Poll::Ready(Ok(()))
    }

    /// Whether anything of the greeting was left to give.
    fn give_again(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let left = self.greeting.get(self.given..).unwrap_or_default();
        let (now, _) = left.split_at(left.len().min(buf.remaining()));
        buf.put_slice(now);
        self.given += now.len();
        !left.is_empty()
    }

    /// Fails once the time is up; only asked when there is nothing to read, so that a busy server blames no peer.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(Settling { deadline, counters, .. }) = &mut self.settling else { return Poll::Pending };
        ready!(deadline.as_mut().poll(cx));
        counters.refuse(Refusal::Silent);
        self.settling = None;
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not acknowledge SETTINGS")))
    }

    fn is_over(&self) -> bool {
        self.given == self.greeting.len() && self.settling.is_none()
    }
}

/// The socket, as it is or below TLS.
pub(super) enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Does the same to whatever the socket is.
macro_rules! either {
    ($io:expr, $inner:ident => $does:expr) => {
        match $io {
            Io::Plain($inner) => $does,
            Io::Tls($inner) => $does,
        }
    };
}

impl AsyncRead for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(&mut *self, io => Pin::new(io).poll_read(cx, buf))
    }
}

impl AsyncWrite for Io {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        either!(&mut *self, io => Pin::new(io).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(&mut *self, io => Pin::new(io).poll_write_vectored(cx, bufs))
    }

    fn is_write_vectored(&self) -> bool {
        either!(self, io => io.is_write_vectored())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut *self, io => Pin::new(io).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut *self, io => Pin::new(io).poll_shutdown(cx))
    }
}
