//! [`Workers`]: the threads of a lane, and the tasks that wait for them.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What a thread is to do.
pub(in crate::server) type Task = Box<dyn FnOnce() + Send>;

/// Threads that work until these are dropped, and then until no task waits any more.
///
/// They are there from the beginning and stay: how many threads a server has, and what memory they take, does not depend
/// on its load, and that the system starts no more of them is told before anything is promised.
pub(super) struct Workers {
    shared: Arc<Shared>,
    count: usize,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Task>,
    /// Threads at work.
    busy: usize,
    is_closed: bool,
}

impl Workers {
    /// Starts so many threads of this name.
    ///
    /// Errors if one cannot be started; then those that were end.
    pub fn start(name: &str, count: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared { queue: Mutex::default(), changed: Condvar::new() });
        let workers = Self { shared, count };
        for _ in 0..count {
            let shared = Arc::clone(&workers.shared);
            thread::Builder::new().name(name.into()).spawn(move || shared.work())?;
        }
        Ok(workers)
    }

    /// Whether a task would be begun at once.
    pub fn are_free(&self) -> bool {
        let queue = self.shared.queue();
        queue.busy + queue.waiting.len() < self.count
    }

    /// Has a task done, after those before it.
    pub fn submit(&self, task: Task) {
        self.shared.queue().waiting.push_back(task);
        self.shared.changed.notify_one();
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.shared.queue().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn work(&self) {
        let mut queue = self.queue();
        loop {
            if let Some(task) = queue.waiting.pop_front() {
                queue.busy += 1;
                drop(queue);
                // The thread lives on: without it the lane would be narrower for good.
                let _ = catch_unwind(AssertUnwindSafe(task));
                queue = self.queue();
                queue.busy -= 1;
            } else if queue.is_closed {
                return;
            } else {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn tasks_are_done_in_their_order_also_when_nobody_submits_more() {
        let workers = Workers::start("test", 1).unwrap();
        let (tell, told) = mpsc::channel();
        for number in 0..100 {
            let tell = tell.clone();
            workers.submit(Box::new(move || tell.send(number).unwrap()));
        }
        drop((workers, tell));
        assert!(told.into_iter().eq(0..100));
    }

    #[test]
    fn threads_are_free_until_each_has_a_task() {
        let workers = Workers::start("test", 2).unwrap();
        let (go_on, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        for _ in 0..2 {
            assert!(workers.are_free());
            let wait = Arc::clone(&wait);
            workers.submit(Box::new(move || wait.lock().unwrap().recv().unwrap()));
        }
        assert!(!workers.are_free());
        go_on.send(()).unwrap();
        while !workers.are_free() {
            thread::yield_now();
        }
        go_on.send(()).unwrap();
    }

    #[test]
    fn a_panic_costs_no_thread() {
        let workers = Workers::start("test", 1).unwrap();
        workers.submit(Box::new(|| panic!("on purpose")));
        let (tell, told) = mpsc::channel();
        workers.submit(Box::new(move || tell.send(7).unwrap()));
        assert_eq!(told.recv(), Ok(7));
    }

    #[test]
    fn what_waits_is_dropped_with_what_it_holds_once_it_is_done() {
        let held = Arc::new(());
        let workers = Workers::start("test", 1).unwrap();
        let of_task = Arc::clone(&held);
        workers.submit(Box::new(move || drop(of_task)));
        drop(workers);
        while Arc::strong_count(&held) > 1 {
            thread::yield_now();
        }
    }
}
