//! Flags of `serve` that say who may call.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, value_parser};

use crate::cli::failure::{Exit, Failure};
use crate::cli::terminal::note;
use crate::server::{Auth, AuthError, AuthOptions, JwtAlgorithm, JwtOptions, MAX_LEEWAY};

/// Who may call. With none of the files every call is let through; with one, a call needs credentials and a scope.
#[derive(Args, Debug)]
#[command(next_help_heading = "Authorization")]
// The names of the flags.
#[expect(clippy::struct_field_names)]
pub struct AuthArgs {
    /// Static tokens: a table of hashes, which `yaqut token new` makes
    #[arg(long, value_name = "FILE", env = "YAQUT_AUTH_TOKENS")]
    auth_tokens: Option<PathBuf>,
    /// JWTs: the public keys of their issuer, as a JWK Set
    #[arg(long, value_name = "FILE", env = "YAQUT_AUTH_JWKS")]
    auth_jwks: Option<PathBuf>,
    /// What the claim `iss` of a JWT must be
    #[arg(long, value_name = "ISSUER", env = "YAQUT_AUTH_JWT_ISSUER")]
    auth_jwt_issuer: Option<String>,
    /// What the claim `aud` of a JWT must be, or hold
    #[arg(long, value_name = "AUDIENCE", env = "YAQUT_AUTH_JWT_AUDIENCE")]
    auth_jwt_audience: Option<String>,
    /// With which algorithms a JWT may be signed
    #[arg(
        long,
        value_name = "NAMES",
        env = "YAQUT_AUTH_JWT_ALGORITHMS",
        value_delimiter = ',',
        default_value = "RS256,ES256,EdDSA"
    )]
    auth_jwt_algorithms: Vec<JwtAlgorithm>,
    /// By how many seconds the clocks of the issuer and of this server may differ
    #[arg(long, value_name = "SECONDS", env = "YAQUT_AUTH_JWT_LEEWAY", default_value_t = 30, value_parser = value_parser!(u64).range(0..=MAX_LEEWAY.as_secs()))]
    auth_jwt_leeway: u64,
    /// Names in certificates of clients, with their scopes: a table of name, SAN, scopes and note
    #[arg(long, value_name = "FILE", env = "YAQUT_AUTH_CLIENTS")]
    auth_clients: Option<PathBuf>,
    /// How many seconds until it is looked whether these files have changed
    #[arg(long, value_name = "SECONDS", env = "YAQUT_AUTH_RELOAD_INTERVAL", default_value_t = AuthOptions::default().reload_interval.as_secs(), value_parser = value_parser!(u64).range(1..=86_400))]
    auth_reload_interval: u64,
    /// Take tokens without TLS from beyond this machine: only behind a proxy that ends TLS
    #[arg(long, env = "YAQUT_AUTH_ALLOW_PLAINTEXT", value_parser = FalseyValueParser::new())]
    auth_allow_plaintext: bool,
}

/// What a listener gives away to whoever reads the wire.
#[derive(Clone, Copy, Debug)]
pub struct Exposure<'a> {
    /// The flag that gives the address.
    pub flag: &'a str,
    /// Where it will listen.
    pub address: &'a str,
    /// Whether only this machine reaches it.
    pub is_local: bool,
    /// Whether it speaks TLS.
    pub has_tls: bool,
    /// Whether clients show certificates.
    pub has_client_certificates: bool,
}

