//! Why a stack could not be opened, or a segment not be written.

use std::io;
use std::path::{Path, PathBuf};

use crate::index::SegmentError;
use crate::pack::{Diagnostic, Severity};

/// Why the store could not do what was asked. Nothing that was there before has been changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Nothing lies at the path.
    #[error("{} does not exist; expected {expected}", .path.display())]
    Missing {
        /// Where it should lie.
        path: PathBuf,
        /// What should lie there.
        expected: &'static str,
    },
    /// Something else lies at the path.
    #[error("{} is not {expected}{}", .path.display(), hint(.expected))]
    WrongKind {
        /// Where it lies.
        path: PathBuf,
        /// What should lie there.
        expected: &'static str,
    },
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A pack is larger than is read at once.
    #[error("{} exceeds the limit of {limit} {what}; split it into several packs", .path.display())]
    TooLarge {
        /// The pack folder, or a file of it.
        path: PathBuf,
        /// What is counted.
        what: &'static str,
        /// The most that is accepted.
        limit: u64,
    },
    /// Packs hold errors; all of them are listed, with warnings between them.
    #[error("{}", summary(.diagnostics))]
    BadPacks {
        /// The findings on all packs that were checked, in stack order.
        diagnostics: Vec<Diagnostic>,
    },
    /// A segment file is not to be trusted, or not of this build.
    #[error("{}: {source}", .path.display())]
    Segment {
        /// The file.
        path: PathBuf,
        /// Why it was refused.
        source: SegmentError,
    },
    /// A file lies where the segment is to be written.
    #[error("{} already exists; remove it, or overwrite it with --force", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A segment could not be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// The file that was to be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Scratch files, for what does not fit in memory, could not be written or read.
    #[error("cannot use scratch files in {}: {source}; make room there, or name another folder with --temp-dir", .folder.display())]
    Scratch {
        /// Where they were to lie.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A pack was changed while it was being read, several times in a row.
    #[error("{} was changed while it was being read; try again when it is written", .path.display())]
    Changing {
        /// The pack folder.
        path: PathBuf,
    },
    /// A pack inside the program cannot be unpacked: the program file is damaged.
    #[error(
        "the bundled file {file} cannot be unpacked ({source}); the program is damaged, install it again"
    )]
    Bundled {
        /// Pack and file.
        file: String,
        /// What the decoder says.
        source: io::Error,
    },
}

impl StoreError {
    /// The exit code of a command that ends so, after `sysexits.h`.
    ///
    /// | code | means | variants |
    /// |---|---|---|
    /// | 65 | bad data | `BadPacks`, `TooLarge`, `Segment` |
    /// | 66 | missing input | `Missing`, `WrongKind`; `Read` if the file has gone or may not be read |
    /// | 70 | internal | `Bundled` |
    /// | 74 | input or output failed | `Write`, `Scratch`, `Exists`, any other `Read` |
    /// | 75 | try again | `Changing` |
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::BadPacks { .. } | Self::TooLarge { .. } | Self::Segment { .. } => 65,
            Self::Missing { .. } | Self::WrongKind { .. } => 66,
            Self::Read { source, .. } => match source.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => 66,
                _ => 74,
            },
            Self::Bundled { .. } => 70,
            Self::Write { .. } | Self::Scratch { .. } | Self::Exists { .. } => 74,
            Self::Changing { .. } => 75,
        }
    }

    /// What is wrong with a source that was good before, as findings on it.
    pub(super) fn into_diagnostics(self, source: &str) -> Vec<Diagnostic> {
        if let Self::BadPacks { diagnostics } = self {
            return diagnostics;
        }
        let text = self.to_string();
        // The finding names the source before the message.
        let message = text.strip_prefix(source).map_or(&*text, |rest| rest.trim_start_matches([':', ' ']));
        vec![Diagnostic {
            severity: Severity::Error,
            code: "cannot-open",
            file: source.to_owned(),
            line: None,
            column: None,
            message: message.to_owned(),
            help: "its last good state goes on serving until this is mended".into(),
            fix: None,
        }]
    }

    /// Tells a path that is not there from one that cannot be read.
    pub(super) fn read(path: &Path, expected: &'static str, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path, expected },
            _ => Self::Read { path, source },
        }
    }

    /// Tells a segment that was refused from one that could not be read.
    pub(super) fn segment(path: &Path, source: SegmentError) -> Self {
        let path = path.to_owned();
        match source {
            SegmentError::Io(source) => Self::Read { path, source },
            source => Self::Segment { path, source },
        }
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.to_owned(), source }
    }
}

pub(super) const PACK_FOLDER: &str = "a pack folder";
pub(super) const PACK_FILE: &str = "a regular file of a pack";
pub(super) const SEGMENT_FILE: &str = "a segment file";

fn hint(expected: &str) -> &'static str {
    match expected {
        PACK_FOLDER => "; name the folder that holds datapackage.json",
        SEGMENT_FILE => "; make one with `yaqut build`",
        _ => "; move it out of the folder",
    }
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let mut errors = diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
    let first = errors.next().map(ToString::to_string).unwrap_or_default();
    match errors.count() {
        0 => first,
        more => format!("{first}\n(and {more} more; `yaqut lint` shows all)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity, message: &str) -> Diagnostic {
        let (code, message, help) = ("a-rule", message.into(), String::new());
        Diagnostic {
            severity,
            code,
            file: "mine/a.tsv".into(),
            line: Some(2),
            column: Some(1),
            message,
            help,
            fix: None,
        }
    }

    #[test]
    fn bad_packs_show_the_first_error_and_count_the_rest() {
        let warning = finding(Severity::Warning, "odd");
        let mut diagnostics = vec![warning.clone(), finding(Severity::Error, "wrong"), warning];
        let one = StoreError::BadPacks { diagnostics: diagnostics.clone() };
        assert_eq!(one.to_string(), "mine/a.tsv:2:1: error[a-rule]: wrong");
        diagnostics.push(finding(Severity::Error, "worse"));
        let two = StoreError::BadPacks { diagnostics };
        assert_eq!(two.to_string(), format!("{one}\n(and 1 more; `yaqut lint` shows all)"));
    }

    #[test]
    fn a_finding_does_not_name_its_source_twice() {
        let missing = StoreError::Missing { path: "mine".into(), expected: PACK_FOLDER };
        let shown: Vec<_> = missing.into_diagnostics("mine").iter().map(ToString::to_string).collect();
        let expected = "mine: error[cannot-open]: does not exist; expected a pack folder\n  \
                        help: its last good state goes on serving until this is mended";
        assert_eq!(shown, [expected]);
    }

    #[test]
    fn what_may_not_be_read_is_missing_input_and_what_fails_is_io() {
        let read =
            |kind: io::ErrorKind| StoreError::read(Path::new("x"), SEGMENT_FILE, kind.into()).exit_code();
        assert_eq!(read(io::ErrorKind::NotFound), 66);
        assert_eq!(read(io::ErrorKind::PermissionDenied), 66);
        assert_eq!(read(io::ErrorKind::TimedOut), 74);
        let damaged = StoreError::segment(Path::new("x"), SegmentError::NotASegment);
        assert_eq!(damaged.exit_code(), 65);
        assert_eq!(damaged.to_string(), "x: not a Yaqut segment; make one with `yaqut build`");
        let unread = StoreError::segment(Path::new("x"), io::Error::from(io::ErrorKind::TimedOut).into());
        assert_eq!(unread.exit_code(), 74);
    }
}
