//! `yaqut serve`: the gRPC service.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::Context;
use super::failure::{Exit, Failure};
use super::terminal::{counted, note, thousands};
use crate::gazetteer::Gazetteer;
use crate::server::{ServeOptions, serve, shutdown_signal};

/// Answer over gRPC
///
/// Ends on SIGTERM or Ctrl-C: calls under way are finished first, for as long as --drain says.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut serve --listen 0.0.0.0:50051 --pack data/newsroom

Exit codes: 0 it was told to end; 65 a pack has errors; 74 the address cannot be listened on.")]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "YAQUT_LISTEN", default_value = "127.0.0.1:50051")]
    listen: String,
    /// How many seconds calls under way may still take at the end
    #[arg(long, value_name = "SECONDS", env = "YAQUT_DRAIN", default_value_t = ServeOptions::default().drain_deadline.as_secs())]
    drain: u64,
}

/// Runs the command.
pub fn run(args: &ServeArgs, context: &Context) -> Result<Exit, Failure> {
    let started = Instant::now();
    let runtime = Runtime::new()
        .map_err(|error| Failure::new(Exit::Internal, format!("cannot start the runtime: {error}")))?;
    // The port before the packs: that it is taken is told at once.
    let listener = runtime
        .block_on(TcpListener::bind(&args.listen))
        .map_err(|error| cannot_listen(&args.listen, &error))?;
    let gazetteer = context.stack.open()?;
    let address = listener.local_addr().map_err(|error| cannot_listen(&args.listen, &error))?;
    let options = ServeOptions { drain_deadline: Duration::from_secs(args.drain), ..ServeOptions::default() };
    runtime.block_on(async {
        let shutdown = shutdown_signal()
            .map_err(|error| Failure::new(Exit::Internal, format!("cannot listen for signals: {error}")))?;
        note(greeting(&address.to_string(), &gazetteer, started.elapsed()));
        serve(listener, Arc::clone(&gazetteer), shutdown, options)
            .await
            .map_err(|error| Failure::new(Exit::Io, error.to_string()))
    })?;
    note("stopped");
    Ok(Exit::Ok)
}

fn greeting(address: &str, gazetteer: &Gazetteer, took: Duration) -> String {
    let packs = counted(gazetteer.packs().len() as u64, "pack");
    let aliases = thousands(gazetteer.packs().map(|header| header.alias_count).sum());
    format!("listening on {address}, {packs}, {aliases} aliases, ready in {:.2} s", took.as_secs_f64())
}

fn cannot_listen(address: &str, error: &io::Error) -> Failure {
    let message = format!("cannot listen on {address}: {error}");
    match error.kind() {
        io::ErrorKind::AddrInUse => Failure::new(Exit::Io, message).with_help(
            "another program listens there: stop it, or choose another port with --listen (127.0.0.1:0 takes a free one)",
        ),
        io::ErrorKind::PermissionDenied => {
            Failure::new(Exit::Io, message).with_help("ports below 1024 need rights; choose one above")
        }
        io::ErrorKind::InvalidInput => {
            Failure::usage(message).with_help("expected ADDRESS:PORT, such as 127.0.0.1:50051")
        }
        _ => Failure::new(Exit::Io, message).with_help("the address must be one of this machine's"),
    }
}
