//! Reads automata in the format of the crate `fst`, version 3, in place.
//!
//! A reader of our own for two reasons. A search reads some hundred nodes, each of them once and few of their
//! transitions, and `fst` parses all of a node first. And `fst` panics where an address leads out of the bytes, while
//! here what makes no sense is a node without transitions. Every transition leads to a lower address, so that nothing
//! goes round in circles.
//!
//! The format is that of `fst` 0.4, `src/raw/node.rs`. A node is read from its last byte, the address, backwards.

use super::LexiconError;

/// The version of the format.
pub(super) const VERSION: u64 = 3;
/// Version and type before the nodes.
const HEAD_BYTES: usize = 16;
/// Number of keys, address of the root, checksum after the nodes.
const TAIL_BYTES: usize = 20;
/// The address of the node that is final and has no transitions; it is not written.
pub(super) const LEAF: usize = 0;
/// Nodes of more transitions have a table from byte to transition.
pub(super) const MAX_UNINDEXED: usize = 32;

/// An automaton: its bytes, of whatever kind. Of `fst`, keys may have numbers; here they are passed over.
pub(super) struct Automaton<B> {
    bytes: B,
    root: usize,
}

impl<B: AsRef<[u8]>> Automaton<B> {
    /// Opens an automaton; checks version, length and the address of the root.
    pub(super) fn open(bytes: B) -> Result<Self, LexiconError> {
        let root = root(bytes.as_ref()).ok_or(LexiconError::Automaton("it has no frame"))?;
        Ok(Self { bytes, root })
    }

    /// A view of the bytes, to walk on.
    pub(super) fn view(&self) -> View<'_> {
        View { bytes: self.bytes.as_ref(), root: self.root }
    }
}

/// The address of the root, if there is one where it must be.
fn root(bytes: &[u8]) -> Option<usize> {
    let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let nodes_end = bytes.len().checked_sub(TAIL_BYTES).filter(|&end| end >= HEAD_BYTES)?;
    let root = usize::try_from(number(nodes_end + 8)?).ok()?;
    let is_root = if root == LEAF { nodes_end == HEAD_BYTES } else { root.checked_add(1) == Some(nodes_end) };
    (number(0)? == VERSION && is_root).then_some(root)
}

/// An automaton to walk on.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    bytes: &'a [u8],
    root: usize,
}

impl<'a> View<'a> {
    /// The node at which every string begins.
    pub(super) fn root(self) -> Node<'a> {
        self.node(self.root)
    }

    /// Whether there are no strings.
    pub(super) fn is_empty(self) -> bool {
        let root = self.root();
        root.inputs.is_empty() && !root.is_final
    }

    /// The address of the root.
    pub(super) fn root_address(self) -> usize {
        self.root
    }

    /// Has the processor fetch a node that will be read soon.
    ///
    /// A plain read whose result nobody waits for: the processor goes on meanwhile, as it would after a prefetch.
    #[inline]
    pub(super) fn touch(self, address: usize) {
        std::hint::black_box(self.bytes.get(address).copied().unwrap_or_default());
    }

    /// The node at an address; one without transitions if there is none.
    #[inline]
    pub(super) fn node(self, address: usize) -> Node<'a> {
        if address == LEAF {
            return Node { is_final: true, ..Node::DEAD };
        }
        self.parse(address).unwrap_or(Node::DEAD)
    }

    #[inline]
    fn parse(self, address: usize) -> Option<Node<'a>> {
        let state = *self.bytes.get(address)?;
        if state >> 7 == 0 { self.parse_branch(address, state) } else { self.parse_link(address, state) }
    }

    /// A node of one transition that is not final.
    #[inline]
    fn parse_link(self, address: usize, state: u8) -> Option<Node<'a>> {
        let (inputs, at) = match usize::from(state & 0x3F) {
            0 => (self.bytes.get(address.checked_sub(1)?..address)?, address - 1),
            common => (COMMON_INPUTS.get(common - 1..common)?, address),
        };
        if state & 0x40 != 0 {
            // To the node that lies before.
            let end = at;
            return Some(Node { bytes: self.bytes, inputs, end, is_next: true, ..Node::DEAD });
        }
        let sizes = *self.bytes.get(at.checked_sub(1)?)?;
        let (target_size, output_size) = (usize::from(sizes >> 4), usize::from(sizes & 15));
        let targets = (at - 1).checked_sub(target_size)?;
        let end = targets.checked_sub(output_size)?;
        Some(Node { bytes: self.bytes, inputs, targets, target_size, end, ..Node::DEAD })
    }

    /// Any other node.
    #[inline]
    fn parse_branch(self, address: usize, state: u8) -> Option<Node<'a>> {
        let is_final = state & 0x40 != 0;
        let (count, at) = match usize::from(state & 0x3F) {
            // One transition is never written so, and stands for 256.
            0 => match usize::from(*self.bytes.get(address.checked_sub(1)?)?) {
                1 => (256, address - 1),
                count => (count, address - 1),
            },
            count => (count, address),
        };
        let sizes = *self.bytes.get(at.checked_sub(1)?)?;
        let (target_size, output_size) = (usize::from(sizes >> 4), usize::from(sizes & 15));
        let index = if count > MAX_UNINDEXED { (at - 1).checked_sub(256)? } else { at - 1 };
        let inputs_at = index.checked_sub(count)?;
        let targets = inputs_at.checked_sub(count * target_size)?;
        let end = targets.checked_sub((count + usize::from(is_final)) * output_size)?;
        let inputs = self.bytes.get(inputs_at..index)?;
        Some(Node {
            bytes: self.bytes,
            inputs,
            index: if count > MAX_UNINDEXED { index } else { 0 },
            targets,
            target_size,
            end,
            is_final,
            is_next: false,
        })
    }
}

