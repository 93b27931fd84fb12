//! Where exported rows go: [`PackFolder`] with its [`Tables`], or [`EntityLines`].

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use tempfile::TempDir;

use crate::cli::failure::{Exit, Failure};
use crate::cli::interrupt;
use crate::cli::target::Target;
use crate::cli::terminal::is_quiet;
use crate::curate::export::ExportSink;
use crate::gazetteer::Gazetteer;
use crate::model::{AliasKind, CountryCode, EntityId, EntityType, Rank};
use crate::pack::write::{self, TABLES};
use crate::pack::{AliasRow, EntityRow, OverrideRow, PackFile};

/// A pack folder that is being written under a hidden name beside its place, and appears whole or not at all.
pub struct PackFolder {
    hidden: TempDir,
    path: PathBuf,
}

impl PackFolder {
    /// The folder `path`, which must not exist.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        let label = path.display().to_string();
        if fs::symlink_metadata(path).is_ok() {
            return Err(Failure::new(Exit::Io, format!("{label} exists"))
                .with_help("choose another name, or remove it"));
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let hidden = tempfile::Builder::new().prefix(".yaqut-").suffix(".part").tempdir_in(parent);
        let hidden = hidden.map_err(|error| {
            Failure::writing(&label, &error).with_help("the folder above must exist and be writable")
        })?;
        interrupt::guard(hidden.path());
        Ok(Self { hidden, path: path.to_owned() })
    }

    /// Writes one file.
    pub fn put_file(&mut self, file: &PackFile) -> Result<(), Failure> {
        let mut target = Target::create(&self.hidden.path().join(&file.name), false)?;
        target.put(&file.bytes)?;
        target.commit()
    }

    /// Its tables, to be filled.
    pub fn tables(&mut self, bar: RowBar) -> Result<Tables, Failure> {
        let create = |name: &str| Target::create(&self.hidden.path().join(name), false);
        let [entities, aliases, overrides] = TABLES.map(|table| (table, create(&table.file())));
        let mut tables = Tables {
            entities: entities.1?,
            aliases: aliases.1?,
            overrides: overrides.1?,
            overrides_path: self.hidden.path().join(overrides.0.file()),
            has_overrides: false,
            text: String::new(),
            bar,
            failure: None,
        };
        for (table, target) in
            TABLES.iter().zip([&mut tables.entities, &mut tables.aliases, &mut tables.overrides])
        {
            target.put(table.header().as_bytes())?;
        }
        Ok(tables)
    }

    /// Gives the folder its name.
    pub fn finish(self) -> Result<(), Failure> {
        let Self { hidden, path } = self;
        let failed = |error: io::Error| Failure::writing(&path.display().to_string(), &error);
        // As any new folder: the process's mask decides, not the strict rights of temporary ones.
        let parts = fs::read_dir(hidden.path()).map_err(failed)?;
        let named = hidden.path().with_extension("whole");
        fs::create_dir(&named).map_err(failed)?;
        interrupt::guard(&named);
        for part in parts {
            let part = part.map_err(failed)?;
            fs::rename(part.path(), named.join(part.file_name())).map_err(failed)?;
        }
        let settled = fs::rename(&named, &path).map_err(|error| {
            let _ = fs::remove_dir_all(&named);
            failed(error)
        });
        interrupt::release(&named);
        interrupt::release(hidden.path());
        settled
    }
}

/// The tables of a pack that are being written.
pub struct Tables {
    entities: Target,
    aliases: Target,
    overrides: Target,
    overrides_path: PathBuf,
    has_overrides: bool,
    text: String,
    bar: RowBar,
    /// Why a row could not be written, with what `io::Error` does not tell.
    failure: Option<Failure>,
}

impl Tables {
    /// Has `export` fill the tables.
    pub fn fill<T>(
        &mut self,
        export: impl FnOnce(&mut dyn ExportSink) -> io::Result<T>,
    ) -> Result<T, Failure> {
        let filled = export(self);
        filled.map_err(|error| self.failure.take().unwrap_or_else(|| Failure::writing("the pack", &error)))
    }

    /// Ends the tables; tells whether there are overrides, whose table is else left out.
    pub fn finish(self) -> Result<bool, Failure> {
        let Self { entities, aliases, overrides, overrides_path, has_overrides, bar, .. } = self;
        bar.finish();
        entities.commit()?;
        aliases.commit()?;
        overrides.commit()?;
        if !has_overrides {
            fs::remove_file(&overrides_path).map_err(|error| Failure::writing("the pack", &error))?;
        }
        Ok(has_overrides)
    }

