//! [`TlsTrouble`]: why TLS with a server did not come about, and what to do.

use std::error::Error;
use std::io;

use tokio_rustls::rustls::{self, AlertDescription, CertificateError};

/// Why TLS with a server did not come about. Every message says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsTrouble {
    /// Its certificate comes from a CA that is not trusted.
    #[error("its certificate is not from the CA that was given; give the one that issued it (--tls-ca)")]
    UnknownCa,
    /// Its certificate is no longer, or not yet, valid.
    #[error("its certificate is not valid at this time ({0}); renew it there, or set the clock here")]
    OutOfDate(String),
    /// Its certificate is for another name.
    #[error("{0}; ask it under a name that the certificate bears")]
    OtherName(String),
    /// It asks for a certificate, and got none.
    #[error(
        "it asks for a client certificate; give one, with its key (--tls-client-cert and --tls-client-key)"
    )]
    CertificateRequired,
    /// It does not like the certificate that it got.
    #[error("it refuses the client certificate ({0}); give one that is valid and from the CA that it trusts")]
    CertificateRefused(String),
    /// It closes the connection right after the handshake, which is how some refuse a caller without a certificate, or
    /// with one that they do not like: what they say of it is lost if they close first.
    #[error(
        "it closed the connection after the handshake ({0}); it may ask for a client certificate, or for another one (--tls-client-cert and --tls-client-key)"
    )]
    Dropped(String),
    /// It does not speak TLS.
    #[error("it does not speak TLS; ask it by http://, or check the port")]
    NotSpoken,
    /// It closes the connection in the handshake.
    #[error(
        "it closed the connection instead of speaking TLS; ask it by http:// if it is a server without TLS"
    )]
    Closed,
    /// Something else.
    #[error("{0}")]
    Other(String),
}

impl TlsTrouble {
    /// The trouble with TLS that lies below `error`, if that is where it lies.
    pub(super) fn below(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<rustls::Error>() {
                return Some(Self::of(error));
            }
            if let Some(error) = error.downcast_ref::<io::Error>() {
                if is_cut_short(error) {
                    return Some(Self::Closed);
                }
                // An I/O error passes over what it wraps when it is asked for its source.
                if let Some(inner) = error.get_ref() {
                    return Self::below(inner);
                }
            }
            cause = error.source();
        }
        None
    }

    /// What a server said once the handshake was over on our side, as HTTP/2 hands it on: as a text.
    ///
    /// In TLS 1.3 that is how it says that it wants another client certificate.
    pub(super) fn in_text(text: &str) -> Option<Self> {
        let (_, alert) = text.split_once(ALERT)?;
        Some(match alert.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default() {
            "CertificateRequired" => Self::CertificateRequired,
            alert => Self::CertificateRefused(alert.to_owned()),
        })
    }

    fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(error) => Self::of_certificate(error),
            rustls::Error::InvalidMessage(_) => Self::NotSpoken,
            rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => Self::CertificateRequired,
            rustls::Error::AlertReceived(
                alert @ (AlertDescription::BadCertificate
                | AlertDescription::UnknownCA
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::AccessDenied),
            ) => Self::CertificateRefused(format!("{alert:?}")),
            error => Self::Other(error.to_string()),
        }
    }

    fn of_certificate(error: &CertificateError) -> Self {
        match error {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownCa,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Self::OutOfDate(error.to_string()),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::OtherName(error.to_string())
            }
            error => Self::Other(format!("its certificate cannot be used: {error}")),
        }
    }
}

/// How an alert of the other side is told of.
const ALERT: &str = "received fatal alert: ";

fn is_cut_short(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_found_below_what_wraps_it() {
        let cause = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let error = io::Error::new(io::ErrorKind::InvalidData, cause.clone());
        assert_eq!(TlsTrouble::below(&error), Some(TlsTrouble::UnknownCa));
        assert_eq!(TlsTrouble::below(&io::Error::other(error)), Some(TlsTrouble::UnknownCa));
        assert_eq!(
            TlsTrouble::below(&io::Error::from(io::ErrorKind::UnexpectedEof)),
            Some(TlsTrouble::Closed)
        );
        assert_eq!(TlsTrouble::below(&io::Error::from(io::ErrorKind::ConnectionRefused)), None);
    }

    #[test]
    fn an_alert_is_read_as_it_is_written() {
        let alert = |alert| rustls::Error::AlertReceived(alert).to_string();
        let required = alert(AlertDescription::CertificateRequired);
        assert_eq!(TlsTrouble::in_text(&format!("lost ({required})")), Some(TlsTrouble::CertificateRequired));
        let unknown = alert(AlertDescription::UnknownCA);
        assert_eq!(TlsTrouble::in_text(&unknown), Some(TlsTrouble::CertificateRefused("UnknownCA".into())));
        assert_eq!(TlsTrouble::in_text("connection refused"), None);
    }
}