/// A node, in place.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    bytes: &'a [u8],
    /// The bytes of the transitions, in descending order.
    inputs: &'a [u8],
    /// Where the table from byte to transition is, counted in ascending order; 0 if there is none.
    index: usize,
    /// Where the distances to the targets begin, in the order of the inputs.
    targets: usize,
    target_size: usize,
    /// The lowest address of the node, from which targets are counted.
    end: usize,
    /// Whether a string ends here.
    pub(super) is_final: bool,
    /// Whether its one transition leads to the node that lies before it.
    is_next: bool,
}

impl<'a> Node<'a> {
    const DEAD: Self = Self {
        bytes: &[],
        inputs: &[],
        index: 0,
        targets: 0,
        target_size: 0,
        end: 0,
        is_final: false,
        is_next: false,
    };

    /// The bytes of its transitions.
    #[inline]
    pub(super) fn inputs(&self) -> &'a [u8] {
        self.inputs
    }

    /// Calls `visit` with the byte and the target of each transition.
    #[inline]
    pub(super) fn for_each(&self, mut visit: impl FnMut(u8, usize)) {
        for (i, &input) in self.inputs.iter().enumerate() {
            if let Some(target) = self.target(i) {
                visit(input, target);
            }
        }
    }

    /// The transition of a byte, as an index of [`Node::inputs`].
    #[inline]
    pub(super) fn find(&self, byte: u8) -> Option<usize> {
        if self.index == 0 {
            // Mostly a few: a call to search them in blocks would take longer.
            return self.inputs.iter().position(|&input| input == byte);
        }
        let i = usize::from(*self.bytes.get(self.index + usize::from(byte))?);
        self.inputs.len().checked_sub(i + 1)
    }

    /// Where a transition leads.
    #[inline]
    pub(super) fn target(&self, i: usize) -> Option<usize> {
        if self.is_next {
            return self.end.checked_sub(1).filter(|&target| target != LEAF);
        }
        match self.number(self.targets + i * self.target_size, self.target_size)? {
            0 => Some(LEAF),
            distance => {
                self.end.checked_sub(usize::try_from(distance).ok()?).filter(|&target| target != LEAF)
            }
        }
    }

    /// A number of so many bytes. Eight are read, which there always are: the tail of the automaton follows the nodes.
    #[inline]
    fn number(&self, at: usize, size: usize) -> Option<u64> {
        if size == 0 {
            return Some(0);
        }
        let word = u64::from_le_bytes(*self.bytes.get(at..)?.first_chunk()?);
        Some(word & (u64::MAX >> (64 - 8 * size.min(8))))
    }
}

/// The bytes that a node of one transition has in its own byte, by number. (Part of the format.)
pub(super) const COMMON_INPUTS: &[u8; 63] = super::code_page::CHEAP;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    fn automaton(map: &BTreeMap<Vec<u8>, u64>) -> Automaton<Vec<u8>> {
        let map = fst::Map::from_iter(map.iter().map(|(key, value)| (key, *value))).unwrap();
        Automaton::open(map.into_fst().into_inner()).unwrap()
    }

    /// All strings, by every transition there is; each transition is found by its byte too.
    fn walk(view: View<'_>, node: &Node<'_>, path: &mut Vec<u8>, all: &mut BTreeSet<Vec<u8>>) {
        if node.is_final {
            all.insert(path.clone());
        }
        for (i, &input) in node.inputs().iter().enumerate() {
            assert_eq!(node.find(input), Some(i));
            path.push(input);
            walk(view, &view.node(node.target(i).unwrap()), path, all);
            path.pop();
        }
        assert!((0..=255).all(|byte| node.find(byte).is_some() == node.inputs().contains(&byte)));
    }

    fn check(map: &BTreeMap<Vec<u8>, u64>) {
        let (automaton, mut all) = (automaton(map), BTreeSet::new());
        walk(automaton.view(), &automaton.view().root(), &mut Vec::new(), &mut all);
        assert!(all.iter().eq(map.keys()));
        assert_eq!(automaton.view().is_empty(), map.is_empty());
    }

    proptest! {
        #[test]
        fn it_reads_what_fst_writes(
            map in proptest::collection::btree_map(proptest::collection::vec(any::<u8>(), 0..6), any::<u64>(), 0..400),
        ) {
            check(&map);
        }

        #[test]
        fn it_reads_shared_suffixes(map in proptest::collection::btree_map("[ab]{0,9}", 0..9_u64, 0..300)) {
            check(&map.into_iter().map(|(key, value)| (key.into_bytes(), value)).collect());
        }
    }

    #[test]
    fn it_reads_nodes_of_every_size() {
        for count in [0, 1, 2, 31, 32, 33, 63, 64, 255, 256] {
            let bytes = (0..count).map(|byte: u32| byte as u8);
            for key in [&b""[..], b"k"] {
                let add = |value| bytes.clone().map(move |byte| ([key, &[byte]].concat(), value));
                check(&add(0).collect());
                check(&add(300).chain([(key.to_vec(), 7)]).collect());
            }
        }
    }

    #[test]
    fn an_address_out_of_bounds_is_a_node_without_transitions() {
        let automaton = automaton(&BTreeMap::from([(b"ab".to_vec(), 1)]));
        let node = automaton.view().node(1 << 40);
        assert!(node.inputs().is_empty() && !node.is_final);
    }
}
