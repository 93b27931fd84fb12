//! [`Stage`] and [`Stages`]: the tiers and gates of a resolution by name, so that each can be left out and what it
//! contributes be measured.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::model::Tier;

/// A part of a resolution that can be left out: a tier, a gate, or a feature of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Stage {
    /// Tier ORTHOGRAPHIC: names that K1 or K2 makes equal.
    Orthographic,
    /// Tier PROCLITIC: the forms without attached و ف ب ل ك ال.
    Proclitic,
    /// Tier PARTIAL: heads dropped, tokens reordered or left out, family names alone.
    Partial,
    /// Tier TRANSLITERATION: edits of sound, candidates by skeleton, an article on one side only.
    Transliteration,
    /// Tier FUZZY: edits of typing.
    Fuzzy,
    /// Tier CROSS_SCRIPT: names in the other script, Latin or Arabic, that sound alike.
    CrossScript,
    /// Gate: later tiers run only if nothing is known.
    ExactBlocksFuzzy,
    /// Gate: an ordinary word or a title is no spelling of a name but the exact one.
    OrdinaryWords,
    /// Gate: a well-known name is no spelling of another.
    WellKnownNames,
    /// Gate: names of as many tokens are compared token by token, so that one can tell them apart.
    DecisiveToken,
    /// Gate: of a person's name only the family name stands alone, and only if it is nobody's given name.
    GivenNames,
    /// Gate: an alias of one token of up to three letters takes no edits.
    ShortAliases,
    /// Gate: a token of one person's name is no slip of another's.
    OtherPerson,
    /// Feature: one slip counts as far as the gazetteer lists the names that it is asked for.
    Coverage,
    /// Feature: prominent entities are likelier meant.
    Rank,
}

impl Stage {
    /// Every stage: the tiers in their order, then gates, then features of the score.
    pub const ALL: [Self; 15] = [
        Self::Orthographic,
        Self::Proclitic,
        Self::Partial,
        Self::Transliteration,
        Self::Fuzzy,
        Self::CrossScript,
        Self::ExactBlocksFuzzy,
        Self::OrdinaryWords,
        Self::WellKnownNames,
        Self::DecisiveToken,
        Self::GivenNames,
        Self::ShortAliases,
        Self::OtherPerson,
        Self::Coverage,
        Self::Rank,
    ];

    /// The name of the stage; it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Orthographic => "orthographic",
            Self::Proclitic => "proclitic",
            Self::Partial => "partial",
            Self::Transliteration => "transliteration",
            Self::Fuzzy => "fuzzy",
            Self::CrossScript => "cross-script",
            Self::ExactBlocksFuzzy => "exact-blocks-fuzzy",
            Self::OrdinaryWords => "ordinary-words",
            Self::WellKnownNames => "well-known-names",
            Self::DecisiveToken => "decisive-token",
            Self::GivenNames => "given-names",
            Self::ShortAliases => "short-aliases",
            Self::OtherPerson => "other-person",
            Self::Coverage => "coverage",
            Self::Rank => "rank",
        }
    }

    /// The stage that makes hits of a tier; none for EXACT, without which nothing is left to measure.
    const fn of_tier(tier: Tier) -> Option<Self> {
        match tier {
            Tier::Exact => None,
            Tier::Orthographic => Some(Self::Orthographic),
            Tier::Proclitic => Some(Self::Proclitic),
            Tier::Partial => Some(Self::Partial),
            Tier::Transliteration => Some(Self::Transliteration),
            Tier::Fuzzy => Some(Self::Fuzzy),
            Tier::CrossScript => Some(Self::CrossScript),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Stage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// No stage has such a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no stage is called `{}`; known are {}", .name.escape_debug(), Stage::ALL.map(Stage::as_str).join(", "))]
pub struct UnknownStage {
    /// The name as it was given.
    pub name: String,
}

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(name: &str) -> Result<Self, UnknownStage> {
        let named = Self::ALL.into_iter().find(|stage| stage.as_str() == name);
        named.ok_or_else(|| UnknownStage { name: name.to_owned() })
    }
}

/// A set of stages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stages(u16);

impl Stages {
    /// No stage.
    pub const NONE: Self = Self(0);

    /// Whether a stage is in the set. O(1).
    pub const fn contains(self, stage: Stage) -> bool {
        self.0 & 1 << stage as u8 != 0
    }

    /// The set with a stage more.
    #[must_use]
    pub const fn with(self, stage: Stage) -> Self {
        Self(self.0 | 1 << stage as u8)
    }

    /// Whether there is no stage in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The stages, in the order of [`Stage::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Stage> {
        Stage::ALL.into_iter().filter(move |&stage| self.contains(stage))
    }

    /// Whether the stage that makes hits of a tier is in the set.
    pub(super) fn contains_tier(self, tier: Tier) -> bool {
        Stage::of_tier(tier).is_some_and(|stage| self.contains(stage))
    }
}

impl FromIterator<Stage> for Stages {
    fn from_iter<I: IntoIterator<Item = Stage>>(stages: I) -> Self {
        stages.into_iter().fold(Self::NONE, Self::with)
    }
}

/// The names with commas between them; nothing for no stage.
impl fmt::Display for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(Stage::as_str).collect();
        f.pad(&names.join(", "))
    }
}

/// As a list of names.
impl Serialize for Stages {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_and_read_as_they_are_written() {
        let names = Stage::ALL.map(Stage::as_str);
        assert_eq!(
            names[..6],
            ["orthographic", "proclitic", "partial", "transliteration", "fuzzy", "cross-script"]
        );
        for stage in Stage::ALL {
            assert_eq!(stage.to_string().parse(), Ok(stage));
        }
        assert_eq!(names.iter().collect::<std::collections::HashSet<_>>().len(), names.len());
    }

    #[test]
    fn what_is_no_stage_is_told_with_what_is() {
        for name in ["", "Fuzzy", "fuzzy ", "exact", "cross_script"] {
            let error = name.parse::<Stage>().unwrap_err();
            assert_eq!(error, UnknownStage { name: name.to_owned() });
            assert!(error.to_string().contains("known are orthographic, proclitic"), "{error}");
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        for stage in Stage::ALL {
            let alone = Stages::NONE.with(stage);
            assert_eq!(alone.iter().collect::<Vec<_>>(), [stage]);
            assert!(!Stages::NONE.contains(stage) && !alone.is_empty());
        }
        let set: Stages = [Stage::Rank, Stage::Fuzzy, Stage::Rank].into_iter().collect();
        assert_eq!(set.to_string(), "fuzzy, rank");
        assert_eq!(serde_json::to_value(set).unwrap(), serde_json::json!(["fuzzy", "rank"]));
        assert_eq!(Stage::ALL.into_iter().collect::<Stages>().iter().count(), Stage::ALL.len());
        assert!(Stages::default().is_empty() && Stages::NONE.to_string().is_empty());
    }

    #[test]
    fn every_tier_but_the_exact_one_can_be_left_out() {
        let tiers: Stages = Stage::ALL[..6].iter().copied().collect();
        assert!(tiers.contains_tier(Tier::Orthographic) && tiers.contains_tier(Tier::CrossScript));
        assert!(!tiers.contains_tier(Tier::Exact));
        assert!(!Stages::NONE.with(Stage::Rank).contains_tier(Tier::Fuzzy));
    }
}
