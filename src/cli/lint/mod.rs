//! `yaqut lint`: what is wrong with data files, and where.

mod explain;
mod fixing;
mod sarif;

use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};

use super::Context;
use super::failure::{Exit, Failure};
use super::target::Target;
use super::terminal::{Display, counted, note};
use crate::pack::{
    Diagnostic, LevelError, Levels, Linted, Linter, MAX_DIAGNOSTICS, PackError, Severity, pack_name,
};
use crate::store::{BundledPack, PackFolder, bundled_packs};

/// Check packs, and tell all that is wrong with them
///
/// The packs are checked together with those they will lie on: the bundled ones, and those of --pack.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut lint data/newsroom
  yaqut lint data/newsroom --fix --dry-run
  yaqut lint data/newsroom --deny warnings --format sarif > lint.sarif
  yaqut lint --explain ambiguous-alias

A pack silences a rule for all its rows in datapackage.json: \"yaqut\": {\"lint-allow\": [\"CODE\"]}; a row silences one
for itself in its note: lint-allow: CODE. The rules stand in docs/LINT.md.

Exit codes:
  0   no errors, though perhaps warnings
  65  errors
  66  no such pack")]
pub struct LintArgs {
    /// Pack folders, the lowest of the stack first
    #[arg(required_unless_present = "explain", value_name = "PACK")]
    packs: Vec<PathBuf>,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Silence the warnings of a rule; repeatable
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
    /// Take the warnings of a rule, or all `warnings`, for errors; repeatable
    #[arg(long, value_name = "CODE|warnings")]
    deny: Vec<String>,
    /// How many findings are shown of each pack, as many of every rule as there is room for; 0 for all
    #[arg(long, value_name = "COUNT", default_value_t = MAX_DIAGNOSTICS)]
    limit: usize,
    /// Mend what takes no thought before checking: white space, NFC, invisible signs, repeated rows, order
    #[arg(long)]
    fix: bool,
    /// With --fix: show what would be changed, and change nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,
    /// Tell what a rule means, and why it is there
    #[arg(long, value_name = "CODE", conflicts_with_all = ["packs", "fix"])]
    explain: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// `file:line:column: severity[rule]: message`
    #[default]
    Text,
    /// One JSON array
    Json,
    /// SARIF 2.1.0, which code hosts and editors show beside the line
    Sarif,
}

/// Runs the command.
pub fn run(args: &LintArgs, context: &Context) -> Result<Exit, Failure> {
    if let Some(code) = &args.explain {
        return explain::run(code, Display::of_stdout(context.color));
    }
    let levels = levels(args)?;
    if args.fix {
        fixing::run(&args.packs, &levels, args.dry_run)?;
    }
    let linted = lint(args, levels, context)?;
    let text = match args.format {
        Format::Text => shown(&linted.diagnostics, Display::of_stdout(context.color)),
        Format::Json => json(&linted.diagnostics)?,
        Format::Sarif => json(&sarif::log(&linted.diagnostics))?,
    };
    let mut out = Target::stdout();
    out.put(text.as_bytes())?;
    out.commit()?;
    note(summary(args.packs.len(), &linted));
    Ok(if linted.errors == 0 { Exit::Ok } else { Exit::BadData })
}

fn levels(args: &LintArgs) -> Result<Levels, Failure> {
    let mut levels = Levels::strict();
    for code in &args.allow {
        levels.allow(code).map_err(|error| unknown(&error))?;
    }
    for code in &args.deny {
        match code.as_str() {
            "warnings" => levels.deny_warnings(),
            code => levels.deny(code).map_err(|error| unknown(&error))?,
        }
    }
    Ok(levels)
}

fn unknown(error: &LevelError) -> Failure {
    Failure::usage(error.to_string()).with_help("docs/LINT.md lists all rules")
}

/// Checks the packs on those that they will lie on; one that is itself being checked does not lie below itself.
fn lint(args: &LintArgs, levels: Levels, context: &Context) -> Result<Linted, Failure> {
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let mut linter = Linter::new(levels).with_limit(limit);
    let open = |folder: &PathBuf| PackFolder::open(folder).map_err(Failure::from);
    let packs: Vec<PackFolder> = args.packs.iter().map(open).collect::<Result<_, _>>()?;
    let names: Vec<String> = packs.iter().map(|pack| pack_name(pack)).collect::<Result<_, _>>()?;

    let config = context.stack.config();
    let bundled = if config.default_packs { bundled_packs() } else { &[] };
    for files in bundled.iter().map(BundledPack::unpack) {
        let files = files?;
        if !names.contains(&pack_name(&files)?) {
            linter.lay(&files);
        }
    }
    for folder in &config.packs {
        let folder = open(folder)?;
        if !names.contains(&pack_name(&folder)?) {
            linter.read(&folder, false)?;
        }
    }
    for pack in &packs {
        linter.read(pack, true)?;
    }
    Ok(linter.finish())
}

impl From<PackError> for Failure {
    fn from(error: PackError) -> Self {
        match error {
            PackError::Read { path, source } => Self::opening(Path::new(&*path), &source),
            PackError::Scratch(error) => Self::new(Exit::Internal, error.to_string()),
        }
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    Ok(text.map_err(|error| Failure::new(Exit::Internal, error.to_string()))? + "\n")
}

fn summary(packs: usize, linted: &Linted) -> String {
    let mut summary = format!(
        "{} checked: {}, {}",
        counted(packs as u64, "pack"),
        counted(linted.errors as u64, "error"),
        counted(linted.warnings as u64, "warning")
    );
    if linted.diagnostics.iter().any(|finding| finding.rule().is_some_and(|rule| rule.is_fixable)) {
        summary += "; some of it --fix mends";
    }
    summary
}

fn shown(findings: &[Diagnostic], display: Display) -> String {
    findings.iter().map(|finding| shown_finding(finding, display)).collect()
}

fn shown_finding(finding: &Diagnostic, display: Display) -> String {
    let mut lines = finding.to_string();
    let (word, color) = match finding.severity {
        Severity::Error => ("error[", AnsiColor::Red),
        Severity::Warning => ("warning[", AnsiColor::Yellow),
    };
    lines = lines.lines().map(|line| display.data(line).into_owned() + "\n").collect();
    if display.color {
        let style: Style = color.on_default().bold();
        let label = word.trim_end_matches('[');
        lines = lines.replacen(word, &format!("{style}{label}{style:#}["), 1);
    }
    lines
}
