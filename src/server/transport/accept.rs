//! [`Acceptor`]: takes connections from a listening socket, whatever goes wrong there.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};

use super::counters::{Refusal, TransportCounters};

/// A listening socket that always goes on.
///
/// Out of descriptors or memory, `accept` fails at once, again and again: to ask it without a pause keeps a processor busy
/// and helps nobody. So there are pauses, of 10 ms to 1 s. A descriptor kept in reserve serves to close the peers that
/// wait meanwhile, so that they go elsewhere instead of waiting for an answer.
pub struct Acceptor {
    // Before the listener, of which it is a copy: that closes the port.
    spare: Spare,
    listener: TcpListener,
    shortage: Shortage,
    pause: Option<Pin<Box<Sleep>>>,
    counters: Arc<TransportCounters>,
}

/// How many waiting peers are closed at a time.
const TURNED_AWAY_AT_ONCE: usize = 128;

impl Acceptor {
    /// Accepts on `listener`.
    pub fn new(listener: TcpListener, counters: Arc<TransportCounters>) -> Self {
        Self { spare: Spare::of(&listener), listener, shortage: Shortage::default(), pause: None, counters }
    }

    /// The next connection. Never fails, and never keeps the processor busy for nothing.
    pub fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<(TcpStream, SocketAddr)> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match ready!(self.listener.poll_accept(cx)) {
                Ok(accepted) => {
                    self.shortage.has_passed();
                    return Poll::Ready(accepted);
                }
                Err(error) if is_of_one_connection(&error) => {
                    tracing::debug!("a connection broke before it was accepted: {error}");
                }
                Err(error) => self.hold_off(&error, cx),
            }
        }
    }

    fn hold_off(&mut self, error: &io::Error, cx: &mut Context<'_>) {
        let pause = self.shortage.pause(error);
        if is_of_descriptors(error) {
            self.turn_away(cx);
        }
        self.pause = Some(Box::pin(tokio::time::sleep(pause)));
    }

    /// Closes the peers that wait, on the descriptor that was kept for that.
    fn turn_away(&mut self, cx: &mut Context<'_>) {
        self.spare.release();
        for _ in 0..TURNED_AWAY_AT_ONCE {
            match self.listener.poll_accept(cx) {
                Poll::Ready(Ok(_)) => self.counters.refuse(Refusal::Descriptors),
                // Someone else was quicker, or nobody waits.
                Poll::Ready(Err(_)) | Poll::Pending => break,
            }
        }
        self.spare = Spare::of(&self.listener);
    }
}

/// Whether `accept` failed for the connection that it would have returned, so that the next may well be fine.
///
/// Linux reports errors of the network that are already known of the new connection; see accept(2).
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::Interrupted
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::TimedOut
    )
}

/// Whether the process (EMFILE) or the system (ENFILE) is out of file descriptors.
#[cfg(unix)]
fn is_of_descriptors(error: &io::Error) -> bool {
    use rustix::io::Errno;

    [Errno::MFILE, Errno::NFILE].iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(not(unix))]
fn is_of_descriptors(_: &io::Error) -> bool {
    false
}

/// A descriptor kept in reserve: a copy of that of the listener, which costs nothing else.
struct Spare(#[cfg(unix)] Option<std::os::fd::OwnedFd>);

impl Spare {
    #[cfg(unix)]
    fn of(listener: &TcpListener) -> Self {
        use std::os::fd::AsFd;

        Self(listener.as_fd().try_clone_to_owned().ok())
    }

    #[cfg(not(unix))]
    fn of(_: &TcpListener) -> Self {
        Self()
    }

    fn release(&mut self) {
        #[cfg(unix)]
        drop(self.0.take());
    }
}

/// How long the pauses are, and what the log is told.
#[derive(Debug, Default)]
struct Shortage {
    pause: Duration,
    last: Option<Instant>,
}

impl Shortage {
    const SHORTEST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_secs(1);
    /// Without an error for so long, the next one is news again.
    const EPISODE: Duration = Duration::from_secs(10);

    /// Tells the log, if it is news, and how long to wait: longer each time.
    fn pause(&mut self, error: &io::Error) -> Duration {
        let now = Instant::now();
        if self.last.replace(now).is_none_or(|last| now.duration_since(last) > Self::EPISODE) {
            tracing::error!(
                "no connection can be accepted: {error}; trying again until it can (raise the limit of open files, or lower --max-connections)"
            );
        }
        self.pause = (self.pause * 2).clamp(Self::SHORTEST, Self::LONGEST);
        self.pause
    }

    fn has_passed(&mut self) {
        self.pause = Duration::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_second_and_begin_anew() {
        let mut shortage = Shortage::default();
        let error = io::Error::other("no");
        let pauses: Vec<_> = (0..10).map(|_| shortage.pause(&error).as_millis()).collect();
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000, 1_000]);
        shortage.has_passed();
        assert_eq!(shortage.pause(&error), Shortage::SHORTEST);
    }

    #[cfg(unix)]
    #[test]
    fn errors_are_told_apart() {
        use rustix::io::Errno;

        let of = |errno: Errno| io::Error::from_raw_os_error(errno.raw_os_error());
        for errno in [Errno::CONNABORTED, Errno::INTR, Errno::PERM, Errno::NETDOWN, Errno::HOSTUNREACH] {
            assert!(is_of_one_connection(&of(errno)), "{errno:?}");
        }
        for errno in [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM, Errno::BADF] {
            assert!(!is_of_one_connection(&of(errno)), "{errno:?}");
        }
        assert!(is_of_descriptors(&of(Errno::MFILE)) && is_of_descriptors(&of(Errno::NFILE)));
        assert!(!is_of_descriptors(&of(Errno::NOMEM)));
    }

    #[tokio::test]
    async fn those_who_wait_are_turned_away() {
        use tokio::io::AsyncReadExt;

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counters = Arc::new(TransportCounters::default());
        let mut acceptor = Acceptor::new(listener, Arc::clone(&counters));
        let mut waiting = Vec::new();
        for _ in 0..3 {
            waiting.push(TcpStream::connect(address).await.unwrap());
        }
        while counters.refused(Refusal::Descriptors) < 3 {
            std::future::poll_fn(|cx| {
                acceptor.turn_away(cx);
                Poll::Ready(())
            })
            .await;
            tokio::task::yield_now().await;
        }
        for mut peer in waiting {
            assert_eq!(peer.read(&mut [0]).await.unwrap_or(0), 0);
        }
        let _next = TcpStream::connect(address).await.unwrap();
        std::future::poll_fn(|cx| acceptor.poll_accept(cx)).await;
    }
}
