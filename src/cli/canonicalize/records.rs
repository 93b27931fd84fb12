//! [`Records`]: the records of a csv or tsv text, cells and bytes.

use std::io::{self, BufRead};

use csv::ByteRecord;
use csv_core::ReadRecordResult;

use super::format::Dialect;
use super::lines::{count_lines, strip_line_end};
use super::row::MAX_ROW_BYTES;
use crate::cli::failure::Failure;

/// Splits a text into records with `csv-core`, and keeps the bytes and the line of each, so that a record can be
/// handed on as it stands. The `csv` crate gives neither its bytes nor blank lines nor a quote left open.
pub struct Records {
    input: Box<dyn BufRead + Send>,
    label: String,
    parser: csv_core::Reader,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// Lines handed out so far.
    lines: u64,
    /// Blank lines to be handed out before `next`.
    blanks: u64,
    next: Option<Record>,
    is_done: bool,
    line_end: Option<&'static str>,
}

/// One step through a table.
#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    /// A line without any sign; its number.
    Blank(u64),
    /// A record.
    Record(Record),
}

/// One record of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Line on which it begins, counted from 1.
    pub line: u64,
    /// Its bytes, without the line end.
    pub raw: Vec<u8>,
    /// Its cells, unquoted.
    pub cells: ByteRecord,
    /// Whether the file ended inside a quoted cell.
    pub has_open_quote: bool,
}

impl Records {
    /// Reads `input`, called `label` in messages.
    pub fn new(input: Box<dyn BufRead + Send>, label: &str, dialect: Dialect) -> Self {
        let parser =
            csv_core::ReaderBuilder::new().delimiter(dialect.delimiter).quoting(dialect.is_quoted).build();
        Self {
            input,
            label: label.into(),
            parser,
            fields: vec![0; 4096],
            ends: vec![0; 64],
            lines: 0,
            blanks: 0,
            next: None,
            is_done: false,
            line_end: None,
        }
    }

    /// How the first record's line ends; `\n` where that is not known.
    pub fn line_end(&self) -> &'static str {
        self.line_end.unwrap_or("\n")
    }

    /// The next record or blank line, or `None` at the end.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, Failure> {
        if self.blanks == 0 && self.next.is_none() && !self.is_done {
            self.scan()?;
        }
        if self.blanks > 0 {
            self.blanks -= 1;
            self.lines += 1;
            return Ok(Some(Entry::Blank(self.lines)));
        }
        Ok(self.next.take().map(|record| {
            self.lines = record.line - 1 + count_lines(&record.raw) + 1;
            Entry::Record(record)
        }))
    }

    /// The next record, blank lines passed over.
    pub fn next_record(&mut self) -> Result<Option<Record>, Failure> {
        loop {
            match self.next_entry()? {
                Some(Entry::Blank(_)) => {}
                Some(Entry::Record(record)) => return Ok(Some(record)),
                None => return Ok(None),
            }
        }
    }

    /// Has `record`, just taken, handed out once more.
    pub fn put_back(&mut self, record: Record) {
        self.next = Some(record);
    }

    /// Reads up to the end of the next record into `blanks` and `next`.
    fn scan(&mut self) -> Result<(), Failure> {
        let mut scan = Scan::default();
        while scan.end.is_none() {
            self.step(&mut scan).map_err(|error| Failure::reading(&self.label, &error))?;
            if scan.raw.len() > MAX_ROW_BYTES {
                return Err(too_long(&self.label, self.lines + 1));
            }
        }
        self.is_done = scan.end == Some(ScanEnd::Text);

        let body = scan.raw.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(scan.raw.len());
        self.blanks = count_lines(&scan.raw[..body]);
        if scan.end == Some(ScanEnd::Record) {
            scan.raw.drain(..body);
            let line_end = strip_line_end(&mut scan.raw);
            self.line_end = self.line_end.or(line_end);
            self.next = Some(Record {
                line: self.lines + self.blanks + 1,
                cells: self.cells(&scan),
                raw: scan.raw,
                has_open_quote: scan.has_open_quote,
            });
        }
        Ok(())
    }

    /// Hands one piece of the text to the parser.
    fn step(&mut self, scan: &mut Scan) -> io::Result<()> {
        let input = self.input.fill_buf()?;
        let at_end = input.is_empty();
        // A line break after the last byte ends a record, unless a quote is open.
        let piece = match (at_end, scan.has_sentinel) {
            (false, _) => input,
            (true, false) => b"\n",
            (true, true) => b"",
        };
        let (result, read, wrote, ended) =
            self.parser.read_record(piece, &mut self.fields[scan.filled..], &mut self.ends[scan.ended..]);
        scan.filled += wrote;
        scan.ended += ended;
        if at_end {
            scan.has_open_quote = scan.has_sentinel && result == ReadRecordResult::Record;
            scan.has_sentinel |= read > 0;
        } else {
            scan.raw.extend_from_slice(&piece[..read]);
            self.input.consume(read);
        }
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
            ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            ReadRecordResult::Record => {
                scan.end = Some(ScanEnd::Record);
                self.take_line_feed(&mut scan.raw)?;
            }
            ReadRecordResult::End => scan.end = Some(ScanEnd::Text),
        }
        Ok(())
    }

    /// The parser ends a record at `\r`; a `\n` after it belongs to the same line end.
    fn take_line_feed(&mut self, raw: &mut Vec<u8>) -> io::Result<()> {
        if raw.last() == Some(&b'\r') && self.input.fill_buf()?.first() == Some(&b'\n') {
            self.input.consume(1);
            raw.push(b'\n');
        }
        Ok(())
    }

    fn cells(&self, scan: &Scan) -> ByteRecord {
        let mut cells = ByteRecord::with_capacity(scan.filled, scan.ended);
        let mut start = 0;
        for (i, &end) in self.ends[..scan.ended].iter().enumerate() {
            // The sentinel was taken into the open cell: off with it.
            let end = if scan.has_open_quote && i + 1 == scan.ended { end - 1 } else { end };
            cells.push_field(&self.fields[start..end]);
            start = end;
        }
        cells
    }
}

