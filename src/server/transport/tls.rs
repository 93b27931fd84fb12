//! [`ServerTls`]: the server's certificate, taken up anew when its files change.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::time::MissedTickBehavior;
use tokio_rustls::rustls::ServerConfig;

use super::certificates::{Contents, Prepared, TlsError, TlsFiles, Validity, prepare};
use crate::server::signal::Hangups;

/// TLS of a server, with certificate and key from files. Cheap to clone; clones share what is loaded.
///
/// Connections that are open keep what they were opened with.
#[derive(Clone)]
pub struct ServerTls(Arc<Shared>);

struct Shared {
    files: TlsFiles,
    loaded: RwLock<Loaded>,
    /// What was last wrong with the files, so that the log hears of it once.
    trouble: Mutex<Option<String>>,
    counters: CertificateCounters,
}

/// What new connections are opened with. Anew as a whole: a session that was begun with another CA is not resumed.
struct Loaded {
    digest: blake3::Hash,
    /// For listeners that speak HTTP/2 alone.
    http2: Arc<ServerConfig>,
    /// For those that speak HTTP/1 as well.
    any_http: Arc<ServerConfig>,
}

impl ServerTls {
    /// Reads the files, and finds out whether they belong together.
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let contents = Contents::read(&files)?;
        let prepared = prepare(&files, &contents)?;
        let counters = CertificateCounters::default();
        counters.set(prepared.validity);
        let loaded = RwLock::new(Loaded::new(&contents, prepared));
        Ok(Self(Arc::new(Shared { files, loaded, trouble: Mutex::default(), counters })))
    }

    /// Whether callers must show a certificate.
    pub fn asks_for_certificates(&self) -> bool {
        self.0.files.client_ca.is_some()
    }

    /// What works, but hardly as it was meant.
    pub fn warnings(&self) -> Vec<TlsWarning> {
        let Shared { files, counters, .. } = &*self.0;
        let Validity { begins, expires } = counters.validity();
        let now = unix_seconds(SystemTime::now());
        let early = (now < begins)
            .then(|| TlsWarning::NotYetValid { file: files.certificate.clone(), seconds: begins - now });
        let past = (expires < now)
            .then(|| TlsWarning::Expired { file: files.certificate.clone(), seconds: now - expires });
        let soon = (now..now + EXPIRES_SOON.as_secs())
            .contains(&expires)
            .then(|| TlsWarning::ExpiresSoon { file: files.certificate.clone(), seconds: expires - now });
        let open = mode(&files.key)
            .filter(|mode| mode & 0o004 != 0)
            .map(|mode| TlsWarning::KeyReadable { file: files.key.clone(), mode: mode & 0o777 });
        [early, past, soon, open].into_iter().flatten().collect()
    }

    /// Looks at the files every `interval` and on SIGHUP, for as long as it is polled, and takes up what changed.
    ///
    /// By content, so that it does not matter how the files were exchanged. What is wrong with new files is logged and
    /// counted, and those that were loaded stay.
    ///
    /// Errors if the signal cannot be listened for. Must be called within a tokio runtime with I/O and time.
    pub fn keep_fresh(self, interval: Duration) -> io::Result<impl Future<Output = ()> + Send> {
        let mut hangups = Hangups::listen()?;
        Ok(async move {
            let mut ticks = tokio::time::interval(interval);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = ticks.tick() => {}
                    () = hangups.next() => {}
                }
                let tls = self.clone();
                // A panic has been told by its hook; the next look may go better.
                let _ = tokio::task::spawn_blocking(move || tls.reload()).await;
            }
        })
    }

    /// Takes the files up if they changed; whether they did. What is wrong with them is logged and counted.
    pub fn reload(&self) -> bool {
        let Shared { trouble, counters, .. } = &*self.0;
        let mut trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match self.try_reload() {
            Ok(None) => {
                *trouble = None;
                false
            }
            Ok(Some(validity)) => {
                *trouble = None;
                counters.set(validity);
                counters.renewed.fetch_add(1, Ordering::Relaxed);
                tracing::info!("the certificate was renewed");
                self.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
                true
            }
            Err(error) => {
                counters.failed.fetch_add(1, Ordering::Relaxed);
                let error = error.to_string();
                if trouble.as_ref() != Some(&error) {
                    tracing::error!("the certificate stays as it was: {error}");
                    *trouble = Some(error);
                }
                false
            }
        }
    }

    /// When the new certificate holds, if there is a new one.
    fn try_reload(&self) -> Result<Option<Validity>, TlsError> {
        let Shared { files, loaded, counters, .. } = &*self.0;
        let contents = Contents::read(files)?;
        if contents.digest() == loaded.read().unwrap_or_else(PoisonError::into_inner).digest {
            return Ok(None);
        }
        let prepared = prepare(files, &contents)?;
        let (validity, now) = (prepared.validity, unix_seconds(SystemTime::now()));
        if counters.validity().holds_at(now) && !validity.holds_at(now) {
            return Err(TlsError::Untimely { file: files.certificate.clone() });
        }
        *loaded.write().unwrap_or_else(PoisonError::into_inner) = Loaded::new(&contents, prepared);
        Ok(Some(validity))
    }

    /// How renewals went.
    pub fn counters(&self) -> &CertificateCounters {
        &self.0.counters
    }

    /// What a new connection is opened with.
    pub(super) fn config(&self, http1: bool) -> Arc<ServerConfig> {
        let loaded = self.0.loaded.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(if http1 { &loaded.any_http } else { &loaded.http2 })
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServerTls").field(&self.0.files).finish()
    }
}

