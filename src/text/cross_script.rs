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

mod sets;

use std::cell::OnceCell;
use std::fmt;
use std::sync::LazyLock;

use smallvec::SmallVec;

use self::sets::Explainable;
pub use self::sets::Outline;
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
/// More than rounding to hundredths takes off a cost: ways are gone on with that cost so much more than the whole may.
const ROUNDING: f32 = 0.006;

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
/// `O(n m)` in time and memory for `n` and `m` letters. Who aligns one name with many makes it a [`LatinName`] or
/// [`ArabicName`] once.
///
/// ```
/// use yaqut::text::{align_cross_script, safe_fold};
/// let cost = |latin, arabic| align_cross_script(&safe_fold(latin), &safe_fold(arabic)).unwrap().cost;
/// assert!(cost("Erdoğan", "أردوغان") < 0.1);
/// assert!(cost("Ardagan", "أردوغان") > cost("Erdoğan", "أردوغان"));
/// assert_eq!(align_cross_script("ankara", "بغداد"), None);
/// ```
pub fn align_cross_script(latin: &str, arabic: &str) -> Option<CrossScriptAlignment> {
    LatinName::new(latin)?.align(&ArabicName::new(arabic)?, MAX_COST)
}

/// A name in Latin script, ready to be aligned with names in Arabic script.
pub struct LatinName {
    letters: Vec<char>,
    units: ByLetter<(usize, &'static [Written])>,
    explainable: OnceCell<Explainable>,
}

impl LatinName {
    /// Reads a K0 key; `None` if it is empty, holds letters of another script, or has more than 64 letters.
    pub fn new(safe: &str) -> Option<Self> {
        let letters = spelled(safe).filter(|letters| !letters.iter().any(|&c| letters::is_arabic(c)))?;
        (1..=MAX_LETTERS).contains(&letters.len()).then(|| Self {
            units: ByLetter::new(&letters),
            explainable: OnceCell::new(),
            letters,
        })
    }

    /// The number of letters, word divisions among them.
    pub fn letters(&self) -> usize {
        self.letters.len()
    }

    /// Whether [`LatinName::align`] may give an alignment with an Arabic name of this outline that costs no more than
    /// `most`: surely not if this is `false`. `O(n)`, and takes a fraction of the time of an alignment.
    pub fn may_align(&self, arabic: &Outline, most: f32) -> bool {
        self.explainable.get_or_init(|| Explainable::by_latin(&self.letters)).may_cost(arabic, most)
    }

    /// Aligns it with a name in Arabic script; `None` if that costs more than `most`, 2 at the most.
    pub fn align(&self, arabic: &ArabicName, most: f32) -> Option<CrossScriptAlignment> {
        Matrix::fill(self, arabic, most.min(MAX_COST)).trace()
    }

    /// The units that begin at a letter, by their lengths, and the ways to write them.
    fn units_at(&self, at: usize) -> &[(usize, &'static [Written])] {
        self.units.of(at, || SPELLINGS.units_at(&self.letters, at))
    }
}

/// A name in Arabic script, ready to be aligned with names in Latin script.
pub struct ArabicName {
    /// As Arabic itself writes them, without hamza seats.
    letters: Vec<char>,
    /// As they are written.
    written: Vec<char>,
    inserted: ByLetter<&'static Written>,
    explainable: OnceCell<Explainable>,
}

impl ArabicName {
    /// Reads a K0 key; `None` if it is empty, holds letters of another script, or has more than 64 letters.
    pub fn new(safe: &str) -> Option<Self> {
        let spelled = spelled(safe)
            .filter(|letters| !letters.iter().any(|&c| !letters::is_arabic(c) && c.is_alphabetic()))?;
        let plain = |&written: &char| letters::plain_arabic(written).map(move |plain| (plain, written));
        let (letters, written): (Vec<char>, Vec<char>) = spelled.iter().flat_map(plain).unzip();
        let is_fit = (1..=MAX_LETTERS).contains(&letters.len());
        is_fit.then(|| Self {
            inserted: ByLetter::new(&letters),
            explainable: OnceCell::new(),
            letters,
            written,
        })
    }

    /// The number of letters, word divisions among them.
    pub fn letters(&self) -> usize {
        self.letters.len()
    }

    /// As [`LatinName::may_align`], of a Latin name of this outline.
    pub fn may_align(&self, latin: &Outline, most: f32) -> bool {
        self.explainable.get_or_init(|| Explainable::by_arabic(&self.letters)).may_cost(latin, most)
    }

