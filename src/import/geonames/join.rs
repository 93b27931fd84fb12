//! [`Join`]: places and their names from several files, brought together in bounded memory.
//!
//! Every place and every name becomes a record that begins with the ID of the place, and all are sorted: what belongs to
//! one place follows each other then, places before names, each in the order of the inputs. Of the places that are taken
//! a set of bits is kept, so that names of others are not sorted with them.

use std::io;
use std::sync::Arc;

use super::alternate::Alternate;
use super::columns::ID_BOUND;
use super::place::Place;
use crate::sort::{Scratch, Sorted, Sorter};

/// Records in memory, in bytes.
const MEMORY: usize = 256 << 20;
/// Bytes of groups that are worked on at once.
const BLOCK_BYTES: usize = 1 << 20;

/// Bytes before the text of a record: ID, tag, number in the order of the inputs.
const HEAD: usize = 4 + 1 + 8;
const PLACE: u8 = 0;
const NAME: u8 = 1;

/// Takes places and names in any order.
pub(super) struct Join {
    sorter: Sorter,
    number: u64,
    bytes: u64,
}

/// Records of a block of lines.
#[derive(Default)]
pub(super) struct Records {
    text: String,
    /// Of each: the place, what it is, and where it ends in the text.
    ends: Vec<(u32, u8, usize)>,
}

impl Records {
    pub fn place(&mut self, place: &Place<'_>) {
        self.push(place.id, PLACE, &place.record());
    }

    pub fn name(&mut self, name: &Alternate<'_>) {
        self.push(name.id, NAME, &name.record());
    }

    fn push(&mut self, id: u32, tag: u8, record: &str) {
        self.text.push_str(record);
        self.ends.push((id, tag, self.text.len()));
    }

    /// The places among the records.
    pub fn places(&self) -> impl Iterator<Item = u32> {
        self.ends.iter().filter(|(_, tag, _)| *tag == PLACE).map(|&(id, ..)| id)
    }
}

impl Join {
    pub fn new(scratch: Arc<dyn Scratch>) -> Self {
        Self { sorter: Sorter::new(MEMORY, scratch), number: 0, bytes: 0 }
    }

    /// Takes records, which come after all earlier ones.
    pub fn push(&mut self, records: &Records) -> io::Result<()> {
        let mut start = 0;
        for &(id, tag, end) in &records.ends {
            let text = records.text.get(start..end).unwrap_or_default();
            self.sorter.push(&[&id.to_be_bytes(), &[tag], &self.number.to_be_bytes(), text.as_bytes()])?;
            self.number += 1;
            self.bytes += (HEAD + text.len()) as u64;
            start = end;
        }
        Ok(())
    }

    /// The bytes of all records.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The records, place by place. O(n log n).
    pub fn finish(self) -> io::Result<Groups> {
        Ok(Groups { sorted: self.sorter.finish()?, next: Vec::new() })
    }
}

/// Sorted records.
pub(super) struct Groups {
    sorted: Sorted,
    /// The first record of the next block; empty if it is not read yet.
    next: Vec<u8>,
}

/// All records of some places.
#[derive(Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// What is known of one place.
pub(super) struct Group<'b> {
    /// More than one if the inputs list it more than once.
    pub places: Vec<Place<'b>>,
    pub names: Vec<Alternate<'b>>,
}

impl Groups {
    /// Fills `block` with the next places; false at the end.
    pub fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        block.bytes.clear();
        block.ends.clear();
        if !self.next.is_empty() {
            block.push(&std::mem::take(&mut self.next));
        }
        while let Some(record) = self.sorted.next()? {
            if block.bytes.len() >= BLOCK_BYTES && block.last_id() != record.get(..4) {
                self.next = record.to_vec();
                break;
            }
            block.push(record);
        }
        Ok(!block.ends.is_empty())
    }
}

impl Block {
    fn push(&mut self, record: &[u8]) {
        self.bytes.extend_from_slice(record);
        self.ends.push(self.bytes.len());
    }

