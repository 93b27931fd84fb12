//! The report for people.

use std::fmt::Write as _;

use crate::cli::columns::aligned;
use crate::cli::terminal::{Display, counted, thousands};
use crate::eval::{BIN_COUNT, Calibration, Confusion, Figures, Metric, Outcome, Report};

/// Figures by phenomenon, the calibration curve, and the confusions.
pub fn written(report: &Report<'_>, display: Display) -> String {
    let mut text = phenomena(report, display);
    text.push('\n');
    text += &calibration(&report.total.calibration);
    if !report.confusions.is_empty() {
        let (all, shown) = (counted(report.confusion_count as u64, "case"), report.confusions.len());
        let _ = writeln!(text, "\nNot resolved: {all}; the gravest {}\n", thousands(shown as u64));
        text += &confusions(&report.confusions, display);
    }
    text
}

const PHENOMENA: [&str; 13] = [
    "PHENOMENON",
    "CASES",
    "RESOLVED",
    "%",
    "LISTED",
    "%",
    "WRONG",
    "%",
    "MISSED",
    "%",
    "MERGED",
    "%",
    "FOUND %",
];

fn phenomena(report: &Report<'_>, display: Display) -> String {
    let rows = report.phenomena.iter().map(|(name, figures)| figures_row(&display.data(name), figures));
    let right: Vec<usize> = (1..PHENOMENA.len()).collect();
    aligned(PHENOMENA, &right, rows.chain([figures_row("all", &report.total)]))
}

fn figures_row(name: &str, figures: &Figures) -> [String; PHENOMENA.len()] {
    let count = |outcome| thousands(figures.count(outcome));
    let percent = |metric| format!("{:.2}", figures.get(metric));
    [
        name.to_owned(),
        thousands(figures.case_count()),
        count(Outcome::Resolved),
        percent(Metric::Resolved),
        count(Outcome::Listed),
        percent(Metric::Listed),
        count(Outcome::Wrong),
        percent(Metric::Wrong),
        count(Outcome::Missed),
        percent(Metric::Missed),
        thousands(figures.merged()),
        percent(Metric::Merged),
        percent(Metric::Found),
    ]
}

fn calibration(calibration: &Calibration) -> String {
    let shown = |mean: Option<f64>| mean.map_or("-".to_owned(), |mean| format!("{mean:.3}"));
    let bound = |at: usize| at as f64 / BIN_COUNT as f64;
    let rows = calibration.bins().iter().enumerate().map(|(at, bin)| {
        let range = format!("{:.1}–{:.1}", bound(at), bound(at + 1));
        [range, thousands(bin.count), shown(bin.mean_score()), shown(bin.share_right())]
    });
    let mut text = aligned(["SCORE", "N", "MEAN SCORE", "SHARE RIGHT"], &[1, 2, 3], rows);
    let _ = writeln!(
        text,
        "expected calibration error {:.4}, Brier score {:.4} ({:.4} for always saying the base rate, {:.4})",
        calibration.expected_error(),
        calibration.brier(),
        calibration.base_rate_brier(),
        calibration.base_rate()
    );
    text
}

const CONFUSIONS: [&str; 11] = [
    "OUTCOME",
    "PHENOMENON",
    "QUERY",
    "LABEL",
    "EXPECTED",
    "SCORE",
    "STATUS",
    "GOT",
    "SCORE",
    "TIER",
    "ALIAS",
];
/// Columns of the scores of the expected and of the best candidate.
const SCORES: [usize; 2] = [5, 8];

fn confusions(confusions: &[Confusion<'_>], display: Display) -> String {
    aligned(CONFUSIONS, &SCORES, confusions.iter().map(|confusion| confusion_row(confusion, display)))
}

/// What was expected beside the first candidate, which was chosen if the status is `RESOLVED`.
fn confusion_row(confusion: &Confusion<'_>, display: Display) -> [String; CONFUSIONS.len()] {
    let Confusion { case, answer, judgement } = confusion;
    let shown = |text: &str| display.data(text).into_owned();
    let best = confusion.best();
    [
        if judgement.is_merged { "merged" } else { judgement.outcome.as_str() }.to_owned(),
        shown(&case.phenomenon),
        shown(&case.name),
        shown(&case.label),
        shown(&case.expected.to_string()),
        confusion.expected_score().map_or("-".to_owned(), |score| score.to_string()),
        answer.status.to_string(),
        best.map_or_else(String::new, |best| shown(best.id.as_str())),
        best.map_or_else(String::new, |best| best.score.to_string()),
        best.map_or_else(String::new, |best| best.tier.to_string()),
        best.map_or_else(String::new, |best| shown(&best.matched_alias)),
    ]
}
