//! [`Chunk`]: records in memory, and how they are sorted.

use std::io;
use std::sync::Arc;
use std::thread;

use super::run::{Run, RunWriter};
use super::scratch::Scratch;

/// Records in memory, in no order.
#[derive(Default)]
pub(super) struct Chunk {
    text: Vec<u8>,
    entries: Vec<Entry>,
}

/// One record of a chunk.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// The eight bytes of the record at the depth to which it is being sorted, as a number that sorts as they do.
    head: u64,
    start: u32,
    len: u32,
}

/// Bytes of a head.
const HEAD: usize = 8;
/// Fewer records with the same head are compared as they stand.
const MIN_SHARED: usize = 12;
/// Fewer records are not worth a thread.
const MIN_HALF: usize = 1 << 15;

impl Chunk {
    /// The most that a chunk holds: positions in it are 32-bit numbers.
    pub const MAX_BYTES: usize = (u32::MAX as usize) - super::Sorter::MAX_RECORD_BYTES;

    pub fn push(&mut self, parts: &[&[u8]]) {
        let start = self.text.len();
        for part in parts {
            self.text.extend_from_slice(part);
        }
        self.entries.push(Entry { head: 0, start: start as u32, len: (self.text.len() - start) as u32 });
    }

    /// The memory that the records take.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.entries.len() * size_of::<Entry>()
    }

    /// The records as sorted runs in memory: two if there are many, each sorted by a core.
    pub fn into_runs(mut self) -> Vec<Run> {
        if self.entries.len() < 2 * MIN_HALF {
            sort(&self.text, &mut self.entries, 0);
            return vec![Run::in_memory(Arc::new(self.text), self.entries)];
        }
        let mut second = self.entries.split_off(self.entries.len() / 2);
        thread::scope(|scope| {
            scope.spawn(|| sort(&self.text, &mut second, 0));
            sort(&self.text, &mut self.entries, 0);
        });
        let text = Arc::new(self.text);
        vec![Run::in_memory(Arc::clone(&text), self.entries), Run::in_memory(text, second)]
    }

    /// Sorts the records and writes them to a file.
    pub fn spill(mut self, scratch: &dyn Scratch) -> io::Result<Run> {
        sort(&self.text, &mut self.entries, 0);
        let mut run = RunWriter::new(scratch)?;
        for entry in &self.entries {
            run.push(entry.record(&self.text))?;
        }
        run.finish()
    }
}

impl Entry {
    /// The bytes of the record in the text of its chunk.
    pub fn record<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let start = self.start as usize;
        text.get(start..start + self.len as usize).unwrap_or_default()
    }

    fn rest<'t>(&self, text: &'t [u8], depth: usize) -> &'t [u8] {
        self.record(text).get(depth..).unwrap_or_default()
    }

    /// How many bytes follow at `depth`; those beyond the head count as one.
    fn left(&self, depth: usize) -> usize {
        (self.len as usize).saturating_sub(depth).min(HEAD + 1)
    }
}

/// The first eight bytes as a number that sorts as they do; zeros stand for missing ones.
pub(super) fn head(bytes: &[u8]) -> u64 {
    if let Some(head) = bytes.first_chunk() {
        return u64::from_be_bytes(*head);
    }
    bytes.iter().rev().fold(0, |head, &byte| head >> 8 | u64::from(byte) << 56)
}

/// Sorts records that are equal before the byte `depth`, bytewise.
///
/// Nearly all comparisons are of heads, which lie in the entries; the text is read once for every eight bytes that
/// records share: a radix sort from the first byte with digits of eight bytes (the "caching" of Ng and Kakehi, Cache
/// Efficient Radix Sort for String Sorting, 2007).
fn sort(text: &[u8], entries: &mut [Entry], depth: usize) {
    for entry in entries.iter_mut() {
        entry.head = head(entry.rest(text, depth));
    }
    // A record that ends within the head stands before one that goes on with zeros.
    entries.sort_unstable_by(|a, b| a.head.cmp(&b.head).then_with(|| a.left(depth).cmp(&b.left(depth))));
    let is_open = |a: &Entry, b: &Entry| a.head == b.head && a.left(depth) > HEAD && b.left(depth) > HEAD;
    for shared in entries.chunk_by_mut(is_open) {
        match shared.len() {
            0 | 1 => {}
            2..MIN_SHARED => {
                shared.sort_unstable_by(|a, b| a.rest(text, depth + HEAD).cmp(b.rest(text, depth + HEAD)));
            }
            _ => sort(text, shared, depth + HEAD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_sort_as_the_bytes_do() {
        let records: [&[u8]; 7] = [b"", b"\0", b"\0\x01", b"a", b"abcdefg", b"abcdefgh", b"b"];
        assert!(records.windows(2).all(|pair| head(pair[0]) <= head(pair[1])));
        assert_eq!(head(b"abcdefgh"), head(b"abcdefghi"));
        assert_eq!(head(b"\x01\x02"), 0x0102 << 48);
    }

    #[test]
    fn many_records_are_sorted_by_both_cores() {
        let mut chunk = Chunk::default();
        let count = 2 * MIN_HALF as u32 + 1;
        for i in 0..count {
            chunk.push(&[&i.wrapping_mul(2_654_435_761).to_be_bytes()]);
        }
        assert_eq!(chunk.bytes(), count as usize * (4 + 16));
        assert_eq!(chunk.into_runs().len(), 2);
    }
}