    /// What may stand at a letter that Latin script does not spell.
    fn inserted_at(&self, at: usize) -> &[&'static Written] {
        self.inserted.of(at, || SPELLINGS.inserted_at(self, at))
    }
}

/// Lists, one for each letter of a name, made when they are asked for first: most names differ before the last letter.
struct ByLetter<T>(Vec<OnceCell<SmallVec<[T; 2]>>>);

impl<T> ByLetter<T> {
    fn new(letters: &[char]) -> Self {
        Self(letters.iter().map(|_| OnceCell::new()).collect())
    }

    /// The list of a letter; empty for the end of the name.
    fn of<I: Iterator<Item = T>>(&self, at: usize, list: impl FnOnce() -> I) -> &[T] {
        self.0.get(at).map_or(&[], |of_letter| of_letter.get_or_init(|| list().collect()))
    }
}

/// The table of the dynamic program; a cell is the best way to so many letters of either side.
struct Matrix<'a> {
    latin: &'a LatinName,
    arabic: &'a ArabicName,
    cells: Vec<Cell>,
    /// The last row with a cell that some way has come to.
    last_reached: usize,
    /// What the whole may cost.
    most: f32,
}

/// The best way so far, and the cell before it.
#[derive(Clone, Copy)]
struct Cell {
    cost: f32,
    latin: u8,
    arabic: u8,
}

impl<'a> Matrix<'a> {
    fn fill(latin: &'a LatinName, arabic: &'a ArabicName, most: f32) -> Self {
        let (rows, columns) = (latin.letters() + 1, arabic.letters() + 1);
        let unreached = Cell { cost: f32::INFINITY, latin: 0, arabic: 0 };
        let cells = vec![unreached; rows * columns];
        let mut matrix = Self { latin, arabic, cells, last_reached: 0, most };
        matrix.cells[0].cost = 0.0;
        let most = (most + ROUNDING).min(MAX_COST);
        for i in 0..rows {
            if i > matrix.last_reached {
                break;
            }
            for j in 0..columns {
                let cost = matrix.cells[i * columns + j].cost;
                if cost <= most {
                    matrix.explain(i, j, cost);
                    matrix.go_on(i, j, cost);
                }
            }
        }
        matrix
    }

    fn at(&self, i: usize, j: usize) -> usize {
        i * (self.arabic.letters() + 1) + j
    }

    /// Goes on from a cell by the rows of the table.
    fn explain(&mut self, i: usize, j: usize, cost: f32) {
        let (latin, arabic) = (self.latin, self.arabic);
        for &(length, ways) in latin.units_at(i) {
            for written in ways.iter().filter(|written| written.stands_in(arabic, j)) {
                self.reach((i, j), (length, written.arabic.len()), cost + written.cost);
            }
        }
        for written in arabic.inserted_at(j) {
            self.reach((i, j), (0, written.arabic.len()), cost + written.cost);
        }
    }

    /// Goes on from a cell by what needs no row, or has none.
    fn go_on(&mut self, i: usize, j: usize, cost: f32) {
        let (latin_letters, arabic_letters) = (&self.latin.letters[..], &self.arabic.letters[..]);
        let (latin, arabic) = (latin_letters.get(i).copied(), arabic_letters.get(j).copied());
        let is_repeated = |letters: &[char], at: usize| at > 0 && letters.get(at) == letters.get(at - 1);
        let factor = if (i, j) == (0, 0) { FIRST_LETTER_FACTOR } else { 1.0 };
        // A number is never left out: Al Mizhar 1 is not Al Mizhar.
        if let Some(latin) = latin.filter(|c| !c.is_ascii_digit()) {
            let is_doubled = is_repeated(latin_letters, i) && !is_vowel(latin);
            self.reach((i, j), (1, 0), cost + if is_doubled { 0.0 } else { unwritten(latin) });
        }
        if let Some(arabic) = arabic.filter(|c| !c.is_ascii_digit()) {
            let is_repeated = is_repeated(arabic_letters, j);
            self.reach((i, j), (0, 1), cost + if is_repeated { REPEATED } else { unwritten(arabic) });
        }
        if let (Some(latin), Some(arabic)) = (latin, arabic) {
            if latin == arabic {
                self.reach((i, j), (1, 1), cost);
            } else if is_letter(latin) && is_letter(arabic) {
                // A digit or a word division is never another letter.
                self.reach((i, j), (1, 1), cost + UNEXPLAINED * factor);
            }
        }
    }

