//! Comparison: what lies between a form and an alias, as tier, steps and probabilities.
//!
//! A function of the two strings, of the gates that are left out to measure them, and across scripts of how many entities
//! there are; never of the path of a search. So every path that finds a hit judges it alike, and an explanation can judge
//! a pair that no path found.

use super::gate::Gate;
use super::stage::{Stage, Stages};
use super::step::{Step, total_cost};
use crate::model::Tier;
use crate::text::distance::{self, Alignment, EditClass, EditKind};
use crate::text::well_known::{are_two_names, is_other_name};
use crate::text::{self, ARTICLE, Bare, CrossScriptAlignment};

/// What lies between a form and an alias.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    pub tier: Tier,
    /// The steps and what they cost; none for equal spellings.
    pub steps: Vec<Step>,
    /// How likely a writer who means the alias writes the form, beside other ways to reach other aliases: powers of
    /// ten, 0 for equal spellings.
    pub evidence: f32,
    /// How likely the form is the alias's name at all, rather than a name or word that no pack lists: 0 to 1.
    pub plausibility: f32,
    /// The same if one slip of the finger explains the edits and the gazetteer lists every name; 0 if none does.
    pub slip: f32,
}

impl Comparison {
    /// The comparison with the surface of an alias, when only its bare form was compared.
    pub fn with_left_out(mut self, bare: Bare<'_>) -> Self {
        let cost = if bare.is_article { 0.0 } else { DIVISION_NOUN_COST };
        if !bare.is_article {
            self.tier = self.tier.max(Tier::Partial);
            self.evidence += DIVISION_NOUN_EVIDENCE;
        }
        self.steps.push(Step::new(format!("left out {}", bare.left_out), cost));
        self
    }
}

/// What the missing noun of an administrative division costs (كورسك for أوبلاست كورسك).
const DIVISION_NOUN_COST: f32 = 0.15;
const DIVISION_NOUN_EVIDENCE: f32 = -0.8;

/// A word division on one side only costs so much.
const DIVISION_COST: f32 = 0.07;
const DIVISION_EVIDENCE: f32 = -0.4;
/// What a fold to K1, and to K2, says: hamzas are left out at will, the letters of K2 by habit or haste.
const SEAT_EVIDENCE: f32 = -0.6;
const LOSSY_EVIDENCE: f32 = -1.5;
/// How likely two spellings of one key are one name, by the key that they share.
const SAFE_PLAUSIBILITY: f32 = 0.99;
const SEAT_PLAUSIBILITY: f32 = 0.98;
const LOSSY_PLAUSIBILITY: f32 = 0.95;
/// The same if the query has a hamza within a word that the alias has not.
const OWN_HAMZA_PLAUSIBILITY: f32 = 0.40;

/// Compares a form's K0 key with an alias's K0 key that has the same lookup key.
pub(super) fn compare_folds(query: &str, alias: &str) -> Comparison {
    if query == alias {
        let (evidence, plausibility) = (0.0, SAFE_PLAUSIBILITY);
        return Comparison { tier: Tier::Exact, steps: Vec::new(), evidence, plausibility, slip: 0.0 };
    }
    let (mut evidence, mut plausibility) = fold_between(query, alias);
    if has_hamza_of_its_own(query, alias) {
        plausibility = OWN_HAMZA_PLAUSIBILITY;
    }
    let mut steps = fold_steps(query, alias);
    if text::lossy_fold(query) != text::lossy_fold(alias) {
        steps.push(Step::new("divided otherwise".to_owned(), DIVISION_COST));
        evidence += DIVISION_EVIDENCE;
    }
    Comparison { tier: Tier::Orthographic, steps, evidence, plausibility, slip: 0.0 }
}

/// Whether a token of the query has a hamza on an alef within the word where the alias has the bare letter: writers leave
/// a hamza out, but put none in where none is heard. فأس is not فاس.
fn has_hamza_of_its_own(query: &str, alias: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|&c| c != ' ').collect::<Vec<_>>();
    let (letters_of_query, letters_of_alias) = (letters(query), letters(alias));
    let is_first = |i: usize| i == 0 || letters_of_alias[..i].ends_with(&['ا', 'ل']);
    letters_of_query.len() == letters_of_alias.len()
        && letters_of_query
            .iter()
            .zip(&letters_of_alias)
            .enumerate()
            .any(|(i, pair)| pair == (&'أ', &'ا') && !is_first(i))
}

