//! [`ClientError`]: why a server did not answer, and what to do.

use std::error::Error;
use std::time::Duration;

use tonic::Status;

use super::tls_trouble::TlsTrouble;
use crate::rpc::convert::UnreadableAnswer;

/// Why a server did not answer. Every message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The address cannot be one.
    #[error("`{}` is not the address of a server: {reason}; expected http://host:port or https://host:port", .url.escape_debug())]
    BadUrl {
        /// The address as it was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody answers at the address.
    #[error(
        "no server can be reached at {url}: {reason}; check the address, or start one with `yaqut serve`"
    )]
    Unreachable {
        /// The address.
        url: String,
        /// What the system says.
        reason: String,
    },
    /// TLS does not come about.
    #[error("no TLS with the server at {url}: {trouble}")]
    Tls {
        /// The address.
        url: String,
        /// Why, and what to do.
        trouble: TlsTrouble,
    },
    /// A token would go through a network in the clear.
    #[error(
        "the token is not sent to {url}, for everyone on the way could read it: use https:// (or say --token-in-clear)"
    )]
    TokenInClear {
        /// The address.
        url: String,
    },
    /// The server does not let this caller ask.
    #[error(
        "{url} does not allow this: {reason}; give a token (--token-file) or a client certificate that it knows"
    )]
    NotAllowed {
        /// The address.
        url: String,
        /// What the server says.
        reason: String,
    },
    /// Somebody answers, but no Yaqut server.
    #[error(
        "what answers at {url} is not a Yaqut server ({reason}); check the port, and ask by https:// if it speaks TLS"
    )]
    NotYaqut {
        /// The address.
        url: String,
        /// How it answers.
        reason: String,
    },
    /// The answer did not come in time.
    #[error("{url} did not answer within {after:?}; try again, or ask for fewer names at once")]
    TimedOut {
        /// The address.
        url: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connection broke, or the server is stopping.
    #[error("the connection to {url} was lost: {reason}; try again")]
    Lost {
        /// The address.
        url: String,
        /// What was seen.
        reason: String,
    },
    /// The server finds fault with the request.
    #[error("{url} refuses the request: {reason}")]
    Refused {
        /// The address.
        url: String,
        /// The fields at fault, and what is wrong with them.
        reason: String,
    },
    /// No entity bears the ID.
    #[error("{url} knows no entity with the ID `{}`", .id.escape_debug())]
    UnknownEntity {
        /// The address.
        url: String,
        /// The ID as it was given.
        id: String,
    },
    /// The server fails for another reason.
    #[error("{url} failed with {}; the log of the server says more", describe(.source))]
    Failed {
        /// The address.
        url: String,
        /// What it answered.
        source: Box<Status>,
    },
    /// The answer cannot be read.
    #[error("the answer of {url} cannot be read: {source}; run the same version of yaqut on both sides")]
    Unreadable {
        /// The address.
        url: String,
        /// What is wrong with it.
        source: UnreadableAnswer,
    },
}

impl ClientError {
    /// No connection with `url`.
    pub(super) fn connecting(url: &str, error: &(dyn Error + 'static)) -> Self {
        let url = url.to_owned();
        match TlsTrouble::below(error).filter(|_| url.starts_with("https://")) {
            Some(trouble) => Self::Tls { url, trouble },
            None => Self::Unreachable { url, reason: root_cause(error) },
        }
    }
}

/// The code, what the server says, and where it came from: tonic's own message says little of a broken connection.
pub(super) fn describe(status: &Status) -> String {
    let mut text = format!("{:?}", status.code());
    if !status.message().is_empty() {
        text = format!("{text}: {}", status.message().escape_debug());
    }
    if let Some(source) = status.source() {
        text = format!("{text} ({})", root_cause(source));
    }
    text
}

pub(super) fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
