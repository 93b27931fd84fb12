//! Certificates and keys: from PEM files to what TLS is set up with.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};

/// Where the certificate of a server is, all as PEM. The files may be symbolic links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by those that lead from it to a CA that callers know.
    pub certificate: PathBuf,
    /// Its private key, without a passphrase: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
    /// The CAs that a caller's certificate must come from; without, callers need none.
    pub client_ca: Option<PathBuf>,
}

/// What is wrong with the files. Every message says which, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", .file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is damaged.
    #[error("{} is no sound PEM: {source}; it may have been cut off, copy it again", .file.display())]
    BadPem {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// There is nothing in a file.
    #[error("{} holds no certificate: expected PEM with `-----BEGIN CERTIFICATE-----`", .file.display())]
    NoCertificate {
        /// Which.
        file: PathBuf,
    },
    /// A certificate is none.
    #[error("certificate {number} of {} cannot be read: {source}; it must be X.509, as PEM", .file.display())]
    BadCertificate {
        /// Where.
        file: PathBuf,
        /// The how manieth, from 1.
        number: usize,
        /// What is wrong with it.
        source: rustls::Error,
    },
    /// There is no key in the file.
    #[error(
        "{} holds no private key: expected PEM with `-----BEGIN PRIVATE KEY-----`; a key with a passphrase must be stored without",
        .file.display()
    )]
    NoKey {
        /// Which.
        file: PathBuf,
    },
    /// The key is of a kind that is not spoken.
    #[error(
        "the key in {} cannot be used: {source}; RSA from 2048 bits, ECDSA P-256 and P-384, and Ed25519 can",
        .file.display()
    )]
    BadKey {
        /// Where.
        file: PathBuf,
        /// What is wrong with it.
        source: rustls::Error,
    },
    /// Certificate and key do not belong together.
    #[error(
        "the key in {} is not that of the first certificate in {}: give the two that were made together, the server's certificate before those of its CAs",
        .key.display(), .certificate.display()
    )]
    KeyMismatch {
        /// The file with the certificate.
        certificate: PathBuf,
        /// The file with the key.
        key: PathBuf,
    },
    /// A certificate that holds is not exchanged for one that does not.
    #[error("the certificate in {} has expired or does not hold yet, and the one in use does; put another one there", .file.display())]
    Untimely {
        /// Where it is.
        file: PathBuf,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}; this is a fault of yaqut")]
    Setup(rustls::Error),
}

/// What is in the files.
pub(super) struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl Contents {
    pub fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self {
            certificate: read(&files.certificate)?,
            key: read(&files.key)?,
            client_ca: files.client_ca.as_deref().map(read).transpose()?,
        })
    }

    /// Changes whenever one of the files does.
    pub fn digest(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for part in [Some(&self.certificate), Some(&self.key), self.client_ca.as_ref()].into_iter().flatten()
        {
            hasher.update(blake3::hash(part).as_bytes());
        }
        hasher.finalize()
    }
}

/// What some editors put before a text.
const BOM: &[u8] = "\u{feff}".as_bytes();

fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    let mut bytes = fs::read(file).map_err(|source| TlsError::Unreadable { file: file.into(), source })?;
    if bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
    }
    Ok(bytes)
}

/// A certificate that can be used, and until when.
pub(super) struct Prepared {
    /// Without the protocols above TLS.
    pub config: ServerConfig,
    pub validity: Validity,
}

/// From when until when a certificate holds, in seconds since 1970; 0 and 0 if it cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Validity {
    pub begins: u64,
    pub expires: u64,
}

impl Validity {
    pub fn holds_at(self, seconds: u64) -> bool {
        (self.begins..=self.expires).contains(&seconds)
    }
}

/// Sets TLS up from `contents`, which come from `files`: versions 1.2 and 1.3, and the cryptography of ring alone.
pub(super) fn prepare(files: &TlsFiles, contents: &Contents) -> Result<Prepared, TlsError> {
    let chain = certificates(&files.certificate, &contents.certificate)?;
    let validity = chain.first().and_then(validity).unwrap_or_default();
    let key = key(&files.key, &contents.key)?;
    let provider = provider();
    provider
        .key_provider
        .load_private_key(key.clone_key())
        .map_err(|source| TlsError::BadKey { file: files.key.clone(), source })?;
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsError::Setup)?;
    let builder = match files.client_ca.as_ref().zip(contents.client_ca.as_ref()) {
        None => builder.with_no_client_auth(),
        Some((file, pem)) => {
            let roots = Arc::new(roots(file, pem)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
            builder.with_client_cert_verifier(
                verifier.map_err(|error| TlsError::Setup(rustls::Error::General(error.to_string())))?,
            )
        }
    };
    let mut config = builder.with_single_cert(chain, key).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            TlsError::KeyMismatch { certificate: files.certificate.clone(), key: files.key.clone() }
        }
        error => TlsError::Setup(error),
    })?;
    if files.client_ca.is_some() {
        // A session that is taken up again would bring its certificate along unverified, also after that has expired.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    Ok(Prepared { config, validity })
}

/// The one provider of cryptography.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// All certificates of a file, of which there is at least one.
fn certificates(file: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| TlsError::BadPem { file: file.into(), source })?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate { file: file.into() });
    }
    for (place, certificate) in certificates.iter().enumerate() {
        ParsedCertificate::try_from(certificate).map_err(|source| TlsError::BadCertificate {
            file: file.into(),
            number: place + 1,
            source,
        })?;
    }
    Ok(certificates)
}

