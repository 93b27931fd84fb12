//! [`Batch`]: many names, answered in order by all processors.

use std::collections::VecDeque;
use std::ops::{ControlFlow, Range};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::admission::{CallMemory, Charge, Place};
use super::compute::{Cancelled, Compute, Job, Lane, Order, job};
use super::telemetry::{Stage, Tally, WorkCounters};
use crate::Gazetteer;
use crate::resolve::{ResolveOptions, Verdict};
use crate::rpc::wire::{self, EncodedReply, NameQuery};
use crate::rpc::{Failure, validate};

/// Names that are resolved by one job: long enough that its start costs nothing beside them, short enough that all
/// processors work at a batch, and at several by turns.
const NAMES_PER_JOB: usize = 250;

/// Bytes of a reply to one name, so that a buffer seldom grows.
const REPLY_BYTES: usize = 192;

/// The names of one request.
pub(super) struct Batch {
    pub gazetteer: Arc<Gazetteer>,
    pub queries: Vec<NameQuery>,
    pub options: ResolveOptions,
    /// What their call holds.
    pub memory: Arc<CallMemory>,
    /// What their chunk of it holds, if they are one. As the call's, it is held as long as anything works at the names.
    pub _chunk: Option<Charge>,
    pub counters: Arc<WorkCounters>,
}

/// A batch under way.
pub(super) struct BatchJob {
    gazetteer: Arc<Gazetteer>,
    jobs: VecDeque<Job<Vec<u8>>>,
    parts: Vec<Vec<u8>>,
    /// That of the parts.
    charge: Charge,
}

/// The parts of a batch that were not begun.
struct Parts {
    batch: Batch,
    compute: Compute,
    /// The batch among what was taken on, until the last part is done.
    place: Place,
    left: Mutex<VecDeque<Part>>,
}

/// Some names of a batch, to be resolved.
struct Part {
    range: Range<usize>,
    order: Order<Vec<u8>>,
}

impl Batch {
    /// Has resolved what was taken on in `place`. What is left undone when the job is dropped is not done.
    pub fn start(self, compute: &Compute, place: Place) -> BatchJob {
        let gazetteer = Arc::clone(&self.gazetteer);
        let charge = self.memory.empty_charge();
        let count = self.queries.len();
        let (mut jobs, mut left) = (VecDeque::new(), VecDeque::new());
        for start in (0..count).step_by(NAMES_PER_JOB) {
            let (job, order) = job();
            jobs.push_back(job);
            left.push_back(Part { range: start..count.min(start + NAMES_PER_JOB), order });
        }
        let parts = Parts { batch: self, compute: compute.clone(), place, left: Mutex::new(left) };
        if count > 0 {
            Arc::new(parts).submit(Instant::now());
        }
        BatchJob { gazetteer, jobs, parts: Vec::new(), charge }
    }

    /// Answers the queries of `range` in their order; stops early once nobody waits for the answers.
    fn resolve(&self, range: Range<usize>, cancelled: &Cancelled) -> Vec<u8> {
        let queries = self.queries.get(range).unwrap_or_default();
        let (began, mut tally) = (Instant::now(), Tally::new(&self.counters));
        let mut out = Vec::with_capacity(queries.len() * REPLY_BYTES);
        self.answer(queries, cancelled, &mut out, &mut tally);
        self.counters.observe(Stage::Resolve, began);
        out
    }

    /// Names without hints of their own are looked up together.
    fn answer(&self, queries: &[NameQuery], cancelled: &Cancelled, out: &mut Vec<u8>, tally: &mut Tally<'_>) {
        let mut names = Vec::with_capacity(queries.len());
        for query in queries {
            if let Some(name) = plain_name(query) {
                names.push(name);
            } else {
                self.answer_plain(&mut names, cancelled, out, tally);
                if cancelled.is_set() {
                    return;
                }
                self.answer_hinted(query, out, tally);
            }
        }
        self.answer_plain(&mut names, cancelled, out, tally);
    }

    fn answer_plain(
        &self,
        names: &mut Vec<&str>,
        cancelled: &Cancelled,
        out: &mut Vec<u8>,
        tally: &mut Tally<'_>,
    ) {
        let write = |i: usize, verdict: Verdict<'_>| {
            tally.count(&verdict);
            wire::write_verdict(out, names[i], &verdict, self.options.explain);
            if cancelled.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        self.gazetteer.verdicts_until(names, &self.options, write);
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

impl Parts {
    /// Has one part resolved, and the next one when that begins: so batches that wait are worked on by turns.
    fn submit(self: Arc<Self>, asked: Instant) {
        let compute = self.compute.clone();
        compute.submit(Lane::Bulk, Box::new(move || self.resolve_next(asked)));
    }

    fn resolve_next(self: Arc<Self>, asked: Instant) {
        let Some((Part { range, order }, is_last)) = self.next() else { return };
        self.batch.counters.observe(Stage::Queue, asked);
        if !is_last {
            Arc::clone(&self).submit(Instant::now());
        }
        order.carry_out(|cancelled| {
            self.place.begin()?;
            let units = range.len();
            let work = |cancelled: &Cancelled| self.batch.resolve(range, cancelled);
            self.compute.timed(Lane::Bulk, units, cancelled, work)
        });
    }

    /// The next part, and whether it is the last.
    fn next(&self) -> Option<(Part, bool)> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let part = left.pop_front()?;
        Some((part, left.is_empty()))
    }
}

impl BatchJob {
    /// Waits for the reply; may be dropped and called anew until it is there.
    pub async fn finish(&mut self) -> Result<EncodedReply, Failure> {
        while let Some(job) = self.jobs.front_mut() {
            let part = job.finish().await?;
            self.jobs.pop_front();
            self.charge.grow(part.capacity() as u64)?;
            self.parts.push(part);
        }
        Ok(EncodedReply::new(std::mem::take(&mut self.parts), self.gazetteer.index_version()))
    }

    /// The charge of the reply, to be held until it has gone.
    pub fn into_charge(self) -> Charge {
        self.charge
    }
}
