//! [`adopt`]: the decisions of a review become alias and override rows of a pack.
//!
//! A decision is a wish about an answer, and rows are made until the answer is so: they are laid on the stack, the names
//! are resolved again, and what still stands in the way is blocked.
//!
//! | decision | rows |
//! |---|---|
//! | an entity | an alias row, if the name is not listed for it; then a `block` for each other entity that keeps it from being told apart |
//! | none | a `block` for each entity that the name resolves to or cannot be told apart from; nothing if it is `NOT_FOUND` |
//! | not a name | a `not_a_name` row |

mod rows;
mod settle;
mod trial;

use std::sync::Arc;

use self::settle::settle;
use self::trial::Trial;
use super::review::Review;
use crate::gazetteer::Gazetteer;
use crate::index::{CompileError, Segment, SegmentError};
use crate::model::AliasKind;
use crate::pack::append::append;
use crate::pack::{AliasRow, Diagnostic, Manifest, OverrideRow, Pack, PackFile, PackFiles, parse};

/// What is the same for all rows that are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptOptions {
    /// The kind of every alias row; `None` chooses by how the name was reached.
    pub kind: Option<AliasKind>,
    /// The BCP 47 language of every alias row; `None` takes that of the nearest alias of the same script.
    pub lang: Option<String>,
    /// The column `source` of alias rows.
    pub source: String,
    /// The column `note` of all rows.
    pub note: String,
    /// Whether other entities are blocked where a name would stay ambiguous.
    pub block_rivals: bool,
    /// What a pack that has no files yet says of itself.
    pub manifest: Manifest,
}

impl Default for AdoptOptions {
    fn default() -> Self {
        Self {
            kind: None,
            lang: None,
            source: String::new(),
            note: String::new(),
            block_rivals: true,
            manifest: Manifest::default(),
        }
    }
}

/// What came of a review.
#[derive(Clone, Debug, Default)]
pub struct Adopted {
    /// Files of the pack that change, and new ones, in name order; none if every decision holds already.
    pub files: Vec<PackFile>,
    /// The alias rows that were added.
    pub aliases: Vec<AliasRow>,
    /// The override rows that were added.
    pub overrides: Vec<OverrideRow>,
    /// Names that were decided.
    pub decided: usize,
    /// Names that nobody filled in.
    pub unfilled: usize,
    /// Decided names that needed no row: the answer is as it should be.
    pub holding: usize,
    /// Decided names that are still answered otherwise, with what stands in the way.
    pub unsettled: Vec<Unsettled>,
}

/// A decision that the rows do not bring about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The name.
    pub name: String,
    /// Line of the review.
    pub line: u32,
    /// What stands in the way, for people.
    pub message: String,
}

/// Why nothing was adopted.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// The review or the pack is wrong; nothing was written.
    #[error("{}", shown(.0))]
    Findings(Vec<Diagnostic>),
    /// The pack cannot be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// What was compiled cannot be opened.
    #[error(transparent)]
    Segment(#[from] SegmentError),
}

fn shown(findings: &[Diagnostic]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Makes rows of what was decided, for the pack of `files` (none yet, if it is to be made), which lies on `base`.
///
/// The same input gives the same rows. Compiles the pack a few times and joins it to the stack each time, so that it
/// costs what the opening of the stack costs, and the resolution of every decided name.
pub fn adopt(
    base: &[Arc<Segment>],
    files: &PackFiles,
    review: &Review,
    options: &AdoptOptions,
) -> Result<Adopted, AdoptError> {
    let pack = existing(files)?;
    let trial = Trial { base, pack: &pack };
    let before = trial.gazetteer(&[], &[])?;
    let (settled, unfilled) = settle(&before, &pack, review).map_err(AdoptError::Findings)?;
    let made = rows::make(&trial, &before, &settled, options)?;
    let files = append(files, &options.manifest, &made.aliases, &made.overrides);
    Ok(Adopted {
        files,
        decided: settled.len(),
        unfilled,
        holding: made.holding,
        unsettled: made.unsettled,
        aliases: made.aliases,
        overrides: made.overrides,
    })
}

/// The pack as it is.
fn existing(files: &PackFiles) -> Result<Pack, AdoptError> {
    if files.files.is_empty() {
        return Ok(Pack::default());
    }
    let parsed = parse(files);
    parsed.pack.ok_or(AdoptError::Findings(parsed.diagnostics))
}

#[cfg(test)]
mod tests;
