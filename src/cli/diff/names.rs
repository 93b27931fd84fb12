//! [`NamesArgs`]: which names are compared.

use std::path::{Path, PathBuf};

use clap::Args;

use super::sample::Sample;
use crate::cli::canonicalize::{Format, List, ListArgs, Source};
use crate::cli::failure::Failure;
use crate::curate::diff::{Comparison, Scope};

/// Which names are compared.
#[derive(Args, Debug)]
#[command(next_help_heading = "Names")]
pub struct NamesArgs {
    /// Compare these names too: plain lines, or a column of a csv, tsv or jsonl; - for standard input
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// Column of the names in FILE
    #[arg(short, long, value_name = "C", requires = "names")]
    column: Option<String>,
    /// Compare the names of FILE alone
    #[arg(long, requires = "names", conflicts_with = "all")]
    names_only: bool,
    /// Compare every alias of both stacks, not only what may be touched
    #[arg(long)]
    all: bool,
    /// Compare only so many of the names, chosen by chance
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Another choice of --sample; the same seed chooses the same names
    #[arg(long, value_name = "SEED", default_value_t = 1, requires = "sample")]
    seed: u64,
}

impl NamesArgs {
    /// Whether the packs' own names are left out.
    pub fn is_list_alone(&self) -> bool {
        self.names_only
    }

    /// Hands every name to `take`, or those of the sample.
    pub fn for_each(
        &self,
        comparison: Comparison<'_>,
        mut take: impl FnMut(String) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Some(size) = self.sample else { return self.for_each_of_all(comparison, take) };
        let mut sample = Sample::new(size, self.seed);
        self.for_each_of_all(comparison, |name| {
            sample.offer(name);
            Ok(())
        })?;
        sample.into_names().into_iter().try_for_each(&mut take)
    }

    fn for_each_of_all(
        &self,
        comparison: Comparison<'_>,
        mut take: impl FnMut(String) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if !self.names_only {
            let scope = if self.all { Scope::All } else { Scope::Touched };
            comparison.for_each_name(scope, &mut take)?;
        }
        self.names.as_ref().map_or(Ok(()), |path| self.for_each_of_list(path, take))
    }

    fn for_each_of_list(
        &self,
        path: &Path,
        mut take: impl FnMut(String) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let args = ListArgs { column: self.column.clone(), ..ListArgs::default() };
        // A file whose name tells nothing holds plain lines.
        let format = match Format::of_path(path) {
            None if self.column.is_none() => Format::Lines,
            _ => args.format(path)?,
        };
        let source = Source::open(path)?;
        let label = source.label.clone();
        let mut rows = List::open(source, format, &args, &[])?.rows;
        while let Some(row) = rows.next_row()? {
            let query = row.query.map_err(|fault| {
                Failure::bad_data(format!("{label}:{}: {fault}", row.line)).with_help(fault.help())
            })?;
            take(query.name)?;
        }
        Ok(())
    }
}
