//! [`Client`]: asks a running server, and answers with the core's types.

mod access;
mod error;
mod stream;
mod tls_trouble;

pub use access::{BadIdentity, BadPem, ClientTls, Token};
pub use error::ClientError;
pub use stream::ResolutionStream;
pub use tls_trouble::TlsTrouble;

use std::collections::VecDeque;
use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

use http::uri::Scheme;
use tokio_stream::{Stream, StreamExt};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use self::access::Bearer;
use self::error::{describe, root_cause};
use self::stream::Asked;
use super::convert::{UnreadableAnswer, read_explanation, read_resolution};
use super::limits::{MAX_RESPONSE_BYTES, batch_len};
use super::pb;
use super::pb::gazetteer_service_client::GazetteerServiceClient;
use crate::resolve::{Explanation, MAX_NAME_BYTES, Resolution, ResolveOptions};

/// How to reach a server, and how long to wait for what.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// How to speak TLS: for `https://`, which needs it, and for an address that says neither that nor `http://`. Default:
    /// none.
    pub tls: Option<ClientTls>,
    /// Who asks. Default: none.
    pub token: Option<Token>,
    /// Whether the token may go through a network without TLS, where others can read it. Default: no, only over TLS and
    /// within this machine.
    pub token_in_clear: bool,
    /// For the connection, and the first answer on it. Default: 5 s.
    pub connect_timeout: Duration,
    /// For the answer to a request; [`ResolutionStream::next`] waits without limit. Default: 30 s.
    pub answer_timeout: Duration,
    /// How long a stream waits for a chunk of names to fill before it sends what is there. Default: 50 ms.
    pub chunk_wait: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            tls: None,
            token: None,
            token_in_clear: false,
            connect_timeout: Duration::from_secs(5),
            answer_timeout: Duration::from_secs(30),
            chunk_wait: Duration::from_millis(50),
        }
    }
}

/// A connection to a running server. Cheap to clone; clones share the connection.
///
/// Answers are those of [`crate::Gazetteer::resolve`]: a name that cannot be one is answered `INVALID`, and is no
/// error.
#[derive(Clone, Debug)]
pub struct Client {
    service: GazetteerServiceClient<InterceptedService<Channel, Bearer>>,
    url: String,
    options: ClientOptions,
}

impl Client {
    /// Connects to `url` (`http://host:port` or `https://host:port`), and makes sure that a Yaqut server answers.
    ///
    /// Without a scheme, it is `https://` if the options tell how to speak TLS, else `http://`.
    pub async fn connect(url: &str, options: ClientOptions) -> Result<Self, ClientError> {
        let scheme = if options.tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
        let url = if url.contains("://") { url.to_owned() } else { format!("{scheme}://{url}") };
        let endpoint = endpoint(&url, &options)?;
        let channel = tokio::time::timeout(options.connect_timeout, endpoint.connect())
            .await
            .map_err(|_| {
                let reason = format!("no connection within {:?}", options.connect_timeout);
                ClientError::Unreachable { url: url.clone(), reason }
            })?
            .map_err(|error| ClientError::connecting(&url, &error))?;
        let service = GazetteerServiceClient::with_interceptor(channel, Bearer(options.token.clone()))
            .max_decoding_message_size(MAX_RESPONSE_BYTES);
        let mut client = Self { service, url, options };
        client.check_server().await?;
        Ok(client)
    }

    /// What the server says of its index and packs.
    pub async fn index_info(&mut self) -> Result<pb::GetIndexInfoResponse, ClientError> {
        let request = pb::GetIndexInfoRequest {};
        let answer = self.service.get_index_info(request);
        let answer = within(self.options.answer_timeout, answer).await;
        answer.map(tonic::Response::into_inner).map_err(|status| self.error(&status))
    }

    /// Resolves one name.
    pub async fn resolve(&mut self, name: &str, options: &ResolveOptions) -> Result<Resolution, ClientError> {
        // A batch of one, for a bad name is an answer there.
        let answers = self.resolve_batch(std::slice::from_ref(&name), options).await?;
        let found = answers.len();
        answers
            .into_iter()
            .next()
            .ok_or_else(|| self.unreadable(UnreadableAnswer::Count { expected: 1, found }))
    }

