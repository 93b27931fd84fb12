//! `yaqut verify`: every byte of segment files against their digests.

use std::path::PathBuf;

use clap::Args;

use super::failure::{Exit, Failure};
use super::phase_bar::PhaseBar;
use super::target::Target;
use super::terminal::{counted, tell};
use crate::store;

/// Check every byte of segment files
///
/// Reads each file once and from end to end, and tells which of its parts are damaged, and where. No byte is left out.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut verify newsroom.yaqut

Exit codes:
  0   all are whole
  65  one is damaged, or of another version
  66  no such file
  74  one cannot be read to its end")]
pub struct VerifyArgs {
    /// Segment files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Runs the command: all files are looked at, and the first failure gives the exit code.
pub fn run(args: &VerifyArgs) -> Result<Exit, Failure> {
    let mut out = Target::stdout();
    let mut exit = Exit::Ok;
    for file in &args.files {
        let bar = PhaseBar::new();
        let verified = store::verify_watched(file, &bar);
        bar.finish();
        match verified {
            Ok(header) => {
                let line = format!(
                    "{}: ok, pack {} {}, {}, {}\n",
                    file.display(),
                    header.manifest.name.escape_debug(),
                    header.manifest.version.escape_debug(),
                    counted(header.entity_count, "entity row"),
                    counted(header.alias_count, "alias row")
                );
                out.put(line.as_bytes())?;
            }
            Err(error) => {
                let failure = Failure::from(error);
                exit = if exit == Exit::Ok { failure.exit() } else { exit };
                tell(failure);
            }
        }
    }
    out.commit()?;
    Ok(exit)
}
