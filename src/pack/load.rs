//! [`parse`]: the files of one pack → a [`Pack`], or all that is wrong with them.

use std::sync::Arc;

use super::aliases::Aliases;
use super::entities::Entities;
use super::overrides::Overrides;
use super::report::{At, Report};
use super::table::{Syntax, TableFile};
use super::wording::{Quoted, nearest};
use super::{DATAPACKAGE, Diagnostic, Pack, PackFiles, manifest};

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
    let tables = tables(files, &mut report);
    let paths: Vec<Arc<str>> = tables.iter().map(|(_, table)| Arc::clone(&table.path)).collect();

    let manifest = manifest::read(files, &mut report);
    let (mut entities, mut aliases, mut overrides) =
        (Entities::default(), Aliases::default(), Overrides::default());
    for (kind, table) in &tables {
        match kind {
            TableKind::Entities => entities.read(table, &mut report),
            TableKind::Aliases => aliases.read(table, &mut report),
            TableKind::Overrides => overrides.read(table, &mut report),
        }
    }
    overrides.check_cycles(|file| paths.get(usize::from(file)).map_or("", |path| path), &mut report);

    let pack = Pack {
        manifest,
        files: paths,
        entities: entities.rows,
        aliases: aliases.rows,
        overrides: overrides.rows,
    };
    Parsed { pack: (!report.has_errors()).then_some(pack), diagnostics: report.finish() }
}

impl PackFiles {
    /// The path of the file `name` for messages.
    pub(super) fn path_of(&self, name: &str) -> String {
        match self.label.as_str() {
            "" => name.to_owned(),
            label => format!("{}/{name}", label.trim_end_matches('/')),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TableKind {
    Entities,
    Aliases,
    Overrides,
}

/// The tables among the files, in name order.
fn tables<'f>(files: &'f PackFiles, report: &mut Report) -> Vec<(TableKind, TableFile<'f>)> {
    let mut sorted: Vec<_> = files.files.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let mut tables = Vec::new();
    for file in sorted {
        let path = files.path_of(&file.name);
        if let Some((kind, syntax)) = table_kind(&file.name) {
            let Ok(index) = u16::try_from(tables.len()) else {
                report.error(
                    At::file(&path),
                    "too-many-files",
                    "a pack has at most 65536 tables",
                    "join some of them",
                );
                break;
            };
            tables.push((kind, TableFile { path: path.into(), index, syntax, bytes: &file.bytes }));
        } else if let Some(meant) = likely_name(&file.name) {
            let message = format_args!("{} is no file of a pack and is ignored", Quoted(&file.name));
            report.warning(At::file(&path), "unknown-file", message, format_args!("did you mean `{meant}`?"));
        }
    }
    if tables.is_empty() {
        let help = "write entities.tsv, aliases.tsv or overrides.tsv";
        let at = At::file(&files.label);
        if files.files.iter().any(|file| file.name == DATAPACKAGE) {
            report.warning(at, "no-tables", "the pack has no tables", help);
        } else {
            report.error(at, "not-a-pack", "the folder holds no file of a pack", help);
        }
    }
    tables
}

fn table_kind(name: &str) -> Option<(TableKind, Syntax)> {
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
