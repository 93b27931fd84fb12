//! `StreamResolveNames`: order, chunks, snapshots, failures midway.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Streaming};
use yaqut::ResolveOptions;
use yaqut::model::Status;
use yaqut::rpc::{Client, ClientOptions, pb};
use yaqut::server::ServeOptions;

use crate::support::{Server, TOWNS, assert_failure, gazetteer, many_towns, query};

/// A stream whose requests are sent by hand.
pub async fn open(
    server: &Server,
) -> (mpsc::Sender<pb::StreamResolveNamesRequest>, Streaming<pb::StreamResolveNamesResponse>) {
    let (requests, sent) = mpsc::channel(16);
    let answers = server.service().await.stream_resolve_names(ReceiverStream::new(sent)).await.unwrap();
    (requests, answers.into_inner())
}

pub fn chunk(names: &[&str]) -> pb::StreamResolveNamesRequest {
    pb::StreamResolveNamesRequest {
        queries: names.iter().map(|name| query(name)).collect(),
        ..Default::default()
    }
}

fn ids(response: &pb::StreamResolveNamesResponse) -> Vec<&str> {
    response.resolutions.iter().map(|resolution| &*resolution.canonical_id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_thousand_names_are_answered_in_order() {
    let towns = many_towns(3_000);
    let server = Server::start_with(gazetteer(&towns), ServeOptions::default()).await;
    let mut client = Client::connect(&server.url, ClientOptions::default()).await.unwrap();
    let names: Vec<_> = towns.iter().map(|(_, name)| name.clone()).collect();
    let mut answers =
        client.resolve_stream(tokio_stream::iter(names), &ResolveOptions::default()).await.unwrap();
    for (id, name) in &towns {
        let answer = answers.next().await.unwrap().expect("an answer for every name");
        assert_eq!((&answer.query, answer.status), (name, Status::Resolved));
        assert_eq!(answer.canonical_id.unwrap().as_str(), id);
    }
    assert_eq!(answers.next().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_chunk_has_one_answer_whatever_its_size() {
    let towns = many_towns(1_000);
    let server = Server::start_with(gazetteer(&towns), ServeOptions::default()).await;
    let (requests, mut answers) = open(&server).await;
    // Large and small by turns: a small one must not overtake.
    let names: Vec<_> = towns.iter().map(|(_, name)| &**name).collect();
    let sizes = [1_000, 0, 1, 1_000, 2, 500, 1];
    for size in sizes {
        requests.send(chunk(&names[..size])).await.unwrap();
    }
    drop(requests);
    for size in sizes {
        let response = answers.message().await.unwrap().unwrap();
        let expected: Vec<_> = towns[..size].iter().map(|(id, _)| &**id).collect();
        assert_eq!(ids(&response), expected);
        assert_eq!(response.index_version, server.engine.snapshot().index_version());
    }
    assert!(answers.message().await.unwrap().is_none());
}

#[tokio::test]
async fn a_bad_item_of_a_chunk_harms_no_other() {
    let server = Server::start().await;
    let (requests, mut answers) = open(&server).await;
    requests.send(chunk(&[TOWNS[0].1, "", TOWNS[1].1])).await.unwrap();
    let response = answers.message().await.unwrap().unwrap();
    assert_eq!(ids(&response), [TOWNS[0].0, "", TOWNS[1].0]);
    assert_eq!(response.resolutions[1].status(), pb::ResolutionStatus::Invalid);
}

#[tokio::test]
async fn a_bad_chunk_ends_the_stream_after_the_answers_before_it() {
    let server = Server::start().await;
    let other_index =
        pb::StreamResolveNamesRequest { expected_index_version: "another".into(), ..Default::default() };
    let cases = [
        (chunk(&[TOWNS[0].1; 1_001]), Code::InvalidArgument, "INVALID_FIELDS", &["queries"][..]),
        (other_index, Code::FailedPrecondition, "INDEX_VERSION_MISMATCH", &[]),
    ];
    for (bad, code, reason, fields) in cases {
        let (requests, mut answers) = open(&server).await;
        for request in [chunk(&[TOWNS[0].1]), chunk(&[TOWNS[1].1]), bad, chunk(&[TOWNS[2].1])] {
            requests.send(request).await.unwrap();
        }
        for (id, _) in &TOWNS[..2] {
            assert_eq!(ids(&answers.message().await.unwrap().unwrap()), [*id]);
        }
        assert_failure(&answers.message().await.unwrap_err(), code, reason, fields);
    }
}

#[tokio::test]
async fn a_stream_keeps_the_index_on_which_it_began() {
    let server = Server::start().await;
    let (requests, mut answers) = open(&server).await;
    requests.send(chunk(&[TOWNS[0].1])).await.unwrap();
    let before = answers.message().await.unwrap().unwrap();
    assert_eq!(ids(&before), [TOWNS[0].0]);

    server.engine.replace(gazetteer(&[("moved:1", TOWNS[0].1)]));
    requests.send(chunk(&[TOWNS[0].1])).await.unwrap();
    let after = answers.message().await.unwrap().unwrap();
    assert_eq!(ids(&after), [TOWNS[0].0], "the old stream has the old index");
    assert_eq!(after.index_version, before.index_version);
    assert_ne!(after.index_version, server.engine.snapshot().index_version());

    let (requests, mut answers) = open(&server).await;
    requests.send(chunk(&[TOWNS[0].1])).await.unwrap();
    assert_eq!(ids(&answers.message().await.unwrap().unwrap()), ["moved:1"], "a new stream has the new one");
}

#[tokio::test]
async fn the_index_lives_no_longer_than_its_streams() {
    let server = Server::start().await;
    let (requests, mut answers) = open(&server).await;
    requests.send(chunk(&[TOWNS[0].1])).await.unwrap();
    answers.message().await.unwrap().unwrap();
    let old = Arc::downgrade(&server.engine.replace(gazetteer(&TOWNS)));
    assert!(old.upgrade().is_some());
    // The caller hangs up without a word.
    drop((requests, answers));
    while old.upgrade().is_some() {
        tokio::task::yield_now().await;
    }
}

/// A caller that sends and does not read its answers is not read either: neither answers nor requests pile up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_does_not_read_is_not_read_either() {
    const CHUNKS: usize = 100;
    let server = Server::start().await;
    let (requests, mut answers) = open(&server).await;
    // Half a megabyte there, and half a megabyte back.
    let no_name = "؟".repeat(250);
    let full = chunk(&vec![&*no_name; 1_000]);
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let mut sender = tokio::spawn(async move {
        while counted.fetch_add(1, Ordering::Relaxed) < CHUNKS && requests.send(full.clone()).await.is_ok() {}
    });
    // Were all read, this would be the end of it; a slow machine makes the test weaker, never wrong.
    tokio::time::timeout(Duration::from_millis(500), &mut sender)
        .await
        .expect_err("the server does not read on and on");
    // 16 wait in the channel of `open`, others in the windows of HTTP/2, some are under way.
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 60, "{sent} chunks were sent");
    // Once the answers are read, all come.
    let mut answered = 0;
    while let Some(response) = answers.message().await.unwrap() {
        assert_eq!(response.resolutions.len(), 1_000);
        answered += 1;
    }
    assert_eq!(answered, CHUNKS);
}
