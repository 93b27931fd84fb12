//! Findings on data files: what is wrong, where, and how to mend it.

use std::fmt;

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The pack cannot be used.
    Error,
    /// The pack can be used, but something is probably not meant so.
    Warning,
}

/// One finding on a data file.
///
/// Shown as `file:line:column: error[code]: message`, with the way out on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable name of the rule, in kebab case: `unknown-entity`.
    pub code: &'static str,
    /// Path of the file.
    pub file: String,
    /// Line, counted from 1.
    pub line: Option<u32>,
    /// Column in characters, counted from 1.
    pub column: Option<u32>,
    /// What is wrong; no trailing period.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
    /// The change that mends it, if that takes no thought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A change of a file: what stands in a region is replaced.
///
/// Lines and columns are counted from 1, columns in characters; the end is the first character behind the region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// Line on which the region begins.
    pub line: u32,
    /// Column at which it begins.
    pub column: u32,
    /// Line on which it ends.
    pub end_line: u32,
    /// Column at which it ends.
    pub end_column: u32,
    /// What is to stand there instead.
    pub text: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for place in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{place}")?;
        }
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, ": {severity}[{}]: {}", self.code, self.message)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}
