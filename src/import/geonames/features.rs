//! Feature classes and codes: of which type a place is, how it is called, and how prominent its kind.
//!
//! `features.tsv` lists codes by class (`P.PPLC`) and, for the codes that it does not list, each class alone (`P.`). Its
//! column `people` says for how many people a place of that sort stands whose people nobody counted.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::Rank;

static TABLE: &str = include_str!("features.tsv");

static FEATURES: LazyLock<HashMap<&'static str, Feature>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1).filter_map(|row| {
        let mut cells = row.split('\t');
        let (code, entity_type, people) = (cells.next()?, cells.next()?, cells.next()?.parse().ok()?);
        Some((code, Feature { entity_type, people, noun: cells.next()? }))
    });
    rows.collect()
});

/// A sort of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Feature {
    /// One of [`crate::model::EntityType::KNOWN`].
    pub entity_type: &'static str,
    /// For how many people one stands whose people nobody counted.
    people: u64,
    /// What it is called in descriptions.
    pub noun: &'static str,
}

/// What is known of a place that GeoNames has put into no class.
const UNCLASSED: Feature = Feature { entity_type: "place", people: 20, noun: "place" };
/// The code of national capitals.
const CAPITAL: &str = "PPLC";

impl Feature {
    /// The sort of a class and a code; either may be empty.
    pub fn of(class: &str, code: &str) -> Self {
        let find = |key: &str| FEATURES.get(key).copied();
        find(&format!("{class}.{code}")).or_else(|| find(&format!("{class}."))).unwrap_or(UNCLASSED)
    }

    /// How prominent a place of this sort is, which has so many people; zero if they are not known.
    pub fn rank(self, code: &str, people: u64) -> Rank {
        let rank = Rank::from_population(if people == 0 { self.people } else { people });
        if code == CAPITAL { rank.as_capital() } else { rank }
    }
}

/// Whether the place is one where aeroplanes land.
pub(super) fn is_airport(class: &str, code: &str) -> bool {
    class == "S" && code.starts_with("AIR")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntityType;

    #[test]
    fn the_table_is_sound() {
        assert_eq!(FEATURES.len(), TABLE.lines().count() - 1);
        for class in ["A", "H", "L", "P", "R", "S", "T", "U", "V"] {
            assert!(FEATURES.contains_key(format!("{class}.").as_str()), "{class}");
        }
        for (code, feature) in FEATURES.iter() {
            assert!(EntityType::KNOWN.contains(&feature.entity_type), "{code}");
            assert!(feature.people > 0 && !feature.noun.is_empty(), "{code}");
        }
    }

    #[test]
    fn unknown_codes_go_with_their_class() {
        assert_eq!(Feature::of("P", "PPLC").noun, "capital");
        assert_eq!(Feature::of("P", "PPLNEW").noun, "populated place");
        assert_eq!(Feature::of("", ""), UNCLASSED);
    }

    #[test]
    fn people_who_were_counted_outweigh_the_sort() {
        let village = Feature::of("P", "PPL");
        assert_eq!(village.rank("PPL", 5000), Rank::from_population(5000));
        assert!(village.rank("PPL", 0) < Feature::of("P", "PPLA").rank("PPLA", 0));
        assert_eq!(Feature::of("P", "PPLC").rank("PPLC", 5000), Rank::from_population(5000).as_capital());
    }
}
