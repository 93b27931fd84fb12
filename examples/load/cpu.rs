//! Processor time by thread, as Linux tells it.

use std::fs;
use std::path::Path;
use std::time::Duration;

/// What the threads of this process that bear `name` have spent so far; `None` where the system does not say.
pub fn of_threads(name: &str) -> Option<Duration> {
    let tasks = fs::read_dir("/proc/self/task").ok()?.flatten();
    let times = tasks.filter_map(|task| of_thread(&task.path(), name));
    times.reduce(|sum, time| sum + time)
}

/// The first number of `schedstat` is the time on a processor, in nanoseconds.
fn of_thread(task: &Path, name: &str) -> Option<Duration> {
    if fs::read_to_string(task.join("comm")).ok()?.trim_end() != name {
        return None;
    }
    let schedstat = fs::read_to_string(task.join("schedstat")).ok()?;
    schedstat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
