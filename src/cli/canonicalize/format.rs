//! [`Format`]: how a list is written, told from a file's name or from a flag.

use std::path::Path;

use clap::ValueEnum;

/// How the rows of a list are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values, quoted as RFC 4180 says.
    Csv,
    /// Tab-separated values, without quoting.
    Tsv,
    /// One JSON object a line.
    Jsonl,
    /// One name a line.
    Lines,
}

/// The formats that can hold answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Comma-separated values, quoted as RFC 4180 says.
    Csv,
    /// Tab-separated values, without quoting.
    Tsv,
    /// One JSON object a line.
    Jsonl,
}

impl Format {
    /// The format that the name of `path` tells, a final `.gz` aside.
    pub fn of_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "txt" | "lst" | "list" => Some(Self::Lines),
            _ => None,
        }
    }
}

impl OutputFormat {
    /// The format of the output where no flag says it: what the name of `path` tells, else that of the input; plain
    /// lines, which cannot hold answers, become a table with tabs.
    pub fn like(input: Format, path: Option<&Path>) -> Self {
        match path.and_then(Format::of_path).unwrap_or(input) {
            Format::Csv => Self::Csv,
            Format::Tsv | Format::Lines => Self::Tsv,
            Format::Jsonl => Self::Jsonl,
        }
    }
}

/// How the cells of a table are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The sign between two cells.
    pub delimiter: u8,
    /// Whether a cell may be put in `"`, and then hold delimiters and line breaks.
    pub is_quoted: bool,
}

impl Dialect {
    /// Tabs, taken literally: a `"` is a `"`.
    pub const TSV: Self = Self { delimiter: b'\t', is_quoted: false };

    /// Quoted cells with `delimiter` between them.
    pub const fn csv(delimiter: u8) -> Self {
        Self { delimiter, is_quoted: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_formats() {
        for (name, format) in [
            ("a.csv", Some(Format::Csv)),
            ("a.CSV.gz", Some(Format::Csv)),
            ("x/a.b.tsv", Some(Format::Tsv)),
            ("a.ndjson", Some(Format::Jsonl)),
            ("a.txt", Some(Format::Lines)),
            ("csv", None),
            ("a.parquet", None),
            ("-", None),
        ] {
            assert_eq!(Format::of_path(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn output_is_like_the_input_unless_its_name_says_otherwise() {
        assert_eq!(OutputFormat::like(Format::Csv, None), OutputFormat::Csv);
        assert_eq!(OutputFormat::like(Format::Lines, None), OutputFormat::Tsv);
        assert_eq!(OutputFormat::like(Format::Csv, Some(Path::new("o.jsonl.gz"))), OutputFormat::Jsonl);
        assert_eq!(OutputFormat::like(Format::Jsonl, Some(Path::new("out"))), OutputFormat::Jsonl);
    }
}
