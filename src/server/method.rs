//! [`Method`]: every method that a server answers, told by its path without a look at a table in memory.

use crate::rpc::{ADMIN_SERVICE_NAME, SERVICE_NAME};

/// A method, or that it is none we know: an index into [`METHODS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) struct Method(u8);

/// What a method is called, and what it exchanges.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct MethodInfo {
    /// Full name of the service.
    pub service: &'static str,
    pub name: &'static str,
    pub kind: CallKind,
}

/// How many messages go either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum CallKind {
    Unary,
    ServerStream,
    BidiStream,
    /// Of a method that we do not know.
    Unknown,
}

/// By service; the last stands for all methods that are none of ours.
pub(in crate::server) const METHODS: [MethodInfo; 15] = [
    // The first is the one most often called.
    method(SERVICE_NAME, "ResolveName", CallKind::Unary),
    method(SERVICE_NAME, "BatchResolveNames", CallKind::Unary),
    method(SERVICE_NAME, "StreamResolveNames", CallKind::BidiStream),
    method(SERVICE_NAME, "ExplainResolution", CallKind::Unary),
    method(SERVICE_NAME, "SuggestNames", CallKind::Unary),
    method(SERVICE_NAME, "GetEntity", CallKind::Unary),
    method(SERVICE_NAME, "BatchGetEntities", CallKind::Unary),
    method(SERVICE_NAME, "GetIndexInfo", CallKind::Unary),
    method(ADMIN_SERVICE_NAME, "ReloadIndex", CallKind::Unary),
    method(ADMIN_SERVICE_NAME, "GetReloadStatus", CallKind::Unary),
    method("grpc.health.v1.Health", "Check", CallKind::Unary),
    method("grpc.health.v1.Health", "Watch", CallKind::ServerStream),
    method("grpc.reflection.v1.ServerReflection", "ServerReflectionInfo", CallKind::BidiStream),
    method("grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo", CallKind::BidiStream),
    method("unknown", "unknown", CallKind::Unknown),
];

const UNKNOWN: Method = Method(METHODS.len() as u8 - 1);

const fn method(service: &'static str, name: &'static str, kind: CallKind) -> MethodInfo {
    MethodInfo { service, name, kind }
}

impl Method {
    /// That of the calls of single names.
    pub const RESOLVE_NAME: Self = Self(0);

    /// The method of `/SERVICE/METHOD`; in constant time and without allocation.
    pub fn of_path(path: &str) -> Self {
        let parts = path.strip_prefix('/').and_then(|path| path.split_once('/'));
        let Some((service, name)) = parts else { return UNKNOWN };
        let is_it = |info: &MethodInfo| info.name == name && info.service == service;
        // No caller knows our own word for what we do not know.
        let known = METHODS.iter().position(is_it).filter(|&at| at != UNKNOWN.index());
        known.map_or(UNKNOWN, |at| Self(at as u8))
    }

    pub fn all() -> impl Iterator<Item = Self> {
        (0..METHODS.len() as u8).map(Self)
    }

    pub fn info(self) -> &'static MethodInfo {
        METHODS.get(self.index()).unwrap_or(&METHODS[METHODS.len() - 1])
    }

    /// Position in [`METHODS`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether its calls are timed stage by stage: each has one request, whose names are resolved.
    pub fn resolves(self) -> bool {
        self == Self::RESOLVE_NAME || self.info().name == "BatchResolveNames"
    }

    pub fn is_known(self) -> bool {
        self != UNKNOWN
    }
}

impl CallKind {
    /// As the label `grpc_type` says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unary => "unary",
            Self::ServerStream => "server_stream",
            Self::BidiStream => "bidi_stream",
            Self::Unknown => "unknown",
        }
    }

    pub const fn streams_requests(self) -> bool {
        matches!(self, Self::BidiStream)
    }

    pub const fn streams_answers(self) -> bool {
        matches!(self, Self::BidiStream | Self::ServerStream)
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::{FileDescriptorSet, MethodDescriptorProto};

    use super::*;
    use crate::rpc::{ADMIN_FILE_DESCRIPTOR_SET, FILE_DESCRIPTOR_SET};

    fn kind(method: &MethodDescriptorProto) -> CallKind {
        match (method.client_streaming(), method.server_streaming()) {
            (false, false) => CallKind::Unary,
            (false, true) => CallKind::ServerStream,
            (true, true) => CallKind::BidiStream,
            (true, false) => panic!("{} streams requests alone: a kind of its own", method.name()),
        }
    }

    #[test]
    fn every_method_of_every_descriptor_is_known() {
        let sets = [
            FILE_DESCRIPTOR_SET,
            ADMIN_FILE_DESCRIPTOR_SET,
            tonic_health::pb::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
            tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
        ];
        let mut seen = vec![UNKNOWN];
        for file in sets.iter().flat_map(|&set| FileDescriptorSet::decode(set).expect("descriptors").file) {
            for service in &file.service {
                let full = format!("{}.{}", file.package(), service.name());
                for descriptor in &service.method {
                    let method = Method::of_path(&format!("/{full}/{}", descriptor.name()));
                    assert!(method.is_known(), "{full}/{}", descriptor.name());
                    assert_eq!(method.info().kind, kind(descriptor), "{full}/{}", descriptor.name());
                    seen.push(method);
                }
            }
        }
        for method in Method::all() {
            assert!(seen.contains(&method), "{:?} is in no descriptor", method.info());
        }
    }

    #[test]
    fn everything_else_is_unknown() {
        assert_eq!(Method::of_path("/yaqut.v1.GazetteerService/ResolveName"), Method::RESOLVE_NAME);
        for path in [
            "",
            "/",
            "//",
            "/unknown/unknown",
            "/yaqut.v1.GazetteerService",
            "/yaqut.v1.GazetteerService/",
            "/yaqut.v1.GazetteerService/ResolveName/",
            "/yaqut.v1.GazetteerService/resolvename",
            "yaqut.v1.GazetteerService/ResolveName",
            "/grpc.health.v1.Health/ResolveName",
        ] {
            assert_eq!(Method::of_path(path), UNKNOWN, "{path}");
            assert!(!Method::of_path(path).is_known());
        }
    }
}
