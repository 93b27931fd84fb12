//! Load generator: how many names a second a server resolves, and how long each call takes.
//!
//! ```text
//! cargo run --release --example load                                   # unary, batch and stream, over the bundled packs
//! cargo run --release --example load -- --mode unary --in-flight 1     # what one caller waits
//! cargo run --release --example load -- --index big.yqs --names names.txt
//! cargo run --release --example load -- --server http://127.0.0.1:50051
//! ```
//!
//! Beside each figure stands that of a peer, in the same run, by turns: a tonic server on default settings that reads the
//! same requests and answers them with ready-made replies, the very bytes that the server gave. So the ratio tells what
//! resolving costs on top of the transport, whatever the machine. Server, peer and callers share the processors.
//!
//! Only loopback is asked, and every run ends: rounds and seconds are bounded.

mod cpu;
mod drive;
mod names;
mod peer;
mod report;
mod server;
mod tally;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use tokio::runtime::Runtime;
use yaqut::rpc::limits::MAX_BATCH_QUERIES;
use yaqut::rpc::pb;

use crate::drive::{Load, Target};
use crate::server::Hosted;

/// Measure requests/s, names/s and latencies of a server, beside a peer that does nothing.
#[derive(Parser)]
struct Args {
    /// What to send
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["unary", "batch", "stream"])]
    mode: Vec<Mode>,
    /// Ask the server that runs there (http://127.0.0.1:PORT) instead of one in this process
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// A segment file to serve above the bundled packs; repeatable
    #[arg(long, value_name = "FILE", conflicts_with = "server")]
    index: Vec<PathBuf>,
    /// Serve without the bundled packs
    #[arg(long, conflicts_with = "server")]
    no_default_packs: bool,
    /// Names to ask for, one a line; default: drawn from the bundled packs
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// How many different names to ask for, by turns
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    /// Calls in flight; default: 64 single names, 4 batches, 4 streams
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    in_flight: Option<u32>,
    /// Names of a batch, and of a chunk of a stream
    #[arg(long, default_value_t = MAX_BATCH_QUERIES as u32, value_parser = clap::value_parser!(u32).range(1..=MAX_BATCH_QUERIES as i64))]
    batch_size: u32,
    /// Connections over which the calls are spread
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    connections: u32,
    /// How long a round lasts
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Rounds of each mode, server and peer by turns
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Ask for explanations (RESOLUTION_VIEW_FULL)
    #[arg(long)]
    full: bool,
    /// Measure the server alone
    #[arg(long)]
    no_peer: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// ResolveName
    Unary,
    /// BatchResolveNames
    Batch,
    /// StreamResolveNames
    Stream,
}

impl Mode {
    const fn default_in_flight(self) -> u32 {
        match self {
            Self::Unary => 64,
            Self::Batch | Self::Stream => 4,
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let names = names::read(args.names.as_deref(), args.count as usize)?;
    let hosted = match &args.server {
        Some(_) => None,
        None => Some(Hosted::yaqut(args.index.clone(), !args.no_default_packs)?),
    };
    let url = match (&args.server, &hosted) {
        (Some(url), _) => url.clone(),
        (None, Some(hosted)) => hosted.url.clone(),
        (None, None) => return Err("there is no server to ask".into()),
    };
    server::check_loopback(&url)?;
    let load = Arc::new(Load::new(names, options(&args), args.batch_size as usize));
    let callers = Runtime::new()?;
    let replies = callers.block_on(drive::learn(&url, &load))?;
    report::introduce(&url, &load, &replies);
    let peer = if args.no_peer { None } else { Some(Hosted::peer(replies)?) };
    let target = Target { name: "yaqut", url: &url, cpu_threads: hosted.as_ref().map(|_| server::YAQUT) };
    let peer =
        peer.as_ref().map(|peer| Target { name: "peer", url: &peer.url, cpu_threads: Some(server::PEER) });
    for &mode in &args.mode {
        measure(&args, mode, &load, &callers, target, peer)?;
    }
    Ok(())
}

fn options(args: &Args) -> pb::ResolveOptions {
    let view = if args.full { pb::ResolutionView::Full } else { pb::ResolutionView::Basic };
    pb::ResolveOptions { view: view.into(), ..pb::ResolveOptions::default() }
}

/// Runs the rounds of one mode, and prints what they show.
fn measure(
    args: &Args,
    mode: Mode,
    load: &Arc<Load>,
    callers: &Runtime,
    target: Target<'_>,
    peer: Option<Target<'_>>,
) -> Result<(), Box<dyn Error>> {
    let in_flight = args.in_flight.unwrap_or(mode.default_in_flight());
    let lasting = Duration::from_secs(args.seconds);
    let round = |target: Target<'_>, lasting| {
        callers.block_on(drive::round(
            target,
            mode,
            load,
            in_flight as usize,
            args.connections as usize,
            lasting,
        ))
    };
    for target in [Some(target), peer].into_iter().flatten() {
        round(target, Duration::from_millis(300))?;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        ours.push(round(target, lasting)?);
        if let Some(peer) = peer {
            theirs.push(round(peer, lasting)?);
        }
    }
    report::print(mode, in_flight, args.connections, target, &ours, peer, &theirs);
    Ok(())
}
