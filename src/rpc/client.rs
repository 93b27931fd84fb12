//! [`Client`]: asks a running server, and answers with the core's types.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio_stream::{Stream, StreamExt};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status, Streaming};

use super::convert::{UnreadableAnswer, read_resolution};
use super::limits::{MAX_RESPONSE_BYTES, batch_len};
use super::pb;
use super::pb::gazetteer_service_client::GazetteerServiceClient;
use crate::resolve::{Resolution, ResolveOptions};

/// How long to wait, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOptions {
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
    service: GazetteerServiceClient<Channel>,
    url: String,
    options: ClientOptions,
}

impl Client {
    /// Connects to `url` (`http://host:port`; `http://` may be left out), and makes sure that a Yaqut server answers.
    pub async fn connect(url: &str, options: ClientOptions) -> Result<Self, ClientError> {
        let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let endpoint = endpoint(&url, &options)?;
        let unreachable = |reason: String| ClientError::Unreachable { url: url.clone(), reason };
        let channel = tokio::time::timeout(options.connect_timeout, endpoint.connect())
            .await
            .map_err(|_| unreachable(format!("no connection within {:?}", options.connect_timeout)))?
            .map_err(|error| unreachable(root_cause(&error)))?;
        let service = GazetteerServiceClient::new(channel).max_decoding_message_size(MAX_RESPONSE_BYTES);
        let mut client = Self { service, url, options };
        client.check_server().await?;
        Ok(client)
    }

    /// What the server says of its index and packs.
    pub async fn index_info(&mut self) -> Result<pb::GetIndexInfoResponse, ClientError> {
        let request = pb::GetIndexInfoRequest {};
        let answer = self.service.get_index_info(request);
        let answer = within(self.options.answer_timeout, answer).await;
        answer.map(tonic::Response::into_inner).map_err(|status| self.error(status))
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
        let options = pb::ResolveOptions::from(options);
        let len = batch_len(usize::try_from(options.limit).unwrap_or_default());
        let asked = Arc::new(AtomicUsize::new(0));
        let sent = Arc::clone(&asked);
        let requests = names.chunks_timeout(len, self.options.chunk_wait).map(move |chunk| {
            sent.fetch_add(chunk.len(), Ordering::Relaxed);
            pb::StreamResolveNamesRequest {
                queries: chunk.into_iter().map(name_query).collect(),
                options: Some(options.clone()),
                expected_index_version: String::new(),
            }
        });
        let answer = self.service.stream_resolve_names(requests);
        let responses =
            within(self.options.answer_timeout, answer).await.map_err(|status| self.error(status))?;
        let responses = responses.into_inner();
        Ok(ResolutionStream { client: self.clone(), responses, ready: VecDeque::new(), asked, answered: 0 })
    }

    async fn resolve_batch<S: AsRef<str>>(
        &mut self,
        names: &[S],
        options: &ResolveOptions,
    ) -> Result<Vec<Resolution>, ClientError> {
        let mut request = Request::new(pb::BatchResolveNamesRequest {
            queries: names.iter().map(|name| name_query(name.as_ref().to_owned())).collect(),
            options: Some(options.into()),
            expected_index_version: String::new(),
        });
        request.set_timeout(self.options.answer_timeout);
        let answer = self.service.batch_resolve_names(request);
        let response =
            within(self.options.answer_timeout, answer).await.map_err(|status| self.error(status))?;
        let pb::BatchResolveNamesResponse { resolutions, index_version } = response.into_inner();
        let (expected, found) = (names.len(), resolutions.len());
        if expected != found {
            return Err(self.unreadable(UnreadableAnswer::Count { expected, found }));
        }
        self.read(resolutions, &index_version)
    }

    /// Asks for the index, which no other kind of server can answer.
    async fn check_server(&mut self) -> Result<(), ClientError> {
        let answer = self.service.get_index_info(pb::GetIndexInfoRequest {});
        match within(self.options.connect_timeout, answer).await {
            Ok(_) => Ok(()),
            Err(status) => Err(match status.code() {
                // What servers of other kinds, HTTP ones among them, make of the request.
                Code::Unimplemented | Code::Unknown | Code::Internal | Code::Cancelled => {
                    ClientError::NotYaqut { url: self.url.clone(), reason: describe(&status) }
                }
                _ => self.error(status),
            }),
        }
    }

