//! [`Reader`]: from the cells of a row to facts of an entity.

use super::mapping::{Field, Mapping};
use super::records::Record;
use crate::import::facts::Fact;
use crate::import::gather::Facts;
use crate::import::iri::is_iri;
use crate::import::language::tag_of;
use crate::import::malformed::Malformed;
use crate::import::names::tidy;
use crate::import::{ImportError, Options};
use crate::model::{AliasKind, CountryCode, EntityId, EntityType, Rank};

/// Stands before IDs that are made of keys, unless the user names another namespace.
const NAMESPACE: &str = "csv:";
/// Hexadecimal digits of an ID that is made of a key: 80 bits, so that two of ten million keys share one in one of 10^10
/// tables.
const KEY_DIGITS: usize = 20;

/// The values of a row, without empty ones.
#[derive(Default)]
pub(super) struct Row<'f> {
    values: Vec<Value<'f>>,
}

struct Value<'f> {
    /// What it is.
    field: &'f Field,
    text: String,
    /// Number of the column, counted from 0.
    column: usize,
}

/// What is wrong with a row, and in which column.
#[derive(Debug)]
pub(super) struct Flaw {
    /// Number of the column, counted from 0.
    pub column: usize,
    /// What is wrong there.
    pub malformed: Malformed,
}

impl<'f> Row<'f> {
    /// Adds a value of a column.
    pub fn add(&mut self, field: &'f Field, value: &str, column: usize) {
        let text = tidy(value);
        if !text.is_empty() {
            self.values.push(Value { field, text, column });
        }
    }

    fn all(&self, is_wanted: impl Fn(&Field) -> bool) -> impl Iterator<Item = &str> {
        self.values.iter().filter(move |value| is_wanted(value.field)).map(|value| value.text.as_str())
    }

    fn first(&self, wanted: &Field) -> Option<&Value<'f>> {
        self.values.iter().find(|value| value.field == wanted)
    }

    /// The first value of a field, as `parse` reads it.
    fn parsed<T>(
        &self,
        wanted: &Field,
        parse: impl FnOnce(&str) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Flaw> {
        self.first(wanted).map(|value| value.parsed(parse)).transpose()
    }
}

impl Value<'_> {
    fn parsed<T>(&self, parse: impl FnOnce(&str) -> Result<T, Malformed>) -> Result<T, Flaw> {
        parse(&self.text).map_err(|malformed| Flaw { column: self.column, malformed })
    }
}

/// How rows are read.
pub(super) struct Reader<'o> {
    options: &'o Options,
}

/// A column that is read: what it holds, and its number from 0.
pub(super) type Column = (Field, usize);

impl<'o> Reader<'o> {
    pub fn new(options: &'o Options) -> Self {
        Self { options }
    }

