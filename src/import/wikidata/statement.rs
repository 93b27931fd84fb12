//! Statements of an entity, and their values.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::json::{Entries, Term};
use super::property::Property;

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

/// Takes the statements of the properties that are read.
#[derive(Default)]
pub(super) struct Statements<'de> {
    pub found: Vec<Statement<'de>>,
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
    use crate::import::filters::Filters;
    use crate::import::wikidata::json::{Entity, entity};

    fn read(line: &str) -> Entity<'_> {
        entity(line, &Filters::default()).unwrap()
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
}
