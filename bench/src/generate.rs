//! Packs of any size: entities with names in both scripts, written as `entities.tsv` and `aliases.tsv`.
//!
//! The same seed and size give the same bytes. Names are distinct by lookup key, among themselves and from the bundled
//! packs; so what a query was made from is what an answer should be. Memory holds one number a name, not the names.

use std::collections::HashSet;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use fastrand::Rng;
use yaqut::model::Rank;
use yaqut::pack::{DATAPACKAGE, License, Manifest, Pack, Source, write};
use yaqut::text::lookup_key;

use crate::Result;
use crate::names::compose::{Name, Sort};
use crate::names::{Script, Vocabulary};

/// A generated entity.
#[derive(Clone, Debug)]
pub struct Entity {
    /// A Wikidata-like or `geonames:` ID.
    pub id: String,
    /// What it is.
    pub sort: Sort,
    /// Names in the order of the alias table; the last Latin `preferred` one is the entity's name.
    pub aliases: Vec<Alias>,
    /// ISO 3166-1 alpha-2; empty if unknown.
    pub country: String,
    /// Prominence; `None` if unknown.
    pub rank: Option<Rank>,
    /// Another ID; empty if there is none.
    pub same_as: String,
    /// A line for people.
    pub description: String,
}

/// A name of a generated entity.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The name as it is written.
    pub text: String,
    /// BCP 47; empty if unknown.
    pub lang: &'static str,
    /// As the column `kind` has it.
    pub kind: &'static str,
}

/// Yields entities until they have as many names as were asked for.
pub struct Entities<'v> {
    vocabulary: &'v Vocabulary,
    rng: Rng,
    /// Hashes of the keys of all names so far.
    keys: HashSet<u64>,
    ids: Ids,
    names: u64,
    names_left: u64,
}

/// So many in a hundred names are those of entities with a Wikidata-like ID; these come first, for IDs are in order.
const WIKIDATA_SHARE: u64 = 60;
/// Languages of further Latin names; most have none, as in GeoNames.
const LATIN_LANGUAGES: &[&str] =
    &["", "", "", "", "", "", "en", "fr", "de", "es", "tr", "it", "nl", "pl", "id", "pt"];
/// Below which of a thousand how many names are drawn beside the two preferred ones.
const FURTHER_NAMES: &[(u32, usize)] =
    &[(590, 0), (775, 1), (860, 2), (920, 3), (955, 4), (980, 6), (1_000, 10)];
/// Names that are taken are drawn again so often.
const MAX_TRIES: u32 = 1_000;

impl<'v> Entities<'v> {
    /// Entities with `names` names in all, drawn by `seed`.
    pub fn new(vocabulary: &'v Vocabulary, names: u64, seed: u64) -> Self {
        let mut keys = HashSet::with_capacity(names as usize + vocabulary.names().len());
        keys.extend(vocabulary.names().iter().map(|name| key_hash(name)));
        Self { vocabulary, rng: Rng::with_seed(seed), keys, ids: Ids::new(names), names, names_left: names }
    }

    /// Whether some name has the lookup key of `name`.
    pub fn has_name(&self, name: &str) -> bool {
        self.keys.contains(&key_hash(name))
    }

    /// A name such as the others that none of them is.
    pub fn further_name(&mut self) -> String {
        let sort = self.draw_sort();
        let script = if self.rng.bool() { Script::Arabic } else { Script::Latin };
        self.new_name(sort, &[script]).written(script)
    }

