//! The peer: a tonic server that reads requests as any other, and answers with ready-made replies.
//!
//! The replies are bytes already, so it is as quick as a server on tonic can be.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes};
use prost::Message;
use tokio_stream::{Stream, StreamExt};
use tonic::body::Body;
use tonic::codec::{Codec, EncodeBuf, Encoder};
use tonic::server::{Grpc, NamedService, StreamingService, UnaryService};
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstDecoder;
use yaqut::rpc::pb;

/// The replies to the requests of a load, in their order.
pub struct Replies {
    pub unary: Vec<Bytes>,
    pub batch: Vec<Bytes>,
    /// How many of the names are `RESOLVED`, and how many `AMBIGUOUS`.
    pub resolved: usize,
    pub ambiguous: usize,
}

/// Answers each request with the next reply of its kind.
#[derive(Clone)]
pub struct Peer(Arc<State>);

struct State {
    replies: Replies,
    next: AtomicUsize,
}

impl Peer {
    pub fn new(replies: Replies) -> Self {
        Self(Arc::new(State { replies, next: AtomicUsize::new(0) }))
    }

    fn reply(&self, of: fn(&Replies) -> &[Bytes]) -> Bytes {
        let replies = of(&self.0.replies);
        replies[self.0.next.fetch_add(1, Ordering::Relaxed) % replies.len()].clone()
    }
}

impl NamedService for Peer {
    const NAME: &'static str = yaqut::rpc::SERVICE_NAME;
}

impl tower_service::Service<http::Request<Body>> for Peer {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let peer = self.clone();
        match request.uri().path().rsplit('/').next() {
            Some("ResolveName") => Box::pin(async move {
                Ok(Grpc::new(ReadyMade::<pb::ResolveNameRequest>::new()).unary(peer, request).await)
            }),
            Some("BatchResolveNames") => Box::pin(async move {
                Ok(Grpc::new(ReadyMade::<pb::BatchResolveNamesRequest>::new()).unary(peer, request).await)
            }),
            Some("StreamResolveNames") => Box::pin(async move {
                Ok(Grpc::new(ReadyMade::<pb::StreamResolveNamesRequest>::new())
                    .streaming(peer, request)
                    .await)
            }),
            _ => Box::pin(ready(Ok(Status::unimplemented("").into_http()))),
        }
    }
}

impl UnaryService<pb::ResolveNameRequest> for Peer {
    type Response = Bytes;
    type Future = Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, _: Request<pb::ResolveNameRequest>) -> Self::Future {
        ready(Ok(Response::new(self.reply(|replies| &replies.unary))))
    }
}

impl UnaryService<pb::BatchResolveNamesRequest> for Peer {
    type Response = Bytes;
    type Future = Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, _: Request<pb::BatchResolveNamesRequest>) -> Self::Future {
        ready(Ok(Response::new(self.reply(|replies| &replies.batch))))
    }
}

impl StreamingService<pb::StreamResolveNamesRequest> for Peer {
    type Response = Bytes;
    type ResponseStream = Pin<Box<dyn Stream<Item = Result<Bytes, Status>> + Send>>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: Request<Streaming<pb::StreamResolveNamesRequest>>) -> Self::Future {
        let peer = self.clone();
        // The replies to a chunk and to a batch have one form.
        let answer = move |chunk: Result<_, Status>| chunk.map(|_| peer.reply(|replies| &replies.batch));
        let answers = request.into_inner().map(answer);
        ready(Ok(Response::new(Box::pin(answers))))
    }
}

/// Decodes requests `D`; replies are encoded already.
struct ReadyMade<D>(PhantomData<D>);

impl<D> ReadyMade<D> {
    fn new() -> Self {
        Self(PhantomData)
    }
}

impl<D: Message + Default + Send + 'static> Codec for ReadyMade<D> {
    type Encode = Bytes;
    type Decode = D;
    type Encoder = ReadyMadeEncoder;
    type Decoder = ProstDecoder<D>;

    fn encoder(&mut self) -> ReadyMadeEncoder {
        ReadyMadeEncoder
    }

    fn decoder(&mut self) -> ProstDecoder<D> {
        ProstDecoder::default()
    }
}

struct ReadyMadeEncoder;

impl Encoder for ReadyMadeEncoder {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, reply: Bytes, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buf.put(reply);
        Ok(())
    }
}
