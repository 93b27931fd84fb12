//! [`Reading`]: an input that is read by one thread, because its records are no lines.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::ImportError;
use super::malformed::{self, FaultsByKind, Malformed};
use super::progress::Progress;
use super::report::Report;

/// What to tell of an input while it is read.
pub(super) struct Reading<'r> {
    /// How the input is called in messages.
    pub label: String,
    /// How much of it was read, as it lies on the disk.
    pub read: Arc<AtomicU64>,
    /// How long it is, as it lies on the disk.
    pub total: Option<u64>,
    /// How much of it the watcher was told of.
    pub told: u64,
    /// Whether the first fault ends the import.
    pub is_strict: bool,
    /// What is wrong with the input.
    pub faults: FaultsByKind,
    /// What was taken and left out.
    pub report: &'r mut Report,
    /// Who watches.
    pub progress: &'r mut dyn Progress,
}

impl Reading<'_> {
    /// Notes what is wrong with a line; an error if that ends the import.
    pub fn note(&mut self, line: u64, malformed: Malformed) -> Result<(), ImportError> {
        malformed::note(&mut self.faults, &self.label, line, malformed);
        match malformed::first(&self.faults) {
            Some(fault) if self.is_strict => Err(ImportError::Malformed(fault.clone())),
            _ => Ok(()),
        }
    }

    /// Tells the watcher how far the reading is. Cheap enough for every record.
    pub fn advance(&mut self) {
        let now = self.read.load(Ordering::Relaxed);
        if now > self.told {
            self.progress.advance(now - self.told);
            self.told = now;
        }
    }

    /// What to say when the input cannot be read on.
    pub fn damaged(&self, cause: io::Error) -> ImportError {
        ImportError::damaged(&self.label, self.read.load(Ordering::Relaxed), self.total, cause)
    }
}
