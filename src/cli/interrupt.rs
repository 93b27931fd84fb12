//! Ctrl-C and SIGTERM: unfinished output is removed before the program ends.

use std::fs;
use std::io;
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
    // Signals are listened for when this returns, and so before the first file is made.
    let entered = runtime.enter();
    let Ok(interrupted) = interrupted() else { return };
    drop(entered);
    thread::spawn(move || {
        let code = runtime.block_on(interrupted);
        let guarded = guarded();
        for path in guarded.iter() {
            let _ = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
        }
        // The lock is still held: no other thread can start a new file or finish one now.
        std::process::exit(code);
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

/// Ready with the exit code once the run is interrupted. Must be called within a tokio runtime with I/O.
#[cfg(unix)]
fn interrupted() -> io::Result<impl Future<Output = i32>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        let kind = tokio::select! {
            _ = interrupt.recv() => SignalKind::interrupt(),
            _ = terminate.recv() => SignalKind::terminate(),
        };
        128 + kind.as_raw_value()
    })
}

/// As above, for Ctrl-C alone.
#[cfg(windows)]
fn interrupted() -> io::Result<impl Future<Output = i32>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
        130
    })
}
