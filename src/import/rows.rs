//! From gathered entities to the sorted rows of a pack.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::curated;
use super::filters::Filters;
use super::names::{Name, spelling_key};
use super::report::{Report, Skip};
use crate::model::{AliasKind, Article, CountryCode, EntityId, EntityType, Rank};
use crate::pack::{AliasRow, EntityRow, Manifest, Pack, RowPlace};

/// The tables into which rows are divided, so that git and people can handle them.
const TABLES: [&str; 4] = ["entities.tsv", "aliases-ar.tsv", curated::TABLE, "aliases.tsv"];
const ENTITIES: u16 = 0;
const ARABIC: u16 = 1;
const CURATED: u16 = 2;
const OTHERS: u16 = 3;

/// An entity with all that was gathered of it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub id: EntityId,
    pub entity_type: EntityType,
    pub name: String,
    pub country: Option<CountryCode>,
    pub rank: Option<Rank>,
    pub same_as: Vec<EntityId>,
    pub description: String,
    pub names: Vec<Name>,
}

/// Makes the pack: entities by ID, aliases by table, ID, language, kind and text; and counts them.
pub(super) fn pack(
    manifest: Manifest,
    mut drafts: Vec<Draft>,
    curated: Vec<(EntityId, Name)>,
    report: &mut Report,
) -> Pack {
    drafts.sort_by(|a, b| a.id.cmp(&b.id));
    let curated = under_canonical_ids(curated, &drafts);
    note_strangers(&drafts, &curated, report);
    let curated = Curated::new(curated);
    let mut pack = Pack { manifest, files: TABLES.map(Arc::from).to_vec(), ..Pack::default() };
    for mut draft in drafts {
        curated.prevail(&mut draft, report);
        pack.aliases.extend(draft.names.iter().map(|name| alias_row(&draft.id, name, table_of(name))));
        pack.entities.push(entity_row(draft));
    }
    pack.aliases.extend(curated.names.iter().map(|(id, name)| alias_row(id, name, CURATED)));
    pack.aliases.sort_by(|a, b| row_order(a).cmp(&row_order(b)));
    number_lines(&mut pack);
    count(&pack, report);
    pack
}

/// Keeps the rows that the filters let pass, and counts anew.
pub(super) fn filter(pack: &mut Pack, filters: &Filters, report: &mut Report) {
    if filters.is_empty() {
        return;
    }
    pack.aliases.retain(|row| filters.takes_language(&row.lang));
    let named: HashSet<EntityId> = pack.aliases.iter().map(|row| row.id.clone()).collect();
    pack.entities.retain(|row| {
        let entity_type = row.entity_type.as_ref().map_or("", |t| t.as_str());
        let refused = filters.refuses(entity_type, row.country, row.rank);
        let refused = refused.or_else(|| (!named.contains(&row.id)).then_some(Skip::Nameless));
        refused.inspect(|&skip| report.skip_entity(skip)).is_none()
    });
    let kept: HashSet<&EntityId> = pack.entities.iter().map(|row| &row.id).collect();
    pack.aliases.retain(|row| kept.contains(&row.id));
    number_lines(pack);
    report.taken.clear();
    count(pack, report);
}

/// A curator may know an entity by any of its IDs, and keeps it when the canonical one changes.
fn under_canonical_ids(mut curated: Vec<(EntityId, Name)>, drafts: &[Draft]) -> Vec<(EntityId, Name)> {
    let others = drafts.iter().flat_map(|draft| draft.same_as.iter().map(|other| (other, &draft.id)));
    let canonical: HashMap<&EntityId, &EntityId> = others.collect();
    for (id, _) in &mut curated {
        if let Some(&known) = canonical.get(id) {
            *id = known.clone();
        }
    }
    curated
}

/// The part of the alias tables to which a row of an imported pack belongs: `ar`, `curated`, or empty for the rest.
pub(super) fn part_of(row: &AliasRow) -> &'static str {
    match row.place.file {
        ARABIC => "ar",
        CURATED => "curated",
        _ => "",
    }
}

/// A curator's names, and what they displace.
struct Curated {
    names: Vec<(EntityId, Name)>,
    spellings: HashSet<(EntityId, String, String, bool)>,
    preferred: HashMap<EntityId, HashSet<String>>,
}

impl Curated {
    fn new(names: Vec<(EntityId, Name)>) -> Self {
        let spellings = names.iter().map(|(id, name)| spelling(id, name)).collect();
        let mut preferred: HashMap<EntityId, HashSet<String>> = HashMap::new();
        for (id, name) in names.iter().filter(|(_, name)| name.kind == AliasKind::Preferred) {
            preferred.entry(id.clone()).or_default().insert(name.lang.clone());
        }
        Self { names, spellings, preferred }
    }

    /// Drops imported names that the curator gives too, and lets the curator's preferred names be the only ones.
    fn prevail(&self, draft: &mut Draft, report: &mut Report) {
        let Draft { id, names, .. } = draft;
        let preferred = self.preferred.get(id);
        let chooses = |lang: &str| preferred.is_some_and(|langs| langs.contains(lang));
        names.retain(|name| {
            // A language is not left without a name to show.
            let is_only = name.kind == AliasKind::Preferred && !chooses(&name.lang);
            let displaced = !is_only && self.spellings.contains(&spelling(id, name));
            if displaced {
                report.skip_name(Skip::Duplicate);
            }
            !displaced
        });
        for name in names.iter_mut().filter(|name| chooses(&name.lang)) {
            name.kind = name.kind.max(AliasKind::Alternate);
        }
    }
}

