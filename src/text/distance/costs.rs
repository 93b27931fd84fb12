//! What edits cost: the rows of `tables/edit_costs.tsv`, and what no row can say.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{EditClass, Letter};
use crate::text::letters;
use crate::text::tables::{self, EDIT_COSTS};

/// First letters are rarely misheard: a doubtful substitution there costs this much more.
pub(super) const FIRST_LETTER_FACTOR: f32 = 1.3;

/// What it costs that a query has a letter where the alias has another, or the same written otherwise.
pub(super) fn substitution(query: &[Letter], i: usize, alias: &[Letter], j: usize) -> Cost {
    let (q, a) = (query[i], alias[j]);
    if q == a {
        return (careless(q), EditClass::Sound);
    }
    if is_digit(q) || is_digit(a) {
        return (OTHER_NUMBER, EditClass::Typing);
    }
    let is_final = i + 1 == query.len() && j + 1 == alias.len();
    let (mut cost, class) = COSTS.substitution(q.class, a.class, is_final);
    if i == 0 && j == 0 && cost > 0.20 {
        cost = (cost * FIRST_LETTER_FACTOR).min(1.0);
    }
    (cost, class)
}

/// What two swapped neighbours cost; `is_first` if no letter of either side stands before them.
pub(super) fn transposition(is_first: bool) -> Cost {
    let (cost, class) = COSTS.transposition;
    (if is_first { (cost * FIRST_LETTER_FACTOR).min(1.0) } else { cost }, class)
}

/// What a digit costs that the other name lacks, or has another for: more than two spellings of one name may differ by.
/// A number is no slip of another: G7 is not G8, nor the one who writes 11 in haste for 1.
pub(super) const OTHER_NUMBER: f32 = 2.5;

pub(super) fn is_digit(letter: Letter) -> bool {
    letter.class == Class::DIGIT
}

/// What a hamza or diacritic on one side only costs. Writers leave marks out, but do not add them without a reason.
fn careless(query: Letter) -> f32 {
    if query.written == query.plain {
        0.02
    } else if letters::is_arabic(query.plain) {
        0.05
    } else {
        0.20
    }
}

pub(super) static COSTS: LazyLock<Costs> = LazyLock::new(|| match Costs::parse(tables::rows(EDIT_COSTS)) {
    Ok(costs) => costs,
    // The table is compiled in and a unit test reads it, so this build cannot have a bad one.
    Err(row) => unreachable!("edit_costs.tsv: {row}"),
});

pub(super) type Cost = (f32, EditClass);

const UNEXPLAINED: Cost = (0.90, EditClass::Typing);

/// Under which rows a letter is listed: a small number for each letter of the table, and one for all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class(u8);

impl Class {
    /// Letters of no row.
    const UNLISTED: Self = Self(0);
    /// Digits of any script, which have no rows.
    const DIGIT: Self = Self(1);
    /// The number of classes of the letters of no row.
    const FIRST_LISTED: u8 = 2;

    fn bit(self) -> Classes {
        1 << self.0
    }
}

/// A set of classes, by bit.
type Classes = u128;

/// The code points before that are all of the letters that have rows.
const LISTED_LETTERS: usize = 0x800;

/// The table, by class.
pub(super) struct Costs {
    classes: Vec<Class>,
    count: usize,
    /// By the class of the query's letter, then by that of the alias's.
    substitutions: Vec<Cost>,
    /// The same where both are the last letters.
    final_substitutions: Vec<Cost>,
    indels: Vec<Vec<(Where, Cost)>>,
    /// Of each class, the set of those that may write its sound somewhere, itself among them.
    sounds: Vec<Classes>,
    /// The classes of letters that may go unheard somewhere.
    unheard: Classes,
    double: Cost,
    pub(super) missing: Cost,
    pub(super) extra: Cost,
    transposition: Cost,
}

/// Where in a word an insertion or deletion row applies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Any,
    Inside,
    Initial,
    Final,
    After(char),
}

impl Where {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "any" => Self::Any,
            "inside" => Self::Inside,
            "initial" => Self::Initial,
            "final" => Self::Final,
            _ => Self::After(text.strip_prefix("after ")?.chars().next()?),
        })
    }

    fn holds(self, word: &[Letter], i: usize) -> bool {
        let is_last = i + 1 == word.len();
        match self {
            Self::Any => true,
            Self::Inside => i > 0 && !is_last,
            Self::Initial => i == 0,
            Self::Final => is_last,
            Self::After(c) => i > 0 && word[i - 1].plain == c,
        }
    }
}

