//! `yaqut build`: a pack folder to a segment file.

use std::path::PathBuf;

use clap::Args;

use super::failure::{Exit, Failure};
use super::terminal::{counted, note};
use crate::store;

/// Compile a pack to a segment file
///
/// A segment starts without compiling: name it with --index. It is built for this version of yaqut.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut build data/newsroom -o newsroom.yaqut && yaqut resolve --index newsroom.yaqut أوكرانيا")]
pub struct BuildArgs {
    /// Pack folder
    pack: PathBuf,
    /// The segment file; it appears whole and verified, or not at all
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace FILE if it exists
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub fn run(args: &BuildArgs) -> Result<Exit, Failure> {
    let built = store::build(&args.pack, &args.output, args.force)?;
    for diagnostic in &built.diagnostics {
        note(diagnostic);
    }
    let header = built.header;
    note(format_args!(
        "{}: {}, {}, {} bytes",
        args.output.display(),
        counted(header.entity_count, "entity row"),
        counted(header.alias_count, "alias row"),
        header.file_bytes
    ));
    Ok(Exit::Ok)
}
