//! From the files of a pack to the bytes of its segment.

use super::dangling::{Reference, foreign_references};
use crate::index;
use crate::pack::{self, Diagnostic, PackFiles, Parsed, Severity};

/// A pack that was compiled.
pub(super) struct Compiled {
    /// The segment.
    pub(super) bytes: Vec<u8>,
    /// Warnings about the pack.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What it says of entities of other packs.
    pub(super) references: Vec<Reference>,
}

/// Reads, checks and compiles a pack; a pack with errors gives all findings on it instead.
pub(super) fn compile(files: &PackFiles) -> Result<Compiled, Vec<Diagnostic>> {
    let Parsed { pack, mut diagnostics } = pack::parse(files);
    let Some(pack) = pack else { return Err(diagnostics) };
    match index::compile(&pack) {
        Ok(bytes) => Ok(Compiled { bytes, diagnostics, references: foreign_references(&pack) }),
        Err(error) => {
            diagnostics.push(Diagnostic {
                severity: Severity::Error,
                code: "not-compilable",
                file: files.label.clone(),
                line: None,
                column: None,
                message: error.to_string(),
                help: String::new(),
            });
            Err(diagnostics)
        }
    }
}
