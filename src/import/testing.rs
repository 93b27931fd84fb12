//! What the tests of streaming sources share: an import of small files into a folder, and the rows that come of it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Filters, ImportError, Options, Report, Source, run};
use crate::model::{CountryCode, EntityId, EntityType, Rank};
use crate::pack::{Levels, Linter, Pack, PackFile, PackFiles, parse};

/// A folder with inputs, and a pack that is made of them.
pub(super) struct Place {
    folder: tempfile::TempDir,
    source: Source,
}

impl Place {
    pub fn new(source: Source) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), source }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub fn import(&self, inputs: &[&str], options: &Options) -> Result<Report, ImportError> {
        let inputs: Vec<PathBuf> = inputs.iter().map(|name| self.path(name)).collect();
        run(self.source, &inputs, &self.path("pack"), options, &mut ())
    }

    /// The pack, on which there is no finding.
    #[track_caller]
    pub fn pack(&self) -> Pack {
        let files = files(&self.path("pack"));
        let mut linter = Linter::new(Levels::strict());
        linter.check(&files);
        assert_eq!(linter.finish().diagnostics, []);
        parse(&files).pack.unwrap()
    }

    /// Rows of entities: ID, type, name, country, rank, other IDs, description.
    #[track_caller]
    pub fn entities(&self) -> Vec<String> {
        let shown = |row: &crate::pack::EntityRow| {
            let same_as: Vec<&str> = row.same_as.iter().map(EntityId::as_str).collect();
            format!(
                "{}|{}|{}|{}|{}|{}|{}",
                row.id,
                row.entity_type.as_ref().map_or("", |t| t.as_str()),
                row.name,
                row.country.as_ref().map_or("", |c| c.as_str()),
                row.rank.map_or_else(String::new, |rank| rank.get().to_string()),
                same_as.join(" "),
                row.description
            )
        };
        self.pack().entities.iter().map(shown).collect()
    }

    /// The names of an entity: name, language, kind.
    #[track_caller]
    pub fn names(&self, id: &str) -> Vec<String> {
        let pack = self.pack();
        let rows = pack.aliases.iter().filter(|row| row.id.as_str() == id);
        rows.map(|row| format!("{}|{}|{}", row.alias, row.lang, row.kind)).collect()
    }
}

/// All files of a folder.
pub(super) fn files(folder: &Path) -> PackFiles {
    let mut files: Vec<PackFile> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| PackFile {
            name: entry.file_name().into_string().unwrap(),
            bytes: fs::read(entry.path()).unwrap(),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    PackFiles { label: "pack".to_owned(), files }
}

/// Filters as they are written on the command line; empty lets everything pass.
pub(super) fn filters(types: &str, countries: &str, languages: &str, min_rank: f32) -> Options {
    let list = |text: &str| text.split_terminator(',').map(str::to_owned).collect::<Vec<_>>();
    Options {
        filters: Filters {
            types: list(types).iter().map(|t| EntityType::new(t).unwrap()).collect(),
            countries: list(countries).iter().map(|c| CountryCode::new(c).unwrap()).collect(),
            languages: list(languages),
            min_rank: Rank::new(min_rank).filter(|rank| rank.get() > 0.0),
        },
        ..Options::default()
    }
}
