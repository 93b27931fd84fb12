//! [`TransportCounters`]: what became of the connections of a listener, for whoever asks.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why a peer got no connection, or lost it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The server holds as many connections as it may.
    Connections,
    /// The peer's address holds as many connections as one address may.
    Address,
    /// The process is out of file descriptors.
    Descriptors,
    /// The first bytes of a conversation did not come in time.
    Silent,
    /// A frame of HTTP/2, or a block of headers, did not come whole in time.
    Unfinished,
    /// It did not take an answer that was ready.
    Unread,
    /// It does not speak the protocol of the listener.
    Protocol,
    /// It speaks without TLS to a listener that asks for it.
    Plaintext,
}

impl Refusal {
    /// Every reason, in the order of the counters.
    pub const ALL: [Self; 8] = [
        Self::Connections,
        Self::Address,
        Self::Descriptors,
        Self::Silent,
        Self::Unfinished,
        Self::Unread,
        Self::Protocol,
        Self::Plaintext,
    ];

    /// As a label of a metric.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Address => "address",
            Self::Descriptors => "descriptors",
            Self::Silent => "silent",
            Self::Unfinished => "unfinished",
            Self::Unread => "unread",
            Self::Protocol => "protocol",
            Self::Plaintext => "plaintext",
        }
    }
}

/// How a TLS handshake ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Handshake {
    /// With a connection.
    Done,
    /// One side did not like the other's certificate, version or bytes.
    Failed,
    /// Not in time.
    TimedOut,
}

impl Handshake {
    /// Every end, in the order of the counters.
    pub const ALL: [Self; 3] = [Self::Done, Self::Failed, Self::TimedOut];

    /// As a label of a metric.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
        }
    }
}

/// What became of the connections of one listener since it began; a metrics endpoint can read it at any time.
#[derive(Debug, Default)]
pub struct TransportCounters {
    open: AtomicU64,
    accepted: AtomicU64,
    refused: [AtomicU64; Refusal::ALL.len()],
    handshakes: [AtomicU64; Handshake::ALL.len()],
}

impl TransportCounters {
    /// Connections that are open now, those among them that are still being set up.
    pub fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// Connections that got a permit.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Peers that were sent away for `reason`.
    pub fn refused(&self, reason: Refusal) -> u64 {
        self.refused[reason as usize].load(Ordering::Relaxed)
    }

    /// TLS handshakes that ended so.
    pub fn handshakes(&self, end: Handshake) -> u64 {
        self.handshakes[end as usize].load(Ordering::Relaxed)
    }

    pub(super) fn opened(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn closed(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn refuse(&self, reason: Refusal) {
        self.refused[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn shook_hands(&self, end: Handshake) {
        self.handshakes[end as usize].fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_counter_of_its_own() {
        let counters = TransportCounters::default();
        for (times, reason) in Refusal::ALL.into_iter().enumerate() {
            (0..=times).for_each(|_| counters.refuse(reason));
        }
        for (times, reason) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(counters.refused(reason), times as u64 + 1, "{}", reason.as_str());
        }
        for end in Handshake::ALL {
            counters.shook_hands(end);
            assert_eq!(counters.handshakes(end), 1, "{}", end.as_str());
        }
    }
}
