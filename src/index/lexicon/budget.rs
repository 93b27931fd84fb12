//! How much work a search may do.

/// Counts down the work of searches: transitions with which a pattern could go on.
///
/// One budget may serve several searches, which then share it.
#[derive(Clone, Debug)]
pub struct WorkBudget {
    left: u32,
    is_spent: bool,
}

impl WorkBudget {
    /// A budget of so many transitions.
    pub const fn new(transitions: u32) -> Self {
        Self { left: transitions, is_spent: false }
    }

    /// Whether a search wanted more than there was: its answer is partial.
    pub const fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// What is left, in transitions.
    pub const fn left(&self) -> u32 {
        self.left
    }

    /// Takes one transition; `false` if there is none left.
    #[inline]
    pub(super) fn take(&mut self) -> bool {
        self.is_spent |= self.left == 0;
        self.left = self.left.saturating_sub(1);
        !self.is_spent
    }
}

impl Default for WorkBudget {
    /// Over ten million names, one query of a thousand takes more than 10,000 for two edits and more than 400 for one, and
    /// the dearest of ten thousand 13,600. With this one all of them end by themselves, and any other within some
    /// milliseconds.
    fn default() -> Self {
        Self::new(1 << 16)
    }
}
