//! Wikidata's JSON dump: items with labels, aliases and what they are.
//!
//! An entity stands on a line of its own: within an array, as in `latest-all.json.gz`, or bare. [`json`] reads of it what
//! is needed and passes over the rest, [`classes`] says of which type it is, and [`item`] makes an entity of the pack of
//! it. Documented for users in `docs/import/wikidata.md`.

mod classes;
mod item;
mod json;
mod language;
mod property;
mod statement;

use std::path::{Path, PathBuf};

use memchr::memmem::Finder;

use super::filters::Filters;
use super::input::{self, Input};
use super::malformed::Malformed;
use super::progress::Progress;
use super::report::{Report, Skip};
use super::sink::Rows;
use super::staging::Staging;
use super::streaming::Streaming;
use super::{ImportError, Options, Source};
use crate::model::{EntityId, is_qid};
use crate::pack::{self, License, Manifest};
use classes::Classes;
use property::Property;
use statement::{Value, item_number};

pub(super) const INPUTS: &str = "\
  latest-all.json.gz                  the JSON dump, whole or a part of it (*.json, *.ndjson, *.jsonl; - for standard
                                      input); one is needed";

pub(super) fn import(
    inputs: &[PathBuf],
    staging: Staging,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    let inputs = dumps(inputs)?;
    let mut import = Streaming::begin(&manifest(&inputs, options), staging, options, progress)?;
    let classes = if options.subclasses { subclasses(&inputs, &mut import)? } else { Classes::default() };
    for input in &inputs {
        import.rows(input, |line, rows| read_line(line, &classes, rows))?;
    }
    import.finish()
}

fn dumps(inputs: &[PathBuf]) -> Result<Vec<Input>, ImportError> {
    let wanted = "dump (such as latest-all.json.gz)";
    let found = input::find(Source::Wikidata, wanted, inputs, role_of)?;
    Ok(found.into_iter().map(|((), input)| input).collect())
}

fn role_of(path: &Path) -> Option<()> {
    let is_dump =
        path.extension().is_some_and(|ending| ending == "json" || ending == "ndjson" || ending == "jsonl");
    (is_dump || path == Path::new("-")).then_some(())
}

fn manifest(inputs: &[Input], options: &Options) -> Manifest {
    let source = |input: &Input| pack::Source {
        title: format!("Wikidata, {}", input.file_name()),
        path: "https://www.wikidata.org/".to_owned(),
    };
    Manifest {
        name: "wikidata".to_owned(),
        title: "Items of Wikidata".to_owned(),
        version: options.version.clone(),
        licenses: vec![License {
            name: "CC0-1.0".to_owned(),
            path: "https://creativecommons.org/publicdomain/zero/1.0/".to_owned(),
            title: "Creative Commons CC0 1.0 Universal".to_owned(),
        }],
        sources: inputs.iter().map(source).collect(),
    }
}

/// The JSON of a line, without what makes an array of the lines; `None` if nothing is left.
fn object_of(line: &str) -> Option<&str> {
    let object = line.trim().trim_end_matches(',').trim_end();
    (!matches!(object, "" | "[" | "]")).then_some(object)
}

fn read_line(line: &str, classes: &Classes, rows: &mut Rows<'_>) -> Result<(), Malformed> {
    let Some(object) = object_of(line) else { return Ok(()) };
    let entity = json::entity(object, rows.filters()).map_err(|error| not_json(&error, line, object))?;
    if entity.kind != "item" && !entity.kind.is_empty() {
        rows.report.skip_entity(Skip::NotItem);
        return Ok(());
    }
    let Some(id) = EntityId::new(&entity.id).ok().filter(|id| is_qid(id.as_str())) else {
        let message = format!("`{}` is not the ID of an item", entity.id.escape_debug());
        return Err(Malformed::new("no item", 1, message));
    };
    match item::draft(&entity, id, classes, rows.filters(), &mut rows.report) {
        Ok(draft) => rows.add(draft),
        Err(skip) => rows.report.skip_entity(skip),
    }
    Ok(())
}

fn not_json(error: &serde_json::Error, line: &str, object: &str) -> Malformed {
    let before = line.find(object).unwrap_or_default();
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text);
    let kind = if error.is_data() { "not an entity of Wikidata" } else { "not JSON" };
    Malformed::new(kind, before + error.column().max(1), message)
}

/// Reads the dump once for what is a subclass of what. Lines that cannot be read are told when they are read again.
fn subclasses(inputs: &[Input], import: &mut Streaming<'_>) -> Result<Classes, ImportError> {
    if inputs.iter().any(Input::is_stdin) {
        let why = "--subclasses reads the dump twice: name a file, or leave the flag out";
        return Err(ImportError::ReadTwice { why });
    }
    let finder = Finder::new("\"P279\"");
    // No text is wanted.
    let filters = Filters { languages: vec![String::from("-")], ..Filters::default() };
    let mut pairs = Vec::new();
    for input in inputs {
        let parse = |line: &str, found: &mut Vec<(u32, u32)>| {
            if finder.find(line.as_bytes()).is_some() {
                found.extend(superclasses(line, &filters));
            }
            Ok(())
        };
        import.survey(input, parse, |found| pairs.extend(found))?;
    }
    Ok(Classes::with_subclasses(pairs))
}

/// The item of a line with each of its superclasses.
fn superclasses(line: &str, filters: &Filters) -> Vec<(u32, u32)> {
    let Some(entity) = object_of(line).and_then(|object| json::entity(object, filters).ok()) else {
        return Vec::new();
    };
    let Some(class) = item_number(&entity.id) else { return Vec::new() };
    let above = entity.statements.iter().filter(|statement| statement.property == Property::SubclassOf);
    let numbers = above.filter_map(|statement| match statement.value {
        Value::Item(number) => Some((class, number)),
        _ => None,
    });
    numbers.collect()
}

#[cfg(test)]
mod tests;
