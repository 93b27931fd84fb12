//! [`List`]: an input list whose columns are known, ready to be read row by row.

use std::path::Path;

use clap::Args;
use csv::ByteRecord;

use super::format::{Dialect, Format};
use super::lines::Lines;
use super::objects::{NameReader, ObjectFields, ObjectReader, already_there};
use super::records::{Record, Records};
use super::row::{Row, listed};
use super::source::Source;
use super::table::{TableColumns, TableReader};
use crate::cli::failure::Failure;

/// How the input is to be read.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Input")]
pub struct ListArgs {
    /// Column of the names: its name, or its number counted from 1; for jsonl a field, or a JSON pointer (/a/b)
    ///
    /// Needed unless the table has a single column, or the input is plain lines.
    #[arg(short, long, value_name = "C")]
    pub column: Option<String>,
    /// Column that holds the types of the entity (several: city|region)
    #[arg(long, value_name = "C")]
    pub type_column: Option<String>,
    /// Column that holds the country, as ISO 3166-1 alpha-2
    #[arg(long, value_name = "C")]
    pub country_column: Option<String>,
    /// Column that holds the language, as BCP 47
    #[arg(long, value_name = "C")]
    pub lang_column: Option<String>,
    /// Format of the input, if its name does not tell; standard input is plain lines unless told otherwise
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub input_format: Option<Format>,
    /// The sign between the cells of a csv, such as ';' (or tab, for quoted cells with tabs between them)
    #[arg(long, value_name = "SIGN", value_parser = parse_delimiter)]
    pub delimiter: Option<u8>,
    /// The first row of the table is a row like any other, not a header
    #[arg(long)]
    pub no_header: bool,
}

fn parse_delimiter(text: &str) -> Result<u8, &'static str> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [b'"' | b'\r' | b'\n'] => Err("a quote or a line end cannot stand between cells"),
        [sign] if sign.is_ascii() => Ok(*sign),
        _ => Err("expected one ASCII sign, or the word tab"),
    }
}

impl ListArgs {
    /// The format of the input at `path`.
    pub fn format(&self, path: &Path) -> Result<Format, Failure> {
        if let Some(format) = self.input_format.or_else(|| Format::of_path(path)) {
            return Ok(format);
        }
        if path == Path::new("-") && self.column.is_none() {
            return Ok(Format::Lines);
        }
        Err(Failure::usage(format!("the name {} does not tell the format of the input", path.display()))
            .with_help("add --input-format csv, tsv, jsonl or lines"))
    }

    fn check(&self, format: Format) -> Result<(), Failure> {
        let hint_columns = [&self.type_column, &self.country_column, &self.lang_column];
        let has_columns = self.column.is_some() || hint_columns.iter().any(|column| column.is_some());
        match format {
            Format::Lines if has_columns => {
                Err(Failure::usage("plain lines have no columns").with_help("see --input-format"))
            }
            Format::Jsonl if self.column.is_none() => {
                Err(Failure::usage("which field holds the names?").with_help("add --column FIELD"))
            }
            Format::Lines | Format::Jsonl if self.no_header => {
                Err(Failure::usage("--no-header is for csv and tsv"))
            }
            Format::Tsv | Format::Lines | Format::Jsonl if self.delimiter.is_some() => {
                Err(Failure::usage("--delimiter is for csv")
                    .with_help("quoted cells with tabs between them are --input-format csv --delimiter tab"))
            }
            _ => Ok(()),
        }
    }
}

/// An opened list.
pub struct List {
    /// Its rows.
    pub rows: RowReader,
    /// How it is laid out.
    pub layout: Layout,
}

/// How a list is laid out, as far as its output depends on it.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Its format.
    pub format: Format,
    /// How its cells are told apart; for tables only.
    pub dialect: Option<Dialect>,
    /// Its header, if it has one.
    pub header: Option<Record>,
    /// How many cells a row has.
    pub width: usize,
    /// How its lines end.
    pub line_end: &'static str,
    /// Whether it begins with a byte order mark.
    pub has_bom: bool,
}

/// The rows of a list, whatever its format.
pub enum RowReader {
    /// csv and tsv.
    Table(Box<TableReader>),
    /// jsonl.
    Objects(ObjectReader),
    /// Plain lines.
    Names(NameReader),
}

impl RowReader {
    /// The next row, or `None` at the end.
    pub fn next_row(&mut self) -> Result<Option<Row>, Failure> {
        match self {
            Self::Table(rows) => rows.next_row(),
            Self::Objects(rows) => rows.next_row(),
            Self::Names(rows) => rows.next_row(),
        }
    }
}

impl List {
    /// Reads the header of `source` and finds the columns; none may bear a name that will be `added`.
    pub fn open(source: Source, format: Format, args: &ListArgs, added: &[String]) -> Result<Self, Failure> {
        args.check(format)?;
        match format {
            Format::Csv => {
                Self::table(source, format, Dialect::csv(args.delimiter.unwrap_or(b',')), args, added)
            }
            Format::Tsv => Self::table(source, format, Dialect::TSV, args, added),
            Format::Jsonl => {
                let fields = ObjectFields {
                    name: args.column.clone().unwrap_or_default(),
                    types: args.type_column.clone(),
                    country: args.country_column.clone(),
                    lang: args.lang_column.clone(),
                };
                let lines = Lines::new(source.text, &source.label);
                let rows =
                    RowReader::Objects(ObjectReader::new(lines, &source.label, fields, added.to_vec()));
                Ok(Self { rows, layout: Layout::of_lines(format) })
            }
            Format::Lines => {
                let rows = RowReader::Names(NameReader(Lines::new(source.text, &source.label)));
                Ok(Self { rows, layout: Layout::of_lines(format) })
            }
        }
    }

