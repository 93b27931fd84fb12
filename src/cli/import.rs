//! `yaqut import`: public data as a pack.

mod source_flags;

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::{Exit, Failure};
use super::interrupt;
use super::target::Target;
use super::terminal::{is_quiet, note};
use crate::import::{self, Filters, ImportError, Options, Progress, Report, STAGING_FOLDER, Source};
use crate::model::{CountryCode, EntityType, Rank};
use source_flags::{LinkedDataArgs, TableArgs};

/// Make a pack from public data
///
/// Files are read as they come, also compressed (.gz, .bz2, .zst) and as members of .zip archives; folders are searched.
/// The pack appears when all of it is written; until then an old one stays as it was. With --force its tables are
/// replaced, and every other file in its folder (overrides.tsv, aliases-mine.tsv) stays.
///
/// A line that cannot be read is told with its place and left out; --strict stops at the first.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut import wikidata latest-all.json.gz -o wikidata --type person,organization --lang ar,en
  yaqut import geonames allCountries.zip alternateNamesV2.zip admin1CodesASCII.txt -o geonames \\
      --country EG,SD --type city,region --min-rank 0.4
  yaqut import csv people.csv -o people --id-prefix ours: --default type=person \\
      --map id=code --map name@ar=name_ar --map alias@en=also_known_as
  yaqut import followthemoney entities.ftm.json -o sanctions --type person,company --license CC-BY-NC-4.0
  yaqut import jrc-names entities.gzip -o jrc-names --lang ar,und
  yaqut import skos thesaurus.nt.gz -o places --prefix ours=https://id.example.org/ --default type=place
  yaqut import cldr cldr-json/ -o data/countries --force

Sources and what they read: docs/PACKS.md

Exit codes:
  0   the pack is written, though lines may have been left out
  65  nothing could be taken, a file is damaged, or with --strict a line cannot be read
  66  an input is missing
  74  reading or writing failed")]
pub struct ImportArgs {
    /// What the data is
    #[arg(value_parser = source_parser())]
    source: Source,
    /// Files, folders that are searched, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Folder of the pack
    #[arg(short, long, value_name = "PACK")]
    output: PathBuf,
    /// Replace the tables of a pack that exists
    #[arg(long)]
    force: bool,
    /// End at the first line that cannot be read
    #[arg(long)]
    strict: bool,
    /// How the report is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Version that the pack is to bear
    #[arg(long, value_name = "VERSION", default_value_t = Options::default().version)]
    pack_version: String,
    #[command(flatten)]
    filters: FilterArgs,
    /// Of cities: take those with fewer people only if they have an Arabic name
    #[arg(long, value_name = "PEOPLE", default_value_t = Options::default().min_population)]
    min_population: u64,
    /// Of wikidata: take instances of subclasses too; reads the dump twice
    #[arg(long)]
    subclasses: bool,
    #[command(flatten)]
    table: TableArgs,
    #[command(flatten)]
    linked_data: LinkedDataArgs,
}

/// Which entities and names are taken; each may be repeated, or list several with commas between them.
#[derive(Args, Debug)]
#[command(next_help_heading = "Filters")]
struct FilterArgs {
    /// Take entities of these types alone: person, city, organization …
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',', value_parser = parse_type)]
    types: Vec<EntityType>,
    /// Take entities of these countries alone, by ISO 3166-1 code
    #[arg(long = "country", value_name = "COUNTRY", value_delimiter = ',', value_parser = parse_country)]
    countries: Vec<CountryCode>,
    /// Take names in these languages alone, the first being the one to show; und stands for names of no known language
    #[arg(long = "lang", value_name = "LANG", value_delimiter = ',', value_parser = parse_language)]
    languages: Vec<String>,
    /// Take entities of at least this prominence, from 0 to 1; those of unknown prominence are left out
    #[arg(long, value_name = "RANK", value_parser = parse_rank)]
    min_rank: Option<Rank>,
}

/// In what form the report is written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people, on standard error
    #[default]
    Text,
    /// One JSON object on standard output
    Json,
}

fn source_parser() -> impl TypedValueParser<Value = Source> {
    PossibleValuesParser::new(Source::ALL.map(Source::as_str)).try_map(|name| name.parse::<Source>())
}

fn parse_type(text: &str) -> Result<EntityType, String> {
    EntityType::new(text).map_err(|error| error.to_string())
}

fn parse_country(text: &str) -> Result<CountryCode, String> {
    CountryCode::new(text).map_err(|error| error.to_string())
}

fn parse_language(text: &str) -> Result<String, String> {
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let is_tag = text.len() >= 2 && text.bytes().all(is_sign);
    if is_tag {
        Ok(text.to_owned())
    } else {
        Err("write a language tag such as ar, zh-Hant or und".to_owned())
    }
}

fn parse_rank(text: &str) -> Result<Rank, String> {
    text.parse().ok().and_then(Rank::new).ok_or_else(|| "write a number from 0 to 1, such as 0.4".to_owned())
}

