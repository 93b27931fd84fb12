//! [`Records`]: a table cut into rows, whose quoted cells may span lines, in memory that no row can exceed.
//!
//! A quote that is never closed would swallow the rest of a table, or all up to the next one. So a row is a fault that does
//! not end within [`MAX_LINES`] lines, or that spans lines and ends with a quote in the midst of a cell; reading goes on
//! with the line after the one on which it began.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use super::dialect::{Dialect, Quotes};
use super::mapping::Mapping;
use super::row::Flaw;
use crate::import::input::BYTE_ORDER_MARK;
use crate::import::lines::MAX_LINE_BYTES;
use crate::import::malformed::Malformed;

/// The most lines of a row.
const MAX_LINES: usize = 1000;
const BUFFER_BYTES: usize = 1 << 18;

/// Cuts a table into rows.
pub(super) struct Records<R> {
    source: BufReader<R>,
    dialect: Dialect,
    splitter: csv_core::Reader,
    /// Lines that were read and not used.
    ahead: VecDeque<Vec<u8>>,
    /// How many lines were used.
    lines: u64,
    /// How many cells a row has, as the first one says.
    width: usize,
}

/// A row of a table.
#[derive(Default)]
pub(super) struct Record {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    raw: Vec<u8>,
    text: String,
    /// Where each cell ends.
    ends: Vec<usize>,
    /// What is wrong with it.
    fault: Option<Malformed>,
}

impl Record {
    /// Cells, without quotes.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| self.text.get(start..end).unwrap_or_default())
    }

    /// The cell of a column, counted from 0; empty if there is none.
    pub fn cell(&self, column: usize) -> &str {
        self.cells().nth(column).unwrap_or_default()
    }

    /// What is wrong with the row, once; with its byte of the row.
    pub fn check(&mut self) -> Result<(), Malformed> {
        self.fault.take().map_or(Ok(()), Err)
    }

    /// The line on which a fault stands, and the fault with its byte of that line.
    pub fn placed(&self, fault: Malformed) -> (u64, Malformed) {
        let before = self.raw.get(..fault.byte.saturating_sub(1)).unwrap_or(&self.raw);
        let lines = memchr::memchr_iter(b'\n', before).count() as u64;
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        (self.line + lines, Malformed { byte: before.len() - line_start + 1, ..fault })
    }
}

impl<R: Read> Records<R> {
    /// Begins a table; without a delimiter it is found out from the first line.
    pub fn begin(source: R, delimiter: Option<u8>) -> io::Result<Self> {
        let mut source = BufReader::with_capacity(BUFFER_BYTES, source);
        let mut first = Vec::new();
        read_line(&mut source, &mut first)?;
        if first.starts_with(BYTE_ORDER_MARK) {
            first.drain(..BYTE_ORDER_MARK.len());
        }
        let dialect = delimiter.map_or_else(|| Dialect::found_in(first.trim_ascii_end()), Dialect::of);
        let splitter =
            csv_core::ReaderBuilder::new().delimiter(dialect.delimiter).quoting(dialect.is_quoted).build();
        let ahead = VecDeque::from_iter((!first.is_empty()).then_some(first));
        Ok(Self { source, dialect, splitter, ahead, lines: 0, width: 0 })
    }

    /// The names of the columns, or their numbers; `None` if the table is empty. What is wrong with the first row, its
    /// [`Record::check`] tells.
    pub fn header(&mut self, mapping: &Mapping, record: &mut Record) -> io::Result<Option<Vec<String>>> {
        if !self.next(record)? {
            return Ok(None);
        }
        if record.fault.is_some() {
            return Ok(Some(Vec::new()));
        }
        if mapping.has_header {
            return Ok(Some(record.cells().map(|cell| cell.trim().to_owned()).collect()));
        }
        // The row is one of the table.
        self.lines = record.line - 1;
        self.ahead.push_front(std::mem::take(&mut record.raw));
        Ok(Some((1..=self.width).map(|number| number.to_string()).collect()))
    }

    /// Reads the next row that is not blank; false at the end. What is wrong with it, [`Record::check`] tells.
    pub fn next(&mut self, record: &mut Record) -> io::Result<bool> {
        loop {
            record.line = self.lines + 1;
            record.fault = None;
            record.ends.clear();
            record.text.clear();
            let Some(first) = self.line()? else { return Ok(false) };
            record.raw = first;
            if record.raw.trim_ascii().is_empty() {
                continue;
            }
            record.fault = self.complete(&mut record.raw)?.or_else(|| self.split(record));
            return Ok(true);
        }
    }

