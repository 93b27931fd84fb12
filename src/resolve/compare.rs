//! Comparison: what lies between a form and an alias, as tier, similarity and steps.
//!
//! A function of the two strings alone, so that every path that finds a hit judges it alike.

use crate::model::Tier;
use crate::text::distance::{self, Alignment, EditClass, Letter};
use crate::text::{self, Bare};

/// What lies between a form and an alias.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    pub tier: Tier,
    /// 0 to 1, before the cost of the form.
    pub similarity: f32,
    /// Doubt that it is the name at all, to be taken off the score: edits beyond what spellings of one name may
    /// differ by.
    pub doubt: f32,
    /// For people; empty for equal spellings.
    pub steps: Vec<String>,
}

impl Comparison {
    /// The comparison with the surface of an alias, when only its bare form was compared.
    pub fn with_left_out(mut self, bare: Bare<'_>) -> Self {
        if !bare.is_article {
            self.tier = self.tier.max(Tier::Partial);
            self.similarity -= DIVISION_NOUN_COST;
        }
        self.steps.push(format!("left out {}", bare.left_out));
        self
    }
}

/// What the missing noun of an administrative division takes off the similarity (كورسك for أوبلاست كورسك).
const DIVISION_NOUN_COST: f32 = 0.02;
/// What each fold takes off the similarity.
const DIVISION_COST: f32 = 0.01;
const SEAT_COST: f32 = 0.02;
const LOSSY_COST: f32 = 0.05;

type Fold = fn(&str) -> String;

/// Compares a form's K0 key with an alias's K0 key that has the same lookup key.
pub(super) fn compare_folds(query: &str, alias: &str) -> Comparison {
    if query == alias {
        return Comparison { tier: Tier::Exact, similarity: 1.0, doubt: 0.0, steps: Vec::new() };
    }
    let folds: [(Fold, f32, &str); 3] = [
        (str::to_owned, 0.0, ""),
        (text::hamza_fold, SEAT_COST, "hamza"),
        (text::lossy_fold, LOSSY_COST, "letters"),
    ];
    for (fold, cost, what) in folds {
        let (query_key, alias_key) = (fold(query), fold(alias));
        let same_divisions = query_key == alias_key;
        if same_divisions || text::join(&query_key) == text::join(&alias_key) {
            let mut steps = fold_steps(query, alias, what);
            if !same_divisions {
                steps.push("divided otherwise".to_owned());
            }
            let divisions = if same_divisions { 0.0 } else { DIVISION_COST };
            let similarity = 1.0 - cost - divisions;
            return Comparison { tier: Tier::Orthographic, similarity, doubt: 0.0, steps };
        }
    }
    // Equal lookup keys leave no other case; if a caller errs, the pair is as far as folds can tell.
    let steps = vec!["folded".to_owned()];
    Comparison { tier: Tier::Orthographic, similarity: 1.0 - LOSSY_COST, doubt: 0.0, steps }
}

