//! [`Levels`]: how bad a finding is taken to be, by whoever asks.

use std::collections::BTreeSet;

use super::lint::rules::{self, Rule};
use super::wording::nearest;
use super::{Diagnostic, Severity};

/// How bad findings are taken to be: which warnings are silenced, and which count as errors.
///
/// As they are by default, findings are those that matter when a pack is loaded. [`Levels::strict`] is for who writes
/// packs: there some things are errors that loading puts right by itself (see [`Rule::is_lenient`]).
#[derive(Clone, Debug, Default)]
pub struct Levels {
    is_strict: bool,
    allowed: BTreeSet<&'static str>,
    denied: BTreeSet<&'static str>,
    denies_warnings: bool,
}

/// Why a rule cannot be silenced or denied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LevelError {
    /// No rule has this code.
    #[error("no rule has the code `{code}`{}", hint(*.near))]
    UnknownRule {
        /// The code.
        code: String,
        /// The code that was probably meant.
        near: Option<&'static str>,
    },
    /// The rule finds what makes a pack unusable.
    #[error("`{code}` makes a pack unusable and cannot be silenced")]
    NeverSilent {
        /// The code.
        code: &'static str,
    },
}

fn hint(near: Option<&'static str>) -> String {
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

impl Levels {
    /// The levels of `yaqut lint`.
    pub fn strict() -> Self {
        Self { is_strict: true, ..Self::default() }
    }

    /// Silences the rule `code`.
    pub fn allow(&mut self, code: &str) -> Result<(), LevelError> {
        self.allowed.insert(silenceable(code)?.code);
        Ok(())
    }

    /// Counts what the rule `code` finds as errors, even in packs that silence it.
    pub fn deny(&mut self, code: &str) -> Result<(), LevelError> {
        self.denied.insert(rule(code)?.code);
        Ok(())
    }

    /// Counts every warning that is not silenced as an error.
    pub fn deny_warnings(&mut self) {
        self.denies_warnings = true;
    }

    /// Whether nothing is reported of a rule.
    pub(super) fn is_silent(&self, code: &str) -> bool {
        self.allowed.contains(code) && !self.denied.contains(code)
    }

    /// Silences rules of which it is known that they can be: those that a pack silences itself.
    pub(super) fn silence(&mut self, codes: impl IntoIterator<Item = &'static str>) {
        self.allowed.extend(codes);
    }

    /// How bad a finding is taken to be that a pack can be used with, `None` if it is silenced; errors stay errors.
    pub(super) fn judge(&self, code: &str, severity: Severity) -> Option<Severity> {
        if severity == Severity::Error || self.denied.contains(code) {
            return Some(Severity::Error);
        }
        if self.allowed.contains(code) {
            return None;
        }
        let is_strict = || self.is_strict && rules::find(code).is_some_and(|rule| rule.is_lenient);
        Some(if self.denies_warnings || is_strict() { Severity::Error } else { Severity::Warning })
    }
}

/// The rule `code`.
pub fn rule(code: &str) -> Result<&'static Rule, LevelError> {
    rules::find(code).ok_or_else(|| {
        let near = nearest(code, rules::RULES.iter().map(|rule| rule.code));
        LevelError::UnknownRule { code: code.to_owned(), near }
    })
}

/// The rule `code`, if packs can be used in spite of what it finds.
pub(super) fn silenceable(code: &str) -> Result<&'static Rule, LevelError> {
    let rule = rule(code)?;
    if rule.severity == Severity::Error && !rule.is_lenient {
        return Err(LevelError::NeverSilent { code: rule.code });
    }
    Ok(rule)
}

impl Diagnostic {
    /// The rule that found it.
    pub fn rule(&self) -> Option<&'static Rule> {
        rules::find(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_silenced_and_denied_and_errors_stay() {
        let mut levels = Levels::default();
        assert_eq!(levels.judge("not-nfc", Severity::Warning), Some(Severity::Warning));
        levels.allow("white-space").unwrap();
        assert_eq!(levels.judge("white-space", Severity::Warning), None);
        levels.deny_warnings();
        assert_eq!(levels.judge("white-space", Severity::Warning), None);
        assert_eq!(levels.judge("not-nfc", Severity::Warning), Some(Severity::Error));
        levels.deny("white-space").unwrap();
        assert_eq!(levels.judge("white-space", Severity::Warning), Some(Severity::Error));
        assert_eq!(levels.judge("empty-alias", Severity::Error), Some(Severity::Error));
    }

    #[test]
    fn who_writes_packs_is_told_as_errors_what_loading_puts_right() {
        let levels = Levels::strict();
        assert_eq!(levels.judge("not-nfc", Severity::Warning), Some(Severity::Error));
        assert_eq!(levels.judge("white-space", Severity::Warning), Some(Severity::Warning));
    }

    #[test]
    fn only_known_rules_that_leave_a_pack_usable_are_silenced() {
        let mut levels = Levels::default();
        let unknown = levels.allow("white-spice").unwrap_err();
        assert_eq!(unknown.to_string(), "no rule has the code `white-spice`; did you mean `white-space`?");
        assert_eq!(levels.allow("empty-alias"), Err(LevelError::NeverSilent { code: "empty-alias" }));
        assert_eq!(levels.allow("not-nfc"), Ok(()));
        assert!(levels.deny("nothing").is_err() && levels.deny("empty-alias").is_ok());
    }
}
