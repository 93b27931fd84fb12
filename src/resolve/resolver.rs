//! The run of one query through the tiers.

use unicode_normalization::UnicodeNormalization;

use super::form::{Form, Forms};
use super::hits::{Extent, Hits};
use super::lookup::Candidates;
use super::stack::Stack;
use super::stage::Stage;
use super::verdict::Verdict;
use super::{MAX_NAME_BYTES, MAX_NAME_CHARS, Resolution, ResolveOptions};
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
    match read(name, &mut keys) {
        Ok(whole) => {
            let forms = forms_of(&whole, options);
            let candidates = Candidates::new(stack, &forms);
            Search::new(stack, forms, options, Extent::UntilKnown).into_verdict(&candidates)
        }
        Err(reason) => Verdict::invalid(stack, options, reason),
    }
}

/// [`verdict`], if the tiers EXACT, ORTHOGRAPHIC and PROCLITIC decide it, within microseconds; `None` if a further search
/// is needed, or words of context are to be read.
pub fn try_verdict<'a>(stack: &'a Stack, name: &str, options: &'a ResolveOptions) -> Option<Verdict<'a>> {
    if !options.context.is_empty() {
        return None;
    }
    let mut keys = NameKeys::default();
    let whole = match read(name, &mut keys) {
        Ok(whole) => whole,
        Err(reason) => return Some(Verdict::invalid(stack, options, reason)),
    };
    let forms = forms_of(&whole, options);
    let candidates = Candidates::new(stack, &forms);
    let mut search = Search::new(stack, forms, options, Extent::UntilKnown);
    search.gather_known(&candidates);
    search.is_decided().then(|| Verdict::of_hits(stack, search.hits, options))
}

/// Checks that `name` can be a name; else says why [`resolve`] answers it `INVALID`.
pub fn check_name(name: &str) -> Result<(), String> {
    read(name, &mut NameKeys::default()).map(drop)
}

/// NFKC makes at most so many characters of a byte: 18 of the three bytes of U+FDFA.
const MAX_CHARS_PER_BYTE: usize = 6;

/// Reads a query, whose keys it writes to `keys`, or says why it cannot be a name.
pub(super) fn read<'a>(name: &'a str, keys: &'a mut NameKeys) -> Result<Form<'a>, String> {
    if name.trim().is_empty() {
        return Err("the name is empty".to_owned());
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(format!("the name has {} bytes, more than {MAX_NAME_BYTES}", name.len()));
    }
    keys.set(name);
    let chars = expanded_chars(name, keys);
    if chars > MAX_NAME_CHARS {
        return Err(format!("the name has {chars} characters, more than {MAX_NAME_CHARS}"));
    }
    let form = Form::of_query(name, keys);
    if form.key.is_empty() { Err("the name has no letter or digit".to_owned()) } else { Ok(form) }
}

/// The number of characters after NFKC, or one that is as good as it for the bound: names that are short enough for any
/// expansion need not be expanded.
fn expanded_chars(name: &str, keys: &NameKeys) -> usize {
    let most_per_byte = if keys.is_by_char() { 1 } else { MAX_CHARS_PER_BYTE };
    if name.len() * most_per_byte <= MAX_NAME_CHARS {
        0
    } else if keys.is_by_char() {
        name.chars().count()
    } else {
        name.nfkc().count()
    }
}

/// The query as it stands, and without proclitics.
pub(super) fn forms_of<'a>(whole: &'a Form<'a>, options: &ResolveOptions) -> Forms<'a> {
    let mut forms = Forms::new();
    forms.push(whole.borrowed());
    if !options.without.contains(Stage::Proclitic) {
        forms.extend(whole.stripped());
    }
    forms
}

/// Gathers hits tier by tier; a tier runs only if the ones before it met nothing, or `extent` wants all. Gives the forms
/// that were looked for with them.
pub(super) fn gather<'a>(
    stack: &'a Stack,
    whole: &'a Form<'a>,
    options: &'a ResolveOptions,
    extent: Extent,
) -> (Forms<'a>, Hits<'a>) {
    let forms = forms_of(whole, options);
    let candidates = Candidates::new(stack, &forms);
    let mut search = Search::new(stack, forms, options, extent);
    search.gather(&candidates);
    (search.forms, search.hits)
}

/// The search for one query.
pub(super) struct Search<'f, 'a> {
    stack: &'a Stack,
    options: &'a ResolveOptions,
    forms: Forms<'f>,
    hits: Hits<'a>,
}

impl<'f, 'a> Search<'f, 'a> {
    /// A search for these forms of a query, the whole first.
    pub fn new(stack: &'a Stack, forms: Forms<'f>, options: &'a ResolveOptions, extent: Extent) -> Self {
        let hits = Hits::new(stack, options, &forms, extent);
        Self { stack, options, forms, hits }
    }

    /// What the search comes to, if these are the candidates of its forms.
    pub fn into_verdict(mut self, candidates: &Candidates) -> Verdict<'a> {
        self.gather(candidates);
        Verdict::of_hits(self.stack, self.hits, self.options)
    }

    /// Runs the tiers that are needed.
    fn gather(&mut self, candidates: &Candidates) {
        self.gather_known(candidates);
        if !self.is_decided() {
            self.gather_unknown();
        }
    }

    /// Takes what the forms' keys give.
    fn gather_known(&mut self, candidates: &Candidates) {
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
            lookup::gather(self.stack, &headless, &candidates, &mut self.hits);
            self.forms.extend(headless);
        }
        if self.hits.is_unknown() && self.runs(Stage::Partial) {
            partial::gather_by_tokens(self.stack, &self.forms, &mut self.hits);
        }
        if self.hits.is_unknown() {
            fuzzy::gather(self.stack, &self.forms, self.options.max_edits, &mut self.hits);
        }
        if self.looks_across_scripts() {
            skeleton::gather_across_scripts(self.stack, &self.forms, &mut self.hits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_expands_beyond_the_bound() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            assert!(std::iter::once(c).nfkc().count() <= c.len_utf8() * MAX_CHARS_PER_BYTE, "{c:?}");
        }
    }
}
