//! [`Compute`]: work that would hold up the I/O threads, done elsewhere, and in each lane no more of it at once than there
//! are processors.
//!
//! What is done next is taken from a queue by the thread that has become free. So the processors are never idle while work
//! waits, however much there is for the I/O threads to read and to refuse.

mod workers;

use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::oneshot;
use tokio::time::Instant;

use self::workers::{Task, Workers};
pub(super) use super::admission::Lane;
use super::admission::{Admission, Place};
use crate::rpc::Failure;

/// Runs work on threads of its own. Clones share the lanes.
#[derive(Clone)]
pub(super) struct Compute(Arc<Lanes>);

struct Lanes {
    width: usize,
    single: Workers,
    bulk: Workers,
    admission: Admission,
}

impl Compute {
    /// As wide as the machine has processors.
    ///
    /// Errors if the system starts no more threads.
    pub fn new(admission: Admission) -> io::Result<Self> {
        let width = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers = |name| Workers::start(name, width);
        let (single, bulk) = (workers("yaqut-single")?, workers("yaqut-bulk")?);
        Ok(Self(Arc::new(Lanes { width, single, bulk, admission })))
    }

    /// How many jobs of a lane run at once.
    pub fn width(&self) -> usize {
        self.0.width
    }

    /// Takes on `work` of so many units, and gives back what it made when its turn has come. Refuses it if it would not be
    /// done before `deadline`.
    pub async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        units: usize,
        deadline: Option<Instant>,
        work: impl FnOnce(&Cancelled) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let place = self.place(lane, units, deadline)?;
        let (mut job, order) = job();
        let compute = self.clone();
        self.submit(
            lane,
            Box::new(move || {
                // The place is given up before anybody learns of the result.
                order.carry_out(move |cancelled| {
                    place.begin()?;
                    compute.timed(lane, units, cancelled, work)
                });
            }),
        );
        job.finish().await
    }

    /// Takes on work of so many units: any, if a processor is free, else what can be done before `deadline`.
    pub fn place(&self, lane: Lane, units: usize, deadline: Option<Instant>) -> Result<Place, Failure> {
        if self.workers(lane).are_free() {
            return Ok(self.0.admission.place(lane, units as u64, deadline));
        }
        self.0.admission.queue(lane, units as u64, deadline)
    }

    /// Takes on work whatever waits: for streams, of which each waits for its own answers before it sends more.
    pub fn place_anyway(&self, lane: Lane, units: usize) -> Place {
        self.0.admission.place(lane, units as u64, None)
    }

    /// Has a task done that was taken on, after those before it.
    pub fn submit(&self, lane: Lane, task: Task) {
        self.workers(lane).submit(task);
    }

    /// Does `work` of so many units, and learns from it how long such work takes.
    pub fn timed<T>(
        &self,
        lane: Lane,
        units: usize,
        cancelled: &Cancelled,
        work: impl FnOnce(&Cancelled) -> T,
    ) -> Result<T, Failure> {
        let begun = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| work(cancelled))).map_err(|_| panicked())?;
        if !cancelled.is_set() {
            self.0.admission.load(lane).learn(units as u64, begun.elapsed(), self.0.width);
        }
        Ok(result)
    }

    fn workers(&self, lane: Lane) -> &Workers {
        match lane {
            Lane::Single => &self.0.single,
            Lane::Bulk => &self.0.bulk,
        }
    }
}

/// Work that somebody waits for. Cancelled on dropping.
pub(super) struct Job<T> {
    result: oneshot::Receiver<Result<T, Failure>>,
    cancelled: Cancelled,
}

/// The other side of a [`Job`]: its work, which is to be done.
pub(super) struct Order<T> {
    result: oneshot::Sender<Result<T, Failure>>,
    cancelled: Cancelled,
}

/// A job, and the order to do it.
pub(super) fn job<T>() -> (Job<T>, Order<T>) {
    let (sender, receiver) = oneshot::channel();
    let cancelled = Cancelled::default();
    (Job { result: receiver, cancelled: cancelled.clone() }, Order { result: sender, cancelled })
}

impl<T> Order<T> {
    /// Does `work` and hands over what it made, unless nobody waits for it any more.
    pub fn carry_out(self, work: impl FnOnce(&Cancelled) -> Result<T, Failure>) {
        if !self.cancelled.is_set() {
            let result = work(&self.cancelled);
            // Whoever waited may have gone meanwhile.
            let _ = self.result.send(result);
        }
    }
}

