//! Servers in this process, each on threads of its own so that their processor time can be told apart.

use std::error::Error;
use std::future;
use std::net::IpAddr;
use std::path::PathBuf;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use yaqut::server::{ServeOptions, serve};
use yaqut::store::{self, Silent, StackConfig};

use crate::peer::{Peer, Replies};

/// Name of the threads of the server under test.
pub const YAQUT: &str = "load-yaqut";
/// Name of the threads of its peer.
pub const PEER: &str = "load-peer";

/// A server that runs until it is dropped.
pub struct Hosted {
    pub url: String,
    _runtime: Runtime,
}

impl Hosted {
    /// The service over the bundled packs and segment files.
    pub fn yaqut(indexes: Vec<PathBuf>, default_packs: bool) -> Result<Self, Box<dyn Error>> {
        let config = StackConfig { default_packs, indexes, ..StackConfig::default() };
        let gazetteer = store::open(&config, &Silent)?.gazetteer;
        Self::start(YAQUT, |listener| async {
            serve(listener, gazetteer, future::pending(), ServeOptions::default()).await.map_err(Into::into)
        })
    }

    /// The peer, which answers with `replies`.
    pub fn peer(replies: Replies) -> Result<Self, Box<dyn Error>> {
        Self::start(PEER, |listener| async {
            let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
            let peer = Peer::new(replies);
            Server::builder().add_service(peer).serve_with_incoming(incoming).await.map_err(Into::into)
        })
    }

    fn start<F>(threads: &str, serve: impl FnOnce(TcpListener) -> F) -> Result<Self, Box<dyn Error>>
    where
        F: Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        let runtime = Builder::new_multi_thread().enable_all().thread_name(threads).build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let url = format!("http://{}", listener.local_addr()?);
        let served = serve(listener);
        // That it stopped shows in the calls, which fail then.
        runtime.spawn(served);
        Ok(Self { url, _runtime: runtime })
    }
}

/// Load is for one's own machine alone.
pub fn check_loopback(url: &str) -> Result<(), Box<dyn Error>> {
    let uri: http::Uri = url.parse()?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    if host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
        return Ok(());
    }
    Err(format!("`{host}` is not of this machine; only 127.0.0.1, ::1 and localhost are asked").into())
}