/// Evidence and plausibility of the least fold that makes two K0 keys of one lookup key equal but for divisions.
fn fold_between(query: &str, alias: &str) -> (f32, f32) {
    let same = |fold: fn(&str) -> String| text::join(&fold(query)) == text::join(&fold(alias));
    if same(str::to_owned) {
        (0.0, SAFE_PLAUSIBILITY)
    } else if same(text::hamza_fold) {
        (SEAT_EVIDENCE, SEAT_PLAUSIBILITY)
    } else {
        (LOSSY_EVIDENCE, LOSSY_PLAUSIBILITY)
    }
}

/// The letters that were folded, each pair once, with what they cost together.
fn fold_steps(query: &str, alias: &str) -> Vec<Step> {
    let (query, alias) = (distance::letters_of_key(query), distance::letters_of_key(alias));
    let mut steps: Vec<Step> = Vec::new();
    for edit in distance::align(&query, &alias).edits {
        let text = match edit.kind {
            EditKind::Substitution(a, b) => format!("folded {a}→{b}"),
            EditKind::Insertion(c) => format!("inserted {c}"),
            EditKind::Deletion(c) => format!("dropped {c}"),
            EditKind::Transposition(a, b) => format!("swapped {a}{b}"),
        };
        match steps.iter_mut().find(|step| step.text == text) {
            Some(step) => step.cost += edit.cost,
            None => steps.push(Step::new(text, edit.cost)),
        }
    }
    steps
}

/// What any edit at all says, in powers of ten: spellings are mostly copied.
const EDITED_EVIDENCE: f32 = 0.0;
/// What a unit of edit cost says, in powers of ten.
const COST_EVIDENCE: f32 = -3.5;
/// How likely two spellings that differ in nothing that costs are one name.
const RESPELLED_PLAUSIBILITY: f32 = 0.98;
/// Spellings of a larger cost are no candidates.
pub(super) const MAX_COST: f32 = 2.0;
/// Below this plausibility an alias is no candidate.
const LEAST_PLAUSIBILITY: f32 = 0.05;
/// Aliases of one token take edits only beyond this many letters: غزة and عزة, كير and كيم are two names.
const MAX_RIGID_LETTERS: usize = 3;

/// Compares a form's K0 key with the K0 key of an alias that is another spelling, or names the gate that stops it; none does of
/// those in `without`.
///
/// Token by token where the two have as many, because in كيم جونغ أون and كيم جونغ إيل the short token decides.
pub(super) fn compare_edited(query: &str, alias: &str, without: Stages) -> Result<Comparison, Gate> {
    let by_token = !without.contains(Stage::DecisiveToken);
    let pairs = if by_token { token_pairs(query, alias) } else { vec![(query, alias)] };
    if let Some(gate) = closed_gate(&pairs, without) {
        return Err(gate);
    }
    let is_alone = pairs.len() == 1;
    let (mut alignment, mut plausibility, mut slip) =
        (Alignment::default(), RESPELLED_PLAUSIBILITY, RESPELLED_PLAUSIBILITY);
    let slip_of_name = slip_plausibility(alias.chars().count());
    for (query, alias) in pairs {
        let letters = decisive_letters(query, alias);
        let (query, alias) = (distance::letters_of_key(query), distance::letters_of_key(alias));
        let token = distance::align(&query, &alias);
        let budget = distance::budget(letters).max(least_budget(is_alone, &token));
        let by_budget = plausibility_of(&token, budget);
        plausibility *= by_budget;
        let is_slip = token.cost > 0.0 && distance::is_one_slip(&query, &alias);
        slip *= if is_slip { by_budget.max(slip_of_name) } else { by_budget };
        alignment.extend(token);
    }
    if alignment.cost > MAX_COST || plausibility.max(slip) < LEAST_PLAUSIBILITY {
        return Err(Gate::TooFar);
    }
    let tier = match alignment.class() {
        None => Tier::Orthographic,
        Some(EditClass::Sound) => Tier::Transliteration,
        Some(EditClass::Typing) => Tier::Fuzzy,
    };
    let steps: Vec<Step> =
        alignment.edits.iter().map(|edit| Step::new(edit.kind.to_string(), edit.cost)).collect();
    let evidence = EDITED_EVIDENCE + COST_EVIDENCE * total_cost(&steps);
    Ok(Comparison { tier, steps, evidence, plausibility, slip })
}

