//! Admission: how much of what callers send is taken on at once, so that what is taken on is answered.
//!
//! | what | where |
//! |---|---|
//! | bytes held by all requests in flight | `memory` |
//! | sizes, numbers and times of arriving messages | `request_body`, `method` |
//! | items of a message, before it is decoded | `rpc::wire::guard` |
//! | work that waits for a processor | `load`, used by `compute` |
//!
//! What cannot be taken on is refused at once, with a hint when to ask again; only streams wait, unread, and not for ever.

mod counters;
mod load;
mod memory;
mod method_limits;
mod request_body;

pub use counters::{AdmissionCounters, LaneDepth, ShedCount};

pub(super) use load::{Lane, Place};
pub(super) use memory::{CallMemory, Charge};
pub(super) use method_limits::MethodLimits;
pub(super) use request_body::RequestBody;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use load::Load;
use memory::Budget;

/// How much a server takes on at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionOptions {
    /// Bytes that all requests in flight may hold together: their messages as they arrive and decoded, and their
    /// answers until they are sent. Default: 256 MiB.
    pub max_request_memory: u64,
    /// Calls that may wait for a processor, of single names and of batches each. Default: 1,000.
    pub max_waiting: usize,
    /// How long a message may take to arrive whole, once it has begun; of a call that does not stream, from the start of
    /// the call. Default: 10 s.
    pub body_timeout: Duration,
}

impl Default for AdmissionOptions {
    fn default() -> Self {
        Self { max_request_memory: 256 << 20, max_waiting: 1_000, body_timeout: Duration::from_secs(10) }
    }
}

/// What is taken on at the moment, and what is not. Clones share it: all listeners of a server have one budget.
#[derive(Clone, Debug)]
pub struct Admission(Arc<State>);

#[derive(Debug)]
struct State {
    options: AdmissionOptions,
    budget: Budget,
    single: Load,
    bulk: Load,
    deadline_exceeded: AtomicU64,
}

impl Admission {
    /// Nothing is taken on yet.
    pub fn new(options: AdmissionOptions) -> Self {
        let budget = Budget::new(options.max_request_memory);
        let (single, bulk) = (Load::new(), Load::new());
        Self(Arc::new(State { options, budget, single, bulk, deadline_exceeded: AtomicU64::new(0) }))
    }

    /// How much is taken on at most.
    pub fn options(&self) -> &AdmissionOptions {
        &self.0.options
    }

    /// What is held, waits and was refused; may be read at any time.
    pub fn counters(&self) -> AdmissionCounters<'_> {
        AdmissionCounters::new(&self.0)
    }

    pub(super) fn load(&self, lane: Lane) -> &Load {
        self.0.load(lane)
    }

    fn budget(&self) -> &Budget {
        &self.0.budget
    }
}

impl State {
    fn load(&self, lane: Lane) -> &Load {
        match lane {
            Lane::Single => &self.single,
            Lane::Bulk => &self.bulk,
        }
    }
}

impl Default for Admission {
    fn default() -> Self {
        Self::new(AdmissionOptions::default())
    }
}
