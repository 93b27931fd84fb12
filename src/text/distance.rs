//! The weighted edit distance: what it takes to turn one spelling of a name into another.
//!
//! An alignment by dynamic programming over letters (optimal string alignment: a transposition is one edit, and no
//! letter is edited twice), where the price of an edit is a row of `tables/edit_costs.tsv`: غ for ج is 0.15, because
//! they write one sound; a vowel letter more or less is 0.30, because loans spell vowels freely; an edit that no row
//! explains is 0.90, less if the query lacks a letter: there is one way to leave it out, and thirty to put one in. After
//! Freeman, Condon, Ackerman (ACL 2006, N06-1060), whose equivalence classes cost nothing; ours are weighted, so that
//! several doubtful edits add up to a refusal.

mod costs;
mod matrix;

use std::fmt;

use smallvec::SmallVec;

use self::costs::COSTS;
use self::matrix::Matrix;
use super::{keys, letters};

/// What an edit says about the two spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EditClass {
    /// Both write one sound, or nearly: regional spelling, free vowels, doubled letters.
    Sound,
    /// A slip of the finger or of the eye, or another name.
    Typing,
}

/// One step of an [`Alignment`]; letters of the query first, then those of the alias.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edit {
    /// What happened.
    pub kind: EditKind,
    /// What it costs.
    pub cost: f32,
    /// What it says.
    pub class: EditClass,
}

/// What an [`Edit`] did to the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditKind {
    /// The query has the first letter where the alias has the second.
    Substitution(char, char),
    /// The query lacks a letter of the alias.
    Insertion(char),
    /// The query has a letter that the alias lacks.
    Deletion(char),
    /// The query has two letters of the alias in the other order.
    Transposition(char, char),
}

impl fmt::Display for EditKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Substitution(a, b) => write!(f, "{a}~{b}"),
            Self::Insertion(c) => write!(f, "inserted {c}"),
            Self::Deletion(c) => write!(f, "dropped {c}"),
            Self::Transposition(a, b) => write!(f, "swapped {a}{b}"),
        }
    }
}

/// The cheapest way from one spelling to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alignment {
    /// The sum of the edits' costs.
    pub cost: f32,
    /// The edits, in the order of the query. Letters that agree are not listed.
    pub edits: Vec<Edit>,
}

impl Alignment {
    /// The worst class among the edits; `None` if the spellings are equal.
    pub fn class(&self) -> Option<EditClass> {
        self.edits.iter().map(|edit| edit.class).max()
    }

    /// Appends the alignment of a further token.
    pub fn extend(&mut self, other: Self) {
        self.cost += other.cost;
        self.edits.extend(other.edits);
    }
}

/// A letter of a spelling that is compared.
#[derive(Clone, Copy, Debug)]
pub struct Letter {
    /// As K0 has it: with its hamza or diacritic.
    pub written: char,
    /// Without: letters that agree in this are one letter, written with more or less care.
    pub plain: char,
    /// What edits of `plain` cost is listed under it.
    class: costs::Class,
}

impl Letter {
    fn new(written: char, plain: char) -> Self {
        Self { written, plain, class: COSTS.class(plain) }
    }
}

impl PartialEq for Letter {
    fn eq(&self, other: &Self) -> bool {
        self.plain == other.plain
    }
}

/// The letters of a spelling; those of a token are mostly so few that they need no memory of their own.
pub type Letters = SmallVec<[Letter; 12]>;

/// The letters in which spellings are compared: those of a K0 key, with تش and دج as one letter.
///
/// Finer than K2: ة, ى, ئ and ؤ remain, and their edits have rows of their own.
pub fn letters_of_key(safe: &str) -> Letters {
    let mut spelled = Letters::new();
    for written in safe.chars().filter(|&c| c != ' ') {
        let previous = spelled.last().map(|letter| letter.plain);
        match (previous, written) {
            (Some('ت'), 'ش') => replace_last(&mut spelled, 'چ'),
            (Some('د'), 'ج') => replace_last(&mut spelled, 'ج'),
            _ if written.is_ascii() || letters::is_arabic(written) => {
                spelled.push(Letter::new(written, letters::without_seat(written)));
            }
            _ => spelled.extend(keys::plain(written).chars().map(|plain| Letter::new(written, plain))),
        }
    }
    spelled
}

fn replace_last(letters: &mut [Letter], c: char) {
    if let Some(last) = letters.last_mut() {
        *last = Letter::new(c, c);
    }
}

