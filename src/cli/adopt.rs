//! `yaqut adopt`: a review that a person filled in becomes rows of a pack.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::Context;
use super::canonicalize::Source;
use super::failure::{Exit, Failure};
use super::interrupt;
use super::pack_files::{package_name, write_files};
use super::target::Target;
use super::terminal::{Display, counted, note, tell};
use crate::curate::{AdoptError, AdoptOptions, Adopted, Review, ReviewFormat, adopt};
use crate::index::Segment;
use crate::model::AliasKind;
use crate::pack::{License, Manifest, OverrideAction, OverrideRow, PackFiles};
use crate::store::{self, Silent, read_pack};

/// Make rows of a pack out of a review that was filled in
///
/// The review is the table that `yaqut canonicalize --review` writes. Its column `decision` says of each name: the ID of
/// the entity that is meant, or `yes` in the row of the candidate that is; `none`, if it names something that no pack
/// lists; or `not a name`. Rows that are left empty are passed over. The rows are added to the pack's tables as they
/// stand; those that are needed are found by trying, so that afterwards the names are answered as was decided.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut canonicalize places.csv -c place -o ids.csv --review doubtful.csv
  yaqut adopt doubtful.csv -o ours --dry-run
  yaqut adopt doubtful.csv -o ours --source 'review of March'
  yaqut canonicalize places.csv -c place -o ids.csv --pack ours --force

Exit codes:
  0   every decision holds
  1   the rows were written, and some names are still answered otherwise
  65  a decision is wrong, or says otherwise than the pack: all such are told,
      and nothing is written
  66  the review is missing")]
pub struct AdoptArgs {
    /// The review: csv, tsv or jsonl, also as a spreadsheet saved it
    review: PathBuf,
    /// Folder of the pack; made if it does not exist
    #[arg(short, long, value_name = "PACK")]
    output: PathBuf,
    /// Show the rows, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Kind of every alias row [default: by how the name was reached: misspelling, hidden or alternate]
    #[arg(long, value_name = "KIND")]
    kind: Option<AliasKind>,
    /// Language of every alias row, such as ar [default: that of the nearest alias in the same script]
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// What the column `source` of alias rows says
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    source: String,
    /// What the column `note` of all rows says
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
    /// Do not block other entities where a name would stay ambiguous
    #[arg(long)]
    keep_rivals: bool,
    /// Licence of a pack that is made, as SPDX identifier, such as CC0-1.0
    #[arg(long, value_name = "SPDX")]
    license: Option<String>,
    /// Format of the review, if its name does not tell
    #[arg(long, value_enum, value_name = "FORMAT")]
    input_format: Option<InputFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InputFormat {
    /// Cells with commas, semicolons or tabs between them
    Csv,
    /// Tabs, without quotes
    Tsv,
    /// One JSON object a line
    Jsonl,
}

/// Runs the command.
pub fn run(args: &AdoptArgs, context: &Context) -> Result<Exit, Failure> {
    interrupt::clean_up_on_interrupt();
    let format = args.format()?;
    let mut source = Source::open(&args.review)?;
    let mut bytes = Vec::new();
    source.text.read_to_end(&mut bytes).map_err(|error| Failure::reading(&source.label, &error))?;
    let review = Review::read(&source.label, &bytes, format).map_err(AdoptError::Findings)?;
    let files = args.files()?;
    let is_new = files.files.is_empty();
    let adopted = adopt(&args.base(context)?, &files, &review, &args.options())?;
    if args.dry_run {
        show(&adopted, &args.output, context)?;
    } else {
        write_files_of(&adopted, &args.output)?;
    }
    args.tell_of(&adopted, &source.label);
    if is_new && args.license.is_none() && !adopted.files.is_empty() && !args.dry_run {
        note(format_args!(
            "{} is a new pack: write its title, and the licence of its rows, in datapackage.json",
            args.output.display()
        ));
    }
    Ok(if adopted.unsettled.is_empty() { Exit::Ok } else { Exit::Findings })
}

impl AdoptArgs {
    fn format(&self) -> Result<ReviewFormat, Failure> {
        let name = self.review.to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
        match (self.input_format, extension) {
            (Some(InputFormat::Csv), _) | (None, Some("csv")) => Ok(ReviewFormat::Csv),
            (Some(InputFormat::Tsv), _) | (None, Some("tsv" | "tab")) => Ok(ReviewFormat::Tsv),
            (Some(InputFormat::Jsonl), _) | (None, Some("jsonl" | "ndjson")) => Ok(ReviewFormat::Jsonl),
            (None, Some("xlsx" | "xls" | "ods")) => {
                Err(Failure::usage(format!("{} is a workbook", self.review.display()))
                    .with_help("save the sheet as \"CSV UTF-8\" and give that file"))
            }
            (None, _) => Err(Failure::usage(format!(
                "the name {} does not tell the format of the review",
                self.review.display()
            ))
            .with_help("add --input-format csv, tsv or jsonl")),
        }
    }