impl Costs {
    pub(super) fn parse(rows: impl Iterator<Item = Vec<&'static str>>) -> Result<Self, String> {
        let mut read = Rows::default();
        for row in rows {
            read.add(&row).ok_or_else(|| row.join("\t"))?;
        }
        read.add_slips_of_sounds();
        read.by_class().ok_or_else(|| "too many letters, or one of another script".to_owned())
    }

    /// The class of a letter.
    pub(super) fn class(&self, plain: char) -> Class {
        match self.classes.get(plain as usize) {
            Some(&class) => class,
            None if plain.is_numeric() => Class::DIGIT,
            None => Class::UNLISTED,
        }
    }

    fn substitution(&self, query: Class, alias: Class, is_final: bool) -> Cost {
        let table = if is_final { &self.final_substitutions } else { &self.substitutions };
        table[usize::from(query.0) * self.count + usize::from(alias.0)]
    }

    /// The cost of the letter `word[i]` where the other word has none; `other` if no row tells.
    pub(super) fn indel(&self, word: &[Letter], i: usize, other: Cost) -> Cost {
        if is_digit(word[i]) {
            return (OTHER_NUMBER, EditClass::Typing);
        }
        let doubled = is_doubled(word, i).then_some(self.double);
        let rows = &self.indels[usize::from(word[i].class.0)];
        let applying = rows.iter().filter(|(place, _)| place.holds(word, i)).map(|&(_, cost)| cost);
        applying.fold(doubled, |best, cost| cheaper(best, Some(cost))).unwrap_or_else(|| {
            let (cost, class) = other;
            (if i == 0 { (cost * FIRST_LETTER_FACTOR).min(1.0) } else { cost }, class)
        })
    }

    /// Whether every letter of a word may go unheard, or the other word has one that may write its sound.
    pub(super) fn may_be_heard(&self, word: &[Letter], other: &[Letter]) -> bool {
        let others = other.iter().fold(0, |set, letter| set | letter.class.bit());
        let may_be_heard = |letter: &Letter| self.sounds[usize::from(letter.class.0)] & others != 0;
        let may_be_unheard =
            |i, letter: &Letter| self.unheard & letter.class.bit() != 0 || is_doubled(word, i);
        word.iter().enumerate().all(|(i, letter)| may_be_heard(letter) || may_be_unheard(i, letter))
    }

    /// Fills in what follows of the rows of sounds.
    fn set_sounds(&mut self) {
        let is_sound = |&(_, class): &Cost| class == EditClass::Sound;
        for (class, rows) in (0..).map(Class).zip(&self.indels) {
            let is_unheard = rows.iter().any(|(_, cost)| is_sound(cost));
            self.unheard |= if is_unheard { class.bit() } else { 0 };
        }
        let are_one = |a: Class, b: Class| {
            let either =
                [(a, b), (b, a)].map(|(a, b)| [false, true].map(|last| self.substitution(a, b, last)));
            a == b || either.as_flattened().iter().any(is_sound)
        };
        let classes = || (0..self.count as u8).map(Class);
        let sounds = |a| classes().filter(|&b| are_one(a, b)).fold(0, |set, b| set | b.bit());
        self.sounds = classes().map(sounds).collect();
    }
}

/// Whether a letter stands beside another of its kind.
fn is_doubled(word: &[Letter], i: usize) -> bool {
    let neighbours = [i.checked_sub(1), i.checked_add(1)].into_iter().flatten();
    neighbours.filter_map(|k| word.get(k)).any(|&c| c == word[i])
}

/// The rows of the table as they are read, by letter.
struct Rows {
    substitutions: HashMap<(char, char), Cost>,
    final_substitutions: HashMap<(char, char), Cost>,
    indels: HashMap<char, Vec<(Where, Cost)>>,
    double: Cost,
    missing: Cost,
    extra: Cost,
    transposition: Cost,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            substitutions: HashMap::new(),
            final_substitutions: HashMap::new(),
            indels: HashMap::new(),
            double: UNEXPLAINED,
            missing: UNEXPLAINED,
            extra: UNEXPLAINED,
            transposition: UNEXPLAINED,
        }
    }
}

