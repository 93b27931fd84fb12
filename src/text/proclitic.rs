//! Proclitics: و ف ب ل ك and ال, written attached to the name that follows.
//!
//! The pattern is `(و|ف)? (ب|ل|ك)? (ال)?`, on the first token only; the article may stand on every token of an
//! adjective (الكوري الشمالي). ل and ال melt into لل, which has three readings. Nothing is stripped for good: every
//! first letter of a name is also a proclitic (وارسو, برلين, لبنان), so a reading counts only if an alias is found
//! under it, and never against an alias that the whole name finds.

use super::letters::{self, ALEF, ARTICLE, LAM};

/// One way to read a name as proclitics and a remainder.
#[derive(Clone, Debug, PartialEq)]
pub struct Stripped {
    /// What was taken off, in order: `و`, `لل`, `وال` …
    pub proclitics: String,
    /// What is left, with the article restored where ل had swallowed it.
    pub tokens: Vec<String>,
    /// Whether an article was taken off, and not restored.
    pub without_article: bool,
    /// What stripping costs, in the unit of edits.
    pub cost: f32,
    /// How likely a name is written with these proclitics, beside one without, in powers of ten.
    pub evidence: f32,
}

/// Every way to strip proclitics off `tokens` (of a K0 key), fewest letters first.
///
/// The first token of a remainder has at least two letters, so that two-letter names stay whole; or the remainder is
/// three or more initials (لأ ف ب).
pub fn readings(tokens: &[&str]) -> Vec<Stripped> {
    let Some((&first, rest)) = tokens.split_first() else { return Vec::new() };
    if !first.starts_with(letters::is_arabic) {
        return Vec::new();
    }
    let mut readings = Vec::new();
    for conjunction in &CONJUNCTIONS {
        let Some(after) = first.strip_prefix(conjunction.letters) else { continue };
        for preposition in &PREPOSITIONS {
            let Some(after) = after.strip_prefix(preposition.letters) else { continue };
            let stem = Stem {
                proclitics: format!("{}{}", conjunction.letters, preposition.letters),
                cost: conjunction.cost + preposition.cost,
                // A letter that is there makes the next one likelier: of two, the rarer says most of it.
                evidence: conjunction.evidence.min(preposition.evidence)
                    + FURTHER_EVIDENCE * conjunction.evidence.max(preposition.evidence),
            };
            stem.push_readings(after, rest, &mut readings);
        }
    }
    readings.retain(|reading| is_name_like(&reading.tokens));
    readings.sort_by_key(|reading| reading.proclitics.len());
    readings.dedup();
    readings
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
/// The share of the commoner of two proclitics' evidence that counts beside the rarer's.
const FURTHER_EVIDENCE: f32 = 0.5;
/// Adjectives of place bear the article as often as not.
const BEFORE_NAME: Proclitic = proclitic(ARTICLE, 0.13, -0.8);

struct Stem {
    proclitics: String,
    cost: f32,
    evidence: f32,
}

impl Stem {
    fn push_readings(&self, remainder: &str, rest: &[&str], readings: &mut Vec<Stripped>) {
        if !self.proclitics.is_empty() {
            readings.push(self.reading("", remainder, rest, false));
        }
        if let Some(bare) = remainder.strip_prefix(ARTICLE) {
            readings.push(self.reading(ARTICLE, bare, rest, true));
            let bare_rest: Vec<&str> = rest.iter().map(|t| t.strip_prefix(ARTICLE).unwrap_or(t)).collect();
            if bare_rest != rest {
                readings.push(self.reading(ARTICLE, bare, &bare_rest, true));
            }
        }
        // للكويت: after the first ل was taken, the second is ل of the article, whose alef is not written.
        if self.proclitics.ends_with(LAM)
            && let Some(bare) = remainder.strip_prefix(LAM)
        {
            let lam = LAM.to_string();
            readings.push(self.reading(&lam, &format!("{ALEF}{LAM}{bare}"), rest, false));
            readings.push(self.reading(&lam, &format!("{ALEF}{LAM}{LAM}{bare}"), rest, false));
            readings.push(self.reading(&lam, bare, rest, true));
        }
    }

    fn reading(&self, article: &str, first: &str, rest: &[&str], without_article: bool) -> Stripped {
        let tokens = std::iter::once(first).chain(rest.iter().copied()).filter(|token| !token.is_empty());
        Stripped {
            proclitics: format!("{}{article}", self.proclitics),
            tokens: tokens.map(str::to_owned).collect(),
            without_article,
            cost: self.cost + if article.is_empty() { 0.0 } else { BEFORE_NAME.cost },
            evidence: self.evidence + if article.is_empty() { 0.0 } else { BEFORE_NAME.evidence },
        }
    }
}

fn is_name_like(tokens: &[String]) -> bool {
    let is_initial = |token: &String| token.chars().count() == 1;
    tokens.first().is_some_and(|first| !is_initial(first))
        || tokens.len() >= 3 && tokens.iter().all(is_initial)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remainders(name: &str) -> Vec<String> {
        let tokens: Vec<&str> = name.split(' ').collect();
        readings(&tokens).into_iter().map(|r| format!("{}+{}", r.proclitics, r.tokens.join(" "))).collect()
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
        assert_eq!(readings(&[]), Vec::new());
    }

    #[test]
    fn never_strips_a_hamza_as_the_article() {
        assert!(remainders("ألبانيا").is_empty());
        assert_eq!(remainders("بألبانيا"), ["ب+ألبانيا"]);
    }
}
