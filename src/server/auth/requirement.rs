//! [`Requirement`]: what a call needs, by its method.

use super::refusal::Denied;
use super::{Caller, Scope};
use crate::server::method::Method;

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

impl Requirement {
    /// What a call of `method` needs.
    pub const fn of(method: Method) -> Self {
        match method {
            Method::ResolveName
            | Method::BatchResolveNames
            | Method::StreamResolveNames
            | Method::ExplainResolution
            | Method::SuggestNames
            | Method::GetEntity
            | Method::BatchGetEntities
            | Method::GetIndexInfo => Self::Scope(Scope::Resolve),
            Method::ReloadIndex | Method::GetReloadStatus => Self::Scope(Scope::Admin),
            Method::HealthCheck | Method::HealthWatch => Self::Nothing,
            Method::ReflectionV1 | Method::ReflectionV1Alpha => Self::AnyScope,
            Method::Unknown => Self::Unknown,
        }
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
    use super::*;
    use crate::rpc::{ADMIN_SERVICE_NAME, SERVICE_NAME};

    /// By the names of their services, and not by a list of methods that could be as wrong as that above.
    #[test]
    fn a_service_needs_its_scope() {
        for method in Method::ALL {
            let needed = match method.info().service {
                SERVICE_NAME => Requirement::Scope(Scope::Resolve),
                ADMIN_SERVICE_NAME => Requirement::Scope(Scope::Admin),
                "grpc.health.v1.Health" => Requirement::Nothing,
                reflection if reflection.starts_with("grpc.reflection.") => Requirement::AnyScope,
                _ => Requirement::Unknown,
            };
            assert_eq!(Requirement::of(method), needed, "{method:?}");
        }
    }
}
