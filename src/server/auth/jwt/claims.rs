//! What a JWT says: [`check_header`] before its signature is checked, [`Claims`] after.

use jsonwebtoken::Header;
use serde::Deserialize;

use super::cache::Verified;
use crate::server::auth::{Caller, Refusal, Scopes};

/// Refuses headers that bring a key, or a place where one can be had, or that change what a signature means. Nothing of
/// it is used; that it is there shows that somebody tries, or means another kind of token.
pub(super) fn check_header(header: &Header) -> Result<(), Refusal> {
    let Header { jku, jwk, x5u, x5c, crit, enc, zip, .. } = header;
    let has_key = jku.is_some() || jwk.is_some() || x5u.is_some() || x5c.is_some();
    let is_extended = crit.is_some() || enc.is_some() || zip.is_some();
    if has_key || is_extended { Err(Refusal::Malformed) } else { Ok(()) }
}

/// The claims that are used beyond those that `jsonwebtoken` validates. A claim that stands twice is an error.
#[derive(Deserialize)]
pub(super) struct Claims {
    exp: f64,
    /// One text (RFC 7519, section 4.1.1); `jsonwebtoken` compares it, but would take a list too.
    #[serde(rename = "iss")]
    _issuer: String,
    sub: Option<String>,
    /// RFC 8693, section 4.2.
    scope: Option<Words>,
    /// What some issuers write instead.
    scp: Option<Words>,
}

/// Scopes: one text with blanks between them, or a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Text(String),
    List(Vec<String>),
}

impl Words {
    fn scopes(&self) -> Scopes {
        match self {
            Self::Text(text) => Scopes::known(text.split(' ')),
            Self::List(list) => Scopes::known(list.iter().map(String::as_str)),
        }
    }
}

impl From<Claims> for Verified {
    fn from(claims: Claims) -> Self {
        let Claims { exp, sub, scope, scp, .. } = claims;
        let scopes = scope.or(scp).map(|words| words.scopes()).unwrap_or_default();
        let caller = Caller::new("jwt", sub.as_deref().unwrap_or("nobody"), scopes);
        Self { caller, expires: exp as u64 }
    }
}
