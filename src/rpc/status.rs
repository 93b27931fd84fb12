//! [`Failure`]: every way in which a request can fail, and the gRPC status that it becomes.

use std::collections::HashMap;
use std::time::Duration;

use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use crate::resolve::ExplainError;

/// The `domain` of every `google.rpc.ErrorInfo` of this service.
pub const ERROR_DOMAIN: &str = "yaqut.v1";

/// The metadata by which a server tells a client's retry policy when to try again, in milliseconds.
const RETRY_PUSHBACK: &str = "grpc-retry-pushback-ms";

/// Why a request was not answered.
///
/// That nothing fits a name is an answer, and no failure.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Fields of the request are malformed or out of range.
    #[error("{}", summary(.0))]
    InvalidArgument(Vec<FieldViolation>),
    /// No entity bears the ID that was asked for.
    #[error("no entity has the ID `{}`", .id.escape_debug())]
    EntityNotFound {
        /// The ID as it was given.
        id: String,
    },
    /// The request is for another index than the one that is loaded.
    #[error(
        "the index is {actual}, not {} as expected; leave expected_index_version empty to ask any index",
        .expected.escape_debug()
    )]
    IndexVersionMismatch {
        /// What the request says.
        expected: String,
        /// What would have answered.
        actual: String,
    },
    /// A message is longer than its method takes.
    #[error("the message has {bytes} bytes, but at most {limit} are taken; send less at once")]
    RequestTooLarge {
        /// Its length.
        bytes: usize,
        /// The most that is taken.
        limit: usize,
    },
    /// A call that takes one message sent another.
    #[error("the call takes one message, and another came; make a call for each")]
    SecondMessage,
    /// A message began to arrive and did not end in time.
    #[error("the message did not arrive whole within {} s; send it without a pause", .timeout.as_secs_f32())]
    BodyTimeout {
        /// How long it may take.
        timeout: Duration,
    },
    /// Requests in flight hold so much memory that there is none for this one.
    #[error("requests in flight hold nearly all of the {limit} bytes that they may; ask again in {} s", .retry.as_secs_f32())]
    MemoryBudget {
        /// What it needs.
        bytes: u64,
        /// What all may hold.
        limit: u64,
        /// When to ask again.
        retry: Duration,
    },
    /// So much work waits that this could not be done in time.
    #[error("the server has more to do than it can; ask again in {} s", .retry.as_secs_f32())]
    Overloaded {
        /// When to ask again.
        retry: Duration,
    },
    /// The caller's deadline, or the server's own, has passed.
    #[error("the deadline passed before the answer was ready; allow more time or ask for less at once")]
    DeadlineExceeded,
    /// The server stops before the answer is ready.
    #[error("the server is shutting down; ask again")]
    ShuttingDown,
    /// The caller does not prove who it is, to a server that asks for it.
    #[error("{message}")]
    Unauthenticated {
        /// For programs.
        reason: &'static str,
        /// What is wrong, and what to do.
        message: &'static str,
    },
    /// The caller is known, and lacks a scope.
    #[error("{caller} may not call this: it needs the scope {scope}")]
    PermissionDenied {
        /// Who it is, escaped.
        caller: String,
        /// What it lacks.
        scope: &'static str,
    },
    /// No service has the method.
    #[error("there is no such method; reflection lists them")]
    UnknownMethod,
    /// The code that answers has a fault.
    #[error("a fault in the server kept it from answering; its log says more")]
    Internal,
}

impl Failure {
    /// A failure of one field.
    pub fn invalid(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self::InvalidArgument(vec![FieldViolation::new(field, description)])
    }

