//! Organisations and companies, from OpenStreetMap's index of names (name-suggestion-index).
//!
//! The index lists brands, operators and transit networks by category and place, each with the tags that OpenStreetMap
//! gives to what they run. [`index`] is its layout, [`tags`] says which tags are names; [`gather`] brings together what
//! has one Wikidata ID, and keeps what has an Arabic name. Documented for users in
//! `docs/import/name-suggestion-index.md`.

mod gather;
mod index;
mod tags;

use std::path::{Path, PathBuf};

use super::files::{self, file_name};
use super::progress::Progress;
use super::report::Report;
use super::{ImportError, Imported, Options, Source, curated, licenses, provenance, rows};
use crate::pack::Manifest;

pub(super) const INPUTS: &str = "\
  nsi.json, nsi.min.json  the index (npm name-suggestion-index, in dist/json); one is needed
  aliases-curated.tsv     names to keep as they are: id, alias, lang, kind, source, note";

/// What a file is to this import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Index,
    Curated,
}

fn role_of(path: &Path) -> Option<Role> {
    match file_name(path) {
        "nsi.json" | "nsi.min.json" => Some(Role::Index),
        curated::TABLE => Some(Role::Curated),
        _ => None,
    }
}

pub(super) fn import(
    inputs: &[PathBuf],
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Imported, ImportError> {
    let files = files::find(Source::NameSuggestionIndex, inputs, role_of)?;
    let of = |role| files.iter().filter(move |(r, _)| *r == role).map(|(_, path)| path);
    let missing = || ImportError::MissingInput { importer: Source::NameSuggestionIndex, wanted: "nsi.json" };
    // The package holds the index twice, with and without white space.
    let path = of(Role::Index).next().ok_or_else(missing)?;
    let mut report = Report::default();
    let drafts = gather::organizations(&index::read(path, progress)?, &mut report)
        .map_err(|error| ImportError::Internal(error.to_string()))?;
    let mut names = Vec::new();
    for path in of(Role::Curated) {
        names.extend(curated::read(path, progress)?);
    }
    let mut pack = rows::pack(manifest(path, options), drafts, names, &mut report);
    pack.lint_allow = super::lint_allow_on_others();
    Ok(Imported { pack, report })
}

fn manifest(index: &PathBuf, options: &Options) -> Manifest {
    Manifest {
        name: "organizations".to_owned(),
        title: "Brands and operators of OpenStreetMap's name-suggestion-index with Arabic names".to_owned(),
        version: options.version.clone(),
        licenses: vec![licenses::bsd()],
        sources: provenance::sources([index]),
    }
}

#[cfg(test)]
mod tests;
