//! Importers: packages of public data, unpacked on disk, become packs.
//!
//! [`run`] is the one way in. It finds the files that a [`Source`] needs among the given files and folders, reads
//! them as streams, and gives back a [`Pack`] together with a [`Report`] of what was taken, what was left out, and
//! why. Rows come sorted, so the same inputs give the same pack.
//!
//! Architecture invariant: no index, no network; of the crate only `model`, `text` and `pack`.

mod cldr;
mod curated;
mod error;
mod files;
mod geonames;
mod names;
mod progress;
mod provenance;
mod report;
mod rows;
mod script;
mod source_table;

pub use error::{ImportError, UnknownSource};
pub use progress::Progress;
pub use report::{Report, Skip};

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::pack::{Pack, PackFiles, write};

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

impl Imported {
    /// The pack's files: entities, Arabic aliases, a curator's aliases and all others in tables of their own.
    pub fn files(&self) -> PackFiles {
        write::files_split(&self.pack, rows::part_of)
    }
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
    use crate::pack::{Levels, Linter, PackFile, parse};

    /// The files of a pack of the repository.
    fn files(name: &str) -> PackFiles {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data")).join(name);
        let mut files: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| PackFile {
                name: entry.file_name().into_string().unwrap(),
                bytes: std::fs::read(entry.path()).unwrap(),
            })
            .collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        PackFiles { label: name.to_owned(), files }
    }

    /// A pack of the repository, with no finding on it.
    fn bundled(name: &str) -> Pack {
        let parsed = parse(&files(name));
        assert_eq!(parsed.diagnostics, [], "{name}");
        parsed.pack.unwrap()
    }

    fn has(pack: &Pack, id: &str, alias: &str) -> bool {
        pack.aliases.iter().any(|row| row.id.as_str() == id && row.alias == alias)
    }

    #[test]
    fn bundled_packs_are_without_errors_and_few_of_their_names_are_doubtful() {
        let mut linter = Linter::new(Levels::strict());
        let names: usize = ["countries", "cities", "newsmakers"]
            .into_iter()
            .map(|name| {
                linter.check(&files(name));
                bundled(name).aliases.len()
            })
            .sum();
        let linted = linter.finish();
        assert_eq!(linted.errors, 0, "{:#?}", linted.diagnostics);
        assert!(linted.warnings < names / 1000, "{} warnings", linted.warnings);
    }

    #[test]
    fn bundled_packs_are_sound_and_know_everyday_names() {
        let (countries, cities) = (bundled("countries"), bundled("cities"));
        assert_eq!(countries.entities.len(), 250, "ISO 3166-1 and Kosovo");
        for (id, names) in [
            (
                "Q30",
                "أمريكا|أميركا|الولايات المتحدة|الولايات المتحدة الأمريكية|USA|U.S.|America|American|أمريكي",
            ),
            ("Q145", "بريطانيا|المملكة المتحدة|UK|Britain|Great Britain|British"),
            ("Q878", "الإمارات|الإمارات العربية المتحدة|UAE|Emirati|إماراتي"),
            ("Q851", "السعودية|المملكة العربية السعودية|Saudi Arabia|سعوديون"),
            ("Q858", "سوريا|سورية|الجمهورية العربية السورية|Syria|Syrian|سوري"),
            ("Q43", "تركيا|Turkey|Türkiye|أتراك"),
            ("Q213", "التشيك|جمهورية التشيك|Czechia|Czech Republic"),
            ("Q423", "كوريا الشمالية|كوري|كوريون|كوري شمالي|North Korea|DPRK|Korea"),
            ("Q884", "كوريا الجنوبية|كوري|كوريون|كوري جنوبي|South Korea|Korea"),
            ("Q159", "روسيا|الاتحاد الروسي|Russia|Russian Federation|روس"),
            ("Q794", "إيران|Iran|Iranian"),
            ("Q212", "أوكرانيا|UKR|Україна|Ukrainian|أوكرانية"),
        ] {
            for name in names.split('|') {
                assert!(has(&countries, id, name), "{id} lacks {name}");
            }
        }
        for (id, names) in [
            ("Q3805", "عمان|Amman"),
            ("Q406", "إسطنبول|Istanbul|Стамбул"),
            ("Q61", "واشنطن|Washington"),
            ("Q5806", "مكة|مكة المكرمة|Makkah"),
            ("Q18808", "بيونغ يانغ|Pyongyang"),
            ("Q1899", "كييف|Kyiv|Kiev"),
        ] {
            for name in names.split('|') {
                assert!(has(&cities, id, name), "{id} lacks {name}");
            }
        }
    }

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
