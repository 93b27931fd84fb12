//! The signals that end a server, and the one that makes it reload.

use super::reload::{ReloadTrigger, Reloader};

/// Ready once the process is asked to stop: SIGTERM or SIGINT, or Ctrl-C elsewhere.
///
/// Errors if a signal cannot be listened for. Must be called within a tokio runtime with I/O.
#[cfg(unix)]
pub fn shutdown_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    // Listens from here on, not from the first poll: a signal in between would kill the process.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ready once the process is asked to stop: SIGTERM or SIGINT, or Ctrl-C elsewhere.
///
/// Errors if a signal cannot be listened for. Must be called within a tokio runtime with I/O.
#[cfg(windows)]
pub fn shutdown_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        ctrl_c.recv().await;
    })
}

/// Asks for a reload whenever the process gets SIGHUP, for as long as it is polled; on other systems there is no such
/// signal.
///
/// Errors if the signal cannot be listened for. Must be called within a tokio runtime with I/O.
pub fn reload_on_signal(reloader: Reloader) -> std::io::Result<impl Future<Output = ()> + Send> {
    // Listens from here on, not from the first poll: a signal in between would kill the process.
    let mut hangups = Hangups::listen()?;
    Ok(async move {
        loop {
            hangups.next().await;
            reloader.request(ReloadTrigger::Signal, false);
        }
    })
}

/// The SIGHUPs that the process gets; on other systems there are none.
pub(super) struct Hangups {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Hangups {
    /// Listens from now on; does not take them from others who listen.
    ///
    /// Errors if the signal cannot be listened for. Must be called within a tokio runtime with I/O.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Ready with the next one.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        if self.signal.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Never ready.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        std::future::pending().await
    }
}