    /// Takes a step from a cell, if that is the best way to where it leads.
    fn reach(&mut self, from: (usize, usize), step: (usize, usize), cost: f32) {
        let to = self.at(from.0 + step.0, from.1 + step.1);
        if cost <= self.most + ROUNDING && cost < self.cells[to].cost {
            self.last_reached = self.last_reached.max(from.0 + step.0);
            self.cells[to] = Cell { cost, latin: from.0 as u8, arabic: from.1 as u8 };
        }
    }

    /// The best way to the end; `None` if it costs too much.
    fn trace(&self) -> Option<CrossScriptAlignment> {
        let (mut i, mut j) = (self.latin.letters(), self.arabic.letters());
        let cell = |i: usize, j: usize| self.cells[self.at(i, j)];
        // Rows are in hundredths: what adding them up loses must not decide whether a budget holds.
        let cost = Some((cell(i, j).cost * 100.0).round() / 100.0).filter(|&cost| cost <= self.most)?;
        let mut steps = Vec::new();
        while (i, j) != (0, 0) {
            let Cell { cost, latin, arabic } = cell(i, j);
            let (latin, arabic) = (usize::from(latin), usize::from(arabic));
            let cost = cost - cell(latin, arabic).cost;
            if cost > 0.0 {
                let latin = self.latin.letters[latin..i].iter().collect();
                let arabic = self.arabic.letters[arabic..j].iter().collect();
                steps.push(CrossScriptStep { latin, arabic, cost });
            }
            (i, j) = (latin, arabic);
        }
        steps.reverse();
        Some(CrossScriptAlignment { cost, letters: self.latin.letters().max(self.arabic.letters()), steps })
    }
}

/// Whether a character of a K0 key, as [`spelled`] gives it, is neither a digit nor a word division.
fn is_letter(c: char) -> bool {
    c != ' ' && !c.is_ascii_digit()
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

/// One way to write a unit, or what Arabic may add without one.
struct Written {
    arabic: Vec<char>,
    /// Whether the Arabic letters begin with an article.
    is_article: bool,
    cost: f32,
}

impl Written {
    fn new(sound: &Sound, written: &[char]) -> Self {
        let article: Vec<char> = ARTICLE.chars().collect();
        Self {
            arabic: written.iter().flat_map(|&c| letters::plain_arabic(c)).collect(),
            is_article: written.starts_with(&article),
            cost: sound.cost,
        }
    }

    /// Whether it stands at a letter of a name.
    fn stands_in(&self, name: &ArabicName, at: usize) -> bool {
        let rest = name.letters.get(at..).unwrap_or_default();
        let is_written = match &*self.arabic {
            [] => true,
            [only] => rest.first() == Some(only),
            several => rest.starts_with(several),
        };
        // An article has no hamza: ألبان is not ال and بان.
        let is_seated = || self.is_article && name.written.get(at) != Some(&letters::ALEF);
        is_written && !is_seated()
    }
}

/// A unit of Latin spelling.
struct Unit {
    letters: Vec<char>,
    /// The ways to write it, by [`Position::index`].
    written: [Vec<Written>; Position::ALL.len()],
}

/// The rows of `sounds.tsv`.
struct Spellings {
    /// By the code point of their first letter.
    units: Vec<Vec<Unit>>,
    /// What Arabic may add without a unit, and where.
    inserted: Vec<(sounds::Place, Written)>,
}

impl Spellings {
    fn new(sounds: &[Sound]) -> Self {
        let mut spellings = Self { units: Vec::new(), inserted: Vec::new() };
        for sound in sounds {
            if let Some(&first) = sound.unit.first() {
                let count = spellings.units.len().max(first as usize + 1);
                spellings.units.resize_with(count, Vec::new);
                Unit::of(&mut spellings.units[first as usize], &sound.unit).add(sound);
            } else {
                let written = sound.written.iter().map(|written| Written::new(sound, written));
                spellings.inserted.extend(written.map(|written| (sound.place, written)));
            }
        }
        spellings
    }

    /// The units that begin at a letter, by their lengths, and the ways to write them there.
    fn units_at(&self, latin: &[char], at: usize) -> impl Iterator<Item = (usize, &[Written])> {
        let rest = &latin[at..];
        let units =
            rest.first().and_then(|&first| self.units.get(first as usize)).map_or(&[][..], Vec::as_slice);
        units.iter().filter(|unit| rest.starts_with(&unit.letters)).map(move |unit| {
            let end = at + unit.letters.len();
            let position = Position::of(latin, at, end, Position::WHOLE, false);
            (unit.letters.len(), unit.written[position.index()].as_slice())
        })
    }

    /// What may stand at a letter without a unit.
    fn inserted_at(&self, arabic: &ArabicName, at: usize) -> impl Iterator<Item = &Written> {
        let stands = move |(place, written): &&(sounds::Place, Written)| {
            let end = at + written.arabic.len();
            written.stands_in(arabic, at)
                && place.holds(Position::of(&arabic.letters, at, end, Position::WHOLE, false))
        };
        self.inserted.iter().filter(stands).map(|(_, written)| written)
    }
}

impl Unit {
    /// The unit of some letters, which is added if it is new.
    fn of<'u>(units: &'u mut Vec<Self>, letters: &[char]) -> &'u mut Self {
        let at = units.iter().position(|unit| unit.letters == letters).unwrap_or_else(|| {
            let written = [const { Vec::new() }; Position::ALL.len()];
            units.push(Self { letters: letters.to_vec(), written });
            units.len() - 1
        });
        &mut units[at]
    }

