//! [`Progress`]: how far a run has come, on a terminal.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::source::Source;
use crate::cli::terminal::{is_quiet, thousands};

/// A bar by bytes of input, with rows a second and the time that is left. Hidden unless standard error is a terminal.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    bytes_read: Arc<AtomicU64>,
    started: Instant,
}

impl Progress {
    /// A bar for reading `source`.
    pub fn of(source: &Source) -> Self {
        let is_shown = io::stderr().is_terminal() && !is_quiet();
        let target =
            if is_shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(source.bytes_total, target);
        let template = match source.bytes_total {
            Some(_) => "{bar:30} {percent:>3} %  {msg}  {eta} left",
            None => "{spinner} {bytes}  {msg}  {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, bytes_read: Arc::clone(&source.bytes_read), started: Instant::now() }
    }

    /// Shows that `rows` are done.
    pub fn advance(&self, rows: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let rate = rows as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        self.bar.set_message(format!("{} rows, {} rows/s", thousands(rows), thousands(rate as u64)));
        self.bar.set_position(self.bytes_read.load(Ordering::Relaxed));
    }

    /// Has `speak` write to standard error without the bar in its way.
    pub fn aside(&self, speak: impl FnOnce()) {
        self.bar.suspend(speak);
    }

    /// Takes the bar away and tells how long it all took.
    pub fn finish(&self) -> Duration {
        self.bar.finish_and_clear();
        self.started.elapsed()
    }
}
