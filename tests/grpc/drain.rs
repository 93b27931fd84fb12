//! How a server stops.

use std::time::Duration;

use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::{Code, IntoStreamingRequest};
use tonic_prost::ProstCodec;
use yaqut::rpc::pb;
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

/// Nothing that a peer leaves undone holds up the stop for longer than the drain may take.
async fn assert_stops(server: Server) {
    let stopped = tokio::time::timeout(Duration::from_secs(10), server.stopped());
    stopped.await.expect("the stop is bounded").unwrap();
}

#[tokio::test]
async fn a_request_that_was_sent_in_part_does_not_hold_up_the_stop() {
    let options = ServeOptions { drain_deadline: Duration::ZERO, ..Default::default() };
    let admission = options.admission.clone();
    let mut server = Server::start_with(gazetteer(&TOWNS), options).await;
    let mut grpc = Grpc::new(server.channel().await);
    let call = tokio::spawn(async move {
        grpc.ready().await.unwrap();
        let codec = ProstCodec::<pb::ResolveNameRequest, pb::ResolveNameResponse>::default();
        let path = PathAndQuery::from_static("/yaqut.v1.GazetteerService/ResolveName");
        grpc.client_streaming(tokio_stream::pending().into_streaming_request(), path, codec).await
    });
    while admission.counters().memory_in_use() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    server.begin_drain().await;
    assert_failure(&call.await.unwrap().unwrap_err(), Code::Unavailable, "SHUTTING_DOWN", &[]);
    assert_stops(server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_does_not_read_its_answers_does_not_hold_up_the_stop() {
    let options = ServeOptions { drain_deadline: Duration::from_millis(100), ..Default::default() };
    let mut server = Server::start_with(gazetteer(&TOWNS), options).await;
    let (requests, _unread) = open(&server).await;
    let no_name = "؟".repeat(250);
    let full = chunk(&vec![&*no_name; 1_000]);
    // More than the windows of HTTP/2 and all queues hold, so that the server cannot even say goodbye.
    let sender = tokio::spawn(async move { while requests.send(full.clone()).await.is_ok() {} });
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.begin_drain().await;
    assert_stops(server).await;
    sender.abort();
}
