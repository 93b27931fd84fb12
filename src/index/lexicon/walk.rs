//! Walks an automaton along with the states of a pattern.

use super::automaton::{Node, View};
use super::state::{Allowed, Floors, Matches, States, window};
use super::{Group, WorkBudget};

/// A pattern to walk with: its codes in the order of the walk, and what to look for.
pub(super) struct Walk<'w, M> {
    pub(super) group: Group,
    /// The codes, padded.
    pub(super) padded: &'w [u16],
    /// The number of codes.
    pub(super) length: usize,
    /// Where the codes stand.
    pub(super) matches: M,
    /// Which alignments the walk is to find.
    pub(super) floors: Floors,
}

/// Buffers of a walk.
#[derive(Default)]
pub(super) struct WalkBuffers {
    open: Vec<Step>,
    path: Vec<u16>,
}

/// A transition to be followed.
#[derive(Clone, Copy)]
struct Step {
    target: usize,
    states: States,
    /// The length of the path with it.
    depth: u32,
    code: u16,
}

impl<M: Matches> Walk<'_, M> {
    /// Calls `found` with the codes, in the order of the walk, of all that is within the edits.
    pub(super) fn run(
        &self,
        view: View<'_>,
        buffers: &mut WalkBuffers,
        budget: &mut WorkBudget,
        mut found: impl FnMut(&[u16]),
    ) {
        let WalkBuffers { open, path } = buffers;
        open.clear();
        path.clear();
        open.push(Step { target: view.root_address(), states: self.start(), depth: 0, code: 0 });
        while let Some(step) = open.pop() {
            if !budget.take(1) {
                return;
            }
            let depth = step.depth as usize;
            if let Some(before) = depth.checked_sub(1) {
                path.truncate(before);
                path.push(step.code);
            }
            let node = view.node(step.target);
            if node.is_final && step.states.edits(self.length, depth).is_some() {
                found(path);
            }
            self.expand(view, &node, step, open);
        }
    }

    /// With how many edits the walk would find the codes, if at all.
    pub(super) fn edits(&self, codes: impl Iterator<Item = u16>) -> Option<u8> {
        let (mut states, mut depth) = (self.start(), 0);
        for code in codes {
            let matches = self.matches.matches(depth, code);
            depth += 1;
            states = states.step(matches, self.floors.allowed(self.length, depth));
        }
        states.edits(self.length, depth)
    }

    fn start(&self) -> States {
        States::start(self.floors.allowed(self.length, 0))
    }

    /// Opens the transitions of a node with which the pattern can go on.
    #[inline]
    fn expand(&self, view: View<'_>, node: &Node<'_>, step: Step, open: &mut Vec<Step>) {
        let depth = step.depth as usize;
        let allowed = self.floors.allowed(self.length, depth + 1);
        // Where a character leads that does not stand around.
        let other = step.states.step(0, allowed);
        match self.group {
            Group::Narrow if other.is_empty() && node.inputs().len() > FEW => {
                for (i, code) in viable(node, self.padded, depth, step.states.wanted()) {
                    let states = step.states.step(self.matches.matches(depth, code), allowed);
                    push(open, node, i, Step { states, code, depth: step.depth + 1, target: 0 });
                }
            }
            Group::Narrow => {
                for (i, &input) in node.inputs().iter().enumerate() {
                    let code = u16::from(input);
                    let matches = self.matches.matches(depth, code);
                    let states = if matches == 0 { other } else { step.states.step(matches, allowed) };
                    push(open, node, i, Step { states, code, depth: step.depth + 1, target: 0 });
                }
            }
            Group::Wide => self.expand_wide(view, node, step, allowed, open),
        }
    }

    fn expand_wide(
        &self,
        view: View<'_>,
        node: &Node<'_>,
        step: Step,
        allowed: Allowed,
        open: &mut Vec<Step>,
    ) {
        let depth = step.depth as usize;
        let is_exact = step.states.step(0, allowed).is_empty();
        for (i, &high) in node.inputs().iter().enumerate() {
            let may_match = || window(self.padded, depth).iter().any(|code| code.to_be_bytes()[0] == high);
            if is_exact && !may_match() {
                continue;
            }
            let Some(target) = node.target(i) else { continue };
            let middle = view.node(target);
            for (i, &low) in middle.inputs().iter().enumerate() {
                let code = u16::from_be_bytes([high, low]);
                let states = step.states.step(self.matches.matches(depth, code), allowed);
                push(open, &middle, i, Step { states, code, depth: step.depth + 1, target: 0 });
            }
        }
    }
}

/// The transitions of a node whose codes stand at the places `wanted` around `depth` in the pattern.
#[inline]
fn viable<'v>(
    node: &'v Node<'_>,
    padded: &'v [u16],
    depth: usize,
    wanted: u32,
) -> impl Iterator<Item = (usize, u16)> + 'v {
    let window = window(padded, depth);
    let is_wanted = move |k: &usize| wanted >> k & 1 != 0;
    let is_first = move |k: &usize| (0..*k).all(|i| !is_wanted(&i) || window[i] != window[*k]);
    (0..window.len()).filter(is_wanted).filter(is_first).filter_map(move |k| {
        let code = window[k];
        Some((node.find(u8::try_from(code).ok()?)?, code))
    })
}

/// Up to so many transitions of a node are all looked at.
const FEW: usize = 2;

#[inline]
fn push(open: &mut Vec<Step>, node: &Node<'_>, i: usize, step: Step) {
    if !step.states.is_empty()
        && let Some(target) = node.target(i)
    {
        open.push(Step { target, ..step });
    }
}
