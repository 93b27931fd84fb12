//! What can go wrong in an import.

use std::io;
use std::path::{Path, PathBuf};

use super::{Fault, Report, Source};

/// Why an import gave no pack.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file without which the source makes no sense is not among the inputs.
    #[error("no {wanted} among the inputs; `{importer}` reads:\n  {}", importer.inputs())]
    MissingInput {
        /// The source that was asked for.
        importer: Source,
        /// The file that is missing, for people.
        wanted: &'static str,
    },
    /// A file was named that the source has no use for.
    #[error("{}: `{importer}` does not read this file; it reads:\n  {}", path.display(), importer.inputs())]
    UnknownInput {
        /// The source that was asked for.
        importer: Source,
        /// The file.
        path: PathBuf,
    },
    /// A file or folder cannot be read.
    #[error("{}: {cause}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// What is compressed is damaged or cut off, or reading broke off.
    #[error("{label}: cannot be read on after {read} bytes{}: {cause}", of_total(*total))]
    Damaged {
        /// The input.
        label: String,
        /// How much of it could be read, in bytes as it lies on the disk.
        read: u64,
        /// How long it is.
        total: Option<u64>,
        /// What is wrong.
        cause: io::Error,
    },
    /// A line is not what the source promises, and the caller is strict.
    #[error("{0}")]
    Malformed(Fault),
    /// The input can be read only once, and has to be read twice.
    #[error("standard input can be read only once; {why}")]
    ReadTwice {
        /// What needs it twice, and the way out.
        why: &'static str,
    },
    /// A table lacks a column that the caller names.
    #[error("{label}: no column `{column}`; its columns are {}", columns.join(", "))]
    NoColumn {
        /// The input.
        label: String,
        /// The column that was named.
        column: String,
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// No column of a table is known to hold names.
    #[error("{label}: which column holds names? say so with --map name=COLUMN; its columns are {}", columns.join(", "))]
    NoNames {
        /// The input.
        label: String,
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// No entity was taken.
    #[error("nothing was taken: {}", nothing(report))]
    NothingTaken {
        /// What was left out, and why.
        report: Box<Report>,
    },
    /// Another import writes to the pack.
    #[error("{}: another import is writing to this pack", pack.display())]
    Busy {
        /// The folder of the pack.
        pack: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("{}: {cause}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// A fault of the program itself.
    #[error("{0}")]
    Internal(String),
    /// A file does not have the layout that its name promises.
    #[error("{}:{line}: {message}", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: u64,
        /// What is wrong there.
        message: String,
    },
}

impl ImportError {
    pub(super) fn read(path: &Path, cause: io::Error) -> Self {
        Self::Read { path: path.to_owned(), cause }
    }

    pub(super) fn write(path: &Path, cause: io::Error) -> Self {
        Self::Write { path: path.to_owned(), cause }
    }

    pub(super) fn damaged(label: &str, read: u64, total: Option<u64>, cause: io::Error) -> Self {
        Self::Damaged { label: label.to_owned(), read, total, cause }
    }

    pub(super) fn layout(path: &Path, line: u64, message: impl Into<String>) -> Self {
        Self::Layout { path: path.to_owned(), line, message: message.into() }
    }

    /// An error of serde_json, which may come from the reader below it.
    pub(super) fn json(path: &Path, error: serde_json::Error) -> Self {
        if error.is_io() {
            Self::read(path, error.into())
        } else {
            Self::layout(path, error.line() as u64, error.to_string())
        }
    }

    /// An error of the CSV reader, which may come from the reader below it.
    pub(super) fn csv(path: &Path, error: csv::Error) -> Self {
        let line = error.position().map_or(0, csv::Position::line);
        let message = error.to_string();
        match error.into_kind() {
            csv::ErrorKind::Io(cause) => Self::read(path, cause),
            _ => Self::layout(path, line, message),
        }
    }
}

fn of_total(total: Option<u64>) -> String {
    total.map_or_else(String::new, |total| format!(" of {total}"))
}

fn nothing(report: &Report) -> String {
    let left_out: u64 = report.skipped_entities.values().sum();
    let first = super::malformed::first(&report.malformed);
    let first = first.map_or_else(String::new, |fault| format!("; the first of these: {fault}"));
    format!("{left_out} entities left out, {} lines that cannot be read{first}", report.malformed_lines())
}

/// The text names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no source of data; expected one of {}", Source::ALL.map(Source::as_str).join(", "))]
pub struct UnknownSource {
    /// The text.
    pub name: String,
}
