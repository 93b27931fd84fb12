//! [`Output`]: changes as they are written, and [`Tally`]: how many there are.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::Format;
use crate::cli::canonicalize::{Dialect, push_cell};
use crate::cli::columns::aligned;
use crate::cli::failure::{Exit, Failure};
use crate::cli::target::Target;
use crate::cli::terminal::{ColorChoice, Display, counted, note, thousands};
use crate::curate::diff::{Best, Change, Difference, Side};

/// Changes that a table for people shows.
const MAX_SHOWN: usize = 1_000;

/// Where changes go.
pub struct Output {
    format: Format,
    target: Target,
    display: Display,
    /// For a table, whose columns are as wide as the widest cell.
    shown: Vec<[String; 5]>,
    left_out: u64,
}

const COLUMNS: [&str; 15] = [
    "name",
    "changed",
    "old_status",
    "old_id",
    "old_name",
    "old_score",
    "old_tier",
    "old_pack",
    "new_status",
    "new_id",
    "new_name",
    "new_score",
    "new_tier",
    "new_pack",
    "why",
];

impl Output {
    pub fn create(format: Format, path: &Path, force: bool, color: ColorChoice) -> Result<Self, Failure> {
        let target = Target::create(path, force)?;
        let display = Display::of_stdout(color);
        let mut output = Self { format, target, display, shown: Vec::new(), left_out: 0 };
        if format == Format::Tsv {
            output.tsv(COLUMNS)?;
        }
        Ok(output)
    }

    pub fn write(&mut self, change: &Change) -> Result<(), Failure> {
        match self.format {
            Format::Table if self.shown.len() < MAX_SHOWN => {
                self.shown.push(table_row(change, self.display));
                Ok(())
            }
            Format::Table => {
                self.left_out += 1;
                Ok(())
            }
            Format::Tsv => {
                let [old, new] = [&change.old, &change.new].map(cells);
                let changed = changed(change);
                let (name, why) = (std::slice::from_ref(&change.name), std::slice::from_ref(&change.why));
                let cells = [name, &[changed], &old, &new, why].concat();
                self.tsv(cells)
            }
            Format::Jsonl => {
                let json = serde_json::to_string(change);
                let json = json.map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
                self.target.put((json + "\n").as_bytes())
            }
        }
    }

    fn tsv<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> Result<(), Failure> {
        let mut line = Vec::new();
        for (i, cell) in cells.into_iter().enumerate() {
            if i > 0 {
                line.push(b'\t');
            }
            push_cell(cell.as_ref().as_bytes(), Dialect::TSV, &mut line);
        }
        line.push(b'\n');
        self.target.put(&line)
    }

    /// Writes what is left, and ends the output.
    pub fn finish(mut self) -> Result<(), Failure> {
        if !self.shown.is_empty() {
            let table = aligned(["CHANGED", "NAME", "BEFORE", "NOW", "WHY"], &[], self.shown);
            self.target.put(table.as_bytes())?;
        }
        if self.left_out > 0 {
            let more = counted(self.left_out, "change");
            note(format_args!("and {more} more; --format tsv or jsonl writes all"));
        }
        self.target.commit()
    }
}

fn changed(change: &Change) -> String {
    change.changed.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(",")
}

fn table_row(change: &Change, display: Display) -> [String; 5] {
    let shown = |text: &str| display.data(text).into_owned();
    let side = |side: &Side| match &side.best {
        Some(Best { id, canonical_name, score, .. }) => {
            format!("{} {} {} {score}", side.status, shown(id), shown(canonical_name))
        }
        None => side.status.to_string(),
    };
    [changed(change), shown(&change.name), side(&change.old), side(&change.new), shown(&change.why)]
}

fn cells(side: &Side) -> [String; 6] {
    let status = side.status.to_string();
    match &side.best {
        Some(best) => {
            let (score, tier) = (best.score.to_string(), best.tier.to_string());
            [status, best.id.clone(), best.canonical_name.clone(), score, tier, best.pack.clone()]
        }
        None => [status, String::new(), String::new(), String::new(), String::new(), String::new()],
    }
}

/// What was found, in figures.
#[derive(Default)]
pub struct Tally {
    /// Names that were compared.
    pub compared: u64,
    /// Names that are answered differently.
    pub changed: u64,
    by_difference: [u64; 5],
}

const DIFFERENCES: [Difference; 5] =
    [Difference::Status, Difference::Entity, Difference::Id, Difference::Tier, Difference::Score];

impl Tally {
    pub fn count(&mut self, change: &Change) {
        self.changed += 1;
        for (count, difference) in self.by_difference.iter_mut().zip(DIFFERENCES) {
            *count += u64::from(change.changed.contains(&difference));
        }
    }

    /// The figures for people.
    pub fn summary(&self, took: Duration) -> String {
        let alike = thousands(self.compared - self.changed);
        let mut text = format!(
            "{} compared in {:.1} s: {alike} alike, {} answered differently",
            counted(self.compared, "name"),
            took.as_secs_f64(),
            thousands(self.changed)
        );
        let kinds = DIFFERENCES.iter().zip(self.by_difference).filter(|(_, count)| *count > 0);
        let kinds: Vec<_> = kinds
            .map(|(difference, count)| format!("{} {}", difference.as_str(), thousands(count)))
            .collect();
        if !kinds.is_empty() {
            let _ = write!(text, " ({})", kinds.join(", "));
        }
        text
    }
}
