//! [`Fact`]: one thing that an input says of an entity, and the entity that several of them make.
//!
//! Where an entity is scattered over lines, each line becomes facts; [`super::gather`] brings those of one entity together,
//! in the order of the inputs, and [`Origin::draft`] makes an entity of them.

use std::borrow::Cow;

use super::defaults::Defaults;
use super::filters::Filters;
use super::names::{Name, Names, one_preferred, tidied, tidy};
use super::report::{Report, Skip};
use super::rows::Draft;
use crate::model::{AliasKind, CountryCode, EntityId, EntityType, Rank};

/// One thing that is said of an entity.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fact<'t> {
    /// Of which type it is; the first one counts.
    Type(EntityType),
    /// A name of it.
    Name { kind: AliasKind, lang: Cow<'t, str>, text: Cow<'t, str> },
    /// The country to which it belongs; the first one counts.
    Country(CountryCode),
    /// How prominent it is; the highest counts.
    Rank(Rank),
    /// Another ID of it.
    SameAs(EntityId),
    /// A line about it.
    Description { lang: Cow<'t, str>, text: Cow<'t, str> },
    /// Nothing but that it is there; without a name it will be counted.
    Mention,
    /// It is nothing that a pack lists.
    NoEntity(Refusal),
}

/// Why an entity is none, though it has names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A list or scheme of entities.
    Collection,
    /// It is no longer used.
    Deprecated,
}

/// Stands between the parts of a fact; neither tidy text nor IDs and tags have control characters.
const SEPARATOR: char = '\0';
/// Longer descriptions are cut: they are lines for people, and some sources have pages.
const MAX_DESCRIPTION: usize = 250;

impl<'t> Fact<'t> {
    /// Appends the fact as [`Fact::decode`] reads it; texts become tidy.
    pub fn encode(&self, record: &mut String) {
        let (tag, lang, text): (&str, &str, Cow<'_, str>) = match self {
            Self::Type(entity_type) => ("type", "", entity_type.as_str().into()),
            Self::Name { kind, lang, text } => (kind.as_str(), lang, tidied(text)),
            Self::Country(code) => ("country", "", code.as_str().into()),
            Self::Rank(rank) => ("rank", "", rank.get().to_string().into()),
            Self::SameAs(id) => ("same_as", "", id.as_str().into()),
            Self::Description { lang, text } => ("description", lang, tidied(text)),
            Self::Mention => ("mention", "", "".into()),
            Self::NoEntity(Refusal::Collection) => ("collection", "", "".into()),
            Self::NoEntity(Refusal::Deprecated) => ("deprecated", "", "".into()),
        };
        record.extend([tag, "\0", lang, "\0", &text]);
    }

    /// The fact that was written so; `None` if none was.
    pub fn decode(record: &'t str) -> Option<Self> {
        let mut parts = record.splitn(3, SEPARATOR);
        let (tag, lang, text) = (parts.next()?, parts.next()?, parts.next()?);
        Some(match tag {
            "type" => Self::Type(EntityType::new(text).ok()?),
            "country" => Self::Country(CountryCode::new(text).ok()?),
            "rank" => Self::Rank(Rank::new(text.parse().ok()?)?),
            "same_as" => Self::SameAs(EntityId::new(text).ok()?),
            "description" => Self::Description { lang: lang.into(), text: text.into() },
            "mention" => Self::Mention,
            "collection" => Self::NoEntity(Refusal::Collection),
            "deprecated" => Self::NoEntity(Refusal::Deprecated),
            kind => Self::Name { kind: kind.parse().ok()?, lang: lang.into(), text: text.into() },
        })
    }
}

/// As much of a text as a description holds, cut between words.
fn brief(text: &str) -> &str {
    match text.char_indices().nth(MAX_DESCRIPTION) {
        Some((end, _)) => {
            let begin = text.get(..end).unwrap_or_default();
            begin.rfind(' ').and_then(|space| begin.get(..space)).unwrap_or(begin)
        }
        None => text,
    }
}

