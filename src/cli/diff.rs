//! `yaqut diff`: the names that two sets of packs answer differently.

mod names;
mod output;
mod sample;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;

use self::names::NamesArgs;
use self::output::{Output, Tally};
use super::Context;
use super::failure::{Exit, Failure};
use super::hints::parse_fraction;
use super::terminal::{is_quiet, note, thousands};
use crate::curate::diff::{Change, Comparison, DiffOptions, EntityChanges};
use crate::gazetteer::Gazetteer;
use crate::index::Segment;
use crate::pack::Severity;
use crate::store::{self, Silent, StackConfig};

/// Tell which names two sets of packs answer differently
///
/// OLD and NEW are pack folders or segment files, each laid on the packs of the other flags (the bundled ones, --index,
/// --pack); several are separated like PATH, and '' is none. Compared are the aliases of what differs, and those of the
/// entities that it speaks of; with --names also a list of your own.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut diff ours-of-last-release ours
  yaqut diff '' ours --names queries.txt --format tsv > changes.tsv
  yaqut diff --no-default-packs places-1.yaqut places-2.yaqut --sample 100000
  yaqut diff released ours --answers-only --exit-code

Exit codes:
  0   all names were compared
  1   some are answered differently, with --exit-code
  65  a pack has errors
  66  a pack or the list is missing")]
pub struct DiffArgs {
    /// As it was
    #[arg(value_name = "OLD")]
    old: OsString,
    /// As it is to be
    #[arg(value_name = "NEW")]
    new: OsString,
    #[command(flatten)]
    names: NamesArgs,
    /// Leave out names of which only tier, score or spelling of the ID change
    #[arg(long)]
    answers_only: bool,
    /// Tell of scores that change by more than this, 0 to 1
    #[arg(long, value_name = "BY", default_value_t = DiffOptions::default().score, value_parser = parse_fraction)]
    score_change: f32,
    /// How the changes are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Where they go; the file appears whole or not at all [default: standard output]
    #[arg(short, long, value_name = "OUT", default_value = "-", hide_default_value = true)]
    output: PathBuf,
    /// Replace OUT if it exists
    #[arg(long)]
    force: bool,
    /// End with exit code 1 if any name or entity changes
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people, of the first thousand changes
    #[default]
    Table,
    /// Tab-separated values
    Tsv,
    /// One JSON object a line
    Jsonl,
}

/// Runs the command.
pub fn run(args: &DiffArgs, context: &Context) -> Result<Exit, Failure> {
    super::interrupt::clean_up_on_interrupt();
    let started = Instant::now();
    let base = store::open(&context.stack.config(), &Silent)?.gazetteer;
    let (old, new) = (side(&args.old, &base, context)?, side(&args.new, &base, context)?);
    if old.packs().len() + new.packs().len() == 0 {
        return Err(
            Failure::usage("there is nothing to compare").with_help("name a pack folder or a segment file")
        );
    }
    let options = DiffOptions { score: args.score_change, answers_only: args.answers_only };
    let comparison = Comparison { old: &old, new: &new, options };
    let output = Output::create(args.format, &args.output, args.force, context.color)?;
    let mut run = Run { comparison, pending: Vec::new(), output, tally: Tally::default(), bar: bar() };
    args.names.for_each(comparison, |name| run.add(name))?;
    run.flush()?;
    let Run { output, tally, bar, .. } = run;
    bar.finish_and_clear();
    output.finish()?;
    note(tally.summary(started.elapsed()));
    let entities = if args.names.is_list_alone() { EntityChanges::default() } else { comparison.entities() };
    tell_entities(&entities);
    let has_changed = tally.changed > 0 || entities != EntityChanges::default();
    Ok(if args.exit_code && has_changed { Exit::Findings } else { Exit::Ok })
}

/// The packs that `paths` name, on the base.
fn side(paths: &OsStr, base: &Gazetteer, context: &Context) -> Result<Gazetteer, Failure> {
    let mut segments: Vec<Arc<Segment>> = base.stack().segments().to_vec();
    for path in env::split_paths(paths).filter(|path| !path.as_os_str().is_empty()) {
        segments.extend(open_one(&path, context)?.stack().segments().iter().cloned());
    }
    Ok(Gazetteer::new(segments))
}

/// A pack folder or a segment file by itself; that it refers to others is no finding here.
fn open_one(path: &Path, context: &Context) -> Result<Arc<Gazetteer>, Failure> {
    let mut config = StackConfig {
        default_packs: false,
        indexes: Vec::new(),
        packs: Vec::new(),
        ..context.stack.config()
    };
    if path.is_dir() {
        config.packs.push(path.to_owned());
    } else {
        config.indexes.push(path.to_owned());
    }
    let opened = store::open(&config, &Silent)?;
    let errors = opened.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
    errors.for_each(note);
    Ok(opened.gazetteer)
}

/// Names that are compared together: enough for both cores, few enough for the memory.
const CHUNK: usize = 1 << 14;
/// Names that a core takes at once.
const PART: usize = 64;

/// A comparison that is under way.
struct Run<'a> {
    comparison: Comparison<'a>,
    pending: Vec<String>,
    output: Output,
    tally: Tally,
    bar: ProgressBar,
}

impl Run<'_> {
    fn add(&mut self, name: String) -> Result<(), Failure> {
        self.pending.push(name);
        if self.pending.len() < CHUNK { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let names = std::mem::take(&mut self.pending);
        let comparison = self.comparison;
        let compare = |part: &[String]| {
            let mut changes = Vec::new();
            comparison.compare(part, |change| changes.push(change));
            changes
        };
        let changes: Vec<Change> = names.par_chunks(PART).flat_map_iter(compare).collect();
        self.tally.compared += names.len() as u64;
        for change in &changes {
            self.tally.count(change);
            self.output.write(change)?;
        }
        self.bar.set_position(self.tally.compared);
        self.bar.set_message(format!("{} differ", self.tally.changed));
        Ok(())
    }
}

/// Counts names on a terminal; how many there are in all is not known before.
fn bar() -> ProgressBar {
    let is_shown = io::stderr().is_terminal() && !is_quiet();
    let target = if is_shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {human_pos} names, {per_sec}  {msg}  {elapsed}")
    {
        bar.set_style(style);
    }
    bar
}

fn tell_entities(entities: &EntityChanges) {
    let EntityChanges { added, removed, renamed, examples } = entities;
    if examples.is_empty() {
        return;
    }
    let [added, removed, renamed] = [added, removed, renamed].map(|&count| thousands(count));
    note(format_args!("entities: {added} added, {removed} removed, {renamed} renamed"));
    for example in examples {
        note(format_args!("  {example}"));
    }
}
