//! [`WorkCounters`]: what became of the names, and how long each stage of the work took.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use http::Extensions;

use super::histogram::{Histogram, Spread, TimeHistogram};
use crate::model::{Status, Tier};
use crate::resolve::{CandidateRef, Verdict};
use crate::server::method::Method;

/// A stage of the work on a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum Stage {
    /// From the headers of a call until its request is read and decoded.
    Decode,
    /// From then until a processor is free for what is not answered at once.
    Queue,
    /// One name, or one part of a batch.
    Resolve,
    /// Writing the answer to one name; of a batch it is part of [`Stage::Resolve`].
    Encode,
}

impl Stage {
    pub const ALL: [Self; 4] = [Self::Decode, Self::Queue, Self::Resolve, Self::Encode];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Queue => "queue",
            Self::Resolve => "resolve",
            Self::Encode => "encode",
        }
    }
}

/// Upper bounds of the number of candidates.
const CANDIDATE_BOUNDS: [u64; 7] = [0, 1, 2, 3, 5, 10, 20];

/// No candidate, or the tier of the first.
const TIERS: usize = Tier::ALL.len() + 1;

/// Counted where names are resolved.
#[derive(Debug)]
pub(in crate::server) struct WorkCounters {
    resolutions: [[AtomicU64; TIERS]; Status::ALL.len()],
    candidates: Histogram<{ CANDIDATE_BOUNDS.len() }>,
    stages: [TimeHistogram; Stage::ALL.len()],
}

impl WorkCounters {
    /// Counts the answer to one name.
    pub fn count(&self, verdict: &Verdict<'_>) {
        let (status, tier, candidates) = place(verdict);
        self.add(status, tier, 1);
        self.candidates.observe(candidates);
    }

    /// Counts that a stage took from `since` until now.
    pub fn observe(&self, stage: Stage, since: Instant) {
        if let Some(times) = self.stages.get(stage as usize) {
            times.observe_time(since.elapsed());
        }
    }

    /// How many names were answered so; `None` stands for no candidate.
    pub fn resolutions(&self, status: Status, tier: Option<Tier>) -> u64 {
        let tiers = self.resolutions.get(status as usize);
        let count = tiers.and_then(|tiers| tiers.get(tier_index(tier)));
        count.map_or(0, |count| count.load(Ordering::Relaxed))
    }

    pub fn candidates(&self) -> Spread {
        self.candidates.read(1.0)
    }

    /// In seconds.
    pub fn stage(&self, stage: Stage) -> Option<Spread> {
        self.stages.get(stage as usize).map(TimeHistogram::read_seconds)
    }

    fn add(&self, status: usize, tier: usize, count: u64) {
        if let Some(counter) = self.resolutions.get(status).and_then(|tiers| tiers.get(tier)) {
            counter.fetch_add(count, Ordering::Relaxed);
        }
    }
}

impl Default for WorkCounters {
    fn default() -> Self {
        Self {
            resolutions: Default::default(),
            candidates: Histogram::new(&CANDIDATE_BOUNDS),
            stages: std::array::from_fn(|_| TimeHistogram::of_times()),
        }
    }
}

/// Where an answer is counted, and how many candidates it has.
fn place(verdict: &Verdict<'_>) -> (usize, usize, u64) {
    let mut candidates = verdict.candidates();
    let count = candidates.len() as u64;
    let tier = candidates.next().map(CandidateRef::tier);
    (verdict.status() as usize, tier_index(tier), count)
}

fn tier_index(tier: Option<Tier>) -> usize {
    tier.map_or(0, |tier| tier as usize + 1)
}

/// The answers to the names of a batch, which are counted at once when it is dropped: threads that work side by side do
/// not hand the counters to and fro for every name.
pub(in crate::server) struct Tally<'a> {
    counters: &'a WorkCounters,
    resolutions: [[u32; TIERS]; Status::ALL.len()],
    /// By how many they are; the last stands for all beyond the bounds, which are rare and counted one by one.
    candidates: [u32; CANDIDATE_BOUNDS[CANDIDATE_BOUNDS.len() - 1] as usize + 1],
}

impl<'a> Tally<'a> {
    pub fn new(counters: &'a WorkCounters) -> Self {
        Self { counters, resolutions: Default::default(), candidates: Default::default() }
    }

    pub fn count(&mut self, verdict: &Verdict<'_>) {
        let (status, tier, candidates) = place(verdict);
        self.add(status, tier, candidates);
    }

    /// Counts a query that cannot even be read as a name.
    pub fn count_invalid(&mut self) {
        self.add(Status::Invalid as usize, tier_index(None), 0);
    }

    fn add(&mut self, status: usize, tier: usize, candidates: u64) {
        if let Some(count) = self.resolutions.get_mut(status).and_then(|tiers| tiers.get_mut(tier)) {
            *count += 1;
        }
        match self.candidates.get_mut(candidates as usize) {
            Some(count) => *count += 1,
            None => self.counters.candidates.observe(candidates),
        }
    }
}

