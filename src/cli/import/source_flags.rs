//! Flags of `yaqut import` for sources that leave more to the user than a dump does.

use clap::Args;

use super::{parse_country, parse_rank, parse_type};
use crate::import::{Defaults, Field, Mapping, Prefixes};
use crate::model::{AliasKind, CountryCode, EntityType, Rank};

/// What tables and lists of objects hold.
#[derive(Args, Debug)]
#[command(next_help_heading = "Tables (csv), and where it says so other sources")]
pub(super) struct TableArgs {
    /// What a column holds; may be repeated: id=code, name=title, name@ar=name_ar, alias@en=aka, same_as@geonames=gid …
    ///
    /// FIELD is id, key, name, alias, another kind of alias (short, abbreviation, former, hidden …), lang, kind, type,
    /// country, rank, population, same_as or description. Without this flag columns hold what their names say. Of a
    /// table without header COLUMN is a number from 1; of JSON lines it is a key, or keys with dots between them.
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_parser = parse_column)]
    columns: Vec<(Field, String)>,
    /// What holds where the source does not say it: type=city, country=EG, lang=ar, rank=0.4, kind=short (csv; all but
    /// kind: skos; country and rank: jrc-names, followthemoney)
    #[arg(long = "default", value_name = "FIELD=VALUE", value_parser = parse_default)]
    defaults: Vec<Default>,
    /// What stands before the IDs of the source, such as ours: (csv, followthemoney)
    #[arg(long, value_name = "PREFIX", value_parser = parse_id_prefix)]
    pub id_prefix: Option<String>,
    /// What stands between cells: tab, or a sign such as ; (found out if it is not given)
    #[arg(long, value_name = "SIGN", value_parser = parse_delimiter)]
    delimiter: Option<u8>,
    /// What stands between the values of a cell that has several; empty if none has
    #[arg(long, value_name = "SIGN", default_value_t = Mapping::default().separator)]
    separator: String,
    /// The first row of a table has no column names
    #[arg(long)]
    no_header: bool,
}

/// How IRIs and classes are to be taken, and what publishers leave unsaid.
#[derive(Args, Debug)]
#[command(next_help_heading = "Linked data (skos), and where it says so other sources")]
pub(super) struct LinkedDataArgs {
    /// Short IDs for IRIs: ours=https://id.example.org/ makes ours:7 of https://id.example.org/7 (skos, csv)
    #[arg(long = "prefix", value_name = "NAMESPACE=IRI", value_parser = parse_prefix)]
    prefixes: Vec<(String, String)>,
    /// The type of what belongs to a class or scheme, by its IRI or short ID: ours:places=city
    #[arg(long = "class", value_name = "CLASS=TYPE", value_parser = parse_class)]
    pub classes: Vec<(String, EntityType)>,
    /// SPDX identifier of the licence of the data, for the pack (skos, csv, followthemoney, jrc-names)
    #[arg(long, value_name = "LICENSE")]
    pub license: Option<String>,
}

/// A value that holds where the source has none.
#[derive(Clone, Debug)]
enum Default {
    Type(EntityType),
    Country(CountryCode),
    Rank(Rank),
    Lang(String),
    Kind(AliasKind),
}

impl TableArgs {
    /// How tables are to be read.
    pub fn mapping(&self) -> Mapping {
        Mapping {
            columns: self.columns.clone(),
            delimiter: self.delimiter,
            has_header: !self.no_header,
            separator: self.separator.clone(),
        }
    }

    /// What holds where the source does not say it; of two values for one field the later.
    pub fn defaults(&self) -> Defaults {
        let mut defaults = Defaults::default();
        for default in &self.defaults {
            match default.clone() {
                Default::Type(entity_type) => defaults.entity_type = Some(entity_type),
                Default::Country(country) => defaults.country = Some(country),
                Default::Rank(rank) => defaults.rank = Some(rank),
                Default::Lang(lang) => defaults.lang = Some(lang),
                Default::Kind(kind) => defaults.kind = Some(kind),
            }
        }
        defaults
    }
}

impl LinkedDataArgs {
    /// Short IDs for IRIs.
    pub fn prefixes(&self) -> Prefixes {
        let mut prefixes = Prefixes::default();
        self.prefixes.iter().for_each(|(namespace, iri)| prefixes.add(namespace, iri));
        prefixes
    }
}

fn parse_column(text: &str) -> Result<(Field, String), String> {
    let (field, column) = text.split_once('=').ok_or("write FIELD=COLUMN, such as name=title")?;
    let field = field.parse().map_err(|error: crate::import::NoField| error.to_string())?;
    Ok((field, column.to_owned()))
}

fn parse_default(text: &str) -> Result<Default, String> {
    let (field, value) = text.split_once('=').ok_or("write FIELD=VALUE, such as type=city")?;
    match field {
        "type" => parse_type(value).map(Default::Type),
        "country" => parse_country(value).map(Default::Country),
        "rank" => parse_rank(value).map(Default::Rank),
        "lang" => super::parse_language(value).map(Default::Lang),
        "kind" => {
            value.parse().map(Default::Kind).map_err(|error: crate::model::InvalidToken| error.to_string())
        }
        _ => Err(format!("`{field}` has no default; expected type, country, rank, lang or kind")),
    }
}

fn parse_id_prefix(text: &str) -> Result<String, String> {
    let is_good = text.ends_with(':') && crate::model::EntityId::new(text).is_ok();
    if is_good { Ok(text.to_owned()) } else { Err("write a word and a colon, such as ours:".to_owned()) }
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" | b"\t" => Ok(b'\t'),
        [sign] if sign.is_ascii_punctuation() && *sign != b'"' => Ok(*sign),
        _ => Err("write tab, or one sign such as , or ;".to_owned()),
    }
}

fn parse_prefix(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(namespace, iri)| {
        let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        !namespace.is_empty() && namespace.bytes().all(is_sign) && iri.contains("://")
    });
    let (namespace, iri) = parts.ok_or("write NAMESPACE=IRI, such as ours=https://id.example.org/")?;
    Ok((namespace.to_owned(), iri.to_owned()))
}

/// An IRI may have an equals sign, a type has none.
fn parse_class(text: &str) -> Result<(String, EntityType), String> {
    let (class, entity_type) = text.rsplit_once('=').ok_or("write CLASS=TYPE, such as ours:places=city")?;
    Ok((class.to_owned(), parse_type(entity_type)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_checked() {
        let (field, column) = parse_column("name@ar=a=b, c").unwrap();
        assert_eq!((field, column.as_str()), ("name@ar".parse().unwrap(), "a=b, c"));
        assert!(parse_column("title=name").is_err() && parse_column("name").is_err());
        for good in ["type=city", "country=eg", "rank=0.5", "lang=zh-Hant", "kind=short"] {
            assert!(parse_default(good).is_ok(), "{good}");
        }
        for bad in ["type=Big City", "country=EGY", "rank=5", "lang=a_b", "kind=odd", "name=x", "type"] {
            assert!(parse_default(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_delimiter("tab"), Ok(b'\t'));
        assert!(
            parse_delimiter(";").is_ok() && parse_delimiter("\"").is_err() && parse_delimiter("ab").is_err()
        );
        assert!(parse_id_prefix("ours:").is_ok() && parse_id_prefix("ours").is_err());
        assert!(parse_prefix("ours=https://x.example/").is_ok() && parse_prefix("ours=x").is_err());
        let class = parse_class("https://x.example/?q=1=city").unwrap();
        assert_eq!(class.0, "https://x.example/?q=1");
    }
}
