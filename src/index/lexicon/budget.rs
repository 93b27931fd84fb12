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

    /// Takes so many transitions, or other work that takes as long; `false` if there are not as many, and then all are
    /// gone.
    #[inline]
    pub fn take(&mut self, transitions: u32) -> bool {
        self.is_spent |= transitions > self.left;
        self.left = self.left.saturating_sub(transitions);
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
