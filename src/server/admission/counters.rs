//! [`AdmissionCounters`]: what operators want to know of admission.

use std::sync::atomic::{AtomicU64, Ordering};

use super::State;
use super::load::Lane;
use crate::rpc::Failure;

/// A look at what a server has taken on and refused. Reads plain atomics: takes no lock, and may be made at any time.
#[derive(Clone, Copy, Debug)]
pub struct AdmissionCounters<'a>(&'a State);

/// How often calls were refused for one reason since the server began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShedCount {
    /// `memory`: the budget of memory is used up; `queue_full`: too many calls wait for a processor; `too_late`: so many
    /// wait that the answer would have come after the deadline; `expired`: the deadline passed before the work began.
    pub reason: &'static str,
    /// The number of calls, or of chunks of streams.
    pub count: u64,
}

/// How much waits in one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneDepth {
    /// `single`: calls of one name; `bulk`: batches and chunks of streams.
    pub lane: &'static str,
    /// Calls and chunks that wait for a processor.
    pub waiting: usize,
}

impl<'a> AdmissionCounters<'a> {
    pub(super) fn new(state: &'a State) -> Self {
        Self(state)
    }

    /// Bytes that requests in flight hold.
    pub fn memory_in_use(&self) -> u64 {
        self.0.budget.in_use()
    }

    /// Bytes that they may hold.
    pub fn memory_limit(&self) -> u64 {
        self.0.budget.limit()
    }

    /// How much waits, lane by lane.
    pub fn queue_depths(&self) -> [LaneDepth; 2] {
        let State { single, bulk, .. } = self.0;
        [("single", single), ("bulk", bulk)].map(|(lane, load)| LaneDepth { lane, waiting: load.waiting() })
    }

    /// What was refused, reason by reason.
    pub fn shed(&self) -> [ShedCount; 4] {
        let of_lanes = |count: fn(&super::load::Load) -> u64| {
            [Lane::Single, Lane::Bulk].into_iter().map(|lane| count(self.0.load(lane))).sum()
        };
        [
            ShedCount { reason: "memory", count: self.0.budget.refused() },
            ShedCount { reason: "queue_full", count: of_lanes(super::load::Load::full) },
            ShedCount { reason: "too_late", count: of_lanes(super::load::Load::too_late) },
            ShedCount { reason: "expired", count: of_lanes(super::load::Load::expired) },
        ]
    }

    /// Calls that ended `DEADLINE_EXCEEDED`.
    pub fn deadline_exceeded(&self) -> u64 {
        self.0.deadline_exceeded.load(Ordering::Relaxed)
    }
}

impl super::Admission {
    /// Counts how a call was cut off.
    pub(in crate::server) fn count_end(&self, failure: &Failure) {
        if matches!(failure, Failure::DeadlineExceeded | Failure::BodyTimeout { .. }) {
            add(&self.0.deadline_exceeded);
        }
    }
}

/// One more.
pub(super) fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
