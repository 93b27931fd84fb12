//! From the alternate names of one city to its aliases: which stay, in which language, as what.

use std::collections::{HashMap, HashSet};

use super::optd::{Mark, Place, TaggedName};
use super::{affix, arabic, city::City};
use crate::import::clean::{Cleaned, clean};
use crate::import::names::{Name, Names, one_preferred, spelling_key, tidy};
use crate::import::report::{Report, Skip};
use crate::import::romanise;
use crate::import::script::{Arabicness, Script, arabic_script_language, arabicness};
use crate::model::AliasKind;

const GEONAMES: &str = "geonames";
const OPTD: &str = "optd";

/// Countries that write Arabic script.
const ARABIC_SCRIPT: [&str; 25] = [
    "AE", "AF", "BH", "DJ", "DZ", "EG", "EH", "IQ", "IR", "JO", "KM", "KW", "LB", "LY", "MA", "MR", "OM",
    "PK", "PS", "QA", "SA", "SD", "SY", "TN", "YE",
];

/// Tags that decide between several: a name that is Arabic or English among others is listed as such.
pub(super) const ARABIC: &str = "ar";
const ENGLISH: &str = "en";

/// A name on its way, with what OpenTravelData says of it.
pub(super) struct Candidate<'c> {
    pub cleaned: Cleaned,
    pub tags: Vec<&'c TaggedName>,
    source: &'static str,
}

/// The aliases of `city`.
pub(super) fn names(city: &City, place: Option<&Place>, report: &mut Report) -> Vec<Name> {
    let mut candidates = candidates(city, place, report);
    drop_short_arabic(city, &mut candidates, report);
    cut_affixes(city, &mut candidates, report);
    drop_romanisations(city, &mut candidates, report);
    drop_truncated(&mut candidates, report);
    let arabic = arabic::best(city, &candidates);
    let mut names = Names::default();
    let name = city.shown_name();
    let (name_lang, name_kind) = name_language(&name);
    names.add(Name::new(&name, name_lang, name_kind, GEONAMES), report);
    for candidate in &candidates {
        let lang = language(candidate, &city.country);
        let kind = kind(candidate, &lang, arabic.as_deref());
        names.add(Name::new(&candidate.cleaned.text, &lang, kind, candidate.source), report);
    }
    one_preferred(names.into_names(report))
}

/// GeoNames' own name counts as English where it is in Latin letters.
fn name_language(name: &str) -> (&'static str, AliasKind) {
    match crate::import::script::script_of(name) {
        Script::Latin => (ENGLISH, AliasKind::Preferred),
        _ => ("", AliasKind::Alternate),
    }
}

/// Every alternate name once, with its tags, cleaned.
fn candidates<'c>(city: &City, place: Option<&'c Place>, report: &mut Report) -> Vec<Candidate<'c>> {
    let mut tags: HashMap<&str, Vec<&TaggedName>> = HashMap::new();
    for name in place.into_iter().flat_map(|place| &place.names) {
        tags.entry(&name.text).or_default().push(name);
    }
    let mut raw: Vec<(String, &'static str)> =
        city.alternates.iter().filter(|raw| !raw.is_empty()).map(|raw| (tidy(raw), GEONAMES)).collect();
    let mut tagged: Vec<_> = tags.keys().map(|&text| (text.to_owned(), OPTD)).collect();
    tagged.sort();
    raw.extend(tagged);
    let mut seen = HashSet::new();
    raw.retain(|(text, _)| seen.insert(text.clone()));
    raw.into_iter()
        .filter_map(|(text, source)| {
            let tags = tags.get(text.as_str()).cloned().unwrap_or_default();
            clean_tagged(&text, &tags)
                .map(|cleaned| Candidate { cleaned, tags, source })
                .map_err(|skip| report.skip_name(skip))
                .ok()
        })
        .collect()
}

/// Cleans a name; a code that is tagged as an abbreviation stays.
fn clean_tagged(text: &str, tags: &[&TaggedName]) -> Result<Cleaned, Skip> {
    match clean(text) {
        Err(Skip::Code) if tags.iter().any(|tag| tag.mark == Mark::Abbreviation) => {
            Ok(Cleaned { text: text.to_owned(), script: Script::Latin, was_cut: false })
        }
        cleaned => cleaned,
    }
}

/// Drops untagged Arabic names of two letters where Arabic script is foreign: they spell a sound (`من` of Man), and
/// are words.
fn drop_short_arabic(city: &City, candidates: &mut Vec<Candidate<'_>>, report: &mut Report) {
    if ARABIC_SCRIPT.contains(&city.country.as_str()) {
        return;
    }
    candidates.retain(|c| {
        let short =
            c.cleaned.script == Script::Arabic && c.tags.is_empty() && c.cleaned.text.chars().count() < 3;
        if short {
            report.skip_name(Skip::TooShort);
        }
        !short
    });
}

