//! [`Load`]: what waits in a lane and how long that takes, to refuse at once what would be answered too late.
//!
//! A queue that is longer than callers are patient does work that nobody waits for: at five times its capacity a server
//! would answer nothing in time. So behind a queue that stands, a call is taken on only if what is before it, at the speed
//! that was seen lately, leaves time for it before its deadline. That holds for any patience, which a bound on the number
//! of waiting calls does not; the bound is there for callers without a deadline.
//!
//! A burst is no overload: what came together is worked off together, and a caller in so much of a hurry that it comes to
//! nothing is told that its deadline has passed. How the two are told apart is that of Nichols and Jacobson (Controlling
//! queue delay, 2012): a queue stands if it did not empty for an interval.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::Admission;
use super::counters::add;
use crate::rpc::Failure;

/// Where work waits for its turn. Lanes do not wait for one another: a person's single name does not queue behind
/// the batches of a machine.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) enum Lane {
    /// One name: some milliseconds at most.
    Single,
    /// Up to a thousand names.
    Bulk,
}

/// The weight of the latest work in the average of what a unit takes: one in so many.
const SMOOTHING: i64 = 16;
/// The hints when to ask again that are given, at least and at most.
const RETRY: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(10)];

/// How long a queue that stands has not been empty: CoDel's interval.
const STANDING: Duration = Duration::from_millis(100);

/// What one lane has taken on. A unit of work is a name.
#[derive(Debug)]
pub(in crate::server) struct Load {
    /// Calls whose work has not begun.
    waiting: AtomicUsize,
    /// When the last of them began to wait that found nobody before it, in nanoseconds since `epoch`.
    began: AtomicU64,
    epoch: Instant,
    /// Units of work that were taken on and are not done.
    units: AtomicU64,
    /// What a unit took lately from the start of its work to the end, divided by how many are worked on at once.
    nanos_per_unit: AtomicU64,
    full: AtomicU64,
    too_late: AtomicU64,
    expired: AtomicU64,
}

impl Load {
    /// Nothing is taken on yet.
    pub fn new() -> Self {
        Self {
            waiting: AtomicUsize::new(0),
            began: AtomicU64::new(0),
            epoch: Instant::now(),
            units: AtomicU64::new(0),
            nanos_per_unit: AtomicU64::new(0),
            full: AtomicU64::new(0),
            too_late: AtomicU64::new(0),
            expired: AtomicU64::new(0),
        }
    }

    /// Calls whose work has not begun.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How often too many waited.
    pub fn full(&self) -> u64 {
        self.full.load(Ordering::Relaxed)
    }

    /// How often the answer would have come too late.
    pub fn too_late(&self) -> u64 {
        self.too_late.load(Ordering::Relaxed)
    }

    /// How often the deadline passed before the work began.
    pub fn expired(&self) -> u64 {
        self.expired.load(Ordering::Relaxed)
    }

    /// How long it takes until what was taken on and so many units more are done.
    pub fn wait(&self, units: u64) -> Duration {
        let units = self.units.load(Ordering::Relaxed).saturating_add(units);
        Duration::from_nanos(units.saturating_mul(self.nanos_per_unit.load(Ordering::Relaxed)))
    }

    /// Learns from work of so many units that took so long, of which `width` is done at once.
    pub fn learn(&self, units: u64, took: Duration, width: usize) {
        let nanos = took.as_nanos() / (u128::from(units.max(1)) * width.max(1) as u128);
        let nanos = i64::try_from(nanos).unwrap_or(i64::MAX);
        let before = self.nanos_per_unit.load(Ordering::Relaxed);
        let before_signed = i64::try_from(before).unwrap_or(i64::MAX);
        let after = if before == 0 { nanos } else { before_signed + (nanos - before_signed) / SMOOTHING };
        // Of two that learn at once one may be forgotten: an average bears it.
        self.nanos_per_unit.store(after.unsigned_abs(), Ordering::Relaxed);
    }

    /// Whether some call waited at every moment of the last [`STANDING`].
    fn is_standing(&self) -> bool {
        let began = Duration::from_nanos(self.began.load(Ordering::Relaxed));
        self.waiting() > 0 && self.epoch.elapsed().saturating_sub(began) >= STANDING
    }

    fn enter(&self, units: u64) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) == 0 {
            let now = u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.began.store(now, Ordering::Relaxed);
        }
        self.units.fetch_add(units, Ordering::Relaxed);
    }

    fn overloaded(&self, units: u64) -> Failure {
        Failure::Overloaded { retry: self.wait(units).clamp(RETRY[0], RETRY[1]) }
    }
}

/// Work of a call that was taken on. Given up on dropping.
#[derive(Debug)]
pub(in crate::server) struct Place {
    admission: Admission,
    lane: Lane,
    units: u64,
    /// When it is of no use any more.
    deadline: Option<Instant>,
    is_waiting: AtomicBool,
}

