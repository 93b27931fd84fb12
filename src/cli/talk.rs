//! What is said on standard error beside the data: how much, in which colours, and in which format.

use std::fmt;
use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};

use clap::{ArgAction, Args, ValueEnum};
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::terminal::{self, ColorChoice};

/// How much is said, and how.
#[derive(Args, Debug)]
#[command(next_help_heading = "Talk")]
pub struct TalkArgs {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", env = "YAQUT_COLOR")]
    pub color: ColorChoice,
    /// Only tell errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Tell more; twice for still more (or set YAQUT_LOG, such as yaqut=debug)
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,
    /// What a line of the log looks like
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", env = "YAQUT_LOG_FORMAT")]
    log_format: LogFormat,
}

/// What a line of the log looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line of text
    #[default]
    Human,
    /// A JSON object
    Json,
}

impl TalkArgs {
    /// Has everything that is said from now on said so.
    pub fn set_up(&self) {
        if self.quiet {
            terminal::be_quiet();
        }
        if self.log_format == LogFormat::Json {
            terminal::speak_json();
            log_panics();
        }
        let colors = self.color.applies(io::stderr().is_terminal());
        let subscriber = subscriber(self.log_format, self.filter(), colors, io::stderr);
        // A second call, as in tests, keeps the first subscriber.
        let _ = tracing::subscriber::set_global_default(subscriber);
    }

    fn filter(&self) -> EnvFilter {
        let level = match (self.quiet, self.verbose) {
            (true, _) => "error",
            (false, 0) => "warn",
            (false, 1) => "warn,yaqut=info",
            (false, 2) => "info,yaqut=debug",
            (false, _) => "debug,yaqut=trace",
        };
        let variables = ["YAQUT_LOG", "RUST_LOG"];
        let filter = variables.iter().find_map(|name| EnvFilter::try_from_env(name).ok());
        filter.unwrap_or_else(|| EnvFilter::new(level))
    }
}

/// Writes what `filter` lets through to `writer`.
fn subscriber<W>(
    format: LogFormat,
    filter: EnvFilter,
    colors: bool,
    writer: W,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match format {
        LogFormat::Human => Box::new(subscriber.with_ansi(colors).finish()),
        LogFormat::Json => Box::new(subscriber.json().flatten_event(true).with_current_span(false).finish()),
    }
}

/// Has panics logged from now on, and not written as they are: for programs that answer others, whose names a message may
/// hold, and whose log has a format.
pub fn log_panics() {
    panic::set_hook(Box::new(log_panic));
}

/// Logs where a panic was, and what it says if that is a text of the code: one that is put together may hold a name.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let message =
        panic.payload().downcast_ref::<&str>().copied().unwrap_or("(not told, for it may hold a name)");
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or_default();
    tracing::error!(place, message = %Panicked(message), thread);
}

struct Panicked<'a>(&'a str);

impl fmt::Display for Panicked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.0)
    }
}

#[cfg(test)]
mod tests;
