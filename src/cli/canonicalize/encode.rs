//! [`Encoder`]: rows and their answers in the output's format.

use std::borrow::Cow;

use serde_json::Value;

use super::format::{Dialect, Format, OutputFormat};
use super::list::Layout;
use super::row::{Row, RowFault};
use crate::cli::failure::Failure;
use crate::resolve::Resolution;

/// The columns that hold the answer, in order.
pub const ANSWER_COLUMNS: [&str; 6] =
    ["canonical_id", "canonical_name", "status", "tier", "score", "matched_alias"];

/// Writes rows, each with its answer.
///
/// A row that stays in its format is handed on byte for byte, with the answer after it.
pub struct Encoder {
    layout: Layout,
    shape: Shape,
    added: Vec<String>,
    flattened: u64,
}

enum Shape {
    /// csv or tsv; `is_verbatim` where the input is written so too.
    Table { dialect: Dialect, is_verbatim: bool },
    /// The object of the input, with the answer's fields after its own.
    Object,
    /// The cells of the input as an object, under these names.
    Cells(Vec<String>),
    /// The whole answer, as `resolve` gives it.
    Answer,
}

impl Encoder {
    /// An encoder from a list of `layout` to `format`, the answer's columns called `added`.
    pub fn new(layout: Layout, format: OutputFormat, added: Vec<String>) -> Result<Self, Failure> {
        let shape = match (format, layout.format) {
            (OutputFormat::Jsonl, Format::Jsonl) => Shape::Object,
            (OutputFormat::Jsonl, Format::Lines) => Shape::Answer,
            (OutputFormat::Jsonl, _) => Shape::Cells(field_names(&layout)?),
            (_, Format::Jsonl) => {
                return Err(Failure::usage("jsonl has no columns, so it can only be written as jsonl")
                    .with_help("add --format jsonl, or give OUT a name that ends in .jsonl"));
            }
            (OutputFormat::Csv, _) => {
                Shape::table(&layout, layout.dialect.filter(|d| d.is_quoted).unwrap_or(Dialect::csv(b',')))
            }
            (OutputFormat::Tsv, _) => Shape::table(&layout, Dialect::TSV),
        };
        Ok(Self { layout, shape, added, flattened: 0 })
    }

    /// Whether whole answers are written, explanations included.
    pub fn writes_answers(&self) -> bool {
        matches!(self.shape, Shape::Answer)
    }

    /// How many cells held tabs or line ends that became spaces, since tsv cannot hold them.
    pub fn flattened(&self) -> u64 {
        self.flattened
    }

    /// Writes what stands before the first row.
    pub fn start(&mut self, out: &mut Vec<u8>) {
        let Shape::Table { dialect, is_verbatim } = self.shape else { return };
        if self.layout.has_bom {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        match self.layout.header.take() {
            Some(header) if is_verbatim => out.extend_from_slice(&header.raw),
            Some(header) => self.cells(header.cells.iter().map(Cow::Borrowed), dialect, out),
            None if self.layout.format == Format::Lines => out.extend_from_slice(b"name"),
            None => return,
        }
        for name in &self.added {
            out.push(dialect.delimiter);
            push_cell(name.as_bytes(), dialect, out);
        }
        out.extend_from_slice(self.layout.line_end.as_bytes());
    }

    /// Writes `row` and its answer.
    pub fn row(&mut self, row: &Row, answer: &Resolution, out: &mut Vec<u8>) {
        match &self.shape {
            Shape::Table { dialect, is_verbatim } => self.table_row(row, answer, *dialect, *is_verbatim, out),
            Shape::Object => self.object(row, answer, out),
            Shape::Cells(names) => {
                let cells = squared(row, names.len(), b',');
                out.push(b'{');
                for (name, cell) in names.iter().zip(cells) {
                    push_field(name, &Value::from(String::from_utf8_lossy(&cell)), out);
                }
                push_answer(&self.added, answer, out);
            }
            Shape::Answer => {
                push_json(answer, out);
                out.push(b'\n');
            }
        }
    }

    fn table_row(
        &mut self,
        row: &Row,
        answer: &Resolution,
        dialect: Dialect,
        is_verbatim: bool,
        out: &mut Vec<u8>,
    ) {
        if is_verbatim && !matches!(row.query, Err(RowFault::Ragged { .. } | RowFault::OpenQuote)) {
            out.extend_from_slice(&row.raw);
        } else {
            self.cells(squared(row, self.layout.width, dialect.delimiter), dialect, out);
        }
        for value in answer_values(answer) {
            out.push(dialect.delimiter);
            let text = match &value {
                Value::String(text) => Cow::Borrowed(text.as_str()),
                Value::Null => Cow::Borrowed(""),
                other => Cow::Owned(other.to_string()),
            };
            self.flattened += u64::from(push_cell(text.as_bytes(), dialect, out));
        }
        out.extend_from_slice(self.layout.line_end.as_bytes());
    }

    fn cells<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, [u8]>>, dialect: Dialect, out: &mut Vec<u8>) {
        for (i, cell) in cells.enumerate() {
            if i > 0 {
                out.push(dialect.delimiter);
            }
            self.flattened += u64::from(push_cell(&cell, dialect, out));
        }
    }

