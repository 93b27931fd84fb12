//! [`Case`]: a name, and what it must be resolved to.

use std::fmt;
use std::sync::Arc;

use crate::model::{CountryCode, EntityId, EntityType};
use crate::resolve::ResolveOptions;

/// One row of a case table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The name that is asked, as it stands in the table.
    pub name: String,
    /// What is right.
    pub expected: Expected,
    /// What makes the case hard: `hamza`, `vowel`, `space` …
    pub phenomenon: String,
    /// An entity that must not be chosen: the other half of a pair that is easily mistaken for one.
    pub forbidden: Option<EntityId>,
    /// What is known beside the name.
    pub hints: Hints,
    /// The form that a pack lists, for people; may be empty.
    pub label: String,
    /// Where the form is attested; may be empty.
    pub source: String,
    /// A remark for people.
    pub note: String,
    /// The table, as it is called in messages.
    pub file: Arc<str>,
    /// Line of the table, counted from 1.
    pub line: u32,
}

impl Case {
    /// The options with which the case is asked: its hints over `base`.
    pub fn options(&self, base: &ResolveOptions) -> ResolveOptions {
        let mut options = base.clone();
        if !self.hints.types.is_empty() {
            options.types.clone_from(&self.hints.types);
        }
        options.country = self.hints.country.or(options.country);
        if self.hints.language_code.is_some() {
            options.language_code.clone_from(&self.hints.language_code);
        }
        if !self.hints.context.is_empty() {
            options.context.clone_from(&self.hints.context);
        }
        options
    }
}

/// What the right answer to a case is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// `NOT_FOUND`: no entity is meant. Written `NIL`.
    Nil,
    /// `RESOLVED` to this entity, by whichever of its IDs.
    Entity(EntityId),
    /// `AMBIGUOUS`, with every one of these entities listed; two or more. Written with `|` between them.
    Homograph(Vec<EntityId>),
}

impl Expected {
    /// The entities that are meant; none for NIL.
    pub fn ids(&self) -> &[EntityId] {
        match self {
            Self::Nil => &[],
            Self::Entity(id) => std::slice::from_ref(id),
            Self::Homograph(ids) => ids,
        }
    }
}

/// As it is written in a table.
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::Nil {
            return f.write_str("NIL");
        }
        for (i, id) in self.ids().iter().enumerate() {
            let separator = if i == 0 { "" } else { "|" };
            write!(f, "{separator}{id}")?;
        }
        Ok(())
    }
}

/// What a case says beside its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hints {
    /// Only entities of one of these types; empty for all.
    pub types: Vec<EntityType>,
    /// Entities of this country are preferred.
    pub country: Option<CountryCode>,
    /// Aliases of this BCP 47 language are preferred.
    pub language_code: Option<String>,
    /// Words that stand near the name.
    pub context: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::super::testing::{case, id};
    use super::*;

    #[test]
    fn hints_of_a_case_win_over_the_options_of_the_run() {
        let base = ResolveOptions {
            country: CountryCode::new("OM").ok(),
            language_code: Some("en".into()),
            limit: 100,
            ..ResolveOptions::default()
        };
        let mut case = case("عمان", "Q3805");
        assert_eq!(case.options(&base), base);
        case.hints.country = CountryCode::new("JO").ok();
        case.hints.types = vec![EntityType::new("city").unwrap()];
        let options = case.options(&base);
        assert_eq!(options.country, CountryCode::new("JO").ok());
        assert_eq!((options.types, options.language_code), (case.hints.types, base.language_code));
        assert_eq!(options.limit, 100);
    }

    #[test]
    fn expectations_are_shown_as_they_are_written() {
        assert_eq!(Expected::Nil.to_string(), "NIL");
        assert_eq!(Expected::Entity(id("Q1")).to_string(), "Q1");
        assert_eq!(Expected::Homograph(vec![id("Q1"), id("Q2")]).to_string(), "Q1|Q2");
    }
}
