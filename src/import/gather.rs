//! [`Gather`]: facts of any number of entities, brought together by entity in bounded memory.
//!
//! Facts become records that begin with the ID of their entity and a number in the order of the inputs; all are sorted,
//! so what is said of one entity follows each other then. Facts of one entity that come together, as those of a row do,
//! share a record. Entities come in the bytewise order of their IDs.

use std::io;
use std::sync::Arc;

use super::facts::Fact;
use super::report::Report;
use crate::model::EntityId;
use crate::sort::{Scratch, Sorted, Sorter};

/// Records in memory, in bytes.
const MEMORY: usize = 256 << 20;
/// Bytes of groups that are worked on at once.
const BLOCK_BYTES: usize = 1 << 20;
/// What is said of one entity beyond this is left out: thousands of times what any has, unless a column that is no ID was
/// taken for one.
const MAX_GROUP_BYTES: usize = 16 << 20;

/// Ends the ID, which has no control characters.
const ID_END: u8 = 0;
/// Bytes of the number of a record.
const NUMBER: usize = 8;
/// Stands between the facts of a record; no fact has it.
const NEXT: char = '\u{1}';
/// Longer records are not added to.
const MAX_RECORD_BYTES: usize = 1 << 16;

/// Facts of a block of an input.
#[derive(Default)]
pub(super) struct Facts {
    text: String,
    /// Of each record: where its ID and where it ends in the text.
    ends: Vec<(usize, usize)>,
    /// What was left out of the block.
    pub report: Report,
}

impl Facts {
    /// Adds a fact of an entity.
    pub fn push(&mut self, id: &EntityId, fact: &Fact<'_>) {
        match self.ends.pop() {
            Some((id_end, end)) if self.may_go_on(id, id_end, end) => {
                self.text.push(NEXT);
                self.encode(fact, id_end);
            }
            last => {
                self.ends.extend(last);
                self.text.push_str(id.as_str());
                self.encode(fact, self.text.len());
            }
        }
    }

    /// Whether the last record, which ends there and is not in the list now, is of this entity and may grow.
    fn may_go_on(&self, id: &EntityId, id_end: usize, end: usize) -> bool {
        let start = self.ends.last().map_or(0, |&(_, end)| end);
        end - start < MAX_RECORD_BYTES && self.text.get(start..id_end) == Some(id.as_str())
    }

    fn encode(&mut self, fact: &Fact<'_>, id_end: usize) {
        fact.encode(&mut self.text);
        self.ends.push((id_end, self.text.len()));
    }

    /// How many bytes the facts take.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// ID and facts of each record, in order.
    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|&(_, end)| end));
        let part = |start, end| self.text.get(start..end).unwrap_or_default();
        starts.zip(&self.ends).map(move |(start, &(id_end, end))| (part(start, id_end), part(id_end, end)))
    }
}

/// Takes facts in any order.
pub(super) struct Gather {
    sorter: Sorter,
    number: u64,
    bytes: u64,
}

impl Gather {
    pub fn new(scratch: Arc<dyn Scratch>) -> Self {
        Self { sorter: Sorter::new(MEMORY, scratch), number: 0, bytes: 0 }
    }

    /// Takes facts, which come after all earlier ones.
    pub fn push(&mut self, facts: &Facts) -> io::Result<()> {
        for (id, fact) in facts.iter() {
            self.sorter.push(&[id.as_bytes(), &[ID_END], &self.number.to_be_bytes(), fact.as_bytes()])?;
            self.number += 1;
            self.bytes += (id.len() + 1 + NUMBER + fact.len()) as u64;
        }
        Ok(())
    }

    /// The bytes of all records.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The facts, entity by entity. O(n log n).
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

/// All facts of some entities.
#[derive(Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
    /// Where the records of the last entity begin.
    group_start: usize,
    /// How many facts did not fit.
    pub left_out: u64,
}

