//! Records: blocks of a table cut into rows and fields by either syntax, with the way back from a field to its line
//! and column.

use super::Syntax;
use super::blocks::{Block, Ending};

/// One row of a table.
pub(super) struct Record<'a> {
    /// Line on which it begins, counted from 1.
    pub line: u32,
    /// The bytes of its block from where it begins.
    rest: &'a [u8],
    pub fields: Result<Vec<&'a str>, Fault>,
}

/// Why a row cannot be read.
pub(super) struct Fault {
    pub line: u32,
    pub column: u32,
    pub kind: FaultKind,
}

pub(super) enum FaultKind {
    /// The byte is not UTF-8.
    BadByte(u8),
    /// The double quote has no second one.
    UnclosedQuote,
    /// The row is longer than [`super::blocks::MAX_ROW_BYTES`].
    LongRow,
}

impl Record<'_> {
    /// Line and column, counted from 1, of the byte `offset` of a field, or of the end of the field or row if they have
    /// no such.
    ///
    /// Reads the row again, so that rows without findings cost nothing.
    pub fn locate(&self, syntax: Syntax, field: usize, offset: usize) -> (u32, u32) {
        let (mut line, mut column) = (self.line, 1);
        let (mut at_field, mut at_offset) = (0, 0);
        for (sign, byte) in Signs::new(self.rest, syntax) {
            match sign {
                Sign::Separator if at_field == field => break,
                Sign::Data if at_field == field && at_offset == offset => break,
                Sign::End => break,
                Sign::Separator => (at_field, at_offset) = (at_field + 1, 0),
                Sign::Data => at_offset += 1,
                Sign::Quote => {}
            }
            if byte == b'\n' {
                (line, column) = (line + 1, 1);
            } else if !is_continuation(byte) {
                column += 1;
            }
        }
        (line, column)
    }

    fn fault(&self, syntax: Syntax, field: usize, offset: usize, kind: FaultKind) -> Fault {
        let (line, column) = self.locate(syntax, field, offset);
        Fault { line, column, kind }
    }
}

/// Whether `byte` goes on with a character of UTF-8.
const fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// Reads the rows of a block one by one, until `each` fails.
pub(super) fn for_each<E>(
    block: &Block<'_>,
    syntax: Syntax,
    each: impl FnMut(&Record<'_>) -> Result<(), E>,
) -> Result<(), E> {
    match syntax {
        Syntax::Tsv => for_each_tsv(block, each),
        Syntax::Csv => for_each_csv(block, each),
    }
}

/// Where the last row ends of which the end can be seen.
pub(super) fn row_end(bytes: &[u8], syntax: Syntax) -> Option<usize> {
    match syntax {
        Syntax::Tsv => Some(memchr::memrchr(b'\n', bytes)? + 1),
        Syntax::Csv => {
            let ends =
                Signs::new(bytes, syntax).enumerate().filter(|(_, (sign, _))| matches!(sign, Sign::End));
            ends.last().map(|(at, _)| at + 1)
        }
    }
}

fn for_each_tsv<'a, E>(
    block: &Block<'a>,
    mut each: impl FnMut(&Record<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let mut record = Record { line: block.lines_before, rest: block.bytes, fields: Ok(Vec::new()) };
    let mut rest = block.bytes;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let (row, after) = rest.split_at(end);
        // The list of fields is used again, which saves an allocation a row.
        let mut fields = record.fields.unwrap_or_default();
        fields.clear();
        record = Record { line: record.line.saturating_add(1), rest, fields: Ok(fields) };
        if block.ending == Ending::LongRow && after.is_empty() {
            record.fields = Err(record.fault(Syntax::Tsv, 0, 0, FaultKind::LongRow));
        } else {
            split_tabs(row.strip_suffix(b"\r").unwrap_or(row), &mut record);
        }
        each(&record)?;
        rest = after.get(1..).unwrap_or_default();
    }
    Ok(())
}

fn split_tabs<'a>(row: &'a [u8], record: &mut Record<'a>) {
    match (std::str::from_utf8(row), &mut record.fields) {
        (Ok(text), Ok(fields)) => fields.extend(text.split('\t')),
        (Ok(_), Err(_)) => {}
        (Err(error), _) => {
            let (good, bad) = row.split_at(error.valid_up_to());
            let fields = good.split(|&byte| byte == b'\t').map(<[u8]>::len).enumerate();
            let (field, offset) = fields.last().unwrap_or_default();
            let kind = FaultKind::BadByte(bad.first().copied().unwrap_or_default());
            record.fields = Err(record.fault(Syntax::Tsv, field, offset, kind));
        }
    }
}

