//! The flags that say which connections are taken, and how TLS is spoken.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, value_parser};

use super::descriptors;
use crate::cli::failure::{Exit, Failure};
use crate::cli::terminal::note;
use crate::server::{ServerTls, TlsError, TlsFiles, TransportOptions};

/// Which connections are taken.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connections")]
pub struct TransportArgs {
    /// How many connections each address that is listened on may have open
    #[arg(long, value_name = "COUNT", env = "YAQUT_MAX_CONNECTIONS", default_value_t = 4_096, value_parser = value_parser!(u32).range(1..=1_000_000))]
    max_connections: u32,
    /// How many of them may come from one address (of IPv6: from one /64); 0 for no limit, as behind a proxy
    #[arg(long, value_name = "COUNT", env = "YAQUT_MAX_CONNECTIONS_PER_ADDRESS", default_value_t = 512, value_parser = value_parser!(u32).range(0..=1_000_000))]
    max_connections_per_address: u32,
    /// How many calls a connection may have open at once
    #[arg(long, value_name = "COUNT", env = "YAQUT_MAX_CONCURRENT_STREAMS", default_value_t = 128, value_parser = value_parser!(u32).range(1..=65_536))]
    max_concurrent_streams: u32,
    /// How many seconds a peer may take for the first bytes of a conversation, and for each frame of HTTP/2 that it begins
    #[arg(long, value_name = "SECONDS", env = "YAQUT_PREFACE_TIMEOUT", default_value_t = 5, value_parser = value_parser!(u64).range(1..=300))]
    preface_timeout: u64,
    /// How many seconds a peer may take nothing of an answer that is ready before its connection is closed
    #[arg(long, value_name = "SECONDS", env = "YAQUT_UNREAD_TIMEOUT", default_value_t = 10, value_parser = value_parser!(u64).range(1..=86_400))]
    unread_timeout: u64,
    /// After how many seconds a connection is asked to end, for clients to spread anew over servers; 0 for never
    #[arg(long, value_name = "SECONDS", env = "YAQUT_MAX_CONNECTION_AGE", default_value_t = 0, value_parser = value_parser!(u64).range(0..=31_536_000))]
    max_connection_age: u64,
    /// File with the certificate of the server and those that lead to its CA (PEM); without, there is no TLS
    #[arg(long, value_name = "FILE", env = "YAQUT_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// File with the private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", env = "YAQUT_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// File with the CAs that callers' certificates must come from (PEM); with it, every caller must show one
    #[arg(long, value_name = "FILE", env = "YAQUT_TLS_CLIENT_CA")]
    tls_client_ca: Option<PathBuf>,
    /// How many seconds a TLS handshake may take
    #[arg(long, value_name = "SECONDS", env = "YAQUT_TLS_HANDSHAKE_TIMEOUT", default_value_t = 10, value_parser = value_parser!(u64).range(1..=300))]
    tls_handshake_timeout: u64,
    /// How often, in seconds, it is looked whether certificate, key or CA changed; on SIGHUP as well
    #[arg(long, value_name = "SECONDS", env = "YAQUT_TLS_RELOAD_INTERVAL", default_value_t = 60, value_parser = value_parser!(u64).range(1..=86_400))]
    tls_reload_interval: u64,
}

impl TransportArgs {
    /// What the flags ask for on each of so many listeners, once the files were read; tells what people should know about
    /// them.
    pub fn options(&self, listeners: usize) -> Result<TransportOptions, Failure> {
        if let Some(warning) = descriptors::make_room(u64::from(self.max_connections) * listeners as u64) {
            note(format_args!("warning: {warning}"));
        }
        let tls = self.tls()?;
        for warning in tls.iter().flat_map(ServerTls::warnings) {
            note(format_args!("warning: {warning}"));
        }
        Ok(TransportOptions {
            max_connections: self.max_connections as usize,
            max_connections_per_address: self.max_connections_per_address as usize,
            preface_timeout: Duration::from_secs(self.preface_timeout),
            unread_timeout: Duration::from_secs(self.unread_timeout),
            tls_handshake_timeout: Duration::from_secs(self.tls_handshake_timeout),
            max_concurrent_streams: self.max_concurrent_streams,
            max_connection_age: Some(self.max_connection_age).filter(|&age| age > 0).map(Duration::from_secs),
            tls,
            ..TransportOptions::default()
        })
    }

    /// How often it is looked whether the files of TLS changed.
    pub fn reload_interval(&self) -> Duration {
        Duration::from_secs(self.tls_reload_interval)
    }

    fn tls(&self) -> Result<Option<ServerTls>, Failure> {
        let (certificate, key) = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
            (None, None) if self.tls_client_ca.is_none() => return Ok(None),
            (None, None) => {
                return Err(Failure::usage("--tls-client-ca asks callers for certificates, which needs TLS")
                    .with_help("give the certificate of the server with --tls-cert and --tls-key"));
            }
            _ => {
                return Err(Failure::usage("a certificate needs its key, and a key its certificate")
                    .with_help("give both --tls-cert and --tls-key"));
            }
        };
        let files = TlsFiles { certificate, key, client_ca: self.tls_client_ca.clone() };
        Ok(Some(ServerTls::load(files)?))
    }
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        match &error {
            TlsError::Unreadable { file, source } => Self::opening(file, source),
            TlsError::Setup(_) => Self::new(Exit::Internal, error.to_string()),
            _ => Self::bad_data(error.to_string()),
        }
    }
}
