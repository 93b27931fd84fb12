//! [`RequestBody`]: what a caller sends, let in as far as the limits of its method and the memory allow.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use tonic::Status;

use super::memory::{CallMemory, Charge, of_chunk, of_message};
use super::method_limits::MethodLimits;
use crate::rpc::Failure;
use crate::server::framing::Framing;
use crate::server::telemetry::MessageCounter;

/// How often a stream that has to wait for memory looks whether there is some. Not woken by those that give it back, so
/// that giving back takes no lock; and as the wait has an end, streams that wait for one another all end.
const RETRY_INTERVAL: Duration = Duration::from_millis(20);

/// The body of a request.
///
/// Of a message whose prefix says that it is too long not a byte is passed on, and of others only what there is memory for.
/// A stream waits for memory, unread, as long as a message may take to arrive; a call that does not stream is refused at
/// once. A message that has begun must arrive whole in time. Whatever becomes of a message of a stream, those before it are
/// passed on, also where one piece of the body held them all.
pub(in crate::server) struct RequestBody<B> {
    /// `None` once it was given up.
    body: Option<B>,
    limits: MethodLimits,
    memory: Arc<CallMemory>,
    counter: MessageCounter,
    framing: Framing,
    /// Whether a message has begun.
    has_message: bool,
    /// Of the message that is arriving, in bytes.
    length: usize,
    /// That of the message which is arriving, if it takes any.
    charge: Option<Charge>,
    /// When the message that is arriving must be there.
    due: Option<Instant>,
    /// For `due`, or for another look at the memory.
    timer: Option<Pin<Box<Sleep>>>,
    /// What came of a stream and was not looked at yet.
    rest: Bytes,
    held_back: Option<HeldBack>,
    /// Whether all has been said.
    is_over: bool,
}

/// A piece of a message of a stream that waits for memory.
struct HeldBack {
    frame: Frame<Bytes>,
    /// What the message takes with it.
    bytes: u64,
    /// When there must be some.
    due: Option<Instant>,
}

impl<B> RequestBody<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// The body of a call that began at `started`.
    pub fn new(
        body: B,
        limits: MethodLimits,
        memory: Arc<CallMemory>,
        counter: MessageCounter,
        started: Instant,
    ) -> Self {
        let mut body = Self {
            body: Some(body),
            limits,
            memory,
            counter,
            framing: Framing::new(),
            has_message: false,
            length: 0,
            charge: None,
            due: None,
            timer: None,
            rest: Bytes::new(),
            held_back: None,
            is_over: false,
        };
        if !limits.is_stream {
            body.due = body.due_from(started);
        }
        body
    }

    fn due_from(&self, start: Instant) -> Option<Instant> {
        start.checked_add(self.memory.admission().options().body_timeout)
    }

    /// The next piece: of a stream, one that ends no later than the message that begins in it.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.rest.is_empty() {
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            let piece = ready!(Pin::new(body).poll_frame(cx));
            match piece.map(|piece| piece.map(Frame::into_data)) {
                Some(Ok(Ok(data))) if self.limits.is_stream && !data.is_empty() => self.rest = data,
                Some(Ok(Ok(data))) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(Status::from_error(error.into())))),
                None => return Poll::Ready(None),
            }
        }
        let length = self.framing.length_of_message(&self.rest);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }

    /// Goes over what came, and gives back what the message takes that it belongs to, as far as that has come; `None` if it
    /// belongs to none.
    fn read(&mut self, mut data: &[u8]) -> Result<Option<u64>, Failure> {
        let was_within = self.framing.is_within();
        let mut begins = false;
        while let Some(length) = self.framing.next_message(&mut data) {
            self.counter.receive();
            let limit = self.limits.message_bytes;
            if length > limit {
                return Err(Failure::RequestTooLarge { bytes: length, limit });
            }
            if std::mem::replace(&mut self.has_message, true) && !self.limits.is_stream {
                return Err(Failure::SecondMessage);
            }
            self.length = length;
            begins = true;
        }
        if self.limits.is_stream {
            self.await_message(begins);
        }
        let arrived = self.length - self.framing.left();
        if !self.framing.is_within() {
            self.length = 0;
        }
        let takes = if self.limits.has_chunks() { of_chunk } else { of_message };
        Ok((was_within || begins).then(|| takes(arrived)))
    }

    /// Sets when the message of a stream must be there that is arriving now, if one is.
    fn await_message(&mut self, is_another: bool) {
        if is_another || !self.framing.is_within() {
            (self.due, self.timer) = (None, None);
        }
        if self.due.is_none() && self.framing.is_within() {
            self.due = self.due_from(Instant::now());
        }
    }

    /// Passes a piece on, if it is good and there is memory for it; `None` if it has to wait.
    fn admit(&mut self, frame: Frame<Bytes>) -> Result<Option<Frame<Bytes>>, Failure> {
        let Some(data) = frame.data_ref() else { return Ok(Some(frame)) };
        let Some(bytes) = self.read(data)? else { return Ok(Some(frame)) };
        if self.charge(bytes) {
            return Ok(Some(frame));
        }
        if !self.limits.is_stream {
            return Err(self.memory.admission().refuse(bytes));
        }
        let due = self.due_from(Instant::now());
        self.timer = None;
        self.held_back = Some(HeldBack { frame, bytes, due });
        Ok(None)
    }

    /// Charges what the message takes that is arriving, if there is memory; its charge is kept once it has come.
    fn charge(&mut self, bytes: u64) -> bool {
        if bytes == 0 {
            return true;
        }
        let is_had = self.charge.get_or_insert_with(|| self.memory.empty_charge()).try_raise(bytes);
        if is_had && !self.framing.is_within() {
            let charge = self.charge.take();
            // A stream of other messages than chunks is done with each before it reads the next.
            let is_kept = !self.limits.is_stream || self.limits.has_chunks();
            charge.into_iter().filter(|_| is_kept).for_each(|charge| self.memory.keep(charge));
        }
        is_had
    }

    /// Ready once there is memory for the piece that waits for it, or none came in time.
    fn poll_held_back(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        while let Some(&HeldBack { bytes, due, .. }) = self.held_back.as_ref() {
            if self.charge(bytes) {
                // The time it waited was not the caller's.
                self.timer = None;
                self.due = self.due.and_then(|_| self.due_from(Instant::now()));
                return Poll::Ready(self.held_back.take().map(|held| Ok(held.frame)));
            }
            if due.is_some_and(|due| due <= Instant::now()) {
                return Poll::Ready(Some(Err(self.memory.admission().refuse(bytes))));
            }
            let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(RETRY_INTERVAL)));
            ready!(timer.as_mut().poll(cx));
            self.timer = None;
        }
        Poll::Ready(None)
    }

    /// Ready when the message that is arriving took too long.
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Failure> {
        let Some(due) = self.due else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Failure::BodyTimeout { timeout: self.memory.admission().options().body_timeout })
    }

    /// Whether nothing more will come.
    fn has_come(&self) -> bool {
        self.body.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn fail(&mut self, failure: Failure) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.is_over = true;
        (self.body, self.rest) = (None, Bytes::new());
        (self.held_back, self.charge, self.timer) = (None, None, None);
        self.memory.admission().count_end(&failure);
        Poll::Ready(Some(Err(failure.into())))
    }
}

