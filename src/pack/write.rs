//! Packs, written: validated rows → the files of a folder that [`super::parse`] reads back to the same rows.
//!
//! The same pack gives the same bytes; rows keep their order. Tables are tab-separated and nothing in them is quoted,
//! so white space is tidied: a run of tabs, line ends and other control characters is written as one space.

use std::collections::BTreeMap;

use super::cell::tidy;
use super::frictionless::{DataPackage, Resource};
use super::schema::{ALIASES, ALIASES_ALWAYS, ENTITIES, OVERRIDES, Schema};
use super::{AliasRow, EntityRow, OverrideAction, OverrideRow, Pack, PackFile, PackFiles};
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
    files.push(datapackage(pack, resources));
    files.sort_by(|a, b| a.name.cmp(&b.name));
    PackFiles { label: pack.manifest.name.clone(), files }
}

fn datapackage(pack: &Pack, resources: Vec<Resource>) -> PackFile {
    // Strings and numbers in derived structures: serialising them cannot fail.
    let mut bytes = serde_json::to_vec_pretty(&DataPackage::new(&pack.manifest, resources, &pack.lint_allow))
        .unwrap_or_default();
    bytes.push(b'\n');
    PackFile { name: super::DATAPACKAGE.into(), bytes }
}

fn entities(rows: &[EntityRow]) -> (PackFile, Resource) {
    let mut table = Table::new("entities", &ENTITIES, ENTITIES.columns.len());
    for row in rows {
        let rank = row.rank.map(|rank| rank.get().to_string());
        table.row(&[
            row.id.as_str(),
            row.entity_type.as_ref().map_or("", |t| t.as_str()),
            &row.name,
            row.country.as_ref().map_or("", |c| c.as_str()),
            rank.as_deref().unwrap_or_default(),
            &row.same_as.iter().map(EntityId::as_str).collect::<Vec<_>>().join("|"),
            &row.description,
        ]);
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
        let cells: [&str; ALIASES_ALWAYS + 1] = [
            row.id.as_str(),
            &row.alias,
            &row.lang,
            row.kind.as_str(),
            &row.source,
            &row.note,
            row.article.as_str(),
        ];
        table.row(&cells);
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
        let name = row.action.name();
        let (id, alias, target) = match &row.action {
            OverrideAction::Block { alias, id } => (id.as_str(), alias.as_str(), ""),
            OverrideAction::Redirect { id, target } => (id.as_str(), "", target.as_str()),
            OverrideAction::Remove { id } => (id.as_str(), "", ""),
            OverrideAction::NotAName { alias } => ("", alias.as_str(), ""),
        };
        table.row(&[name, id, alias, target, &row.note]);
    }
    table.finish()
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
    fn row(&mut self, cells: &[&str]) {
        for (i, cell) in cells.iter().take(self.width).enumerate() {
            if i > 0 {
                self.text.push('\t');
            }
            self.text.push_str(&tidy(cell));
        }
        self.text.push('\n');
    }

    fn finish(self) -> (PackFile, Resource) {
        (PackFile { name: self.name, bytes: self.text.into_bytes() }, self.resource)
    }
}
