//! [`Connection`]: one that has been admitted and has properly begun.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::admit::Permit;
use super::counters::{Refusal, TransportCounters};
use super::frames::Frames;
use super::peer::Peer;
use super::preface::Greeting;

/// How often a connection is read before others have their turn. HTTP/2 reads as long as anything comes, and tens of
/// kilobytes of the smallest frames take a millisecond.
const READS_IN_A_ROW: u8 = 4;

/// A connection for the HTTP server: gives again what was read of its greeting, then passes everything through.
///
/// No peer holds up the others however much it sends: after some reads their turn comes first.
///
/// A peer of HTTP/2 that does not acknowledge the server's settings in time is cut off, and so is one that leaves a frame
/// or a block of headers half said.
pub struct Connection {
    io: Io,
    /// `None` once it was given again.
    greeting: Option<Box<Greeted>>,
    /// `None` of HTTP/1.
    conduct: Option<Box<Conduct>>,
    /// Since something had to be waited for.
    reads: u8,
    peer: Peer,
    // After `io`: the permit is free once the socket is closed.
    _permit: Permit,
}

impl Connection {
    /// A connection that began with `greeting`; HTTP/2 must go on within `timeout`, and end within it whatever it begins.
    pub(super) fn new(
        io: Io,
        greeting: Greeting,
        timeout: Duration,
        peer: Peer,
        permit: Permit,
        counters: Arc<TransportCounters>,
    ) -> Self {
        let conduct = greeting.is_http2.then(|| Box::new(Conduct::new(timeout, counters)));
        let greeting = Some(Box::new(Greeted { bytes: greeting.bytes, given: 0 }));
        Self { io, greeting, conduct, reads: 0, peer, _permit: permit }
    }

    /// Whether anything of the greeting was left to give.
    fn give_again(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let Some(greeting) = &mut self.greeting else { return false };
        let is_left = greeting.give(buf);
        if !is_left {
            self.greeting = None;
        }
        is_left
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
        let filled = buf.filled().len();
        if !self.give_again(buf) {
            let Self { io, conduct, reads, .. } = &mut *self;
            if *reads == READS_IN_A_ROW {
                *reads = 0;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            match (Pin::new(io).poll_read(cx, buf), conduct) {
                (Poll::Ready(read), _) => read?,
                (Poll::Pending, conduct) => {
                    *reads = 0;
                    return conduct
                        .as_mut()
                        .map_or(Poll::Pending, |conduct| conduct.poll_deadline(cx).map(Err));
                }
            }
            *reads += 1;
        }
        if let Some(conduct) = &mut self.conduct {
            conduct.follow(buf.filled().get(filled..).unwrap_or_default());
        }
        Poll::Ready(Ok(()))
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

/// What was read of a greeting.
struct Greeted {
    bytes: Vec<u8>,
    /// How much of it was given again.
    given: usize,
}

impl Greeted {
    /// Whether anything was left to give.
    fn give(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let left = self.bytes.get(self.given..).unwrap_or_default();
        let (now, _) = left.split_at(left.len().min(buf.remaining()));
        buf.put_slice(now);
        self.given += now.len();
        !left.is_empty()
    }
}

/// What a peer of HTTP/2 must do in time.
struct Conduct {
    frames: Frames,
    timeout: Duration,
    /// For the acknowledgement of our settings; `None` once it came.
    settling: Option<Pin<Box<Sleep>>>,
    /// For the end of what is half said; `None` if nothing is, or nothing had to be waited for yet.
    ///
    /// It holds for the whole of a frame or block of headers: bytes that drip in do not put it off.
    finishing: Option<Pin<Box<Sleep>>>,
    counters: Arc<TransportCounters>,
}

impl Conduct {
    fn new(timeout: Duration, counters: Arc<TransportCounters>) -> Self {
        let settling = Some(Box::pin(tokio::time::sleep(timeout)));
        Self { frames: Frames::new(), timeout, settling, finishing: None, counters }
    }

    fn follow(&mut self, read: &[u8]) {
        if self.frames.follow(read) {
            self.finishing = None;
        }
        if self.settling.is_some() && self.frames.has_acknowledged() {
            self.settling = None;
        }
    }

    /// Why the peer is cut off, once its time is up; only asked when there is nothing to read, so that a busy server
    /// blames no peer.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if is_over(&mut self.settling, cx) {
            return self.cut(Refusal::Silent, "the peer does not acknowledge SETTINGS");
        }
        if !self.frames.is_between() && self.finishing.is_none() {
            self.finishing = Some(Box::pin(tokio::time::sleep(self.timeout)));
        }
        if is_over(&mut self.finishing, cx) {
            return self.cut(Refusal::Unfinished, "the peer does not finish a frame or a block of headers");
        }
        Poll::Pending
    }

    fn cut(&mut self, reason: Refusal, message: &'static str) -> Poll<io::Error> {
        self.counters.refuse(reason);
        (self.settling, self.finishing) = (None, None);
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, message))
    }
}

/// Whether a wait that has begun is over.
fn is_over(wait: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> bool {
    wait.as_mut().is_some_and(|wait| wait.as_mut().poll(cx).is_ready())
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
