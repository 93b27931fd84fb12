//! The flags that say which packs answer, and what is said while they are opened.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::failure::{Exit, Failure};
use super::terminal::{counted, note, tell};
use crate::gazetteer::Gazetteer;
use crate::pack::Severity;
use crate::store::{self, CachePolicy, Event, LoadMode, Observer, Opened, StackConfig, StoreError};

/// The environment variable with pack folders, as `--pack` names them one by one.
const PACKS_VARIABLE: &str = "YAQUT_PACK";
/// The environment variable with segment files, as `--index` names them one by one.
const INDEXES_VARIABLE: &str = "YAQUT_INDEX";

/// Which packs answer.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Packs")]
pub struct StackArgs {
    /// Pack folder to lay on the stack; repeatable, later ones win [env: YAQUT_PACK, separated like PATH]
    #[arg(long, global = true, value_name = "DIR")]
    pub pack: Vec<PathBuf>,
    /// Segment file made by `yaqut build`, below the pack folders; repeatable [env: YAQUT_INDEX, separated like PATH]
    #[arg(long, global = true, value_name = "FILE")]
    pub index: Vec<PathBuf>,
    /// Leave out the packs that are built into the program
    #[arg(long, global = true, env = "YAQUT_NO_DEFAULT_PACKS", value_parser = clap::builder::FalseyValueParser::new())]
    pub no_default_packs: bool,
    /// Folder in which compiled packs are kept; empty for none
    #[arg(long, global = true, value_name = "DIR", env = "YAQUT_CACHE_DIR")]
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
    /// What the flags and the environment ask for.
    pub fn config(&self) -> StackConfig {
        StackConfig {
            default_packs: !self.no_default_packs,
            indexes: paths(&self.index, INDEXES_VARIABLE),
            packs: paths(&self.pack, PACKS_VARIABLE),
            cache: match &self.cache_dir {
                None => CachePolicy::UserFolder,
                Some(folder) if folder.is_empty() => CachePolicy::Off,
                Some(folder) => CachePolicy::Folder(folder.into()),
            },
            load: self.load.into(),
            skip_bad_packs: self.skip_bad_packs,
        }
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
            return Err(Failure::usage("there is no pack to answer from")
                .with_help("name one with --pack DIR or --index FILE, or leave --no-default-packs out"));
        }
        Ok((config, opened))
    }
}

fn paths(flags: &[PathBuf], variable: &str) -> Vec<PathBuf> {
    if !flags.is_empty() {
        return flags.to_vec();
    }
    let value = env::var_os(variable).unwrap_or_default();
    env::split_paths(&value).filter(|path| !path.as_os_str().is_empty()).collect()
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
