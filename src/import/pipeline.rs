//! [`run`]: work on all cores between one who reads and one who writes, in order and in bounded memory.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Fills jobs by `read` on a thread of its own, has `work` done on each by all cores, and hands the results to `write`
/// on this thread, in the order of the jobs.
///
/// `read` fills a job that was used before, and says whether there was something left to fill it with. Only so many jobs
/// exist as keep every core busy; so memory is bounded by the size of one. The first failure ends all; if reading fails,
/// all that was read before is written first.
pub(super) fn run<J, O, E>(
    mut read: impl FnMut(&mut J) -> Result<bool, E> + Send,
    work: impl Fn(&J) -> O + Sync,
    mut write: impl FnMut(O) -> Result<(), E>,
) -> Result<(), E>
where
    J: Default + Send,
    O: Send,
    E: Send,
{
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let (give_back, free) = channel();
    for _ in 0..2 * workers + 2 {
        // The other end is held below.
        let _ = give_back.send(J::default());
    }
    // There are never more jobs than those above, so no channel has to be bounded, and no sender ever waits.
    let (to_work, jobs) = channel();
    let (to_write, done) = channel();
    let jobs = Mutex::new(jobs);
    thread::scope(|scope| {
        let reader = scope.spawn(move || fill(&mut read, &free, &to_work));
        for _ in 0..workers {
            let (jobs, to_write, work) = (&jobs, to_write.clone(), &work);
            scope.spawn(move || do_work(jobs, &to_write, work));
        }
        drop(to_write);
        // What stops here lets go of its channels, and so ends the threads.
        let written = in_order(done, give_back, &mut write);
        let read = reader.join().unwrap_or_else(|panic| resume_unwind(panic));
        written.and(read)
    })
}

/// A job with its number.
type Numbered<J> = (u64, J);
/// A job that is done: its number, itself to be filled again, and what came of it.
type Done<J, O> = (u64, J, thread::Result<O>);

fn fill<J, E>(
    read: &mut impl FnMut(&mut J) -> Result<bool, E>,
    free: &Receiver<J>,
    to_work: &Sender<Numbered<J>>,
) -> Result<(), E> {
    for number in 0.. {
        let Ok(mut job) = free.recv() else { break };
        if !read(&mut job)? || to_work.send((number, job)).is_err() {
            break;
        }
    }
    Ok(())
}

fn do_work<J, O>(
    jobs: &Mutex<Receiver<Numbered<J>>>,
    to_write: &Sender<Done<J, O>>,
    work: &(impl Fn(&J) -> O + Sync),
) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, job)) = next else { return };
        // A panic goes on where the results are awaited: nobody is left waiting for one that never comes.
        let result = catch_unwind(AssertUnwindSafe(|| work(&job)));
        if to_write.send((number, job, result)).is_err() {
            return;
        }
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "whoever waits for a job is told by its end that none will come"
)]
fn in_order<J, O, E>(
    done: Receiver<Done<J, O>>,
    give_back: Sender<J>,
    write: &mut impl FnMut(O) -> Result<(), E>,
) -> Result<(), E> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (number, job, result) in done {
        early.insert(number, (job, result));
        while let Some((job, result)) = early.remove(&next) {
            write(result.unwrap_or_else(|panic| resume_unwind(panic)))?;
            next += 1;
            // The reader may have ended.
            let _ = give_back.send(job);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(until: u64) -> impl FnMut(&mut u64) -> Result<bool, String> + Send {
        let mut next = 0;
        move |job| {
            (*job, next) = (next, next + 1);
            Ok(next <= until)
        }
    }

    /// Work that takes the longer the smaller the number is, in every ten.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as work is called")]
    fn uneven(job: &u64) -> u64 {
        thread::sleep(std::time::Duration::from_micros(10 - job % 10));
        job * 2
    }

    #[test]
    fn results_come_in_order() {
        let mut results = Vec::new();
        run(numbers(1000), uneven, |result| {
            results.push(result);
            Ok(())
        })
        .unwrap();
        assert_eq!(results, (0..1000).map(|n| n * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_failed_write_ends_all() {
        let ended =
            run(
                numbers(u64::MAX),
                uneven,
                |result| {
                    if result == 200 { Err("full".to_owned()) } else { Ok(()) }
                },
            );
        assert_eq!(ended, Err("full".to_owned()));
    }

    #[test]
    fn what_was_read_before_a_failure_is_written() {
        let (mut read, mut last) = (numbers(u64::MAX), 0);
        let read = move |job: &mut u64| {
            read(job)?;
            if *job == 500 { Err("broken".to_owned()) } else { Ok(true) }
        };
        let ended = run(read, uneven, |result| {
            last = result;
            Ok(())
        });
        assert_eq!((ended, last), (Err("broken".to_owned()), 998));
    }

    #[test]
    #[should_panic(expected = "seven")]
    fn a_panic_at_work_reaches_the_caller() {
        let work = |job: &u64| assert!(*job != 7, "seven");
        let _ = run(numbers(u64::MAX), work, |()| Ok(()));
    }
}
