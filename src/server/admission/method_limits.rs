//! [`MethodLimits`]: how much the request of a method may be.

use crate::rpc::limits::{MAX_NAME_REQUEST_BYTES, MAX_REQUEST_BYTES};
use crate::server::method::Method;

/// What a method takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) struct MethodLimits {
    /// The longest message, in bytes.
    pub message_bytes: usize,
    /// Whether callers send any number of messages, and not one.
    pub is_stream: bool,
    /// Whether its handler asks for the memory of its call: that of large requests and answers.
    pub is_bulk: bool,
    /// Whether it is answered however little memory is left: a probe that is refused would have the server killed when
    /// it has most to do. Of no call that lasts.
    pub must_be_answered: bool,
}

const ONE_NAME: MethodLimits = MethodLimits {
    message_bytes: MAX_NAME_REQUEST_BYTES,
    is_stream: false,
    is_bulk: false,
    must_be_answered: false,
};
const BATCH: MethodLimits = MethodLimits { message_bytes: MAX_REQUEST_BYTES, is_bulk: true, ..ONE_NAME };
const NAME_STREAM: MethodLimits = MethodLimits { is_stream: true, ..BATCH };
const REFLECTION: MethodLimits = MethodLimits { is_stream: true, ..ONE_NAME };
const MUST: MethodLimits = MethodLimits { must_be_answered: true, ..ONE_NAME };

impl MethodLimits {
    /// Whether its messages are chunks of work, each with memory of its own.
    pub fn has_chunks(self) -> bool {
        self.is_stream && self.is_bulk
    }

    /// Those of `method`; of one that is not known, and is refused anyway, as of one name.
    pub const fn of(method: Method) -> Self {
        match method {
            Method::ResolveName
            | Method::ExplainResolution
            | Method::SuggestNames
            | Method::GetEntity
            | Method::GetIndexInfo
            // To watch is to hold memory for ever.
            | Method::HealthWatch
            | Method::Unknown => ONE_NAME,
            Method::BatchResolveNames | Method::BatchGetEntities => BATCH,
            Method::StreamResolveNames => NAME_STREAM,
            Method::ReloadIndex | Method::GetReloadStatus | Method::HealthCheck => MUST,
            Method::ReflectionV1 | Method::ReflectionV1Alpha => REFLECTION,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_streams_or_has_many_items_is_told_by_its_name() {
        for method in Method::ALL {
            let (limits, info) = (MethodLimits::of(method), method.info());
            assert_eq!(limits.is_stream, info.kind.streams_requests(), "{method:?}");
            let has_many = info.name.contains("Batch") || info.name.contains("Names") && limits.is_stream;
            assert_eq!(limits.is_bulk, has_many, "{method:?}");
        }
    }
}
