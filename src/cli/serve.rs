//! `yaqut serve`: the gRPC service.

mod listeners;
mod telemetry;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum, value_parser};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use self::listeners::{Listener, listen};
use self::telemetry::TelemetryArgs;
use super::Context;
use super::failure::{Exit, Failure};
use super::talk::log_panics;
use super::terminal::{counted, note, thousands};
use crate::gazetteer::Gazetteer;
use crate::server::{
    Administration, Engine, Probed, ReloadTrigger, Reloader, ServeError, ServeOptions, reload_on_signal,
    serve, serve_admin, serve_probes, shutdown_signal,
};
use crate::store::{StackConfig, Watch, WatchHint, WatchOptions};

/// Answer over gRPC
///
/// Ends on SIGTERM or Ctrl-C: calls under way are finished first, for as long as --drain says. Reads its packs again when
/// they change, on SIGHUP, and when AdminService.ReloadIndex is called.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut serve --listen 0.0.0.0:50051 --pack data/newsroom

Exit codes:
  0   it was told to end
  65  a pack has errors
  74  an address cannot be listened on")]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "YAQUT_LISTEN", default_value = "127.0.0.1:50051")]
    listen: String,
    /// Address and port for the administration (reload, status); `off` for none
    #[arg(long, value_name = "ADDR", env = "YAQUT_ADMIN_LISTEN", default_value = "127.0.0.1:50052")]
    admin_listen: String,
    /// How many seconds calls under way may still take at the end
    #[arg(long, value_name = "SECONDS", env = "YAQUT_DRAIN", default_value_t = ServeOptions::default().drain_deadline.as_secs())]
    drain: u64,
    /// How changes of packs and segment files are noticed
    #[arg(long, value_enum, default_value_t, value_name = "HOW", env = "YAQUT_WATCH")]
    watch: WatchChoice,
    /// How many seconds until the files are looked at whatever the system tells
    #[arg(long, value_name = "SECONDS", env = "YAQUT_POLL_INTERVAL", default_value_t = WatchOptions::default().poll_interval.as_secs(), value_parser = value_parser!(u64).range(1..=86_400))]
    poll_interval: u64,
    #[command(flatten)]
    telemetry: TelemetryArgs,
}

/// How changes of packs and segment files are noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum WatchChoice {
    /// By what the system tells, and by a look from time to time
    #[default]
    Auto,
    /// By a look from time to time
    Poll,
    /// Not at all
    Off,
}

/// Runs the command.
pub fn run(args: &ServeArgs, context: &Context) -> Result<Exit, Failure> {
    let started = Instant::now();
    log_panics();
    let runtime =
        Runtime::new().map_err(|error| internal(&format_args!("cannot start the runtime: {error}")))?;
    // The ports before the packs: that one is taken is told at once.
    let public = runtime.block_on(listen("--listen", &args.listen))?;
    let admin = args.admin_address().map(|address| runtime.block_on(listen("--admin-listen", address)));
    let admin = admin.transpose()?;
    let probes =
        args.telemetry.probe_address().map(|address| runtime.block_on(listen("--probe-listen", address)));
    let listeners = Listeners { public, admin, probes: probes.transpose()? };
    let (config, opened) = context.stack.open_stack()?;
    let engine = Engine::new(opened.gazetteer);
    runtime.block_on(async {
        let telemetry = args.telemetry.telemetry()?;
        let drain_deadline = Duration::from_secs(args.drain);
        let options =
            ServeOptions { drain_deadline, telemetry: telemetry.clone(), ..ServeOptions::default() };
        let shutdown = shutdown_signal()
            .map_err(|error| internal(&format_args!("cannot listen for signals: {error}")))?;
        let reloader = Reloader::start(engine.clone(), config.clone(), opened.stack)
            .map_err(|error| internal(&format_args!("cannot start a thread: {error}")))?;
        let reloads = reload_on_signal(reloader.clone())
            .map_err(|error| internal(&format_args!("cannot listen for signals: {error}")))?;
        let administration = Administration { watch: args.start_watch(&config, &reloader)?, reloader };
        note(greeting(&listeners, &engine.snapshot(), started.elapsed()));
        tokio::spawn(reloads);
        let served = serve_all(listeners, engine, administration, shutdown, options).await;
        telemetry.shutdown().await;
        served.map_err(|error| Failure::new(Exit::Io, error.to_string()))
    })?;
    note("stopped");
    Ok(Exit::Ok)
}

