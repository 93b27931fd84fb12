//! Who may call what: [`Auth`] lets a call through, or says why not, before its body is read.
//!
//! A caller shows a bearer token, one of a [table of hashes](TokenTable) or a JWT, or else the certificate of its
//! connection. Each of them gives a name for the log and [`Scopes`]; [`method`] says which scope a call needs. Without any
//! of them configured everybody may do everything; with one, what is not allowed is denied.
//!
//! A call is checked once, as it begins: a stream goes on after the token that opened it has expired.

mod clients;
mod counters;
mod credential;
mod jwt;
mod options;
mod refusal;
mod reload;
mod requirement;
mod scope;
mod table;
#[cfg(test)]
mod testing;
mod tokens;

pub use counters::{AuthCounters, AuthResult};
pub use jwt::JwtAlgorithm;
pub use options::{AuthOptions, JwtOptions, MAX_LEEWAY};
pub use refusal::Refusal;
pub use scope::{Scope, Scopes, UnknownScope};
pub use table::AuthFileError;
pub use tokens::{Expiry, TokenHash, TokenRow, TokenTable, WrongName, new_token};

use std::fmt;
use std::io;
use std::sync::{Arc, mpsc};
use std::time::{SystemTime, UNIX_EPOCH};

use http::{Extensions, HeaderMap};

use self::clients::ClientTable;
use self::credential::bearer_token;
use self::jwt::Jwt;
use self::refusal::Denied;
use self::reload::Reloaded;
use self::requirement::Requirement;
use super::method::Method;
use super::transport::Peer;

/// Decides which calls are let through. Clones share tables and counters; the default lets every call through.
#[derive(Clone, Default)]
pub struct Auth(Option<Arc<Checks>>);

/// Why authorization cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// A file cannot be read, or is wrong.
    #[error(transparent)]
    File(#[from] AuthFileError),
    /// Another part of the process took over the signatures of JWTs before.
    #[error("signatures of JWTs are already checked by another provider of this process")]
    Provider,
    /// The thread that reads the files again cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
}

impl Auth {
    /// Reads the files that `options` name, and from then on again whenever they change.
    ///
    /// A file that cannot be read or is wrong is an error now; later on what was read before stays in use.
    pub fn open(options: &AuthOptions) -> Result<Self, AuthError> {
        if !options.is_configured() {
            return Ok(Self::default());
        }
        let open_tokens = |path| Reloaded::open(path, TokenTable::parse);
        let open_clients = |path| Reloaded::open(path, ClientTable::parse);
        let (stop, stopped) = mpsc::channel();
        let checks = Arc::new(Checks {
            tokens: options.tokens.clone().map(open_tokens).transpose()?,
            jwt: options.jwt.as_ref().map(Jwt::open).transpose()?,
            clients: options.clients.clone().map(open_clients).transpose()?,
            counters: AuthCounters::default(),
            _stop: stop,
        });
        reload::watch(&checks, options.reload_interval, stopped)?;
        Ok(Self(Some(checks)))
    }

    /// Whether calls need credentials at all.
    pub fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// How many calls were let through, and how many were refused why; `None` if calls need no credentials.
    pub fn counters(&self) -> Option<&AuthCounters> {
        self.0.as_deref().map(|checks| &checks.counters)
    }

    /// The caller of a request, if it may call `method`; no caller if that needs none. O(1), and allocates nothing
    /// for a caller that was seen before.
    pub(super) fn check<B>(
        &self,
        method: Method,
        request: &http::Request<B>,
    ) -> Result<Option<Caller>, Denied> {
        let Some(checks) = &self.0 else { return Ok(None) };
        checks.check(method, request.headers(), peer_names(request.extensions()))
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("is_configured", &self.is_configured()).finish_non_exhaustive()
    }
}

/// The names in the certificate that the caller showed when it connected, and which was verified then.
fn peer_names(extensions: &Extensions) -> &[String] {
    extensions.get::<Peer>().map_or(&[], Peer::names)
}

/// Somebody who has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// Safe to log: escaped, bounded, and never a secret. The word before the colon says by what it was proved.
    pub name: Arc<str>,
    scopes: Scopes,
}

/// The longest name of a caller that is kept, in characters.
const MAX_CALLER_CHARS: usize = 100;

impl Caller {
    /// A caller known to `means` as `name`.
    fn new(means: &str, name: &str, scopes: Scopes) -> Self {
        let name: String = name.chars().take(MAX_CALLER_CHARS).flat_map(char::escape_debug).collect();
        Self { name: format!("{means}:{name}").into(), scopes }
    }
}

/// What calls are checked against, once anything is configured.
struct Checks {
    tokens: Option<Reloaded<TokenTable>>,
    jwt: Option<Jwt>,
    clients: Option<Reloaded<ClientTable>>,
    counters: AuthCounters,
    /// Dropped with the last of those who check, which ends the thread that reads the files again.
    _stop: mpsc::Sender<()>,
}

impl Checks {
    fn check(
        &self,
        method: Method,
        headers: &HeaderMap,
        peer_names: &[String],
    ) -> Result<Option<Caller>, Denied> {
        let requirement = Requirement::of(method);
        if requirement == Requirement::Nothing {
            return Ok(None);
        }
        let caller = self.authenticate(headers, peer_names).map_err(Denied::from);
        let allowed = caller.and_then(|caller| requirement.admit(caller));
        self.counters.count(allowed.as_ref().err().map(|denied| denied.refusal));
        allowed.map(Some)
    }

    /// A token speaks for the caller, whatever the certificate says; and a bad token is refused, whatever that says.
    fn authenticate(&self, headers: &HeaderMap, peer_names: &[String]) -> Result<Caller, Refusal> {
        match bearer_token(headers)? {
            Some(token) => self.bearer(token),
            None => self.client(peer_names),
        }
    }

    fn bearer(&self, token: &str) -> Result<Caller, Refusal> {
        let (hash, now) = (TokenHash::of(token), now());
        let known = self.tokens.as_ref().and_then(|tokens| tokens.with(|table| table.caller(&hash, now)));
        match (known, &self.jwt) {
            (Some(caller), _) => caller,
            (None, Some(jwt)) if jwt::is_jwt(token) => jwt.caller(token, hash, now),
            (None, _) => Err(Refusal::Unknown),
        }
    }

    fn client(&self, names: &[String]) -> Result<Caller, Refusal> {
        let clients = self.clients.as_ref().filter(|_| !names.is_empty()).ok_or(Refusal::Missing)?;
        clients.with(|table| table.caller(names)).ok_or(Refusal::Unknown)
    }

    /// Reads the files again that have changed.
    fn look(&self) {
        let looks = [
            self.tokens.as_ref().map(Reloaded::look),
            self.jwt.as_ref().map(Jwt::look),
            self.clients.as_ref().map(Reloaded::look),
        ];
        looks.into_iter().flatten().for_each(|look| self.counters.count_look(look));
    }
}

/// Seconds since 1970; 0 on a clock that was never set.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
