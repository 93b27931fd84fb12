//! A server over pack folders, with its administration.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};
use tonic_reflection::pb::v1;
use yaqut::rpc::pb;
use yaqut::rpc::pb::admin_service_client::AdminServiceClient;
use yaqut::rpc::pb::gazetteer_service_client::GazetteerServiceClient;
use yaqut::server::{
    Administration, Engine, ReloadTrigger, Reloader, ServeError, ServeOptions, serve, serve_admin,
};
use yaqut::store::{self, CachePolicy, Silent, StackConfig, Watch, WatchHint, WatchOptions};

/// The alias whose target the overlay sets.
pub const ALIAS: &str = "Breadbasket";
/// How long whatever must happen may take; only what fails takes that long.
const PATIENCE: Duration = Duration::from_secs(20);

/// How changes are noticed.
pub enum Watching {
    Off,
    Poll,
    Events,
}

/// A pack `base` of three entities, and a pack `overlay` that gives one of them the alias [`ALIAS`]; served.
pub struct Bed {
    folder: TempDir,
    pub public: GazetteerServiceClient<Channel>,
    pub admin: AdminServiceClient<Channel>,
    pub public_channel: Channel,
    pub admin_channel: Channel,
    pub admin_address: String,
    stop: watch::Sender<bool>,
    served: Vec<JoinHandle<Result<(), ServeError>>>,
}

impl Bed {
    pub async fn start(watching: Watching) -> Self {
        Self::start_serving(watching, ServeOptions::default()).await
    }

    pub async fn start_serving(watching: Watching, options: ServeOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_base(&folder.path().join("base"));
        write_overlay(&folder.path().join("overlay"), "Q1");
        let packs = vec![folder.path().join("base"), folder.path().join("overlay")];
        Self::start_in(folder, packs, vec![], watching, options).await
    }

    pub async fn start_with(
        folder: TempDir,
        packs: Vec<PathBuf>,
        indexes: Vec<PathBuf>,
        watching: Watching,
    ) -> Self {
        Self::start_in(folder, packs, indexes, watching, ServeOptions::default()).await
    }

