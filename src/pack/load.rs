//! Reading packs: [`parse`] makes a [`Pack`] of the files of one, [`read_rows`] hands out its rows one by one.

use std::io::{self, Read};
use std::sync::Arc;

use super::collect::Collector;
use super::overrides::Overrides;
use super::report::{At, Report};
use super::row::RowSink;
use super::source::PackSource;
use super::table::{ReadFailure, Syntax, TableFile};
use super::wording::{Quoted, nearest};
use super::{DATAPACKAGE, Diagnostic, Manifest, OverrideRow, Pack, PackFiles, aliases, entities, manifest};

/// What came of reading a pack.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The pack; `None` if a finding is an error.
    pub pack: Option<Pack>,
    /// What is wrong or doubtful, in order of file, line and column; at most [`super::MAX_DIAGNOSTICS`] and one that
    /// counts the rest.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the files of a pack, and reports all that is wrong with them at once.
///
/// Read are `datapackage.json`, `entities`, `overrides` and all `aliases*`, each as `.tsv` or `.csv`, in name order; of
/// other files only those are reported that look like a misspelling of these. O(n) in the size of the files.
///
/// ```
/// use yaqut::pack::{PackFile, PackFiles, parse};
///
/// let aliases = "id\talias\tkind\nQ212\tأوكرانيا\tpreferred\nQ212\tUkraine\tprefered\n";
/// let files = PackFiles {
///     label: "mine".into(),
///     files: vec![PackFile { name: "aliases.tsv".into(), bytes: aliases.into() }],
/// };
/// let parsed = parse(&files);
/// assert!(parsed.pack.is_none());
/// let error = parsed.diagnostics.iter().find(|d| d.code == "unknown-kind").unwrap();
/// assert!(error.to_string().starts_with("mine/aliases.tsv:3:14: error[unknown-kind]"));
/// ```
pub fn parse(files: &PackFiles) -> Parsed {
    let mut report = Report::new(&files.label);
    let mut collector = Collector::new(files);
    // Neither memory nor the collector fails.
    let Ok(rows) = read_rows(files, &mut collector, &mut report) else {
        return Parsed { pack: None, diagnostics: report.finish() };
    };
    let pack = collector.into_pack(rows);
    Parsed { pack: (!report.has_errors()).then_some(pack), diagnostics: report.finish() }
}

/// What a pack holds beside the rows that went to the sink.
pub(crate) struct RestOfPack {
    pub manifest: Manifest,
    /// Paths of the tables, for [`super::RowPlace::file`].
    pub files: Vec<Arc<str>>,
    pub overrides: Vec<OverrideRow>,
    /// See [`Pack::lint_allow`].
    pub lint_allow: Vec<String>,
}

/// Why a pack could not be read to its end, its findings aside.
#[derive(Debug)]
#[cfg_attr(not(feature = "store"), allow(dead_code, reason = "only the store tells what went wrong"))]
pub(crate) enum PackError {
    /// A file could not be read.
    Read {
        /// Its path as messages call it.
        path: Arc<str>,
        source: io::Error,
    },
    /// The rows could not be kept.
    Scratch(io::Error),
}

impl From<ReadFailure> for PackError {
    fn from(failure: ReadFailure) -> Self {
        Self::Read { path: failure.path, source: failure.source }
    }
}

/// Reads the files of a pack, in memory that does not grow with the tables of entities and aliases, whose rows go to
/// `sink`.
///
/// What rows say together of one ID is for the sink to check, see [`super::claims`]; all else goes to `report`.
pub(crate) fn read_rows(
    source: &dyn PackSource,
    sink: &mut dyn RowSink,
    report: &mut Report,
) -> Result<RestOfPack, PackError> {
    // First, because it says which warnings are not wanted.
    let (manifest, lint_allow) = manifest::read(source, report)?;
    let tables = tables(source, report);
    let mut overrides = Overrides::default();
    for Table { kind, name, file } in &tables {
        let mut content = open(source, name)?;
        match kind {
            TableKind::Entities => entities::read(file, &mut *content, sink, report)?,
            TableKind::Aliases => aliases::read(file, &mut *content, sink, report)?,
            TableKind::Overrides => overrides.read(file, &mut *content, report)?,
        }
    }
    let files = table_paths(&tables);
    overrides.check_cycles(|file| files.get(usize::from(file)).map_or("", |path| path), report);
    Ok(RestOfPack { manifest, files, overrides: overrides.rows, lint_allow })
}