    /// Adds the ways to write it that a row gives, in every position where it holds.
    fn add(&mut self, sound: &Sound) {
        for position in Position::ALL.into_iter().filter(|&position| sound.place.holds(position)) {
            let written = sound.written.iter().map(|written| Written::new(sound, written));
            self.written[position.index()].extend(written);
        }
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

    /// What an outline tells of two K0 keys, for every bound that may make a difference.
    fn check_outlines(latin: &str, arabic: &str) {
        let Some((name, other)) = LatinName::new(latin).zip(ArabicName::new(arabic)) else { return };
        let outlines = (Outline::of_latin(latin), Outline::of_arabic(arabic));
        assert!(outlines.0.is_none_or(|outline| outline.letters == name.letters()), "{latin}");
        assert!(outlines.1.is_none_or(|outline| outline.letters == other.letters()), "{arabic}");
        let Some(cost) = name.align(&other, MAX_COST).map(|found| found.cost) else { return };
        for most in [cost, cost + 0.1, 0.2, 0.3, 0.9, 1.1].into_iter().filter(|&most| most >= cost) {
            assert!(
                outlines.0.is_none_or(|outline| other.may_align(&outline, most)),
                "{latin} {arabic} {most}"
            );
            assert!(
                outlines.1.is_none_or(|outline| name.may_align(&outline, most)),
                "{latin} {arabic} {most}"
            );
        }
    }

    #[test]
    fn an_outline_tells_most_other_names_apart() {
        let (latin, arabic) = (LatinName::new("lavrov").unwrap(), ArabicName::new("لافروف").unwrap());
        let is_near = |name| latin.may_align(&Outline::of_arabic(name).unwrap(), 0.9);
        assert!(is_near("لافروف") && !is_near("لافرون") && !is_near("سافروف"));
        let is_near = |name| arabic.may_align(&Outline::of_latin(name).unwrap(), 0.2);
        assert!(is_near("lavrov") && is_near("lawrow") && !is_near("lavron") && !is_near("laro"));
        assert!(Outline::of_latin("лавров").is_none() && Outline::of_arabic("lavrov").is_none());
    }

    proptest! {
        #[test]
        fn what_an_outline_rejects_costs_more(
            latin in "[a-zçğşöüıéāß 0-9]{1,6}", arabic in "[ءآأؤإئابتثجحخدذرزسشصضطظعغفقكلمنهويىةپچژگڤ 0-9]{1,6}"
        ) {
            check_outlines(&safe_fold(&latin), &safe_fold(&arabic));
        }

        #[test]
        fn what_an_outline_rejects_of_few_letters_costs_more(latin in "[abdhklst -]{1,9}", arabic in "[ابدهكلسطش ]{1,7}") {
            check_outlines(&safe_fold(&latin), &safe_fold(&arabic));
        }

        #[test]
        fn any_text_is_answered(latin in "\\PC{0,40}", arabic in "\\PC{0,40}") {
            let _ = align_cross_script(&latin, &arabic);
        }

        #[test]
        fn a_bound_ends_only_what_costs_more(
            latin in "[a-cjlmnsou ]{1,9}", arabic in "[ابتجسلمنوي ]{1,7}", most in 0.0..2.5_f32
        ) {
            let (latin, arabic) = (safe_fold(&latin), safe_fold(&arabic));
            let expected = align_cross_script(&latin, &arabic).filter(|found| found.cost <= most);
            let names = LatinName::new(&latin).zip(ArabicName::new(&arabic));
            prop_assert_eq!(names.and_then(|(latin, arabic)| latin.align(&arabic, most)), expected);
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
