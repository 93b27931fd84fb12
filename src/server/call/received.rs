//! [`Counted`]: a stream of requests whose messages are counted as they come.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Frame;
use tonic::Status;
use tonic::body::Body;

use crate::server::framing::Framing;
use crate::server::telemetry::{Method, Telemetry};

/// Counts what passes.
pub(super) struct Counted {
    body: Body,
    telemetry: Telemetry,
    method: Method,
    framing: Framing,
}

impl Counted {
    pub fn new(body: Body, telemetry: Telemetry, method: Method) -> Self {
        Self { body, telemetry, method, framing: Framing::new() }
    }
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Self { body, telemetry, method, framing } = &mut *self;
        let poll = Pin::new(body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &poll
            && let Some(data) = frame.data_ref()
        {
            telemetry.calls().receive(*method, framing.count_messages(data));
        }
        poll
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