impl AuthArgs {
    /// Reads the files, and checks that what is asked for is safe on these listeners, before they listen.
    pub fn open(&self, listeners: &[Exposure<'_>]) -> Result<Auth, Failure> {
        let options = self.options()?;
        self.check_listeners(&options, listeners)?;
        self.files().into_iter().filter_map(|(flag, path)| exposed(flag, path)).for_each(note);
        Auth::open(&options).map_err(|error| self.unusable(&error))
    }

    fn options(&self) -> Result<AuthOptions, Failure> {
        Ok(AuthOptions {
            tokens: self.auth_tokens.clone(),
            jwt: self.jwt()?,
            clients: self.auth_clients.clone(),
            reload_interval: Duration::from_secs(self.auth_reload_interval),
        })
    }

    /// Keys without issuer and audience would take tokens that were made for others.
    fn jwt(&self) -> Result<Option<JwtOptions>, Failure> {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        match (self.auth_jwks.clone(), filled(&self.auth_jwt_issuer), filled(&self.auth_jwt_audience)) {
            (None, None, None) => Ok(None),
            (Some(jwks), Some(issuer), Some(audience)) => Ok(Some(JwtOptions {
                jwks,
                issuer,
                audience,
                algorithms: self.auth_jwt_algorithms.clone(),
                leeway: Duration::from_secs(self.auth_jwt_leeway),
            })),
            (jwks, issuer, audience) => {
                let flags = [
                    ("--auth-jwks", jwks.is_none()),
                    ("--auth-jwt-issuer", issuer.is_none()),
                    ("--auth-jwt-audience", audience.is_none()),
                ];
                let missing: Vec<_> =
                    flags.iter().filter(|(_, lacks)| *lacks).map(|(flag, _)| *flag).collect();
                let message = format!("JWTs need {} as well", missing.join(" and "));
                Err(Failure::usage(message).with_help(
                    "whose signatures, which issuer and which audience are taken must all be said",
                ))
            }
        }
    }

    fn check_listeners(&self, options: &AuthOptions, listeners: &[Exposure<'_>]) -> Result<(), Failure> {
        let has_certificates = listeners.iter().any(|listener| listener.has_client_certificates);
        if options.clients.is_some() && !has_certificates {
            return Err(Failure::usage("--auth-clients is given, but no client can show a certificate")
                .with_help("add --tls-cert, --tls-key and --tls-client-ca"));
        }
        let takes_tokens = options.tokens.is_some() || options.jwt.is_some();
        for listener in listeners.iter().filter(|listener| !listener.is_local) {
            let Exposure { flag, address, has_tls, .. } = listener;
            if !options.is_configured() {
                note(format_args!(
                    "warning: whoever reaches {address} ({flag}) may call everything; --auth-tokens, --auth-jwks or \
                     --auth-clients says who may"
                ));
            } else if takes_tokens && !has_tls && !self.auth_allow_plaintext {
                let message = format!("tokens would cross the network in the clear to {address} ({flag})");
                return Err(Failure::usage(message).with_help(
                    "add --tls-cert and --tls-key, or listen on 127.0.0.1; behind a proxy that ends TLS, add \
                     --auth-allow-plaintext",
                ));
            }
        }
        Ok(())
    }

    fn files(&self) -> [(&'static str, Option<&Path>); 3] {
        [
            ("--auth-tokens", self.auth_tokens.as_deref()),
            ("--auth-jwks", self.auth_jwks.as_deref()),
            ("--auth-clients", self.auth_clients.as_deref()),
        ]
    }

    /// A file that is missing, or wrong.
    fn unusable(&self, error: &AuthError) -> Failure {
        let exit = match error {
            AuthError::File(_) => {
                let cannot_be_read =
                    |(_, path): (_, Option<&Path>)| path.is_some_and(|path| std::fs::read(path).is_err());
                if self.files().into_iter().any(cannot_be_read) { Exit::MissingInput } else { Exit::BadData }
            }
            _ => Exit::Internal,
        };
        Failure::new(exit, error.to_string())
    }
}

/// A warning about a file that others may change, so that they can let themselves in; or read, if it is the table of
/// hashes, which is nobody else's business.
#[cfg(unix)]
fn exposed(flag: &str, path: Option<&Path>) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let path = path?;
    let mode = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?.permissions().mode();
    let what = match (mode & 0o022 != 0, mode & 0o004 != 0 && flag == "--auth-tokens") {
        (true, _) => "change",
        (false, true) => "read",
        (false, false) => return None,
    };
    let path = path.display();
    Some(format!("warning: others may {what} {path} ({flag}); chmod 600 {path}"))
}

#[cfg(not(unix))]
fn exposed(_: &str, _: Option<&Path>) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::listeners::Endpoint;
    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        auth: AuthArgs,
    }

    /// What is wrong with flags on listeners; `Ok` says whether calls need credentials.
    fn open(flags: &[&str], listeners: &[(&str, bool, bool)]) -> Result<bool, String> {
        let flags = [&["serve"], flags].concat();
        let cli = Cli::try_parse_from(flags).map_err(|error| error.to_string())?;
        let listeners: Vec<_> = listeners
            .iter()
            .map(|&(address, has_tls, has_client_certificates)| Exposure {
                flag: "--listen",
                address,
                is_local: Endpoint::resolve("--listen", address).is_ok_and(|endpoint| endpoint.is_local()),
                has_tls,
                has_client_certificates,
            })
            .collect();
        let auth = cli.auth.open(&listeners).map_err(|failure| failure.to_string())?;
        Ok(auth.is_configured())
    }

