//! Comparison: what lies between a form and an alias, as tier, steps and probabilities.
//!
//! A function of the two strings, of the gates that are left out to measure them, and across scripts of how many entities
//! there are; never of the path of a search. So every path that finds a hit judges it alike, and an explanation can judge
//! a pair that no path found.

use super::gate::Gate;
use super::plausibility::{Spelling, across_scripts, decisive_letters, most_cost_across};
use super::stage::{Stage, Stages};
use super::step::{Step, total_cost};
use crate::model::Tier;
use crate::text::distance::{self, Alignment, EditClass, EditKind};
use crate::text::well_known::{are_two_names, is_other_name};
use crate::text::{self, ArabicName, Bare, CrossScriptAlignment, LatinName, Outline};

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

/// A [`Comparison`] but for its steps, which cost more than all the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Judgement {
    pub tier: Tier,
    pub evidence: f32,
    pub plausibility: f32,
    pub slip: f32,
}

impl From<Judgement> for Comparison {
    fn from(judgement: Judgement) -> Self {
        let Judgement { tier, evidence, plausibility, slip } = judgement;
        Self { tier, steps: Vec::new(), evidence, plausibility, slip }
    }
}

impl Comparison {
    /// All of it but for the steps.
    pub fn judgement(&self) -> Judgement {
        let Self { tier, evidence, plausibility, slip, .. } = *self;
        Judgement { tier, evidence, plausibility, slip }
    }

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
    let mut comparison = Comparison::from(judge_folds(query, alias));
    if comparison.tier > Tier::Exact {
        comparison.steps = fold_steps(query, alias);
        if is_divided_otherwise(query, alias) {
            comparison.steps.push(Step::new("divided otherwise".to_owned(), DIVISION_COST));
        }
    }
    comparison
}

/// [`compare_folds`] but for the steps. Allocates only where names of several tokens differ.
pub(super) fn judge_folds(query: &str, alias: &str) -> Judgement {
    if query == alias {
        let (evidence, plausibility) = (0.0, SAFE_PLAUSIBILITY);
        return Judgement { tier: Tier::Exact, evidence, plausibility, slip: 0.0 };
    }
    let (mut evidence, mut plausibility) = fold_between(query, alias);
    if has_hamza_of_its_own(query, alias) {
        plausibility = OWN_HAMZA_PLAUSIBILITY;
    }
    if is_divided_otherwise(query, alias) {
        evidence += DIVISION_EVIDENCE;
    }
    Judgement { tier: Tier::Orthographic, evidence, plausibility, slip: 0.0 }
}

/// Whether two K0 keys of one lookup key have their word divisions elsewhere.
fn is_divided_otherwise(query: &str, alias: &str) -> bool {
    let is_divided = query.contains(' ') || alias.contains(' ');
    is_divided && text::lossy_fold(query) != text::lossy_fold(alias)
}

