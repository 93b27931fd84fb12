//! The run of one query through the tiers.

use unicode_normalization::UnicodeNormalization;

use super::form::Form;
use super::hits::{Blocked, Extent, Hits};
use super::score::Scored;
use super::stack::{EntityKey, Stack};
use super::stage::Stage;
use super::{BlockedCandidate, Candidate, MAX_NAME_BYTES, MAX_NAME_CHARS, Resolution, ResolveOptions};
use super::{fuzzy, lookup, naming, partial, score, skeleton};
use crate::model::{BlockAction, Status};
use crate::text;

/// Resolves one name over a stack. Never fails: what cannot be a name is answered `INVALID`.
///
/// Microseconds for a known name; a fuzzy search visits the keys within two edits of each reading of the name.
pub fn resolve(stack: &Stack, name: &str, options: &ResolveOptions) -> Resolution {
    let answer = |status, candidates: Vec<Candidate>, reason| Resolution {
        query: name.to_owned(),
        status,
        canonical_id: match (status, candidates.first()) {
            (Status::Resolved, Some(best)) => Some(best.id.clone()),
            _ => None,
        },
        candidates,
        blocked: Vec::new(),
        invalid_reason: reason,
        index_version: stack.index_version().to_owned(),
    };
    let whole = match read(name) {
        Ok(form) => form,
        Err(reason) => return answer(Status::Invalid, Vec::new(), Some(reason)),
    };
    let (_, hits) = gather(stack, whole, options, Extent::UntilKnown);
    let blocked = if options.explain { blocked(stack, &hits, options) } else { Vec::new() };
    let scored = score::score(stack, hits.into_vec(), options);
    let status = score::decide(&scored, options);
    let shown = score::shown(scored, options).into_iter();
    let candidates = shown.filter_map(|scored| candidate(stack, scored, options));
    Resolution { blocked, ..answer(status, candidates.collect(), None) }
}

/// Checks that `name` can be a name; else says why [`resolve`] answers it `INVALID`.
pub fn check_name(name: &str) -> Result<(), String> {
    read(name).map(drop)
}

/// NFKC makes at most so many characters of a byte: 18 of the three bytes of U+FDFA.
const MAX_CHARS_PER_BYTE: usize = 6;

/// Reads a query, or says why it cannot be a name.
pub(super) fn read(name: &str) -> Result<Form, String> {
    if name.trim().is_empty() {
        return Err("the name is empty".to_owned());
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(format!("the name has {} bytes, more than {MAX_NAME_BYTES}", name.len()));
    }
    // A name that is short enough for any expansion need not be expanded.
    let chars = if name.len() * MAX_CHARS_PER_BYTE > MAX_NAME_CHARS { name.nfkc().count() } else { 0 };
    if chars > MAX_NAME_CHARS {
        return Err(format!("the name has {chars} characters, more than {MAX_NAME_CHARS}"));
    }
    let form = Form::whole(text::safe_fold(name));
    if form.key.is_empty() { Err("the name has no letter or digit".to_owned()) } else { Ok(form) }
}

/// Gathers hits tier by tier; a tier runs only if the ones before it met nothing, or `extent` wants all. Gives the forms
/// that were looked for with them.
pub(super) fn gather<'a>(
    stack: &'a Stack,
    whole: Form,
    options: &'a ResolveOptions,
    extent: Extent,
) -> (Vec<Form>, Hits<'a>) {
    let runs = |tier| !options.without.contains(tier);
    let mut forms = if runs(Stage::Proclitic) { whole.stripped() } else { Vec::new() };
    forms.insert(0, whole);
    let mut hits = Hits::new(stack, options, &forms, extent);
    lookup::gather(stack, &forms, &mut hits);
    if !hits.is_unknown() && hits.is_unwritten() {
        fuzzy::gather_articles(stack, &forms, &mut hits);
    }
    if hits.is_unknown() && runs(Stage::Partial) {
        let headless = partial::headless_forms(stack, &forms, options.without);
        lookup::gather(stack, &headless, &mut hits);
        forms.extend(headless);
    }
    if hits.is_unknown() && runs(Stage::Partial) {
        partial::gather_by_tokens(stack, &forms, &mut hits);
    }
    if hits.is_unknown() {
        fuzzy::gather(stack, &forms, options.max_edits, &mut hits);
    }
    if hits.is_unsure() && options.max_edits > 0 && runs(Stage::CrossScript) {
        skeleton::gather_across_scripts(stack, &forms, &mut hits);
    }
    (forms, hits)
}

fn candidate(stack: &Stack, scored: Scored, options: &ResolveOptions) -> Option<Candidate> {
    let Scored { hit, score, .. } = scored;
    let entity = hit.entity;
    let (id, same_as) = naming::ids_in(stack, entity, options.id_namespace.as_deref())?;
    Some(Candidate {
        id,
        name: naming::name_in(stack, entity, options.display_language_code.as_deref()),
        types: stack.types(entity),
        country: stack.country(entity),
        rank: stack.rank(entity),
        same_as,
        score,
        form_similarity: hit.similarity(),
        tier: hit.tier,
        matched_alias: stack.alias(hit.alias)?.text(),
        alias_kind: hit.kind,
        pack: stack.pack_name(hit.alias.segment).to_owned(),
        explanation: if options.explain {
            hit.steps.iter().map(ToString::to_string).collect()
        } else {
            Vec::new()
        },
    })
}

fn blocked(stack: &Stack, hits: &Hits<'_>, options: &ResolveOptions) -> Vec<BlockedCandidate> {
    let show = |(entity, Blocked { key, by }): (EntityKey, Blocked<'_>)| {
        Some(BlockedCandidate {
            id: naming::ids_in(stack, entity, options.id_namespace.as_deref())?.0,
            name: naming::name_in(stack, entity, options.display_language_code.as_deref()),
            key: key.to_owned(),
            action: if by.entity.is_some() { BlockAction::Block } else { BlockAction::NotAName },
            pack: stack.pack_name(by.segment).to_owned(),
        })
    };
    let mut blocked: Vec<BlockedCandidate> = hits.blocked().filter_map(show).collect();
    blocked.sort_by(|a, b| a.id.cmp(&b.id));
    blocked.truncate(options.limit.max(1));
    blocked
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