    /// Draws a name whose spellings in `scripts` are new, and takes these.
    fn new_name(&mut self, sort: Sort, scripts: &[Script]) -> Name<'v> {
        for _ in 0..MAX_TRIES {
            let name = Name::draw(&mut self.rng, self.vocabulary, sort);
            let hashes: Vec<u64> = scripts.iter().map(|&script| key_hash(&name.written(script))).collect();
            if !hashes.iter().any(|hash| self.keys.contains(hash)) {
                self.keys.extend(hashes);
                return name;
            }
        }
        unreachable!("four tokens of tens of thousands give more names than memory holds")
    }

    /// Spells a name otherwise, so that it is new; `None` if no such spelling is found soon.
    fn new_variant(&mut self, name: &Name<'v>, script: Script) -> Option<Name<'v>> {
        (0..8).find_map(|_| {
            let variant = name.respelled(&mut self.rng, self.vocabulary, script)?;
            self.keys.insert(key_hash(&variant.written(script))).then_some(variant)
        })
    }

    fn is_wikidata(&self) -> bool {
        let written = self.names - self.names_left;
        written * 100 < self.names * WIKIDATA_SHARE
    }

    fn draw_sort(&mut self) -> Sort {
        let shares = if self.is_wikidata() { [45, 65, 85] } else { [0, 75, 100] };
        let at = self.rng.u32(..100);
        match shares.iter().position(|&share| at < share) {
            Some(0) => Sort::Person,
            Some(1) => Sort::City,
            Some(2) => Sort::Region,
            _ => Sort::Organization,
        }
    }

    /// Both names and other spellings of either, three in the mean.
    fn aliases(&mut self, sort: Sort) -> Vec<Alias> {
        let name = self.new_name(sort, &[Script::Arabic, Script::Latin]);
        let mut aliases = vec![
            Alias { text: name.written(Script::Arabic), lang: "ar", kind: "preferred" },
            Alias { text: name.written(Script::Latin), lang: "en", kind: "preferred" },
        ];
        let mut script = if self.rng.bool() { Script::Arabic } else { Script::Latin };
        let mut last = name.clone();
        for _ in 0..self.further_count() {
            script = script.other();
            // Some writers respell what another has respelled.
            let model = if self.rng.u32(..100) < 30 { &last } else { &name };
            if let Some(variant) = self.new_variant(&model.clone(), script) {
                aliases.push(self.variant(variant.written(script), script));
                last = variant;
            }
        }
        aliases.sort_by_key(|alias| alias.lang != "ar");
        aliases
    }

    /// Most entities have few names, some have many, as in the bundled pack of cities.
    fn further_count(&mut self) -> usize {
        let at = self.rng.u32(..1_000);
        let count = FURTHER_NAMES.iter().find(|&&(below, _)| at < below);
        count.map_or(0, |&(_, count)| count)
    }

    fn variant(&mut self, text: String, script: Script) -> Alias {
        let kind = match self.rng.u32(..100) {
            0..90 => "alternate",
            90..96 => "misspelling",
            _ => "former",
        };
        let lang = match script {
            Script::Arabic => "ar",
            Script::Latin => self.rng.choice(LATIN_LANGUAGES).copied().unwrap_or_default(),
        };
        Alias { text, lang, kind }
    }

    fn rank(&mut self, sort: Sort) -> Option<Rank> {
        // Pareto's law: few are large.
        let size = (1.0 - self.rng.f64()).powf(-0.9);
        let is_known = self.rng.u32(..100) < 90;
        is_known.then(|| match sort {
            Sort::City => Rank::from_population((300.0 * size).min(3.0e7) as u64),
            _ => Rank::from_sitelinks(size.min(400.0) as u32),
        })
    }
}

impl Iterator for Entities<'_> {
    type Item = Entity;

    fn next(&mut self) -> Option<Entity> {
        if self.names_left == 0 {
            return None;
        }
        let sort = self.draw_sort();
        let (id, same_as) = if self.is_wikidata() {
            self.ids.next_wikidata(&mut self.rng, self.vocabulary, sort == Sort::City)
        } else {
            (self.ids.next_geonames(&mut self.rng, self.vocabulary), String::new())
        };
        let mut aliases = self.aliases(sort);
        aliases.truncate(usize::try_from(self.names_left).unwrap_or(usize::MAX));
        self.names_left -= aliases.len() as u64;
        let fact = self.vocabulary.fact(&mut self.rng, sort == Sort::Person);
        let (country, description) = (fact.country.clone(), fact.description.clone());
        Some(Entity { id, sort, aliases, country, rank: self.rank(sort), same_as, description })
    }
}

fn key_hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    lookup_key(name).hash(&mut hasher);
    hasher.finish()
}

