//! The client against a server that speaks our language, and does not keep to it.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status, Streaming};
use yaqut::ResolveOptions;
use yaqut::rpc::pb::gazetteer_service_server::{GazetteerService, GazetteerServiceServer};
use yaqut::rpc::{Client, ClientError, ClientOptions, Token, pb};

/// How the server is faulty; each kind answers calls in its own way.
#[derive(Clone, Copy)]
enum Fault {
    /// It never answers.
    Silent,
    /// It answers fewer names than it was asked.
    Short,
    /// It answers with values that nobody knows.
    Unknown,
}

impl Fault {
    fn resolutions(self, queries: usize) -> Vec<pb::Resolution> {
        let count = if matches!(self, Self::Short) { queries - 1 } else { queries };
        vec![pb::Resolution { status: 99, ..Default::default() }; count]
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl GazetteerService for Fault {
    type StreamResolveNamesStream = ReceiverStream<Result<pb::StreamResolveNamesResponse, Status>>;

    async fn batch_resolve_names(
        &self,
        request: Request<pb::BatchResolveNamesRequest>,
    ) -> Answer<pb::BatchResolveNamesResponse> {
        if matches!(self, Self::Silent) {
            std::future::pending::<()>().await;
        }
        let resolutions = self.resolutions(request.into_inner().queries.len());
        Ok(Response::new(pb::BatchResolveNamesResponse { resolutions, ..Default::default() }))
    }

    /// Reads one chunk, and ends without an answer.
    async fn stream_resolve_names(
        &self,
        request: Request<Streaming<pb::StreamResolveNamesRequest>>,
    ) -> Answer<Self::StreamResolveNamesStream> {
        request.into_inner().message().await?;
        Ok(Response::new(ReceiverStream::new(tokio::sync::mpsc::channel(1).1)))
    }

    async fn get_index_info(&self, _: Request<pb::GetIndexInfoRequest>) -> Answer<pb::GetIndexInfoResponse> {
        Ok(Response::new(pb::GetIndexInfoResponse::default()))
    }

    async fn resolve_name(&self, _: Request<pb::ResolveNameRequest>) -> Answer<pb::ResolveNameResponse> {
        unreachable!("the client asks in batches")
    }

    async fn explain_resolution(
        &self,
        _: Request<pb::ExplainResolutionRequest>,
    ) -> Answer<pb::ExplainResolutionResponse> {
        let unknown = pb::ResolutionExplanation { id: "Q1".into(), status: 99, ..Default::default() };
        let explanation = if matches!(self, Self::Unknown) { Some(unknown) } else { None };
        Ok(Response::new(pb::ExplainResolutionResponse { explanation, ..Default::default() }))
    }

    async fn suggest_names(&self, _: Request<pb::SuggestNamesRequest>) -> Answer<pb::SuggestNamesResponse> {
        unreachable!("the client does not ask for suggestions")
    }

    async fn get_entity(&self, _: Request<pb::GetEntityRequest>) -> Answer<pb::GetEntityResponse> {
        unreachable!("the client does not ask for entities")
    }

    async fn batch_get_entities(
        &self,
        _: Request<pb::BatchGetEntitiesRequest>,
    ) -> Answer<pb::BatchGetEntitiesResponse> {
        unreachable!("the client does not ask for entities")
    }
}

async fn client_of(fault: Fault, options: ClientOptions) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tonic::transport::Server::builder().add_service(GazetteerServiceServer::new(fault));
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    Client::connect(&url, options).await.unwrap()
}

async fn error_of(fault: Fault, options: ClientOptions) -> ClientError {
    client_of(fault, options).await.resolve("a", &ResolveOptions::default()).await.unwrap_err()
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let options = ClientOptions { answer_timeout: Duration::from_millis(200), ..Default::default() };
    let error = error_of(Fault::Silent, options).await;
    assert!(matches!(error, ClientError::TimedOut { .. }), "{error:?}");
    assert!(error.to_string().contains("200ms"), "{error}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_said() {
    for fault in [Fault::Short, Fault::Unknown] {
        let error = error_of(fault, ClientOptions::default()).await;
        assert!(matches!(error, ClientError::Unreadable { .. }), "{error:?}");
        assert!(error.to_string().contains("the same version of yaqut"), "{error}");

        let mut client = client_of(fault, ClientOptions::default()).await;
        let error = client.explain("a", "Q1", &ResolveOptions::default()).await.unwrap_err();
        assert!(matches!(error, ClientError::Unreadable { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_stream_that_ends_early_does_not_look_complete() {
    let mut client = client_of(Fault::Short, ClientOptions::default()).await;
    let names = tokio_stream::iter(["a".to_owned()]);
    let mut answers = client.resolve_stream(names, &ResolveOptions::default()).await.unwrap();
    let error = answers.next().await.unwrap_err();
    assert!(matches!(error, ClientError::Unreadable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_token_goes_with_every_call() {
    let check = |request: Request<()>| match request.metadata().get("authorization") {
        Some(value) if value == "Bearer sesame" => Ok(request),
        _ => Err(Status::unauthenticated("no token")),
    };
    let service = GazetteerServiceServer::with_interceptor(Fault::Unknown, check);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));

    let error = Client::connect(&url, ClientOptions::default()).await.unwrap_err();
    assert!(matches!(error, ClientError::NotAllowed { .. }), "{error:?}");
    assert!(error.to_string().contains("--token-file"), "{error}");
    let options = ClientOptions { token: Token::new("sesame\n"), ..Default::default() };
    let mut client = Client::connect(&url, options).await.unwrap();
    client.index_info().await.unwrap();
}
