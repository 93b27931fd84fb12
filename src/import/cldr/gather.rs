//! Brings together what the inputs say of each country.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::demonyms::{self, Demonyms};
use super::iso::{self, Codes, Tagged};
use super::rigour::{self, Facts};
use super::territories::{self, Form, Locale};
use super::trust::{self, Known};
use super::{Inputs, Role, countrynames};
use crate::import::ImportError;
use crate::import::files;
use crate::import::names::{Name, Names};
use crate::import::progress::Progress;
use crate::import::report::{Report, Skip};
use crate::import::rows::Draft;
use crate::import::script::{Script, script_of, without_marks};
use crate::model::{AliasKind, CountryCode, EntityId, EntityType, InvalidToken, Rank};

/// The English locale, whose plain names become the entities' names.
const ENGLISH: &str = "en";

/// Everything the inputs say, by country code.
struct Sources {
    codes: Vec<Codes>,
    facts: BTreeMap<String, Facts>,
    places: BTreeMap<String, Place>,
    locales: Vec<Locale>,
    tagged: Vec<Tagged>,
    untagged: BTreeMap<String, Vec<String>>,
    demonyms: BTreeMap<String, Demonyms>,
}

/// What GeoNames says of a country.
#[derive(Clone, Debug, Deserialize)]
struct Place {
    geonameid: u64,
    iso: String,
    population: u64,
}

/// Reads the inputs and drafts every country and territory.
pub(super) fn countries(
    inputs: &Inputs,
    progress: &mut dyn Progress,
    report: &mut Report,
) -> Result<Vec<Draft>, ImportError> {
    let sources = read(inputs, progress, report)?;
    let known: HashSet<&str> = sources.codes.iter().map(|codes| codes.alpha2.as_str()).collect();
    for _ in sources.facts.keys().filter(|code| !known.contains(code.as_str())) {
        report.skip_entity(Skip::NotIso);
    }
    let heads = unambiguous_heads(&sources.locales, &known);
    let draft = |codes| draft(codes, &sources, &heads, report);
    sources.codes.iter().map(draft).collect::<Result<_, InvalidToken>>().map_err(|error| {
        let path = inputs.all(Role::Facts).next().cloned().unwrap_or_default();
        ImportError::layout(&path, 1, error.to_string())
    })
}

fn read(inputs: &Inputs, progress: &mut dyn Progress, report: &mut Report) -> Result<Sources, ImportError> {
    inputs.needed(Role::Territories, "main/LOCALE/territories.json of CLDR")?;
    let mut sources = Sources {
        codes: iso::codes(inputs.needed(Role::Codes, "codes.json of i18n-iso-countries")?, progress)?,
        facts: rigour::read(
            inputs.needed(Role::Facts, "territories/data.jsonl of rigour")?,
            progress,
            report,
        )?,
        places: BTreeMap::new(),
        locales: territories::read(inputs.all(Role::Territories), progress)?,
        tagged: iso::names(inputs.all(Role::TaggedNames), progress)?,
        untagged: BTreeMap::new(),
        demonyms: BTreeMap::new(),
    };
    for path in inputs.all(Role::Population) {
        files::each_json_value(path, progress, |place: Place| {
            sources.places.insert(place.iso.clone(), place);
        })?;
    }
    for path in inputs.all(Role::UntaggedNames) {
        sources.untagged.extend(countrynames::read(path, progress)?);
    }
    for path in inputs.all(Role::Demonyms) {
        sources.demonyms.extend(demonyms::read(path, progress)?);
    }
    Ok(sources)
}

/// Heads of names in brackets (`Myanmar` of `Myanmar (Burma)`) that in their locale name one country only.
fn unambiguous_heads<'l>(locales: &'l [Locale], known: &HashSet<&str>) -> HashSet<(&'l str, &'l str)> {
    let mut owners: HashMap<(&str, &str), HashSet<&str>> = HashMap::new();
    for locale in locales {
        for (code, names) in locale.names.iter().filter(|(code, _)| known.contains(code.as_str())) {
            for (_, name) in names {
                owners.entry((&locale.tag, head(name))).or_default().insert(code);
            }
        }
    }
    owners.into_iter().filter(|(_, codes)| codes.len() == 1).map(|(head, _)| head).collect()
}

