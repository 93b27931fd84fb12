//! Finds the keys within some edits of a pattern, from both ends.
//!
//! After Mihov and Schulz 2004, "Fast approximate search in large dictionaries", where they come to backwards dictionaries:
//! of the halves of a pattern one has few of the edits, and that automaton is walked on which it comes first. What is more,
//! each automaton tells how much of the pattern can be had without edits where the other ends, and so where on the other
//! the last edit may be.

use std::cell::Cell;

use super::automaton::View;
use super::entries::Entries;
use super::found::Found;
use super::pattern::PatternCodes;
use super::split::Split;
use super::state::Floors;
use super::walk::{Walk, WalkBuffers};
use super::{CodePage, FuzzyPattern, Group, WorkBudget};

/// The automata of a group.
#[derive(Clone, Copy)]
pub(super) struct GroupView<'a> {
    pub(super) group: Group,
    pub(super) forward: View<'a>,
    pub(super) backward: View<'a>,
    /// Those of the backward automaton, if they are of use.
    pub(super) entries: Option<&'a Entries>,
}

/// See [`super::Lexicon::search`].
pub(super) fn search(
    page: &CodePage,
    groups: [GroupView<'_>; 2],
    pattern: &FuzzyPattern,
    budget: &mut WorkBudget,
    visit: impl FnMut(&str, u8),
) {
    // Taken away while in use, so that `visit` may search too.
    let mut scratch = SCRATCH.take().unwrap_or_default();
    scratch.found.clear();
    for group in groups.into_iter().filter(|group| !group.forward.is_empty()) {
        scratch.search_group(page, group, pattern, budget);
    }
    scratch.found.visit(visit);
    SCRATCH.set(Some(scratch));
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// All that a search allocates, kept from one search of a thread to the next.
#[derive(Default)]
struct Scratch {
    forward: PatternCodes,
    backward: PatternCodes,
    buffers: WalkBuffers,
    found: Found,
}

impl Scratch {
    fn search_group(
        &mut self,
        page: &CodePage,
        view: GroupView<'_>,
        pattern: &FuzzyPattern,
        budget: &mut WorkBudget,
    ) {
        let Self { forward, backward, buffers, found } = self;
        let group = view.group;
        forward.set(pattern.codes(page, group));
        backward.set(pattern.codes(page, group).rev());
        let prefix = exact_depth(view.forward, group, forward);
        let suffix = exact_depth(view.backward, group, backward);
        let split = Split::new(pattern, forward.len(), prefix, suffix);
        let any = Walk { group, codes: forward, floors: Floors::none(pattern.edits()), entries: None };
        let forward = Walk { floors: split.forward, ..any };
        let backward = Walk { group, codes: backward, floors: split.backward, entries: view.entries };
        if !forward.is_futile(prefix) {
            forward.run(view.forward, buffers, budget, |codes| found.add(page, &any, codes.iter().copied()));
        }
        if !backward.is_futile(suffix) {
            backward.run(view.backward, buffers, budget, |codes| {
                let codes = codes.iter().rev().copied();
                if forward.edits(codes.clone()).is_none() {
                    found.add(page, &any, codes);
                }
            });
        }
    }
}

/// How many of the codes an automaton can follow from its root.
fn exact_depth(view: View<'_>, group: Group, codes: &PatternCodes) -> usize {
    let mut address = view.root_address();
    let follow = |code| {
        address = view.follow(&view.node(address), group, code)?;
        Some(())
    };
    codes.iter().map_while(follow).count()
}
