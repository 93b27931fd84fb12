//! `yaqut completions`: what a shell needs to complete our commands and flags.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::config::prepare;
use super::failure::{Exit, Failure};
use super::target::Target;

/// Print a completion script for a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut completions bash > ~/.local/share/bash-completion/completions/yaqut")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs the command.
pub fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut prepare(Cli::command()), "yaqut", &mut script);
    let mut out = Target::stdout();
    out.put(&script)?;
    out.commit()?;
    Ok(Exit::Ok)
}
