//! [`LineReader`]: a stream cut into blocks of whole lines, however long the stream or a line is.

use std::io::{self, Read};

use super::input::BYTE_ORDER_MARK;

/// How much is read at once; a block is that long, or as long as its one line.
const BLOCK_BYTES: usize = 1 << 20;
/// Longer lines are passed over: the longest of any source is a tenth of this.
pub(super) const MAX_LINE_BYTES: usize = 64 << 20;

/// Whole lines of a stream.
#[derive(Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    /// Lines of the stream before it.
    lines_before: u64,
    /// Whether it stands for one line that is too long to be kept, and holds nothing.
    is_too_long: bool,
}

/// A line of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'b> {
    /// Counted from 1.
    pub number: u64,
    /// Without its end; `None` if it was longer than [`MAX_LINE_BYTES`].
    pub bytes: Option<&'b [u8]>,
}

impl Block {
    /// The lines, in order.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let too_long = self.is_too_long.then_some(None);
        let mut rest = self.bytes.as_slice();
        let kept = std::iter::from_fn(move || {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, after) = rest.split_at_checked(end).filter(|_| !rest.is_empty())?;
            rest = after.get(1..).unwrap_or_default();
            Some(Some(line.strip_suffix(b"\r").unwrap_or(line)))
        });
        let numbers = self.lines_before + 1..;
        numbers.zip(too_long.into_iter().chain(kept)).map(|(number, bytes)| Line { number, bytes })
    }
}

/// Cuts a stream into blocks.
pub(super) struct LineReader<R> {
    source: R,
    /// What was read and belongs to the next block.
    rest: Vec<u8>,
    lines: u64,
    has_begun: bool,
    max_line: usize,
}

impl<R: Read> LineReader<R> {
    pub fn new(source: R) -> Self {
        Self { source, rest: Vec::new(), lines: 0, has_begun: false, max_line: MAX_LINE_BYTES }
    }

    /// Fills `block` with the next lines; false at the end.
    pub fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        block.lines_before = self.lines;
        block.is_too_long = false;
        block.bytes.clear();
        block.bytes.append(&mut self.rest);
        let mut searched = 0;
        loop {
            let is_end = self.read_more(&mut block.bytes)?;
            if is_end {
                break;
            }
            let fresh = block.bytes.get(searched..).unwrap_or_default();
            if let Some(end) = memchr::memrchr(b'\n', fresh) {
                self.rest.extend_from_slice(fresh.get(end + 1..).unwrap_or_default());
                block.bytes.truncate(searched + end + 1);
                break;
            } else if block.bytes.len() > self.max_line {
                return self.pass_over(block);
            }
            searched = block.bytes.len();
        }
        self.lines += memchr::memchr_iter(b'\n', &block.bytes).count() as u64;
        Ok(!block.bytes.is_empty())
    }

    /// Appends as much as is read at once; whether the stream ended.
    fn read_more(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let before = bytes.len();
        (&mut self.source).take(BLOCK_BYTES as u64).read_to_end(bytes)?;
        if !std::mem::replace(&mut self.has_begun, true) && bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
            return Ok(bytes.is_empty());
        }
        Ok(bytes.len() == before)
    }

    /// Reads to the end of a line without keeping it.
    fn pass_over(&mut self, block: &mut Block) -> io::Result<bool> {
        block.is_too_long = true;
        self.lines += 1;
        loop {
            block.bytes.clear();
            let is_end = self.read_more(&mut block.bytes)?;
            if let Some(end) = memchr::memchr(b'\n', &block.bytes) {
                self.rest.extend(block.bytes.drain(end + 1..));
            } else if !is_end {
                continue;
            }
            block.bytes = Vec::new();
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number and length of every line; a length of `None` if it is too long.
    fn lines(stream: &[u8], max_line: usize) -> Vec<(u64, Option<usize>)> {
        let mut reader = LineReader::new(stream);
        reader.max_line = max_line;
        let (mut block, mut found) = (Block::default(), Vec::new());
        while reader.fill(&mut block).unwrap() {
            found.extend(block.lines().map(|line| (line.number, line.bytes.map(<[u8]>::len))));
        }
        found
    }

    #[test]
    fn lines_are_numbered_and_bare() {
        let stream = b"\xef\xbb\xbfa\r\nbc\n\nlast";
        let expected = [(1, Some(1)), (2, Some(2)), (3, Some(0)), (4, Some(4))];
        assert_eq!(lines(stream, MAX_LINE_BYTES), expected);
        assert_eq!(lines(b"", 9), []);
        assert_eq!(lines(b"\xef\xbb\xbf", 9), []);
    }

    #[test]
    fn lines_of_any_length_survive_blocks() {
        let lengths: Vec<usize> = (0..60).map(|i| i * i * 977 % (3 * BLOCK_BYTES)).collect();
        let stream: Vec<u8> =
            lengths.iter().flat_map(|&len| [vec![b'x'; len], vec![b'\n']].concat()).collect();
        let expected: Vec<_> = (1..).zip(lengths.iter().map(|&len| Some(len))).collect();
        assert_eq!(lines(&stream, MAX_LINE_BYTES), expected);
    }

    #[test]
    fn too_long_a_line_is_passed_over() {
        let long = vec![b'x'; 5 * BLOCK_BYTES + 7];
        let stream = [b"a\n".as_slice(), &long, b"\nbcd\n", &long].concat();
        assert_eq!(lines(&stream, BLOCK_BYTES), [(1, Some(1)), (2, None), (3, Some(3)), (4, None)]);
    }
}
