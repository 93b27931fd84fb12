//! `yaqut lint`: what is wrong with data files, and where.

use std::collections::HashSet;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};

use super::Context;
use super::failure::{Exit, Failure};
use super::target::Target;
use super::terminal::{Display, counted, note};
use crate::pack::{Diagnostic, Pack, Severity, lint_stack, parse};
use crate::store::{BundledPack, bundled_packs, read_pack};

/// Check packs, and tell all that is wrong with them
///
/// The packs are checked together with those they will lie on: the bundled ones, and those of --pack.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut lint data/newsroom

Exit codes:
  0   no errors, though perhaps warnings
  65  errors
  66  no such pack")]
pub struct LintArgs {
    /// Pack folders, the lowest of the stack first
    #[arg(required = true, value_name = "PACK")]
    packs: Vec<PathBuf>,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// `file:line:column: severity[rule]: message`
    #[default]
    Text,
    /// One JSON array
    Json,
}

/// Runs the command.
pub fn run(args: &LintArgs, context: &Context) -> Result<Exit, Failure> {
    let findings = findings(args, context)?;
    let display = Display::of_stdout(context.color);
    let text = match args.format {
        Format::Text => findings.iter().map(|finding| shown(finding, display)).collect(),
        Format::Json => serde_json::to_string_pretty(&findings)
            .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?,
    };
    let mut out = Target::stdout();
    out.put(text.as_bytes())?;
    if matches!(args.format, Format::Json) {
        out.put(b"\n")?;
    }
    out.commit()?;

    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    note(format_args!(
        "{} checked: {}, {}",
        counted(args.packs.len() as u64, "pack"),
        counted(errors as u64, "error"),
        counted((findings.len() - errors) as u64, "warning")
    ));
    Ok(if errors == 0 { Exit::Ok } else { Exit::BadData })
}

/// What is wrong with each pack by itself, then what only the stack shows.
fn findings(args: &LintArgs, context: &Context) -> Result<Vec<Diagnostic>, Failure> {
    let mut findings = Vec::new();
    let mut packs = Vec::new();
    for folder in &args.packs {
        let parsed = parse(&read_pack(folder)?);
        findings.extend(parsed.diagnostics);
        packs.extend(parsed.pack);
    }
    let mut stack = below(&packs, context)?;
    let context_files: HashSet<String> =
        stack.iter().flat_map(|pack| &pack.files).map(ToString::to_string).collect();
    let own_files: HashSet<String> =
        packs.iter().flat_map(|pack| &pack.files).map(ToString::to_string).collect();
    stack.append(&mut packs);
    let is_own =
        |finding: &Diagnostic| own_files.contains(&finding.file) || !context_files.contains(&finding.file);
    findings.extend(lint_stack(&stack, Severity::Error).into_iter().filter(is_own));
    Ok(findings)
}

/// The packs on which `packs` lie; one that is itself being checked does not lie below itself.
fn below(packs: &[Pack], context: &Context) -> Result<Vec<Pack>, Failure> {
    let config = context.stack.config();
    let bundled = if config.default_packs { bundled_packs() } else { &[] };
    let bundled = bundled.iter().map(BundledPack::unpack);
    let named = config.packs.iter().map(|folder| read_pack(folder));
    let mut below = Vec::new();
    for files in bundled.chain(named) {
        below.extend(parse(&files?).pack);
    }
    below.retain(|pack| packs.iter().all(|own| own.manifest.name != pack.manifest.name));
    Ok(below)
}

fn shown(finding: &Diagnostic, display: Display) -> String {
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
