//! The cross-script alignment: what it takes to read a name in Latin script as one in Arabic script.
//!
//! An alignment by dynamic programming of units of Latin spelling (`sh`, `ou`, the article of `al-Assad`) with the
//! Arabic letters that may write them. A pair that `tables/sounds.tsv` calls regular costs nothing; vowels may go
//! unwritten at a small price, which is higher at the edges of a token, because Arabic writes those; what no row explains
//! costs as much as in [`super::distance`]. So a name and its transliteration mostly cost less than 1, and two names that
//! merely share a skeleton more.
//!
//! Words may be divided otherwise, and an article may stand on one side only. After Freeman, Condon, Ackerman (ACL 2006,
//! N06-1060), weighted.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use super::letters::{self, ARTICLE};
use super::sounds::{self, Position, Sound, is_vowel, spelled};
use super::tables::{self, SOUNDS};

/// The most letters of a name that is aligned.
const MAX_LETTERS: usize = 64;

/// What a letter costs that has no counterpart, or another one than any row allows.
const UNEXPLAINED: f32 = 1.0;
/// First letters are rarely misheard: what no row explains costs this much more there.
const FIRST_LETTER_FACTOR: f32 = 1.3;
/// What a word division on one side only costs.
const DIVISION: f32 = 0.02;
/// What an Arabic letter costs that repeats the one before it.
const REPEATED: f32 = 0.10;
/// Two spellings that cost more are two names, and not worth the time to tell how far they are apart.
const MAX_COST: f32 = 2.0;

/// The cheapest way to read a Latin spelling as an Arabic one.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossScriptAlignment {
    /// The sum of the steps' costs, in the unit of [`super::distance`]: 0 for a regular transliteration.
    pub cost: f32,
    /// Letters of the longer spelling.
    pub letters: usize,
    /// The steps that cost something, from left to right of the Latin spelling.
    pub steps: Vec<CrossScriptStep>,
}

/// A step of a [`CrossScriptAlignment`].
#[derive(Clone, Debug, PartialEq)]
pub struct CrossScriptStep {
    /// The Latin letters; none if the Arabic ones have no counterpart.
    pub latin: String,
    /// The Arabic letters that write them; none if they go unwritten.
    pub arabic: String,
    /// What it costs.
    pub cost: f32,
}

impl fmt::Display for CrossScriptStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.latin.trim(), self.arabic.trim()) {
            ("", "") => f.write_str("divided otherwise"),
            (latin, "") => write!(f, "{latin} unwritten"),
            ("", arabic) => write!(f, "inserted {arabic}"),
            (latin, arabic) => write!(f, "{latin}~{arabic}"),
        }
    }
}

/// The most that a name and its transliteration cost, if the longer of the two has `letters` letters.
///
/// Measured on the cities and newsmakers of the bundled packs against the nearest other name with a skeleton in common:
/// beyond it, hardly any candidate is meant.
pub const fn cross_script_budget(letters: usize) -> f32 {
    match letters {
        0..=4 => 0.15,
        5..=6 => 0.25,
        7..=9 => 0.45,
        10..=12 => 0.60,
        _ => 1.00,
    }
}

/// Aligns a name in Latin script with one in Arabic script, both K0 keys.
///
/// `None` if that costs more than 2, or if one is empty, holds letters of another script, or has more than 64 letters.
/// `O(n m)` in time and memory for `n` and `m` letters.
///
/// ```
/// use yaqut::text::{align_cross_script, safe_fold};
/// let cost = |latin, arabic| align_cross_script(&safe_fold(latin), &safe_fold(arabic)).unwrap().cost;
/// assert!(cost("Erdoğan", "أردوغان") < 0.1);
/// assert!(cost("Ardagan", "أردوغان") > cost("Erdoğan", "أردوغان"));
/// assert_eq!(align_cross_script("ankara", "بغداد"), None);
/// ```
pub fn align_cross_script(latin: &str, arabic: &str) -> Option<CrossScriptAlignment> {
    let latin = spelled(latin).filter(|latin| !latin.iter().any(|&c| letters::is_arabic(c)))?;
    let arabic = spelled(arabic)
        .filter(|arabic| !arabic.iter().any(|&c| c.is_alphabetic() && !letters::is_arabic(c)))?;
    let plain = |&written: &char| letters::plain_arabic(written).map(move |plain| (plain, written));
    let (arabic, written): (Vec<char>, Vec<char>) = arabic.iter().flat_map(plain).unzip();
    let is_fit = |letters: &[char]| (1..=MAX_LETTERS).contains(&letters.len());
    (is_fit(&latin) && is_fit(&arabic)).then(|| Matrix::fill(&latin, &arabic, &written))?.trace()
}

