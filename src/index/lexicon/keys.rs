//! Lists the keys of a lexicon in order.

use std::cmp::Reverse;

use super::automaton::{Node, View};
use super::{CodePage, Group};

/// The keys that begin with a prefix, in bytewise order of UTF-8, which is the order of their characters.
pub(crate) struct Keys<'a> {
    groups: [GroupKeys<'a>; 2],
    /// The group whose key was given last.
    given: Option<usize>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(page: &'a CodePage, groups: [(Group, View<'a>); 2], prefix: &str) -> Self {
        let mut groups = groups.map(|(group, view)| GroupKeys::new(page, group, view, prefix));
        groups.iter_mut().for_each(GroupKeys::advance);
        Self { groups, given: None }
    }

    /// The next key.
    pub(crate) fn next_key(&mut self) -> Option<&str> {
        if let Some(group) = self.given.and_then(|given| self.groups.get_mut(given)) {
            group.advance();
        }
        let keys = self.groups.iter().enumerate().filter_map(|(i, group)| Some((group.key()?, i)));
        let (key, given) = keys.min()?;
        self.given = Some(given);
        Some(key)
    }
}

/// The keys of one group.
struct GroupKeys<'a> {
    page: &'a CodePage,
    group: Group,
    view: View<'a>,
    /// Transitions yet to follow, that of the least character last.
    open: Vec<Step>,
    /// The characters on the way to the current node.
    text: String,
    /// Whether a key ends there.
    has_key: bool,
}

/// A transition to be followed.
struct Step {
    /// Bytes of the text before it.
    start: usize,
    /// Its character; none at the prefix.
    character: Option<char>,
    target: usize,
}

/// So many nodes in a row without a key are no lexicon, nor are so many transitions yet to follow.
const MAX_BARREN: usize = 1 << 16;
const MAX_OPEN: usize = 1 << 20;

impl<'a> GroupKeys<'a> {
    fn new(page: &'a CodePage, group: Group, view: View<'a>, prefix: &str) -> Self {
        let target = prefix.chars().try_fold(view.root_address(), |address, c| {
            view.follow(&view.node(address), group, page.code(group, c)?)
        });
        let start = prefix.len();
        let open = target.map(|target| Step { start, character: None, target }).into_iter().collect();
        Self { page, group, view, open, text: prefix.to_owned(), has_key: false }
    }

    fn key(&self) -> Option<&str> {
        self.has_key.then_some(self.text.as_str())
    }

    /// Goes on to the next key.
    fn advance(&mut self) {
        self.has_key = false;
        for _ in 0..MAX_BARREN {
            let Some(step) = self.open.pop().filter(|_| self.open.len() < MAX_OPEN) else { break };
            self.text.truncate(step.start);
            self.text.extend(step.character);
            let node = self.view.node(step.target);
            self.expand(&node);
            if node.is_final {
                self.has_key = true;
                return;
            }
        }
        self.open.clear();
    }

    fn expand(&mut self, node: &Node<'_>) {
        let Self { page, group, view, ref mut open, ref text, .. } = *self;
        let first = open.len();
        view.for_each(node, group, |code, target| {
            if let Some(character) = page.character(group, code) {
                open.push(Step { start: text.len(), character: Some(character), target });
            }
        });
        open[first..].sort_unstable_by_key(|step| Reverse(step.character));
    }
}
