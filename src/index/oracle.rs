//! The plainest way to write segments: all in memory, with maps and lists. What [`super::writer`] writes in bounded memory is
//! the same bytes.

mod entities;
mod facts;
mod file;
mod ids;

use std::collections::{BTreeSet, HashMap};

use super::CompileError;
use super::format::{Attributes, MAX_ALIASES, Meta, MetaOverride, SectionKind};
use super::inversion::{Inverted, Searchable, inverted};
use super::lexicon::LexiconParts;
use super::records::{AliasBlocks, AliasFields, IS_ARABIC, NO_TYPE};
use super::texts::{Compressors, Sample, Sort};
use crate::model::{AliasKind, Article, EntityId};
use crate::pack::{AliasRow, EntityRow, OverrideAction, Pack};
use crate::text;
use entities::EntitySections;
use facts::AliasFacts;
use file::SegmentFile;
use ids::{Ids, id_sections};

/// Compiles a pack to the bytes of a segment; the same pack gives the same bytes.
///
/// `O(n log n)` in the rows; memory is a few times the size of the pack. An alias without a letter or digit, which
/// lint reports, lies in the segment but is under no key.
pub fn compile(pack: &Pack) -> Result<Vec<u8>, CompileError> {
    let entities = sorted_entities(pack);
    let ids = Ids::collect(pack, &entities);
    let names = names_without_rows(pack);
    let aliases = sorted_aliases(pack, &names, &ids)?;
    let lists = Lists::collect(&entities, &aliases)?;
    let compressors = train(&entities, &aliases);

    let mut file = SegmentFile::default();
    let meta = meta(pack, &ids, &lists, names.len());
    file.add(SectionKind::Meta, serde_json::to_vec(&meta).unwrap_or_default());
    file.add(SectionKind::Symbols, compressors.symbols());
    let (blocks, texts) = alias_sections(&aliases, &lists, &compressors)?;
    file.add(SectionKind::Texts, texts);
    let entity_sections = EntitySections::collect(&entities, &aliases, &ids, &lists, &compressors)?;
    file.add(SectionKind::Descriptions, entity_sections.descriptions);
    let (id_table, id_texts) = id_sections(&ids)?;
    file.add(SectionKind::Ids, id_table);
    file.add(SectionKind::IdTexts, id_texts);
    file.add(SectionKind::Entities, entity_sections.table);
    file.add(SectionKind::Extras, entity_sections.extras);
    file.add(SectionKind::Aliases, blocks);

    let rows: Vec<&AliasRow> = aliases.iter().map(|alias| alias.row).collect();
    let inverted = inverted(&rows, &AliasFacts::collect(&entities, &ids, &aliases))?;
    add_inverted(&mut file, inverted);
    Ok(file.finish())
}

fn add_inverted(file: &mut SegmentFile, inverted: Inverted) {
    use SectionKind as Kind;
    let Inverted { keys, tokens, skeletons } = inverted;
    for (kinds, Searchable { hashed, lexicon }) in [
        (
            [
                Kind::KeyTable,
                Kind::KeyLists,
                Kind::KeyPage,
                Kind::KeyNarrowForward,
                Kind::KeyNarrowBackward,
                Kind::KeyWideForward,
                Kind::KeyWideBackward,
            ],
            keys,
        ),
        (
            [
                Kind::TokenTable,
                Kind::TokenLists,
                Kind::TokenPage,
                Kind::TokenNarrowForward,
                Kind::TokenNarrowBackward,
                Kind::TokenWideForward,
                Kind::TokenWideBackward,
            ],
            tokens,
        ),
    ] {
        let LexiconParts { page, narrow_forward, narrow_backward, wide_forward, wide_backward } = lexicon;
        let lexicon = [page, narrow_forward, narrow_backward, wide_forward, wide_backward];
        let sections = [hashed.table, hashed.lists].into_iter().chain(lexicon);
        kinds.into_iter().zip(sections).for_each(|(kind, bytes)| file.add(kind, bytes));
    }
    file.add(Kind::SkeletonTable, skeletons.table);
    file.add(Kind::SkeletonLists, skeletons.lists);
}

fn sorted_entities(pack: &Pack) -> Vec<&EntityRow> {
    let mut entities: Vec<_> = pack.entities.iter().collect();
    entities.sort_by(|a, b| a.id.cmp(&b.id));
    entities
}

/// The names of entity rows that no alias row of the pack prefers, as alias rows: what is shown is also found.
fn names_without_rows(pack: &Pack) -> Vec<AliasRow> {
    let mut names: HashMap<&EntityId, &str> =
        pack.entities.iter().map(|entity| (&entity.id, entity.name.as_str())).collect();
    names.retain(|_, name| !name.is_empty());
    for alias in pack.aliases.iter().filter(|alias| alias.kind == AliasKind::Preferred) {
        if names.get(&alias.id).is_some_and(|name| *name == alias.alias) {
            names.remove(&alias.id);
        }
    }
    names.into_iter().map(|(id, name)| AliasRow::new(id.clone(), name, "", AliasKind::Preferred)).collect()
}

/// An alias row with the ordinal of its ID.
struct NumberedAlias<'a> {
    id: u32,
    row: &'a AliasRow,
    /// Whether the row is no row of the pack's, but the name of the entity.
    is_name: bool,
}

