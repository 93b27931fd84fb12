//! [`Stack`]: the segments of a gazetteer as one, with the joins and overrides that only the whole stack shows.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::bearers::Unsettled;
use super::links::{Links, Named};
use super::shared_ids::SharedIds;
use crate::index::{
    Alias, AliasOrdinal, EntityRecord, IdOrdinal, KeyHash, Override, OverrideSource, Segment,
};
use crate::model::{CountryCode, EntityType, Rank};
use crate::text;

/// An entity of the stack, after joining: the ID under which it is canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey {
    /// Index of the segment whose ID is canonical.
    pub segment: u16,
    /// The ID within that segment.
    pub id: IdOrdinal,
}

/// An alias row of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AliasRef {
    /// Index of the segment.
    pub segment: u16,
    /// The row within that segment.
    pub alias: AliasOrdinal,
}

/// An immutable stack of segments, later ones winning.
pub struct Stack {
    segments: Vec<Arc<Segment>>,
    links: Links,
    /// By the hashes of their keys.
    blocks: HashMap<KeyHash, Vec<Block>, FixedState>,
    index_version: String,
    coverage: f32,
    unsettled: Vec<Unsettled>,
    shared: SharedIds,
}

/// A gazetteer of so many aliases lists every other name that it is asked for.
const HALF_COVERED: f32 = 20_000.0;

/// An override row of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OverrideRef {
    /// Index of the segment.
    pub segment: u16,
    /// The row within that segment.
    pub row: u32,
}

/// A lookup key that must not mean an entity, or anything at all.
pub(super) struct Block {
    key: Box<str>,
    /// The override row.
    pub at: OverrideRef,
    /// The entity; `None` for all.
    pub entity: Option<EntityKey>,
}

impl Stack {
    /// Stacks segments, the earliest first, and joins the entities that share an ID.
    ///
    /// `O(m log n)` for two segments that mention `m ≤ n` IDs.
    pub fn new(segments: Vec<Arc<Segment>>) -> Self {
        Self::build(segments, &SharedIds::default())
    }

    /// A stack of other segments, as [`Stack::new`] makes it; of segments that this one holds too, what they share is not
    /// looked for again.
    #[must_use]
    pub fn restacked(&self, segments: Vec<Arc<Segment>>) -> Self {
        Self::build(segments, &self.shared)
    }

    fn build(segments: Vec<Arc<Segment>>, known: &SharedIds) -> Self {
        let shared = SharedIds::of(&segments, known);
        let links = Links::build(&segments, &shared);
        let mut blocks: HashMap<KeyHash, Vec<Block>, FixedState> = HashMap::default();
        for (segment, rows) in (0..).zip(segments.iter().map(|segment| segment.overrides())) {
            for (row, action) in (0..).zip(rows) {
                let (key, entity) = match action {
                    Override::Block { key, id } => (key, Some(links.canonical(&segments, segment, *id))),
                    Override::NotAName { key } => (key, None),
                    Override::Redirect { .. } | Override::Remove { .. } => continue,
                };
                let at = OverrideRef { segment, row };
                let block = Block { key: key.as_str().into(), at, entity };
                blocks.entry(KeyHash::of(key)).or_default().push(block);
            }
        }
        let index_version = index_version(&segments);
        let aliases: f32 = segments.iter().map(|segment| segment.header().alias_count as f32).sum();
        let coverage = aliases / (aliases + HALF_COVERED);
        let unsettled = Vec::new();
        let mut stack = Self { segments, links, blocks, index_version, coverage, unsettled, shared };
        stack.unsettled = stack.find_unsettled(&stack.links);
        stack
    }

    /// The segments, the earliest first.
    pub fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// How likely a well-formed name is in the gazetteer, 0 to 1: the more names it lists, the likelier that a near miss
    /// is a slip of one of them, and not a name that it lacks.
    pub fn coverage(&self) -> f32 {
        self.coverage
    }

    /// The number of entities that the packs list; one that several packs list counts for each.
    pub fn entity_count(&self) -> u64 {
        self.segments.iter().map(|segment| segment.header().entity_count).sum()
    }