impl ServeArgs {
    fn admin_address(&self) -> Option<&str> {
        Some(&*self.admin_listen).filter(|address| !matches!(*address, "" | "off"))
    }

    fn start_watch(&self, config: &StackConfig, reloader: &Reloader) -> Result<Option<Arc<Watch>>, Failure> {
        if self.watch == WatchChoice::Off {
            return Ok(None);
        }
        let options = WatchOptions {
            events: self.watch == WatchChoice::Auto,
            poll_interval: Duration::from_secs(self.poll_interval),
        };
        let reloader = reloader.clone();
        let look = move |hint| {
            let trigger = match hint {
                WatchHint::Event => ReloadTrigger::Watch,
                WatchHint::Poll => ReloadTrigger::Poll,
            };
            reloader.request(trigger, false);
        };
        let watch = Watch::start(config, options, look)
            .map_err(|error| internal(&format_args!("cannot start a thread: {error}")))?;
        if let Some(failure) = watch.watched().failure {
            let seconds = self.poll_interval;
            note(format_args!("warning: {failure}; the packs are looked at every {seconds} s"));
        }
        Ok(Some(Arc::new(watch)))
    }
}

/// The sockets of a server.
struct Listeners {
    public: Listener,
    admin: Option<Listener>,
    probes: Option<Listener>,
}

/// Serves on all listeners until `shutdown` is ready.
async fn serve_all(
    Listeners { public, admin, probes }: Listeners,
    engine: Engine,
    administration: Administration,
    shutdown: impl Future<Output = ()>,
    options: ServeOptions,
) -> Result<(), ServeError> {
    let (stop, stopped) = watch::channel(false);
    let told = |mut stopped: watch::Receiver<bool>| async move {
        // An error means that nobody can tell any more, which is an end as well.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let probed = Probed { engine: engine.clone(), reloader: Some(administration.reloader.clone()) };
    let answer_probes = async {
        match probes {
            // To the very end, so that those who ask learn of the drain.
            Some(probes) => {
                serve_probes(probes.socket, probed, std::future::pending(), options.clone()).await
            }
            None => std::future::pending().await,
        }
    };
    let administer = async {
        match admin {
            Some(admin) => {
                serve_admin(admin.socket, administration, told(stopped.clone()), options.clone()).await
            }
            // The watch and the reloader live as long as what they work for.
            None => std::future::pending().await,
        }
    };
    let answer = serve(public.socket, engine, told(stopped.clone()), options.clone());
    let tell = async {
        shutdown.await;
        stop.send_replace(true);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answered = answer => answered,
        Err(error) = administer => Err(error),
        Err(error) = answer_probes => Err(error),
        () = tell => Ok(()),
    }
}

fn greeting(listeners: &Listeners, gazetteer: &Gazetteer, took: Duration) -> String {
    let Listeners { public, admin, probes } = listeners;
    let beside = |what, listener: &Option<Listener>| {
        listener.as_ref().map(|listener| format!(", {what} on {}", listener.address)).unwrap_or_default()
    };
    let (admin, probes) = (beside("administration", admin), beside("probes", probes));
    let packs = counted(gazetteer.packs().len() as u64, "pack");
    let aliases = thousands(gazetteer.packs().map(|header| header.alias_count).sum());
    let seconds = took.as_secs_f64();
    format!(
        "listening on {}{admin}{probes}, {packs}, {aliases} aliases, ready in {seconds:.2} s",
        public.address
    )
}

fn internal(message: &impl fmt::Display) -> Failure {
    Failure::new(Exit::Internal, message.to_string())
}
