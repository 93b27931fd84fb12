//! The flags that say which packs answer, and what is said while they are opened.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum, ValueHint};

use super::failure::{Exit, Failure};
use super::terminal::{counted, note, tell};
use crate::gazetteer::Gazetteer;
use crate::pack::Severity;
use crate::store::{self, CachePolicy, Event, LoadMode, Observer, Opened, StackConfig, StoreError};

/// Which packs answer.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Packs")]
pub struct StackArgs {
    /// Pack folder to lay on the stack; repeatable, later ones win
    #[arg(long, global = true, value_name = "DIR")]
    pub pack: Vec<PathBuf>,
    /// Segment file made by `yaqut build`, below the pack folders; repeatable
    #[arg(long, global = true, value_name = "FILE")]
    pub index: Vec<PathBuf>,
    /// Leave out the packs that are built into the program
    #[arg(long, global = true, env = "YAQUT_NO_DEFAULT_PACKS", value_parser = clap::builder::FalseyValueParser::new())]
    pub no_default_packs: bool,
    /// Folder in which compiled packs are kept; empty for none
    #[arg(long, global = true, value_name = "DIR", env = "YAQUT_CACHE_DIR", value_hint = ValueHint::DirPath)]
    pub cache_dir: Option<OsString>,
    /// Where segments are while they are in use
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHERE", env = "YAQUT_LOAD")]
    pub load: Load,
    /// Start without the packs that have errors, instead of not starting
    #[arg(long, global = true, env = "YAQUT_SKIP_BAD_PACKS", value_parser = clap::builder::FalseyValueParser::new())]
    pub skip_bad_packs: bool,
}

/// Where segments are while they are in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Load {
    /// In memory maps: shared among processes, given back under pressure; files must not be changed in place
    #[default]
    Mmap,
    /// In memory: whatever becomes of the files harms nothing, at the price of as much memory as they are long
    Heap,
}

impl Load {
    /// How the value is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mmap => "mmap",
            Self::Heap => "heap",
        }
    }
}

impl From<Load> for LoadMode {
    fn from(load: Load) -> Self {
        match load {
            Load::Mmap => Self::Map,
            Load::Heap => Self::Heap,
        }
    }
}

impl StackArgs {
    /// What the flags and what lies below them ask for.
    pub fn config(&self) -> StackConfig {
        StackConfig {
            default_packs: !self.no_default_packs,
            indexes: self.index.clone(),
            packs: self.pack.clone(),
            cache: match &self.cache_dir {
                None => CachePolicy::UserFolder,
                Some(folder) if folder.is_empty() => CachePolicy::Off,
                Some(folder) => CachePolicy::Folder(folder.into()),
            },
            load: self.load.into(),
            skip_bad_packs: self.skip_bad_packs,
        }
    }

    /// Checks that what is named is there, without reading it.
    pub fn check(&self) -> Result<(), Failure> {
        if self.no_default_packs && self.pack.is_empty() && self.index.is_empty() {
            return Err(no_pack());
        }
        for folder in &self.pack {
            fs::read_dir(folder).map_err(|error| {
                Failure::opening(folder, &error).with_help("--pack takes the folder of a pack")
            })?;
        }
        for path in &self.index {
            let is_file =
                File::open(path).and_then(|file| file.metadata()).map(|metadata| metadata.is_file());
            match is_file {
                Ok(true) => {}
                Ok(false) => {
                    let message = format!("cannot read {}: it is not a file", path.display());
                    return Err(Failure::new(Exit::MissingInput, message)
                        .with_help("--index takes a file that `yaqut build` made; --pack takes folders"));
                }
                Err(error) => return Err(Failure::opening(path, &error)),
            }
        }
        Ok(())
    }

    /// Opens the stack, and tells on standard error what people should know about it.
    pub fn open(&self) -> Result<Arc<Gazetteer>, Failure> {
        Ok(self.open_stack()?.1.gazetteer)
    }

    /// As [`StackArgs::open`], with what it takes to open the stack anew.
    pub fn open_stack(&self) -> Result<(StackConfig, Opened), Failure> {
        let config = self.config();
        let opened = store::open(&config, &Compiling).map_err(Failure::from)?;
        report(&opened);
        if opened.gazetteer.packs().len() == 0 {
            return Err(no_pack());
        }
        Ok((config, opened))
    }
}

fn no_pack() -> Failure {
    Failure::usage("there is no pack to answer from")
        .with_help("name one with --pack DIR or --index FILE, or leave --no-default-packs out")
}

/// Warnings that are told in full when a stack is opened; `yaqut lint` tells all.
const MAX_WARNINGS: usize = 5;

fn report(opened: &Opened) {
    let (errors, warnings): (Vec<_>, Vec<_>) =
        opened.diagnostics.iter().partition(|finding| finding.severity == Severity::Error);
    errors.iter().for_each(tell);
    // What is built in, only its makers can mend.
    let (built_in, warnings): (Vec<_>, Vec<_>) =
        warnings.into_iter().partition(|finding| finding.file.starts_with("bundled/"));
    for warning in built_in {
        tracing::info!("{warning}");
    }
    for (i, warning) in warnings.iter().enumerate() {
        if i < MAX_WARNINGS {
            note(warning);
        } else {
            tracing::info!("{warning}");
        }
    }
    if warnings.len() > MAX_WARNINGS {
        let more = counted((warnings.len() - MAX_WARNINGS) as u64, "warning");
        note(format_args!("and {more} more; `yaqut lint` or -v shows them"));
    }
    for pack in &opened.skipped {
        tell(format_args!("warning: the pack {pack} has errors and is left out"));
    }
    for warning in &opened.warnings {
        note(format_args!("warning: {warning}"));
    }
}

/// Says which packs are being compiled: it may take seconds, once.
struct Compiling;

impl Observer for Compiling {
    fn observe(&self, event: Event<'_>) {
        match event {
            Event::Compiling { pack } => tracing::info!("compiling the pack {pack}"),
            Event::Ready { pack, origin } => tracing::debug!("the pack {pack} is ready ({origin:?})"),
            other => tracing::debug!("{other:?}"),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match error.exit_code() {
            65 => Exit::BadData,
            66 => Exit::MissingInput,
            74 => Exit::Io,
            75 => Exit::Temporary,
            _ => Exit::Internal,
        };
        match &error {
            StoreError::BadPacks { diagnostics } => {
                let errors = diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
                let errors: Vec<String> = errors.map(ToString::to_string).collect();
                Self::new(exit, format!("packs have errors, so nothing was done\n{}", errors.join("\n")))
                    .with_help("`yaqut lint` tells more; --skip-bad-packs leaves such packs out")
            }
            _ => Self::new(exit, error.to_string()),
        }
    }
}
