//! What a round counts.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tonic::{Code, Status};

/// The calls of a round.
#[derive(Default)]
pub struct Tally {
    /// Of each answered call, in nanoseconds.
    pub latencies: Vec<u64>,
    /// Names that were answered.
    pub names: usize,
    /// Failed calls by their code.
    pub errors: BTreeMap<i32, usize>,
    /// How long the round took.
    pub took: Duration,
    /// Processor time of the server's threads.
    pub server_cpu: Option<Duration>,
}

impl Tally {
    /// Counts a call that began at `started`, with the number of names answered.
    pub fn add(&mut self, started: Instant, answer: Result<usize, Status>) {
        match answer {
            Ok(names) => {
                self.latencies.push(started.elapsed().as_nanos() as u64);
                self.names += names;
            }
            Err(status) => *self.errors.entry(status.code() as i32).or_default() += 1,
        }
    }

    /// Takes over the calls of another; times stay.
    pub fn merge(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.names += other.names;
        for (code, count) in other.errors {
            *self.errors.entry(code).or_default() += count;
        }
    }

    /// Answered names a second.
    pub fn names_a_second(&self) -> f64 {
        self.names as f64 / self.took.as_secs_f64()
    }

    /// Failed calls, as in `3 × Unavailable`.
    pub fn error_text(&self) -> String {
        let texts = self.errors.iter().map(|(&code, count)| format!("{count} × {:?}", Code::from_i32(code)));
        texts.collect::<Vec<_>>().join(", ")
    }
}

/// All rounds together, with sorted latencies.
pub fn total(rounds: &[Tally]) -> Tally {
    let mut total = Tally::default();
    for round in rounds {
        total.latencies.extend(&round.latencies);
        total.names += round.names;
        total.took += round.took;
        for (&code, count) in &round.errors {
            *total.errors.entry(code).or_default() += count;
        }
    }
    total.server_cpu = rounds.iter().map(|round| round.server_cpu).sum();
    total.latencies.sort_unstable();
    total
}

/// The latency that a share of the calls stays below, by the nearest rank; zero without calls.
pub fn percentile(sorted: &[u64], share: f64) -> Duration {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    Duration::from_nanos(sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default())
}
