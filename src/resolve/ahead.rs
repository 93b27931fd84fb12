//! [`Ahead`]: readies aliases for being read, so that none waits for memory alone.

use super::stack::{AliasRef, Stack};
use crate::index::Rows;

/// The records of a stack, for who reads many aliases that lie anywhere.
pub(super) struct Ahead<'a> {
    rows: Vec<Rows<'a>>,
}

impl<'a> Ahead<'a> {
    pub fn new(stack: &'a Stack) -> Self {
        Self { rows: stack.numbered().map(|(_, reader)| reader.rows()).collect() }
    }

    /// The aliases in their order, each with its text, the owner of its ID and the entity in the cache: some are readied
    /// at once, right before the first of them is given. Every read but the first relies on the one before, and none
    /// waits for those of other aliases.
    pub fn over<'s>(&'s self, aliases: &'s [AliasRef]) -> impl Iterator<Item = AliasRef> + 's {
        aliases.chunks(ALIASES).flat_map(|some| {
            for at in some {
                self.of(*at, |rows| rows.touch_alias(at.alias));
            }
            for at in some {
                self.of(*at, |rows| {
                    rows.touch_text(at.alias);
                });
            }
            for at in some {
                self.of(*at, |rows| rows.touch_entity(at.alias));
            }
            some.iter().copied()
        })
    }

    fn of(&self, at: AliasRef, touch: impl Fn(&Rows<'a>)) {
        self.rows.get(usize::from(at.segment)).into_iter().for_each(touch);
    }
}

/// Aliases that are readied at once: as many as a core can wait for, or some more.
const ALIASES: usize = 16;
