//! [`EntityChanges`]: which entities come, go, or change their names.

use serde::Serialize;

use super::{Comparison, has_segment};
use crate::gazetteer::Gazetteer;
use crate::index::Segment;
use crate::resolve::Stack;

/// What becomes of entities, with some of them by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EntityChanges {
    /// Entities that the new stack alone describes.
    pub added: u64,
    /// Entities that the old stack alone describes.
    pub removed: u64,
    /// Entities that bear another canonical name.
    pub renamed: u64,
    /// The first of them, at most [`EntityChanges::MAX_EXAMPLES`], for people.
    pub examples: Vec<String>,
}

impl EntityChanges {
    /// The most entities that are told by name.
    pub const MAX_EXAMPLES: usize = 20;

    fn add(&mut self, comparison: &Comparison<'_>, id: &str, is_canonical: impl Fn(&str) -> bool) {
        let (old, new) = (comparison.old.stack(), comparison.new.stack());
        let (before, now) = (old.find(id), new.find(id));
        let names = |stack: &Stack, entity| (stack.id_text(entity).to_owned(), stack.name(entity));
        match (before.map(|entity| names(old, entity)), now.map(|entity| names(new, entity))) {
            (None, Some((id, name))) if is_canonical(&id) => {
                self.added += 1;
                self.example(format!("+ {id} {name}"));
            }
            (Some((id, name)), None) if is_canonical(&id) => {
                self.removed += 1;
                self.example(format!("- {id} {name}"));
            }
            (Some((_, before)), Some((id, now))) if before != now && is_canonical(&id) => {
                self.renamed += 1;
                self.example(format!("~ {id} {before} → {now}"));
            }
            _ => {}
        }
    }

    fn example(&mut self, text: String) {
        if self.examples.len() < Self::MAX_EXAMPLES {
            self.examples.push(text);
        }
    }
}

impl Comparison<'_> {
    /// The entities that come, go, or change their names.
    pub fn entities(&self) -> EntityChanges {
        let mut changes = EntityChanges::default();
        let old: Vec<&Segment> = differing(self.old, self.new).collect();
        let new: Vec<&Segment> = differing(self.new, self.old).collect();
        let is_mentioned =
            |segments: &[&Segment], id: &str| segments.iter().any(|one| one.find_id(id).is_some());
        for (at, segment) in old.iter().chain(&new).enumerate() {
            for id in (0..segment.id_count()).map(|id| segment.id(id)) {
                let earlier = old.iter().chain(&new).take(at).any(|one| one.find_id(id).is_some());
                let is_canonical =
                    |other: &str| other == id || !is_mentioned(&old, other) && !is_mentioned(&new, other);
                if !earlier {
                    changes.add(self, id, is_canonical);
                }
            }
        }
        changes
    }
}

/// The segments of a gazetteer that another one does not have.
fn differing<'g>(own: &'g Gazetteer, other: &Gazetteer) -> impl Iterator<Item = &'g Segment> {
    own.stack().numbered().map(|(_, segment)| segment).filter(|segment| !has_segment(other, segment))
}
