//! The administration, on a listener of its own: reloads by every trigger, while calls go on.

#[path = "admin/bed.rs"]
pub mod bed;
#[path = "admin/load.rs"]
mod load;
#[path = "admin/packs.rs"]
mod packs;

use std::time::Duration;

use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use yaqut::rpc::pb::admin_service_client::AdminServiceClient;
use yaqut::rpc::pb::gazetteer_service_client::GazetteerServiceClient;
use yaqut::rpc::pb::{self, PackReloadState, ReloadOutcome, ReloadTrigger, ReloadWatchMode};
use yaqut::rpc::{ADMIN_SERVICE_NAME, SERVICE_NAME};

use self::bed::{Bed, Watching};
use crate::support::assert_failure;

#[tokio::test]
async fn a_reload_answers_what_became_of_each_pack() {
    let mut bed = Bed::start(Watching::Off).await;
    let before = bed.status().await;
    assert!(before.last_attempt.is_none() && before.serving_since.is_some() && !before.reloading);

    let idle = bed.reload().await;
    assert_eq!((idle.outcome(), idle.trigger()), (ReloadOutcome::Unchanged, ReloadTrigger::Rpc));
    assert_eq!(idle.new_index_version, before.index_version);

    bed.write_overlay("Q2");
    let attempt = bed.reload().await;
    assert_eq!(attempt.outcome(), ReloadOutcome::Exchanged);
    let became: Vec<_> = attempt.packs.iter().map(|pack| (pack.source.clone(), pack.state())).collect();
    let source = |name: &str| bed.path(name).display().to_string();
    let expected =
        [(source("base"), PackReloadState::Unchanged), (source("overlay"), PackReloadState::Compiled)];
    assert_eq!(became, expected);
    assert_eq!(attempt.old_index_version, before.index_version);
    assert_ne!(attempt.new_index_version, before.index_version);
    assert!(attempt.start_time.is_some() && attempt.duration.is_some() && attempt.failure.is_empty());
    assert_eq!(bed.target().await, ("Q2".to_owned(), attempt.new_index_version.clone()));

    let status = bed.status().await;
    assert_eq!(status.index_version, attempt.new_index_version);
    assert_eq!(status.last_attempt, Some(attempt));
    let counters = status.counters.unwrap();
    assert_eq!((counters.unchanged_count, counters.exchanged_count, counters.incomplete_count), (1, 1, 0));
    let watch = status.watch.unwrap();
    assert_eq!((watch.mode(), watch.poll_interval, watch.folders.len()), (ReloadWatchMode::Off, None, 0));

    bed.write_overlay("Q1");
    assert_eq!(bed.reload().await.packs[1].state(), PackReloadState::Cached);
    assert_eq!(bed.target().await.1, before.index_version);
}

#[tokio::test]
async fn who_does_not_wait_is_told_nothing() {
    let mut bed = Bed::start(Watching::Off).await;
    bed.write_overlay("Q2");
    let request = pb::ReloadIndexRequest { return_at_once: true, force: true };
    assert_eq!(bed.admin.reload_index(request).await.unwrap().into_inner().attempt, None);
    bed.becomes("Q2").await;
    let attempt = bed.status().await.last_attempt.unwrap();
    assert_eq!((attempt.trigger(), attempt.outcome()), (ReloadTrigger::Rpc, ReloadOutcome::Exchanged));
}

#[tokio::test]
async fn calls_under_way_end_on_the_index_on_which_they_began() {
    let mut bed = Bed::start(Watching::Off).await;
    let old = bed.status().await.index_version;
    let (chunks, requests) = tokio::sync::mpsc::channel(1);
    let ask = pb::StreamResolveNamesRequest { queries: vec![bed::query()], ..Default::default() };
    chunks.send(ask.clone()).await.unwrap();
    let requests = tokio_stream::wrappers::ReceiverStream::new(requests);
    let mut answers = bed.public.clone().stream_resolve_names(requests).await.unwrap().into_inner();
    answers.message().await.unwrap().unwrap();
    bed.write_overlay("Q2");
    assert_eq!(bed.reload().await.outcome(), ReloadOutcome::Exchanged);
    chunks.send(ask).await.unwrap();
    let answer = answers.message().await.unwrap().unwrap();
    assert_eq!((&*answer.resolutions[0].canonical_id, &*answer.index_version), ("Q1", &*old));
    assert_eq!(bed.target().await.0, "Q2");
}

#[tokio::test]
async fn another_index_than_expected_is_a_failed_precondition() {
    let mut bed = Bed::start(Watching::Off).await;
    let expected_index_version = bed.status().await.index_version;
    let request =
        pb::ResolveNameRequest { name: bed::ALIAS.into(), expected_index_version, ..Default::default() };
    bed.public.resolve_name(request.clone()).await.unwrap();
    bed.write_overlay("Q2");
    bed.reload().await;
    let status = bed.public.resolve_name(request).await.unwrap_err();
    assert_failure(&status, Code::FailedPrecondition, "INDEX_VERSION_MISMATCH", &[]);
}

#[tokio::test]
async fn each_listener_knows_its_own_service_alone() {
    let bed = Bed::start(Watching::Off).await;
    let mut astray = AdminServiceClient::new(bed.public_channel.clone());
    let status = astray.get_reload_status(pb::GetReloadStatusRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    let mut astray = GazetteerServiceClient::new(bed.admin_channel.clone());
    let status = astray.get_index_info(pb::GetIndexInfoRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    // The administration's health is that of the probes, and tells of the gazetteer as well.
    for (channel, own, other, health_of_other) in [
        (&bed.public_channel, SERVICE_NAME, ADMIN_SERVICE_NAME, Err(Code::NotFound)),
        (&bed.admin_channel, ADMIN_SERVICE_NAME, SERVICE_NAME, Ok(())),
    ] {
        let mut health = HealthClient::new(channel.clone());
        let mut check = async |service: &str| {
            health
                .check(HealthCheckRequest { service: service.into() })
                .await
                .map(|_| ())
                .map_err(|s| s.code())
        };
        assert_eq!((check("").await, check(own).await), (Ok(()), Ok(())));
        assert_eq!(check(other).await, health_of_other);
        let services = bed::reflected(channel.clone()).await;
        assert!(services.iter().any(|service| service == own), "{services:?}");
        assert!(!services.iter().any(|service| service == other), "{services:?}");
    }
}

#[tokio::test]
async fn a_deadline_ends_the_call_and_not_the_reload() {
    let mut bed = Bed::start(Watching::Off).await;
    bed.write_overlay("Q2");
    let mut request = Request::new(pb::ReloadIndexRequest::default());
    // Less than it takes to put anything into the cache.
    request.set_timeout(Duration::from_micros(1));
    let status = bed.admin.reload_index(request).await.unwrap_err();
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
    // Whether or not the server got to see that call, it goes on.
    assert_ne!(bed.reload().await.outcome(), ReloadOutcome::Failed);
    assert_eq!(bed.target().await.0, "Q2");
}

#[tokio::test]
async fn a_drain_ends_the_administration_too() {
    let mut bed = Bed::start(Watching::Off).await;
    bed.stop().await;
    let status = bed.admin.get_reload_status(pb::GetReloadStatusRequest {}).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
}
