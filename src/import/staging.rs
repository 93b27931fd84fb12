//! [`Staging`]: the tables of an import while they are written, beside those that they will replace.
//!
//! All is written to a hidden folder within the pack's and brought to the disk. Then that folder is renamed to
//! [`COMMITTED_FOLDER`], whose files every reader of the pack prefers to those that they replace; last they are renamed to
//! their places. So there is one moment at which the old pack becomes the new one: whatever ends an import before leaves
//! the pack as it was, and what a kill leaves undone after is done by the next that writes to the pack.
//!
//! One import at a time writes to a pack: it holds a lock on the folder, which goes with the process, however it ends.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::ImportError;
use crate::pack::COMMITTED_FOLDER;
use crate::sort::{Scratch, ScratchFile};

/// The folder within a pack in which an import gathers what it writes; not part of the pack.
pub const STAGING_FOLDER: &str = ".yaqut-import";

/// How much is written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// Tables that are not in their place yet; dropped before [`Staging::commit`], they are gone.
#[derive(Debug)]
pub(super) struct Staging {
    pack: PathBuf,
    folder: PathBuf,
    /// Whether there was no pack before.
    is_new: bool,
    /// Keeps others away until it is closed.
    _lock: Option<File>,
}

impl Staging {
    /// Makes the folder of the pack if need be, and in it a place to write to.
    pub fn begin(pack: &Path) -> Result<Self, ImportError> {
        let fail = |cause| ImportError::write(pack, cause);
        let is_new = !pack.exists();
        fs::create_dir_all(pack).map_err(fail)?;
        let lock = lock(pack).map_err(|Taken| ImportError::Busy { pack: pack.to_owned() })?;
        // The lock is ours, so the owner of what lies there was killed.
        settle(pack)?;
        let folder = pack.join(STAGING_FOLDER);
        if_there(fs::remove_dir_all(&folder)).map_err(|cause| ImportError::write(&folder, cause))?;
        fs::create_dir(&folder).map_err(|cause| ImportError::write(&folder, cause))?;
        Ok(Self { pack: pack.to_owned(), folder, is_new, _lock: lock })
    }

    /// Begins the file `name` of the pack.
    pub fn create(&self, name: &str) -> Result<StagedFile, ImportError> {
        let path = self.folder.join(name);
        let file = File::create(&path).map_err(|cause| ImportError::write(&path, cause))?;
        Ok(StagedFile { path, file: BufWriter::with_capacity(BUFFER_BYTES, file) })
    }

    /// Writes the file `name` of the pack.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), ImportError> {
        let mut file = self.create(name)?;
        file.write(bytes)?;
        file.finish()
    }

    /// Where the file `name` is while it is not in its place.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What to say when writing beside the tables failed.
    pub fn failed(&self, cause: io::Error) -> ImportError {
        ImportError::write(&self.folder, cause)
    }

    /// Makes the files those of the pack, all at once; other files of the pack stay as they are.
    pub fn commit(self) -> Result<(), ImportError> {
        sync(&self.folder);
        let committed = self.pack.join(COMMITTED_FOLDER);
        fs::rename(&self.folder, &committed).map_err(|cause| ImportError::write(&committed, cause))?;
        sync(&self.pack);
        settle(&self.pack)
    }
}

/// Puts the files of a pack that are committed in their places, if there are any. Who writes to a pack otherwise would
/// write below them. What another process has just put there is no error.
pub fn settle(pack: &Path) -> Result<(), ImportError> {
    let committed = pack.join(COMMITTED_FOLDER);
    let fail = |cause| ImportError::write(&committed, cause);
    let files = match fs::read_dir(&committed) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        files => files.map_err(fail)?,
    };
    for file in files {
        let file = file.map_err(fail)?;
        let place = pack.join(file.file_name());
        if_there(fs::rename(file.path(), &place)).map_err(|cause| ImportError::write(&place, cause))?;
    }
    sync(pack);
    if_there(fs::remove_dir(&committed)).map_err(fail)
}

