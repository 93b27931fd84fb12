//! The signals that end a server, and the one that makes it reload.

#[cfg(unix)]
use super::reload::ReloadTrigger;
use super::reload::Reloader;

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
#[cfg(unix)]
pub fn reload_on_signal(reloader: Reloader) -> std::io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    // Listens from here on, not from the first poll: a signal in between would kill the process.
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        while hangup.recv().await.is_some() {
            reloader.request(ReloadTrigger::Signal, false);
        }
    })
}

/// Asks for a reload whenever the process gets SIGHUP, for as long as it is polled; on other systems there is no such
/// signal.
///
/// Errors if the signal cannot be listened for. Must be called within a tokio runtime with I/O.
#[cfg(not(unix))]
pub fn reload_on_signal(_reloader: Reloader) -> std::io::Result<impl Future<Output = ()> + Send> {
    Ok(std::future::pending())
}
