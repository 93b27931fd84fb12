//! [`Ahead`]: readies aliases for being read, so that none waits for memory alone.

use smallvec::SmallVec;

use super::stack::{AliasRef, Stack};
use crate::index::{AliasOrdinal, Rows};

/// The records of a stack, for who reads many aliases that lie anywhere.
///
/// Some aliases are readied at once, right before the first of them is given. What is read of each relies on what was read
/// of it before, and none waits for what is read of the others.
pub(super) struct Ahead<'a> {
    rows: Vec<Rows<'a>>,
}

impl<'a> Ahead<'a> {
    pub fn new(stack: &'a Stack) -> Self {
        Self { rows: stack.numbered().map(|(_, reader)| reader.rows()).collect() }
    }

    /// The aliases in their order, each with its text in the cache.
    pub fn texts<'s>(&'s self, aliases: &'s [AliasRef]) -> impl Iterator<Item = AliasRef> + 's {
        aliases.chunks(ALIASES).flat_map(|some| {
            self.touch(some, Rows::touch_alias);
            self.touch(some, Rows::touch_text);
            some.iter().copied()
        })
    }

    /// The aliases in their order, each with its entity in the cache, and whether it is meant; of those that are, the text is
    /// there too.
    pub fn entities<'s>(
        &'s self,
        aliases: &'s [AliasRef],
        mut is_meant: impl FnMut(AliasRef) -> bool + 's,
    ) -> impl Iterator<Item = (AliasRef, bool)> + 's {
        aliases.chunks(ALIASES).flat_map(move |some| {
            self.touch(some, Rows::touch_alias);
            self.touch(some, |rows, alias| rows.id(alias).map(|id| rows.touch_owner(id)));
            self.touch(some, |rows, alias| rows.id(alias).map(|id| rows.touch_entity(id)));
            let judged: SmallVec<[_; ALIASES]> = some.iter().map(|&at| (at, is_meant(at))).collect();
            let meant = judged.iter().filter(|(_, is_meant)| *is_meant).map(|(at, _)| at);
            self.touch(meant, Rows::touch_text);
            judged
        })
    }

    fn touch<'s, T>(
        &self,
        aliases: impl IntoIterator<Item = &'s AliasRef>,
        touch: impl Fn(Rows<'a>, AliasOrdinal) -> T,
    ) {
        for at in aliases {
            if let Some(&rows) = self.rows.get(usize::from(at.segment)) {
                let _ = touch(rows, at.alias);
            }
        }
    }
}

/// Aliases that are readied at once: as many as a core can wait for, or some more.
const ALIASES: usize = 16;
