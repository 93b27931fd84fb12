//! [`CREDITS`]: whom the tables within the program owe credit.

use serde::Serialize;

/// Something within the program, beside its packs, that asks for credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Credit {
    /// What it is.
    pub what: &'static str,
    /// What it was made of, by whom, and how it was changed.
    pub source: &'static str,
    /// Where that is found.
    pub source_path: &'static str,
    /// SPDX identifier of its licence.
    pub license: &'static str,
    /// Where the text of the licence stands.
    pub license_path: &'static str,
}

/// Every such credit: of the rule tables, that of the ordinary words.
pub const CREDITS: &[Credit] = &[Credit {
    what: "The list of ordinary words",
    source: "selected and respelled from the Arabic word list of wordfreq 3.1.1, © Robyn Speer",
    source_path: "https://doi.org/10.5281/zenodo.7199437",
    license: "CC-BY-SA-4.0",
    license_path: "https://creativecommons.org/licenses/by-sa/4.0/",
}];
