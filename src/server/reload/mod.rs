//! [`Reloader`]: exchanges what an [`Engine`] answers from when its packs change.
//!
//! One thread owns the stack and does one reload after another, off the threads that answer. Whoever wants a reload (a
//! call, a signal, the watch) asks that thread; all who have asked by the time it is free are answered by one reload, so
//! what is asked for while one runs is done once more after it, and never more often.

mod attempt;
mod status;

pub use attempt::{ReloadAttempt, ReloadOutcome, ReloadTrigger};
pub use status::{ReloadCounters, ReloadStatus};

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use self::attempt::{Begun, Trouble};
use self::status::Ledger;
use super::engine::Engine;
use crate::Gazetteer;
use crate::store::{self, Event, Observer, Opened, Stack, StackConfig, Warning};

/// Reloads what an [`Engine`] answers from. Clones share the thread that does it, which ends with the last of them.
#[derive(Clone)]
pub struct Reloader {
    requests: Sender<Request>,
    ledger: Arc<Ledger>,
}

/// What somebody asks for.
struct Request {
    trigger: ReloadTrigger,
    force: bool,
    /// Who waits for the result.
    waiting: Option<oneshot::Sender<Arc<ReloadAttempt>>>,
}

impl Reloader {
    /// Starts the thread for `engine`, which answers from `stack` as it was opened from `config`.
    ///
    /// Errors if the thread cannot be started.
    pub fn start(engine: Engine, config: StackConfig, stack: Stack) -> io::Result<Self> {
        let (requests, asked) = mpsc::channel();
        let ledger = Arc::new(Ledger::new(engine.clone()));
        let worker = Worker {
            engine,
            config,
            stack,
            asked,
            ledger: Arc::clone(&ledger),
            trouble: Trouble::default(),
            warnings: Vec::new(),
            retired: Vec::new(),
        };
        thread::Builder::new().name("yaqut-reload".into()).spawn(move || worker.run())?;
        Ok(Self { requests, ledger })
    }

    /// Asks for a reload, and does not wait for it. `force` has every file read again, even those that seem unchanged.
    pub fn request(&self, trigger: ReloadTrigger, force: bool) {
        self.send(Request { trigger, force, waiting: None });
    }

    /// Asks for a reload, and waits for its result. `None` only if the process is ending.
    pub async fn reload(&self, trigger: ReloadTrigger, force: bool) -> Option<Arc<ReloadAttempt>> {
        let (waiting, result) = oneshot::channel();
        self.send(Request { trigger, force, waiting: Some(waiting) });
        result.await.ok()
    }

    /// Whose index is exchanged.
    pub fn engine(&self) -> &Engine {
        self.ledger.engine()
    }

    /// What serves, and how the last reload went.
    pub fn status(&self) -> ReloadStatus {
        self.ledger.status()
    }

    /// How many reloads ended how.
    pub fn counters(&self) -> &ReloadCounters {
        self.ledger.counters()
    }

    /// The thread lives as long as anybody can ask it.
    fn send(&self, request: Request) {
        let _ = self.requests.send(request);
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader").field("status", &self.status()).finish_non_exhaustive()
    }
}

/// What the thread works with.
struct Worker {
    engine: Engine,
    config: StackConfig,
    stack: Stack,
    asked: Receiver<Request>,
    ledger: Arc<Ledger>,
    /// What was wrong the last time.
    trouble: Trouble,
    /// What the store worked around the last time.
    warnings: Vec<Warning>,
    /// Gazetteers that were exchanged, while calls still use them.
    retired: Vec<Arc<Gazetteer>>,
}

/// How often it is looked whether calls still use an old gazetteer.
const RETIREMENT: Duration = Duration::from_millis(100);

impl Worker {
    fn run(mut self) {
        while let Some(requests) = self.wait() {
            self.answer(requests);
        }
    }

    /// Everything that has been asked for, once there is something; `None` if nobody can ask any more.
    fn wait(&mut self) -> Option<Vec<Request>> {
        let first = loop {
            self.drop_retired();
            if self.retired.is_empty() {
                break self.asked.recv().ok()?;
            }
            match self.asked.recv_timeout(RETIREMENT) {
                Ok(request) => break request,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        };
        Some(std::iter::once(first).chain(self.asked.try_iter()).collect())
    }

    /// Drops the old gazetteers that no call uses any more. Here and not where the last call ends: to take one down and to
    /// unmap its files is no work for a thread that answers.
    fn drop_retired(&mut self) {
        self.retired.retain(|gazetteer| Arc::strong_count(gazetteer) > 1);
    }

    fn answer(&mut self, requests: Vec<Request>) {
        let trigger = requests.iter().map(|request| request.trigger).min().unwrap_or(ReloadTrigger::Poll);
        let force = requests.iter().any(|request| request.force);
        self.ledger.begin();
        let (attempt, is_news) = self.attempt(trigger, force);
        if is_news {
            attempt.log();
        }
        let attempt = Arc::new(attempt);
        self.ledger.end(&attempt, is_news);
        for waiting in requests.into_iter().filter_map(|request| request.waiting) {
            // It waits no more, perhaps.
            let _ = waiting.send(Arc::clone(&attempt));
        }
    }

    /// Does one reload, and tells whether there is anything new to say about it.
    fn attempt(&mut self, trigger: ReloadTrigger, force: bool) -> (ReloadAttempt, bool) {
        let begun = Begun::new(trigger, self.engine.snapshot().index_version());
        let stack = self.stack.clone();
        let previous = if force { stack.to_be_read_again() } else { stack };
        let opened = catch_unwind(AssertUnwindSafe(|| store::reopen(&self.config, &previous, &Traced)));
        let attempt = match opened {
            Ok(Ok(opened)) => self.exchange(begun, opened),
            Ok(Err(error)) => begun.failed(&error),
            // The panic hook has told where.
            Err(_) => begun.panicked(),
        };
        let trouble = attempt.trouble();
        let is_news = trigger.is_explicit() || attempt.is_exchange() || trouble != self.trouble;
        self.trouble = trouble;
        (attempt, is_news)
    }

    /// Puts what was opened into use, if it is another gazetteer.
    fn exchange(&mut self, begun: Begun, opened: Opened) -> ReloadAttempt {
        for warning in opened.warnings.iter().filter(|warning| !self.warnings.contains(warning)) {
            tracing::warn!("{warning}");
        }
        let attempt = begun.opened(&opened);
        if !Arc::ptr_eq(&self.engine.snapshot(), &opened.gazetteer) {
            self.retired.push(self.engine.replace(opened.gazetteer));
        }
        (self.stack, self.warnings) = (opened.stack, opened.warnings);
        attempt
    }
}

/// Tells the log what the store does.
struct Traced;

impl Observer for Traced {
    fn observe(&self, event: Event<'_>) {
        tracing::debug!("{event:?}");
    }
}

#[cfg(test)]
mod tests;
