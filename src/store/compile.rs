//! From the files of a pack to its segment.

use std::io::{self, Write};
use std::path::Path;

use super::dangling::{Foreign, References};
use super::error::{PACK_FILE, StoreError};
use crate::index::{CompileError, SegmentWriter, Workshop};
use crate::pack::report::Report;
use crate::pack::{Diagnostic, PackError, PackSource, Severity, read_rows};

/// A pack that was compiled.
pub(super) struct Compiled {
    /// Warnings about the pack.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What it says of entities of other packs.
    pub(super) references: References,
}

/// Why a pack was not compiled.
pub(super) enum CompileFailure {
    /// It has errors: all findings on it.
    BadPack(Vec<Diagnostic>),
    /// Scratch files could not be used.
    Scratch(io::Error),
    /// The segment could not be written.
    Write(io::Error),
    /// It was changed meanwhile.
    Changed,
    /// Something else went wrong.
    Store(StoreError),
}

/// Reads, checks and compiles a pack, and writes its segment to `out` from first to last, once it is known to be good.
///
/// Memory is bounded by `workshop`, not by the size of the pack.
pub(super) fn compile(
    source: &dyn PackSource,
    workshop: &Workshop,
    out: &mut dyn Write,
) -> Result<Compiled, CompileFailure> {
    let mut report = Report::new(source.label());
    let mut writer = SegmentWriter::new(workshop);
    let rest = read_rows(source, &mut writer, &mut report)?;
    if report.has_errors() {
        return Err(CompileFailure::BadPack(report.finish()));
    }
    let mut foreign = Foreign::new(&rest.overrides);
    let mut out = Watched { out, has_failed: false };
    let written = writer.finish(&rest, &mut report, |event| foreign.see(event), &mut out);
    match written {
        Ok(()) => {}
        Err(CompileError::BadRows) => return Err(CompileFailure::BadPack(report.finish())),
        Err(CompileError::Io(error)) if out.has_failed => return Err(CompileFailure::Write(error)),
        Err(CompileError::Io(error)) => return Err(CompileFailure::Scratch(error)),
        Err(error) => {
            let mut diagnostics = report.finish();
            diagnostics.push(not_compilable(source.label(), &error));
            return Err(CompileFailure::BadPack(diagnostics));
        }
    }
    Ok(Compiled { diagnostics: report.finish(), references: foreign.into_references(rest.files) })
}

fn not_compilable(label: &str, error: &CompileError) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: "not-compilable",
        file: label.to_owned(),
        line: None,
        column: None,
        message: error.to_string(),
        help: String::new(),
        fix: None,
    }
}

impl CompileFailure {
    /// As an error of the store: scratch files were to lie in `scratch`, and the segment to be written to `out`.
    pub(super) fn into_error(self, pack: &Path, scratch: &Path, out: &Path) -> StoreError {
        match self {
            Self::BadPack(diagnostics) => StoreError::BadPacks { diagnostics },
            Self::Changed => StoreError::Changing { path: pack.into() },
            Self::Store(error) => error,
            Self::Scratch(source) => StoreError::Scratch { folder: scratch.into(), source },
            Self::Write(source) => StoreError::write(out, source),
        }
    }
}

impl From<PackError> for CompileFailure {
    fn from(error: PackError) -> Self {
        match error {
            PackError::Read { path, source } => {
                Self::Store(StoreError::read(Path::new(&*path), PACK_FILE, source))
            }
            PackError::Scratch(source) => Self::Scratch(source),
        }
    }
}

/// Tells a failure to write from one to use scratch files.
struct Watched<'o> {
    out: &'o mut dyn Write,
    has_failed: bool,
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out
            .write(bytes)
            .inspect_err(|error| self.has_failed |= error.kind() != io::ErrorKind::Interrupted)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().inspect_err(|_| self.has_failed = true)
    }
}

impl From<StoreError> for CompileFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
