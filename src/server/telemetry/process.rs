//! [`ProcessFigures`]: what the system says of this process.

use std::fs;
use std::time::Duration;

/// What is known; off Linux, only the processor time. Some files of `/proc` are read, in some 50 µs.
#[derive(Debug, Default)]
pub(super) struct ProcessFigures {
    pub cpu_seconds: Option<f64>,
    pub resident_bytes: Option<f64>,
    pub virtual_bytes: Option<f64>,
    pub open_fds: Option<f64>,
    pub max_fds: Option<f64>,
    pub threads: Option<f64>,
    /// Since 1970.
    pub start_seconds: Option<f64>,
}

impl ProcessFigures {
    pub fn read() -> Self {
        let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let status = text("/proc/self/status");
        let kibibytes = |name| field(&status, name).map(|kibibytes| kibibytes * 1_024.0);
        Self {
            cpu_seconds: cpu_time().map(|time| time.as_secs_f64()),
            resident_bytes: kibibytes("VmRSS:"),
            virtual_bytes: kibibytes("VmSize:"),
            open_fds: open_fds(),
            max_fds: field(&text("/proc/self/limits"), "Max open files"),
            threads: field(&status, "Threads:"),
            start_seconds: start_time(&text("/proc/stat"), &text("/proc/self/stat")),
        }
    }
}

/// The first number of the line that begins with `name`.
fn field(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn open_fds() -> Option<f64> {
    // Reading the folder opens one more, which is closed again.
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(count.saturating_sub(1) as f64)
}

#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?))
}

#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}

/// When the system began, by its `stat`, and how long after that the process did, by its own.
#[cfg(unix)]
fn start_time(system: &str, process: &str) -> Option<f64> {
    let ticks_per_second = rustix::param::clock_ticks_per_second();
    Some(field(system, "btime")? + start_ticks(process)? / ticks_per_second as f64)
}

#[cfg(not(unix))]
fn start_time(_system: &str, _process: &str) -> Option<f64> {
    None
}

/// Field 22 of `/proc/PID/stat`. The second, the name of the program, may hold anything, so it is counted from its end.
#[cfg_attr(not(unix), allow(dead_code))]
fn start_ticks(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(22 - 3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_names() {
        assert_eq!(field("VmPeak:\t 9 kB\nVmRSS:\t  1234 kB\n", "VmRSS:"), Some(1_234.0));
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024   4096   files\n";
        assert_eq!(field(limits, "Max open files"), Some(1_024.0));
        assert_eq!(field("Max open files   unlimited", "Max open files"), None);
        assert_eq!(field("", "VmRSS:"), None);
    }

    #[test]
    fn the_name_of_the_program_does_not_shift_the_fields() {
        let rest = (3..=52).map(|i| i.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(start_ticks(&format!("1 (a) b ) 7 (c) {rest}")), Some(22.0));
        assert_eq!(start_ticks("1 (a) S"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_figures() {
        let figures = ProcessFigures::read();
        assert!(figures.cpu_seconds.is_some_and(|seconds| seconds >= 0.0), "{figures:?}");
        assert!(figures.resident_bytes.is_some_and(|bytes| bytes > 1e5), "{figures:?}");
        assert!(figures.virtual_bytes >= figures.resident_bytes, "{figures:?}");
        assert!(figures.open_fds.is_some_and(|count| count >= 1.0), "{figures:?}");
        assert!(figures.threads.is_some_and(|count| count >= 1.0), "{figures:?}");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
        let age = now.as_secs_f64() - figures.start_seconds.expect("a start");
        assert!((-5.0..3_600.0).contains(&age), "{age} s old: {figures:?}");
    }
}
