//! OpenTravelData: names with languages, Wikidata IDs and capitals, in a table with `^` between columns.

use std::collections::HashMap;
use std::path::Path;

use crate::import::ImportError;
use crate::import::names::tidy;
use crate::import::progress::Progress;
use crate::import::report::{Report, Skip};
use crate::import::source_table::SourceTable;
use crate::model::is_qid;

/// Tags of the names column that are no languages, and whose values are no names.
const NO_LANGUAGES: [&str; 12] =
    ["post", "link", "iata", "icao", "faac", "tcid", "unlc", "uicn", "wkdt", "phon", "piny", "pny"];

/// What OpenTravelData knows of one populated place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub qid: Option<String>,
    pub country: String,
    pub is_capital: bool,
    pub names: Vec<TaggedName>,
}

/// A name with its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TaggedName {
    /// The name in NFC, with single spaces.
    pub text: String,
    /// BCP 47 tag; empty if unknown, and for abbreviations.
    pub lang: String,
    pub mark: Mark,
}

/// What the flags of a name say, the weightiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Preferred,
    None,
    Short,
    Colloquial,
    Abbreviation,
    Historic,
}

/// Reads the populated places by GeoNames ID.
pub(super) fn read(
    path: &Path,
    progress: &mut dyn Progress,
    report: &mut Report,
) -> Result<HashMap<u64, Place>, ImportError> {
    let mut source = SourceTable::open(path, b'^', progress)?;
    let (id, class, code) = (source.column("geoname_id")?, source.column("fclass")?, source.column("fcode")?);
    let (country, names) = (source.column("country_code")?, source.column("alt_name_section")?);
    let mut places: HashMap<u64, Place> = HashMap::new();
    let mut row = csv::StringRecord::new();
    while source.read(&mut row)? {
        let cell = |at| row.get(at).unwrap_or_default();
        let Some(id) = cell(id).parse().ok().filter(|&id| id != 0 && cell(class) == "P") else {
            report.skip_entity(Skip::NotCity);
            continue;
        };
        let place = places.entry(id).or_default();
        cell(country).clone_into(&mut place.country);
        place.is_capital |= cell(code) == "PPLC";
        add_names(cell(names), place, report);
    }
    Ok(places)
}

/// Takes `lang|name|flags=lang|name|flags`.
fn add_names(section: &str, place: &mut Place, report: &mut Report) {
    for entry in section.split('=').filter(|entry| !entry.is_empty()) {
        let mut fields = entry.split('|');
        let (lang, text, flags) =
            (fields.next().unwrap_or_default(), fields.next().unwrap_or_default(), fields.next());
        if lang == "wkdt" && is_qid(text) {
            place.qid.get_or_insert_with(|| text.to_owned());
        } else {
            match tagged(lang, text, flags.unwrap_or_default()) {
                Some(name) if !place.names.contains(&name) => place.names.push(name),
                Some(_) => report.skip_name(Skip::Duplicate),
                None => report.skip_name(Skip::NoName),
            }
        }
    }
}

fn tagged(lang: &str, text: &str, flags: &str) -> Option<TaggedName> {
    let text = tidy(text);
    let mark = match lang {
        "abbr" => Mark::Abbreviation,
        _ if lang.contains('_') || flags.contains('h') => Mark::Historic,
        _ if flags.contains('c') => Mark::Colloquial,
        _ if flags.contains('s') => Mark::Short,
        _ if flags.contains('p') => Mark::Preferred,
        _ => Mark::None,
    };
    // `fr_1793` is French of the Revolution.
    let lang = lang.split('_').next().filter(|&lang| lang != "abbr").unwrap_or_default();
    let is_language = lang.is_empty() || is_tag(lang);
    (!text.is_empty() && is_language && !NO_LANGUAGES.contains(&lang)).then(|| TaggedName {
        text,
        lang: lang.to_owned(),
        mark,
    })
}

/// Whether `lang` has the shape of a BCP 47 tag that begins with a language.
fn is_tag(lang: &str) -> bool {
    let mut subtags = lang.split('-');
    let language = subtags.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && subtags.all(|tag| (2..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<(HashMap<u64, Place>, Report), ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("optd_por_public.csv");
        std::fs::write(&path, text).unwrap();
        let mut report = Report::default();
        Ok((read(&path, &mut (), &mut report)?, report))
    }

    #[test]
    fn names_flags_and_ids_are_read() {
        let (places, report) = read_text(
            "geoname_id^fclass^fcode^country_code^alt_name_section\n\
             7^P^PPLC^XX^ar|المدينة|p=en|Old Town|h=|Town|=wkdt|Q77|=post|1234|=abbr|OT|=fr_1793|Ville|=en|The Town|s\n\
             8^S^AIRP^XX^en|Airport|\n",
        )
        .unwrap();
        let place = &places[&7];
        assert_eq!((place.qid.as_deref(), place.is_capital, places.len()), (Some("Q77"), true, 1));
        let names: Vec<_> = place.names.iter().map(|n| (n.text.as_str(), n.lang.as_str(), n.mark)).collect();
        let expected = [
            ("المدينة", "ar", Mark::Preferred),
            ("Old Town", "en", Mark::Historic),
            ("Town", "", Mark::None),
            ("OT", "", Mark::Abbreviation),
            ("Ville", "fr", Mark::Historic),
            ("The Town", "en", Mark::Short),
        ];
        assert_eq!(names, expected);
        assert_eq!(report.skipped_names[&Skip::NoName], 1);
        assert_eq!(report.skipped_entities[&Skip::NotCity], 1);
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = read_text("geoname_id^fclass\n").unwrap_err().to_string();
        assert!(error.contains("optd_por_public.csv:1: the table has no column `fcode`"), "{error}");
    }

    #[test]
    fn tags_are_checked() {
        for (tag, good) in [("ar", true), ("zh-Hant", true), ("nds-NL", true), ("x", false), ("AR", false)] {
            assert_eq!(is_tag(tag), good, "{tag}");
        }
    }
}
