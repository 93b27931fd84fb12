//! `yaqut export`: what answers, as the files of a pack again.

mod sink;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use self::sink::{EntityLines, PackFolder, RowBar};
use super::Context;
use super::failure::{Exit, Failure};
use super::interrupt;
use super::pack_files::package_name;
use super::terminal::{counted, note, thousands};
use crate::curate::export::{self, ExportReport, ExportSink, merged_manifest};
use crate::gazetteer::Gazetteer;
use crate::pack::{Manifest, PackFile};
use crate::store::{self, BundledPack, Silent, StackConfig, bundled_packs};

/// Write a pack, or all packs as one, back to files
///
/// Without PACK the whole stack (the bundled packs, --index, --pack) becomes one pack: entities that are one are joined,
/// redirected and removed ones are so, and the blocks that hold are kept. With PACK, that one alone: a segment file, or the
/// name of a bundled pack.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut export cities -o my-cities
  yaqut export newsroom.yaqut -o newsroom
  yaqut export --pack ours -o everything
  yaqut export --format jsonl -o everything.jsonl.gz

A segment file does not hold the columns source, note, number, gender, valid_from
and valid_to of aliases, so what is exported from one, or from the whole stack,
lacks them. A bundled pack comes with all its columns.")]
pub struct ExportArgs {
    /// A segment file, or the name of a bundled pack [default: the whole stack]
    #[arg(value_name = "PACK")]
    what: Option<PathBuf>,
    /// Folder of the pack, which must not exist; of jsonl the file
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// What is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// What the pack is to be called in its datapackage.json [default: like OUT; one pack keeps its name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Version of the pack [default: none; one pack keeps its version]
    #[arg(long, value_name = "VERSION")]
    pack_version: Option<String>,
    /// Replace OUT if it exists; for jsonl
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A pack folder: datapackage.json and tables
    #[default]
    Pack,
    /// One entity a line, with its aliases, as JSON
    Jsonl,
}

/// Runs the command.
pub fn run(args: &ExportArgs, context: &Context) -> Result<Exit, Failure> {
    interrupt::clean_up_on_interrupt();
    let bundled = args.bundled();
    if let Some(pack) = bundled.filter(|_| args.is_verbatim()) {
        return args.verbatim(pack);
    }
    let gazetteer = args.open(bundled, context)?;
    let report = match args.format {
        Format::Pack => args.to_folder(&gazetteer)?,
        Format::Jsonl => {
            let mut lines = EntityLines::create(&args.output, args.force, RowBar::of(&gazetteer))?;
            let report = lines.fill(|sink| export::stack(gazetteer.stack(), sink))?;
            lines.finish()?;
            report
        }
    };
    args.tell_of(&report);
    Ok(Exit::Ok)
}

impl ExportArgs {
    /// The bundled pack that is asked for; a file of that name wins.
    fn bundled(&self) -> Option<&'static BundledPack> {
        let name = self.what.as_deref()?;
        bundled_packs().iter().find(|pack| Path::new(pack.name()) == name).filter(|_| !name.exists())
    }

    /// Whether a bundled pack can be written as it is.
    fn is_verbatim(&self) -> bool {
        self.format == Format::Pack && self.name.is_none() && self.pack_version.is_none()
    }

    fn verbatim(&self, pack: &BundledPack) -> Result<Exit, Failure> {
        let mut folder = PackFolder::create(&self.output)?;
        let files = pack.unpack()?.files;
        files.iter().try_for_each(|file| folder.put_file(file))?;
        folder.finish()?;
        note(format_args!("{} as {}", counted(files.len() as u64, "file"), self.output.display()));
        Ok(Exit::Ok)
    }

    /// What is exported, as a stack.
    fn open(&self, bundled: Option<&BundledPack>, context: &Context) -> Result<Arc<Gazetteer>, Failure> {
        let Some(path) = &self.what else { return context.stack.open() };
        if path.is_dir() {
            return Err(Failure::usage(format!("{} is a pack folder already", path.display())).with_help(
                "name it with --pack to export the whole stack, or build it first and export the segment",
            ));
        }
        let indexes = if bundled.is_some() { Vec::new() } else { vec![path.clone()] };
        let default_packs = bundled.is_some();
        let config = StackConfig { default_packs, indexes, packs: Vec::new(), ..context.stack.config() };
        let opened = store::open(&config, &Silent)?.gazetteer;
        let is_wanted = |name: &str| bundled.is_none_or(|pack| pack.name() == name);
        let segments = opened.stack().segments().iter();
        let segments = segments.filter(|segment| is_wanted(&segment.header().manifest.name)).cloned();
        Ok(Arc::new(Gazetteer::new(segments.collect())))
    }

    fn to_folder(&self, gazetteer: &Gazetteer) -> Result<ExportReport, Failure> {
        let mut folder = PackFolder::create(&self.output)?;
        let mut tables = folder.tables(RowBar::of(gazetteer))?;
        let one = self.what.as_ref().and_then(|_| gazetteer.stack().segments().first());
        let report = tables.fill(|sink: &mut dyn ExportSink| match one {
            Some(segment) => export::segment(segment, sink),
            None => export::stack(gazetteer.stack(), sink),
        })?;
        let has_overrides = tables.finish()?;
        folder.put_file(&self.datapackage(gazetteer, has_overrides))?;
        folder.finish()?;
        Ok(report)
    }

    fn datapackage(&self, gazetteer: &Gazetteer, has_overrides: bool) -> PackFile {
        let manifests: Vec<&Manifest> = gazetteer.packs().map(|pack| &pack.manifest).collect();
        let mut manifest = match (&self.what, &manifests[..]) {
            (Some(_), [one]) => (*one).clone(),
            _ => merged_manifest(&package_name(&self.output), manifests),
        };
        if let Some(name) = &self.name {
            manifest.name.clone_from(name);
        }
        if let Some(version) = &self.pack_version {
            manifest.version.clone_from(version);
        }
        crate::pack::write::datapackage_of_export(&manifest, has_overrides)
    }

    fn tell_of(&self, report: &ExportReport) {
        note(format_args!(
            "{}: {}, {}, {}",
            self.output.display(),
            counted(report.entities, "entity row"),
            counted(report.aliases, "alias row"),
            counted(report.overrides, "override row")
        ));
        let is_pack = self.format == Format::Pack;
        for (count, what) in [
            (
                if is_pack { report.with_more_types } else { 0 },
                "entities are of several types: a row holds the first, for it has room for one",
            ),
            (
                if is_pack { report.restored_in_part } else { 0 },
                "not_a_name rows are left out: a later pack restores them for some entity, which one pack cannot say",
            ),
            (report.inert, "alias rows are left out: of entities that are removed or that no pack describes"),
        ] {
            if count > 0 {
                note(format_args!("  {} {what}", thousands(count)));
            }
        }
    }
}