    /// A digest of format, rules and the ordered segments; of no path and no time.
    pub fn index_version(&self) -> &str {
        &self.index_version
    }

    /// The segments with their indexes.
    pub fn numbered(&self) -> impl Iterator<Item = (u16, &Segment)> + Clone {
        (0..).zip(self.segments.iter().map(AsRef::as_ref))
    }

    /// An alias row.
    pub fn alias(&self, at: AliasRef) -> Option<Alias<'_>> {
        self.segments.get(usize::from(at.segment))?.alias(at.alias)
    }

    /// Whether an alias is the name of an entity row, and has no row of its own.
    pub fn is_name(&self, at: AliasRef) -> bool {
        self.alias(at).is_some_and(|alias| alias.is_name)
    }

    /// The entity that an alias row names; `None` if it is in no pack, or removed by a pack that lies on the row's.
    pub fn entity_of(&self, at: AliasRef) -> Option<EntityKey> {
        self.entity_of_id(at.segment, self.alias_id(at)?)
    }

    /// The ID that an alias row names, as an ordinal of its segment.
    pub(super) fn alias_id(&self, at: AliasRef) -> Option<IdOrdinal> {
        self.segments.get(usize::from(at.segment))?.alias_id(at.alias)
    }

    /// The entity that the rows of a segment with an ID name, as [`Stack::entity_of`].
    pub(super) fn entity_of_id(&self, segment: u16, id: IdOrdinal) -> Option<EntityKey> {
        self.named(segment, id).map(|named| named.entity)
    }

    /// [`Stack::entity_of_id`], with what is known of it by the way.
    pub(super) fn named(&self, segment: u16, id: IdOrdinal) -> Option<Named<'_>> {
        self.links.entity_in_force(&self.segments, segment, id)
    }

    /// [`Stack::entity_of`], with what is known of it by the way.
    pub(super) fn named_by(&self, at: AliasRef) -> Option<Named<'_>> {
        self.named(at.segment, self.alias_id(at)?)
    }

    /// The tokens of each segment of which its rows do not tell all.
    pub(super) fn unsettled(&self) -> &[Unsettled] {
        &self.unsettled
    }

    /// The entity that bears an ID, whether as its own, by `same_as` or by a redirect.
    pub fn find(&self, id: &str) -> Option<EntityKey> {
        self.numbered().find_map(|(segment, reader)| {
            let entity = self.links.canonical(&self.segments, segment, reader.find_id(id)?);
            self.records(entity).next().map(|_| entity)
        })
    }

    /// The entity of an ID that an override removes and no later pack describes, with the last such override.
    pub fn find_removed(&self, id: &str) -> Option<(EntityKey, OverrideRef)> {
        self.numbered().find_map(|(segment, reader)| {
            let entity = self.links.canonical(&self.segments, segment, reader.find_id(id)?);
            let remover = self.links.removed_by(entity)?;
            let by = self.removal(entity, remover)?;
            self.records(entity).next().is_none().then_some((entity, by))
        })
    }

    /// The first row of a segment that removes an entity.
    fn removal(&self, entity: EntityKey, segment: u16) -> Option<OverrideRef> {
        let reader = self.segments.get(usize::from(segment))?;
        let removes = |action: &Override| match *action {
            Override::Remove { id } => self.links.is_removal_of(&self.segments, segment, id, entity),
            _ => false,
        };
        let row = reader.overrides().iter().position(removes)?;
        Some(OverrideRef { segment, row: u32::try_from(row).ok()? })
    }

    /// The redirects that bring an alias row to its entity, in the order in which they follow each other.
    pub fn redirects_of(&self, at: AliasRef) -> impl Iterator<Item = OverrideRef> {
        let id = self.alias_id(at);
        id.into_iter().flat_map(move |id| self.links.redirects_of(&self.segments, at.segment, id))
    }

    /// What an override row does.
    pub fn override_at(&self, at: OverrideRef) -> Option<&Override> {
        self.segments.get(usize::from(at.segment))?.overrides().get(at.row as usize)
    }

    /// What an override row says beside; `None` if its segment does not keep it.
    pub fn override_source(&self, at: OverrideRef) -> Option<&OverrideSource> {
        self.segments.get(usize::from(at.segment))?.override_source(at.row as usize)
    }

    /// Where an override row stands in its pack: `overrides.tsv:3`. `None` if its segment does not tell.
    pub fn override_place(&self, at: OverrideRef) -> Option<String> {
        let source = self.override_source(at).filter(|source| source.line > 0 && !source.file.is_empty())?;
        Some(format!("{}:{}", source.file, source.line))
    }

    /// The rows of an entity that are in force, in stack order, with the index of their segment.
    pub fn records(&self, entity: EntityKey) -> impl Iterator<Item = (u16, EntityRecord<'_>)> {
        self.links.members_in_force(entity).filter_map(|member| {
            let segment = &self.segments[usize::from(member.segment)];
            Some((member.segment, segment.entity(segment.owner(member.id)?)?))
        })
    }

    /// The alias rows of an entity that are in force, in stack order.
    pub fn aliases(&self, entity: EntityKey) -> impl Iterator<Item = AliasRef> {
        self.links.members_in_force(entity).flat_map(|member| self.aliases_of_node(member))
    }

    /// The alias rows of a node, in force or not.
    pub(super) fn aliases_of_node(&self, node: EntityKey) -> impl Iterator<Item = AliasRef> {
        let segment = &self.segments[usize::from(node.segment)];
        let ids = std::iter::once(node.id).chain(self.other_ids(node));
        ids.flat_map(|id| segment.aliases_of(id)).map(move |alias| AliasRef { segment: node.segment, alias })
    }

    /// The further IDs of a member within its own segment.
    fn other_ids(&self, member: EntityKey) -> impl Iterator<Item = IdOrdinal> + '_ {
        let segment = &self.segments[usize::from(member.segment)];
        let record = segment.owner(member.id).and_then(|owner| segment.entity(owner));
        record.into_iter().flat_map(EntityRecord::same_as)
    }

    /// Canonical ID of an entity, as text.
    pub fn id_text(&self, entity: EntityKey) -> &str {
        self.segments[usize::from(entity.segment)].id(entity.id)
    }

    /// Every other ID of an entity, redirected ones included, in bytewise order.
    pub fn other_ids_of(&self, entity: EntityKey) -> Vec<&str> {
        let members = self.links.members(entity);
        let ids = members.flat_map(|member| {
            std::iter::once(member.id).chain(self.other_ids(member)).map(move |id| (member.segment, id))
        });
        let canonical = self.id_text(entity);
        let texts = ids.map(|(segment, id)| self.segments[usize::from(segment)].id(id));
        let mut others: Vec<&str> = texts.filter(|&id| id != canonical && !id.is_empty()).collect();
        others.sort_unstable();
        others.dedup();
        others
    }

    /// Canonical name: that of the first pack that gives one.
    pub fn name(&self, entity: EntityKey) -> String {
        self.records(entity)
            .map(|(_, record)| record.name())
            .find(|name| !name.is_empty())
            .unwrap_or_default()
    }

    /// What an entity is, by every pack that says so.
    pub fn types(&self, entity: EntityKey) -> Vec<EntityType> {
        self.type_texts(entity).filter_map(|text| EntityType::new(text).ok()).collect()
    }

    /// [`Stack::types`] as text, each type once.
    pub(super) fn type_texts(&self, entity: EntityKey) -> impl Iterator<Item = &str> {
        let texts = move || self.records(entity).map(|(_, record)| record.entity_type());
        let is_new =
            move |&(i, text): &(usize, &str)| !text.is_empty() && texts().take(i).all(|other| other != text);
        texts().enumerate().filter(is_new).map(|(_, text)| text)
    }

    /// Whether an entity is of one of `types`; true if `types` is empty.
    pub fn is_one_of<T: AsRef<str>>(&self, entity: EntityKey, types: &[T]) -> bool {
        types.is_empty()
            || self
                .records(entity)
                .map(|(_, record)| record.entity_type())
                .any(|own| types.iter().any(|wanted| wanted.as_ref() == own))
    }

    /// Whether an entity is a person, by any pack.
    pub fn is_person(&self, entity: EntityKey) -> bool {
        self.is_one_of(entity, &["person"])
    }

    /// The country of an entity, by the first pack that gives one.
    pub fn country(&self, entity: EntityKey) -> Option<CountryCode> {
        self.records(entity).find_map(|(_, record)| record.country())
    }

    /// The rank of an entity, by the first pack that gives one.
    pub fn rank(&self, entity: EntityKey) -> Option<Rank> {
        self.records(entity).find_map(|(_, record)| record.rank())
    }

    /// Whether an entity is of at least the rank `least`; one of unknown rank is of rank 0.
    pub fn is_of_rank(&self, entity: EntityKey, least: f32) -> bool {
        least <= 0.0 || self.rank(entity).is_some_and(|rank| rank.get() >= least)
    }

    /// Whether a pack may forbid the key of a hash to mean something: surely not if this is `false`.
    pub(super) fn has_block(&self, hash: KeyHash) -> bool {
        !self.blocks.is_empty() && self.blocks.contains_key(&hash)
    }

    /// Whether a pack forbids `key` to mean `entity`, and no later pack lists the two together again.
    pub fn is_blocked(&self, key: &str, entity: EntityKey) -> bool {
        self.block_on(key, entity).is_some()
    }

    /// Whether a pack says that `key` means nothing.
    pub fn is_not_a_name(&self, key: &str) -> bool {
        self.blocks_on(key).any(|block| block.entity.is_none())
    }

    /// The overrides of a key, in stack order.
    fn blocks_on(&self, key: &str) -> impl Iterator<Item = &Block> {
        let blocks = self.blocks.get(&KeyHash::of(key)).map_or(&[][..], Vec::as_slice);
        blocks.iter().filter(move |block| *block.key == *key)
    }

    /// The override that forbids `key` to mean `entity`: the last of several. `None` if a later pack lists the two
    /// together again.
    pub(super) fn block_on(&self, key: &str, entity: EntityKey) -> Option<&Block> {
        let of_entity = self.blocks_on(key).filter(|block| block.entity.is_none_or(|one| one == entity));
        let last = of_entity.max_by_key(|block| (block.at.segment, block.entity.is_some()))?;
        let is_restored = self.listed_after(last.at, key).any(|named| named == entity);
        (!is_restored).then_some(last)
    }

    /// The entities for which packs that lie on an override list a key, in rows of its own.
    fn listed_after<'s>(&'s self, by: OverrideRef, key: &'s str) -> impl Iterator<Item = EntityKey> + 's {
        let later = self.numbered().skip(usize::from(by.segment) + 1);
        later.flat_map(move |(segment, reader)| {
            let own = reader.lookup(key).filter(|posting| !posting.is_bare);
            let rows = own.filter(|posting| reader.alias(posting.alias).is_some_and(|alias| !alias.is_name));
            rows.filter_map(move |posting| self.entity_of(AliasRef { segment, alias: posting.alias }))
        })
    }

    /// Whether a `not_a_name` row on `key` is restored for some entity.
    pub fn is_restored(&self, by: OverrideRef, key: &str) -> bool {
        self.listed_after(by, key).next().is_some()
    }

    /// Whether a `block` row is what keeps `key` from meaning the entity of `id`.
    pub fn is_block_in_force(&self, at: OverrideRef, key: &str, id: &str) -> bool {
        let entity = self.find(id);
        entity.and_then(|entity| self.block_on(key, entity)).is_some_and(|block| block.at == at)
    }

    /// The name of the pack that a segment was compiled from.
    pub fn pack_name(&self, segment: u16) -> &str {
        &self.segments[usize::from(segment)].header().manifest.name
    }
}

fn index_version(segments: &[Arc<Segment>]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&crate::index::FORMAT_VERSION.to_le_bytes()).update(&text::rules_digest());
    for header in segments.iter().map(|segment| segment.header()) {
        hasher.update(&(header.manifest.name.len() as u64).to_le_bytes());
        hasher.update(header.manifest.name.as_bytes()).update(&header.content_digest);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

impl AsRef<str> for EntityType {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}
