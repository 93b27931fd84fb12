//! Of which type an entity is, by what it is an instance of.
//!
//! `classes.tsv` lists the classes that decide. Where an entity is an instance of several, the one that stands first in
//! the table decides: Singapore is a country before it is a city and an island. With `--subclasses` the subclasses of a
//! listed class count too, as far as the dump states them; a class below several listed ones goes with the nearest.
//!
//! Every ID was held against public lists that give it with its label (Nominatim's table of place types, the place types
//! of Wikivoyage, and others); hold a new one against two before it goes in.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::statement::item_number;

/// Columns `class type label`; the type of pages of a wiki's own is `-`.
static TABLE: &str = include_str!("classes.tsv");

/// The listed classes, in order.
static LISTED: LazyLock<Vec<(u32, Sort)>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1).filter_map(|row| {
        let mut cells = row.split('\t');
        let class = item_number(cells.next()?)?;
        let sort = match cells.next()? {
            "-" => Sort::WikiPage,
            entity_type => Sort::Type(entity_type),
        };
        Some((class, sort))
    });
    rows.collect()
});

/// What a class says of its instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// They are of this type.
    Type(&'static str),
    /// They are pages of a wiki's own.
    WikiPage,
}

/// The place of a listed class in the table.
type Place = u16;

/// Classes that decide.
pub(super) struct Classes {
    places: HashMap<u32, Place>,
}

impl Default for Classes {
    fn default() -> Self {
        Self { places: LISTED.iter().map(|&(class, _)| class).zip(0..).collect() }
    }
}

impl Classes {
    /// The listed classes and all below them; `subclasses` are pairs of a class and one of its superclasses.
    ///
    /// O(n log n) in the pairs.
    pub fn with_subclasses(mut subclasses: Vec<(u32, u32)>) -> Self {
        subclasses.iter_mut().for_each(|(class, above)| std::mem::swap(class, above));
        subclasses.sort_unstable();
        let mut classes = Self::default();
        let mut level: Vec<(Place, u32)> =
            classes.places.iter().map(|(&class, &place)| (place, class)).collect();
        while !level.is_empty() {
            level.sort_unstable();
            let mut below = Vec::new();
            for (place, class) in level {
                let start = subclasses.partition_point(|&(above, _)| above < class);
                let rest = subclasses.get(start..).unwrap_or_default();
                for &(_, subclass) in rest.iter().take_while(|&&(above, _)| above == class) {
                    classes.places.entry(subclass).or_insert_with(|| {
                        below.push((place, subclass));
                        place
                    });
                }
            }
            level = below;
        }
        classes
    }

    /// What an instance of `classes` is, if any of these is known.
    pub fn sort_of(&self, classes: impl Iterator<Item = u32>) -> Option<Sort> {
        let places = classes.filter_map(|class| self.places.get(&class));
        let place = places.min()?;
        LISTED.get(usize::from(*place)).map(|&(_, sort)| sort)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::EntityType;

    #[test]
    fn the_table_is_sound() {
        let ids: HashSet<u32> = LISTED.iter().map(|&(class, _)| class).collect();
        assert_eq!(ids.len(), LISTED.len(), "a class stands twice");
        assert_eq!(LISTED.len(), TABLE.lines().count() - 1);
        for (class, sort) in LISTED.iter() {
            let Sort::Type(entity_type) = sort else { continue };
            assert!(EntityType::KNOWN.contains(entity_type), "Q{class}");
        }
        assert!(TABLE.lines().all(|row| row.split('\t').count() == 3));
    }

    #[test]
    fn the_first_of_several_decides() {
        let classes = Classes::default();
        for (of, expected) in [
            (vec![5], Some(Sort::Type("person"))),
            (vec![23442, 515, 6256], Some(Sort::Type("country"))),
            (vec![35657, 3957], Some(Sort::Type("city"))),
            (vec![5, 4_167_410], Some(Sort::Type("person"))),
            (vec![4_167_410], Some(Sort::WikiPage)),
            (vec![1, 2], None),
            (vec![], None),
        ] {
            assert_eq!(classes.sort_of(of.iter().copied()), expected, "{of:?}");
        }
    }

    #[test]
    fn a_subclass_goes_with_the_nearest_listed_one() {
        // 1 and 2 lie in a circle below the city; 3 is an island, and two steps below the city.
        let pairs = vec![(1, 515), (2, 1), (1, 2), (3, 2), (3, 23442), (9, 8)];
        let classes = Classes::with_subclasses(pairs);
        let sort = |class| classes.sort_of([class].into_iter());
        assert_eq!((sort(1), sort(2)), (Some(Sort::Type("city")), Some(Sort::Type("city"))));
        assert_eq!(sort(3), Some(Sort::Type("place")));
        assert_eq!((sort(9), sort(6256)), (None, Some(Sort::Type("country"))));
    }
}
