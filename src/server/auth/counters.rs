//! [`AuthCounters`]: how many calls were let through, and how many were refused why.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Refusal;
use super::reload::Look;

/// How a call was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthResult {
    /// It was let through.
    Allowed,
    /// It was not.
    Denied(Refusal),
}

impl AuthResult {
    /// For metrics.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied(refusal) => refusal.label(),
        }
    }
}

/// How many calls were let through or refused since the server began, and how often files were read again; a metrics
/// endpoint can read it at any time. Calls that need no credentials are not counted.
#[derive(Debug, Default)]
pub struct AuthCounters {
    allowed: AtomicU64,
    denied: [AtomicU64; Refusal::ALL.len()],
    exchanged: AtomicU64,
    failed: AtomicU64,
}

impl AuthCounters {
    /// Calls that were let through.
    pub fn allowed(&self) -> u64 {
        self.allowed.load(Ordering::Relaxed)
    }

    /// Calls that were refused for one reason.
    pub fn denied(&self, refusal: Refusal) -> u64 {
        self.denied.get(refusal as usize).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// Every result, with how many calls ended so.
    pub fn results(&self) -> impl Iterator<Item = (AuthResult, u64)> {
        let denied = Refusal::ALL.map(|refusal| (AuthResult::Denied(refusal), self.denied(refusal)));
        std::iter::once((AuthResult::Allowed, self.allowed())).chain(denied)
    }

    /// Files that had changed and were put into use.
    pub fn reloads_exchanged(&self) -> u64 {
        self.exchanged.load(Ordering::Relaxed)
    }

    /// Files that had changed and were wrong, or gone; what was read before stayed in use.
    pub fn reloads_failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Counts a call: refused, or let through.
    pub(super) fn count(&self, refusal: Option<Refusal>) {
        let counter = refusal.and_then(|refusal| self.denied.get(refusal as usize)).unwrap_or(&self.allowed);
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_look(&self, look: Look) {
        match look {
            Look::Unchanged => {}
            Look::Exchanged => _ = self.exchanged.fetch_add(1, Ordering::Relaxed),
            Look::Failed => _ = self.failed.fetch_add(1, Ordering::Relaxed),
        }
    }
}
