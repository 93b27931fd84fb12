//! What can go wrong in an import.

use std::io;
use std::path::{Path, PathBuf};

use super::Source;

/// Why an import gave no pack.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file without which the source makes no sense is not among the inputs.
    #[error("no {wanted} among the inputs; `{importer}` reads:\n{}", importer.inputs())]
    MissingInput {
        /// The source that was asked for.
        importer: Source,
        /// The file that is missing, for people.
        wanted: &'static str,
    },
    /// A file was named that the source has no use for.
    #[error("{}: `{importer}` does not read this file; it reads:\n{}", path.display(), importer.inputs())]
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

/// The text names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no source of data; expected one of {}", Source::ALL.map(Source::as_str).join(", "))]
pub struct UnknownSource {
    /// The text.
    pub name: String,
}
