//! Untagged names in the layout of countrynames: a YAML mapping from code to a list of names.

use std::collections::BTreeMap;
use std::path::Path;

use saphyr_parser::{Event, Parser, Span};

use crate::import::ImportError;
use crate::import::files;
use crate::import::progress::Progress;

/// Reads the names by code; every scalar is text, so `NO` is Norway.
pub(super) fn read(
    path: &Path,
    progress: &mut dyn Progress,
) -> Result<BTreeMap<String, Vec<String>>, ImportError> {
    let text = files::read_text(path, progress)?;
    let mut reader = Reader::default();
    for event in Parser::new_from_str(&text) {
        let (event, span) = event.map_err(|error| {
            ImportError::layout(path, error.marker().line() as u64, error.info().to_owned())
        })?;
        reader.take(&event, span).map_err(|(line, message)| ImportError::layout(path, line, message))?;
    }
    Ok(reader.names)
}

/// Follows the events of a mapping of lists.
#[derive(Default)]
struct Reader {
    names: BTreeMap<String, Vec<String>>,
    code: Option<String>,
    depth: Depth,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Depth {
    #[default]
    Document,
    Mapping,
    List,
}

impl Reader {
    fn take(&mut self, event: &Event<'_>, span: Span) -> Result<(), (u64, &'static str)> {
        self.depth = match (self.depth, event) {
            (Depth::Document, Event::MappingStart(..)) | (Depth::List, Event::SequenceEnd) => Depth::Mapping,
            (Depth::Mapping, Event::SequenceStart(..)) => Depth::List,
            (Depth::Mapping, Event::Scalar(code, ..)) => {
                self.code = Some(code.to_string());
                Depth::Mapping
            }
            (Depth::List, Event::Scalar(name, ..)) => {
                let code = self.code.clone().unwrap_or_default();
                self.names.entry(code).or_default().push(name.to_string());
                Depth::List
            }
            (Depth::Mapping, Event::MappingEnd)
            | (
                Depth::Document,
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(..)
                | Event::DocumentEnd
                | Event::Nothing,
            ) => Depth::Document,
            _ => return Err((span.start.line() as u64, "expected a code with a list of names")),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<BTreeMap<String, Vec<String>>, ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.yaml");
        std::fs::write(&path, text).unwrap();
        read(&path, &mut ())
    }

    #[test]
    fn a_mapping_of_lists_is_read_as_text() {
        let names = read_text("NO:\n  - Norge # plain\n  # - na\n  - no\n\"MM\":\n  - '00'\n").unwrap();
        assert_eq!(names["NO"], ["Norge", "no"]);
        assert_eq!(names["MM"], ["00"]);
    }

    #[test]
    fn other_layouts_name_the_line() {
        for (text, line) in [("NO:\n  - a\n  - [b]\n", 3), ("- a\n", 1), ("NO:\n  - 'a\n", 2)] {
            let error = read_text(text).unwrap_err().to_string();
            assert!(error.contains(&format!("data.yaml:{line}: ")), "{error}");
        }
    }
}
