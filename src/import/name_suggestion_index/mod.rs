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

use super::files::{Inputs, file_name};
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
    let inputs = Inputs::find(Source::NameSuggestionIndex, inputs, role_of)?;
    // The package holds the index twice, with and without white space.
    let path = inputs.needed(Role::Index, "nsi.json")?;
    let mut report = Report::default();
    let drafts = gather::organizations(&index::read(path, progress)?, &mut report)
        .map_err(|error| ImportError::Internal(error.to_string()))?;
    let names = curated::read_all(inputs.all(Role::Curated), progress)?;
    let mut pack = rows::pack(manifest(&inputs, options), drafts, names, &mut report);
    pack.lint_allow = super::lint_allow_on_others();
    Ok(Imported { pack, report })
}

fn manifest(inputs: &Inputs<Role>, options: &Options) -> Manifest {
    Manifest {
        name: "organizations".to_owned(),
        title: "Brands and operators of OpenStreetMap's name-suggestion-index with Arabic names".to_owned(),
        version: options.version.clone(),
        licenses: vec![licenses::bsd()],
        sources: provenance::sources(inputs.all(Role::Index).take(1)),
    }
}

#[cfg(test)]
mod tests;
