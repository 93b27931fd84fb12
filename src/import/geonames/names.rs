//! From the alternate names of a place to its aliases and other IDs.

use std::collections::HashSet;

use super::alternate::Alternate;
use super::dates::period;
use super::features::is_airport;
use super::place::Place;
use super::tagged::Tagged;
use crate::import::clean::clean;
use crate::import::names::{Name, Names, one_preferred, spelling_key, tidy};
use crate::import::report::{Report, Skip};
use crate::import::romanise;
use crate::import::script::{Arabicness, Script, arabic_script_language, arabicness, script_of};
use crate::model::{AliasKind, EntityId, is_qid};

const SOURCE: &str = "geonames";
const ARABIC: &str = "ar";

/// The names of a place and what other authorities call it.
#[derive(Default)]
pub(super) struct Known {
    pub names: Vec<Name>,
    pub ids: Vec<EntityId>,
}

/// What is known of `place`, of which there are the alternate names `alternates`.
///
/// Without any, the list that stands in the table of places is read.
pub(super) fn known(place: &Place<'_>, alternates: &[Alternate<'_>], report: &mut Report) -> Known {
    let mut gathered = Gathered::new(place);
    let ascii = tidy(place.ascii);
    if spelling_key(&ascii) != spelling_key(&tidy(place.name)) {
        gathered.names.add(Name::new(&ascii, "", AliasKind::Alternate, SOURCE), report);
    }
    for alternate in alternates {
        gathered.take(alternate, report);
    }
    if alternates.is_empty() {
        let list = place.alternates.split(',').filter(|name| !name.is_empty());
        gathered.untagged.extend(list.map(|name| (name, AliasKind::Alternate)));
    }
    gathered.take_untagged(report);
    Known { names: one_preferred(gathered.names.into_names(report)), ids: gathered.ids }
}

/// What was taken so far.
struct Gathered<'p, 'l> {
    place: &'p Place<'l>,
    names: Names,
    /// Names of which nobody says the language.
    untagged: Vec<(&'l str, AliasKind)>,
    ids: Vec<EntityId>,
}

impl<'p, 'l> Gathered<'p, 'l> {
    fn new(place: &'p Place<'l>) -> Self {
        Self { place, names: Names::default(), untagged: Vec::new(), ids: Vec::new() }
    }

    fn take(&mut self, alternate: &Alternate<'l>, report: &mut Report) {
        let kind = alternate.kind;
        match Tagged::of(alternate.language) {
            Tagged::Name(language) if language.is_empty() => self.untagged.push((alternate.text, kind)),
            Tagged::Name(language) => self.tagged(alternate, &language, kind, report),
            Tagged::Former(language) => self.tagged(alternate, &language, AliasKind::Former, report),
            Tagged::Abbreviation => self.tagged(alternate, "", AliasKind::Abbreviation, report),
            Tagged::AirportCode if is_airport(self.place.class, self.place.code) => {
                self.tagged(alternate, "", AliasKind::Abbreviation, report);
            }
            Tagged::AirportCode => report.skip_name(Skip::Code),
            Tagged::Wikidata => self.id(alternate.text, is_qid, report),
            Tagged::Unlocode => {
                let code: String = alternate.text.split_whitespace().collect();
                let is_code =
                    code.len() == 5 && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
                self.id(&format!("unlocode:{code}"), |_| is_code, report);
            }
            Tagged::NoName => report.skip_name(Skip::NoName),
        }
    }

    /// Takes a name whose language is told.
    fn tagged(&mut self, alternate: &Alternate<'_>, language: &str, kind: AliasKind, report: &mut Report) {
        let language =
            if language == ARABIC { arabic_or_not(alternate.text, self.place.country) } else { language };
        let mut name = Name::new(alternate.text, language, kind, SOURCE);
        match period(alternate.from, alternate.to) {
            Some(period) => (name.valid_from, name.valid_to) = period,
            None => report.skip_name(Skip::NoDate),
        }
        self.names.add(name, report);
    }

    /// Takes an ID, unless there is one of that authority.
    fn id(&mut self, text: &str, is_good: impl Fn(&str) -> bool, report: &mut Report) {
        match EntityId::new(text) {
            Ok(id) if is_good(text) => {
                if self.ids.iter().any(|known| known.namespace() == id.namespace()) {
                    report.skip_id(Skip::SecondId);
                } else {
                    self.ids.push(id);
                }
            }
            _ => report.skip_id(Skip::NoIdentifier),
        }
    }

    /// Takes the names whose language nobody tells, without what is none.
    fn take_untagged(&mut self, report: &mut Report) {
        let mut cleaned = Vec::new();
        for (text, kind) in std::mem::take(&mut self.untagged) {
            match clean(text) {
                Ok(name) => cleaned.push((name, kind)),
                Err(skip) => report.skip_name(skip),
            }
        }
        let romanised: HashSet<String> = cleaned
            .iter()
            .filter(|(name, _)| name.script == Script::Cyrillic)
            .map(|(name, _)| romanise::cyrillic(&name.text))
            .collect();
        for (name, kind) in cleaned {
            if name.script == Script::Latin && romanised.contains(&name.text.to_lowercase()) {
                report.skip_name(Skip::Romanisation);
                continue;
            }
            let language = language_of(&name.text, name.script, self.place.country);
            // Nobody says in what language it is preferred.
            let kind = if kind == AliasKind::Preferred { AliasKind::Alternate } else { kind };
            self.names.add(Name::new(&name.text, language, kind, SOURCE), report);
        }
    }
}

/// The language of a name that is told to be Arabic: its letters may tell otherwise.
fn arabic_or_not(text: &str, country: &str) -> &'static str {
    match script_of(text) {
        Script::Arabic if arabicness(text) == Arabicness::Foreign => arabic_script_language(text, country),
        Script::Arabic => ARABIC,
        _ => "",
    }
}

/// The language of a name as its letters tell it; empty if they do not.
fn language_of(text: &str, script: Script, country: &str) -> &'static str {
    if script == Script::Arabic {
        return arabic_script_language(text, country);
    }
    script.only_language().unwrap_or_default()
}
