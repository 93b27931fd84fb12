//! [`Run`]: sorted records, in memory or in a file, read one by one.
//!
//! In a file each record follows its length, a LEB128 number.

use std::io::{self, Read, SeekFrom, Write};
use std::ops::Range;
use std::sync::Arc;

use super::chunk::{Entry, head};
use super::scratch::{Scratch, ScratchFile};

/// How much of a file is read or written at once.
const BUFFER_BYTES: usize = 256 << 10;

/// Sorted records, one of which is current; before the first [`Run::advance`] there is none.
pub(super) struct Run {
    source: Source,
    /// Of the current record; `None` if there is none.
    head: Option<u64>,
}

enum Source {
    Memory { text: Arc<Vec<u8>>, entries: Vec<Entry>, next: usize },
    File(FileRun),
}

impl Run {
    pub fn in_memory(text: Arc<Vec<u8>>, entries: Vec<Entry>) -> Self {
        Self { source: Source::Memory { text, entries, next: 0 }, head: None }
    }

    /// Goes on to the next record; past the last one there is none.
    pub fn advance(&mut self) -> io::Result<()> {
        let has_record = match &mut self.source {
            Source::Memory { entries, next, .. } => {
                *next += 1;
                *next <= entries.len()
            }
            Source::File(run) => run.advance()?,
        };
        self.head = has_record.then(|| head(self.record()));
        Ok(())
    }

    /// The current record; empty if there is none.
    pub fn record(&self) -> &[u8] {
        match &self.source {
            Source::Memory { text, entries, next } => {
                let entry = next.checked_sub(1).and_then(|current| entries.get(current));
                entry.map_or(&[], |entry| entry.record(text))
            }
            Source::File(run) => run.buffer.get(run.record.clone()).unwrap_or_default(),
        }
    }

    pub fn is_at_end(&self) -> bool {
        self.head.is_none()
    }

    /// Whether the current record stands before that of `other`; that of a run at its end stands after all.
    pub fn is_before(&self, other: &Self) -> bool {
        match (self.head, other.head) {
            (Some(a), Some(b)) => a < b || a == b && self.record() < other.record(),
            (a, _) => a.is_some(),
        }
    }
}

/// A run in a file.
struct FileRun {
    file: Box<dyn ScratchFile>,
    buffer: Vec<u8>,
    /// The current record in the buffer.
    record: Range<usize>,
}

impl FileRun {
    fn advance(&mut self) -> io::Result<bool> {
        let mut at = self.record.end;
        let mut len = 0_usize;
        for shift in (0..).step_by(7) {
            if at == self.buffer.len() {
                at = self.fill(at, 1)?;
            }
            let Some(&byte) = self.buffer.get(at) else { return self.end(shift > 0) };
            at += 1;
            len |= usize::from(byte & 0x7f) << shift.min(usize::BITS - 7);
            if byte < 0x80 {
                break;
            }
        }
        if self.buffer.len() - at < len {
            at = self.fill(at, len)?;
        }
        self.record = at..at + len;
        if self.buffer.len() < self.record.end { self.end(true) } else { Ok(true) }
    }

    /// Drops what lies before `at` and reads on, until `len` bytes follow or the file ends; returns where they begin.
    fn fill(&mut self, at: usize, len: usize) -> io::Result<usize> {
        self.buffer.drain(..at);
        let missing = BUFFER_BYTES.max(len) - self.buffer.len();
        (&mut self.file).take(missing as u64).read_to_end(&mut self.buffer)?;
        Ok(0)
    }

    fn end(&mut self, is_cut: bool) -> io::Result<bool> {
        self.record = self.buffer.len()..self.buffer.len();
        if is_cut { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(false) }
    }
}

/// Writes a run to a file.
pub(super) struct RunWriter {
    file: Box<dyn ScratchFile>,
    buffer: Vec<u8>,
}

impl RunWriter {
    pub fn new(scratch: &dyn Scratch) -> io::Result<Self> {
        Ok(Self { file: scratch.file()?, buffer: Vec::with_capacity(2 * BUFFER_BYTES) })
    }

    /// Adds a record, which must not stand before the last one.
    pub fn push(&mut self, record: &[u8]) -> io::Result<()> {
        let mut len = record.len();
        while len >= 0x80 {
            self.buffer.push(len as u8 | 0x80);
            len >>= 7;
        }
        self.buffer.push(len as u8);
        self.buffer.extend_from_slice(record);
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    /// The run, from its beginning.
    pub fn finish(mut self) -> io::Result<Run> {
        self.flush()?;
        self.file.seek(SeekFrom::Start(0))?;
        let run = FileRun { file: self.file, buffer: Vec::new(), record: 0..0 };
        Ok(Run { source: Source::File(run), head: None })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}
