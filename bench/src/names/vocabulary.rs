//! The tokens of the bundled packs, each in both scripts, drawn as often as they occur there.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use fastrand::Rng;
use rayon::prelude::*;
use yaqut::pack::{EntityRow, Pack, parse};
use yaqut::store::bundled_packs;
use yaqut::text::{align_cross_script, cross_script_budget, is_arabic, safe_fold};

use super::Script;
use crate::Result;

/// A token as both scripts write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Token<'v> {
    /// In Latin letters.
    pub latin: Cow<'v, str>,
    /// In Arabic letters.
    pub arabic: Cow<'v, str>,
}

impl<'v> Token<'v> {
    fn borrowed(&'v self) -> Self {
        Self { latin: Cow::Borrowed(&self.latin), arabic: Cow::Borrowed(&self.arabic) }
    }

    /// Its spelling in a script.
    pub fn spelling(&self, script: Script) -> &str {
        match script {
            Script::Latin => &self.latin,
            Script::Arabic => &self.arabic,
        }
    }

    /// Sets its spelling in a script.
    pub fn respell(&mut self, script: Script, spelling: Cow<'v, str>) {
        match script {
            Script::Latin => self.latin = spelling,
            Script::Arabic => self.arabic = spelling,
        }
    }
}

/// Where in a name a token was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    /// Not last in the name of a person.
    Given,
    /// Last in the name of a person.
    Family,
    /// In the name of anything else.
    Place,
}

/// A fact of an entity of the packs that generated ones take over.
#[derive(Clone, Debug)]
pub struct Fact {
    /// ISO 3166-1 alpha-2; empty if unknown.
    pub country: String,
    /// A line for people.
    pub description: String,
}

/// The tokens of the bundled packs.
pub struct Vocabulary {
    tokens: Vec<Token<'static>>,
    /// For each [`Pool`], a token's index as often as it occurs.
    occurrences: [Vec<u32>; 3],
    /// The tokens that are written so.
    by_spelling: HashMap<String, Vec<u32>>,
    /// Beginnings and ends of tokens, cut at the same sound in both scripts.
    beginnings: Vec<Token<'static>>,
    ends: Vec<Token<'static>>,
    /// People, and all else.
    facts: [Vec<Fact>; 2],
    names: Vec<String>,
    ids: HashSet<String>,
}

/// So many tokens of each pool are cut into halves of new ones.
const MAX_CUT: usize = 8_000;

impl Vocabulary {
    /// Reads the packs that are built into the crate; takes a second or two.
    pub fn bundled() -> Result<Self> {
        let mut packs = Vec::new();
        for pack in bundled_packs() {
            let parsed = parse(&pack.unpack()?);
            packs.push(parsed.pack.ok_or_else(|| format!("the bundled pack {} has errors", pack.name()))?);
        }
        Ok(Self::new(&packs))
    }

    fn new(packs: &[Pack]) -> Self {
        let names: Vec<Bilingual> = packs.iter().flat_map(bilingual_names).collect();
        let met: Vec<Vec<(Pool, Token<'static>)>> = names.par_iter().map(Bilingual::tokens).collect();
        let mut vocabulary = Self {
            tokens: Vec::new(),
            occurrences: [const { Vec::new() }; 3],
            by_spelling: HashMap::new(),
            beginnings: Vec::new(),
            ends: Vec::new(),
            facts: facts(packs),
            names: packs.iter().flat_map(names_of).collect(),
            ids: packs.iter().flat_map(ids_of).collect(),
        };
        let mut ordinals = HashMap::new();
        for (pool, token) in met.into_iter().flatten() {
            vocabulary.add(&mut ordinals, pool, token);
        }
        let halves: Vec<_> = vocabulary
            .tokens
            .par_iter()
            .filter_map(cut)
            .collect::<Vec<_>>()
            .into_iter()
            .take(MAX_CUT)
            .collect();
        (vocabulary.beginnings, vocabulary.ends) = halves.into_iter().unzip();
        vocabulary
    }

    fn add(&mut self, ordinals: &mut HashMap<Token<'static>, u32>, pool: Pool, token: Token<'static>) {
        let ordinal = *ordinals.entry(token.clone()).or_insert_with(|| {
            let ordinal = self.tokens.len() as u32;
            for spelling in [&token.latin, &token.arabic] {
                self.by_spelling.entry(spelling.to_string()).or_default().push(ordinal);
            }
            self.tokens.push(token);
            ordinal
        });
        self.occurrences[pool as usize].push(ordinal);
    }

    /// Draws a token of a pool by how often it occurs.
    pub fn draw(&self, rng: &mut Rng, pool: Pool) -> Token<'_> {
        let occurrences = &self.occurrences[pool as usize];
        self.tokens[occurrences[rng.usize(..occurrences.len())] as usize].borrowed()
    }

