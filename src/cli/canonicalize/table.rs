//! [`TableReader`]: rows of csv and tsv.

use super::records::{Entry, Record, Records};
use super::row::{HintCells, Query, Row, RowFault};
use crate::cli::failure::Failure;

/// Reads the rows of a table.
///
/// A blank line is no row, except in a table of one column, where it is an empty cell.
pub struct TableReader {
    records: Records,
    columns: TableColumns,
    width: usize,
}

/// Where the cells stand that matter, counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableColumns {
    /// The name.
    pub name: usize,
    /// Types of the entity.
    pub types: Option<usize>,
    /// Country hint.
    pub country: Option<usize>,
    /// Language hint.
    pub lang: Option<usize>,
}

impl TableReader {
    /// Reads on in `records`, which stand after the header; rows are to be `width` cells wide.
    pub fn new(records: Records, columns: TableColumns, width: usize) -> Self {
        Self { records, columns, width }
    }

    /// The next row, or `None` at the end.
    pub fn next_row(&mut self) -> Result<Option<Row>, Failure> {
        loop {
            let record = match self.records.next_entry()? {
                None => return Ok(None),
                Some(Entry::Record(record)) => record,
                Some(Entry::Blank(line)) if self.width == 1 => {
                    Record { line, cells: vec![b"".as_slice()].into(), ..Record::default() }
                }
                Some(Entry::Blank(_)) => continue,
            };
            return Ok(Some(self.understand(record)));
        }
    }

    fn understand(&self, record: Record) -> Row {
        let (query, has_unusable_hint) = match self.query(&record) {
            Ok((query, has_unusable_hint)) => (Ok(query), has_unusable_hint),
            Err(fault) => (Err(fault), false),
        };
        Row { line: record.line, raw: record.raw, cells: record.cells, query, has_unusable_hint }
    }

    fn query(&self, record: &Record) -> Result<(Query, bool), RowFault> {
        if record.has_open_quote {
            return Err(RowFault::OpenQuote);
        }
        if record.cells.len() != self.width {
            return Err(RowFault::Ragged { found: record.cells.len(), expected: self.width });
        }
        let name = std::str::from_utf8(cell(record, Some(self.columns.name)))
            .map_err(|error| RowFault::NotUtf8 { valid_up_to: error.valid_up_to() })?;
        let hint = |column| std::str::from_utf8(cell(record, column)).unwrap_or("\u{fffd}");
        let (hints, has_unusable_hint) = HintCells {
            types: hint(self.columns.types),
            country: hint(self.columns.country),
            lang: hint(self.columns.lang),
        }
        .read();
        Ok((Query { name: name.to_owned(), hints }, has_unusable_hint))
    }
}

fn cell(record: &Record, column: Option<usize>) -> &[u8] {
    column.and_then(|column| record.cells.get(column)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::format::Dialect;
    use super::*;

    fn rows(text: &[u8], columns: TableColumns, width: usize) -> Vec<(u64, Result<Query, RowFault>)> {
        let input = Box::new(Cursor::new(text.to_vec()));
        let mut reader = TableReader::new(Records::new(input, "x", Dialect::csv(b',')), columns, width);
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row().unwrap() {
            rows.push((row.line, row.query));
        }
        rows
    }

    fn names(text: &[u8], width: usize) -> Vec<(u64, String)> {
        rows(text, TableColumns::default(), width)
            .into_iter()
            .map(|(line, query)| (line, query.map_or_else(|fault| fault.to_string(), |query| query.name)))
            .collect()
    }

    #[test]
    fn a_blank_line_is_a_row_only_in_a_single_column() {
        assert_eq!(names(b"a\n\nb\n", 1), [(1, "a".into()), (2, String::new()), (3, "b".into())]);
        assert_eq!(names(b"a,1\n\nb,2\n", 2), [(1, "a".into()), (3, "b".into())]);
    }

    #[test]
    fn faults_name_what_is_wrong() {
        let found = rows(b"a\na,b,c\n\xff\xfe,b\n\"a", TableColumns::default(), 2);
        let faults: Vec<_> = found.into_iter().map(|(line, query)| (line, query.unwrap_err())).collect();
        assert_eq!(
            faults,
            [
                (1, RowFault::Ragged { found: 1, expected: 2 }),
                (2, RowFault::Ragged { found: 3, expected: 2 }),
                (3, RowFault::NotUtf8 { valid_up_to: 0 }),
                (4, RowFault::OpenQuote),
            ]
        );
    }

    #[test]
    fn other_columns_need_not_be_utf_8() {
        assert_eq!(names(b"a,\xff\n", 2), [(1, "a".into())]);
    }

    #[test]
    fn hints_come_from_their_columns() {
        let columns = TableColumns { name: 1, country: Some(0), ..TableColumns::default() };
        let (_, query) = rows(b"ua,Kyiv\n", columns, 2).remove(0);
        assert_eq!(query.unwrap().hints.country.map(|c| c.to_string()), Some("UA".into()));
    }
}
