//! [`Peer`]: who is at the other end of a connection.

use std::net::SocketAddr;
use std::sync::Arc;

/// Who is at the other end of a connection, as far as the connection tells.
///
/// Stands in the extensions of every request. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    address: Option<SocketAddr>,
    /// `None` without a client certificate.
    names: Option<Arc<[String]>>,
}

impl Peer {
    /// The peer at `address`, which showed no certificate.
    pub fn new(address: Option<SocketAddr>) -> Self {
        Self { address, names: None }
    }

    /// The same peer, whose certificate was verified and bears `names`.
    #[must_use]
    pub fn with_certificate(self, names: impl Into<Arc<[String]>>) -> Self {
        Self { names: Some(names.into()), ..self }
    }

    /// Where the connection comes from: the last proxy, if there are any.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Whether a certificate was shown. It was verified against the CA for clients, or there would be no connection.
    pub fn has_certificate(&self) -> bool {
        self.names.is_some()
    }

    /// The subject alternative names of the certificate, as they stand there: DNS names, then URIs (SPIFFE IDs, say).
    /// Empty without a certificate.
    pub fn names(&self) -> &[String] {
        self.names.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_without_names_is_still_one() {
        let peer = Peer::default();
        assert!(!peer.has_certificate());
        assert!(peer.with_certificate(Vec::new()).has_certificate());
    }
}
