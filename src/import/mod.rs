//! Importers: public data becomes packs.
//!
//! [`run`] is the one way in. It finds the inputs that a [`Source`] needs among the given files and folders, reads them as
//! streams, compressed or not, and writes the pack beside the place where it is to be; it appears there when all of it is
//! on the disk. A [`Report`] tells what was taken, what was left out, and why. The same inputs give the same bytes.
//!
//! # What a streaming source is made of
//!
//! | | |
//! |---|---|
//! | `input` | finds inputs, and undoes compression: gzip, bzip2, Zstandard, members of zip archives, standard input |
//! | `lines`, `pipeline` | a stream in blocks of whole lines, worked on by all cores, written in order |
//! | `streaming` | the two together: a function from a line to rows, or to a fault |
//! | `malformed` | lines that cannot be read: counted, told with their place, no reason to stop |
//! | `reading` | an input whose records are no lines, read by one thread |
//! | `facts`, `gather` | entities that are scattered over lines: what each says of one, sorted by entity |
//! | `defaults` | what a user says of a source that leaves it unsaid |
//! | `names` | the names of one entity: tidy, each once, with one preferred name a language |
//! | `filters` | `--type --country --lang --min-rank`, applied to whatever becomes a row |
//! | `sink`, `claims` | rows as text, appended to the tables; who may have which ID, settled at the end |
//! | `staging` | the tables while they are written; the lock, the commit, what killed imports left behind |
//! | `language`, `script`, `countries`, `clean`, `romanise`, `iri` | what names, codes and IRIs tell |
//!
//! Memory is bounded whatever the size of the source: blocks of lines, the sorter of the claims, and what a source keeps
//! itself.
//!
//! # Adding a source
//!
//! 1. A file or folder `src/import/NAME/` with `INPUTS`, a text for people, and
//!    `import(inputs, staging, options, progress) -> Result<Report, ImportError>`. `wikidata` shows the plain case: find
//!    the inputs by the names of their files (`input::find`), begin a pack (`streaming::Streaming::begin`), and give
//!    `streaming::Streaming::rows` a function that reads a line and hands `sink::Rows::add` a `rows::Draft` for each
//!    entity, its names gathered by `names::Names`. What a line says wrongly is a `malformed::Malformed`; what is left
//!    out on purpose is counted as a [`Skip`].
//! 2. Where several lines make one entity, give `streaming::Streaming::lines` a function that makes `facts::Fact`s of a
//!    line, `gather::Gather` them, and have `streaming::Streaming::entities` make entities of what comes together:
//!    `jrc_names` does. `geonames` sorts records of its own, which are smaller. Where records are no lines,
//!    `streaming::Streaming::read` gives the whole stream: `tabular` and `skos` read so.
//! 3. A variant of [`Source`], its name, `INPUTS` and `import` in this file.
//! 4. A page in `docs/import/`, linked from `docs/PACKS.md`; small samples of your own writing in the tests.
//!
//! A source that fits into memory may instead gather drafts and have `rows::pack` sort them, as `cldr` does.
//!
//! Architecture invariant: no index, no network; of the crate only `model`, `text`, `pack` and `sort`.

mod cities;
mod claims;
mod cldr;
mod clean;
mod countries;
mod curated;
mod defaults;
mod error;
mod facts;
mod files;
mod filters;
mod followthemoney;
mod gather;
mod geonames;
mod input;
mod iri;
mod jrc_names;
mod language;
mod licenses;
mod lines;
mod malformed;
mod name_suggestion_index;
mod names;
mod pipeline;
mod progress;
mod provenance;
mod reading;
mod report;
mod romanise;
mod rows;
mod script;
mod sink;
mod skos;
mod source_table;
mod staging;
mod streaming;
mod subdivisions;
mod tabular;
#[cfg(test)]
mod testing;
mod wikidata;

pub use defaults::Defaults;
pub use error::{ImportError, UnknownSource};
pub use filters::Filters;
pub(crate) use input::Counting;
pub use iri::Prefixes;
pub use malformed::{Fault, Faults};
pub use progress::Progress;
pub use report::{Report, Skip};
pub use staging::{STAGING_FOLDER, settle};
pub use tabular::{Field, Mapping, NoField};

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::model::EntityType;
use crate::pack::{License, Pack, PackFiles, write};
use staging::Staging;

/// The rules of lint that find in a large gazetteer what is so: its entities share names, have had several, and not every
/// source tells the language of all. An imported pack says so itself.
fn lint_allow() -> Vec<String> {
    ["ambiguous-alias", "far-alias", "label-of-other", "no-language"].map(str::to_owned).to_vec()
}

