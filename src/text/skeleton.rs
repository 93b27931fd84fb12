//! K3, the skeleton: the classes of a name's consonants, in one alphabet for Arabic and Latin script.
//!
//! Regional spellings of one name (بيونغ يانغ, بيونج يانج), its romanisations (Erdogan, Erdoğan) and a name with its
//! transliteration (Pyongyang) have a key in common. So have many names that are different (حسن, حسين): a skeleton finds
//! candidates and decides nothing.
//!
//! In order:
//! 1. an article is dropped; where it may be the beginning of the name (المانيا), both readings count;
//! 2. each unit of spelling becomes its symbols by `tables/skeleton.tsv` and `tables/sounds.tsv`: a class of sounds that
//!    are written for one another somewhere (غ ج ك ق g k j q are `G`), or nothing: vowels do not count. A unit that may be
//!    several sounds (`ch`) makes several keys, the likeliest first;
//! 3. equal neighbours become one, and an initial vowel, which is always `A`, is dropped, unless that would leave too
//!    little of the name.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::letters::{self, ARTICLE};
use super::sounds::{self, Position, Sound, is_vowel, spelled};
use super::tables::{self, SKELETON, SOUNDS};

/// The most keys under which one name lies.
pub const MAX_SKELETON_KEYS: usize = 4;
/// The most keys by which one name is looked for.
pub const MAX_SKELETON_QUERIES: usize = 8;

/// The fewest symbols of a key that is worth looking for with one symbol more, less or other.
///
/// Of the newsmakers with no key in common across the scripts that finds half, and hardly another name within the budget
/// of [`super::cross_script_budget`].
pub const MIN_NEAR_SYMBOLS: usize = 5;

/// The fewest symbols of a key.
const MIN_SYMBOLS: usize = 2;
/// The fewest symbols that dropping an initial vowel may leave.
const MIN_WITHOUT_VOWEL: usize = 4;
/// The fewest symbols that joining equal neighbours may leave.
const MIN_JOINED: usize = 3;
/// The most symbols before neighbours are joined: longer names are translated and not transliterated.
const MAX_SYMBOLS: usize = 24;

/// Spellings that cost more make no key of their own.
const MAX_KEYED_COST: f32 = 0.30;
/// What each further class of an Arabic letter costs.
const NEXT_CLASS_COST: f32 = 0.10;

/// The K3 keys under which a K0 key lies, the likeliest first; at most [`MAX_SKELETON_KEYS`], without duplicates.
///
/// Empty if the name holds letters of another script, or has fewer than two symbols, or too many. `O(n)`.
///
/// ```
/// use yaqut::text::{safe_fold, skeleton_keys};
/// let keys = |name| skeleton_keys(&safe_fold(name));
/// assert_eq!(keys("بيونغ يانغ"), ["BNGNG"]);
/// assert_eq!(keys("بيونج يانج"), keys("بيونغ يانغ"));
/// assert!(keys("Pyongyang").contains(&"BNGNG".to_owned()));
/// assert!(keys("平壤").is_empty());
/// ```
pub fn skeleton_keys(safe: &str) -> Vec<String> {
    likeliest_keys(safe, MAX_SKELETON_KEYS)
}

/// The K3 keys by which a K0 key is looked for, the likeliest first: those of [`skeleton_keys`], and the less likely
/// ones, at most [`MAX_SKELETON_QUERIES`].
pub fn skeleton_queries(safe: &str) -> Vec<String> {
    likeliest_keys(safe, MAX_SKELETON_QUERIES)
}

/// The symbols of consonants, in order. Keys are made of these, of digits, and of an initial vowel's symbol, which the
/// short ones keep.
pub fn skeleton_consonants() -> &'static [char] {
    static SYMBOLS: LazyLock<Vec<char>> = LazyLock::new(|| {
        let classes = sounds::parse_classes(tables::rows(SKELETON)).unwrap_or_default();
        let written = classes.into_iter().flat_map(|class| class.written).flatten();
        let symbols: BTreeSet<char> = written.filter(|&symbol| !VOWEL.contains(symbol)).collect();
        symbols.into_iter().collect()
    });
    &SYMBOLS
}

/// The keys of the likeliest `most` readings.
fn likeliest_keys(safe: &str, most: usize) -> Vec<String> {
    let Some(letters) = spelled(safe) else { return Vec::new() };
    let mut keys = Vec::with_capacity(most);
    for reading in UNITS.read(&letters, Position::WHOLE, most) {
        if let Some(key) = joined(&reading.symbols).filter(|key| !keys.contains(key)) {
            keys.push(key);
        }
    }
    keys
}

