//! [`Setting`]: a flag that the configuration file may give as well, and what is known of it.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, ValueHint};

/// The commands whose flags a file may give, each in a table of its name. The others do what their command line says,
/// on whatever machine.
pub const TABLES: [&str; 1] = ["serve"];

/// Flags that belong to one call of the program, and so into no file.
pub const FLAGS_ONLY: [&str; 5] = ["config", "help", "quiet", "verbose", "version"];

/// A flag that the configuration file may give as well.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The table in which the file gives it; none for the top level.
    pub table: Option<&'static str>,
    /// The long name of the flag, with `_` for `-`.
    pub key: String,
    /// The flag, as [`prepare`] leaves it.
    pub arg: Arg,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// An integer or a fraction.
    Number,
    /// A string.
    Text,
    /// A string that names a file or folder, from the folder of the configuration file if it is relative.
    Path,
    /// What the flag makes something of: a word of several, or a size or duration, which may also be a number.
    Other,
}

impl Setting {
    fn new(table: Option<&'static str>, arg: &Arg) -> Option<Self> {
        let long = arg.get_long().filter(|_| !is_flag_only(arg))?;
        Some(Self { table, key: long.replace('-', "_"), arg: arg.clone() })
    }

    /// What each of its values is.
    pub fn kind(&self) -> Kind {
        kind(&self.arg)
    }

    /// Whether it has any number of values.
    pub fn is_list(&self) -> bool {
        is_list(&self.arg)
    }

    /// The environment variable that gives it, if one does.
    pub fn variable(&self) -> Option<String> {
        match self.arg.get_env() {
            Some(name) => Some(name.to_string_lossy().into_owned()),
            None => self.is_path_list().then(|| format!("YAQUT_{}", self.key.to_uppercase())),
        }
    }

    /// Whether it is a list of paths, whose variable is split like `PATH`: by `:`, or `;` on Windows. A comma, by which
    /// other lists are split, may well be part of a path.
    pub fn is_path_list(&self) -> bool {
        is_path_list(&self.arg)
    }

    /// The values without file, environment and flag.
    pub fn default_values(&self) -> Vec<OsString> {
        let values = self.arg.get_default_values().iter();
        match self.arg.get_value_delimiter() {
            None => values.map(clap::builder::OsStr::to_os_string).collect(),
            // Defaults are written in Rust, so they are Unicode.
            Some(delimiter) => values
                .flat_map(|value| {
                    value.to_string_lossy().split(delimiter).map(OsString::from).collect::<Vec<_>>()
                })
                .collect(),
        }
    }

    /// The words that it may be, if they are few.
    pub fn choices(&self) -> Vec<String> {
        if self.kind() == Kind::Boolean {
            return Vec::new();
        }
        let values = self.arg.get_possible_values();
        values.iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name().to_owned()).collect()
    }

    /// What a person would call its values: `SECONDS`, `FILE`.
    pub fn value_name(&self) -> &str {
        self.arg.get_value_names().and_then(|names| names.first()).map_or("VALUE", |name| name.as_str())
    }

    /// What is expected of a value in the file.
    pub fn expected(&self) -> String {
        let one = match (self.kind(), &*self.choices()) {
            (Kind::Boolean, _) => "true or false".to_owned(),
            (Kind::Number, _) => "a number".to_owned(),
            (Kind::Text, _) => "a string".to_owned(),
            (Kind::Path, _) => "a path as a string".to_owned(),
            (Kind::Other, []) => "a string or a number".to_owned(),
            (Kind::Other, choices) => {
                let choices: Vec<String> = choices.iter().map(|choice| format!("\"{choice}\"")).collect();
                format!("one of {}", choices.join(", "))
            }
        };
        if self.is_list() { format!("a list, each {one}") } else { one }
    }

    /// The description, without markup; `long` for the whole of it.
    pub fn help(&self, long: bool) -> String {
        let short = self.arg.get_help();
        let help = if long { self.arg.get_long_help().or(short) } else { short };
        let text = help.map(ToString::to_string).unwrap_or_default();
        text.split(LIST_NOTE_START).next().unwrap_or_default().trim_end().to_owned()
    }
}