/// The gate that stops two names, whatever lies between their letters.
fn closed_gate(pairs: &[(&str, &str)], without: Stages) -> Option<Gate> {
    let is_short = |alias: &str| !alias.contains(' ') && alias.chars().count() <= MAX_RIGID_LETTERS;
    if let [(_, alias)] = pairs
        && is_short(alias)
        && !without.contains(Stage::ShortAliases)
    {
        return Some(Gate::ShortAlias);
    }
    let is_other = if pairs.len() == 1 { is_other_name } else { are_two_names };
    let mut others = pairs.iter().filter(|_| !without.contains(Stage::WellKnownNames));
    others.any(|(query, alias)| is_other(query, alias)).then_some(Gate::OtherName)
}

/// What another script says, in powers of ten: a name is rather written in the script of its text.
const CROSS_SCRIPT_EVIDENCE: f32 = -1.2;

/// Names in the other script that sound like a name by chance, among so many entities, by the letters of the name: on
/// the cities of GeoNames, at the least cost; each tenth of cost more brings as many again.
const CHANCE_ENTITIES: f32 = 50_000.0;
const CHANCE_BY_LETTERS: [(usize, f32); 4] = [(4, 2.0), (6, 0.8), (9, 0.2), (usize::MAX, 0.03)];
const CHANCE_COST: f32 = 0.10;

/// How many times as many names sound like one that is written without its vowels.
const VOWELLESS_CHANCES: f32 = 3.0;

/// The names that sound like one of so many letters, at such a cost, by chance.
fn expected_by_chance(letters: usize, cost: f32, entities: u64) -> f32 {
    let row = CHANCE_BY_LETTERS.iter().find(|(most, _)| letters <= *most);
    let at_least_cost = row.map_or(0.0, |(_, chance)| *chance);
    entities as f32 / CHANCE_ENTITIES * at_least_cost * (1.0 + cost / CHANCE_COST)
}

/// Compares a form's K0 key with the K0 key of an alias in the other script, Latin or Arabic, in a gazetteer of so many
/// entities.
pub(super) fn compare_scripts(query: &str, alias: &str, entities: u64) -> Result<Comparison, Gate> {
    let (latin, arabic) = if query.starts_with(text::is_arabic) { (alias, query) } else { (query, alias) };
    let alignment = text::align_cross_script(latin, arabic).ok_or(Gate::TooFar)?;
    let by_budget = plausibility(heard_cost(&alignment) / text::cross_script_budget(alignment.letters));
    let by_chance = expected_by_chance(alignment.letters, alignment.cost, entities);
    let vowelless = if query.starts_with(text::is_arabic) { VOWELLESS_CHANCES } else { 1.0 };
    let plausibility = by_budget / (1.0 + vowelless * by_chance);
    if plausibility < LEAST_PLAUSIBILITY {
        return Err(Gate::TooFar);
    }
    let steps: Vec<Step> =
        alignment.steps.iter().map(|step| Step::new(step.to_string(), step.cost)).collect();
    let evidence = CROSS_SCRIPT_EVIDENCE + COST_EVIDENCE * alignment.cost;
    Ok(Comparison { tier: Tier::CrossScript, steps, evidence, plausibility, slip: 0.0 })
}

/// The cost of an alignment of two scripts, in which a consonant without a counterpart counts twice: writers hear vowels
/// as they like, but consonants.
fn heard_cost(alignment: &CrossScriptAlignment) -> f32 {
    alignment.cost
        + alignment.steps.iter().map(|step| step.cost).filter(|&cost| cost >= UNHEARD_COST).sum::<f32>()
}

/// The least cost of a step that no spelling of one sound explains.
const UNHEARD_COST: f32 = 0.8;

/// The tokens of two keys, one by one if there are as many; else the keys.
pub(super) fn token_pairs<'a>(query: &'a str, alias: &'a str) -> Vec<(&'a str, &'a str)> {
    let (queries, aliases) = (query.split(' '), alias.split(' '));
    if queries.clone().count() == aliases.clone().count() {
        queries.zip(aliases).collect()
    } else {
        vec![(query, alias)]
    }
}

