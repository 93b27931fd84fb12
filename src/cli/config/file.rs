//! [`ConfigFile`]: what a configuration file says, checked.
//!
//! The file is TOML. All that is wrong with it is told at once, each with line and column and the way out.

use std::ffi::OsString;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{self, Path, PathBuf};

use clap::builder::ValueParser;
use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use super::setting::{FLAGS_ONLY, Kind, Setting, TABLES};
use crate::cli::failure::Failure;
use crate::cli::terminal::counted;

/// The most bytes of a file: some hundred times what all settings take, and an end to `/dev/zero`.
const MAX_BYTES: u64 = 1 << 20;

/// What a configuration file says.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// As it was given.
    pub path: PathBuf,
    entries: Vec<Entry>,
}

/// One key with what it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    table: Option<&'static str>,
    key: String,
    /// As the flag takes them; relative paths already start from the folder of the file.
    pub values: Vec<OsString>,
    /// Where the key stands, from 1.
    pub line: usize,
}

impl ConfigFile {
    /// Reads the file at `path`, and checks every key and value in it.
    ///
    /// Errors if it cannot be read (exit code 66 or 74), or if anything in it is wrong (65).
    pub fn read(path: &Path, settings: &[Setting]) -> Result<Self, Failure> {
        let text = read_text(path)?;
        let folder = folder_of(path).map_err(|error| Failure::opening(path, &error))?;
        match (Reader { settings, folder: &folder, text: &text }).read() {
            Ok(entries) => Ok(Self { path: path.to_owned(), entries }),
            Err(problems) => Err(refused(path, &text, &problems)),
        }
    }

    /// What it says of `setting`, if anything.
    pub fn entry(&self, setting: &Setting) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.table == setting.table && entry.key == setting.key)
    }
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        Failure::opening(path, &error).with_help("--config or YAQUT_CONFIG names the configuration file")
    })?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure::bad_data(format!(
            "{} is larger than 1 MiB, so it is hardly a configuration file",
            path.display()
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let (line, column) = position(&before, valid);
        Failure::bad_data(format!("{}:{line}:{column}: this is not UTF-8", path.display()))
            .with_help("save the file as UTF-8 text")
    })
}

/// The folder of the file, from the root, so that its paths hold wherever the process goes.
fn folder_of(file: &Path) -> io::Result<PathBuf> {
    let absolute = path::absolute(file)?;
    Ok(absolute.parent().unwrap_or(&absolute).to_owned())
}

/// Something in the file that is wrong.
#[derive(Debug)]
struct Problem {
    /// The byte at which it begins.
    at: usize,
    message: String,
    help: String,
}

impl Problem {
    fn new(at: usize, message: impl fmt::Display, help: impl Into<String>) -> Self {
        Self { at, message: message.to_string(), help: help.into() }
    }
}

fn refused(path: &Path, text: &str, problems: &[Problem]) -> Failure {
    let errors = counted(problems.len() as u64, "error");
    let mut message = format!("{} has {errors}, so nothing was done", path.display());
    for problem in problems {
        let (line, column) = position(text, problem.at);
        let _ = write!(message, "\n{}:{line}:{column}: {}", path.display(), problem.message);
        if !problem.help.is_empty() {
            let _ = write!(message, "\n  help: {}", problem.help);
        }
    }
    Failure::bad_data(message)
}

/// Line and column of the byte at `offset`, both from 1; columns count code points.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
    (line, 1 + before[line_start..].chars().count())
}

type Key<'a> = &'a Spanned<toml::de::DeString<'a>>;
type Value<'a> = &'a Spanned<DeValue<'a>>;

