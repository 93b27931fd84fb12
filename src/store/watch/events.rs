//! [`Events`]: the folders of which the system tells changes.

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;

use notify::event::{AccessKind, AccessMode};
use notify::{Config, ErrorKind, Event, EventKind, RecursiveMode, Watcher};

use super::Watched;
use super::folders::folders;
use crate::store::stack::StackConfig;

/// Rings a bell when something happens in one of the folders of a stack.
pub(super) struct Events<W> {
    config: StackConfig,
    bell: SyncSender<()>,
    /// Absent as long as the system grants none.
    watcher: Option<W>,
    /// The folders that it watches.
    folders: Vec<PathBuf>,
}

impl<W: Watcher> Events<W> {
    /// Watches nothing yet.
    pub(super) fn new(config: &StackConfig, bell: SyncSender<()>) -> Self {
        Self { config: config.clone(), bell, watcher: None, folders: Vec::new() }
    }

    /// Watches the folders that bear the names by now.
    ///
    /// All of them anew: a folder that was removed is watched no more, and nothing tells it from one that has been made
    /// in its place.
    pub(super) fn watch_anew(&mut self) -> Watched {
        let bell = self.bell.clone();
        let ring = move |event: notify::Result<Event>| {
            // What went wrong may have cost events.
            if event.map_or(true, |event| is_change(event.kind)) {
                // One that is ringing already will do.
                let _ = bell.try_send(());
            }
        };
        let watcher = match self.watcher.take().map_or_else(|| W::new(ring, Config::default()), Ok) {
            Ok(watcher) => self.watcher.insert(watcher),
            Err(error) => return Watched { folders: Vec::new(), failure: Some(describe(&error)) },
        };
        for folder in self.folders.drain(..) {
            // It is gone, perhaps.
            let _ = watcher.unwatch(&folder);
        }
        let mut failure = None;
        for folder in folders(&self.config) {
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => self.folders.push(folder),
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                Err(error) => failure = Some(describe(&error)),
            }
        }
        Watched { folders: self.folders.clone(), failure }
    }
}

/// Whether an event may have changed anything; to read files, as a look does, has not.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

fn describe(error: &notify::Error) -> String {
    let wanting = "its limits are fs.inotify.max_user_watches and fs.inotify.max_user_instances";
    match &error.kind {
        ErrorKind::MaxFilesWatch => format!("the system grants no more watches; {wanting}"),
        ErrorKind::Io(error) if error.raw_os_error().is_some() => {
            format!("the system does not tell of changes: {error}; {wanting}")
        }
        _ => format!("the system does not tell of changes: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc;

    use notify::{EventHandler, WatcherKind};

    use super::*;

    /// A system that grants some watches; the first `new` fails if it grants none.
    struct Meagre<const GRANTED: usize>(usize);

    impl<const GRANTED: usize> Watcher for Meagre<GRANTED> {
        fn new<F: EventHandler>(_: F, _: Config) -> notify::Result<Self> {
            if GRANTED == 0 {
                return Err(notify::Error::io(std::io::Error::from_raw_os_error(24)));
            }
            Ok(Self(0))
        }

        fn watch(&mut self, _: &Path, _: RecursiveMode) -> notify::Result<()> {
            if self.0 == GRANTED {
                return Err(notify::Error::new(ErrorKind::MaxFilesWatch));
            }
            self.0 += 1;
            Ok(())
        }

        fn unwatch(&mut self, _: &Path) -> notify::Result<()> {
            self.0 -= 1;
            Ok(())
        }

        fn kind() -> WatcherKind {
            WatcherKind::NullWatcher
        }
    }

    fn watch_twice<W: Watcher>() -> Watched {
        let folder = tempfile::tempdir().unwrap();
        let pack = folder.path().join("pack");
        std::fs::create_dir(&pack).unwrap();
        let config = StackConfig { packs: vec![pack], ..StackConfig::default() };
        let mut events = Events::<W>::new(&config, mpsc::sync_channel(1).0);
        let first = events.watch_anew();
        assert_eq!(events.watch_anew(), first);
        first
    }

    #[test]
    fn a_system_that_grants_too_few_watches_is_told_of() {
        let watched = watch_twice::<Meagre<2>>();
        assert_eq!((watched.folders.len(), watched.failure), (2, None));
        let watched = watch_twice::<Meagre<1>>();
        assert_eq!(watched.folders.len(), 1);
        assert!(watched.failure.unwrap().contains("max_user_watches"));
        let watched = watch_twice::<Meagre<0>>();
        assert_eq!(watched.folders.len(), 0);
        assert!(watched.failure.unwrap().contains("max_user_instances"));
    }
}
