//! [`ask`]: the answers to cases, on all cores.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;

use crate::cli::terminal::is_quiet;
use crate::eval::Case;
use crate::gazetteer::Gazetteer;
use crate::resolve::{Resolution, ResolveOptions};

/// Answers, and what they took.
pub struct Asked {
    /// In the order of the cases.
    pub answers: Vec<Resolution>,
    /// From the first question to the last answer.
    pub took: Duration,
}

/// Asks every case, its own hints over `options`. Shows a bar if standard error is a terminal.
pub fn ask(gazetteer: &Gazetteer, cases: &[Case], options: &ResolveOptions) -> Asked {
    let (bar, started) = (bar(cases.len() as u64), Instant::now());
    let answer = |case: &Case| {
        let answer = gazetteer.resolve(&case.name, &case.options(options));
        bar.inc(1);
        answer
    };
    let answers = cases.par_iter().map(answer).collect();
    bar.finish_and_clear();
    Asked { answers, took: started.elapsed() }
}

fn bar(len: u64) -> ProgressBar {
    let is_shown = io::stderr().is_terminal() && !is_quiet();
    let target = if is_shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(len), target);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} %  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    bar
}
