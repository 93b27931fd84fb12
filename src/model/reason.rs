//! [`Reason`]: why an entity was chosen for a name, or why not; and [`BlockAction`], what an override did to it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::InvalidToken;

token_enum! {
    /// Why an entity was chosen for a name, or why not. A stable code for programs.
    Reason, "a reason", "SCREAMING_SNAKE_CASE" {
        /// It is meant: the name resolves to it.
        Chosen = "CHOSEN",
        /// A candidate that cannot be told apart from another one.
        Ambiguous = "AMBIGUOUS",
        /// A candidate, but another one is so much likelier that it is told apart.
        Outscored = "OUTSCORED",
        /// A candidate, but it is too likely that something is meant which no pack lists.
        LowScore = "LOW_SCORE",
        /// A candidate, but below the least score that the caller accepts.
        BelowMinScore = "BELOW_MIN_SCORE",
        /// An override removes the entity.
        Removed = "REMOVED",
        /// No pack gives the entity a name.
        NoAlias = "NO_ALIAS",
        /// An override blocks the name for this entity.
        Blocked = "BLOCKED",
        /// An override says that the name is none at all.
        NotAName = "NOT_A_NAME",
        /// The caller wants other types.
        TypeFilter = "TYPE_FILTER",
        /// The caller wants entities of a higher rank.
        RankFilter = "RANK_FILTER",
        /// The caller allows fewer edits than lie between name and alias.
        MaxEdits = "MAX_EDITS",
        /// Another alias met the name at once, and a known name is never taken for a slip.
        KnownName = "KNOWN_NAME",
        /// The name is an ordinary word, which only folds or edits make equal to the alias.
        OrdinaryWord = "ORDINARY_WORD",
        /// A title or noun before the name asks for an entity of another type.
        HeadType = "HEAD_TYPE",
        /// The two differ by an article that belongs to the name.
        Article = "ARTICLE",
        /// The name is a part of the alias that does not tell whom it means, such as a given name.
        PartOfName = "PART_OF_NAME",
        /// The name, or what is left of it, is too short to take edits.
        ShortName = "SHORT_NAME",
        /// The alias is too short to take edits.
        ShortAlias = "SHORT_ALIAS",
        /// The name, or a word of it, is a well-known name of its own, and not a spelling of the alias.
        OtherName = "OTHER_NAME",
        /// What differs is of another person's name.
        OtherPerson = "OTHER_PERSON",
        /// Name and alias are near enough, but the search, which is bounded, does not meet the alias.
        SearchBound = "SEARCH_BOUND",
        /// Name and aliases are too far from each other.
        TooFar = "TOO_FAR",
    }
}

token_enum! {
    /// What an override does to a name.
    BlockAction, "an action", "snake_case" {
        /// The name never means one entity.
        Block = "block",
        /// The name means nothing.
        NotAName = "not_a_name",
    }
}
