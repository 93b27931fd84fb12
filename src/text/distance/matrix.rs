//! The table of the dynamic program that aligns two spellings.

use super::costs::{COSTS, Cost, is_digit, substitution, transposition};
use super::{Alignment, Edit, EditKind, Letter};

/// The table: the best way from so many letters of the query to so many of the alias, for every two counts.
pub(super) struct Matrix<'a> {
    query: &'a [Letter],
    alias: &'a [Letter],
    cells: Vec<Cell>,
}

#[derive(Clone, Copy)]
struct Cell {
    cost: f32,
    /// The last step of the way.
    step: Step,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Two letters that agree.
    Same,
    Substitution,
    Deletion,
    Insertion,
    Transposition,
}

impl<'a> Matrix<'a> {
    /// Fills the table row by row. `None` as soon as no way to the end costs `most` or less.
    pub(super) fn fill(query: &'a [Letter], alias: &'a [Letter], most: f32) -> Option<Self> {
        let indels = |word, other| (0..).map(move |i| COSTS.indel(word, i, other).0);
        let deletions: Vec<f32> = indels(query, COSTS.extra).take(query.len()).collect();
        let insertions: Vec<f32> = indels(alias, COSTS.missing).take(alias.len()).collect();
        let origin = Cell { cost: 0.0, step: Step::Same };
        let mut matrix =
            Self { query, alias, cells: Vec::with_capacity((query.len() + 1) * (alias.len() + 1)) };
        matrix.cells.push(origin);
        let (mut least_above, mut least) = (0.0, 0.0);
        for i in 0..=query.len() {
            // A way to the end goes through every row, or by a transposition past one and through the row above.
            if f32::min(least_above, least) > most {
                return None;
            }
            least_above = least;
            least = matrix.push_row(i, &deletions, &insertions);
        }
        let cost = matrix.cells.last().map_or(0.0, |cell| cell.cost);
        (cost <= most).then_some(matrix)
    }

    /// Adds the row of `i` letters of the query, and gives the least cost in it.
    fn push_row(&mut self, i: usize, deletions: &[f32], insertions: &[f32]) -> f32 {
        let mut least = if i == 0 { 0.0 } else { f32::INFINITY };
        for j in usize::from(i == 0)..=self.alias.len() {
            let cell = self.best(i, j, deletions, insertions);
            least = least.min(cell.cost);
            self.cells.push(cell);
        }
        least
    }

    fn cost(&self, i: usize, j: usize) -> f32 {
        self.cells[i * (self.alias.len() + 1) + j].cost
    }

    fn best(&self, i: usize, j: usize, deletions: &[f32], insertions: &[f32]) -> Cell {
        let (query, alias) = (self.query, self.alias);
        let mut best = Cell { cost: f32::INFINITY, step: Step::Same };
        let mut consider = |cost: f32, step: Step| {
            if cost < best.cost {
                best = Cell { cost, step };
            }
        };
        if i > 0 && j > 0 {
            let before = self.cost(i - 1, j - 1);
            if query[i - 1].written == alias[j - 1].written {
                consider(before, Step::Same);
            } else {
                consider(before + substitution(query, i - 1, alias, j - 1).0, Step::Substitution);
            }
        }
        if i > 0 {
            consider(self.cost(i - 1, j) + deletions[i - 1], Step::Deletion);
        }
        if j > 0 {
            consider(self.cost(i, j - 1) + insertions[j - 1], Step::Insertion);
        }
        let is_swapped = || i > 1 && j > 1 && query[i - 1] == alias[j - 2] && query[i - 2] == alias[j - 1];
        if is_swapped() && !is_digit(query[i - 1]) && !is_digit(query[i - 2]) {
            consider(self.cost(i - 2, j - 2) + transposition(i == 2 && j == 2).0, Step::Transposition);
        }
        best
    }

    /// The best way to the end.
    pub(super) fn trace(&self) -> Alignment {
        let (mut i, mut j) = (self.query.len(), self.alias.len());
        let cost = self.cost(i, j);
        let mut edits = Vec::new();
        while (i, j) != (0, 0) {
            let step = self.cells[i * (self.alias.len() + 1) + j].step;
            edits.extend(self.edit(i, j, step));
            let (di, dj) = match step {
                Step::Same | Step::Substitution => (1, 1),
                Step::Deletion => (1, 0),
                Step::Insertion => (0, 1),
                Step::Transposition => (2, 2),
            };
            (i, j) = (i - di, j - dj);
        }
        edits.reverse();
        Alignment { cost, edits }
    }

    /// The edit that a step to a cell is; none if two letters agree.
    fn edit(&self, i: usize, j: usize, step: Step) -> Option<Edit> {
        let (query, alias) = (self.query, self.alias);
        let edit = |kind, (cost, class): Cost| Some(Edit { kind, cost, class });
        match step {
            Step::Same => None,
            Step::Substitution => {
                let kind = EditKind::Substitution(query[i - 1].written, alias[j - 1].written);
                edit(kind, substitution(query, i - 1, alias, j - 1))
            }
            Step::Deletion => {
                edit(EditKind::Deletion(query[i - 1].written), COSTS.indel(query, i - 1, COSTS.extra))
            }
            Step::Insertion => {
                edit(EditKind::Insertion(alias[j - 1].written), COSTS.indel(alias, j - 1, COSTS.missing))
            }
            Step::Transposition => {
                let kind = EditKind::Transposition(query[i - 2].written, query[i - 1].written);
                edit(kind, transposition(i == 2 && j == 2))
            }
        }
    }
}
