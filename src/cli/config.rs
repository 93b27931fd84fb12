//! Configuration: flag over environment over file over default, and `yaqut config`, which shows what came of it.
//!
//! A flag becomes a key of the file by being declared: every global flag, and every flag of a command in
//! [`setting::TABLES`]. Nothing is to be registered. What this asks of a flag:
//!
//! - Its variable is `YAQUT_` with the name in capitals.
//! - A path is a `PathBuf`, or has a path as its `value_hint`: a file's paths start from its folder.
//! - What it may be is checked by its value parser; what it may be together with others is checked in
//!   `ServeArgs::plan`, not by `requires` or `conflicts_with`, which do not see what a file says.

mod environment;
mod file;
mod layers;
mod nearest;
mod setting;
mod show;
mod template;
#[cfg(test)]
mod tests;

use clap::{Args, Subcommand, ValueEnum};

pub use self::environment::warnings;
use self::layers::{Effective, Origin};
pub use self::layers::{Layers, Refusal, parse};
pub use self::setting::prepare;
use super::Context;
use super::failure::{Exit, Failure};
use super::serve::ServeArgs;
use super::target::Target;

/// Show, check and begin configuration files
///
/// A setting is what the flag says, else the environment, else the configuration file (--config), else the default.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut config default > yaqut.toml
  yaqut config check --config yaqut.toml
  yaqut config show --config yaqut.toml")]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    Show(Box<ShowArgs>),
    Check(Box<CheckArgs>),
    Default(DefaultArgs),
}

/// Print every setting of `yaqut serve` with where it came from
///
/// Takes the flags of `yaqut serve`. What it prints is a configuration file again, with relative paths made absolute.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut config show --config yaqut.toml --listen 0.0.0.0:50051

Exit codes:
  0   it is shown
  2   a flag or variable is wrong
  65  the file is wrong
  66  the file cannot be read")]
struct ShowArgs {
    /// Only the settings in the table of this command
    #[arg(value_enum)]
    command: Option<Shown>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ShowFormat,
    #[command(flatten)]
    serve: ServeArgs,
}

/// A command that has a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shown {
    /// `yaqut serve`
    Serve,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ShowFormat {
    /// A configuration file, with origins as comments
    #[default]
    Toml,
    /// An object of objects with value and origin
    Json,
}

/// Check all that `yaqut serve` checks before it listens
///
/// Takes the flags of `yaqut serve`. Files that are named must be there, addresses must resolve; no socket is opened, and
/// packs are not read (`yaqut lint` and `yaqut verify` do that).
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut config check --config yaqut.toml

Exit codes:
  0   yaqut serve would listen
  2   a flag, a variable, or what settings amount to together is wrong
  65  the configuration file, or a file that a setting names, is wrong
  66  such a file cannot be read
  74  an address cannot be resolved")]
struct CheckArgs {
    #[command(flatten)]
    serve: ServeArgs,
}

/// Print a configuration file with all settings commented out
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut config default > yaqut.toml")]
struct DefaultArgs {}

/// Runs the command.
pub fn run(args: &ConfigArgs, context: &Context) -> Result<Exit, Failure> {
    match &args.command {
        ConfigCommand::Show(args) => print(&args.text(&context.layers)),
        ConfigCommand::Check(args) => {
            args.serve.plan()?;
            context.stack.check()?;
            print(&summary(&context.layers.effective()))
        }
        ConfigCommand::Default(_) => print(&template::file(&context.layers.settings)),
    }
}

impl ShowArgs {
    fn text(&self, layers: &Layers) -> String {
        let mut effective = layers.effective();
        if let Some(Shown::Serve) = self.command {
            effective.retain(|one| one.setting.table == Some("serve"));
        }
        match self.format {
            ShowFormat::Toml => show::toml(&effective),
            ShowFormat::Json => format!("{:#}\n", show::json(&effective)),
        }
    }
}

/// `ok, of 12 settings 2 by flags, 1 by the environment, 4 by a file`.
fn summary(effective: &[Effective<'_>]) -> String {
    let count = |is: fn(&Origin) -> bool| effective.iter().filter(|one| is(&one.origin)).count();
    format!(
        "ok, of {} settings {} by flags, {} by the environment, {} by the file\n",
        effective.len(),
        count(|origin| *origin == Origin::Flag),
        count(|origin| matches!(origin, Origin::Environment(_))),
        count(|origin| matches!(origin, Origin::File(..)))
    )
}

fn print(text: &str) -> Result<Exit, Failure> {
    let mut out = Target::stdout();
    out.put(text.as_bytes())?;
    out.commit()?;
    Ok(Exit::Ok)
}