const ENCRYPTED: &[u8] = b"Proc-Type: 4,ENCRYPTED";

fn roots(file: &Path, pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for (place, certificate) in certificates(file, pem)?.into_iter().enumerate() {
        roots.add(certificate).map_err(|source| TlsError::BadCertificate {
            file: file.into(),
            number: place + 1,
            source,
        })?;
    }
    Ok(roots)
}

fn key(file: &Path, pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    // The old form of keys with a passphrase (RFC 1421), which is not even sound PEM of today.
    if pem.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
        return Err(TlsError::NoKey { file: file.into() });
    }
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
        pem::Error::NoItemsFound => TlsError::NoKey { file: file.into() },
        source => TlsError::BadPem { file: file.into(), source },
    })
}

/// The subject alternative names of a certificate: DNS names, then URIs; none if it cannot be read.
pub(super) fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else { return Vec::new() };
    certificate.valid_dns_names().chain(certificate.valid_uri_names()).map(str::to_owned).collect()
}

/// From when until when a certificate holds; `None` if it cannot be read.
///
/// Asked whether the certificate holds at the beginning or the end of time, the verifier says when it does: before it looks
/// at anything else.
fn validity(certificate: &CertificateDer<'_>) -> Option<Validity> {
    let certificate = webpki::EndEntityCert::try_from(certificate).ok()?;
    let verified_at = |seconds| {
        let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        certificate.verify_for_usage(&[], &[], &[], time, webpki::KeyUsage::server_auth(), None, None)
    };
    let begins = match verified_at(0) {
        Err(webpki::Error::CertNotValidYet { not_before, .. }) => not_before.as_secs(),
        _ => 0,
    };
    match verified_at(u64::MAX) {
        Err(webpki::Error::CertExpired { not_after, .. }) => {
            Some(Validity { begins, expires: not_after.as_secs() })
        }
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType};

    use super::*;

    /// Certificate and key as PEM, for `localhost`, valid until the end of `year`.
    pub fn self_signed(year: i32) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 12, 31);
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    fn files() -> TlsFiles {
        TlsFiles { certificate: "tls.crt".into(), key: "tls.key".into(), client_ca: None }
    }

    fn prepare_pem(certificate: &str, key: &str, client_ca: Option<&str>) -> Result<Prepared, TlsError> {
        let files = TlsFiles { client_ca: client_ca.map(|_| "ca.crt".into()), ..files() };
        let contents = Contents {
            certificate: certificate.into(),
            key: key.into(),
            client_ca: client_ca.map(Into::into),
        };
        prepare(&files, &contents)
    }

    #[test]
    fn a_pair_is_taken_and_its_end_is_known() {
        let (certificate, key) = self_signed(2040);
        let prepared = prepare_pem(&certificate, &key, Some(&certificate)).unwrap();
        // What rcgen writes if it is not told otherwise, and the end of the year.
        assert_eq!(prepared.validity, Validity { begins: 157_766_400, expires: 2_240_524_800 });
        // Others before it, as openssl writes them, do no harm.
        prepare_pem(&format!("Bag Attributes\n{certificate}"), &format!("x\n{key}"), None).unwrap();
    }

    #[test]
    fn what_is_wrong_is_said_with_the_name_of_the_file() {
        let (certificate, key) = self_signed(2040);
        let (_, other_key) = self_signed(2040);
        let cut = &key[..key.len() / 2];
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let bad_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let cases = [
            ("", &*key, None, "tls.crt holds no certificate"),
            (&*key, &*certificate, None, "tls.crt holds no certificate"),
            (&*certificate, "", None, "tls.key holds no private key"),
            (&*certificate, &*certificate, None, "tls.key holds no private key"),
            (
                &*certificate,
                "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
                None,
                "tls.key holds no private key",
            ),
            (&*certificate, cut, None, "tls.key is no sound PEM"),
            (&*certificate, bad_key, None, "the key in tls.key cannot be used"),
            (&*certificate, &*other_key, None, "tls.key is not that of the first certificate in tls.crt"),
            (garbage, &*key, None, "certificate 1 of tls.crt cannot be read"),
            (&*certificate, &*key, Some(""), "ca.crt holds no certificate"),
            (&*certificate, &*key, Some(garbage), "certificate 1 of ca.crt cannot be read"),
            (&certificate[..200], &*key, None, "tls.crt is no sound PEM"),
        ];
        for (certificate, key, ca, message) in cases {
            let Err(error) = prepare_pem(certificate, key, ca) else { panic!("taken: {message}") };
            assert!(error.to_string().contains(message), "{error}, not {message}");
        }
    }

    #[test]
    fn names_are_those_of_dns_and_uris() {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["a.example".to_owned(), "10.0.0.1".to_owned()]).unwrap();
        params.subject_alt_names.push(SanType::URI("spiffe://example/search".try_into().unwrap()));
        let certificate = params.self_signed(&key).unwrap();
        assert_eq!(names(certificate.der()), ["a.example", "spiffe://example/search"]);
        assert_eq!(names(&CertificateDer::from(vec![1, 2, 3])), [""; 0]);
    }

    #[test]
    fn the_digest_tells_the_files_apart() {
        let contents = |a: &str, b: &str, c: Option<&str>| Contents {
            certificate: a.into(),
            key: b.into(),
            client_ca: c.map(Into::into),
        };
        let digests = [contents("ab", "c", None), contents("a", "bc", None), contents("a", "b", Some("c"))]
            .map(|c| c.digest());
        assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[0] != digests[2]);
    }
}
