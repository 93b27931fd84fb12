//! Lines of JSON as rows: keys are columns, lists have several values, and dots lead into objects.

use serde_json::{Map, Value};

use super::mapping::Field;
use super::row::{Reader, Row};
use crate::import::gather::Facts;
use crate::import::malformed::Malformed;

/// Makes facts of a line.
pub(super) fn read_line(line: &str, reader: &Reader<'_>, facts: &mut Facts) -> Result<(), Malformed> {
    if line.trim().is_empty() {
        return Ok(());
    }
    let object: Map<String, Value> = serde_json::from_str(line).map_err(|error| Malformed::json(&error))?;
    let mapped = &reader.mapping().columns;
    let own: Vec<(Field, String)>;
    let columns = if mapped.is_empty() {
        own = object.keys().filter_map(|key| Some((key.parse().ok()?, key.clone()))).collect();
        &own
    } else {
        mapped
    };
    let mut row = Row::default();
    for (number, (field, path)) in columns.iter().enumerate() {
        let mut values = Vec::new();
        find(&object, path, &mut values);
        values.iter().for_each(|value| row.add(field, value, number));
    }
    // serde_json does not tell where a value stands.
    reader.read_row(&row, facts).map_err(|flaw| flaw.malformed)
}

/// The values at a path: a key as it stands, or keys with dots between them.
fn find(object: &Map<String, Value>, path: &str, values: &mut Vec<String>) {
    if let Some(value) = object.get(path) {
        return texts(value, values);
    }
    let Some((key, rest)) = path.split_once('.') else { return };
    match object.get(key) {
        Some(Value::Object(inner)) => find(inner, rest, values),
        Some(Value::Array(items)) => {
            items.iter().filter_map(Value::as_object).for_each(|inner| find(inner, rest, values));
        }
        _ => {}
    }
}

fn texts(value: &Value, values: &mut Vec<String>) {
    match value {
        Value::String(text) => values.push(text.clone()),
        Value::Number(number) => values.push(number.to_string()),
        Value::Bool(flag) => values.push(flag.to_string()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, values)),
        Value::Null | Value::Object(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_values() {
        let text =
            r#"{"id":7,"names":{"ar":["أ","ب"],"en":null},"a.b":"dotted","list":[{"x":1},{"x":true},3]}"#;
        let object: Map<String, Value> = serde_json::from_str(text).unwrap();
        for (path, expected) in [
            ("id", &["7"][..]),
            ("names.ar", &["أ", "ب"]),
            ("names.en", &[]),
            ("names", &[]),
            ("a.b", &["dotted"]),
            ("list.x", &["1", "true"]),
            ("list", &["3"]),
            ("none.x", &[]),
        ] {
            let mut values = Vec::new();
            find(&object, path, &mut values);
            assert_eq!(values, expected, "{path}");
        }
    }
}
