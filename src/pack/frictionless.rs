//! `datapackage.json` as it is written: a Frictionless Data Package with full table schemas.

use serde::Serialize;

use super::schema::{Column, Holds, Schema};
use super::{License, Manifest, Source};

/// A Frictionless Data Package.
#[derive(Serialize)]
pub(super) struct DataPackage<'a> {
    profile: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    licenses: &'a [License],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    sources: &'a [Source],
    resources: Vec<Resource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    yaqut: Option<OwnFields<'a>>,
}

/// What Yaqut adds to the standard.
#[derive(Serialize)]
struct OwnFields<'a> {
    #[serde(rename = "lint-allow")]
    lint_allow: &'a [String],
}

impl<'a> DataPackage<'a> {
    pub fn new(manifest: &'a Manifest, resources: Vec<Resource>, lint_allow: &'a [String]) -> Self {
        let Manifest { name, title, version, licenses, sources } = manifest;
        let yaqut = (!lint_allow.is_empty()).then_some(OwnFields { lint_allow });
        Self { profile: "tabular-data-package", name, title, version, licenses, sources, resources, yaqut }
    }
}

/// One table of a package.
#[derive(Serialize)]
pub(super) struct Resource {
    name: String,
    path: String,
    profile: &'static str,
    format: &'static str,
    mediatype: &'static str,
    encoding: &'static str,
    dialect: Dialect,
    schema: TableSchema,
}

impl Resource {
    /// The tab-separated table `stem.tsv`, with the first `width` columns of `schema`.
    pub fn new<const N: usize>(stem: &str, schema: &Schema<N>, width: usize) -> Self {
        Self::of_columns(stem, schema.columns.iter().take(width), schema.primary_key)
    }

    /// The tab-separated table `stem.tsv` with these columns.
    pub fn of_columns<'c>(
        stem: &str,
        columns: impl Iterator<Item = &'c Column>,
        primary_key: &'static [&'static str],
    ) -> Self {
        Self {
            name: stem.to_lowercase(),
            path: format!("{stem}.tsv"),
            profile: "tabular-data-resource",
            format: "csv",
            mediatype: "text/tab-separated-values",
            encoding: "utf-8",
            dialect: TABS,
            schema: TableSchema {
                fields: columns.map(Field::new).collect(),
                missing_values: [""],
                primary_key,
            },
        }
    }
}

/// How a table is written down.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dialect {
    delimiter: &'static str,
    line_terminator: &'static str,
    quote_char: &'static str,
    double_quote: bool,
    header: bool,
}

/// Tabs and nothing quoted: a `"` is a letter like any other.
///
/// A dialect cannot say that there are no quotes, so it names as such a control character that no cell holds.
const TABS: Dialect = Dialect {
    delimiter: "\t",
    line_terminator: "\n",
    quote_char: "\u{1f}",
    double_quote: false,
    header: true,
};

/// A Frictionless Table Schema.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TableSchema {
    fields: Vec<Field>,
    missing_values: [&'static str; 1],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    primary_key: &'static [&'static str],
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "Constraints::is_empty")]
    constraints: Constraints,
}

impl Field {
    fn new(column: &Column) -> Self {
        let mut constraints = Constraints { required: column.required, ..Constraints::default() };
        let mut kind = "string";
        match &column.holds {
            Holds::Text => {}
            Holds::Pattern(pattern) => constraints.pattern = Some(pattern),
            Holds::OneOf(values) => constraints.one_of = Some(values()),
            Holds::Fraction => {
                kind = "number";
                (constraints.minimum, constraints.maximum) = (Some(0), Some(1));
            }
        }
        Self { name: column.name, kind, description: column.description, constraints }
    }
}

#[derive(Default, PartialEq, Serialize)]
struct Constraints {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'static str>,
    #[serde(rename = "enum", skip_serializing_if = "Option::is_none")]
    one_of: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<u8>,
}

impl Constraints {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
