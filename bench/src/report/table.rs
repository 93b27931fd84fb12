//! Reports as tables for people.

use std::fmt::Write;

use super::{Figure, Goal, Report, Row, Timing, Unit, goals};

const COLUMNS: [&str; 9] = ["suite", "case", "", "mean", "p50", "p99", "mean ×", "p99 ×", "recall"];

/// A report as aligned text, last the goals that it measured.
pub fn text(report: &Report) -> String {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    rows.extend(report.rows.iter().flat_map(lines));
    let mut text = aligned(&rows);
    let measured = goals(report).into_iter().filter(|goal| goal.measured.is_some());
    text.push('\n');
    text + &aligned(&goal_rows(measured))
}

/// Reports as markdown, the largest pack last: figures of each, and the goals.
pub fn markdown(reports: &[Report]) -> String {
    let mut text = String::new();
    for report in reports {
        let _ = writeln!(text, "### {} names\n", thousands(report.names));
        let conditions = &report.conditions;
        let _ = writeln!(
            text,
            "{}, {}, version {}: `{}`\n",
            conditions.date, conditions.machine, conditions.version, conditions.command
        );
        markdown_table(&mut text, &COLUMNS, report.rows.iter().flat_map(lines));
        text.push('\n');
    }
    if let Some(largest) = reports.iter().max_by_key(|report| report.names) {
        let _ = writeln!(text, "### Goals, at {} names\n", thousands(largest.names));
        let mut rows = goal_rows(goals(largest)).into_iter();
        let header = rows.next().unwrap_or_default();
        markdown_table(&mut text, &header, rows);
    }
    text
}

fn goal_rows(goals: impl IntoIterator<Item = Goal>) -> Vec<Vec<String>> {
    let mut rows = vec![["goal", "bound", "measured", ""].map(str::to_owned).to_vec()];
    for goal in goals {
        let measured = goal.measured.map_or("–".into(), |measured| goal.unit.write(measured));
        let verdict = match goal.is_met {
            Some(true) => "met",
            Some(false) => "not met",
            None => "not measured",
        };
        rows.push(vec![goal.what.into(), goal.bound, measured, verdict.into()]);
    }
    rows
}

/// The lines of a row: one for Yaqut, one for each peer.
fn lines(row: &Row) -> Vec<Vec<String>> {
    let mut lines = match &row.figure {
        Figure::Timing(timing) => timing_lines(timing),
        Figure::Number { yaqut, peer, unit } => {
            let line = |name: &str, value| {
                let mut line = vec![String::new(); COLUMNS.len() - 2];
                line[0] = name.into();
                line[1] = number(value, *unit);
                line
            };
            let mut lines = vec![line("yaqut", *yaqut)];
            lines.extend(peer.iter().map(|(name, value)| line(name, *value)));
            lines
        }
    };
    for (i, line) in lines.iter_mut().enumerate() {
        let named =
            if i == 0 { [row.suite.clone(), row.case.clone()] } else { [String::new(), String::new()] };
        line.splice(0..0, named);
    }
    if let Some(recall) = row.recall {
        lines[0][COLUMNS.len() - 1] = format!("{:.2} %", recall * 100.0);
    }
    if !row.note.is_empty() {
        let _ = write!(lines[0][1], " ({})", row.note);
    }
    lines
}

fn timing_lines(timing: &Timing) -> Vec<Vec<String>> {
    let sides = timing.sides.iter().enumerate();
    let lines = sides.map(|(i, side)| {
        let ratio = |ratios: &[f64]| {
            i.checked_sub(1).and_then(|i| ratios.get(i)).map_or(String::new(), |ratio| format!("{ratio:.1}"))
        };
        let latency = side.latency;
        vec![
            side.name.clone(),
            duration(latency.mean_ns),
            duration(latency.p50_ns),
            duration(latency.p99_ns),
            ratio(&timing.mean_ratios),
            ratio(&timing.p99_ratios),
            String::new(),
        ]
    });
    lines.collect()
}

/// A time for people.
pub(super) fn duration(ns: f64) -> String {
    match ns {
        0.0..1e3 => format!("{ns:.0} ns"),
        1e3..1e6 => format!("{:.1} µs", ns / 1e3),
        1e6..1e9 => format!("{:.1} ms", ns / 1e6),
        _ => format!("{:.1} s", ns / 1e9),
    }
}

/// A number for people.
pub(super) fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Bytes if value < 1e6 => format!("{:.1} kB", value / 1e3),
        Unit::Bytes => format!("{:.1} MB", value / 1e6),
        Unit::BytesPerName => format!("{value:.1} B"),
        Unit::Seconds => duration(value * 1e9),
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(i, (cell, width))| match i {
            0..3 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn markdown_table(
    text: &mut String,
    header: &[impl AsRef<str>],
    rows: impl IntoIterator<Item = Vec<String>>,
) {
    let header: Vec<&str> = header.iter().map(AsRef::as_ref).collect();
    let _ = writeln!(text, "| {} |", header.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(header.len()));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Latency, Side};

    fn report() -> Report {
        let side = |name: &str, ns| {
            let latency = Latency { mean_ns: ns, p50_ns: ns, p99_ns: ns };
            Side { name: name.into(), latency }
        };
        let timing = Timing {
            items: 2,
            lap: 1,
            rounds: 1,
            sides: vec![side("yaqut", 1_500.0), side("peer", 3e6)],
            mean_ratios: vec![2_000.0],
            p99_ratios: vec![2_000.0],
        };
        let rows = vec![
            Row::new("fuzzy", "one edit", Figure::Timing(timing)).with_recall(0.5),
            Row::new("build", "file", Figure::number(2.5e6, Unit::Bytes)),
        ];
        Report { names: 1_000_000, rows, ..Report::default() }
    }

    #[test]
    fn times_ratios_and_recall_stand_in_their_columns() {
        let text = text(&report());
        let line =
            |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().split_whitespace();
        let first: Vec<&str> = line("fuzzy  ").collect();
        assert_eq!(first.join(" "), "fuzzy one edit yaqut 1.5 µs 1.5 µs 1.5 µs 50.00 %");
        let file: Vec<&str> = line("build  file").collect();
        assert_eq!(file.join(" "), "build file yaqut 2.5 MB");
        assert!(text.contains("peer") && text.contains("2000.0"));
    }

    #[test]
    fn markdown_has_a_section_for_each_size_and_the_goals() {
        let text = markdown(&[report()]);
        assert!(text.contains("### 1,000,000 names"));
        assert!(text.contains("| fuzzy | one edit | yaqut | 1.5 µs | 1.5 µs | 1.5 µs |  |  | 50.00 % |"));
        assert!(text.contains("### Goals, at 1,000,000 names"));
    }
}
