//! Tables: bytes → header and rows of cells that know their place.
//!
//! A `.tsv` has one row a line; tabs separate, and nothing is quoted. A `.csv` follows RFC 4180. Both are UTF-8, with
//! or without byte order mark, and their lines end in LF or CRLF.

mod blocks;
mod header;
mod records;

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use super::report::{At, Report};
use super::schema::Schema;
use super::wording::Quoted;
use super::{Fix, RowPlace};
use blocks::{Blocks, Ending, MAX_ROW_BYTES};
use header::Header;
use records::{Fault, FaultKind, Record};
pub(in crate::pack) use records::{Sign, Signs};

/// A file that holds a table.
pub(crate) struct TableFile {
    /// Path for messages.
    pub path: Arc<str>,
    /// Index into [`super::Pack::files`].
    pub index: u16,
    pub syntax: Syntax,
}

/// How a table is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    Tsv,
    Csv,
}

impl Syntax {
    pub const fn delimiter(self) -> u8 {
        match self {
            Self::Tsv => b'\t',
            Self::Csv => b',',
        }
    }
}

/// One row of a table.
pub(crate) struct Row<'r, const N: usize> {
    file: &'r TableFile,
    header: &'r Header<N>,
    record: &'r Record<'r>,
    fields: &'r [&'r str],
}

/// A cell of a row: what it holds, without white space around, and where.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'r> {
    pub text: &'r str,
    /// Name of the column.
    pub column: &'static str,
    /// Whether white space was trimmed off.
    pub trimmed: bool,
    field: usize,
    /// Bytes of the field before `text`.
    offset: usize,
}

impl<'r> Cell<'r> {
    /// A cell of `whole`, which begins at the byte `start` of its field.
    fn new(column: &'static str, field: usize, start: usize, whole: &'r str) -> Self {
        let text = whole.trim_start();
        let offset = start + whole.len() - text.len();
        let text = text.trim_end();
        Self { text, column, trimmed: text.len() < whole.len(), field, offset }
    }

    /// The items between the signs `separator`; one if there is none.
    pub fn split(self, separator: char) -> impl Iterator<Item = Self> {
        let mut start = self.offset;
        self.text.split(separator).map(move |item| {
            let cell = Self::new(self.column, self.field, start, item);
            start += item.len() + separator.len_utf8();
            cell
        })
    }
}

impl<'r, const N: usize> Row<'r, N> {
    /// The cells in the order of the schema; the cell of a column that the table does not have is empty.
    pub fn cells(&self) -> [Cell<'r>; N] {
        self.header.columns().map(|(column, field)| {
            let field = field.unwrap_or(usize::MAX);
            Cell::new(column, field, 0, self.fields.get(field).copied().unwrap_or_default())
        })
    }

    /// The change that takes away all fields from `field` on; `None` in a table that may be quoted.
    fn cut_after(&self, field: usize) -> Option<Fix> {
        if self.file.syntax != Syntax::Tsv {
            return None;
        }
        let (line, column) = self.record.locate(self.file.syntax, field, 0);
        let (_, end_column) = self.record.locate(self.file.syntax, usize::MAX, 0);
        // The separator before the field goes too.
        Some(Fix { line, column: column - 1, end_line: line, end_column, text: String::new() })
    }

