//! [`Opener`]: from an accepted socket to a [`Connection`] that has properly begun, or a reason why not.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;

use super::TransportOptions;
use super::admit::Permit;
use super::certificates;
use super::connection::{Connection, Io};
use super::counters::{Handshake, Refusal, TransportCounters};
use super::peer::Peer;
use super::preface::read_greeting;
use super::tls::ServerTls;

/// Opens connections, each within bounds of time.
pub(super) struct Opener {
    preface_timeout: Duration,
    handshake_timeout: Duration,
    http1: bool,
    tls: Option<ServerTls>,
    counters: Arc<TransportCounters>,
}

/// Why there is no connection after all.
#[derive(Debug, thiserror::Error)]
enum NotOpened {
    #[error("refused ({})", .0.as_str())]
    Refused(Refusal),
    #[error("no TLS handshake: {0}")]
    Handshake(io::Error),
    #[error("no TLS handshake in time")]
    HandshakeTimedOut,
    #[error("it went away: {0}")]
    Gone(#[from] io::Error),
}

impl Opener {
    pub fn new(options: &TransportOptions) -> Self {
        Self {
            preface_timeout: options.preface_timeout,
            handshake_timeout: options.tls_handshake_timeout,
            http1: options.http1,
            tls: options.tls.clone(),
            counters: Arc::clone(&options.counters),
        }
    }

    /// The connection of the peer at `address`; `None` if it did not come to be, which is counted and logged.
    pub async fn open(
        self: Arc<Self>,
        socket: TcpStream,
        address: SocketAddr,
        permit: Permit,
    ) -> Option<Connection> {
        let opened = self.try_open(socket, address, permit).await;
        opened.inspect_err(|failure| self.note(address, failure)).ok()
    }

    async fn try_open(
        &self,
        socket: TcpStream,
        address: SocketAddr,
        permit: Permit,
    ) -> Result<Connection, NotOpened> {
        // Without it, small answers wait some 40 ms for an acknowledgement.
        socket.set_nodelay(true)?;
        let peer = Peer::new(Some(address));
        let (mut io, peer) = match &self.tls {
            None => (Io::Plain(socket), peer),
            Some(tls) => self.shake_hands(socket, tls, peer).await?,
        };
        let greeting = self.in_time(read_greeting(&mut io, self.http1)).await?;
        let greeting = greeting.ok_or(NotOpened::Refused(Refusal::Protocol))?;
        Ok(Connection::new(io, greeting, self.preface_timeout, peer, permit, Arc::clone(&self.counters)))
    }

    /// TLS, and who the peer is according to its certificate.
    async fn shake_hands(
        &self,
        mut socket: TcpStream,
        tls: &ServerTls,
        peer: Peer,
    ) -> Result<(Io, Peer), NotOpened> {
        let deadline = Instant::now() + self.handshake_timeout;
        if !self.in_time(speaks_tls(&socket)).await? {
            let _ = timeout(LAST_WORDS, say_tls_is_spoken(&mut socket)).await;
            return Err(NotOpened::Refused(Refusal::Plaintext));
        }
        let accept = TlsAcceptor::from(tls.config(self.http1)).accept(socket);
        let stream = timeout_at(deadline, accept)
            .await
            .map_err(|_| NotOpened::HandshakeTimedOut)?
            .map_err(NotOpened::Handshake)?;
        self.counters.shook_hands(Handshake::Done);
        let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let peer = match certificate {
            Some(certificate) => peer.with_certificate(certificates::names(certificate)),
            None => peer,
        };
        Ok((Io::Tls(Box::new(stream)), peer))
    }

    /// What a peer must do before it is taken for a silent one.
    async fn in_time<T>(&self, act: impl Future<Output = io::Result<T>>) -> Result<T, NotOpened> {
        let done = timeout(self.preface_timeout, act).await;
        Ok(done.map_err(|_| NotOpened::Refused(Refusal::Silent))??)
    }

    fn note(&self, address: SocketAddr, failure: &NotOpened) {
        match failure {
            NotOpened::Refused(reason) => self.counters.refuse(*reason),
            NotOpened::Handshake(_) => self.counters.shook_hands(Handshake::Failed),
            NotOpened::HandshakeTimedOut => self.counters.shook_hands(Handshake::TimedOut),
            // A probe of a load balancer, say, which only looks whether the port is open.
            NotOpened::Gone(_) => {}
        }
        tracing::debug!("no connection with {address}: {failure}");
    }
}

/// How long a peer may take to hear that it should speak TLS.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The first byte of every TLS connection: a record of the handshake (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 0x16;

/// Whether the first byte is one of TLS; leaves it to be read.
async fn speaks_tls(socket: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    match socket.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first == [TLS_HANDSHAKE]),
    }
}

/// What a peer of HTTP/2 without TLS is told: GOAWAY with INADEQUATE_SECURITY (RFC 9113, 6.8 and 7) and a text that clients
/// show. Nothing of it needs to be secret.
///
/// No SETTINGS before it: with them gRPC's C core takes the connection for one that was in order, and comes back at once,
/// again and again, instead of waiting longer each time.
const USE_TLS: &[u8] = b"\0\0\x35\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0c\
    this port speaks TLS: use https:// and its CA";

async fn say_tls_is_spoken(socket: &mut TcpStream) -> io::Result<()> {
    let mut heard = [0; 1_024];
    socket.write_all(USE_TLS).await?;
    socket.shutdown().await?;
    // Closing with bytes unread would reset the connection before the peer has read ours.
    while socket.read(&mut heard).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goaway_is_as_long_as_it_says() {
        let len = u32::from_be_bytes([0, USE_TLS[0], USE_TLS[1], USE_TLS[2]]) as usize;
        assert_eq!(USE_TLS.len(), 9 + len);
        assert_eq!(USE_TLS[9 + 4..9 + 8], [0, 0, 0, 12]);
    }
}