fn sorted_aliases<'a>(
    pack: &'a Pack,
    names: &'a [AliasRow],
    ids: &Ids<'_>,
) -> Result<Vec<NumberedAlias<'a>>, CompileError> {
    if pack.aliases.len() + names.len() > MAX_ALIASES as usize {
        return Err(CompileError::TooLarge { what: "aliases", limit: u64::from(MAX_ALIASES) });
    }
    let numbered = |rows: &'a [AliasRow], is_name| {
        rows.iter().map(move |row| NumberedAlias { id: ids.ordinal(&row.id), row, is_name })
    };
    let mut aliases: Vec<_> = numbered(&pack.aliases, false).chain(numbered(names, true)).collect();
    aliases.sort_by_key(|alias| alias.id);
    Ok(aliases)
}

/// The lists of the `META` section that records point into.
struct Lists<'a> {
    types: Vec<&'a str>,
    languages: Vec<&'a str>,
    attributes: Vec<Attributes>,
}

impl<'a> Lists<'a> {
    fn collect(entities: &[&'a EntityRow], aliases: &[NumberedAlias<'a>]) -> Result<Self, CompileError> {
        let types = entities.iter().filter_map(|entity| Some(entity.entity_type.as_ref()?.as_str()));
        let types = sorted_distinct(types);
        // The name of an entity that no row prefers is of no language; the lists have room for it, whether there is one or not.
        let languages = sorted_distinct(aliases.iter().map(|alias| alias.row.lang.as_str()).chain([""]));
        let name =
            Attributes { language: 0, kind: AliasKind::Preferred, article: Article::Unknown, is_name: true };
        let attributes = aliases.iter().map(|alias| alias.attributes(&languages)).chain([name]);
        let attributes = sorted_distinct(attributes);
        for (what, count, limit) in [
            ("entity types", types.len(), NO_TYPE),
            ("combinations of language, kind and article", attributes.len(), IS_ARABIC),
        ] {
            if count > usize::from(limit) {
                return Err(CompileError::TooLarge { what, limit: u64::from(limit) });
            }
        }
        Ok(Self { types, languages, attributes })
    }

    fn entity_type(&self, entity: &EntityRow) -> u16 {
        let own = entity.entity_type.as_ref().and_then(|own| self.types.binary_search(&own.as_str()).ok());
        own.map_or(NO_TYPE, |own| own as u16)
    }

    fn attributes(&self, alias: &NumberedAlias<'_>) -> u16 {
        let attributes = alias.attributes(&self.languages);
        self.attributes.binary_search(&attributes).unwrap_or_default() as u16
    }
}

fn sorted_distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<T>>().into_iter().collect()
}

impl NumberedAlias<'_> {
    fn attributes(&self, languages: &[&str]) -> Attributes {
        let language = languages.binary_search(&self.row.lang.as_str()).unwrap_or_default() as u32;
        let (kind, article) = (self.row.kind, self.row.article);
        Attributes { language, kind, article, is_name: self.is_name }
    }
}

/// Trains what compresses the texts of some rows.
fn train(entities: &[&EntityRow], aliases: &[NumberedAlias<'_>]) -> Compressors {
    let mut samples = Sort::ALL.map(|_| Sample::default());
    for alias in aliases {
        let text = &alias.row.alias;
        samples[Sort::of_name(text) as usize].offer(text);
    }
    for entity in entities {
        samples[Sort::Description as usize].offer(&entity.description);
    }
    Compressors::train(&samples)
}

/// The most bytes of the text of an alias.
const MAX_ALIAS_BYTES: usize = u16::MAX as usize;

/// The blocks of alias records, and their texts.
fn alias_sections(
    aliases: &[NumberedAlias<'_>],
    lists: &Lists<'_>,
    compressors: &Compressors,
) -> Result<(Vec<u8>, Vec<u8>), CompileError> {
    let mut blocks = AliasBlocks::default();
    for alias in aliases {
        let text = &alias.row.alias;
        if text.len() > MAX_ALIAS_BYTES {
            let limit = MAX_ALIAS_BYTES as u64;
            return Err(CompileError::TooLarge { what: "bytes in one alias", limit });
        }
        let sort = Sort::of_name(text);
        let is_arabic = if sort == Sort::Arabic { IS_ARABIC } else { 0 };
        let attributes = lists.attributes(alias) | is_arabic;
        blocks.add(AliasFields { id: alias.id, attributes, codes: &compressors.compress(sort, text) });
    }
    let (mut table, mut texts) = (Vec::new(), Vec::new());
    blocks.finish(&mut table, &mut texts)?;
    Ok((table, texts))
}

fn meta(pack: &Pack, ids: &Ids<'_>, lists: &Lists<'_>, name_count: usize) -> Meta {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let manifest = &pack.manifest;
    Meta {
        name: manifest.name.clone(),
        title: manifest.title.clone(),
        version: manifest.version.clone(),
        licenses: manifest.licenses.clone(),
        sources: manifest.sources.clone(),
        id_count: ids.sorted.len() as u32,
        entity_count: pack.entities.len() as u32,
        alias_count: pack.aliases.len() as u32,
        name_count: name_count as u32,
        types: owned(&lists.types),
        languages: owned(&lists.languages),
        attributes: lists.attributes.clone(),
        overrides: pack.overrides.iter().map(|row| meta_override(&row.action, ids)).collect(),
    }
}

fn meta_override(action: &OverrideAction, ids: &Ids<'_>) -> MetaOverride {
    match action {
        OverrideAction::Block { alias, id } => {
            MetaOverride::Block { key: text::lookup_key(alias), id: ids.ordinal(id) }
        }
        OverrideAction::Redirect { id, target } => {
            MetaOverride::Redirect { id: ids.ordinal(id), target: ids.ordinal(target) }
        }
        OverrideAction::Remove { id } => MetaOverride::Remove { id: ids.ordinal(id) },
        OverrideAction::NotAName { alias } => MetaOverride::NotAName { key: text::lookup_key(alias) },
    }
}
