//! [`Links`]: which rows of different packs speak of one entity, and which of its IDs is canonical.
//!
//! Rows that share an ID (their own or by `same_as`) are one entity under the ID of the earliest pack; a redirect adds
//! the entity of its old ID to that of its target. Only entities that more than one row speaks of are stored, so the
//! table is small beside the segments.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::bearers::order_in;
use super::shared_ids::SharedIds;
use super::stack::{EntityKey, OverrideRef, Stack};
use crate::index::{EntityRecord, IdOrdinal, Override, Segment};
use crate::model::Rank;
use crate::text::person::NameOrder;

/// Redirects that are told of one alias.
const MAX_REDIRECTS: usize = 16;

/// The joins of a stack.
#[derive(Default)]
pub(super) struct Links {
    /// Group of every node that is not alone.
    group_of: HashMap<EntityKey, u32, FixedState>,
    groups: Vec<Group>,
    /// Entities that are alone and removed, with the last pack that removes them.
    removed_alone: HashMap<EntityKey, u16, FixedState>,
    /// Nodes that were removed under an ID that is redirected: the ID still finds the target, but their rows are void.
    void: HashSet<EntityKey, FixedState>,
    /// The redirect that first moved a node, and the node of its target.
    moved: HashMap<EntityKey, (OverrideRef, EntityKey), FixedState>,
}

/// An entity that a row names.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    pub entity: EntityKey,
    /// The only row that describes it, if it is alone.
    alone: Option<EntityRecord<'a>>,
}

impl Named<'_> {
    /// [`Stack::rank`] of it, which the row at hand tells of most.
    pub fn rank(self, stack: &Stack) -> Option<Rank> {
        self.alone.map_or_else(|| stack.rank(self.entity), EntityRecord::rank)
    }

    /// [`Stack::name_order`] of it.
    pub fn name_order(self, stack: &Stack) -> NameOrder {
        self.alone.map_or_else(|| stack.name_order(self.entity), |record| order_in(record.country().as_ref()))
    }

    /// [`Stack::is_person`] of it.
    pub fn is_person(self, stack: &Stack) -> bool {
        self.alone.map_or_else(|| stack.is_person(self.entity), |record| record.entity_type() == "person")
    }
}

struct Group {
    canonical: EntityKey,
    /// In stack order; what redirects add comes after.
    members: Vec<EntityKey>,
    /// The last pack that removes the entity.
    removed_by: Option<u16>,
}

impl Links {
    /// Joins what `shared` tells of each pair of `segments`, and applies the overrides.
    pub(super) fn build(segments: &[Arc<Segment>], shared: &SharedIds) -> Self {
        let mut joins = Joins::default();
        joins.join_shared_ids(segments, shared);
        let mut links = joins.into_links(segments);
        // First, so that to remove what an old ID stood for does not remove what it stands for now.
        links.remove(segments);
        links.redirect(segments);
        links
    }

    /// The entity behind an ID of a segment.
    pub(super) fn canonical(&self, segments: &[Arc<Segment>], segment: u16, id: IdOrdinal) -> EntityKey {
        let node = node(segments, segment, id);
        self.group(node).map_or(node, |group| group.canonical)
    }

