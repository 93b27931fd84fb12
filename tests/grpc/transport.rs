//! Connections: how many there may be, and what becomes of peers that do not begin properly.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use yaqut::ResolveOptions;
use yaqut::rpc::{Client, ClientOptions};
use yaqut::server::{ConnectionRefusal as Refusal, ServeOptions, TransportCounters, TransportOptions};

use crate::streams::{chunk, open};
use crate::support::{Server, TOWNS, gazetteer};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
/// Long enough for anything that ends at all.
const BOUND: Duration = Duration::from_secs(60);

/// A server with these options, and what it counts.
pub async fn start(transport: TransportOptions) -> (Server, Arc<TransportCounters>) {
    let counters = Arc::clone(&transport.counters);
    let options = ServeOptions { transport, ..Default::default() };
    (Server::start_with(gazetteer(&TOWNS), options).await, counters)
}

/// A server that gives its peers little time.
async fn start_impatient(http1: bool) -> (Server, Arc<TransportCounters>) {
    let preface_timeout = Duration::from_millis(100);
    start(TransportOptions { preface_timeout, http1, ..Default::default() }).await
}

pub async fn connect(server: &Server) -> TcpStream {
    let (_, address) = server.url.split_once("://").unwrap();
    TcpStream::connect(address).await.unwrap()
}

/// Everything that the server says until it closes the connection.
pub async fn said(mut peer: TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    // It may be reset as well, if what was sent has not been read.
    let _ = tokio::time::timeout(BOUND, peer.read_to_end(&mut said)).await.expect("it stays open");
    said
}

pub async fn becomes_true(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(BOUND, wait).await.expect("never became true");
}

async fn resolves(server: &Server) {
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    let answer = client.resolve(TOWNS[0].1, &ResolveOptions::default()).await.unwrap();
    assert_eq!(answer.canonical_id.unwrap().as_str(), TOWNS[0].0);
}

#[tokio::test]
async fn more_connections_than_allowed_are_closed_at_once() {
    for (reason, options) in [
        (Refusal::Connections, TransportOptions { max_connections: 2, ..Default::default() }),
        (Refusal::Address, TransportOptions { max_connections_per_address: 2, ..Default::default() }),
    ] {
        let (server, counters) = start(options).await;
        let held = [connect(&server).await, connect(&server).await];
        becomes_true(|| counters.open() == 2).await;
        for _ in 0..3 {
            assert!(said(connect(&server).await).await.is_empty());
        }
        assert_eq!((counters.refused(reason), counters.accepted()), (3, 2));
        drop(held);
        becomes_true(|| counters.open() == 0).await;
        resolves(&server).await;
    }
}

#[tokio::test]
async fn a_peer_that_does_not_begin_is_closed() {
    let (server, counters) = start_impatient(false).await;
    let greeted = [PREFACE, SETTINGS].concat();
    let window_update = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let beginnings: [&[u8]; 5] =
        [b"", &PREFACE[..9], PREFACE, &greeted, &[&greeted[..], &window_update].concat()];
    for (times, beginning) in beginnings.into_iter().enumerate() {
        let mut peer = connect(&server).await;
        peer.write_all(beginning).await.unwrap();
        let answer = said(peer).await;
        assert_eq!(answer.is_empty(), beginning.len() <= PREFACE.len(), "{beginning:?}");
        becomes_true(|| counters.refused(Refusal::Silent) == times as u64 + 1).await;
    }
    becomes_true(|| counters.open() == 0).await;
    resolves(&server).await;
}

const ACKNOWLEDGEMENT: &[u8] = &[0, 0, 0, 4, 1, 0, 0, 0, 0];
/// The head of a HEADERS frame that its block goes on after, and a block that says `:method: POST`.
const OPEN_HEADERS: &[u8] = &[0, 0, 1, 1, 0, 0, 0, 0, 1, 0x83];

#[tokio::test]
async fn a_peer_that_leaves_a_frame_or_headers_half_said_is_closed() {
    let (server, counters) = start_impatient(false).await;
    let continued = [OPEN_HEADERS, &[0, 0, 1, 9, 0, 0, 0, 0, 1, 0x86]].concat();
    let halves: [&[u8]; 4] = [&[0, 0, 8, 6], &OPEN_HEADERS[..9], OPEN_HEADERS, &continued];
    for (times, half) in halves.into_iter().enumerate() {
        let mut peer = connect(&server).await;
        peer.write_all(&[PREFACE, SETTINGS, ACKNOWLEDGEMENT].concat()).await.unwrap();
        peer.write_all(half).await.unwrap();
        said(peer).await;
        becomes_true(|| counters.refused(Refusal::Unfinished) == times as u64 + 1).await;
    }
    becomes_true(|| counters.open() == 0).await;
    assert_eq!(counters.refused(Refusal::Silent), 0);
    resolves(&server).await;
}

