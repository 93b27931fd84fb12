//! Work that is done in a process of its own, so that its memory can be told.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use yaqut::store;

use crate::{Error, Result, peers};

/// What a child is to do.
pub enum Task {
    /// Compile a pack to a segment.
    BuildSegment {
        /// Folder of the pack.
        pack: PathBuf,
        /// File of the segment.
        out: PathBuf,
    },
    /// Make a plain map of the keys of a pack.
    BuildMap {
        /// Folder of the pack.
        pack: PathBuf,
        /// File of the map.
        out: PathBuf,
    },
}

/// What it took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// By the clock on the wall.
    pub seconds: f64,
    /// The most memory that was resident, mapped files included; `None` where the system does not say.
    pub peak_bytes: Option<u64>,
    /// The most memory of its own, mapped files not included; `None` where the system does not say.
    pub peak_anonymous_bytes: Option<u64>,
    /// Length of the file.
    pub file_bytes: u64,
}

/// Marks the arguments of a child.
const CHILD: &str = "--child";
/// How often a child looks at its memory.
const TICK: Duration = Duration::from_millis(5);

/// Runs this program again with a task, and waits for it.
pub fn run(task: &Task) -> Result<Cost> {
    let (name, pack, out) = match task {
        Task::BuildSegment { pack, out } => ("segment", pack, out),
        Task::BuildMap { pack, out } => ("map", pack, out),
    };
    let child = Command::new(std::env::current_exe()?)
        .args([CHILD, name])
        .args([pack, out])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !child.status.success() {
        return Err(format!("building {} ended with {}", out.display(), child.status).into());
    }
    Ok(serde_json::from_slice(&child.stdout)?)
}

/// If this process is a child, does its task, prints what it took, and returns true. To be called first in `main`.
pub fn serve() -> Result<bool> {
    let mut args = std::env::args_os().skip(1);
    if args.next().is_none_or(|first| first != CHILD) {
        return Ok(false);
    }
    let [name, pack, out] = [(); 3].map(|()| args.next());
    let (Some(name), Some(pack), Some(out)) = (name, pack, out) else {
        return Err("a child is told its task, a pack and a file".into());
    };
    println!("{}", serde_json::to_string(&work(&name, Path::new(&pack), Path::new(&out))?)?);
    Ok(true)
}

fn work(name: &OsString, pack: &Path, out: &Path) -> Result<Cost> {
    let (is_done, most) = (AtomicBool::new(false), AtomicU64::new(0));
    let started = Instant::now();
    let seconds = thread::scope(|scope| {
        scope.spawn(|| watch(&is_done, &most));
        let done = match name.to_str() {
            Some("segment") => store::build(pack, out, true).map(drop).map_err(Error::from),
            Some("map") => peers::fst_map::build(pack, out).map(drop),
            _ => Err(format!("no task is called {}", name.display()).into()),
        };
        is_done.store(true, Ordering::Relaxed);
        done.map(|()| started.elapsed().as_secs_f64())
    })?;
    Ok(Cost {
        seconds,
        peak_bytes: memory("self", "VmHWM"),
        peak_anonymous_bytes: Some(most.into_inner()).filter(|&bytes| bytes > 0),
        file_bytes: fs::metadata(out)?.len(),
    })
}

/// Remembers the most memory that this process has of its own.
fn watch(is_done: &AtomicBool, most: &AtomicU64) {
    while !is_done.load(Ordering::Relaxed) {
        most.fetch_max(memory("self", "RssAnon").unwrap_or(0), Ordering::Relaxed);
        thread::sleep(TICK);
    }
}

/// A field of the status of a process, in bytes; `None` where the system does not say.
pub fn memory(process: &str, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}
