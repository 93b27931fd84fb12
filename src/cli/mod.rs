//! The command line: one file a subcommand.
//!
//! Data goes to standard output, talk to standard error. Exit codes stand in `failure`.

mod adopt;
mod build;
mod canonicalize;
mod columns;
mod completions;
mod config;
mod diff;
mod eval;
mod export;
mod failure;
mod hints;
mod import;
mod info;
mod interrupt;
mod lint;
mod memory_size;
mod pack_files;
mod phase_bar;
mod remote;
mod resolve;
mod serve;
mod stack;
mod talk;
mod target;
mod terminal;
mod token;
mod verify;

use std::env;
use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueHint};

use self::config::{Layers, Refusal};
use self::failure::{Exit, Failure};
use self::stack::StackArgs;
use self::talk::TalkArgs;
use self::terminal::{ColorChoice, note, tell};

/// Any spelling of a name, above all in Arabic script, to one canonical ID
#[derive(Debug, Parser)]
#[command(name = "yaqut", version, arg_required_else_help = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    config: ConfigFileArgs,
    #[command(flatten)]
    talk: TalkArgs,
}

const EXIT_CODES: &str = "\
Example:
  yaqut resolve أوكرانيا وأوكرانيا Ukraine

Exit codes:
  0  all went well             66  an input is missing
  1  there are findings        70  a fault of yaqut itself
  2  wrong usage               74  reading or writing failed
  65 an input is wrong         75  try again later";

/// Where settings come from that neither flag nor variable gives.
#[derive(Args, Debug)]
#[command(next_help_heading = "Configuration")]
struct ConfigFileArgs {
    /// Configuration file (TOML); flags and variables win over what it says
    #[arg(long, global = true, value_name = "FILE", env = "YAQUT_CONFIG", value_hint = ValueHint::FilePath)]
    config: Option<OsString>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
    Resolve(resolve::ResolveArgs),
    Canonicalize(Box<canonicalize::CanonicalizeArgs>),
    Adopt(adopt::AdoptArgs),
    Lint(lint::LintArgs),
    Diff(diff::DiffArgs),
    Build(build::BuildArgs),
    Verify(verify::VerifyArgs),
    Info(info::InfoArgs),
    Export(export::ExportArgs),
    Import(import::ImportArgs),
    Eval(eval::EvalArgs),
    Config(config::ConfigArgs),
    Token(token::TokenArgs),
    Completions(completions::CompletionsArgs),
}

/// What every command may need to know.
struct Context {
    stack: StackArgs,
    color: ColorChoice,
    layers: Layers,
}

/// Runs the program with the arguments of this process.
pub fn run() -> ExitCode {
    let (cli, layers) = match parse() {
        Ok(parsed) => parsed,
        Err(Refusal::Arguments(error)) => {
            // Help and version go to standard output and end well; a closed pipe is nobody's fault.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() };
        }
        Err(Refusal::File(failure)) => return ended(Err(failure)),
    };
    cli.talk.set_up();
    let variables = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    config::warnings(Cli::command(), variables).iter().for_each(note);
    if let Ok(end) = catch_unwind(AssertUnwindSafe(|| dispatch(cli, layers))) {
        return ended(end);
    }
    tell("error: this is a fault of yaqut itself; please report it with the message above");
    Exit::Internal.into()
}

fn parse() -> Result<(Cli, Layers), Refusal> {
    let layers = config::parse(Cli::command(), &env::args_os().collect::<Vec<_>>())?;
    let cli = Cli::from_arg_matches(&layers.matches)?;
    Ok((cli, layers))
}

fn ended(end: Result<Exit, Failure>) -> ExitCode {
    end.unwrap_or_else(|failure| {
        if !failure.is_quiet() {
            tell(&failure);
        }
        failure.exit()
    })
    .into()
}

fn dispatch(cli: Cli, layers: Layers) -> Result<Exit, Failure> {
    let context = Context { stack: cli.stack, color: cli.talk.color, layers };
    match cli.command {
        Command::Serve(args) => serve::run(&args, &context),
        Command::Resolve(args) => resolve::run(&args, &context),
        Command::Canonicalize(args) => canonicalize::run(&args, &context),
        Command::Adopt(args) => adopt::run(&args, &context),
        Command::Lint(args) => lint::run(&args, &context),
        Command::Diff(args) => diff::run(&args, &context),
        Command::Build(args) => build::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Info(args) => info::run(&args, &context),
        Command::Export(args) => export::run(&args, &context),
        Command::Import(args) => import::run(&args),
        Command::Eval(args) => eval::run(&args, &context),
        Command::Config(args) => config::run(&args, &context),
        Command::Token(args) => token::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        config::prepare(Cli::command()).debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in Cli::command().get_subcommands() {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains("Example"), "{}", command.get_name());
        }
    }
}
