//! `yaqut build`: a pack folder to a segment file.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::failure::{Exit, Failure};
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
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = parse_size)]
    memory: usize,
    /// Threads that make keys [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Folder of scratch files, which take about four times the room of FILE for a while [default: the folder of FILE]
    #[arg(long, value_name = "DIR")]
    temp_dir: Option<PathBuf>,
}

/// Less memory than this is not worth the many small runs.
const MIN_MEMORY: usize = 16 << 20;

/// Bytes as they are written on the command line: a number, and K, M or G for powers of 1024.
fn parse_size(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let shift = match text.strip_prefix(digits).unwrap_or_default().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        _ => return Err("write a number and a unit, such as 512M or 2G".to_owned()),
    };
    let size = digits.parse().ok().and_then(|number: usize| number.checked_mul(1 << shift));
    let size = size.ok_or("write a number and a unit, such as 512M or 2G")?;
    if size < MIN_MEMORY { Err("write at least 16M".to_owned()) } else { Ok(size) }
}

/// Runs the command.
pub fn run(args: &BuildArgs) -> Result<Exit, Failure> {
    let started = Instant::now();
    let bar = Arc::new(PhaseBar::new());
    let options = BuildOptions {
        force: args.force,
        memory: args.memory,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("512M"), Ok(512 << 20));
        assert_eq!(parse_size("2g"), Ok(2 << 30));
        assert_eq!(parse_size("1GiB"), Ok(1 << 30));
        assert_eq!(parse_size("16777216"), Ok(16 << 20));
        for bad in ["", "M", "1T", "1.5G", "-1G", "15M", "99999999999999999999G", "١G"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