/// Whether a token of the query has a hamza on an alef within the word where the alias has the bare letter: writers leave
/// a hamza out, but put none in where none is heard. فأس is not فاس.
fn has_hamza_of_its_own(query: &str, alias: &str) -> bool {
    if !query.contains('أ') {
        return false;
    }
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
    if text::equal_joined(query, alias) {
        (0.0, SAFE_PLAUSIBILITY)
    } else if text::equal_hamza_folded(query, alias) {
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

/// What a unit of edit cost says, in powers of ten.
const COST_EVIDENCE: f32 = -3.5;
/// Spellings of a larger cost are no candidates.
pub(super) const MAX_COST: f32 = 2.0;
/// Below this plausibility an alias is no candidate.
pub(super) const LEAST_PLAUSIBILITY: f32 = 0.05;
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
    if is_part(query, alias) {
        return Err(Gate::TooFar);
    }
    let (mut alignment, mut spelling) = (Alignment::default(), Spelling::of_name(alias, pairs.len() == 1));
    for (query, alias) in pairs.into_iter().filter(|(query, alias)| query != alias) {
        let (query_letters, alias_letters) =
            (distance::letters_of_key(query), distance::letters_of_key(alias));
        let is_slip = distance::is_one_slip(&query_letters, &alias_letters);
        let letters = decisive_letters(query, alias);
        let most = if is_slip { MAX_COST } else { MAX_COST.min(spelling.most_cost(letters)) };
        let token = distance::align_within(&query_letters, &alias_letters, most).ok_or(Gate::TooFar)?;
        spelling.add_token(&token, letters, is_slip);
        alignment.extend(token);
    }
    let Spelling { plausibility, slip, .. } = spelling;
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
    let evidence = COST_EVIDENCE * total_cost(&steps);
    Ok(Comparison { tier, steps, evidence, plausibility, slip })
}

/// Whether one name is the other with further tokens: Mohammed V is no slip for Mohammed. Names in part are another tier's.
fn is_part(query: &str, alias: &str) -> bool {
    let begins = |many: &str, few| many.strip_prefix(few).is_some_and(|rest| rest.starts_with(' '));
    let ends = |many: &str, few| many.strip_suffix(few).is_some_and(|rest| rest.ends_with(' '));
    let (few, many) = if query.len() < alias.len() { (query, alias) } else { (alias, query) };
    begins(many, few) || ends(many, few)
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
    let mut others =
        pairs.iter().filter(|(query, alias)| query != alias && !without.contains(Stage::WellKnownNames));
    others.any(|(query, alias)| is_other(query, alias)).then_some(Gate::OtherName)
}

/// What another script says, in powers of ten: a name is rather written in the script of its text.
const CROSS_SCRIPT_EVIDENCE: f32 = -1.2;

/// Compares a form's K0 key with the K0 key of an alias in the other script, Latin or Arabic, in a gazetteer of so many
/// entities.
pub(super) fn compare_scripts(query: &str, alias: &str, entities: u64) -> Result<Comparison, Gate> {
    HeardName::new(query, entities).ok_or(Gate::TooFar)?.compare(alias)
}

/// A form's K0 key, ready to be compared with names in the other script, Latin or Arabic.
pub(super) struct HeardName {
    spelling: Spelled,
    /// How many entities the gazetteer has.
    entities: u64,
}

enum Spelled {
    Arabic(ArabicName),
    Latin(LatinName),
}

impl HeardName {
    /// Of a K0 key; `None` if it is in neither script, or too long.
    pub fn new(query: &str, entities: u64) -> Option<Self> {
        let spelling = if query.starts_with(text::is_arabic) {
            Spelled::Arabic(ArabicName::new(query)?)
        } else {
            Spelled::Latin(LatinName::new(query)?)
        };
        Some(Self { spelling, entities })
    }

    /// Compares with the K0 key of an alias.
    pub fn compare(&self, alias: &str) -> Result<Comparison, Gate> {
        let is_vowelless = matches!(self.spelling, Spelled::Arabic(_));
        let alignment = self.align(alias).ok_or(Gate::TooFar)?;
        let plausibility = across_scripts(&alignment, is_vowelless, self.entities);
        if plausibility < LEAST_PLAUSIBILITY {
            return Err(Gate::TooFar);
        }
        let steps: Vec<Step> =
            alignment.steps.iter().map(|step| Step::new(step.to_string(), step.cost)).collect();
        let evidence = CROSS_SCRIPT_EVIDENCE + COST_EVIDENCE * alignment.cost;
        Ok(Comparison { tier: Tier::CrossScript, steps, evidence, plausibility, slip: 0.0 })
    }

    /// The alignment, if it may be plausible.
    fn align(&self, alias: &str) -> Option<CrossScriptAlignment> {
        let most = |letters, is_vowelless| {
            most_cost_across(letters, is_vowelless, self.entities, LEAST_PLAUSIBILITY)
        };
        match &self.spelling {
            Spelled::Arabic(arabic) => {
                let most = |letters: usize| most(letters.max(arabic.letters()), true);
                if let Some(outline) = Outline::of_latin(alias) {
                    let most = most(outline.letters)?;
                    arabic.may_align(&outline, most).then_some(())?;
                }
                let latin = LatinName::new(alias)?;
                latin.align(arabic, most(latin.letters())?)
            }
            Spelled::Latin(latin) => {
                let most = |letters: usize| most(letters.max(latin.letters()), false);
                if let Some(outline) = Outline::of_arabic(alias) {
                    let most = most(outline.letters)?;
                    latin.may_align(&outline, most).then_some(())?;
                }
                let arabic = ArabicName::new(alias)?;
                latin.align(&arabic, most(arabic.letters())?)
            }
        }
    }
}

/// The tokens of two keys, one by one if there are as many; else the keys.
pub(super) fn token_pairs<'a>(query: &'a str, alias: &'a str) -> Vec<(&'a str, &'a str)> {
    let (queries, aliases) = (query.split(' '), alias.split(' '));
    if queries.clone().count() == aliases.clone().count() {
        queries.zip(aliases).collect()
    } else {
        vec![(query, alias)]
    }
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
