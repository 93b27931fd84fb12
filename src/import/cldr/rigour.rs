//! Territories in the layout of rigour: one JSON object a line, with Wikidata IDs and untagged names.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;

use serde::Deserialize;

use crate::import::ImportError;
use crate::import::files;
use crate::import::progress::Progress;
use crate::import::report::{Report, Skip};

/// What is known of one territory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::import) struct Facts {
    /// ISO code in lower case, or the list's own code.
    pub code: String,
    /// Wikidata ID.
    pub qid: String,
    /// English name.
    pub name: String,
    /// English official name.
    pub full_name: String,
    /// Part of the world: `Eastern Europe`.
    #[serde(default)]
    pub subregion: String,
    #[serde(default)]
    is_historical: bool,
    #[serde(default)]
    names_strong: Vec<String>,
    #[serde(default)]
    names_weak: Vec<String>,
}

impl Facts {
    /// The names that bear no language.
    pub(in crate::import) fn untagged(&self) -> impl Iterator<Item = &str> {
        self.names_strong.iter().chain(&self.names_weak).map(String::as_str)
    }
}

/// Reads the territories by upper-case code; historic ones are left out.
pub(in crate::import) fn read(
    path: &Path,
    progress: &mut dyn Progress,
    report: &mut Report,
) -> Result<BTreeMap<String, Facts>, ImportError> {
    let mut territories = BTreeMap::new();
    for (line, text) in (1..).zip(files::open(path, progress)?.lines()) {
        let text = text.map_err(|cause| ImportError::read(path, cause))?;
        if text.trim().is_empty() {
            continue;
        }
        let facts: Facts = serde_json::from_str(&text)
            .map_err(|error| ImportError::layout(path, line, error.to_string()))?;
        if facts.is_historical {
            report.skip_entity(Skip::Historic);
        } else {
            territories.insert(facts.code.to_ascii_uppercase(), facts);
        }
    }
    Ok(territories)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn historic_states_are_left_out_and_errors_name_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.jsonl");
        let now = r#"{"code": "ua", "qid": "Q212", "name": "Ukraine", "full_name": "Ukraine", "names_weak": ["U"]}"#;
        let past = r#"{"code": "zr", "qid": "Q6500954", "name": "Zaire", "full_name": "Zaire", "is_historical": true}"#;
        std::fs::write(&path, format!("{now}\n{past}\n")).unwrap();
        let mut report = Report::default();
        let territories = read(&path, &mut (), &mut report).unwrap();
        assert_eq!(territories.keys().collect::<Vec<_>>(), ["UA"]);
        assert_eq!(territories["UA"].untagged().collect::<Vec<_>>(), ["U"]);
        assert_eq!(report.skipped_entities[&Skip::Historic], 1);
        std::fs::write(&path, format!("{now}\n{{\n")).unwrap();
        let error = read(&path, &mut (), &mut report).unwrap_err().to_string();
        assert!(error.contains("data.jsonl:2: "), "{error}");
    }
}