    /// The entity behind an ID of a segment, for the rows of that segment: `None` if they are removed, or void, or if no
    /// row in force describes the entity.
    pub(super) fn entity_in_force<'s>(
        &self,
        segments: &'s [Arc<Segment>],
        segment: u16,
        id: IdOrdinal,
    ) -> Option<Named<'s>> {
        let reader = segments.get(usize::from(segment))?;
        let record = reader.owner(id).and_then(|owner| reader.entity(owner));
        let node = EntityKey { segment, id: record.map_or(id, EntityRecord::id) };
        let Some(group) = self.group(node) else {
            // Of an entity that is alone all rows are in one segment.
            let record = record.filter(|_| !self.is_removed_alone(node))?;
            return Some(Named { entity: node, alone: Some(record) });
        };
        let is_in_force = |member: &EntityKey| self.is_in_force(*member, group.removed_by);
        let is_described =
            || group.members.iter().any(|member| is_in_force(member) && is_owned(segments, *member));
        let is_named = is_in_force(&node) && is_described();
        is_named.then_some(Named { entity: group.canonical, alone: None })
    }

    /// The nodes of an entity whose rows no override removes, those of a redirect's target first, then in stack order.
    pub(super) fn members_in_force(&self, entity: EntityKey) -> impl Iterator<Item = EntityKey> + '_ {
        let group = self.group(entity);
        let alone = group.is_none() && !self.is_removed_alone(entity);
        let (members, removed_by) =
            group.map_or((&[][..], None), |group| (&group.members[..], group.removed_by));
        let members = members.iter().copied().filter(move |&member| self.is_in_force(member, removed_by));
        members.chain(alone.then_some(entity))
    }

    /// Whether the rows of a node are neither removed with its entity nor void.
    fn is_in_force(&self, node: EntityKey, removed_by: Option<u16>) -> bool {
        removed_by.is_none_or(|remover| node.segment > remover) && !self.is_void(node)
    }

    /// Whether an entity that is alone is removed, as only its own or a later pack can, or its rows are void.
    fn is_removed_alone(&self, node: EntityKey) -> bool {
        let remover = if self.removed_alone.is_empty() { None } else { self.removed_alone.get(&node) };
        remover.is_some_and(|&remover| node.segment <= remover) || self.is_void(node)
    }

    /// The nodes of an entity, those of a redirect's target first, then in stack order; itself if it is alone.
    pub(super) fn members(&self, entity: EntityKey) -> impl Iterator<Item = EntityKey> + '_ {
        let group = self.group(entity);
        let alone = if group.is_none() { Some(entity) } else { None };
        group.map_or(&[][..], |group| &group.members).iter().copied().chain(alone)
    }

    /// The last pack that removes an entity: what this and earlier packs say of it is void.
    pub(super) fn removed_by(&self, entity: EntityKey) -> Option<u16> {
        match self.group(entity) {
            Some(group) => group.removed_by,
            None => self.removed_alone.get(&entity).copied(),
        }
    }

    /// Whether the row of a segment that removes `id` removes `entity`: what it is named by, or what the ID stood for
    /// before it was redirected.
    pub(super) fn is_removal_of(
        &self,
        segments: &[Arc<Segment>],
        segment: u16,
        id: IdOrdinal,
        entity: EntityKey,
    ) -> bool {
        let node = node(segments, segment, id);
        !self.moved.contains_key(&node) && self.canonical(segments, segment, id) == entity
    }

    /// The redirects from the node of an ID to its entity, in the order in which they follow each other.
    pub(super) fn redirects_of(
        &self,
        segments: &[Arc<Segment>],
        segment: u16,
        id: IdOrdinal,
    ) -> impl Iterator<Item = OverrideRef> {
        let first = if self.moved.is_empty() { None } else { self.moved.get(&node(segments, segment, id)) };
        // Redirects run in no circle: one that would close it moves nothing. The bound is for damaged segments.
        let chain = std::iter::successors(first, |(_, target)| self.moved.get(target));
        chain.map(|&(by, _)| by).take(MAX_REDIRECTS)
    }

    /// Whether the rows of a node were removed before its ID was redirected.
    fn is_void(&self, node: EntityKey) -> bool {
        !self.void.is_empty() && self.void.contains(&node)
    }

    /// Every node that is not alone, or that is removed, in no order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = EntityKey> + '_ {
        self.group_of.keys().chain(self.removed_alone.keys()).copied()
    }

    fn group(&self, node: EntityKey) -> Option<&Group> {
        self.group_of.get(&node).map(|&group| &self.groups[group as usize])
    }

    /// The group of a node, made if the node is alone.
    fn group_or_new(&mut self, node: EntityKey) -> u32 {
        *self.group_of.entry(node).or_insert_with(|| {
            let removed_by = self.removed_alone.remove(&node);
            self.groups.push(Group { canonical: node, members: vec![node], removed_by });
            (self.groups.len() - 1) as u32
        })
    }

    /// Adds the entities of old IDs to those of their targets. A redirect that closes a circle is inert, and so is one
    /// to an entity that no pack describes.
    fn redirect(&mut self, segments: &[Arc<Segment>]) {
        for (segment, reader) in (0..).zip(segments) {
            for (row, action) in (0..).zip(reader.overrides()) {
                let Override::Redirect { id, target } = *action else { continue };
                let target_node = node(segments, segment, target);
                let target = self.group_or_new(target_node);
                let from = self.group_or_new(node(segments, segment, id));
                if from != target && is_owned(segments, self.groups[target as usize].canonical) {
                    let moved = std::mem::take(&mut self.groups[from as usize].members);
                    let removed_by = self.groups[from as usize].removed_by;
                    let is_void = |member: &EntityKey| removed_by.is_some_and(|by| member.segment <= by);
                    self.void.extend(moved.iter().copied().filter(is_void));
                    self.group_of.extend(moved.iter().map(|&member| (member, target)));
                    let by = (OverrideRef { segment, row }, target_node);
                    for &member in &moved {
                        self.moved.entry(member).or_insert(by);
                    }
                    self.groups[target as usize].members.extend(moved);
                }
            }
        }
    }

    fn remove(&mut self, segments: &[Arc<Segment>]) {
        for (segment, reader) in (0..).zip(segments) {
            for row in reader.overrides() {
                let Override::Remove { id } = *row else { continue };
                let node = node(segments, segment, id);
                match self.group_of.get(&node) {
                    Some(&group) => self.groups[group as usize].removed_by = Some(segment),
                    None => drop(self.removed_alone.insert(node, segment)),
                }
            }
        }
        for group in &mut self.groups {
            let Some(remover) = group.removed_by else { continue };
            // What a later pack says again stands under the later pack's ID.
            let restored = group.members.iter().find(|&&m| m.segment > remover && is_owned(segments, m));
            group.canonical = restored.copied().unwrap_or(group.canonical);
        }
    }
}

