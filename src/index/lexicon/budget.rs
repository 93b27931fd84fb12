//! How much work a search may do.

/// Counts down the work of searches: transitions that were followed.
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

    /// Takes so many transitions; `false` if there are not as many, and then all are gone.
    pub(super) fn take(&mut self, transitions: u32) -> bool {
        self.is_spent |= transitions > self.left;
        self.left = self.left.saturating_sub(transitions);
        !self.is_spent
    }
}

impl Default for WorkBudget {
    /// Enough for all but one realistic query of a thousand or fewer, over ten million keys.
    fn default() -> Self {
        Self::new(200_000)
    }
}
