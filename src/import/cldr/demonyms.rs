//! Arabic demonyms, from a table with one country a line and `;` between alternatives.

use std::collections::BTreeMap;
use std::path::Path;

use crate::import::ImportError;
use crate::import::progress::Progress;
use crate::import::source_table::SourceTable;
use crate::model::is_qid;

/// The columns that hold demonyms; the column's name becomes the alias' note.
const FORMS: [&str; 6] = ["masc_sg", "fem_sg", "plural_nom", "plural_oblique", "plural_fem", "plural_other"];

/// What the table says of one country.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Demonyms {
    /// Wikidata ID of the country, where the table settles it.
    pub qid: Option<String>,
    /// Arabic names of the country.
    pub countries: Vec<String>,
    /// Demonyms and the form they stand in.
    pub forms: Vec<(String, &'static str)>,
}

/// Reads the table by alpha-2 code.
pub(super) fn read(
    path: &Path,
    progress: &mut dyn Progress,
) -> Result<BTreeMap<String, Demonyms>, ImportError> {
    let mut source = SourceTable::open(path, b'\t', progress)?;
    let (code, country) = (source.column("iso2")?, source.column("country_ar")?);
    let qid = source.optional_column("qid");
    let mut columns = Vec::new();
    for form in FORMS {
        columns.push((form, source.column(form)?));
    }
    let mut table: BTreeMap<String, Demonyms> = BTreeMap::new();
    let mut row = csv::StringRecord::new();
    while source.read(&mut row)? {
        let entry = table.entry(row.get(code).unwrap_or_default().to_owned()).or_default();
        let id = qid.and_then(|at| row.get(at)).filter(|id| is_qid(id));
        entry.qid = entry.qid.take().or_else(|| id.map(str::to_owned));
        entry.countries.extend(alternatives(row.get(country)));
        for &(form, at) in &columns {
            entry.forms.extend(alternatives(row.get(at)).map(|name| (name, form)));
        }
    }
    Ok(table)
}

fn alternatives(cell: Option<&str>) -> impl Iterator<Item = String> {
    cell.unwrap_or_default().split(';').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<BTreeMap<String, Demonyms>, ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demonyms_ar.tsv");
        std::fs::write(&path, text).unwrap();
        read(&path, &mut ())
    }

    #[test]
    fn every_form_is_read() {
        let table = read_text(
            "iso2\tqid\tcountry_ar\tmasc_sg\tfem_sg\tplural_nom\tplural_oblique\tplural_fem\tplural_other\n\
             XX\tQ7\tأرض;عرض\tأرضي;\tأرضية\t\t\t\tأراض\n",
        )
        .unwrap();
        assert_eq!(table["XX"].qid.as_deref(), Some("Q7"));
        assert_eq!(table["XX"].countries, ["أرض", "عرض"]);
        let forms: Vec<_> = table["XX"].forms.iter().map(|(name, form)| (name.as_str(), *form)).collect();
        assert_eq!(forms, [("أرضي", "masc_sg"), ("أرضية", "fem_sg"), ("أراض", "plural_other")]);
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = read_text("iso2\tmasc_sg\nXX\tأرضي\n").unwrap_err().to_string();
        assert!(error.contains("demonyms_ar.tsv:1: the table has no column `country_ar`"), "{error}");
    }
}