    /// Resolves a list that is at hand, in requests of as many names as the server takes; the answers are in the
    /// order of the names.
    pub async fn resolve_all<S: AsRef<str>>(
        &mut self,
        names: &[S],
        options: &ResolveOptions,
    ) -> Result<Vec<Resolution>, ClientError> {
        let mut answers = Vec::with_capacity(names.len());
        for chunk in names.chunks(batch_len(options.limit)) {
            answers.extend(self.resolve_batch(chunk, options).await?);
        }
        Ok(answers)
    }

    /// Resolves a list of any length while it is being read; the answers are in the order of the names, and all from
    /// one index.
    ///
    /// `names` is read no faster than the server answers.
    pub async fn resolve_stream<S>(
        &mut self,
        names: S,
        options: &ResolveOptions,
    ) -> Result<ResolutionStream, ClientError>
    where
        S: Stream<Item = String> + Send + 'static,
    {
        let len = batch_len(options.limit);
        let options = pb::ResolveOptions::from(options);
        let asked = Asked::default();
        let sent = asked.clone();
        let requests = names
            .chunks_timeout(len, self.options.chunk_wait)
            .map(move |names| sent.request(names, &options));
        let answer = self.service.stream_resolve_names(requests);
        let answer = within(self.options.answer_timeout, answer).await;
        let responses = answer.map_err(|status| self.error(&status))?.into_inner();
        Ok(ResolutionStream { client: self.clone(), responses, asked, ready: VecDeque::new() })
    }

    /// Explains why the entity that bears `id` was chosen for `name`, or why not. A name that cannot be one is refused.
    pub async fn explain(
        &mut self,
        name: &str,
        id: &str,
        options: &ResolveOptions,
    ) -> Result<Explanation, ClientError> {
        let request = pb::ExplainResolutionRequest {
            name: name.to_owned(),
            id: id.to_owned(),
            options: Some(options.into()),
            expected_index_version: String::new(),
        };
        let answer = self.service.explain_resolution(request);
        let answer = within(self.options.answer_timeout, answer).await;
        let response = answer.map_err(|status| match status.code() {
            Code::NotFound => ClientError::UnknownEntity { url: self.url.clone(), id: id.to_owned() },
            _ => self.error(&status),
        });
        let pb::ExplainResolutionResponse { explanation, index_version } = response?.into_inner();
        let explanation =
            explanation.ok_or_else(|| self.unreadable(UnreadableAnswer::Missing("explanation")))?;
        read_explanation(explanation, &index_version).map_err(|source| self.unreadable(source))
    }

    async fn resolve_batch<S: AsRef<str>>(
        &mut self,
        names: &[S],
        options: &ResolveOptions,
    ) -> Result<Vec<Resolution>, ClientError> {
        let request = pb::BatchResolveNamesRequest {
            queries: names.iter().map(|name| name_query(name.as_ref())).collect(),
            options: Some(options.into()),
            expected_index_version: String::new(),
        };
        let answer = self.service.batch_resolve_names(request);
        let answer = within(self.options.answer_timeout, answer).await;
        let pb::BatchResolveNamesResponse { resolutions, index_version } =
            answer.map_err(|status| self.error(&status))?.into_inner();
        self.read(names, resolutions, &index_version)
    }

    /// Asks for the index, which no other kind of server can answer.
    async fn check_server(&mut self) -> Result<(), ClientError> {
        let answer = self.service.get_index_info(pb::GetIndexInfoRequest {});
        match within(self.options.connect_timeout, answer).await {
            Ok(_) => Ok(()),
            Err(status) => Err(match (self.error(&status), status.code()) {
                // What servers of other kinds, HTTP ones among them, make of the request.
                (
                    ClientError::Failed { url, .. } | ClientError::NotYaqut { url, .. },
                    Code::Unimplemented
                    | Code::Unknown
                    | Code::Internal
                    | Code::Cancelled
                    | Code::PermissionDenied,
                ) => ClientError::NotYaqut { url, reason: describe(&status) },
                (ClientError::TimedOut { url, .. }, _) => {
                    let reason = format!("no answer within {:?}", self.options.connect_timeout);
                    ClientError::Unreachable { url, reason }
                }
                (error, _) => error,
            }),
        }
    }