/// Step 3; `None` if too little is left.
fn joined(symbols: &str) -> Option<String> {
    let mut joined = String::with_capacity(symbols.len());
    for symbol in whole(symbols) {
        if !joined.ends_with(symbol) {
            joined.push(symbol);
        }
    }
    let without_vowel = joined.strip_prefix(VOWEL).filter(|rest| rest.len() >= MIN_WITHOUT_VOWEL);
    let key = match without_vowel {
        Some(rest) => rest.to_owned(),
        None if joined.len() >= MIN_JOINED => joined,
        None => whole(symbols).collect(),
    };
    (key.len() >= MIN_SYMBOLS).then_some(key)
}

/// Symbols without vowels that stand after an article, which is then no article.
fn whole(symbols: &str) -> impl Iterator<Item = char> + '_ {
    let (first, rest) = symbols.split_at(symbols.len().min(1));
    first.chars().chain(rest.chars().filter(|symbol| !VOWEL.contains(*symbol)))
}

/// The symbol of an initial vowel.
const VOWEL: &str = "A";

/// One way to read a name.
#[derive(Clone)]
struct Reading {
    cost: f32,
    symbols: String,
}

impl Reading {
    fn is_short(&self) -> bool {
        self.symbols.len() <= MAX_SYMBOLS
    }
}

static UNITS: LazyLock<Units> = LazyLock::new(|| {
    let tables = (sounds::parse_classes(tables::rows(SKELETON)), sounds::parse_sounds(tables::rows(SOUNDS)));
    match tables {
        (Ok(classes), Ok(sounds)) => Units::new(&classes, &sounds),
        // The tables are compiled in and a unit test reads them, so this build cannot have bad ones.
        (Err(row), _) | (_, Err(row)) => unreachable!("skeleton.tsv, sounds.tsv: {row}"),
    }
});

/// The units of spelling of both scripts, by the code point of their first letter.
struct Units(Vec<Vec<Unit>>);

/// The code points before that are all of the letters that have units.
const UNIT_LETTERS: usize = 0x700;

struct Unit {
    letters: Vec<char>,
    /// Whether the name begins after it.
    is_article: bool,
    /// Whether it is one Latin letter: then two of them are one sound.
    is_single: bool,
    /// What it may be read as, by [`Position::index`]; none if it is no unit there.
    readings: [Vec<Reading>; Position::ALL.len()],
}

impl Units {
    fn new(classes: &[Sound], sounds: &[Sound]) -> Self {
        let arabic = Self::arabic(classes);
        let mut units = Self::none();
        let is_keyed = |sound: &&Sound| {
            sound.cost <= MAX_KEYED_COST && !sound.unit.iter().all(|&letter| is_vowel(letter))
        };
        for sound in sounds.iter().filter(is_keyed) {
            units.add(sound, |readings, position| {
                let likeliest = |written: &Vec<char>| arabic.read(written, position, 1).into_iter().next();
                let written = sound.written.iter().filter_map(likeliest);
                readings.extend(written.map(|reading| Reading { cost: sound.cost, ..reading }));
                keep_likeliest(readings, MAX_SKELETON_QUERIES);
            });
        }
        for (units, more) in units.0.iter_mut().zip(arabic.0) {
            units.extend(more);
            units.sort_by_key(|unit| Reverse(unit.letters.len()));
        }
        units
    }

    /// The units of Arabic script; of the rows for one unit the first that holds counts.
    fn arabic(classes: &[Sound]) -> Self {
        let mut units = Self::none();
        for class in classes {
            units.add(class, |readings, _| {
                if readings.is_empty() {
                    let costs = (0_u8..).map(|i| f32::from(i) * NEXT_CLASS_COST);
                    let written = costs.zip(&class.written);
                    readings.extend(
                        written.map(|(cost, symbols)| Reading { cost, symbols: symbols.iter().collect() }),
                    );
                }
            });
        }
        for units in &mut units.0 {
            units.sort_by_key(|unit| Reverse(unit.letters.len()));
        }
        units
    }

    fn none() -> Self {
        Self((0..UNIT_LETTERS).map(|_| Vec::new()).collect())
    }

