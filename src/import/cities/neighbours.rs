//! What only shows when cities are seen beside each other: twins, and districts that are counted as their city.
//!
//! GeoNames lists some cities twice, once as a place and once as a seat of government, and gives some districts
//! the people of their whole city. Both would rival the city whenever its name is looked up.

use std::collections::{HashMap, HashSet};

use super::weighed::Weighed;
use crate::import::names::{Names, spelling_key};
use crate::import::report::{Report, Skip};
use crate::model::{AliasKind, EntityId, Rank, is_qid};

/// Farthest distance of two places of one name that count as one, in kilometres.
const TWIN_KM: f64 = 10.0;
/// The same for places of which only the Arabic name is the same.
const ARABIC_TWIN_KM: f64 = 1.5;
/// The same for places of as many people, where one is named among the names of the other.
const COUNTED_TWIN_KM: f64 = 3.0;
/// Farthest distance of a district from its city's centre, in kilometres.
const DISTRICT_KM: f64 = 7.5;
/// A district with this share of its city's people was counted as the city.
const DISTRICT_SHARE: f64 = 0.6;
/// People of the smallest city of which that is believed: beside a town, another town of its name is no wonder.
const DISTRICT_CITY: u64 = 100_000;
/// The share of a city's people that such a district is ranked by.
const ASSUMED_SHARE: u64 = 10;
/// Side of the squares into which places are sorted, in degrees; more than ten kilometres up to 70° of latitude.
const SQUARE: f64 = 0.3;

/// Joins the records of one city: the most populous stays, with the names and IDs of the others.
pub(super) fn join_twins(cities: Vec<Weighed>, report: &mut Report) -> Vec<Weighed> {
    let mut cities: Vec<Option<Weighed>> = by_size(cities).into_iter().map(Some).collect();
    let squares = squares(cities.iter().flatten());
    for at in 0..cities.len() {
        let Some(mut city) = cities.get_mut(at).and_then(Option::take) else { continue };
        for other in around(&city, &squares) {
            let Some(slot) = cities.get_mut(other).filter(|_| other > at) else { continue };
            if let Some(twin) = slot.take_if(|twin| are_twins(&city, twin)) {
                report.skip_entity(Skip::Twin);
                city = joined(city, twin, report);
            }
        }
        if let Some(slot) = cities.get_mut(at) {
            *slot = Some(city);
        }
    }
    cities.into_iter().flatten().collect()
}

/// Lowers the rank of districts that bear their city's name and its people.
///
/// Such is a place without a Wikidata ID near a large city that has one, if its name holds one of the city's and most of
/// the city's people, or more, are counted for it.
pub(super) fn lower_districts(cities: &mut [Weighed], report: &mut Report) {
    let squares = squares(cities.iter());
    let city_of = |place: &Weighed| {
        let near = around(place, &squares).into_iter().filter_map(|at| cities.get(at));
        near.filter(|city| is_district(place, city)).map(|city| city.people).max()
    };
    let found: Vec<Option<u64>> = cities.iter().map(city_of).collect();
    for (place, people) in cities.iter_mut().zip(found) {
        if let Some(people) = people {
            report.notes.push(format!(
                "{} ({}) is ranked as a district: it is counted as its city",
                place.draft.id, place.draft.name
            ));
            place.draft.rank = Some(Rank::from_population(people / ASSUMED_SHARE));
        }
    }
}

/// The most populous first, and of equals the older record.
fn by_size(mut cities: Vec<Weighed>) -> Vec<Weighed> {
    cities.sort_by_key(|city| (std::cmp::Reverse(city.people), city.geonames));
    cities
}

type Square = (i32, i32);

fn square(city: &Weighed) -> Square {
    ((city.at.latitude / SQUARE).floor() as i32, (city.at.longitude / SQUARE).floor() as i32)
}

fn squares<'c>(cities: impl Iterator<Item = &'c Weighed>) -> HashMap<Square, Vec<usize>> {
    let mut squares: HashMap<Square, Vec<usize>> = HashMap::new();
    for (at, city) in cities.enumerate() {
        squares.entry(square(city)).or_default().push(at);
    }
    squares
}

