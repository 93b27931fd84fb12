//! What a server counts and tells of itself: metrics, request IDs, traces, and the probes that ask for them.
//!
//! Every call passes [`CallLog`](super::call), which writes down here what it was and how it ended. Everything that is
//! counted is counted by atomics, without locks and without allocation, and becomes text only when it is asked for
//! (`exposition`).
//!
//! Architecture invariant: no label, log line or span ever holds what a caller wrote, but for request IDs of letters,
//! digits and `._-`.

mod calls;
mod code;
mod exposition;
mod families;
mod histogram;
mod otlp;
mod probes;
mod process;
mod readiness;
mod request_id;
mod rooms;
mod trace;
mod work;

pub use otlp::{OtlpError, OtlpOptions};
pub use probes::{Probed, serve_probes};

pub(super) use calls::{Ended, MessageCounter};
pub(super) use code::code_label;
pub(super) use probes::{WithProbes, probe_routes};
pub(super) use readiness::Readiness;
pub(super) use request_id::{REQUEST_ID, RequestId};
pub(super) use trace::TraceParent;
pub(super) use work::{Stage, StageClock, Tally, WorkCounters};

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use self::calls::CallCounters;
use self::otlp::Otlp;
use self::rooms::Rooms;
use super::ServeOptions;
use super::engine::Engine;
use super::method::Method;

/// What a server counts of its calls, and where it sends their traces. Clones share it, so that several listeners
/// count as one server.
#[derive(Clone)]
pub struct Telemetry(Arc<Shared>);

struct Shared {
    calls: CallCounters,
    work: Arc<WorkCounters>,
    rooms: Rooms,
    draining: watch::Sender<bool>,
    otlp: Option<Otlp>,
}

impl Telemetry {
    /// Counts, and sends spans of calls to the collector of `options`.
    ///
    /// That the collector does not answer is no error: it is logged, seldom, and disturbs no call. Errors if its address
    /// is none. Must be called within a tokio runtime with I/O and time.
    pub fn with_otlp(options: &OtlpOptions) -> Result<Self, OtlpError> {
        Ok(Self::new(Some(Otlp::start(options)?)))
    }

    /// Sends the spans that are left, and sends none from now on. Takes some seconds at most, whatever the collector does.
    pub async fn shutdown(&self) {
        if let Some(otlp) = &self.0.otlp {
            otlp.shutdown().await;
        }
    }

    fn new(otlp: Option<Otlp>) -> Self {
        let (calls, work, rooms) = (CallCounters::default(), Arc::default(), Rooms::default());
        Self(Arc::new(Shared { calls, work, rooms, draining: watch::Sender::new(false), otlp }))
    }

    /// From now on, what is counted where `options` say is told of too, the connections as those of the listener `name`.
    pub(super) fn listens(&self, name: &'static str, options: &ServeOptions) {
        self.0.rooms.add(name, options);
    }

    /// Counts that a call begins; gives the number of those of its method before it.
    pub(super) fn begin(&self, method: Method) -> u64 {
        self.0.calls.begin(method)
    }

    /// Counts how a call ended, and sends its span if one is wanted.
    pub(super) fn end(&self, ended: &Ended<'_>) {
        self.0.calls.end(ended);
        if let Some(otlp) = &self.0.otlp {
            otlp.send(ended);
        }
    }

    pub(super) fn calls(&self) -> &CallCounters {
        &self.0.calls
    }

    /// What is counted where names are resolved.
    pub(super) fn work(&self) -> &Arc<WorkCounters> {
        &self.0.work
    }

    /// What the listeners count.
    fn rooms(&self) -> &Rooms {
        &self.0.rooms
    }

    /// Whether anybody wants to know of a call's trace.
    pub(super) fn traces(&self) -> bool {
        self.0.otlp.is_some()
    }

    /// Whether a server that counts here and answers from `engine` should be sent calls.
    pub(super) fn readiness(&self, engine: Engine) -> Readiness {
        Readiness::new(self.0.draining.clone(), engine)
    }
}

impl Default for Telemetry {
    /// Counts, and sends no traces.
    fn default() -> Self {
        Self::new(None)
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").field("traces", &self.traces()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_hold_itself() {
        let telemetry = Telemetry::default();
        let options = ServeOptions { telemetry: telemetry.clone(), ..ServeOptions::default() };
        telemetry.listens("public", &options);
        drop(options);
        assert_eq!(Arc::strong_count(&telemetry.0), 1);
    }
}