    /// A token that no pack has, most likely: the beginning of one and the end of another.
    pub fn invent(&self, rng: &mut Rng) -> Token<'_> {
        let beginning = &self.beginnings[rng.usize(..self.beginnings.len())];
        let end = &self.ends[rng.usize(..self.ends.len())];
        let [latin, arabic] = [Script::Latin, Script::Arabic]
            .map(|script| Cow::Owned([beginning.spelling(script), end.spelling(script)].concat()));
        Token { latin, arabic }
    }

    /// Another spelling of `token` in `script` that the packs have for the same spelling in the other script.
    pub fn attested_spelling(&self, rng: &mut Rng, token: &Token<'_>, script: Script) -> Option<&str> {
        let tokens = self.by_spelling.get(token.spelling(script.other()))?;
        let spelling = self.tokens[tokens[rng.usize(..tokens.len())] as usize].spelling(script);
        (spelling != token.spelling(script)).then_some(spelling)
    }

    /// Country and description of an entity of the packs, a person's or another's.
    pub fn fact(&self, rng: &mut Rng, is_person: bool) -> &Fact {
        let facts = &self.facts[usize::from(!is_person)];
        &facts[rng.usize(..facts.len())]
    }

    /// All names of the packs.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether an entity of the packs bears the ID.
    pub fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }
}

/// A name of an entity in both scripts.
struct Bilingual<'p> {
    is_person: bool,
    latin: &'p str,
    arabic: &'p str,
}

impl Bilingual<'_> {
    /// Its tokens, if both scripts have as many; of these, the ones that sound alike.
    fn tokens(&self) -> Vec<(Pool, Token<'static>)> {
        let split = |name: &str| {
            name.split_whitespace().map(|token| Cow::Owned(token.to_owned())).collect::<Vec<_>>()
        };
        let (latin, arabic) = (split(self.latin), split(self.arabic));
        if latin.len() != arabic.len() {
            return Vec::new();
        }
        let last = latin.len() - 1;
        let tokens = latin.into_iter().zip(arabic).enumerate();
        let tokens = tokens.map(|(i, (latin, arabic))| (self.pool(i == last), Token { latin, arabic }));
        tokens
            .filter(|(_, token)| {
                token.latin.chars().next().is_some_and(char::is_uppercase) && sounds_alike(token)
            })
            .collect()
    }

    fn pool(&self, is_last: bool) -> Pool {
        match (self.is_person, is_last) {
            (true, false) => Pool::Given,
            (true, true) => Pool::Family,
            (false, _) => Pool::Place,
        }
    }
}

/// Languages whose Latin spellings are recombined; the packs know many more.
const LATIN_LANGUAGES: &[&str] = &["", "en", "fr", "de", "es", "it", "nl", "pl", "pt", "tr"];

/// Every name of an entity of `pack` with the first name in the other script.
fn bilingual_names(pack: &Pack) -> Vec<Bilingual<'_>> {
    let aliases = names_by_id(pack);
    let mut names = Vec::new();
    for entity in &pack.entities {
        let (Some([arabic, latin]), Some(Script::Latin)) =
            (aliases.get(entity.id.as_str()), script_of(&entity.name))
        else {
            continue;
        };
        let Some(&first) = arabic.first() else { continue };
        let is_person = is_person(entity);
        names.extend(arabic.iter().map(|arabic| Bilingual { is_person, latin: &entity.name, arabic }));
        let others = latin.iter().filter(|&&latin| latin != entity.name);
        names.extend(others.map(|latin| Bilingual { is_person, latin, arabic: first }));
    }
    names
}

/// The Arabic names and the Latin ones of every ID.
fn names_by_id(pack: &Pack) -> HashMap<&str, [Vec<&str>; 2]> {
    let mut names: HashMap<&str, [Vec<&str>; 2]> = HashMap::new();
    for alias in &pack.aliases {
        let names = names.entry(alias.id.as_str()).or_default();
        match script_of(&alias.alias) {
            Some(Script::Arabic) if alias.lang == "ar" => names[0].push(&alias.alias),
            Some(Script::Latin) if LATIN_LANGUAGES.contains(&alias.lang.as_str()) => {
                names[1].push(&alias.alias);
            }
            _ => {}
        }
    }
    names
}

