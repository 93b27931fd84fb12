//! How text is shown: colours, and names of either direction that neither reorder nor hide their neighbours.

use std::borrow::Cow;
use std::env;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use crate::model::Status;

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Whether a stream gets colours; `NO_COLOR` and `CLICOLOR_FORCE` speak where the flag does not.
    pub fn applies(self, is_terminal: bool) -> bool {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
            Self::Auto => is_terminal || is_set("CLICOLOR_FORCE"),
        }
    }
}

/// How text for people is shown on standard output.
#[derive(Clone, Copy, Debug)]
pub struct Display {
    /// Whether colours are wanted.
    pub color: bool,
    /// Whether names are isolated, and their bidi controls escaped.
    pub isolate: bool,
}

impl Display {
    /// The manner that suits standard output as it is now.
    pub fn of_stdout(choice: ColorChoice) -> Self {
        let is_terminal = io::stdout().is_terminal();
        Self { color: choice.applies(is_terminal), isolate: is_terminal }
    }

    /// `text` from data, safe to print: control characters are escaped; on a terminal bidi controls are too, and
    /// text that could reorder its neighbours is isolated (FSI … PDI).
    pub fn data(self, text: &str) -> Cow<'_, str> {
        let escaped = escape(text, |c| c.is_control() || (self.isolate && is_bidi_control(c)));
        if self.isolate && !escaped.is_ascii() {
            return format!("\u{2068}{escaped}\u{2069}").into();
        }
        escaped
    }

    /// `text` in `style`, if colours are wanted.
    pub fn styled(self, style: Style, text: impl fmt::Display) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
}

/// The colour of a verdict.
pub fn status_style(status: Status) -> Style {
    let color = match status {
        Status::Resolved => AnsiColor::Green,
        Status::Ambiguous => AnsiColor::Yellow,
        Status::NotFound => AnsiColor::Red,
        Status::Invalid => AnsiColor::Magenta,
    };
    color.on_default()
}

fn escape(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_escaped(c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    escaped.into()
}

/// Marks, embeddings, overrides and isolates of the Unicode bidirectional algorithm.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

static QUIET: AtomicBool = AtomicBool::new(false);

/// Silences [`note`] for the rest of the run (`--quiet`); errors are still told.
pub fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Whether [`note`] is silent.
pub fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Tells people something on standard error, unless `--quiet`.
pub fn note(message: impl fmt::Display) {
    if !is_quiet() {
        say("INFO", message);
    }
}

static JSON: AtomicBool = AtomicBool::new(false);

/// Has [`note`] and [`tell`] write JSON objects for the rest of the run (`--log-format json`), as the log does.
pub fn speak_json() {
    JSON.store(true, Ordering::Relaxed);
}

/// Tells people on standard error what went wrong.
pub fn tell(message: impl fmt::Display) {
    say("ERROR", message);
}

/// If even that fails, there is nobody left to tell.
fn say(level: &str, message: impl fmt::Display) {
    let mut stderr = io::stderr().lock();
    let _ = if JSON.load(Ordering::Relaxed) {
        writeln!(stderr, "{}", json_line(level, &message.to_string()))
    } else {
        writeln!(stderr, "{message}")
    };
}

/// With the members that a line of the log has.
fn json_line(level: &str, message: &str) -> String {
    let mut timestamp = String::new();
    // A clock that cannot be told leaves the time out.
    let _ = SystemTime.format_time(&mut Writer::new(&mut timestamp));
    serde_json::json!({"timestamp": timestamp, "level": level, "message": message, "target": "yaqut"})
        .to_string()
}

/// A count with its thousands set apart: `1,234,567`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`.
pub fn counted(count: u64, noun: &str) -> String {
    let mut text = thousands(count);
    let _ = write!(text, " {noun}{}", if count == 1 { "" } else { "s" });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: Display = Display { color: true, isolate: true };
    const PIPE: Display = Display { color: false, isolate: false };

    #[test]
    fn names_are_isolated_on_a_terminal_only() {
        assert_eq!(TERMINAL.data("كييف"), "\u{2068}كييف\u{2069}");
        assert_eq!(TERMINAL.data("Kyiv"), "Kyiv");
        assert_eq!(PIPE.data("كييف"), "كييف");
    }

    #[test]
    fn bidi_controls_are_escaped_on_a_terminal_only() {
        assert_eq!(TERMINAL.data("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(PIPE.data("a\u{202e}b"), "a\u{202e}b");
    }

    #[test]
    fn control_characters_never_reach_a_table() {
        assert_eq!(PIPE.data("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
    }

    #[test]
    fn styles_need_colour() {
        let style = status_style(Status::Resolved);
        assert_eq!(PIPE.styled(style, "RESOLVED"), "RESOLVED");
        assert!(TERMINAL.styled(style, "RESOLVED").starts_with("\u{1b}[32m"));
    }

    #[test]
    fn counts_are_readable() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(2000, "row"), "2,000 rows");
    }
}
