//! [`AlignedBytes`]: a segment on the heap, aligned as in a memory map.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;

use crate::index::format::ALIGNMENT;

/// The bytes of a file in memory. They begin at a cache line, as those of a memory map do: what was made to lie in one
/// line of it then lies in one here, and a look-up reads as few of them.
pub(super) struct AlignedBytes {
    buffer: Vec<u8>,
    /// The bytes of the file, within the buffer.
    place: Range<usize>,
}

impl AlignedBytes {
    /// Reads a file from its beginning to the end that it has now.
    ///
    /// One that grows meanwhile is read no further than a byte beyond, and one that shrinks less far: what is read is
    /// then of another length than it says, which its verification tells.
    pub fn read(mut file: &File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        file.rewind()?;
        Self::of(file, usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?)
    }

    fn of(source: impl Read, len: usize) -> io::Result<Self> {
        let mut buffer: Vec<u8> = Vec::new();
        buffer.try_reserve_exact(len.saturating_add(ALIGNMENT + 1))?;
        let start = buffer.as_ptr().align_offset(ALIGNMENT);
        // Of bytes an offset is always to be had; were it not, the segment would be slower, and no less right.
        let start = if start < ALIGNMENT { start } else { 0 };
        buffer.resize(start, 0);
        source.take(len as u64 + 1).read_to_end(&mut buffer)?;
        let place = start..buffer.len();
        Ok(Self { buffer, place })
    }
}

impl AsRef<[u8]> for AlignedBytes {
    fn as_ref(&self) -> &[u8] {
        self.buffer.get(self.place.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_source_and_begin_at_a_cache_line() {
        for len in [0, 1, 63, 64, 1000, 1 << 20] {
            let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            let read = AlignedBytes::of(bytes.as_slice(), len).unwrap();
            assert_eq!(read.as_ref(), bytes);
            assert_eq!(read.as_ref().as_ptr().align_offset(ALIGNMENT), 0, "{len}");
        }
    }

    #[test]
    fn a_source_that_shrinks_or_grows_is_read_as_far_as_it_goes_and_a_byte_beyond_at_most() {
        let bytes = [7; 100];
        assert_eq!(AlignedBytes::of(&bytes[..40], 100).unwrap().as_ref().len(), 40);
        assert_eq!(AlignedBytes::of(io::repeat(7), 100).unwrap().as_ref().len(), 101);
    }

    #[test]
    fn more_than_there_is_memory_for_is_an_error() {
        let error = AlignedBytes::of(io::empty(), usize::MAX).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::OutOfMemory);
    }
}