/// The node of an ID within its own segment: the own ID of the row that owns it, or the ID itself.
fn node(segments: &[Arc<Segment>], segment: u16, id: IdOrdinal) -> EntityKey {
    let reader = &segments[usize::from(segment)];
    let own = reader.owner(id).and_then(|owner| reader.entity(owner)).map_or(id, EntityRecord::id);
    EntityKey { segment, id: own }
}

fn is_owned(segments: &[Arc<Segment>], node: EntityKey) -> bool {
    segments[usize::from(node.segment)].owner(node.id).is_some()
}

/// A disjoint-set forest over the nodes that share an ID.
#[derive(Default)]
struct Joins {
    parents: HashMap<EntityKey, EntityKey, FixedState>,
}

impl Joins {
    fn join_shared_ids(&mut self, segments: &[Arc<Segment>], shared: &SharedIds) {
        for (b, upper) in segments.iter().enumerate() {
            for (a, lower) in segments[..b].iter().enumerate() {
                for &(in_lower, in_upper) in shared.between(lower, upper) {
                    self.union(node(segments, a as u16, in_lower), node(segments, b as u16, in_upper));
                }
            }
        }
    }

    fn union(&mut self, a: EntityKey, b: EntityKey) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents.insert(a.min(b), a.min(b));
        self.parents.insert(a.max(b), a.min(b));
    }

    fn root(&mut self, node: EntityKey) -> EntityKey {
        let mut root = node;
        while let Some(&parent) = self.parents.get(&root).filter(|&&parent| parent != root) {
            root = parent;
        }
        if root != node {
            self.parents.insert(node, root);
        }
        root
    }

    fn into_links(mut self, segments: &[Arc<Segment>]) -> Links {
        let mut sets: BTreeMap<EntityKey, Vec<EntityKey>> = BTreeMap::new();
        for node in self.parents.keys().copied().collect::<Vec<_>>() {
            sets.entry(self.root(node)).or_default().push(node);
        }
        let mut links = Links::default();
        for (root, mut members) in sets {
            members.sort_unstable();
            let canonical =
                members.iter().copied().find(|&member| is_owned(segments, member)).unwrap_or(root);
            links.group_of.extend(members.iter().map(|&member| (member, links.groups.len() as u32)));
            links.groups.push(Group { canonical, members, removed_by: None });
        }
        links
    }
}
