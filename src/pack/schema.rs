//! The tables of a pack: their columns, and what each holds.

use crate::model::{AliasKind, Article};

/// The columns of a table, in the order in which they are written.
pub(crate) struct Schema<const N: usize> {
    pub columns: [Column; N],
    /// Names that are unique in the table: Frictionless' `primaryKey`.
    pub primary_key: &'static [&'static str],
}

/// A column of a table.
pub(crate) struct Column {
    pub name: &'static str,
    pub holds: Holds,
    /// Whether the header must name the column and every row must fill it.
    pub required: bool,
    /// For people who read `datapackage.json`.
    pub description: &'static str,
}

/// What the cells of a column hold.
pub(crate) enum Holds {
    Text,
    /// Text of one shape, as an XML Schema regular expression.
    Pattern(&'static str),
    OneOf(fn() -> Vec<&'static str>),
    /// A number from 0 to 1.
    Fraction,
}

pub(crate) const ID_PATTERN: &str = r"[^\s|]+";
pub(crate) const LANG_PATTERN: &str = "([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*|x(-[A-Za-z0-9]{1,8})+)";
const DATE_PATTERN: &str = r"-?\d{4}(-\d{2}(-\d{2})?)?";

/// `entities.tsv`.
pub(super) static ENTITIES: Schema<7> = Schema {
    columns: [
        required("id", Holds::Pattern(ID_PATTERN), "Canonical ID within this pack, such as Q212"),
        optional(
            "type",
            Holds::Pattern("[a-z0-9_-]+"),
            "What the entity is: person, country, city, company …",
        ),
        optional("name", Holds::Text, "Canonical name"),
        optional(
            "country",
            Holds::Pattern("[A-Za-z]{2}"),
            "ISO 3166-1 alpha-2 code of the country to which it belongs",
        ),
        optional("rank", Holds::Fraction, "Prominence on a logarithmic scale from 0 to 1; empty if unknown"),
        optional("same_as", Holds::Text, "Other IDs of the same thing, separated by |"),
        optional("description", Holds::Text, "A line for people"),
    ],
    primary_key: &["id"],
};

/// How many columns of [`ALIASES`] are always written; the others only where a row fills them.
pub(super) const ALIASES_ALWAYS: usize = 6;

/// `aliases*.tsv`.
pub(super) static ALIASES: Schema<11> = Schema {
    columns: [
        required("id", Holds::Pattern(ID_PATTERN), "The entity that bears the name"),
        required("alias", Holds::Text, "The surface form, in Unicode NFC"),
        optional("lang", Holds::Pattern(LANG_PATTERN), "BCP 47 language tag; empty if unknown"),
        optional("kind", Holds::OneOf(alias_kinds), "What the alias is to its entity; empty means alternate"),
        optional("source", Holds::Text, "Where the alias was taken from"),
        optional("note", Holds::Text, "A remark for people"),
        optional(
            "article",
            Holds::OneOf(article_values),
            "How the article ال belongs to the alias; empty if unknown",
        ),
        optional("number", Holds::OneOf(|| NUMBERS.to_vec()), "Grammatical number"),
        optional("gender", Holds::OneOf(|| GENDERS.to_vec()), "Grammatical gender"),
        optional("valid_from", Holds::Pattern(DATE_PATTERN), "First day, month or year of use"),
        optional("valid_to", Holds::Pattern(DATE_PATTERN), "Last day, month or year of use"),
    ],
    primary_key: &[],
};

/// `overrides.tsv`.
pub(super) static OVERRIDES: Schema<5> = Schema {
    columns: [
        required("action", Holds::OneOf(|| ACTIONS.to_vec()), "What to do"),
        optional("id", Holds::Pattern(ID_PATTERN), "The entity: of block, redirect and remove"),
        optional("alias", Holds::Text, "The surface form: of block and not_a_name"),
        optional("target", Holds::Pattern(ID_PATTERN), "The ID that answers for id: of redirect"),
        optional("note", Holds::Text, "A remark for people"),
    ],
    primary_key: &[],
};

/// Values of the column `number`.
pub(super) const NUMBERS: [&str; 3] = ["singular", "dual", "plural"];
/// Values of the column `gender`.
pub(super) const GENDERS: [&str; 3] = ["masculine", "feminine", "common"];
/// Values of the column `action`.
pub(super) const ACTIONS: [&str; 4] = ["block", "redirect", "remove", "not_a_name"];

pub(super) fn alias_kinds() -> Vec<&'static str> {
    AliasKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

pub(super) fn article_values() -> Vec<&'static str> {
    Article::ALL.iter().map(|article| article.as_str()).filter(|value| !value.is_empty()).collect()
}

pub(crate) const fn required(name: &'static str, holds: Holds, description: &'static str) -> Column {
    Column { name, holds, required: true, description }
}

pub(crate) const fn optional(name: &'static str, holds: Holds, description: &'static str) -> Column {
    Column { name, holds, required: false, description }
}
