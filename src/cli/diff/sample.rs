//! [`Sample`]: some of many names, chosen by chance but always alike.

use std::collections::BinaryHeap;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Keeps the names whose hashes are least: the same names of the same list, in whatever order they come.
pub struct Sample {
    size: usize,
    seed: u64,
    kept: BinaryHeap<(u64, String)>,
}

impl Sample {
    /// A sample of at most `size` names.
    pub fn new(size: usize, seed: u64) -> Self {
        Self { size, seed, kept: BinaryHeap::new() }
    }

    /// Takes a name, if it is one of the sample.
    pub fn offer(&mut self, name: String) {
        let hash = xxh3_64_with_seed(name.as_bytes(), self.seed);
        if self.kept.len() < self.size {
            self.kept.push((hash, name));
        } else if self.kept.peek().is_some_and(|(greatest, _)| hash < *greatest) {
            self.kept.pop();
            self.kept.push((hash, name));
        }
    }

    /// The names, in the order of their hashes.
    pub fn into_names(self) -> Vec<String> {
        self.kept.into_sorted_vec().into_iter().map(|(_, name)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(names: impl Iterator<Item = u32>, size: usize, seed: u64) -> Vec<String> {
        let mut sample = Sample::new(size, seed);
        names.for_each(|name| sample.offer(name.to_string()));
        sample.into_names()
    }

    #[test]
    fn the_same_names_are_chosen_in_whatever_order() {
        let forwards = sample(0..1000, 50, 7);
        assert_eq!(forwards.len(), 50);
        assert_eq!(sample((0..1000).rev(), 50, 7), forwards);
        assert_ne!(sample(0..1000, 50, 8), forwards);
        assert_eq!(sample(0..3, 50, 7).len(), 3);
        assert!(sample(0..3, 0, 7).is_empty());
    }
}
