//! [`Row`]: one row of a list, as it stands and as it is understood.

use std::fmt;

use csv::ByteRecord;

use crate::model::{CountryCode, EntityType};

/// The longest row that is read, in bytes; it bounds the memory that a quote left open can take.
pub const MAX_ROW_BYTES: usize = 16 << 20;

/// One row of a list.
#[derive(Debug)]
pub struct Row {
    /// Line of the file on which the row begins, counted from 1.
    pub line: u64,
    /// The row as it stands, byte for byte, without its line end.
    pub raw: Vec<u8>,
    /// The values of its cells; for a JSON object there are none.
    pub cells: ByteRecord,
    /// What is asked, or why nothing can be.
    pub query: Result<Query, RowFault>,
    /// Whether a hint of the row could not be understood; it is ignored.
    pub has_unusable_hint: bool,
}

/// A name, with what its row says of it. Equal queries have equal answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Query {
    /// The name.
    pub name: String,
    /// What the row says beside the name.
    pub hints: RowHints,
}

/// Hints of one row; they win over those of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RowHints {
    /// Only entities of these types.
    pub types: Vec<EntityType>,
    /// Prefer entities of this country.
    pub country: Option<CountryCode>,
    /// Prefer aliases of this BCP 47 language.
    pub language_code: Option<String>,
}

/// The cells of a row that bear hints; empty where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct HintCells<'a> {
    /// One or more types, with `|` or `,` between them.
    pub types: &'a str,
    /// A country code.
    pub country: &'a str,
    /// A language code.
    pub lang: &'a str,
}

impl HintCells<'_> {
    /// The hints, and whether some of them had to be ignored.
    pub fn read(self) -> (RowHints, bool) {
        let mut has_unusable = false;
        let types = self.types.split(['|', ',']).map(str::trim).filter(|token| !token.is_empty());
        let types = types.filter_map(|token| {
            EntityType::new(&token.to_ascii_lowercase()).inspect_err(|_| has_unusable = true).ok()
        });
        let types = types.collect();
        let country = non_blank(self.country)
            .and_then(|code| CountryCode::new(code).inspect_err(|_| has_unusable = true).ok());
        let language_code = non_blank(self.lang).map(str::to_owned);
        (RowHints { types, country, language_code }, has_unusable)
    }
}

fn non_blank(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// Why a row asks nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// It has fewer or more cells than the header.
    Ragged {
        /// Cells of the row.
        found: usize,
        /// Cells of the header.
        expected: usize,
    },
    /// A quote is open at the end of the file.
    OpenQuote,
    /// The name is not valid UTF-8.
    NotUtf8 {
        /// How many bytes of the name are valid.
        valid_up_to: usize,
    },
    /// The line is not a JSON object.
    NotAnObject {
        /// What is wrong with it.
        why: String,
    },
    /// The object has no field of the name's name.
    NoField {
        /// The field that is missing.
        field: String,
        /// The fields that are there.
        present: Vec<String>,
    },
    /// The field holds something else than text.
    NotText {
        /// The field.
        field: String,
        /// What it holds.
        found: &'static str,
    },
}

impl RowFault {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Ragged { .. } => "mend the row: a quote or a delimiter is missing or too many",
            Self::OpenQuote => "close the quote, or double it if it belongs to the text",
            Self::NotUtf8 { .. } => {
                "convert the file; Arabic from older systems is often: iconv -f WINDOWS-1256 -t UTF-8 IN > OUT"
            }
            Self::NotAnObject { .. } => "every line must be one JSON object",
            Self::NoField { .. } => "name another --column, or add the field (null for no name)",
            Self::NotText { .. } => "the field must hold a text or null",
        }
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ragged { found, expected } => {
                write!(f, "the row has {found} cells where the header has {expected}")
            }
            Self::OpenQuote => f.write_str("a quote that opens in this row is never closed"),
            Self::NotUtf8 { valid_up_to } => {
                write!(f, "the name is not valid UTF-8 after {valid_up_to} bytes")
            }
            Self::NotAnObject { why } => write!(f, "not a JSON object: {why}"),
            Self::NoField { field, present } => {
                write!(f, "the object has no field `{field}`; it has {}", listed(present))
            }
            Self::NotText { field, found } => write!(f, "the field `{field}` holds {found}, not a text"),
        }
    }
}

/// The names of columns or fields, for messages: at most twelve of them.
pub fn listed<S: AsRef<str>>(names: &[S]) -> String {
    const SHOWN: usize = 12;
    if names.is_empty() {
        return "none".into();
    }
    let mut text: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", name.as_ref().escape_debug())).collect();
    if names.len() > SHOWN {
        text.push(format!("and {} more", names.len() - SHOWN));
    }
    text.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_read_leniently() {
        let cells = HintCells { types: "City| country", country: " ua ", lang: "ar" };
        let (hints, has_unusable) = cells.read();
        assert!(!has_unusable);
        assert_eq!(hints.types.iter().map(EntityType::as_str).collect::<Vec<_>>(), ["city", "country"]);
        assert_eq!(hints.country.map(|c| c.to_string()), Some("UA".into()));
        assert_eq!(hints.language_code.as_deref(), Some("ar"));
    }

    #[test]
    fn unusable_hints_are_ignored_and_reported() {
        let (hints, has_unusable) = HintCells { types: "", country: "Ukraine", lang: " " }.read();
        assert!(has_unusable);
        assert_eq!(hints, RowHints::default());
        assert!(!HintCells::default().read().1);
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        assert_eq!(listed::<&str>(&[]), "none");
        assert_eq!(listed(&["a", "b"]), "`a`, `b`");
        assert!(listed(&["x"; 20]).ends_with("and 8 more"));
    }
}
