//! [`ObjectReader`] and [`NameReader`]: rows of jsonl and of plain lines.

use csv::ByteRecord;
use serde_json::{Map, Value};

use super::lines::Lines;
use super::row::{HintCells, Query, Row, RowFault};
use crate::cli::failure::Failure;

/// Reads one JSON object a line; blank lines are passed over.
pub struct ObjectReader {
    lines: Lines,
    label: String,
    fields: ObjectFields,
    added: Vec<String>,
}

/// The fields that matter: a name, or a JSON pointer that begins with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectFields {
    /// The name.
    pub name: String,
    /// Types of the entity.
    pub types: Option<String>,
    /// Country hint.
    pub country: Option<String>,
    /// Language hint.
    pub lang: Option<String>,
}

impl ObjectReader {
    /// Reads `lines`, called `label` in messages; no object may have a field of the names that will be `added`.
    pub fn new(lines: Lines, label: &str, fields: ObjectFields, added: Vec<String>) -> Self {
        Self { lines, label: label.into(), fields, added }
    }

    /// The next row, or `None` at the end.
    pub fn next_row(&mut self) -> Result<Option<Row>, Failure> {
        while let Some((line, raw)) = self.lines.next_line()? {
            if raw.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let object = parse(&raw);
            if let Ok(object) = &object {
                self.check_added(object, line)?;
            }
            let read = object.and_then(|object| self.query(&object));
            let has_unusable_hint = matches!(read, Ok((_, true)));
            let query = read.map(|(query, _)| query);
            return Ok(Some(Row { line, raw, cells: ByteRecord::new(), query, has_unusable_hint }));
        }
        Ok(None)
    }

    fn check_added(&self, object: &Map<String, Value>, line: u64) -> Result<(), Failure> {
        match self.added.iter().find(|name| object.contains_key(*name)) {
            Some(name) => Err(already_there(&format!("{}:{line}", self.label), "field", name)),
            None => Ok(()),
        }
    }

    fn query(&self, object: &Map<String, Value>) -> Result<(Query, bool), RowFault> {
        let name = match find(object, &self.fields.name) {
            Some(Value::String(name)) => name.clone(),
            Some(Value::Null) => String::new(),
            Some(other) => {
                return Err(RowFault::NotText { field: self.fields.name.clone(), found: kind(other) });
            }
            None => {
                let present = object.keys().cloned().collect();
                return Err(RowFault::NoField { field: self.fields.name.clone(), present });
            }
        };
        let hint = |field: &Option<String>| text_of(field.as_ref().and_then(|field| find(object, field)));
        let (types, country, lang) =
            (hint(&self.fields.types), hint(&self.fields.country), hint(&self.fields.lang));
        let (hints, has_unusable) = HintCells { types: &types, country: &country, lang: &lang }.read();
        Ok((Query { name, hints }, has_unusable))
    }
}

/// A column or field that the answer would double.
pub fn already_there(place: &str, what: &str, name: &str) -> Failure {
    Failure::bad_data(format!("{place}: there is a {what} `{name}` already"))
        .with_help("give the added ones other names with --prefix, such as --prefix yaqut_")
}

fn parse(raw: &[u8]) -> Result<Map<String, Value>, RowFault> {
    serde_json::from_slice(raw).map_err(|error| RowFault::NotAnObject { why: error.to_string() })
}

fn find<'a>(object: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    let Some(path) = field.strip_prefix('/') else { return object.get(field) };
    let (first, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    object.get(&first.replace("~1", "/").replace("~0", "~"))?.pointer(rest)
}

/// The text of a hint; a list of texts is joined, anything else is no usable hint.
fn text_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().unwrap_or("\u{fffd}")).collect::<Vec<_>>().join("|")
        }
        Some(_) => "\u{fffd}".into(),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Reads one name a line; a blank line is a blank name.
pub struct NameReader(pub Lines);

impl NameReader {
    /// The next row, or `None` at the end.
    pub fn next_row(&mut self) -> Result<Option<Row>, Failure> {
        Ok(self.0.next_line()?.map(|(line, raw)| Row {
            line,
            query: match std::str::from_utf8(&raw) {
                Ok(name) => Ok(Query { name: name.to_owned(), ..Query::default() }),
                Err(error) => Err(RowFault::NotUtf8 { valid_up_to: error.valid_up_to() }),
            },
            cells: vec![&raw].into(),
            raw,
            has_unusable_hint: false,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::cli::failure::Exit;

    fn read(text: &str, fields: ObjectFields) -> Result<Vec<Result<Query, RowFault>>, Failure> {
        let lines = Lines::new(Box::new(Cursor::new(text.as_bytes().to_vec())), "x");
        let mut reader = ObjectReader::new(lines, "x", fields, vec!["status".into()]);
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row()? {
            rows.push(row.query);
        }
        Ok(rows)
    }

    fn name_field(name: &str) -> ObjectFields {
        ObjectFields { name: name.into(), ..ObjectFields::default() }
    }

    #[test]
    fn names_are_found_by_field_or_pointer() {
        let name = |text: &str, field: &str| read(text, name_field(field)).unwrap().remove(0).unwrap().name;
        assert_eq!(name(r#"{"a":1,"name":"كييف"}"#, "name"), "كييف");
        assert_eq!(name(r#"{"place":{"names":["Kyiv"]}}"#, "/place/names/0"), "Kyiv");
        assert_eq!(name(r#"{"a/b":"Kyiv"}"#, "/a~1b"), "Kyiv");
        assert_eq!(name(r#"{"name":null}"#, "name"), "");
    }

    #[test]
    fn faults_name_what_is_wrong() {
        let text = "{\"name\":3}\n\n{\"nme\":\"x\"}\n[1]\n{\"name\":\n";
        let faults: Vec<_> =
            read(text, name_field("name")).unwrap().into_iter().map(|q| q.unwrap_err().to_string()).collect();
        assert_eq!(faults.len(), 4);
        assert!(faults[0].contains("a number"), "{}", faults[0]);
        assert!(faults[1].contains("it has `nme`"), "{}", faults[1]);
        assert!(faults[2].contains("not a JSON object"), "{}", faults[2]);
        assert!(faults[3].contains("not a JSON object"), "{}", faults[3]);
    }

    #[test]
    fn a_field_that_is_there_already_is_an_error() {
        let failure = read(r#"{"name":"x","status":1}"#, name_field("name")).unwrap_err();
        assert_eq!(failure.exit(), Exit::BadData);
        assert!(failure.to_string().contains("x:1: there is a field `status` already"), "{failure}");
    }

    #[test]
    fn hints_may_be_lists() {
        let fields = ObjectFields { types: Some("t".into()), ..name_field("name") };
        let query = read(r#"{"name":"x","t":["city","country"]}"#, fields).unwrap().remove(0).unwrap();
        assert_eq!(query.hints.types.len(), 2);
    }

    #[test]
    fn plain_lines_are_names() {
        let mut reader = NameReader(Lines::new(Box::new(Cursor::new(b"a\n\n\xff\n".to_vec())), "x"));
        let mut rows = Vec::new();
        while let Some(row) = reader.next_row().unwrap() {
            rows.push(row.query.map(|query| query.name));
        }
        assert_eq!(rows, [Ok("a".into()), Ok(String::new()), Err(RowFault::NotUtf8 { valid_up_to: 0 })]);
    }
}