    async fn start_in(
        folder: TempDir,
        packs: Vec<PathBuf>,
        indexes: Vec<PathBuf>,
        watching: Watching,
        options: ServeOptions,
    ) -> Self {
        let cache = CachePolicy::Folder(folder.path().join("cache"));
        let config = StackConfig { default_packs: false, packs, indexes, cache, ..StackConfig::default() };
        let opened = store::open(&config, &Silent).unwrap();
        let engine = Engine::new(opened.gazetteer);
        let reloader = Reloader::start(engine.clone(), config.clone(), opened.stack).unwrap();
        let administration = Administration { watch: watch_files(&config, &watching, &reloader), reloader };
        let (stop, stopped) = watch::channel(false);
        let told = |mut stopped: watch::Receiver<bool>| async move {
            stopped.wait_for(|stopped| *stopped).await.ok();
        };
        let (public, public_channel) = listen().await;
        let (admin, admin_channel) = listen().await;
        let admin_address = admin.local_addr().unwrap().to_string();
        let served = vec![
            tokio::spawn(serve(public, engine, told(stopped.clone()), options.clone())),
            tokio::spawn(serve_admin(admin, administration, told(stopped), options)),
        ];
        Self {
            folder,
            public: GazetteerServiceClient::new(public_channel.clone()),
            admin: AdminServiceClient::new(admin_channel.clone()),
            public_channel,
            admin_channel,
            admin_address,
            stop,
            served,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives [`ALIAS`] to the entity `id`.
    pub fn write_overlay(&self, id: &str) {
        write_overlay(&self.path("overlay"), id);
    }

    pub async fn reload(&mut self) -> pb::ReloadAttempt {
        let answer = self.admin.reload_index(pb::ReloadIndexRequest::default()).await.unwrap();
        answer.into_inner().attempt.unwrap()
    }

    pub async fn status(&mut self) -> pb::GetReloadStatusResponse {
        self.admin.get_reload_status(pb::GetReloadStatusRequest {}).await.unwrap().into_inner()
    }

    /// The entity that [`ALIAS`] names, and the version that says so.
    pub async fn target(&mut self) -> (String, String) {
        let request = pb::ResolveNameRequest { name: ALIAS.into(), ..Default::default() };
        let answer = self.public.resolve_name(request).await.unwrap().into_inner();
        (answer.resolution.unwrap().canonical_id, answer.index_version)
    }

    /// Waits until [`ALIAS`] names the entity `id`.
    pub async fn becomes(&mut self, id: &str) {
        let started = Instant::now();
        while self.target().await.0 != id {
            assert!(started.elapsed() < PATIENCE, "{ALIAS} is not {id}: {:?}", self.status().await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until the last reload is as `is_expected` has it.
    pub async fn comes_to(&mut self, is_expected: impl Fn(&pb::ReloadAttempt) -> bool) -> pb::ReloadAttempt {
        let started = Instant::now();
        loop {
            let status = self.status().await;
            if let Some(attempt) = status.last_attempt.as_ref().filter(|attempt| is_expected(attempt)) {
                return attempt.clone();
            }
            assert!(started.elapsed() < PATIENCE, "{status:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops both listeners, and waits until they have.
    pub async fn stop(&mut self) {
        self.stop.send_replace(true);
        for served in self.served.drain(..) {
            served.await.unwrap().unwrap();
        }
    }
}

pub fn query() -> pb::NameQuery {
    pb::NameQuery { name: ALIAS.into(), ..Default::default() }
}

async fn listen() -> (TcpListener, Channel) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // The listener queues the connection until it is served.
    (listener, Endpoint::from_shared(url).unwrap().connect_lazy())
}

fn watch_files(config: &StackConfig, watching: &Watching, reloader: &Reloader) -> Option<Arc<Watch>> {
    let options = match watching {
        Watching::Off => return None,
        Watching::Poll => WatchOptions { events: false, poll_interval: Duration::from_millis(50) },
        Watching::Events => WatchOptions { events: true, poll_interval: Duration::from_secs(3_600) },
    };
    let reloader = reloader.clone();
    let look = move |hint| {
        let trigger = if hint == WatchHint::Poll { ReloadTrigger::Poll } else { ReloadTrigger::Watch };
        reloader.request(trigger, false);
    };
    Some(Arc::new(Watch::start(config, options, look).unwrap()))
}

pub fn write_base(pack: &Path) {
    let rows: Vec<_> = (1..=3).map(|id| format!("Q{id}\tcity\tTown {id}\t\t0.5\t\t\n")).collect();
    let table = format!("id\ttype\tname\tcountry\trank\tsame_as\tdescription\n{}", rows.concat());
    write_pack(pack, &[("entities.tsv", &table)]);
}

pub fn write_overlay(pack: &Path, id: &str) {
    write_pack(pack, &[("aliases.tsv", &overlay(id))]);
}

pub fn overlay(id: &str) -> String {
    format!("id\talias\tlang\tkind\n{id}\t{ALIAS}\ten\tpreferred\n")
}

pub fn write_pack(pack: &Path, tables: &[(&str, &str)]) {
    fs::create_dir_all(pack).unwrap();
    let name = pack.file_name().unwrap().to_string_lossy();
    let manifest = format!(
        r#"{{"name": "{name}", "version": "1", "licenses": [{{"name": "CC0-1.0"}}], "sources": [{{"title": "us"}}]}}"#
    );
    replace(&pack.join("datapackage.json"), &manifest);
    for (table, text) in tables {
        replace(&pack.join(table), text);
    }
}

/// Writes a file, if it is not so already, as a careful program does: whole, or not at all.
pub fn replace(path: &Path, content: impl AsRef<[u8]>) {
    if fs::read(path).is_ok_and(|old| old == content.as_ref()) {
        return;
    }
    let next = path.with_file_name(".next");
    fs::write(&next, content).unwrap();
    fs::rename(next, path).unwrap();
}

/// The services that a listener describes.
pub async fn reflected(channel: Channel) -> Vec<String> {
    use v1::server_reflection_request::MessageRequest::ListServices;
    use v1::server_reflection_response::MessageResponse::ListServicesResponse;
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel);
    let ask = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(ListServices(String::new())),
    };
    let mut answers = client.server_reflection_info(tokio_stream::iter([ask])).await.unwrap().into_inner();
    match answers.message().await.unwrap().unwrap().message_response {
        Some(ListServicesResponse(list)) => list.service.into_iter().map(|service| service.name).collect(),
        other => panic!("{other:?}"),
    }
}
