//! One line a call. Names and other content of requests are never logged.

use std::time::Instant;

use tonic::Code;

/// The longest part of a path that is logged, in characters: it is the caller's text.
const MAX_METHOD_CHARS: usize = 100;

/// Writes its line when the call finishes, or when it is dropped before: the caller has hung up.
pub(super) struct CallLog {
    method: String,
    started: Instant,
    is_written: bool,
}

impl CallLog {
    /// Begins the call of `path`.
    pub fn new(path: &str) -> Self {
        let method = path.chars().take(MAX_METHOD_CHARS).flat_map(char::escape_debug).collect();
        Self { method, started: Instant::now(), is_written: false }
    }

    /// Writes the line, the first time: faults of the caller at level info, our own at level error.
    pub fn finish(&mut self, code: Code) {
        if std::mem::replace(&mut self.is_written, true) {
            return;
        }
        let (method, micros) = (&*self.method, self.started.elapsed().as_micros());
        match level(code) {
            tracing::Level::ERROR => tracing::error!(method, ?code, micros, "call failed"),
            tracing::Level::INFO => tracing::info!(method, ?code, micros, "call refused"),
            _ => tracing::debug!(method, ?code, micros, "call answered"),
        }
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
        let log = CallLog::new(&format!("/a\u{202e}\n{}", "b".repeat(1_000)));
        assert!(log.method.starts_with("/a\\u{202e}\\nbb"), "{}", log.method);
        assert!(log.method.len() < 200);
    }

    #[test]
    fn our_faults_are_errors_and_those_of_callers_are_not() {
        assert_eq!(level(Code::Ok), tracing::Level::DEBUG);
        assert_eq!(level(Code::InvalidArgument), tracing::Level::INFO);
        assert_eq!(level(Code::Internal), tracing::Level::ERROR);
    }
}