fn spelling(id: &EntityId, name: &Name) -> (EntityId, String, String, bool) {
    (id.clone(), spelling_key(&name.text), name.lang.clone(), name.kind == AliasKind::Demonym)
}

fn note_strangers(drafts: &[Draft], curated: &[(EntityId, Name)], report: &mut Report) {
    let known: HashSet<&EntityId> = drafts.iter().map(|draft| &draft.id).collect();
    for (id, name) in curated.iter().filter(|(id, _)| !known.contains(id)) {
        report.notes.push(format!("{}: `{id}` ({}) is no entity of this pack", curated::TABLE, name.text));
    }
}

fn row_order(row: &AliasRow) -> (u16, &EntityId, &str, AliasKind, &str) {
    (row.place.file, &row.id, &row.lang, row.kind, &row.alias)
}

fn entity_row(draft: Draft) -> EntityRow {
    EntityRow {
        id: draft.id,
        entity_type: Some(draft.entity_type),
        name: draft.name,
        country: draft.country,
        rank: draft.rank.and_then(rounded),
        same_as: draft.same_as,
        description: draft.description,
        place: RowPlace { file: ENTITIES, line: 0, column: 1 },
    }
}

/// Three decimals: what is finer than a fiftieth of the people is no prominence.
pub(super) fn rounded(rank: Rank) -> Option<Rank> {
    Rank::new((rank.get() * 1000.0).round() / 1000.0)
}

fn table_of(name: &Name) -> u16 {
    if is_arabic(&name.lang) { ARABIC } else { OTHERS }
}

/// Whether the tag is Arabic, of any region.
pub(super) fn is_arabic(language: &str) -> bool {
    language == "ar" || language.starts_with("ar-")
}

fn alias_row(id: &EntityId, name: &Name, table: u16) -> AliasRow {
    AliasRow {
        id: id.clone(),
        alias: name.text.clone(),
        lang: name.lang.clone(),
        kind: name.kind,
        article: Article::Unknown,
        source: name.source.to_owned(),
        note: name.note.clone(),
        place: RowPlace { file: table, line: 0, column: 1 },
    }
}

/// Gives every row the line on which it stands below its table's header.
fn number_lines(pack: &mut Pack) {
    let mut lines: BTreeMap<u16, u32> = BTreeMap::new();
    let places = pack.entities.iter_mut().map(|row| &mut row.place);
    for place in places.chain(pack.aliases.iter_mut().map(|row| &mut row.place)) {
        let line = lines.entry(place.file).or_insert(1);
        *line += 1;
        place.line = *line;
    }
}

fn count(pack: &Pack, report: &mut Report) {
    report.entities = pack.entities.len() as u64;
    report.aliases = pack.aliases.len() as u64;
    report.arabic_aliases = pack.aliases.iter().filter(|row| is_arabic(&row.lang)).count() as u64;
    for row in &pack.aliases {
        *report.taken.entry(row.source.clone()).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(id: &str, names: &[(&str, &str)]) -> Draft {
        Draft {
            id: EntityId::new(id).unwrap(),
            entity_type: EntityType::new("city").unwrap(),
            name: "n".to_owned(),
            country: None,
            rank: Some(Rank::from_population(1234)),
            same_as: Vec::new(),
            description: String::new(),
            names: names
                .iter()
                .map(|(text, lang)| Name::new(text, lang, AliasKind::Preferred, "test"))
                .collect(),
        }
    }

    #[test]
    fn rows_are_sorted_and_numbered_by_table() {
        let drafts = vec![
            draft("Q2", &[("ب", "ar"), ("b", "en")]),
            draft("Q1", &[("z", ""), ("a", "de"), ("ا", "ar-EG")]),
        ];
        let mut report = Report::default();
        let pack = pack(Manifest::default(), drafts, Vec::new(), &mut report);
        let rows: Vec<_> =
            pack.aliases.iter().map(|row| (row.alias.as_str(), part_of(row), row.place.line)).collect();
        assert_eq!(rows, [("ا", "ar", 2), ("ب", "ar", 3), ("z", "", 2), ("a", "", 3), ("b", "", 4)]);
        assert_eq!(pack.entities[1].place.line, 3);
        assert_eq!(pack.entities[0].rank, Rank::new(0.386));
        assert_eq!((report.entities, report.aliases, report.arabic_aliases), (2, 5, 2));
    }

    #[test]
    fn a_curator_prevails() {
        let drafts = vec![draft("Q1", &[("عمّان", "ar"), ("أمان", "ar"), ("Amman", "en")])];
        let id = |text| EntityId::new(text).unwrap();
        let curated = vec![
            (id("Q1"), Name::new("عمان", "ar", AliasKind::Preferred, "curated")),
            (id("Q1"), Name::new("amman", "en", AliasKind::Hidden, "curated")),
            (id("Q9"), Name::new("Nowhere", "en", AliasKind::Alternate, "curated")),
        ];
        let mut report = Report::default();
        let pack = pack(Manifest::default(), drafts, curated, &mut report);
        let rows: Vec<_> =
            pack.aliases.iter().map(|row| (row.alias.as_str(), part_of(row), row.kind.as_str())).collect();
        let expected = [
            ("أمان", "ar", "alternate"),
            ("عمان", "curated", "preferred"),
            ("amman", "curated", "hidden"),
            ("Nowhere", "curated", "alternate"),
            ("Amman", "", "preferred"),
        ];
        assert_eq!(rows, expected);
        assert_eq!(report.notes.len(), 1, "{:?}", report.notes);
    }
}
