//! [`Blocks`]: a table read in pieces of whole rows, so that its length does not matter.

use std::io::{self, Read};

use super::Syntax;
use super::records::row_end;

/// How much is read at once, in bytes.
const BLOCK_BYTES: usize = 1 << 20;
/// The longest row, in bytes.
pub(super) const MAX_ROW_BYTES: usize = 16 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Cuts what a table is read from into blocks of whole rows.
pub(super) struct Blocks<'s> {
    source: &'s mut dyn Read,
    syntax: Syntax,
    buffer: Vec<u8>,
    /// Bytes of the buffer that the last block took.
    taken: usize,
    /// Lines before the end of the last block.
    lines: u32,
    has_begun: bool,
}

/// Whole rows of a table.
pub(super) struct Block<'b> {
    pub bytes: &'b [u8],
    /// Lines of the table before it.
    pub lines_before: u32,
    pub ending: Ending,
}

/// How a block ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// With a row, and others follow.
    Row,
    /// With the table.
    Table,
    /// Within a row that is longer than [`MAX_ROW_BYTES`]; nothing follows.
    LongRow,
}

impl<'s> Blocks<'s> {
    pub fn new(source: &'s mut dyn Read, syntax: Syntax) -> Self {
        Self { source, syntax, buffer: Vec::new(), taken: 0, lines: 0, has_begun: false }
    }

    /// The first bytes of the table, before a byte order mark is taken off.
    pub fn peek(&mut self) -> io::Result<&[u8]> {
        self.fill(BLOCK_BYTES)?;
        Ok(&self.buffer)
    }

    /// The next block; `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Block<'_>>> {
        let lines_before = self.lines;
        self.buffer.drain(..self.taken);
        self.taken = 0;
        let mut len = BLOCK_BYTES;
        let (end, ending) = loop {
            let is_all = self.fill(len)?;
            if !std::mem::replace(&mut self.has_begun, true) && self.buffer.starts_with(BYTE_ORDER_MARK) {
                self.buffer.drain(..BYTE_ORDER_MARK.len());
            }
            if is_all {
                break (self.buffer.len(), Ending::Table);
            } else if let Some(end) = row_end(&self.buffer, self.syntax) {
                break (end, Ending::Row);
            } else if len > MAX_ROW_BYTES {
                break (self.buffer.len(), Ending::LongRow);
            }
            len *= 4;
        };
        self.taken = end;
        let bytes = self.buffer.get(..end).unwrap_or_default();
        self.lines = self.lines.saturating_add(super::records::line_ends(bytes));
        Ok((!bytes.is_empty()).then_some(Block { bytes, lines_before, ending }))
    }

    /// Reads until the buffer holds `len` bytes; whether the table ended before.
    fn fill(&mut self, len: usize) -> io::Result<bool> {
        let missing = len.saturating_sub(self.buffer.len());
        (&mut *self.source).take(missing as u64).read_to_end(&mut self.buffer)?;
        Ok(self.buffer.len() < len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks of a table: their lengths, the lines before each, and how the last one ends.
    fn blocks(mut table: &[u8], syntax: Syntax) -> (Vec<(usize, u32)>, Option<Ending>) {
        let mut blocks = Blocks::new(&mut table, syntax);
        let (mut found, mut last) = (Vec::new(), None);
        while let Some(block) = blocks.next().unwrap() {
            found.push((block.bytes.len(), block.lines_before));
            last = Some(block.ending);
            if block.ending != Ending::Row {
                break;
            }
        }
        (found, last)
    }

    #[test]
    fn a_small_table_is_one_block_without_its_mark() {
        assert_eq!(blocks(b"\xef\xbb\xbfid\n1\n2", Syntax::Tsv), (vec![(6, 0)], Some(Ending::Table)));
        assert_eq!(blocks(b"", Syntax::Csv), (vec![], None));
    }

    #[test]
    fn blocks_end_with_rows_and_count_lines() {
        // Every cell holds a line end, so that half of them end no row.
        let row = b"1,\"a\nb\"\r\n";
        let table = row.repeat(3 * BLOCK_BYTES / row.len());
        let (found, last) = blocks(&table, Syntax::Csv);
        assert_eq!(found.iter().map(|(len, _)| len).sum::<usize>(), table.len());
        assert!(found.len() > 2 && last == Some(Ending::Table));
        let mut before = 0;
        for (len, lines) in found {
            assert_eq!(lines as usize, memchr::memchr_iter(b'\n', &table[..before]).count());
            before += len;
            assert!(before == table.len() || matches!(table[before - 1], b'\r' | b'\n'));
        }
    }

    #[test]
    fn a_row_without_end_is_cut_off() {
        let table = vec![b'x'; 5 * MAX_ROW_BYTES];
        let (found, last) = blocks(&table, Syntax::Tsv);
        assert!(last == Some(Ending::LongRow) && found.len() == 1);
    }
}
