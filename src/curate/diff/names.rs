//! Which names two gazetteers are compared by.

use std::collections::HashSet;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::{Comparison, has_segment};
use crate::gazetteer::Gazetteer;
use crate::index::{Alias, Override, Segment};

/// Which names of the packs are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those that may be answered differently because packs differ: the aliases of packs that are not in both stacks, and
    /// all aliases of the entities that these speak of.
    Touched,
    /// Every alias of both stacks.
    All,
}

impl Comparison<'_> {
    /// Hands the names of the packs to `take`, each once, those of the old stack first.
    ///
    /// Remembers a hash of each of the first [`MAX_REMEMBERED`] names; what comes after may come twice.
    pub fn for_each_name<E>(&self, scope: Scope, take: impl FnMut(String) -> Result<(), E>) -> Result<(), E> {
        let mut names = Names { seen: HashSet::default(), hasher: FixedState::default(), take };
        let sides = [(self.old, self.new), (self.new, self.old)];
        for (own, other) in sides {
            for segment in own.stack().segments() {
                let is_common = has_segment(other, segment);
                if is_common && (scope == Scope::Touched || std::ptr::eq(own, self.new)) {
                    continue;
                }
                names.of_segment(segment)?;
                if scope == Scope::Touched {
                    for id in 0..segment.id_count() {
                        sides.iter().try_for_each(|(side, _)| names.of_entity(side, segment.id(id)))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// How many names [`Comparison::for_each_name`] remembers, at some 18 bytes each.
pub const MAX_REMEMBERED: usize = 1 << 23;

/// Names on their way, each once.
struct Names<F> {
    seen: HashSet<u64, FixedState>,
    hasher: FixedState,
    take: F,
}

impl<E, F: FnMut(String) -> Result<(), E>> Names<F> {
    fn of_segment(&mut self, segment: &Segment) -> Result<(), E> {
        for alias in segment.aliases() {
            self.add(segment.alias(alias).map(Alias::text))?;
        }
        for (row, action) in segment.overrides().iter().enumerate() {
            if let Override::Block { key, .. } | Override::NotAName { key } = action {
                let written = segment.override_source(row).map(|source| source.alias.clone());
                self.add(Some(written.unwrap_or_else(|| key.clone())))?;
            }
        }
        Ok(())
    }

    fn of_entity(&mut self, side: &Gazetteer, id: &str) -> Result<(), E> {
        let stack = side.stack();
        let aliases = stack.find(id).into_iter().flat_map(|entity| stack.aliases(entity));
        aliases.map(|at| stack.alias(at).map(Alias::text)).try_for_each(|name| self.add(name))
    }

    fn add(&mut self, name: Option<String>) -> Result<(), E> {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(()) };
        let hash = self.hasher.hash_one(&name);
        let is_new = if self.seen.len() < MAX_REMEMBERED {
            self.seen.insert(hash)
        } else {
            !self.seen.contains(&hash)
        };
        if is_new { (self.take)(name) } else { Ok(()) }
    }
}
