//! From the items of the index to organisations, one for each Wikidata ID.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{self, Index, Item};
use super::tags;
use crate::import::names::{Name, Names, one_preferred, tidy};
use crate::import::report::{Report, Skip};
use crate::import::rows::{Draft, is_arabic};
use crate::import::script::{Script, arabic_script_language, script_of, without_marks};
use crate::model::{AliasKind, CountryCode, EntityId, EntityType, InvalidToken, Rank, is_qid};
use crate::text::{self, well_known};

const SOURCE: &str = "name-suggestion-index";

/// What all items say of one owner.
#[derive(Default)]
struct Owner<'i> {
    is_brand: bool,
    items: Vec<(&'i Item, Vec<&'static str>)>,
    /// What it runs: `bank`, `post_office`.
    sorts: BTreeSet<&'i str>,
    countries: BTreeSet<CountryCode>,
    /// It is found in a region that is no country, too.
    is_elsewhere: bool,
}

pub(super) fn organizations(index: &Index, report: &mut Report) -> Result<Vec<Draft>, InvalidToken> {
    let mut drafts = Vec::new();
    for (qid, owner) in owners(index, report) {
        let mut of_names = Report::default();
        let names = names(&owner, &mut of_names);
        if names.iter().any(|name| is_arabic(&name.lang)) {
            report.absorb(of_names);
            drafts.push(draft(qid, &owner, names)?);
        } else {
            report.skip_entity(Skip::NoArabic);
        }
    }
    Ok(drafts)
}

/// Brings the items of each owner together.
fn owners<'i>(index: &'i Index, report: &mut Report) -> BTreeMap<&'i str, Owner<'i>> {
    let mut owners: BTreeMap<&str, Owner<'_>> = BTreeMap::new();
    for (category, items) in &index.categories {
        let Some(family) = index::owner(category) else { continue };
        for item in &items.items {
            let qid = wikidata(item, family).filter(|qid| is_qid(qid));
            match qid {
                Some(qid) => {
                    let owner = owners.entry(qid).or_default();
                    owner.sorts.extend(category.rsplit('/').next());
                    owner.take(item, family, qid);
                }
                None => report.skip_entity(Skip::WithoutId),
            }
        }
    }
    owners
}

fn wikidata<'i>(item: &'i Item, family: &str) -> Option<&'i str> {
    item.tags.get(&format!("{family}:wikidata")).map(String::as_str)
}

impl<'i> Owner<'i> {
    fn take(&mut self, item: &'i Item, family: &'static str, qid: &str) {
        self.is_brand |= family == "brand";
        // The operator may be the owner of the brand too.
        let mut families = ["brand", "operator", "network"].to_vec();
        families.retain(|family| wikidata(item, family) == Some(qid));
        self.items.push((item, families));
        for place in &item.locations.include {
            match place.as_str().and_then(country) {
                Some(country) => _ = self.countries.insert(country),
                None => self.is_elsewhere = true,
            }
        }
    }

    /// The country to which it belongs, if it is found in one alone.
    fn country(&self) -> Option<CountryCode> {
        let mut countries = self.countries.iter();
        countries.next().filter(|_| self.countries.len() == 1 && !self.is_elsewhere).copied()
    }
}

/// `eg`, and `gb-eng` too.
fn country(place: &str) -> Option<CountryCode> {
    let code = place.split('-').next().filter(|_| !place.contains('.'))?;
    CountryCode::new(&code.to_ascii_uppercase()).ok()
}

fn draft(qid: &str, owner: &Owner<'_>, names: Vec<Name>) -> Result<Draft, InvalidToken> {
    let kind = if owner.is_brand { "company" } else { "organization" };
    Ok(Draft {
        id: EntityId::new(qid)?,
        entity_type: EntityType::new(kind)?,
        name: shown_name(owner, &names),
        country: owner.country(),
        rank: Some(rank(owner)),
        same_as: Vec::new(),
        description: description(owner),
        names,
    })
}

/// The index knows no prominence but the number of countries in which somebody is found, which stands for that of
/// encyclopedias: low, so that a brand that bears the name of a place does not rival it.
fn rank(owner: &Owner<'_>) -> Rank {
    Rank::from_sitelinks(u32::try_from(owner.countries.len()).unwrap_or(u32::MAX).max(1))
}

/// The English name, else one in Latin letters, else what the index shows.
fn shown_name(owner: &Owner<'_>, names: &[Name]) -> String {
    let english = names.iter().find(|name| name.lang == "en" && name.kind == AliasKind::Preferred);
    let latin = || names.iter().find(|name| script_of(&name.text) == Script::Latin);
    let found = english.or_else(latin).map(|name| name.text.clone());
    found.unwrap_or_else(|| owner.items.first().map(|(item, _)| tidy(&item.shown)).unwrap_or_default())
}

/// `brand: bank, post office`.
fn description(owner: &Owner<'_>) -> String {
    let noun = if owner.is_brand { "brand" } else { "operator" };
    let sorts: Vec<String> =
        owner.sorts.iter().take(SORTS_SHOWN).map(|sort| sort.replace('_', " ")).collect();
    format!("{noun}: {}", sorts.join(", "))
}

/// More do not make it plainer what somebody is.
const SORTS_SHOWN: usize = 3;

fn names(owner: &Owner<'_>, report: &mut Report) -> Vec<Name> {
    let country = owner.country().map(|country| country.to_string()).unwrap_or_default();
    let mut names = Names::default();
    for (item, families) in &owner.items {
        for (key, values) in &item.tags {
            let Some(tag) = tags::read(key, families) else { continue };
            for value in values.split(';') {
                match name(value, &tag, &country) {
                    Ok(name) => names.add(name, report),
                    Err(skip) => report.skip_name(skip),
                }
            }
        }
    }
    one_preferred(names.into_names(report))
}

/// The name, or why a pack is better off without it.
fn name(value: &str, tag: &tags::NameTag, country: &str) -> Result<Name, Skip> {
    let text = tidy(value.split('(').next().unwrap_or(value));
    let script = script_of(&text);
    let lang = match (tag.lang.as_str(), script) {
        ("", Script::Arabic) => arabic_script_language(&text, country),
        ("", script) => script.only_language().unwrap_or_default(),
        (lang, _) => lang,
    };
    if script == Script::Mixed {
        return Err(Skip::MixedScripts);
    }
    let text = if is_arabic(lang) { without_marks(&text) } else { text };
    flaw(&text, script).map_or_else(|| Ok(Name::new(&text, lang, tag.kind, SOURCE)), Err)
}

/// The most letters of an Arabic word that is more often another than the name of a brand: شل, ميد, نفط.
const SHORT_LETTERS: usize = 3;

/// Of names of one word in Arabic script, those which say other things to most readers.
fn flaw(text: &str, script: Script) -> Option<Skip> {
    let safe = text::safe_fold(text);
    if script != Script::Arabic || safe.contains(' ') {
        return None;
    }
    match () {
        () if text::is_ordinary_word(&safe) => Some(Skip::OrdinaryWord),
        () if well_known::is_known(&safe) => Some(Skip::OtherName),
        () if safe.chars().count() <= SHORT_LETTERS => Some(Skip::TooShort),
        () => None,
    }
}