impl Rows {
    /// Adds the slips of the eye or finger that were made in another spelling of the name: ح for غ, since ح is a slip
    /// for ج, and ج the sound of غ.
    fn add_slips_of_sounds(&mut self) {
        let of_class = |class| self.substitutions.iter().filter(move |(_, cost)| cost.1 == class);
        let mut composed: HashMap<(char, char), f32> = HashMap::new();
        for (&(a, b), &(sound, _)) in of_class(EditClass::Sound) {
            for (&(_, c), &(slip, _)) in of_class(EditClass::Typing).filter(|((from, _), _)| *from == b) {
                // One price for both directions, whichever is found first.
                let best = composed.entry((a.min(c), a.max(c))).or_insert(1.0);
                *best = best.min(sound + slip);
            }
        }
        for ((a, c), cost) in composed.into_iter().filter(|&((a, c), cost)| a != c && cost < 1.0) {
            for pair in [(a, c), (c, a)] {
                self.substitutions.entry(pair).or_insert((cost, EditClass::Typing));
            }
        }
    }

    fn add(&mut self, row: &[&str]) -> Option<()> {
        let &[op, a, b, place, cost, class, ..] = row else { return None };
        let class = match class {
            "sound" => EditClass::Sound,
            "typing" => EditClass::Typing,
            _ => return None,
        };
        let cost = (cost.parse().ok().filter(|cost| (0.0..=1.0).contains(cost))?, class);
        let place = Where::parse(place)?;
        match op {
            "sub" => {
                let table = match place {
                    Where::Any => &mut self.substitutions,
                    Where::Final => &mut self.final_substitutions,
                    _ => return None,
                };
                for (a, b) in letters_of(a).flat_map(|a| letters_of(b).map(move |b| (a, b))) {
                    table.entry((a, b)).or_insert(cost);
                    table.entry((b, a)).or_insert(cost);
                }
            }
            "indel" => letters_of(a).for_each(|c| self.indels.entry(c).or_default().push((place, cost))),
            "double" => self.double = cost,
            "missing" => self.missing = cost,
            "extra" => self.extra = cost,
            "transpose" => self.transposition = cost,
            _ => return None,
        }
        Some(())
    }

    /// By class, for look-ups without hashing; `None` if the letters are too many, or beyond [`LISTED_LETTERS`].
    fn by_class(self) -> Option<Costs> {
        let pairs = self.substitutions.keys().chain(self.final_substitutions.keys());
        let mut letters: Vec<char> =
            pairs.flat_map(|&(a, b)| [a, b]).chain(self.indels.keys().copied()).collect();
        letters.sort_unstable();
        letters.dedup();
        let count = letters.len() + usize::from(Class::FIRST_LISTED);
        let is_digit = |c: char| c.is_numeric();
        let unlisted =
            |code| char::from_u32(code).filter(|&c| is_digit(c)).map_or(Class::UNLISTED, |_| Class::DIGIT);
        let mut classes: Vec<Class> = (0..LISTED_LETTERS as u32).map(unlisted).collect();
        for (class, &letter) in (Class::FIRST_LISTED..=u8::MAX).zip(&letters) {
            *classes.get_mut(letter as usize)? = Class(class);
        }
        if count > Classes::BITS as usize || letters.iter().any(|&letter| is_digit(letter)) {
            return None;
        }
        let mut costs = Costs {
            classes,
            count,
            substitutions: vec![UNEXPLAINED; count * count],
            final_substitutions: vec![UNEXPLAINED; count * count],
            indels: vec![Vec::new(); count],
            sounds: Vec::new(),
            unheard: 0,
            double: self.double,
            missing: self.missing,
            extra: self.extra,
            transposition: self.transposition,
        };
        let at = |costs: &Costs, a, b| usize::from(costs.class(a).0) * count + usize::from(costs.class(b).0);
        for (&(a, b), &anywhere) in &self.substitutions {
            let at = at(&costs, a, b);
            costs.substitutions[at] = anywhere;
            costs.final_substitutions[at] = anywhere;
        }
        for (&(a, b), &last) in &self.final_substitutions {
            let at = at(&costs, a, b);
            let anywhere = self.substitutions.get(&(a, b)).copied();
            costs.final_substitutions[at] = cheaper(anywhere, Some(last)).unwrap_or(last);
        }
        for (letter, rows) in self.indels {
            let class = costs.class(letter);
            costs.indels[usize::from(class.0)] = rows;
        }
        costs.set_sounds();
        Some(costs)
    }
}

fn letters_of(field: &str) -> impl Iterator<Item = char> + '_ {
    field.split(' ').filter_map(|letter| letter.chars().next())
}

fn cheaper(a: Option<Cost>, b: Option<Cost>) -> Option<Cost> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.0 < a.0 { b } else { a }),
        (a, b) => a.or(b),
    }
}
