//! The signals that end a server.

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