    /// Reads the answers to `names`, of which there must be as many.
    fn read<S: AsRef<str>>(
        &self,
        names: impl AsRef<[S]>,
        resolutions: Vec<pb::Resolution>,
        index_version: &str,
    ) -> Result<Vec<Resolution>, ClientError> {
        let (expected, found) = (names.as_ref().len(), resolutions.len());
        if expected != found {
            return Err(self.unreadable(UnreadableAnswer::Count { expected, found }));
        }
        let answers = names.as_ref().iter().zip(resolutions).map(|(name, resolution)| {
            let resolution = read_resolution(resolution, index_version)?;
            // The name that was sent may have been cut.
            Ok(Resolution { query: name.as_ref().to_owned(), ..resolution })
        });
        answers.collect::<Result<_, _>>().map_err(|source| self.unreadable(source))
    }

    fn unreadable(&self, source: UnreadableAnswer) -> ClientError {
        ClientError::Unreadable { url: self.url.clone(), source }
    }

    fn error(&self, status: &Status) -> ClientError {
        let url = self.url.clone();
        if let Some(trouble) = TlsTrouble::in_text(&describe(status)) {
            return ClientError::Tls { url, trouble };
        }
        match status.code() {
            // With a source, it is a broken connection that is put so.
            Code::Unauthenticated | Code::PermissionDenied if status.source().is_none() => {
                ClientError::NotAllowed { url, reason: status.message().to_owned() }
            }
            Code::DeadlineExceeded => ClientError::TimedOut { url, after: self.options.answer_timeout },
            Code::Unavailable => ClientError::Lost { url, reason: describe(status) },
            Code::InvalidArgument => ClientError::Refused { url, reason: status.message().to_owned() },
            Code::Unimplemented => ClientError::NotYaqut { url, reason: describe(status) },
            _ => ClientError::Failed { url, source: Box::new(status.clone()) },
        }
    }
}

fn endpoint(url: &str, options: &ClientOptions) -> Result<Endpoint, ClientError> {
    let bad_url = |reason: String| ClientError::BadUrl { url: url.to_owned(), reason };
    let endpoint = Endpoint::from_shared(url.to_owned()).map_err(|error| bad_url(root_cause(&error)))?;
    let host = endpoint.uri().host().unwrap_or_default().to_owned();
    let endpoint = match (endpoint.uri().scheme_str(), &options.tls) {
        (Some("http"), _) if is_told_to_others(&host, options) => {
            return Err(ClientError::TokenInClear { url: url.to_owned() });
        }
        (Some("http"), _) => endpoint,
        (Some("https"), Some(tls)) => {
            endpoint.tls_config(tls.config(&host)).map_err(|error| bad_url(root_cause(&error)))?
        }
        (Some("https"), None) => {
            return Err(bad_url("https:// needs the CA of the server's certificate (--tls-ca)".to_owned()));
        }
        _ => return Err(bad_url("only http:// and https:// are spoken".to_owned())),
    };
    Ok(endpoint
        .connect_timeout(options.connect_timeout)
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20)))
}

/// Whether a token would go through a network in the clear, and should not.
fn is_told_to_others(host: &str, options: &ClientOptions) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback());
    options.token.is_some() && !options.token_in_clear && !is_here
}

/// Waits at most `limit`; tonic's own timeout would answer `CANCELLED`.
async fn within<T>(limit: Duration, answer: impl Future<Output = Result<T, Status>>) -> Result<T, Status> {
    tokio::time::timeout(limit, answer)
        .await
        .unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in time")))
}

/// A name that is too long is sent only so far that the server can say so: whole, it might exceed the size of a
/// message, which would fail every other name with it.
fn name_query(name: &str) -> pb::NameQuery {
    let mut end = name.len().min(MAX_NAME_BYTES + 4);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    pb::NameQuery { name: name[..end].to_owned(), ..pb::NameQuery::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_characters_and_stays_too_long() {
        for letter in ["a", "ع", "\u{fdfa}", "\u{10330}"] {
            for pad in 0..4 {
                let name = "b".repeat(pad) + &letter.repeat(1_000);
                let sent = name_query(&name).name;
                assert!(name.starts_with(&sent));
                assert!((MAX_NAME_BYTES + 1..=MAX_NAME_BYTES + 4).contains(&sent.len()), "{}", sent.len());
            }
        }
        assert_eq!(name_query("عمان").name, "عمان");
    }
}