    fn object(&self, row: &Row, answer: &Resolution, out: &mut Vec<u8>) {
        let text = row.raw.trim_ascii();
        match text.strip_suffix(b"}") {
            Some(open) if !matches!(row.query, Err(RowFault::NotAnObject { .. })) => {
                out.extend_from_slice(open.trim_ascii_end());
            }
            _ => {
                out.push(b'{');
                push_field("unparsed", &Value::from(String::from_utf8_lossy(&row.raw)), out);
            }
        }
        push_answer(&self.added, answer, out);
    }
}

impl Shape {
    fn table(layout: &Layout, dialect: Dialect) -> Self {
        Self::Table { dialect, is_verbatim: layout.dialect == Some(dialect) }
    }
}

/// The names of the columns as fields of an object: those of the header, `column_1` … where there are none.
fn field_names(layout: &Layout) -> Result<Vec<String>, Failure> {
    let mut names: Vec<String> = Vec::with_capacity(layout.width);
    for i in 0..layout.width {
        let cell = layout.header.as_ref().and_then(|header| header.cells.get(i)).unwrap_or_default();
        let name = match String::from_utf8_lossy(cell) {
            name if name.is_empty() => format!("column_{}", i + 1),
            name => name.into_owned(),
        };
        if names.contains(&name) {
            return Err(Failure::bad_data(format!(
                "two columns are called `{name}`; an object has one field of a name"
            ))
            .with_help("rename one of them, or write csv"));
        }
        names.push(name);
    }
    Ok(names)
}

/// The cells of `row` as exactly `width` cells: missing ones are empty, surplus ones are joined to the last.
fn squared(row: &Row, width: usize, delimiter: u8) -> impl Iterator<Item = Cow<'_, [u8]>> {
    (0..width).map(move |i| {
        let cell = row.cells.get(i).unwrap_or_default();
        if i + 1 < width || row.cells.len() <= width {
            return Cow::Borrowed(cell);
        }
        let surplus: Vec<&[u8]> = row.cells.iter().skip(i).collect();
        Cow::Owned(surplus.join(&delimiter))
    })
}

/// Writes a cell, quoted if it must be; tells whether line ends or tabs had to become spaces.
pub fn push_cell(cell: &[u8], dialect: Dialect, out: &mut Vec<u8>) -> bool {
    let is_special =
        |&b: &u8| b == dialect.delimiter || matches!(b, b'\r' | b'\n') || (dialect.is_quoted && b == b'"');
    if !cell.iter().any(is_special) {
        out.extend_from_slice(cell);
        return false;
    }
    if !dialect.is_quoted {
        out.extend(cell.iter().map(|b| if is_special(b) { b' ' } else { *b }));
        return true;
    }
    out.push(b'"');
    for &b in cell {
        out.extend_from_slice(if b == b'"' { b"\"\"" } else { std::slice::from_ref(&b) });
    }
    out.push(b'"');
    false
}

