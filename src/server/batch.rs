//! [`Batch`]: many names, answered in order by all processors.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::compute::{Cancelled, Compute, Job, Lane};
use crate::Gazetteer;
use crate::resolve::ResolveOptions;
use crate::rpc::wire::{self, EncodedReply};
use crate::rpc::{Failure, validate};

/// Names that are resolved by one job: long enough that its start costs nothing beside them, short enough that all
/// processors work at a batch, and at several by turns.
const NAMES_PER_JOB: usize = 250;

/// Bytes of a reply to one name, so that a buffer seldom grows.
const REPLY_BYTES: usize = 192;

/// The names of one request.
pub(super) struct Batch {
    pub gazetteer: Arc<Gazetteer>,
    pub queries: Vec<wire::NameQuery>,
    pub options: ResolveOptions,
}

/// A batch under way.
pub(super) struct BatchJob {
    gazetteer: Arc<Gazetteer>,
    jobs: VecDeque<Job<Vec<u8>>>,
    parts: Vec<Vec<u8>>,
}

impl Batch {
    /// Waits for turns, and begins to resolve. A job that is dropped is cancelled.
    pub async fn start(self, compute: &Compute) -> Result<BatchJob, Failure> {
        let gazetteer = Arc::clone(&self.gazetteer);
        let batch = Arc::new(self);
        let mut jobs = VecDeque::new();
        for start in (0..batch.queries.len()).step_by(NAMES_PER_JOB) {
            let batch = Arc::clone(&batch);
            let work = move |cancelled: &Cancelled| batch.resolve(start..start + NAMES_PER_JOB, cancelled);
            jobs.push_back(compute.start(Lane::Bulk, work).await?);
        }
        Ok(BatchJob { gazetteer, jobs, parts: Vec::new() })
    }

    /// Answers the queries of `range` in their order; stops early once nobody waits for the answers.
    fn resolve(&self, range: Range<usize>, cancelled: &Cancelled) -> Vec<u8> {
        let queries = self.queries.iter().take(range.end).skip(range.start);
        let mut out = Vec::with_capacity(NAMES_PER_JOB * REPLY_BYTES);
        for query in queries.take_while(|_| !cancelled.is_set()) {
            self.answer(query, &mut out);
        }
        out
    }

    fn answer(&self, query: &wire::NameQuery, out: &mut Vec<u8>) {
        match validate::query_options(query, &self.options) {
            Ok((name, options)) => wire::write_resolution(out, &self.gazetteer.resolve(name, &options)),
            Err(failure) => {
                wire::write_invalid(out, &String::from_utf8_lossy(&query.name), &failure.to_string());
            }
        }
    }
}

impl BatchJob {
    /// Waits for the reply; may be dropped and called anew until it is there.
    pub async fn finish(&mut self) -> Result<EncodedReply, Failure> {
        while let Some(job) = self.jobs.front_mut() {
            self.parts.push(job.finish().await?);
            self.jobs.pop_front();
        }
        Ok(EncodedReply::new(std::mem::take(&mut self.parts), self.gazetteer.index_version()))
    }
}