fn if_there(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Brings the names in a folder to the disk. Not every system lets a folder be synced; the files are safe in any case.
fn sync(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        if self.is_new {
            // Fails, as it should, unless the folder is empty.
            let _ = fs::remove_dir(&self.pack);
        }
    }
}

/// Scratch files lie beside the tables: where there is room for these, there should be some for them.
///
/// They lose their names at once, so that a killed process leaves none.
#[derive(Debug)]
pub(super) struct StagingScratch(PathBuf);

impl StagingScratch {
    pub fn of(staging: &Staging) -> Self {
        Self(staging.folder.clone())
    }
}

impl Scratch for StagingScratch {
    fn file(&self) -> io::Result<Box<dyn ScratchFile>> {
        Ok(Box::new(tempfile::tempfile_in(&self.0)?))
    }
}

/// A file of a pack that is being written.
#[derive(Debug)]
pub(super) struct StagedFile {
    path: PathBuf,
    file: BufWriter<File>,
}

impl StagedFile {
    /// Writes all of `bytes`.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        self.file.write_all(bytes).map_err(|cause| ImportError::write(&self.path, cause))
    }

    /// Ends the file and brings it to the disk.
    pub fn finish(self) -> Result<(), ImportError> {
        let Self { path, file } = self;
        let file = file.into_inner().map_err(|error| ImportError::write(&path, error.into_error()))?;
        file.sync_all().map_err(|cause| ImportError::write(&path, cause))
    }
}

/// Somebody else holds the lock.
struct Taken;

/// Locks a folder; `None` where the system cannot.
#[cfg(unix)]
fn lock(folder: &Path) -> Result<Option<File>, Taken> {
    use rustix::fs::{FlockOperation, flock};
    let Ok(file) = File::open(folder) else { return Ok(None) };
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(rustix::io::Errno::WOULDBLOCK) => Err(Taken),
        // Some network file systems have no locks on folders.
        Err(_) => Ok(None),
        Ok(()) => Ok(Some(file)),
    }
}

#[cfg(not(unix))]
fn lock(_: &Path) -> Result<Option<File>, Taken> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_appear_together_and_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("overrides.tsv"), "mine").unwrap();
        fs::write(folder.path().join("aliases.tsv"), "old").unwrap();
        let staging = Staging::begin(folder.path()).unwrap();
        staging.put("entities.tsv", b"new").unwrap();
        staging.put("aliases.tsv", b"new").unwrap();
        assert_eq!(fs::read(folder.path().join("aliases.tsv")).unwrap(), b"old");
        staging.commit().unwrap();
        assert_eq!(fs::read(folder.path().join("aliases.tsv")).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["aliases.tsv", "entities.tsv", "overrides.tsv"]);
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let pack = folder.path().join("new/pack");
        let staging = Staging::begin(&pack).unwrap();
        staging.put("entities.tsv", b"half").unwrap();
        drop(staging);
        assert!(!pack.exists());
    }

    #[test]
    fn what_is_committed_is_put_in_its_place_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let committed = folder.path().join(COMMITTED_FOLDER);
        fs::create_dir(&committed).unwrap();
        fs::write(folder.path().join("aliases.tsv"), "old").unwrap();
        fs::write(committed.join("aliases.tsv"), "new").unwrap();
        drop(Staging::begin(folder.path()).unwrap());
        assert_eq!(fs::read(folder.path().join("aliases.tsv")).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["aliases.tsv"]);
        settle(folder.path()).unwrap();
    }

    #[test]
    fn leavings_are_swept_and_a_second_import_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let leavings = folder.path().join(STAGING_FOLDER);
        fs::create_dir(&leavings).unwrap();
        fs::write(leavings.join("entities.tsv"), "half").unwrap();
        let staging = Staging::begin(folder.path()).unwrap();
        assert_eq!(names(&leavings), [""; 0]);
        if cfg!(unix) {
            assert!(matches!(Staging::begin(folder.path()), Err(ImportError::Busy { .. })));
        }
        drop(staging);
        assert_eq!(names(folder.path()), [""; 0]);
        Staging::begin(folder.path()).unwrap();
    }
}
