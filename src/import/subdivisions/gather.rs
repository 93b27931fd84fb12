//! From CLDR's tables to the divisions of a pack.

use std::collections::{BTreeMap, HashSet};

use super::containment::{Division, Divisions, iso_code};
use super::locales::{self, Locale};
use super::namesakes::{self, Namesakes};
use super::territories::Territories;
use super::{Inputs, Role, containment, positions};
use crate::import::ImportError;
use crate::import::cldr::rigour::{self, Facts};
use crate::import::countries;
use crate::import::names::{Name, Names, one_preferred};
use crate::import::progress::Progress;
use crate::import::report::{Report, Skip};
use crate::import::rows::{Draft, is_arabic};
use crate::import::script::without_marks;
use crate::model::{AliasKind, EntityId, EntityType, InvalidToken, Rank};
use crate::text;

const ENGLISH: &str = "en";
const SOURCE: &str = "cldr";
/// For how many people a division of a country stands, and one that lies in another: CLDR counts none. Few, so that what
/// is ranked by what is known of it goes before.
const PEOPLE: [u64; 2] = [10_000, 2_000];
/// Of so many people of a town of its name, one counts for a division: so that a name that both bear is the town's, also
/// where the town is known under it as an alternate name alone.
const PEOPLE_OF_NAMESAKE: u64 = 1000;

/// All that the inputs know.
struct Sources {
    divisions: Divisions,
    locales: Vec<Locale>,
    facts: BTreeMap<String, Facts>,
    namesakes: Namesakes,
    territories: Territories,
}

pub(super) fn divisions(
    inputs: &Inputs,
    progress: &mut dyn Progress,
    report: &mut Report,
) -> Result<Vec<Draft>, ImportError> {
    let sources = read(inputs, progress)?;
    let mut qids = HashSet::new();
    let mut drafts = Vec::new();
    for (code, division) in &sources.divisions {
        let names = names(code, division, &sources.locales, report);
        if names.is_empty() {
            report.skip_entity(Skip::Nameless);
            continue;
        }
        let iso = iso_code(code);
        let qid = sources.facts.get(&iso).map(|facts| facts.qid.as_str()).filter(|&qid| qids.insert(qid));
        let draft = draft(code, division, qid, names, &sources);
        drafts.push(draft.map_err(|error| ImportError::Internal(format!("{iso}: {error}")))?);
    }
    Ok(drafts)
}

fn read(inputs: &Inputs, progress: &mut dyn Progress) -> Result<Sources, ImportError> {
    let table = inputs.needed(Role::Containment, "supplemental/subdivisions.xml of CLDR")?;
    inputs.needed(Role::Names, "subdivisions/LOCALE.xml of CLDR")?;
    let divisions = containment::read(table, progress)?;
    let locales = locales::read(inputs.all(Role::Names), progress)?;
    let mut facts = BTreeMap::new();
    for path in inputs.all(Role::Facts) {
        // Its historic states are no divisions, and not ours to count.
        facts.extend(rigour::read(path, progress, &mut Report::default())?);
    }
    let named = divisions
        .iter()
        .flat_map(|(code, division)| names_of(&locales, code).map(|(_, name)| (division.country, name)));
    let namesakes = namesakes::read(inputs.all(Role::Cities), named, progress)?;
    let territories = Territories::read(inputs.all(Role::Aliases), progress)?;
    Ok(Sources { divisions, locales, facts, namesakes, territories })
}

/// The names of a division, with their locales.
fn names_of<'l>(locales: &'l [Locale], code: &str) -> impl Iterator<Item = (&'l Locale, &'l str)> {
    locales.iter().filter_map(move |locale| Some((locale, locale.names.get(code)?.as_str())))
}

fn name_in<'l>(locales: &'l [Locale], tag: &str, code: &str) -> Option<&'l str> {
    names_of(locales, code).find(|(locale, _)| locale.tag == tag).map(|(_, name)| name)
}

