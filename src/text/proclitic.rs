//! Proclitics: و ف ب ل ك and ال, written attached to the name that follows.
//!
//! The pattern is `(و|ف)? (ب|ل|ك)? (ال)?`, on the first token only; the article may stand on every token of an
//! adjective (الكوري الشمالي). ل and ال melt into لل, which has three readings. Nothing is stripped for good: every
//! first letter of a name is also a proclitic (وارسو, برلين, لبنان), so a reading counts only if an alias is found
//! under it, and never against an alias that the whole name finds.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::letters::{ARTICLE, LAM};

/// One way to read a name as proclitics and a remainder.
#[derive(Clone, Debug, PartialEq)]
pub struct Stripped<'a> {
    /// What was taken off, in order: `و`, `لل`, `وال` …
    pub proclitics: &'static str,
    /// What is left, a K0 key, with the article restored where ل had swallowed it; borrowed if it is the end of the
    /// name.
    pub rest: Cow<'a, str>,
    /// Whether an article was taken off, and not restored.
    pub without_article: bool,
    /// What stripping costs, in the unit of edits.
    pub cost: f32,
    /// How likely a name is written with these proclitics, beside one without, in powers of ten.
    pub evidence: f32,
}

/// The readings of one name: few have more than three.
pub type Readings<'a> = SmallVec<[Stripped<'a>; 3]>;

/// Every way to strip proclitics off a K0 key, fewest letters first. Allocates only for a remainder that is not the end
/// of the name.
///
/// The first token of a remainder has at least two letters, so that two-letter names stay whole; or the remainder is
/// three or more initials (لأ ف ب).
pub fn readings(safe: &str) -> Readings<'_> {
    let mut readings = Readings::new();
    if !may_have_readings(safe) {
        return readings;
    }
    let (first, rest) = safe.split_once(' ').unwrap_or((safe, ""));
    for (i, conjunction) in CONJUNCTIONS.iter().enumerate() {
        let Some(after) = first.strip_prefix(conjunction.letters) else { continue };
        for (j, preposition) in PREPOSITIONS.iter().enumerate() {
            let Some(after) = after.strip_prefix(preposition.letters) else { continue };
            let stem = Stem {
                spellings: &SPELLINGS[i][j],
                is_lam: preposition.letters.ends_with(LAM),
                cost: conjunction.cost + preposition.cost,
                // A letter that is there makes the next one likelier: of two, the rarer says most of it.
                evidence: conjunction.evidence.min(preposition.evidence)
                    + FURTHER_EVIDENCE * conjunction.evidence.max(preposition.evidence),
            };
            stem.push_readings(Remainder { safe, first: after, rest }, &mut readings);
        }
    }
    readings.retain(|reading| is_name_like(&reading.rest));
    readings.sort_by_key(|reading| reading.proclitics.len());
    readings.dedup();
    readings
}

/// Whether [`readings`] may give any, by the first letter of a K0 key: of most names it tells that there are none.
#[inline]
pub fn may_have_readings(safe: &str) -> bool {
    safe.starts_with(FIRST_LETTERS)
}

/// A proclitic, what stripping it costs, and how often names in the press bear it, in powers of ten.
struct Proclitic {
    letters: &'static str,
    cost: f32,
    evidence: f32,
}

const fn proclitic(letters: &'static str, cost: f32, evidence: f32) -> Proclitic {
    Proclitic { letters, cost, evidence }
}

const CONJUNCTIONS: [Proclitic; 3] =
    [proclitic("", 0.0, 0.0), proclitic("و", 0.0, -1.0), proclitic("ف", 0.0, -2.3)];
const PREPOSITIONS: [Proclitic; 4] = [
    proclitic("", 0.0, 0.0),
    proclitic("ب", 0.07, -2.3),
    proclitic("ل", 0.07, -2.0),
    proclitic("ك", 0.07, -3.0),
];
/// The letters that proclitics begin with: most names begin with others.
const FIRST_LETTERS: [char; 6] = ['و', 'ف', 'ب', 'ل', 'ك', 'ا'];
/// The share of the commoner of two proclitics' evidence that counts beside the rarer's.
const FURTHER_EVIDENCE: f32 = 0.5;
/// Adjectives of place bear the article as often as not.
const BEFORE_NAME: Proclitic = proclitic(ARTICLE, 0.13, -0.8);

/// How conjunction and preposition are written together: alone, with the article, and with its ل alone.
struct Spellings {
    alone: &'static str,
    with_article: &'static str,
    with_lam: &'static str,
}

macro_rules! spellings {
    ($( [$( $stem:literal ),+] ),+) => {
        [$( [$( Spellings {
            alone: $stem,
            with_article: concat!($stem, "ال"),
            with_lam: concat!($stem, "ل"),
        } ),+] ),+]
    };
}

/// By the indexes of [`CONJUNCTIONS`] and [`PREPOSITIONS`].
static SPELLINGS: [[Spellings; PREPOSITIONS.len()]; CONJUNCTIONS.len()] =
    spellings![["", "ب", "ل", "ك"], ["و", "وب", "ول", "وك"], ["ف", "فب", "فل", "فك"]];

/// Conjunction and preposition, either of them perhaps empty.
struct Stem {
    spellings: &'static Spellings,
    /// Whether it ends in the preposition ل.
    is_lam: bool,
    cost: f32,
    evidence: f32,
}

