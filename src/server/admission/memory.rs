//! The memory budget: what requests hold, from the first byte of a message to the last byte of the answer.
//!
//! A call holds [`CALL_BYTES`] from its start to its end, which covers a name and its answer: two atomic additions, and
//! nothing else. What is longer is charged as it arrives, by what has come of it and not by what it says it will be: to
//! say so costs a caller nothing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use super::counters::add;
use super::{Admission, Lane};
use crate::rpc::Failure;

/// What every call holds: the state of its connection's stream, buffers, tasks, a short message and a short answer.
pub(super) const CALL_BYTES: u64 = 8 << 10;
/// The longest message, in bytes, that [`CALL_BYTES`] covers; also of an answer.
const SHORT: u64 = 2 << 10;
/// A message is held as it arrived, in a buffer that grew up to twofold, and decoded; of what it decodes to, the text is
/// the buffer itself, and the rest is bounded by the guard of its items.
const BYTES_PER_MESSAGE_BYTE: u64 = 4;
/// What a chunk of a stream holds beside that.
const CHUNK_BYTES: u64 = 1 << 10;
/// One part in so many of the budget is left to calls that begin, so that single names are answered whatever batches hold.
const LEFT_TO_CALLS: u64 = 8;
/// The hints when to ask again that are given, at least and at most.
const RETRY: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(10)];

/// Bytes that may be held, and are.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u64,
    in_use: AtomicU64,
    refused: AtomicU64,
}