/// The places in the square of `city` and those around it, in order.
fn around(city: &Weighed, squares: &HashMap<Square, Vec<usize>>) -> Vec<usize> {
    let (y, x) = square(city);
    let nine = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (y + dy, x + dx)));
    let mut places: Vec<usize> = nine.filter_map(|square| squares.get(&square)).flatten().copied().collect();
    places.sort_unstable();
    places
}

fn are_twins(a: &Weighed, b: &Weighed) -> bool {
    let same_province = a.draft.country == b.draft.country
        && (a.province == b.province || [a, b].iter().any(|city| !city.has_province()));
    // Wikidata tells apart what has two of its IDs.
    if !same_province || (has_qid(a) && has_qid(b)) {
        return false;
    }
    let distance = a.at.kilometres_to(b.at);
    let same_count = a.people == b.people && a.people > 0;
    distance <= TWIN_KM
        && (spelling_key(&a.draft.name) == spelling_key(&b.draft.name)
            || (same_arabic(a, b) && (distance <= ARABIC_TWIN_KM || same_count))
            || (same_count && distance <= COUNTED_TWIN_KM && (is_named(a, b) || is_named(b, a))))
}

fn has_qid(city: &Weighed) -> bool {
    is_qid(city.draft.id.as_str())
}

fn same_arabic(a: &Weighed, b: &Weighed) -> bool {
    a.arabic().is_some_and(|name| b.arabic() == Some(name))
}

/// Whether `name`'s name is among the names of `city`.
fn is_named(name: &Weighed, city: &Weighed) -> bool {
    let key = spelling_key(&name.draft.name);
    city.draft.names.iter().any(|other| spelling_key(&other.text) == key)
}

fn joined(mut city: Weighed, twin: Weighed, report: &mut Report) -> Weighed {
    let preferred: HashSet<String> =
        city.draft.names.iter().filter(|n| n.kind == AliasKind::Preferred).map(|n| n.lang.clone()).collect();
    let mut names = Names::default();
    for name in std::mem::take(&mut city.draft.names) {
        names.add(name, report);
    }
    for mut name in twin.draft.names {
        if preferred.contains(&name.lang) {
            name.kind = name.kind.max(AliasKind::Alternate);
        }
        names.add(name, report);
    }
    city.draft.names = names.into_names(report);
    let mut ids: Vec<EntityId> = vec![city.draft.id, twin.draft.id];
    ids.extend(city.draft.same_as.into_iter().chain(twin.draft.same_as));
    // A stable sort: the Wikidata ID leads, else the larger record's own.
    ids.sort_by_key(|id| !is_qid(id.as_str()));
    city.draft.id = ids.remove(0);
    city.draft.same_as = ids;
    city.draft.rank = city.draft.rank.max_of(twin.draft.rank);
    city
}

trait MaxOf {
    fn max_of(self, other: Self) -> Self;
}

impl MaxOf for Option<Rank> {
    /// The higher of two ranks; of two records of a capital only one may be marked as such.
    fn max_of(self, other: Self) -> Self {
        match (self, other) {
            (Some(a), Some(b)) if b > a => Some(b),
            (None, b) => b,
            (a, _) => a,
        }
    }
}

fn is_district(place: &Weighed, city: &Weighed) -> bool {
    !has_qid(place)
        && has_qid(city)
        && place.draft.country == city.draft.country
        && place.people as f64 >= DISTRICT_SHARE * city.people as f64
        && city.people >= DISTRICT_CITY
        && place.at.kilometres_to(city.at) <= DISTRICT_KM
        && (city.draft.names.iter().any(|part| holds(&place.draft.name, &part.text))
            || place.arabic().zip(city.arabic()).is_some_and(|(whole, part)| holds(whole, part)))
}

/// Whether the words of `part` are some, but not all, of the words of `whole`.
fn holds(whole: &str, part: &str) -> bool {
    let (whole, part) = (words(whole), words(part));
    !part.is_empty() && part.len() < whole.len() && part.is_subset(&whole)
}

