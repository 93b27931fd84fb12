//! Any bytes as each request of the service: read as the server reads them, and refused with a status that names the
//! field, or taken.

use tonic::{Code, Status};
use yaqut::rpc::fuzzing::requests;

/// Reads and checks `bytes` as each request.
///
/// # Panics
///
/// If a request is refused with another status than `INVALID_ARGUMENT`, or without saying why.
pub fn run(bytes: &[u8]) {
    for failure in requests(bytes) {
        let status = Status::from(failure);
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        assert!(!status.message().is_empty() && !status.details().is_empty(), "{status:?}");
    }
}
