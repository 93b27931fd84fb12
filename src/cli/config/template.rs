//! All settings with what they mean: as a file to begin with ([`file`]), and as a table to read ([`page`]).

use std::fmt::Write as _;

use super::setting::Setting;
use super::show::{assignment, placeholder};

/// A configuration file with all settings commented out, each with what it means and its default.
pub fn file(settings: &[Setting]) -> String {
    let mut text = String::from(
        "# Configuration of yaqut. A flag or variable wins over what stands here.\n\
         # Relative paths start from the folder of this file.\n",
    );
    let mut table = None;
    for setting in settings {
        if setting.table != table {
            table = setting.table;
            let _ = writeln!(text, "\n[{}]", table.unwrap_or_default());
        }
        text.push('\n');
        for line in setting.help(false).lines() {
            let _ = writeln!(text, "# {line}");
        }
        let _ = writeln!(text, "# Expects {}.", setting.expected());
        let _ = writeln!(text, "#{}", default(setting));
    }
    text
}

/// `key = value` with the default, or with what stands for a value if there is none.
fn default(setting: &Setting) -> String {
    let values = setting.default_values();
    let written = if values.is_empty() { None } else { assignment(setting, &values) };
    written.unwrap_or_else(|| placeholder(setting))
}

/// All settings as tables in Markdown.
#[cfg(test)]
pub fn page(settings: &[Setting]) -> String {
    let mut page = String::new();
    let mut heading = String::new();
    for setting in settings {
        let place = setting.table.map_or_else(|| "Top level".to_owned(), |table| format!("`[{table}]`"));
        if place != heading {
            let _ = write!(page, "\n### {place}\n\n| key | type | default | meaning |\n|---|---|---|---|\n");
            heading = place;
        }
        let _ = writeln!(page, "{}", row(setting));
    }
    page
}

#[cfg(test)]
fn row(setting: &Setting) -> String {
    let values = setting.default_values();
    let default = if values.is_empty() { None } else { assignment(setting, &values) };
    let default = default.and_then(|line| line.split_once(" = ").map(|(_, value)| format!("`{value}`")));
    let cells = [
        format!("`{}`", setting.key),
        setting.expected().replace('"', "`"),
        default.unwrap_or_else(|| "unset".to_owned()),
        meaning(setting),
    ];
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    format!("| {} |", cells.join(" | "))
}

#[cfg(test)]
fn meaning(setting: &Setting) -> String {
    let help: Vec<String> = setting.help(true).lines().map(ToOwned::to_owned).collect();
    let mut meaning = help.join(" ").replace("  ", " ");
    if let Some(variable) = setting.variable() {
        let split = if setting.is_path_list() { ", separated like `PATH`" } else { "" };
        let _ = write!(meaning, " (`{variable}`{split})");
    }
    meaning
}