    fn read(
        &self,
        resolutions: Vec<pb::Resolution>,
        index_version: &str,
    ) -> Result<Vec<Resolution>, ClientError> {
        let read = resolutions.into_iter().map(|resolution| read_resolution(resolution, index_version));
        read.collect::<Result<_, _>>().map_err(|source| self.unreadable(source))
    }

    fn unreadable(&self, source: UnreadableAnswer) -> ClientError {
        ClientError::Unreadable { url: self.url.clone(), source }
    }

    fn error(&self, status: Status) -> ClientError {
        let url = self.url.clone();
        match status.code() {
            Code::DeadlineExceeded => ClientError::TimedOut { url, after: self.options.answer_timeout },
            Code::Unavailable => ClientError::Lost { url, reason: describe(&status) },
            Code::InvalidArgument => ClientError::Refused { url, reason: status.message().to_owned() },
            Code::Unimplemented => ClientError::NotYaqut { url, reason: describe(&status) },
            _ => ClientError::Failed { url, source: Box::new(status) },
        }
    }
}

/// The answers to a [`Client::resolve_stream`], in the order of the names.
#[derive(Debug)]
pub struct ResolutionStream {
    client: Client,
    responses: Streaming<pb::StreamResolveNamesResponse>,
    ready: VecDeque<Resolution>,
    /// How many names have been sent: a stream that ends early must not look complete.
    asked: Arc<AtomicUsize>,
    answered: usize,
}

impl ResolutionStream {
    /// The next answer; `None` after the last. After an error there is no further answer.
    ///
    /// Waits without limit, for the names may come slowly: whoever knows that names have been sent sets the limit.
    pub async fn next(&mut self) -> Result<Option<Resolution>, ClientError> {
        while self.ready.is_empty() {
            let message = self.responses.message().await.map_err(|status| self.client.error(status))?;
            let Some(message) = message else { return self.check_count().map(|()| None) };
            self.answered += message.resolutions.len();
            self.ready.extend(self.client.read(message.resolutions, &message.index_version)?);
        }
        Ok(self.ready.pop_front())
    }

    fn check_count(&self) -> Result<(), ClientError> {
        let (expected, found) = (self.asked.load(Ordering::Relaxed), self.answered);
        if expected == found {
            return Ok(());
        }
        Err(self.client.unreadable(UnreadableAnswer::Count { expected, found }))
    }
}

/// Why a server did not answer. Every message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The address cannot be one.
    #[error("`{}` is not the address of a server: {reason}; expected http://host:port", .url.escape_debug())]
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
    /// Somebody answers, but no Yaqut server.
    #[error("what answers at {url} is not a Yaqut server ({reason}); check the port")]
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

fn endpoint(url: &str, options: &ClientOptions) -> Result<Endpoint, ClientError> {
    let bad_url = |reason: String| ClientError::BadUrl { url: url.to_owned(), reason };
    if !url.starts_with("http://") {
        return Err(bad_url("only http:// is spoken, without TLS".to_owned()));
    }
    let endpoint = Endpoint::from_shared(url.to_owned()).map_err(|error| bad_url(root_cause(&error)))?;
    Ok(endpoint
        .connect_timeout(options.connect_timeout)
        .http2_keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20)))
}

/// Waits at most `limit`; tonic's own timeout would answer `CANCELLED`.
async fn within<T>(limit: Duration, answer: impl Future<Output = Result<T, Status>>) -> Result<T, Status> {
    tokio::time::timeout(limit, answer)
        .await
        .unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer in time")))
}

fn name_query(name: String) -> pb::NameQuery {
    pb::NameQuery { name, ..pb::NameQuery::default() }
}

/// The code, what the server says, and where it came from: tonic's own message says little of a broken connection.
fn describe(status: &Status) -> String {
    let mut text = format!("{:?}", status.code());
    if !status.message().is_empty() {
        text = format!("{text}: {}", status.message().escape_debug());
    }
    if let Some(source) = status.source() {
        text = format!("{text} ({})", root_cause(source));
    }
    text
}

fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
