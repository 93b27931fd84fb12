//! `yaqut lint --explain`: what a rule means.

use anstyle::Style;

use super::super::failure::{Exit, Failure};
use super::super::target::Target;
use super::super::terminal::Display;
use crate::pack::{Rule, rule};

/// Prints a rule.
pub(super) fn run(code: &str, display: Display) -> Result<Exit, Failure> {
    let rule = rule(code).map_err(|error| super::unknown(&error))?;
    let mut out = Target::stdout();
    out.put(page(rule, display).as_bytes())?;
    out.commit()?;
    Ok(Exit::Ok)
}

fn page(rule: &Rule, display: Display) -> String {
    let bold = |text: &str| display.styled(Style::new().bold(), text);
    let fixable = if rule.is_fixable { "; --fix mends it" } else { "" };
    let mut page = format!(
        "{}: {}\n({}{fixable})\n\n{}\n",
        bold(rule.code),
        rule.title,
        rule.severity_in_words(),
        rule.explanation
    );
    for (heading, rows) in [("Bad:", rule.bad), ("Good:", rule.good)] {
        if !rows.is_empty() {
            page.extend(["\n", &bold(heading), "\n"]);
            rows.lines().for_each(|row| page.extend(["  ", row, "\n"]));
        }
    }
    page
}
