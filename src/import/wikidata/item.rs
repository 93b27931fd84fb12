//! From an entity of the dump to an entity of the pack.

use std::borrow::Cow;

use super::classes::{Classes, Sort};
use super::json::{Entity, Term};
use super::language::tag;
use super::property::Property;
use super::statement::{Statement, Value};
use crate::import::countries;
use crate::import::filters::Filters;
use crate::import::names::{Name, Names, one_preferred};
use crate::import::report::{Report, Skip};
use crate::import::rows::Draft;
use crate::model::{AliasKind, CountryCode, EntityId, EntityType, Rank};

const SOURCE: &str = "wikidata";
/// The type of what no listed class says anything of; taken only if it is asked for.
const OTHER: &str = "other";
/// Types of places whose people are counted.
const PEOPLED: [&str; 4] = ["country", "territory", "region", "city"];

/// The draft of `item`, which has the ID `id`, or why it is not taken.
pub(super) fn draft(
    item: &Entity<'_>,
    id: EntityId,
    classes: &Classes,
    filters: &Filters,
    report: &mut Report,
) -> Result<Draft, Skip> {
    let entity_type = entity_type(item, classes, filters)?;
    let country = country(item);
    let rank = rank(item, entity_type);
    // Most of the work comes after this.
    if let Some(skip) = filters.refuses(entity_type, country, Some(rank)) {
        return Err(skip);
    }
    let names = names(item, report);
    let name = best(&item.labels, filters).or_else(|| Some(names.first()?.text.as_str().into()));
    Ok(Draft {
        id,
        entity_type: EntityType::from_checked(entity_type),
        name: name.unwrap_or_default().into_owned(),
        country,
        rank: Some(rank),
        same_as: identifiers(item, report),
        description: best(&item.descriptions, filters).unwrap_or_default().into_owned(),
        names,
    })
}

fn entity_type(item: &Entity<'_>, classes: &Classes, filters: &Filters) -> Result<&'static str, Skip> {
    match classes.sort_of(items(item, Property::InstanceOf)) {
        Some(Sort::Type(entity_type)) => Ok(entity_type),
        Some(Sort::WikiPage) => Err(Skip::WikiPage),
        None if filters.types.iter().any(|wanted| wanted.as_str() == OTHER) => Ok(OTHER),
        None => Err(Skip::UnknownClass),
    }
}

/// What is stated by the property: what is preferred first, else in the order of the dump.
fn stated<'i, 'a>(item: &'i Entity<'a>, property: Property) -> impl Iterator<Item = &'i Statement<'a>> {
    let of = move |is_preferred: bool| {
        item.statements.iter().filter(move |s| s.property == property && s.is_preferred == is_preferred)
    };
    of(true).chain(of(false))
}

/// The numbers of the items that are stated by the property.
fn items(item: &Entity<'_>, property: Property) -> impl Iterator<Item = u32> {
    stated(item, property).filter_map(|statement| match statement.value {
        Value::Item(number) => Some(number),
        _ => None,
    })
}

/// Its own code if it is a country, else that of the country in which it lies, else of which it is a citizen.
fn country(item: &Entity<'_>) -> Option<CountryCode> {
    let own = texts(item, Property::CountryCode).find_map(|code| CountryCode::new(code).ok());
    let of = |property| items(item, property).find_map(code_of);
    own.or_else(|| of(Property::Country)).or_else(|| of(Property::Citizenship))
}

fn code_of(number: u32) -> Option<CountryCode> {
    countries::code_of(&format!("Q{number}"))
}

/// Places with residents by their people, capitals higher; all else by articles.
fn rank(item: &Entity<'_>, entity_type: &str) -> Rank {
    let people = Some(()).filter(|()| PEOPLED.contains(&entity_type)).and_then(|()| people(item));
    let Some(people) = people else { return Rank::from_sitelinks(item.articles) };
    let rank = Rank::from_population(people);
    let is_capital = items(item, Property::CapitalOf).any(|of| code_of(of).is_some());
    if is_capital { rank.as_capital() } else { rank }
}

/// Of several counts the preferred one, which is the newest, else the highest.
fn people(item: &Entity<'_>) -> Option<u64> {
    let counts = stated(item, Property::Population).filter_map(|statement| match statement.value {
        Value::Amount(amount) if amount >= 1.0 => Some((statement.is_preferred, amount as u64)),
        _ => None,
    });
    counts.max().map(|(_, people)| people)
}

fn texts<'i>(item: &'i Entity<'_>, property: Property) -> impl Iterator<Item = &'i str> {
    stated(item, property).filter_map(|statement| match &statement.value {
        Value::Text(text) => Some(text.as_ref()),
        _ => None,
    })
}

/// Somebody else who gives IDs.
struct Authority {
    property: Property,
    namespace: &'static str,
    /// Whether an ID is written as theirs are.
    is_good: fn(&str) -> bool,
}

const AUTHORITIES: [Authority; 5] = [
    Authority { property: Property::CountryCode, namespace: "iso3166", is_good: is_country_code },
    Authority { property: Property::DivisionCode, namespace: "iso3166-2", is_good: is_division_code },
    Authority { property: Property::GeoNames, namespace: "geonames", is_good: is_number },
    Authority { property: Property::Gnd, namespace: "gnd", is_good: is_gnd },
    Authority { property: Property::Viaf, namespace: "viaf", is_good: is_number },
];

fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// `UA-30`.
fn is_division_code(text: &str) -> bool {
    text.split_once('-').is_some_and(|(country, division)| {
        let is_good = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        is_country_code(country) && (1..=3).contains(&division.len()) && division.bytes().all(is_good)
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Digits, of which the last may be the check digit `X`, with or without a hyphen before it.
fn is_gnd(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'X'))
}

/// The IDs that other authorities give it.
fn identifiers(item: &Entity<'_>, report: &mut Report) -> Vec<EntityId> {
    let mut ids = Vec::new();
    for Authority { property, namespace, is_good } in AUTHORITIES {
        for text in texts(item, property) {
            match EntityId::new(&format!("{namespace}:{text}")) {
                Ok(id) if is_good(text) => ids.push(id),
                _ => report.skip_id(Skip::NoIdentifier),
            }
        }
    }
    ids
}

fn names(item: &Entity<'_>, report: &mut Report) -> Vec<Name> {
    let mut names = Names::default();
    let mut add = |term: &Term<'_>, kind| match tag(&term.language) {
        Some(language) => names.add(Name::new(&term.text, &language, kind, SOURCE), report),
        None => report.skip_name(Skip::OtherLanguage),
    };
    item.labels.iter().for_each(|term| add(term, AliasKind::Preferred));
    item.aliases.iter().for_each(|term| add(term, AliasKind::Alternate));
    for (property, kind) in [(Property::ShortName, AliasKind::Short), (Property::Demonym, AliasKind::Demonym)]
    {
        for statement in stated(item, property) {
            if let Value::Monolingual(term) = &statement.value {
                add(term, kind);
            }
        }
    }
    one_preferred(names.into_names(report))
}

/// The text in the language that is wanted most; if all are, in English, else for all languages, else in any.
fn best<'i>(terms: &'i [Term<'_>], filters: &Filters) -> Option<Cow<'i, str>> {
    let cost = |term: &&Term<'_>| {
        let language = tag(&term.language).unwrap_or_default();
        let by_default = match language.as_ref() {
            "en" => 0,
            "" => 1,
            _ => 2,
        };
        (filters.preference(&language).unwrap_or(usize::MAX), by_default)
    };
    terms.iter().min_by_key(cost).map(|term| Cow::Borrowed(term.text.as_ref()))
}
