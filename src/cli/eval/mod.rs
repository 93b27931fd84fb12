//! `yaqut eval`: figures of quality on case tables.

mod ablation;
mod asking;
mod tables;
mod text;

use std::num::IntErrorKind;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use serde::Serialize;

use self::asking::{Asked, ask};
use super::Context;
use super::failure::{Exit, Failure};
use super::target::Target;
use super::terminal::{Display, counted, note, tell, thousands};
use crate::eval::{Ablation, Case, Checked, InvalidRequirement, Report, Requirement};
use crate::gazetteer::Gazetteer;
use crate::resolve::{ResolveOptions, Stage, Stages};

/// Measure how well names are resolved, on tables of cases
///
/// A case table (tsv or csv) names in its columns `name` what is asked, in `expected` the ID that is right (NIL where
/// no entity is meant; IDs with | between them for a homograph, all of which must be listed), and in `phenomenon` what
/// makes the case hard. It may also have `forbidden` (an ID that must not be chosen), the hints `types`, `country`,
/// `lang` and `context`, and `label`, `source` and `note` for people.
///
/// Every case is resolved, listed (not chosen, but among the candidates), wrong (another entity was chosen) or missed.
/// Found are those that are resolved or listed; merged are those of the wrong in which the forbidden ID was chosen.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut eval cases.tsv --pack my-names --no-default-packs
  yaqut eval cases.tsv --phenomenon hamza --confusions all
  yaqut eval cases.tsv --require 'hamza,yeh.resolved=100' --require 'ece<=0.05'
  yaqut eval cases.tsv --ablate --confusions 0
  yaqut eval cases.tsv --without fuzzy --without transliteration

Exit codes:
  0   every case was asked, and every requirement holds
  1   a requirement fails
  2   a requirement or --phenomenon speaks of what is not in the tables
  65  a table is wrong: all that is wrong is told
  66  a table is missing")]
pub struct EvalArgs {
    /// Case tables; - for standard input
    #[arg(required = true, value_name = "CASES")]
    tables: Vec<PathBuf>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Only the cases of this phenomenon; may be given more than once
    #[arg(long = "phenomenon", value_name = "NAME")]
    phenomena: Vec<String>,
    /// How many of the cases that were not resolved are shown, the gravest first: a number, or all
    #[arg(long, value_name = "N", default_value = "20", value_parser = parse_limit)]
    confusions: Limit,
    /// End with exit code 1 unless a figure is so; may be given more than once
    ///
    /// Written [[!]PHENOMENON[,PHENOMENON…].]METRIC OP NUMBER. METRIC is resolved, listed, found, wrong, merged or missed
    /// (in percent of the cases), ece or brier (0 to 1). OP is >=, <=, >, < or =. Several phenomena are taken together;
    /// after ! all but those.
    #[arg(long = "require", value_name = "REQUIREMENT", value_parser = parse_requirement)]
    requirements: Vec<Requirement>,
    /// Leave a tier or a gate out, to see what it contributes; may be given more than once
    #[arg(long, value_name = "STAGE", value_parser = stage_parser())]
    without: Vec<Stage>,
    /// Ask all cases once more without each tier and gate, and tell what that changes
    ///
    /// The rest of the report, and requirements, are about the first time, with everything but what --without names.
    #[arg(long)]
    ablate: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// How many lines of a list are wanted; `usize::MAX` for all.
#[derive(Clone, Copy, Debug)]
struct Limit(usize);

fn parse_limit(text: &str) -> Result<Limit, String> {
    match text.parse::<usize>() {
        Ok(limit) => Ok(Limit(limit)),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Ok(Limit(usize::MAX)),
        Err(_) if text == "all" => Ok(Limit(usize::MAX)),
        Err(_) => Err("expected a whole number, or all".into()),
    }
}

fn parse_requirement(text: &str) -> Result<Requirement, InvalidRequirement> {
    text.parse()
}

/// Lists the stages in the help and to shells that complete.
fn stage_parser() -> impl TypedValueParser<Value = Stage> {
    PossibleValuesParser::new(Stage::ALL.map(Stage::as_str)).try_map(|name| name.parse::<Stage>())
}

/// Runs the command.
pub fn run(args: &EvalArgs, context: &Context) -> Result<Exit, Failure> {
    let mut cases = tables::read(&args.tables)?;
    args.check_phenomena(&cases)?;
    cases.retain(|case| args.phenomena.is_empty() || args.phenomena.contains(&case.phenomenon));

    let gazetteer = context.stack.open()?;
    warn_of_unknown_ids(&cases, &gazetteer);
    let options = args.options();
    let Asked { answers, took } = ask(&gazetteer, &cases, &options);
    let report = Report::new(&cases, &answers);
    let ablation = args.ablate.then(|| ablation::run(&gazetteer, &cases, &answers, &options));
    let checked: Vec<Checked> = args.requirements.iter().map(|it| it.check(&report)).collect();
    let document = Document::new(&gazetteer, options.without, report, ablation.as_deref(), &checked);
    match args.write(document, context) {
        Err(failure) if !failure.is_quiet() => return Err(failure),
        // A reader that went away is no failure, but requirements hold for it too.
        _ => {}
    }
    let rate = thousands((cases.len() as f64 / took.as_secs_f64().max(1e-3)) as u64);
    let names = counted(cases.len() as u64, "case");
    note(format_args!("{names} asked in {:.1} s, {rate} names/s", took.as_secs_f64()));
    Ok(verdict(&checked))
}

/// The report of a run as one JSON object.
#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    index_version: &'a str,
    /// The stages that were left out.
    without: Stages,
    #[serde(flatten)]
    report: Report<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ablation: Option<&'a [Ablation]>,
    requirements: &'a [Checked],
}

