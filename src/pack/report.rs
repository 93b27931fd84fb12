//! [`Report`]: the findings on one pack, collected and capped.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::levels::Levels;
use super::{Diagnostic, Fix, MAX_DIAGNOSTICS, Severity};

/// Where a finding is.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub path: &'a str,
    pub line: Option<u32>,
    pub column: Option<u32>,
}

impl<'a> At<'a> {
    /// The file as a whole.
    pub fn file(path: &'a str) -> Self {
        Self { path, line: None, column: None }
    }

    /// A place in the file; a column of 0 stands for the whole line.
    pub fn place(path: &'a str, line: u32, column: u32) -> Self {
        Self { path, line: Some(line), column: (column > 0).then_some(column) }
    }
}

/// The findings on one pack: all are counted, and some of them kept, errors before warnings.
///
/// Of each rule the first by place are kept, as many of every rule as there is room for, so that one which finds much
/// leaves room for the others. Which are kept does not depend on the order in which they are found.
pub(crate) struct Report {
    label: String,
    levels: Levels,
    limit: usize,
    errors: Findings,
    warnings: Findings,
    unusable: bool,
}

impl Report {
    /// An empty report on the pack that is called `label`, of at most [`MAX_DIAGNOSTICS`].
    pub fn new(label: &str) -> Self {
        Self::with_levels(label, Levels::default(), MAX_DIAGNOSTICS)
    }

    /// An empty report of at most `limit` findings, which are taken to be as bad as `levels` say.
    pub fn with_levels(label: &str, levels: Levels, limit: usize) -> Self {
        let (errors, warnings) = (Findings::new(limit), Findings::new(limit));
        Self { label: label.to_owned(), levels, limit, errors, warnings, unusable: false }
    }

    pub fn error(&mut self, at: At<'_>, code: &'static str, message: impl Display, help: impl Display) {
        self.add(Severity::Error, at, code, message, help);
    }

    pub fn warning(&mut self, at: At<'_>, code: &'static str, message: impl Display, help: impl Display) {
        self.add(Severity::Warning, at, code, message, help);
    }

    /// A warning of what can be put right without thinking.
    pub fn fixable(
        &mut self,
        at: At<'_>,
        code: &'static str,
        message: impl Display,
        help: impl Display,
        fix: impl FnOnce() -> Option<Fix>,
    ) {
        self.add_with(Severity::Warning, at, code, message, help, fix);
    }

    pub fn add(
        &mut self,
        severity: Severity,
        at: At<'_>,
        code: &'static str,
        message: impl Display,
        help: impl Display,
    ) {
        self.add_with(severity, at, code, message, help, || None);
    }

    fn add_with(
        &mut self,
        severity: Severity,
        at: At<'_>,
        code: &'static str,
        message: impl Display,
        help: impl Display,
        fix: impl FnOnce() -> Option<Fix>,
    ) {
        self.unusable |= severity == Severity::Error;
        let Some(severity) = self.levels.judge(code, severity) else { return };
        let findings = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        findings.add(at, code, || Diagnostic {
            severity,
            code,
            file: at.path.to_owned(),
            line: at.line,
            column: at.column,
            message: message.to_string(),
            help: help.to_string(),
            fix: fix(),
        });
    }

    /// Reports no warning of these rules from now on: the pack says that it means them.
    pub fn silence(&mut self, codes: impl IntoIterator<Item = &'static str>) {
        self.levels.silence(codes);
    }

    /// Whether the pack cannot be used, however bad its findings are taken to be.
    pub fn has_errors(&self) -> bool {
        self.unusable
    }

    /// The findings in order of file, line and column, and one that counts what the cap left out.
    pub fn finish(self) -> Vec<Diagnostic> {
        self.finish_counted().diagnostics
    }

    /// The same, and how many there were.
    pub fn finish_counted(self) -> Counted {
        let Self { label, limit, errors, warnings, .. } = self;
        let (errors_left_out, mut diagnostics) = errors.share(limit);
        let (warnings_left_out, mut warnings) = warnings.share(limit - diagnostics.len());
        let sum = |kept: usize, left_out: &Counts| kept + left_out.values().sum::<usize>();
        let (errors, warning_count) =
            (sum(diagnostics.len(), &errors_left_out), sum(warnings.len(), &warnings_left_out));
        diagnostics.append(&mut warnings);
        diagnostics.sort_by_key(|finding| (finding.severity, finding.code));
        diagnostics.sort_by(|a, b| place(a).cmp(&place(b)));
        diagnostics.extend(closing(label, &errors_left_out, &warnings_left_out));
        Counted { diagnostics, errors, warnings: warning_count }
    }
}

/// Findings, and how many there were before they were capped.
#[derive(Default)]
pub(crate) struct Counted {
    pub diagnostics: Vec<Diagnostic>,
    pub errors: usize,
    pub warnings: usize,
}

/// How many findings of each rule.
type Counts = BTreeMap<&'static str, usize>;

/// Findings of one severity, by rule.
struct Findings {
    limit: usize,
    rules: BTreeMap<&'static str, OfRule>,
}

#[derive(Default)]
struct OfRule {
    /// The first ones, and some more: they are sorted and cut when they have become too many.
    kept: Vec<Diagnostic>,
    count: usize,
}

impl Findings {
    fn new(limit: usize) -> Self {
        Self { limit, rules: BTreeMap::new() }
    }