impl<T> Job<T> {
    /// Waits for the result; may be dropped and called anew until it is there. A panic becomes a failure.
    pub async fn finish(&mut self) -> Result<T, Failure> {
        // What was taken on is done, unless its task breaks down outside of the work.
        (&mut self.result).await.map_err(|_| Failure::Internal)?
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

/// What a caller is told of work that broke down. The panic hook has written where.
pub(super) fn panicked() -> Failure {
    tracing::error!("the code that answers panicked; this is a fault of yaqut");
    Failure::Internal
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::super::admission::AdmissionOptions;
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_and_frees_its_turn() {
        let compute = Compute::new(Admission::default()).unwrap();
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
            tell.send("begun").unwrap();
            wait_for_end(cancelled);
            tell.send("ended").unwrap();
        };
        let job = start(&Compute::new(Admission::default()).unwrap(), Lane::Bulk, work);
        let told = tokio::task::spawn_blocking(move || {
            assert_eq!(told.recv(), Ok("begun"));
            told
        });
        let told = told.await.unwrap();
        drop(job);
        tokio::task::spawn_blocking(move || assert_eq!(told.recv(), Ok("ended"))).await.unwrap();
    }

    #[tokio::test]
    async fn a_full_bulk_lane_does_not_hold_up_single_names() {
        let compute = Compute::new(Admission::default()).unwrap();
        let _jobs = keep_busy(&compute, Lane::Bulk);
        assert_eq!(compute.run(Lane::Single, 1, None, |_| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn when_all_processors_are_busy_no_more_is_taken_on_than_may_wait() {
        let options = AdmissionOptions { max_waiting: 1, ..AdmissionOptions::default() };
        let compute = Compute::new(Admission::new(options)).unwrap();
        let mut jobs = keep_busy(&compute, Lane::Single);
        let waits = compute.run(Lane::Single, 1, None, |_| 7);
        let is_refused = async {
            tokio::task::yield_now().await;
            let refused = compute.run(Lane::Single, 1, None, |_| 8).await;
            assert!(matches!(refused, Err(Failure::Overloaded { .. })));
            jobs.clear();
        };
        assert_eq!(tokio::join!(waits, is_refused).0.unwrap(), 7);
        let counters = compute.0.admission.counters();
        assert_eq!((counters.queue_depths()[0].waiting, counters.shed()[1].count), (0, 1));
    }

    #[tokio::test]
    async fn work_that_waited_past_its_deadline_is_not_begun() {
        let compute = Compute::new(Admission::default()).unwrap();
        let mut jobs = keep_busy(&compute, Lane::Single);
        let deadline = Instant::now() + Duration::from_millis(10);
        let late = compute.run(Lane::Single, 1, Some(deadline), |_| -> u8 { unreachable!() });
        let end = async {
            tokio::time::sleep_until(deadline).await;
            jobs.clear();
        };
        assert!(matches!(tokio::join!(late, end).0, Err(Failure::DeadlineExceeded)));
        assert_eq!(compute.0.admission.counters().shed()[3].count, 1);
    }

    #[tokio::test]
    async fn what_waits_is_done_though_nobody_polls() {
        let compute = Compute::new(Admission::default()).unwrap();
        let (tell, told) = mpsc::channel();
        for number in 0..100 {
            let (compute_of_work, tell) = (compute.clone(), tell.clone());
            let task = move || {
                // As the parts of a batch do.
                let again = tell.clone();
                compute_of_work.submit(Lane::Bulk, Box::new(move || again.send(100 + number).unwrap()));
                tell.send(number).unwrap();
            };
            compute.submit(Lane::Bulk, Box::new(task));
        }
        // Not awaited: this keeps the only thread of the test's runtime.
        let mut done: Vec<i32> = (0..200).map(|_| told.recv().unwrap()).collect();
        done.sort_unstable();
        assert_eq!(done, (0..200).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn what_is_given_up_while_it_waits_is_not_begun() {
        let compute = Compute::new(Admission::default()).unwrap();
        let mut jobs = keep_busy(&compute, Lane::Single);
        drop(start(&compute, Lane::Single, |_: &Cancelled| unreachable!()));
        jobs.clear();
        assert_eq!(compute.run(Lane::Single, 1, None, |_| 7).await.unwrap(), 7);
        assert_eq!(compute.0.admission.counters().queue_depths()[0].waiting, 0);
    }

    /// Work for all processors, which lasts as long as anybody waits for it.
    fn keep_busy(compute: &Compute, lane: Lane) -> Vec<Job<()>> {
        (0..compute.width()).map(|_| start(compute, lane, wait_for_end)).collect()
    }

    /// Begins work of one unit whose result is not awaited.
    fn start(compute: &Compute, lane: Lane, work: impl FnOnce(&Cancelled) + Send + 'static) -> Job<()> {
        let (job, order) = job();
        let of_work = compute.clone();
        let task = move || order.carry_out(|cancelled| of_work.timed(lane, 1, cancelled, work));
        compute.submit(lane, Box::new(task));
        job
    }

    fn wait_for_end(cancelled: &Cancelled) {
        while !cancelled.is_set() {
            std::thread::yield_now();
        }
    }
}