/// What a pack is called.
#[cfg(feature = "app")]
pub(crate) fn pack_name(source: &dyn PackSource) -> Result<String, PackError> {
    Ok(manifest::read(source, &mut Report::new(""))?.0.name)
}

/// Paths of the tables of a pack, for [`super::RowPlace::file`].
pub(super) fn paths(source: &dyn PackSource) -> Vec<Arc<str>> {
    table_paths(&tables(source, &mut Report::new("")))
}

fn table_paths(tables: &[Table<'_>]) -> Vec<Arc<str>> {
    tables.iter().map(|table| Arc::clone(&table.file.path)).collect()
}

pub(super) fn open<'s>(source: &'s dyn PackSource, name: &str) -> Result<Box<dyn Read + 's>, PackError> {
    source.open(name).map_err(|error| PackError::Read { path: source.path_of(name).into(), source: error })
}

/// A table of a pack.
struct Table<'s> {
    kind: TableKind,
    name: &'s str,
    file: TableFile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableKind {
    Entities,
    Aliases,
    Overrides,
}

/// The tables among the files, in name order.
fn tables<'s>(source: &'s dyn PackSource, report: &mut Report) -> Vec<Table<'s>> {
    let mut tables = Vec::new();
    let names = source.names();
    for &name in &names {
        let path = source.path_of(name);
        if let Some((kind, syntax)) = table_kind(name) {
            let Ok(index) = u16::try_from(tables.len()) else {
                report.error(
                    At::file(&path),
                    "too-many-files",
                    "a pack has at most 65536 tables",
                    "join some of them",
                );
                break;
            };
            tables.push(Table { kind, name, file: TableFile { path: path.into(), index, syntax } });
        } else if let Some(meant) = likely_name(name) {
            let message = format_args!("{} is no file of a pack and is ignored", Quoted(name));
            report.warning(At::file(&path), "unknown-file", message, format_args!("did you mean `{meant}`?"));
        }
    }
    if tables.is_empty() {
        let help = "write entities.tsv, aliases.tsv or overrides.tsv";
        let at = At::file(source.label());
        if names.contains(&DATAPACKAGE) {
            report.warning(at, "no-tables", "the pack has no tables", help);
        } else {
            report.error(at, "not-a-pack", "the folder holds no file of a pack", help);
        }
    }
    tables
}

/// What the file `name` of a pack holds, and how; `None` if it is no table.
pub(super) fn table_kind(name: &str) -> Option<(TableKind, Syntax)> {
    let (stem, extension) = name.rsplit_once('.')?;
    let syntax = match extension {
        "tsv" => Syntax::Tsv,
        "csv" => Syntax::Csv,
        _ => return None,
    };
    let kind = match stem {
        "entities" => TableKind::Entities,
        "overrides" => TableKind::Overrides,
        stem if stem.starts_with("aliases") => TableKind::Aliases,
        _ => return None,
    };
    Some((kind, syntax))
}

/// The file of a pack that `name` is probably a misspelling of.
///
/// Traces of editors and backups (`aliases.tsv~`, `aliases.tsv.bak`) are none: their extension is another.
fn likely_name(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let (stem, extension) = lower.split_once('.')?;
    match extension {
        "json" | "yaml" | "yml" if name != DATAPACKAGE => {
            nearest(stem, ["datapackage"]).map(|_| DATAPACKAGE.to_owned())
        }
        "tsv" | "csv" | "txt" | "tab" | "tsv.txt" | "csv.txt" | "xlsx" | "xls" | "ods" => {
            let extension = if extension.starts_with("csv") { "csv" } else { "tsv" };
            if stem.starts_with("alias") && !matches!(stem, "alias" | "aliases") {
                return Some(format!("aliases*.{extension}"));
            }
            nearest(stem, ["entities", "aliases", "overrides"]).map(|meant| format!("{meant}.{extension}"))
        }
        _ => None,
    }
}
