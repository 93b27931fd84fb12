//! [`Batch`]: many names, answered in order by all processors.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use super::compute::{Cancelled, Compute, Job, Lane};
use super::telemetry::{Stage, Tally, WorkCounters};
use crate::Gazetteer;
use crate::resolve::ResolveOptions;
use crate::rpc::wire::{self, EncodedReply, NameQuery};
use crate::rpc::{Failure, validate};

/// Names that are resolved by one job: long enough that its start costs nothing beside them, short enough that all
/// processors work at a batch, and at several by turns.
const NAMES_PER_JOB: usize = 250;

/// Names after which a job looks whether its answers are still wanted.
const NAMES_PER_LOOK: usize = 64;

/// Bytes of a reply to one name, so that a buffer seldom grows.
const REPLY_BYTES: usize = 192;

/// The names of one request.
pub(super) struct Batch {
    pub gazetteer: Arc<Gazetteer>,
    pub queries: Vec<NameQuery>,
    pub options: ResolveOptions,
    pub counters: Arc<WorkCounters>,
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
            let asked = Instant::now();
            let work = move |cancelled: &Cancelled| {
                batch.counters.observe(Stage::Queue, asked);
                batch.resolve(start..start + NAMES_PER_JOB, cancelled)
            };
            jobs.push_back(compute.start(Lane::Bulk, work).await?);
        }
        Ok(BatchJob { gazetteer, jobs, parts: Vec::new() })
    }

    /// Answers the queries of `range` in their order; stops early once nobody waits for the answers.
    fn resolve(&self, range: Range<usize>, cancelled: &Cancelled) -> Vec<u8> {
        let queries = self.queries.get(range.start..range.end.min(self.queries.len())).unwrap_or_default();
        let (began, mut tally) = (Instant::now(), Tally::new(&self.counters));
        let mut out = Vec::with_capacity(queries.len() * REPLY_BYTES);
        for queries in queries.chunks(NAMES_PER_LOOK).take_while(|_| !cancelled.is_set()) {
            self.answer(queries, &mut out, &mut tally);
        }
        self.counters.observe(Stage::Resolve, began);
        out
    }

    /// Names without hints of their own are looked up together.
    fn answer(&self, queries: &[NameQuery], out: &mut Vec<u8>, tally: &mut Tally<'_>) {
        let mut names = Vec::with_capacity(queries.len());
        for query in queries {
            if let Some(name) = plain_name(query) {
                names.push(name);
            } else {
                self.answer_plain(&mut names, out, tally);
                self.answer_hinted(query, out, tally);
            }
        }
        self.answer_plain(&mut names, out, tally);
    }

    fn answer_plain(&self, names: &mut Vec<&str>, out: &mut Vec<u8>, tally: &mut Tally<'_>) {
        let write = |i: usize, verdict| {
            tally.count(&verdict);
            wire::write_verdict(out, names[i], &verdict, self.options.explain);
        };
        self.gazetteer.verdicts(names, &self.options, write);
        names.clear();
    }

    fn answer_hinted(&self, query: &NameQuery, out: &mut Vec<u8>, tally: &mut Tally<'_>) {
        match validate::query_options(query, &self.options) {
            Ok((name, options)) => {
                let verdict = self.gazetteer.verdict(name, &options);
                tally.count(&verdict);
                wire::write_verdict(out, name, &verdict, options.explain);
            }
            Err(failure) => {
                tally.count_invalid();
                wire::write_invalid(out, &String::from_utf8_lossy(&query.name), &failure.to_string());
            }
        }
    }
}

/// The name of a query that has no hints.
fn plain_name(query: &NameQuery) -> Option<&str> {
    let has_hints =
        !(query.region_code.is_empty() && query.language_code.is_empty() && query.context.is_empty());
    if has_hints { None } else { std::str::from_utf8(&query.name).ok() }
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
