//! Many names at once.
//!
//! What a known name costs is mostly waiting for memory: a line of the key table, an alias, its text, its entity, each in
//! another place of a large file. A block of names waits for many of them at the same time: each stage touches for all
//! names of the block what the next stage reads. The answers are those of the names one by one.

use super::ResolveOptions;
use super::form::{Form, Forms};
use super::hits::Extent;
use super::resolver::{Search, forms_of, read};
use super::stack::{AliasRef, Stack};
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
    let mut first = Vec::new();
    for (start, block) in (0..).step_by(BLOCK).zip(names.chunks(BLOCK)) {
        let read = block.iter().zip(&mut keys).map(|(name, keys)| read(name.as_ref(), keys));
        let wholes: Vec<Result<Form<'_>, String>> = read.collect();
        let forms = |whole| Result::map(Result::as_ref(whole), |whole| forms_of(whole, options));
        let forms: Vec<Result<Forms<'_>, &String>> = wholes.iter().map(forms).collect();
        prefetch(stack, forms.iter().flatten().flatten(), &mut first);
        for (i, forms) in (start..).zip(forms) {
            take(
                i,
                match forms {
                    Ok(forms) => Search::new(stack, forms, options, Extent::UntilKnown).into_verdict(),
                    Err(reason) => Verdict::invalid(stack, options, reason.clone()),
                },
            );
        }
    }
}

/// Brings into the cache what the look-ups of some forms will read, one kind of thing after the other: the lines of the
/// key tables; the records of the first aliases; their texts and the owners of their IDs; the entities. Every read but the
/// first relies on the one before, and none waits for those of other forms.
fn prefetch<'a, 'f: 'a>(
    stack: &Stack,
    forms: impl Iterator<Item = &'a Form<'f>> + Clone,
    first: &mut Vec<AliasRef>,
) {
    for form in forms.clone() {
        stack.numbered().for_each(|(_, reader)| reader.prefetch(form.hash));
    }
    first.clear();
    for form in forms {
        first.extend(stack.numbered().filter_map(|(segment, reader)| {
            let posting = reader.lookup_candidates(form.hash).next()?;
            reader.prefetch_alias(posting.alias);
            Some(AliasRef { segment, alias: posting.alias })
        }));
    }
    first.iter().for_each(|&at| stack.prefetch_row(at));
    first.iter().for_each(|&at| stack.prefetch_entity(at));
}
