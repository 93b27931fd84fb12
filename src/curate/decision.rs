//! [`Decision`]: what a person writes in the column `decision` of a review.

use super::review::DecisionError;
use crate::model::EntityId;
use crate::text::lookup_key;

/// What a name means, as a person decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This entity.
    Entity(EntityId),
    /// None of the entities that the packs list.
    None,
    /// Nothing at all.
    NotAName,
}

/// Words for the candidate of the row, folded as names are.
const YES: [&str; 8] = ["yes", "y", "x", "ok", "ja", "oui", "نعم", "صح"];
const NONE: [&str; 7] = ["none", "nil", "no entity", "لا شيء", "لا أحد", "لا يوجد", "لا"];
const NOT_A_NAME: [&str; 5] = ["not a name", "no name", "not name", "ليس اسما", "ليس اسم"];
/// Signs for the candidate of the row, of which folding would leave nothing.
const TICKS: [&str; 4] = ["✓", "✔", "✅", "☑"];

impl Decision {
    /// Reads a cell; `candidate` is that of its row. `None` if the cell is empty.
    ///
    /// Words are compared as names are: case, spaces, `_`, Arabic vowel signs and hamzas make no difference.
    pub(super) fn read(cell: &str, candidate: Option<&EntityId>) -> Result<Option<Self>, DecisionError> {
        let cell = cell.trim();
        let key = lookup_key(cell);
        let is_one_of = |words: &[&str]| !key.is_empty() && words.iter().any(|word| lookup_key(word) == key);
        if cell.is_empty() {
            Ok(None)
        } else if is_one_of(&YES) || TICKS.iter().any(|tick| cell.trim_end_matches('\u{fe0f}') == *tick) {
            candidate.cloned().map(|id| Some(Self::Entity(id))).ok_or(DecisionError::NoCandidate)
        } else if is_one_of(&NONE) {
            Ok(Some(Self::None))
        } else if is_one_of(&NOT_A_NAME) {
            Ok(Some(Self::NotAName))
        } else {
            let not_an_id = |why| DecisionError::NotAnId { text: cell.to_owned(), why };
            EntityId::new(cell).map(|id| Some(Self::Entity(id))).map_err(|error| not_an_id(error.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_people_write_them() {
        let id = EntityId::new("Q842").unwrap();
        let read = |cell: &str| Decision::read(cell, Some(&id)).unwrap();
        for yes in ["yes", " Yes ", "X", "✓", "✔\u{fe0f}", "نعم"] {
            assert_eq!(read(yes), Some(Decision::Entity(id.clone())), "{yes}");
        }
        for none in ["none", "None", "NONE ", "لا شيء", "لا أحد", "لا احد"] {
            assert_eq!(read(none), Some(Decision::None), "{none}");
        }
        for not_a_name in ["not a name", "Not_a_name", "NOT A NAME", "ليس اسماً", "ليس إسما"] {
            assert_eq!(read(not_a_name), Some(Decision::NotAName), "{not_a_name}");
        }
        assert_eq!(read("geonames:1"), Some(Decision::Entity(EntityId::new("geonames:1").unwrap())));
        assert_eq!(read("  "), None);
    }

    #[test]
    fn yes_needs_a_candidate_and_an_id_no_spaces() {
        assert!(matches!(Decision::read("yes", None), Err(DecisionError::NoCandidate)));
        assert!(matches!(Decision::read("the city", None), Err(DecisionError::NotAnId { .. })));
    }
}