/// The keys of the words, without the Arabic article in either script.
fn words(name: &str) -> HashSet<String> {
    let words = name.split(|c: char| c.is_whitespace() || c == '-');
    let keys = words.map(|word| spelling_key(word.strip_prefix("ال").unwrap_or(word)));
    keys.filter(|key| !key.is_empty() && !matches!(key.as_str(), "al" | "el")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::weighed::Point;
    use super::*;
    use crate::import::names::Name;
    use crate::import::rows::Draft;
    use crate::model::{CountryCode, EntityType};

    /// A city at a point of the equator, where 0.009 degrees are a kilometre.
    fn city(id: &str, geonames: u64, name: &str, arabic: &str, people: u64, east: f64) -> Weighed {
        let mut names = vec![Name::new(name, "en", AliasKind::Preferred, "test")];
        if !arabic.is_empty() {
            names.push(Name::new(arabic, "ar", AliasKind::Preferred, "test"));
        }
        Weighed {
            draft: Draft {
                id: EntityId::new(id).unwrap(),
                entity_type: EntityType::new("city").unwrap(),
                name: name.to_owned(),
                country: CountryCode::new("AA").ok(),
                rank: Some(Rank::from_population(people)),
                same_as: Vec::new(),
                description: String::new(),
                names,
            },
            geonames,
            people,
            at: Point { latitude: 0.0, longitude: east },
            province: "1".to_owned(),
        }
    }

    fn joined_ids(cities: Vec<Weighed>) -> Vec<String> {
        let joined = join_twins(cities, &mut Report::default());
        joined.into_iter().map(|city| city.draft.id.to_string()).collect()
    }

    #[test]
    fn twins_become_one_with_all_names_and_ids() {
        let cities = vec![
            city("Q7", 1, "Unaizah", "عنيزة", 0, 0.0),
            city("geonames:2", 2, "Unayzah", "", 10, 3.0),
            city("geonames:3", 3, "Unaizah", "", 500, 0.02),
        ];
        let mut report = Report::default();
        let joined = join_twins(cities, &mut report);
        assert_eq!(joined.len(), 2);
        let city = &joined[0].draft;
        assert_eq!((city.id.as_str(), city.same_as[0].as_str()), ("Q7", "geonames:3"));
        assert_eq!(city.names.len(), 2, "one English, one Arabic: {:?}", city.names);
        assert_eq!(city.rank, Some(Rank::from_population(500)));
        assert_eq!(report.skipped_entities[&Skip::Twin], 1);
    }

    #[test]
    fn neighbours_of_one_name_may_be_two() {
        let kansas = || city("geonames:1", 1, "Kansas City", "", 9, 0.0);
        let other_state =
            Weighed { province: "2".to_owned(), ..city("geonames:2", 2, "Kansas City", "", 8, 0.01) };
        assert_eq!(joined_ids(vec![kansas(), other_state]).len(), 2);
        let far = city("geonames:2", 2, "Kansas City", "", 8, 0.2);
        assert_eq!(joined_ids(vec![kansas(), far]).len(), 2);
        let both_known = vec![city("Q1", 1, "Banga", "", 9, 0.0), city("Q2", 2, "Banga", "", 8, 0.01)];
        assert_eq!(joined_ids(both_known).len(), 2);
    }

    #[test]
    fn an_arabic_name_or_a_count_tells_twins_where_latin_differs() {
        let twins = |people, east| {
            vec![
                city("geonames:1", 1, "New Cairo", "القاهرة الجديدة", 300, 0.0),
                city("geonames:2", 2, "Al Qāhirah al Jadīdah", "القاهرة الجديدة", people, east),
            ]
        };
        assert_eq!(joined_ids(twins(300, 0.025)), ["geonames:1"]);
        assert_eq!(joined_ids(twins(200, 0.01)), ["geonames:1"]);
        assert_eq!(joined_ids(twins(200, 0.025)).len(), 2);
    }

    #[test]
    fn a_district_is_not_ranked_as_its_city() {
        let mut cities = vec![
            city("Q1", 1, "Basrah", "البصرة", 1_000_000, 0.0),
            city("geonames:2", 2, "Al Başrah al Qadīmah", "البصرة القديمة", 2_000_000, 0.03),
            city("geonames:3", 3, "New Basrah", "", 100_000, 0.01),
            city("geonames:4", 4, "Ashshar", "العشار", 900_000, 0.01),
        ];
        let mut report = Report::default();
        lower_districts(&mut cities, &mut report);
        let ranks: Vec<_> = cities.iter().map(|city| city.draft.rank.unwrap()).collect();
        let expected = [1_000_000, 100_000, 100_000, 900_000].map(Rank::from_population);
        assert_eq!(ranks, expected);
        assert_eq!(report.notes.len(), 1);
    }
}
