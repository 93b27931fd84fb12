//! [`CallGuard`]: around every call, of whatever service, its deadline, the end of the drain, panics and the log.

mod deadline;
mod log;

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};

use self::log::CallLog;
use crate::rpc::Failure;

/// A service whose every call ends: with its answer, or with a status that says why there is none.
#[derive(Clone)]
pub(super) struct CallGuard<S> {
    service: S,
    timeout: Duration,
    is_closing: watch::Receiver<bool>,
}

impl<S> CallGuard<S> {
    /// Gives a call `timeout` until its answer begins, and ends all that are open once `is_closing` holds true.
    pub fn new(service: S, timeout: Duration, is_closing: watch::Receiver<bool>) -> Self {
        Self { service, timeout, is_closing }
    }
}

impl<S> tower_service::Service<http::Request<Body>> for CallGuard<S>
where
    S: tower_service::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let now = Instant::now();
        let deadline = deadline::of_caller(request.headers()).and_then(|allowed| now.checked_add(allowed));
        let mut end = Box::pin(end(deadline, self.is_closing.clone()));
        let timeout = tokio::time::sleep(self.timeout);
        let mut log = CallLog::new(request.uri().path());
        let answer = self.service.call(request);
        Box::pin(async move {
            let answer = tokio::select! {
                biased;
                answer = caught(answer) => answer,
                failure = &mut end => Err(failure),
                () = timeout => Err(Failure::DeadlineExceeded),
            };
            let response = answer.unwrap_or_else(|failure| Status::from(failure).into_http());
            if let Some(status) = Status::from_header_map(response.headers()) {
                log.finish(status.code());
            }
            Ok(response.map(|body| Body::new(GuardedBody { body, end: Some(end), log })))
        })
    }
}

type End = Pin<Box<dyn Future<Output = Failure> + Send>>;

/// Ready when the call must end, answered or not.
async fn end(deadline: Option<Instant>, mut is_closing: watch::Receiver<bool>) -> Failure {
    let deadline = async {
        match deadline {
            Some(deadline) => tokio::time::sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = deadline => Failure::DeadlineExceeded,
        // An error means that the server is gone, which is an end as well.
        _ = is_closing.wait_for(|closing| *closing) => Failure::ShuttingDown,
    }
}

/// Awaits `answer`, and turns a panic into a failure.
async fn caught<T>(answer: impl Future<Output = Result<T, Infallible>>) -> Result<T, Failure> {
    let mut answer = std::pin::pin!(answer);
    let result = std::future::poll_fn(|cx| {
        catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx)))
            .map_or_else(|_| Poll::Ready(Err(panicked())), |poll| poll.map(Ok))
    });
    result.await.map(|Ok(answer)| answer)
}

/// What a caller is told of a panic. The panic hook has written where.
fn panicked() -> Failure {
    tracing::error!("the code that answers panicked; this is a fault of yaqut");
    Failure::Internal
}

/// The answer as it goes out: cut off with a status when the call must end.
struct GuardedBody {
    body: Body,
    /// `None` once the call has ended.
    end: Option<End>,
    log: CallLog,
}

impl GuardedBody {
    /// Ends the call with trailers that say why.
    fn cut(&mut self, failure: Failure) -> Frame<Bytes> {
        self.end = None;
        self.body = Body::empty();
        let status = Status::from(failure);
        self.log.finish(status.code());
        let mut trailers = http::HeaderMap::new();
        if status.add_header(&mut trailers).is_err() {
            // A status that cannot be written: the code alone can.
            trailers.insert(Status::GRPC_STATUS, http::HeaderValue::from(Code::Internal as i32));
        }
        Frame::trailers(trailers)
    }
}

impl http_body::Body for GuardedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(end) = self.end.as_mut() else { return Poll::Ready(None) };
        // Before the answer, for a stream that is always ready must end as well.
        if let Poll::Ready(failure) = end.as_mut().poll(cx) {
            return Poll::Ready(Some(Ok(self.cut(failure))));
        }
        let poll = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut self.body).poll_frame(cx)));
        let Ok(poll) = poll else { return Poll::Ready(Some(Ok(self.cut(panicked())))) };
        let frame = ready!(poll);
        match &frame {
            Some(Ok(frame)) => {
                if let Some(status) = frame.trailers_ref().and_then(Status::from_header_map) {
                    self.log.finish(status.code());
                }
            }
            Some(Err(status)) => self.log.finish(status.code()),
            None => self.end = None,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.end.is_none() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