/// What the facts of a source do not say.
pub(super) struct Origin<'o> {
    /// The source, as the column `source` of aliases has it.
    pub source: &'static str,
    /// What holds of entities of which no fact says it.
    pub defaults: &'o Defaults,
}

/// The type of what nobody says the type of.
const OTHER: &str = "other";

impl Origin<'_> {
    /// The entity that the facts make, or why they make none.
    pub fn draft<'t>(
        &self,
        id: EntityId,
        facts: impl IntoIterator<Item = Fact<'t>>,
        filters: &Filters,
        report: &mut Report,
    ) -> Result<Draft, Skip> {
        let Self { source, defaults } = self;
        let mut gathered = Gathered::default();
        for fact in facts {
            gathered.take(fact, source, filters, report)?;
        }
        let Gathered { entity_type, country, rank, same_as, description, names } = gathered;
        let names = one_preferred(names.into_names(report));
        Ok(Draft {
            id,
            entity_type: entity_type
                .or_else(|| defaults.entity_type.clone())
                .unwrap_or_else(|| EntityType::from_checked(OTHER)),
            name: title(&names, filters).to_owned(),
            country: country.or(defaults.country),
            rank: rank.or(defaults.rank),
            same_as,
            description: description.map(|(_, text)| text).unwrap_or_default(),
            names,
        })
    }
}

/// What is known of an entity so far.
#[derive(Default)]
struct Gathered {
    entity_type: Option<EntityType>,
    country: Option<CountryCode>,
    rank: Option<Rank>,
    same_as: Vec<EntityId>,
    /// The best description, and how far from the best it is.
    description: Option<(Distance, String)>,
    names: Names,
}

impl Gathered {
    fn take(
        &mut self,
        fact: Fact<'_>,
        source: &'static str,
        filters: &Filters,
        report: &mut Report,
    ) -> Result<(), Skip> {
        match fact {
            Fact::Type(entity_type) => self.entity_type = self.entity_type.take().or(Some(entity_type)),
            Fact::Name { kind, lang, text } => self.names.add(Name::new(&text, &lang, kind, source), report),
            Fact::Country(code) => self.country = self.country.or(Some(code)),
            Fact::Rank(rank) => self.rank = self.rank.filter(|&known| known >= rank).or(Some(rank)),
            Fact::SameAs(id) => self.same_as.push(id),
            Fact::Description { lang, text } => {
                let distance = distance(&lang, filters);
                if self.description.as_ref().is_none_or(|(best, _)| distance < *best) {
                    self.description = Some((distance, brief(&tidy(&text)).to_owned()));
                }
            }
            Fact::Mention => {}
            Fact::NoEntity(Refusal::Collection) => return Err(Skip::UnknownClass),
            Fact::NoEntity(Refusal::Deprecated) => return Err(Skip::Deprecated),
        }
        Ok(())
    }
}

/// How far a language is from the one to show; less is better.
type Distance = (usize, u8);

/// What the filters want most; then English, then no language, then any.
fn distance(lang: &str, filters: &Filters) -> Distance {
    let by_default = match lang {
        "en" => 0,
        "" => 1,
        _ => 2,
    };
    (filters.preference(lang).unwrap_or(usize::MAX), by_default)
}

