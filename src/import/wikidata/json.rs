//! Entities of the dump, as far as they are read: borrowed from the line, all else passed over.
//!
//! Layout: `mediawiki_wikibase` `docs/json-dumps`, "Wikibase JSON". An empty map may be written as an empty list.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::statement::{Statement, Statements};
use crate::import::filters::Filters;

/// An entity of the dump.
#[derive(Default)]
pub(super) struct Entity<'a> {
    /// `item`, `property`, `lexeme`.
    pub kind: Cow<'a, str>,
    pub id: Cow<'a, str>,
    /// One a language, in the order of the dump; only in languages that are wanted.
    pub labels: Vec<Term<'a>>,
    pub descriptions: Vec<Term<'a>>,
    pub aliases: Vec<Term<'a>>,
    /// Statements of the properties that are read.
    pub statements: Vec<Statement<'a>>,
    /// How many language editions of Wikipedia have an article.
    pub articles: u32,
}

/// A text in a language, as Wikidata codes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term<'a> {
    pub language: Cow<'a, str>,
    pub text: Cow<'a, str>,
}

/// Reads an entity from a line; texts only in the languages that `filters` let pass.
pub(super) fn entity<'a>(line: &'a str, filters: &Filters) -> Result<Entity<'a>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(line);
    let entity = EntitySeed { filters }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(entity)
}

struct EntitySeed<'f> {
    filters: &'f Filters,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Type,
    Id,
    Labels,
    Descriptions,
    Aliases,
    Claims,
    Sitelinks,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for EntitySeed<'_> {
    type Value = Entity<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Entity<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EntitySeed<'_> {
    type Value = Entity<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entity of Wikidata")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entity<'de>, A::Error> {
        let mut entity = Entity::default();
        let terms = |many| TermsSeed { filters: self.filters, many };
        while let Some(key) = map.next_key()? {
            match key {
                Key::Type => entity.kind = map.next_value::<Text<'de>>()?.0,
                Key::Id => entity.id = map.next_value::<Text<'de>>()?.0,
                Key::Labels => entity.labels = map.next_value_seed(terms(false))?,
                Key::Descriptions => entity.descriptions = map.next_value_seed(terms(false))?,
                Key::Aliases => entity.aliases = map.next_value_seed(terms(true))?,
                Key::Claims => entity.statements = map.next_value_seed(Each(Statements::default()))?.found,
                Key::Sitelinks => entity.articles = map.next_value_seed(Each(Articles(0)))?.0,
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(entity)
    }
}

/// A string, borrowed if it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Takes the entries of a map one by one.
pub(super) trait Entries<'de>: Sized {
    fn entry<A: MapAccess<'de>>(&mut self, key: Cow<'de, str>, map: &mut A) -> Result<(), A::Error>;
}

/// Reads a map, or the empty list that stands for an empty one.
struct Each<E>(E);

impl<'de, E: Entries<'de>> DeserializeSeed<'de> for Each<E> {
    type Value = E;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<E, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E: Entries<'de>> Visitor<'de> for Each<E> {
    type Value = E;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<E, A::Error> {
        while let Some(Text(key)) = map.next_key()? {
            self.0.entry(key, &mut map)?;
        }
        Ok(self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<E, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            None => Ok(self.0),
            Some(_) => Err(serde::de::Error::custom("a list in place of a map")),
        }
    }
}

/// Reads labels, descriptions or, `many` of a language, aliases.
struct TermsSeed<'f> {
    filters: &'f Filters,
    many: bool,
}

impl<'de> DeserializeSeed<'de> for TermsSeed<'_> {
    type Value = Vec<Term<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Term<'de>>, D::Error> {
        let terms = Terms { filters: self.filters, many: self.many, found: Vec::new() };
        Ok(Each(terms).deserialize(deserializer)?.found)
    }
}

struct Terms<'f, 'de> {
    filters: &'f Filters,
    many: bool,
    found: Vec<Term<'de>>,
}

#[derive(Deserialize)]
struct TermValue<'a> {
    #[serde(borrow)]
    value: Cow<'a, str>,
}

