//! [`Outbox`]: whether a peer takes the answers that it asked for.
//!
//! HTTP/2 keeps what the peer's windows leave no room for, and does not tell the body of an answer that nothing of it goes
//! out; often it has taken the whole of it by then. So each piece of an answer tells the outbox of its connection when it
//! is handed over, when something of it goes, and when it has gone.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};

/// How many turns a piece may wait: the more, the more exact its time is kept.
const TURNS: usize = 16;
/// How many bytes of a piece that is longer must go for it to be given its time anew: less would let a peer take an
/// answer by the byte.
const PROGRESS: usize = 4 << 10;
/// How many hold the outbox of a connection that owes nothing: whoever watches it, and the service.
const IDLE: usize = 2;

/// The pieces of answers that one connection has yet to send, by the turn in which something last went of each.
///
/// A piece costs a few atomic operations, and no lock.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    turn: AtomicUsize,
    waiting: [AtomicUsize; TURNS + 1],
}

impl Outbox {
    /// Ready once nothing went of some piece for `timeout`, or up to a sixteenth longer. To be polled whenever the
    /// connection has been.
    pub async fn is_stuck(self: &Arc<Self>, timeout: Duration) {
        let turn = timeout / TURNS as u32;
        loop {
            // Nothing wakes it: an answer can only begin when the connection is polled.
            std::future::poll_fn(|_| if self.is_idle() { Poll::Pending } else { Poll::Ready(()) }).await;
            tokio::time::sleep(turn).await;
            if self.next_turn() {
                return;
            }
        }
    }

    fn is_idle(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) <= IDLE
    }

    /// Whether a piece waits that has waited through all turns.
    fn next_turn(&self) -> bool {
        let next = self.turn.load(Ordering::Relaxed).wrapping_add(1) % (TURNS + 1);
        let is_stuck = self.waiting[next].load(Ordering::Relaxed) > 0;
        self.turn.store(next, Ordering::Relaxed);
        is_stuck
    }

    fn enter(&self) -> usize {
        let turn = self.turn.load(Ordering::Relaxed);
        self.waiting[turn].fetch_add(1, Ordering::Relaxed);
        turn
    }

    fn leave(&self, turn: usize) {
        self.waiting[turn].fetch_sub(1, Ordering::Relaxed);
    }
}

/// A piece of an answer, until it has gone.
#[derive(Debug)]
pub(super) struct Piece {
    bytes: Bytes,
    /// How many of them have gone since it got its time.
    gone: usize,
    turn: usize,
    outbox: Arc<Outbox>,
}

impl Piece {
    fn new(bytes: Bytes, outbox: &Arc<Outbox>) -> Self {
        Self { bytes, gone: 0, turn: outbox.enter(), outbox: Arc::clone(outbox) }
    }
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.gone += count;
        if self.gone >= PROGRESS {
            self.gone = 0;
            self.outbox.leave(self.turn);
            self.turn = self.outbox.enter();
        }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.outbox.leave(self.turn);
    }
}

/// An answer whose body goes through an outbox.
#[derive(Debug)]
pub(super) struct Posted<T> {
    inner: T,
    outbox: Arc<Outbox>,
}

impl<T> Posted<T> {
    pub fn new(inner: T, outbox: Arc<Outbox>) -> Self {
        Self { inner, outbox }
    }
}

impl<F, B, E> Future for Posted<F>
where
    F: Future<Output = Result<http::Response<B>, E>> + Unpin,
{
    type Output = Result<http::Response<Posted<B>>, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.inner).poll(cx))?;
        Poll::Ready(Ok(answer.map(|body| Posted::new(body, Arc::clone(&self.outbox)))))
    }
}

impl<B: http_body::Body<Data = Bytes> + Unpin> http_body::Body for Posted<B> {
    type Data = Piece;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, B::Error>>> {
        let Self { inner, outbox } = &mut *self;
        let frame = ready!(Pin::new(inner).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(|bytes| Piece::new(bytes, outbox)))))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_which_nothing_goes_is_seen_after_all_turns() {
        let outbox = Arc::new(Outbox::default());
        let piece = Piece::new(Bytes::from_static(b"abc"), &outbox);
        let turns = (1..=2 * TURNS).find(|_| outbox.next_turn());
        assert_eq!(turns, Some(TURNS + 1));
        drop(piece);
        assert!((0..100).all(|_| !outbox.next_turn()));
    }

    #[test]
    fn what_goes_gives_a_piece_its_time_anew_but_not_by_the_byte() {
        let outbox = Arc::new(Outbox::default());
        let mut piece = Piece::new(vec![0; 1 << 20].into(), &outbox);
        for _ in 0..3 * TURNS {
            piece.advance(PROGRESS);
            assert!(!outbox.next_turn());
        }
        let turns = (1..=2 * TURNS).find(|_| {
            piece.advance(1);
            outbox.next_turn()
        });
        // It was counted before the last turn above.
        assert_eq!(turns, Some(TURNS));
    }

    #[tokio::test]
    async fn only_what_waits_is_stuck() {
        let outbox = Arc::new(Outbox::default());
        let _of_service = Arc::clone(&outbox);
        let timeout = Duration::from_millis(50);
        let idle = tokio::time::timeout(4 * timeout, outbox.is_stuck(timeout)).await;
        assert!(idle.is_err());
        let open = Posted::new((), Arc::clone(&outbox));
        let resting = tokio::time::timeout(4 * timeout, outbox.is_stuck(timeout)).await;
        assert!(resting.is_err(), "an answer that has nothing to say");
        let _piece = Piece::new(Bytes::from_static(b"abc"), &open.outbox);
        let begun = tokio::time::Instant::now();
        outbox.is_stuck(timeout).await;
        assert!(begun.elapsed() >= timeout);
    }
}