/// The names that a pack should list: what is spelled as in English says nothing new, and words are no names.
fn names(code: &str, division: &Division, locales: &[Locale], report: &mut Report) -> Vec<Name> {
    let english = name_in(locales, ENGLISH, code);
    let mut names = Names::default();
    for (locale, text) in names_of(locales, code) {
        let inherited = locale.parent().and_then(|parent| name_in(locales, parent, code));
        let skip = match () {
            () if inherited == Some(text) => Some(Skip::RepeatsParent),
            () if locale.tag != ENGLISH && english == Some(text) => Some(Skip::RepeatsEnglish),
            () if is_word(text, locale, division) => Some(Skip::OrdinaryWord),
            () => None,
        };
        match skip {
            Some(skip) => report.skip_name(skip),
            None => names.add(name(text, &locale.tag), report),
        }
    }
    one_preferred(names.into_names(report))
}

/// Whether the name says to most readers what it says to nobody who means the division.
fn is_word(text: &str, locale: &Locale, division: &Division) -> bool {
    let safe = text::safe_fold(text);
    let lossy = text::lossy_fold(&safe);
    let tokens: Vec<&str> = lossy.split(' ').collect();
    match locale.tag.as_str() {
        ENGLISH => positions::is_english(text),
        tag if is_arabic(tag) && positions::is_translated(text, division.country) => true,
        _ => text::is_ordinary_word(&safe) || text::heads::as_generic(&tokens).is_some(),
    }
}

fn name(text: &str, tag: &str) -> Name {
    let text = if is_arabic(tag) { without_marks(text) } else { text.to_owned() };
    Name::new(&text, tag, AliasKind::Preferred, SOURCE)
}

fn draft(
    code: &str,
    division: &Division,
    qid: Option<&str>,
    names: Vec<Name>,
    sources: &Sources,
) -> Result<Draft, InvalidToken> {
    let iso = EntityId::new(&format!("iso3166-2:{}", iso_code(code)))?;
    let english = name_in(&sources.locales, ENGLISH, code);
    let territory = sources.territories.of(code, division, english).map(|code| format!("iso3166:{code}"));
    let id = territory.as_deref().or(qid).map_or_else(|| Ok(iso.clone()), EntityId::new)?;
    let shown = english.or_else(|| names.first().map(|name| name.text.as_str())).unwrap_or_default();
    Ok(Draft {
        same_as: if id == iso { Vec::new() } else { vec![iso] },
        id,
        entity_type: EntityType::new(if territory.is_some() { "territory" } else { "region" })?,
        name: shown_name(shown, division),
        country: Some(division.country),
        rank: Some(rank(division, &names, &sources.namesakes)),
        description: description(division, &sources.locales),
        names,
    })
}

/// The name; with its country if the name alone is a direction, since a canonical name is looked up too.
fn shown_name(name: &str, division: &Division) -> String {
    match countries::name_of(division.country) {
        Some(country) if positions::is_english(name) => format!("{name} ({country})"),
        _ => name.to_owned(),
    }
}

/// As for its people, or less if a town of its country has its name.
fn rank(division: &Division, names: &[Name], namesakes: &Namesakes) -> Rank {
    let texts = names.iter().map(|name| name.text.as_str());
    let people = PEOPLE[usize::from(division.parent.is_some())];
    let of_namesake = namesakes.people(division.country, texts).map(|people| people / PEOPLE_OF_NAMESAKE);
    Rank::from_population(of_namesake.map_or(people, |of_namesake| people.min(of_namesake)))
}

/// `second-order administrative division of Flanders, Belgium`.
fn description(division: &Division, locales: &[Locale]) -> String {
    let parent = division.parent.as_deref().and_then(|parent| name_in(locales, ENGLISH, parent));
    let country = countries::name_of(division.country);
    let wholes: Vec<&str> = parent.into_iter().chain(country).collect();
    let order = if division.parent.is_none() { "first" } else { "second" };
    let noun = format!("{order}-order administrative division");
    if wholes.is_empty() { noun } else { format!("{noun} of {}", wholes.join(", ")) }
}
