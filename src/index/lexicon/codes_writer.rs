//! [`CodesWriter`]: from sorted strings of codes to an automaton.

use std::io;

use super::node_writer::{Address, LEAF, NodeWriter};
use super::register::Register;

/// Writes one automaton of a lexicon: the codes of keys, in bytewise order.
///
/// Streams into `out`, in large pieces; holds some 3 MB, whatever the number of keys. `O(length)` a key.
///
/// Daciuk, Mihov, Watson & Watson 2000, "Incremental Construction of Minimal Acyclic Finite-State Automata"
/// (Computational Linguistics 26), section 3: only the nodes on the way of the last key can change. When a key turns off
/// that way, those beyond are complete, and each is either the same as one that is written already, or written. The
/// register in which the same is found forgets, so that the automaton is only almost minimal.
pub(crate) struct CodesWriter<W: io::Write> {
    nodes: NodeWriter<W>,
    register: Register,
    last: Vec<u8>,
    /// The nodes on the way of the last key by depth, each without the transition to the next; those beyond are empty.
    way: Vec<OpenNode>,
    count: u64,
}

/// A node to which transitions may be added.
#[derive(Default)]
pub(super) struct OpenNode {
    /// Whether a string ends here.
    pub is_final: bool,
    /// In ascending order of codes.
    pub transitions: Vec<Transition>,
}

/// A way from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transition {
    pub code: u8,
    pub target: Address,
}

impl<W: io::Write> CodesWriter<W> {
    /// Begins an automaton.
    pub(crate) fn new(out: W) -> Self {
        Self {
            nodes: NodeWriter::new(out),
            register: Register::default(),
            last: Vec::new(),
            way: vec![OpenNode::default()],
            count: 0,
        }
    }

    /// Adds the codes of a key, which must be greater than all before: else the error is of the kind
    /// [`io::ErrorKind::InvalidInput`].
    pub(crate) fn insert(&mut self, codes: &[u8]) -> io::Result<()> {
        let shared = self.last.iter().zip(codes).take_while(|(a, b)| a == b).count();
        if self.count > 0 && codes.get(shared) <= self.last.get(shared) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "keys are not in ascending order"));
        }
        self.freeze(shared)?;
        self.last.extend_from_slice(codes.get(shared..).unwrap_or_default());
        if self.way.len() <= codes.len() {
            self.way.resize_with(codes.len() + 1, OpenNode::default);
        }
        if let Some(end) = self.way.get_mut(codes.len()) {
            end.is_final = true;
        }
        self.count += 1;
        Ok(())
    }

    /// Completes the automaton and flushes it.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.freeze(0)?;
        let root = match self.way.first() {
            Some(root) if !root.is_leaf() => self.nodes.write(root)?,
            _ => LEAF,
        };
        self.nodes.finish(self.count, root)
    }

    /// Freezes the nodes of the last key beyond a depth, the deepest first.
    fn freeze(&mut self, depth: usize) -> io::Result<()> {
        let mut is_new = false;
        while self.last.len() > depth
            && let [.., parent, node] = self.way.get_mut(..=self.last.len()).unwrap_or_default()
            && let Some(code) = self.last.pop()
        {
            let target;
            (target, is_new) = Self::frozen(&mut self.nodes, &mut self.register, node, is_new)?;
            node.clear();
            parent.transitions.push(Transition { code, target });
        }
        Ok(())
    }

    /// The address of a node that is complete; whether it was written just now.
    ///
    /// A node that leads to a new one (`has_new_target`) is new itself: no other can lead there. So the tail of a key that
    /// no other shares is never looked for.
    fn frozen(
        nodes: &mut NodeWriter<W>,
        register: &mut Register,
        node: &OpenNode,
        has_new_target: bool,
    ) -> io::Result<(Address, bool)> {
        if node.is_leaf() {
            return Ok((LEAF, false));
        }
        let same = if has_new_target { None } else { register.find(node) };
        if let Some(address) = same {
            return Ok((address, false));
        }
        let address = nodes.write(node)?;
        register.add(node, address);
        Ok((address, true))
    }
}

