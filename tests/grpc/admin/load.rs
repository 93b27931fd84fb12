//! Reloads under load: no call fails, and every answer is that of the index whose version it carries.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use yaqut::rpc::pb;
use yaqut::rpc::pb::ReloadOutcome;

use super::bed::{ALIAS, Bed, Watching, query};

const RELOADS: usize = 50;
const ENTITIES: [&str; 3] = ["Q1", "Q2", "Q3"];

/// What a caller saw: the version of an answer, and what [`ALIAS`] is by it.
type Seen = Vec<(String, String)>;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_answer_is_that_of_its_version() {
    let mut bed = Bed::start(Watching::Off).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut callers = JoinSet::new();
    for _ in 0..2 {
        callers.spawn(singles(bed.public.clone(), Arc::clone(&is_over)));
        callers.spawn(batches(bed.public.clone(), Arc::clone(&is_over)));
        callers.spawn(streams(bed.public.clone(), Arc::clone(&is_over)));
    }
    let mut oracle = HashMap::from([(bed.status().await.index_version, "Q1")]);
    for i in 1..=RELOADS {
        let id = ENTITIES[i % ENTITIES.len()];
        bed.write_overlay(id);
        let attempt = bed.reload().await;
        assert_eq!(attempt.outcome(), ReloadOutcome::Exchanged, "{attempt:?}");
        let known = oracle.insert(attempt.new_index_version, id);
        assert!(known.is_none_or(|known| known == id));
    }
    is_over.store(true, Ordering::Relaxed);
    let mut versions = 0;
    while let Some(seen) = callers.join_next().await {
        let mut seen = seen.unwrap();
        for (version, id) in &seen {
            assert_eq!(oracle.get(version), Some(&id.as_str()), "{version}");
        }
        seen.dedup();
        versions += seen.len();
    }
    // The callers were there while it happened.
    assert!(versions > RELOADS, "{versions}");
}

type Service = pb::gazetteer_service_client::GazetteerServiceClient<tonic::transport::Channel>;

async fn singles(mut service: Service, is_over: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::new();
    while !is_over.load(Ordering::Relaxed) {
        let request = pb::ResolveNameRequest { name: ALIAS.into(), ..Default::default() };
        let answer = service.resolve_name(request).await.unwrap().into_inner();
        seen.push((answer.index_version, answer.resolution.unwrap().canonical_id));
    }
    seen
}

async fn batches(mut service: Service, is_over: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::new();
    while !is_over.load(Ordering::Relaxed) {
        let request = pb::BatchResolveNamesRequest { queries: vec![query(); 20], ..Default::default() };
        let answer = service.batch_resolve_names(request).await.unwrap().into_inner();
        let ids = answer.resolutions.into_iter().map(|resolution| resolution.canonical_id);
        seen.extend(ids.map(|id| (answer.index_version.clone(), id)));
    }
    seen
}

/// Of several chunks each, which must agree on one version.
async fn streams(mut service: Service, is_over: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::new();
    while !is_over.load(Ordering::Relaxed) {
        let (chunks, requests) = mpsc::channel(1);
        let mut answers =
            service.stream_resolve_names(ReceiverStream::new(requests)).await.unwrap().into_inner();
        let mut versions = Vec::new();
        for _ in 0..5 {
            let chunk = pb::StreamResolveNamesRequest { queries: vec![query(); 3], ..Default::default() };
            chunks.send(chunk).await.unwrap();
            let answer = answers.message().await.unwrap().unwrap();
            versions.push(answer.index_version.clone());
            let ids = answer.resolutions.into_iter().map(|resolution| resolution.canonical_id);
            seen.extend(ids.map(|id| (answer.index_version.clone(), id)));
            tokio::task::yield_now().await;
        }
        versions.dedup();
        assert_eq!(versions.len(), 1);
    }
    seen
}