/// The name without a remark in brackets.
fn head(name: &str) -> &str {
    name.split([' ', '\u{a0}'])
        .position(|word| word.starts_with(['(', '（']))
        .and_then(|_| name.split(['(', '（']).next())
        .map_or(name, str::trim_end)
}

fn draft(
    codes: &Codes,
    sources: &Sources,
    heads: &HashSet<(&str, &str)>,
    report: &mut Report,
) -> Result<Draft, InvalidToken> {
    let code = codes.alpha2.as_str();
    let facts = sources.facts.get(code).cloned().unwrap_or_default();
    // Where lists differ (Denmark and its Kingdom), the curator's table settles it.
    let settled = sources.demonyms.get(code).and_then(|demonyms| demonyms.qid.as_deref());
    let qid = settled.unwrap_or(&facts.qid);
    let iso_id = format!("iso3166:{code}");
    if qid.is_empty() {
        report.notes.push(format!("{code} has no Wikidata ID; it is called {iso_id}"));
    }
    let place = sources.places.get(code);
    let id = EntityId::new(if qid.is_empty() { &iso_id } else { qid })?;
    let geonames_id = place.map(|place| format!("geonames:{}", place.geonameid));
    let mut same_as = Vec::new();
    for other in std::iter::once(iso_id).chain(geonames_id) {
        same_as.push(EntityId::new(&other)?);
    }
    same_as.retain(|other| *other != id);
    let names = gather_names(codes, &facts, sources, heads, report);
    Ok(Draft {
        id,
        entity_type: EntityType::new(kind_of(codes.alpha2))?,
        name: english_name(code, sources).map_or_else(|| facts.name.clone(), str::to_owned),
        country: Some(codes.alpha2),
        rank: place.map(|place| Rank::from_population(place.population)),
        same_as,
        description: description(codes.alpha2, &facts),
        names: names.into_names(report),
    })
}

fn kind_of(code: CountryCode) -> &'static str {
    if iso::is_territory(code) { "territory" } else { "country" }
}

/// `country in Eastern Europe`.
fn description(code: CountryCode, facts: &Facts) -> String {
    let kind = kind_of(code);
    match facts.subregion.as_str() {
        "" | "Antarctica" => kind.to_owned(),
        region @ "Caribbean" => format!("{kind} in the {region}"),
        region => format!("{kind} in {region}"),
    }
}

/// CLDR's English name; its short form where that is a full name too (`Hong Kong`, not `UK`).
fn english_name<'s>(code: &str, sources: &'s Sources) -> Option<&'s str> {
    let locale = sources.locales.iter().find(|locale| locale.tag == ENGLISH)?;
    let listed = sources.tagged.iter().filter(|tagged| tagged.lang == ENGLISH);
    let listed: Vec<_> = listed.filter_map(|tagged| tagged.names.get(code)).flatten().collect();
    locale
        .name(code, Form::Short)
        .filter(|short| short.len() > 3 && listed.iter().any(|name| name == short))
        .or_else(|| locale.name(code, Form::Plain))
}

fn gather_names(
    codes: &Codes,
    facts: &Facts,
    sources: &Sources,
    heads: &HashSet<(&str, &str)>,
    report: &mut Report,
) -> Names {
    let code = codes.alpha2.as_str();
    let mut names = Names::default();
    let mut add = |text: &str, lang: &str, kind, source, report: &mut Report| {
        names.add(name(text, lang, kind, source), report);
    };
    add_cldr(code, sources, heads, &mut add, report);
    for tagged in &sources.tagged {
        for text in tagged.names.get(code).into_iter().flatten() {
            // A remark, such as which part of an island is meant, is no part of the name.
            if text.contains(['(', '（']) {
                report.skip_name(Skip::Remark);
                continue;
            }
            add(text, &tagged.lang, plain_kind(text), "i18n-iso-countries", report);
        }
    }
    for text in [&facts.name, &facts.full_name] {
        let text = text.strip_prefix("The ").unwrap_or(text);
        if !text.contains(['(', '[']) {
            add(text, ENGLISH, AliasKind::Alternate, "rigour", report);
        }
    }
    add(&codes.alpha3, "", AliasKind::Abbreviation, "iso3166", report);
    let demonyms = sources.demonyms.get(code).cloned().unwrap_or_default();
    for text in &demonyms.countries {
        add(text, "ar", AliasKind::Alternate, "demonyms", report);
    }
    for (text, form) in &demonyms.forms {
        let mut demonym = name(text, "ar", AliasKind::Demonym, "demonyms");
        (*form).clone_into(&mut demonym.note);
        names.add(demonym, report);
    }
    add_untagged(code, facts, sources, &demonyms, &mut names, report);
    names
}

