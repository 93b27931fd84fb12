//! What is printed.

use std::time::Duration;

use crate::Mode;
use crate::drive::{Load, Target};
use crate::peer::Replies;
use crate::tally::{Tally, percentile, total};

/// What is asked, and of whom.
pub fn introduce(url: &str, load: &Load, replies: &Replies) {
    let count = load.names.len();
    let share = |part: usize| 100.0 * part as f64 / count as f64;
    let bytes: usize = replies.unary.iter().map(bytes::Bytes::len).sum();
    println!(
        "{count} names, {:.1} % RESOLVED, {:.1} % AMBIGUOUS, {:.0} bytes a reply; {url}",
        share(replies.resolved),
        share(replies.ambiguous),
        bytes as f64 / count as f64
    );
}

/// The figures of one mode, and the ratio to the peer: of all rounds, and the least and greatest of a round.
pub fn print(
    mode: Mode,
    in_flight: u32,
    connections: u32,
    target: Target<'_>,
    ours: &[Tally],
    peer: Option<Target<'_>>,
    theirs: &[Tally],
) {
    println!("\n{mode:?}, {in_flight} in flight, {connections} connection(s), {} rounds", ours.len());
    println!(
        "{:<8}{:>12}{:>12}{:>10}{:>10}{:>10}{:>16}  errors",
        "", "requests/s", "names/s", "p50 µs", "p99 µs", "p99.9 µs", "server µs/name"
    );
    print_row(target.name, &total(ours));
    let Some(peer) = peer else { return };
    print_row(peer.name, &total(theirs));
    let mut ratios: Vec<f64> = ours
        .iter()
        .zip(theirs)
        .map(|(ours, theirs)| ours.names_a_second() / theirs.names_a_second())
        .collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap_or_default();
    let (least, greatest) =
        (ratios.first().copied().unwrap_or_default(), ratios.last().copied().unwrap_or_default());
    println!(
        "ratio   {:.1} % of the peer's names/s (rounds: median {:.1}, {:.1} to {:.1})",
        100.0 * total(ours).names_a_second() / total(theirs).names_a_second(),
        100.0 * median,
        100.0 * least,
        100.0 * greatest
    );
}

fn print_row(name: &str, tally: &Tally) {
    let micros = |duration: Duration| duration.as_secs_f64() * 1e6;
    let at = |share| micros(percentile(&tally.latencies, share));
    let cpu = tally
        .server_cpu
        .map_or_else(|| "-".to_owned(), |cpu| format!("{:.2}", micros(cpu) / tally.names as f64));
    println!(
        "{name:<8}{:>12.0}{:>12.0}{:>10.0}{:>10.0}{:>10.0}{cpu:>16}  {}",
        tally.latencies.len() as f64 / tally.took.as_secs_f64(),
        tally.names_a_second(),
        at(0.5),
        at(0.99),
        at(0.999),
        tally.error_text()
    );
}
