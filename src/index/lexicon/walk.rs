//! Walks an automaton along with the states of a pattern.

use smallvec::SmallVec;

use super::automaton::{Node, View};
use super::entries::Entries;
use super::pattern::{PatternCodes, Window, matches};
use super::state::{Allowed, BAND, Floors, States};
use super::{Group, WorkBudget};

/// What a walk looks for.
#[derive(Clone, Copy)]
pub(super) struct Walk<'w> {
    pub(super) group: Group,
    /// The pattern, in the order of the walk.
    pub(super) codes: &'w PatternCodes,
    /// Which alignments with it are to be found.
    pub(super) floors: Floors,
    /// Those of the automaton, if it is of wide keys, and the pattern of alphabets.
    pub(super) entries: Option<&'w Entries>,
}

/// Buffers of a walk, kept for the next.
#[derive(Default)]
pub(super) struct WalkBuffers {
    open: Vec<Step>,
    path: Vec<u16>,
}

/// A transition to be followed.
#[derive(Clone, Copy)]
struct Step {
    target: usize,
    /// The states after it.
    states: States,
    /// The length of the path with it.
    depth: u32,
    code: u16,
}

impl Walk<'_> {
    /// Calls `found` with the codes of all strings that have such an alignment, in the order of the walk.
    ///
    /// Ends early when `budget` is spent, of which each transition that is opened takes one.
    pub(super) fn run(
        &self,
        view: View<'_>,
        buffers: &mut WalkBuffers,
        budget: &mut WorkBudget,
        mut found: impl FnMut(&[u16]),
    ) {
        let WalkBuffers { open, path } = buffers;
        open.clear();
        open.push(Step { target: view.root_address(), states: self.start(), depth: 0, code: 0 });
        while let Some(step) = open.pop() {
            let depth = step.depth as usize;
            path.truncate(depth.saturating_sub(1));
            path.extend((depth > 0).then_some(step.code));
            let node = view.node(step.target);
            if node.is_final && step.states.edits(self.codes.len(), depth).is_some() {
                found(path);
            }
            if !self.expand(view, &node, step, open, budget) {
                return;
            }
        }
    }

    /// Whether the walk finds nothing, because without edits it comes no further than `exact` codes.
    pub(super) fn is_futile(&self, exact: usize) -> bool {
        let [_, first_edit, _] = self.floors.0;
        exact < self.codes.len() && exact.saturating_add(MAX_STRIDE) < first_edit
    }

    /// With how many edits the walk would find the codes, if at all.
    pub(super) fn edits(&self, codes: impl Iterator<Item = u16>) -> Option<u8> {
        let (mut states, mut depth) = (self.start(), 0);
        for code in codes {
            let matches = matches(self.codes.window(depth), code);
            depth += 1;
            states = states.step(matches, self.allowed(depth));
        }
        states.edits(self.codes.len(), depth)
    }

    /// Whether from these states, to which the first character of a text has led, only characters of the pattern lead on,
    /// and the text cannot end there.
    fn needs_match_after(&self, states: States) -> bool {
        states.step(0, self.allowed(2)).is_empty() && states.edits(self.codes.len(), 1).is_none()
    }

    /// Calls `follow` with the transitions of the root that lead on from `states`, each once: with a character that is
    /// wanted there, or with any other that leads to the states `otherwise` and then to one that is wanted there.
    fn enter(
        &self,
        view: View<'_>,
        root: &Node<'_>,
        states: States,
        (entries, otherwise): (&Entries, States),
        mut follow: impl FnMut(u16, usize),
    ) {
        let mut followed: SmallVec<[u16; 64]> = SmallVec::new();
        let mut follow_once = |code, target| {
            if !followed.contains(&code) {
                followed.push(code);
                follow(code, target);
            }
        };
        for code in wanted(self.codes.window(0), states) {
            if let Some(target) = view.follow(root, self.group, code) {
                follow_once(code, target);
            }
        }
        for next in wanted(self.codes.window(1), otherwise) {
            entries.before(next).for_each(|(code, target)| follow_once(code, target));
        }
    }

    fn start(&self) -> States {
        States::start(self.allowed(0))
    }

    fn allowed(&self, depth: usize) -> Allowed {
        self.floors.allowed(self.codes.len(), depth)
    }

    /// Opens the transitions of a node with which the pattern can go on; `false` if the budget does not suffice.
    #[inline]
    fn expand(
        &self,
        view: View<'_>,
        node: &Node<'_>,
        from: Step,
        open: &mut Vec<Step>,
        budget: &mut WorkBudget,
    ) -> bool {
        let depth = from.depth as usize;
        let (window, allowed) = (self.codes.window(depth), self.allowed(depth + 1));
        let first = open.len();
        let mut push = |code, target, states: States| {
            if !states.is_empty() && budget.take(1) {
                open.push(Step { target, states, depth: from.depth + 1, code });
            }
        };
        // Where any character leads that does not stand around.
        let otherwise = from.states.step(0, allowed);
        if otherwise.is_empty() && node.inputs().len() > FEW {
            for code in wanted(window, from.states) {
                if let Some(target) = view.follow(node, self.group, code) {
                    push(code, target, from.states.step(matches(window, code), allowed));
                }
            }
        } else {
            let follow = |code, target| {
                let matches = matches(window, code);
                let states = if matches == 0 { otherwise } else { from.states.step(matches, allowed) };
                push(code, target, states);
            };
            match self.entries.filter(|_| depth == 0 && self.needs_match_after(otherwise)) {
                None => view.for_each(node, self.group, follow),
                Some(entries) => self.enter(view, node, from.states, (entries, otherwise), follow),
            }
        }
        open[first..].iter().for_each(|step| view.touch(step.target));
        !budget.is_spent()
    }
}

/// An edit uses up no more codes of the pattern than this: a transposition does.
const MAX_STRIDE: usize = 2;

/// So few transitions are looked at sooner than codes are looked for among them.
const FEW: usize = 2;

/// The codes, each once, that lead on from some state without an edit or with a transposition.
#[inline]
fn wanted(window: &Window, states: States) -> impl Iterator<Item = u16> {
    let wanted = states.wanted();
    let is_wanted = move |k: usize| wanted >> k & 1 != 0;
    let is_first = move |k: usize| (0..k).all(|i| !is_wanted(i) || window[i] != window[k]);
    (0..BAND).filter(move |&k| is_wanted(k) && is_first(k)).map(|k| window[k])
}
