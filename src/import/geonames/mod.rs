//! GeoNames' dumps: places of every sort, their alternate names, and the names of administrative divisions.
//!
//! [`place`] and [`alternate`] read the lines of the two large tables; [`join`] brings together what belongs to one place;
//! [`features`] says of which type it is and how prominent, [`names`] what of its names is a name. Places come in the
//! order of their IDs. Documented for users in `docs/import/geonames.md`.

mod alternate;
mod columns;
mod dates;
mod divisions;
mod features;
mod join;
mod names;
mod place;
mod tagged;

use std::path::{Path, PathBuf};

use super::countries;
use super::files::{file_name, folder_name};
use super::input::{self, Input};
use super::pipeline;
use super::progress::Progress;
use super::report::{Report, Skip};
use super::rows::Draft;
use super::sink::Rows;
use super::staging::Staging;
use super::streaming::Streaming;
use super::{ImportError, Options, Source};
use crate::model::{EntityId, EntityType};
use crate::pack::{self, License, Manifest};
use alternate::Alternate;
use divisions::Divisions;
use join::{Block, Group, IdSet, Join, Records};
use place::Place;

pub(super) const INPUTS: &str = "\
  allCountries.txt, cities500.txt, UA.txt …  places (- for standard input); one is needed
  alternateNamesV2.txt, alternateNames.txt   their names in all languages, and Wikidata IDs
  admin1CodesASCII.txt, admin2Codes.txt      names of administrative divisions, for descriptions
  any of them as .zip, .gz, .bz2 or .zst";

/// What a file is to this import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Places,
    Names,
    Divisions,
}

fn role_of(path: &Path) -> Option<Role> {
    if path == Path::new("-") {
        return Some(Role::Places);
    }
    let stem = file_name(path).strip_suffix(".txt")?;
    let lies_in_names = ["alternatenames", "alternatenames.zip"].contains(&folder_name(path))
        || path.parent().is_some_and(|zip| folder_name(zip) == "alternatenames");
    let is_country = stem.len() == 2 && stem.bytes().all(|b| b.is_ascii_uppercase());
    match stem.to_ascii_lowercase() {
        lower if lower.starts_with("alternatenames") => Some(Role::Names),
        _ if is_country && lies_in_names => Some(Role::Names),
        lower if lower.starts_with("admin1codes") || lower.starts_with("admin2codes") => {
            Some(Role::Divisions)
        }
        lower if lower.starts_with("allcountries") || lower == "no-country" => Some(Role::Places),
        lower
            if lower
                .strip_prefix("cities")
                .is_some_and(|size| size.starts_with(|c: char| c.is_ascii_digit())) =>
        {
            Some(Role::Places)
        }
        _ => is_country.then_some(Role::Places),
    }
}

pub(super) fn import(
    inputs: &[PathBuf],
    staging: Staging,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    let wanted = "table of places (such as allCountries.txt)";
    let inputs = input::find(Source::GeoNames, wanted, inputs, role_of)?;
    if !inputs.iter().any(|(role, _)| *role == Role::Places) {
        return Err(ImportError::MissingInput { importer: Source::GeoNames, wanted });
    }
    let of = |role| inputs.iter().filter(move |(r, _)| *r == role).map(|(_, input)| input);
    let mut import = Streaming::begin(&manifest(&inputs, options), staging, options, progress)?;
    let divisions = divisions::read(of(Role::Divisions), &mut import)?;
    let mut join = Join::new(import.sink.scratch());
    let taken = places(of(Role::Places), &mut import, &mut join)?;
    alternates(of(Role::Names), &taken, &mut import, &mut join)?;
    rows(join, &divisions, &mut import)?;
    import.finish()
}

fn manifest(inputs: &[(Role, Input)], options: &Options) -> Manifest {
    let source = |(_, input): &(Role, Input)| pack::Source {
        title: format!("GeoNames, {}", input.file_name()),
        path: "https://www.geonames.org/".to_owned(),
    };
    Manifest {
        name: "geonames".to_owned(),
        title: "Places of GeoNames".to_owned(),
        version: options.version.clone(),
        licenses: vec![License {
            name: "CC-BY-4.0".to_owned(),
            path: "https://creativecommons.org/licenses/by/4.0/".to_owned(),
            title: "Creative Commons Attribution 4.0".to_owned(),
        }],
        sources: inputs.iter().map(source).collect(),
    }
}