    /// The gRPC code, and the stable reason that a program can branch on.
    const fn code(&self) -> (Code, &'static str) {
        match self {
            Self::InvalidArgument(_) => (Code::InvalidArgument, "INVALID_FIELDS"),
            Self::EntityNotFound { .. } => (Code::NotFound, "ENTITY_NOT_FOUND"),
            Self::IndexVersionMismatch { .. } => (Code::FailedPrecondition, "INDEX_VERSION_MISMATCH"),
            Self::RequestTooLarge { .. } => (Code::ResourceExhausted, "REQUEST_TOO_LARGE"),
            Self::SecondMessage => (Code::Unimplemented, "SECOND_MESSAGE"),
            Self::BodyTimeout { .. } => (Code::DeadlineExceeded, "BODY_TIMEOUT"),
            Self::MemoryBudget { .. } => (Code::ResourceExhausted, "MEMORY_BUDGET"),
            Self::Overloaded { .. } => (Code::ResourceExhausted, "OVERLOADED"),
            Self::DeadlineExceeded => (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
            Self::ShuttingDown => (Code::Unavailable, "SHUTTING_DOWN"),
            Self::Unauthenticated { reason, .. } => (Code::Unauthenticated, reason),
            Self::PermissionDenied { .. } => (Code::PermissionDenied, "SCOPE_MISSING"),
            Self::UnknownMethod => (Code::Unimplemented, "UNKNOWN_METHOD"),
            Self::Internal => (Code::Internal, "INTERNAL"),
        }
    }

    /// Every dynamic value of the message.
    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::InvalidArgument(violations) => {
                let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
                vec![("fields", fields.join(","))]
            }
            Self::EntityNotFound { id } => vec![("id", id.clone())],
            Self::IndexVersionMismatch { expected, actual } => {
                vec![("expected_index_version", expected.clone()), ("index_version", actual.clone())]
            }
            Self::PermissionDenied { caller, scope } => {
                vec![("caller", caller.clone()), ("scope", (*scope).to_owned())]
            }
            Self::RequestTooLarge { bytes, limit } => {
                vec![("bytes", bytes.to_string()), ("limit", limit.to_string())]
            }
            Self::BodyTimeout { timeout } => vec![("seconds", timeout.as_secs_f32().to_string())],
            Self::MemoryBudget { bytes, limit, .. } => {
                vec![("bytes", bytes.to_string()), ("limit", limit.to_string())]
            }
            Self::Overloaded { .. }
            | Self::SecondMessage
            | Self::DeadlineExceeded
            | Self::ShuttingDown
            | Self::Unauthenticated { .. }
            | Self::UnknownMethod
            | Self::Internal => Vec::new(),
        }
    }

    /// When to ask again, if the server can tell.
    const fn retry(&self) -> Option<Duration> {
        match self {
            Self::MemoryBudget { retry, .. } | Self::Overloaded { retry } => Some(*retry),
            _ => None,
        }
    }
}

impl From<ExplainError> for Failure {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::InvalidName { reason } => Self::invalid("name", reason),
            ExplainError::UnknownEntity { id } => Self::EntityNotFound { id },
        }
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let (code, reason) = failure.code();
        let metadata: HashMap<_, _> =
            failure.metadata().into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let message = failure.to_string();
        let mut details = ErrorDetails::new();
        details.set_error_info(reason, ERROR_DOMAIN, metadata);
        let mut metadata = MetadataMap::new();
        if let Some(retry) = failure.retry() {
            details.set_retry_info(Some(retry));
            // The same for the retry policies of stock clients, which know no `RetryInfo` (gRPC proposal A6, Pushback).
            metadata.insert(RETRY_PUSHBACK, u64::try_from(retry.as_millis()).unwrap_or(u64::MAX).into());
        }
        match failure {
            Failure::InvalidArgument(violations) => _ = details.set_bad_request(violations),
            // As HTTP has it (RFC 6750, section 3).
            Failure::Unauthenticated { .. } => {
                metadata.insert("www-authenticate", MetadataValue::from_static("Bearer realm=\"yaqut\""));
            }
            _ => {}
        }
        Self::with_error_details_and_metadata(code, message, details, metadata)
    }
}

