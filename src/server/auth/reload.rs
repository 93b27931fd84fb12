//! [`Reloaded`]: what a file holds, read again when it changes.

use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use super::{AuthFileError, Checks};

/// The largest file that is read.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// How a look at a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is as it was the last time, good or bad.
    Unchanged,
    /// It has changed, and is in use.
    Exchanged,
    /// It has changed, and is wrong or gone; what it held before stays in use.
    Failed,
}

/// What says who is let in.
pub(super) trait Admits {
    /// What is wrong with it if that is nobody, and what to do.
    const LETS_IN_NOBODY: &'static str;

    /// Whether nobody is.
    fn is_empty(&self) -> bool;
}

/// What a file holds, read again when it changes.
///
/// Files are small and looked at seldom, so they are read whole each time: what their times tell differs between file
/// systems, and says nothing of links that are moved, as mounted secrets are.
pub(super) struct Reloaded<T> {
    path: PathBuf,
    parse: Box<Parse<T>>,
    // The lock is held for a look-up or the copy of a pointer, never across an await.
    current: RwLock<Arc<T>>,
    seen: Mutex<Seen>,
}

type Parse<T> = dyn Fn(&Path, &[u8]) -> Result<T, AuthFileError> + Send + Sync;

/// What a file held when it was looked at last: a digest, or why it could not be read.
type Seen = Result<blake3::Hash, io::ErrorKind>;

impl<T> Reloaded<T> {
    /// Reads the file `path`, which must let somebody in; that it lets in nobody later on is as good as any other change.
    pub fn open(
        path: PathBuf,
        parse: impl Fn(&Path, &[u8]) -> Result<T, AuthFileError> + Send + Sync + 'static,
    ) -> Result<Self, AuthFileError>
    where
        T: Admits,
    {
        let bytes = read(&path).map_err(|error| unreadable(&path, &error))?;
        let first = parse(&path, &bytes)?;
        if first.is_empty() {
            return Err(AuthFileError::whole(&path, T::LETS_IN_NOBODY));
        }
        let current = RwLock::new(Arc::new(first));
        Ok(Self { path, parse: Box::new(parse), current, seen: Mutex::new(Ok(blake3::hash(&bytes))) })
    }

    /// What is in use, to be kept.
    pub fn current(&self) -> Arc<T> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks what is in use; `ask` must be quick.
    pub fn with<R>(&self, ask: impl FnOnce(&T) -> R) -> R {
        ask(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the file again, and puts it into use if it has changed and is right. Each change is logged once.
    pub fn look(&self) -> Look {
        let read = read(&self.path);
        let seen = read.as_ref().map(|bytes| blake3::hash(bytes)).map_err(io::Error::kind);
        if std::mem::replace(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner), seen) == seen {
            return Look::Unchanged;
        }
        let parsed = read.map_err(|error| unreadable(&self.path, &error));
        match parsed.and_then(|bytes| (self.parse)(&self.path, &bytes)) {
            Ok(parsed) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(parsed);
                tracing::info!(file = %self.path.display(), "credentials were read again");
                Look::Exchanged
            }
            Err(error) => {
                tracing::error!(%error, "credentials could not be read again; those from before stay in use");
                Look::Failed
            }
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    // Between the beginning and the end of a write, more often than by intent.
    if bytes.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "it is empty; a comment alone lets in nobody",
        ));
    }
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 16 MiB"));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> AuthFileError {
    AuthFileError::whole(path, format!("cannot be read: {error}"))
}

/// Starts the thread that looks at the files from time to time. It ends once nobody checks calls any more.
///
/// Errors if the thread cannot be started.
pub(super) fn watch(checks: &Arc<Checks>, interval: Duration, stopped: Receiver<()>) -> io::Result<()> {
    let checks = Arc::downgrade(checks);
    let watch = move || {
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(interval) {
            let Some(checks) = checks.upgrade() else { return };
            // The thread lives on: without it nothing would be revoked any more.
            let _ = catch_unwind(AssertUnwindSafe(|| checks.look()));
        }
    };
    thread::Builder::new().name("yaqut-auth".into()).spawn(watch)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    impl Admits for u32 {
        const LETS_IN_NOBODY: &'static str = "is zero";

        fn is_empty(&self) -> bool {
            *self == 0
        }
    }

    fn number(path: &Path, bytes: &[u8]) -> Result<u32, AuthFileError> {
        let text = String::from_utf8_lossy(bytes);
        text.trim().parse().map_err(|_| AuthFileError::at(path, (1, 1), "is no number"))
    }

    #[test]
    fn a_change_is_put_into_use_and_a_bad_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("number");
        assert!(Reloaded::open(path.clone(), number).is_err());
        fs::write(&path, "one").unwrap();
        assert!(Reloaded::open(path.clone(), number).is_err());
        fs::write(&path, "0").unwrap();
        assert!(
            Reloaded::open(path.clone(), number).is_err_and(|error| error.to_string().contains("is zero"))
        );
        fs::write(&path, "1").unwrap();
        let file = Reloaded::open(path.clone(), number).unwrap();
        let look = || (file.look(), *file.current());
        assert_eq!(look(), (Look::Unchanged, 1));
        // Of the same length, within one tick of the clock.
        fs::write(&path, "2").unwrap();
        assert_eq!(look(), (Look::Exchanged, 2));
        fs::write(&path, "three").unwrap();
        assert_eq!(look(), (Look::Failed, 2));
        assert_eq!(look(), (Look::Unchanged, 2));
        fs::remove_file(&path).unwrap();
        assert_eq!(look(), (Look::Failed, 2));
        assert_eq!(look(), (Look::Unchanged, 2));
        fs::write(&path, "").unwrap();
        assert_eq!(look(), (Look::Failed, 2));
        fs::write(&path, "0").unwrap();
        assert_eq!(look(), (Look::Exchanged, 0));
        fs::write(&path, "4").unwrap();
        assert_eq!(look(), (Look::Exchanged, 4));
        fs::write(&path, "4".repeat(MAX_FILE_BYTES as usize + 1)).unwrap();
        assert_eq!(look(), (Look::Failed, 4));
    }
}
