//! The run of one query through the tiers.

use std::borrow::Cow;

use super::form::Form;
use super::hits::{Extent, Hits};
use super::lookup::Candidates;
use super::query::{Query, read};
use super::stack::Stack;
use super::stage::Stage;
use super::verdict::Verdict;
use super::{Resolution, ResolveOptions};
use super::{fuzzy, lookup, partial, skeleton};
use crate::text::NameKeys;

/// Resolves one name over a stack. Never fails: what cannot be a name is answered `INVALID`.
///
/// A microsecond or two for a known name, without the making of the strings of the answer; a fuzzy search visits the keys
/// within two edits of each reading of the name.
pub fn resolve(stack: &Stack, name: &str, options: &ResolveOptions) -> Resolution {
    verdict(stack, name, options).to_resolution(name)
}

/// [`resolve`], with an answer that borrows from the stack.
pub fn verdict<'a>(stack: &'a Stack, name: &str, options: &'a ResolveOptions) -> Verdict<'a> {
    let mut keys = NameKeys::default();
    let forms = match read(name, &mut keys) {
        Ok(query) => query.forms(options.without),
        Err(reason) => return Verdict::invalid(stack, options, reason),
    };
    let candidates = Candidates::new(stack, &forms);
    let mut hits = Hits::new(stack, options, &forms, Extent::UntilKnown);
    Search::new(stack, &forms, options, &mut hits).verdict(&candidates)
}

/// [`verdict`], if the tiers EXACT, ORTHOGRAPHIC and PROCLITIC decide it, within microseconds; `None` if a further search
/// is needed, or words of context are to be read.
pub fn try_verdict<'a>(stack: &'a Stack, name: &str, options: &'a ResolveOptions) -> Option<Verdict<'a>> {
    if !options.context.is_empty() {
        return None;
    }
    let mut keys = NameKeys::default();
    let forms = match read(name, &mut keys) {
        Ok(query) => query.forms(options.without),
        Err(reason) => return Some(Verdict::invalid(stack, options, reason)),
    };
    let candidates = Candidates::new(stack, &forms);
    let mut hits = Hits::new(stack, options, &forms, Extent::UntilKnown);
    let mut search = Search::new(stack, &forms, options, &mut hits);
    search.gather_known(&candidates);
    search.is_decided().then(|| Verdict::of_hits(stack, &mut hits, options))
}

/// Gathers hits tier by tier; a tier runs only if the ones before it met nothing, or `extent` wants all. Gives the forms
/// that were looked for with them.
pub(super) fn gather<'a>(
    stack: &'a Stack,
    query: Query<'a>,
    options: &'a ResolveOptions,
    extent: Extent,
) -> (Vec<Form<'a>>, Hits<'a>) {
    let forms = query.forms(options.without);
    let candidates = Candidates::new(stack, &forms);
    let mut hits = Hits::new(stack, options, &forms, extent);
    let mut search = Search::new(stack, &forms, options, &mut hits);
    search.gather(&candidates);
    (search.forms.into_owned(), hits)
}

/// The search for one query.
pub(super) struct Search<'s, 'f, 'a> {
    stack: &'a Stack,
    options: &'a ResolveOptions,
    /// Those of the query; owned if there are further ones.
    forms: Cow<'s, [Form<'f>]>,
    hits: &'s mut Hits<'a>,
}

impl<'s, 'f, 'a> Search<'s, 'f, 'a> {
    /// A search for these forms of a query, the whole first, that adds to `hits`.
    pub fn new(
        stack: &'a Stack,
        forms: &'s [Form<'f>],
        options: &'a ResolveOptions,
        hits: &'s mut Hits<'a>,
    ) -> Self {
        Self { stack, options, forms: Cow::Borrowed(forms), hits }
    }

    /// What the search comes to, if these are the candidates of its forms. Takes the hits.
    pub fn verdict(mut self, candidates: &Candidates<'_>) -> Verdict<'a> {
        self.gather(candidates);
        Verdict::of_hits(self.stack, self.hits, self.options)
    }

    /// Runs the tiers that are needed.
    fn gather(&mut self, candidates: &Candidates<'_>) {
        self.gather_known(candidates);
        if !self.is_decided() {
            self.gather_unknown();
        }
    }

    /// Takes what the forms' keys give.
    fn gather_known(&mut self, candidates: &Candidates<'_>) {
        let Self { stack, forms, hits, .. } = self;
        lookup::gather(stack, forms, candidates, hits);
        if !hits.is_unknown() && hits.is_unwritten() {
            fuzzy::gather_articles(stack, forms, hits);
        }
    }

    /// Whether no later tier need run.
    fn is_decided(&self) -> bool {
        !self.hits.is_unknown() && !self.looks_across_scripts()
    }

    fn looks_across_scripts(&self) -> bool {
        self.hits.is_unsure() && self.options.max_edits > 0 && self.runs(Stage::CrossScript)
    }

    fn runs(&self, stage: Stage) -> bool {
        !self.options.without.contains(stage)
    }

    /// Runs the tiers that look for what is not known as it is written.
    fn gather_unknown(&mut self) {
        if self.hits.is_unknown() && self.runs(Stage::Partial) {
            let headless = partial::headless_forms(self.stack, &self.forms, self.options.without);
            let candidates = Candidates::new(self.stack, &headless);
            lookup::gather(self.stack, &headless, &candidates, self.hits);
            self.forms.to_mut().extend(headless);
        }
        if self.hits.is_unknown() && self.runs(Stage::Partial) {
            partial::gather_by_tokens(self.stack, &self.forms, self.hits);
        }
        if self.hits.is_unknown() {
            fuzzy::gather(self.stack, &self.forms, self.options.max_edits, self.hits);
        }
        if self.looks_across_scripts() {
            skeleton::gather_across_scripts(self.stack, &self.forms, self.hits);
        }
    }
}
