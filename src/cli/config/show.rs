//! Settings as text: a configuration file that says what is in force ([`toml`]), the same for programs ([`json`]).

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path;

use serde_json::{Map, Value, json};

use super::layers::{Effective, Origin};
use super::setting::{Kind, Setting};

/// Where the origin of a value begins; values that are longer push it away.
const ORIGIN_COLUMN: usize = 44;

/// A configuration file that says what is in force, each value with its origin as a comment. What is unset, or no file
/// can say, is commented out.
pub fn toml(effective: &[Effective<'_>]) -> String {
    let mut text = String::new();
    let mut table = None;
    for one in effective {
        if one.setting.table != table {
            table = one.setting.table;
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{}]", table.unwrap_or_default());
        }
        let line = assignment(one.setting, &one.values);
        let _ = match (&one.origin, line) {
            (Origin::Unset, _) => commented(&mut text, &placeholder(one.setting), &one.origin),
            (_, Some(line)) => writeln!(text, "{line:ORIGIN_COLUMN$} # {}", one.origin),
            (_, None) => {
                let lossy: Vec<_> = one.values.iter().map(|value| value.to_string_lossy()).collect();
                let line = format!("{} = {:?} is not UTF-8", one.setting.key, lossy);
                commented(&mut text, &line, &one.origin)
            }
        };
    }
    text
}

fn commented(text: &mut String, line: &str, origin: &Origin) -> std::fmt::Result {
    let width = ORIGIN_COLUMN - 2;
    writeln!(text, "# {line:width$} # {origin}")
}

/// `key = value` as a file says it; none if it cannot, as a value is not UTF-8.
pub fn assignment(setting: &Setting, values: &[OsString]) -> Option<String> {
    let values: Vec<String> =
        values.iter().map(|value| Some(literal(&json_value(setting, value)?))).collect::<Option<_>>()?;
    let value = if setting.is_list() { format!("[{}]", values.join(", ")) } else { values.concat() };
    Some(format!("{} = {value}", setting.key))
}

/// What stands for a value that is not there.
pub fn placeholder(setting: &Setting) -> String {
    let name = literal(&Value::String(setting.value_name().to_owned()));
    let value = if setting.is_list() { format!("[{name}]") } else { name };
    format!("{} = {value}", setting.key)
}

/// What is in force as JSON: `{"pack": {"value": […], "origin": "flag"}, …, "serve": {…}}`. The origin `file` comes with
/// `file` and `line`, `environment` with `variable`; what is unset is null.
pub fn json(effective: &[Effective<'_>]) -> Value {
    let mut all = Map::new();
    for one in effective {
        let place = match one.setting.table {
            None => &mut all,
            Some(table) => {
                let place = all.entry(table).or_insert_with(|| Value::Object(Map::new()));
                let Value::Object(place) = place else { continue };
                place
            }
        };
        place.insert(one.setting.key.clone(), json_one(one));
    }
    Value::Object(all)
}

fn json_one(one: &Effective<'_>) -> Value {
    let lossy = |value: &OsString| Value::String(value.to_string_lossy().into_owned());
    let mut values: Vec<Value> = one
        .values
        .iter()
        .map(|value| json_value(one.setting, value).unwrap_or_else(|| lossy(value)))
        .collect();
    let value = match (&one.origin, one.setting.is_list()) {
        (_, true) => Value::Array(values),
        (Origin::Unset, false) => Value::Null,
        (_, false) => values.pop().unwrap_or_default(),
    };
    match &one.origin {
        Origin::Flag => json!({"value": value, "origin": "flag"}),
        Origin::Environment(name) => json!({"value": value, "origin": "environment", "variable": name}),
        Origin::File(path, line) => {
            json!({"value": value, "origin": "file", "file": path.to_string_lossy(), "line": line})
        }
        Origin::Default => json!({"value": value, "origin": "default"}),
        Origin::Unset => json!({"value": value, "origin": "unset"}),
    }
}

/// The value of a setting in the type that a file gives it; none if it is not UTF-8.
fn json_value(setting: &Setting, value: &OsStr) -> Option<Value> {
    if setting.kind() == Kind::Path && !value.is_empty() {
        // A file reads paths from its own folder, flags and variables from that of the process.
        return path::absolute(value).ok()?.to_str().map(Value::from);
    }
    let text = value.to_str()?;
    Some(match setting.kind() {
        Kind::Boolean => Value::Bool(!is_falsey(text)),
        Kind::Number | Kind::Other => number(text).unwrap_or_else(|| text.into()),
        Kind::Text | Kind::Path => text.into(),
    })
}

/// What a variable may say for `false`, as [`clap::builder::FalseyValueParser`] takes it.
fn is_falsey(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "" | "n" | "no" | "f" | "false" | "off" | "0")
}

/// `text` as a number, if that is written in the same way.
fn number(text: &str) -> Option<Value> {
    let number: serde_json::Number = serde_json::from_str(text).ok()?;
    // TOML has integers of 64 bits with a sign.
    let is_too_large = number.as_u64().is_some_and(|number| i64::try_from(number).is_err());
    if number.to_string() == text && !is_too_large { Some(number.into()) } else { None }
}

/// `value` in TOML. JSON's strings are TOML's, but that TOML escapes DEL as well.
fn literal(value: &Value) -> String {
    value.to_string().replace('\u{7f}', "\\u007f")
}
