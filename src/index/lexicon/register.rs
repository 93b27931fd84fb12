//! [`Register`]: which nodes an automaton has already.

use super::codes_writer::{OpenNode, Transition};
use super::node_writer::Address;

/// The nodes that were written not long ago, to be found by what they are.
///
/// Two hash tables of a fixed size, each with two places for a hash: what was used longer ago gives way. Nearly all nodes
/// have one transition, and are compared as numbers.
pub(super) struct Register {
    links: Vec<[Link; 2]>,
    branches: Vec<[Branch; 2]>,
}

/// Binary logarithms of the numbers of buckets.
const LINK_BITS: u32 = 15;
const BRANCH_BITS: u32 = 13;

/// A node of one transition. No node has the address 0 (see [`super::node_writer::LEAF`]), which marks an empty place.
#[derive(Clone, Copy, Default)]
struct Link {
    /// All that it is: see [`packed`].
    node: u64,
    address: Address,
}

/// Any other node.
#[derive(Clone, Default)]
struct Branch {
    hash: u64,
    address: Address,
    is_final: bool,
    transitions: Vec<Transition>,
}

impl Default for Register {
    fn default() -> Self {
        Self {
            links: vec![Default::default(); 1 << LINK_BITS],
            branches: vec![Default::default(); 1 << BRANCH_BITS],
        }
    }
}

impl Register {
    /// The address of a node like this one, if it is known.
    #[inline]
    pub fn find(&mut self, node: &OpenNode) -> Option<Address> {
        if let [transition] = *node.transitions {
            self.find_link(packed(node.is_final, transition))
        } else {
            self.find_branch(node)
        }
    }

    /// Notes where a node is that [`Register::find`] did not find.
    #[inline]
    pub fn add(&mut self, node: &OpenNode, address: Address) {
        if let [transition] = *node.transitions {
            let node = packed(node.is_final, transition);
            let bucket = self.link_bucket(node);
            *bucket = [Link { node, address }, bucket[0]];
        } else {
            let hash = hash(node);
            let [newer, older] = self.branch_bucket(hash);
            std::mem::swap(newer, older);
            (newer.hash, newer.address, newer.is_final) = (hash, address, node.is_final);
            newer.transitions.clone_from(&node.transitions);
        }
    }

    #[inline]
    fn find_link(&mut self, node: u64) -> Option<Address> {
        let bucket = self.link_bucket(node);
        let place = bucket.iter().position(|link| link.node == node && link.address != 0)?;
        if place == 1 {
            bucket.swap(0, 1);
        }
        Some(bucket[0].address)
    }

    fn find_branch(&mut self, node: &OpenNode) -> Option<Address> {
        let hash = hash(node);
        let bucket = self.branch_bucket(hash);
        let place = bucket.iter().position(|branch| branch.hash == hash && branch.is(node))?;
        if place == 1 {
            bucket.swap(0, 1);
        }
        Some(bucket[0].address)
    }

    fn link_bucket(&mut self, node: u64) -> &mut [Link; 2] {
        &mut self.links[(mixed(node) >> (64 - LINK_BITS)) as usize]
    }

    fn branch_bucket(&mut self, hash: u64) -> &mut [Branch; 2] {
        &mut self.branches[(hash >> (64 - BRANCH_BITS)) as usize]
    }
}

impl Branch {
    fn is(&self, node: &OpenNode) -> bool {
        self.address != 0 && self.is_final == node.is_final && self.transitions == node.transitions
    }
}

/// All that a node of one transition is. An automaton of 2^55 bytes would fill more than any disk.
const fn packed(is_final: bool, transition: Transition) -> u64 {
    transition.target << 9 | (transition.code as u64) << 1 | is_final as u64
}

fn hash(node: &OpenNode) -> u64 {
    node.transitions.iter().fold(u64::from(node.is_final), |hash, &transition| {
        mixed(hash.rotate_left(23) ^ packed(false, transition))
    })
}

/// Spreads a number over all bits, above all the high ones (Knuth, The Art of Computer Programming, vol. 3, 6.4:
/// multiplicative hashing).
const fn mixed(number: u64) -> u64 {
    (number ^ number >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(is_final: bool, transitions: &[(u8, Address)]) -> OpenNode {
        let transitions = transitions.iter().map(|&(code, target)| Transition { code, target }).collect();
        OpenNode { is_final, transitions }
    }

    #[test]
    fn nodes_are_found_by_all_that_they_are() {
        let nodes = [
            node(false, &[(0, 0)]),
            node(true, &[(0, 0)]),
            node(false, &[(1, 0)]),
            node(false, &[(0, 16)]),
            node(false, &[(0, 0), (1, 0)]),
            node(true, &[(0, 0), (1, 0)]),
            node(false, &[(0, 0), (1, 16)]),
            node(false, &[(0, 0), (2, 0)]),
        ];
        let mut register = Register::default();
        for (address, node) in (20..).zip(&nodes) {
            assert_eq!(register.find(node), None);
            register.add(node, address);
        }
        for (address, node) in (20..).zip(&nodes) {
            assert_eq!(register.find(node), Some(address));
        }
    }

    #[test]
    fn what_was_used_longest_ago_is_forgotten() {
        for rest in [&[][..], &[(9, 0)]] {
            let mut register = Register::default();
            let of = |target| node(false, &[&[(1, target)], rest].concat());
            let count = 40 * (1 << LINK_BITS);
            (1..=count).for_each(|target| register.add(&of(target), target));
            assert_eq!(register.find(&of(count)), Some(count));
            let known = (1..=count).filter(|&target| register.find(&of(target)) == Some(target)).count();
            assert!(known > 1 << BRANCH_BITS && known <= 2 << LINK_BITS, "{known}");
        }
    }
}
