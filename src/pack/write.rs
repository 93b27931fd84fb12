//! Packs, written: validated rows → the files of a folder that [`super::parse`] reads back to the same rows.
//!
//! The same pack gives the same bytes; rows keep their order. Tables are tab-separated and nothing in them is quoted,
//! so white space is tidied: a run of tabs, line ends and other control characters is written as one space.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::cell::tidy;
use super::frictionless::{DataPackage, Resource};
#[cfg(feature = "app")]
use super::schema::Column;
use super::schema::{ALIASES, ALIASES_ALWAYS, ENTITIES, OVERRIDES, Schema};
use super::{AliasRow, EntityRow, Manifest, OverrideAction, OverrideRow, Pack, PackFile, PackFiles};
use crate::model::{Article, EntityId};

/// The files of `pack`, in name order: `datapackage.json`, `entities.tsv`, `aliases.tsv`, and `overrides.tsv` if there
/// are any.
pub fn files(pack: &Pack) -> PackFiles {
    files_split(pack, |_| "")
}

/// As [`files`], but each alias row goes to the file `aliases-PART.tsv`, where `part` names the part; to `aliases.tsv`
/// if that is empty.
///
/// Signs that a file name had better not hold are written as `-`.
pub fn files_split<P: AsRef<str>>(pack: &Pack, part: impl Fn(&AliasRow) -> P) -> PackFiles {
    let mut tables = vec![entities(&pack.entities)];
    tables.extend(aliases(&pack.aliases, part));
    if !pack.overrides.is_empty() {
        tables.push(overrides(&pack.overrides));
    }
    let (mut files, resources): (Vec<_>, Vec<_>) = tables.into_iter().unzip();
    files.push(datapackage(&pack.manifest, resources, &pack.lint_allow));
    files.sort_by(|a, b| a.name.cmp(&b.name));
    PackFiles { label: pack.manifest.name.clone(), files }
}

/// The files of a pack without rows, for whoever appends rows to them one by one: `datapackage.json`, `entities.tsv`, and
/// for each part a table of aliases that has, beside the columns that all have, the `further` ones. Lint passes over the rules
/// of `lint_allow`.
#[cfg(feature = "app")]
pub(crate) fn headers(
    manifest: &Manifest,
    lint_allow: &[String],
    parts: &[&str],
    further: &[&str],
) -> PackFiles {
    let always = ALIASES.columns.iter().take(ALIASES_ALWAYS);
    let others = ALIASES.columns.iter().skip(ALIASES_ALWAYS);
    let columns: Vec<&Column> = always.chain(others.filter(|c| further.contains(&c.name))).collect();
    let mut tables = vec![header("entities", &ENTITIES.columns.each_ref(), ENTITIES.primary_key)];
    tables.extend(parts.iter().map(|part| header(&alias_stem(part), &columns, ALIASES.primary_key)));
    let (mut files, resources): (Vec<_>, Vec<_>) = tables.into_iter().unzip();
    files.push(datapackage(manifest, resources, lint_allow));
    PackFiles { label: manifest.name.clone(), files }
}

#[cfg(feature = "app")]
fn header(stem: &str, columns: &[&Column], primary_key: &'static [&'static str]) -> (PackFile, Resource) {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let file = PackFile { name: format!("{stem}.tsv"), bytes: (names.join("\t") + "\n").into_bytes() };
    (file, Resource::of_columns(stem, columns.iter().copied(), primary_key))
}

fn datapackage(manifest: &Manifest, resources: Vec<Resource>, lint_allow: &[String]) -> PackFile {
    // Strings and numbers in derived structures: serialising them cannot fail.
    let mut bytes =
        serde_json::to_vec_pretty(&DataPackage::new(manifest, resources, lint_allow)).unwrap_or_default();
    bytes.push(b'\n');
    PackFile { name: super::DATAPACKAGE.into(), bytes }
}

fn entities(rows: &[EntityRow]) -> (PackFile, Resource) {
    let mut table = Table::new("entities", &ENTITIES, ENTITIES.columns.len());
    for row in rows {
        table.row(&entity_cells(row));
    }
    table.finish()
}

fn aliases<P: AsRef<str>>(rows: &[AliasRow], part: impl Fn(&AliasRow) -> P) -> Vec<(PackFile, Resource)> {
    // All parts have the same columns, so that they can be joined with `cat`.
    let has_article = rows.iter().any(|row| row.article != Article::Unknown);
    let width = ALIASES_ALWAYS + usize::from(has_article);
    let mut tables = BTreeMap::new();
    if rows.is_empty() {
        tables.insert("aliases".to_owned(), Table::new("aliases", &ALIASES, width));
    }
    for row in rows {
        let stem = alias_stem(part(row).as_ref());
        let table = tables.entry(stem).or_insert_with_key(|stem| Table::new(stem, &ALIASES, width));
        table.row(&alias_cells(row));
    }
    tables.into_values().map(Table::finish).collect()
}

fn alias_stem(part: &str) -> String {
    if part.is_empty() {
        return "aliases".to_owned();
    }
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    format!("aliases-{}", part.chars().map(safe).collect::<String>())
}

fn overrides(rows: &[OverrideRow]) -> (PackFile, Resource) {
    let mut table = Table::new("overrides", &OVERRIDES, OVERRIDES.columns.len());
    for row in rows {
        table.row(&override_cells(row));
    }
    table.finish()
}

