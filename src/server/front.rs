//! [`Front`]: calls of the gazetteer go straight to it, all others through the router.

use std::convert::Infallible;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tonic::service::Routes;
use tower_service::Service;

use crate::rpc::SERVICE_NAME;

/// The gazetteer and what stands beside it (health, reflection).
///
/// The router takes a call apart and wraps it up several times, which costs as much as to resolve a known name.
#[derive(Clone)]
pub(super) struct Front<G> {
    gazetteer: G,
    others: Routes,
}

impl<G> Front<G> {
    /// Sends what is for [`SERVICE_NAME`] to `gazetteer`.
    pub fn new(gazetteer: G, others: Routes) -> Self {
        Self { gazetteer, others: others.prepare() }
    }
}

impl<G> Service<http::Request<Body>> for Front<G>
where
    G: Service<
            http::Request<Body>,
            Response = http::Response<Body>,
            Error = Infallible,
            Future = BoxFuture<http::Response<Body>, Infallible>,
        >,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<http::Response<Body>, Infallible>;

    /// Both are always ready: neither bounds how many calls it takes.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match self.gazetteer.poll_ready(cx) {
            Poll::Ready(Ok(())) => Service::<http::Request<Body>>::poll_ready(&mut self.others, cx),
            other => other,
        }
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        if is_for_gazetteer(request.uri().path()) {
            self.gazetteer.call(request)
        } else {
            Box::pin(self.others.call(request))
        }
    }
}

/// Whether a path is `/SERVICE_NAME/METHOD`.
fn is_for_gazetteer(path: &str) -> bool {
    let service = path.strip_prefix('/').and_then(|path| path.strip_prefix(SERVICE_NAME));
    service.is_some_and(|rest| rest.starts_with('/'))
}

/// Routes whose answers stay where they are while they are awaited.
#[derive(Clone)]
pub(super) struct Boxed(pub Routes);

impl Service<http::Request<Body>> for Boxed {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<http::Response<Body>, Infallible>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<http::Request<Body>>::poll_ready(&mut self.0, cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(self.0.call(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_methods_of_the_service_are_for_the_gazetteer() {
        assert!(is_for_gazetteer("/yaqut.v1.GazetteerService/ResolveName"));
        assert!(is_for_gazetteer("/yaqut.v1.GazetteerService/"));
        for other in [
            "",
            "/",
            "/yaqut.v1.GazetteerService",
            "/yaqut.v1.GazetteerServices/X",
            "/grpc.health.v1.Health/Check",
        ] {
            assert!(!is_for_gazetteer(other), "{other}");
        }
    }
}
