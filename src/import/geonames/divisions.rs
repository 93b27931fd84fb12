//! Names of administrative divisions, by the codes with which places refer to them.

use std::collections::HashMap;

use super::columns::cells;
use super::place::Place;
use crate::import::ImportError;
use crate::import::input::Input;
use crate::import::names::tidy;
use crate::import::streaming::Streaming;

/// Names by code: `EG.08`, `EG.08.11250786`.
#[derive(Default)]
pub(super) struct Divisions {
    names: HashMap<String, String>,
}

/// Reads tables of the columns code, name, name in ASCII, ID.
pub(super) fn read<'i>(
    inputs: impl Iterator<Item = &'i Input>,
    import: &mut Streaming<'_>,
) -> Result<Divisions, ImportError> {
    let mut divisions = Divisions::default();
    for input in inputs {
        let parse = |line: &str, found: &mut Vec<(String, String)>| {
            let [code, name, ..] = cells::<4>(line)?;
            found.push((code.to_owned(), tidy(name)));
            Ok(())
        };
        import.lines(input, parse, |found, _| {
            divisions.names.extend(found);
            Ok(())
        })?;
    }
    Ok(divisions)
}

impl Divisions {
    /// The names of the divisions in which the place lies, the smallest first.
    pub fn names_above(&self, place: &Place<'_>) -> Vec<&str> {
        let [first, second] = place.divisions;
        let first = format!("{}.{first}", place.country);
        let second = format!("{first}.{second}");
        let is_first = place.code.starts_with("ADM1");
        let is_second = place.code.starts_with("ADM2");
        let named = [(second, is_first || is_second), (first, is_first)];
        // A division does not lie in itself.
        let above = named.iter().filter(|(_, is_itself)| !is_itself);
        above.filter_map(|(code, _)| self.names.get(code)).map(String::as_str).collect()
    }
}
