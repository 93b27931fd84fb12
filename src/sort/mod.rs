//! External sort: any number of byte records, in bytewise order, in bounded memory.
//!
//! A [`Sorter`] gathers records in a chunk; a full chunk is sorted and written to a scratch file by a thread of its own,
//! while the next one fills. [`Sorted`] merges these runs and what is left in memory. The order is that of the whole
//! record, byte by byte, so records that compare equal are equal, and the result depends neither on the memory limit nor
//! on the number of cores. Whoever wants another order writes it into the first bytes: numbers in big-endian, text with
//! an end mark.
//!
//! Few records never leave memory. Scratch files come from a [`Scratch`]; this room knows no paths.

mod chunk;
mod merge;
mod run;
mod scratch;

pub(crate) use merge::Sorted;
pub(crate) use scratch::{MemoryScratch, Scratch, ScratchFile};

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use chunk::Chunk;
use merge::Merge;
use run::Run;

/// Sorts byte records.
pub(crate) struct Sorter {
    scratch: Arc<dyn Scratch>,
    /// Bytes at which a chunk is full.
    chunk_bytes: usize,
    chunk: Chunk,
    /// The chunk that is being sorted and written.
    spilling: Option<JoinHandle<io::Result<Run>>>,
    spilled: Vec<Run>,
    len: u64,
}

impl Sorter {
    /// The longest record, in bytes.
    pub const MAX_RECORD_BYTES: usize = 1 << 24;
    /// As many runs are merged at once; more are merged in several passes, which bounds open files and buffers.
    const MAX_RUNS: usize = 64;

    /// A sorter that holds about `memory` bytes of records at most, and spills the rest to `scratch`.
    pub fn new(memory: usize, scratch: Arc<dyn Scratch>) -> Self {
        // One chunk fills while another is written.
        let chunk_bytes = (memory / 2).clamp(1, Chunk::MAX_BYTES);
        Self { scratch, chunk_bytes, chunk: Chunk::default(), spilling: None, spilled: Vec::new(), len: 0 }
    }

    /// Adds the record that `parts` make together.
    ///
    /// Fails if a full chunk could not be written, or with [`io::ErrorKind::InvalidInput`] if the record is longer
    /// than [`Self::MAX_RECORD_BYTES`].
    pub fn push(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        if parts.iter().map(|part| part.len()).sum::<usize>() > Self::MAX_RECORD_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a record is too long to be sorted"));
        }
        self.chunk.push(parts);
        self.len += 1;
        if self.chunk.bytes() >= self.chunk_bytes { self.spill() } else { Ok(()) }
    }

    /// How many records there are.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Sorts what is left; the records come out of the result. O(n log n) in all.
    pub fn finish(mut self) -> io::Result<Sorted> {
        self.join()?;
        let mut runs = self.spilled;
        runs.extend(self.chunk.into_runs());
        Ok(Sorted::new(Merge::of(runs)?))
    }

    /// Has the chunk sorted and written beside the next one.
    fn spill(&mut self) -> io::Result<()> {
        self.join()?;
        let (chunk, scratch) = (std::mem::take(&mut self.chunk), Arc::clone(&self.scratch));
        self.spilling = Some(thread::Builder::new().spawn(move || chunk.spill(&*scratch))?);
        Ok(())
    }

    /// Waits for the chunk that is being written.
    fn join(&mut self) -> io::Result<()> {
        let Some(spilling) = self.spilling.take() else { return Ok(()) };
        let run = spilling.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        self.spilled.push(run);
        if self.spilled.len() >= Self::MAX_RUNS {
            let merged = Merge::of(std::mem::take(&mut self.spilled))?.spill(&*self.scratch)?;
            self.spilled.push(merged);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(memory: usize, records: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut sorter = Sorter::new(memory, Arc::new(MemoryScratch));
        for record in records {
            let (start, end) = record.split_at(record.len() / 3);
            sorter.push(&[start, end]).unwrap();
        }
        collected(sorter.finish().unwrap())
    }

    fn collected(mut sorted: Sorted) -> Vec<Vec<u8>> {
        let mut records = Vec::new();
        while let Some(record) = sorted.next().unwrap() {
            records.push(record.to_vec());
        }
        records
    }

    /// Few different bytes, zeros among them, so that prefixes and equal records are common.
    fn records() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let byte = prop_oneof![Just(0_u8), Just(1), Just(255), any::<u8>()];
        let short = proptest::collection::vec(byte.clone(), 0..6);
        let long = proptest::collection::vec(prop_oneof![Just(0_u8), Just(7)], 0..40);
        proptest::collection::vec(prop_oneof![short, long], 0..300)
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_records_whatever_the_memory(records in records(), memory in 50..20_000_usize) {
            let mut expected = records.clone();
            expected.sort();
            prop_assert_eq!(sorted(memory, &records), expected);
        }
    }

    #[test]
    fn more_runs_than_are_merged_at_once_are_merged_in_passes() {
        let records: Vec<Vec<u8>> =
            (0..5000_u32).map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes().to_vec()).collect();
        let mut expected = records.clone();
        expected.sort();
        // A chunk for every record.
        assert_eq!(sorted(1, &records), expected);
    }

    #[test]
    fn records_longer_than_a_buffer_survive_a_spill() {
        let record = |byte: u8, len: usize| [vec![byte], vec![byte; len]].concat();
        let records = vec![record(2, 1_000_000), record(1, 700_000), record(1, 0), record(3, 300_000)];
        let mut expected = records.clone();
        expected.sort();
        assert_eq!(sorted(10, &records), expected);
    }

    #[test]
    fn too_long_a_record_is_an_error() {
        let mut sorter = Sorter::new(1 << 20, Arc::new(MemoryScratch));
        let error = sorter.push(&[&vec![0; Sorter::MAX_RECORD_BYTES], b"x"]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn a_full_disk_is_an_error() {
        struct FullDisk;
        impl Scratch for FullDisk {
            fn file(&self) -> io::Result<Box<dyn ScratchFile>> {
                Err(io::ErrorKind::StorageFull.into())
            }
        }
        let mut sorter = Sorter::new(100, Arc::new(FullDisk));
        let pushed: io::Result<()> = (0..1000_u32).try_for_each(|i| sorter.push(&[&i.to_be_bytes()]));
        assert_eq!(pushed.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