/// Whether one insertion, deletion, substitution or transposition makes one spelling of the other. `O(n)`.
pub fn is_one_slip(a: &[Letter], b: &[Letter]) -> bool {
    let prefix = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&a[..a.len() - suffix], &b[..b.len() - suffix]) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

/// Whether edits of sound alone may make one spelling of the other: surely not if this is `false`. `O(n + m)`, and takes a
/// fraction of the time of an alignment.
///
/// Each letter may go unheard, or has a letter in the other spelling that may write its sound.
pub fn may_be_one_sound(a: &[Letter], b: &[Letter]) -> bool {
    COSTS.may_be_heard(a, b) && COSTS.may_be_heard(b, a)
}

/// The most that two spellings of one name may differ by, if the shorter has `letters` letters.
///
/// Measured on pairs of spellings against pairs of different names: beyond it, more pairs are different names.
pub const fn budget(letters: usize) -> f32 {
    match letters {
        0..=3 => 0.15,
        4 => 0.30,
        5 => 0.45,
        6 => 0.60,
        7 => 0.70,
        8 => 0.80,
        9..=11 => 1.00,
        _ => 1.30,
    }
}

/// Aligns the letters of a query with those of an alias.
///
/// `O(n m)` in time and memory for `n` and `m` letters.
pub fn align(query: &[Letter], alias: &[Letter]) -> Alignment {
    align_within(query, alias, f32::INFINITY).unwrap_or_default()
}

