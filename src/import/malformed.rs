//! Lines that are not what their source promises: counted by what is wrong, the first of each sort told.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// What is wrong with a line, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// The sort of the fault, in a few words.
    pub kind: &'static str,
    /// Where in the line, in bytes counted from 1.
    pub byte: usize,
    /// What stands there, for people.
    pub message: String,
}

impl Malformed {
    pub fn new(kind: &'static str, byte: usize, message: impl Into<String>) -> Self {
        Self { kind, byte, message: message.into() }
    }

    /// Of a line longer than is read.
    pub fn too_long() -> Self {
        let limit = super::lines::MAX_LINE_BYTES >> 20;
        Self::new("line too long", 1, format!("the line is longer than {limit} MiB"))
    }

    /// Of a line that is not the JSON it should be.
    pub fn json(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or(&text);
        let kind = if error.is_data() { "not the object it should be" } else { "not JSON" };
        Self::new(kind, error.column().max(1), message)
    }

    /// Of a line that is no text.
    pub fn not_utf8(error: std::str::Utf8Error) -> Self {
        Self::new("not UTF-8", error.valid_up_to() + 1, "the line is not UTF-8")
    }
}

/// A line that could not be read, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The input.
    pub file: String,
    /// Line, counted from 1.
    pub line: u64,
    /// Byte of the line, counted from 1.
    pub byte: u64,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.byte, self.message)
    }
}

/// The faults of one sort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Faults {
    /// How many lines.
    pub count: u64,
    /// The first of them.
    pub first: Vec<Fault>,
}

/// So many faults of a sort are told.
const TOLD: usize = 20;

impl Faults {
    fn add(&mut self, fault: Fault) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push(fault);
        }
    }
}

/// All faults, by what is wrong.
pub(super) type FaultsByKind = BTreeMap<&'static str, Faults>;

/// Adds what is wrong with a line to `all`.
pub(super) fn note(all: &mut FaultsByKind, file: &str, line: u64, malformed: Malformed) {
    let Malformed { kind, byte, message } = malformed;
    all.entry(kind).or_default().add(Fault { file: file.to_owned(), line, byte: byte as u64, message });
}

/// Adds the faults of later lines to those of earlier ones.
pub(super) fn absorb(all: &mut FaultsByKind, later: FaultsByKind) {
    for (kind, faults) in later {
        let sum = all.entry(kind).or_default();
        sum.count += faults.count;
        let room = TOLD.saturating_sub(sum.first.len());
        sum.first.extend(faults.first.into_iter().take(room));
    }
}

/// The first fault of all lines.
pub(super) fn first(all: &FaultsByKind) -> Option<&Fault> {
    all.values().filter_map(|faults| faults.first.first()).min_by_key(|fault| fault.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_first_are_told() {
        let mut all = FaultsByKind::new();
        for block in 0..3 {
            let mut later = FaultsByKind::new();
            for line in 1..=15 {
                note(
                    &mut later,
                    "x.txt",
                    block * 15 + line,
                    Malformed::new("no number", 4, "`x` is no number"),
                );
            }
            absorb(&mut all, later);
        }
        note(&mut all, "x.txt", 9, Malformed::too_long());
        let faults = &all["no number"];
        assert_eq!((faults.count, faults.first.len(), faults.first[19].line), (45, 20, 20));
        assert_eq!(first(&all).unwrap().to_string(), "x.txt:1:4: `x` is no number");
    }
}
