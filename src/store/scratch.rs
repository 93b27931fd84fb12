//! [`FolderScratch`]: scratch files on disk, which vanish with the process, however it ends.

use std::io;
use std::path::PathBuf;

use crate::sort::{Scratch, ScratchFile};

/// Scratch files in a folder.
///
/// They have no name, or lose it at once, so that even a process that is killed leaves none; only where the system knows
/// no such files are they removed when they are dropped.
pub(super) struct FolderScratch(pub PathBuf);

impl Scratch for FolderScratch {
    fn file(&self) -> io::Result<Box<dyn ScratchFile>> {
        Ok(Box::new(tempfile::tempfile_in(&self.0)?))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Seek, SeekFrom, Write};

    use super::*;

    #[test]
    fn scratch_files_are_written_and_read_and_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = FolderScratch(folder.path().into()).file().unwrap();
        file.write_all(b"scratch").unwrap();
        if cfg!(unix) {
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
        file.seek(SeekFrom::Start(0)).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "scratch");
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(FolderScratch(folder.path().join("gone")).file().is_err());
    }
}
