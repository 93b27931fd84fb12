//! What is measured. Every suite first checks that Yaqut's answers are those of its peer, then lets both run in turns.

mod build;
mod exact;
mod fuzzy;
mod normalise;
mod open;
mod resolve;
mod server;

use std::path::PathBuf;

use clap::ValueEnum;

use crate::Result;
use crate::race::{Course, Time};
use crate::report::Row;
use crate::workload::Workload;

/// The suites, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// Keys of names against the textbook's pipeline.
    Normalise,
    /// Compiling a pack against building a plain map, in processes of their own.
    Build,
    /// Opening a segment against opening a plain map.
    Open,
    /// Look-ups of keys against `fst::Map::get`.
    Exact,
    /// Keys within one edit and two against `levenshtein_automata` over the plain map.
    Fuzzy,
    /// Answers to names, known and misspelt, over the generated pack and the bundled ones.
    Resolve,
    /// Memory of a running server.
    Server,
}

/// What suites are given.
pub struct Context<'a> {
    /// The pack.
    pub workload: &'a Workload,
    /// How often each contender runs.
    pub rounds: usize,
    /// At most so many queries of a sort are asked where an answer takes microseconds.
    pub queries: usize,
    /// The program whose memory is looked at.
    pub program: Option<PathBuf>,
}

impl Context<'_> {
    /// A course over so many items, timed one by one.
    fn each(&self, items: usize) -> Course {
        Course { items, lap: 1, rounds: self.rounds, time: Time::Thread }
    }

    /// A course over so many items that take less than reading a clock.
    fn laps(&self, items: usize) -> Course {
        Course { items, lap: 100, rounds: self.rounds, time: Time::Thread }
    }
}

impl Suite {
    /// Checks, measures, and returns the figures.
    pub fn run(self, context: &Context<'_>) -> Result<Vec<Row>> {
        match self {
            Self::Normalise => normalise::run(context),
            Self::Build => build::run(context),
            Self::Open => open::run(context),
            Self::Exact => exact::run(context),
            Self::Fuzzy => fuzzy::run(context),
            Self::Resolve => resolve::run(context),
            Self::Server => server::run(context),
        }
    }
}

/// Fails with what was expected and what was got, if they differ.
fn check_eq<T: PartialEq + std::fmt::Debug>(what: &str, yaqut: &T, expected: &T) -> Result<()> {
    if yaqut == expected {
        Ok(())
    } else {
        Err(format!("{what}: Yaqut gives {yaqut:?}, but {expected:?} is right").into())
    }
}
