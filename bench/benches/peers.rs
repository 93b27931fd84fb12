//! Yaqut against its peers, over a generated pack. See `docs/BENCHMARKS.md`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::{Parser, ValueEnum};
use yaqut_bench::report::{Conditions, Report, text};
use yaqut_bench::suites::{Context, Suite};
use yaqut_bench::workload::Workload;
use yaqut_bench::{Result, child};

/// Measures Yaqut against its peers over a generated pack, after it has checked that their answers are the same.
#[derive(Parser)]
struct Args {
    /// Suites to run; all if none is named.
    suites: Vec<Suite>,
    /// How many names the pack has.
    #[arg(long, env = "YAQUT_BENCH_NAMES", default_value_t = 1_000_000)]
    names: u64,
    /// Seed of the generator.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// At most so many queries of a sort where an answer takes microseconds.
    #[arg(long, env = "YAQUT_BENCH_QUERIES", default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(10..=10_000))]
    queries: u16,
    /// How often each contender runs over all queries.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
    /// Write the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where generated packs are kept.
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_TARGET_TMPDIR"), "/bench"))]
    data: PathBuf,
    /// The program `yaqut`, to look at the memory of its server.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Cargo says so.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    if child::serve()? {
        return Ok(());
    }
    let args = Args::parse();
    let workload = Workload::prepare(&args.data, args.names, args.seed)?;
    let context = Context {
        workload: &workload,
        rounds: args.rounds.into(),
        queries: args.queries.into(),
        program: args.program.clone(),
    };
    let suites = if args.suites.is_empty() { Suite::value_variants() } else { &args.suites };
    let mut report = Report { conditions: conditions(), names: args.names, rows: Vec::new() };
    for suite in suites {
        let started = Instant::now();
        report.rows.extend(suite.run(&context)?);
        let name = suite.to_possible_value();
        let name = name.as_ref().map_or("", |name| name.get_name());
        println!("{name}: checked and measured in {:.1} s", started.elapsed().as_secs_f64());
    }
    println!();
    print!("{}", text(&report));
    if let Some(path) = &args.json {
        fs::write(path, serde_json::to_string_pretty(&report)?)
            .map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

fn conditions() -> Conditions {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    Conditions {
        date: date(),
        machine: machine(),
        command: format!("cargo bench -p yaqut-bench -- {}", arguments.join(" ")),
        version: env!("CARGO_PKG_VERSION").into(),
    }
}

/// Today in UTC; empty where no program tells.
fn date() -> String {
    let date = Command::new("date").args(["-u", "+%F"]).output();
    date.map(|date| String::from_utf8_lossy(&date.stdout).trim().to_owned()).unwrap_or_default()
}

/// Processors and memory, as far as the system tells.
fn machine() -> String {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let memory: u64 = field("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
    format!("{processors} × {}, {} GiB", field("/proc/cpuinfo", "model name"), (memory + (1 << 19)) >> 20)
}
