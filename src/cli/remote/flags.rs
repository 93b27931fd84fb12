//! The flags that say which server answers, and what it is shown.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Remote;
use crate::cli::failure::Failure;
use crate::rpc::{BadIdentity, BadPem, ClientOptions, ClientTls, Token};

/// Which server answers, if any.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// Ask this running server instead of opening packs, such as http://127.0.0.1:50051 or https://gazetteer.example:50051
    #[arg(long, value_name = "URL", env = "YAQUT_SERVER")]
    server: Option<String>,
    /// File with the CA of the server's certificate (PEM), for https://; no other CA is trusted
    #[arg(long, value_name = "FILE", env = "YAQUT_TLS_CA")]
    tls_ca: Option<PathBuf>,
    /// File with the certificate to show to the server (PEM), if it asks for one
    #[arg(long, value_name = "FILE", env = "YAQUT_TLS_CLIENT_CERT")]
    tls_client_cert: Option<PathBuf>,
    /// File with the private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", env = "YAQUT_TLS_CLIENT_KEY")]
    tls_client_key: Option<PathBuf>,
    /// File with the token to show to the server; sent only by https:// or to this machine
    #[arg(long, value_name = "FILE", env = "YAQUT_TOKEN_FILE")]
    token_file: Option<PathBuf>,
    /// Send the token by http:// to other machines too, though everyone on the way can read it
    #[arg(long, env = "YAQUT_TOKEN_IN_CLEAR", value_parser = clap::builder::FalseyValueParser::new())]
    token_in_clear: bool,
}

impl ServerArgs {
    /// A connection to the server, if one is to answer; an empty variable is none.
    pub fn connect(&self) -> Result<Option<Remote>, Failure> {
        let url = self.server.as_deref().filter(|url| !url.is_empty());
        url.map(|url| Remote::connect(url, self.options()?)).transpose()
    }

    fn options(&self) -> Result<ClientOptions, Failure> {
        let token = self.token_file.as_deref().map(token).transpose()?;
        Ok(ClientOptions {
            tls: self.tls()?,
            token,
            token_in_clear: self.token_in_clear,
            ..ClientOptions::default()
        })
    }

    fn tls(&self) -> Result<Option<ClientTls>, Failure> {
        let tls = match &self.tls_ca {
            Some(path) => ClientTls::new(&read(path)?).map_err(|error| bad("--tls-ca", path, &error))?,
            None if self.tls_client_cert.is_some() || self.tls_client_key.is_some() => {
                return Err(Failure::usage("a client certificate is only shown to a server that is known")
                    .with_help("give the CA of the server's certificate with --tls-ca"));
            }
            None => return Ok(None),
        };
        match (&self.tls_client_cert, &self.tls_client_key) {
            (None, None) => Ok(Some(tls)),
            (Some(certificate), Some(key)) => {
                tls.with_identity(&read(certificate)?, &read(key)?).map(Some).map_err(|error| match error {
                    BadIdentity::Certificate(error) => bad("--tls-client-cert", certificate, &error),
                    BadIdentity::Key(error) => bad("--tls-client-key", key, &error),
                })
            }
            _ => Err(Failure::usage("a client certificate needs its key, and a key its certificate")
                .with_help("give both --tls-client-cert and --tls-client-key")),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::opening(path, &error))
}

fn bad(flag: &str, path: &Path, error: &BadPem) -> Failure {
    Failure::bad_data(format!("{flag} {}: {error}", path.display()))
}

fn token(path: &Path) -> Result<Token, Failure> {
    let bytes = read(path)?;
    std::str::from_utf8(&bytes).ok().and_then(Token::new).ok_or_else(|| {
        Failure::bad_data(format!("--token-file {} holds no token", path.display()))
            .with_help("it must hold the token alone, in visible characters of ASCII")
    })
}
