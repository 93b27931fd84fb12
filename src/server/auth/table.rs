//! Tables of tokens and clients: tab-separated values, with comments.

use std::fmt;
use std::path::{Path, PathBuf};

/// A file that authorization rests on cannot be read, or is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthFileError {
    path: PathBuf,
    /// Line and column, counted from 1, the column in characters; `None` for the file as a whole.
    place: Option<(usize, usize)>,
    message: String,
}

impl AuthFileError {
    /// Something is wrong with the file `path` as a whole.
    pub(super) fn whole(path: &Path, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), place: None, message: message.into() }
    }

    /// Something is wrong at a line and column of the file `path`.
    pub(super) fn at(path: &Path, place: (usize, usize), message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), place: Some(place), message: message.into() }
    }
}

impl fmt::Display for AuthFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.message)
    }
}

impl std::error::Error for AuthFileError {}

/// A table whose lines are read one after another.
pub(super) struct Table<'t> {
    path: &'t Path,
    text: &'t str,
    /// What a line holds, for messages.
    columns: &'static str,
    /// How many cells a line has at least; those that are left out at its end are empty.
    least_cells: usize,
}

impl<'t> Table<'t> {
    /// The table in `bytes`, which must be UTF-8.
    pub fn new(
        path: &'t Path,
        bytes: &'t [u8],
        columns: &'static str,
        least_cells: usize,
    ) -> Result<Self, AuthFileError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            AuthFileError::at(path, (line, 1), "is not UTF-8")
        })?;
        Ok(Self { path, text: text.trim_start_matches('\u{feff}'), columns, least_cells })
    }

    /// Every line that is no comment and not empty, cut into `N` cells.
    pub fn rows<const N: usize>(&self) -> impl Iterator<Item = Result<[Cell<'t>; N], AuthFileError>> {
        let lines = self.text.lines().enumerate().map(|(i, line)| (i + 1, line));
        let rows = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        rows.map(|(number, line)| self.cut(number, line))
    }

    fn cut<const N: usize>(&self, number: usize, line: &'t str) -> Result<[Cell<'t>; N], AuthFileError> {
        let count = line.split('\t').count();
        if !(self.least_cells..=N).contains(&count) {
            let message = format!(
                "has {count} cells; expected {}, with one tab between cells",
                self.columns.replace(' ', ", ")
            );
            return Err(AuthFileError::at(self.path, (number, 1), message));
        }
        let mut column = 1;
        let mut cells = line.split('\t').map(|text| {
            let cell = Cell { text: text.trim(), path: self.path, place: (number, column) };
            column += text.chars().count() + 1;
            cell
        });
        let end = (number, line.chars().count() + 1);
        Ok(std::array::from_fn(|_| cells.next().unwrap_or(Cell { text: "", path: self.path, place: end })))
    }
}

/// A cell that knows where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'t> {
    /// Without blanks around it.
    pub text: &'t str,
    path: &'t Path,
    place: (usize, usize),
}

impl Cell<'_> {
    /// Something is wrong with this cell.
    pub fn error(&self, message: impl Into<String>) -> AuthFileError {
        AuthFileError::at(self.path, self.place, message)
    }

    /// The number of its line.
    pub fn line(&self) -> usize {
        self.place.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Result<Vec<[String; 3]>, String> {
        let table = Table::new(Path::new("t.tsv"), text, "a b c", 2).map_err(|error| error.to_string())?;
        let rows = table.rows::<3>().map(|row| row.map(|cells| cells.map(|cell| cell.text.to_owned())));
        rows.collect::<Result<_, _>>().map_err(|error| error.to_string())
    }

    #[test]
    fn comments_and_blanks_are_passed_over() {
        let text = "\u{feff}# a\tb\n\n  \nx\t y \tz\r\nx\ty\n";
        let expected = [["x", "y", "z"], ["x", "y", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(rows(text.as_bytes()), Ok(expected.to_vec()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let message = "t.tsv:2:1: has 1 cells; expected a, b, c, with one tab between cells";
        assert_eq!(rows(b"x\ty\nx\n"), Err(message.into()));
        assert!(rows(b"1\t2\t3\t4\n").is_err());
        assert_eq!(rows(b"x\ty\n\xff\n"), Err("t.tsv:2:1: is not UTF-8".into()));
    }

    #[test]
    fn columns_are_counted_in_characters() {
        let table = Table::new(Path::new("t.tsv"), "اب\tx\n".as_bytes(), "a b", 2).unwrap();
        let [first, second] = table.rows::<2>().next().unwrap().unwrap();
        assert_eq!(first.error("x").to_string(), "t.tsv:1:1: x");
        assert_eq!(second.error("x").to_string(), "t.tsv:1:4: x");
    }
}
