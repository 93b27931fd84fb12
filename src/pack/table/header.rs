//! [`Header`]: which field of a row belongs to which column.

use super::super::report::{At, Report};
use super::super::schema::Schema;
use super::super::wording::{Quoted, nearest};
use super::records::Record;
use super::{Syntax, TableFile};

/// The header row of a table, against its schema.
pub(super) struct Header<const N: usize> {
    schema: &'static Schema<N>,
    /// For each column of the schema, the field that holds it.
    fields: [Option<usize>; N],
    width: usize,
}

impl<const N: usize> Header<N> {
    /// Reads the header row; `None` if a column is missing that the rows cannot do without.
    pub fn read(
        file: &TableFile,
        schema: &'static Schema<N>,
        record: &Record<'_>,
        names: &[&str],
        report: &mut Report,
    ) -> Option<Self> {
        let at = |field: usize| {
            let (line, column) = record.locate(file.syntax, field, 0);
            At::place(&file.path, line, column)
        };
        let mut fields = [None; N];
        for (field, name) in names.iter().enumerate() {
            let name = name.trim();
            let Some(column) = schema.columns.iter().position(|column| column.name == name) else {
                unknown_column(schema, name, at(field), report);
                continue;
            };
            match fields.get_mut(column) {
                Some(slot @ None) => *slot = Some(field),
                _ => report.error(
                    at(field),
                    "duplicate-column",
                    format_args!("the column {} stands twice in the header", Quoted(name)),
                    "remove one of the two",
                ),
            }
        }
        let header = Self { schema, fields, width: names.len() };
        let missing = header.columns_missing();
        for &name in &missing {
            let help = missing_help(file.syntax, schema, names);
            report.error(at(0), "missing-column", format_args!("the header has no column `{name}`"), help);
        }
        missing.is_empty().then_some(header)
    }

    /// How many fields a row has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The columns of the schema, with the field that holds each.
    pub fn columns(&self) -> [(&'static str, Option<usize>); N] {
        let mut fields = self.fields.iter();
        self.schema.columns.each_ref().map(|column| (column.name, fields.next().copied().flatten()))
    }

    fn columns_missing(&self) -> Vec<&'static str> {
        let columns = self.schema.columns.iter().zip(&self.fields);
        columns.filter(|(column, field)| column.required && field.is_none()).map(|(c, _)| c.name).collect()
    }
}

impl<const N: usize> Schema<N> {
    /// The names of the required columns, for messages.
    pub fn required_names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().filter(|c| c.required).map(|c| c.name).collect();
        names.join(", ")
    }
}

fn unknown_column<const N: usize>(schema: &Schema<N>, name: &str, at: At<'_>, report: &mut Report) {
    if name.is_empty() {
        let help = "name it, or remove it";
        return report.warning(at, "unknown-column", "a column without a name is ignored", help);
    }
    let known = schema.columns.each_ref().map(|column| column.name);
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known.join(", ")),
    };
    report.warning(
        at,
        "unknown-column",
        format_args!("the column {} is unknown and ignored", Quoted(name)),
        help,
    );
}

fn missing_help<const N: usize>(syntax: Syntax, schema: &Schema<N>, names: &[&str]) -> String {
    let other = match syntax {
        Syntax::Tsv => [',', ';'],
        Syntax::Csv => ['\t', ';'],
    };
    let wrong = other.into_iter().find(|&c| names.len() == 1 && names.iter().any(|name| name.contains(c)));
    match wrong {
        Some('\t') => "the cells are separated by tabs: let the name of the file end in .tsv".to_owned(),
        Some(',') => "the cells are separated by commas: let the name of the file end in .csv".to_owned(),
        Some(_) => "the cells are separated by semicolons: separate them with tabs (.tsv) or commas (.csv)"
            .to_owned(),
        None => format!("the first line must name at least {}", schema.required_names()),
    }
}