/// What follows a stem.
#[derive(Clone, Copy)]
struct Remainder<'a> {
    /// The whole name.
    safe: &'a str,
    /// What is left of its first token.
    first: &'a str,
    /// Its other tokens.
    rest: &'a str,
}

impl<'a> Remainder<'a> {
    /// The remainder with `first` in place of its first token, which it is the end of.
    fn from(self, first: &'a str) -> Cow<'a, str> {
        let len = if self.rest.is_empty() { 0 } else { self.rest.len() + 1 };
        let end = self.safe.get(self.safe.len() - first.len() - len..).unwrap_or_default();
        Cow::Borrowed(end.trim_start_matches(' '))
    }

    /// The same, with other letters before it.
    fn with(self, letters: &str, first: &str) -> Cow<'a, str> {
        let division = if self.rest.is_empty() { "" } else { " " };
        Cow::Owned([letters, first, division, self.rest].concat())
    }

    /// The same, without the articles of the other tokens; `None` if they have none.
    fn without_articles(self, first: &str) -> Option<Cow<'a, str>> {
        if !self.rest.split(' ').any(|token| token.starts_with(ARTICLE)) {
            return None;
        }
        let others = self.rest.split(' ').map(|token| token.strip_prefix(ARTICLE).unwrap_or(token));
        let mut bare = first.to_owned();
        for token in others.filter(|token| !token.is_empty()) {
            if !bare.is_empty() {
                bare.push(' ');
            }
            bare.push_str(token);
        }
        Some(Cow::Owned(bare))
    }
}

impl Stem {
    fn push_readings<'a>(&self, remainder: Remainder<'a>, readings: &mut Readings<'a>) {
        let Spellings { alone, with_article, with_lam } = *self.spellings;
        if !alone.is_empty() {
            readings.push(self.reading(alone, remainder.from(remainder.first), false, None));
        }
        if let Some(bare) = remainder.first.strip_prefix(ARTICLE) {
            let article = Some(&BEFORE_NAME);
            readings.push(self.reading(with_article, remainder.from(bare), true, article));
            let without_articles = remainder.without_articles(bare);
            readings.extend(without_articles.map(|rest| self.reading(with_article, rest, true, article)));
        }
        // للكويت: after the first ل was taken, the second is ل of the article, whose alef is not written.
        if self.is_lam
            && let Some(bare) = remainder.first.strip_prefix(LAM)
        {
            let article = Some(&BEFORE_NAME);
            readings.push(self.reading(with_lam, remainder.with(ARTICLE, bare), false, article));
            readings.push(self.reading(with_lam, remainder.with(ARTICLE_AND_LAM, bare), false, article));
            readings.push(self.reading(with_lam, remainder.from(bare), true, article));
        }
    }

    fn reading<'a>(
        &self,
        proclitics: &'static str,
        rest: Cow<'a, str>,
        without_article: bool,
        article: Option<&Proclitic>,
    ) -> Stripped<'a> {
        Stripped {
            proclitics,
            rest,
            without_article,
            cost: self.cost + article.map_or(0.0, |article| article.cost),
            evidence: self.evidence + article.map_or(0.0, |article| article.evidence),
        }
    }
}

/// The article before a name that begins with ل.
const ARTICLE_AND_LAM: &str = "الل";

fn is_name_like(rest: &str) -> bool {
    let is_initial = |token: &str| token.chars().nth(1).is_none();
    let mut tokens = rest.split(' ');
    let first = tokens.next().unwrap_or_default();
    !first.is_empty() && (!is_initial(first) || tokens.clone().count() >= 2 && tokens.all(is_initial))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remainders(name: &str) -> Vec<String> {
        readings(name).into_iter().map(|r| format!("{}+{}", r.proclitics, r.rest)).collect()
    }

    #[test]
    fn finds_the_reading_that_is_meant() {
        for (name, reading) in [
            ("وأردوغان", "و+أردوغان"),
            ("والأوكرانية", "وال+أوكرانية"),
            ("لأوكرانيا", "ل+أوكرانيا"),
            ("للكويت", "لل+الكويت"),
            ("ولليمن", "ولل+اليمن"),
            ("للاذقية", "لل+اللاذقية"),
            ("للشبونة", "ل+لشبونة"),
            ("للأوكرانيين", "لل+أوكرانيين"),
            ("وبالقاهرة", "وب+القاهرة"),
            ("الكوري الشمالي", "ال+كوري شمالي"),
            ("الولايات المتحدة", "ال+ولايات المتحدة"),
            ("ل داعش", "ل+داعش"),
            ("لأ ف ب", "ل+أ ف ب"),
            ("و أ ف ب", "و+أ ف ب"),
            ("وال إمارات", "وال+إمارات"),
        ] {
            assert!(remainders(name).contains(&reading.to_owned()), "{name}: {:?}", remainders(name));
        }
    }

    #[test]
    fn leaves_alone_what_has_none() {
        assert_eq!(remainders("مصر"), Vec::<String>::new());
        assert_eq!(remainders("London"), Vec::<String>::new());
        assert_eq!(remainders("لد"), Vec::<String>::new());
        assert_eq!(remainders("ف ب ي"), Vec::<String>::new());
        assert!(readings("").is_empty());
    }

    #[test]
    fn never_strips_a_hamza_as_the_article() {
        assert!(remainders("ألبانيا").is_empty());
        assert_eq!(remainders("بألبانيا"), ["ب+ألبانيا"]);
    }
}