    pub fn mapping(&self) -> &'o Mapping {
        &self.options.mapping
    }

    /// Which of the columns of a table are read.
    pub fn columns(&self, header: &[String], label: &str) -> Result<Vec<Column>, ImportError> {
        let mapped = &self.mapping().columns;
        let found: Vec<Column> = if mapped.is_empty() {
            header.iter().zip(0..).filter_map(|(name, number)| Some((name.parse().ok()?, number))).collect()
        } else {
            let place = |(field, name): &(Field, String)| {
                let number = header.iter().position(|column| column == name);
                number.map(|number| (field.clone(), number)).ok_or_else(|| ImportError::NoColumn {
                    label: label.to_owned(),
                    column: name.clone(),
                    columns: header.to_vec(),
                })
            };
            mapped.iter().map(place).collect::<Result<_, _>>()?
        };
        if found.iter().any(|(field, _)| field.is_name()) {
            Ok(found)
        } else {
            Err(ImportError::NoNames { label: label.to_owned(), columns: header.to_vec() })
        }
    }

    /// Makes facts of a row of a table.
    pub fn read(&self, columns: &[Column], record: &Record, facts: &mut Facts) -> Result<(), Flaw> {
        let separator = self.mapping().separator.as_str();
        let mut row = Row::default();
        for (field, number) in columns {
            let cell = record.cell(*number);
            if field.has_several() && !separator.is_empty() {
                cell.split(separator).for_each(|value| row.add(field, value, *number));
            } else {
                row.add(field, cell, *number);
            }
        }
        self.read_row(&row, facts)
    }

    /// Makes facts of a row; none if something in it cannot be read.
    pub fn read_row(&self, row: &Row<'_>, facts: &mut Facts) -> Result<(), Flaw> {
        let id = self.id(row)?;
        let mut found = self.entity(row)?;
        found.extend(self.names(row)?);
        if found.is_empty() {
            facts.push(&id, &Fact::Mention);
        }
        found.iter().for_each(|fact| facts.push(&id, fact));
        Ok(())
    }

    /// The ID of the row, or one that is made of its key.
    fn id(&self, row: &Row<'_>) -> Result<EntityId, Flaw> {
        match row.parsed(&Field::Id, |text| self.own_id(text))? {
            Some(id) => Ok(id),
            None => self.made_id(row).map_err(|malformed| Flaw { column: 0, malformed }),
        }
    }

    /// The ID that the row has.
    fn own_id(&self, text: &str) -> Result<EntityId, Malformed> {
        let prefix = self.options.id_prefix.as_deref().filter(|_| !is_iri(text));
        let whole = prefix.unwrap_or_default().to_owned() + text;
        self.options.prefixes.id_in(&whole).ok_or_else(|| no_id(&whole))
    }

    /// An ID that is made of the key of the row.
    fn made_id(&self, row: &Row<'_>) -> Result<EntityId, Malformed> {
        const NOTHING: &str = "the row has neither an ID nor a key or name of which one could be made";
        let key = key(row).ok_or_else(|| Malformed::new("no ID", 1, NOTHING))?;
        let digits = blake3::hash(key.as_bytes()).to_hex();
        let prefix = self.options.id_prefix.as_deref().unwrap_or(NAMESPACE);
        let id = format!("{prefix}{}", digits.get(..KEY_DIGITS).unwrap_or_default());
        EntityId::new(&id).map_err(|_| no_id(&id))
    }

    fn entity<'r>(&self, row: &'r Row<'_>) -> Result<Vec<Fact<'r>>, Flaw> {
        let entity_type = row.parsed(&Field::Type, entity_type)?;
        let country = row.parsed(&Field::Country, country)?;
        let rank = row.parsed(&Field::Rank, rank)?;
        let people = row.parsed(&Field::Population, people)?;
        let mut facts: Vec<Fact<'r>> = entity_type.map(Fact::Type).into_iter().collect();
        facts.extend(country.map(Fact::Country));
        facts.extend(rank.or(people).map(Fact::Rank));
        for value in &row.values {
            match value.field {
                Field::SameAs { namespace } => {
                    facts.push(Fact::SameAs(value.parsed(|text| self.other_id(namespace, text))?));
                }
                Field::Description { lang } => {
                    facts.push(Fact::Description { lang: lang.clone().into(), text: (&value.text).into() });
                }
                _ => {}
            }
        }
        Ok(facts)
    }

    fn other_id(&self, namespace: &str, text: &str) -> Result<EntityId, Malformed> {
        let whole = if namespace.is_empty() || is_iri(text) {
            text.to_owned()
        } else {
            format!("{namespace}:{text}")
        };
        self.options.prefixes.id_in(&whole).ok_or_else(|| no_id(&whole))
    }

    fn names<'r>(&self, row: &'r Row<'_>) -> Result<Vec<Fact<'r>>, Flaw> {
        let defaults = &self.options.defaults;
        let of_row = row.parsed(&Field::Lang, lang)?;
        let of_row = of_row.or_else(|| defaults.lang.clone()).unwrap_or_default();
        let alias = row.parsed(&Field::Kind, kind)?;
        let alias = alias.or(defaults.kind).unwrap_or(AliasKind::Alternate);
        let name = |value: &'r Value<'_>| match value.field {
            Field::Name { kind, lang } => Some(Fact::Name {
                kind: kind.unwrap_or(alias),
                lang: lang.as_ref().unwrap_or(&of_row).clone().into(),
                text: (&value.text).into(),
            }),
            _ => None,
        };
        Ok(row.values.iter().filter_map(name).collect())
    }
}

fn no_id(text: &str) -> Malformed {
    Malformed::new("no ID", 1, format!("`{}` cannot be an ID", text.escape_debug()))
}

/// What stands for the row where it has no ID: its key, else its first name with type and country.
fn key(row: &Row<'_>) -> Option<String> {
    let keys: Vec<&str> = row.all(|field| *field == Field::Key).collect();
    if !keys.is_empty() {
        return Some(keys.join("\0"));
    }
    let name = row.all(Field::is_name).next()?;
    let more = [Field::Type, Field::Country]
        .map(|field| row.first(&field).map_or("", |value| &value.text).to_owned());
    Some([name, &more[0], &more[1]].join("\0"))
}

/// `Public Body` is `public_body`.
fn entity_type(text: &str) -> Result<EntityType, Malformed> {
    let token = text.to_lowercase().replace(' ', "_");
    EntityType::new(&token).map_err(|error| Malformed::new("no type", 1, error.to_string()))
}

fn country(text: &str) -> Result<CountryCode, Malformed> {
    CountryCode::new(text).map_err(|error| Malformed::new("no country code", 1, error.to_string()))
}

fn rank(text: &str) -> Result<Rank, Malformed> {
    let rank = text.parse().ok().and_then(Rank::new);
    rank.ok_or_else(|| {
        let message = format!("`{}` is no rank: a number from 0 to 1", text.escape_debug());
        Malformed::new("no rank", 1, message)
    })
}

/// `1 234 567`, `1,234,567` and `1234567.0` are one number.
fn people(text: &str) -> Result<Rank, Malformed> {
    let digits: String = text.chars().filter(|sign| !matches!(sign, ' ' | ',' | '_' | '\'')).collect();
    let number: Option<f64> = digits.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.map(|number| Rank::from_population(number as u64)).ok_or_else(|| {
        let message = format!("`{}` is no number of people", text.escape_debug());
        Malformed::new("no number of people", 1, message)
    })
}

fn lang(text: &str) -> Result<String, Malformed> {
    match text {
        "und" | "mul" => Ok(String::new()),
        _ => tag_of(text).ok_or_else(|| {
            let message = format!("`{}` is no language tag such as ar or zh-Hant", text.escape_debug());
            Malformed::new("no language", 1, message)
        }),
    }
}

fn kind(text: &str) -> Result<AliasKind, Malformed> {
    text.parse().map_err(|error: crate::model::InvalidToken| Malformed::new("no kind", 1, error.to_string()))
}
