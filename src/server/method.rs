//! [`Method`]: every method that a server answers. What each needs, may take and is counted under, other rooms say by a
//! `match`, so that a method without an answer to that does not compile.

use crate::rpc::{ADMIN_SERVICE_NAME, SERVICE_NAME};

/// A method, or that it is none we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Method {
    ResolveName,
    BatchResolveNames,
    StreamResolveNames,
    ExplainResolution,
    SuggestNames,
    GetEntity,
    BatchGetEntities,
    GetIndexInfo,
    ReloadIndex,
    GetReloadStatus,
    HealthCheck,
    HealthWatch,
    ReflectionV1,
    ReflectionV1Alpha,
    /// None of ours.
    Unknown,
}

/// What a method is called, and what it exchanges.
#[derive(Clone, Copy, Debug)]
pub(super) struct MethodInfo {
    /// Full name of the service.
    pub service: &'static str,
    pub name: &'static str,
    pub kind: CallKind,
}

/// How many messages go either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallKind {
    Unary,
    ServerStream,
    BidiStream,
    /// Of a method that we do not know.
    Unknown,
}

impl Method {
    /// Every method, the one most often called first; each stands at the place that its number says.
    pub const ALL: [Self; 15] = [
        Self::ResolveName,
        Self::BatchResolveNames,
        Self::StreamResolveNames,
        Self::ExplainResolution,
        Self::SuggestNames,
        Self::GetEntity,
        Self::BatchGetEntities,
        Self::GetIndexInfo,
        Self::ReloadIndex,
        Self::GetReloadStatus,
        Self::HealthCheck,
        Self::HealthWatch,
        Self::ReflectionV1,
        Self::ReflectionV1Alpha,
        Self::Unknown,
    ];

    /// The method of `/SERVICE/METHOD`; in constant time and without allocation.
    pub fn of_path(path: &str) -> Self {
        let parts = path.strip_prefix('/').and_then(|path| path.split_once('/'));
        let Some((service, name)) = parts else { return Self::Unknown };
        let is_it = |method: &Self| {
            let info = method.info();
            // No caller knows our own word for what we do not know.
            info.name == name && info.service == service && *method != Self::Unknown
        };
        Self::ALL.into_iter().find(is_it).unwrap_or(Self::Unknown)
    }

    /// What it is called.
    pub const fn info(self) -> MethodInfo {
        const HEALTH: &str = "grpc.health.v1.Health";
        const REFLECTION: &str = "ServerReflectionInfo";
        let (service, name, kind) = match self {
            Self::ResolveName => (SERVICE_NAME, "ResolveName", CallKind::Unary),
            Self::BatchResolveNames => (SERVICE_NAME, "BatchResolveNames", CallKind::Unary),
            Self::StreamResolveNames => (SERVICE_NAME, "StreamResolveNames", CallKind::BidiStream),
            Self::ExplainResolution => (SERVICE_NAME, "ExplainResolution", CallKind::Unary),
            Self::SuggestNames => (SERVICE_NAME, "SuggestNames", CallKind::Unary),
            Self::GetEntity => (SERVICE_NAME, "GetEntity", CallKind::Unary),
            Self::BatchGetEntities => (SERVICE_NAME, "BatchGetEntities", CallKind::Unary),
            Self::GetIndexInfo => (SERVICE_NAME, "GetIndexInfo", CallKind::Unary),
            Self::ReloadIndex => (ADMIN_SERVICE_NAME, "ReloadIndex", CallKind::Unary),
            Self::GetReloadStatus => (ADMIN_SERVICE_NAME, "GetReloadStatus", CallKind::Unary),
            Self::HealthCheck => (HEALTH, "Check", CallKind::Unary),
            Self::HealthWatch => (HEALTH, "Watch", CallKind::ServerStream),
            Self::ReflectionV1 => ("grpc.reflection.v1.ServerReflection", REFLECTION, CallKind::BidiStream),
            Self::ReflectionV1Alpha => {
                ("grpc.reflection.v1alpha.ServerReflection", REFLECTION, CallKind::BidiStream)
            }
            Self::Unknown => ("unknown", "unknown", CallKind::Unknown),
        };
        MethodInfo { service, name, kind }
    }

    /// What it exchanges.
    pub const fn kind(self) -> CallKind {
        self.info().kind
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
        let mut seen = vec![Method::Unknown];
        for file in sets.iter().flat_map(|&set| FileDescriptorSet::decode(set).expect("descriptors").file) {
            for service in &file.service {
                let full = format!("{}.{}", file.package(), service.name());
                for descriptor in &service.method {
                    let method = Method::of_path(&format!("/{full}/{}", descriptor.name()));
                    assert_ne!(method, Method::Unknown, "{full}/{}", descriptor.name());
                    assert_eq!(method.kind(), kind(descriptor), "{full}/{}", descriptor.name());
                    seen.push(method);
                }
            }
        }
        for (place, method) in Method::ALL.into_iter().enumerate() {
            assert_eq!(method as usize, place, "{method:?} is not in its place");
            assert!(seen.contains(&method), "{method:?} is in no descriptor");
        }
    }

    #[test]
    fn what_is_nearly_a_method_is_unknown() {
        assert_eq!(Method::of_path("/yaqut.v1.GazetteerService/ResolveName"), Method::ResolveName);
        for path in [
            "",
            "/",
            "//",
            "live",
            "/live",
            "/metrics/x",
            "/unknown/unknown",
            "/yaqut.v1.GazetteerService",
            "/yaqut.v1.GazetteerService/",
            "/yaqut.v1.GazetteerService/ResolveName/",
            "/yaqut.v1.GazetteerService/resolveName",
            "//yaqut.v1.GazetteerService/ResolveName",
            "yaqut.v1.GazetteerService/ResolveName",
            "/yaqut.v1.GazetteerService/ReloadIndex",
            "/grpc.health.v1.Health/ResolveName",
            "/grpc.health.v1.Health/../yaqut.v1.AdminService/ReloadIndex",
            "/grpc.health.v1.Health%2FCheck",
        ] {
            assert_eq!(Method::of_path(path), Method::Unknown, "{path}");
        }
    }
}
