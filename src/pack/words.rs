//! [`Words`]: words that recur in a column, each with a number.

use std::collections::HashMap;

/// Words, each with a number.
#[derive(Default)]
pub(super) struct Words {
    pub list: Vec<String>,
    numbers: HashMap<String, u32>,
    /// The number that was asked for last: rows that follow each other mostly have the same word.
    last: u32,
}

impl Words {
    /// The number of a word, a new one if it has none.
    pub fn number(&mut self, word: &str) -> u32 {
        if self.list.get(self.last as usize).is_none_or(|last| last != word) {
            self.last = self.numbers.get(word).copied().unwrap_or_else(|| self.add(word));
        }
        self.last
    }

    fn add(&mut self, word: &str) -> u32 {
        let number = self.list.len() as u32;
        self.list.push(word.to_owned());
        self.numbers.insert(word.to_owned(), number);
        number
    }
}