fn for_each_csv<E>(block: &Block<'_>, mut each: impl FnMut(&Record<'_>) -> Result<(), E>) -> Result<(), E> {
    let bytes = block.bytes;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut cells = csv::ByteRecord::new();
    let (mut line, mut counted_to) = (block.lines_before.saturating_add(1), 0);
    loop {
        let before = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
        // Reading from memory rows of any width cannot fail; `false` is the end of the block.
        if !reader.read_byte_record(&mut cells).unwrap_or(false) {
            return Ok(());
        }
        // The reader takes line ends and blank lines only with the row after them.
        let row = bytes.get(before..).unwrap_or_default();
        let start = before + row.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += line_ends(bytes.get(counted_to..start).unwrap_or_default());
        counted_to = start;

        let rest = bytes.get(start..).unwrap_or_default();
        let mut record = Record { line, rest, fields: Ok(Vec::with_capacity(cells.len())) };
        let is_last = block.ending != Ending::Row && reader.position().byte() >= bytes.len() as u64;
        record.fields = csv_fields(&cells, &record, is_last.then_some(block.ending));
        each(&record)?;
    }
}

fn csv_fields<'a>(
    cells: &'a csv::ByteRecord,
    record: &Record<'_>,
    last: Option<Ending>,
) -> Result<Vec<&'a str>, Fault> {
    if let Some(ending) = last {
        if let Some(field) = unclosed_field(record.rest) {
            return Err(record.fault(Syntax::Csv, field, 0, FaultKind::UnclosedQuote));
        } else if ending == Ending::LongRow {
            return Err(record.fault(Syntax::Csv, 0, 0, FaultKind::LongRow));
        }
    }
    let field = |(field, bytes): (usize, &'a [u8])| {
        std::str::from_utf8(bytes).map_err(|error| {
            let bad = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
            record.fault(Syntax::Csv, field, error.valid_up_to(), FaultKind::BadByte(bad))
        })
    };
    cells.iter().enumerate().map(field).collect()
}

/// How many lines end in `bytes`.
pub(super) fn line_ends(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// The field of the last row of a table whose double quote is never closed.
fn unclosed_field(rest: &[u8]) -> Option<usize> {
    let mut signs = Signs::new(rest, Syntax::Csv);
    let mut field = 0;
    for (sign, _) in signs.by_ref() {
        match sign {
            Sign::End => return None,
            Sign::Separator => field += 1,
            Sign::Data | Sign::Quote => {}
        }
    }
    signs.is_quoted().then_some(field)
}

/// What a byte of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pack) enum Sign {
    /// Part of a cell.
    Data,
    /// Between two cells.
    Separator,
    /// A double quote that is not part of a cell.
    Quote,
    /// The end of the row.
    End,
}

/// The bytes of a table from the start of a row, and what each of them is.
pub(in crate::pack) struct Signs<'a> {
    bytes: &'a [u8],
    syntax: Syntax,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a cell.
    Start,
    Plain,
    Quoted,
    /// After the first of two double quotes that stand for one.
    Escaped,
}

impl<'a> Signs<'a> {
    pub fn new(bytes: &'a [u8], syntax: Syntax) -> Self {
        Self { bytes, syntax, state: State::Start }
    }

    /// Whether what was read ends within a quoted cell.
    pub fn is_quoted(&self) -> bool {
        self.state == State::Quoted
    }

    fn step(&self, byte: u8, next: Option<u8>) -> (State, Sign) {
        let is_quote = byte == b'"' && self.syntax == Syntax::Csv;
        match self.state {
            State::Start if is_quote => (State::Quoted, Sign::Quote),
            State::Quoted if is_quote && next == Some(b'"') => (State::Escaped, Sign::Quote),
            State::Quoted if is_quote => (State::Plain, Sign::Quote),
            State::Quoted | State::Escaped => (State::Quoted, Sign::Data),
            State::Start | State::Plain if byte == self.syntax.delimiter() => (State::Start, Sign::Separator),
            State::Start | State::Plain if self.ends_row(byte, next) => (State::Start, Sign::End),
            State::Start | State::Plain => (State::Plain, Sign::Data),
        }
    }

    fn ends_row(&self, byte: u8, next: Option<u8>) -> bool {
        byte == b'\n' || byte == b'\r' && (self.syntax == Syntax::Csv || next == Some(b'\n'))
    }
}

impl Iterator for Signs<'_> {
    type Item = (Sign, u8);

    fn next(&mut self) -> Option<(Sign, u8)> {
        let (&byte, after) = self.bytes.split_first()?;
        let (state, sign) = self.step(byte, after.first().copied());
        (self.state, self.bytes) = (state, after);
        Some((sign, byte))
    }
}
