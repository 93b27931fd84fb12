//! Issuers of JWTs, for tests: their keys are worth nothing.

use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

/// A key made for tests, and for nothing else: it is public.
const RSA_KEY: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/auth/rs256-for-tests-only.pk8"));

/// Somebody who signs JWTs with one key.
pub struct Issuer {
    pub kid: String,
    key: Key,
}

enum Key {
    Rs256(RsaKeyPair),
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Issuer {
    /// With a key for one of the algorithms; a new one, but for RS256.
    pub fn new(algorithm: &str, kid: &str) -> Self {
        let random = SystemRandom::new();
        let key = match algorithm {
            "RS256" => Key::Rs256(RsaKeyPair::from_pkcs8(RSA_KEY).unwrap()),
            "ES256" => {
                let scheme = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let pkcs8 = EcdsaKeyPair::generate_pkcs8(scheme, &random).unwrap();
                Key::Es256(EcdsaKeyPair::from_pkcs8(scheme, pkcs8.as_ref(), &random).unwrap())
            }
            "EdDSA" => {
                let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
                Key::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
            }
            other => panic!("no key for {other}"),
        };
        Self { kid: kid.into(), key }
    }

    pub fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Rs256(_) => "RS256",
            Key::Es256(_) => "ES256",
            Key::EdDsa(_) => "EdDSA",
        }
    }

    /// The public key.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.key {
            Key::Rs256(pair) => {
                let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({"kty": "RSA", "n": base64url(&n), "e": base64url(&e)})
            }
            Key::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
            }
            Key::EdDsa(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref())})
            }
        };
        jwk["kid"] = self.kid.clone().into();
        jwk["alg"] = self.algorithm().into();
        jwk["use"] = "sig".into();
        jwk
    }

    /// The header of a common token.
    pub fn header(&self) -> Value {
        json!({"typ": "JWT", "alg": self.algorithm(), "kid": self.kid})
    }

    /// A token with the common header.
    pub fn token(&self, claims: &Value) -> String {
        self.sign(&self.header().to_string(), &claims.to_string())
    }

    /// A token of any header and claims, well signed.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
        let random = SystemRandom::new();
        let signature = match &self.key {
            Key::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).unwrap();
                signature
            }
            Key::Es256(pair) => pair.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec(),
            Key::EdDsa(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
        };
        format!("{message}.{}", base64url(&signature))
    }
}

/// The JWK Set of some issuers.
pub fn jwks<'i>(issuers: impl IntoIterator<Item = &'i Issuer>) -> String {
    json!({"keys": issuers.into_iter().map(Issuer::jwk).collect::<Vec<_>>()}).to_string()
}

/// RFC 4648, section 5, without padding.
pub fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits = bytes.chunks(3).flat_map(|chunk| {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        (0..=chunk.len()).map(move |i| char::from(ALPHABET[(bits >> (18 - 6 * i) & 63) as usize]))
    });
    digits.collect()
}

/// Seconds since 1970.
pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