    const LOCAL: (&str, bool, bool) = ("127.0.0.1:0", false, false);

    #[test]
    fn nothing_is_asked_for_unless_it_is_configured() {
        assert_eq!(open(&[], &[LOCAL]), Ok(false));
        assert_eq!(open(&[], &[("0.0.0.0:0", false, false)]), Ok(false));
    }

    #[test]
    fn half_of_the_flags_for_jwts_is_told_with_the_other_half() {
        let error = open(&["--auth-jwks", "a"], &[LOCAL]).unwrap_err();
        assert!(error.contains("--auth-jwt-issuer and --auth-jwt-audience"), "{error}");
        let error = open(&["--auth-jwt-issuer", "a", "--auth-jwt-audience", "b"], &[LOCAL]).unwrap_err();
        assert!(error.contains("--auth-jwks"), "{error}");
        let empty = ["--auth-jwks", "a", "--auth-jwt-issuer", "", "--auth-jwt-audience", "b"];
        assert!(open(&empty, &[LOCAL]).unwrap_err().contains("--auth-jwt-issuer"));
    }

    #[test]
    fn only_safe_algorithms_can_be_chosen() {
        for name in ["none", "HS256", "rs256", "RS512", ""] {
            let error = open(&["--auth-jwt-algorithms", name], &[LOCAL]).unwrap_err();
            assert!(error.contains("RS256") || error.contains("required"), "{name}: {error}");
        }
        assert_eq!(open(&["--auth-jwt-algorithms", "ES256,EdDSA"], &[LOCAL]), Ok(false));
        assert!(open(&["--auth-jwt-leeway", "301"], &[LOCAL]).is_err());
    }

    #[test]
    fn tokens_do_not_cross_the_network_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.tsv");
        let hash = crate::server::TokenHash::of("a");
        std::fs::write(&path, format!("a\t{hash}\tresolve\n")).unwrap();
        let tokens = ["--auth-tokens", path.to_str().unwrap()];
        let plain = [&tokens[..], &["--auth-allow-plaintext"]].concat();
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0", "nonsense"] {
            let error = open(&tokens, &[LOCAL, (address, false, false)]).unwrap_err();
            assert!(error.contains(address) && error.contains("--auth-allow-plaintext"), "{error}");
            assert_eq!(open(&tokens, &[(address, true, false)]), Ok(true));
            assert_eq!(open(&plain, &[(address, false, false)]), Ok(true));
        }
        for address in ["127.0.0.1:0", "127.8.0.1:0", "[::1]:0", "[::ffff:127.0.0.1]:0", "localhost:0"] {
            assert_eq!(open(&tokens, &[(address, false, false)]), Ok(true), "{address}");
        }
    }

    #[test]
    fn names_of_clients_need_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clients.tsv");
        std::fs::write(&path, "a\texample.org\tresolve\n").unwrap();
        let clients = ["--auth-clients", path.to_str().unwrap()];
        assert!(open(&clients, &[("0.0.0.0:0", true, false)]).unwrap_err().contains("--tls-client-ca"));
        assert_eq!(open(&clients, &[("0.0.0.0:0", true, true)]), Ok(true));
    }

    #[test]
    fn a_bad_file_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.tsv");
        let path = path.to_str().unwrap();
        assert!(open(&["--auth-tokens", path], &[LOCAL]).unwrap_err().contains("tokens.tsv: cannot be read"));
        std::fs::write(path, "# none\na\tb\tresolve\n").unwrap();
        assert!(
            open(&["--auth-tokens", path], &[LOCAL]).unwrap_err().contains("tokens.tsv:2:3: is no SHA-256")
        );
    }

    #[cfg(unix)]
    #[test]
    fn files_that_others_may_touch_are_told() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        let warning = |flag, mode| {
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            exposed(flag, Some(file.path()))
        };
        assert_eq!(warning("--auth-tokens", 0o640), None);
        assert!(warning("--auth-tokens", 0o644).unwrap().contains("may read"));
        assert_eq!(warning("--auth-jwks", 0o644), None);
        assert!(warning("--auth-jwks", 0o664).unwrap().contains("may change"));
        assert!(warning("--auth-clients", 0o646).unwrap().contains("may change"));
    }
}
