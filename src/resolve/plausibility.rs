//! Plausibility: how likely two spellings, so aligned, are of one name, rather than of two.
//!
//! A logistic function of what the edits cost, measured by the budget for names of their length. The constants were set
//! on the development half of the benchmark, so that of the candidates with a score of 0.8 four in five are right
//! (`yaqut eval` prints the curve).

use crate::text::distance::{self, Alignment, EditClass};
use crate::text::{self, ARTICLE, CrossScriptAlignment};

/// Steepness, in logits for a budget.
const BUDGET_LOGITS: f32 = 4.0;
/// The multiple of the budget at which it is even odds whether two spellings are of one name.
const EVEN_BUDGETS: f32 = 1.8;

/// How likely two spellings are of one name, by their cost as a multiple of the budget.
fn plausibility(budgets: f32) -> f32 {
    1.0 / (1.0 + (BUDGET_LOGITS * (budgets - EVEN_BUDGETS)).exp())
}

/// How likely two spellings that differ in nothing that costs are one name.
const RESPELLED: f32 = 0.98;

/// What the tokens of two names in one script say together, as they are added.
pub(super) struct Spelling {
    /// How likely the two are one name.
    pub plausibility: f32,
    /// The same if one slip of the finger explains the edits, and the gazetteer lists every name.
    pub slip: f32,
    is_alone: bool,
    slip_of_name: f32,
}

/// How likely one slip of the finger has made one name of the other, if both have four letters; each further letter
/// makes it likelier by so much, up to a bound.
const SLIP: f32 = 0.80;
const SLIP_OF_LETTER: f32 = 0.02;
const SURE_SLIP: f32 = 0.97;

/// The least budget of a token among others that agree: its sound may be heard otherwise, however short it is (شي جين
/// بينغ, شي جين بنغ), since the others tell who is meant.
const SOUND_AMONG_OTHERS: f32 = 0.45;
/// What a slip's cost counts beside a sound's: sounds are written otherwise more often than fingers slip.
const SLIP_WEIGHT: f32 = 1.7;

impl Spelling {
    /// Of an alias, a K0 key, of which nothing was compared yet; whether it is compared as one token.
    pub fn of_name(alias: &str, is_alone: bool) -> Self {
        let letters = alias.chars().count() as f32;
        let slip_of_name = (SLIP + SLIP_OF_LETTER * (letters - 4.0)).clamp(SLIP, SURE_SLIP);
        Self { plausibility: RESPELLED, slip: RESPELLED, is_alone, slip_of_name }
    }

    /// Adds a token with so many [`decisive_letters`]; whether one slip of the finger explains its edits.
    pub fn add_token(&mut self, token: &Alignment, letters: usize, is_one_slip: bool) {
        if token.cost == 0.0 {
            return;
        }
        let is_sound = token.class() == Some(EditClass::Sound);
        let least = if !self.is_alone && is_sound { SOUND_AMONG_OTHERS } else { 0.0 };
        let weight = if is_sound { 1.0 } else { SLIP_WEIGHT };
        let by_budget = plausibility(weight * token.cost / distance::budget(letters).max(least));
        self.plausibility *= by_budget;
        self.slip *= if is_one_slip { by_budget.max(self.slip_of_name) } else { by_budget };
    }

    /// A cost beyond which a token with so many [`decisive_letters`], if no one slip explains it, leaves the name less
    /// than [`LEAST_PLAUSIBILITY`].
    pub fn most_cost(&self, letters: usize) -> f32 {
        let least = if self.is_alone { 0.0 } else { SOUND_AMONG_OTHERS };
        MOST_BUDGETS * distance::budget(letters).max(least)
    }
}

/// From this multiple of the budget on a plausibility is less than [`LEAST_PLAUSIBILITY`].
///
/// [`LEAST_PLAUSIBILITY`]: super::compare::LEAST_PLAUSIBILITY
const MOST_BUDGETS: f32 = 2.60;

/// The number of letters by which two tokens, K0 keys, are told apart: those of the shorter, less an article that both
/// have.
pub(super) fn decisive_letters(query: &str, alias: &str) -> usize {
    let both = query.strip_prefix(ARTICLE).zip(alias.strip_prefix(ARTICLE));
    let (query, alias) = both.unwrap_or((query, alias));
    let letters = query.chars().count().min(alias.chars().count());
    // Alphabets that write every vowel take more letters for a name.
    if alias.starts_with(text::is_arabic) { letters } else { letters * 3 / 4 }
}

/// Names in the other script that sound like a name by chance, among so many entities, by the letters of the name: on
/// the cities of GeoNames, at the least cost; each tenth of cost more brings as many again.
const CHANCE_ENTITIES: f32 = 50_000.0;
const CHANCE_BY_LETTERS: [(usize, f32); 4] = [(4, 2.0), (6, 0.8), (9, 0.2), (usize::MAX, 0.03)];
const CHANCE_COST: f32 = 0.10;
/// How many times as many names sound like one that is written without its vowels.
const VOWELLESS_CHANCES: f32 = 3.0;

