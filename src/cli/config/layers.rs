//! Flag over environment over file over default: [`parse`], and where each value came from.
//!
//! The command line is parsed once to learn the file's name, and then again with what the file says as the defaults of
//! flags. So one parser and one set of checks serve all four, and a flag needs no more than to be declared.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::file::ConfigFile;
use super::setting::{Setting, prepare, settings};
use crate::cli::failure::Failure;

/// The commands that take the flags of a table's command.
const HOSTS: [&[&str]; 3] = [&["serve"], &["config", "show"], &["config", "check"]];

/// What the layers say together.
#[derive(Debug)]
pub struct Layers {
    /// What the command line, with the other layers below it, amounts to.
    pub matches: ArgMatches,
    /// All settings there are.
    pub settings: Vec<Setting>,
    /// The file, if one is named.
    pub file: Option<ConfigFile>,
}

/// Why there is nothing to run.
#[derive(Debug)]
pub enum Refusal {
    /// The command line or a variable is wrong, or asks for help only.
    Arguments(clap::Error),
    /// The file is wrong.
    File(Failure),
}

impl From<clap::Error> for Refusal {
    fn from(error: clap::Error) -> Self {
        Self::Arguments(error)
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// The variable of this name.
    Environment(String),
    /// A line of the configuration file, from 1.
    File(PathBuf, usize),
    /// The program.
    Default,
    /// There is no value.
    Unset,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File(path, line) => write!(f, "file {}:{line}", path.display().to_string().escape_debug()),
            Self::Default => f.write_str("default"),
            Self::Unset => f.write_str("unset"),
        }
    }
}

/// A setting with what it is, all layers considered.
#[derive(Debug)]
pub struct Effective<'a> {
    pub setting: &'a Setting,
    /// As the flag takes them.
    pub values: Vec<OsString>,
    pub origin: Origin,
}

/// Parses `arguments`, the first of which is the program's name, with the environment and the configuration file that
/// either names.
///
/// Reads the environment and the file.
pub fn parse(command: Command, arguments: &[OsString]) -> Result<Layers, Refusal> {
    let command = prepare(command);
    let settings = settings(&command);
    let matches = command.clone().try_get_matches_from(arguments)?;
    let file = named_file(&matches).map(|path| ConfigFile::read(path, &settings));
    let file = file.transpose().map_err(Refusal::File)?;
    let lists = settings.iter().any(|setting| listed_paths(setting).is_some());
    if file.is_none() && !lists {
        return Ok(Layers { matches, settings, file });
    }
    let command = with_defaults(command, &settings, file.as_ref());
    Ok(Layers { matches: command.try_get_matches_from(arguments)?, settings, file })
}

/// The file that flag or environment names; an empty name is none.
fn named_file(matches: &ArgMatches) -> Option<&Path> {
    let path: &OsString = matches.get_one("config")?;
    Some(Path::new(path)).filter(|path| !path.as_os_str().is_empty())
}

/// The paths in the variable of a list of paths; none if it is unset or names none.
fn listed_paths(setting: &Setting) -> Option<Vec<OsString>> {
    let value = setting.is_path_list().then(|| setting.variable()).flatten().and_then(env::var_os)?;
    let paths = env::split_paths(&value).map(PathBuf::into_os_string).filter(|path| !path.is_empty());
    Some(paths.collect()).filter(|paths: &Vec<_>| !paths.is_empty())
}

/// `command` with what the lower layers say as the defaults of its flags.
fn with_defaults(mut command: Command, settings: &[Setting], file: Option<&ConfigFile>) -> Command {
    for setting in settings {
        let said = file.and_then(|file| file.entry(setting)).map(|entry| entry.values.clone());
        let Some(values) = listed_paths(setting).or(said) else { continue };
        let id = setting.arg.get_id().as_str();
        if setting.table.is_none() {
            command = command.mut_arg(id, |arg| with_default(arg, &values));
            continue;
        }
        for host in HOSTS {
            command = at(command, host, &|command| command.mut_arg(id, |arg| with_default(arg, &values)));
        }
    }
    command
}

fn with_default(arg: Arg, values: &[OsString]) -> Arg {
    arg.required(false).default_values(values.iter().map(clap::builder::OsStr::from))
}

/// Changes the command at `path` below `command`.
fn at(command: Command, path: &[&str], change: &dyn Fn(Command) -> Command) -> Command {
    match path {
        [] => change(command),
        [first, rest @ ..] => command.mut_subcommand(first, |command| at(command, rest, change)),
    }
}

impl Layers {
    /// Every setting with its value and where that came from, for a command that takes the flags of all tables.
    pub fn effective(&self) -> Vec<Effective<'_>> {
        let mut leaf = &self.matches;
        while let Some((_, next)) = leaf.subcommand() {
            leaf = next;
        }
        self.settings.iter().map(|setting| self.effective_one(setting, leaf)).collect()
    }

    fn effective_one<'a>(&self, setting: &'a Setting, matches: &ArgMatches) -> Effective<'a> {
        let id = setting.arg.get_id().as_str();
        let values = matches.get_raw(id).into_iter().flatten().map(ToOwned::to_owned).collect();
        Effective { setting, values, origin: self.origin(setting, matches.value_source(id)) }
    }

    fn origin(&self, setting: &Setting, source: Option<ValueSource>) -> Origin {
        let variable = || setting.variable().unwrap_or_default();
        match source {
            None => Origin::Unset,
            Some(ValueSource::CommandLine) => Origin::Flag,
            Some(ValueSource::EnvVariable) => Origin::Environment(variable()),
            Some(_) if listed_paths(setting).is_some() => Origin::Environment(variable()),
            Some(_) => match self.file.as_ref().and_then(|file| Some((file, file.entry(setting)?))) {
                Some((file, entry)) => Origin::File(file.path.clone(), entry.line),
                None => Origin::Default,
            },
        }
    }
}
