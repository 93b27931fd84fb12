//! [`Refusal`]: why a call is not let through.

use std::sync::Arc;

use super::Caller;
use crate::rpc::Failure;

/// Why a call is not let through.
///
/// The caller is told as well: that a signature is wrong helps nobody to make a right one, and all that is said of claims
/// is said of tokens that the issuer has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Refusal {
    /// There are no credentials.
    Missing,
    /// They are not what credentials look like, or say what they must not.
    Malformed,
    /// Nobody here knows them: another token, another key, another certificate.
    Unknown,
    /// They were good, and are no more.
    Expired,
    /// They will be good.
    NotYetValid,
    /// The signature is not that of the key that is named.
    BadSignature,
    /// They are from another issuer, or for another service.
    WrongAudience,
    /// The caller is known, and has not the scope.
    Scope,
    /// The caller is known, and there is no such method.
    UnknownMethod,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Missing,
        Self::Malformed,
        Self::Unknown,
        Self::Expired,
        Self::NotYetValid,
        Self::BadSignature,
        Self::WrongAudience,
        Self::Scope,
        Self::UnknownMethod,
    ];

    /// For metrics and logs.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::BadSignature => "bad_signature",
            Self::WrongAudience => "wrong_audience",
            Self::Scope => "scope",
            Self::UnknownMethod => "unknown_method",
        }
    }

    /// The reason for programs, and what to do for people.
    const fn explained(self) -> (&'static str, &'static str) {
        match self {
            Self::Missing => (
                "CREDENTIALS_MISSING",
                "this server needs credentials: send the metadata `authorization: Bearer TOKEN`, or connect with a client certificate if the server lists it",
            ),
            Self::Malformed => (
                "CREDENTIALS_MALFORMED",
                "the credentials cannot be read: expected one `authorization: Bearer TOKEN`, the token of at most 8 KiB and without keys or extensions in its header",
            ),
            Self::Unknown => (
                "CREDENTIALS_UNKNOWN",
                "the credentials are not known here: the token, the key that signed it, or the certificate is not listed",
            ),
            Self::Expired => ("CREDENTIALS_EXPIRED", "the credentials have expired; get new ones"),
            Self::NotYetValid => {
                ("CREDENTIALS_NOT_YET_VALID", "the credentials are not valid yet; compare the clocks")
            }
            Self::BadSignature => {
                ("CREDENTIALS_BAD_SIGNATURE", "the token is not signed with the key that it names")
            }
            Self::WrongAudience => (
                "CREDENTIALS_WRONG_AUDIENCE",
                "the token is from another issuer or for another audience than this server takes",
            ),
            Self::Scope | Self::UnknownMethod => ("DENIED", "the caller may not make this call"),
        }
    }
}

/// A call that is not let through.
#[derive(Debug)]
pub(in crate::server) struct Denied {
    /// Why.
    pub refusal: Refusal,
    /// What the caller is told.
    pub failure: Failure,
    /// Who it was, if that was proved.
    pub caller: Option<Arc<str>>,
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        let (reason, message) = refusal.explained();
        Self { refusal, failure: Failure::Unauthenticated { reason, message }, caller: None }
    }
}

impl Denied {
    /// `caller` is known, and lacks what `scope` names.
    pub(super) fn lacks(scope: &'static str, caller: Caller) -> Self {
        let failure = Failure::PermissionDenied { caller: caller.name.to_string(), scope };
        Self { refusal: Refusal::Scope, failure, caller: Some(caller.name) }
    }

    /// `caller` is known, and asks for what is not there.
    pub(super) fn no_such_method(caller: Caller) -> Self {
        Self { refusal: Refusal::UnknownMethod, failure: Failure::UnknownMethod, caller: Some(caller.name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_in_its_place() {
        for (i, refusal) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(refusal as usize, i);
        }
    }
}
