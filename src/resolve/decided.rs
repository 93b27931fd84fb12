//! What overrides did to an answer, for people: which row of which pack.

use super::stack::{AliasRef, OverrideRef, Stack};
use super::step::Step;
use crate::index::Override;

/// The redirects that bring an alias to its entity, as steps that cost nothing: they tell nothing of the form.
pub(super) fn redirect_steps(stack: &Stack, at: AliasRef) -> impl Iterator<Item = Step> {
    stack.redirects_of(at).filter_map(|by| Some(Step::new(redirect_text(stack, by)?, 0.0)))
}

fn redirect_text(stack: &Stack, by: OverrideRef) -> Option<String> {
    let Override::Redirect { id, target } = *stack.override_at(by)? else { return None };
    let segment = stack.segments().get(usize::from(by.segment))?;
    let (id, target) = (segment.id(id), segment.id(target));
    Some(format!(
        "redirected {id}→{target} ({})",
        by_row(stack.pack_name(by.segment), stack.override_place(by).as_deref())
    ))
}

/// A pack and, if it is known, the place of the row that decided: `ours, overrides.tsv:3`.
pub(super) fn by_row(pack: &str, place: Option<&str>) -> String {
    place.map_or_else(|| pack.to_owned(), |place| format!("{pack}, {place}"))
}
