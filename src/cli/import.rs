//! `yaqut import`: public data as a pack.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::{Exit, Failure};
use super::interrupt;
use super::target::Target;
use super::terminal::{is_quiet, note};
use crate::import::{self, ImportError, Options, Progress, Source};
use crate::pack::write::files_split;
use crate::pack::{AliasRow, Pack, PackFiles};

/// Make a pack from public data
///
/// The data must lie unpacked on the disk; folders are searched. With --force the tables of an existing pack are
/// replaced, and every other file in its folder (overrides.tsv, aliases-mine.tsv) stays as it is.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut import cldr cldr-json/ -o data/countries --force")]
pub struct ImportArgs {
    /// What the data is
    #[arg(value_parser = source_parser())]
    source: Source,
    /// Files, or folders that are searched
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Folder of the pack
    #[arg(short, long, value_name = "PACK")]
    output: PathBuf,
    /// Replace the tables of a pack that exists
    #[arg(long)]
    force: bool,
    /// Version that the pack is to bear
    #[arg(long, value_name = "VERSION", default_value_t = Options::default().version)]
    pack_version: String,
    /// Take cities with fewer people only if they have an Arabic name
    #[arg(long, value_name = "PEOPLE", default_value_t = Options::default().min_population)]
    min_population: u64,
}

fn source_parser() -> impl TypedValueParser<Value = Source> {
    PossibleValuesParser::new(Source::ALL.map(Source::as_str)).try_map(|name| name.parse::<Source>())
}

/// Runs the command.
pub fn run(args: &ImportArgs) -> Result<Exit, Failure> {
    interrupt::clean_up_on_interrupt();
    check_folder(&args.output, args.force)?;
    let options = Options { version: args.pack_version.clone(), min_population: args.min_population };
    let imported = import::run(args.source, &args.inputs, &options, &mut FileBar::default())?;
    write_pack(&args.output, &pack_files(&imported.pack))?;
    note(imported.report.to_string().trim_end());
    note(format_args!("written to {}; check it with `yaqut lint`", args.output.display()));
    Ok(Exit::Ok)
}

fn check_folder(folder: &Path, force: bool) -> Result<(), Failure> {
    match fs::metadata(folder) {
        Ok(found) if !found.is_dir() => {
            Err(Failure::usage(format!("{} is a file; a pack is a folder", folder.display())))
        }
        Ok(_) if !force => Err(Failure::new(Exit::Io, format!("{} exists", folder.display()))
            .with_help("add --force to replace its tables; its other files stay")),
        _ => Ok(()),
    }
}

/// The files of `pack`; an alias goes to the table that its row names.
fn pack_files(pack: &Pack) -> PackFiles {
    let part = |row: &AliasRow| {
        let table = pack.files.get(usize::from(row.place.file)).map_or("", |file| file);
        let stem = Path::new(table).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        stem.strip_prefix("aliases").unwrap_or_default().trim_start_matches(['-', '.']).to_owned()
    };
    files_split(pack, part)
}

/// Writes all files beside their places first, so that a full disk changes nothing.
fn write_pack(folder: &Path, files: &PackFiles) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::writing(&folder.display().to_string(), &error))?;
    let mut targets = Vec::with_capacity(files.files.len());
    for file in &files.files {
        let mut target = Target::create(&folder.join(&file.name), true)?;
        target.put(&file.bytes)?;
        targets.push(target);
    }
    targets.into_iter().try_for_each(Target::commit)
}

/// One bar a file, on a terminal.
#[derive(Default)]
struct FileBar(Option<ProgressBar>);

impl Progress for FileBar {
    fn begin(&mut self, file: &str, bytes: u64) {
        if !io::stderr().is_terminal() || is_quiet() {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(8));
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left") {
            bar.set_style(style);
        }
        bar.set_message(file.to_owned());
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
            ImportError::UnknownInput { .. } => Exit::Usage,
            ImportError::Read { path, cause } => Self::opening(path, cause).exit(),
            _ => Exit::BadData,
        };
        Self::new(exit, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AliasKind, Article, EntityId};
    use crate::pack::RowPlace;

    fn pack() -> Pack {
        let alias = |text: &str, file: u16| AliasRow {
            id: EntityId::new("x:1").unwrap(),
            alias: text.into(),
            lang: String::new(),
            kind: AliasKind::Preferred,
            article: Article::Unknown,
            source: String::new(),
            note: String::new(),
            place: RowPlace { file, line: 1, ..RowPlace::default() },
        };
        let files = ["entities.tsv", "aliases.ar.tsv", "aliases.tsv"].map(Into::into).to_vec();
        Pack { files, aliases: vec![alias("كييف", 1), alias("Kyiv", 2)], ..Pack::default() }
    }

    #[test]
    fn aliases_go_to_the_tables_that_their_rows_name() {
        let files = pack_files(&pack()).files;
        let table = |name: &str| {
            let file = files.iter().find(|file| file.name == name).unwrap();
            String::from_utf8(file.bytes.clone()).unwrap()
        };
        assert!(table("aliases-ar.tsv").contains("كييف") && !table("aliases-ar.tsv").contains("Kyiv"));
        assert!(table("aliases.tsv").contains("Kyiv"));
    }

    #[test]
    fn files_of_a_curator_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (mine, table) = (folder.path().join("overrides.tsv"), folder.path().join("aliases.tsv"));
        fs::write(&mine, "mine").unwrap();
        fs::write(&table, "old").unwrap();
        write_pack(folder.path(), &pack_files(&pack())).unwrap();
        assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
        assert!(fs::read_to_string(&table).unwrap().contains("Kyiv"));
    }

    #[test]
    fn an_existing_folder_needs_force() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check_folder(folder.path(), false).map_err(|f| f.exit()), Err(Exit::Io));
        assert!(check_folder(folder.path(), true).is_ok());
        assert!(check_folder(&folder.path().join("new"), false).is_ok());
    }
}
