//! Yaqut's fuzzy search against the `FuzzyTermQuery` of tantivy, over the same keys.
//!
//! ```text
//! cd bench/tantivy && cargo run --release -- --names 1000000
//! ```

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tantivy::collector::Count;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, STRING, Schema};
use tantivy::{Index, IndexWriter, Searcher, TantivyDocument, Term};
use yaqut::index::{FuzzyPattern, Segment, WorkBudget};
use yaqut::text::lookup_key;
use yaqut_bench::queries::QuerySort;
use yaqut_bench::race::{Contender, Course, Time, race};
use yaqut_bench::report::{Figure, Report, Row, text};
use yaqut_bench::workload::{Workload, keys_of_pack};
use yaqut_bench::{Result, child};

/// Measures Yaqut's fuzzy search against tantivy's.
#[derive(Parser)]
struct Args {
    /// How many names the pack has.
    #[arg(long, default_value_t = 1_000_000)]
    names: u64,
    /// Seed of the generator.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// At most so many queries of a sort.
    #[arg(long, default_value_t = 300)]
    queries: usize,
    /// How often each contender runs over all queries.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Where generated packs are kept.
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tmp/bench"))]
    data: PathBuf,
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
    let engine = Engine::of_keys(&keys_of_pack(&workload.pack())?)?;
    let mut report = Report { names: args.names, ..Report::default() };
    for (case, edits, sort) in [("one edit", 1, QuerySort::OneEdit), ("two edits", 2, QuerySort::TwoEdits)] {
        let queries = workload.queries(sort, args.queries);
        let keys: Vec<String> = queries.iter().map(|query| lookup_key(&query.query)).collect();
        let segment = workload.segment()?;
        check(segment, &engine, &keys, edits)?;
        let contenders = vec![
            Contender::each("yaqut", &keys, |key| search(segment, key, edits)),
            Contender::each("tantivy FuzzyTermQuery", &keys, |key| engine.count(key, edits).unwrap_or(0)),
        ];
        let course = Course { items: keys.len(), lap: 1, rounds: args.rounds, time: Time::Thread };
        report.rows.push(Row::new("fuzzy", case, Figure::Timing(race(course, contenders))));
    }
    print!("{}", text(&report));
    Ok(())
}

/// Both find as many keys; which ones, the suite `fuzzy` checks.
fn check(segment: &Segment, engine: &Engine, keys: &[String], edits: u8) -> Result<()> {
    for key in keys {
        let (yaqut, tantivy) = (search(segment, key, edits), engine.count(key, edits)?);
        if yaqut != tantivy {
            let message = format!("keys within {edits} of {key:?}: Yaqut finds {yaqut}, tantivy {tantivy}");
            return Err(message.into());
        }
    }
    Ok(())
}

/// How many keys of the segment are within `edits` of `key`.
fn search(segment: &Segment, key: &str, edits: u8) -> usize {
    let mut keys = 0;
    let mut budget = WorkBudget::new(u32::MAX);
    segment.search_fuzzy(&FuzzyPattern::new(key, edits), &mut budget, |postings| {
        keys += usize::from(postings.next().is_some());
    });
    keys
}

/// An index with a document for every key.
struct Engine {
    searcher: Searcher,
    field: Field,
}

impl Engine {
    fn of_keys(keys: &[String]) -> Result<Self> {
        let mut schema = Schema::builder();
        let field = schema.add_text_field("key", STRING);
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 1 << 30)?;
        for key in keys {
            let mut document = TantivyDocument::default();
            document.add_text(field, key);
            writer.add_document(document)?;
        }
        writer.commit()?;
        // One segment, as Yaqut has one.
        let segments = index.searchable_segment_ids()?;
        if segments.len() > 1 {
            writer.merge(&segments).wait()?;
        }
        writer.wait_merging_threads()?;
        Ok(Self { searcher: index.reader()?.searcher(), field })
    }

    fn count(&self, key: &str, edits: u8) -> Result<usize> {
        let query = FuzzyTermQuery::new(Term::from_field_text(self.field, key), edits, true);
        Ok(self.searcher.search(&query, &Count)?)
    }
}
