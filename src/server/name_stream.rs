//! `StreamResolveNames`: chunks in, answers out in the same order, several chunks under way at once.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::admission::{CallMemory, Lane};
use super::batch::{Batch, BatchJob};
use super::compute::{Compute, panicked};
use super::engine::check_version;
use super::telemetry::WorkCounters;
use crate::Gazetteer;
use crate::rpc::wire::{EncodedReply, StreamResolveNamesRequest};
use crate::rpc::{Failure, validate};

type Answer = Result<EncodedReply, Status>;

/// Answers `requests` from `gazetteer`, one response a request.
///
/// Memory is bounded: no more requests are read than can be worked on at once, and none while answers wait to be
/// fetched. The work ends when the answers are dropped.
pub(super) fn answer(
    requests: Streaming<StreamResolveNamesRequest>,
    gazetteer: Arc<Gazetteer>,
    compute: Compute,
    memory: Arc<CallMemory>,
    counters: Arc<WorkCounters>,
) -> ReceiverStream<Answer> {
    let (answers, fetched) = mpsc::channel(1);
    tokio::spawn(async move {
        let answers_of_pump = answers.clone();
        let jobs = VecDeque::new();
        let pump = Pump { gazetteer, compute, memory, counters, answers: answers_of_pump, jobs };
        // A task of its own, for a stream that breaks down must not look like one that is complete.
        let result = match tokio::spawn(pump.run(requests)).await {
            Ok(result) => result,
            Err(error) if error.is_panic() => Err(panicked().into()),
            // Tasks are cancelled only when the runtime goes down.
            Err(_) => Err(Failure::ShuttingDown.into()),
        };
        if let Err(status) = result {
            // Whoever has hung up needs no status.
            let _ = answers.send(Err(status)).await;
        }
    });
    ReceiverStream::new(fetched)
}

struct Pump {
    gazetteer: Arc<Gazetteer>,
    compute: Compute,
    /// Holds the charges of the chunks that have arrived.
    memory: Arc<CallMemory>,
    counters: Arc<WorkCounters>,
    answers: mpsc::Sender<Answer>,
    /// In the order of their requests.
    jobs: VecDeque<BatchJob>,
}

impl Pump {
    /// Reads, works and answers until the requests end or fail, or the answers are no longer wanted.
    async fn run(mut self, mut requests: Streaming<StreamResolveNamesRequest>) -> Result<(), Status> {
        // What comes before a bad request is still answered, so its failure waits here.
        let mut end = None;
        // That of the last answer, which is held until it is fetched: the one after it fits into the channel only then.
        let mut sent = None;
        while end.is_none() || !self.jobs.is_empty() {
            let may_read = end.is_none() && self.jobs.len() < self.compute.width();
            tokio::select! {
                () = self.answers.closed() => return Ok(()),
                request = requests.message(), if may_read => {
                    end = match request {
                        Ok(Some(request)) => self.begin(request).err().map(|failure| Err(failure.into())),
                        Ok(None) => Some(Ok(())),
                        Err(status) => Some(Err(status)),
                    };
                }
                reply = first(&mut self.jobs), if !self.jobs.is_empty() => {
                    let charge = self.jobs.pop_front().map(BatchJob::into_charge);
                    // That nobody fetches it any more is seen by `closed` on the next turn.
                    let _ = self.answers.send(Ok(reply?)).await;
                    sent = charge;
                }
            }
        }
        let _ = self.answers.reserve().await;
        drop(sent);
        end.unwrap_or(Ok(()))
    }

    fn begin(&mut self, request: StreamResolveNamesRequest) -> Result<(), Failure> {
        let charge = self.memory.next_chunk().ok_or(Failure::Internal)?;
        let StreamResolveNamesRequest { queries, options, expected_index_version } = request;
        check_version(&self.gazetteer, &expected_index_version)?;
        let options = validate::batch_options(queries.len(), &options.unwrap_or_default())?;
        let place = self.compute.place_anyway(Lane::Bulk, queries.len());
        let (gazetteer, memory) = (Arc::clone(&self.gazetteer), Arc::clone(&self.memory));
        let counters = Arc::clone(&self.counters);
        let batch = Batch { gazetteer, queries, options, memory, _chunk: Some(charge), counters };
        self.jobs.push_back(batch.start(&self.compute, place));
        Ok(())
    }
}

async fn first(jobs: &mut VecDeque<BatchJob>) -> Result<EncodedReply, Failure> {
    match jobs.front_mut() {
        Some(job) => job.finish().await,
        None => std::future::pending().await,
    }
}