    /// The pack as it is; none of its files if it is to be made.
    fn files(&self) -> Result<PackFiles, Failure> {
        if fs::metadata(&self.output).is_err() {
            return Ok(PackFiles { label: self.output.display().to_string(), files: Vec::new() });
        }
        Ok(read_pack(&self.output)?)
    }

    /// The stack on which the pack lies: that of the flags, without the pack itself.
    fn base(&self, context: &Context) -> Result<Vec<Arc<Segment>>, Failure> {
        let mut config = context.stack.config();
        let own = fs::canonicalize(&self.output).ok();
        config.packs.retain(|pack| own.is_none() || fs::canonicalize(pack).ok() != own);
        let opened = store::open(&config, &Silent)?;
        Ok(opened.gazetteer.stack().segments().to_vec())
    }

    fn options(&self) -> AdoptOptions {
        let license = |name: &String| License { name: name.clone(), ..License::default() };
        AdoptOptions {
            kind: self.kind,
            lang: self.lang.clone(),
            source: self.source.clone(),
            note: self.note.clone(),
            block_rivals: !self.keep_rivals,
            manifest: Manifest {
                name: package_name(&self.output),
                licenses: self.license.iter().map(license).collect(),
                ..Manifest::default()
            },
        }
    }

    /// Tells what came of it.
    fn tell_of(&self, adopted: &Adopted, label: &str) {
        for one in &adopted.unsettled {
            tell(format_args!("{label}:{}: warning: {}: {}", one.line, one.name, one.message));
        }
        let count = |count: usize, noun| counted(count as u64, noun);
        let verb = if self.dry_run { "would be added" } else { "added" };
        note(format_args!(
            "{} decided: {} and {} {verb} to {}",
            count(adopted.decided, "name"),
            count(adopted.aliases.len(), "alias row"),
            count(adopted.overrides.len(), "override row"),
            self.output.display()
        ));
        for (number, what) in [
            (adopted.holding, "answered so already, without a row"),
            (adopted.unsettled.len(), "still answered otherwise, see above"),
            (adopted.unfilled, "not filled in"),
        ] {
            if number > 0 {
                note(format_args!("  {} {what}", count(number, "name")));
            }
        }
    }
}

fn write_files_of(adopted: &Adopted, folder: &Path) -> Result<(), Failure> {
    if adopted.files.is_empty() { Ok(()) } else { write_files(folder, &adopted.files) }
}

/// Prints the rows that would be added, each under the table to which it would go.
fn show(adopted: &Adopted, folder: &Path, context: &Context) -> Result<(), Failure> {
    let display = Display::of_stdout(context.color);
    let aliases = adopted.aliases.iter().map(|row| {
        vec![
            row.id.as_str(),
            row.alias.as_str(),
            row.lang.as_str(),
            row.kind.as_str(),
            row.source.as_str(),
            row.note.as_str(),
        ]
    });
    let overrides = adopted.overrides.iter().map(cells);
    let mut out = Target::stdout();
    for (table, rows) in [("aliases", aliases.collect::<Vec<_>>()), ("overrides", overrides.collect())] {
        let file = adopted.files.iter().find(|file| file.name.starts_with(table));
        let Some(file) = file else { continue };
        out.put(format!("{}\n", folder.join(&file.name).display()).as_bytes())?;
        for row in rows {
            let cells: Vec<_> = row.into_iter().map(|cell| display.data(cell)).collect();
            out.put(format!("+ {}\n", cells.join("\t").trim_end()).as_bytes())?;
        }
    }
    out.commit()
}

fn cells(row: &OverrideRow) -> Vec<&str> {
    let name = row.action.name();
    match &row.action {
        OverrideAction::Block { alias, id } => vec![name, id.as_str(), alias, "", &row.note],
        OverrideAction::Redirect { id, target } => vec![name, id.as_str(), "", target.as_str(), &row.note],
        OverrideAction::Remove { id } => vec![name, id.as_str(), "", "", &row.note],
        OverrideAction::NotAName { alias } => vec![name, "", alias, "", &row.note],
    }
}

impl From<AdoptError> for Failure {
    fn from(error: AdoptError) -> Self {
        match &error {
            AdoptError::Findings(findings) => {
                let what = counted(findings.len() as u64, "finding");
                Self::bad_data(format!("{what}, so nothing was written\n{error}"))
            }
            AdoptError::Compile(_) | AdoptError::Segment(_) => Self::new(Exit::Internal, error.to_string()),
        }
    }
}