impl Loaded {
    fn new(contents: &Contents, Prepared { mut config, .. }: Prepared) -> Self {
        config.alpn_protocols = vec![b"h2".to_vec()];
        let mut any = config.clone();
        any.alpn_protocols.push(b"http/1.1".to_vec());
        Self { digest: contents.digest(), http2: Arc::new(config), any_http: Arc::new(any) }
    }
}

/// How renewals of the certificate went since the server began; a metrics endpoint can read it at any time.
#[derive(Debug, Default)]
pub struct CertificateCounters {
    renewed: AtomicU64,
    failed: AtomicU64,
    begins: AtomicU64,
    expires: AtomicU64,
}

impl CertificateCounters {
    /// Changed files that were taken up.
    pub fn renewed(&self) -> u64 {
        self.renewed.load(Ordering::Relaxed)
    }

    /// Looks at the files that found them wrong; counted each time, for as long as they are.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// When the certificate in use expires, in seconds since 1970.
    pub fn expires_unix_seconds(&self) -> u64 {
        self.expires.load(Ordering::Relaxed)
    }

    fn validity(&self) -> Validity {
        Validity { begins: self.begins.load(Ordering::Relaxed), expires: self.expires_unix_seconds() }
    }

    fn set(&self, validity: Validity) {
        self.begins.store(validity.begins, Ordering::Relaxed);
        self.expires.store(validity.expires, Ordering::Relaxed);
    }
}

/// What works, but hardly as it was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsWarning {
    /// Callers will refuse the certificate for a while.
    NotYetValid {
        /// Where it is.
        file: PathBuf,
        /// For how many seconds.
        seconds: u64,
    },
    /// Callers will refuse the certificate.
    Expired {
        /// Where it is.
        file: PathBuf,
        /// Since how many seconds.
        seconds: u64,
    },
    /// Callers will soon refuse the certificate.
    ExpiresSoon {
        /// Where it is.
        file: PathBuf,
        /// In how many seconds.
        seconds: u64,
    },
    /// Every user of the machine can read the key.
    KeyReadable {
        /// Where it is.
        file: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

impl fmt::Display for TlsWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYetValid { file, seconds } => write!(
                f,
                "the certificate in {} does not hold before {} from now, and callers will refuse it",
                file.display(),
                span(*seconds)
            ),
            Self::Expired { file, seconds } => write!(
                f,
                "the certificate in {} expired {} ago, and callers will refuse it; renew it",
                file.display(),
                span(*seconds)
            ),
            Self::ExpiresSoon { file, seconds } => {
                write!(f, "the certificate in {} expires in {}; renew it", file.display(), span(*seconds))
            }
            Self::KeyReadable { file, mode } => write!(
                f,
                "every user of this machine can read the private key in {} (mode {mode:03o}); take that right away (chmod o-r)",
                file.display()
            ),
        }
    }
}