/// What it takes to make entries of a text.
struct Reader<'a> {
    settings: &'a [Setting],
    folder: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    /// The entries, or all that is wrong, in the order of the file.
    fn read(&self) -> Result<Vec<Entry>, Vec<Problem>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        if !errors.is_empty() {
            // What follows from a syntax error would only hide it.
            return Err(errors.iter().map(syntax_problem).collect());
        }
        let (mut entries, mut problems) = (Vec::new(), Vec::new());
        let mut take = |read: Result<Entry, Problem>| match read {
            Ok(entry) => entries.push(entry),
            Err(problem) => problems.push(problem),
        };
        for (key, value) in document.get_ref() {
            match (value.get_ref(), TABLES.into_iter().find(|table| **table == **key.get_ref())) {
                (DeValue::Table(table), Some(name)) => {
                    table.iter().for_each(|(key, value)| take(self.entry(Some(name), key, value)));
                }
                (_, Some(name)) => take(Err(not_a_table(name, value))),
                (_, None) => take(self.entry(None, key, value)),
            }
        }
        problems.sort_by_key(|problem| problem.at);
        if problems.is_empty() { Ok(entries) } else { Err(problems) }
    }

    fn entry(&self, table: Option<&'static str>, key: Key<'_>, value: Value<'_>) -> Result<Entry, Problem> {
        let at = key.span().start;
        let name = key.get_ref().as_ref();
        let found = self.settings.iter().find(|setting| setting.table == table && setting.key == name);
        let setting = found.ok_or_else(|| self.unknown(table, name, value, at))?;
        let values = self.values(setting, value)?;
        Ok(Entry { table, key: name.to_owned(), values, line: position(self.text, at).0 })
    }

    fn unknown(&self, table: Option<&str>, name: &str, value: Value<'_>, at: usize) -> Problem {
        if FLAGS_ONLY.contains(&name) {
            let message = format!("`{name}` is for the command line, not for a file");
            return Problem::new(at, message, format!("leave it out, and give --{name} where it is wanted"));
        }
        if let Some(setting) = self.settings.iter().find(|setting| setting.key == name) {
            let help = match setting.table {
                Some(_) => "move it below the line with the name of the table",
                None => "move it above the first line with the name of a table",
            };
            return Problem::new(at, format!("`{name}` belongs {}", place(setting.table)), help);
        }
        if value.get_ref().is_table() {
            let help = match nearest(name, TABLES) {
                Some(near) => format!("did you mean [{near}]?"),
                None => format!("tables there are: [{}]", TABLES.join("], [")),
            };
            return Problem::new(at, format!("there is no table [{}]", name.escape_debug()), help);
        }
        let message = format!("unknown key `{}` {}", name.escape_debug(), in_place(table));
        Problem::new(at, message, self.suggestion(table, name))
    }

    /// The key that was meant: rather one of the same table.
    fn suggestion(&self, table: Option<&str>, name: &str) -> String {
        let keys = |here: bool| {
            let settings = self.settings.iter().filter(move |setting| (setting.table == table) == here);
            settings.map(|setting| setting.key.as_str())
        };
        if let Some(near) = nearest(name, keys(true)) {
            return format!("did you mean `{near}`?");
        }
        match nearest(name, keys(false)) {
            Some(near) => {
                let setting = self.settings.iter().find(|setting| setting.key == near);
                format!("did you mean `{near}`? It belongs {}", place(setting.and_then(|found| found.table)))
            }
            None => "`yaqut config default` prints all keys".to_owned(),
        }
    }

    fn values(&self, setting: &Setting, value: Value<'_>) -> Result<Vec<OsString>, Problem> {
        match (value.get_ref(), setting.is_list()) {
            (DeValue::Array(items), true) => items.iter().map(|item| self.value(setting, item)).collect(),
            (_, false) => Ok(vec![self.value(setting, value)?]),
            (_, true) => Err(wrong_type(setting, value)),
        }
    }

    fn value(&self, setting: &Setting, value: Value<'_>) -> Result<OsString, Problem> {
        let text = flag_text(setting.kind(), value.get_ref()).ok_or_else(|| wrong_type(setting, value))?;
        let wrong = |reason: String| {
            let message = format!("`{}` cannot be `{}`: {reason}", setting.key, text.escape_debug());
            Problem::new(value.span().start, message, String::new())
        };
        if let Some(delimiter) = setting.arg.get_value_delimiter().filter(|c| text.contains(*c)) {
            return Err(wrong(format!("one item of a list has no `{delimiter}`")));
        }
        check_value(&setting.arg, &text).map_err(wrong)?;
        // An empty path is a word of its own, such as for no cache.
        let is_path = setting.kind() == Kind::Path && !text.is_empty();
        Ok(if is_path { self.folder.join(&text).into() } else { text.into() })
    }
}

/// `value` as the flag would take it, if it is of a type that suits `kind`.
fn flag_text(kind: Kind, value: &DeValue<'_>) -> Option<String> {
    let number = || match value {
        DeValue::Integer(integer) if integer.radix() == 10 => Some(integer.as_str().to_owned()),
        DeValue::Integer(integer) => {
            i128::from_str_radix(integer.as_str(), integer.radix()).ok().map(|number| number.to_string())
        }
        DeValue::Float(float) => Some(float.as_str().to_owned()),
        _ => None,
    };
    let string = || value.as_str().map(ToOwned::to_owned);
    match kind {
        Kind::Boolean => value.as_bool().map(|value| value.to_string()),
        Kind::Number => number(),
        Kind::Text | Kind::Path => string(),
        Kind::Other => string().or_else(number),
    }
}

/// Asks the flag's own parser, and only that: what else the flag wants is no matter of one value.
fn check_value(arg: &Arg, text: &str) -> Result<(), String> {
    let parser: ValueParser = arg.get_value_parser().clone();
    let flag = Arg::new("value").long("value").value_parser(parser).ignore_case(arg.is_ignore_case_set());
    let command = Command::new("config").no_binary_name(true).arg(flag);
    match command.try_get_matches_from([format!("--value={text}")]) {
        Ok(_) => Ok(()),
        Err(error) => Err(reason(&error)),
    }
}

fn reason(error: &clap::Error) -> String {
    if let Some(source) = std::error::Error::source(error) {
        return source.to_string();
    }
    match (error.kind(), error.get(ContextKind::ValidValue)) {
        (ErrorKind::InvalidValue, Some(valid)) => format!("expected one of {valid}"),
        _ => "a value is missing".to_owned(),
    }
}

fn syntax_problem(error: &toml::de::Error) -> Problem {
    let at = error.span().map_or(0, |span| span.start);
    Problem::new(at, error.message(), String::new())
}

fn wrong_type(setting: &Setting, value: Value<'_>) -> Problem {
    let message =
        format!("`{}` is {} here, expected {}", setting.key, type_name(value.get_ref()), setting.expected());
    let help = if setting.is_list() && !value.get_ref().is_array() {
        format!("write {} = […], even around one value", setting.key)
    } else {
        String::new()
    };
    Problem::new(value.span().start, message, help)
}

fn not_a_table(name: &str, value: Value<'_>) -> Problem {
    let message = format!("`{name}` is {} here, expected a table", type_name(value.get_ref()));
    Problem::new(
        value.span().start,
        message,
        format!("write [{name}] on a line of its own, and its keys below"),
    )
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn place(table: Option<&str>) -> String {
    table.map_or_else(|| "to the top level".to_owned(), |table| format!("into [{table}]"))
}

fn in_place(table: Option<&str>) -> String {
    table.map_or_else(|| "at the top level".to_owned(), |table| format!("in [{table}]"))
}
