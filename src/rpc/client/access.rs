//! What a server asks of its callers: [`ClientTls`] and [`Token`].

use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};
use tonic::{Request, Status};

/// With whom a client speaks TLS, and as whom.
#[derive(Clone, Debug)]
pub struct ClientTls {
    ca: Certificate,
    identity: Option<Identity>,
}

/// Why a file is not what TLS needs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadPem {
    /// It is damaged.
    #[error("it is no sound PEM: {0}")]
    Damaged(#[from] pem::Error),
    /// It holds no certificate.
    #[error("it holds no certificate: expected PEM with `-----BEGIN CERTIFICATE-----`")]
    NoCertificate,
    /// What it holds is no certificate.
    #[error("its certificate {number} cannot be read: {source}; it must be X.509")]
    BadCertificate {
        /// The how manieth, from 1.
        number: usize,
        /// What is wrong with it.
        source: webpki::Error,
    },
    /// It holds no key.
    #[error("it holds no private key: expected PEM with `-----BEGIN PRIVATE KEY-----`, without a passphrase")]
    NoKey,
}

/// Which file of a client's identity is not what TLS needs.
#[derive(Debug, thiserror::Error)]
pub enum BadIdentity {
    /// That of the certificate.
    #[error("the certificate: {0}")]
    Certificate(BadPem),
    /// That of its key.
    #[error("the key: {0}")]
    Key(BadPem),
}

impl ClientTls {
    /// Trusts servers whose certificate comes from a CA in `ca` (PEM), and no others: not even those that the system trusts.
    pub fn new(ca: &[u8]) -> Result<Self, BadPem> {
        check_certificates(ca)?;
        Ok(Self { ca: Certificate::from_pem(ca), identity: None })
    }

    /// Shows the certificate in `certificate` (PEM, with those that lead to its CA) to a server that asks for one; `key` is
    /// its private key (PEM).
    pub fn with_identity(self, certificate: &[u8], key: &[u8]) -> Result<Self, BadIdentity> {
        check_certificates(certificate).map_err(BadIdentity::Certificate)?;
        check_key(key).map_err(BadIdentity::Key)?;
        Ok(Self { identity: Some(Identity::from_pem(certificate, key)), ..self })
    }

    /// For the server at `host`, which its certificate must name.
    pub(super) fn config(&self, host: &str) -> ClientTlsConfig {
        // As in a URL, an IPv6 address stands in brackets; in a certificate it does not.
        let host = host.trim_matches(['[', ']']);
        let config = ClientTlsConfig::new().ca_certificate(self.ca.clone()).domain_name(host);
        match &self.identity {
            Some(identity) => config.identity(identity.clone()),
            None => config,
        }
    }
}

fn check_certificates(pem: &[u8]) -> Result<(), BadPem> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() {
        return Err(BadPem::NoCertificate);
    }
    for (place, certificate) in certificates.iter().enumerate() {
        webpki::anchor_from_trusted_cert(certificate)
            .map_err(|source| BadPem::BadCertificate { number: place + 1, source })?;
    }
    Ok(())
}

fn check_key(pem: &[u8]) -> Result<(), BadPem> {
    match PrivateKeyDer::from_pem_slice(pem) {
        Ok(_) => Ok(()),
        Err(pem::Error::NoItemsFound) => Err(BadPem::NoKey),
        Err(error) => Err(BadPem::Damaged(error)),
    }
}

/// A bearer token, which tells a server who asks. Never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(MetadataValue<Ascii>);

impl Token {
    /// The token in `text`, without the space around it; `None` if that is none: empty, or with other characters than
    /// visible ones of ASCII (RFC 6750, 2.1).
    pub fn new(text: &str) -> Option<Self> {
        let token = text.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let mut value = MetadataValue::try_from(format!("Bearer {token}")).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

/// Adds the token to every call.
#[derive(Clone, Debug)]
pub(super) struct Bearer(pub Option<Token>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(Token(value)) = &self.0 {
            request.metadata_mut().insert("authorization", value.clone());
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    #[test]
    fn a_token_is_one_line_of_visible_characters() {
        let token = Token::new(" a.b-c_1~+/=\n").unwrap();
        assert_eq!(token.0, "Bearer a.b-c_1~+/=");
        assert!(!format!("{token:?}").contains("a.b"), "{token:?}");
        for bad in ["", " \n", "a b", "a\nb", "توكن", "a\u{7f}"] {
            assert_eq!(Token::new(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec!["a".to_owned()]).unwrap().self_signed(&key).unwrap().pem();
        let (certificate, key) = (certificate.as_bytes(), key.serialize_pem().into_bytes());
        let tls = ClientTls::new(certificate).unwrap();
        assert!(tls.clone().with_identity(certificate, &key).is_ok());
        assert!(matches!(ClientTls::new(b""), Err(BadPem::NoCertificate)));
        assert!(matches!(ClientTls::new(&key), Err(BadPem::NoCertificate)));
        assert!(matches!(ClientTls::new(&certificate[..100]), Err(BadPem::Damaged(_))));
        let garbage = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(ClientTls::new(garbage), Err(BadPem::BadCertificate { number: 1, .. })));
        assert!(matches!(
            tls.clone().with_identity(certificate, certificate),
            Err(BadIdentity::Key(BadPem::NoKey))
        ));
        assert!(matches!(
            tls.clone().with_identity(&key, &key),
            Err(BadIdentity::Certificate(BadPem::NoCertificate))
        ));
        assert!(matches!(
            tls.with_identity(certificate, &key[..50]),
            Err(BadIdentity::Key(BadPem::Damaged(_)))
        ));
    }
}