    /// Where the text of `cell` begins.
    pub fn at(&self, cell: Cell<'_>) -> At<'_> {
        self.at_byte(cell, 0)
    }

    /// Where the byte `offset` of the text of `cell` stands.
    pub fn at_byte(&self, cell: Cell<'_>, offset: usize) -> At<'_> {
        self.at_field(cell.field, cell.offset + offset)
    }

    fn at_field(&self, field: usize, offset: usize) -> At<'_> {
        let (line, column) = self.record.locate(self.file.syntax, field, offset);
        At::place(&self.file.path, line, column)
    }

    /// The place of the row, with the column of `cell`.
    pub fn place(&self, cell: Cell<'_>) -> RowPlace {
        RowPlace { column: self.column(cell), ..self.line_place() }
    }

    /// The column of `cell`, in characters, counted from 1.
    pub fn column(&self, cell: Cell<'_>) -> u16 {
        let column = match self.fields.get(..cell.field) {
            // Most cells have nothing but short ones of ASCII before them, and rows are read by the million.
            Some(before)
                if cell.offset == 0
                    && self.file.syntax == Syntax::Tsv
                    && before.iter().all(|field| field.is_ascii()) =>
            {
                1 + before.iter().map(|field| field.len() as u32 + 1).sum::<u32>()
            }
            _ => self.record.locate(self.file.syntax, cell.field, cell.offset).1,
        };
        u16::try_from(column).unwrap_or(u16::MAX)
    }

    /// The change that puts `text` in place of all that stands between the tabs around `cell`; `None` in a table that
    /// may be quoted.
    pub fn replacement(&self, cell: Cell<'_>, text: &str) -> Option<Fix> {
        let field = self.fields.get(cell.field).filter(|_| self.file.syntax == Syntax::Tsv)?;
        let (line, column) = self.record.locate(self.file.syntax, cell.field, 0);
        let end_column = column + field.chars().count() as u32;
        Some(Fix { line, column, end_line: line, end_column, text: text.to_owned() })
    }

    /// The place of the row, without a column.
    pub fn line_place(&self) -> RowPlace {
        RowPlace { file: self.file.index, column: 0, line: self.record.line }
    }
}

/// Reads the rows of a table one by one from `source`, in bounded memory; findings on encoding, header and width of the
/// rows go to `report`, and such rows are passed over, as are blank ones.
///
/// Ends early with the first error of `each`, or with what [`ReadFailure`] makes of a failure to read.
pub(crate) fn read<const N: usize, E: From<ReadFailure>>(
    file: &TableFile,
    source: &mut dyn Read,
    schema: &'static Schema<N>,
    report: &mut Report,
    mut each: impl FnMut(&Row<'_, N>, &mut Report) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |source| ReadFailure { path: Arc::clone(&file.path), source };
    let mut blocks = Blocks::new(source, file.syntax);
    if is_utf16(blocks.peek().map_err(failed)?) {
        let help = "save it as UTF-8; Excel calls that \"CSV UTF-8\"";
        report.error(At::file(&file.path), "not-utf8", "the file is UTF-16", help);
        return Ok(());
    }
    let mut header = None;
    while let Some(block) = blocks.next().map_err(failed)? {
        records::for_each(&block, file.syntax, |record| {
            read_row(file, record, &mut header, schema, report, &mut each)
        })?;
        if block.ending != Ending::Row {
            break;
        }
    }
    if header.is_none() {
        let help = format!("write the column names in the first line, at least {}", schema.required_names());
        report.error(At::file(&file.path), "no-header", "the table is empty", help);
    }
    Ok(())
}

/// As [`read`], from memory.
pub(crate) fn read_bytes<const N: usize>(
    file: &TableFile,
    mut bytes: &[u8],
    schema: &'static Schema<N>,
    report: &mut Report,
    mut each: impl FnMut(&Row<'_, N>, &mut Report),
) {
    let each = |row: &Row<'_, N>, report: &mut Report| {
        each(row, report);
        Ok(())
    };
    // Memory can be read, and `each` never fails.
    let _: Result<(), ReadFailure> = read(file, &mut bytes, schema, report, each);
}

/// A table could not be read to its end.
#[derive(Debug)]
pub(crate) struct ReadFailure {
    /// Its path as messages call it.
    pub path: Arc<str>,
    pub source: io::Error,
}

/// Reads one row, which is the header if there is none yet; `header` holds nothing if that was useless.
#[expect(clippy::option_option, reason = "no header yet, or one that was useless")]
fn read_row<const N: usize, E>(
    file: &TableFile,
    record: &Record<'_>,
    header: &mut Option<Option<Header<N>>>,
    schema: &'static Schema<N>,
    report: &mut Report,
    each: &mut impl FnMut(&Row<'_, N>, &mut Report) -> Result<(), E>,
) -> Result<(), E> {
    let fields = match &record.fields {
        Ok(fields) => fields.as_slice(),
        Err(fault) => {
            report_fault(file, fault, report);
            // Without a header nothing can be said of the rows, but for their encoding.
            header.get_or_insert(None);
            return Ok(());
        }
    };
    if fields.iter().all(|field| field.trim().is_empty()) {
        return Ok(());
    }
    let Some(header) = header else {
        *header = Some(Header::read(file, schema, record, fields, report));
        return Ok(());
    };
    let Some(header) = header else { return Ok(()) };
    let row = Row { file, header, record, fields };
    if check_width(&row, report) { each(&row, report) } else { Ok(()) }
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

fn report_fault(file: &TableFile, fault: &Fault, report: &mut Report) {
    let at = At::place(&file.path, fault.line, fault.column);
    match fault.kind {
        FaultKind::BadByte(byte) => {
            let help = "save the file as UTF-8; it may be in an older encoding such as Windows-1256";
            report.error(at, "not-utf8", format_args!("the byte 0x{byte:02X} is not UTF-8"), help);
        }
        FaultKind::UnclosedQuote => {
            let help = "close it; a double quote within a quoted cell is written twice";
            report.error(at, "unclosed-quote", "the double quote is never closed", help);
        }
        FaultKind::LongRow => {
            let message =
                format_args!("the row is longer than {MAX_ROW_BYTES} bytes; what follows was not read");
            report.error(at, "row-too-long", message, "end every row with a line end");
        }
    }
}

/// Whether the row has as many fields as the header, or but empty ones more.
fn check_width<const N: usize>(row: &Row<'_, N>, report: &mut Report) -> bool {
    let width = row.header.width();
    let count = row.fields.len();
    let message = format_args!("the row has {count} fields, but the header has {width}");
    let Some(more) = row.fields.get(width..) else {
        report_too_few(row, message, report);
        return false;
    };
    if let Some(filled) = more.iter().position(|field| !field.trim().is_empty()) {
        report_too_many(row, width + filled, message, report);
        return false;
    }
    if !more.is_empty() {
        let help = "remove the empty fields at the end of the row";
        report.fixable(row.at_field(width, 0), "too-many-fields", message, help, || row.cut_after(width));
    }
    true
}

fn report_too_few<const N: usize>(row: &Row<'_, N>, message: fmt::Arguments<'_>, report: &mut Report) {
    let separator = match row.file.syntax {
        Syntax::Tsv => "tab",
        Syntax::Csv => "comma",
    };
    let help = format_args!("separate the cells with one {separator} each, also where they are empty");
    report.error(
        row.at_field(row.fields.len().saturating_sub(1), usize::MAX),
        "too-few-fields",
        message,
        help,
    );
}

fn report_too_many<const N: usize>(
    row: &Row<'_, N>,
    field: usize,
    message: fmt::Arguments<'_>,
    report: &mut Report,
) {
    let shown = Quoted(row.fields.get(field).copied().unwrap_or_default());
    let help = match row.file.syntax {
        Syntax::Tsv => format!("remove {shown}, or the tab that cuts a cell in two"),
        Syntax::Csv => format!("remove {shown}, or put the cell that holds a comma in double quotes"),
    };
    report.error(row.at_field(field, 0), "too-many-fields", message, help);
}
