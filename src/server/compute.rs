//! [`Compute`]: work that would hold up the I/O threads, done elsewhere, and no more of it at once than there are
//! processors.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};

use crate::rpc::Failure;

/// Where work waits for its turn. Lanes do not wait for one another: a person's single name does not queue behind
/// the batches of a machine.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lane {
    /// One name: some milliseconds at most.
    Single,
    /// Up to a thousand names.
    Bulk,
}

/// Runs work on tokio's blocking threads. Clones share the lanes.
#[derive(Clone)]
pub(super) struct Compute {
    width: usize,
    single: Arc<Semaphore>,
    bulk: Arc<Semaphore>,
}

impl Compute {
    /// As wide as the machine has processors.
    pub fn new() -> Self {
        let width = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { width, single: Arc::new(Semaphore::new(width)), bulk: Arc::new(Semaphore::new(width)) }
    }

    /// How many jobs of a lane run at once.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Waits for a turn, does `work`, and gives back what it made.
    pub async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&Cancelled) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.start(lane, work).await?.finish().await
    }

    /// Waits for a turn and begins `work`. A job that is dropped is cancelled.
    pub async fn start<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&Cancelled) -> T + Send + 'static,
    ) -> Result<Job<T>, Failure> {
        let lane = match lane {
            Lane::Single => &self.single,
            Lane::Bulk => &self.bulk,
        };
        // The semaphores are never closed.
        let turn = Arc::clone(lane).acquire_owned().await.map_err(|_| Failure::ShuttingDown)?;
        let cancelled = Cancelled::default();
        let seen_by_work = cancelled.clone();
        let handle = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&seen_by_work)
        });
        Ok(Job { handle, cancelled })
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

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_and_frees_its_turn() {
        let compute = Compute::new();
        for _ in 0..=compute.width() {
            let result = compute.run(Lane::Single, |_| -> u8 { panic!("on purpose") }).await;
            assert!(matches!(result, Err(Failure::Internal)));
        }
        assert_eq!(compute.run(Lane::Single, |_| 7).await.unwrap(), 7);
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
        drop(Compute::new().start(Lane::Bulk, work).await.unwrap());
        tokio::task::spawn_blocking(move || told.recv()).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_full_bulk_lane_does_not_hold_up_single_names() {
        let compute = Compute::new();
        let mut jobs = Vec::new();
        for _ in 0..compute.width() {
            let work = |cancelled: &Cancelled| {
                while !cancelled.is_set() {
                    std::thread::yield_now();
                }
            };
            jobs.push(compute.start(Lane::Bulk, work).await.unwrap());
        }
        assert_eq!(compute.run(Lane::Single, |_| 7).await.unwrap(), 7);
    }
}
