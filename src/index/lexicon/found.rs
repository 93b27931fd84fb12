//! Gathers what a search finds.

use std::ops::Range;

use super::{CodePage, Group};

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

    /// Adds the key of some codes, if they all stand for characters.
    pub(super) fn add(&mut self, page: &CodePage, group: Group, codes: impl Iterator<Item = u16>, edits: u8) {
        let start = self.text.len();
        for code in codes {
            let Some(c) = page.character(group, code) else { return self.text.truncate(start) };
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