    /// Adds what a row says to the readings of its unit in every position where it holds.
    fn add(&mut self, row: &Sound, mut add: impl FnMut(&mut Vec<Reading>, Position)) {
        let Some(units) = row.unit.first().and_then(|&first| self.0.get_mut(first as usize)) else { return };
        let at = units.iter().position(|unit| unit.letters == row.unit).unwrap_or_else(|| {
            units.push(Unit::new(&row.unit));
            units.len() - 1
        });
        for position in Position::ALL.into_iter().filter(|&position| row.place.holds(position)) {
            add(&mut units[at].readings[position.index()], position);
        }
    }

    /// The likeliest ways, at most `most`, to read letters that stand in `outer`; none if they are too long.
    fn read(&self, letters: &[char], outer: Position, most: usize) -> Vec<Reading> {
        let mut ways = vec![Reading { cost: 0.0, symbols: String::with_capacity(letters.len()) }];
        let (mut at, mut is_first) = (0, true);
        while let Some(&letter) = letters.get(at).filter(|_| ways.iter().any(Reading::is_short)) {
            if let Some((unit, readings)) = self.unit_at(letters, at, outer, is_first) {
                extend(&mut ways, readings, most);
                at += unit.letters.len();
                at += usize::from(unit.is_single && letters.get(at) == Some(&letter));
                is_first &= unit.is_article;
                continue;
            }
            if letter.is_ascii_digit() {
                extend_by(&mut ways, letter.encode_utf8(&mut [0; 4]));
            } else if is_first && is_vowel(letter) {
                extend_by(&mut ways, VOWEL);
            }
            at += 1;
            is_first = false;
        }
        ways.retain(Reading::is_short);
        ways
    }

    /// The longest unit that begins at a letter, and what it may be read as there.
    fn unit_at(
        &self,
        letters: &[char],
        at: usize,
        outer: Position,
        is_first: bool,
    ) -> Option<(&Unit, &[Reading])> {
        let rest = &letters[at..];
        self.0.get(rest[0] as usize)?.iter().find_map(|unit| {
            if !rest.starts_with(&unit.letters) {
                return None;
            }
            let position = Position::of(letters, at, at + unit.letters.len(), outer, is_first);
            let readings = unit.readings[position.index()].as_slice();
            (!readings.is_empty()).then_some((unit, readings))
        })
    }
}

impl Unit {
    fn new(letters: &[char]) -> Self {
        Self {
            letters: letters.to_vec(),
            is_single: letters.len() == 1 && !letters::is_arabic(letters[0]),
            is_article: letters.ends_with(&[' ']) || letters.iter().copied().eq(ARTICLE.chars()),
            readings: [const { Vec::new() }; Position::ALL.len()],
        }
    }
}

/// Goes on with each way by the same symbols.
fn extend_by(ways: &mut [Reading], symbols: &str) {
    for way in ways {
        way.symbols.push_str(symbols);
    }
}

/// Goes on with each way by each reading of a unit, and keeps the likeliest.
fn extend(ways: &mut Vec<Reading>, readings: &[Reading], most: usize) {
    if let [only] = readings {
        return extend_by(ways, &only.symbols);
    }
    let mut further = Vec::with_capacity(ways.len() * readings.len());
    for way in &*ways {
        for reading in readings {
            let mut way = way.clone();
            way.cost += reading.cost;
            way.symbols.push_str(&reading.symbols);
            further.push(way);
        }
    }
    keep_likeliest(&mut further, most);
    *ways = further;
}

