//! How a server stops.

use std::time::Duration;

use tonic::Code;
use yaqut::server::ServeOptions;

use crate::streams::{chunk, open};
use crate::support::{Server, TOWNS, assert_failure, gazetteer};

#[tokio::test]
async fn an_idle_server_stops_at_once() {
    let mut server = Server::start().await;
    let _connected = server.service().await;
    server.begin_drain().await;
    server.stopped().await.unwrap();
}

#[tokio::test]
async fn calls_under_way_are_finished() {
    let mut server = Server::start().await;
    let (requests, mut answers) = open(&server).await;
    requests.send(chunk(&[TOWNS[0].1])).await.unwrap();
    answers.message().await.unwrap().unwrap();

    server.begin_drain().await;
    requests.send(chunk(&[TOWNS[1].1])).await.unwrap();
    let response = answers.message().await.unwrap().unwrap();
    assert_eq!(response.resolutions[0].canonical_id, TOWNS[1].0);
    drop(requests);
    assert!(answers.message().await.unwrap().is_none());
    server.stopped().await.unwrap();
}

#[tokio::test]
async fn an_open_stream_does_not_hold_up_the_stop() {
    let options = ServeOptions { drain_deadline: Duration::ZERO, ..Default::default() };
    let mut server = Server::start_with(gazetteer(&TOWNS), options).await;
    let (_requests, mut answers) = open(&server).await;
    server.begin_drain().await;
    let status = answers.message().await.unwrap_err();
    assert_failure(&status, Code::Unavailable, "SHUTTING_DOWN", &[]);
    server.stopped().await.unwrap();
}

#[tokio::test]
async fn a_peer_that_says_nothing_does_not_hold_up_the_stop() {
    let options = ServeOptions { drain_deadline: Duration::ZERO, ..Default::default() };
    let mut server = Server::start_with(gazetteer(&TOWNS), options).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let _silent = tokio::net::TcpStream::connect(&address).await.unwrap();
    server.begin_drain().await;
    server.stopped().await.unwrap();
}
