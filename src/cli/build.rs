//! `yaqut build`: a pack folder to a segment file.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::failure::{Exit, Failure};
use super::memory_size::{MemorySize, parse_memory_size};
use super::phase_bar::PhaseBar;
use super::terminal::{counted, note, thousands};
use crate::store::{self, BuildOptions, Progress};

/// Compile a pack to a segment file
///
/// A segment starts without compiling: name it with --index. It is built for this version of yaqut. The same pack gives
/// the same bytes, whatever the memory and the number of threads.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut build data/newsroom -o newsroom.yaqut && yaqut resolve --index newsroom.yaqut أوكرانيا
  yaqut build geonames -o geonames.yaqut --memory 512M --temp-dir /mnt/scratch")]
pub struct BuildArgs {
    /// Pack folder
    pack: PathBuf,
    /// The segment file; it appears whole and verified, or not at all
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Replace FILE if it exists
    #[arg(long)]
    force: bool,
    /// Working memory, such as 512M or 2G; what does not fit goes to scratch files
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = parse_memory_size)]
    memory: MemorySize,
    /// Threads that make keys [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Folder of scratch files, which take about four times the room of FILE for a while [default: the folder of FILE]
    #[arg(long, value_name = "DIR")]
    temp_dir: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &BuildArgs) -> Result<Exit, Failure> {
    let started = Instant::now();
    let bar = Arc::new(PhaseBar::new());
    let options = BuildOptions {
        force: args.force,
        memory: usize::try_from(args.memory.0).unwrap_or(usize::MAX),
        threads: args.threads,
        scratch: args.temp_dir.clone(),
        progress: Arc::clone(&bar) as Arc<dyn Progress>,
    };
    let built = store::build(&args.pack, &args.output, &options);
    bar.finish();
    let built = built?;
    for diagnostic in &built.diagnostics {
        note(diagnostic);
    }
    let header = built.header;
    note(format_args!(
        "{}: {}, {}, {} bytes ({:.1} per alias) in {:.1} s",
        args.output.display(),
        counted(header.entity_count, "entity row"),
        counted(header.alias_count, "alias row"),
        thousands(header.file_bytes),
        header.file_bytes as f64 / header.alias_count.max(1) as f64,
        started.elapsed().as_secs_f64()
    ));
    Ok(Exit::Ok)
}
