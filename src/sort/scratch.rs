//! [`Scratch`]: where data goes that does not fit in memory.

use std::io::{self, Cursor, Read, Seek, Write};

/// Gives files for data that does not fit in memory.
pub(crate) trait Scratch: Send + Sync {
    /// A new, empty file, which vanishes when it is dropped.
    fn file(&self) -> io::Result<Box<dyn ScratchFile>>;
}

/// A file that is written once and then read.
pub(crate) trait ScratchFile: Read + Write + Seek + Send {}

impl<F: Read + Write + Seek + Send> ScratchFile for F {}

/// Files in memory, for where there are no others.
pub(crate) struct MemoryScratch;

impl Scratch for MemoryScratch {
    fn file(&self) -> io::Result<Box<dyn ScratchFile>> {
        Ok(Box::new(Cursor::new(Vec::new())))
    }
}
