//! `yaqut canonicalize`: a list of names in, the same list with canonical IDs out.

mod answering;
mod encode;
mod format;
mod lines;
mod list;
mod objects;
mod pipeline;
mod progress;
mod records;
mod review;
mod row;
mod source;
mod table;
mod tally;

pub(super) use self::encode::push_cell;
pub(super) use self::format::{Dialect, Format};
pub(super) use self::lines::Lines;
pub(super) use self::list::{List, ListArgs};
pub(super) use self::source::Source;

use std::path::PathBuf;

use clap::Args;

use self::answering::{Answerer, LocalAnswerer, RemoteAnswerer};
use self::encode::{ANSWER_COLUMNS, Encoder};
use self::format::OutputFormat;
use self::pipeline::{Gate, Pipeline, Sink};
use self::progress::Progress;
use self::review::Review;
use self::tally::Tally;
use super::Context;
use super::failure::{Exit, Failure};
use super::hints::{HintArgs, parse_fraction};
use super::interrupt;
use super::remote::ServerArgs;
use super::target::Target;
use super::terminal::{counted, note};

/// Add canonical IDs to a list of names
///
/// Adds the columns canonical_id, canonical_name, status, tier, score and matched_alias to every row. Only a RESOLVED
/// row gets more than its status. Rows, their order, and every byte of their other cells are kept; so are a byte order
/// mark and the way lines end. A table without quotes (tsv) is taken literally.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut canonicalize places.csv --column place -o places-ids.csv --review doubtful.csv
  zcat names.txt.gz | yaqut canonicalize - --format jsonl > answers.jsonl

Exit codes:
  0   every row was written
  1   every row was written, but a greater share than --max-unresolved has no ID
  65  a row cannot be read: all such rows are told, and no file is written
      (see --keep-going)
  66  the input is missing
  74  OUT exists (see --force), or cannot be written
  75  the server cannot be reached")]
pub struct CanonicalizeArgs {
    /// The list: csv, tsv, jsonl, or plain lines (.txt), also with .gz; - for standard input
    input: PathBuf,
    /// Where the output goes; it appears whole or not at all [default: standard output]
    #[arg(short, long, value_name = "OUT", default_value = "-", hide_default_value = true)]
    output: PathBuf,
    /// Format of the output [default: what the name of OUT tells, else like the input; plain lines become tsv]
    ///
    /// jsonl gives the fields of the input with those of the answer after them; for plain lines it gives the whole
    /// answer, candidates and explanations included. jsonl input can only be written as jsonl.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<OutputFormat>,
    /// Replace OUT and the review file if they exist
    #[arg(long)]
    force: bool,
    /// Begin the names of the added columns with this; needed if the input has columns of their names
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    prefix: String,
    /// Pass rows that cannot be read on as INVALID, instead of ending without output
    ///
    /// Such rows have too few or too many cells, are no JSON, or hold a name that is not UTF-8. Missing cells are
    /// written as empty ones, surplus cells joined to the last; a line that is no JSON comes as the field `unparsed`.
    #[arg(long)]
    keep_going: bool,
    /// Write the doubtful names, each once, with their candidates to this table (csv or tsv)
    ///
    /// Doubtful are AMBIGUOUS, NOT_FOUND and INVALID names, and RESOLVED ones below --review-below. The column
    /// `decision` is empty, for people to fill in.
    #[arg(long, value_name = "FILE")]
    review: Option<PathBuf>,
    /// Names below this score are doubtful, even if they are RESOLVED
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, requires = "review", value_parser = parse_fraction)]
    review_below: f32,
    /// End with exit code 1 if a greater share of the rows than this has no ID, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = parse_fraction)]
    max_unresolved: Option<f32>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    hints: HintArgs,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs the command.
pub fn run(args: &CanonicalizeArgs, context: &Context) -> Result<Exit, Failure> {
    args.hints.check()?;
    interrupt::clean_up_on_interrupt();
    let added: Vec<String> = ANSWER_COLUMNS.iter().map(|name| format!("{}{name}", args.prefix)).collect();
    let format = args.list.format(&args.input)?;
    let source = Source::open(&args.input)?;
    let progress = Progress::of(&source);
    let gate = Gate::new(source.label.clone(), args.keep_going, progress.clone());
    let has_bom = source.has_bom;
    let list = List::open(source, format, &args.list, &added)?;
    let out_format = args.format.unwrap_or_else(|| OutputFormat::like(format, Some(&args.output)));
    let encoder = Encoder::new(list.layout, out_format, added)?;

    // The outputs before the packs: who forgot --force need not wait to be told.
    let output = Target::create(&args.output, args.force)?;
    let review =
        args.review.as_ref().map(|path| Review::create(path, args.force, args.review_below, has_bom));
    let review = review.transpose()?;
    let answerer = args.answerer(context, encoder.writes_answers())?;

    let sink = Sink { encoder, output, review, tally: Tally::default(), progress };
    finish(Pipeline { rows: list.rows, answerer: &*answerer, gate, sink }.run()?, args)
}

fn finish(sink: Sink, args: &CanonicalizeArgs) -> Result<Exit, Failure> {
    let Sink { encoder, output, review, tally, progress } = sink;
    output.commit()?;
    let reviewed = review.map(Review::commit).transpose()?;
    note(tally.summary(progress.finish()));
    if encoder.flattened() > 0 {
        let cells = counted(encoder.flattened(), "cell");
        note(format_args!("  {cells} held tabs or line ends, which tsv cannot hold: they became spaces"));
    }
    if let (Some(names), Some(path)) = (reviewed, &args.review) {
        note(format_args!("  {} to review in {}", counted(names, "name"), path.display()));
    }
    let is_too_much = |share: f32| tally.unresolved_share() > f64::from(share);
    Ok(if args.max_unresolved.is_some_and(is_too_much) { Exit::Findings } else { Exit::Ok })
}

impl CanonicalizeArgs {
    fn answerer(&self, context: &Context, explain: bool) -> Result<Box<dyn Answerer>, Failure> {
        let mut options = self.hints.options(explain);
        // The added columns tell of the best candidate alone, and nobody sees the others.
        if !explain && self.review.is_none() {
            options.limit = 1;
        }
        Ok(match self.server.connect()? {
            Some(remote) => Box::new(RemoteAnswerer { remote, options }),
            None => Box::new(LocalAnswerer { gazetteer: context.stack.open()?, options }),
        })
    }
}
