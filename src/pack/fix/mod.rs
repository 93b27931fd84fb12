//! [`fix()`]: mends in the tables of a pack what takes no thought.
//!
//! Of a file only that is changed which a [rule](super::Rule) finds and says to be fixable; all other cells, unknown
//! columns and rows that cannot be read stay as they are, byte for byte. What is read afterwards is what was read before,
//! but for signs that nobody sees. To fix twice changes nothing the second time.

mod rows;
mod table;

use super::levels::Levels;
use super::load::table_kind;
use super::manifest;
use super::report::Report;
use super::{PackFile, PackFiles};

/// A file of a pack that was mended.
#[derive(Clone, Debug)]
pub struct FixedFile {
    /// The file as it is to be.
    pub file: PackFile,
    /// What was changed, in order of line.
    pub changes: Vec<Change>,
}

/// One change of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Line of the file as it was, counted from 1; `None` for the file as a whole.
    pub line: Option<u32>,
    /// The rule whose finding it mends; `None` of line ends and the byte order mark, which no rule minds.
    pub code: Option<&'static str>,
    /// What was done.
    pub what: String,
}

/// Mends the tables of a pack; gives those that changed.
///
/// Mended are, unless `levels` or the pack silence the rule: white space around cells and double white space in names,
/// names that are not in NFC, bidi controls and invisible characters in names, empty fields beyond the header, rows that
/// are repeated in every column, and rows that are not in order of ID. In a `.tsv` line ends become LF, and a byte order
/// mark is taken off; in a `.csv`, which Excel reads by it, both stay.
///
/// ```
/// use yaqut::pack::fix::fix;
/// use yaqut::pack::{Levels, PackFile, PackFiles};
///
/// let table = "id\talias\tours\nQ36\tPoland \tx\nQ212\tUkraine\ty\n";
/// let files = vec![PackFile { name: "aliases.tsv".into(), bytes: table.into() }];
/// let fixed = fix(&PackFiles { label: "mine".into(), files }, &Levels::strict());
/// assert_eq!(fixed[0].file.bytes, b"id\talias\tours\nQ212\tUkraine\ty\nQ36\tPoland\tx\n");
/// assert_eq!(fixed[0].changes.len(), 2);
/// ```
pub fn fix(files: &PackFiles, levels: &Levels) -> Vec<FixedFile> {
    let levels = with_own_levels(files, levels);
    let fix = |file: &PackFile| {
        let (kind, syntax) = table_kind(&file.name)?;
        let (bytes, changes) = table::fix(kind, syntax, &file.bytes, &levels)?;
        Some(FixedFile { file: PackFile { name: file.name.clone(), bytes }, changes })
    };
    files.files.iter().filter_map(fix).collect()
}

/// The levels, and what the pack silences itself.
fn with_own_levels(files: &PackFiles, levels: &Levels) -> Levels {
    let mut levels = levels.clone();
    let mut ignored = Report::new("");
    if let Ok((_, codes)) = manifest::read(files, &mut ignored) {
        levels.silence(codes.iter().filter_map(|code| super::rule(code).ok()).map(|rule| rule.code));
    }
    levels
}

#[cfg(test)]
mod tests;