    /// Counts one more finding, and keeps it if it may be one of the first of its rule.
    fn add(&mut self, at: At<'_>, code: &'static str, diagnostic: impl FnOnce() -> Diagnostic) {
        let limit = self.limit;
        let rule = self.rules.entry(code).or_default();
        rule.count += 1;
        let is_late = |bound: &Diagnostic| (at.path, at.line, at.column) >= place(bound);
        let bound = limit.checked_sub(1).and_then(|last| rule.kept.get(last));
        if limit == 0 || rule.kept.len() >= limit && bound.is_some_and(is_late) {
            return;
        }
        rule.kept.push(diagnostic());
        if rule.kept.len() == limit || rule.kept.len() == limit.saturating_mul(2) {
            rule.cut(limit);
        }
    }

    /// The findings that there is room for, the same number of every rule as far as it has them; and what is left out.
    fn share(mut self, mut room: usize) -> (Counts, Vec<Diagnostic>) {
        let mut order: Vec<(usize, &'static str)> =
            self.rules.iter().map(|(&code, rule)| (rule.count, code)).collect();
        order.sort_unstable();
        let (mut left_out, mut kept) = (Counts::new(), Vec::new());
        let mut rules_left = order.len();
        for (count, code) in order {
            let Some(mut rule) = self.rules.remove(code) else { continue };
            rule.cut(count.min(room / rules_left));
            rules_left -= 1;
            room -= rule.kept.len();
            if rule.kept.len() < count {
                left_out.insert(code, count - rule.kept.len());
            }
            kept.append(&mut rule.kept);
        }
        (left_out, kept)
    }
}

impl OfRule {
    /// Sorts the findings by place and keeps the first `len`.
    fn cut(&mut self, len: usize) {
        self.kept.sort_by(|a, b| place(a).cmp(&place(b)));
        self.kept.truncate(len);
    }
}

fn place(finding: &Diagnostic) -> (&str, Option<u32>, Option<u32>) {
    (&finding.file, finding.line, finding.column)
}

/// The finding that counts those left out.
fn closing(label: String, errors: &Counts, warnings: &Counts) -> Option<Diagnostic> {
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let sums = (errors.values().sum::<usize>(), warnings.values().sum::<usize>());
    let message = match sums {
        (0, 0) => return None,
        (0, warnings) => format!("and {} more", counted(warnings, "warning")),
        (errors, 0) => format!("and {} more", counted(errors, "error")),
        (errors, warnings) => {
            let (all, errors, warnings) =
                (errors + warnings, counted(errors, "error"), counted(warnings, "warning"));
            format!("and {all} more: {errors}, {warnings}")
        }
    };
    let rules = errors.iter().chain(warnings).map(|(code, count)| format!("{code} {count}"));
    Some(Diagnostic {
        severity: if sums.0 > 0 { Severity::Error } else { Severity::Warning },
        code: "more-findings",
        file: label,
        line: None,
        column: None,
        message,
        help: format!("mend these and check again; left out: {}", rules.collect::<Vec<_>>().join(", ")),
        fix: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(errors: u32, warnings: u32) -> Vec<Diagnostic> {
        let mut report = Report::new("p");
        for line in 1..=warnings {
            report.warning(At::place("p/b", line, 1), "w", "w", "");
        }
        for line in 1..=errors {
            report.error(At::place("p/a", line, 1), "e", "e", "");
        }
        report.finish()
    }

    #[test]
    fn all_findings_are_kept_up_to_the_cap() {
        assert_eq!(report(40, 60).len(), 100);
        assert!(report(0, 0).is_empty());
    }

    #[test]
    fn errors_push_warnings_out_and_the_rest_is_counted() {
        let findings = report(90, 20);
        assert_eq!(findings.len(), 101);
        assert_eq!(findings.iter().filter(|d| d.code == "e").count(), 90);
        let last = findings.last().unwrap();
        assert_eq!((last.severity, last.message.as_str()), (Severity::Warning, "and 10 warnings more"));

        let findings = report(130, 5);
        assert!(findings[..100].iter().all(|d| d.code == "e"));
        let last = findings.last().unwrap();
        assert_eq!(
            (last.severity, last.message.as_str()),
            (Severity::Error, "and 35 more: 30 errors, 5 warnings")
        );
    }

    #[test]
    fn the_first_by_place_are_kept_in_whatever_order_they_are_found() {
        let found = |lines: &mut dyn Iterator<Item = u32>| {
            let mut report = Report::new("p");
            lines.for_each(|line| report.error(At::place("p/a", line, 1), "e", "e", ""));
            report.finish()
        };
        let forwards = found(&mut (1..=1000));
        assert_eq!(found(&mut (1..=1000).rev()), forwards);
        assert_eq!(found(&mut (0..1000).map(|i| i * 7 % 1000 + 1)), forwards);
        assert_eq!((forwards[0].line, forwards[99].line, forwards.len()), (Some(1), Some(100), 101));
    }

    #[test]
    fn a_rule_that_finds_much_leaves_room_for_the_others() {
        let mut report = Report::new("p");
        for line in 1..=500 {
            report.warning(At::place("p/a", line, 1), "much", "w", "");
        }
        for line in 501..=530 {
            report.warning(At::place("p/a", line, 1), "little", "w", "");
        }
        let Counted { diagnostics, errors, warnings } = report.finish_counted();
        assert_eq!((diagnostics.len(), errors, warnings), (MAX_DIAGNOSTICS + 1, 0, 530));
        assert_eq!(diagnostics.iter().filter(|finding| finding.code == "little").count(), 30);
        assert!(diagnostics.last().unwrap().help.ends_with("left out: much 430"));
    }

    #[test]
    fn findings_are_in_order_of_place() {
        let findings = report(2, 2);
        let places: Vec<_> = findings.iter().map(|d| (d.file.as_str(), d.line)).collect();
        assert_eq!(places, [("p/a", Some(1)), ("p/a", Some(2)), ("p/b", Some(1)), ("p/b", Some(2))]);
    }
}