#[tokio::test]
async fn bytes_that_drip_in_do_not_put_the_end_off() {
    let (server, counters) = start_impatient(false).await;
    let mut peer = connect(&server).await;
    peer.write_all(&[PREFACE, SETTINGS, ACKNOWLEDGEMENT].concat()).await.unwrap();
    // A PING of a great length, which would take minutes at this rate.
    peer.write_all(&[0, 0x20, 0, 6, 0, 0, 0, 0, 0]).await.unwrap();
    let drip = async {
        while peer.write_all(&[0]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(BOUND, drip).await.expect("it stays open");
    becomes_true(|| counters.refused(Refusal::Unfinished) == 1).await;
}

/// A frame with a payload of less than 256 bytes.
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    [&[0, 0, payload.len() as u8, kind, flags, 0, 0, 0, stream], payload].concat()
}

/// A header without an entry in any table (RFC 7541, 6.2.2).
fn header(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    [vec![0], text(name), text(value)].concat()
}

/// What a peer sends who resolves a name, and has a window of so many bytes for the answer.
fn asks(window: u8) -> Vec<u8> {
    let message = [&[0x0a, TOWNS[0].1.len() as u8], TOWNS[0].1.as_bytes()].concat();
    let headers = [
        header(":method", "POST"),
        header(":scheme", "http"),
        header(":path", "/yaqut.v1.GazetteerService/ResolveName"),
        header(":authority", "a"),
        header("content-type", "application/grpc"),
        header("te", "trailers"),
    ];
    [
        PREFACE.to_vec(),
        frame(4, 0, 0, &[0, 4, 0, 0, 0, window]),
        ACKNOWLEDGEMENT.to_vec(),
        frame(1, 4, 1, &headers.concat()),
        frame(0, 1, 1, &[&[0, 0, 0, 0, message.len() as u8], &message[..]].concat()),
    ]
    .concat()
}

#[tokio::test]
async fn a_peer_that_does_not_take_its_answer_is_closed() {
    let unread_timeout = Duration::from_millis(200);
    let (server, counters) = start(TransportOptions { unread_timeout, ..Default::default() }).await;
    for (times, window) in [0, 1, 10].into_iter().enumerate() {
        let mut peer = connect(&server).await;
        peer.write_all(&asks(window)).await.unwrap();
        let said = said(peer).await;
        assert!(said.len() > SETTINGS.len() + ACKNOWLEDGEMENT.len(), "the headers of the answer: {said:?}");
        becomes_true(|| counters.refused(Refusal::Unread) == times as u64 + 1).await;
    }
    becomes_true(|| counters.open() == 0).await;

    // One that takes its answer may stay, and a stream that waits for its caller.
    let mut peer = connect(&server).await;
    peer.write_all(&asks(255)).await.unwrap();
    let (requests, mut answers) = open(&server).await;
    for _ in 0..2 {
        requests.send(chunk(&[TOWNS[0].1])).await.unwrap();
        answers.message().await.unwrap().unwrap();
        tokio::time::sleep(5 * unread_timeout).await;
    }
    assert_eq!((counters.open(), counters.refused(Refusal::Unread)), (2, 3));
}

#[tokio::test]
async fn a_peer_that_speaks_something_else_is_closed() {
    let (server, counters) = start_impatient(false).await;
    let foreign: [&[u8]; 3] = [b"GET / HTTP/1.1\r\n\r\n", &[0x16, 3, 1, 0, 5], b"PRI * HTTP/1.1\r\n\r\n"];
    for beginning in foreign {
        let mut peer = connect(&server).await;
        peer.write_all(beginning).await.unwrap();
        assert!(said(peer).await.is_empty());
    }
    becomes_true(|| counters.refused(Refusal::Protocol) == 3).await;
}

#[tokio::test]
async fn an_idle_peer_that_answers_is_welcome() {
    let (server, counters) = start_impatient(false).await;
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    let accepted = counters.accepted();
    tokio::time::sleep(Duration::from_millis(500)).await;
    client.resolve(TOWNS[0].1, &ResolveOptions::default()).await.unwrap();
    assert_eq!((counters.accepted(), counters.refused(Refusal::Silent)), (accepted, 0));
}

#[tokio::test]
async fn http1_is_answered_where_it_is_spoken_and_half_a_head_is_not() {
    let (server, counters) = start_impatient(true).await;
    let mut peer = connect(&server).await;
    peer.write_all(b"GET /live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(said(peer).await.starts_with(b"HTTP/1.1 "));

    let mut peer = connect(&server).await;
    peer.write_all(b"GET /live HTTP/1.1\r\nhost: ").await.unwrap();
    assert!(said(peer).await.is_empty());
    becomes_true(|| counters.refused(Refusal::Silent) == 1).await;
    resolves(&server).await;
}

#[tokio::test]
async fn an_old_connection_ends_and_its_calls_do_not_fail() {
    let age = Some(Duration::from_millis(50));
    let (server, counters) = start(TransportOptions { max_connection_age: age, ..Default::default() }).await;
    let mut service = server.service().await;
    becomes_true(|| counters.accepted() == 1 && counters.open() == 0).await;
    // The client connects anew by itself.
    let request = yaqut::rpc::pb::GetIndexInfoRequest {};
    service.get_index_info(request).await.unwrap();
    becomes_true(|| counters.open() == 0).await;
}

#[tokio::test]
async fn many_connections_come_and_go() {
    let (server, counters) = start(TransportOptions { max_connections: 64, ..Default::default() }).await;
    for _ in 0..20 {
        let mut peers = Vec::new();
        for _ in 0..16 {
            peers.push(connect(&server).await);
        }
    }
    becomes_true(|| counters.open() == 0).await;
    assert_eq!(
        counters.accepted() + counters.refused(Refusal::Connections),
        320,
        "every peer was accepted or refused"
    );
    resolves(&server).await;
}
