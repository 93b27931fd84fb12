//! From gathered entities to the sorted rows of a pack.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::names::Name;
use super::report::Report;
use crate::model::{Article, CountryCode, EntityId, EntityType, Rank};
use crate::pack::{AliasRow, EntityRow, Manifest, Pack, RowPlace};

/// The tables into which rows are divided, so that git and people can handle them.
const TABLES: [&str; 3] = ["entities.tsv", "aliases.ar.tsv", "aliases.tsv"];
const ENTITIES: u16 = 0;
const ARABIC: u16 = 1;
const OTHERS: u16 = 2;

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
pub(super) fn pack(manifest: Manifest, mut drafts: Vec<Draft>, report: &mut Report) -> Pack {
    drafts.sort_by(|a, b| a.id.cmp(&b.id));
    let mut pack = Pack { manifest, files: TABLES.map(Arc::from).to_vec(), ..Pack::default() };
    for draft in drafts {
        pack.aliases.extend(draft.names.iter().map(|name| alias_row(&draft.id, name)));
        pack.entities.push(entity_row(draft));
    }
    pack.aliases.sort_by(|a, b| row_order(a).cmp(&row_order(b)));
    number_lines(&mut pack);
    count(&pack, report);
    pack
}

fn row_order(row: &AliasRow) -> (u16, &EntityId, &str, crate::model::AliasKind, &str) {
    (row.place.file, &row.id, &row.lang, row.kind, &row.alias)
}

fn entity_row(draft: Draft) -> EntityRow {
    EntityRow {
        id: draft.id,
        entity_type: Some(draft.entity_type),
        name: draft.name,
        country: draft.country,
        rank: draft.rank,
        same_as: draft.same_as,
        description: draft.description,
        place: RowPlace { file: ENTITIES, line: 0 },
    }
}

fn alias_row(id: &EntityId, name: &Name) -> AliasRow {
    let is_arabic = name.lang == "ar" || name.lang.starts_with("ar-");
    AliasRow {
        id: id.clone(),
        alias: name.text.clone(),
        lang: name.lang.clone(),
        kind: name.kind,
        article: Article::Unknown,
        source: name.source.to_owned(),
        note: name.note.clone(),
        place: RowPlace { file: if is_arabic { ARABIC } else { OTHERS }, line: 0 },
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
    report.arabic_aliases = pack.aliases.iter().filter(|row| row.place.file == ARABIC).count() as u64;
    for row in &pack.aliases {
        *report.taken.entry(row.source.clone()).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AliasKind;

    fn draft(id: &str, names: &[(&str, &str)]) -> Draft {
        Draft {
            id: EntityId::new(id).unwrap(),
            entity_type: EntityType::new("city").unwrap(),
            name: "n".to_owned(),
            country: None,
            rank: None,
            same_as: Vec::new(),
            description: String::new(),
            names: names
                .iter()
                .map(|(text, lang)| Name::new(text, lang, AliasKind::Alternate, "test"))
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
        let pack = pack(Manifest::default(), drafts, &mut report);
        let rows: Vec<_> =
            pack.aliases.iter().map(|row| (row.alias.as_str(), row.place.file, row.place.line)).collect();
        assert_eq!(rows, [("ا", 1, 2), ("ب", 1, 3), ("z", 2, 2), ("a", 2, 3), ("b", 2, 4)]);
        assert_eq!(pack.entities[1].place.line, 3);
        assert_eq!((report.entities, report.aliases, report.arabic_aliases), (2, 5, 2));
    }
}
