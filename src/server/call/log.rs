//! [`CallLog`]: what is noted of every call: counters, one line, its span. Names and other content of requests never are.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use http::uri::PathAndQuery;
use http::{Extensions, Request, Response};
use tokio::time::Instant;
use tonic::Code;

use super::Shared;
use crate::server::auth::Refusal;
use crate::server::framing::Framing;
use crate::server::method::{CallKind, Method};
use crate::server::telemetry::{
    Ended, MessageCounter, REQUEST_ID, RequestId, StageClock, TraceParent, code_label,
};
use crate::server::transport::Peer;

/// The longest part of a path that is logged, in characters: it is the caller's text.
const MAX_PATH_CHARS: usize = 100;

/// Notes how the call finished, or that it was dropped before: the caller has hung up.
pub(super) struct CallLog {
    shared: Arc<Shared>,
    method: Method,
    caller: Option<Arc<str>>,
    refusal: Option<Refusal>,
    /// Of a method that is not known: what else it is called.
    path: Option<PathAndQuery>,
    id: RequestId,
    peer: Option<SocketAddr>,
    parent: Option<TraceParent>,
    started: Instant,
    sent: Framing,
    is_finished: bool,
}

impl CallLog {
    /// A call of `method` by `request`, of which all that is still of interest later is kept, and which began at `started`.
    /// The stages of its work are timed, as far as anybody wants to know.
    pub fn new<B: http_body::Body>(
        shared: Arc<Shared>,
        method: Method,
        request: &mut Request<B>,
        started: Instant,
    ) -> Self {
        let telemetry = &shared.telemetry;
        let number = telemetry.begin(method);
        StageClock::start(request.extensions_mut(), telemetry.work(), method, number, started.into_std());
        if !method.kind().streams_requests() && request.body().is_end_stream() {
            telemetry.calls().lacks_request(method);
        }
        Self {
            method,
            caller: None,
            refusal: None,
            path: if method == Method::Unknown { request.uri().path_and_query().cloned() } else { None },
            id: RequestId::of(request.headers(), method, number),
            peer: peer(request.extensions()),
            parent: if telemetry.traces() { TraceParent::of(request.headers()) } else { None },
            started,
            sent: Framing::new(),
            is_finished: false,
            shared,
        }
    }

    /// Counts what comes of the caller.
    pub fn message_counter(&self) -> MessageCounter {
        MessageCounter::new(&self.shared.telemetry, self.method)
    }

    /// The call is that of `caller`, whose name is safe to log, and is not let through if there is a `refusal`.
    pub fn set_caller(&mut self, caller: Option<Arc<str>>, refusal: Option<Refusal>) {
        (self.caller, self.refusal) = (caller, refusal);
    }

    /// Tells the caller under which ID the call is noted; not if it gave none and has one answer that is well, for a header
    /// that is new each time costs more than the search for a known name.
    pub fn answer<B>(&self, response: &mut Response<B>, code: Option<Code>) {
        let is_well = code.is_none_or(|code| code == Code::Ok);
        if self.id.is_of_caller() || !is_well || self.method.kind() != CallKind::Unary {
            response.headers_mut().insert(REQUEST_ID, self.id.to_header());
        }
    }

    /// Counts the messages of a piece of the answer.
    pub fn send(&mut self, data: &[u8]) {
        if self.method.kind().streams_answers() {
            self.shared.telemetry.calls().send(self.method, self.sent.count_messages(data));
        }
    }

    /// Notes that the code which answers panicked. The panic hook has told where.
    pub fn panicked(&self) {
        let (method, request_id) = (self.name(), &self.id);
        tracing::error!(%request_id, %method, "the code that answers panicked; this is a fault of yaqut");
    }

    /// Notes the end, the first time.
    pub fn finish(&mut self, code: Code) {
        if std::mem::replace(&mut self.is_finished, true) {
            return;
        }
        let took = self.started.elapsed();
        let Self { method, ref id, peer, parent, .. } = *self;
        self.shared.telemetry.end(&Ended { method, code, took, id, peer, parent });
        self.write(code, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Writes the line: faults of the caller at level info, our own at level error. Makes no text that nobody reads.
    fn write(&self, code: Code, micros: u64) {
        let (method, request_id, peer) = (self.name(), &self.id, self.peer.map(tracing::field::display));
        let (caller, level) = (self.caller.as_deref(), level(code));
        let reason = self.refusal.map(Refusal::label);
        let code = code_label(code);
        match level {
            tracing::Level::ERROR => {
                tracing::error!(%request_id, %method, %code, micros, caller, peer, "call failed");
            }
            tracing::Level::INFO => {
                tracing::info!(%request_id, %method, %code, reason, micros, caller, peer, "call refused");
            }
            _ => tracing::debug!(%request_id, %method, %code, micros, caller, peer, "call answered"),
        }
    }

    fn name(&self) -> Name<'_> {
        Name { method: self.method, path: self.path.as_ref() }
    }
}

impl Drop for CallLog {
    fn drop(&mut self) {
        self.finish(Code::Cancelled);
    }
}

/// The address of the caller, or of what stands between.
fn peer(extensions: &Extensions) -> Option<SocketAddr> {
    extensions.get::<Peer>()?.address()
}

/// A method as it is logged: our own word for it, or its path, bounded, and with nothing in it that moves a cursor.
struct Name<'a> {
    method: Method,
    path: Option<&'a PathAndQuery>,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.method != Method::Unknown {
            let info = self.method.info();
            return write!(f, "/{}/{}", info.service, info.name);
        }
        let path = self.path.map_or("", PathAndQuery::path);
        let harmless = path.chars().take(MAX_PATH_CHARS).flat_map(char::escape_debug);
        harmless.into_iter().try_for_each(|c| fmt::Write::write_char(f, c))
    }
}

fn level(code: Code) -> tracing::Level {
    match code {
        Code::Ok => tracing::Level::DEBUG,
        Code::Cancelled
        | Code::InvalidArgument
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::Unauthenticated => tracing::Level::INFO,
        Code::Unknown | Code::Internal | Code::Unavailable | Code::DataLoss => tracing::Level::ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_bounded_and_escaped() {
        // Every control of the bidirectional algorithm, and what else moves a cursor or hides.
        let odd = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}\u{200b}";
        for c in odd.chars() {
            let path = PathAndQuery::try_from(format!("/a{c}b?query")).ok();
            let name = Name { method: Method::Unknown, path: path.as_ref() }.to_string();
            assert_eq!(name, format!("/a\\u{{{:x}}}b", u32::from(c)));
        }
        let path = PathAndQuery::try_from(format!("/{}", "b".repeat(1_000))).ok();
        let name = Name { method: Method::Unknown, path: path.as_ref() }.to_string();
        assert_eq!(name.len(), MAX_PATH_CHARS);
    }

    #[test]
    fn our_faults_are_errors_and_those_of_callers_are_not() {
        assert_eq!(level(Code::Ok), tracing::Level::DEBUG);
        assert_eq!(level(Code::InvalidArgument), tracing::Level::INFO);
        assert_eq!(level(Code::Internal), tracing::Level::ERROR);
    }
}
