//! Wikidata IDs of places by GeoNames ID, as Natural Earth gives them.
//!
//! They prevail over OpenTravelData's, which often name an administrative unit or a duplicate item in place of the
//! city.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::import::ImportError;
use crate::import::progress::Progress;
use crate::import::source_table::SourceTable;
use crate::model::is_qid;

/// The name of the table.
pub(super) const TABLE: &str = "natural_earth_places.tsv";

/// Reads the table: columns `geonames wikidata`, others are passed over. No ID of either kind may stand in it twice.
pub(super) fn read(path: &Path, progress: &mut dyn Progress) -> Result<HashMap<u64, String>, ImportError> {
    let mut source = SourceTable::open(path, b'\t', progress)?;
    let (geonames, wikidata) = (source.column("geonames")?, source.column("wikidata")?);
    let (mut ids, mut taken) = (HashMap::new(), HashSet::new());
    let mut row = csv::StringRecord::new();
    while source.read(&mut row)? {
        let line = row.position().map_or(0, csv::Position::line);
        let wrong = |message: String| ImportError::layout(path, line, message);
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let qid = cell(wikidata);
        if !is_qid(qid) {
            return Err(wrong(format!("`{qid}` is not a Wikidata ID such as Q1085")));
        }
        let place: u64 = cell(geonames)
            .parse()
            .map_err(|_| wrong(format!("`{}` is not a GeoNames ID such as 3067696", cell(geonames))))?;
        if !taken.insert(qid.to_owned()) || ids.insert(place, qid.to_owned()).is_some() {
            return Err(wrong(format!("{qid} or {place} stands in an earlier line already")));
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<HashMap<u64, String>, ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(TABLE);
        std::fs::write(&path, text).unwrap();
        read(&path, &mut ())
    }

    #[test]
    fn ids_are_read() {
        let ids = read_text("geonames\twikidata\tname\n3067696\tQ1085\tPrague\n702658\tQ134279\n").unwrap();
        assert_eq!((ids[&3_067_696].as_str(), ids[&702_658].as_str(), ids.len()), ("Q1085", "Q134279", 2));
    }

    #[test]
    fn faults_name_their_line() {
        for (text, part) in [
            ("geonames\tname\n", ":1: the table has no column `wikidata`"),
            ("geonames\twikidata\n1\t1085\n", ":2: `1085` is not a Wikidata ID"),
            ("geonames\twikidata\n\tQ1\n", ":2: `` is not a GeoNames ID"),
            ("geonames\twikidata\n1\tQ1\n2\tQ1\n", ":3: Q1 or 2 stands in an earlier line"),
            ("geonames\twikidata\n1\tQ1\n1\tQ2\n", ":3: Q2 or 1 stands in an earlier line"),
        ] {
            let error = read_text(text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