/// The values of [`ANSWER_COLUMNS`]. Only a resolved name has any but its status: nobody is to take the first of
/// several candidates for the answer.
fn answer_values(answer: &Resolution) -> [Value; 6] {
    let status = Value::from(answer.status.as_str());
    match (&answer.canonical_id, answer.candidates.first()) {
        (Some(id), Some(best)) => [
            id.as_str().into(),
            best.name.as_str().into(),
            status,
            best.tier.as_str().into(),
            rounded(best.score.get()),
            best.matched_alias.as_str().into(),
        ],
        _ => [Value::Null, Value::Null, status, Value::Null, Value::Null, Value::Null],
    }
}

/// A score to four places.
pub fn rounded(score: f32) -> Value {
    Value::from((f64::from(score) * 1e4).round() / 1e4)
}

/// Writes the answer's fields and ends the object.
fn push_answer(names: &[String], answer: &Resolution, out: &mut Vec<u8>) {
    for (name, value) in names.iter().zip(answer_values(answer)) {
        push_field(name, &value, out);
    }
    out.extend_from_slice(b"}\n");
}

fn push_field(name: &str, value: &Value, out: &mut Vec<u8>) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    push_json(name, out);
    out.push(b':');
    push_json(value, out);
}

fn push_json(value: &(impl serde::Serialize + ?Sized), out: &mut Vec<u8>) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        // Neither a `Vec` nor our own types can fail; half a value is never left behind.
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

#[cfg(test)]
mod tests {
    use csv::ByteRecord;

    use super::super::records::Record;
    use super::super::row::Query;
    use super::*;

    fn cell(text: &str, dialect: Dialect) -> (String, bool) {
        let mut out = Vec::new();
        let is_flattened = push_cell(text.as_bytes(), dialect, &mut out);
        (String::from_utf8(out).unwrap(), is_flattened)
    }

    fn row(cells: &[&str]) -> Row {
        Row {
            line: 1,
            raw: Vec::new(),
            cells: cells.to_vec().into(),
            query: Ok(Query::default()),
            has_unusable_hint: false,
        }
    }

    fn layout(header: &[&str]) -> Layout {
        let cells: ByteRecord = header.to_vec().into();
        Layout {
            format: Format::Csv,
            dialect: Some(Dialect::csv(b',')),
            width: header.len(),
            header: Some(Record { cells, ..Record::default() }),
            line_end: "\n",
            has_bom: false,
        }
    }

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        let csv = Dialect::csv(b';');
        assert_eq!(cell("a,b", csv), ("a,b".into(), false));
        assert_eq!(cell("a;b", csv), ("\"a;b\"".into(), false));
        assert_eq!(cell("a\"b", csv), ("\"a\"\"b\"".into(), false));
        assert_eq!(cell("a\r\nb", csv), ("\"a\r\nb\"".into(), false));
    }

    #[test]
    fn tsv_has_no_way_to_hold_tabs_and_says_so() {
        assert_eq!(cell("a\tb\nc", Dialect::TSV), ("a b c".into(), true));
        assert_eq!(cell("a\"b", Dialect::TSV), ("a\"b".into(), false));
    }

    #[test]
    fn rows_are_squared_without_loss() {
        let squared = |cells: &[&str], width| {
            let row = row(cells);
            squared(&row, width, b',').map(|c| String::from_utf8(c.into_owned()).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(squared(&["a", "b"], 2), ["a", "b"]);
        assert_eq!(squared(&["a"], 3), ["a", "", ""]);
        assert_eq!(squared(&["a", "b", "c", "d"], 2), ["a", "b,c,d"]);
    }

    #[test]
    fn every_column_gets_a_field_of_its_own() {
        assert_eq!(field_names(&layout(&["id", "", "name"])).unwrap(), ["id", "column_2", "name"]);
        assert!(field_names(&layout(&["a", "a"])).is_err());
        assert!(field_names(&layout(&["column_2", ""])).is_err());
    }

    #[test]
    fn scores_have_four_places() {
        assert_eq!(rounded(0.923_456).to_string(), "0.9235");
        assert_eq!(rounded(0.9).to_string(), "0.9");
    }
}