/// [`align`], if that costs no more than `most`; else `None`, as soon as that is certain.
pub fn align_within(query: &[Letter], alias: &[Letter], most: f32) -> Option<Alignment> {
    Matrix::fill(query, alias, most).map(|matrix| matrix.trace())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::costs::{Costs, OTHER_NUMBER};
    use super::*;
    use crate::text::safe_fold;
    use crate::text::tables::{self, EDIT_COSTS};

    fn distance(a: &str, b: &str) -> Alignment {
        align(&letters_of_key(&safe_fold(a)), &letters_of_key(&safe_fold(b)))
    }

    #[test]
    fn another_number_is_another_name() {
        for (a, b) in [("G7", "G8"), ("أوكرانيا", "أوكرانيا88"), ("فرانس 24", "فرانس 42"), ("ب١", "ب١١")]
        {
            assert!(distance(a, b).cost >= OTHER_NUMBER && distance(b, a).cost >= OTHER_NUMBER, "{a} {b}");
        }
        assert!(distance("فرانس ٢٤", "فرنس 24").cost < 1.0);
    }

    #[test]
    fn the_table_is_sound() {
        assert!(Costs::parse(tables::rows(EDIT_COSTS)).is_ok());
        assert!(Costs::parse([vec!["sub", "a", "b", "any", "1.5", "sound"]].into_iter()).is_err());
        assert!(Costs::parse([vec!["swap", "a", "b", "any", "0.5", "sound"]].into_iter()).is_err());
    }

    #[test]
    fn regional_spellings_are_near_and_other_names_far() {
        for (a, b, cost, class) in [
            ("أردوغان", "إردوغان", 0.05, Some(EditClass::Sound)),
            ("اردوغان", "إردوغان", 0.02, Some(EditClass::Sound)),
            ("Erdoğan", "Erdogan", 0.20, Some(EditClass::Sound)),
            ("بيونغ يانغ", "بيونج يانج", 0.30, Some(EditClass::Sound)),
            ("أوكرانيا", "أكرانيا", 0.30, Some(EditClass::Sound)),
            ("ترامب", "ترمب", 0.30, Some(EditClass::Sound)),
            ("تشيلي", "شيلي", 0.15, Some(EditClass::Sound)),
            ("ستوكهولم", "استوكهولم", 0.45, Some(EditClass::Sound)),
            ("سوريا", "سورية", 0.20, Some(EditClass::Sound)),
            ("فيينا", "فينا", 0.15, Some(EditClass::Sound)),
            ("بيونج يانح", "بيونج يانج", 0.60, Some(EditClass::Typing)),
            ("سوريا", "كوريا", 1.00, Some(EditClass::Typing)),
            ("دمشق", "دشمق", 0.50, Some(EditClass::Typing)),
            ("لندن", "لندبن", 0.50, Some(EditClass::Typing)),
            ("لندبن", "لندن", 0.90, Some(EditClass::Typing)),
            ("Qaddafi", "Kaddafi", 0.15, Some(EditClass::Sound)),
        ] {
            let alignment = distance(a, b);
            assert!((alignment.cost - cost).abs() < 1e-4, "{a} {b}: {alignment:?}");
            assert_eq!(alignment.class(), class, "{a} {b}: {alignment:?}");
        }
    }

    #[test]
    fn neighbours_that_changed_places_are_one_edit_wherever_they_stand() {
        let name: Vec<char> = "دمشقبطنفلر".chars().collect();
        for at in 1..name.len() {
            let mut swapped = name.clone();
            swapped.swap(at - 1, at);
            let edits = distance(&String::from_iter(&swapped), &String::from_iter(&name)).edits;
            let kinds: Vec<EditKind> = edits.iter().map(|edit| edit.kind).collect();
            assert_eq!(kinds, [EditKind::Transposition(name[at], name[at - 1])], "{swapped:?}");
        }
    }

    #[test]
    fn a_letter_that_nothing_can_write_is_no_sound() {
        let may_be_one = |a, b| may_be_one_sound(&letters_of_key(a), &letters_of_key(b));
        assert!(may_be_one("ترمب", "ترامب") && may_be_one("سانشيث", "سانشيز") && may_be_one("تشيلي", "شيلي"));
        assert!(!may_be_one("لندبن", "لندن") && !may_be_one("سوريا", "كوريا") && !may_be_one("", "ب"));
    }

    #[test]
    fn edits_explain_themselves() {
        let edits = distance("أكرانيا", "أوكرانيا").edits;
        let shown: Vec<String> = edits.iter().map(|edit| format!("{} {:.2}", edit.kind, edit.cost)).collect();
        assert_eq!(shown, ["inserted و 0.30"]);
    }

    proptest! {
        #[test]
        fn is_zero_only_for_equal_forms_and_never_above_the_plain_distance(
            a in "[ابتجغكقوي]{0,8}", b in "[ابتجغكقوي]{0,8}"
        ) {
            let (a, b) = (letters_of_key(&a), letters_of_key(&b));
            let alignment = align(&a, &b);
            prop_assert_eq!(alignment.cost == 0.0, a == b);
            let text = |letters: &[Letter]| letters.iter().map(|letter| letter.plain).collect::<String>();
            let plain = strsim::osa_distance(&text(&a), &text(&b)) as f32;
            prop_assert!(alignment.cost <= plain + 1e-4, "{:?} > {}", alignment, plain);
            let sum: f32 = alignment.edits.iter().map(|edit| edit.cost).sum();
            prop_assert!((sum - alignment.cost).abs() < 1e-3);
        }

        #[test]
        fn what_cannot_be_one_sound_has_another_edit(
            a in "[اوتطسصيةهءغجنش]{0,6}|[acikqshx1]{0,6}", b in "[اوتطسصيةهءغجنش]{0,6}|[acikqshx1]{0,6}"
        ) {
            let (a, b) = (letters_of_key(&a), letters_of_key(&b));
            let is_sound = align(&a, &b).class() != Some(EditClass::Typing);
            prop_assert!(may_be_one_sound(&a, &b) || !is_sound);
        }

        #[test]
        fn a_bound_ends_only_what_costs_more(a in "[اتطوسصيةه]{0,8}", b in "[اتطوسصيةه]{0,8}", most in 0.0..3.0_f32) {
            let (a, b) = (letters_of_key(&a), letters_of_key(&b));
            let alignment = align(&a, &b);
            let expected = (alignment.cost <= most).then_some(alignment);
            prop_assert_eq!(align_within(&a, &b, most), expected);
        }

        #[test]
        fn one_slip_is_a_plain_distance_of_one(a in "[ابت]{0,6}", b in "[ابت]{0,6}") {
            let is_one = strsim::damerau_levenshtein(&a, &b) == 1;
            prop_assert_eq!(is_one_slip(&letters_of_key(&a), &letters_of_key(&b)), is_one);
        }

        #[test]
        fn sounds_cost_the_same_both_ways(a in "[اتطوسصيةه]{0,8}", b in "[اتطوسصيةه]{0,8}") {
            let (a, b) = (letters_of_key(&a), letters_of_key(&b));
            let (there, back) = (align(&a, &b), align(&b, &a));
            if there.class() == Some(EditClass::Sound) && back.class() == Some(EditClass::Sound) {
                prop_assert!((there.cost - back.cost).abs() < 1e-3);
            }
        }
    }
}
