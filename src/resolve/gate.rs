//! [`Gate`]: why an alias that looks like a query is not taken for its name.

/// Why an alias that looks like a query is not taken for its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// The alias is one token of up to three letters: every edit makes another name of it.
    ShortAlias,
    /// A token of the query is a well-known name of its own, and not another spelling of the alias's.
    OtherName,
    /// The edits cost too much for names of this length.
    TooFar,
}
