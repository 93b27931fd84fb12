//! What the reloader says, as messages.

use crate::rpc::pb;
use crate::server::reload::{ReloadAttempt, ReloadCounters, ReloadOutcome, ReloadTrigger, Reloader};
use crate::store::Watch;

/// What serves, how the last reload went, and what is watched.
pub(super) fn status(reloader: &Reloader, watch: Option<&Watch>) -> pb::GetReloadStatusResponse {
    let status = reloader.status();
    pb::GetReloadStatusResponse {
        index_version: status.index_version,
        serving_since: Some(status.serving_since.into()),
        reloading: status.is_reloading,
        last_attempt: status.last_attempt.as_deref().map(Into::into),
        counters: Some(reloader.counters().into()),
        watch: Some(watch.map_or_else(unwatched, watched)),
    }
}

fn unwatched() -> pb::ReloadWatch {
    pb::ReloadWatch { mode: pb::ReloadWatchMode::Off.into(), ..Default::default() }
}

fn watched(watch: &Watch) -> pb::ReloadWatch {
    let (options, watched) = (watch.options(), watch.watched());
    let mode =
        if watched.folders.is_empty() { pb::ReloadWatchMode::Poll } else { pb::ReloadWatchMode::Events };
    pb::ReloadWatch {
        mode: mode.into(),
        poll_interval: options.poll_interval.try_into().ok(),
        folders: watched.folders.iter().map(|folder| folder.display().to_string()).collect(),
        note: watched.failure.unwrap_or_default(),
    }
}

impl From<&ReloadAttempt> for pb::ReloadAttempt {
    fn from(attempt: &ReloadAttempt) -> Self {
        let failure = match &attempt.outcome {
            ReloadOutcome::Failed(reason) => reason.clone(),
            _ => String::new(),
        };
        Self {
            trigger: pb::ReloadTrigger::from(attempt.trigger).into(),
            outcome: pb::ReloadOutcome::from(&attempt.outcome).into(),
            old_index_version: attempt.old_index_version.clone(),
            new_index_version: attempt.new_index_version.clone(),
            start_time: Some(attempt.start_time.into()),
            duration: attempt.duration.try_into().ok(),
            packs: attempt.sources.iter().map(Into::into).collect(),
            diagnostics: attempt.diagnostics.iter().map(Into::into).collect(),
            diagnostic_count: i32::try_from(attempt.diagnostic_count).unwrap_or(i32::MAX),
            failure,
        }
    }
}

impl From<ReloadTrigger> for pb::ReloadTrigger {
    fn from(trigger: ReloadTrigger) -> Self {
        match trigger {
            ReloadTrigger::Rpc => Self::Rpc,
            ReloadTrigger::Signal => Self::Signal,
            ReloadTrigger::Watch => Self::Watch,
            ReloadTrigger::Poll => Self::Poll,
        }
    }
}

impl From<&ReloadOutcome> for pb::ReloadOutcome {
    fn from(outcome: &ReloadOutcome) -> Self {
        match outcome {
            ReloadOutcome::Unchanged => Self::Unchanged,
            ReloadOutcome::Exchanged => Self::Exchanged,
            ReloadOutcome::Incomplete => Self::Incomplete,
            ReloadOutcome::Failed(_) => Self::Failed,
        }
    }
}

impl From<&ReloadCounters> for pb::ReloadCounters {
    fn from(counters: &ReloadCounters) -> Self {
        Self {
            unchanged_count: count(counters.unchanged()),
            exchanged_count: count(counters.exchanged()),
            incomplete_count: count(counters.incomplete()),
            failed_count: count(counters.failed()),
            idle_count: count(counters.idle()),
        }
    }
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
