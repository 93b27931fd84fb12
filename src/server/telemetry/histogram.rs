//! [`Histogram`]: how values are spread, counted by atomics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of times, in nanoseconds: 10 µs to 10 s.
pub(super) const TIME_BOUNDS: [u64; 19] = [
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
];

/// Counts values up to each of `N` bounds, and beyond. Two relaxed additions a value.
#[derive(Debug)]
pub(super) struct Histogram<const N: usize> {
    bounds: &'static [u64; N],
    counts: [AtomicU64; N],
    beyond: AtomicU64,
    sum: AtomicU64,
}

/// Of times; bounds are [`TIME_BOUNDS`].
pub(super) type TimeHistogram = Histogram<{ TIME_BOUNDS.len() }>;

/// What a histogram held when it was read.
pub(in crate::server) struct Spread {
    /// Upper bounds, the last without an end, and how many values lie at or below each and above the one before.
    pub buckets: Vec<(f64, u64)>,
    pub count: u64,
    pub sum: f64,
}

impl<const N: usize> Histogram<N> {
    /// `bounds` rise.
    pub fn new(bounds: &'static [u64; N]) -> Self {
        Self {
            bounds,
            counts: std::array::from_fn(|_| AtomicU64::new(0)),
            beyond: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }

    pub fn observe(&self, value: u64) {
        self.observe_many(value, 1);
    }

    /// The same value `times` times.
    pub fn observe_many(&self, value: u64, times: u64) {
        let bucket = self.bounds.iter().position(|&bound| value <= bound);
        let count = bucket.and_then(|bucket| self.counts.get(bucket)).unwrap_or(&self.beyond);
        count.fetch_add(times, Ordering::Relaxed);
        self.sum.fetch_add(value.saturating_mul(times), Ordering::Relaxed);
    }

    /// All values so far; one of our units is `unit` of those that are told.
    pub fn read(&self, unit: f64) -> Spread {
        let counts = self.counts.iter().zip(self.bounds);
        let mut buckets: Vec<_> =
            counts.map(|(count, &bound)| (bound as f64 * unit, count.load(Ordering::Relaxed))).collect();
        buckets.push((f64::INFINITY, self.beyond.load(Ordering::Relaxed)));
        // Not a counter of its own, so that it always agrees with the buckets.
        let count = buckets.iter().map(|(_, count)| count).sum();
        Spread { buckets, count, sum: self.sum.load(Ordering::Relaxed) as f64 * unit }
    }
}

impl TimeHistogram {
    pub fn of_times() -> Self {
        Self::new(&TIME_BOUNDS)
    }

    pub fn observe_time(&self, time: Duration) {
        self.observe(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// In seconds.
    pub fn read_seconds(&self) -> Spread {
        let mut spread = self.read(1.0);
        // A division rounds to the number that is meant (1e-5), a multiplication beside it.
        spread.buckets.iter_mut().for_each(|(bound, _)| *bound /= 1e9);
        spread.sum /= 1e9;
        spread
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_value_is_in_the_first_bucket_that_holds_it(values in prop::collection::vec(0_u64..20_000_000_000, 0..50)) {
            let histogram = TimeHistogram::of_times();
            values.iter().for_each(|&value| histogram.observe(value));
            let Spread { buckets, count, sum } = histogram.read(1.0);
            prop_assert_eq!(count, values.len() as u64);
            prop_assert!((sum - values.iter().sum::<u64>() as f64).abs() < 0.5);
            let mut below = 0;
            for (bound, count) in buckets {
                below += count;
                prop_assert_eq!(below, values.iter().filter(|&&value| value as f64 <= bound).count() as u64);
            }
        }
    }

    #[test]
    fn bounds_rise_and_are_told_in_seconds() {
        assert!(TIME_BOUNDS.is_sorted_by(|a, b| a < b));
        let histogram = TimeHistogram::of_times();
        histogram.observe_time(Duration::from_micros(10));
        histogram.observe_time(Duration::from_secs(11));
        let Spread { buckets, count, sum } = histogram.read_seconds();
        assert_eq!((count, sum), (2, 11.00001));
        assert_eq!((buckets[0], buckets[19]), ((1e-5, 1), (f64::INFINITY, 1)));
        assert_eq!(buckets.iter().map(|(_, count)| count).sum::<u64>(), 2);
    }
}
