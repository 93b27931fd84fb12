//! Case tables from files and standard input.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::cli::canonicalize::Source;
use crate::cli::failure::Failure;
use crate::cli::terminal::{counted, note, tell};
use crate::eval::{Case, CaseTable, ParsedCases, parse};
use crate::pack::Severity;

/// Reads all tables; what is wrong with them is told at once, warnings too.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Case>, Failure> {
    let tables: Vec<(String, Vec<u8>)> =
        paths.iter().map(|path| read_bytes(path)).collect::<Result<_, _>>()?;
    let tables: Vec<_> = tables.iter().map(|(label, bytes)| CaseTable { label, bytes }).collect();
    let ParsedCases { cases, diagnostics } = parse(&tables);
    for finding in &diagnostics {
        match finding.severity {
            Severity::Error => tell(finding),
            Severity::Warning => note(finding),
        }
    }
    cases.ok_or_else(|| {
        let errors = diagnostics.iter().filter(|finding| finding.severity == Severity::Error).count();
        let errors = counted(errors as u64, "error");
        Failure::bad_data(format!("the cases have {errors}, so nothing was asked"))
    })
}

fn read_bytes(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let Source { label, mut text, .. } = Source::open(path)?;
    let mut bytes = Vec::new();
    text.read_to_end(&mut bytes).map_err(|error| Failure::reading(&label, &error))?;
    Ok((label, bytes))
}