fn summary(violations: &[FieldViolation]) -> String {
    let lines: Vec<_> = violations
        .iter()
        .map(|violation| format!("{}: {}", violation.field, violation.description))
        .collect();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_a_program_and_a_person_need() {
        let mismatch = Failure::IndexVersionMismatch { expected: "old".into(), actual: "new".into() };
        let (timeout, retry) = (Duration::from_secs(10), Duration::from_millis(250));
        let cases = [
            (Failure::invalid("name", "is empty"), Code::InvalidArgument, "INVALID_FIELDS", 1),
            (Failure::EntityNotFound { id: "Q0".into() }, Code::NotFound, "ENTITY_NOT_FOUND", 1),
            (mismatch, Code::FailedPrecondition, "INDEX_VERSION_MISMATCH", 2),
            (
                Failure::RequestTooLarge { bytes: 2, limit: 1 },
                Code::ResourceExhausted,
                "REQUEST_TOO_LARGE",
                2,
            ),
            (Failure::SecondMessage, Code::Unimplemented, "SECOND_MESSAGE", 0),
            (Failure::BodyTimeout { timeout }, Code::DeadlineExceeded, "BODY_TIMEOUT", 1),
            (
                Failure::MemoryBudget { bytes: 2, limit: 1, retry },
                Code::ResourceExhausted,
                "MEMORY_BUDGET",
                2,
            ),
            (Failure::Overloaded { retry }, Code::ResourceExhausted, "OVERLOADED", 0),
            (Failure::DeadlineExceeded, Code::DeadlineExceeded, "DEADLINE_EXCEEDED", 0),
            (Failure::ShuttingDown, Code::Unavailable, "SHUTTING_DOWN", 0),
            (
                Failure::Unauthenticated { reason: "CREDENTIALS_MISSING", message: "none" },
                Code::Unauthenticated,
                "CREDENTIALS_MISSING",
                0,
            ),
            (
                Failure::PermissionDenied { caller: "token:a".into(), scope: "admin" },
                Code::PermissionDenied,
                "SCOPE_MISSING",
                2,
            ),
            (Failure::UnknownMethod, Code::Unimplemented, "UNKNOWN_METHOD", 0),
            (Failure::Internal, Code::Internal, "INTERNAL", 0),
        ];
        for (failure, code, reason, metadata) in cases {
            let is_retried = failure.retry() == Some(retry);
            let status = Status::from(failure);
            let told = status.get_details_retry_info().and_then(|info| info.retry_delay);
            assert_eq!(told, is_retried.then_some(retry), "{reason}");
            let pushback = status.metadata().get(RETRY_PUSHBACK).map(|value| value.to_str().unwrap());
            assert_eq!(pushback, is_retried.then_some("250"), "{reason}");
            assert_eq!(status.code(), code);
            assert!(!status.message().is_empty());
            let info = status.get_details_error_info().expect("error info");
            assert_eq!((&*info.reason, &*info.domain), (reason, ERROR_DOMAIN));
            assert_eq!(info.metadata.len(), metadata, "{reason}");
        }
    }

    #[test]
    fn violations_are_listed_field_by_field() {
        let failure = Failure::InvalidArgument(vec![
            FieldViolation::new("options.limit", "is -1"),
            FieldViolation::new("options.types[2]", "is empty"),
        ]);
        assert_eq!(failure.to_string(), "options.limit: is -1; options.types[2]: is empty");
        let violations =
            Status::from(failure).get_details_bad_request().expect("bad request").field_violations;
        assert_eq!(violations.len(), 2);
        assert_eq!(violations[1].field, "options.types[2]");
    }

    #[test]
    fn what_a_caller_sent_is_escaped() {
        let failure = Failure::EntityNotFound { id: "a\u{202e}b".into() };
        assert_eq!(failure.to_string(), "no entity has the ID `a\\u{202e}b`");
    }
}
