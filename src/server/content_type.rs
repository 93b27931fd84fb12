//! [`OnlyCalls`]: what is no call of gRPC is refused by HTTP, before any of it is read.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, StatusCode, Version, header};
use http_body::{Frame, SizeHint};
use tower_service::Service;

/// Answers whatever is no call with 415 (Unsupported Media Type), as gRPC over HTTP/2 has it.
///
/// A page in a browser may send a form or plain text to any address without asking it first: that must not pass for a
/// call of somebody who happens to reach the server.
#[derive(Clone)]
pub(super) struct OnlyCalls<S>(pub S);

impl<S, A, B> Service<http::Request<A>> for OnlyCalls<S>
where
    S: Service<http::Request<A>, Response = http::Response<B>, Error = Infallible>,
    S::Future: Unpin,
{
    type Response = http::Response<AnyBody<B>>;
    type Error = Infallible;
    type Future = Answer<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<A>) -> Self::Future {
        Answer(is_call(&request).then(|| self.0.call(request)))
    }
}

/// Whether a request is a call: posted by HTTP/2, with the content type `application/grpc`, which may have an encoding after
/// `+` or parameters after `;`. `application/grpc-web` is another protocol.
///
/// Browsers speak HTTP/2 over TLS alone, and ask before they send that content type to another place than their page's.
pub(super) fn is_call<B>(request: &http::Request<B>) -> bool {
    if request.version() != Version::HTTP_2 || request.method() != Method::POST {
        return false;
    }
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let rest =
        content_type.and_then(|content_type| content_type.as_bytes().strip_prefix(b"application/grpc"));
    matches!(rest, Some([] | [b'+' | b';' | b' ', ..]))
}

/// The answer to a call, or 415.
pub(super) struct Answer<F>(Option<F>);

impl<F, B> Future for Answer<F>
where
    F: Future<Output = Result<http::Response<B>, Infallible>> + Unpin,
{
    type Output = Result<http::Response<AnyBody<B>>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(answer) = &mut self.0 else {
            let mut refusal = http::Response::new(AnyBody(None));
            *refusal.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Poll::Ready(Ok(refusal));
        };
        Pin::new(answer).poll(cx).map_ok(|answer| answer.map(|body| AnyBody(Some(body))))
    }
}

/// The body of an answer to a call, or none.
pub(super) struct AnyBody<B>(Option<B>);

impl<B: http_body::Body<Data = Bytes> + Unpin> http_body::Body for AnyBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.0.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), http_body::Body::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_known_by_their_content_type() {
        let request = || http::Request::post("/").version(Version::HTTP_2);
        let of =
            |content_type: &str| is_call(&request().header("content-type", content_type).body(()).unwrap());
        for call in [
            "application/grpc",
            "application/grpc+proto",
            "application/grpc;charset=utf-8",
            "application/grpc ; a=b",
        ] {
            assert!(of(call), "{call}");
        }
        for other in [
            "",
            "text/plain",
            "application/grpc-web",
            "application/grpc-web+proto",
            "application/grpcs",
            "text/plain;application/grpc",
        ] {
            assert!(!of(other), "{other}");
        }
        assert!(!is_call(&request().body(()).unwrap()));
        for other in [request().version(Version::HTTP_11), request().method("GET")] {
            assert!(!is_call(&other.header("content-type", "application/grpc").body(()).unwrap()));
        }
    }
}
