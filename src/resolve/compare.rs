//! Comparison: what lies between a form and an alias, as tier, similarity and steps.
//!
//! A function of the two strings alone, so that every path that finds a hit judges it alike.

use crate::model::Tier;
use crate::text::distance::{self, Alignment, EditClass};
use crate::text::{self};

/// What lies between a form and an alias.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    pub tier: Tier,
    /// 0 to 1, before the cost of the form.
    pub similarity: f32,
    /// For people; empty for equal spellings.
    pub steps: Vec<String>,
}

/// What each fold takes off the similarity.
const DIVISION_COST: f32 = 0.01;
const SEAT_COST: f32 = 0.02;
const LOSSY_COST: f32 = 0.05;

/// Compares a form's K0 key with an alias's K0 key that has the same lookup key.
pub(super) fn compare_folds(query: &str, alias: &str) -> Comparison {
    if query == alias {
        return Comparison { tier: Tier::Exact, similarity: 1.0, steps: Vec::new() };
    }
    let folds: [(fn(&str) -> String, f32, &str); 3] = [
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
            return Comparison { tier: Tier::Orthographic, similarity: 1.0 - cost - divisions, steps };
        }
    }
    // Equal lookup keys leave no other case; if a caller errs, the pair is as far as folds can tell.
    Comparison { tier: Tier::Orthographic, similarity: 1.0 - LOSSY_COST, steps: vec!["folded".to_owned()] }
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

/// What a unit of weighted cost takes off the similarity of an edited spelling.
const EDIT_WEIGHT: f32 = 0.15;
/// What a unit of cost beyond the budget of its token takes off further.
const EXCESS_WEIGHT: f32 = 0.25;
/// The similarity of an edited spelling of no cost.
const EDITED: f32 = 0.90;
/// Aliases of one token take edits only beyond this many letters: غزة and عزة, كير and كيم are two names.
const MAX_RIGID_LETTERS: usize = 3;
/// Edited spellings below this are no candidates.
pub(super) const LEAST_SIMILARITY: f32 = 0.50;

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
    let (alignment, excess) = if query_tokens.len() == alias_tokens.len() {
        align_tokens(&query_tokens, &alias_tokens)
    } else {
        align_token(query, alias)
    };
    let similarity = EDITED - EDIT_WEIGHT * alignment.cost - EXCESS_WEIGHT * excess;
    if similarity < LEAST_SIMILARITY {
        return None;
    }
    let tier = match alignment.class() {
        None => Tier::Orthographic,
        Some(EditClass::Sound) => Tier::Transliteration,
        Some(EditClass::Typing) => Tier::Fuzzy,
    };
    Some(Comparison { tier, similarity, steps: alignment.edits.iter().map(ToString::to_string).collect() })
}

fn align_tokens(query: &[&str], alias: &[&str]) -> (Alignment, f32) {
    let (mut whole, mut excess) = (Alignment::default(), 0.0);
    for (query, alias) in query.iter().zip(alias) {
        let (alignment, over) = align_token(query, alias);
        whole.extend(alignment);
        excess += over;
    }
    (whole, excess)
}

/// Aligns two tokens; the second value is by how much the cost exceeds the budget of their length.
fn align_token(query: &str, alias: &str) -> (Alignment, f32) {
    let (query, alias) = (distance::comparison_form(query), distance::comparison_form(alias));
    let alignment = distance::align(&query, &alias);
    let excess = (alignment.cost - distance::budget(query.len().min(alias.len()))).max(0.0);
    (alignment, excess)
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
        assert_eq!(compare("كيم جونغ أون", "كيم جونغ إيل"), None);
        assert_eq!(compare("كيم جونج أون", "كيم جونغ أون").map(|c| c.tier), Some(Tier::Transliteration));
        assert_eq!(compare("بيونج يانح", "بيونج يانج").map(|c| c.tier), Some(Tier::Fuzzy));
        assert_eq!(compare("غزة", "عزة"), None);
    }
}