/// A name; Arabic loses its vowel marks, which keys fold anyway.
fn name(text: &str, lang: &str, kind: AliasKind, source: &'static str) -> Name {
    let is_arabic = lang == "ar" || lang.starts_with("ar-");
    Name::new(&if is_arabic { without_marks(text) } else { text.to_owned() }, lang, kind, source)
}

/// Capitals alone are an abbreviation, anything else another name.
fn plain_kind(text: &str) -> AliasKind {
    let is_code = text.len() <= 6 && text.chars().all(|c| c.is_uppercase() || c == '.');
    if is_code { AliasKind::Abbreviation } else { AliasKind::Alternate }
}

/// CLDR's names: in every language, and in a region where it differs from its language.
fn add_cldr(
    code: &str,
    sources: &Sources,
    heads: &HashSet<(&str, &str)>,
    add: &mut impl FnMut(&str, &str, AliasKind, &'static str, &mut Report),
    report: &mut Report,
) {
    let english = english_name(code, sources);
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    for locale in &sources.locales {
        let shown = shown_name(code, locale, english, heads);
        for (form, text) in locale.names.get(code).into_iter().flatten() {
            if !seen.insert((locale.language(), text)) {
                report.skip_name(Skip::RepeatsParent);
                continue;
            }
            let kind = match form {
                _ if shown == Some(text) => AliasKind::Preferred,
                Form::Short if plain_kind(text) == AliasKind::Alternate => AliasKind::Short,
                _ => plain_kind(text),
            };
            add(text, &locale.tag, kind, "cldr", report);
            let head = head(text);
            if head != text && heads.contains(&(locale.tag.as_str(), head)) {
                let kind = if shown == Some(head) { AliasKind::Preferred } else { AliasKind::Alternate };
                add(head, &locale.tag, kind, "cldr", report);
            }
        }
    }
}

/// The name that the locale shows: instead of one with a remark in brackets its short form, or what stands before.
fn shown_name<'l>(
    code: &str,
    locale: &'l Locale,
    english: Option<&str>,
    heads: &HashSet<(&str, &str)>,
) -> Option<&'l str> {
    let (plain, short) = (locale.name(code, Form::Plain)?, locale.name(code, Form::Short));
    let head = head(plain);
    match short {
        Some(short) if head != plain || (locale.tag == ENGLISH && Some(short) == english) => Some(short),
        _ if heads.contains(&(locale.tag.as_str(), head)) => Some(head),
        _ => Some(plain),
    }
}

fn add_untagged(
    code: &str,
    facts: &Facts,
    sources: &Sources,
    demonyms: &Demonyms,
    names: &mut Names,
    report: &mut Report,
) {
    let tagged: Vec<Name> = names.iter().filter(|name| name.kind != AliasKind::Demonym).cloned().collect();
    let latin = tagged.iter().filter(|name| script_of(&name.text) == Script::Latin);
    let english = tagged.iter().filter(|name| name.lang == ENGLISH);
    let known = Known {
        english: english.map(|name| name.text.as_str()).collect(),
        latin: latin.map(|name| name.text.as_str()).collect(),
        arabic: tagged.iter().filter(|name| name.lang == "ar").map(|name| name.text.as_str()).collect(),
        demonyms: demonyms.forms.iter().map(|(form, _)| form.as_str()).collect(),
    };
    let listed = sources.untagged.get(code).into_iter().flatten().map(|text| (text.as_str(), "countrynames"));
    for (text, source) in listed.chain(facts.untagged().map(|text| (text, "rigour"))) {
        let trusted = trust::judge(text, &known);
        if trusted.is_empty() {
            report.skip_name(Skip::Untrusted);
        }
        for trusted in trusted {
            names.add(Name::new(&trusted.text, trusted.lang, trusted.kind, source), report);
        }
    }
}
