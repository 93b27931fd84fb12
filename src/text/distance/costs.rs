//! What edits cost: the rows of `tables/edit_costs.tsv`, and what no row can say.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Edit, EditClass, EditKind, Letter};
use crate::text::letters;
use crate::text::tables::{self, EDIT_COSTS};

/// First letters are rarely misheard: a doubtful substitution there costs this much more.
pub(super) const FIRST_LETTER_FACTOR: f32 = 1.3;

pub(super) fn substitution(query: &[Letter], i: usize, alias: &[Letter], j: usize) -> Edit {
    let (q, a) = (query[i], alias[j]);
    let kind = EditKind::Substitution(q.written, a.written);
    if q == a {
        return Edit { kind, cost: careless(q), class: EditClass::Sound };
    }
    if is_digit(q) || is_digit(a) {
        return Edit { kind, cost: OTHER_NUMBER, class: EditClass::Typing };
    }
    let is_final = i + 1 == query.len() && j + 1 == alias.len();
    let (mut cost, class) = COSTS.substitution(q.plain, a.plain, is_final);
    if i == 0 && j == 0 && cost > 0.20 {
        cost = (cost * FIRST_LETTER_FACTOR).min(1.0);
    }
    Edit { kind, cost, class }
}

/// What a digit costs that the other name lacks, or has another for: more than two spellings of one name may differ by.
/// A number is no slip of another: G7 is not G8, nor the one who writes 11 in haste for 1.
pub(super) const OTHER_NUMBER: f32 = 2.5;

pub(super) fn is_digit(letter: Letter) -> bool {
    letter.plain.is_numeric()
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

pub(super) struct Costs {
    substitutions: HashMap<(char, char), Cost>,
    final_substitutions: HashMap<(char, char), Cost>,
    indels: HashMap<char, Vec<(Where, Cost)>>,
    double: Cost,
    pub(super) missing: Cost,
    pub(super) extra: Cost,
    pub(super) transposition: Cost,
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
        let mut costs = Self {
            substitutions: HashMap::new(),
            final_substitutions: HashMap::new(),
            indels: HashMap::new(),
            double: UNEXPLAINED,
            missing: UNEXPLAINED,
            extra: UNEXPLAINED,
            transposition: UNEXPLAINED,
        };
        for row in rows {
            costs.add(&row).ok_or_else(|| row.join("\t"))?;
        }
        costs.add_slips_of_sounds();
        Ok(costs)
    }

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

    fn substitution(&self, a: char, b: char, is_final: bool) -> Cost {
        let row = |table: &HashMap<_, _>| table.get(&(a, b)).copied();
        let anywhere = row(&self.substitutions);
        let at_end = if is_final { row(&self.final_substitutions) } else { None };
        cheaper(anywhere, at_end).unwrap_or(UNEXPLAINED)
    }

    /// The cost of the letter `word[i]` where the other word has none; `other` if no row tells.
    pub(super) fn indel(&self, word: &[Letter], i: usize, other: Cost) -> Cost {
        if is_digit(word[i]) {
            return (OTHER_NUMBER, EditClass::Typing);
        }
        let neighbours = [i.checked_sub(1), i.checked_add(1)].into_iter().flatten();
        let is_doubled = neighbours.filter_map(|k| word.get(k)).any(|&c| c == word[i]);
        let doubled = is_doubled.then_some(self.double);
        let rows = self.indels.get(&word[i].plain).map_or(&[][..], Vec::as_slice);
        let applying = rows.iter().filter(|(place, _)| place.holds(word, i)).map(|&(_, cost)| cost);
        applying.fold(doubled, |best, cost| cheaper(best, Some(cost))).unwrap_or_else(|| {
            let (cost, class) = other;
            (if i == 0 { (cost * FIRST_LETTER_FACTOR).min(1.0) } else { cost }, class)
        })
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
