//! Evaluation: case tables and answers → figures of quality.
//!
//! A case table lists names, what each must be resolved to, and what makes it hard. [`parse`] reads such tables; the
//! caller asks each [`Case`] with [`Case::options`] and hands the answers to [`Report::new`], which judges them
//! ([`judge`]), counts them by phenomenon ([`Figures`]) and measures how far scores can be trusted ([`Calibration`]).
//! A [`Requirement`] is a bound on one of the figures; an [`Ablation`] tells what they lose without a stage.
//!
//! Architecture invariant: no gazetteer, no files, no clock; of the crate only `model`, `pack`, `resolve`.

mod ablation;
mod calibration;
mod cases;
mod figures;
mod outcome;
mod report;
mod requirement;
mod table;
#[cfg(test)]
mod testing;

pub use ablation::{Ablation, Change, Groups};
pub use calibration::{BIN_COUNT, Bin, Calibration};
pub use cases::{Case, Expected, Hints};
pub use figures::{Figures, Metric};
pub use outcome::{Judgement, Outcome, judge};
pub use report::{Confusion, Report};
pub use requirement::{Checked, InvalidRequirement, Requirement};
pub use table::{CaseTable, ParsedCases, parse};
