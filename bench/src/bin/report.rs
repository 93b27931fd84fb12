//! Shows the figures that `cargo bench -p yaqut-bench -- --json FILE` wrote, and the goals, met or not.
//!
//! ```text
//! cargo run --release -p yaqut-bench --bin report -- 1m.json 10m.json --write docs/BENCHMARKS.md
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use yaqut_bench::Result;
use yaqut_bench::report::{Report, markdown, text};

/// Shows figures that `cargo bench -p yaqut-bench -- --json FILE` wrote, and the goals, met or not.
#[derive(Parser)]
struct Args {
    /// Files of figures; those of one size are joined, later ones win.
    #[arg(required = true)]
    figures: Vec<PathBuf>,
    /// Write the tables into this file, between its markers.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

const BEGIN: &str = "<!-- figures: begin -->\n";
const END: &str = "<!-- figures: end -->\n";

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let reports = read(&args.figures)?;
    for report in &reports {
        println!("{} names\n\n{}", report.names, text(report));
    }
    args.write.as_deref().map_or(Ok(()), |path| write(path, &reports))
}

/// Reads figures; by number of names, ascending.
fn read(paths: &[PathBuf]) -> Result<Vec<Report>> {
    let mut reports: Vec<Report> = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let report: Report =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        match reports.iter_mut().find(|earlier| earlier.names == report.names) {
            Some(earlier) => earlier.join(report),
            None => reports.push(report),
        }
    }
    reports.sort_by_key(|report| report.names);
    Ok(reports)
}

/// Replaces what stands between the markers.
fn write(path: &Path, reports: &[Report]) -> Result<()> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (before, rest) = text.split_once(BEGIN).ok_or_else(|| format!("{} lacks {BEGIN}", path.display()))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("{} lacks {END}", path.display()))?;
    fs::write(path, [before, BEGIN, "\n", &markdown(reports), "\n", END, after].concat())?;
    Ok(())
}