impl ImportArgs {
    fn options(&self) -> Options {
        let FilterArgs { types, countries, languages, min_rank } = &self.filters;
        Options {
            version: self.pack_version.clone(),
            min_population: self.min_population,
            filters: Filters {
                types: types.clone(),
                countries: countries.clone(),
                languages: languages.clone(),
                min_rank: *min_rank,
            },
            strict: self.strict,
            subclasses: self.subclasses,
            mapping: self.table.mapping(),
            defaults: self.table.defaults(),
            id_prefix: self.table.id_prefix.clone(),
            prefixes: self.linked_data.prefixes(),
            classes: self.linked_data.classes.clone(),
            license: self.linked_data.license.clone(),
        }
    }
}

/// Runs the command.
pub fn run(args: &ImportArgs) -> Result<Exit, Failure> {
    interrupt::clean_up_on_interrupt();
    check_folder(&args.output, args.force)?;
    let staging = args.output.join(STAGING_FOLDER);
    interrupt::guard(&staging);
    let report =
        import::run(args.source, &args.inputs, &args.output, &args.options(), &mut FileBar::default());
    interrupt::release(&staging);
    match &report {
        Ok(report) => tell(report, args.format)?,
        Err(ImportError::NothingTaken { report }) => tell(report, args.format)?,
        Err(_) => {}
    }
    report?;
    note(format_args!("written to {}; check it with `yaqut lint`", args.output.display()));
    Ok(Exit::Ok)
}

fn tell(report: &Report, format: Format) -> Result<(), Failure> {
    match format {
        Format::Text => note(report.to_string().trim_end()),
        Format::Json => {
            let mut json = serde_json::to_string_pretty(report)
                .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
            json.push('\n');
            let mut out = Target::stdout();
            out.put(json.as_bytes())?;
            out.commit()?;
        }
    }
    Ok(())
}

fn check_folder(folder: &Path, force: bool) -> Result<(), Failure> {
    match fs::metadata(folder) {
        Ok(found) if !found.is_dir() => {
            Err(Failure::usage(format!("{} is a file; a pack is a folder", folder.display())))
        }
        Ok(_) if !force && !is_free(folder) => {
            Err(Failure::new(Exit::Io, format!("{} exists", folder.display()))
                .with_help("add --force to replace its tables; its other files stay"))
        }
        _ => Ok(()),
    }
}

/// Whether nothing lies in the folder but what a killed import left behind.
fn is_free(folder: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(folder) else { return false };
    entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == STAGING_FOLDER))
}

/// One bar an input, on a terminal: bytes as they lie on the disk, their rate, and the time that is left.
#[derive(Default)]
struct FileBar(Option<ProgressBar>);

impl Progress for FileBar {
    fn begin(&mut self, file: &str, bytes: Option<u64>) {
        if !io::stderr().is_terminal() || is_quiet() {
            return;
        }
        let bar = ProgressBar::with_draw_target(bytes, ProgressDrawTarget::stderr_with_hz(8));
        let template = match bytes {
            Some(_) => "{bar:30} {percent:>3} %  {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}",
            None => "{spinner} {bytes}  {bytes_per_sec}  {elapsed}  {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(file.to_owned());
        bar.enable_steady_tick(Duration::from_millis(250));
        self.0 = Some(bar);
    }

    fn advance(&mut self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(bytes);
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let exit = match &error {
            ImportError::MissingInput { .. } => Exit::MissingInput,
            ImportError::UnknownInput { .. }
            | ImportError::ReadTwice { .. }
            | ImportError::NoColumn { .. }
            | ImportError::NoNames { .. } => Exit::Usage,
            ImportError::Read { path, cause } => Self::opening(path, cause).exit(),
            ImportError::Damaged { label, cause, .. } => Self::reading(label, cause).exit(),
            ImportError::Write { .. } => Exit::Io,
            ImportError::Busy { .. } => Exit::Temporary,
            ImportError::Internal(_) => Exit::Internal,
            ImportError::Layout { .. } | ImportError::Malformed(_) | ImportError::NothingTaken { .. } => {
                Exit::BadData
            }
        };
        let help = match &error {
            ImportError::Damaged { .. } => "get the file again; the pack is as it was before",
            ImportError::Malformed(_) => "mend the line, or leave out --strict; the pack is as it was before",
            ImportError::NothingTaken { .. } => {
                "check the source and the filters; the pack is as it was before"
            }
            ImportError::Busy { .. } => "wait for it to end, or name another folder",
            _ => "",
        };
        Self::new(exit, error.to_string()).with_help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_pack_needs_force() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_folder(folder.path(), false).is_ok());
        fs::write(folder.path().join("overrides.tsv"), "").unwrap();
        assert_eq!(check_folder(folder.path(), false).map_err(|f| f.exit()), Err(Exit::Io));
        assert!(check_folder(folder.path(), true).is_ok());
        assert!(check_folder(&folder.path().join("new"), false).is_ok());
    }

    #[test]
    fn leavings_of_a_killed_import_are_no_pack() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(STAGING_FOLDER)).unwrap();
        assert!(check_folder(folder.path(), false).is_ok());
        fs::write(folder.path().join("entities.tsv"), "").unwrap();
        assert!(check_folder(folder.path(), false).is_err());
    }

    #[test]
    fn filters_are_checked() {
        assert!(parse_type("city").is_ok() && parse_type("City").is_err());
        assert!(parse_country("ua").is_ok() && parse_country("UKR").is_err());
        assert!(parse_language("zh-Hant").is_ok() && parse_language("ar_EG").is_err());
        assert!(parse_rank("0.4").is_ok() && parse_rank("40").is_err());
    }
}