/// The cells of a row of `entities.tsv`, in the order of its columns.
pub(super) fn entity_cells(row: &EntityRow) -> [Cow<'_, str>; ENTITIES.columns.len()] {
    let same_as: Vec<&str> = row.same_as.iter().map(EntityId::as_str).collect();
    [
        row.id.as_str().into(),
        row.entity_type.as_ref().map_or("", |t| t.as_str()).into(),
        row.name.as_str().into(),
        row.country.as_ref().map_or("", |c| c.as_str()).into(),
        row.rank.map(|rank| rank.get().to_string()).unwrap_or_default().into(),
        same_as.join("|").into(),
        row.description.as_str().into(),
    ]
}

/// The cells of a row of `aliases.tsv` that are written, in the order of its columns.
pub(super) fn alias_cells(row: &AliasRow) -> [&str; ALIASES_ALWAYS + 1] {
    [row.id.as_str(), &row.alias, &row.lang, row.kind.as_str(), &row.source, &row.note, row.article.as_str()]
}

/// The cells of a row of `overrides.tsv`, in the order of its columns.
pub(super) fn override_cells(row: &OverrideRow) -> [&str; OVERRIDES.columns.len()] {
    let (id, alias, target) = match &row.action {
        OverrideAction::Block { alias, id } => (id.as_str(), alias.as_str(), ""),
        OverrideAction::Redirect { id, target } => (id.as_str(), "", target.as_str()),
        OverrideAction::Remove { id } => (id.as_str(), "", ""),
        OverrideAction::NotAName { alias } => ("", alias.as_str(), ""),
    };
    [row.action.name(), id, alias, target, &row.note]
}

/// A table of a pack, to be written row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackTable {
    /// `entities.tsv`; see [`push_entity`].
    Entities,
    /// `aliases.tsv`; see [`push_alias`].
    Aliases,
    /// `overrides.tsv`; see [`push_override`].
    Overrides,
}

/// Every table.
pub const TABLES: [PackTable; 3] = [PackTable::Entities, PackTable::Aliases, PackTable::Overrides];

impl PackTable {
    /// The name of its file.
    pub fn file(self) -> String {
        format!("{}.tsv", self.stem())
    }

    /// Its first line.
    pub fn header(self) -> String {
        let mut text = String::new();
        match self {
            Self::Entities => push_row(ENTITIES.columns.iter().map(|column| column.name), &mut text),
            Self::Aliases => {
                push_row(
                    ALIASES.columns.iter().take(ALIASES_ALWAYS + 1).map(|column| column.name),
                    &mut text,
                );
            }
            Self::Overrides => push_row(OVERRIDES.columns.iter().map(|column| column.name), &mut text),
        }
        text
    }

    const fn stem(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::Aliases => "aliases",
            Self::Overrides => "overrides",
        }
    }

    /// What `datapackage.json` says of it; `aliases` is the number of columns of the table of aliases.
    fn resource(self, aliases: usize) -> Resource {
        match self {
            Self::Entities => Resource::new(self.stem(), &ENTITIES, ENTITIES.columns.len()),
            Self::Aliases => Resource::new(self.stem(), &ALIASES, aliases),
            Self::Overrides => Resource::new(self.stem(), &OVERRIDES, OVERRIDES.columns.len()),
        }
    }
}

/// Appends the line of an entity to the text of its table.
pub fn push_entity(row: &EntityRow, text: &mut String) {
    push_row(entity_cells(row), text);
}

/// Appends the line of an alias to the text of its table.
pub fn push_alias(row: &AliasRow, text: &mut String) {
    push_row(alias_cells(row), text);
}

/// Appends the line of an override to the text of its table.
pub fn push_override(row: &OverrideRow, text: &mut String) {
    push_row(override_cells(row), text);
}

/// `datapackage.json` of a pack whose tables were written row by row, out of one pack or of several, each of which may
/// prefer a name of its own.
pub fn datapackage_of_export(manifest: &Manifest, has_overrides: bool) -> PackFile {
    let tables = TABLES.into_iter().filter(|table| *table != PackTable::Overrides || has_overrides);
    datapackage(
        manifest,
        tables.map(|table| table.resource(ALIASES_ALWAYS + 1)).collect(),
        &["two-preferred".to_owned()],
    )
}

/// `datapackage.json` of a pack of these tables, with the columns that are always written.
pub(super) fn datapackage_of_tables(manifest: &Manifest, tables: &[PackTable]) -> PackFile {
    datapackage(manifest, tables.iter().map(|table| table.resource(ALIASES_ALWAYS)).collect(), &[])
}

/// Writes the cells of a row, with tidy white space.
fn push_row<S: AsRef<str>>(cells: impl IntoIterator<Item = S>, text: &mut String) {
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            text.push('\t');
        }
        text.push_str(&tidy(cell.as_ref()));
    }
    text.push('\n');
}

/// A table that is being written.
struct Table {
    resource: Resource,
    name: String,
    width: usize,
    text: String,
}

impl Table {
    fn new<const N: usize>(stem: &str, schema: &Schema<N>, width: usize) -> Self {
        let mut table = Self {
            resource: Resource::new(stem, schema, width),
            name: format!("{stem}.tsv"),
            width,
            text: String::new(),
        };
        table.row(&schema.columns.each_ref().map(|column| column.name));
        table
    }

    /// Writes the cells that the table has columns for.
    fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        push_row(cells.iter().take(self.width), &mut self.text);
    }

    fn finish(self) -> (PackFile, Resource) {
        (PackFile { name: self.name, bytes: self.text.into_bytes() }, self.resource)
    }
}