/// Where the help of a list of paths begins to speak of its variable.
const LIST_NOTE_START: &str = " [env: ";

/// The settings among the flags of `command`, which [`prepare`] has made: global ones first, in the order of the help.
pub fn settings(command: &Command) -> Vec<Setting> {
    let global = command.get_arguments().filter(|arg| arg.is_global_set());
    let mut settings: Vec<Setting> = global.filter_map(|arg| Setting::new(None, arg)).collect();
    for table in TABLES {
        let flags = command.find_subcommand(table).into_iter().flat_map(Command::get_arguments);
        settings.extend(
            flags.filter(|arg| !arg.is_global_set()).filter_map(|arg| Setting::new(Some(table), arg)),
        );
    }
    settings
}

/// Makes the flags of `command` that are settings fit for layers: a switch may be given a value
/// (`--skip-bad-packs=false`), so that a flag can take back what a file says, and variables with lists of paths are left
/// to [`super::layers`].
pub fn prepare(command: Command) -> Command {
    let below = |command: Command| {
        let takes_settings = TAKE_SETTINGS.contains(&command.get_name());
        if takes_settings { prepare(command) } else { command }
    };
    command.mut_args(prepare_arg).mut_subcommands(below)
}

/// The commands whose own flags are settings.
const TAKE_SETTINGS: [&str; 4] = ["serve", "config", "show", "check"];

fn prepare_arg(arg: Arg) -> Arg {
    if matches!(arg.get_action(), ArgAction::SetTrue) && !is_flag_only(&arg) {
        return with_value(arg);
    }
    if is_path_list(&arg) { with_list_note(arg) } else { arg }
}

fn is_flag_only(arg: &Arg) -> bool {
    arg.get_long().is_none_or(|long| FLAGS_ONLY.contains(&long))
}

fn with_value(arg: Arg) -> Arg {
    arg.action(ArgAction::Set)
        .num_args(0..=1)
        .require_equals(true)
        .value_name("BOOL")
        .default_missing_value("true")
        .default_value("false")
        .hide_default_value(true)
        .hide_possible_values(true)
}

fn with_list_note(arg: Arg) -> Arg {
    let Some(long) = arg.get_long() else { return arg };
    let variable = format!("YAQUT_{}", long.replace('-', "_").to_uppercase());
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    arg.env(None::<&'static str>).help(format!("{help}{LIST_NOTE_START}{variable}, separated like PATH]"))
}

fn kind(arg: &Arg) -> Kind {
    let id = arg.get_value_parser().type_id();
    let is = |types: &[TypeId]| types.iter().any(|other| id == *other);
    match arg.get_value_hint() {
        ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath => Kind::Path,
        _ if is(&[TypeId::of::<bool>()]) => Kind::Boolean,
        _ if is(&numbers()) => Kind::Number,
        _ if is(&[TypeId::of::<PathBuf>()]) => Kind::Path,
        _ if is(&[TypeId::of::<String>(), TypeId::of::<OsString>()]) => Kind::Text,
        _ => Kind::Other,
    }
}

fn numbers() -> [TypeId; 12] {
    [
        TypeId::of::<u8>(),
        TypeId::of::<u16>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
        TypeId::of::<i8>(),
        TypeId::of::<i16>(),
        TypeId::of::<i32>(),
        TypeId::of::<i64>(),
        TypeId::of::<isize>(),
        TypeId::of::<f32>(),
        TypeId::of::<f64>(),
    ]
}

fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

fn is_path_list(arg: &Arg) -> bool {
    is_list(arg) && kind(arg) == Kind::Path && arg.get_value_delimiter().is_none()
}
