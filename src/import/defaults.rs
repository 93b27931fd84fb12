//! [`Defaults`]: what a user says of a source that leaves it unsaid.

use crate::model::{AliasKind, CountryCode, EntityType, Rank};

/// What holds of entities and names where the source does not say it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults {
    /// The type of entities; `other` if there is none.
    pub entity_type: Option<EntityType>,
    /// The country of entities.
    pub country: Option<CountryCode>,
    /// The prominence of entities.
    pub rank: Option<Rank>,
    /// The language of names, as a BCP 47 tag.
    pub lang: Option<String>,
    /// The kind of aliases; `alternate` if there is none.
    pub kind: Option<AliasKind>,
}
