//! All rules of `yaqut lint`: what each means, why it is there, and a bad and a good row.
//!
//! The table is the one place where this is said: `yaqut lint --explain`, `docs/LINT.md` and SARIF are made from it.

mod table;

pub use table::RULES;

use super::super::Severity;

/// A rule of `yaqut lint`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable name, in kebab case; it is what findings carry, and what silences them.
    pub code: &'static str,
    /// What it looks at.
    pub family: RuleFamily,
    /// How bad its findings are to `yaqut lint`, the worst if they differ.
    pub severity: Severity,
    /// Whether loading puts right what is an error to who writes packs: then it is a warning there, and can be silenced.
    pub is_lenient: bool,
    /// Whether [`fix()`](super::super::fix::fix) mends what it finds.
    pub is_fixable: bool,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// What it means, why it matters, and what to do.
    pub explanation: &'static str,
    /// What it finds something in.
    pub bad: &'static str,
    /// The same, mended.
    pub good: &'static str,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleFamily {
    /// Files and the shape of tables.
    Files,
    /// What `datapackage.json` says.
    Package,
    /// Single cells.
    Cells,
    /// Rows of one pack together.
    Rows,
    /// Packs together.
    Stack,
    /// Names, and what else they mean.
    Names,
}

impl RuleFamily {
    /// All of them, in the order in which a pack is checked.
    pub const ALL: [Self; 6] =
        [Self::Files, Self::Package, Self::Cells, Self::Rows, Self::Stack, Self::Names];

    /// What its rules look at, as a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Files => "Files and tables",
            Self::Package => "datapackage.json",
            Self::Cells => "Cells",
            Self::Rows => "Rows of a pack",
            Self::Stack => "The stack",
            Self::Names => "Names",
        }
    }
}

impl Rule {
    const fn new(family: RuleFamily, severity: Severity, code: &'static str, title: &'static str) -> Self {
        Self {
            code,
            family,
            severity,
            is_lenient: false,
            is_fixable: false,
            title,
            explanation: "",
            bad: "",
            good: "",
        }
    }

    const fn error(family: RuleFamily, code: &'static str, title: &'static str) -> Self {
        Self::new(family, Severity::Error, code, title)
    }

    const fn warning(family: RuleFamily, code: &'static str, title: &'static str) -> Self {
        Self::new(family, Severity::Warning, code, title)
    }

    const fn lenient(self) -> Self {
        Self { is_lenient: true, ..self }
    }

    const fn fixable(self) -> Self {
        Self { is_fixable: true, ..self }
    }

    const fn because(self, explanation: &'static str) -> Self {
        Self { explanation, ..self }
    }

    const fn rows(self, bad: &'static str, good: &'static str) -> Self {
        Self { bad, good, ..self }
    }

    /// How bad a finding is, in words: `error`, `warning`, or `error; a warning when the pack is loaded`.
    pub const fn severity_in_words(&self) -> &'static str {
        match (self.severity, self.is_lenient) {
            (Severity::Error, false) => "error",
            (Severity::Error, true) => "error; a warning when the pack is loaded",
            (Severity::Warning, _) => "warning",
        }
    }
}

/// The rule `code`.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}
