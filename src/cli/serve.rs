//! `yaqut serve`: the gRPC service.

mod admission;
mod auth;
mod descriptors;
mod listeners;
mod telemetry;
mod transport;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum, value_parser};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use self::admission::AdmissionArgs;
use self::auth::{AuthArgs, Exposure};
use self::listeners::{Endpoint, Listener, listen, parse_address, parse_address_or_off};
use self::telemetry::TelemetryArgs;
use self::transport::TransportArgs;
use super::Context;
use super::failure::{Exit, Failure};
use super::talk::log_panics;
use super::terminal::{counted, note, thousands};
use crate::gazetteer::Gazetteer;
use crate::server::{
    Administration, Engine, Probed, ReloadTrigger, Reloader, ServeError, ServeOptions, ServerTls,
    reload_on_signal, serve, serve_admin, serve_probes, shutdown_signal,
};
use crate::store::{StackConfig, Watch, WatchHint, WatchOptions};

/// Answer over gRPC
///
/// Ends on SIGTERM or Ctrl-C: calls under way are finished first, for as long as --drain says. Reads its packs again when
/// they change, on SIGHUP, and when AdminService.ReloadIndex is called; settings are read at the start only.
///
/// Every flag can also stand in a configuration file: see `yaqut config`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  yaqut serve --listen 0.0.0.0:50051 --pack data/newsroom
  yaqut serve --config yaqut.toml

Exit codes:
  0   it was told to end
  2   a flag or variable is wrong
  65  a pack or the configuration file has errors
  66  a file is missing
  74  an address cannot be listened on")]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "YAQUT_LISTEN", default_value = "127.0.0.1:50051", value_parser = parse_address)]
    listen: String,
    /// Address and port for the administration (reload, status); `off` for none
    #[arg(long, value_name = "ADDR", env = "YAQUT_ADMIN_LISTEN", default_value = "127.0.0.1:50052", value_parser = parse_address_or_off)]
    admin_listen: String,
    /// How changes of packs and segment files are noticed
    #[arg(long, value_enum, default_value_t, value_name = "HOW", env = "YAQUT_WATCH")]
    watch: WatchChoice,
    /// How many seconds until the files are looked at whatever the system tells
    #[arg(long, value_name = "SECONDS", env = "YAQUT_POLL_INTERVAL", default_value_t = WatchOptions::default().poll_interval.as_secs(), value_parser = value_parser!(u64).range(1..=86_400))]
    poll_interval: u64,
    #[command(flatten)]
    transport: TransportArgs,
    #[command(flatten)]
    auth: AuthArgs,
    #[command(flatten)]
    admission: AdmissionArgs,
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

/// What is to be served, and how: all settings checked, no socket opened yet.
#[derive(Debug)]
pub struct Plan {
    public: Endpoint,
    admin: Option<Endpoint>,
    probes: Option<Endpoint>,
    watch: Option<WatchOptions>,
    options: ServeOptions,
}

