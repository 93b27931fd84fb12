//! Curating: what people decide about names becomes rows of packs, two gazetteers are compared, and a stack is written
//! back as one pack.
//!
//! | module | does |
//! |---|---|
//! | [`review`] | the table of doubtful names that a person filled in → decisions |
//! | [`mod@adopt`] | decisions → alias and override rows that make them hold |
//! | [`mod@diff`] | two gazetteers → the names that they answer differently, and why |
//! | [`mod@export`] | a stack → the rows of one pack, joins and overrides applied |
//!
//! Architecture invariant: no network, no paths, no files: bytes and rows in, bytes and rows out.

pub mod adopt;
mod decision;
pub mod diff;
pub mod export;
pub mod review;

pub use adopt::{AdoptError, AdoptOptions, Adopted, adopt};
pub use decision::Decision;
pub use review::{Review, ReviewFormat};

use crate::resolve::{ResolveOptions, Stages};

/// How names are asked for when nothing is known beside them.
const fn plain_options(limit: usize, explain: bool) -> ResolveOptions {
    ResolveOptions {
        limit,
        types: Vec::new(),
        min_rank: 0.0,
        country: None,
        language_code: None,
        context: Vec::new(),
        max_edits: ResolveOptions::MAX_EDITS,
        min_score: 0.0,
        id_namespace: None,
        display_language_code: None,
        explain,
        without: Stages::NONE,
    }
}

#[cfg(test)]
mod testing {
    use std::sync::Arc;

    use crate::Gazetteer;
    use crate::index::{Segment, compile};
    use crate::model::{AliasKind, EntityId, EntityType, Rank};
    use crate::pack::{
        AliasRow, EntityRow, OverrideAction, OverrideRow, Pack, PackFile, PackFiles, RowPlace, parse,
    };

    pub fn id(text: &str) -> EntityId {
        EntityId::new(text).unwrap()
    }

    pub fn entity(text: &str, kind: &str, name: &str, rank: f32) -> EntityRow {
        let mut row = EntityRow::new(id(text), EntityType::new(kind).unwrap(), name);
        row.rank = Rank::new(rank);
        row
    }

    pub fn alias(text: &str, alias: &str, lang: &str, kind: AliasKind) -> AliasRow {
        AliasRow::new(id(text), alias, lang, kind)
    }

    pub fn overriding(action: OverrideAction) -> OverrideRow {
        OverrideRow { action, note: String::new(), place: RowPlace::default() }
    }

    pub fn named(name: &str, mut pack: Pack) -> Pack {
        name.clone_into(&mut pack.manifest.name);
        pack
    }

    /// Homographs, a country and a city.
    pub fn world() -> Pack {
        use AliasKind::Preferred;
        let entities = vec![
            entity("Q212", "country", "Ukraine", 0.95),
            entity("Q3805", "city", "Amman", 0.83),
            entity("Q842", "country", "Oman", 0.84),
            entity("Q1899", "city", "Kyiv", 0.8),
        ];
        let aliases = vec![
            alias("Q212", "أوكرانيا", "ar", Preferred),
            alias("Q3805", "عمان", "ar", Preferred),
            alias("Q842", "عمان", "ar", Preferred),
            alias("Q1899", "كييف", "ar", Preferred),
        ];
        named("world", Pack { entities, aliases, ..Pack::default() })
    }

    pub fn segment(pack: &Pack) -> Arc<Segment> {
        Arc::new(Segment::open(Arc::new(compile(pack).unwrap())).unwrap())
    }

    pub fn gazetteer(packs: &[Pack]) -> Gazetteer {
        Gazetteer::new(packs.iter().map(segment).collect())
    }

    pub fn files(files: &[(&str, &str)]) -> PackFiles {
        let file = |&(name, text): &(&str, &str)| PackFile { name: name.into(), bytes: text.into() };
        PackFiles { label: "mine".into(), files: files.iter().map(file).collect() }
    }

    /// A pack from its tables.
    pub fn parsed(tables: &[(&str, &str)]) -> Pack {
        parse(&files(tables)).pack.unwrap()
    }
}
