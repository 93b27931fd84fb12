//! [`ReloadStatus`] and [`ReloadCounters`]: how reloads went, for whoever asks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::attempt::{ReloadAttempt, ReloadOutcome};
use crate::server::engine::Engine;

/// What serves, and how the last reload went.
#[derive(Clone, Debug)]
pub struct ReloadStatus {
    /// The version that serves.
    pub index_version: String,
    /// Since when.
    pub serving_since: SystemTime,
    /// Whether a reload is running.
    pub is_reloading: bool,
    /// The last reload that somebody asked for, or that found something new.
    pub last_attempt: Option<Arc<ReloadAttempt>>,
}

/// How many reloads ended how since the server began; a metrics endpoint can read it at any time.
#[derive(Debug, Default)]
pub struct ReloadCounters {
    unchanged: AtomicU64,
    exchanged: AtomicU64,
    incomplete: AtomicU64,
    failed: AtomicU64,
    idle: AtomicU64,
}

impl ReloadCounters {
    /// Reloads that were asked for and found nothing new.
    pub fn unchanged(&self) -> u64 {
        self.unchanged.load(Ordering::Relaxed)
    }

    /// Reloads that exchanged the index, with all packs as they are.
    pub fn exchanged(&self) -> u64 {
        self.exchanged.load(Ordering::Relaxed)
    }

    /// Reloads that found packs with errors.
    pub fn incomplete(&self) -> u64 {
        self.incomplete.load(Ordering::Relaxed)
    }

    /// Reloads that exchanged nothing.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Looks at the files, after an event or by the clock, that found nothing new.
    pub fn idle(&self) -> u64 {
        self.idle.load(Ordering::Relaxed)
    }

    fn add(&self, outcome: &ReloadOutcome, is_news: bool) {
        let counter = match outcome {
            _ if !is_news => &self.idle,
            ReloadOutcome::Unchanged => &self.unchanged,
            ReloadOutcome::Exchanged => &self.exchanged,
            ReloadOutcome::Incomplete => &self.incomplete,
            ReloadOutcome::Failed(_) => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Where the thread that reloads writes down what it does.
pub(super) struct Ledger {
    engine: Engine,
    counters: ReloadCounters,
    entries: Mutex<Entries>,
}

struct Entries {
    serving_since: SystemTime,
    is_reloading: bool,
    last_attempt: Option<Arc<ReloadAttempt>>,
}

impl Ledger {
    pub(super) fn new(engine: Engine) -> Self {
        let entries = Entries { serving_since: SystemTime::now(), is_reloading: false, last_attempt: None };
        Self { engine, counters: ReloadCounters::default(), entries: Mutex::new(entries) }
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn counters(&self) -> &ReloadCounters {
        &self.counters
    }

    pub(super) fn status(&self) -> ReloadStatus {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        ReloadStatus {
            index_version: self.engine.snapshot().index_version().to_owned(),
            serving_since: entries.serving_since,
            is_reloading: entries.is_reloading,
            last_attempt: entries.last_attempt.clone(),
        }
    }

    pub(super) fn begin(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).is_reloading = true;
    }

    /// Notes the end of a reload; as the last one only if there is anything new to say about it.
    pub(super) fn end(&self, attempt: &Arc<ReloadAttempt>, is_news: bool) {
        self.counters.add(&attempt.outcome, is_news);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.is_reloading = false;
        if attempt.is_exchange() {
            entries.serving_since = SystemTime::now();
        }
        if is_news {
            entries.last_attempt = Some(Arc::clone(attempt));
        }
    }
}