    fn table(
        source: Source,
        format: Format,
        dialect: Dialect,
        args: &ListArgs,
        added: &[String],
    ) -> Result<Self, Failure> {
        let mut records = Records::new(source.text, &source.label, dialect);
        let Some(first) = records.next_record()? else {
            return Err(Failure::bad_data(format!("{} is empty: not even a header", source.label)));
        };
        let finder = ColumnFinder { label: &source.label, first: &first.cells, has_header: !args.no_header };
        let columns = finder.columns(args)?;
        finder.check_added(added)?;
        let layout = Layout {
            format,
            dialect: Some(dialect),
            width: first.cells.len(),
            line_end: records.line_end(),
            has_bom: source.has_bom,
            header: (!args.no_header).then(|| first.clone()),
        };
        if args.no_header {
            records.put_back(first);
        }
        let rows = RowReader::Table(Box::new(TableReader::new(records, columns, layout.width)));
        Ok(Self { rows, layout })
    }
}

impl Layout {
    fn of_lines(format: Format) -> Self {
        Self { format, dialect: None, header: None, width: 1, line_end: "\n", has_bom: false }
    }
}

/// Finds columns by name or number.
struct ColumnFinder<'a> {
    label: &'a str,
    first: &'a ByteRecord,
    has_header: bool,
}

impl ColumnFinder<'_> {
    fn columns(&self, args: &ListArgs) -> Result<TableColumns, Failure> {
        let optional =
            |wanted: &Option<String>| wanted.as_deref().map(|wanted| self.find(wanted)).transpose();
        let name = match &args.column {
            Some(wanted) => self.find(wanted)?,
            None if self.first.len() == 1 => 0,
            None => {
                return Err(Failure::usage(format!(
                    "{} has {} columns; which one holds the names?",
                    self.label,
                    self.first.len()
                ))
                .with_help(format!("add --column; there are {}", self.listed())));
            }
        };
        Ok(TableColumns {
            name,
            types: optional(&args.type_column)?,
            country: optional(&args.country_column)?,
            lang: optional(&args.lang_column)?,
        })
    }

    fn find(&self, wanted: &str) -> Result<usize, Failure> {
        let bears_name = |(i, cell): (usize, &[u8])| (cell == wanted.as_bytes()).then_some(i);
        let header = self.first.iter().enumerate().filter(|_| self.has_header);
        let named: Vec<usize> = header.filter_map(bears_name).collect();
        match (&named[..], wanted.parse::<usize>()) {
            ([one], _) => Ok(*one),
            ([], Ok(number)) if (1..=self.first.len()).contains(&number) => Ok(number - 1),
            ([], _) => Err(Failure::bad_data(format!("{} has no column `{wanted}`", self.label))
                .with_help(format!("there are {}", self.listed()))),
            ([one, two, ..], _) => {
                let (one, two) = (one + 1, two + 1);
                Err(Failure::bad_data(format!("{} has two columns `{wanted}`: {one} and {two}", self.label))
                    .with_help(format!("give the number of the one that is meant: --column {one}")))
            }
        }
    }

    fn check_added(&self, added: &[String]) -> Result<(), Failure> {
        let is_there = |name: &&String| self.first.iter().any(|cell| cell == name.as_bytes());
        match added.iter().find(is_there) {
            Some(name) if self.has_header => Err(already_there(self.label, "column", name)),
            _ => Ok(()),
        }
    }

    fn listed(&self) -> String {
        if !self.has_header {
            return format!("the numbers 1 to {}", self.first.len());
        }
        let names: Vec<_> = self.first.iter().map(String::from_utf8_lossy).collect();
        listed(&names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::failure::Exit;

    fn finder(cells: &ByteRecord) -> ColumnFinder<'_> {
        ColumnFinder { label: "x.csv", first: cells, has_header: true }
    }

    fn cells(names: &[&str]) -> ByteRecord {
        names.to_vec().into()
    }

    #[test]
    fn columns_are_found_by_name_then_by_number() {
        let header = cells(&["id", "name", "1"]);
        assert_eq!(finder(&header).find("name").ok(), Some(1));
        assert_eq!(finder(&header).find("2").ok(), Some(1));
        assert_eq!(finder(&header).find("1").ok(), Some(2));
        for missing in ["Name", "0", "4", ""] {
            let failure = finder(&header).find(missing).unwrap_err();
            assert_eq!(failure.exit(), Exit::BadData);
            assert!(failure.to_string().contains("there are `id`, `name`, `1`"), "{failure}");
        }
    }

    #[test]
    fn a_doubled_name_needs_a_number() {
        let header = cells(&["name", "x", "name"]);
        assert!(finder(&header).find("name").unwrap_err().to_string().contains("1 and 3"));
        assert_eq!(finder(&header).find("3").ok(), Some(2));
    }

    #[test]
    fn the_column_may_be_left_out_only_if_there_is_one() {
        let args = ListArgs::default();
        assert_eq!(finder(&cells(&["x"])).columns(&args).map(|c| c.name).ok(), Some(0));
        let failure = finder(&cells(&["x", "y"])).columns(&args).unwrap_err();
        assert_eq!(failure.exit(), Exit::Usage);
    }

    #[test]
    fn added_columns_must_be_new() {
        let added = ["status".to_owned()];
        assert!(finder(&cells(&["name"])).check_added(&added).is_ok());
        assert!(finder(&cells(&["name", "status"])).check_added(&added).is_err());
    }

    #[test]
    fn delimiters_are_one_sign() {
        assert_eq!(parse_delimiter(";"), Ok(b';'));
        assert_eq!(parse_delimiter("tab"), Ok(b'\t'));
        assert!(
            parse_delimiter("\"").is_err() && parse_delimiter("،").is_err() && parse_delimiter("").is_err()
        );
    }
}
