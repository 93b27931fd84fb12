//! [`Ids`]: the IDs of a stack as numbers, and which of them name one entity.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use xxhash_rust::xxh3::xxh3_64;

/// Numbers for IDs, and a union-find forest over them. Some 30 bytes an ID beside its text.
#[derive(Default)]
pub(super) struct Ids {
    /// By the hash of the ID, or by the next free number after it.
    numbers: HashMap<u64, u32, FixedState>,
    texts: String,
    ends: Vec<usize>,
    /// Of each number one that names the same entity, towards the one that stands for all.
    parents: Vec<u32>,
}

impl Ids {
    /// How many there are: all numbers are below.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of an ID, a new one if it has none.
    pub fn number(&mut self, id: &str) -> u32 {
        match self.look_up(id) {
            Ok(number) => number,
            Err(hash) => {
                let number = self.ends.len() as u32;
                self.texts.push_str(id);
                self.ends.push(self.texts.len());
                self.parents.push(number);
                self.numbers.insert(hash, number);
                number
            }
        }
    }

    /// The number of an ID that some row speaks of.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.look_up(id).ok()
    }

    /// The number of an ID, or the hash under which it would lie.
    fn look_up(&self, id: &str) -> Result<u32, u64> {
        let mut hash = xxh3_64(id.as_bytes());
        while let Some(&number) = self.numbers.get(&hash) {
            if self.text(number) == id {
                return Ok(number);
            }
            hash = hash.wrapping_add(1);
        }
        Err(hash)
    }

    /// The ID of a number.
    pub fn text(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(number).and_then(|&end| self.texts.get(start..end)).unwrap_or_default()
    }

    /// The number that stands for the entity of `number`. At once after [`Self::flatten`].
    pub fn entity(&self, mut number: u32) -> u32 {
        while let Some(&parent) = self.parents.get(number as usize).filter(|&&parent| parent != number) {
            number = parent;
        }
        number
    }

    /// The same, while joins go on: each walk halves the way for the next.
    pub fn root(&mut self, mut number: u32) -> u32 {
        while let Some(&parent) = self.parents.get(number as usize).filter(|&&parent| parent != number) {
            let grandparent = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(number as usize) {
                *slot = grandparent;
            }
            number = parent;
        }
        number
    }

    /// Makes two IDs names of one entity.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        // The earlier number stands for both, so that IDs that are seen first stay at the root.
        if let Some(parent) = self.parents.get_mut(a.max(b) as usize) {
            *parent = a.min(b);
        }
    }

    /// Lets every number lead straight to the one that stands for its entity.
    pub fn flatten(&mut self) {
        for number in 0..self.parents.len() {
            let parent = self.parents.get(number).copied().unwrap_or_default() as usize;
            // A parent is never greater than its child, so it is flat already.
            let root = self.parents.get(parent).copied().unwrap_or_default();
            if let Some(slot) = self.parents.get_mut(number) {
                *slot = root;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_keep_their_numbers_and_texts() {
        let mut ids = Ids::default();
        let numbers: Vec<u32> = ["Q1", "", "Q2", "Q1"].into_iter().map(|id| ids.number(id)).collect();
        assert_eq!(numbers, [0, 1, 2, 0]);
        assert_eq!([0, 1, 2, 9].map(|number| ids.text(number).to_owned()), ["Q1", "", "Q2", ""]);
        assert_eq!((ids.find("Q2"), ids.find("Q3"), ids.len()), (Some(2), None, 3));
    }

    proptest! {
        #[test]
        fn joined_ids_have_one_entity_whatever_the_order(
            joins in proptest::collection::vec((0..12_u32, 0..12_u32), 0..20), a in 0..12_u32, b in 0..12_u32
        ) {
            let mut ids = Ids::default();
            for id in 0..12 {
                ids.number(&id.to_string());
            }
            let mut groups: Vec<u32> = (0..12).collect();
            for (a, b) in joins {
                ids.join(a, b);
                let (from, to) = (groups[a as usize], groups[b as usize]);
                groups.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            }
            let is_one = groups[a as usize] == groups[b as usize];
            prop_assert_eq!(ids.entity(a) == ids.entity(b), is_one);
            ids.flatten();
            prop_assert_eq!(ids.entity(a) == ids.entity(b), is_one);
        }
    }
}
