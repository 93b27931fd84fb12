//! Measures contenders in turns, so that what disturbs the machine disturbs them all.

mod clock;

use std::hint::black_box;

use clock::Clock;
pub use clock::Time;

use crate::report::{Latency, Side, Timing};

/// Something that is measured: it does its work on the items of a range and returns a number, lest it be optimised away.
pub struct Contender<'a> {
    name: &'static str,
    run: Box<dyn FnMut(std::ops::Range<usize>) -> usize + 'a>,
}

impl<'a> Contender<'a> {
    /// One that works on one item at a time.
    pub fn each<T>(name: &'static str, items: &'a [T], mut run: impl FnMut(&T) -> usize + 'a) -> Self {
        Self::batch(name, items, move |items| items.iter().map(&mut run).sum())
    }

    /// One that works on several items at once.
    pub fn batch<T>(name: &'static str, items: &'a [T], mut run: impl FnMut(&[T]) -> usize + 'a) -> Self {
        Self { name, run: Box::new(move |range| run(&items[range])) }
    }
}

/// How a race is run.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// How many items there are.
    pub items: usize,
    /// So many items are timed together: one where an item takes microseconds, more where the clock would show.
    pub lap: usize,
    /// How often each contender runs over all items.
    pub rounds: usize,
    /// What is counted.
    pub time: Time,
}

/// Lets the contenders, Yaqut first, run in turns, after one round that does not count.
///
/// The time of an item is the median of its rounds: what it costs when nothing interrupts it. Means and quantiles are
/// those of the items, so that a 99th percentile tells of hard items and not of a busy machine.
pub fn race(course: Course, mut contenders: Vec<Contender<'_>>) -> Timing {
    let mut rounds = vec![Vec::with_capacity(course.rounds); contenders.len()];
    for round in 0..=course.rounds {
        let mut order: Vec<usize> = (0..contenders.len()).collect();
        // Whoever runs first finds the caches as the other left them.
        order.rotate_left(round % contenders.len().max(1));
        for i in order {
            let laps = run(course, &mut contenders[i]);
            if round > 0 {
                rounds[i].push(laps);
            }
        }
    }
    let latencies: Vec<Latency> = rounds.iter().map(|rounds| latency(rounds)).collect();
    let sides = contenders.iter().zip(&latencies);
    let sides = sides.map(|(contender, &latency)| Side { name: contender.name.into(), latency });
    let ratios = |figure: fn(&Latency) -> f64| {
        latencies.iter().skip(1).map(|peer| figure(peer) / figure(&latencies[0])).collect()
    };
    Timing {
        items: course.items,
        lap: course.lap,
        rounds: course.rounds,
        sides: sides.collect(),
        mean_ratios: ratios(|latency| latency.mean_ns),
        p99_ratios: ratios(|latency| latency.p99_ns),
    }
}

/// One round of one contender: the time of every lap, in nanoseconds an item.
fn run(course: Course, contender: &mut Contender<'_>) -> Vec<f64> {
    let mut laps = Vec::with_capacity(course.items.div_ceil(course.lap));
    let mut sum = 0;
    for start in (0..course.items).step_by(course.lap) {
        let end = course.items.min(start + course.lap);
        let clock = Clock::start(course.time);
        sum += (contender.run)(start..end);
        laps.push(clock.elapsed_ns() / (end - start) as f64);
    }
    black_box(sum);
    laps
}

/// Of each lap the median of its rounds; of these the mean and the quantiles.
fn latency(rounds: &[Vec<f64>]) -> Latency {
    let lap_count = rounds.first().map_or(0, Vec::len);
    let mut laps: Vec<f64> =
        (0..lap_count).map(|lap| median(rounds.iter().map(|round| round[lap]).collect())).collect();
    laps.sort_by(f64::total_cmp);
    let last = lap_count.saturating_sub(1) as f64;
    let quantile = |q: f64| laps.get((last * q).round() as usize).copied().unwrap_or(0.0);
    let mean_ns = laps.iter().sum::<f64>() / lap_count.max(1) as f64;
    Latency { mean_ns, p50_ns: quantile(0.5), p99_ns: quantile(0.99) }
}

/// The middle of some numbers, the upper one of two; 0 of none.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn what_disturbs_one_round_does_not_count() {
        let rounds = [[1.0, 2.0, 3.0], [900.0, 2.0, 3.0], [1.0, 2.0, 800.0]].map(Vec::from);
        assert_eq!(latency(&rounds), Latency { mean_ns: 2.0, p50_ns: 2.0, p99_ns: 3.0 });
        assert_eq!(latency(&[]), Latency::default());
    }

    #[test]
    fn contenders_take_turns_at_all_items() {
        let items = [1, 2, 3, 4, 5];
        let calls = RefCell::new(Vec::new());
        let calls = &calls;
        let contender = |name| {
            Contender::batch(name, &items, move |items| {
                calls.borrow_mut().push((name, items.to_vec()));
                items.len()
            })
        };
        let timing = race(
            Course { items: 5, lap: 3, rounds: 1, time: Time::Thread },
            vec![contender("a"), contender("b")],
        );
        let laps = |name| [(name, vec![1, 2, 3]), (name, vec![4, 5])];
        assert_eq!(*calls.borrow(), [laps("a"), laps("b"), laps("b"), laps("a")].concat());
        assert_eq!(timing.sides.iter().map(|side| &*side.name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((timing.mean_ratios.len(), timing.p99_ratios.len()), (1, 1));
    }
}
