//! Variables that look like ours and are not: most likely misspelt.

use std::collections::BTreeSet;

use clap::Command;

use super::nearest::nearest;
use super::setting::{prepare, settings};

/// What all our variables begin with.
const PREFIX: &str = "YAQUT_";
/// The one variable that no flag has.
const LOG_VARIABLE: &str = "YAQUT_LOG";

/// A warning for each of the variables `names` that begins as ours do and that `command` does not know.
pub fn warnings(command: Command, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let ours: Vec<String> = names.into_iter().filter(|name| name.starts_with(PREFIX)).collect();
    if ours.is_empty() {
        return Vec::new();
    }
    let known = known(command);
    let unknown = ours.iter().filter(|name| !known.contains(*name) && !is_of_kubernetes(name));
    unknown.map(|name| warning(name, &known)).collect()
}

fn warning(name: &str, known: &BTreeSet<String>) -> String {
    let name = name.escape_debug();
    let meant = nearest(&name.to_string(), known.iter().map(String::as_str));
    let help = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    format!("warning: the variable {name} means nothing to yaqut{help}")
}

/// All variables that `command` and those below it read.
fn known(command: Command) -> BTreeSet<String> {
    let command = prepare(command);
    let mut known = BTreeSet::from([LOG_VARIABLE.to_owned()]);
    known.extend(settings(&command).iter().filter_map(super::setting::Setting::variable));
    collect(&command, &mut known);
    known
}

fn collect(command: &Command, known: &mut BTreeSet<String>) {
    let variables = command.get_arguments().filter_map(|arg| arg.get_env());
    known.extend(variables.map(|name| name.to_string_lossy().into_owned()));
    command.get_subcommands().for_each(|command| collect(command, known));
}

/// Kubernetes tells every container of every service, and ours may well be called `yaqut` or `yaqut-admin`:
/// `YAQUT_SERVICE_HOST`, `YAQUT_PORT`, `YAQUT_ADMIN_PORT_50052_TCP_ADDR`.
fn is_of_kubernetes(name: &str) -> bool {
    let port =
        name.split_once("_PORT_").is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
    port || name.ends_with("_PORT") || name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT")
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    fn warned(names: &[&str]) -> Vec<String> {
        let below = Command::new("serve").arg(Arg::new("listen").long("listen").env("YAQUT_LISTEN"));
        warnings(Command::new("yaqut").subcommand(below), names.iter().map(ToString::to_string))
    }

    #[test]
    fn misspelt_variables_are_told_with_what_was_meant() {
        let expected = "warning: the variable YAQUT_LISTN means nothing to yaqut; did you mean YAQUT_LISTEN?";
        assert_eq!(warned(&["YAQUT_LISTN"]), [expected]);
        assert_eq!(warned(&["YAQUT_COFFEE"]), ["warning: the variable YAQUT_COFFEE means nothing to yaqut"]);
    }

    #[test]
    fn known_variables_and_those_of_others_are_passed_over() {
        assert!(warned(&["YAQUT_LISTEN", "YAQUT_LOG", "PATH", "LISTEN", "yaqut_listn"]).is_empty());
        let kubernetes =
            ["YAQUT_SERVICE_HOST", "YAQUT_SERVICE_PORT_GRPC", "YAQUT_PORT", "YAQUT_PORT_50051_TCP_ADDR"];
        assert!(warned(&kubernetes).is_empty());
    }
}