/// The table of the dynamic program; a cell is the best way to so many letters of either side.
struct Matrix<'a> {
    latin: &'a [char],
    /// As Arabic itself writes them, without hamza seats.
    arabic: &'a [char],
    /// As they are written.
    written: &'a [char],
    cells: Vec<Cell>,
}

/// The best way so far, and the cell before it.
#[derive(Clone, Copy)]
struct Cell {
    cost: f32,
    latin: usize,
    arabic: usize,
}

impl<'a> Matrix<'a> {
    fn fill(latin: &'a [char], arabic: &'a [char], written: &'a [char]) -> Self {
        let unreached = Cell { cost: f32::INFINITY, latin: 0, arabic: 0 };
        let mut matrix =
            Self { latin, arabic, written, cells: vec![unreached; (latin.len() + 1) * (arabic.len() + 1)] };
        matrix.cells[0].cost = 0.0;
        let inserted: Vec<_> = (0..=arabic.len()).map(|j| SPELLINGS.inserted(arabic, j)).collect();
        for i in 0..=latin.len() {
            let units = SPELLINGS.of_units(latin, i);
            for (j, inserted) in inserted.iter().enumerate() {
                if matrix.cells[matrix.at(i, j)].cost <= MAX_COST {
                    matrix.explain(i, j, &units);
                    matrix.explain(i, j, inserted);
                    matrix.go_on(i, j);
                }
            }
        }
        matrix
    }

    fn at(&self, i: usize, j: usize) -> usize {
        i * (self.arabic.len() + 1) + j
    }

    /// Goes on from a cell by the rows of the table.
    fn explain(&mut self, i: usize, j: usize, spellings: &[&Spelling]) {
        let rest = &self.arabic[j..];
        for spelling in spellings {
            let is_written = match &*spelling.arabic {
                [] => true,
                [only] => rest.first() == Some(only),
                several => rest.starts_with(several),
            };
            // An article has no hamza: ألبان is not ال and بان.
            let is_seated = || spelling.is_article && self.written.get(j) != Some(&letters::ALEF);
            if is_written && !is_seated() {
                self.reach((i, j), (spelling.unit.len(), spelling.arabic.len()), spelling.cost);
            }
        }
    }

    /// Goes on from a cell by what needs no row, or has none.
    fn go_on(&mut self, i: usize, j: usize) {
        let (latin, arabic) = (self.latin.get(i).copied(), self.arabic.get(j).copied());
        let is_repeated = |letters: &[char], at: usize| at > 0 && letters.get(at) == letters.get(at - 1);
        let factor = if (i, j) == (0, 0) { FIRST_LETTER_FACTOR } else { 1.0 };
        // A number is never left out: Al Mizhar 1 is not Al Mizhar.
        if let Some(latin) = latin.filter(|c| !c.is_numeric()) {
            let is_doubled = is_repeated(self.latin, i) && !is_vowel(latin);
            let cost = if is_doubled { 0.0 } else { unwritten(latin) };
            self.reach((i, j), (1, 0), cost);
        }
        if let Some(arabic) = arabic.filter(|c| !c.is_numeric()) {
            let cost = if is_repeated(self.arabic, j) { REPEATED } else { unwritten(arabic) };
            self.reach((i, j), (0, 1), cost);
        }
        if let (Some(latin), Some(arabic)) = (latin, arabic) {
            match (latin == arabic, latin.is_alphabetic() && arabic.is_alphabetic()) {
                (true, _) => self.reach((i, j), (1, 1), 0.0),
                (false, true) => self.reach((i, j), (1, 1), UNEXPLAINED * factor),
                // A digit or a word division is never another letter.
                (false, false) => {}
            }
        }
    }

    /// Takes a step from a cell, if that is the best way to where it leads.
    fn reach(&mut self, from: (usize, usize), step: (usize, usize), cost: f32) {
        let cost = self.cells[self.at(from.0, from.1)].cost + cost;
        let to = self.at(from.0 + step.0, from.1 + step.1);
        if cost < self.cells[to].cost {
            self.cells[to] = Cell { cost, latin: from.0, arabic: from.1 };
        }
    }