/// Cuts administrative words, unless they belong to the name; drops what was cut if the rest is known.
///
/// They belong to it if GeoNames' own name has one too (`Sadr City`), or if a tag prefers the whole; not so in Arabic,
/// where districts (`قضاء القائم`) are tagged as preferred.
fn cut_affixes(city: &City, candidates: &mut Vec<Candidate<'_>>, report: &mut Report) {
    let name_script = crate::import::script::script_of(&city.name);
    let name_has_affix = affix::stem(&city.name, name_script).is_some();
    let is_whole = |c: &Candidate<'_>| {
        let text = &c.cleaned.text;
        !c.cleaned.was_cut && affix::stem(text, c.cleaned.script).is_none()
    };
    let mut whole: HashSet<String> =
        candidates.iter().filter(|c| is_whole(c)).map(|c| spelling_key(&c.cleaned.text)).collect();
    let name_key = spelling_key(&city.name);
    whole.insert(name_key.clone());
    candidates.retain_mut(|candidate| {
        let key = spelling_key(&candidate.cleaned.text);
        if candidate.cleaned.was_cut && whole.contains(&key) {
            report.skip_name(Skip::Remark);
            return false;
        }
        let Some(stem) = affix::stem(&candidate.cleaned.text, candidate.cleaned.script) else {
            return true;
        };
        let is_tagged = candidate.tags.iter().any(|tag| tag.mark == Mark::Preferred);
        let belongs = key == name_key || (is_tagged && candidate.cleaned.script != Script::Arabic);
        if !belongs && whole.contains(&spelling_key(stem)) {
            report.skip_name(Skip::AdministrativeWord);
            return false;
        }
        if belongs || name_has_affix {
            return true;
        }
        // `Misto milyona troyand` is a saying, and no town is called `milyona troyand`.
        match clean(stem) {
            Ok(_) => candidate.cleaned.text = stem.to_owned(),
            Err(flaw) => {
                report.skip_name(flaw);
                return false;
            }
        }
        true
    });
}

/// Drops untagged Latin names that only spell a Cyrillic name of the city letter by letter.
fn drop_romanisations(city: &City, candidates: &mut Vec<Candidate<'_>>, report: &mut Report) {
    let romanised: HashSet<String> = candidates
        .iter()
        .filter(|c| c.cleaned.script == Script::Cyrillic)
        .map(|c| romanise::cyrillic(&c.cleaned.text))
        .collect();
    let name = city.name.to_lowercase();
    candidates.retain(|c| {
        let lower = c.cleaned.text.to_lowercase();
        let is_romanised = c.cleaned.script == Script::Latin && c.tags.is_empty() && lower != name;
        let drop = is_romanised && romanised.contains(&lower);
        if drop {
            report.skip_name(Skip::Romanisation);
        }
        !drop
    });
}

/// Drops untagged Arabic names that are another one of the city without its last letter or two (`كسل` of `كسلا`).
fn drop_truncated(candidates: &mut Vec<Candidate<'_>>, report: &mut Report) {
    let arabic = candidates.iter().filter(|c| c.cleaned.script == Script::Arabic);
    let keys: Vec<String> = arabic.map(|c| arabic::outline(&c.cleaned.text)).collect();
    candidates.retain(|c| {
        let is_open = c.cleaned.script == Script::Arabic && c.tags.is_empty();
        let key = arabic::outline(&c.cleaned.text);
        let truncated = is_open && keys.iter().any(|whole| arabic::is_truncated(&key, whole));
        if truncated {
            report.skip_name(Skip::Truncated);
        }
        !truncated
    });
}

/// The language of a name: from its tags, else from its letters where they are certain, else empty.
pub(super) fn language(candidate: &Candidate<'_>, country: &str) -> String {
    let Candidate { cleaned, tags, .. } = candidate;
    let mut langs: Vec<&str> =
        tags.iter().map(|tag| tag.lang.as_str()).filter(|lang| !lang.is_empty()).collect();
    langs.dedup();
    let is_arabic_script = cleaned.script == Script::Arabic;
    if is_arabic_script && arabicness(&cleaned.text) == Arabicness::Foreign {
        langs.retain(|&lang| lang != ARABIC);
    }
    if !is_arabic_script {
        langs.retain(|&lang| lang != ARABIC);
    }
    match langs.as_slice() {
        [] if is_arabic_script => arabic_script_language(&cleaned.text, country).to_owned(),
        [] => cleaned.script.only_language().unwrap_or_default().to_owned(),
        [lang] => (*lang).to_owned(),
        langs if langs.contains(&ARABIC) => ARABIC.to_owned(),
        langs if langs.contains(&ENGLISH) => ENGLISH.to_owned(),
        _ => String::new(),
    }
}

fn kind(candidate: &Candidate<'_>, lang: &str, arabic: Option<&str>) -> AliasKind {
    if lang == ARABIC && arabic == Some(&candidate.cleaned.text) {
        return AliasKind::Preferred;
    }
    let mark =
        candidate.tags.iter().filter(|tag| tag.lang == lang || lang.is_empty()).map(|tag| tag.mark).min();
    match mark {
        Some(Mark::Preferred) if lang != ARABIC && !lang.is_empty() => AliasKind::Preferred,
        Some(Mark::Short) => AliasKind::Short,
        Some(Mark::Abbreviation) => AliasKind::Abbreviation,
        Some(Mark::Historic) => AliasKind::Former,
        _ => AliasKind::Alternate,
    }
}

/// Whether one of the names is in Arabic script without a letter that Arabic lacks.
pub(super) fn has_arabic(names: &[Name]) -> bool {
    names.iter().any(|name| {
        crate::import::script::script_of(&name.text) == Script::Arabic
            && arabicness(&name.text) != Arabicness::Foreign
    })
}
