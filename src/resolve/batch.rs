//! Many names at once.
//!
//! What a known name costs is mostly waiting for memory: a line of the key table, an alias, its text, its entity, each in
//! another place of a large file. A block of names waits for many of them at the same time: each stage touches for all
//! names of the block what the next stage reads. The answers are those of the names one by one.

use std::ops::{ControlFlow, Range};

use super::ResolveOptions;
use super::form::{Form, Forms};
use super::hits::{Extent, Hits};
use super::lookup::{Candidate, Candidates};
use super::query::read;
use super::resolver::Search;
use super::stack::Stack;
use super::verdict::Verdict;
use crate::index::{KeyIndex, Rows, Segment};
use crate::text::NameKeys;

/// Names that are looked up together: enough to keep the memory busy, and few enough for the nearest cache.
const BLOCK: usize = 32;

/// Hands the verdict on each name, with its index and in order, to `take`, until that breaks off.
pub fn verdicts<'a, S: AsRef<str>>(
    stack: &'a Stack,
    names: &[S],
    options: &'a ResolveOptions,
    mut take: impl FnMut(usize, Verdict<'a>) -> ControlFlow<()>,
) {
    let segments = Readied::all(stack);
    let mut keys = vec![NameKeys::default(); BLOCK.min(names.len())];
    let mut candidates: Vec<Candidates<'a>> = Vec::new();
    candidates.resize_with(keys.len(), Candidates::default);
    let mut hits = Hits::new(stack, options, &[], Extent::UntilKnown);
    for (start, block) in (0..).step_by(BLOCK).zip(names.chunks(BLOCK)) {
        let block = Block::read(block, &mut keys, options);
        look_up(&segments, &block, &mut candidates);
        for ((i, query), candidates) in (start..).zip(&block.queries).zip(&candidates) {
            let verdict = match query {
                Ok(forms) => {
                    let forms = block.forms(forms);
                    hits.restart(forms);
                    Search::new(stack, forms, options, &mut hits).verdict(candidates)
                }
                Err(reason) => Verdict::invalid(stack, options, reason.clone()),
            };
            if take(i, verdict).is_break() {
                return;
            }
        }
    }
}

/// The queries of a block, in two lists that are made once for all of them.
struct Block<'a> {
    forms: Forms<'a>,
    /// Where the forms of each query stand, or why it cannot be a name.
    queries: Vec<Result<Range<usize>, String>>,
}

impl<'a> Block<'a> {
    fn read<S: AsRef<str>>(names: &'a [S], keys: &'a mut [NameKeys], options: &ResolveOptions) -> Self {
        let mut forms = Forms::with_capacity(2 * names.len());
        let queries = names.iter().zip(keys).map(|(name, keys)| {
            let start = forms.len();
            read(name.as_ref(), keys)?.push_forms(options.without, &mut forms);
            Ok(start..forms.len())
        });
        let queries = queries.collect();
        Self { forms, queries }
    }

    fn forms(&self, of: &Range<usize>) -> &[Form<'a>] {
        self.forms.get(of.clone()).unwrap_or_default()
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
fn look_up<'a>(segments: &[Readied<'a>], block: &Block<'_>, candidates: &mut [Candidates<'a>]) {
    for form in &block.forms {
        segments.iter().for_each(|segment| segment.keys.prefetch(form.hash));
    }
    let keys = segments.iter().map(|segment| (segment.segment, segment.keys));
    for (query, candidates) in block.queries.iter().zip(&mut *candidates) {
        candidates.find(query.as_ref().map_or(&[], |forms| block.forms(forms)), &keys);
        each_readied(segments, candidates, |rows, candidate| rows.touch_alias(candidate.at.alias));
    }
    let candidates = candidates.get_mut(..block.queries.len()).unwrap_or_default();
    for candidates in &mut *candidates {
        each_readied(segments, candidates, |rows, candidate| {
            candidate.alias = rows.touch_text(candidate.at.alias);
            candidate.alias.iter().for_each(|alias| rows.touch_owner(alias.id));
        });
    }
    for candidates in candidates {
        each_readied(segments, candidates, |rows, candidate| {
            candidate.alias.iter().for_each(|alias| rows.touch_entity(alias.id));
        });
    }
}

/// Of the candidates of a name so many are readied: all that most names have.
const READIED: usize = 8;

#[inline]
fn each_readied<'a>(
    segments: &[Readied<'a>],
    candidates: &mut Candidates<'a>,
    ready: impl Fn(Rows<'a>, &mut Candidate<'a>),
) {
    for candidate in candidates.first(READIED) {
        if let Some(segment) = segments.get(usize::from(candidate.at.segment)) {
            ready(segment.rows, candidate);
        }
    }
}