/// IDs that ascend with random gaps, as wide as the digits of real ones allow.
struct Ids {
    wikidata: u64,
    wikidata_gap: u64,
    geonames: u64,
    geonames_gap: u64,
    /// The GeoNames IDs of entities that are named by another.
    same_as: u64,
}

impl Ids {
    fn new(names: u64) -> Self {
        let entities = names / 3 + 1;
        let gap = |range: u64, share: u64| (range * 100 / (entities * share * 11 / 10)).clamp(1, 40);
        Self {
            wikidata: 10_000_000,
            wikidata_gap: gap(90_000_000, WIKIDATA_SHARE),
            geonames: 1_000_000,
            geonames_gap: gap(9_000_000, 100 - WIKIDATA_SHARE),
            same_as: 10_000_000,
        }
    }

    /// An ID, and the GeoNames ID of the same thing if it is a city.
    fn next_wikidata(&mut self, rng: &mut Rng, vocabulary: &Vocabulary, is_city: bool) -> (String, String) {
        let id = ascend(&mut self.wikidata, self.wikidata_gap, "Q", rng, vocabulary);
        let same_as =
            if is_city { ascend(&mut self.same_as, 2, "geonames:", rng, vocabulary) } else { String::new() };
        (id, same_as)
    }

    fn next_geonames(&mut self, rng: &mut Rng, vocabulary: &Vocabulary) -> String {
        ascend(&mut self.geonames, self.geonames_gap, "geonames:", rng, vocabulary)
    }
}

/// The next ID that no bundled pack has, `mean_gap` further on the average.
fn ascend(number: &mut u64, mean_gap: u64, prefix: &str, rng: &mut Rng, vocabulary: &Vocabulary) -> String {
    loop {
        *number += rng.u64(1..2 * mean_gap);
        let id = format!("{prefix}{number}");
        if !vocabulary.has_id(&id) {
            return id;
        }
    }
}

/// Writes the pack of `entities` into `folder`, which is made if need be; calls `visit` with each one.
pub fn write_pack(
    folder: &Path,
    title: &str,
    entities: impl Iterator<Item = Entity>,
    mut visit: impl FnMut(&Entity),
) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut tables = empty_tables(folder, title)?;
    let mut rows = Rows::default();
    for entity in entities {
        rows.fill(&entity);
        tables.entities.write_all(rows.entity.as_bytes())?;
        tables.aliases.write_all(rows.aliases.as_bytes())?;
        visit(&entity);
    }
    tables.entities.flush()?;
    Ok(tables.aliases.flush()?)
}

struct Tables {
    entities: BufWriter<File>,
    aliases: BufWriter<File>,
}

/// Writes a pack without rows, and goes on where it ends.
fn empty_tables(folder: &Path, title: &str) -> io::Result<Tables> {
    let manifest = Manifest {
        name: "generated".into(),
        title: title.into(),
        version: "1".into(),
        licenses: vec![License { name: "CC-BY-SA-4.0".into(), ..License::default() }],
        sources: vec![Source {
            title: "names of the bundled packs of Yaqut, recombined".into(),
            ..Source::default()
        }],
    };
    let columns = Pack { manifest, ..Pack::default() };
    let mut entities = None;
    let mut aliases = None;
    for file in write::files(&columns).files {
        let mut written = BufWriter::with_capacity(1 << 20, File::create(folder.join(&file.name))?);
        written.write_all(&file.bytes)?;
        match file.name.as_str() {
            "entities.tsv" => entities = Some(written),
            "aliases.tsv" => aliases = Some(written),
            name => {
                debug_assert_eq!(name, DATAPACKAGE);
                written.flush()?;
            }
        }
    }
    match (entities, aliases) {
        (Some(entities), Some(aliases)) => Ok(Tables { entities, aliases }),
        _ => Err(io::Error::other("a pack without rows has no tables")),
    }
}

/// The rows of one entity.
#[derive(Default)]
struct Rows {
    entity: String,
    aliases: String,
}