    /// Appends the lines that belong to a row; what is wrong if it does not end.
    fn complete(&mut self, row: &mut Vec<u8>) -> io::Result<Option<Malformed>> {
        if row.len() > MAX_LINE_BYTES {
            return Ok(Some(Malformed::too_long()));
        }
        if memchr::memchr(b'"', row).is_none() {
            return Ok(None);
        }
        let mut quotes = Quotes::new(self.dialect);
        row.iter().for_each(|&byte| _ = quotes.feed(byte));
        let first = row.len();
        let mut more: Vec<usize> = Vec::new();
        while quotes.is_open() {
            let may_go_on = more.len() < MAX_LINES && row.len() <= MAX_LINE_BYTES && !quotes.is_broken();
            let Some(next) = (if may_go_on { self.line()? } else { None }) else {
                return Ok(Some(self.not_closed(row, first, &more)));
            };
            next.iter().for_each(|&byte| _ = quotes.feed(byte));
            row.extend_from_slice(&next);
            more.push(next.len());
        }
        let is_doubtful = quotes.is_broken() && !more.is_empty();
        Ok(is_doubtful.then(|| self.not_closed(row, first, &more)))
    }

    /// Leaves the row with its first line, where a quote opens that nothing closes.
    fn not_closed(&mut self, row: &mut Vec<u8>, first: usize, more: &[usize]) -> Malformed {
        self.put_back(row, first, more);
        let byte = memchr::memrchr(b'"', row).unwrap_or_default();
        let message = "the quote is not closed where a cell ends";
        Malformed::new("quote not closed", byte + 1, message)
    }

    /// The fault, with the byte of the row where its cell begins.
    pub fn located(&self, record: &Record, Flaw { column, malformed }: Flaw) -> Malformed {
        Malformed { byte: self.dialect.start_of(&record.raw, column) + 1, ..malformed }
    }

    /// Gives all lines of a row but the first back, to be read again.
    fn put_back(&mut self, row: &mut Vec<u8>, first: usize, more: &[usize]) {
        for &len in more.iter().rev() {
            self.ahead.push_front(row.split_off(row.len().saturating_sub(len)));
        }
        row.truncate(first);
        self.lines -= more.len() as u64;
    }

    /// Cuts a whole row into cells; what is wrong if that fails.
    fn split(&mut self, record: &mut Record) -> Option<Malformed> {
        if let Err(error) = std::str::from_utf8(&record.raw) {
            return Some(not_utf8(&record.raw, error));
        }
        // Cells are no longer than the row with its delimiters and its end.
        let mut text = vec![0; record.raw.len()];
        let mut ends = vec![0; 2 + memchr::memchr_iter(self.dialect.delimiter, &record.raw).count()];
        self.splitter.reset();
        let (_, read, written, count) = self.splitter.read_record(&record.raw, &mut text, &mut ends);
        if record.raw.get(read..).is_some_and(|rest| !rest.trim_ascii().is_empty()) {
            let message = "a carriage return alone ends no line; `tr '\\r' '\\n'` mends the file";
            return Some(Malformed::new("carriage return in a row", read, message));
        }
        text.truncate(written);
        ends.truncate(count);
        // Only quotes were taken out, so it is UTF-8 still.
        record.text = String::from_utf8(text).unwrap_or_default();
        record.ends = ends;
        self.check_width(record)
    }

    fn check_width(&mut self, record: &Record) -> Option<Malformed> {
        let (found, expected) = (record.ends.len(), self.width);
        if expected == 0 {
            self.width = found;
            return None;
        }
        let surplus = record.cells().skip(expected).any(|cell| !cell.trim().is_empty());
        (found < expected || surplus).then(|| {
            let message = format!("{found} cells in place of {expected}");
            Malformed::new("wrong number of cells", 1, message)
        })
    }

    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = self.ahead.pop_front().unwrap_or_default();
        if line.is_empty() {
            read_line(&mut self.source, &mut line)?;
        }
        if line.is_empty() {
            return Ok(None);
        } else if line.last() != Some(&b'\n') {
            // The last row of a table may lack its end.
            line.push(b'\n');
        }
        // A first row that was given back may have several.
        self.lines += memchr::memchr_iter(b'\n', &line).count() as u64;
        Ok(Some(line))
    }
}

