//! What is to be said of packs, as messages.

use crate::pack::{Diagnostic, Severity};
use crate::rpc::pb;
use crate::store::{Origin, SourceReport, SourceState};

impl From<&Diagnostic> for pb::Diagnostic {
    fn from(finding: &Diagnostic) -> Self {
        let place = |place: u32| i32::try_from(place).unwrap_or(i32::MAX);
        Self {
            severity: pb::DiagnosticSeverity::from(finding.severity).into(),
            code: finding.code.to_owned(),
            file: finding.file.clone(),
            line: finding.line.map(place),
            column: finding.column.map(place),
            message: finding.message.clone(),
            help: finding.help.clone(),
        }
    }
}

impl From<Severity> for pb::DiagnosticSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
        }
    }
}

impl From<&SourceReport> for pb::PackReload {
    fn from(report: &SourceReport) -> Self {
        Self { source: report.source.clone(), state: pb::PackReloadState::from(report.state).into() }
    }
}

impl From<SourceState> for pb::PackReloadState {
    fn from(state: SourceState) -> Self {
        match state {
            SourceState::Ready(Origin::Unchanged) => Self::Unchanged,
            SourceState::Ready(Origin::Compiled) => Self::Compiled,
            SourceState::Ready(Origin::Cache) => Self::Cached,
            SourceState::Ready(Origin::Index) => Self::Opened,
            SourceState::Kept => Self::Kept,
            SourceState::LeftOut => Self::LeftOut,
        }
    }
}