    fn keep(&mut self, result: Result<(), Failure>) -> io::Result<()> {
        result.map_err(|failure| {
            self.failure = Some(failure);
            io::ErrorKind::Other.into()
        })
    }
}

impl ExportSink for Tables {
    fn entity(&mut self, row: &EntityRow, _: &[EntityType]) -> io::Result<()> {
        self.text.clear();
        write::push_entity(row, &mut self.text);
        let written = self.entities.put(self.text.as_bytes());
        self.keep(written)
    }

    fn alias(&mut self, row: &AliasRow, _: &str) -> io::Result<()> {
        self.text.clear();
        write::push_alias(row, &mut self.text);
        self.bar.advance();
        let written = self.aliases.put(self.text.as_bytes());
        self.keep(written)
    }

    fn overriding(&mut self, row: &OverrideRow) -> io::Result<()> {
        self.text.clear();
        write::push_override(row, &mut self.text);
        self.has_overrides = true;
        let written = self.overrides.put(self.text.as_bytes());
        self.keep(written)
    }
}

/// Entities as JSON, one a line.
pub struct EntityLines {
    target: Target,
    /// The entity whose aliases are coming.
    current: Option<EntityLine>,
    bar: RowBar,
    failure: Option<Failure>,
}

/// An entity with all that packs say of it.
#[derive(Serialize)]
struct EntityLine {
    id: EntityId,
    name: String,
    types: Vec<EntityType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<CountryCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<Rank>,
    same_as: Vec<EntityId>,
    description: String,
    aliases: Vec<AliasLine>,
}

#[derive(Serialize)]
struct AliasLine {
    text: String,
    language_code: String,
    kind: AliasKind,
    pack: String,
}

impl EntityLines {
    /// The file `path`, compressed if its name ends in `.gz`.
    pub fn create(path: &Path, force: bool, bar: RowBar) -> Result<Self, Failure> {
        Ok(Self { target: Target::create(path, force)?, current: None, bar, failure: None })
    }

    /// Has `export` fill the file.
    pub fn fill<T>(
        &mut self,
        export: impl FnOnce(&mut dyn ExportSink) -> io::Result<T>,
    ) -> Result<T, Failure> {
        let filled = export(self).and_then(|report| self.end_entity().map(|()| report));
        filled
            .map_err(|error| self.failure.take().unwrap_or_else(|| Failure::writing("the entities", &error)))
    }

    /// Ends the file.
    pub fn finish(self) -> Result<(), Failure> {
        self.bar.finish();
        self.target.commit()
    }

    fn end_entity(&mut self) -> io::Result<()> {
        let Some(entity) = self.current.take() else { return Ok(()) };
        let mut line = serde_json::to_vec(&entity)?;
        line.push(b'\n');
        self.target.put(&line).map_err(|failure| {
            self.failure = Some(failure);
            io::ErrorKind::Other.into()
        })
    }
}

impl ExportSink for EntityLines {
    fn entity(&mut self, row: &EntityRow, types: &[EntityType]) -> io::Result<()> {
        self.end_entity()?;
        self.current = Some(EntityLine {
            id: row.id.clone(),
            name: row.name.clone(),
            types: types.to_vec(),
            country: row.country,
            rank: row.rank,
            same_as: row.same_as.clone(),
            description: row.description.clone(),
            aliases: Vec::new(),
        });
        Ok(())
    }

    fn alias(&mut self, row: &AliasRow, pack: &str) -> io::Result<()> {
        self.bar.advance();
        if let Some(entity) = &mut self.current {
            let (text, language_code, pack) = (row.alias.clone(), row.lang.clone(), pack.to_owned());
            entity.aliases.push(AliasLine { text, language_code, kind: row.kind, pack });
        }
        Ok(())
    }

    /// Entities alone are told of.
    fn overriding(&mut self, _: &OverrideRow) -> io::Result<()> {
        Ok(())
    }
}

/// A bar by alias rows, with the time that is left. Hidden unless standard error is a terminal.
pub struct RowBar {
    bar: ProgressBar,
    rows: u64,
}

impl RowBar {
    /// A bar for the export of all rows of a gazetteer.
    pub fn of(gazetteer: &Gazetteer) -> Self {
        let is_shown = io::stderr().is_terminal() && !is_quiet();
        let target =
            if is_shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let rows = gazetteer.packs().map(|pack| pack.alias_count).sum();
        let bar = ProgressBar::with_draw_target(Some(rows), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} %  {per_sec}  {eta} left") {
            bar.set_style(style);
        }
        Self { bar, rows: 0 }
    }

    fn advance(&mut self) {
        self.rows += 1;
        if self.rows.is_multiple_of(1 << 12) {
            self.bar.set_position(self.rows);
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