/// How likely two names in Latin and Arabic script are one, in a gazetteer of so many entities; `is_vowelless` if it is the
/// query that is in Arabic script.
pub(super) fn across_scripts(alignment: &CrossScriptAlignment, is_vowelless: bool, entities: u64) -> f32 {
    let by_budget = plausibility(heard_cost(alignment) / text::cross_script_budget(alignment.letters));
    let row = CHANCE_BY_LETTERS.iter().find(|(most, _)| alignment.letters <= *most);
    let at_least_cost = row.map_or(0.0, |(_, chance)| *chance);
    let by_chance = entities as f32 / CHANCE_ENTITIES * at_least_cost * (1.0 + alignment.cost / CHANCE_COST);
    by_budget / (1.0 + if is_vowelless { VOWELLESS_CHANCES } else { 1.0 } * by_chance)
}

/// A cost beyond which two names in Latin and Arabic script, the longer of so many letters, are less plausible than
/// `least`; `None` if they are at any cost.
pub(super) fn most_cost_across(letters: usize, is_vowelless: bool, entities: u64, least: f32) -> Option<f32> {
    let chances = chances(letters, is_vowelless, entities);
    let needed = least * (1.0 + chances);
    // The logistic function, turned around; a little more, for what floating point loses.
    let budgets = EVEN_BUDGETS + ((1.0 - needed) / needed).ln() / BUDGET_LOGITS + 0.01;
    // However little it costs for its length, the cost brings further names that sound as much alike.
    let by_chance = CHANCE_COST * ((1.0 / least - 1.0) / chances - 1.0) + 0.01;
    let most = f32::min(budgets * text::cross_script_budget(letters), by_chance);
    (needed < 1.0 && budgets >= 0.0).then_some(most)
}

/// How many names in the other script sound like a name of so many letters by chance, at the least cost.
fn chances(letters: usize, is_vowelless: bool, entities: u64) -> f32 {
    let row = CHANCE_BY_LETTERS.iter().find(|(most, _)| letters <= *most);
    let at_least_cost = row.map_or(0.0, |(_, chance)| *chance);
    let vowelless = if is_vowelless { VOWELLESS_CHANCES } else { 1.0 };
    vowelless * (entities as f32 / CHANCE_ENTITIES * at_least_cost)
}

/// The least cost of a step that no spelling of one sound explains.
const UNHEARD_COST: f32 = 0.8;

/// The cost of an alignment of two scripts, in which a consonant without a counterpart counts twice: writers hear vowels
/// as they like, but consonants.
fn heard_cost(alignment: &CrossScriptAlignment) -> f32 {
    let unheard = alignment.steps.iter().map(|step| step.cost).filter(|&cost| cost >= UNHEARD_COST);
    alignment.cost + unheard.sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::super::compare::LEAST_PLAUSIBILITY;
    use super::*;
    use crate::text::safe_fold;

    fn spelling(query: &str, alias: &str) -> Spelling {
        let (query, alias) = (safe_fold(query), safe_fold(alias));
        let letters = (distance::letters_of_key(&query), distance::letters_of_key(&alias));
        let mut spelling = Spelling::of_name(&alias, true);
        let token = distance::align(&letters.0, &letters.1);
        let is_one_slip = distance::is_one_slip(&letters.0, &letters.1);
        spelling.add_token(&token, decisive_letters(&query, &alias), is_one_slip);
        spelling
    }

    #[test]
    fn what_costs_little_for_its_length_is_likely() {
        let likely = |query, alias| spelling(query, alias).plausibility;
        assert!(likely("أكرانيا", "أوكرانيا") > 0.95);
        assert!(likely("اليمين", "اليمن") < likely("ترمب", "ترامب"));
        assert!(likely("سوريا", "كوريا") < 0.1);
    }

    #[test]
    fn a_slip_is_likelier_in_a_longer_name_and_where_every_name_is_listed() {
        let (short, long) = (spelling("سرتد", "سرد"), spelling("هيلديسهايم", "هيلدبسهايم"));
        assert!(short.slip < long.slip && short.plausibility < 0.2 && short.slip > 0.7);
    }

    #[test]
    fn no_alignment_beyond_the_bound_is_plausible() {
        let step = |cost| text::CrossScriptStep { latin: "a".to_owned(), arabic: String::new(), cost };
        for (letters, entities) in [(4, 100), (5, 1_000), (8, 40_000), (12, 4_000_000), (20, 10_000_000)] {
            for is_vowelless in [false, true] {
                let most = most_cost_across(letters, is_vowelless, entities, LEAST_PLAUSIBILITY);
                for cost in
                    (0..200).map(|i| i as f32 / 100.0).filter(|&cost| most.is_none_or(|most| cost > most))
                {
                    let alignment = CrossScriptAlignment { cost, letters, steps: vec![step(cost)] };
                    let plausibility = across_scripts(&alignment, is_vowelless, entities);
                    assert!(plausibility < LEAST_PLAUSIBILITY, "{letters} {entities} {cost}");
                }
            }
        }
        assert_eq!(most_cost_across(6, true, 4_000_000, LEAST_PLAUSIBILITY), None);
    }

    #[test]
    fn no_cost_beyond_the_bound_is_plausible() {
        assert!(plausibility(MOST_BUDGETS) < LEAST_PLAUSIBILITY && plausibility(2.5) > LEAST_PLAUSIBILITY);
    }

    #[test]
    fn chance_likenesses_grow_with_the_gazetteer() {
        let alignment = text::align_cross_script("mali", "مالي").unwrap();
        let likely = |is_vowelless, entities| across_scripts(&alignment, is_vowelless, entities);
        assert!(likely(false, 100) > 0.9 && likely(false, 50_000) < 0.5);
        assert!(likely(true, 5_000) < likely(false, 5_000));
    }
}
