//! [`ReloadAttempt`]: what one reload did.

use std::time::{Duration, Instant, SystemTime};

use crate::pack::{Diagnostic, MAX_DIAGNOSTICS, Severity};
use crate::store::{Opened, SourceReport, SourceState, StoreError};

/// What a reload is done for. Of several that come together the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReloadTrigger {
    /// A call of `ReloadIndex`.
    Rpc,
    /// SIGHUP.
    Signal,
    /// The system told of a change of files.
    Watch,
    /// A look at the files from time to time.
    Poll,
}

impl ReloadTrigger {
    /// Whether somebody asked for the reload, and wants to hear of it even if there is nothing new.
    pub fn is_explicit(self) -> bool {
        matches!(self, Self::Rpc | Self::Signal)
    }
}

/// How a reload ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReloadOutcome {
    /// No pack has changed, and none has errors.
    Unchanged,
    /// A new index serves, of all packs as they are now.
    Exchanged,
    /// Some packs have errors: each keeps its last good state or is left out, and the others are as they are now.
    Incomplete,
    /// Nothing was exchanged; the reason, for people.
    Failed(String),
}

/// One reload.
#[derive(Clone, Debug)]
pub struct ReloadAttempt {
    /// What it was done for.
    pub trigger: ReloadTrigger,
    /// How it ended.
    pub outcome: ReloadOutcome,
    /// The version that served before.
    pub old_index_version: String,
    /// The version that served after; the same if nothing was exchanged.
    pub new_index_version: String,
    /// When it began.
    pub start_time: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// What became of each pack and segment file, in stack order; empty if it failed.
    pub sources: Vec<SourceReport>,
    /// Findings, errors first; at most [`MAX_DIAGNOSTICS`].
    pub diagnostics: Vec<Diagnostic>,
    /// The number of findings, those left out included.
    pub diagnostic_count: usize,
}

impl ReloadAttempt {
    /// Whether another index serves now.
    pub fn is_exchange(&self) -> bool {
        self.old_index_version != self.new_index_version
    }

    /// What is wrong.
    pub(super) fn trouble(&self) -> Trouble {
        let is_bad = |report: &&SourceReport| !matches!(report.state, SourceState::Ready(_));
        let is_error = |finding: &&Diagnostic| finding.severity == Severity::Error;
        Trouble {
            sources: self.sources.iter().filter(is_bad).cloned().collect(),
            errors: self.diagnostics.iter().filter(is_error).cloned().collect(),
            failure: match &self.outcome {
                ReloadOutcome::Failed(reason) => Some(reason.clone()),
                _ => None,
            },
        }
    }

    /// Tells the log: what somebody asked for and did not get is an error; a pack that is found broken may be mended in a
    /// moment, by whoever is writing it.
    pub(super) fn log(&self) {
        let Self { trigger, old_index_version, new_index_version, duration, .. } = self;
        let ms = duration.as_millis();
        for finding in self.diagnostics.iter().take(MAX_LOGGED) {
            tracing::warn!("{finding}");
        }
        if self.diagnostic_count > MAX_LOGGED {
            tracing::warn!("{} findings in all; `yaqut lint` shows them", self.diagnostic_count);
        }
        for SourceReport { source, state } in &self.sources {
            match state {
                SourceState::Kept => tracing::warn!("{source} serves as it last was without errors"),
                SourceState::LeftOut => tracing::warn!("{source} has errors and does not serve"),
                SourceState::Ready(_) => {}
            }
        }
        match &self.outcome {
            ReloadOutcome::Failed(reason) if trigger.is_explicit() => {
                tracing::error!(?trigger, ms, "the reload failed: {reason}");
            }
            ReloadOutcome::Failed(reason) => tracing::warn!(?trigger, ms, "the reload failed: {reason}"),
            ReloadOutcome::Incomplete if trigger.is_explicit() => {
                tracing::error!(?trigger, ms, %new_index_version, "reloaded but for packs with errors");
            }
            ReloadOutcome::Incomplete => {
                tracing::warn!(?trigger, ms, %new_index_version, "reloaded but for packs with errors");
            }
            ReloadOutcome::Unchanged => tracing::info!(?trigger, ms, %new_index_version, "nothing to reload"),
            ReloadOutcome::Exchanged => {
                tracing::info!(?trigger, ms, %old_index_version, %new_index_version, "reloaded");
            }
        }
    }
}

/// Findings that the log is told one by one.
const MAX_LOGGED: usize = 5;

/// What is wrong after a reload; the same again is no news.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Trouble {
    sources: Vec<SourceReport>,
    errors: Vec<Diagnostic>,
    failure: Option<String>,
}

/// A reload that has not ended.
pub(super) struct Begun {
    trigger: ReloadTrigger,
    old_index_version: String,
    start_time: SystemTime,
    started: Instant,
}

impl Begun {
    /// Begins now, while `index_version` serves.
    pub(super) fn new(trigger: ReloadTrigger, index_version: &str) -> Self {
        let old_index_version = index_version.to_owned();
        Self { trigger, old_index_version, start_time: SystemTime::now(), started: Instant::now() }
    }

    /// Ends with a stack.
    pub(super) fn opened(self, opened: &Opened) -> ReloadAttempt {
        let new_index_version = opened.gazetteer.index_version().to_owned();
        let outcome = if !opened.kept.is_empty() || !opened.skipped.is_empty() {
            ReloadOutcome::Incomplete
        } else if new_index_version == self.old_index_version {
            ReloadOutcome::Unchanged
        } else {
            ReloadOutcome::Exchanged
        };
        let sources = opened.sources.clone();
        ReloadAttempt { new_index_version, sources, ..self.ended(outcome, &opened.diagnostics) }
    }

    /// Ends without a stack.
    pub(super) fn failed(self, error: &StoreError) -> ReloadAttempt {
        let diagnostics = match error {
            StoreError::BadPacks { diagnostics } => &diagnostics[..],
            _ => &[],
        };
        self.ended(ReloadOutcome::Failed(error.to_string()), diagnostics)
    }

    /// Ends with a fault.
    pub(super) fn panicked(self) -> ReloadAttempt {
        let reason = "a fault of yaqut itself; the log says more".to_owned();
        self.ended(ReloadOutcome::Failed(reason), &[])
    }

    fn ended(self, outcome: ReloadOutcome, diagnostics: &[Diagnostic]) -> ReloadAttempt {
        let mut findings = diagnostics.to_vec();
        findings.sort_by_key(|finding| finding.severity);
        findings.truncate(MAX_DIAGNOSTICS);
        ReloadAttempt {
            trigger: self.trigger,
            outcome,
            new_index_version: self.old_index_version.clone(),
            old_index_version: self.old_index_version,
            start_time: self.start_time,
            duration: self.started.elapsed(),
            sources: Vec::new(),
            diagnostics: findings,
            diagnostic_count: diagnostics.len(),
        }
    }
}