fn not_utf8(row: &[u8], error: std::str::Utf8Error) -> Malformed {
    if row.starts_with(b"\xff\xfe") || row.starts_with(b"\xfe\xff") {
        return Malformed::new("not UTF-8", 1, "the table is UTF-16; save it as UTF-8");
    }
    Malformed::not_utf8(error)
}

/// Reads a line with its end; of one that is too long only so much that this shows.
fn read_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<()> {
    let limit = MAX_LINE_BYTES as u64 + 2;
    source.by_ref().take(limit).read_until(b'\n', line)?;
    if line.len() as u64 == limit && line.last() != Some(&b'\n') {
        source.skip_until(b'\n')?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with their lines; a row with a fault as its kind.
    fn rows(table: &str, delimiter: Option<u8>) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::begin(table.as_bytes(), delimiter).unwrap();
        let (mut record, mut rows) = (Record::default(), Vec::new());
        while records.next(&mut record).unwrap() {
            let cells = match record.check() {
                Ok(()) => record.cells().map(str::to_owned).collect(),
                Err(fault) => vec![format!("!{}", fault.kind)],
            };
            rows.push((record.line, cells));
        }
        rows
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|&cell| cell.to_owned()).collect())
    }

    #[test]
    fn rows_are_cut_as_they_are_written() {
        let table = "\u{feff}a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\n\n1,2";
        let expected = [row(1, &["a", "b"]), row(2, &["x, \"y\"", "two\nlines"]), row(5, &["1", "2"])];
        assert_eq!(rows(table, None), expected);
        let table = "a\tb\n\"x\ty\"\n";
        assert_eq!(rows(table, None), [row(1, &["a", "b"]), row(2, &["\"x", "y\""])]);
        assert_eq!(rows("a;b\n1;2\n", Some(b',')), [row(1, &["a;b"]), row(2, &["1;2"])]);
        assert_eq!(rows("", None), []);
    }

    #[test]
    fn an_open_quote_costs_one_line() {
        let table = format!("a,b\n1,\"open\n{}", "x,y\n".repeat(1200));
        let rows = rows(&table, None);
        assert_eq!(rows.len(), 1202);
        assert_eq!(rows[1], row(2, &["!quote not closed"]));
        assert_eq!(rows[2], row(3, &["x", "y"]));
        assert_eq!(rows[1201].0, 1202);
        assert_eq!(self::rows("a,b\n1,\"open", None)[1], row(2, &["!quote not closed"]));
    }

    #[test]
    fn an_open_quote_does_not_end_where_the_next_begins() {
        let table = "a,b\n1,\"open\n2,fine\n3,\"open too\n4,\"whole\n\"\n";
        let expected = [
            row(1, &["a", "b"]),
            row(2, &["!quote not closed"]),
            row(3, &["2", "fine"]),
            row(4, &["!quote not closed"]),
            row(5, &["4", "whole\n"]),
        ];
        assert_eq!(rows(table, None), expected);
    }

    #[test]
    fn faults_stand_on_their_line() {
        let mut records = Records::begin("a,b\n\"x\ny\",\"\nz\"\n".as_bytes(), None).unwrap();
        let mut record = Record::default();
        while records.next(&mut record).unwrap() {}
        let mut records = Records::begin("\n\"x\ny\",\"\nz\"\n".as_bytes(), None).unwrap();
        assert!(records.next(&mut record).unwrap());
        let flaw = Flaw { column: 1, malformed: Malformed::new("odd", 1, "odd") };
        let (line, fault) = record.placed(records.located(&record, flaw));
        assert_eq!((line, fault.byte), (3, 4));
    }

    #[test]
    fn widths_are_checked() {
        let table = "a,b\n1\n1,2,\n1,2,3\n";
        let expected = [
            row(1, &["a", "b"]),
            row(2, &["!wrong number of cells"]),
            row(3, &["1", "2", ""]),
            row(4, &["!wrong number of cells"]),
        ];
        assert_eq!(rows(table, None), expected);
    }

    #[test]
    fn a_table_without_header_has_numbers() {
        let mapping = Mapping { has_header: false, ..Mapping::default() };
        let mut records = Records::begin("x,y\n1,2\n".as_bytes(), None).unwrap();
        let mut record = Record::default();
        let header = records.header(&mapping, &mut record).unwrap().unwrap();
        assert_eq!(header, ["1", "2"]);
        assert!(records.next(&mut record).unwrap());
        assert_eq!((record.line, record.cell(1), record.cell(2)), (1, "y", ""));
    }
}
