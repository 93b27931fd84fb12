//! [`MethodLimits`]: how much the request of a method may be.

use crate::rpc::limits::{MAX_NAME_REQUEST_BYTES, MAX_REQUEST_BYTES};
use crate::rpc::{ADMIN_SERVICE_NAME, SERVICE_NAME};

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

    /// Those of the method that a path names; of an unknown one, which is refused anyway, as of one name.
    pub fn of(path: &str) -> Self {
        let Some((service, method)) = path.strip_prefix('/').and_then(|path| path.split_once('/')) else {
            return ONE_NAME;
        };
        if service == SERVICE_NAME {
            return match method {
                "BatchResolveNames" | "BatchGetEntities" => BATCH,
                "StreamResolveNames" => NAME_STREAM,
                _ => ONE_NAME,
            };
        }
        match service {
            // To watch is to hold memory for ever.
            "grpc.health.v1.Health" if method == "Check" => MUST,
            ADMIN_SERVICE_NAME => MUST,
            "grpc.reflection.v1.ServerReflection" | "grpc.reflection.v1alpha.ServerReflection" => REFLECTION,
            _ => ONE_NAME,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::FILE_DESCRIPTOR_SET;

    #[test]
    fn every_method_has_limits() {
        use prost::Message;
        let files = prost_types::FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
        let services = files.file.iter().flat_map(|file| &file.service);
        for method in services.flat_map(|service| &service.method) {
            let limits = MethodLimits::of(&format!("/{SERVICE_NAME}/{}", method.name()));
            assert_eq!(limits.is_stream, method.client_streaming(), "{}", method.name());
            assert_eq!(
                limits.is_bulk,
                method.name().contains("Batch") || limits.is_stream,
                "{}",
                method.name()
            );
        }
        assert!(MethodLimits::of("/grpc.health.v1.Health/Check").must_be_answered);
        assert!(!MethodLimits::of("/grpc.health.v1.Health/Watch").must_be_answered);
        assert!(MethodLimits::of("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo").is_stream);
        for unknown in ["", "/", "x", "/yaqut.v1.GazetteerService", "/a/b/c"] {
            assert_eq!(MethodLimits::of(unknown), ONE_NAME);
        }
    }
}
