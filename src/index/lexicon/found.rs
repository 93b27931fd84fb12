//! Gathers what a search finds.

use std::ops::Range;

use super::CodePage;
use super::walk::Walk;

/// Keys and their edits, gathered until all are there.
#[derive(Default)]
pub(super) struct Found {
    text: String,
    keys: Vec<(Range<usize>, u8)>,
}

impl Found {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.keys.clear();
    }

    /// Adds the key of some codes that one of the walks has come upon. How many edits they are away, by any alignment, is
    /// for `any` to say: a walk knows but those that it is to find.
    pub(super) fn add(&mut self, page: &CodePage, any: &Walk<'_>, codes: impl Iterator<Item = u16> + Clone) {
        let Some(edits) = any.edits(codes.clone()) else { return };
        let start = self.text.len();
        for code in codes {
            let Some(c) = page.character(any.group, code) else { return self.text.truncate(start) };
            self.text.push(c);
        }
        self.keys.push((start..self.text.len(), edits));
    }

    /// Calls `visit` with each key, in bytewise order.
    pub(super) fn visit(&mut self, mut visit: impl FnMut(&str, u8)) {
        let Self { text, keys } = self;
        keys.sort_unstable_by(|(a, _), (b, _)| text[a.clone()].cmp(&text[b.clone()]));
        for (range, edits) in keys {
            visit(&text[range.clone()], *edits);
        }
    }
}