impl<B> http_body::Body for RequestBody<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        loop {
            if self.is_over {
                return Poll::Ready(None);
            }
            match ready!(self.poll_held_back(cx)) {
                Some(Ok(frame)) => return Poll::Ready(Some(Ok(frame))),
                Some(Err(failure)) => return self.fail(failure),
                None => {}
            }
            let frame = match self.poll_piece(cx) {
                Poll::Ready(Some(Ok(frame))) => frame,
                Poll::Ready(other) => return Poll::Ready(other),
                Poll::Pending => {
                    let failure = ready!(self.poll_due(cx));
                    return self.fail(failure);
                }
            };
            match self.admit(frame) {
                Ok(Some(frame)) => return Poll::Ready(Some(Ok(frame))),
                Ok(None) => {}
                Err(failure) => return self.fail(failure),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_over || self.held_back.is_none() && self.rest.is_empty() && self.has_come()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, http_body::Body::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use http_body::Body as _;
    use tonic::Code;

    use super::super::{Admission, AdmissionOptions};
    use super::*;
    use crate::server::method::Method;

    /// A body of these pieces, after which it ends or nothing comes any more.
    struct Pieces(VecDeque<Vec<u8>>, bool);

    impl http_body::Body for Pieces {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            match self.0.pop_front() {
                Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece.into())))),
                None if self.1 => Poll::Ready(None),
                None => Poll::Pending,
            }
        }
    }

    const NAME: Method = Method::ResolveName;
    const STREAM: Method = Method::StreamResolveNames;

    fn admission(max_request_memory: u64) -> Admission {
        let body_timeout = Duration::from_millis(60);
        Admission::new(AdmissionOptions { max_request_memory, body_timeout, ..AdmissionOptions::default() })
    }

    fn message(length: usize) -> Vec<u8> {
        let mut message = vec![0];
        message.extend((length as u32).to_be_bytes());
        message.resize(message.len() + length, 0);
        message
    }

    fn body(
        admission: &Admission,
        method: Method,
        pieces: &[&[u8]],
        ends: bool,
    ) -> (RequestBody<Pieces>, Arc<CallMemory>) {
        let pieces = Pieces(pieces.iter().map(|piece| piece.to_vec()).collect(), ends);
        let memory = CallMemory::begin(admission, false).unwrap();
        let (limits, counter) = (MethodLimits::of(method), MessageCounter::default());
        let body = RequestBody::new(pieces, limits, Arc::clone(&memory), counter, Instant::now());
        (body, memory)
    }

    /// How many bytes come through, and what ends them.
    async fn read(body: &mut RequestBody<Pieces>) -> (usize, Option<Code>) {
        let mut bytes = 0;
        loop {
            match std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
                Some(Ok(frame)) => bytes += frame.into_data().unwrap().len(),
                Some(Err(status)) => return (bytes, Some(status.code())),
                None => return (bytes, None),
            }
        }
    }

    #[tokio::test]
    async fn what_is_within_the_limits_passes() {
        let admission = admission(1 << 20);
        let name = message(64 << 10);
        let (mut whole, _memory) = body(&admission, NAME, &[&name[..3], &name[3..9], &name[9..]], true);
        assert_eq!(read(&mut whole).await, (name.len(), None));
        assert!(admission.counters().memory_in_use() > 2 * (64 << 10));
    }

    #[tokio::test]
    async fn a_message_that_is_too_long_is_not_passed_on() {
        let admission = admission(1 << 30);
        let too_long = message((64 << 10) + 1);
        let (mut refused, _memory) = body(&admission, NAME, &[&too_long[..5]], false);
        assert_eq!(read(&mut refused).await, (0, Some(Code::ResourceExhausted)));
        assert_eq!(read(&mut refused).await, (0, None));
    }

    #[tokio::test]
    async fn a_second_message_is_refused_unless_it_streams() {
        let admission = admission(1 << 20);
        let two = [message(3), message(4)].concat();
        let (mut refused, _memory) = body(&admission, NAME, &[&two], true);
        assert_eq!(read(&mut refused).await, (0, Some(Code::Unimplemented)));
        let (mut stream, memory) = body(&admission, STREAM, &[&two], true);
        assert_eq!(read(&mut stream).await, (two.len(), None));
        assert!(memory.next_chunk().is_some() && memory.next_chunk().is_some());
        assert!(memory.next_chunk().is_none());
    }

    #[tokio::test]
    async fn what_comes_before_a_bad_message_is_passed_on_though_one_piece_holds_both() {
        let admission = admission(64 << 10);
        let good = message(30);
        for bad in [message(30_000), message((4 << 20) + 1)] {
            let piece = [&good[..], &good, &bad].concat();
            for cut in [1, 20, good.len(), good.len() + 3, 2 * good.len(), 2 * good.len() + 3] {
                let (begin, end) = piece.split_at(cut);
                let (mut stream, memory) = body(&admission, STREAM, &[begin, end], true);
                let (passed, code) = read(&mut stream).await;
                assert_eq!(code, Some(Code::ResourceExhausted));
                assert_eq!(passed, cut.max(2 * good.len()), "of {cut} and the rest");
                assert!(memory.next_chunk().is_some() && memory.next_chunk().is_some());
                assert!(memory.next_chunk().is_none());
            }
        }
        assert_eq!(admission.counters().memory_in_use(), 0);
    }

    #[tokio::test]
    async fn what_does_not_arrive_whole_ends() {
        let admission = admission(1 << 20);
        let long = message(100);
        for (method, piece) in [(NAME, &long[..0]), (NAME, &long[..50]), (STREAM, &long[..2])] {
            let (mut half, _memory) = body(&admission, method, &[piece], false);
            assert_eq!(read(&mut half).await, (piece.len(), Some(Code::DeadlineExceeded)), "{method:?}");
        }
        assert_eq!(admission.counters().deadline_exceeded(), 3);
        let (mut idle, _memory) = body(&admission, STREAM, &[&long], false);
        let waited = tokio::time::timeout(Duration::from_millis(200), read(&mut idle)).await;
        assert!(waited.is_err(), "between messages a stream may rest");
    }

    #[tokio::test]
    async fn without_memory_one_message_is_refused_and_a_stream_waits() {
        let admission = admission(100_000);
        let chunk = message(15_000);
        let all = admission.charge(100_000 - (16 << 10)).unwrap();
        let (mut name, memory) = body(&admission, NAME, &[&chunk], true);
        assert_eq!(read(&mut name).await, (0, Some(Code::ResourceExhausted)));
        drop((name, memory));

        let (mut stream, memory) = body(&admission, STREAM, &[&chunk], true);
        let free = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop(all);
        };
        assert_eq!(tokio::join!(read(&mut stream), free).0, (chunk.len(), None));
        drop((stream, memory));
        assert_eq!(admission.counters().memory_in_use(), 0);

        let _all = admission.charge(100_000 - (16 << 10)).unwrap();
        let (mut stream, _memory) = body(&admission, STREAM, &[&chunk], true);
        assert_eq!(read(&mut stream).await, (0, Some(Code::ResourceExhausted)), "but not for ever");
    }
}
