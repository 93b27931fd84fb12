//! [`CallGuard`]: around every call, of whatever service, who may make it, its deadline, the end of the drain, panics and
//! the log.

pub(super) mod deadline;
mod ending;
mod log;

use std::convert::Infallible;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};

use self::ending::Ending;
use self::log::CallLog;
use super::ServeOptions;
use super::admission::{Admission, CallMemory, MethodLimits, RequestBody};
use super::auth::Auth;
use super::method::Method;
use super::telemetry::{MessageCounter, Telemetry};
use crate::rpc::Failure;

/// A service whose every call ends: with its answer, or with a status that says why there is none.
///
/// Every call goes through here, so what need not be done for one that is answered at once is not done: no timer is set
/// before something has to be waited for, and no text is made for a log that nobody reads.
#[derive(Clone)]
pub(super) struct CallGuard<S> {
    service: S,
    shared: Arc<Shared>,
}

/// What all calls of a listener have in common.
struct Shared {
    timeout: Duration,
    admission: Admission,
    is_closing: watch::Receiver<bool>,
    auth: Auth,
    telemetry: Telemetry,
}

impl<S> CallGuard<S> {
    /// Lets calls through as `options` say, ends all that are open once `is_closing` holds true, and has counted how each
    /// ended.
    pub fn new(service: S, options: &ServeOptions, is_closing: watch::Receiver<bool>) -> Self {
        let shared = Shared {
            timeout: options.call_timeout,
            admission: options.admission.clone(),
            is_closing,
            auth: options.auth.clone(),
            telemetry: options.telemetry.clone(),
        };
        Self { service, shared: Arc::new(shared) }
    }
}

impl<S, B> tower_service::Service<http::Request<B>> for CallGuard<S>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    S: tower_service::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + Unpin + 'static,
{
    type Response = http::Response<GuardedBody>;
    type Error = Infallible;
    type Future = GuardedAnswer<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: http::Request<B>) -> Self::Future {
        let (now, shared) = (Instant::now(), &self.shared);
        let deadline = deadline::of_caller(request.headers()).and_then(|allowed| now.checked_add(allowed));
        let first = [deadline, now.checked_add(shared.timeout)].into_iter().flatten().min();
        let method = Method::of_path(request.uri().path());
        let mut log = CallLog::new(Arc::clone(shared), method, &mut request, now);
        let end = Ending::new(first, Arc::clone(shared));
        // A call that is refused never reaches the service, so that its body is not read.
        let admitted = match shared.auth.check(method, &request) {
            Ok(caller) => {
                log.set_caller(caller.map(|caller| caller.name), None);
                let_in(&shared.admission, method, request, log.message_counter(), now)
            }
            Err(denied) => {
                log.set_caller(denied.caller, Some(denied.refusal));
                Err(denied.failure)
            }
        };
        let (answer, memory) = match admitted {
            Ok((request, memory)) => (Answer::Awaited(self.service.call(request)), Some(memory)),
            Err(failure) => (Answer::Refused(failure), None),
        };
        GuardedAnswer { answer, deadline, open: Some(Open { end, log, memory }) }
    }
}

/// Wraps up the body of a request that began at `now`, if there is memory for a call.
fn let_in<B>(
    admission: &Admission,
    method: Method,
    request: http::Request<B>,
    counter: MessageCounter,
    now: Instant,
) -> Result<(http::Request<Body>, Arc<CallMemory>), Failure>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let limits = MethodLimits::of(method);
    let memory = CallMemory::begin(admission, limits.must_be_answered)?;
    let of_body = Arc::clone(&memory);
    let mut request = request.map(|body| Body::new(RequestBody::new(body, limits, of_body, counter, now)));
    if limits.is_bulk {
        request.extensions_mut().insert(Arc::clone(&memory));
    }
    Ok((request, memory))
}

/// A call that has not ended.
struct Open {
    end: Ending,
    log: CallLog,
    /// `None` of a call that was refused for want of it.
    memory: Option<Arc<CallMemory>>,
}

/// What there is to say to a call.
enum Answer<F> {
    Awaited(F),
    Refused(Failure),
}

/// An answer that begins in time, or a status instead of it.
pub(super) struct GuardedAnswer<F> {
    answer: Answer<F>,
    /// That of the caller, which holds for the body of the answer as well.
    deadline: Option<Instant>,
    /// `None` once the answer has begun.
    open: Option<Open>,
}

