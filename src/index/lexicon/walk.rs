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
    /// By depth, what the walk wants to see.
    pub(super) allowed: &'w [Allowed],
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

/// Fills in what `floors` allow at each depth that a key within the edits can have.
pub(super) fn allow(floors: Floors, length: usize, allowed: &mut Vec<Allowed>) {
    allowed.clear();
    let deepest = length + super::FuzzyPattern::MAX_EDITS as usize;
    allowed.extend((0..=deepest).map(|depth| floors.allowed(length, depth)));
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
        let Some(&start) = self.allowed.first() else { return };
        open.clear();
        path.clear();
        open.push(Step { target: view.root_address(), states: States::start(start), depth: 0, code: 0 });
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

    /// Whether the walk would find the codes.
    pub(super) fn accepts(&self, codes: impl ExactSizeIterator<Item = u16>) -> bool {
        let depth = codes.len();
        let Some(&start) = self.allowed.first() else { return false };
        let mut states = States::start(start);
        for (code, (depth, &allowed)) in codes.zip(self.allowed.iter().skip(1).enumerate()) {
            states = states.step(self.matches.matches(depth, code), allowed);
        }
        depth < self.allowed.len() && states.edits(self.length, depth).is_some()
    }

    /// Opens the transitions of a node with which the pattern can go on.
    #[inline]
    fn expand(&self, view: View<'_>, node: &Node<'_>, step: Step, open: &mut Vec<Step>) {
        let depth = step.depth as usize;
        let Some(&allowed) = self.allowed.get(depth + 1) else { return };
        // Where a character leads that does not stand around.
        let other = step.states.step(0, allowed);
        match self.group {
            Group::Narrow if other.is_empty() && node.inputs().len() > FEW => {
                for (i, code) in viable(node, self.padded, depth) {
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

/// Up to so many transitions of a node are all looked at.
const FEW: usize = 6;

/// The transitions of a node whose codes stand around `depth` in the pattern.
#[inline]
fn viable<'v>(
    node: &'v Node<'_>,
    padded: &'v [u16],
    depth: usize,
) -> impl Iterator<Item = (usize, u16)> + 'v {
    let window = window(padded, depth);
    let is_first = move |k: usize| !window[..k].contains(&window[k]);
    (0..window.len()).filter(move |&k| is_first(k)).filter_map(move |k| {
        let code = window[k];
        Some((node.find(u8::try_from(code).ok()?)?, code))
    })
}

#[inline]
fn push(open: &mut Vec<Step>, node: &Node<'_>, i: usize, step: Step) {
    if !step.states.is_empty()
        && let Some(target) = node.target(i)
    {
        open.push(Step { target, ..step });
    }
}
