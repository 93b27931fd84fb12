//! Names like real ones: tokens of the bundled packs, recombined in Arabic and Latin script at once.
//!
//! [`Vocabulary`] holds the tokens in pairs of the two scripts, [`compose`] makes names of them, [`respell`] spells one
//! otherwise, as the alias tables do.

pub mod compose;
pub mod respell;
mod tables;
mod vocabulary;

pub use vocabulary::{Pool, Token, Vocabulary};

/// The two scripts that are generated, half of the names each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Arabic letters.
    Arabic,
    /// Latin letters.
    Latin,
}

impl Script {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Arabic => Self::Latin,
            Self::Latin => Self::Arabic,
        }
    }
}

#[cfg(test)]
pub mod testing {
    use std::sync::LazyLock;

    use super::Vocabulary;

    /// Read once for all tests.
    pub fn vocabulary() -> &'static Vocabulary {
        static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::bundled().unwrap());
        &VOCABULARY
    }
}