/// Runs the command: settings, then ports, then packs.
pub fn run(args: &ServeArgs, context: &Context) -> Result<Exit, Failure> {
    let started = Instant::now();
    log_panics();
    let Plan { public, admin, probes, watch, options } = args.plan()?;
    context.stack.check()?;
    let runtime =
        Runtime::new().map_err(|error| internal(&format_args!("cannot start the runtime: {error}")))?;
    // The ports before the packs: that one is taken is told at once.
    let listeners = runtime.block_on(Listeners::open(&public, admin.as_ref(), probes.as_ref()))?;
    let (config, opened) = context.stack.open_stack()?;
    let engine = Engine::new(opened.gazetteer);
    runtime.block_on(async {
        let telemetry = args.telemetry.telemetry()?;
        let options = ServeOptions { telemetry: telemetry.clone(), ..options };
        let shutdown = shutdown_signal()
            .map_err(|error| internal(&format_args!("cannot listen for signals: {error}")))?;
        let reloader = Reloader::start(engine.clone(), config.clone(), opened.stack)
            .map_err(|error| no_thread(&error))?;
        let reloads = reload_on_signal(reloader.clone())
            .map_err(|error| internal(&format_args!("cannot listen for signals: {error}")))?;
        let watch = watch.map(|watch| start_watch(watch, &config, &reloader)).transpose()?;
        let administration = Administration { reloader, watch };
        if let Some(tls) = options.transport.tls.clone() {
            let renewals = tls
                .keep_fresh(args.transport.reload_interval())
                .map_err(|error| internal(&format_args!("cannot listen for signals: {error}")))?;
            tokio::spawn(renewals);
        }
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
    /// Makes a plan of the settings, or says what is wrong with them: all that can be told without opening a socket.
    ///
    /// Each group of flags has a method `options` that checks its own part, and is called here. Looks up names of hosts.
    pub fn plan(&self) -> Result<Plan, Failure> {
        let public = Endpoint::resolve("--listen", &self.listen)?;
        let admin = Endpoint::resolve_or_off("--admin-listen", &self.admin_listen)?;
        let probes = Endpoint::resolve_or_off("--probe-listen", self.telemetry.probe_listen())?;
        let endpoints: Vec<_> =
            [Some(&public), admin.as_ref(), probes.as_ref()].into_iter().flatten().collect();
        for (place, endpoint) in endpoints.iter().enumerate() {
            endpoints[..place].iter().try_for_each(|other| endpoint.check_apart_from(other))?;
        }
        let transport = self.transport.options(endpoints.len())?;
        let listeners = [Some(&public), admin.as_ref()].into_iter().flatten();
        let exposures: Vec<_> =
            listeners.map(|endpoint| exposure(endpoint, transport.tls.as_ref())).collect();
        let auth = self.auth.open(&exposures)?;
        let options = ServeOptions { transport, auth, ..ServeOptions::default() };
        Ok(Plan {
            public,
            admin,
            probes,
            watch: self.watch_options(),
            options: self.admission.apply(options),
        })
    }

    fn watch_options(&self) -> Option<WatchOptions> {
        let poll_interval = Duration::from_secs(self.poll_interval);
        let events = match self.watch {
            WatchChoice::Off => return None,
            WatchChoice::Auto => true,
            WatchChoice::Poll => false,
        };
        Some(WatchOptions { events, poll_interval })
    }
}

/// How callers reach a listener.
fn exposure<'a>(endpoint: &'a Endpoint, tls: Option<&ServerTls>) -> Exposure<'a> {
    Exposure {
        flag: endpoint.flag,
        address: &endpoint.address,
        is_local: endpoint.is_local(),
        has_tls: tls.is_some(),
        has_client_certificates: tls.is_some_and(ServerTls::asks_for_certificates),
    }
}

fn no_thread(error: &std::io::Error) -> Failure {
    internal(&format_args!("cannot start a thread: {error}"))
        .with_help("raise the limit of threads: LimitNPROC, TasksMax, pids")
}

fn start_watch(
    options: WatchOptions,
    config: &StackConfig,
    reloader: &Reloader,
) -> Result<Arc<Watch>, Failure> {
    let seconds = options.poll_interval.as_secs();
    let reloader = reloader.clone();
    let look = move |hint| {
        let trigger = match hint {
            WatchHint::Event => ReloadTrigger::Watch,
            WatchHint::Poll => ReloadTrigger::Poll,
        };
        reloader.request(trigger, false);
    };
    let watch = Watch::start(config, options, look).map_err(|error| no_thread(&error))?;
    if let Some(failure) = watch.watched().failure {
        note(format_args!("warning: {failure}; the packs are looked at every {seconds} s"));
    }
    Ok(Arc::new(watch))
}

/// The sockets of a server.
struct Listeners {
    public: Listener,
    admin: Option<Listener>,
    probes: Option<Listener>,
}

impl Listeners {
    async fn open(
        public: &Endpoint,
        admin: Option<&Endpoint>,
        probes: Option<&Endpoint>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            public: listen(public).await?,
            admin: listen_if_any(admin).await?,
            probes: listen_if_any(probes).await?,
        })
    }
}

async fn listen_if_any(endpoint: Option<&Endpoint>) -> Result<Option<Listener>, Failure> {
    match endpoint {
        Some(endpoint) => listen(endpoint).await.map(Some),
        None => Ok(None),
    }
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
    let subject = Probed { engine: engine.clone(), reloader: Some(administration.reloader.clone()) };
    let answer_probes = async {
        match probes {
            // To the very end, so that those who ask learn of the drain.
            Some(probes) => {
                serve_probes(probes.socket, subject, std::future::pending(), options.clone()).await
            }
            None => std::future::pending().await,
        }
    };
    let administer = async {
        match admin {
            Some(admin) => {
                let options =
                    ServeOptions { transport: options.transport.of_another_listener(), ..options.clone() };
                serve_admin(admin.socket, administration, told(stopped.clone()), options).await
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
