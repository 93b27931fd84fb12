//! Progress: what the store is doing, for whoever waits for it.

/// Is told what the store is doing, from several threads at once. The store itself prints nothing.
pub trait Observer: Sync {
    /// Called for each event, in no order among packs; must return quickly.
    fn observe(&self, event: Event<'_>);
}

/// An [`Observer`] that does not look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn observe(&self, _event: Event<'_>) {}
}

/// A step on the way to an open stack. `pack` is a bundled pack's name or the path as the user gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The stack is about to be opened; each of its packs will be [`Event::Ready`] or [`Event::Bad`].
    Opening {
        /// Packs and segment files together.
        pack_count: usize,
    },
    /// A pack is not in the cache; reading, checking and compiling it may take seconds.
    Compiling {
        /// The pack.
        pack: &'a str,
    },
    /// A pack is ready to answer.
    Ready {
        /// The pack.
        pack: &'a str,
        /// How its segment was come by.
        origin: Origin,
    },
    /// A pack has errors.
    Bad {
        /// The pack.
        pack: &'a str,
    },
}

/// How the segment of a pack was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Compiled just now.
    Compiled,
    /// Found in the cache.
    Cache,
    /// A segment file named by the user.
    Index,
    /// Still open from before, unchanged.
    Unchanged,
}