impl<F> Future for GuardedAnswer<F>
where
    F: Future<Output = Result<http::Response<Body>, Infallible>> + Unpin,
{
    type Output = Result<http::Response<GuardedBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { answer, deadline, open } = &mut *self;
        // An answer that has begun is not asked for again.
        let Some(Open { end, memory, log }) = open else { return Poll::Pending };
        let poll = catch_unwind(AssertUnwindSafe(|| answer.poll(cx)));
        let mut response = match poll {
            Ok(Poll::Ready(Ok(response))) => response,
            Ok(Poll::Ready(Err(failure))) => Status::from(failure).into_http(),
            Ok(Poll::Pending) => {
                let failure = ready!(end.poll(cx));
                memory.iter().for_each(|memory| memory.admission().count_end(&failure));
                Status::from(failure).into_http()
            }
            Err(_) => Status::from(panicked(log)).into_http(),
        };
        let Some(Open { end, mut log, memory }) = open.take() else { return Poll::Pending };
        let code = code(response.headers());
        log.answer(&mut response, code);
        if let Some(code) = code {
            log.finish(code);
        }
        let end = Some(end.with_deadline(*deadline));
        Poll::Ready(Ok(response.map(|body| GuardedBody { body, end, log, memory })))
    }
}

impl<F, B> Answer<F>
where
    F: Future<Output = Result<http::Response<B>, Infallible>> + Unpin,
{
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<http::Response<B>, Failure>> {
        match self {
            Self::Awaited(answer) => Pin::new(answer).poll(cx).map(|Ok(response)| Ok(response)),
            Self::Refused(failure) => Poll::Ready(Err(std::mem::replace(failure, Failure::Internal))),
        }
    }
}

/// What a caller is told of a panic. The panic hook has written where.
fn panicked(log: &CallLog) -> Failure {
    log.panicked();
    Failure::Internal
}

/// The code of a status, if the headers or trailers hold one.
fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get(Status::GRPC_STATUS).map(|code| Code::from_bytes(code.as_bytes()))
}

/// The answer as it goes out: cut off with a status when the call must end.
pub(super) struct GuardedBody {
    body: Body,
    /// `None` once the call has ended.
    end: Option<Ending>,
    log: CallLog,
    memory: Option<Arc<CallMemory>>,
}

impl GuardedBody {
    /// Ends the call with trailers that say why.
    fn cut(&mut self, failure: Failure) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.end = None;
        self.body = Body::empty();
        // What was sent of the answer and what it was made from is gone with its body.
        if let Some(memory) = self.memory.take() {
            memory.admission().count_end(&failure);
        }
        let status = Status::from(failure);
        self.log.finish(status.code());
        let mut trailers = HeaderMap::new();
        if status.add_header(&mut trailers).is_err() {
            // A status that cannot be written: the code alone can.
            trailers.insert(Status::GRPC_STATUS, http::HeaderValue::from(Code::Internal as i32));
        }
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }
}