/// Orders readings by likelihood, drops those that say the same, and all beyond `most`.
fn keep_likeliest(readings: &mut Vec<Reading>, most: usize) {
    readings.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    let mut kept: Vec<Reading> = Vec::with_capacity(most);
    for reading in readings.drain(..) {
        if kept.len() == most {
            break;
        }
        if kept.iter().all(|other| other.symbols != reading.symbols) {
            kept.push(reading);
        }
    }
    *readings = kept;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::safe_fold;

    fn queries(name: &str) -> Vec<String> {
        skeleton_queries(&safe_fold(name))
    }

    fn meet(a: &str, b: &str) -> bool {
        let (keys, queries) = (skeleton_keys(&safe_fold(a)), queries(b));
        keys.iter().any(|key| queries.contains(key))
    }

    #[test]
    fn the_tables_are_sound() {
        let classes = sounds::parse_classes(tables::rows(SKELETON)).unwrap();
        let sounds = sounds::parse_sounds(tables::rows(SOUNDS)).unwrap();
        for letter in "بپتثجچحخدذرزژسشصضطظعغفڤقكگلمنهوي".chars() {
            assert!(classes.iter().any(|class| class.unit == [letter]), "{letter}");
        }
        for letter in 'a'..='z' {
            assert!(sounds.iter().any(|sound| sound.unit == [letter]), "{letter}");
        }
        for unit in classes.iter().chain(&sounds).flat_map(|sound| &sound.unit) {
            assert_eq!(spelled(&unit.to_string()).as_deref(), Some(&[*unit][..]), "{unit} is never spelled");
        }
        assert!(sounds::parse_sounds([vec!["sh", "any", "x", "0.10"]].into_iter()).is_err());
        assert!(sounds::parse_sounds([vec!["sh", "any", "ش", "1.10"]].into_iter()).is_err());
        assert!(sounds::parse_sounds([vec!["sh", "somewhere", "ش", "0.10"]].into_iter()).is_err());
        assert!(sounds::parse_classes([vec!["ش", "any", "x"]].into_iter()).is_err());
    }

    #[test]
    fn spellings_of_one_name_meet() {
        for (a, b) in [
            ("أردوغان", "Erdoğan"),
            ("أردوغان", "Erdogan"),
            ("بيونغ يانغ", "Pyongyang"),
            ("شولتس", "Scholz"),
            ("زيلينسكي", "Zelenskyy"),
            ("زيلينسكي", "Selenskyj"),
            ("لافروف", "Lawrow"),
            ("السيسي", "el-Sisi"),
            ("السيسي", "Sissi"),
            ("بشار الأسد", "Bashar al-Assad"),
            ("الأسد", "Assad"),
            ("عبد الفتاح", "Abdelfattah"),
            ("عبد الله", "Abdullah"),
            ("نور الدين", "Nureddin"),
            ("الرياض", "ar-Riyad"),
            ("المانيا", "Almanya"),
            ("أوباما", "Obama"),
            ("عرفات", "Arafat"),
            ("واشنطن", "Washington"),
            ("وجدة", "Oujda"),
            ("دانتي أليغييري", "Dante Alighieri"),
            ("نبيل", "Nabil"),
            ("غيتس", "Gates"),
            ("برهم صالح", "Barham Salih"),
            ("رضا", "Reza"),
            ("فتحي", "Fathi"),
            ("خوان", "Juan"),
            ("يوهانس", "Johannes"),
            ("ستوكهولم", "استوكهولم"),
            ("جنبلاط", "جمبلاط"),
            ("كراتشي", "كراجي"),
            ("سانشيث", "سانشيز"),
            ("قناة 14", "كناة 14"),
        ] {
            assert!(meet(a, b) && meet(b, a), "{a} {:?} {b} {:?}", queries(a), queries(b));
        }
    }

    #[test]
    fn other_names_have_other_keys() {
        for (a, b) in [
            ("أوكرانيا", "Estonia"),
            ("بغداد", "Beirut"),
            ("قناة 14", "قناة 13"),
            ("Iran", "Iraq"),
            ("ألبان", "Ban"),
        ] {
            assert!(!meet(a, b), "{a} {b}");
        }
    }

    #[test]
    fn names_without_a_skeleton_have_no_key() {
        for name in ["", "آي", "Ao", "北京", "Москва", "Σ", "-", &"كتاب ".repeat(20)] {
            assert_eq!(queries(name), Vec::<String>::new(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_few_different_keys(name in "\\PC{0,60}|[a-zçşğıäöüء-ي ]{0,60}") {
            let safe = safe_fold(&name);
            let (keys, queries) = (skeleton_keys(&safe), skeleton_queries(&safe));
            prop_assert!(keys.len() <= MAX_SKELETON_KEYS && queries.len() <= MAX_SKELETON_QUERIES);
            prop_assert!(queries.starts_with(&keys));
            prop_assert!(queries.iter().enumerate().all(|(i, key)| !queries[..i].contains(key)));
            prop_assert!(queries.iter().all(|key| (MIN_SYMBOLS..=MAX_SYMBOLS).contains(&key.len())));
            let is_symbol = |c: char| skeleton_consonants().contains(&c) || c.is_ascii_digit() || VOWEL.contains(c);
            prop_assert!(queries.iter().flat_map(|key| key.chars()).all(is_symbol));
        }

        #[test]
        fn vowels_inside_and_hamzas_do_not_count(parts in proptest::collection::vec("[بدرسكلمف]", 2..6)) {
            let (bare, full) = (parts.concat(), parts.join("ا"));
            prop_assert_eq!(skeleton_keys(&full).first().map(|key| key.len() >= MIN_SYMBOLS), Some(true));
            if skeleton_keys(&bare).len() == 1 {
                prop_assert_eq!(skeleton_keys(&full), skeleton_keys(&bare));
            }
        }
    }
}
