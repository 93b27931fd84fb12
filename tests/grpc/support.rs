//! A small gazetteer, and a server over it.

use std::sync::Arc;

use http::uri::PathAndQuery;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_stream::Stream;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, IntoStreamingRequest, Response, Status};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt;
use yaqut::Gazetteer;
use yaqut::index::{self, Segment};
use yaqut::model::{AliasKind, Article, EntityId, EntityType};
use yaqut::pack::{AliasRow, EntityRow, Manifest, Pack, RowPlace};
use yaqut::rpc::pb;
use yaqut::rpc::pb::gazetteer_service_client::GazetteerServiceClient;
use yaqut::server::{Engine, ServeError, ServeOptions, serve};

/// ID and name of every entity that each test gazetteer holds.
pub const TOWNS: [(&str, &str); 3] = [("Q3805", "عمان"), ("Q1899", "كييف"), ("geonames:2643743", "London")];

/// A server that runs until it is told to stop.
pub struct Server {
    pub url: String,
    pub engine: Engine,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Server {
    /// Over [`TOWNS`].
    pub async fn start() -> Self {
        Self::start_with(gazetteer(&TOWNS), ServeOptions::default()).await
    }

    pub async fn start_with(gazetteer: Arc<Gazetteer>, options: ServeOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let engine = Engine::new(gazetteer);
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move {
            stopped.await.ok();
        };
        let served = tokio::spawn(serve(listener, engine.clone(), shutdown, options));
        Self { url, engine, stop: Some(stop), served }
    }

    pub async fn channel(&self) -> Channel {
        Endpoint::from_shared(self.url.clone()).unwrap().connect().await.unwrap()
    }

    pub async fn service(&self) -> GazetteerServiceClient<Channel> {
        GazetteerServiceClient::new(self.channel().await)
    }

    /// Tells the server to stop, and waits until it takes no new connections.
    pub async fn begin_drain(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        let address = self.url.trim_start_matches("http://");
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }

    /// Waits for the server to return.
    pub async fn stopped(self) -> Result<(), ServeError> {
        self.served.await.unwrap()
    }
}

/// A gazetteer of one pack of entities, each under one name.
pub fn gazetteer(names: &[(impl AsRef<str>, impl AsRef<str>)]) -> Arc<Gazetteer> {
    gazetteer_of(|pack, entity, alias| {
        pack.entities = names.iter().map(|(id, name)| entity(id.as_ref(), name.as_ref())).collect();
        pack.aliases = names.iter().map(|(id, name)| alias(id.as_ref(), name.as_ref())).collect();
    })
}

/// A gazetteer of one pack, which `fill` fills with rows that the two functions begin.
pub fn gazetteer_of(
    fill: impl FnOnce(&mut Pack, fn(&str, &str) -> EntityRow, fn(&str, &str) -> AliasRow),
) -> Arc<Gazetteer> {
    let mut pack = Pack {
        manifest: Manifest { name: "towns".into(), title: "Towns".into(), ..Manifest::default() },
        files: vec!["towns/entities.tsv".into(), "towns/aliases.tsv".into()],
        ..Pack::default()
    };
    fill(&mut pack, entity, alias);
    let bytes = index::compile(&pack).unwrap();
    let segment = Segment::open(Arc::new(bytes)).unwrap();
    Arc::new(Gazetteer::new(vec![Arc::new(segment)]))
}

fn entity(id: &str, name: &str) -> EntityRow {
    EntityRow {
        id: EntityId::new(id).unwrap(),
        entity_type: EntityType::new("city").ok(),
        name: name.into(),
        country: None,
        rank: None,
        same_as: vec![],
        description: String::new(),
        place: RowPlace::default(),
    }
}

fn alias(id: &str, name: &str) -> AliasRow {
    AliasRow {
        id: EntityId::new(id).unwrap(),
        alias: name.into(),
        lang: String::new(),
        kind: AliasKind::Preferred,
        article: Article::Unknown,
        source: String::new(),
        note: String::new(),
        place: RowPlace::default(),
    }
}

/// `count` towns with names that no fold and no proclitic makes equal.
pub fn many_towns(count: usize) -> Vec<(String, String)> {
    let letter = |i: usize| char::from(b'a' + (i % 26) as u8);
    let name = |i| format!("Qal{}{}{}ton", letter(i / 676), letter(i / 26), letter(i));
    (0..count).map(|i| (format!("town:{i}"), name(i))).collect()
}

/// Sends `requests` to `path`, whatever its method expects, and reads one reply.
pub async fn send<M, R>(
    server: &Server,
    path: &'static str,
    requests: impl Stream<Item = M> + Send + 'static,
) -> Result<Response<R>, Status>
where
    M: prost::Message + Default + Send + Sync + 'static,
    R: prost::Message + Default + Send + Sync + 'static,
{
    let mut grpc = Grpc::new(server.channel().await);
    grpc.ready().await.unwrap();
    let codec = ProstCodec::<M, R>::default();
    grpc.client_streaming(requests.into_streaming_request(), PathAndQuery::from_static(path), codec).await
}

pub fn query(name: &str) -> pb::NameQuery {
    pb::NameQuery { name: name.into(), ..Default::default() }
}

/// Asserts code, reason, and the fields found fault with, in order.
#[track_caller]
pub fn assert_failure(status: &Status, code: Code, reason: &str, fields: &[&str]) {
    assert_eq!(status.code(), code, "{status:?}");
    let info = status.get_details_error_info().expect("error info");
    assert_eq!((&*info.reason, &*info.domain), (reason, "yaqut.v1"));
    let violations = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    assert_eq!(violations.iter().map(|violation| &*violation.field).collect::<Vec<_>>(), fields);
}
