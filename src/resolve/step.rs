//! [`Step`]: one step from a query to an alias, and what it costs.

use std::fmt;

use serde::Serialize;

/// What a unit of cost takes off the similarity.
pub const SIMILARITY_OF_COST: f32 = 0.15;

/// One step from a query to an alias.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What was done, for people: `stripped و`, `ج~غ`, `dropped الرئيس`.
    pub text: String,
    /// What it costs, 0 or more; 0.90 is one letter for another without a reason. The costs of all steps add up to
    /// (1 − `form_similarity`) / [`SIMILARITY_OF_COST`].
    pub cost: f32,
}

impl Step {
    /// A step of a cost.
    pub fn new(text: String, cost: f32) -> Self {
        Self { text, cost }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if self.cost > 0.0 { write!(f, " cost {:.2}", self.cost) } else { Ok(()) }
    }
}

/// The sum of the costs of steps.
pub fn total_cost(steps: &[Step]) -> f32 {
    steps.iter().map(|step| step.cost).sum()
}

/// How near the ends of the steps are, 0 to 1.
pub fn similarity(steps: &[Step]) -> f32 {
    (1.0 - SIMILARITY_OF_COST * total_cost(steps)).clamp(0.0, 1.0)
}