/// Records of a block of lines, and what was left out of it.
#[derive(Default)]
struct Parsed {
    records: Records,
    report: Report,
}

/// Reads the places; the IDs of those that are taken.
fn places<'i>(
    inputs: impl Iterator<Item = &'i Input>,
    import: &mut Streaming<'_>,
    join: &mut Join,
) -> Result<IdSet, ImportError> {
    let mut taken = IdSet::default();
    let filters = &import.options.filters;
    let scratch_failed = import.sink.failure();
    for input in inputs {
        let parse = |line: &str, parsed: &mut Parsed| {
            let place = Place::read(line)?;
            match place.refused(filters) {
                Some(skip) => parsed.report.skip_entity(skip),
                None => parsed.records.place(&place),
            }
            Ok(())
        };
        import.lines(input, parse, |parsed: Parsed, report| {
            parsed.records.places().for_each(|id| taken.insert(id));
            report.absorb(parsed.report);
            join.push(&parsed.records).map_err(&scratch_failed)
        })?;
    }
    Ok(taken)
}

/// Reads the names of places that are taken.
fn alternates<'i>(
    inputs: impl Iterator<Item = &'i Input>,
    taken: &IdSet,
    import: &mut Streaming<'_>,
    join: &mut Join,
) -> Result<(), ImportError> {
    let scratch_failed = import.sink.failure();
    for input in inputs {
        let parse = |line: &str, parsed: &mut Parsed| {
            let name = Alternate::read(line)?;
            if taken.contains(name.id) {
                parsed.records.name(&name);
            } else {
                parsed.report.skip_name(Skip::OfOther);
            }
            Ok(())
        };
        import.lines(input, parse, |parsed: Parsed, report| {
            report.absorb(parsed.report);
            join.push(&parsed.records).map_err(&scratch_failed)
        })?;
    }
    Ok(())
}

/// Makes rows of what was brought together.
fn rows(join: Join, divisions: &Divisions, import: &mut Streaming<'_>) -> Result<(), ImportError> {
    let Streaming { sink, options, progress } = import;
    let failed = sink.failure();
    progress.begin("joining places and names", Some(join.bytes()));
    let mut groups = join.finish().map_err(&failed)?;
    let run = pipeline::run(
        |block: &mut Block| groups.fill(block).map_err(&failed),
        |block| {
            let mut rows = Rows::new(&options.filters);
            block.groups().iter().for_each(|group| add(group, divisions, &mut rows));
            (rows, block.len())
        },
        |(rows, bytes)| {
            progress.advance(bytes as u64);
            sink.append(rows)
        },
    );
    progress.end();
    run
}

/// Adds the place of a group; if the inputs list it twice, as it stands first.
fn add(group: &Group<'_>, divisions: &Divisions, rows: &mut Rows<'_>) {
    let Some((place, repeated)) = group.places.split_first() else { return };
    rows.report.skip_entities(Skip::Repeated, repeated.len() as u64);
    let Ok(id) = EntityId::new(&format!("geonames:{}", place.id)) else { return };
    let known = names::known(place, &group.names, &mut rows.report);
    rows.add(Draft {
        id,
        entity_type: EntityType::from_checked(place.feature().entity_type),
        name: place.name.to_owned(),
        country: place.country_code(),
        rank: Some(place.rank()),
        same_as: known.ids,
        description: description(place, divisions),
        names: known.names,
    });
}

/// `town in Giza, Egypt`.
fn description(place: &Place<'_>, divisions: &Divisions) -> String {
    let feature = place.feature();
    let country = place.country_code().and_then(countries::name_of);
    let is_country = matches!(feature.entity_type, "country" | "territory");
    let parents = divisions.names_above(place).into_iter().chain(country.filter(|_| !is_country));
    let parents: Vec<&str> = parents.filter(|&parent| parent != place.name).collect();
    if parents.is_empty() {
        feature.noun.to_owned()
    } else {
        format!("{} in {}", feature.noun, parents.join(", "))
    }
}

#[cfg(test)]
mod tests;
