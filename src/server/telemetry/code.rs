//! Codes as the label `grpc_code` says them: in CamelCase, as go-grpc-prometheus does.

use tonic::Code;

/// All codes, by their number.
pub(super) const CODES: [Code; 17] = [
    Code::Ok,
    Code::Cancelled,
    Code::Unknown,
    Code::InvalidArgument,
    Code::DeadlineExceeded,
    Code::NotFound,
    Code::AlreadyExists,
    Code::PermissionDenied,
    Code::ResourceExhausted,
    Code::FailedPrecondition,
    Code::Aborted,
    Code::OutOfRange,
    Code::Unimplemented,
    Code::Internal,
    Code::Unavailable,
    Code::DataLoss,
    Code::Unauthenticated,
];

/// `OK`, `InvalidArgument` and so on.
pub(in crate::server) const fn code_label(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        // Go spells it so.
        Code::Cancelled => "Canceled",
        Code::Unknown => "Unknown",
        Code::InvalidArgument => "InvalidArgument",
        Code::DeadlineExceeded => "DeadlineExceeded",
        Code::NotFound => "NotFound",
        Code::AlreadyExists => "AlreadyExists",
        Code::PermissionDenied => "PermissionDenied",
        Code::ResourceExhausted => "ResourceExhausted",
        Code::FailedPrecondition => "FailedPrecondition",
        Code::Aborted => "Aborted",
        Code::OutOfRange => "OutOfRange",
        Code::Unimplemented => "Unimplemented",
        Code::Internal => "Internal",
        Code::Unavailable => "Unavailable",
        Code::DataLoss => "DataLoss",
        Code::Unauthenticated => "Unauthenticated",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_at_their_numbers_under_labels_of_their_own() {
        for (number, code) in CODES.into_iter().enumerate() {
            assert_eq!(usize::try_from(i32::from(code)).ok(), Some(number));
            assert_eq!(i32::try_from(number).map(Code::from_i32), Ok(code));
            let label = code_label(code);
            assert!(label.starts_with(|c: char| c.is_ascii_uppercase()) && !label.contains('_'), "{label}");
            assert_eq!(CODES.iter().filter(|&&other| code_label(other) == label).count(), 1, "{label}");
        }
        assert_eq!((code_label(Code::Ok), code_label(Code::Cancelled)), ("OK", "Canceled"));
    }
}
