//! The client, and what it says when something is wrong.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use yaqut::ResolveOptions;
use yaqut::model::Status;
use yaqut::rpc::{Client, ClientError, ClientOptions};
use yaqut::server::ServeOptions;

use crate::support::{Server, TOWNS, gazetteer, many_towns};

async fn refused(url: &str) -> ClientError {
    let options = ClientOptions { connect_timeout: Duration::from_secs(2), ..Default::default() };
    Client::connect(url, options).await.expect_err("no connection")
}

#[tokio::test]
async fn the_answer_is_that_of_the_library() {
    let server = Server::start().await;
    let gazetteer = server.engine.snapshot();
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    for explain in [true, false] {
        let options = ResolveOptions { explain, ..Default::default() };
        for name in [TOWNS[0].1, TOWNS[2].1, "Xyzzyplugh", "", "  "] {
            let answer = client.resolve(name, &options).await.unwrap();
            assert_eq!(answer, gazetteer.resolve(name, &options), "{name:?}");
        }
    }
}

#[tokio::test]
async fn a_list_is_asked_in_chunks_and_answered_in_order() {
    let towns = many_towns(2_500);
    let server = Server::start_with(gazetteer(&towns), ServeOptions::default()).await;
    let address = server.url.trim_start_matches("http://");
    let mut client = Client::connect(address, ClientOptions::default()).await.unwrap();
    let names: Vec<_> = towns.iter().map(|(_, name)| name).collect();
    for limit in [1, 100] {
        let options = ResolveOptions { limit, explain: false, ..Default::default() };
        let answers = client.resolve_all(&names, &options).await.unwrap();
        let ids: Vec<_> =
            answers.iter().map(|answer| answer.canonical_id.as_ref().unwrap().as_str()).collect();
        assert_eq!(ids, towns.iter().map(|(id, _)| &**id).collect::<Vec<_>>());
    }
    assert_eq!(client.resolve_all::<&str>(&[], &ResolveOptions::default()).await.unwrap(), []);
}

#[tokio::test]
async fn a_bad_name_in_a_stream_is_an_answer() {
    let server = Server::start().await;
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    let names = tokio_stream::iter(["", TOWNS[0].1].map(String::from));
    let mut answers = client.resolve_stream(names, &ResolveOptions::default()).await.unwrap();
    let mut statuses = Vec::new();
    while let Some(answer) = answers.next().await.unwrap() {
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [Status::Invalid, Status::Resolved]);
}

#[tokio::test]
async fn a_name_of_any_length_harms_no_other() {
    let server = Server::start().await;
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    let names = [TOWNS[0].1.to_owned(), "ع".repeat(5 << 20), TOWNS[1].1.to_owned()];
    let options = ResolveOptions::default();
    let mut answers = client.resolve_all(&names, &options).await.unwrap();
    let mut stream = client.resolve_stream(tokio_stream::iter(names.clone()), &options).await.unwrap();
    while let Some(answer) = stream.next().await.unwrap() {
        answers.push(answer);
    }
    assert_eq!(answers.len(), 2 * names.len());
    for (i, answer) in answers.iter().enumerate() {
        assert!(answer.query == names[i % 3], "the name comes back as it was given");
        assert_eq!(answer.status, [Status::Resolved, Status::Invalid, Status::Resolved][i % 3]);
    }
}

#[tokio::test]
async fn a_refusal_names_the_field() {
    let server = Server::start().await;
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    let options = ResolveOptions { max_edits: 9, ..Default::default() };
    let error = client.resolve("a", &options).await.unwrap_err();
    assert!(matches!(error, ClientError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("options.max_edits"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_an_address_is_said() {
    for url in ["https://localhost:1", "http://", "ftp://localhost", "http://a b"] {
        let error = refused(url).await;
        assert!(matches!(error, ClientError::BadUrl { .. }), "{url}: {error:?}");
        assert!(error.to_string().contains("http://host:port"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said() {
    // A port that was just free.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = refused(&format!("http://{address}")).await;
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("yaqut serve"), "{error}");
}

#[tokio::test]
async fn a_server_of_another_kind_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut peer, _) = listener.accept().await.unwrap();
            peer.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        }
    });
    let error = refused(&url).await;
    assert!(matches!(error, ClientError::NotYaqut { .. }), "{error:?}");

    let (_, health) = tonic_health::server::health_reporter();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let incoming = tonic::transport::server::TcpIncoming::from(listener);
    tokio::spawn(tonic::transport::Server::builder().add_service(health).serve_with_incoming(incoming));
    let error = refused(&url).await;
    assert!(matches!(error, ClientError::NotYaqut { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let options = ClientOptions { connect_timeout: Duration::from_millis(100), ..Default::default() };
    let error = Client::connect(&url, options).await.expect_err("no connection");
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("100ms"), "{error}");
    drop(listener);
}

#[tokio::test]
async fn a_server_that_stops_midway_is_said() {
    let options = ServeOptions { drain_deadline: Duration::ZERO, ..Default::default() };
    let mut server = Server::start_with(gazetteer(&TOWNS), options).await;
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    let names = tokio_stream::pending::<String>();
    let mut answers = client.resolve_stream(names, &ResolveOptions::default()).await.unwrap();
    server.begin_drain().await;
    let error = answers.next().await.unwrap_err();
    assert!(matches!(error, ClientError::Lost { .. }), "{error:?}");
    server.stopped().await.unwrap();
}
