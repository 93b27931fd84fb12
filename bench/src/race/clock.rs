//! Clocks.

use std::time::Instant;

/// What a clock counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Time {
    /// The time that this thread has a processor: what others do on the machine is not counted. Where a system does not
    /// tell, that on the wall.
    #[default]
    Thread,
    /// That on the wall, for work of several threads.
    Wall,
}

/// A clock that has been started.
pub struct Clock {
    time: Time,
    started: f64,
    origin: Instant,
}

impl Clock {
    /// Starts a clock.
    pub fn start(time: Time) -> Self {
        let clock = Self { time, started: 0.0, origin: Instant::now() };
        Self { started: clock.read_ns(), ..clock }
    }

    /// Nanoseconds since the start. Reading the time of a thread takes some hundred of them.
    pub fn elapsed_ns(&self) -> f64 {
        self.read_ns() - self.started
    }

    fn read_ns(&self) -> f64 {
        let thread = if self.time == Time::Thread { thread_ns() } else { None };
        thread.unwrap_or_else(|| self.origin.elapsed().as_nanos() as f64)
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)]
fn thread_ns() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(time.tv_sec as f64 * 1e9 + time.tv_nsec as f64)
}

#[cfg(not(unix))]
fn thread_ns() -> Option<f64> {
    None
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn sleep_counts_on_the_wall_alone() {
        let (wall, thread) = (Clock::start(Time::Wall), Clock::start(Time::Thread));
        thread::sleep(Duration::from_millis(20));
        assert!(wall.elapsed_ns() >= 20e6);
        #[cfg(unix)]
        assert!(thread.elapsed_ns() < 20e6);
        assert!(thread.elapsed_ns() >= 0.0);
    }
}
