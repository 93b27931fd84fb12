//! Sounds: which Arabic letters may write what other alphabets spell, and the classes of letters that a skeleton keeps.
//!
//! Two tables. `sounds.tsv` lists **units** of Latin spelling (`sh`, `kh`, `ou`, the article of `al-Assad`), the Arabic
//! spellings of each, and what a spelling costs: 0 if it is regular. `skeleton.tsv` gives the class of each Arabic letter.
//! What classes a Latin unit has follows from the two, so that a name and its transliteration cannot drift apart.
//!
//! After the character equivalence classes of Freeman, Condon, Ackerman (ACL 2006, N06-1060), made symmetric in what
//! English, German, French, Turkish and romanised Persian write.

use super::{keys, letters};

/// Where in a name a row of a table applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere.
    Any,
    /// At the beginning of the name, or right after its article.
    First,
    /// At the beginning of a token.
    Initial,
    /// Not at the beginning of a token.
    Inside,
    /// Neither at the beginning nor at the end of a token.
    Medial,
    /// At the end of a token.
    Final,
    /// Before a consonant, or at the end of a token.
    Coda,
}

impl Place {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "any" => Self::Any,
            "first" => Self::First,
            "initial" => Self::Initial,
            "inside" => Self::Inside,
            "medial" => Self::Medial,
            "final" => Self::Final,
            "coda" => Self::Coda,
            _ => return None,
        })
    }

    /// Whether a unit that stands so is in this place.
    pub(super) fn holds(self, position: Position) -> bool {
        match self {
            Self::Any => true,
            Self::First => position.start == Start::First,
            Self::Initial => position.start != Start::Inside,
            Self::Inside => position.start == Start::Inside,
            Self::Medial => position.start == Start::Inside && position.end != End::Final,
            Self::Final => position.end == End::Final,
            Self::Coda => position.end != End::Open,
        }
    }
}

/// What stands before a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Nothing of the name, or its article only.
    First,
    /// Another token.
    Initial,
    /// Letters of its token.
    Inside,
}

/// What stands after a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Another token, or nothing.
    Final,
    /// A consonant.
    Coda,
    /// A vowel.
    Open,
}

/// How a unit stands among its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) start: Start,
    pub(super) end: End,
}

impl Position {
    /// All nine, each at its [`Self::index`].
    pub(super) const ALL: [Self; 9] = {
        let starts = [Start::First, Start::Initial, Start::Inside];
        let ends = [End::Final, End::Coda, End::Open];
        let mut all = [Self { start: Start::First, end: End::Final }; 9];
        let mut i = 0;
        while i < all.len() {
            all[i] = Self { start: starts[i / ends.len()], end: ends[i % ends.len()] };
            i += 1;
        }
        all
    };

    /// That of a whole name among nothing.
    pub(super) const WHOLE: Self = Self { start: Start::First, end: End::Final };

    /// The position of the unit `letters[from..to]` of a text that itself stands in `outer`; `is_first` if nothing but
    /// an article stands before it there.
    pub(super) fn of(letters: &[char], from: usize, to: usize, outer: Self, is_first: bool) -> Self {
        let follows_token = from.checked_sub(1).and_then(|i| letters.get(i)).is_none_or(|&c| c == ' ');
        let start = match (is_first, follows_token) {
            (true, _) => outer.start,
            (_, true) => Start::Initial,
            _ => Start::Inside,
        };
        let end = match letters.get(to) {
            None => outer.end,
            Some(' ') => End::Final,
            Some(&next) if is_vowel(next) => End::Open,
            Some(_) => End::Coda,
        };
        Self { start, end }
    }

    /// Where it stands among [`Self::ALL`].
    pub(super) const fn index(self) -> usize {
        self.start as usize * 3 + self.end as usize
    }
}

/// A row of `sounds.tsv`, or one of `skeleton.tsv`.
pub(super) struct Sound {
    /// Letters as [`spelled`] gives them; empty for what only the Arabic side has.
    pub(super) unit: Vec<char>,
    pub(super) place: Place,
    /// The ways to write it, in the order of the row; an empty one is nothing.
    pub(super) written: Vec<Vec<char>>,
    /// What each of the ways costs.
    pub(super) cost: f32,
}

/// Reads the rows of `sounds.tsv`; the row that cannot be read is the error.
pub(super) fn parse_sounds(rows: impl Iterator<Item = Vec<&'static str>>) -> Result<Vec<Sound>, String> {
    let sound = |row: &[&str]| {
        let &[unit, place, arabic, cost, ..] = row else { return None };
        let cost = cost.parse().ok().filter(|cost| (0.0..=1.0).contains(cost))?;
        let written = written(arabic).filter(|all| all.iter().flatten().all(|&c| letters::is_arabic(c)))?;
        Some(Sound { unit: symbols(unit), place: Place::parse(place)?, written, cost })
    };
    rows.map(|row| sound(&row).ok_or_else(|| row.join("\t"))).collect()
}

/// Reads the rows of `skeleton.tsv`, one sound for each unit of a row.
pub(super) fn parse_classes(rows: impl Iterator<Item = Vec<&'static str>>) -> Result<Vec<Sound>, String> {
    let mut classes = Vec::new();
    for row in rows {
        let read = |row: &[&str]| {
            let &[units, place, symbols, ..] = row else { return None };
            let written =
                written(symbols).filter(|all| all.iter().flatten().all(char::is_ascii_uppercase))?;
            Some((self::written(units)?, Place::parse(place)?, written))
        };
        let (units, place, written) = read(&row).ok_or_else(|| row.join("\t"))?;
        let class = |unit| Sound { unit, place, written: written.clone(), cost: 0.0 };
        classes.extend(units.into_iter().map(class));
    }
    Ok(classes)
}

/// The alternatives of a field; `None` if it has none.
fn written(field: &str) -> Option<Vec<Vec<char>>> {
    let all: Vec<_> = field.split(' ').map(symbols).collect();
    (!field.is_empty()).then_some(all)
}

/// A cell's letters: `-` is nothing, `_` the end of a token.
fn symbols(cell: &str) -> Vec<char> {
    cell.chars().filter(|&c| c != '-').map(|c| if c == '_' { ' ' } else { c }).collect()
}

/// The letters in which sounds are spelled, of a K0 key: without diacritics but those that make another sound (`ş`, `ö`),
/// and with hamza seats, because an article has none; `None` if a letter is of another alphabet.
pub(super) fn spelled(safe: &str) -> Option<Vec<char>> {
    let mut spelled = Vec::with_capacity(safe.len());
    for c in safe.chars() {
        if c == ' ' || c.is_ascii_alphanumeric() || letters::is_arabic(c) || is_own_letter(c) {
            spelled.push(c);
        } else {
            let plain = keys::plain(c);
            if !plain.is_ascii() {
                return None;
            }
            spelled.extend(plain.chars());
        }
    }
    Some(spelled)
}

/// Letters with a diacritic that have rows of their own.
pub(super) fn is_own_letter(c: char) -> bool {
    matches!(c, 'č' | 'ć' | 'ç' | 'š' | 'ş' | 'ș' | 'ś' | 'ț' | 'ţ' | 'ž' | 'ź' | 'ż' | 'ğ' | 'đ' | 'ł' | 'ñ')
        || matches!(c, 'ä' | 'ö' | 'ü' | 'ø' | 'ı')
}

/// Whether a Latin letter, as [`spelled`] gives it, is a vowel.
pub(super) const fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'ä' | 'ö' | 'ü' | 'ø' | 'ı')
}