    /// The best way to the end; `None` if it costs too much.
    fn trace(&self) -> Option<CrossScriptAlignment> {
        let (mut i, mut j) = (self.latin.len(), self.arabic.len());
        let cell = |i: usize, j: usize| self.cells[self.at(i, j)];
        // Rows are in hundredths: what adding them up loses must not decide whether a budget holds.
        let cost = Some((cell(i, j).cost * 100.0).round() / 100.0).filter(|&cost| cost <= MAX_COST)?;
        let mut steps = Vec::new();
        while (i, j) != (0, 0) {
            let Cell { cost, latin, arabic } = cell(i, j);
            let cost = cost - cell(latin, arabic).cost;
            if cost > 0.0 {
                let [latin, arabic] = [&self.latin[latin..i], &self.arabic[arabic..j]].map(String::from_iter);
                steps.push(CrossScriptStep { latin, arabic, cost });
            }
            (i, j) = (latin, arabic);
        }
        steps.reverse();
        Some(CrossScriptAlignment { cost, letters: self.latin.len().max(self.arabic.len()), steps })
    }
}

/// What it costs that a letter has no counterpart.
fn unwritten(letter: char) -> f32 {
    if letter == ' ' { DIVISION } else { UNEXPLAINED }
}

static SPELLINGS: LazyLock<Spellings> = LazyLock::new(|| match sounds::parse_sounds(tables::rows(SOUNDS)) {
    Ok(sounds) => Spellings::new(&sounds),
    // The table is compiled in and a unit test reads it, so this build cannot have a bad one.
    Err(row) => unreachable!("sounds.tsv: {row}"),
});

/// One way to write a unit.
struct Spelling {
    unit: Vec<char>,
    place: sounds::Place,
    arabic: Vec<char>,
    /// Whether the Arabic letters begin with an article.
    is_article: bool,
    cost: f32,
}

impl Spelling {
    fn new(sound: &Sound, written: &[char]) -> Self {
        let article: Vec<char> = ARTICLE.chars().collect();
        Self {
            unit: sound.unit.clone(),
            place: sound.place,
            arabic: written.iter().flat_map(|&c| letters::plain_arabic(c)).collect(),
            is_article: written.starts_with(&article),
            cost: sound.cost,
        }
    }
}

/// The rows of `sounds.tsv`.
struct Spellings {
    /// By the first letter of the unit.
    units: HashMap<char, Vec<Spelling>>,
    /// Arabic letters without a unit.
    inserted: Vec<Spelling>,
}

impl Spellings {
    fn new(sounds: &[Sound]) -> Self {
        let mut spellings = Self { units: HashMap::new(), inserted: Vec::new() };
        for sound in sounds {
            let all = match sound.unit.first() {
                Some(&first) => spellings.units.entry(first).or_default(),
                None => &mut spellings.inserted,
            };
            all.extend(sound.written.iter().map(|written| Spelling::new(sound, written)));
        }
        spellings
    }

    /// The ways to write the units that begin at a letter.
    fn of_units(&self, latin: &[char], at: usize) -> Vec<&Spelling> {
        let Some(rest) = latin.get(at..) else { return Vec::new() };
        let all = rest.first().and_then(|first| self.units.get(first)).map_or(&[][..], Vec::as_slice);
        let holds = |spelling: &&Spelling| {
            let end = at + spelling.unit.len();
            rest.starts_with(&spelling.unit)
                && spelling.place.holds(Position::of(latin, at, end, Position::WHOLE, false))
        };
        all.iter().filter(holds).collect()
    }