/// A record that is being read.
#[derive(Default)]
struct Scan {
    raw: Vec<u8>,
    filled: usize,
    ended: usize,
    has_sentinel: bool,
    has_open_quote: bool,
    end: Option<ScanEnd>,
}

/// What ended a scan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ScanEnd {
    /// The end of a record.
    Record,
    /// The end of the text, without a further record.
    Text,
}

/// A row beyond [`MAX_ROW_BYTES`].
pub fn too_long(label: &str, line: u64) -> Failure {
    Failure::bad_data(format!(
        "{label}:{line}: the row that begins here is longer than {MAX_ROW_BYTES} bytes"
    ))
    .with_help("is a quote left open, or is the format another one? see --input-format and --delimiter")
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    use super::*;

    /// Every entry as `line:raw:cell|cell`, read through a buffer of `capacity` bytes.
    fn read(text: &str, dialect: Dialect, capacity: usize) -> Vec<String> {
        let input = BufReader::with_capacity(capacity, Cursor::new(text.as_bytes().to_vec()));
        let mut records = Records::new(Box::new(input), "x", dialect);
        let mut entries = Vec::new();
        while let Some(entry) = records.next_entry().unwrap() {
            entries.push(match entry {
                Entry::Blank(line) => format!("{line}:blank"),
                Entry::Record(record) => {
                    let cells: Vec<_> = record.cells.iter().map(String::from_utf8_lossy).collect();
                    let open = if record.has_open_quote { " open" } else { "" };
                    let raw = String::from_utf8_lossy(&record.raw);
                    format!("{}:{raw}:{}{open}", record.line, cells.join("|"))
                }
            });
        }
        entries
    }

    #[track_caller]
    fn check(text: &str, dialect: Dialect, expected: &[&str]) {
        for capacity in [1, 2, 3, 7, 4096] {
            assert_eq!(read(text, dialect, capacity), expected, "buffer of {capacity}");
        }
    }

    const CSV: Dialect = Dialect::csv(b',');

    #[test]
    fn records_keep_their_bytes() {
        check("a,\"b\"\"c\"\r\n\"d\",e\r\n", CSV, &["1:a,\"b\"\"c\":a|b\"c", "2:\"d\",e:d|e"]);
        check("a,b\nc,d", CSV, &["1:a,b:a|b", "2:c,d:c|d"]);
        check("a\rb\r", CSV, &["1:a:a", "2:b:b"]);
        check("", CSV, &[]);
    }

    #[test]
    fn quoted_cells_may_span_lines() {
        check("n\n\"a\r\nb\",c\nd\n", CSV, &["1:n:n", "2:\"a\r\nb\",c:a\r\nb|c", "4:d:d"]);
        check("\"a\n\"", CSV, &["1:\"a\n\":a\n"]);
    }

    #[test]
    fn blank_lines_are_told() {
        check(
            "\n\na\n\r\n\r\nb\n\n",
            CSV,
            &["1:blank", "2:blank", "3:a:a", "4:blank", "5:blank", "6:b:b", "7:blank"],
        );
        check("\n", CSV, &["1:blank"]);
    }

    #[test]
    fn an_open_quote_is_seen() {
        check("a\n\"b,c\nd", CSV, &["1:a:a", "2:\"b,c\nd:b,c\nd open"]);
        check("\"", CSV, &["1:\": open"]);
        check("\"a\n", CSV, &["1:\"a:a\n open"]);
    }

    #[test]
    fn tsv_takes_quotes_literally() {
        check("a\t\"b\nc\t\"\n", Dialect::TSV, &["1:a\t\"b:a|\"b", "2:c\t\":c|\""]);
    }

    #[test]
    fn the_first_line_end_counts() {
        let mut records = Records::new(Box::new(Cursor::new(b"a\r\nb\n".to_vec())), "x", CSV);
        records.next_record().unwrap();
        records.next_record().unwrap();
        assert_eq!(records.line_end(), "\r\n");
    }

    #[test]
    fn a_record_put_back_comes_again() {
        let mut records = Records::new(Box::new(Cursor::new(b"a\nb\nc".to_vec())), "x", CSV);
        let first = records.next_record().unwrap().unwrap();
        records.put_back(first.clone());
        assert_eq!(records.next_record().unwrap(), Some(first));
        assert_eq!(records.next_record().unwrap().map(|r| r.line), Some(2));
        assert_eq!(records.next_record().unwrap().map(|r| r.line), Some(3));
    }

    #[test]
    fn wide_and_long_records_fit() {
        let wide = vec!["x".repeat(100); 500].join(",");
        let mut records = Records::new(Box::new(Cursor::new(wide.into_bytes())), "x", CSV);
        assert_eq!(records.next_record().unwrap().unwrap().cells.len(), 500);
    }

    #[test]
    fn a_runaway_quote_does_not_take_all_memory() {
        let text = format!("a\n\"{}", "b\n".repeat(MAX_ROW_BYTES / 2 + 1));
        let mut records = Records::new(Box::new(Cursor::new(text.into_bytes())), "x", CSV);
        records.next_record().unwrap();
        assert!(records.next_record().unwrap_err().to_string().contains("x:2:"));
    }
}
