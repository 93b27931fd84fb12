//! Writes a pack of realistic names of any size, and queries for it.
//!
//! ```text
//! cargo run --release -p yaqut-bench --bin generate -- --names 1000000 --seed 7 --queries 10000 -o target/bench/1m
//! ```

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use yaqut_bench::Result;
use yaqut_bench::generate::{Entities, write_pack};
use yaqut_bench::names::Vocabulary;
use yaqut_bench::queries::{Sample, write_queries};

/// Writes a pack of realistic names, recombined from those of the bundled packs.
#[derive(Parser)]
struct Args {
    /// How many names the pack is to have.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(2..=100_000_000))]
    names: u64,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Also write so many queries of each sort into the pack's folder `queries`.
    #[arg(long, value_name = "N")]
    queries: Option<usize>,
    /// Folder of the pack; made if need be.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let started = Instant::now();
    let vocabulary = Vocabulary::bundled()?;
    let mut entities = Entities::new(&vocabulary, args.names, args.seed);
    let read = started.elapsed();
    let mut sample = Sample::new(args.queries.unwrap_or(0), args.seed);
    let title = format!("{} names, seed {}", args.names, args.seed);
    write_pack(&args.output, &title, entities.by_ref(), |entity| sample.offer(entity))?;
    let written = started.elapsed() - read;
    if args.queries.is_some() {
        write_queries(&args.output.join("queries"), sample, &mut entities)?;
    }
    let rate = args.names as f64 / written.as_secs_f64() / 1e6;
    println!(
        "{} names in {}: {:.1} s, {rate:.2} M names/s, after {:.1} s with the bundled packs",
        args.names,
        args.output.display(),
        written.as_secs_f64(),
        read.as_secs_f64(),
    );
    Ok(())
}
