//! `yaqut token`: static tokens for those who call a server.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::failure::{Exit, Failure};
use super::target::Target;
use super::terminal::{note, tell};
use crate::server::{Expiry, Scope, TokenHash, TokenRow, TokenTable, new_token};

/// Make tokens for those who call a server
///
/// A server keeps hashes of tokens alone: lines of the table that `serve --auth-tokens` reads.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut token new newsroom --append tokens.tsv > newsroom.token")]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    New(NewArgs),
    /// Print the hash of a token that was made elsewhere, read from standard input
    Hash,
}

/// Print a fresh token, this once, and the line of the table that lets it in
///
/// The token goes to standard output, the line to standard error or to the end of a table.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut token new newsroom --expires 2027-01-31 --append tokens.tsv > newsroom.token

Exit codes:
  65  the table has an error, or the name already")]
struct NewArgs {
    /// Whose token it is, for the log
    name: String,
    /// What its bearer may do
    #[arg(long, value_name = "SCOPES", value_delimiter = ',', default_value = "resolve")]
    scope: Vec<Scope>,
    /// When it ends, as 2027-01-31 or 2027-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    expires: Option<Expiry>,
    /// Anything that whoever reads the table should know
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// The table to add its line to; made if it is not there
    #[arg(long, value_name = "FILE")]
    append: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &TokenArgs) -> Result<Exit, Failure> {
    match &args.command {
        TokenCommand::New(args) => new(args),
        TokenCommand::Hash => hash(),
    }
}

fn new(args: &NewArgs) -> Result<Exit, Failure> {
    let token = new_token().map_err(|_| Failure::new(Exit::Io, "the system gives no random bits"))?;
    let scopes = args.scope.iter().copied().collect();
    let row = TokenRow::new(&args.name, TokenHash::of(&token), scopes, args.expires, &args.note)
        .map_err(|error| Failure::usage(format!("`{}` {error}", args.name.escape_debug())))?;
    match &args.append {
        Some(path) => append(path, &row)?,
        None => tell(&row),
    }
    print(&token)
}

/// Reads a token on standard input and prints its hash.
fn hash() -> Result<Exit, Failure> {
    const MAX_BYTES: u64 = 64 << 10;
    let mut text = String::new();
    io::stdin()
        .take(MAX_BYTES)
        .read_to_string(&mut text)
        .map_err(|error| Failure::reading("standard input", &error))?;
    let hash = TokenHash::of_foreign(text.trim_end_matches(['\r', '\n'])).ok_or_else(|| {
        Failure::bad_data("standard input holds no token").with_help(
            "expected one line of 32 or more random letters, digits and any of - . _ ~ + /; `yaqut token new NAME` makes \
             one",
        )
    })?;
    print(&hash.to_string())
}

fn print(line: &str) -> Result<Exit, Failure> {
    let mut out = Target::stdout();
    out.put(format!("{line}\n").as_bytes())?;
    out.commit()?;
    Ok(Exit::Ok)
}

/// Adds a row to the table at `path`, which a server may read at any moment: it holds the old rows, or those and the new
/// one. Its rights stay; a new table is for its owner alone.
fn append(path: &Path, row: &TokenRow) -> Result<(), Failure> {
    let (mut table, is_new) = match fs::read(path) {
        Ok(bytes) => (bytes, false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (format!("{}\n", TokenTable::HEADER).into_bytes(), true)
        }
        Err(error) => return Err(Failure::opening(path, &error)),
    };
    if table.last().is_some_and(|byte| *byte != b'\n') {
        table.push(b'\n');
    }
    table.extend_from_slice(format!("{row}\n").as_bytes());
    TokenTable::parse(path, &table).map_err(|error| {
        Failure::bad_data(error.to_string())
            .with_help("nothing was changed; put the table right, or choose another name")
    })?;
    replace(path, &table, is_new).map_err(|error| Failure::writing(&path.display().to_string(), &error))?;
    note(format_args!("added to {}: {row}", path.display()));
    Ok(())
}

/// Gives the file `path` another content at once. A link keeps pointing: what it points to is replaced.
fn replace(path: &Path, content: &[u8], is_new: bool) -> io::Result<()> {
    let path = if is_new { path.to_owned() } else { fs::canonicalize(path)? };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Rights of a temporary file: for its owner alone.
    let mut next = tempfile::Builder::new().prefix(".yaqut-").suffix(".part").tempfile_in(folder)?;
    next.write_all(content)?;
    if !is_new {
        next.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    }
    next.as_file().sync_all()?;
    if is_new {
        next.persist_noclobber(&path)?
    } else {
        next.persist(&path)?
    };
    Ok(())
}
