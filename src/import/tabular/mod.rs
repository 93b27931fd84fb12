//! Tables and JSON lines of any origin, by a mapping of columns to what a pack lists.
//!
//! [`mapping`] says which column holds what; [`dialect`] finds out how a table is written, [`records`] cuts it into rows,
//! [`objects`] does the same with lines of JSON, and [`row`] makes facts of the cells. Rows with the same ID make one
//! entity, wherever they stand. Documented for users in `docs/import/csv.md`.

mod dialect;
mod mapping;
mod objects;
mod records;
mod row;

pub use mapping::{Field, Mapping, NoField};

use std::io::Read;
use std::path::{Path, PathBuf};

use super::facts::Origin;
use super::files;
use super::gather::{Facts, Gather};
use super::input::{self, Input};
use super::progress::Progress;
use super::reading::Reading;
use super::report::Report;
use super::staging::Staging;
use super::streaming::Streaming;
use super::{ImportError, Options, Source};
use records::{Record, Records};
use row::{Column, Reader};

pub(super) const INPUTS: &str = "\
  names.csv, names.tsv                tables with commas, semicolons, tabs or bars (*.txt, *.tab; - for standard input)
  names.jsonl, names.ndjson           one JSON object a line; one of the two is needed";

/// Facts are sorted in portions of about so many bytes.
const PORTION: usize = 1 << 20;

/// How an input is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Table,
    Objects,
}

fn role_of(path: &Path) -> Option<Layout> {
    if path == Path::new("-") {
        return Some(Layout::Table);
    }
    match files::ending(path).as_str() {
        "csv" | "tsv" | "tab" | "txt" => Some(Layout::Table),
        "json" | "jsonl" | "ndjson" => Some(Layout::Objects),
        _ => None,
    }
}

pub(super) fn import(
    inputs: &[PathBuf],
    staging: Staging,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    let wanted = "table (such as names.csv)";
    let inputs = input::find(Source::Csv, wanted, inputs, role_of)?;
    let manifest = input::manifest("csv", "Names from tables", &inputs, options);
    let mut import = Streaming::begin(&manifest, staging, options, progress)?;
    let mut gather = Gather::new(import.sink.scratch());
    let reader = Reader::new(options);
    for (layout, input) in &inputs {
        match layout {
            Layout::Table => table(input, &reader, &mut import, &mut gather)?,
            Layout::Objects => {
                import.facts(input, &mut gather, |line, facts| objects::read_line(line, &reader, facts))?;
            }
        }
    }
    import.entities(gather, &Origin { source: "csv", defaults: &options.defaults })?;
    import.finish()
}

fn table(
    input: &Input,
    reader: &Reader<'_>,
    import: &mut Streaming<'_>,
    gather: &mut Gather,
) -> Result<(), ImportError> {
    let failed = import.sink.failure();
    let mut keep = |facts: Facts, reading: &mut Reading<'_>| {
        gather.push(&facts).map_err(&failed)?;
        reading.report.absorb(facts.report);
        reading.advance();
        Ok(())
    };
    import.read(input, |stream, reading| read_table(stream, reader, reading, &mut keep))
}

/// Makes facts of the rows, and hands them on in portions.
fn read_table(
    stream: impl Read,
    reader: &Reader<'_>,
    reading: &mut Reading<'_>,
    keep: &mut impl FnMut(Facts, &mut Reading<'_>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut records =
        Records::begin(stream, reader.mapping().delimiter).map_err(|cause| reading.damaged(cause))?;
    let mut record = Record::default();
    let header = records.header(reader.mapping(), &mut record).map_err(|cause| reading.damaged(cause))?;
    let Some(header) = header else { return Ok(()) };
    if let Err(fault) = record.check() {
        let (line, fault) = record.placed(fault);
        return Err(ImportError::layout(Path::new(&reading.label), line, fault.message));
    }
    let columns = reader.columns(&header, &reading.label)?;
    reading.report.notes.extend(passed_over(&header, &columns, reader, &reading.label));
    let mut facts = Facts::default();
    while records.next(&mut record).map_err(|cause| reading.damaged(cause))? {
        let read = record.check().and_then(|()| {
            reader.read(&columns, &record, &mut facts).map_err(|flaw| records.located(&record, flaw))
        });
        if let Err(fault) = read {
            let (line, fault) = record.placed(fault);
            reading.note(line, fault)?;
        }
        if facts.len() >= PORTION {
            keep(std::mem::take(&mut facts), reading)?;
        }
    }
    keep(facts, reading)
}

/// A note on columns without a known name, if nobody said which are wanted.
fn passed_over(header: &[String], columns: &[Column], reader: &Reader<'_>, label: &str) -> Option<String> {
    let is_read = |number: usize| columns.iter().any(|(_, column)| *column == number);
    let unread: Vec<&str> = header
        .iter()
        .zip(0..)
        .filter(|(_, number)| !is_read(*number))
        .map(|(name, _)| name.as_str())
        .collect();
    let is_worth_it = reader.mapping().columns.is_empty() && !unread.is_empty();
    is_worth_it.then(|| format!("{label}: columns that were passed over: {}", unread.join(", ")))
}

#[cfg(test)]
mod tests;