/// The name to show: in a language that is wanted, a preferred one, in the best language; the first of several.
fn title<'n>(names: &'n [Name], filters: &Filters) -> &'n str {
    let shown = names.iter().filter(|name| name.kind.is_shown());
    let cost = |name: &&Name| {
        let (wanted, by_default) = distance(&name.lang, filters);
        (wanted, name.kind, by_default)
    };
    shown.min_by_key(cost).map_or("", |name| &name.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(kind: AliasKind, lang: &'static str, text: &'static str) -> Fact<'static> {
        Fact::Name { kind, lang: lang.into(), text: text.into() }
    }

    fn draft(facts: &[Fact<'static>], languages: &[&str]) -> Result<Draft, Skip> {
        let filters = Filters {
            languages: languages.iter().map(|&lang| lang.to_owned()).collect(),
            ..Filters::default()
        };
        let defaults = Defaults { rank: Rank::new(0.75), ..Defaults::default() };
        let origin = Origin { source: "test", defaults: &defaults };
        let id = EntityId::from_checked("x:1");
        origin.draft(id, facts.iter().cloned(), &filters, &mut Report::default())
    }

    #[test]
    fn facts_survive_being_written() {
        for fact in [
            Fact::Type(EntityType::from_checked("city")),
            name(AliasKind::Hidden, "ar-EG", "مصر"),
            name(AliasKind::Alternate, "", ""),
            Fact::Country(CountryCode::new("EG").unwrap()),
            Fact::Rank(Rank::new(0.123_456_7).unwrap()),
            Fact::SameAs(EntityId::from_checked("geonames:1")),
            Fact::Description { lang: "en".into(), text: "a line".into() },
            Fact::Mention,
            Fact::NoEntity(Refusal::Collection),
            Fact::NoEntity(Refusal::Deprecated),
        ] {
            let mut record = String::new();
            fact.encode(&mut record);
            assert_eq!(Fact::decode(&record), Some(fact));
        }
        for broken in ["", "name", "nobody\0\0x", "rank\0\0x", "type\0\0A B"] {
            assert_eq!(Fact::decode(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn control_characters_do_not_end_a_part() {
        let mut record = String::new();
        name(AliasKind::Short, "en", "a\0b\tc").encode(&mut record);
        assert_eq!(Fact::decode(&record), Some(name(AliasKind::Short, "en", "a b c")));
    }

    #[test]
    fn the_first_and_the_best_count() {
        let facts = [
            name(AliasKind::Alternate, "en", "Old Town"),
            name(AliasKind::Preferred, "fr", "Ville"),
            name(AliasKind::Preferred, "en", "Town"),
            name(AliasKind::Preferred, "en", "Borough"),
            Fact::Type(EntityType::from_checked("city")),
            Fact::Type(EntityType::from_checked("region")),
            Fact::Rank(Rank::new(0.5).unwrap()),
            Fact::Rank(Rank::new(0.25).unwrap()),
            Fact::Description { lang: "fr".into(), text: "une ville".into() },
            Fact::Description { lang: "en".into(), text: "a town".into() },
        ];
        let made = draft(&facts, &[]).unwrap();
        assert_eq!((made.name.as_str(), made.description.as_str()), ("Town", "a town"));
        assert_eq!((made.entity_type.as_str(), made.rank), ("city", Rank::new(0.5)));
        assert_eq!(made.names.iter().filter(|name| name.kind == AliasKind::Preferred).count(), 2);
        assert_eq!(draft(&facts[..1], &[]).unwrap().rank, Rank::new(0.75), "none is said");
        let made = draft(&facts, &["fr"]).unwrap();
        assert_eq!((made.name.as_str(), made.description.as_str()), ("Ville", "une ville"));
    }

    #[test]
    fn what_is_no_entity_says_why() {
        let collection = [name(AliasKind::Preferred, "en", "List"), Fact::NoEntity(Refusal::Collection)];
        assert_eq!(draft(&collection, &[]).unwrap_err(), Skip::UnknownClass);
        let deprecated = [Fact::NoEntity(Refusal::Deprecated)];
        assert_eq!(draft(&deprecated, &[]).unwrap_err(), Skip::Deprecated);
    }

    #[test]
    fn descriptions_are_cut_between_words() {
        let long = "كلمة ".repeat(100);
        assert_eq!(brief(&long).chars().count(), 249);
        assert_eq!(brief(&"x".repeat(300)).len(), MAX_DESCRIPTION);
        assert_eq!(brief("short"), "short");
    }
}
