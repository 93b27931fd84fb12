//! Walks automata by codes of one or two bytes.

use super::Group;
use super::automaton::{Node, View};

impl View<'_> {
    /// Where the transition of a code leads from a node.
    #[inline]
    pub(super) fn follow(self, node: &Node<'_>, group: Group, code: u16) -> Option<usize> {
        let [high, low] = code.to_be_bytes();
        match group {
            Group::Narrow => node.target(node.find(low).filter(|_| high == 0)?),
            Group::Wide => {
                let middle = self.node(node.target(node.find(high)?)?);
                middle.target(middle.find(low)?)
            }
        }
    }

    /// Calls `visit` with the code and the target of each transition of a node.
    #[inline]
    pub(super) fn for_each(self, node: &Node<'_>, group: Group, mut visit: impl FnMut(u16, usize)) {
        match group {
            Group::Narrow => node.for_each(|input, target| visit(u16::from(input), target)),
            Group::Wide => node.for_each(|high, target| {
                let middle = self.node(target);
                middle.for_each(|low, target| visit(u16::from_be_bytes([high, low]), target));
            }),
        }
    }
}
