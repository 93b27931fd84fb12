//! [`SourceTable`]: a table of a source with a header and no quoting, read row by row.

use std::io::BufReader;
use std::path::Path;

use csv::StringRecord;

use super::error::ImportError;
use super::files::{self, Counted};
use super::progress::Progress;

/// A table whose rows are read one by one; errors name file and line.
pub(super) struct SourceTable<'p> {
    path: &'p Path,
    reader: csv::Reader<BufReader<Counted<'p>>>,
    headers: StringRecord,
}

impl<'p> SourceTable<'p> {
    pub fn open(path: &'p Path, delimiter: u8, progress: &'p mut dyn Progress) -> Result<Self, ImportError> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(false)
            .flexible(true)
            .from_reader(files::open(path, progress)?);
        let headers = reader.headers().map_err(|error| ImportError::csv(path, error))?.clone();
        Ok(Self { path, reader, headers })
    }

    /// Where a column stands that the source must have.
    pub fn column(&self, name: &str) -> Result<usize, ImportError> {
        let missing = || ImportError::layout(self.path, 1, format!("the table has no column `{name}`"));
        self.optional_column(name).ok_or_else(missing)
    }

    /// Where a column stands that the source may have.
    pub fn optional_column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|header| header == name)
    }

    /// Reads the next row into `row`; false at the end.
    pub fn read(&mut self, row: &mut StringRecord) -> Result<bool, ImportError> {
        self.reader.read_record(row).map_err(|error| ImportError::csv(self.path, error))
    }
}
