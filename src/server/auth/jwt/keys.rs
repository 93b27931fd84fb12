//! [`KeySet`]: the issuer's public keys.

use std::collections::HashMap;
use std::path::Path;

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, DecodingKeyKind, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use super::JwtAlgorithm;
use super::cache::Verified;
use super::claims::{Claims, check_header};
use crate::server::auth::{AuthFileError, Refusal};

/// Public keys, by the ID with which tokens name them.
pub(super) struct KeySet(HashMap<String, Key>);

/// A key, the one algorithm that it is for, and what a token under it must say.
struct Key {
    key: DecodingKey,
    validation: Validation,
}

impl KeySet {
    /// Reads a JWK Set (RFC 7517). `validation` gives what tokens of an algorithm must say, if it is taken at all.
    ///
    /// Keys for other purposes and algorithms are passed over, as the RFC has it. A set with a secret in it, or with two keys
    /// of one ID, is an error. A set without a key that is taken lets in nobody.
    pub fn parse(
        path: &Path,
        bytes: &[u8],
        validation: impl Fn(JwtAlgorithm) -> Option<Validation>,
    ) -> Result<Self, AuthFileError> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let set: Value = serde_json::from_slice(bytes).map_err(|error| {
            AuthFileError::at(path, (error.line(), error.column()), format!("is no JSON: {error}"))
        })?;
        let Some(list) = set.get("keys").and_then(Value::as_array) else {
            return Err(AuthFileError::whole(path, "is no JWK Set: expected {\"keys\": […]}"));
        };
        let mut keys = HashMap::new();
        for (i, jwk) in list.iter().enumerate() {
            let kid = jwk.get("kid").and_then(Value::as_str).unwrap_or("");
            let wrong = |message: &str| {
                let message = format!("key {} (kid `{}`): {message}", i + 1, kid.escape_debug());
                AuthFileError::whole(path, message)
            };
            check_is_public(jwk).map_err(wrong)?;
            let Some(algorithm) = algorithm(jwk) else { continue };
            let Some(validation) = validation(algorithm) else { continue };
            if kid.is_empty() {
                return Err(wrong("has no `kid`, so that no token can name it"));
            }
            let key = Key { key: decoding_key(jwk, algorithm).map_err(wrong)?, validation };
            if keys.insert(kid.to_owned(), key).is_some() {
                return Err(wrong("another key has this `kid` already"));
            }
        }
        Ok(Self(keys))
    }

    /// Whether no token can be checked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks the signature of a token and what it says.
    pub fn verify(&self, token: &str) -> Result<Verified, Refusal> {
        let header = decode_header(token).map_err(|_| Refusal::Malformed)?;
        check_header(&header)?;
        let kid = header.kid.as_deref().ok_or(Refusal::Malformed)?;
        let Key { key, validation } = self.0.get(kid).ok_or(Refusal::Unknown)?;
        let token = decode::<Claims>(token, key, validation).map_err(|error| refusal(&error))?;
        Ok(token.claims.into())
    }
}

/// What is wrong with a token.
fn refusal(error: &Error) -> Refusal {
    match error.kind() {
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat => {
            Refusal::BadSignature
        }
        ErrorKind::ExpiredSignature => Refusal::Expired,
        ErrorKind::ImmatureSignature => Refusal::NotYetValid,
        ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => Refusal::WrongAudience,
        ErrorKind::MissingRequiredClaim(claim) if claim != "exp" => Refusal::WrongAudience,
        _ => Refusal::Malformed,
    }
}

/// A secret in a file of public keys is a leak, and a shared secret would let whoever reads the file sign.
fn check_is_public(jwk: &Value) -> Result<(), &'static str> {
    if jwk.get("kty").and_then(Value::as_str) == Some("oct") {
        return Err("is a shared secret (`kty` oct), which is never taken");
    }
    if jwk.get("d").is_some() {
        return Err("is a private key; only its public part belongs here");
    }
    Ok(())
}

/// The algorithm that a key is for, by its type, if it is one to check signatures with.
fn algorithm(jwk: &Value) -> Option<JwtAlgorithm> {
    let field = |name: &str| jwk.get(name).and_then(Value::as_str);
    let algorithm = match (field("kty")?, field("crv")) {
        ("RSA", _) => JwtAlgorithm::Rs256,
        ("EC", Some("P-256")) => JwtAlgorithm::Es256,
        ("OKP", Some("Ed25519")) => JwtAlgorithm::EdDsa,
        _ => return None,
    };
    let is_named = |name: &str, expected: &str| jwk.get(name).is_none_or(|value| value == expected);
    let may_verify = match jwk.get("key_ops") {
        Some(operations) => operations.as_array()?.iter().any(|operation| operation == "verify"),
        None => true,
    };
    (is_named("use", "sig") && is_named("alg", algorithm.as_str()) && may_verify).then_some(algorithm)
}

const NO_JWK: &str = "is no JWK: a field is missing, of another type, or not in base64url";

/// The key itself, if it has the form that its algorithm needs.
fn decoding_key(jwk: &Value, algorithm: JwtAlgorithm) -> Result<DecodingKey, &'static str> {
    let jwk = Jwk::deserialize(jwk).map_err(|_| NO_JWK)?;
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| NO_JWK)?;
    match (algorithm, key.kind()) {
        (JwtAlgorithm::Rs256, DecodingKeyKind::RsaModulusExponent { n, e }) => rsa_key(n, e),
        (JwtAlgorithm::Es256, DecodingKeyKind::SecretOrDer(point)) if point.len() == 65 => Ok(key.clone()),
        (JwtAlgorithm::EdDsa, DecodingKeyKind::SecretOrDer(point)) if point.len() == 32 => Ok(key.clone()),
        _ => Err("has not the length of its kind"),
    }
}

/// Some issuers write zeros before the numbers, which `ring` does not take.
fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Result<DecodingKey, &'static str> {
    let trim = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<_>>();
    let (modulus, exponent) = (trim(modulus), trim(exponent));
    if !(256..=1_024).contains(&modulus.len()) {
        return Err("is an RSA key of less than 2048 or more than 8192 bits");
    }
    Ok(DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}
