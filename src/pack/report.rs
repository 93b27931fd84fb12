//! [`Report`]: the findings on one pack, collected and capped.

use std::fmt::Display;

use super::{Diagnostic, MAX_DIAGNOSTICS, Severity};

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

/// The findings on one pack: all are counted, the first [`MAX_DIAGNOSTICS`] by place are kept, errors before warnings.
///
/// Which are kept does not depend on the order in which they are found.
pub(crate) struct Report {
    label: String,
    errors: Findings,
    warnings: Findings,
}

#[derive(Default)]
struct Findings {
    /// The first ones, and some more: they are sorted and cut when they have become too many.
    kept: Vec<Diagnostic>,
    count: usize,
}

impl Findings {
    /// Counts one more finding, and keeps it if it may be one of the first.
    fn add(&mut self, at: At<'_>, diagnostic: impl FnOnce() -> Diagnostic) {
        self.count += 1;
        let is_late = |bound: &Diagnostic| (at.path, at.line, at.column) >= place(bound);
        if self.kept.len() >= MAX_DIAGNOSTICS && self.kept.get(MAX_DIAGNOSTICS - 1).is_some_and(is_late) {
            return;
        }
        self.kept.push(diagnostic());
        if self.kept.len() == MAX_DIAGNOSTICS || self.kept.len() == 2 * MAX_DIAGNOSTICS {
            self.cut(MAX_DIAGNOSTICS);
        }
    }

    /// Sorts the findings by place and keeps the first `len`.
    fn cut(&mut self, len: usize) {
        self.kept.sort_by(|a, b| place(a).cmp(&place(b)));
        self.kept.truncate(len);
    }
}

fn place(finding: &Diagnostic) -> (&str, Option<u32>, Option<u32>) {
    (&finding.file, finding.line, finding.column)
}

impl Report {
    /// An empty report on the pack that is called `label`.
    pub fn new(label: &str) -> Self {
        Self { label: label.to_owned(), errors: Findings::default(), warnings: Findings::default() }
    }

    pub fn error(&mut self, at: At<'_>, code: &'static str, message: impl Display, help: impl Display) {
        self.add(Severity::Error, at, code, message, help);
    }

    pub fn warning(&mut self, at: At<'_>, code: &'static str, message: impl Display, help: impl Display) {
        self.add(Severity::Warning, at, code, message, help);
    }

    pub fn add(
        &mut self,
        severity: Severity,
        at: At<'_>,
        code: &'static str,
        message: impl Display,
        help: impl Display,
    ) {
        let findings = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        findings.add(at, || Diagnostic {
            severity,
            code,
            file: at.path.to_owned(),
            line: at.line,
            column: at.column,
            message: message.to_string(),
            help: help.to_string(),
        });
    }

    /// Whether the pack cannot be used.
    pub fn has_errors(&self) -> bool {
        self.errors.count > 0
    }

    /// The findings in order of file, line and column, errors first, and one that counts what the cap left out.
    pub fn finish(self) -> Vec<Diagnostic> {
        let Self { label, mut errors, mut warnings } = self;
        errors.cut(MAX_DIAGNOSTICS);
        warnings.cut(MAX_DIAGNOSTICS - errors.kept.len());
        let errors_left_out = errors.count - errors.kept.len();
        let warnings_left_out = warnings.count - warnings.kept.len();

        let mut findings = errors.kept;
        findings.append(&mut warnings.kept);
        findings.sort_by(|a, b| place(a).cmp(&place(b)));
        findings.extend(closing(label, errors_left_out, warnings_left_out));
        findings
    }
}

fn closing(label: String, errors: usize, warnings: usize) -> Option<Diagnostic> {
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let message = match (errors, warnings) {
        (0, 0) => return None,
        (0, warnings) => format!("and {} more", counted(warnings, "warning")),
        (errors, 0) => format!("and {} more", counted(errors, "error")),
        (errors, warnings) => {
            let (all, errors, warnings) =
                (errors + warnings, counted(errors, "error"), counted(warnings, "warning"));
            format!("and {all} more: {errors}, {warnings}")
        }
    };
    Some(Diagnostic {
        severity: if errors > 0 { Severity::Error } else { Severity::Warning },
        code: "more-findings",
        file: label,
        line: None,
        column: None,
        message,
        help: "mend these and check again".to_owned(),
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
    fn findings_are_in_order_of_place() {
        let findings = report(2, 2);
        let places: Vec<_> = findings.iter().map(|d| (d.file.as_str(), d.line)).collect();
        assert_eq!(places, [("p/a", Some(1)), ("p/a", Some(2)), ("p/b", Some(1)), ("p/b", Some(2))]);
    }
}
