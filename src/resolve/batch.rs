//! Many names at once.
//!
//! What a known name costs is mostly waiting for memory: a line of the key table, an alias, its text, its entity, each in
//! another place of a large file. A block of names waits for many of them at the same time: each stage touches for all
//! names of the block what the next stage reads. The answers are those of the names one by one.

use super::ResolveOptions;
use super::form::Form;
use super::hits::Extent;
use super::resolver::{Search, read};
use super::stack::Stack;
use super::verdict::Verdict;
use crate::text::NameKeys;

/// Names that are looked up together: enough to keep the memory busy, and few enough for the nearest cache.
const BLOCK: usize = 32;

/// Hands the verdict on each name, with its index and in order, to `take`.
pub fn verdicts<'a, S: AsRef<str>>(
    stack: &'a Stack,
    names: &[S],
    options: &'a ResolveOptions,
    mut take: impl FnMut(usize, Verdict<'a>),
) {
    let mut keys = vec![NameKeys::default(); BLOCK.min(names.len())];
    let mut at = 0;
    for block in names.chunks(BLOCK) {
        let wholes = block.iter().zip(&mut keys).map(|(name, keys)| read(name.as_ref(), keys));
        let wholes: Vec<Result<Form<'_>, String>> = wholes.collect();
        for whole in wholes {
            let verdict = match whole {
                Ok(whole) => {
                    let mut search = Search::new(stack, &whole, options, Extent::UntilKnown);
                    search.gather();
                    Verdict::of_hits(stack, search.hits, options)
                }
                Err(reason) => Verdict::invalid(stack, options, reason),
            };
            take(at, verdict);
            at += 1;
        }
    }
}
