//! Naming: under which ID and which name an answer shows an entity.

use super::stack::{EntityKey, Stack};
use crate::index::Alias;
use crate::model::{AliasKind, EntityId};

/// The ID under which an entity is shown, and every other one in order: its first ID of `namespace`, or its canonical
/// ID if it has none of that namespace or none is asked for. `None` only if the stack is damaged.
pub fn ids_in(
    stack: &Stack,
    entity: EntityKey,
    namespace: Option<&str>,
) -> Option<(EntityId, Vec<EntityId>)> {
    let (mut id, mut same_as) = (stack.id(entity)?, stack.other_ids_of(entity));
    let is_wanted = |id: &EntityId| namespace.is_none_or(|namespace| id.namespace() == namespace);
    if !is_wanted(&id)
        && let Some(other) = same_as.iter_mut().find(|other| is_wanted(other))
    {
        std::mem::swap(&mut id, other);
        same_as.sort();
    }
    Some((id, same_as))
}

/// The name under which an entity is shown: its best one in `language`, else in that language with fewer and fewer
/// subtags (zh-Hant-TW, zh-Hant, zh: "lookup" of RFC 4647, section 3.4), else its canonical name.
pub fn name_in(stack: &Stack, entity: EntityKey, language: Option<&str>) -> String {
    let ranges = std::iter::successors(language, |range| range.rsplit_once('-').map(|(shorter, _)| shorter));
    // A range never ends in a single letter or digit: it introduces the subtag that was cut.
    let ranges = ranges.filter(|range| range.rsplit('-').next().is_some_and(|subtag| subtag.len() > 1));
    ranges.into_iter().find_map(|range| best_name(stack, entity, range)).unwrap_or_else(|| stack.name(entity))
}

/// The name of the best kind in exactly this language; of several, the first in stack order.
fn best_name(stack: &Stack, entity: EntityKey, language: &str) -> Option<String> {
    let aliases = stack.aliases(entity).filter_map(|at| stack.alias(at));
    let names = aliases.filter(|alias| alias.language.eq_ignore_ascii_case(language) && is_name(alias.kind));
    names.min_by_key(|alias| alias.kind).map(Alias::text)
}

/// Whether an alias of a kind can stand for the entity: a word for its people cannot.
fn is_name(kind: AliasKind) -> bool {
    kind.is_shown() && kind != AliasKind::Demonym
}