/// The number of letters by which two tokens are told apart: those of the shorter, less an article that both have.
fn decisive_letters(query: &str, alias: &str) -> usize {
    let both = query.strip_prefix(ARTICLE).zip(alias.strip_prefix(ARTICLE));
    let (query, alias) = both.unwrap_or((query, alias));
    let letters = query.chars().count().min(alias.chars().count());
    // Alphabets that write every vowel take more letters for a name.
    if alias.starts_with(text::is_arabic) { letters } else { letters * 3 / 4 }
}

/// The least budget of a token among others that agree: its sound may be heard otherwise, however short it is (شي جين
/// بينغ, شي جين بنغ), since the others tell who is meant.
const SOUND_AMONG_OTHERS: f32 = 0.45;

fn least_budget(is_alone: bool, token: &Alignment) -> f32 {
    if !is_alone && token.class() == Some(EditClass::Sound) { SOUND_AMONG_OTHERS } else { 0.0 }
}

/// Steepness of [`plausibility_of`], in logits.
const BUDGET_LOGITS: f32 = 4.0;
/// The multiple of the budget at which it is even odds whether two spellings are of one name.
const EVEN_BUDGETS: f32 = 1.8;
/// How likely one slip of the finger has made one name of the other, if both have four letters; each further letter
/// makes it likelier by so much, up to a bound.
const SLIP: f32 = 0.80;
const SLIP_OF_LETTER: f32 = 0.02;
const SURE_SLIP: f32 = 0.97;

/// How likely one slip has made one of two names with so many letters of the other.
fn slip_plausibility(letters: usize) -> f32 {
    (SLIP + SLIP_OF_LETTER * (letters as f32 - 4.0)).clamp(SLIP, SURE_SLIP)
}

/// What a slip's cost counts beside a sound's: sounds are written otherwise more often than fingers slip.
const SLIP_WEIGHT: f32 = 1.7;

/// How likely two tokens, so aligned, are one name.
fn plausibility_of(alignment: &Alignment, budget: f32) -> f32 {
    let weight = if alignment.class() == Some(EditClass::Typing) { SLIP_WEIGHT } else { 1.0 };
    if alignment.cost == 0.0 { 1.0 } else { plausibility(weight * alignment.cost / budget) }
}

/// How likely two spellings are of one name: a logistic function of their cost as a multiple of the budget.
fn plausibility(budgets: f32) -> f32 {
    logistic(BUDGET_LOGITS * (EVEN_BUDGETS - budgets))
}

fn logistic(logits: f32) -> f32 {
    1.0 / (1.0 + (-logits).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::safe_fold;

    #[test]
    fn folds_in_order_of_evidence() {
        let mut last = f32::INFINITY;
        for (query, alias, tier, cost, steps) in [
            ("أوکرانیا", "أوكرانيا", Tier::Exact, 0.0, vec![]),
            ("نيويورك", "نيو يورك", Tier::Orthographic, 0.07, vec!["divided otherwise cost 0.07"]),
            ("إردوغان", "أردوغان", Tier::Orthographic, 0.05, vec!["folded إ→أ cost 0.05"]),
            ("غزه", "غزة", Tier::Orthographic, 0.10, vec!["folded ه→ة cost 0.10"]),
        ] {
            let found = compare_folds(&safe_fold(query), &safe_fold(alias));
            let shown: Vec<String> = found.steps.iter().map(ToString::to_string).collect();
            assert_eq!(
                (found.tier, shown),
                (tier, steps.into_iter().map(str::to_owned).collect()),
                "{query}"
            );
            assert!((total_cost(&found.steps) - cost).abs() < 1e-5, "{query} {found:?}");
            assert!(found.evidence < last, "{query} {found:?}");
            last = found.evidence;
        }
    }

    #[test]
    fn the_decisive_token_decides() {
        let compare = |a: &str, b: &str| compare_edited(&safe_fold(a), &safe_fold(b), Stages::NONE);
        assert!(
            compare("كيم جونغ أون", "كيم جونغ إيل").is_ok_and(|c| c.plausibility < 0.3)
                || compare("كيم جونغ أون", "كيم جونغ إيل").is_err()
        );
        assert_eq!(compare("كيم جونج أون", "كيم جونغ أون").map(|c| c.tier), Ok(Tier::Transliteration));
        assert_eq!(compare("بيونج يانح", "بيونج يانج").map(|c| c.tier), Ok(Tier::Fuzzy));
        assert_eq!(compare("غزة", "عزة"), Err(Gate::ShortAlias));
    }
}
