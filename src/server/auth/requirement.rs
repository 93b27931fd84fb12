//! [`Requirement`]: what a call needs, by its path.

use super::refusal::Denied;
use super::{Caller, Scope};

/// What a caller needs for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    /// Nothing: probes have no secrets.
    Nothing,
    /// Any scope at all.
    AnyScope,
    /// This scope.
    Scope(Scope),
    /// It is no call that we know, so nobody may make it.
    Unknown,
}

/// Every method of every service. One that is missing here is denied to all, and a test finds it.
const METHODS: &[(&str, Requirement, &[&str])] = &[
    (
        crate::rpc::SERVICE_NAME,
        Requirement::Scope(Scope::Resolve),
        &[
            "ResolveName",
            "BatchResolveNames",
            "StreamResolveNames",
            "ExplainResolution",
            "SuggestNames",
            "GetEntity",
            "BatchGetEntities",
            "GetIndexInfo",
        ],
    ),
    ("grpc.health.v1.Health", Requirement::Nothing, &["Check", "Watch", "List"]),
    (crate::rpc::ADMIN_SERVICE_NAME, Requirement::Scope(Scope::Admin), &["ReloadIndex", "GetReloadStatus"]),
    ("grpc.reflection.v1.ServerReflection", Requirement::AnyScope, &["ServerReflectionInfo"]),
    ("grpc.reflection.v1alpha.ServerReflection", Requirement::AnyScope, &["ServerReflectionInfo"]),
];

impl Requirement {
    /// What the call of `path` needs.
    pub fn of(path: &str) -> Self {
        let call = path.strip_prefix('/').and_then(|path| path.split_once('/'));
        let Some((service, method)) = call else { return Self::Unknown };
        let row = METHODS.iter().find(|(name, ..)| *name == service);
        row.filter(|(.., methods)| methods.contains(&method)).map_or(Self::Unknown, |(_, needed, _)| *needed)
    }

    /// Gives `caller` back if it has what is needed.
    pub fn admit(self, caller: Caller) -> Result<Caller, Denied> {
        let is_admitted = match self {
            Self::Nothing => true,
            Self::AnyScope => !caller.scopes.is_empty(),
            Self::Scope(scope) => caller.scopes.contains(scope),
            Self::Unknown => return Err(Denied::no_such_method(caller)),
        };
        if is_admitted { Ok(caller) } else { Err(Denied::lacks(self.scopes(), caller)) }
    }

    /// The scope that a caller lacks, in words.
    fn scopes(self) -> &'static str {
        match self {
            Self::Scope(scope) => scope.as_str(),
            _ => "resolve or admin",
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;
    use crate::rpc::{ADMIN_FILE_DESCRIPTOR_SET, FILE_DESCRIPTOR_SET};

    /// The path of every method in a set of descriptors.
    fn paths(descriptors: &[u8]) -> Vec<String> {
        let files = FileDescriptorSet::decode(descriptors).unwrap().file;
        let services = files.iter().flat_map(|file| file.service.iter().map(move |service| (file, service)));
        let methods = services.flat_map(|(file, service)| {
            let path = move |method: &str| format!("/{}.{}/{method}", file.package(), service.name());
            service.method.iter().map(move |method| path(method.name()))
        });
        methods.collect()
    }

    #[test]
    fn every_method_of_every_service_is_in_the_table() {
        let served = [
            (FILE_DESCRIPTOR_SET, Requirement::Scope(Scope::Resolve), 8),
            (ADMIN_FILE_DESCRIPTOR_SET, Requirement::Scope(Scope::Admin), 2),
            (tonic_health::pb::FILE_DESCRIPTOR_SET, Requirement::Nothing, 2),
            (tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET, Requirement::AnyScope, 1),
            (tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET, Requirement::AnyScope, 1),
        ];
        for (descriptors, expected, least) in served {
            let paths = paths(descriptors);
            assert!(paths.len() >= least, "{paths:?}");
            for path in paths {
                assert_eq!(Requirement::of(&path), expected, "add {path} to METHODS");
            }
        }
    }

    #[test]
    fn what_is_nearly_a_method_is_unknown() {
        for path in [
            "",
            "/",
            "//",
            "live",
            "/live",
            "/metrics/x",
            "/Live",
            "/yaqut.v1.GazetteerService",
            "/yaqut.v1.GazetteerService/",
            "/yaqut.v1.GazetteerService/resolveName",
            "/yaqut.v1.GazetteerService/ResolveName/",
            "//yaqut.v1.GazetteerService/ResolveName",
            "/yaqut.v1.GazetteerService/ReloadIndex",
            "/grpc.health.v1.Health/Reload",
            "/grpc.health.v1.Health/../yaqut.v1.AdminService/ReloadIndex",
            "/grpc.health.v1.Health%2FCheck",
        ] {
            assert_eq!(Requirement::of(path), Requirement::Unknown, "{path}");
        }
    }
}