/// Names the letters that were folded, where the two line up; else only what sort of fold it was.
fn fold_steps(query: &str, alias: &str, what: &str) -> Vec<String> {
    if what.is_empty() {
        return Vec::new();
    }
    let letters = |text: &str| text.chars().filter(|&c| c != ' ').collect::<Vec<_>>();
    let (query, alias) = (letters(query), letters(alias));
    if query.len() != alias.len() {
        return vec![format!("folded {what}")];
    }
    let mut steps: Vec<String> = Vec::new();
    for (q, a) in query.into_iter().zip(alias).filter(|(q, a)| q != a) {
        let step = format!("folded {q}→{a}");
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

/// The similarity of an edited spelling of no cost.
pub(super) const EDITED: f32 = 0.90;
/// What a unit of weighted cost takes off the similarity.
const EDIT_WEIGHT: f32 = 0.15;
/// Spellings of a larger cost are no candidates.
const MAX_COST: f32 = 2.0;
/// The doubt of one edit, for each unit of cost beyond the budget: a slip of the finger costs 1 in any name.
const SLIP_DOUBT: f32 = 0.25;
/// The doubt of several edits of one token that exceed the budget together: they make another name.
const OTHER_NAME_DOUBT: f32 = 0.35;
/// From this doubt on an alias is no candidate.
const MAX_DOUBT: f32 = 0.45;
/// Aliases of one token take edits only beyond this many letters: غزة and عزة, كير and كيم are two names.
const MAX_RIGID_LETTERS: usize = 3;

/// Compares a form's K0 key with the K0 key of an alias that is another spelling; `None` if it is too far.
///
/// Token by token where the two have as many, because in كيم جونغ أون and كيم جونغ إيل the short token decides.
pub(super) fn compare_edited(query: &str, alias: &str) -> Option<Comparison> {
    let query_tokens: Vec<&str> = query.split(' ').collect();
    let alias_tokens: Vec<&str> = alias.split(' ').collect();
    if let [alone] = alias_tokens[..]
        && alone.chars().count() <= MAX_RIGID_LETTERS
    {
        return None;
    }
    let pairs: Vec<(&str, &str)> = if query_tokens.len() == alias_tokens.len() {
        query_tokens.into_iter().zip(alias_tokens).collect()
    } else {
        vec![(query, alias)]
    };
    let (mut alignment, mut doubt) = (Alignment::default(), 0.0);
    for (query, alias) in pairs {
        let (query, alias) = (distance::letters_of_key(query), distance::letters_of_key(alias));
        let token = distance::align(&query, &alias);
        doubt += doubt_of(&token, &query, &alias);
        alignment.extend(token);
    }
    if alignment.cost > MAX_COST || doubt > MAX_DOUBT {
        return None;
    }
    let tier = match alignment.class() {
        None => Tier::Orthographic,
        Some(EditClass::Sound) => Tier::Transliteration,
        Some(EditClass::Typing) => Tier::Fuzzy,
    };
    let similarity = EDITED - EDIT_WEIGHT * alignment.cost;
    Some(Comparison {
        tier,
        similarity,
        doubt,
        steps: alignment.edits.iter().map(ToString::to_string).collect(),
    })
}

/// The doubt that the edits of a token raise. What one slip of the finger explains counts as one edit, though the
/// alignment may have found two that are cheaper together.
fn doubt_of(alignment: &Alignment, query: &[Letter], alias: &[Letter]) -> f32 {
    let excess = alignment.cost - distance::budget(query.len().min(alias.len()));
    if excess <= 0.0 {
        0.0
    } else if distance::is_one_slip(query, alias) {
        SLIP_DOUBT * excess
    } else {
        OTHER_NAME_DOUBT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::safe_fold;

    #[test]
    fn folds_in_order_of_evidence() {
        for (query, alias, tier, similarity, steps) in [
            ("أوکرانیا", "أوكرانيا", Tier::Exact, 1.0, vec![]),
            ("نيويورك", "نيو يورك", Tier::Orthographic, 0.99, vec!["divided otherwise"]),
            ("إردوغان", "أردوغان", Tier::Orthographic, 0.98, vec!["folded إ→أ"]),
            ("غزه", "غزة", Tier::Orthographic, 0.95, vec!["folded ه→ة"]),
            ("صنعا", "صنعاء", Tier::Orthographic, 0.95, vec!["folded letters"]),
        ] {
            let found = compare_folds(&safe_fold(query), &safe_fold(alias));
            assert_eq!(
                (found.tier, found.steps),
                (tier, steps.into_iter().map(str::to_owned).collect()),
                "{query}"
            );
            assert!((found.similarity - similarity).abs() < 1e-5, "{query} {}", found.similarity);
        }
    }

    #[test]
    fn the_decisive_token_decides() {
        let compare = |a: &str, b: &str| compare_edited(&safe_fold(a), &safe_fold(b));
        let other = compare("كيم جونغ أون", "كيم جونغ إيل");
        assert!(other.is_none_or(|other| other.similarity - other.doubt < 0.4));
        assert_eq!(compare("كيم جونج أون", "كيم جونغ أون").map(|c| c.tier), Some(Tier::Transliteration));
        assert_eq!(compare("بيونج يانح", "بيونج يانج").map(|c| c.tier), Some(Tier::Fuzzy));
        assert_eq!(compare("غزة", "عزة"), None);
    }
}
