//! Many names at once.
//!
//! What a known name costs is mostly waiting for memory: a line of the key table, an alias, its text, its entity, each in
//! another place of a large file. A block of names waits for many of them at the same time: each stage touches for all
//! names of the block what the next stage reads. The answers are those of the names one by one.

use super::ResolveOptions;
use super::form::{Form, Forms};
use super::hits::Extent;
use super::lookup::Candidates;
use super::resolver::{Search, forms_of, read};
use super::stack::{AliasRef, Stack};
use super::verdict::Verdict;
use crate::index::{AliasOrdinal, KeyIndex, Rows, Segment};
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
    let segments = Readied::all(stack);
    let mut keys = vec![NameKeys::default(); BLOCK.min(names.len())];
    let mut candidates: Vec<Candidates> = Vec::new();
    candidates.resize_with(keys.len(), Candidates::default);
    for (start, block) in (0..).step_by(BLOCK).zip(names.chunks(BLOCK)) {
        let read = block.iter().zip(&mut keys).map(|(name, keys)| read(name.as_ref(), keys));
        let wholes: Vec<Result<Form<'_>, String>> = read.collect();
        let forms = |whole| Result::map(Result::as_ref(whole), |whole| forms_of(whole, options));
        let forms: Vec<Result<Forms<'_>, &String>> = wholes.iter().map(forms).collect();
        look_up(&segments, &forms, &mut candidates);
        for ((i, forms), candidates) in (start..).zip(forms).zip(&candidates) {
            take(
                i,
                match forms {
                    Ok(forms) => {
                        Search::new(stack, forms, options, Extent::UntilKnown).into_verdict(candidates)
                    }
                    Err(reason) => Verdict::invalid(stack, options, reason.clone()),
                },
            );
        }
    }
}

/// What is read of a segment for every name.
#[derive(Clone, Copy)]
struct Readied<'a> {
    segment: u16,
    keys: KeyIndex<'a>,
    rows: Rows<'a>,
}

impl<'a> Readied<'a> {
    fn all(stack: &'a Stack) -> Vec<Self> {
        let readied = |(segment, reader): (u16, &'a Segment)| Self {
            segment,
            keys: reader.key_index(),
            rows: reader.rows(),
        };
        stack.numbered().map(readied).collect()
    }
}

/// Looks up the candidates of each name's forms, and brings into the cache what will be read of them: the lines of the key
/// tables; the records of the aliases; their texts and the owners of their IDs; the entities. Every read but the first
/// relies on the one before, and none waits for those of other names.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method is for one lifetime of rows, these are for any"
)]
fn look_up<E>(segments: &[Readied<'_>], names: &[Result<Forms<'_>, E>], candidates: &mut [Candidates]) {
    for form in names.iter().flatten().flatten() {
        segments.iter().for_each(|segment| segment.keys.prefetch(form.hash));
    }
    for (forms, candidates) in names.iter().zip(&mut *candidates) {
        let keys = segments.iter().map(|segment| (segment.segment, segment.keys));
        candidates.find(forms.as_deref().unwrap_or_default(), &keys);
        touch(segments, candidates, |rows, alias| rows.touch_alias(alias));
    }
    let candidates = &candidates[..names.len()];
    candidates
        .iter()
        .for_each(|candidates| touch(segments, candidates, |rows, alias| rows.touch_text(alias)));
    candidates
        .iter()
        .for_each(|candidates| touch(segments, candidates, |rows, alias| rows.touch_entity(alias)));
}

/// Of the candidates of a name so many are readied: all that most names have.
const READIED: usize = 8;

fn touch(segments: &[Readied<'_>], candidates: &Candidates, touch: impl Fn(Rows<'_>, AliasOrdinal)) {
    for candidate in candidates.all().iter().take(READIED) {
        let AliasRef { segment, alias } = candidate.at;
        if let Some(segment) = segments.get(usize::from(segment)) {
            touch(segment.rows, alias);
        }
    }
}
