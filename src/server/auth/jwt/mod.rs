//! JSON Web Tokens: signed by an issuer whose public keys stand in a file.
//!
//! What a JWT says of how to check it is not believed. The key that it names fixes the algorithm, and all other keys and
//! places of keys in its header are refused (RFC 8725 lists the attacks).

mod cache;
mod claims;
mod crypto;
mod keys;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation};

use self::cache::Cache;
use self::keys::KeySet;
use super::reload::{Admits, Look, Reloaded};
use super::{AuthError, Caller, JwtOptions, MAX_LEEWAY, Refusal, TokenHash};

/// An algorithm with which a JWT may be signed. None of them takes a secret that the server would have to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwtAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 to 8192 bits.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl JwtAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// Its name in RFC 7518 and RFC 8037.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl fmt::Display for JwtAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no algorithm that is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "JWTs may be signed with RS256, ES256 or EdDSA; `none` and algorithms with shared secrets are never taken"
)]
pub struct WrongAlgorithm;

impl FromStr for JwtAlgorithm {
    type Err = WrongAlgorithm;

    fn from_str(text: &str) -> Result<Self, WrongAlgorithm> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text).ok_or(WrongAlgorithm)
    }
}

impl From<JwtAlgorithm> for Algorithm {
    fn from(algorithm: JwtAlgorithm) -> Self {
        match algorithm {
            JwtAlgorithm::Rs256 => Self::RS256,
            JwtAlgorithm::Es256 => Self::ES256,
            JwtAlgorithm::EdDsa => Self::EdDSA,
        }
    }
}

/// Whether a token looks like a JWT: three parts.
pub(super) fn is_jwt(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// Checks JWTs.
pub(super) struct Jwt {
    trusted: Reloaded<Trusted>,
}

/// Keys, and what they have verified; so that new keys begin with nothing verified.
struct Trusted {
    keys: KeySet,
    cache: Cache,
}

impl Admits for Trusted {
    const LETS_IN_NOBODY: &'static str =
        "holds no key to check signatures with, of an algorithm that is taken";

    fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

impl Jwt {
    pub fn open(options: &JwtOptions) -> Result<Self, AuthError> {
        crypto::install()?;
        let rules = options.clone();
        let trusted = Reloaded::open(options.jwks.clone(), move |path, bytes| {
            let keys = KeySet::parse(path, bytes, |algorithm| {
                rules.algorithms.contains(&algorithm).then(|| validation(&rules, algorithm))
            })?;
            Ok(Trusted { keys, cache: Cache::default() })
        })?;
        Ok(Self { trusted })
    }

    /// Who bears `token`, whose hash is `hash`. A token that was verified before is not verified again until it expires.
    pub fn caller(&self, token: &str, hash: TokenHash, now: u64) -> Result<Caller, Refusal> {
        // Arithmetic on times before 1970 would be nonsense: the clock was never set.
        if now < MAX_LEEWAY.as_secs() {
            return Err(Refusal::NotYetValid);
        }
        let trusted: Arc<Trusted> = self.trusted.current();
        if let Some(caller) = trusted.cache.get(&hash, now) {
            return Ok(caller);
        }
        let verified = trusted.keys.verify(token)?;
        let caller = verified.caller.clone();
        trusted.cache.put(hash, verified, now);
        Ok(caller)
    }

    /// Reads the keys again if they have changed.
    pub fn look(&self) -> Look {
        self.trusted.look()
    }
}

/// What the claims of a token under a key for `algorithm` must be.
fn validation(options: &JwtOptions, algorithm: JwtAlgorithm) -> Validation {
    let mut validation = Validation::new(algorithm.into());
    validation.leeway = options.leeway.min(MAX_LEEWAY).as_secs();
    validation.validate_nbf = true;
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(&[&options.issuer]);
    validation.set_audience(&[&options.audience]);
    validation
}

#[cfg(test)]
mod tests;
