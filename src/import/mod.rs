//! Importers: packages of public data, unpacked on disk, become packs.
//!
//! [`run`] is the one way in. It finds the files that a [`Source`] needs among the given files and folders, reads
//! them as streams, and gives back a [`Pack`] together with a [`Report`] of what was taken, what was left out, and
//! why. Rows come sorted, so the same inputs give the same pack.
//!
//! Architecture invariant: no index, no network; of the crate only `model`, `text` and `pack`.

mod cldr;
mod error;
mod files;
mod geonames;
mod names;
mod progress;
mod provenance;
mod report;
mod rows;
mod script;

pub use error::{ImportError, UnknownSource};
pub use progress::Progress;
pub use report::{Report, Skip};

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::pack::Pack;

/// A family of public data that can be turned into a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Countries and territories: CLDR's names in every language, with more from smaller lists.
    Cldr,
    /// Cities: GeoNames with its alternate names, language-tagged through OpenTravelData.
    GeoNames,
}

impl Source {
    /// Every source, in the order in which they are listed for people.
    pub const ALL: [Self; 2] = [Self::Cldr, Self::GeoNames];

    /// The source as it is written on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cldr => "cldr",
            Self::GeoNames => "geonames",
        }
    }

    /// What the inputs must and may hold, one kind of file a line; for help texts and messages.
    pub const fn inputs(self) -> &'static str {
        match self {
            Self::Cldr => cldr::INPUTS,
            Self::GeoNames => geonames::INPUTS,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| UnknownSource { name: text.to_owned() })
    }
}

/// What an import may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Version that the pack bears in `datapackage.json`.
    pub version: String,
    /// Cities with fewer people are taken only if they have a name in Arabic.
    pub min_population: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { version: "1".to_owned(), min_population: 15_000 }
    }
}

/// What an import gives.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The pack, with sorted rows; each row's place names the file and line where it belongs.
    pub pack: Pack,
    /// What was taken and what was not.
    pub report: Report,
}

/// Reads `inputs`, files or folders that are searched to any depth, and makes the pack of `source`.
///
/// Memory grows with the pack, not with the inputs. Nothing is written.
///
/// # Errors
///
/// A needed file is missing, an explicitly named file is of no use to `source`, or a file cannot be read or does not
/// have the layout that its name promises; the message names the file and, where there is one, the line.
pub fn run(
    source: Source,
    inputs: &[PathBuf],
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Imported, ImportError> {
    match source {
        Source::Cldr => cldr::import(inputs, options, progress),
        Source::GeoNames => geonames::import(inputs, options, progress),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_read_what_they_write() {
        for source in Source::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
            assert!(!source.inputs().is_empty());
        }
        let message = "osm".parse::<Source>().unwrap_err().to_string();
        assert!(message.contains("`osm`") && message.contains("cldr, geonames"), "{message}");
    }
}