impl OpenNode {
    /// Whether a string ends here and none goes on.
    fn is_leaf(&self) -> bool {
        self.is_final && self.transitions.is_empty()
    }

    fn clear(&mut self) {
        self.is_final = false;
        self.transitions.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fst::raw::Fst;
    use fst::{IntoStreamer, Streamer};
    use proptest::prelude::*;

    use super::*;

    type Keys = BTreeSet<Vec<u8>>;

    fn written(keys: &Keys) -> Vec<u8> {
        let mut writer = CodesWriter::new(Vec::new());
        keys.iter().for_each(|key| writer.insert(key).unwrap());
        writer.finish().unwrap()
    }

    /// Reads an automaton with `fst`.
    fn read(bytes: &[u8]) -> Keys {
        let fst = Fst::new(bytes).unwrap();
        fst.verify().unwrap();
        let (mut keys, mut stream) = (Keys::new(), fst.into_stream());
        while let Some((key, value)) = stream.next() {
            assert_eq!(value.value(), 0);
            assert!(keys.last().is_none_or(|last| **last < *key));
            keys.insert(key.to_vec());
        }
        assert_eq!(fst.len(), keys.len());
        keys
    }

    fn by_fst(keys: &Keys) -> Vec<u8> {
        fst::Set::from_iter(keys).unwrap().into_fst().into_inner()
    }

    /// The keys whose `count` first bytes decide how they go on: as many as nodes of a minimal automaton.
    fn distinct_rests(keys: &Keys) -> usize {
        let mut rests: BTreeMap<&[u8], BTreeSet<&[u8]>> = BTreeMap::from([(&[][..], BTreeSet::new())]);
        for key in keys {
            for at in 0..=key.len() {
                rests.entry(&key[..at]).or_default().insert(&key[at..]);
            }
        }
        rests.into_values().collect::<BTreeSet<_>>().len()
    }

    fn nodes(bytes: &[u8]) -> usize {
        let fst = Fst::new(bytes).unwrap();
        let (mut seen, mut open) = (BTreeSet::new(), vec![fst.root().addr()]);
        while let Some(address) = open.pop() {
            if seen.insert(address) {
                open.extend(fst.node(address).transitions().map(|transition| transition.addr));
            }
        }
        seen.len()
    }

    proptest! {
        #[test]
        fn fst_reads_what_is_written(
            keys in proptest::collection::btree_set(proptest::collection::vec(any::<u8>(), 0..6), 0..400),
        ) {
            prop_assert_eq!(read(&written(&keys)), keys);
        }

        #[test]
        fn few_nodes_are_as_few_as_can_be(keys in proptest::collection::btree_set("[ab]{0,9}", 0..300)) {
            let keys: Keys = keys.into_iter().map(String::into_bytes).collect();
            let bytes = written(&keys);
            prop_assert_eq!(read(&bytes), keys.clone());
            prop_assert_eq!(nodes(&bytes), distinct_rests(&keys));
        }
    }

    #[test]
    fn nodes_of_every_size_are_those_of_fst() {
        for count in [0, 1, 2, 31, 32, 33, 63, 64, 255, 256] {
            let bytes = (0..count).map(|byte: u32| byte as u8);
            for prefix in [&b""[..], b"k"] {
                let mut keys: Keys = bytes.clone().map(|byte| [prefix, &[byte]].concat()).collect();
                assert_eq!(written(&keys), by_fst(&keys));
                keys.insert(prefix.to_vec());
                assert_eq!(written(&keys), by_fst(&keys));
            }
        }
    }

    #[test]
    fn many_keys_take_no_more_room_than_with_fst() {
        // More nodes than the register holds, of which many are the same.
        let word = |number: u32| number.wrapping_mul(2_654_435_761) >> 16;
        let keys: Keys =
            (0..60_000).map(|i| format!("{:x} {:o}", word(i), word(i) % 2048).into_bytes()).collect();
        let bytes = written(&keys);
        assert!(bytes.len() * 100 <= by_fst(&keys).len() * 102);
        assert_eq!(read(&bytes), keys);
    }
}
