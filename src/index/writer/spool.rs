//! [`Spool`]: the bytes of a section while it is being made, in memory as long as they are few.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use crate::sort::{Scratch, ScratchFile};

/// More bytes than this go to a scratch file, as many at once.
const MEMORY_BYTES: usize = 1 << 20;

/// Bytes that are written once and then read.
pub(in crate::index) struct Spool {
    scratch: Arc<dyn Scratch>,
    /// What did not go to the file yet.
    memory: Vec<u8>,
    file: Option<Box<dyn ScratchFile>>,
    len: u64,
    checksum: u32,
}

impl Spool {
    pub fn new(scratch: &Arc<dyn Scratch>) -> Self {
        Self { scratch: Arc::clone(scratch), memory: Vec::new(), file: None, len: 0, checksum: 0 }
    }

    /// A spool that holds `bytes`.
    pub fn of(scratch: &Arc<dyn Scratch>, bytes: &[u8]) -> io::Result<Self> {
        let mut spool = Self::new(scratch);
        spool.write_all(bytes)?;
        Ok(spool)
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The CRC32C of all bytes.
    pub fn checksum(&self) -> u32 {
        self.checksum
    }

    /// All bytes from the first one.
    pub fn into_reader(mut self) -> io::Result<Box<dyn Read + Send>> {
        let rest = Cursor::new(self.memory);
        Ok(match self.file.take() {
            None => Box::new(rest),
            Some(mut file) => {
                file.seek(SeekFrom::Start(0))?;
                Box::new(file.chain(rest))
            }
        })
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.len += bytes.len() as u64;
        self.checksum = crc32c::crc32c_append(self.checksum, bytes);
        if self.memory.len() + bytes.len() > MEMORY_BYTES {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(self.scratch.file()?),
            };
            file.write_all(&self.memory)?;
            self.memory.clear();
        }
        self.memory.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sort::MemoryScratch;

    #[test]
    fn what_is_written_is_read_back_whether_it_fits_or_not() {
        let scratch: Arc<dyn Scratch> = Arc::new(MemoryScratch);
        for pieces in [0, 1, 100, 3000] {
            let piece: Vec<u8> = (0..1000).map(|i| (i * 7 % 251) as u8).collect();
            let mut spool = Spool::new(&scratch);
            (0..pieces).for_each(|_| spool.write_all(&piece).unwrap());
            let expected = piece.repeat(pieces);
            assert_eq!((spool.len(), spool.checksum()), (expected.len() as u64, crc32c::crc32c(&expected)));
            assert_eq!(spool.file.is_some(), expected.len() > MEMORY_BYTES);
            let mut found = Vec::new();
            spool.into_reader().unwrap().read_to_end(&mut found).unwrap();
            assert!(found == expected);
        }
    }
}
