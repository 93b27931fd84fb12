//! [`AuthOptions`]: what calls are checked against.

use std::path::PathBuf;
use std::time::Duration;

use super::jwt::JwtAlgorithm;

/// The widest difference between clocks that can be allowed for.
pub const MAX_LEEWAY: Duration = Duration::from_secs(300);

/// What calls are checked against. With none of the files given, which is the default, every call is let through; with
/// one, a call needs credentials and a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthOptions {
    /// Hashes of static tokens, as [`TokenTable::parse`](super::TokenTable::parse) reads them.
    pub tokens: Option<PathBuf>,
    /// JWTs that an issuer signs.
    pub jwt: Option<JwtOptions>,
    /// Names in certificates of clients: a table of `name`, `san`, `scopes` and `note`.
    pub clients: Option<PathBuf>,
    /// How often it is looked whether the files have changed. Default: 10 s.
    pub reload_interval: Duration,
}

impl Default for AuthOptions {
    fn default() -> Self {
        Self { tokens: None, jwt: None, clients: None, reload_interval: Duration::from_secs(10) }
    }
}

impl AuthOptions {
    /// Whether calls need credentials at all.
    pub fn is_configured(&self) -> bool {
        self.tokens.is_some() || self.jwt.is_some() || self.clients.is_some()
    }
}

/// Which JWTs are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwtOptions {
    /// The issuer's public keys: a JWK Set (RFC 7517, section 5).
    pub jwks: PathBuf,
    /// What the claim `iss` must be.
    pub issuer: String,
    /// What the claim `aud` must be, or hold.
    pub audience: String,
    /// With which algorithms a JWT may be signed.
    pub algorithms: Vec<JwtAlgorithm>,
    /// By how much the clocks of issuer and server may differ; at most [`MAX_LEEWAY`].
    pub leeway: Duration,
}
