//! TLS: who is let in, certificates that are exchanged, and what is said of mistakes.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use yaqut::ResolveOptions;
use yaqut::rpc::{Client, ClientError, ClientOptions, ClientTls, TlsTrouble, Token};
use yaqut::server::{
    ConnectionRefusal as Refusal, Handshake, ServerTls, TlsFiles, TransportCounters, TransportOptions,
};

use crate::support::{Server, TOWNS};
use crate::transport::{connect, said, start};

/// A CA, made for one test.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub certificate: String,
}

/// A certificate and its key.
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    pub fn issue(&self, name: &str, last_year: i32) -> Pair {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Pair { certificate, key: key.serialize_pem() }
    }

    fn tls(&self) -> ClientTls {
        ClientTls::new(self.certificate.as_bytes()).unwrap()
    }

    /// The TLS of a client that shows `pair`.
    pub fn tls_as(&self, pair: &Pair) -> ClientTls {
        self.tls().with_identity(pair.certificate.as_bytes(), pair.key.as_bytes()).unwrap()
    }
}

/// A server for `localhost` and 127.0.0.1, with its files in a folder.
struct Place {
    folder: tempfile::TempDir,
    tls: ServerTls,
    counters: Arc<TransportCounters>,
    server: Server,
    url: String,
}

impl Place {
    async fn start(pair: &Pair, client_ca: Option<&Authority>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), pair, client_ca);
        let path = |name| folder.path().join(name);
        let files = TlsFiles {
            certificate: path("tls.crt"),
            key: path("tls.key"),
            client_ca: client_ca.map(|_| path("ca.crt")),
        };
        let tls = ServerTls::load(files).unwrap();
        let timeout = Duration::from_millis(500);
        let (server, counters) = start(TransportOptions {
            tls: Some(tls.clone()),
            preface_timeout: timeout,
            tls_handshake_timeout: timeout,
            ..Default::default()
        })
        .await;
        let url = server.url.replace("http://", "https://");
        Self { folder, tls, counters, server, url }
    }

    /// Exchanges the files.
    fn write(&self, pair: &Pair, client_ca: Option<&Authority>) {
        write(self.folder.path(), pair, client_ca);
    }

    async fn client(&self, tls: ClientTls) -> Result<Client, ClientError> {
        ask(&self.url, tls).await
    }

    async fn refuses(&self, tls: ClientTls) -> TlsTrouble {
        trouble(self.client(tls).await)
    }
}

fn write(folder: &Path, pair: &Pair, client_ca: Option<&Authority>) {
    fs::write(folder.join("tls.crt"), &pair.certificate).unwrap();
    fs::write(folder.join("tls.key"), &pair.key).unwrap();
    if let Some(ca) = client_ca {
        fs::write(folder.join("ca.crt"), &ca.certificate).unwrap();
    }
}

/// Connects, and resolves a name.
async fn ask(url: &str, tls: ClientTls) -> Result<Client, ClientError> {
    let options = ClientOptions { tls: Some(tls), ..Default::default() };
    let mut client = Client::connect(url, options).await?;
    resolves(&mut client).await;
    Ok(client)
}

async fn resolves(client: &mut Client) {
    let answer = client.resolve(TOWNS[0].1, &ResolveOptions::default()).await.unwrap();
    assert_eq!(answer.canonical_id.unwrap().as_str(), TOWNS[0].0);
}

#[track_caller]
fn trouble(result: Result<Client, ClientError>) -> TlsTrouble {
    match result {
        Err(ClientError::Tls { trouble, .. }) => trouble,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was let in"),
    }
}

#[tokio::test]
async fn a_server_with_a_certificate_is_asked() {
    let ca = Authority::new("CA");
    let place = Place::start(&ca.issue("127.0.0.1", 2040), None).await;
    place.client(ca.tls()).await.unwrap();
    // Without a scheme, too.
    ask(place.url.trim_start_matches("https://"), ca.tls()).await.unwrap();
    assert_eq!(place.counters.handshakes(Handshake::Done), 2);
}

#[tokio::test]
async fn only_callers_with_a_certificate_of_the_right_ca_are_let_in() {
    let (ca, callers, others) = (Authority::new("CA"), Authority::new("Callers"), Authority::new("Others"));
    let place = Place::start(&ca.issue("127.0.0.1", 2040), Some(&callers)).await;
    place.client(ca.tls_as(&callers.issue("search.example", 2040))).await.unwrap();
    assert_eq!(place.refuses(ca.tls()).await, TlsTrouble::CertificateRequired);
    for bad in [others.issue("search.example", 2040), callers.issue("search.example", 2020)] {
        let trouble = place.refuses(ca.tls_as(&bad)).await;
        assert!(matches!(trouble, TlsTrouble::CertificateRefused(_)), "{trouble:?}");
    }
    assert_eq!(place.counters.handshakes(Handshake::Failed), 3);
}