impl<'a> Document<'a> {
    fn new(
        gazetteer: &'a Gazetteer,
        without: Stages,
        report: Report<'a>,
        ablation: Option<&'a [Ablation]>,
        requirements: &'a [Checked],
    ) -> Self {
        let (version, index_version) = (env!("CARGO_PKG_VERSION"), gazetteer.index_version());
        Self { version, index_version, without, report, ablation, requirements }
    }

    /// For people. What the ablation shows comes last, since it is what was asked for.
    fn text(&self, display: Display) -> String {
        let without =
            if self.without.is_empty() { String::new() } else { format!("Without {}\n\n", self.without) };
        let ablation =
            self.ablation.map_or_else(String::new, |rows| format!("\n{}", ablation::written(rows)));
        without + &text::written(&self.report, display) + &ablation
    }
}

impl EvalArgs {
    /// How cases are asked: with candidates enough that none is cut off.
    fn options(&self) -> ResolveOptions {
        let without = self.without.iter().copied().collect();
        ResolveOptions { limit: ResolveOptions::MAX_LIMIT, without, ..ResolveOptions::default() }
    }

    /// Refuses phenomena that no case has: a gate that is misspelt must not stand open.
    fn check_phenomena(&self, cases: &[Case]) -> Result<(), Failure> {
        let is_known = |name: &String| cases.iter().any(|case| case.phenomenon == *name);
        let is_kept = |name: &String| self.phenomena.is_empty() || self.phenomena.contains(name);
        if let Some(name) = self.phenomena.iter().find(|name| !is_known(name)) {
            return Err(unknown_phenomenon(format!("no case has the phenomenon `{name}`"), cases));
        }
        for requirement in &self.requirements {
            let unknown = requirement.phenomena().iter().find(|name| !(is_known(name) && is_kept(name)));
            if let Some(name) = unknown {
                let message = format!("`{requirement}` speaks of `{name}`, of which no case is asked");
                return Err(unknown_phenomenon(message, cases));
            }
        }
        Ok(())
    }

    fn write(&self, mut document: Document<'_>, context: &Context) -> Result<(), Failure> {
        document.report.confusions.truncate(self.confusions.0);
        let written = match self.format {
            Format::Text => document.text(Display::of_stdout(context.color)),
            Format::Json => serde_json::to_string_pretty(&document)
                .map(|json| json + "\n")
                .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?,
        };
        let mut out = Target::stdout();
        out.put(written.as_bytes())?;
        out.commit()
    }
}

fn unknown_phenomenon(message: String, cases: &[Case]) -> Failure {
    let mut known: Vec<&str> = cases.iter().map(|case| case.phenomenon.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    Failure::usage(message).with_help(format!("known are {}", known.join(", ")))
}

/// A case that expects what no pack holds cannot be resolved, whatever the quality.
fn warn_of_unknown_ids(cases: &[Case], gazetteer: &Gazetteer) {
    let is_unknown =
        |case: &&Case| case.expected.ids().iter().any(|id| gazetteer.entity(id.as_str()).is_none());
    let mut unknown = cases.iter().filter(is_unknown);
    if let Some(first) = unknown.next() {
        let count = counted(1 + unknown.count() as u64, "case");
        let (expected, file, line) = (&first.expected, &first.file, first.line);
        note(format_args!(
            "warning: {count} with an expected ID that no pack has: first {expected}, {file}:{line}"
        ));
        note("  help: write NIL where the packs are to be asked without the entity");
    }
}

/// Tells what became of the requirements.
fn verdict(checked: &[Checked]) -> Exit {
    for Checked { requirement, figure, case_count, holds } in checked {
        let cases = counted(*case_count, "case");
        if *holds {
            note(format_args!("{requirement} holds: {figure:.4} ({cases})"));
        } else {
            tell(format_args!("error: {requirement} fails: {figure:.4} ({cases})"));
        }
    }
    if checked.iter().all(|it| it.holds) { Exit::Ok } else { Exit::Findings }
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    #[test]
    fn lists_are_limited_by_number_or_not_at_all() {
        assert_eq!(parse_limit("0").map(|limit| limit.0), Ok(0));
        assert_eq!(parse_limit("20").map(|limit| limit.0), Ok(20));
        for all in ["all", "99999999999999999999999"] {
            assert_eq!(parse_limit(all).map(|limit| limit.0), Ok(usize::MAX));
        }
        assert!(parse_limit("-1").is_err() && parse_limit("none").is_err());
    }

    #[test]
    fn no_candidate_is_cut_off_and_no_stage_left_out_unasked() {
        let args = |flags: &[&str]| {
            let words = ["eval", "cases.tsv"].iter().chain(flags);
            EvalArgs::augment_args(Command::new("eval"))
                .try_get_matches_from(words)
                .and_then(|matches| EvalArgs::from_arg_matches(&matches))
        };
        let options = args(&[]).unwrap().options();
        assert_eq!((options.limit, options.without), (ResolveOptions::MAX_LIMIT, Stages::NONE));
        let options = args(&["--without", "rank", "--without", "fuzzy"]).unwrap().options();
        assert_eq!(options.without.to_string(), "fuzzy, rank");
        assert!(
            args(&["--without", "fuzz"]).unwrap_err().to_string().contains("possible values: orthographic")
        );
    }
}