impl Budget {
    pub fn new(limit: u64) -> Self {
        Self { limit, in_use: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }

    pub fn limit(&self) -> u64 {
        self.limit
    }

    pub fn in_use(&self) -> u64 {
        self.in_use.load(Ordering::Relaxed)
    }

    /// How often something was refused.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Whether so many bytes can be had for a call that begins; then they are taken.
    fn take_for_call(&self, bytes: u64) -> bool {
        self.take_up_to(self.limit, bytes)
    }

    /// Whether so many bytes can be had for what is large; then they are taken.
    fn take(&self, bytes: u64) -> bool {
        self.take_up_to(self.limit - self.limit / LEFT_TO_CALLS, bytes)
    }

    /// For a moment others may see bytes taken that are refused.
    fn take_up_to(&self, limit: u64, bytes: u64) -> bool {
        let before = self.in_use.fetch_add(bytes, Ordering::Relaxed);
        let fits = before.checked_add(bytes).is_some_and(|sum| sum <= limit);
        if !fits {
            self.give_back(bytes);
        }
        fits
    }

    /// Takes what is held already, whatever the limit.
    fn take_anyway(&self, bytes: u64) {
        self.in_use.fetch_add(bytes, Ordering::Relaxed);
    }

    fn give_back(&self, bytes: u64) {
        self.in_use.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Admission {
    /// Takes `bytes`, which are given back when the charge is dropped.
    #[cfg(test)]
    pub(super) fn charge(&self, bytes: u64) -> Result<Charge, Failure> {
        self.take(bytes)?;
        Ok(Charge { admission: self.clone(), bytes })
    }

    fn take(&self, bytes: u64) -> Result<(), Failure> {
        if self.budget().take(bytes) { Ok(()) } else { Err(self.refuse(bytes)) }
    }

    /// Says that there is no memory for `bytes` bytes, and counts it.
    pub(super) fn refuse(&self, bytes: u64) -> Failure {
        add(&self.budget().refused);
        // Batches hold the memory: it comes free as they are worked off.
        let retry = self.load(Lane::Bulk).wait(0).clamp(RETRY[0], RETRY[1]);
        Failure::MemoryBudget { bytes, limit: self.budget().limit(), retry }
    }
}

/// Bytes of the budget, given back on dropping.
#[derive(Debug)]
pub(in crate::server) struct Charge {
    admission: Admission,
    bytes: u64,
}

impl Charge {
    /// Adds `bytes`, if they can be had; else it stays as it was.
    pub fn grow(&mut self, bytes: u64) -> Result<(), Failure> {
        self.admission.take(bytes)?;
        self.bytes += bytes;
        Ok(())
    }

    /// Adds what is missing to `bytes`, if it can be had; else it stays as it was, and that is not counted.
    pub(super) fn try_raise(&mut self, bytes: u64) -> bool {
        let is_had = bytes <= self.bytes || self.admission.budget().take(bytes - self.bytes);
        if is_had {
            self.bytes = self.bytes.max(bytes);
        }
        is_had
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.admission.budget().give_back(self.bytes);
    }
}

/// What a message takes of which `bytes` bytes have come; nothing if [`CALL_BYTES`] covers it.
pub(super) fn of_message(bytes: usize) -> u64 {
    let bytes = bytes as u64;
    if bytes <= SHORT { 0 } else { bytes * BYTES_PER_MESSAGE_BYTE }
}

/// What a chunk takes of which `bytes` bytes have come.
pub(super) fn of_chunk(bytes: usize) -> u64 {
    CHUNK_BYTES + bytes as u64 * BYTES_PER_MESSAGE_BYTE
}

/// What one call holds until nobody has to do with it any more: neither its request, nor its work, nor its answer.
#[derive(Debug)]
pub(in crate::server) struct CallMemory {
    admission: Admission,
    /// Bytes that are given back with the call, [`CALL_BYTES`] included.
    held: AtomicU64,
    /// The charges of the chunks of a stream that have arrived and were not taken.
    chunks: Mutex<VecDeque<Charge>>,
}

impl CallMemory {
    /// That of a call which begins. One that `must_be_answered` is taken on whatever the budget, and is no part of it.
    pub fn begin(admission: &Admission, must_be_answered: bool) -> Result<Arc<Self>, Failure> {
        let held = if must_be_answered { 0 } else { CALL_BYTES };
        // Answers that are being sent may have taken more than the limit.
        if held > 0 && !admission.budget().take_for_call(held) {
            return Err(admission.refuse(held));
        }
        Ok(Arc::new(Self {
            admission: admission.clone(),
            held: AtomicU64::new(held),
            chunks: Mutex::default(),
        }))
    }

    /// Holds `bytes` more until the end of the call.
    pub fn hold(&self, bytes: u64) -> Result<(), Failure> {
        if bytes > 0 {
            self.admission.take(bytes)?;
            self.held.fetch_add(bytes, Ordering::Relaxed);
        }
        Ok(())
    }

    /// A piece of the answer that is charged until it has gone, which may be long after the call has ended: HTTP takes an
    /// answer whole that a peer's windows leave no room for.
    pub fn send(&self, piece: Bytes) -> Bytes {
        let bytes = piece.len() as u64;
        if bytes <= SHORT {
            return piece;
        }
        self.admission.budget().take_anyway(bytes);
        Bytes::from_owner(Sent { piece, _charge: Charge { admission: self.admission.clone(), bytes } })
    }

    /// A charge of the same budget, of nothing yet.
    pub fn empty_charge(&self) -> Charge {
        Charge { admission: self.admission.clone(), bytes: 0 }
    }

    /// Keeps a charge until the end of the call, or until it is taken as that of the next chunk.
    pub fn keep(&self, charge: Charge) {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner).push_back(charge);
    }

    /// The charge of the next chunk, which has arrived.
    pub fn next_chunk(&self) -> Option<Charge> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    pub(in crate::server) fn admission(&self) -> &Admission {
        &self.admission
    }
}

impl Drop for CallMemory {
    fn drop(&mut self) {
        self.admission.budget().give_back(*self.held.get_mut());
    }
}

/// A piece of an answer with its charge.
struct Sent {
    piece: Bytes,
    _charge: Charge,
}

impl AsRef<[u8]> for Sent {
    fn as_ref(&self) -> &[u8] {
        &self.piece
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::AdmissionOptions;
    use super::*;

    fn admission(max_request_memory: u64) -> Admission {
        Admission::new(AdmissionOptions { max_request_memory, ..AdmissionOptions::default() })
    }

    #[test]
    fn what_does_not_fit_is_refused_and_leaves_no_trace() {
        let admission = admission(100);
        let mut held = admission.charge(60).unwrap();
        assert!(matches!(admission.charge(41), Err(Failure::MemoryBudget { bytes: 41, limit: 100, .. })));
        assert!(held.grow(41).is_err());
        assert_eq!(admission.counters().memory_in_use(), 60);
        assert!(!held.try_raise(101) && held.try_raise(50) && held.try_raise(80));
        let _rest = admission.charge(8).unwrap();
        assert!(admission.charge(u64::MAX).is_err());
        assert_eq!(admission.counters().memory_in_use(), 88);
        assert_eq!(admission.counters().shed()[0].count, 3);
    }

    #[test]
    fn what_is_large_leaves_room_for_calls() {
        let admission = admission(8 * CALL_BYTES);
        let _large = admission.charge(7 * CALL_BYTES).unwrap();
        assert!(admission.charge(1).is_err());
        let _call = CallMemory::begin(&admission, false).unwrap();
        assert!(CallMemory::begin(&admission, false).is_err());
    }

    #[test]
    fn a_call_that_must_be_answered_is_taken_on() {
        let admission = admission(CALL_BYTES);
        let call = CallMemory::begin(&admission, false).unwrap();
        let _sent = call.send(vec![0; 1 << 20].into());
        assert!(CallMemory::begin(&admission, false).is_err());
        assert!(CallMemory::begin(&admission, true).is_ok());
    }

    #[derive(Clone, Debug)]
    enum Event {
        Begin,
        Hold(u64),
        Send(usize),
        Arrive(u64),
        Take,
        Answer(u64),
        End(usize),
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(Event::Begin),
            (0_u64..100_000).prop_map(Event::Hold),
            (0_usize..100_000).prop_map(Event::Send),
            (0_u64..100_000).prop_map(Event::Arrive),
            Just(Event::Take),
            (0_u64..100_000).prop_map(Event::Answer),
            (0_usize..8).prop_map(Event::End),
        ]
    }

    proptest! {
        #[test]
        fn whatever_calls_do_all_is_given_back(events in prop::collection::vec(event(), 0..200)) {
            let admission = admission(300_000);
            let (mut calls, mut taken, mut sent) = (Vec::new(), Vec::new(), Vec::new());
            for event in events {
                let last: Option<&Arc<CallMemory>> = calls.last();
                match (event, last) {
                    (Event::Begin, _) => calls.extend(CallMemory::begin(&admission, false).ok()),
                    (Event::Hold(bytes), Some(call)) => drop(call.hold(bytes)),
                    (Event::Send(bytes), Some(call)) => sent.push(call.send(vec![0; bytes].into())),
                    (Event::Arrive(bytes), Some(call)) => {
                        let mut charge = call.empty_charge();
                        charge.try_raise(bytes);
                        call.keep(charge);
                    }
                    (Event::Take, Some(call)) => taken.extend(call.next_chunk()),
                    (Event::Answer(bytes), _) => {
                        if let Some(charge) = taken.last_mut() {
                            let _: Result<(), Failure> = charge.grow(bytes);
                        }
                    }
                    (Event::End(i), Some(_)) => drop(calls.swap_remove(i % calls.len())),
                    _ => {}
                }
            }
            drop((calls, taken));
            let long = sent.iter().map(|piece| piece.len() as u64).filter(|&bytes| bytes > SHORT);
            prop_assert_eq!(admission.counters().memory_in_use(), long.sum::<u64>());
            drop(sent);
            prop_assert_eq!(admission.counters().memory_in_use(), 0);
        }
    }
}
