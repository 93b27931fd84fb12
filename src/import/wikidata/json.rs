//! Entities of the dump, as far as they are read: borrowed from the line, all else passed over.
//!
//! Layout: `mediawiki_wikibase` `docs/json-dumps`, "Wikibase JSON". An empty map may be written as an empty list.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::property::Property;
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

/// What is stated of an entity.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement<'a> {
    pub property: Property,
    pub is_preferred: bool,
    pub value: Value<'a>,
}

/// The value of a statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// The number of an item: 212 for Q212.
    Item(u32),
    Text(Cow<'a, str>),
    Monolingual(Term<'a>),
    Amount(f64),
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
trait Entries<'de>: Sized {
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

#[derive(Default)]
struct Statements<'de> {
    found: Vec<Statement<'de>>,
}

impl<'de> Entries<'de> for Statements<'de> {
    fn entry<A: MapAccess<'de>>(&mut self, key: Cow<'de, str>, map: &mut A) -> Result<(), A::Error> {
        let Some(property) = Property::of(&key) else {
            map.next_value::<IgnoredAny>()?;
            return Ok(());
        };
        for RawStatement { mainsnak, rank } in map.next_value::<Vec<RawStatement<'de>>>()? {
            let value = mainsnak.datavalue.and_then(|data| data.value.0);
            if let Some(value) = value.filter(|_| rank != StatementRank::Deprecated) {
                let is_preferred = rank == StatementRank::Preferred;
                self.found.push(Statement { property, is_preferred, value });
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct RawStatement<'a> {
    #[serde(borrow)]
    mainsnak: Snak<'a>,
    #[serde(default)]
    rank: StatementRank,
}

#[derive(Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum StatementRank {
    Preferred,
    #[default]
    Normal,
    Deprecated,
}

/// A property and its value; without one if that is unknown, or known not to be.
#[derive(Deserialize)]
struct Snak<'a> {
    #[serde(borrow, default)]
    datavalue: Option<DataValue<'a>>,
}

#[derive(Deserialize)]
struct DataValue<'a> {
    #[serde(borrow)]
    value: RawValue<'a>,
}

/// A value, if it is of a sort that is read.
struct RawValue<'a>(Option<Value<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for RawValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor(PhantomData))
    }
}

struct ValueVisitor<'a>(PhantomData<&'a ()>);

/// The fields of all sorts of values that are maps.
#[derive(Default, Deserialize)]
struct Fields<'a> {
    #[serde(rename = "entity-type", borrow, default)]
    entity_type: Option<Cow<'a, str>>,
    #[serde(rename = "numeric-id", default)]
    number: Option<u32>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    language: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    amount: Option<Cow<'a, str>>,
}

impl<'de: 'a, 'a> Visitor<'de> for ValueVisitor<'a> {
    type Value = RawValue<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<RawValue<'a>, E> {
        Ok(RawValue(Some(Value::Text(Cow::Borrowed(text)))))
    }

    fn visit_str<E>(self, text: &str) -> Result<RawValue<'a>, E> {
        Ok(RawValue(Some(Value::Text(Cow::Owned(text.to_owned())))))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawValue<'a>, A::Error> {
        let fields = Fields::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(RawValue(fields.value()))
    }
}

impl<'a> Fields<'a> {
    fn value(self) -> Option<Value<'a>> {
        let Self { entity_type, number, id, text, language, amount } = self;
        if let (Some(text), Some(language)) = (text, language) {
            return Some(Value::Monolingual(Term { language, text }));
        }
        if let Some(amount) = amount {
            return amount.parse().ok().map(Value::Amount);
        }
        // Old dumps have the number alone, new ones both.
        let number = number.or_else(|| item_number(&id?))?;
        entity_type.is_none_or(|sort| sort == "item").then_some(Value::Item(number))
    }
}

/// 212 of `Q212`.
pub(super) fn item_number(id: &str) -> Option<u32> {
    id.strip_prefix('Q').filter(|_| crate::model::is_qid(id))?.parse().ok()
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

    fn statement(property: &str, value: &str, rank: &str) -> Vec<(bool, Value<'static>)> {
        let line = format!(
            r#"{{"claims":{{"{property}":[{{"mainsnak":{{"snaktype":"value","datavalue":{{"value":{value},"type":"x"}}}},
            "qualifiers":{{"P1":[{{}}]}},"rank":"{rank}"}}]}}}}"#
        );
        let owned = |value: Value<'_>| match value {
            Value::Item(number) => Value::Item(number),
            Value::Amount(amount) => Value::Amount(amount),
            Value::Text(text) => Value::Text(text.into_owned().into()),
            Value::Monolingual(term) => Value::Monolingual(Term {
                language: term.language.into_owned().into(),
                text: term.text.into_owned().into(),
            }),
        };
        read(&line).statements.into_iter().map(|s| (s.is_preferred, owned(s.value))).collect()
    }

    #[test]
    fn values_of_every_sort_are_read() {
        let term = Term { language: "ar".into(), text: "أ".into() };
        for (property, value, expected) in [
            ("P31", r#"{"entity-type":"item","numeric-id":5,"id":"Q5"}"#, Value::Item(5)),
            ("P31", r#"{"entity-type":"item","numeric-id":5}"#, Value::Item(5)),
            ("P31", r#"{"id":"Q5"}"#, Value::Item(5)),
            ("P1566", r#""690791""#, Value::Text("690791".into())),
            ("P227", r#""4\u002d5""#, Value::Text("4-5".into())),
            ("P1549", r#"{"text":"أ","language":"ar"}"#, Value::Monolingual(term)),
            ("P1082", r#"{"amount":"+1500","unit":"1","upperBound":null}"#, Value::Amount(1500.0)),
        ] {
            assert_eq!(statement(property, value, "normal"), [(false, expected)], "{property} {value}");
        }
        assert_eq!(statement("P31", r#"{"id":"Q5"}"#, "preferred"), [(true, Value::Item(5))]);
        assert_eq!(statement("P31", r#"{"id":"Q5"}"#, "deprecated"), []);
        assert_eq!(statement("P31", r#"{"entity-type":"property","numeric-id":5}"#, "normal"), []);
        assert_eq!(statement("P999", r#"{"any":["thing"]}"#, "normal"), []);
    }

    #[test]
    fn statements_without_a_value_say_nothing() {
        let line =
            r#"{"claims":{"P31":[{"mainsnak":{"snaktype":"novalue","property":"P31"},"rank":"normal"}]}}"#;
        assert_eq!(read(line).statements, []);
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
