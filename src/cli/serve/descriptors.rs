//! File descriptors: every connection takes one.

/// How many descriptors there should be besides those of connections: for packs, logs, and a few in reserve.
#[cfg(unix)]
const OTHERS: u64 = 128;

/// Raises the number of files that this process may have open as far as the system allows without asking anybody: what a
/// shell starts with is often too few for a server. A warning if that is still too few for `connections`.
#[cfg(unix)]
pub fn make_room(connections: u64) -> Option<String> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    // If it cannot be raised, the old limit holds.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    let files = getrlimit(Resource::Nofile).current?;
    (files < connections + OTHERS).then(|| {
        format!(
            "this process may have {files} files open, too few for {connections} connections: raise that limit (ulimit -n, LimitNOFILE=), or lower --max-connections"
        )
    })
}

/// Other systems set no such limit.
#[cfg(not(unix))]
pub fn make_room(_: u64) -> Option<String> {
    None
}
