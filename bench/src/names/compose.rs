//! Names of one to four tokens, of people, places and organisations.

use fastrand::Rng;

use super::respell::respelling;
use super::tables::{CITY_NOUNS, Noun, ORGANIZATION_NOUNS, REGION_NOUNS};
use super::{Pool, Script, Token, Vocabulary};

/// What a generated entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A person.
    Person,
    /// A populated place.
    City,
    /// A division of a country, or another part of the land.
    Region,
    /// An organisation or company.
    Organization,
}

impl Sort {
    /// As the column `type` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::City => "city",
            Self::Region => "region",
            Self::Organization => "organization",
        }
    }

    /// How many in a hundred names of the sort have one token, two, three; the rest has four. Nouns not counted.
    const fn lengths(self) -> [u32; 3] {
        match self {
            Self::Person => [0, 58, 34],
            Self::City => [18, 45, 30],
            Self::Region | Self::Organization => [12, 68, 18],
        }
    }

    /// Generic nouns, and how many in a hundred names of the sort have one.
    const fn nouns(self) -> (&'static [Noun], u32) {
        match self {
            Self::Person => (&[], 0),
            Self::City => (CITY_NOUNS, 6),
            Self::Region => (REGION_NOUNS, 60),
            Self::Organization => (ORGANIZATION_NOUNS, 70),
        }
    }
}

/// So many in a hundred tokens are none of the bundled packs: large gazetteers never cease to bring new ones.
const INVENTED: u32 = 9;

/// A name in both scripts.
#[derive(Clone, Debug)]
pub struct Name<'v> {
    tokens: Vec<Token<'v>>,
    noun: Option<Noun>,
}

impl<'v> Name<'v> {
    /// Draws a name of a sort.
    pub fn draw(rng: &mut Rng, vocabulary: &'v Vocabulary, sort: Sort) -> Self {
        let count = token_count(rng, sort);
        let tokens = (0..count).map(|i| draw_token(rng, vocabulary, sort, i, count)).collect();
        let (nouns, share) = sort.nouns();
        let noun = if rng.u32(..100) < share { rng.choice(nouns).copied() } else { None };
        Self { tokens, noun }
    }

    /// The name with one token spelled otherwise in `script`; `None` if no other spelling comes to mind.
    pub fn respelled(&self, rng: &mut Rng, vocabulary: &'v Vocabulary, script: Script) -> Option<Self> {
        let i = rng.usize(..self.tokens.len());
        let spelling = respelling(rng, vocabulary, &self.tokens[i], script)?;
        let mut name = self.clone();
        name.tokens[i].respell(script, spelling);
        Some(name)
    }

    /// The name as a script writes it.
    pub fn written(&self, script: Script) -> String {
        let (before, after) = self.noun.map_or(("", ""), |noun| noun.around(script));
        let mut written = String::with_capacity(64);
        written.push_str(before);
        for (i, token) in self.tokens.iter().enumerate() {
            if i > 0 {
                written.push(' ');
            }
            written.push_str(token.spelling(script));
        }
        written.push_str(after);
        written
    }
}

fn token_count(rng: &mut Rng, sort: Sort) -> usize {
    let mut left = rng.u32(..100);
    for (i, share) in sort.lengths().into_iter().enumerate() {
        if left < share {
            return i + 1;
        }
        left -= share;
    }
    4
}

/// Draws the token at `i` of `count`.
fn draw_token<'v>(
    rng: &mut Rng,
    vocabulary: &'v Vocabulary,
    sort: Sort,
    i: usize,
    count: usize,
) -> Token<'v> {
    // A name of one token is new, or it would be another's.
    if count == 1 || rng.u32(..100) < INVENTED {
        return vocabulary.invent(rng);
    }
    let is_last = i + 1 == count;
    let pool = match (sort, rng.u32(..100)) {
        (Sort::Person, 0..70) if is_last => Pool::Family,
        (Sort::Person, 0..85) if !is_last => Pool::Given,
        (Sort::Person, _) => Pool::Place,
        // Much is named after people.
        (_, 0..4) => Pool::Given,
        (_, 4..8) => Pool::Family,
        _ => Pool::Place,
    };
    vocabulary.draw(rng, pool)
}
