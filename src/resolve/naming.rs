//! Naming: under which ID and which name an answer shows an entity.

use super::stack::{EntityKey, Stack};
use crate::index::Alias;
use crate::model::{AliasKind, EntityId, namespace_of};

/// The ID under which an entity is shown, and every other one in order: its first ID of `namespace`, or its canonical
/// ID if it has none of that namespace or none is asked for. `None` only if the stack is damaged.
pub fn ids_in(
    stack: &Stack,
    entity: EntityKey,
    namespace: Option<&str>,
) -> Option<(EntityId, Vec<EntityId>)> {
    let id = EntityId::new(id_in(stack, entity, namespace)).ok()?;
    let others = other_ids_in(stack, entity, namespace).into_iter();
    Some((id, others.filter_map(|id| EntityId::new(id).ok()).collect()))
}

/// The ID under which an entity is shown.
pub(super) fn id_in<'a>(stack: &'a Stack, entity: EntityKey, namespace: Option<&str>) -> &'a str {
    let canonical = stack.id_text(entity);
    let is_wanted = |id: &str| namespace.is_none_or(|namespace| namespace_of(id) == namespace);
    if is_wanted(canonical) {
        return canonical;
    }
    stack.other_ids_of(entity).into_iter().find(|id| is_wanted(id)).unwrap_or(canonical)
}

/// Every ID of an entity but the one under which it is shown, in bytewise order.
pub(super) fn other_ids_in<'a>(stack: &'a Stack, entity: EntityKey, namespace: Option<&str>) -> Vec<&'a str> {
    let (canonical, shown) = (stack.id_text(entity), id_in(stack, entity, namespace));
    let mut others = stack.other_ids_of(entity);
    if shown != canonical {
        others.retain(|&id| id != shown);
        let at = others.partition_point(|&id| id < canonical);
        others.insert(at, canonical);
    }
    others
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
