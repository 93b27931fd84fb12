//! [`Compute`]: work that would hold up the I/O threads, done elsewhere, and no more of it at once than there are
//! processors.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;

pub(super) use super::admission::Lane;
use super::admission::{Admission, Place};
use crate::rpc::Failure;

/// Runs work on tokio's blocking threads. Clones share the lanes.
#[derive(Clone)]
pub(super) struct Compute {
    width: usize,
    single: Arc<Semaphore>,
    bulk: Arc<Semaphore>,
    admission: Admission,
}

impl Compute {
    /// As wide as the machine has processors.
    pub fn new(admission: Admission) -> Self {
        let width = std::thread::available_parallelism().map_or(1, NonZero::get);
        let lane = || Arc::new(Semaphore::new(width));
        Self { width, single: lane(), bulk: lane(), admission }
    }

    /// How many jobs of a lane run at once.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Waits for a turn, does `work` of so many units, and gives back what it made. Refuses it if it would not be done
    /// before `deadline`.
    pub async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        units: usize,
        deadline: Option<Instant>,
        work: impl FnOnce(&Cancelled) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let mut place = self.place(lane, units, deadline)?;
        let turn = self.turn(lane).await?;
        place.begin(deadline)?;
        self.spawn(lane, units, turn, work).finish().await
    }

    /// Takes on work of so many units: any, if a processor is free, else what can be done before `deadline`.
    pub fn place(&self, lane: Lane, units: usize, deadline: Option<Instant>) -> Result<Place, Failure> {
        if self.turns(lane).available_permits() > 0 {
            return Ok(self.admission.place(lane, units as u64));
        }
        self.admission.queue(lane, units as u64, deadline)
    }

    /// Takes on work whatever waits: for streams, of which each waits for its own answers before it sends more.
    pub fn place_anyway(&self, lane: Lane, units: usize) -> Place {
        self.admission.place(lane, units as u64)
    }

    /// Waits for a turn and begins `work` of so many units, which has been taken on. A job that is dropped is cancelled.
    pub async fn start<T: Send + 'static>(
        &self,
        lane: Lane,
        units: usize,
        work: impl FnOnce(&Cancelled) -> T + Send + 'static,
    ) -> Result<Job<T>, Failure> {
        Ok(self.spawn(lane, units, self.turn(lane).await?, work))
    }

    fn turns(&self, lane: Lane) -> &Arc<Semaphore> {
        match lane {
            Lane::Single => &self.single,
            Lane::Bulk => &self.bulk,
        }
    }

    async fn turn(&self, lane: Lane) -> Result<OwnedSemaphorePermit, Failure> {
        // The semaphores are never closed.
        Arc::clone(self.turns(lane)).acquire_owned().await.map_err(|_| Failure::ShuttingDown)
    }

    fn spawn<T: Send + 'static>(
        &self,
        lane: Lane,
        units: usize,
        turn: OwnedSemaphorePermit,
        work: impl FnOnce(&Cancelled) -> T + Send + 'static,
    ) -> Job<T> {
        let cancelled = Cancelled::default();
        let seen_by_work = cancelled.clone();
        let (admission, width) = (self.admission.clone(), self.width);
        let handle = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let begun = Instant::now();
            let result = work(&seen_by_work);
            if !seen_by_work.is_set() {
                admission.load(lane).learn(units as u64, begun.elapsed(), width);
            }
            result
        });
        Job { handle, cancelled }
    }
}

/// Work under way.
pub(super) struct Job<T> {
    handle: JoinHandle<T>,
    cancelled: Cancelled,
}

impl<T> Job<T> {
    /// Waits for the result; may be dropped and called anew until it is there. A panic becomes a failure.
    pub async fn finish(&mut self) -> Result<T, Failure> {
        (&mut self.handle).await.map_err(|error| panicked(&error))
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.cancelled.0.store(true, Ordering::Relaxed);
    }
}

/// Whether nobody waits for the work any more. Long work looks here between its items.
#[derive(Clone, Default)]
pub(super) struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a caller is told of a task that broke down. The panic hook has written where.
pub(super) fn panicked(error: &JoinError) -> Failure {
    if error.is_panic() {
        tracing::error!("the code that answers panicked; this is a fault of yaqut");
        return Failure::Internal;
    }
    // Tasks are cancelled only when the runtime goes down.
    Failure::ShuttingDown
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::super::admission::AdmissionOptions;
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_and_frees_its_turn() {
        let compute = Compute::new(Admission::default());
        for _ in 0..=compute.width() {
            let result = compute.run(Lane::Single, 1, None, |_| -> u8 { panic!("on purpose") }).await;
            assert!(matches!(result, Err(Failure::Internal)));
        }
        assert_eq!(compute.run(Lane::Single, 1, None, |_| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_dropped_job_learns_of_it() {
        let (tell, told) = mpsc::channel();
        let work = move |cancelled: &Cancelled| {
            while !cancelled.is_set() {
                std::thread::yield_now();
            }
            tell.send(()).unwrap();
        };
        drop(Compute::new(Admission::default()).start(Lane::Bulk, 1, work).await.unwrap());
        tokio::task::spawn_blocking(move || told.recv()).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_full_bulk_lane_does_not_hold_up_single_names() {
        let compute = Compute::new(Admission::default());
        let mut jobs = Vec::new();
        for _ in 0..compute.width() {
            let work = |cancelled: &Cancelled| {
                while !cancelled.is_set() {
                    std::thread::yield_now();
                }
            };
            jobs.push(compute.start(Lane::Bulk, 1, work).await.unwrap());
        }
        assert_eq!(compute.run(Lane::Single, 1, None, |_| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn when_all_processors_are_busy_no_more_is_taken_on_than_may_wait() {
        let options = AdmissionOptions { max_waiting: 1, ..AdmissionOptions::default() };
        let compute = Compute::new(Admission::new(options));
        let mut jobs = Vec::new();
        for _ in 0..compute.width() {
            jobs.push(compute.start(Lane::Single, 1, wait_for_end).await.unwrap());
        }
        let waits = compute.run(Lane::Single, 1, None, |_| 7);
        let is_refused = async {
            tokio::task::yield_now().await;
            let refused = compute.run(Lane::Single, 1, None, |_| 8).await;
            assert!(matches!(refused, Err(Failure::Overloaded { .. })));
            jobs.clear();
        };
        assert_eq!(tokio::join!(waits, is_refused).0.unwrap(), 7);
        let counters = compute.admission.counters();
        assert_eq!((counters.queue_depths()[0].waiting, counters.shed()[1].count), (0, 1));
    }

    #[tokio::test]
    async fn work_that_waited_past_its_deadline_is_not_begun() {
        let compute = Compute::new(Admission::default());
        let mut jobs = Vec::new();
        for _ in 0..compute.width() {
            jobs.push(compute.start(Lane::Single, 1, wait_for_end).await.unwrap());
        }
        let deadline = Instant::now() + Duration::from_millis(10);
        let late = compute.run(Lane::Single, 1, Some(deadline), |_| -> u8 { unreachable!() });
        let end = async {
            tokio::time::sleep_until(deadline).await;
            jobs.clear();
        };
        assert!(matches!(tokio::join!(late, end).0, Err(Failure::DeadlineExceeded)));
        assert_eq!(compute.admission.counters().shed()[3].count, 1);
    }

    fn wait_for_end(cancelled: &Cancelled) {
        while !cancelled.is_set() {
            std::thread::yield_now();
        }
    }
}