    /// What may stand at a letter without a unit.
    fn inserted(&self, arabic: &[char], at: usize) -> Vec<&Spelling> {
        let rest = arabic.get(at..).unwrap_or_default();
        let holds = |spelling: &&Spelling| {
            let end = at + spelling.arabic.len();
            rest.starts_with(&spelling.arabic)
                && spelling.place.holds(Position::of(arabic, at, end, Position::WHOLE, false))
        };
        self.inserted.iter().filter(holds).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::safe_fold;

    fn align(latin: &str, arabic: &str) -> Option<CrossScriptAlignment> {
        align_cross_script(&safe_fold(latin), &safe_fold(arabic))
    }

    #[test]
    fn transliterations_are_near() {
        for (latin, arabic, most) in [
            ("Erdoğan", "أردوغان", 0.0),
            ("Obama", "أوباما", 0.0),
            ("Lavrov", "لافروف", 0.0),
            ("Poutine", "بوتين", 0.0),
            ("Putin", "پوتین", 0.0),
            ("Pyongyang", "بيونج يانج", 0.1),
            ("Selenskyj", "زيلينسكي", 0.1),
            ("Scholz", "شولتس", 0.1),
            ("Kyiv", "كييف", 0.0),
            ("Muhammad", "محمد", 0.2),
            ("al-Sisi", "السيسي", 0.0),
            ("Sissi", "السيسي", 0.1),
            ("ash-Sharaa", "الشرع", 0.2),
            ("Abdullah", "عبد الله", 0.2),
            ("Abdel Fattah", "عبدالفتاح", 0.2),
            ("Hezbollah", "حزب الله", 0.2),
            ("Lawrow", "لافروف", 0.2),
            ("Chamenei", "خامنئي", 0.2),
            ("Recep Tayyip", "رجب طيب", 0.3),
            ("Washington", "واشنطن", 0.3),
            ("Syria", "سوريا", 0.3),
            ("Ukraina", "أوكرانيا", 0.45),
            ("Stockholm", "استوكهولم", 0.3),
        ] {
            let alignment = align(latin, arabic).unwrap();
            assert!(alignment.cost <= most + 1e-4, "{latin} {arabic}: {alignment:?}");
            assert!(
                alignment.cost <= cross_script_budget(alignment.letters),
                "{latin} {arabic}: {alignment:?}"
            );
        }
    }

    #[test]
    fn other_names_are_far() {
        for (latin, arabic) in [
            ("Ankara", "بغداد"),
            ("Iran", "العراق"),
            ("Niger", "نيجيريا"),
            ("Putin", "بوتان"),
            ("Merkel", "ماكرون"),
            ("Channel 13", "تشانل 14"),
            ("Channel 1", "تشانل 11"),
            ("Mahmoud Abbas", "محمود عباد"),
            ("Austria", "أستراليا"),
        ] {
            let is_near =
                align(latin, arabic).is_some_and(|found| found.cost <= cross_script_budget(found.letters));
            assert!(!is_near, "{latin} {arabic}: {:?}", align(latin, arabic));
        }
    }

    #[test]
    fn what_is_of_another_script_or_too_long_is_not_aligned() {
        let long = "a".repeat(MAX_LETTERS + 1);
        for (latin, arabic) in [
            ("", "كييف"),
            ("Kyiv", ""),
            ("Київ", "كييف"),
            ("كييف", "كييف"),
            ("Kyiv", "Kyiv"),
            (&long, "كييف"),
        ] {
            assert_eq!(align(latin, arabic), None, "{latin} {arabic}");
        }
    }

    #[test]
    fn steps_explain_themselves() {
        let steps = |latin, arabic| -> Vec<String> {
            align(latin, arabic).unwrap().steps.iter().map(ToString::to_string).collect()
        };
        assert_eq!(steps("Lawrow", "لافروف"), ["w~ف", "w~ف"]);
        assert_eq!(steps("Hamas", "حماس"), ["a unwritten"]);
        assert_eq!(steps("Assad", "الأسد"), ["inserted ال", "a unwritten"]);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(latin in "\\PC{0,40}", arabic in "\\PC{0,40}") {
            let _ = align_cross_script(&latin, &arabic);
        }

        #[test]
        fn costs_are_sums_of_steps(
            latin in "[a-zçğşöüı 0-9]{1,16}", arabic in "[ء-غف-ي پچژگڤ0-9]{1,16}"
        ) {
            let found = align(&latin, &arabic);
            prop_assert_eq!(&found, &align(&latin, &arabic));
            if let Some(found) = found {
                prop_assert!((0.0..=MAX_COST).contains(&found.cost));
                prop_assert!(found.steps.iter().all(|step| step.cost > 0.0));
                let sum: f32 = found.steps.iter().map(|step| step.cost).sum();
                prop_assert!((sum - found.cost).abs() < 1e-3);
            }
        }
    }
}