impl Rows {
    fn fill(&mut self, entity: &Entity) {
        let is_name = |alias: &&Alias| alias.lang == "en" && alias.kind == "preferred";
        let name = entity.aliases.iter().find(is_name).or(entity.aliases.first());
        let rank = entity.rank.map(|rank| format!("{:.3}", rank.get())).unwrap_or_default();
        self.entity.clear();
        let name = name.map_or("", |alias| &alias.text);
        let fields = [&entity.id, entity.sort.as_str(), name, &entity.country, &rank, &entity.same_as];
        for field in fields {
            self.entity.push_str(field);
            self.entity.push('\t');
        }
        self.entity.push_str(&entity.description);
        self.entity.push('\n');
        self.aliases.clear();
        for alias in &entity.aliases {
            for field in [&entity.id, &alias.text, alias.lang, alias.kind] {
                self.aliases.push_str(field);
                self.aliases.push('\t');
            }
            self.aliases.push_str("generated\t\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use yaqut::pack::{PackFile, PackFiles, parse};
    use yaqut::text::is_arabic;

    use super::*;
    use crate::names::testing::vocabulary;

    const NAMES: u64 = 6_000;

    fn entities(seed: u64) -> Vec<Entity> {
        Entities::new(vocabulary(), NAMES, seed).collect()
    }

    #[test]
    fn a_seed_gives_the_same_entities_again() {
        let ids_and_names = |seed| -> Vec<(String, Vec<String>)> {
            let names =
                |entity: Entity| (entity.id, entity.aliases.into_iter().map(|alias| alias.text).collect());
            entities(seed).into_iter().map(names).collect()
        };
        assert_eq!(ids_and_names(7), ids_and_names(7));
        assert_ne!(ids_and_names(7), ids_and_names(8));
    }

    #[test]
    fn there_are_as_many_names_as_asked_for_and_no_two_have_one_key() {
        let entities = entities(7);
        let names: Vec<&str> =
            entities.iter().flat_map(|entity| &entity.aliases).map(|alias| &*alias.text).collect();
        assert_eq!(names.len() as u64, NAMES);
        let bundled: HashSet<String> = vocabulary().names().iter().map(|name| lookup_key(name)).collect();
        let keys: HashSet<String> = names.iter().map(|name| lookup_key(name)).collect();
        assert_eq!(keys.len(), names.len());
        assert!(keys.is_disjoint(&bundled));
    }

    #[test]
    fn shares_are_as_documented() {
        let entities = entities(7);
        let names: Vec<&str> =
            entities.iter().flat_map(|entity| &entity.aliases).map(|alias| &*alias.text).collect();
        let share = |part: usize, whole: usize| part as f64 / whole as f64;
        let arabic = names.iter().filter(|name| name.chars().any(is_arabic)).count();
        let characters: usize = names.iter().map(|name| name.chars().count()).sum();
        let people = entities.iter().filter(|entity| entity.sort == Sort::Person).count();
        assert!((0.48..0.52).contains(&share(arabic, names.len())));
        assert!((16.5..18.5).contains(&share(characters, names.len())));
        assert!((2.8..3.2).contains(&share(names.len(), entities.len())));
        assert!((0.24..0.30).contains(&share(people, entities.len())));
    }

    #[test]
    fn ids_ascend_and_are_new() {
        let entities = entities(7);
        let ids: Vec<&str> = entities.iter().map(|entity| &*entity.id).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(!ids.iter().any(|id| vocabulary().has_id(id)));
    }

    #[test]
    fn a_written_pack_has_no_findings() {
        let folder = std::env::temp_dir().join(format!("yaqut-bench-{}", std::process::id()));
        write_pack(&folder, "a test", Entities::new(vocabulary(), NAMES, 7), |_| ()).unwrap();
        let read = |name: &str| PackFile { name: name.into(), bytes: fs::read(folder.join(name)).unwrap() };
        let files = ["aliases.tsv", DATAPACKAGE, "entities.tsv"].map(read).into();
        let parsed = parse(&PackFiles { label: "test".into(), files });
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(parsed.diagnostics, []);
        let pack = parsed.pack.unwrap();
        assert_eq!(pack.aliases.len() as u64, NAMES);
        assert!(pack.entities.iter().all(|entity| !entity.name.is_empty()));
    }
}
