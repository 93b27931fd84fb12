//! Writes a synthetic dump in the layout of Wikidata's, to a file or to standard output.
//!
//! ```text
//! cargo run --release -p yaqut-bench --bin wikidata -- --items 1000000 -o target/bench/wikidata.json
//! ```

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use yaqut_bench::Result;
use yaqut_bench::names::Vocabulary;
use yaqut_bench::wikidata::write_dump;

/// Writes a dump in the layout of Wikidata's, with names recombined from those of the bundled packs.
#[derive(Parser)]
struct Args {
    /// How many items the dump is to have; each takes some 1.5 kB.
    #[arg(long, default_value_t = 1_000_000)]
    items: u64,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The file; - for standard output.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[expect(clippy::print_stderr, reason = "standard output may be the dump")]
fn main() -> Result<()> {
    let args = Args::parse();
    let vocabulary = Vocabulary::bundled()?;
    let started = Instant::now();
    let raw: Box<dyn Write> = match args.output.to_str() {
        Some("-") => Box::new(io::stdout().lock()),
        _ => Box::new(File::create(&args.output)?),
    };
    let mut out = BufWriter::with_capacity(1 << 20, raw);
    let bytes = write_dump(&mut out, &vocabulary, args.items, args.seed)?;
    out.flush()?;
    let seconds = started.elapsed().as_secs_f64();
    eprintln!(
        "{} items, {bytes} bytes ({} in the mean), {seconds:.1} s, {:.0} MB/s",
        args.items,
        bytes / args.items.max(1),
        bytes as f64 / seconds / 1e6
    );
    Ok(())
}
