//! Wikidata IDs of large cities that OpenTravelData lacks, or has for a district of the same name.

use std::collections::HashMap;
use std::sync::LazyLock;

/// GeoNames ID, Wikidata ID, name; sorted by GeoNames ID.
const TABLE: &str = include_str!("qids.tsv");

static QIDS: LazyLock<HashMap<u64, &str>> = LazyLock::new(|| rows().map(|(id, qid, _)| (id, qid)).collect());

/// The Wikidata ID of the place with this GeoNames ID, if the table has it.
pub(super) fn of(geonames: u64) -> Option<&'static str> {
    QIDS.get(&geonames).copied()
}

fn rows() -> impl Iterator<Item = (u64, &'static str, &'static str)> {
    TABLE.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?.parse().ok()?, cells.next()?, cells.next()?))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::is_qid;

    #[test]
    fn the_table_is_whole_sorted_and_unique() {
        let rows: Vec<_> = rows().collect();
        assert_eq!(rows.len(), TABLE.lines().count() - 1, "every line has three cells");
        assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted by GeoNames ID");
        assert!(rows.iter().all(|(_, qid, name)| is_qid(qid) && !name.is_empty()));
        assert_eq!(rows.iter().map(|(_, qid, _)| qid).collect::<HashSet<_>>().len(), rows.len());
    }

    #[test]
    fn an_id_is_looked_up() {
        assert_eq!(of(104_515), Some("Q5806"));
        assert_eq!(of(1), None);
    }
}