impl Admission {
    /// Takes on work that has to wait for a processor, unless too many wait, or the queue stands and it would be done
    /// after `deadline`.
    pub(in crate::server) fn queue(
        &self,
        lane: Lane,
        units: u64,
        deadline: Option<Instant>,
    ) -> Result<Place, Failure> {
        let load = self.load(lane);
        if load.waiting() >= self.options().max_waiting {
            add(&load.full);
            return Err(load.overloaded(units));
        }
        let time_left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if time_left.is_some_and(|left| load.wait(units) > left) && load.is_standing() {
            add(&load.too_late);
            return Err(load.overloaded(units));
        }
        Ok(self.place(lane, units, deadline))
    }

    /// Takes on work whatever waits: that for which a processor is free, or that of a stream, which sends no more before it
    /// is answered.
    pub(in crate::server) fn place(&self, lane: Lane, units: u64, deadline: Option<Instant>) -> Place {
        self.load(lane).enter(units);
        Place { admission: self.clone(), lane, units, deadline, is_waiting: AtomicBool::new(true) }
    }
}

impl Place {
    /// Says that the work begins; too late if its deadline has passed meanwhile.
    pub fn begin(&self) -> Result<(), Failure> {
        if self.has_expired() {
            return Err(Failure::DeadlineExceeded);
        }
        self.end_wait();
        Ok(())
    }

    fn has_expired(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Whether it has waited until now.
    fn end_wait(&self) -> bool {
        let has_waited = self.is_waiting.swap(false, Ordering::Relaxed);
        if has_waited {
            self.load().waiting.fetch_sub(1, Ordering::Relaxed);
        }
        has_waited
    }

    fn load(&self) -> &Load {
        self.admission.load(self.lane)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // By then its call has ended and been given up, mostly.
        if self.end_wait() && self.has_expired() {
            add(&self.load().expired);
        }
        self.load().units.fetch_sub(self.units, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::AdmissionOptions;
    use super::*;

    fn admission(max_waiting: usize) -> Admission {
        Admission::new(AdmissionOptions { max_waiting, ..AdmissionOptions::default() })
    }

    fn retry(result: Result<Place, Failure>) -> Duration {
        match result {
            Err(Failure::Overloaded { retry }) => retry,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn no_more_wait_than_may() {
        let admission = admission(2);
        let first = admission.queue(Lane::Single, 1, None).unwrap();
        let _second = admission.queue(Lane::Single, 1, None).unwrap();
        assert_eq!(retry(admission.queue(Lane::Single, 1, None)), RETRY[0]);
        assert!(admission.queue(Lane::Bulk, 1, None).is_ok(), "lanes are bounded each by itself");
        first.begin().unwrap();
        assert!(admission.queue(Lane::Single, 1, None).is_ok());
        assert_eq!(admission.counters().queue_depths()[0].waiting, 1);
    }

    #[test]
    fn behind_a_queue_that_stands_what_cannot_be_done_in_time_is_refused_with_a_hint_that_grows() {
        let (admission, now) = (admission(1_000), Instant::now());
        let in_time = now.checked_add(Duration::from_secs(2));
        admission.load(Lane::Bulk).learn(10, Duration::from_secs(2), 2);
        let burst = admission.queue(Lane::Bulk, 100, in_time).unwrap();
        drop(burst);
        let _taken = admission.queue(Lane::Bulk, 10, in_time).unwrap();
        std::thread::sleep(STANDING);
        let short = retry(admission.queue(Lane::Bulk, 15, in_time));
        assert_eq!(short, Duration::from_millis(2_500));
        let _patient = admission.queue(Lane::Bulk, 15, None).unwrap();
        assert!(retry(admission.queue(Lane::Bulk, 15, in_time)) > short);
        assert_eq!(admission.counters().shed()[2].count, 2);
    }

    #[test]
    fn a_queue_that_empties_does_not_stand() {
        let load = Load::new();
        let leave = || load.waiting.fetch_sub(1, Ordering::Relaxed);
        load.enter(1);
        std::thread::sleep(STANDING);
        assert!(load.is_standing());
        load.enter(1);
        leave();
        assert!(load.is_standing());
        leave();
        assert!(!load.is_standing());
        load.enter(1);
        assert!(!load.is_standing());
    }

    #[test]
    fn work_whose_deadline_has_passed_does_not_begin() {
        let admission = admission(1);
        let place = admission.place(Lane::Single, 1, Some(Instant::now()));
        assert!(matches!(place.begin(), Err(Failure::DeadlineExceeded)));
        drop(place);
        assert_eq!(admission.counters().shed()[3].count, 1);
        assert_eq!(admission.load(Lane::Single).waiting(), 0);
        assert_eq!(admission.load(Lane::Single).units.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn the_speed_follows_what_is_seen() {
        let load = Load::new();
        assert_eq!(load.wait(100), Duration::ZERO);
        load.learn(1, Duration::from_millis(1), 1);
        assert_eq!(load.wait(100), Duration::from_millis(100));
        for _ in 0..200 {
            load.learn(1, Duration::from_millis(3), 1);
        }
        assert!(load.wait(100) > Duration::from_millis(290));
    }
}
