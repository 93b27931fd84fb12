//! [`PhaseBar`]: a progress bar of what is done to a segment file.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::is_quiet;
use crate::store::{Phase, Progress};

/// A bar for each phase, with the rate and the time that is left. Hidden unless standard error is a terminal.
pub struct PhaseBar(ProgressBar);

impl PhaseBar {
    /// A bar that appears with the first phase.
    pub fn new() -> Self {
        let is_shown = io::stderr().is_terminal() && !is_quiet();
        let target =
            if is_shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        Self(ProgressBar::with_draw_target(Some(0), target))
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for PhaseBar {
    fn begin(&self, phase: Phase, total: u64) {
        let (step, rate) = match phase {
            Phase::Reading => ("1/4 reading", "{bytes_per_sec}"),
            Phase::Keys => ("2/4 making keys", "{human_pos} aliases, {per_sec}"),
            Phase::Sorting => ("3/4 sorting", "{per_sec}"),
            Phase::Writing => ("4/4 writing", "{bytes_per_sec}"),
            Phase::Verifying => ("verifying", "{bytes_per_sec}"),
        };
        let template = format!("{step:15} {{bar:30}} {{percent:>3}} %  {rate}  {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.0.set_style(style);
        }
        self.0.set_length(total);
        self.0.reset();
        self.0.enable_steady_tick(Duration::from_millis(250));
    }

    fn advance(&self, steps: u64) {
        self.0.inc(steps);
    }
}
