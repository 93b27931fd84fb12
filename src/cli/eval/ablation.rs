//! What each stage contributes: all cases asked once more without it.

use super::asking::ask;
use crate::cli::columns::aligned;
use crate::eval::{Ablation, Case, Figures, Groups, Metric};
use crate::gazetteer::Gazetteer;
use crate::resolve::{Resolution, ResolveOptions, Stage};

/// Asks the cases without each stage that `options` has not left out already, and holds the answers against `answers`,
/// those under `options`.
pub fn run(
    gazetteer: &Gazetteer,
    cases: &[Case],
    answers: &[Resolution],
    options: &ResolveOptions,
) -> Vec<Ablation> {
    let left = Stage::ALL.into_iter().filter(|&stage| !options.without.contains(stage));
    let groups_without = |stage| {
        let options = ResolveOptions { without: options.without.with(stage), ..options.clone() };
        Groups::new(cases, &ask(gazetteer, cases, &options).answers)
    };
    Ablation::compare(&Groups::new(cases, answers), left.map(|stage| (stage, groups_without(stage))))
}

const COLUMNS: [&str; 13] = [
    "WITHOUT",
    "RESOLVED %",
    "LISTED %",
    "WRONG %",
    "MERGED %",
    "ECE",
    "± RESOLVED",
    "± WRONG",
    "ENTITY: RESOLVED %",
    "LISTED %",
    "WRONG %",
    "NIL: RESOLVED %",
    "WRONG %",
];

/// The table for people: all cases, what has changed, the cases that expect an entity, and those that expect NIL.
pub fn written(rows: &[Ablation]) -> String {
    let right: Vec<usize> = (1..COLUMNS.len()).collect();
    aligned(COLUMNS, &right, rows.iter().map(row))
}

fn row(ablation: &Ablation) -> [String; COLUMNS.len()] {
    let Ablation { without, groups: Groups { total, entity, nil }, change } = ablation;
    let percent = |figures: &Figures, metric| format!("{:.2}", figures.get(metric));
    // The first row is what the others are held against.
    let changed = |points: f64| without.map_or_else(String::new, |_| signed(points));
    [
        without.map_or("nothing", Stage::as_str).to_owned(),
        percent(total, Metric::Resolved),
        percent(total, Metric::Listed),
        percent(total, Metric::Wrong),
        percent(total, Metric::Merged),
        format!("{:.4}", total.get(Metric::Ece)),
        changed(change.resolved_percent),
        changed(change.wrong_percent),
        percent(entity, Metric::Resolved),
        percent(entity, Metric::Listed),
        percent(entity, Metric::Wrong),
        percent(nil, Metric::Resolved),
        percent(nil, Metric::Wrong),
    ]
}

/// A change in percentage points; what rounds to none has no sign.
fn signed(points: f64) -> String {
    if points.abs() < 0.005 { "0.00".to_owned() } else { format!("{points:+.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_a_sign_unless_they_are_none() {
        let shown = [12.345, -0.5, 0.0, -0.0, 0.004, -0.0049].map(signed);
        assert_eq!(shown, ["+12.35", "-0.50", "0.00", "0.00", "0.00", "0.00"]);
    }
}