fn is_person(entity: &EntityRow) -> bool {
    entity.entity_type.as_ref().is_some_and(|kind| kind.as_str() == "person")
}

/// The script of a name of letters, apostrophes, hyphens and spaces; `None` for any other name.
fn script_of(name: &str) -> Option<Script> {
    let mut letters = name.chars().filter(|c| !matches!(c, ' ' | '\'' | '’' | '-'));
    let first = letters.next()?;
    let is_of: fn(char) -> bool = if is_arabic(first) {
        |c| is_arabic(c) && c.is_alphabetic()
    } else {
        |c| c.is_alphabetic() && c < '\u{250}'
    };
    let script = if is_arabic(first) { Script::Arabic } else { Script::Latin };
    (is_of(first) && letters.all(is_of)).then_some(script)
}

/// Whether the two spellings of a token are one name.
fn sounds_alike(token: &Token<'_>) -> bool {
    let aligned = align_cross_script(&safe_fold(&token.latin), &safe_fold(&token.arabic));
    aligned.is_some_and(|aligned| aligned.cost <= cross_script_budget(aligned.letters))
}

/// Cuts a token near its middle, where both parts sound alike in both scripts.
fn cut(token: &Token<'_>) -> Option<(Token<'static>, Token<'static>)> {
    let (latin, arabic): (Vec<char>, Vec<char>) =
        (token.latin.chars().collect(), token.arabic.chars().collect());
    if latin.len() < 5 || arabic.len() < 4 || !latin.iter().chain(&arabic).all(|c| c.is_alphabetic()) {
        return None;
    }
    let at = (latin.len() / 2..latin.len() - 1).find(|&at| !is_vowel(latin[at]))?;
    let proportional = at * arabic.len() / latin.len();
    let part = |latin: &[char], arabic: &[char]| Token {
        latin: latin.iter().copied().collect(),
        arabic: arabic.iter().copied().collect(),
    };
    [proportional, proportional.saturating_sub(1), proportional + 1]
        .into_iter()
        .filter(|&cut| (2..arabic.len() - 1).contains(&cut))
        .map(|cut| (part(&latin[..at], &arabic[..cut]), part(&latin[at..], &arabic[cut..])))
        .find(|(beginning, end)| sounds_alike(beginning) && sounds_alike(end))
}

fn is_vowel(c: char) -> bool {
    matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

fn facts(packs: &[Pack]) -> [Vec<Fact>; 2] {
    let mut facts = [Vec::new(), Vec::new()];
    for entity in packs.iter().flat_map(|pack| &pack.entities) {
        let country = entity.country.as_ref().map_or("", |country| country.as_str()).to_owned();
        facts[usize::from(!is_person(entity))]
            .push(Fact { country, description: entity.description.clone() });
    }
    facts
}

fn names_of(pack: &Pack) -> impl Iterator<Item = String> {
    let names = pack.entities.iter().map(|entity| &entity.name);
    names.chain(pack.aliases.iter().map(|alias| &alias.alias)).filter(|name| !name.is_empty()).cloned()
}

fn ids_of(pack: &Pack) -> impl Iterator<Item = String> {
    let ids = pack.entities.iter().flat_map(|entity| std::iter::once(&entity.id).chain(&entity.same_as));
    ids.map(|id| id.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::testing::vocabulary;

    #[test]
    fn tokens_sound_alike_in_both_scripts() {
        let has = |latin: &str, arabic: &str| {
            vocabulary().tokens.iter().any(|token| token.latin == latin && token.arabic == arabic)
        };
        assert!(has("Boston", "بوسطن"));
        assert!(!has("Boston", "باريس"));
        assert!(vocabulary().tokens.len() > 20_000);
    }

    #[test]
    fn invented_tokens_sound_alike_most_of_the_time() {
        let mut rng = Rng::with_seed(7);
        let alike = (0..1_000).filter(|_| sounds_alike(&vocabulary().invent(&mut rng))).count();
        assert!(alike > 900, "{alike}");
    }

    #[test]
    fn other_spellings_come_from_the_packs() {
        let mut rng = Rng::with_seed(7);
        let gujarat = Token { latin: "Gujarat".into(), arabic: "غوجارات".into() };
        let spellings: HashSet<_> = (0..200)
            .filter_map(|_| vocabulary().attested_spelling(&mut rng, &gujarat, Script::Arabic))
            .collect();
        assert!(spellings.contains("جوجارات"), "{spellings:?}");
    }
}
