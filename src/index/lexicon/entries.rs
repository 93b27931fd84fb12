//! The ways into a wide automaton that lead on to letters of alphabets.

use super::automaton::View;
use super::{CodePage, Group};

/// Whether a character is no ideograph, nor of another script of thousands of characters: those come later in Unicode.
pub(super) fn is_of_alphabet(c: char) -> bool {
    c < '\u{2E80}'
}

/// The transitions of the root of a wide automaton after which a letter of an alphabet may stand, by that letter.
///
/// Thousands of characters begin some key, as many as ideographs there are. Where a search allows an edit at the very
/// beginning it would follow all of them; but after that edit a character of the pattern must stand, and hardly any
/// leads on to one of an alphabet.
pub(super) struct Entries(Vec<Entry>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// The code of the letter.
    next: u16,
    /// That of the transition.
    code: u16,
    target: usize,
}

/// So many transitions after those of the root are looked at; a lexicon of more is searched without.
const MAX_TRANSITIONS: usize = 1 << 22;

impl Entries {
    /// Those of an automaton; `None` if there are too many. Reads every node that the root leads to.
    pub(super) fn new(page: &CodePage, view: View<'_>) -> Option<Self> {
        let (mut entries, mut count) = (Vec::new(), 0_usize);
        let is_letter = |code| page.character(Group::Wide, code).is_some_and(is_of_alphabet);
        view.for_each(&view.root(), Group::Wide, |code, target| {
            if count > MAX_TRANSITIONS {
                return;
            }
            view.for_each(&view.node(target), Group::Wide, |next, _| {
                count += 1;
                entries.extend(is_letter(next).then_some(Entry { next, code, target }));
            });
        });
        entries.sort_unstable();
        entries.shrink_to_fit();
        (count <= MAX_TRANSITIONS).then_some(Self(entries))
    }

    /// The code and the target of each that leads on to a letter.
    pub(super) fn before(&self, next: u16) -> impl Iterator<Item = (u16, usize)> {
        let start = self.0.partition_point(|entry| entry.next < next);
        let found = self.0[start..].iter().take_while(move |entry| entry.next == next);
        found.map(|entry| (entry.code, entry.target))
    }
}