/// The same of a pack that lies on others, which name some of its entities in words of their own: theirs are shown.
fn lint_allow_on_others() -> Vec<String> {
    lint_allow().into_iter().chain(["two-preferred".to_owned()]).collect()
}

/// A family of public data that can be turned into a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Countries and territories: CLDR's names in every language, with more from smaller lists.
    Cldr,
    /// Administrative divisions of countries: CLDR's names of them.
    Subdivisions,
    /// Cities, from packages of registries: GeoNames with its alternate names, language-tagged through OpenTravelData.
    Cities,
    /// Places of the whole world: GeoNames' own dumps.
    GeoNames,
    /// Organisations and companies with Arabic names: OpenStreetMap's index of brands and operators.
    NameSuggestionIndex,
    /// People, places, organisations and events: Wikidata's JSON dump.
    Wikidata,
    /// People and organisations in the news: the entity file of JRC-Names.
    JrcNames,
    /// People, companies and ships: entities of FollowTheMoney, as OpenSanctions publishes them.
    FollowTheMoney,
    /// Concepts of vocabularies and authority files: SKOS in N-Triples or Turtle.
    Skos,
    /// Tables and JSON lines of any origin.
    Csv,
}

impl Source {
    /// Every source, in the order in which they are listed for people.
    pub const ALL: [Self; 10] = [
        Self::Cldr,
        Self::Subdivisions,
        Self::Cities,
        Self::GeoNames,
        Self::NameSuggestionIndex,
        Self::Wikidata,
        Self::JrcNames,
        Self::FollowTheMoney,
        Self::Skos,
        Self::Csv,
    ];

    /// The source as it is written on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cldr => "cldr",
            Self::Subdivisions => "cldr-subdivisions",
            Self::Cities => "cities",
            Self::GeoNames => "geonames",
            Self::NameSuggestionIndex => "name-suggestion-index",
            Self::Wikidata => "wikidata",
            Self::JrcNames => "jrc-names",
            Self::FollowTheMoney => "followthemoney",
            Self::Skos => "skos",
            Self::Csv => "csv",
        }
    }

    /// What the inputs must and may hold, one kind of file a line; for help texts and messages.
    pub const fn inputs(self) -> &'static str {
        match self {
            Self::Cldr => cldr::INPUTS,
            Self::Subdivisions => subdivisions::INPUTS,
            Self::Cities => cities::INPUTS,
            Self::GeoNames => geonames::INPUTS,
            Self::NameSuggestionIndex => name_suggestion_index::INPUTS,
            Self::Wikidata => wikidata::INPUTS,
            Self::JrcNames => jrc_names::INPUTS,
            Self::FollowTheMoney => followthemoney::INPUTS,
            Self::Skos => skos::INPUTS,
            Self::Csv => tabular::INPUTS,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Version that the pack bears in `datapackage.json`.
    pub version: String,
    /// Of [`Source::Cities`]: cities with fewer people are taken only if they have a name in Arabic.
    pub min_population: u64,
    /// Which entities and names are taken.
    pub filters: Filters,
    /// Whether the first line that cannot be read ends the import.
    pub strict: bool,
    /// Of [`Source::Wikidata`]: whether instances of subclasses count as those of the listed classes. Reads the dump
    /// twice.
    pub subclasses: bool,
    /// Of [`Source::Csv`]: what the columns hold.
    pub mapping: Mapping,
    /// What holds where the source does not say it: country and rank of all sources whose entities are scattered over
    /// lines, and of FollowTheMoney; type and language of [`Source::Csv`] and [`Source::Skos`]; kind of [`Source::Csv`].
    pub defaults: Defaults,
    /// Of [`Source::Csv`] and [`Source::FollowTheMoney`]: what stands before the IDs of the source, such as `ours:`.
    pub id_prefix: Option<String>,
    /// Of [`Source::Csv`] and [`Source::Skos`]: short IDs for IRIs.
    pub prefixes: Prefixes,
    /// Of [`Source::Skos`]: the types of members of classes and schemes, by IRI or short ID.
    pub classes: Vec<(String, EntityType)>,
    /// Of sources that do not tell it themselves: the SPDX identifier of the licence of the data.
    pub license: Option<String>,
}

impl Options {
    /// The licence that the caller names.
    fn licenses(&self) -> Vec<License> {
        let license = |name: &String| License { name: name.clone(), ..License::default() };
        self.license.iter().map(license).collect()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            version: "1".to_owned(),
            min_population: 15_000,
            filters: Filters::default(),
            strict: false,
            subclasses: false,
            mapping: Mapping::default(),
            defaults: Defaults::default(),
            id_prefix: None,
            prefixes: Prefixes::default(),
            classes: Vec::new(),
            license: None,
        }
    }
}