impl Groups {
    /// Fills `block` with the next entities; false at the end.
    pub fn fill(&mut self, block: &mut Block) -> io::Result<bool> {
        *block = Block {
            bytes: std::mem::take(&mut block.bytes),
            ends: std::mem::take(&mut block.ends),
            ..Block::default()
        };
        block.bytes.clear();
        block.ends.clear();
        if !self.next.is_empty() {
            block.push(&std::mem::take(&mut self.next));
        }
        while let Some(record) = self.sorted.next()? {
            if block.bytes.len() >= BLOCK_BYTES && block.last_id() != id_of(record) {
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
        if self.last_id() != id_of(record) {
            self.group_start = self.bytes.len();
        } else if self.bytes.len() - self.group_start + record.len() > MAX_GROUP_BYTES {
            self.left_out += facts_of(record).map_or(0, |facts| facts.split(NEXT).count() as u64);
            return;
        }
        self.bytes.extend_from_slice(record);
        self.ends.push(self.bytes.len());
    }

    fn last_id(&self) -> Option<&[u8]> {
        id_of(self.records().next_back()?)
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

    /// The entities, each with what is said of it.
    pub fn groups(&self) -> Vec<(EntityId, Vec<Fact<'_>>)> {
        let mut groups: Vec<(EntityId, Vec<Fact<'_>>)> = Vec::new();
        for record in self.records() {
            let (Some(id), Some(facts)) = (id_of(record), facts_of(record)) else { continue };
            let facts = facts.split(NEXT).filter_map(Fact::decode);
            match groups.last_mut() {
                Some((last, all)) if last.as_str().as_bytes() == id => all.extend(facts),
                _ => groups.extend(
                    std::str::from_utf8(id).ok().map(|id| (EntityId::from_checked(id), facts.collect())),
                ),
            }
        }
        groups
    }
}

fn id_of(record: &[u8]) -> Option<&[u8]> {
    record.get(..memchr::memchr(ID_END, record)?)
}

/// The facts of a record, with [`NEXT`] between them.
fn facts_of(record: &[u8]) -> Option<&str> {
    std::str::from_utf8(record.get(id_of(record)?.len() + 1 + NUMBER..)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AliasKind;
    use crate::sort::MemoryScratch;

    fn gathered(facts: &[(&str, &str)]) -> Groups {
        let mut gather = Gather::new(Arc::new(MemoryScratch));
        for (id, text) in facts {
            let mut block = Facts::default();
            let fact = Fact::Name { kind: AliasKind::Alternate, lang: "".into(), text: (*text).into() };
            block.push(&EntityId::new(id).unwrap(), &fact);
            gather.push(&block).unwrap();
        }
        gather.finish().unwrap()
    }

    fn names(block: &Block) -> Vec<(String, Vec<String>)> {
        let text = |fact: &Fact<'_>| match fact {
            Fact::Name { text, .. } => text.to_string(),
            other => panic!("{other:?}"),
        };
        let groups = block.groups();
        groups.iter().map(|(id, facts)| (id.to_string(), facts.iter().map(text).collect())).collect()
    }

    #[test]
    fn what_is_said_of_one_entity_comes_together_in_order() {
        let mut groups = gathered(&[("x:2", "z"), ("x:10", "c"), ("x:2", "a"), ("x:1", "q"), ("x:2", "m")]);
        let mut block = Block::default();
        assert!(groups.fill(&mut block).unwrap());
        let expected = [("x:1", vec!["q"]), ("x:10", vec!["c"]), ("x:2", vec!["z", "a", "m"])];
        let expected =
            expected.map(|(id, names)| (id.to_owned(), names.into_iter().map(str::to_owned).collect()));
        assert_eq!(names(&block), expected);
        assert!(!groups.fill(&mut block).unwrap());
    }

    #[test]
    fn facts_that_come_together_share_a_record() {
        let mut facts = Facts::default();
        for (id, text) in
            [("x:1", "a"), ("x:1", "b"), ("x:2", "c"), ("x:2", "d"), ("x:1", "e"), ("x:12", "f")]
        {
            let fact = Fact::Name { kind: AliasKind::Alternate, lang: "".into(), text: text.into() };
            facts.push(&EntityId::new(id).unwrap(), &fact);
        }
        assert_eq!(facts.iter().map(|(id, _)| id).collect::<Vec<_>>(), ["x:1", "x:2", "x:1", "x:12"]);
        let mut gather = Gather::new(Arc::new(MemoryScratch));
        gather.push(&facts).unwrap();
        let (mut groups, mut block) = (gather.finish().unwrap(), Block::default());
        groups.fill(&mut block).unwrap();
        let found: Vec<_> = names(&block).into_iter().map(|(id, names)| (id, names.concat())).collect();
        let expected = [("x:1", "abe"), ("x:12", "f"), ("x:2", "cd")];
        assert_eq!(found, expected.map(|(id, names)| (id.to_owned(), names.to_owned())));
    }

    #[test]
    fn no_entity_is_cut_in_two_and_none_takes_all_memory() {
        let long = "x".repeat(1000);
        let mut facts = Vec::new();
        for id in ["a", "b", "c"] {
            facts.extend(std::iter::repeat_n((id, long.as_str()), 700));
        }
        facts.extend(std::iter::repeat_n(("d", long.as_str()), 17_000));
        facts.push(("e", "last"));
        let (mut groups, mut block) = (gathered(&facts), Block::default());
        let (mut sizes, mut left_out) = (Vec::new(), 0);
        while groups.fill(&mut block).unwrap() {
            sizes.extend(names(&block).into_iter().map(|(id, names)| (id, names.len() as u64)));
            left_out += block.left_out;
        }
        let ids: Vec<_> = sizes.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c", "d", "e"]);
        assert_eq!(sizes[..3].iter().map(|(_, count)| *count).collect::<Vec<_>>(), [700; 3]);
        assert!(left_out > 0 && sizes[3].1 + left_out == 17_000);
    }
}
