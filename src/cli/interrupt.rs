//! Ctrl-C and SIGTERM: unfinished output is removed before the program ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Temporary files and folders that an interrupted run must not leave behind.
static GUARDED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// From now on an interrupt removes every guarded file and folder and ends the program with 128 + the signal's number, at once,
/// whatever other threads wait for.
///
/// Where signals cannot be had, an interrupt ends the program the system's way.
pub fn clean_up_on_interrupt() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
    thread::spawn(move || {
        if let Some(code) = runtime.block_on(interrupted()) {
            let guarded = guarded();
            for path in guarded.iter() {
                let _ = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
            }
            // The lock is still held: no other thread can start a new file or finish one now.
            std::process::exit(code);
        }
    });
}

/// Has `path` removed if the run is interrupted.
pub fn guard(path: &Path) {
    guarded().push(path.to_owned());
}

/// Leaves `path` alone again.
pub fn release(path: &Path) {
    guarded().retain(|guarded| guarded != path);
}

fn guarded() -> MutexGuard<'static, Vec<PathBuf>> {
    GUARDED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
async fn interrupted() -> Option<i32> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).ok()?;
    let mut terminate = signal(SignalKind::terminate()).ok()?;
    let kind = tokio::select! {
        _ = interrupt.recv() => SignalKind::interrupt(),
        _ = terminate.recv() => SignalKind::terminate(),
    };
    Some(128 + kind.as_raw_value())
}

#[cfg(not(unix))]
async fn interrupted() -> Option<i32> {
    tokio::signal::ctrl_c().await.ok().map(|()| 130)
}
