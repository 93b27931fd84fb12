//! Other spellings of a name: those of the alias tables, and slips of the hand.

use std::borrow::Cow;

use fastrand::Rng;

use super::tables::{ARABIC_RESPELLINGS, LATIN_RESPELLINGS, alphabet, confusable};
use super::{Script, Token, Vocabulary};

/// Spells `token` otherwise in `script`, as another writer would: as the packs do if they do, else by a rule; `None` if
/// none applies.
pub fn respelling<'v>(
    rng: &mut Rng,
    vocabulary: &'v Vocabulary,
    token: &Token<'v>,
    script: Script,
) -> Option<Cow<'v, str>> {
    if rng.bool()
        && let Some(spelling) = vocabulary.attested_spelling(rng, token, script)
    {
        return Some(Cow::Borrowed(spelling));
    }
    by_rule(rng, token.spelling(script), script).map(Cow::Owned)
}

/// Rules are tried so often; of a long token, most apply.
const MAX_RULES: usize = 16;

/// Applies a rule after the first letter, where it first can be.
fn by_rule(rng: &mut Rng, spelling: &str, script: Script) -> Option<String> {
    let rules = match script {
        Script::Arabic => ARABIC_RESPELLINGS,
        Script::Latin => LATIN_RESPELLINGS,
    };
    let first = spelling.chars().next()?.len_utf8();
    (0..MAX_RULES).find_map(|_| {
        let (from, to) = rules[rng.usize(..rules.len())];
        let at = first + spelling[first..].find(from)?;
        Some([&spelling[..at], to, &spelling[at + from.len()..]].concat())
    })
}

/// Misspells `name` by one edit of a letter: 45 % substitutions, of these 60 % between Arabic letters that are easily
/// taken for one another, 20 % insertions, 20 % deletions, 15 % transpositions.
///
/// What the edit does to the key is for the caller to see: a fold may undo it.
pub fn slip(rng: &mut Rng, name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let places: Vec<usize> = (0..letters.len()).filter(|&i| letters[i].is_alphabetic()).collect();
    let Some(&at) = rng.choice(&places) else { return name.to_owned() };
    let any = rng.choice(alphabet(letters[at]).chars().collect::<Vec<_>>()).unwrap_or('x');
    match rng.u32(..100) {
        0..45 => {
            let similar = if rng.u32(..100) < 60 { confusable(rng, letters[at]) } else { None };
            letters[at] = similar.unwrap_or(any);
        }
        45..65 => letters.insert(at + usize::from(rng.bool()), any),
        65..85 => drop(letters.remove(at)),
        _ => {
            let next = (at + 1).min(letters.len() - 1);
            letters.swap(at, next);
        }
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use strsim::osa_distance;

    use super::*;
    use crate::names::Pool;
    use crate::names::testing::vocabulary;

    #[test]
    fn a_slip_is_one_edit_at_most() {
        let mut rng = Rng::with_seed(7);
        let slips: Vec<String> = (0..2_000).map(|_| slip(&mut rng, "بيونغ يانغ")).collect();
        assert!(slips.iter().all(|slip| osa_distance(slip, "بيونغ يانغ") <= 1));
        assert!(slips.iter().any(|slip| slip.chars().count() == 9));
        assert!(slips.iter().any(|slip| slip.chars().count() == 11));
        assert_eq!(slip(&mut rng, ""), "");
    }

    #[test]
    fn a_respelling_differs_and_keeps_the_script() {
        let mut rng = Rng::with_seed(7);
        for script in [Script::Arabic, Script::Latin] {
            for _ in 0..500 {
                let token = vocabulary().draw(&mut rng, Pool::Place);
                if let Some(spelling) = respelling(&mut rng, vocabulary(), &token, script) {
                    assert_ne!(spelling, token.spelling(script));
                    let is_arabic = spelling.chars().any(yaqut::text::is_arabic);
                    assert_eq!(is_arabic, script == Script::Arabic, "{spelling}");
                }
            }
        }
    }
}