impl http_body::Body for GuardedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Self { body, end, log, memory } = &mut *self;
        let Some(ending) = end else { return Poll::Ready(None) };
        // Before the answer, for a stream that is always ready must end as well.
        if let Some(failure) = ending.is_due() {
            return self.cut(failure);
        }
        let poll = catch_unwind(AssertUnwindSafe(|| Pin::new(body).poll_frame(cx)));
        let frame = match poll {
            Ok(Poll::Ready(frame)) => frame,
            Ok(Poll::Pending) => {
                let failure = ready!(ending.poll(cx));
                return self.cut(failure);
            }
            Err(_) => {
                let failure = panicked(log);
                return self.cut(failure);
            }
        };
        match &frame {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    log.send(data);
                } else if let Some(code) = frame.trailers_ref().and_then(code) {
                    log.finish(code);
                }
            }
            Some(Err(status)) => log.finish(status.code()),
            None => *end = None,
        }
        let Some(memory) = memory else { return Poll::Ready(frame) };
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(|data| memory.send(data)))))
    }

    fn is_end_stream(&self) -> bool {
        self.end.is_none() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use tower_service::Service;

    use super::*;

    /// A service that is a function.
    #[derive(Clone)]
    struct Answer<F>(F);

    impl<F, T> Service<http::Request<Body>> for Answer<F>
    where
        F: FnMut() -> T,
        T: Future<Output = Result<http::Response<Body>, Infallible>>,
    {
        type Response = http::Response<Body>;
        type Error = Infallible;
        type Future = Pin<Box<T>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: http::Request<Body>) -> Self::Future {
            Box::pin((self.0)())
        }
    }

    /// A body that does what a function does.
    struct Frames<F>(F);

    impl<F: FnMut() -> Poll<Option<Result<Frame<Bytes>, Status>>> + Unpin> http_body::Body for Frames<F> {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            (self.0)()
        }
    }

    type Never = Ready<Result<http::Response<Body>, Infallible>>;

    fn answering<F>(frames: F) -> Answer<impl FnMut() -> Never>
    where
        F: FnMut() -> Poll<Option<Result<Frame<Bytes>, Status>>> + Clone + Unpin + Send + 'static,
    {
        Answer(move || ready(Ok(http::Response::new(Body::new(Frames(frames.clone()))))))
    }

    async fn call<T>(
        answer: Answer<impl FnMut() -> T>,
        timeout: &str,
        is_closing: watch::Receiver<bool>,
    ) -> http::Response<GuardedBody>
    where
        T: Future<Output = Result<http::Response<Body>, Infallible>> + Send + 'static,
    {
        let request = http::Request::builder().header("grpc-timeout", timeout).body(Body::empty()).unwrap();
        let options = ServeOptions { call_timeout: Duration::from_secs(60), ..ServeOptions::default() };
        let Ok(response) = CallGuard::new(answer, &options, is_closing).call(request).await;
        response
    }

    /// Reads to the end, and gives the status of the trailers and the number of frames before them.
    async fn read(response: http::Response<GuardedBody>) -> (Option<Code>, usize) {
        let mut body = response.into_body();
        let mut frames = 0;
        while let Some(frame) =
            std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut body), cx)).await
        {
            if let Some(status) = frame.unwrap().trailers_ref().and_then(Status::from_header_map) {
                return (Some(status.code()), frames);
            }
            frames += 1;
        }
        (None, frames)
    }

    #[tokio::test]
    async fn a_panic_is_internal() {
        let (_open, is_closing) = watch::channel(false);
        let answer = Answer(|| async { panic!("on purpose") });
        assert_eq!(code(call(answer, "1H", is_closing).await.headers()), Some(Code::Internal));
    }

    #[tokio::test]
    async fn a_panic_in_the_body_is_internal() {
        let (_open, is_closing) = watch::channel(false);
        let response = call(answering(|| panic!("on purpose")), "1H", is_closing).await;
        assert_eq!(read(response).await, (Some(Code::Internal), 0));
    }

    #[tokio::test]
    async fn the_deadline_ends_an_answer_that_does_not_come() {
        let (_open, is_closing) = watch::channel(false);
        let answer = Answer(std::future::pending);
        assert_eq!(code(call(answer, "1m", is_closing).await.headers()), Some(Code::DeadlineExceeded));
    }

    #[tokio::test]
    async fn the_deadline_ends_a_stream_that_is_always_ready() {
        let (_open, is_closing) = watch::channel(false);
        let busy = || Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"a")))));
        let response = call(answering(busy), "20m", is_closing).await;
        let mut body = response.into_body();
        // What reads without a pause, as a quick peer does, must not starve the timer.
        let code = loop {
            let next = std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut body), cx));
            let frame = next.await.unwrap().unwrap();
            if let Some(trailers) = frame.trailers_ref() {
                break Status::from_header_map(trailers).unwrap().code();
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(code, Code::DeadlineExceeded);
    }

    #[tokio::test]
    async fn the_end_of_the_drain_ends_what_is_open() {
        let (closing, is_closing) = watch::channel(false);
        let response = call(answering(|| Poll::Pending), "1H", is_closing.clone()).await;
        closing.send_replace(true);
        assert_eq!(read(response).await, (Some(Code::Unavailable), 0));
        let answer = Answer(std::future::pending);
        assert_eq!(code(call(answer, "1H", is_closing).await.headers()), Some(Code::Unavailable));
    }

    #[tokio::test]
    async fn an_answer_in_time_is_left_as_it_is() {
        let (_open, is_closing) = watch::channel(false);
        let mut left = 3;
        let frames = move || {
            left -= 1;
            Poll::Ready((left >= 0).then(|| Ok(Frame::data(Bytes::from_static(b"a")))))
        };
        let response = call(answering(frames), "1H", is_closing).await;
        assert_eq!(code(response.headers()), None);
        assert_eq!(read(response).await, (None, 3));
    }
}
