//! One line a call. Names and other content of requests are never logged.

use std::fmt;
use std::sync::Arc;

use http::uri::PathAndQuery;
use tokio::time::Instant;
use tonic::Code;

/// The longest part of a path that is logged, in characters: it is the caller's text.
const MAX_METHOD_CHARS: usize = 100;

/// Writes its line when the call finishes, or when it is dropped before: the caller has hung up.
pub(super) struct CallLog {
    method: Method,
    caller: Option<Arc<str>>,
    started: Instant,
    is_written: bool,
}

impl CallLog {
    /// A call of `path` that began at `started`.
    pub fn new(path: Option<PathAndQuery>, started: Instant) -> Self {
        Self { method: Method(path), caller: None, started, is_written: false }
    }

    /// The call is that of `caller`, whose name is safe to log.
    pub fn set_caller(&mut self, caller: Option<Arc<str>>) {
        self.caller = caller;
    }

    /// Writes the line, the first time: faults of the caller at level info, our own at level error.
    pub fn finish(&mut self, code: Code) {
        if std::mem::replace(&mut self.is_written, true) {
            return;
        }
        let (method, caller, started) = (&self.method, self.caller.as_deref(), self.started);
        let micros = || started.elapsed().as_micros();
        match level(code) {
            tracing::Level::ERROR => {
                tracing::error!(%method, ?code, caller, micros = micros(), "call failed")
            }
            tracing::Level::INFO => tracing::info!(%method, ?code, caller, micros = micros(), "call refused"),
            _ => tracing::debug!(%method, ?code, caller, micros = micros(), "call answered"),
        }
    }
}

/// The path of a call, which becomes a text only when it is written: bounded, and with nothing in it that moves a cursor.
struct Method(Option<PathAndQuery>);

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.0.as_ref().map_or("", PathAndQuery::path);
        path.chars()
            .take(MAX_METHOD_CHARS)
            .flat_map(char::escape_debug)
            .try_for_each(|c| fmt::Write::write_char(f, c))
    }
}

impl Drop for CallLog {
    fn drop(&mut self) {
        self.finish(Code::Cancelled);
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
        let path = format!("/a\u{202e}{}?query", "b".repeat(1_000));
        let method = Method(PathAndQuery::try_from(path).ok()).to_string();
        assert!(method.starts_with("/a\\u{202e}bb"), "{method}");
        assert!(method.len() < 200);
    }

    #[test]
    fn our_faults_are_errors_and_those_of_callers_are_not() {
        assert_eq!(level(Code::Ok), tracing::Level::DEBUG);
        assert_eq!(level(Code::InvalidArgument), tracing::Level::INFO);
        assert_eq!(level(Code::Internal), tracing::Level::ERROR);
    }
}