#[tokio::test]
async fn certificates_are_exchanged_while_connections_are_open() {
    let (old, new) = (Authority::new("Old"), Authority::new("New"));
    let place = Place::start(&old.issue("127.0.0.1", 2040), None).await;
    let mut open = place.client(old.tls()).await.unwrap();

    place.write(&new.issue("127.0.0.1", 2041), None);
    assert!(place.tls.reload());
    place.client(new.tls()).await.unwrap();
    assert_eq!(place.refuses(old.tls()).await, TlsTrouble::UnknownCa);
    resolves(&mut open).await;

    // What cannot be used is not taken up.
    let broken = Pair { certificate: new.issue("127.0.0.1", 2042).certificate, key: "half of a".to_owned() };
    place.write(&broken, None);
    assert!(!place.tls.reload());
    place.client(new.tls()).await.unwrap();
    assert_eq!((place.tls.counters().renewed(), place.tls.counters().failed()), (1, 1));
}

#[tokio::test]
async fn the_ca_of_callers_is_exchanged_too() {
    let (ca, old, new) = (Authority::new("CA"), Authority::new("Old"), Authority::new("New"));
    let pair = ca.issue("127.0.0.1", 2040);
    let place = Place::start(&pair, Some(&old)).await;
    let caller = ca.tls_as(&new.issue("search.example", 2040));
    place.refuses(caller.clone()).await;
    let renewals = tokio::spawn(place.tls.clone().keep_fresh(Duration::from_millis(20)).unwrap());
    place.write(&pair, Some(&new));
    while place.tls.counters().renewed() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    place.client(caller).await.unwrap();
    renewals.abort();
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said() {
    let (ca, other) = (Authority::new("CA"), Authority::new("Other"));
    let place = Place::start(&ca.issue("127.0.0.1", 2040), None).await;
    assert_eq!(place.refuses(other.tls()).await, TlsTrouble::UnknownCa);
    let by_name = place.url.replace("127.0.0.1", "localhost");
    let said = trouble(ask(&by_name, ca.tls()).await).to_string();
    assert!(said.contains("localhost") && said.contains("127.0.0.1"), "{said}");

    let place = Place::start(&ca.issue("127.0.0.1", 2020), None).await;
    let trouble = place.refuses(ca.tls()).await;
    assert!(matches!(trouble, TlsTrouble::OutOfDate(_)), "{trouble:?}");
    assert!(trouble.to_string().contains("renew"), "{trouble}");
}

#[tokio::test]
async fn http_and_https_mixed_up_are_said() {
    let ca = Authority::new("CA");
    let place = Place::start(&ca.issue("127.0.0.1", 2040), None).await;
    let error = Client::connect(&place.server.url, ClientOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("https://"), "{error}");
    assert_eq!(place.counters.refused(Refusal::Plaintext), 1);
    let error = Client::connect(&place.url, ClientOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("--tls-ca"), "{error}");

    let plain = Server::start().await;
    let trouble = trouble(ask(&plain.url.replace("http://", "https://"), ca.tls()).await);
    assert!(trouble.to_string().contains("http://"), "{trouble:?}");

    // A server of another kind, which answers TLS with something else.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut peer, _) = listener.accept().await.unwrap();
        peer.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        said(peer).await;
    });
    let trouble = self::trouble(ask(&url, ca.tls()).await);
    assert_eq!(trouble, TlsTrouble::NotSpoken);
}

#[tokio::test]
async fn a_peer_that_does_not_shake_hands_is_closed() {
    let place = Place::start(&Authority::new("CA").issue("127.0.0.1", 2040), None).await;
    assert!(said(connect(&place.server).await).await.is_empty());
    assert_eq!(place.counters.refused(Refusal::Silent), 1);

    let mut peer = connect(&place.server).await;
    peer.write_all(&[0x16, 3, 1]).await.unwrap();
    assert!(said(peer).await.is_empty());
    assert_eq!(place.counters.handshakes(Handshake::TimedOut), 1);

    let mut peer = connect(&place.server).await;
    peer.write_all(&[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]).await.unwrap();
    said(peer).await;
    assert_eq!(place.counters.handshakes(Handshake::Failed), 1);
    assert_eq!(place.counters.open(), 0);
}

#[tokio::test]
async fn a_token_is_not_told_to_others() {
    let options = ClientOptions { token: Token::new("sesame"), ..Default::default() };
    for url in ["http://192.0.2.1:50051", "http://gazetteer.example:50051", "http://localhost.example:1"] {
        let error = Client::connect(url, options.clone()).await.unwrap_err();
        assert!(matches!(error, ClientError::TokenInClear { .. }), "{url}: {error:?}");
    }
    let server = Server::start().await;
    Client::connect(&server.url, options).await.unwrap();
}
