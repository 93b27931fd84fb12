//! [`Watch`]: tells when packs and segment files may have changed.
//!
//! Events of the file system are hints and no more: they say that it is time to look, and the stamps and digests of
//! [`reopen`](super::reopen) say whether anything has changed. So nothing depends on what an event says, and a look from
//! time to time makes up for those that never come (network file systems, links to files elsewhere, a full queue).

mod events;
mod folders;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use notify::RecommendedWatcher;

use self::events::Events;
use super::stack::StackConfig;

/// How changes are noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchOptions {
    /// Whether events of the file system are asked for. Default: yes.
    pub events: bool,
    /// How long until files are looked at without any event. Default: 30 s.
    pub poll_interval: Duration,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self { events: true, poll_interval: Duration::from_secs(30) }
    }
}

/// Why it is time to look whether files have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchHint {
    /// The system told of a change in a folder that is watched.
    Event,
    /// The last look was a while ago.
    Poll,
}

/// What is watched at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// The folders of which the system tells changes.
    pub folders: Vec<PathBuf>,
    /// Why it does not tell of all that it was asked for.
    pub failure: Option<String>,
}

/// Whoever writes several files does so in one go; so files are looked at when nothing has happened for so long,
const QUIET: Duration = Duration::from_millis(75);
/// and after so long even if it goes on.
const LONGEST_UNREST: Duration = Duration::from_millis(500);

/// Watches the files of a stack, on a thread of its own, until it is dropped.
pub struct Watch {
    options: WatchOptions,
    watched: Arc<Mutex<Watched>>,
    bell: SyncSender<()>,
    is_over: Arc<AtomicBool>,
}

impl Watch {
    /// Watches the packs and segment files of `config`. `look` is told of whatever happens after this has returned, soon
    /// after it has; it is called from one thread, and should only pass the hint on.
    ///
    /// Where the system tells no events, or has no more of them to give, files are polled: [`Watch::watched`] says why.
    ///
    /// Errors if the thread cannot be started.
    pub fn start(
        config: &StackConfig,
        options: WatchOptions,
        look: impl FnMut(WatchHint) + Send + 'static,
    ) -> io::Result<Self> {
        // Room for one: a bell that has been rung need not be rung again.
        let (bell, rings) = mpsc::sync_channel(1);
        let (is_over, watched) = (Arc::<AtomicBool>::default(), Arc::<Mutex<Watched>>::default());
        let events = options.events.then(|| Events::new(config, bell.clone()));
        let mut guard = Guard {
            events,
            poll_interval: options.poll_interval,
            rings,
            is_over: Arc::clone(&is_over),
            watched: Arc::clone(&watched),
            look,
        };
        guard.watch_anew();
        thread::Builder::new().name("yaqut-watch".into()).spawn(move || guard.run())?;
        Ok(Self { options, watched, bell, is_over })
    }

    /// How it watches.
    pub fn options(&self) -> &WatchOptions {
        &self.options
    }

    /// What is watched at the moment.
    pub fn watched(&self) -> Watched {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // If the bell has been rung already, the thread wakes as well.
        let _ = self.bell.try_send(());
    }
}

/// What the thread of a [`Watch`] works with.
struct Guard<L> {
    events: Option<Events<RecommendedWatcher>>,
    poll_interval: Duration,
    rings: Receiver<()>,
    is_over: Arc<AtomicBool>,
    watched: Arc<Mutex<Watched>>,
    look: L,
}

impl<L: FnMut(WatchHint)> Guard<L> {
    fn run(mut self) {
        let mut next_poll = Instant::now() + self.poll_interval;
        while let Some(hint) = self.wait(next_poll) {
            // Before the look, so that what changes after it rings again.
            self.watch_anew();
            (self.look)(hint);
            if hint == WatchHint::Poll {
                next_poll = Instant::now() + self.poll_interval;
            }
        }
    }

    /// Waits for the next reason to look; `None` if it is over.
    fn wait(&self, next_poll: Instant) -> Option<WatchHint> {
        let hint = match self.rings.recv_timeout(next_poll.saturating_duration_since(Instant::now())) {
            Ok(()) => WatchHint::Event,
            Err(RecvTimeoutError::Timeout) => WatchHint::Poll,
            Err(RecvTimeoutError::Disconnected) => return None,
        };
        if hint == WatchHint::Event {
            self.wait_for_quiet();
        }
        (!self.is_over.load(Ordering::Relaxed)).then_some(hint)
    }

    fn wait_for_quiet(&self) {
        let begun = Instant::now();
        while !self.is_over.load(Ordering::Relaxed)
            && begun.elapsed() < LONGEST_UNREST
            && self.rings.recv_timeout(QUIET).is_ok()
        {}
    }