/// From when on a certificate is said to expire soon.
const EXPIRES_SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

fn span(seconds: u64) -> String {
    match seconds / 3_600 {
        hours @ 0..48 => format!("{hours} h"),
        hours => format!("{} days", hours / 24),
    }
}

fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(unix)]
fn mode(file: &std::path::Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(file).ok().map(|metadata| metadata.permissions().mode())
}

#[cfg(not(unix))]
fn mode(_: &std::path::Path) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::server::transport::certificates::tests::self_signed;

    fn write(folder: &Path, (certificate, key): &(String, String)) -> TlsFiles {
        let files =
            TlsFiles { certificate: folder.join("tls.crt"), key: folder.join("tls.key"), client_ca: None };
        fs::write(&files.certificate, certificate).unwrap();
        fs::write(&files.key, key).unwrap();
        files
    }

    #[test]
    fn new_files_are_taken_up_and_bad_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let pair = self_signed(2040);
        let files = write(folder.path(), &pair);
        let tls = ServerTls::load(files.clone()).unwrap();
        let first = tls.config(false);
        assert!(!tls.reload() && Arc::ptr_eq(&first, &tls.config(false)));

        let next = self_signed(2041);
        fs::write(&files.certificate, &next.0).unwrap();
        assert!(!tls.reload(), "half of the pair");
        fs::write(&files.key, "").unwrap();
        assert!(!tls.reload());
        fs::remove_file(&files.key).unwrap();
        assert!(!tls.reload());
        assert!(Arc::ptr_eq(&first, &tls.config(false)));
        assert_eq!((tls.counters().renewed(), tls.counters().failed()), (0, 3));

        let before = tls.counters().expires_unix_seconds();
        fs::write(&files.key, &next.1).unwrap();
        assert!(tls.reload() && !tls.reload());
        assert!(!Arc::ptr_eq(&first, &tls.config(false)));
        assert_eq!((tls.counters().renewed(), tls.counters().failed()), (1, 3));
        assert_eq!(tls.counters().expires_unix_seconds() - before, 365 * 24 * 60 * 60);
    }

    #[cfg(unix)]
    #[test]
    fn a_swapped_link_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        for (name, year) in [("old", 2040), ("new", 2041)] {
            fs::create_dir(folder.path().join(name)).unwrap();
            write(&folder.path().join(name), &self_signed(year));
        }
        let data = folder.path().join("..data");
        std::os::unix::fs::symlink("old", &data).unwrap();
        let files =
            TlsFiles { certificate: data.join("tls.crt"), key: data.join("tls.key"), client_ca: None };
        let tls = ServerTls::load(files).unwrap();
        std::os::unix::fs::symlink("new", folder.path().join("..tmp")).unwrap();
        fs::rename(folder.path().join("..tmp"), &data).unwrap();
        assert!(tls.reload());
    }

    #[test]
    fn protocols_are_those_of_the_listener() {
        let folder = tempfile::tempdir().unwrap();
        let tls = ServerTls::load(write(folder.path(), &self_signed(2040))).unwrap();
        assert_eq!(tls.config(false).alpn_protocols, [b"h2"]);
        assert_eq!(tls.config(true).alpn_protocols, [&b"h2"[..], b"http/1.1"]);
    }

    #[cfg(unix)]
    #[test]
    fn old_certificates_and_open_keys_are_warned_of() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), &self_signed(2020));
        fs::set_permissions(&files.key, fs::Permissions::from_mode(0o644)).unwrap();
        let warnings = ServerTls::load(files.clone()).unwrap().warnings();
        let said: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        assert!(said[0].contains("tls.crt expired") && said[0].contains("days ago"), "{said:?}");
        assert!(said[1].contains("tls.key (mode 644)"), "{said:?}");

        write(folder.path(), &self_signed(2040));
        fs::set_permissions(&files.key, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(ServerTls::load(files).unwrap().warnings(), []);
    }
}
