//! [`Failure`]: why a command ended early, what to do about it, and the exit code that says so.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// How a command ended; the number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All went well.
    Ok = 0,
    /// The command did its work, and there are findings that the caller asked to be told of.
    Findings = 1,
    /// The command line asks for something that cannot be done.
    Usage = 2,
    /// An input was read, and is wrong.
    BadData = 65,
    /// An input does not exist or may not be read.
    MissingInput = 66,
    /// A fault of Yaqut itself.
    Internal = 70,
    /// Reading or writing failed on the way.
    Io = 74,
    /// The same command may well succeed later.
    Temporary = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    help: String,
    quiet: bool,
}

impl Failure {
    /// A failure that ends the program with `exit`; `message` says what happened and where, without a period.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), help: String::new(), quiet: false }
    }

    /// The command line asks for something that cannot be done.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// An input was read, and is wrong.
    pub fn bad_data(message: impl Into<String>) -> Self {
        Self::new(Exit::BadData, message)
    }

    /// `path` could not be opened for reading.
    pub fn opening(path: &Path, error: &io::Error) -> Self {
        let exit = match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::NotADirectory => Exit::MissingInput,
            _ => Exit::Io,
        };
        Self::new(exit, format!("cannot read {}: {error}", path.display()))
    }

    /// Reading on in an input that was opened failed; damaged compression is bad data, all else I/O.
    pub fn reading(label: &str, error: &io::Error) -> Self {
        let exit = match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                Exit::BadData
            }
            _ => Exit::Io,
        };
        Self::new(exit, format!("cannot read {label} to its end: {error}"))
    }

    /// Writing to `label` failed. A reader of ours that went away (`| head`) is no failure to speak of.
    pub fn writing(label: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { exit: Exit::Ok, message: String::new(), help: String::new(), quiet: true };
        }
        Self::new(Exit::Io, format!("cannot write {label}: {error}"))
    }

    /// Adds the way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether the program is to end without a word.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_ends_quietly_and_well() {
        let failure = Failure::writing("standard output", &io::ErrorKind::BrokenPipe.into());
        assert!(failure.is_quiet());
        assert_eq!(failure.exit(), Exit::Ok);
    }

    #[test]
    fn exit_codes_follow_the_kind_of_error() {
        let path = Path::new("names.csv");
        assert_eq!(Failure::opening(path, &io::ErrorKind::NotFound.into()).exit(), Exit::MissingInput);
        assert_eq!(Failure::opening(path, &io::ErrorKind::Interrupted.into()).exit(), Exit::Io);
        assert_eq!(Failure::reading("x", &io::ErrorKind::UnexpectedEof.into()).exit(), Exit::BadData);
        assert_eq!(Failure::writing("x", &io::ErrorKind::StorageFull.into()).exit(), Exit::Io);
    }

    #[test]
    fn help_stands_on_a_line_of_its_own() {
        let failure = Failure::usage("a.csv exists").with_help("add --force");
        assert_eq!(failure.to_string(), "error: a.csv exists\n  help: add --force");
    }
}
