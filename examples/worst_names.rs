//! Looks for the names that take longest to resolve: random ones over many alphabets, and the worst of them mutated.
//!
//! ```text
//! cargo run --release --example worst_names -- 20000
//! ```
//!
//! The same number gives the same names in every run.

use std::error::Error;
use std::time::{Duration, Instant};

use yaqut::resolve::MAX_NAME_BYTES;
use yaqut::store::{self, Silent, StackConfig};
use yaqut::{Gazetteer, ResolveOptions};

/// Names are made of pieces of one of these lists, or of two.
const ALPHABETS: [&[&str]; 12] = [
    &["و", "ف", "ب", "ل", "ك", "ال"],
    &["ا", "ل", "م", "ن", "ي", "و", "ه", "ة", "ر", "ت", "ب", "ع", "د", "س", "ف", "ق", "ح", "ج"],
    &["محمد", "أحمد", "علي", "بن", "عبد", "الله", "حسن", "حسين", "أبو", "السيد", "خان", "الشيخ"],
    &[
        "الرئيس",
        "وزير",
        "مدينة",
        "محافظة",
        "في",
        "من",
        "الدكتور",
        "الملك",
        "جمهورية",
        "ولاية",
        "التركي",
        "المصري",
    ],
    &["a", "e", "i", "o", "u", "n", "r", "s", "t", "l", "m", "k", "h"],
    &["san", "santa", "de", "la", "al", "bin", "mohammed", "ali", "president", "of", "city", "new", "saint"],
    &["中", "国", "北", "京", "上", "海", "大", "田", "山", "川", "本", "日"],
    &["김", "이", "박", "서", "울", "한", "국"],
    &["а", "е", "и", "о", "н", "т", "с", "р", "в", "ск"],
    &["\u{64e}", "\u{651}", "\u{301}", "\u{308}", "ب", "a"],
    &["\u{fdfa}", "\u{fdfb}", "\u{fdf2}", "ﷲ", "ا"],
    &["غ", "ج", "ق", "ك", "ء", "ئ", "ؤ", "أ", "إ", "ى", "ی", "ک", "ۀ"],
];

/// How many of the worst are kept, and mutated in each round.
const WORST: usize = 40;
const ROUNDS: usize = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(10_000), |text| text.parse())?;
    let gazetteer = store::open(&StackConfig::default(), &Silent)?.gazetteer;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut random: Vec<_> = (0..count).map(|_| measured(&gazetteer, dice.name())).collect();
    report("random", &mut random);
    let mut worst = random;
    worst.truncate(WORST);
    for _ in 0..ROUNDS {
        let bred: Vec<_> = worst.iter().map(|(_, name)| measured(&gazetteer, dice.mutation(name))).collect();
        worst.extend(bred);
        worst.sort_by(|(x, _), (y, _)| y.cmp(x));
        worst.truncate(WORST);
    }
    // Anew, so that what was slow by chance is not.
    let mut again: Vec<_> = worst.into_iter().map(|(_, name)| measured(&gazetteer, name)).collect();
    report("bred", &mut again);
    for (took, name) in again.iter().take(12) {
        let answer = gazetteer.resolve(name, &ResolveOptions::default());
        println!("{:7.2} ms {} {} {name}", millis(*took), answer.status, answer.truncated);
    }
    Ok(())
}

/// From here on the clock on the wall is not trusted, which goes on while others have the processor.
const LONG: Duration = Duration::from_millis(1);
/// How often a name that takes long is resolved, as the system counts a thread's time in milliseconds.
const TIMES: u32 = 8;

/// A name with the processor time that it took.
fn measured(gazetteer: &Gazetteer, name: String) -> (Duration, String) {
    let options = ResolveOptions { explain: false, ..ResolveOptions::default() };
    let resolve = || drop(gazetteer.resolve(&name, &options));
    let begun = Instant::now();
    resolve();
    let took = begun.elapsed();
    if took < LONG {
        return (took, name);
    }
    let Some(before) = thread_time() else { return (took, name) };
    (0..TIMES).for_each(|_| resolve());
    let took = thread_time().unwrap_or(before).saturating_sub(before) / TIMES;
    (took, name)
}

/// How long this thread has had a processor, where the system tells.
fn thread_time() -> Option<Duration> {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(status.split(' ').next()?.parse().ok()?))
}

/// Prints percentiles, and leaves the names in order, the slowest first.
fn report(what: &str, names: &mut [(Duration, String)]) {
    names.sort_by(|(x, _), (y, _)| y.cmp(x));
    let at =
        |part: f64| names.get((names.len() as f64 * part) as usize).map_or(0.0, |(took, _)| millis(*took));
    let (p50, p99, p999) = (at(0.5), at(0.01), at(0.001));
    println!(
        "{what}: {} names, p50 {p50:.3} ms, p99 {p99:.2} ms, p99.9 {p999:.2} ms, worst {:.2} ms",
        names.len(),
        at(0.0)
    );
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

/// The generator of Knuth's MMIX; its upper bits are the better ones.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    fn piece(&mut self, of: [usize; 2]) -> &'static str {
        let alphabet = ALPHABETS[of[self.below(2)]];
        alphabet[self.below(alphabet.len())]
    }

    fn name(&mut self) -> String {
        let of = [self.below(ALPHABETS.len()), self.below(ALPHABETS.len())];
        let of = if self.below(2) == 0 { [of[0]; 2] } else { of };
        let (bytes, space) = (1 + self.below(MAX_NAME_BYTES), 1 + self.below(12));
        let mut name = String::new();
        loop {
            let piece = self.piece(of);
            let divided = if self.below(space) == 0 { " " } else { "" };
            if name.len() + piece.len() + divided.len() > bytes {
                break;
            }
            name.push_str(piece);
            name.push_str(divided);
        }
        name
    }

    /// A name with some characters left out, doubled, exchanged, or pieces of another alphabet put in.
    fn mutation(&mut self, name: &str) -> String {
        let mut chars: Vec<char> = name.chars().collect();
        for _ in 0..=self.below(4) {
            let (at, with) = (self.below(chars.len()), self.below(chars.len().min(40)));
            match self.below(4) {
                0 if chars.len() > 2 => drop(chars.remove(at)),
                1 => chars.splice(at..at, " ".chars()).for_each(drop),
                2 => {
                    let copied: Vec<char> = chars[with..].iter().take(8).copied().collect();
                    chars.splice(at..at, copied).for_each(drop);
                }
                _ => {
                    let of = [self.below(ALPHABETS.len()); 2];
                    chars.splice(at..at, self.piece(of).chars()).for_each(drop);
                }
            }
        }
        let mut name: String = chars.into_iter().collect();
        while name.len() > MAX_NAME_BYTES {
            name.pop();
        }
        name
    }
}