    /// Has the folders watched that bear the names by now.
    fn watch_anew(&mut self) {
        let Some(events) = &mut self.events else { return };
        let now = events.watch_anew();
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        *watched = now;
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::testing::write_pack;

    /// Longer than any wait for an event; a test that has to wait for all of it fails.
    const PATIENCE: Duration = Duration::from_secs(10);

    struct Fixture {
        folder: tempfile::TempDir,
        hints: Receiver<WatchHint>,
        watch: Watch,
    }

    impl Fixture {
        /// Watches the pack `a`, and the segment file `files/b.yaqut`, which need not exist.
        fn new(options: WatchOptions) -> Self {
            let folder = tempfile::tempdir().unwrap();
            write_pack(&folder.path().join("a"), "a", "alpha");
            fs::create_dir(folder.path().join("files")).unwrap();
            let config = StackConfig {
                packs: vec![folder.path().join("a")],
                indexes: vec![folder.path().join("files/b.yaqut")],
                ..StackConfig::default()
            };
            let (tell, hints) = mpsc::channel();
            let watch = Watch::start(&config, options, move |hint| {
                let _ = tell.send(hint);
            })
            .unwrap();
            Self { folder, hints, watch }
        }

        /// Waits until `act` has been noticed.
        #[track_caller]
        fn notices(&self, act: impl FnOnce()) {
            while self.hints.recv_timeout(2 * QUIET).is_ok() {}
            act();
            assert_eq!(self.hints.recv_timeout(PATIENCE), Ok(WatchHint::Event));
        }
    }

    #[test]
    fn whatever_happens_to_a_pack_is_noticed() {
        let fixture = Fixture::new(WatchOptions { poll_interval: PATIENCE * 10, ..WatchOptions::default() });
        let path = |name: &str| fixture.folder.path().join(name);
        assert_eq!(fixture.watch.watched().failure, None);
        fixture.notices(|| fs::write(path("a/aliases.tsv"), "id\talias\n").unwrap());
        fixture.notices(|| fs::write(path("files/b.yaqut"), "a segment").unwrap());
        fixture.notices(|| fs::rename(path("a"), path("old")).unwrap());
        fixture.notices(|| write_pack(&path("a"), "a", "beta"));
        // It is another folder by now.
        fixture.notices(|| fs::write(path("a/aliases.tsv"), "id\talias\n").unwrap());
        fixture.notices(|| fs::remove_dir_all(path("a")).unwrap());
        fixture.notices(|| write_pack(&path("a"), "a", "gamma"));
        fixture.notices(|| fs::remove_file(path("a/aliases.tsv")).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_their_turning_is_noticed() {
        use std::os::unix::fs::symlink;
        let fixture = Fixture::new(WatchOptions { poll_interval: PATIENCE * 10, ..WatchOptions::default() });
        let path = |name: &str| fixture.folder.path().join(name);
        for version in ["v1", "v2"] {
            write_pack(&path("versions").join(version), "a", version);
        }
        fixture.notices(|| {
            fs::remove_dir_all(path("a")).unwrap();
            symlink("versions/v1", path("a")).unwrap();
        });
        fixture.notices(|| fs::write(path("versions/v1/aliases.tsv"), "id\talias\n").unwrap());
        fixture.notices(|| {
            symlink("versions/v2", path("next")).unwrap();
            fs::rename(path("next"), path("a")).unwrap();
        });
        fixture.notices(|| fs::write(path("versions/v2/aliases.tsv"), "id\talias\n").unwrap());
    }

    #[test]
    fn to_read_is_no_change() {
        let fixture = Fixture::new(WatchOptions { poll_interval: PATIENCE * 10, ..WatchOptions::default() });
        while fixture.hints.recv_timeout(2 * QUIET).is_ok() {}
        for _ in 0..3 {
            crate::store::read_pack(&fixture.folder.path().join("a")).unwrap();
        }
        assert_eq!(fixture.hints.recv_timeout(4 * QUIET), Err(RecvTimeoutError::Timeout));
    }

    #[test]
    fn without_events_there_is_a_look_from_time_to_time() {
        let fixture = Fixture::new(WatchOptions { events: false, poll_interval: Duration::from_millis(20) });
        fs::write(fixture.folder.path().join("a/aliases.tsv"), "id\talias\n").unwrap();
        for _ in 0..3 {
            assert_eq!(fixture.hints.recv_timeout(PATIENCE), Ok(WatchHint::Poll));
        }
        assert_eq!(fixture.watch.watched(), Watched::default());
    }

    #[test]
    fn a_watch_that_is_dropped_ends() {
        let Fixture { hints, watch, .. } = Fixture::new(WatchOptions::default());
        drop(watch);
        while hints.recv_timeout(PATIENCE).is_ok() {}
        assert_eq!(hints.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
    }
}
