//! The words of the domain: identifiers, kinds, tiers and scores that every other room speaks in.
//!
//! Architecture invariant: this module knows nothing of the rest of the crate.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The stable name of an entity: a CURIE-like token such as `Q212`, `geonames:690791` or `yaqut:reuters`.
///
/// Non-empty, at most [`EntityId::MAX_BYTES`] bytes, without white space, control characters or `|`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EntityId(Box<str>);

impl EntityId {
    /// The longest identifier that is accepted, in bytes.
    pub const MAX_BYTES: usize = 128;

    /// Checks `text` and takes it as an identifier.
    pub fn new(text: &str) -> Result<Self, InvalidToken> {
        Self::check(text)?;
        Ok(Self(text.into()))
    }

    /// Whether `text` can be an identifier.
    pub(crate) fn check(text: &str) -> Result<(), InvalidToken> {
        check_token(text, Self::MAX_BYTES, "an entity ID", |c| c != '|')
    }

    /// Takes a text that [`Self::check`] has passed.
    pub(crate) fn from_checked(text: &str) -> Self {
        Self(text.into())
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first `:`; a Wikidata QID (`Q212`) has the namespace `wikidata`.
    ///
    /// ```
    /// # use yaqut::model::EntityId;
    /// assert_eq!(EntityId::new("geonames:690791").unwrap().namespace(), "geonames");
    /// assert_eq!(EntityId::new("Q212").unwrap().namespace(), "wikidata");
    /// ```
    pub fn namespace(&self) -> &str {
        namespace_of(&self.0)
    }
}

/// [`EntityId::namespace`] of an ID as text.
pub fn namespace_of(id: &str) -> &str {
    match id.split_once(':') {
        Some((namespace, _)) => namespace,
        None if is_qid(id) => "wikidata",
        None => "",
    }
}

impl Borrow<str> for EntityId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `text` is a Wikidata item identifier: `Q` and digits, the first not zero.
pub fn is_qid(text: &str) -> bool {
    text.strip_prefix('Q').is_some_and(|digits| {
        !digits.is_empty() && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// What sort of thing an entity is: one of [`EntityType::KNOWN`] or the pack owner's own lower-case token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EntityType(Box<str>);

impl EntityType {
    /// The types that Yaqut's own packs and rules use.
    pub const KNOWN: [&'static str; 11] = [
        "person",
        "country",
        "territory",
        "region",
        "city",
        "place",
        "organization",
        "company",
        "demonym_group",
        "event",
        "other",
    ];

    /// Checks `text` (lower-case ASCII letters, digits, `_`, `-`) and takes it as a type.
    pub fn new(text: &str) -> Result<Self, InvalidToken> {
        Self::check(text)?;
        Ok(Self(text.into()))
    }

    /// Whether `text` can be a type.
    pub(crate) fn check(text: &str) -> Result<(), InvalidToken> {
        check_token(text, 64, "an entity type", |c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-'
        })
    }

    /// Takes a text that [`Self::check`] has passed.
    pub(crate) fn from_checked(text: &str) -> Self {
        Self(text.into())
    }

    /// The type as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An ISO 3166-1 alpha-2 code, in upper case. Only the shape is checked, so user-assigned codes such as `XK` pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// Takes two ASCII letters, of either case.
    pub fn new(text: &str) -> Result<Self, InvalidToken> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(InvalidToken {
                what: "a country code",
                text: text.into(),
                rule: "two letters of ISO 3166-1 alpha-2, such as UA",
            }),
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Only ASCII letters get in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CountryCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn check_token(
    text: &str,
    max_bytes: usize,
    what: &'static str,
    allowed: impl Fn(char) -> bool,
) -> Result<(), InvalidToken> {
    let rule = if text.is_empty() {
        "it must not be empty"
    } else if text.len() > max_bytes {
        "it is too long"
    } else if text.chars().any(|c| c.is_whitespace() || c.is_control() || !allowed(c)) {
        "it must not hold white space, control characters, or signs outside its alphabet"
    } else {
        return Ok(());
    };
    Err(InvalidToken { what, text: text.into(), rule })
}

/// A token that breaks the rule of its sort.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not {what}: {rule}", .text.escape_debug())]
pub struct InvalidToken {
    what: &'static str,
    text: String,
    rule: &'static str,
}

macro_rules! token_enum {
    (
        $(#[$meta:meta])*
        $name:ident, $what:literal, $case:literal { $( $(#[$vmeta:meta])* $variant:ident = $token:literal, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = $case)]
        #[repr(u8)]
        pub enum $name { $( $(#[$vmeta])* $variant, )+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// The value as it is written in files and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $token, )+ }
            }

            /// The value whose discriminant is `byte`, as a segment stores it.
            pub fn from_byte(byte: u8) -> Option<Self> {
                Self::ALL.get(usize::from(byte)).copied()
            }
        }

        impl FromStr for $name {
            type Err = InvalidToken;

            fn from_str(text: &str) -> Result<Self, InvalidToken> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or_else(|| InvalidToken {
                    what: $what,
                    text: text.into(),
                    rule: concat!("expected one of", $( " ", $token, )+),
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

token_enum! {
    /// What an alias is to its entity; it weighs the score.
    AliasKind, "an alias kind", "snake_case" {
        /// The name to show in its language.
        Preferred = "preferred",
        /// Another full name or spelling.
        Alternate = "alternate",
        /// A short form, such as a family name alone.
        Short = "short",
        /// An abbreviation or a code.
        Abbreviation = "abbreviation",
        /// A word for the people or the adjective of a place.
        Demonym = "demonym",
        /// A name that is no longer in use.
        Former = "former",
        /// A known misspelling: found, never shown.
        Misspelling = "misspelling",
        /// Found, never shown.
        Hidden = "hidden",
    }
}

impl AliasKind {
    /// Whether an alias of this kind may be shown as a name of its entity.
    pub const fn is_shown(self) -> bool {
        !matches!(self, Self::Misspelling | Self::Hidden | Self::Demonym)
    }
}

token_enum! {
    /// How the article ال belongs to an Arabic alias.
    Article, "an article value", "snake_case" {
        /// Not stated: the alias is found as it is written.
        Unknown = "",
        /// It always belongs to the name (السيسي): the form without it is another word.
        Lexical = "lexical",
        /// The name is written with and without it (الناتو, ناتو).
        Optional = "optional",
        /// The name has none.
        None = "none",
    }
}

token_enum! {
    /// The worst step between a query and the alias that it met, from best to worst.
    ///
    /// A function of the two strings alone, not of the path a search took.
    Tier, "a tier", "SCREAMING_SNAKE_CASE" {
        /// Safe folds only (K0): marks, presentation forms, letter variants, case.
        Exact = "EXACT",
        /// Hamza and lossy folds (K1, K2), or other word divisions.
        Orthographic = "ORTHOGRAPHIC",
        /// An attached و ف ب ل ك ال was removed.
        Proclitic = "PROCLITIC",
        /// Titles or prepositions were dropped, tokens reordered, or a part of the name stands alone.
        Partial = "PARTIAL",
        /// Every edit is a sound-class row of the cost table, or an article stands on one side only.
        Transliteration = "TRANSLITERATION",
        /// At least one edit is a plain misspelling.
        Fuzzy = "FUZZY",
        /// The two are written in different scripts, Arabic and Latin, and sound alike.
        CrossScript = "CROSS_SCRIPT",
    }
}

mod reason;

pub use reason::{BlockAction, Reason};

token_enum! {
    /// The verdict on one query.
    Status, "a status", "SCREAMING_SNAKE_CASE" {
        /// One entity is meant: the canonical ID is set.
        Resolved = "RESOLVED",
        /// Several entities cannot be told apart: all are listed, none is chosen.
        Ambiguous = "AMBIGUOUS",
        /// Nothing in the gazetteer fits (NIL): an answer, not an error.
        NotFound = "NOT_FOUND",
        /// The query cannot be a name: the reason is given.
        Invalid = "INVALID",
    }
}

/// The probability that an entity is meant, given query and hints: 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Score(f32);

impl Score {
    /// Clamps `value` into 0–1; what is not a number becomes 0.
    pub fn new(value: f32) -> Self {
        Self(if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) })
    }

    /// The score as a number.
    pub const fn get(self) -> f32 {
        self.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

/// Prominence on one logarithmic scale from 0 to 1 that every importer uses; the formulas stand here alone.
///
/// A difference of rank is a ratio of prominence, whatever the sort of entity: every 0.125 less is a tenth of the people.
///
/// | people | rank | | articles | rank |
/// |--:|--:|---|--:|--:|
/// | 1,000 | 0.375 | | 1 | 0.116 |
/// | 15,000 | 0.522 | | 5 | 0.299 |
/// | 100,000 | 0.625 | | 20 | 0.508 |
/// | 1,000,000 | 0.750 | | 50 | 0.656 |
/// | 10,000,000 | 0.875 | | 100 | 0.770 |
/// | 100,000,000 or more | 1.000 | | 400 or more | 1.000 |
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Rank(f32);

impl Rank {
    /// The powers of ten between the ranks 0 and 1: of people, from one to a hundred million.
    pub const POWERS: f32 = 8.0;

    /// Takes a number from 0 to 1.
    pub fn new(value: f32) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// `log10(1 + people) / 8`, at most 1: 15,000 people are 0.52, a million 0.75.
    pub fn from_population(people: u64) -> Self {
        Self(((1.0 + people as f64).log10() / f64::from(Self::POWERS)).min(1.0) as f32)
    }

    /// The rank of a national capital: as a town of six times its people (0.1 more).
    #[must_use]
    pub fn as_capital(self) -> Self {
        Self((self.0 + 0.1).min(1.0))
    }

    /// `ln(1 + articles) / ln(401)`, at most 1, where `articles` counts the language editions of an encyclopedia.
    pub fn from_sitelinks(articles: u32) -> Self {
        Self((f64::from(articles).ln_1p() / 401_f64.ln()).min(1.0) as f32)
    }

    /// The rank as a number.
    pub const fn get(self) -> f32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_checked() {
        assert!(EntityId::new("Q212").is_ok());
        for bad in ["", "a b", "a|b", "a\tb", "a\u{7f}"] {
            assert!(EntityId::new(bad).is_err(), "{bad:?}");
        }
        assert!(EntityType::new("volcano").is_ok());
        assert!(EntityType::new("Volcano").is_err());
        assert_eq!(CountryCode::new("ua").unwrap().to_string(), "UA");
        assert!(CountryCode::new("UKR").is_err());
        assert!(is_qid("Q212") && !is_qid("Q") && !is_qid("Q0") && !is_qid("212"));
    }

    #[test]
    fn enumerations_read_what_they_write() {
        for &kind in AliasKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(AliasKind::from_byte(kind as u8), Some(kind));
        }
        for &tier in Tier::ALL {
            assert_eq!(tier.as_str().parse(), Ok(tier));
            assert_eq!(serde_json::to_string(&tier).unwrap(), format!("\"{tier}\""));
        }
        assert!(
            "nickname".parse::<AliasKind>().unwrap_err().to_string().contains("expected one of preferred")
        );
    }

    #[test]
    fn ranks_share_one_scale() {
        // The table in the documentation of `Rank`, in data/README.md and in docs/PACKS.md.
        for (people, rank) in [
            (1_000, 0.375),
            (15_000, 0.522),
            (100_000, 0.625),
            (1_000_000, 0.75),
            (10_000_000, 0.875),
            (100_000_000, 1.0),
        ] {
            assert!((Rank::from_population(people).get() - rank).abs() < 1e-3, "{people} people");
        }
        for (articles, rank) in [(1, 0.116), (5, 0.299), (20, 0.508), (50, 0.656), (100, 0.770), (400, 1.0)] {
            assert!((Rank::from_sitelinks(articles).get() - rank).abs() < 1e-3, "{articles} articles");
        }
        assert_eq!(Rank::from_population(0), Rank::from_sitelinks(0));
        assert!((Rank::from_population(1_000_000).as_capital().get() - 0.85).abs() < 1e-3);
        assert_eq!(Some(Rank::from_population(u64::MAX)), Rank::new(1.0));
        assert_eq!(Rank::new(1.1), None);
        assert_eq!(Rank::new(f32::NAN), None);
    }
}