impl Drop for Tally<'_> {
    fn drop(&mut self) {
        for (status, tiers) in self.resolutions.iter().enumerate() {
            for (tier, &count) in tiers.iter().enumerate().filter(|(_, count)| **count > 0) {
                self.counters.add(status, tier, u64::from(count));
            }
        }
        for (candidates, &count) in self.candidates.iter().enumerate().filter(|(_, count)| **count > 0) {
            self.counters.candidates.observe_many(candidates as u64, u64::from(count));
        }
    }
}

/// Of calls that resolve one name, every so many-eth is timed stage by stage: to read the clock four times is a
/// fiftieth of such a call.
const TIMED_EVERY: u64 = 16;

/// Times the stages of one call, or does nothing if the call is none of those that are timed.
#[derive(Clone, Debug, Default)]
pub(in crate::server) struct StageClock(Option<Running>);

#[derive(Clone, Debug)]
struct Running {
    counters: Arc<WorkCounters>,
    since: Instant,
}

impl StageClock {
    /// Lays a clock into the request of the call of `method` that has `number`, if that is to be timed.
    pub fn start(
        extensions: &mut Extensions,
        counters: &Arc<WorkCounters>,
        method: Method,
        number: u64,
        since: Instant,
    ) {
        let is_timed = match method {
            Method::ResolveName => number.is_multiple_of(TIMED_EVERY),
            Method::BatchResolveNames => true,
            _ => false,
        };
        if is_timed {
            extensions.insert(Self(Some(Running { counters: Arc::clone(counters), since })));
        }
    }

    /// The clock of a request.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_default()
    }

    /// Ends a stage, and begins the next.
    pub fn end(&mut self, stage: Stage) {
        let Self(Some(Running { counters, since })) = self else { return };
        counters.observe(stage, *since);
        *since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gazetteer;
    use crate::index::{Segment, compile};
    use crate::model::{AliasKind, EntityId, EntityType};
    use crate::pack::{AliasRow, EntityRow, Pack};
    use crate::resolve::ResolveOptions;

    fn gazetteer() -> Gazetteer {
        let ukraine = EntityId::new("Q212").expect("an ID");
        let country = EntityType::new("country").expect("a type");
        let pack = Pack {
            entities: vec![EntityRow::new(ukraine.clone(), country, "Ukraine")],
            aliases: vec![AliasRow::new(ukraine, "أوكرانيا", "ar", AliasKind::Preferred)],
            ..Pack::default()
        };
        let bytes = compile(&pack).expect("a segment");
        Gazetteer::new(vec![Arc::new(Segment::open(Arc::new(bytes)).expect("a segment"))])
    }

    #[test]
    fn answers_are_counted_alike_one_by_one_and_together() {
        let (gazetteer, options) = (gazetteer(), ResolveOptions::default());
        let names = ["أوكرانيا", "وأكرانيا", "zzzqqq", "", "أوكرانيا"];
        let (single, many) = (WorkCounters::default(), WorkCounters::default());
        let mut tally = Tally::new(&many);
        for name in names {
            single.count(&gazetteer.verdict(name, &options));
            tally.count(&gazetteer.verdict(name, &options));
        }
        drop(tally);
        let mut total = 0;
        for &status in Status::ALL {
            for tier in std::iter::once(None).chain(Tier::ALL.iter().copied().map(Some)) {
                assert_eq!(
                    single.resolutions(status, tier),
                    many.resolutions(status, tier),
                    "{status} {tier:?}"
                );
                total += single.resolutions(status, tier);
            }
        }
        assert_eq!(total, names.len() as u64);
        assert_eq!(single.resolutions(Status::Resolved, Some(Tier::Exact)), 2);
        assert_eq!(single.resolutions(Status::NotFound, None), 1);
        assert_eq!(single.resolutions(Status::Invalid, None), 1);
        assert_eq!(single.candidates().buckets, many.candidates().buckets);
        assert_eq!(single.candidates().count, names.len() as u64);
        assert_eq!((single.candidates().sum, many.candidates().sum), (3.0, 3.0));
    }

    #[test]
    fn some_calls_of_single_names_are_timed_and_all_of_batches() {
        let counters = Arc::default();
        let timed = |method, number| {
            let mut extensions = Extensions::new();
            StageClock::start(&mut extensions, &counters, method, number, Instant::now());
            StageClock::of(&extensions).0.is_some()
        };
        assert_eq!((0..160).filter(|&number| timed(Method::ResolveName, number)).count(), 10);
        assert!(timed(Method::ResolveName, 0));
        assert!(timed(Method::BatchResolveNames, 5));
        assert!(!timed(Method::HealthCheck, 0));

        let mut extensions = Extensions::new();
        StageClock::start(&mut extensions, &counters, Method::ResolveName, 0, Instant::now());
        let mut clock = StageClock::of(&extensions);
        clock.end(Stage::Decode);
        clock.end(Stage::Resolve);
        StageClock::default().end(Stage::Encode);
        let count = |stage| counters.stage(stage).map(|spread| spread.count);
        assert_eq!(Stage::ALL.map(count), [Some(1), Some(0), Some(1), Some(0)]);
    }
}
