//! The callers: rounds of requests against one server.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use prost::Message;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use yaqut::rpc::limits::MAX_RESPONSE_BYTES;
use yaqut::rpc::pb;
use yaqut::rpc::pb::gazetteer_service_client::GazetteerServiceClient;

use crate::Mode;
use crate::cpu;
use crate::peer::Replies;
use crate::tally::Tally;

/// Chunks that a stream has under way.
const STREAM_WINDOW: usize = 4;
/// No call takes so long; a server that hangs ends the run.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a round is sent.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub name: &'static str,
    pub url: &'a str,
    /// Name of its threads, if they are of this process.
    pub cpu_threads: Option<&'static str>,
}

/// The requests, sent by turns.
pub struct Load {
    pub names: Vec<String>,
    options: pb::ResolveOptions,
    /// Batches of the names, in order.
    batches: Vec<Vec<pb::NameQuery>>,
    next: AtomicUsize,
}

impl Load {
    pub fn new(names: Vec<String>, options: pb::ResolveOptions, batch_size: usize) -> Self {
        let query = |name: &String| pb::NameQuery { name: name.clone(), ..pb::NameQuery::default() };
        let batches = names.chunks(batch_size).map(|names| names.iter().map(query).collect()).collect();
        Self { names, options, batches, next: AtomicUsize::new(0) }
    }

    fn single(&self) -> pb::ResolveNameRequest {
        pb::ResolveNameRequest {
            name: self.names[self.turn() % self.names.len()].clone(),
            options: Some(self.options.clone()),
            ..Default::default()
        }
    }

    fn batch(&self) -> pb::BatchResolveNamesRequest {
        self.batch_of(&self.batches[self.turn() % self.batches.len()])
    }

    fn batch_of(&self, queries: &[pb::NameQuery]) -> pb::BatchResolveNamesRequest {
        pb::BatchResolveNamesRequest {
            queries: queries.to_vec(),
            options: Some(self.options.clone()),
            ..Default::default()
        }
    }

    fn chunk(&self) -> pb::StreamResolveNamesRequest {
        let pb::BatchResolveNamesRequest { queries, options, expected_index_version } = self.batch();
        pb::StreamResolveNamesRequest { queries, options, expected_index_version }
    }

    fn turn(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

/// Asks for every name once, and keeps the answers for the peer.
pub async fn learn(url: &str, load: &Load) -> Result<Replies, Box<dyn Error>> {
    let mut client = client(connect(url).await?);
    let mut replies = Replies { unary: Vec::new(), batch: Vec::new(), resolved: 0, ambiguous: 0 };
    for queries in &load.batches {
        let reply = client.batch_resolve_names(load.batch_of(queries)).await?.into_inner();
        replies.batch.push(Bytes::from(reply.encode_to_vec()));
        for resolution in reply.resolutions {
            replies.resolved += usize::from(resolution.status() == pb::ResolutionStatus::Resolved);
            replies.ambiguous += usize::from(resolution.status() == pb::ResolutionStatus::Ambiguous);
            let index_version = reply.index_version.clone();
            let reply = pb::ResolveNameResponse { resolution: Some(resolution), index_version };
            replies.unary.push(Bytes::from(reply.encode_to_vec()));
        }
    }
    Ok(replies)
}

/// Keeps `in_flight` calls under way for a while.
pub async fn round(
    target: Target<'_>,
    mode: Mode,
    load: &Arc<Load>,
    in_flight: usize,
    connections: usize,
    lasting: Duration,
) -> Result<Tally, Box<dyn Error>> {
    let mut channels = Vec::new();
    for _ in 0..connections {
        channels.push(connect(target.url).await?);
    }
    let cpu_before = target.cpu_threads.and_then(cpu::of_threads);
    let started = Instant::now();
    let until = started + lasting;
    let mut callers = JoinSet::new();
    for i in 0..in_flight {
        let (client, load) = (client(channels[i % connections].clone()), Arc::clone(load));
        match mode {
            Mode::Unary => callers.spawn(unary(client, load, until)),
            Mode::Batch => callers.spawn(batch(client, load, until)),
            Mode::Stream => callers.spawn(stream(client, load, until)),
        };
    }
    let mut tally = Tally::default();
    for caller in tokio::time::timeout(lasting + PATIENCE, callers.join_all()).await? {
        tally.merge(caller);
    }
    tally.took = started.elapsed();
    let cpu_after = target.cpu_threads.and_then(cpu::of_threads);
    tally.server_cpu = cpu_before.zip(cpu_after).map(|(before, after)| after.saturating_sub(before));
    Ok(tally)
}

async fn unary(mut client: Client, load: Arc<Load>, until: Instant) -> Tally {
    let mut tally = Tally::default();
    loop {
        let request = load.single();
        let started = Instant::now();
        if started >= until {
            return tally;
        }
        let answer = client.resolve_name(request).await;
        tally.add(started, answer.map(|answer| usize::from(answer.into_inner().resolution.is_some())));
    }
}

async fn batch(mut client: Client, load: Arc<Load>, until: Instant) -> Tally {
    let mut tally = Tally::default();
    loop {
        let request = load.batch();
        let started = Instant::now();
        if started >= until {
            return tally;
        }
        let answer = client.batch_resolve_names(request).await;
        tally.add(started, answer.map(|answer| answer.into_inner().resolutions.len()));
    }
}

async fn stream(client: Client, load: Arc<Load>, until: Instant) -> Tally {
    let mut tally = Tally::default();
    if let Err(status) = converse(client, &load, until, &mut tally).await {
        tally.add(Instant::now(), Err(status));
    }
    tally
}

/// Sends a chunk for each answer, so that always as many are under way.
async fn converse(mut client: Client, load: &Load, until: Instant, tally: &mut Tally) -> Result<(), Status> {
    let (requests, sent) = mpsc::channel(STREAM_WINDOW);
    let mut under_way = VecDeque::new();
    let gone = || Status::cancelled("the stream ended early");
    for _ in 0..STREAM_WINDOW {
        under_way.push_back(Instant::now());
        requests.send(load.chunk()).await.map_err(|_| gone())?;
    }
    let mut answers = client.stream_resolve_names(ReceiverStream::new(sent)).await?.into_inner();
    while let Some(started) = under_way.pop_front() {
        let answer = answers.message().await?.ok_or_else(&gone)?;
        tally.add(started, Ok(answer.resolutions.len()));
        if Instant::now() < until {
            under_way.push_back(Instant::now());
            requests.send(load.chunk()).await.map_err(|_| gone())?;
        }
    }
    Ok(())
}

type Client = GazetteerServiceClient<Channel>;

async fn connect(url: &str) -> Result<Channel, Box<dyn Error>> {
    Ok(Endpoint::from_shared(url.to_owned())?.connect_timeout(Duration::from_secs(5)).connect().await?)
}

fn client(channel: Channel) -> Client {
    GazetteerServiceClient::new(channel).max_decoding_message_size(MAX_RESPONSE_BYTES)
}
