//! Finds the keys within some edits of a pattern, from both ends.
//!
//! After Mihov and Schulz 2004, "Fast approximate search in large dictionaries": of the parts of a pattern one carries
//! few of the edits, and the automaton is walked on which that part comes first.

use std::cell::Cell;
use std::ops::Range;

use super::automaton::View;
use super::pattern::NO_CODE;
use super::state::{Allowed, ByteMasks, Floors, Matches, ROWS, States, pad};
use super::walk::{Walk, WalkBuffers, allow};
use super::{CodePage, FuzzyPattern, Group, WorkBudget};

/// The automata of a group.
#[derive(Clone, Copy)]
pub(super) struct GroupView<'a> {
    pub(super) group: Group,
    pub(super) forward: View<'a>,
    pub(super) backward: View<'a>,
}

/// See [`super::Lexicon::search`].
pub(super) fn search(
    page: &CodePage,
    groups: [GroupView<'_>; 2],
    pattern: &FuzzyPattern,
    budget: &mut WorkBudget,
    mut visit: impl FnMut(&str, u8),
) {
    // Taken away while in use, so that `visit` may search too.
    let mut scratch = SCRATCH.take().unwrap_or_default();
    scratch.found.clear();
    for group in groups {
        scratch.search_group(page, group, pattern, budget);
    }
    scratch.found.visit(&mut visit);
    SCRATCH.set(Some(scratch));
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Everything that a search allocates, kept from one search of a thread to the next.
#[derive(Default)]
struct Scratch {
    forward: Side,
    backward: Side,
    buffers: WalkBuffers,
    found: Found,
}

/// A pattern in the order of one automaton.
#[derive(Default)]
struct Side {
    /// Its codes, padded.
    padded: Vec<u16>,
    length: usize,
    masks: Masks,
    allowed: Vec<Allowed>,
}

struct Masks(ByteMasks);

impl Default for Masks {
    fn default() -> Self {
        Self(ByteMasks::new())
    }
}

impl Scratch {
    fn search_group(
        &mut self,
        page: &CodePage,
        view: GroupView<'_>,
        pattern: &FuzzyPattern,
        budget: &mut WorkBudget,
    ) {
        let group = view.group;
        pattern.encode(page, group, &mut self.forward.padded);
        self.backward.padded.clear();
        self.backward.padded.extend(self.forward.padded.iter().rev());
        self.forward.prepare();
        self.backward.prepare();
        let prefix = exact_depth(view.forward, group, self.forward.codes());
        let suffix = exact_depth(view.backward, group, self.backward.codes());
        let split = Split::new(pattern.edits(), self.forward.length, prefix, suffix);
        allow(split.forward, self.forward.length, &mut self.forward.allowed);
        allow(split.backward, self.backward.length, &mut self.backward.allowed);
        let Self { forward, backward, buffers, found } = self;
        if group == Group::Narrow && forward.length <= ByteMasks::MAX_LENGTH {
            forward.masks.0.insert(codes(&forward.padded, forward.length));
            backward.masks.0.insert(codes(&backward.padded, backward.length));
            let walks = [forward.walk(group, &forward.masks.0), backward.walk(group, &backward.masks.0)];
            run(&walks, page, view, pattern.edits(), buffers, budget, found);
            forward.masks.0.remove(codes(&forward.padded, forward.length));
            backward.masks.0.remove(codes(&backward.padded, backward.length));
        } else {
            let walks = [forward.walk(group, &*forward.padded), backward.walk(group, &*backward.padded)];
            run(&walks, page, view, pattern.edits(), buffers, budget, found);
        }
    }
}

fn codes(padded: &[u16], length: usize) -> &[u16] {
    padded.get(ROWS - 1..ROWS - 1 + length).unwrap_or_default()
}

impl Side {
    fn prepare(&mut self) {
        self.length = self.padded.len();
        pad(&mut self.padded);
    }

    fn codes(&self) -> &[u16] {
        codes(&self.padded, self.length)
    }

    fn walk<M>(&self, group: Group, matches: M) -> Walk<'_, M> {
        Walk { group, padded: &self.padded, length: self.length, matches, allowed: &self.allowed }
    }
}

/// How many of the codes an automaton can follow from its root.
fn exact_depth(view: View<'_>, group: Group, codes: &[u16]) -> usize {
    let mut node = view.root();
    for (depth, &code) in codes.iter().enumerate() {
        if code == NO_CODE {
            return depth;
        }
        let bytes = code.to_be_bytes();
        for &byte in &bytes[bytes.len() - group.width()..] {
            let Some(target) = node.find(byte).and_then(|i| node.target(i)) else { return depth };
            node = view.node(target);
        }
    }
    codes.len()
}

/// Walks forwards, then backwards, where what the first walk has found is left out.
fn run<M: Matches>(
    [forward, backward]: &[Walk<'_, M>; 2],
    page: &CodePage,
    view: GroupView<'_>,
    edits: u8,
    buffers: &mut WalkBuffers,
    budget: &mut WorkBudget,
    found: &mut Found,
) {
    let distance = |codes: &mut dyn Iterator<Item = u16>| {
        let floors = Floors::none(edits);
        let mut states = States::start(floors.allowed(forward.length, 0));
        let mut depth = 0;
        for code in codes {
            let allowed = floors.allowed(forward.length, depth + 1);
            states = states.step(forward.matches.matches(depth, code), allowed);
            depth += 1;
        }
        states.edits(forward.length, depth)
    };
    let mut add = |codes: &mut dyn Iterator<Item = u16>, edits| found.add(page, view.group, codes, edits);
    forward.run(view.forward, buffers, budget, |codes| {
        if let Some(edits) = distance(&mut codes.iter().copied()) {
            add(&mut codes.iter().copied(), edits);
        }
    });
    backward.run(view.backward, buffers, budget, |codes| {
        let codes = codes.iter().rev().copied();
        if !forward.accepts(codes.clone())
            && let Some(edits) = distance(&mut codes.clone())
        {
            add(&mut codes.clone(), edits);
        }
    });
}

/// Which alignments are looked for on which automaton.
struct Split {
    forward: Floors,
    backward: Floors,
}

impl Split {
    /// The cheapest split, for a pattern of `length` characters of which so many are a prefix and a suffix of some key.
    fn new(edits: u8, length: usize, prefix: usize, suffix: usize) -> Self {
        let never = Floors::NEVER;
        // With no edits left, what is left of the pattern must be the suffix of some key.
        let last = length - suffix;
        let last_backward = length - prefix;
        match edits {
            0 => Self { forward: Floors([0, never, never]), backward: Floors([never; 3]) },
            1 => {
                let at = length / 2;
                Self {
                    forward: Floors([0, last.max(at), never]),
                    backward: Floors([0, last_backward.max(length + 1 - at), never]),
                }
            }
            _ => {
                let at = length / 2;
                Self {
                    forward: Floors([0, 0, last.max(at)]),
                    backward: Floors([0, length + 1 - at, last_backward.max(length + 1 - at)]),
                }
            }
        }
    }
}

/// Keys that were found, until all are.
#[derive(Default)]
struct Found {
    text: String,
    keys: Vec<(Range<usize>, u8)>,
}

impl Found {
    fn clear(&mut self) {
        self.text.clear();
        self.keys.clear();
    }

    fn add(&mut self, page: &CodePage, group: Group, codes: &mut dyn Iterator<Item = u16>, edits: u8) {
        let start = self.text.len();
        for code in codes {
            let Some(c) = page.character(group, code) else { return self.text.truncate(start) };
            self.text.push(c);
        }
        self.keys.push((start..self.text.len(), edits));
    }

    fn visit(&mut self, visit: &mut impl FnMut(&str, u8)) {
        let Self { text, keys } = self;
        keys.sort_unstable_by(|(a, _), (b, _)| text[a.clone()].cmp(&text[b.clone()]));
        for (range, edits) in keys {
            visit(&text[range.clone()], *edits);
        }
    }
}
