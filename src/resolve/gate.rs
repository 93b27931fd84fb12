//! [`Gate`]: why an alias that looks like a query is not taken for its name.

use std::fmt;

/// Why an alias that looks like a query is not taken for its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Gate {
    /// The alias is one token of up to three letters: every edit makes another name of it.
    ShortAlias,
    /// A token of the query is a well-known name of its own, and not another spelling of the alias's.
    OtherName(String),
    /// The edits cost too much for names of this length.
    TooFar { cost: f32 },
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShortAlias => write!(f, "an alias of one token of up to three letters takes no edits"),
            Self::OtherName(name) => write!(f, "{name} is a well-known name of its own"),
            Self::TooFar { cost } => {
                write!(f, "edits of cost {cost:.2} are too many for names of this length")
            }
        }
    }
}