    fn last_id(&self) -> Option<&[u8]> {
        self.records().next_back()?.get(..4)
    }

    fn records(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        (0..self.ends.len()).filter_map(|index| {
            let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
            self.bytes.get(start..*self.ends.get(index)?)
        })
    }

    /// How many bytes it holds.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What is known of each place.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut last = 0;
        for (id, tag, text) in self.records().filter_map(parts) {
            if id != last {
                groups.push(Group { places: Vec::new(), names: Vec::new() });
                last = id;
            }
            let Some(group) = groups.last_mut() else { continue };
            match tag {
                PLACE => group.places.extend(Place::from_record(id, text)),
                _ => group.names.extend(Alternate::from_record(id, text)),
            }
        }
        groups
    }
}

/// ID, tag and text of a record.
fn parts(record: &[u8]) -> Option<(u32, u8, &str)> {
    let (id, rest) = record.split_first_chunk()?;
    let text = std::str::from_utf8(record.get(HEAD..)?).ok()?;
    Some((u32::from_be_bytes(*id), *rest.first()?, text))
}

/// A set of GeoNames IDs: a bit for each.
#[derive(Default)]
pub(super) struct IdSet {
    words: Vec<u64>,
}

impl IdSet {
    /// Adds an ID; those beyond [`ID_BOUND`] are in no set.
    pub fn insert(&mut self, id: u32) {
        if id >= ID_BOUND {
            return;
        }
        let word = (id / 64) as usize;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= 1 << (id % 64);
        }
    }

    pub fn contains(&self, id: u32) -> bool {
        self.words.get((id / 64) as usize).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sort::MemoryScratch;

    fn place(id: u32, name: &str) -> Records {
        let mut records = Records::default();
        let line = format!("{id}\t{name}\t{name}\t\t0\t0\tP\tPPL\tUA\t\t\t\t\t\t0\t\t\t\t");
        records.place(&Place::read(&line).unwrap());
        records
    }

    fn name(id: u32, text: &str) -> Records {
        let mut records = Records::default();
        records.name(&Alternate::read(&format!("1\t{id}\t\t{text}\t\t\t\t")).unwrap());
        records
    }

    #[test]
    fn what_belongs_together_comes_together() {
        let mut join = Join::new(Arc::new(MemoryScratch));
        for records in
            [name(300, "z"), place(300, "C"), place(2, "B"), name(2, "y"), name(2, "x"), place(2, "B2")]
        {
            join.push(&records).unwrap();
        }
        let mut groups = join.finish().unwrap();
        let mut block = Block::default();
        assert!(groups.fill(&mut block).unwrap());
        let found: Vec<String> = block
            .groups()
            .iter()
            .map(|group| {
                let places = group.places.iter().map(|place| place.name);
                places.chain(group.names.iter().map(|name| name.text)).collect::<Vec<_>>().join(" ")
            })
            .collect();
        assert_eq!(found, ["B B2 y x", "C z"]);
        assert!(!groups.fill(&mut block).unwrap());
    }

    #[test]
    fn a_place_is_never_cut_in_two() {
        let mut join = Join::new(Arc::new(MemoryScratch));
        let long = "x".repeat(1000);
        for id in 1..=5 {
            join.push(&place(id, &long)).unwrap();
            (0..600).for_each(|_| join.push(&name(id, &long)).unwrap());
        }
        let (mut groups, mut block) = (join.finish().unwrap(), Block::default());
        let mut sizes = Vec::new();
        while groups.fill(&mut block).unwrap() {
            sizes.extend(block.groups().iter().map(|group| (group.places.len(), group.names.len())));
        }
        assert_eq!(sizes, [(1, 600); 5]);
    }

    #[test]
    fn sets_hold_what_was_put_in() {
        let mut set = IdSet::default();
        [1, 64, 1000, u32::MAX].into_iter().for_each(|id| set.insert(id));
        assert_eq!(
            [0, 1, 63, 64, 1000, u32::MAX].map(|id| set.contains(id)),
            [false, true, false, true, true, false]
        );
    }
}