impl<'de> Entries<'de> for Terms<'_, 'de> {
    fn entry<A: MapAccess<'de>>(&mut self, language: Cow<'de, str>, map: &mut A) -> Result<(), A::Error> {
        // Decoding most of the texts is most of the work.
        if !super::language::is_wanted(&language, self.filters) {
            map.next_value::<IgnoredAny>()?;
            return Ok(());
        }
        let values =
            if self.many { map.next_value::<Vec<TermValue<'de>>>()? } else { vec![map.next_value()?] };
        let terms = values.into_iter().map(|term| Term { language: language.clone(), text: term.value });
        self.found.extend(terms);
        Ok(())
    }
}

/// Counts the articles among the pages of all wikis.
struct Articles(u32);

impl<'de> Entries<'de> for Articles {
    fn entry<A: MapAccess<'de>>(&mut self, site: Cow<'de, str>, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<IgnoredAny>()?;
        self.0 += u32::from(is_wikipedia(&site));
        Ok(())
    }
}

/// Whether the wiki is a language edition of Wikipedia: `arwiki` is, `arwikiquote` and `commonswiki` are not.
fn is_wikipedia(site: &str) -> bool {
    const OTHERS: [&str; 10] = [
        "commons",
        "species",
        "wikidata",
        "meta",
        "sources",
        "mediawiki",
        "incubator",
        "outreach",
        "wikimania",
        "foundation",
    ];
    site.strip_suffix("wiki").is_some_and(|language| !OTHERS.contains(&language))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Entity<'_> {
        entity(line, &Filters::default()).unwrap()
    }

    #[test]
    fn terms_are_read_in_their_order() {
        let line = r#"{"type":"item","id":"Q1","labels":{"fr":{"language":"fr","value":"\u00c9"},"ar":{"language":"ar","value":"س"}},
            "aliases":{"en":[{"language":"en","value":"a"},{"language":"en","value":"b"}]},"descriptions":[],"other":[{"x":[1,2]}]}"#;
        let entity = read(line);
        let terms = |terms: &[Term<'_>]| {
            terms.iter().map(|term| format!("{}:{}", term.language, term.text)).collect::<Vec<_>>()
        };
        assert_eq!(terms(&entity.labels), ["fr:É", "ar:س"]);
        assert_eq!(terms(&entity.aliases), ["en:a", "en:b"]);
        assert!(entity.descriptions.is_empty() && entity.statements.is_empty() && entity.articles == 0);
    }

    #[test]
    fn languages_that_are_not_wanted_are_passed_over() {
        let filters = Filters { languages: vec!["ar".to_owned()], ..Filters::default() };
        let line = r#"{"labels":{"fr":{"value":"F"},"ar-eg":{"value":"E"},"arz":{"value":"Z"}}}"#;
        let entity = entity(line, &filters).unwrap();
        assert_eq!(entity.labels.len(), 1);
    }

    #[test]
    fn only_articles_of_wikipedia_count() {
        let line = r#"{"sitelinks":{"arwiki":{"site":"arwiki","title":"t","badges":[]},"zh_min_nanwiki":{},"commonswiki":{},"enwikiquote":{},"specieswiki":{}}}"#;
        assert_eq!(read(line).articles, 2);
    }

    #[test]
    fn anything_else_is_an_error_and_no_panic() {
        for line in [
            "",
            "x",
            "[]",
            "1",
            "null",
            r#"{"type":"item""#,
            r#"{"id":7}"#,
            r#"{"labels":[1]}"#,
            r#"{"labels":"x"}"#,
            r#"{"labels":{"en":{"language":"en"}}}"#,
            r#"{"claims":{"P31":[{"rank":"normal"}]}}"#,
            r#"{"claims":{"P31":[{"mainsnak":{"datavalue":{"value":5}}}]}}"#,
            r#"{"id":"Q1"} {"id":"Q2"}"#,
            r#"{"claims":{"P31":[{"mainsnak":{},"rank":"silly"}]}}"#,
            r#"{"id":"\ud800"}"#,
        ] {
            assert!(entity(line, &Filters::default()).is_err(), "{line}");
        }
    }
}