/// A pack that was gathered in memory.
#[derive(Clone, Debug)]
struct Imported {
    /// The pack, with sorted rows; each row's place names the file and line where it belongs.
    pack: Pack,
    /// What was taken and what was not.
    report: Report,
}

impl Imported {
    /// The pack's files: entities, Arabic aliases, a curator's aliases and all others in tables of their own.
    fn files(&self) -> PackFiles {
        write::files_split(&self.pack, rows::part_of)
    }

    fn write(mut self, staging: Staging, options: &Options) -> Result<Report, ImportError> {
        rows::filter(&mut self.pack, &options.filters, &mut self.report);
        if self.pack.entities.is_empty() {
            return Err(ImportError::NothingTaken { report: Box::new(self.report) });
        }
        for file in self.files().files {
            staging.put(&file.name, &file.bytes)?;
        }
        staging.commit()?;
        Ok(self.report)
    }
}

/// Reads `inputs`, files or folders that are searched to any depth, and writes the pack of `source` to `folder`.
///
/// Tables of a pack that lies there are replaced, all other files stay. Whatever fails leaves them as they were. While
/// it runs, [`STAGING_FOLDER`] within `folder` holds what is written.
///
/// # Errors
///
/// A needed file is missing, an explicitly named file is of no use to `source`, a file cannot be read to its end or
/// written, or does not have the layout that its name promises; another import writes to `folder`; no entity was taken.
/// The message names the file and, where there is one, the line.
pub fn run(
    source: Source,
    inputs: &[PathBuf],
    folder: &Path,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    let staging = Staging::begin(folder)?;
    match source {
        Source::Cldr => cldr::import(inputs, options, progress)?.write(staging, options),
        Source::Subdivisions => subdivisions::import(inputs, options, progress)?.write(staging, options),
        Source::NameSuggestionIndex => {
            name_suggestion_index::import(inputs, options, progress)?.write(staging, options)
        }
        Source::Cities => cities::import(inputs, options, progress)?.write(staging, options),
        Source::GeoNames => geonames::import(inputs, staging, options, progress),
        Source::Wikidata => wikidata::import(inputs, staging, options, progress),
        Source::JrcNames => jrc_names::import(inputs, staging, options, progress),
        Source::FollowTheMoney => followthemoney::import(inputs, staging, options, progress),
        Source::Skos => skos::import(inputs, staging, options, progress),
        Source::Csv => tabular::import(inputs, staging, options, progress),
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

    /// The packs that are built into the program, in their order.
    fn bundled_names() -> impl Iterator<Item = &'static str> {
        let lines = include_str!("../../data/packs.txt").lines();
        lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
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
        let names: usize = bundled_names()
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
    fn divisions_and_brands_are_known_and_no_words_are_among_them() {
        let (divisions, brands) = (bundled("subdivisions"), bundled("organizations"));
        assert!(divisions.entities.len() > 5000, "ISO 3166-2");
        for (id, names) in [
            ("iso3166-2:IQ-DI", "محافظة ديالى|Diyala"),
            ("iso3166-2:EG-SHR", "الشرقية|Al Sharqia"),
            ("Q1439", "تكساس|Texas|Техас"),
            ("iso3166-2:SY-SU", "محافظة السويداء"),
        ] {
            for name in names.split('|') {
                assert!(has(&divisions, id, name), "{id} lacks {name}");
            }
        }
        for (id, names) in [("Q2836029", "بريد الجزائر|Algérie Poste"), ("Q1761176", "مصرف الراجحي")]
        {
            for name in names.split('|') {
                assert!(has(&brands, id, name), "{id} lacks {name}");
            }
        }
        for word in ["نفط", "شل", "شمال", "مدينة", "مرجان"] {
            let is_listed = divisions.aliases.iter().chain(&brands.aliases).any(|row| row.alias == word);
            assert!(!is_listed, "{word}");
        }
        for pack in [divisions, brands] {
            assert!(!pack.manifest.licenses.is_empty(), "{}", pack.manifest.name);
            assert!(pack.manifest.sources.iter().all(|source| source.path.starts_with("https://")));
        }
    }

    #[test]
    fn sources_read_what_they_write() {
        for source in Source::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
            assert!(!source.inputs().is_empty());
        }
        let message = "osm".parse::<Source>().unwrap_err().to_string();
        assert!(
            message.contains("`osm`")
                && message
                    .contains("cldr, cldr-subdivisions, cities, geonames, name-suggestion-index, wikidata"),
            "{message}"
        );
    }
}
