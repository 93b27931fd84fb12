//! [`CallCounters`]: calls that began and ended, by method and code.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tonic::Code;

use super::Telemetry;
use super::code::CODES;
use super::histogram::{Spread, TimeHistogram};
use super::request_id::RequestId;
use super::trace::TraceParent;
use crate::server::method::Method;

/// A call that has ended.
pub(in crate::server) struct Ended<'a> {
    pub method: Method,
    pub code: Code,
    /// From its headers to its end.
    pub took: Duration,
    pub id: &'a RequestId,
    pub peer: Option<SocketAddr>,
    pub parent: Option<TraceParent>,
}

/// Calls by method.
#[derive(Debug)]
pub(in crate::server) struct CallCounters(Box<[MethodCounters; Method::ALL.len()]>);

/// The calls of one method. A single name is counted by four relaxed additions.
#[derive(Debug)]
struct MethodCounters {
    started: AtomicU64,
    handled: [AtomicU64; CODES.len()],
    took: TimeHistogram,
    /// Calls that ended their request with the headers, if requests do not stream.
    without_request: AtomicU64,
    /// Messages, if requests stream.
    received: AtomicU64,
    /// Messages, if answers stream.
    sent: AtomicU64,
}

impl CallCounters {
    pub fn begin(&self, method: Method) -> u64 {
        self.of(method).started.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts that a call which does not stream has no message for us.
    pub fn lacks_request(&self, method: Method) {
        self.of(method).without_request.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts messages of a stream of answers.
    pub fn send(&self, method: Method, count: u64) {
        self.of(method).sent.fetch_add(count, Ordering::Relaxed);
    }

    pub fn end(&self, ended: &Ended<'_>) {
        let counters = self.of(ended.method);
        if let Some(handled) = counters.handled.get(ended.code as usize) {
            handled.fetch_add(1, Ordering::Relaxed);
        }
        counters.took.observe_time(ended.took);
    }

    pub fn started(&self, method: Method) -> u64 {
        self.of(method).started.load(Ordering::Relaxed)
    }

    pub fn handled(&self, method: Method, code: Code) -> u64 {
        self.of(method).handled.get(code as usize).map_or(0, |handled| handled.load(Ordering::Relaxed))
    }

    /// In seconds.
    pub fn took(&self, method: Method) -> Spread {
        self.of(method).took.read_seconds()
    }

    /// A call that does not stream has one message, unless it ended with its headers.
    pub fn received(&self, method: Method) -> u64 {
        let counters = self.of(method);
        if method.kind().streams_requests() {
            return counters.received.load(Ordering::Relaxed);
        }
        self.started(method).saturating_sub(counters.without_request.load(Ordering::Relaxed))
    }

    /// A call that does not stream has one answer if it went well, and none otherwise.
    pub fn sent(&self, method: Method) -> u64 {
        if method.kind().streams_answers() {
            return self.of(method).sent.load(Ordering::Relaxed);
        }
        self.handled(method, Code::Ok)
    }

    fn of(&self, method: Method) -> &MethodCounters {
        &self.0[method as usize]
    }
}

impl Default for CallCounters {
    fn default() -> Self {
        Self(Box::new(std::array::from_fn(|_| MethodCounters::new())))
    }
}

impl MethodCounters {
    fn new() -> Self {
        Self {
            started: AtomicU64::new(0),
            handled: std::array::from_fn(|_| AtomicU64::new(0)),
            took: TimeHistogram::of_times(),
            without_request: AtomicU64::new(0),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
        }
    }
}

/// Counts the messages of one call as they come, if it streams them; else that is told by the call itself.
#[derive(Clone, Debug, Default)]
pub(in crate::server) struct MessageCounter(Option<(Telemetry, Method)>);

impl MessageCounter {
    pub fn new(telemetry: &Telemetry, method: Method) -> Self {
        Self(method.kind().streams_requests().then(|| (telemetry.clone(), method)))
    }

    /// Counts a message.
    pub fn receive(&self) {
        if let Some((telemetry, method)) = &self.0 {
            telemetry.calls().of(*method).received.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(counters: &CallCounters, method: Method, code: Code) {
        let id = RequestId::own(1);
        let took = Duration::from_micros(20);
        counters.end(&Ended { method, code, took, id: &id, peer: None, parent: None });
    }

    #[test]
    fn calls_are_counted_under_their_method_and_code() {
        let telemetry = Telemetry::default();
        let counters = telemetry.calls();
        let stream = Method::StreamResolveNames;
        for (i, code) in [Code::Ok, Code::Ok, Code::NotFound].into_iter().enumerate() {
            assert_eq!(counters.begin(Method::ResolveName), i as u64);
            end(counters, Method::ResolveName, code);
        }
        counters.lacks_request(Method::ResolveName);
        counters.begin(stream);
        for method in [stream, Method::ResolveName] {
            let counter = MessageCounter::new(&telemetry, method);
            (0..3).for_each(|_| counter.receive());
        }
        counters.send(stream, 2);
        assert_eq!(counters.started(Method::ResolveName), 3);
        assert_eq!(counters.handled(Method::ResolveName, Code::Ok), 2);
        assert_eq!(counters.handled(Method::ResolveName, Code::NotFound), 1);
        assert_eq!((counters.received(Method::ResolveName), counters.sent(Method::ResolveName)), (2, 2));
        assert_eq!(counters.took(Method::ResolveName).count, 3);
        assert_eq!((counters.started(stream), counters.received(stream), counters.sent(stream)), (1, 3, 2));
        assert_eq!(CODES.iter().map(|&code| counters.handled(stream, code)).sum::<u64>(), 0);
    }
}
