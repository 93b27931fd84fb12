//! Who bears a token: what is asked of all aliases that have it, of which there may be hundreds of thousands.
//!
//! A segment knows of each token whether a person bears it, by its own rows. That is the answer, but for the aliases of
//! entities of whom the stack says otherwise: which other packs describe, or remove. Their tokens are noted when the stack
//! is made, and for those the aliases are looked at one by one.

use std::collections::HashSet;

use super::links::Links;
use super::stack::{AliasRef, EntityKey, Stack};
use crate::index::{EntityRecord, TokenBearers};
use crate::model::CountryCode;
use crate::text;
use crate::text::person::NameOrder;

/// The tokens of one segment of which its rows do not tell all.
#[derive(Default)]
pub(super) struct Unsettled {
    /// Whether they are too many to note.
    all: bool,
    tokens: HashSet<String>,
}

/// So many entities of a segment are looked at one by one.
const MAX_ENTITIES: usize = 20_000;

impl Stack {
    /// Whether a token is of some person's name of several tokens.
    pub(super) fn is_token_of_person(&self, token: &str) -> bool {
        self.is_borne(
            token,
            |bearers| bearers.has_person,
            |at| self.entity_of(at).is_some_and(|entity| self.is_person(entity)),
        )
    }

    /// Whether a token is the first of the name of a person whose given name comes first.
    pub(super) fn is_given_name(&self, token: &str) -> bool {
        let is_first = |at: AliasRef| {
            let name = self.alias(at).map(|alias| text::lossy_fold(&text::safe_fold(&alias.text())));
            name.is_some_and(|name| name.split(' ').next() == Some(token))
        };
        self.is_borne(
            token,
            |bearers| bearers.has_given_name,
            |at| self.entity_of(at).is_some_and(|entity| self.bearers(entity).has_given_name) && is_first(at),
        )
    }

    /// The order of the name of an entity, if it is a person.
    pub(super) fn name_order(&self, entity: EntityKey) -> NameOrder {
        order_in(self.country(entity).as_ref())
    }

    fn is_borne(
        &self,
        token: &str,
        is_known: impl Fn(TokenBearers) -> bool,
        is_bearer: impl Fn(AliasRef) -> bool,
    ) -> bool {
        self.numbered().zip(self.unsettled()).any(|((segment, reader), unsettled)| {
            if unsettled.all || unsettled.tokens.contains(token) {
                reader.lookup_token(token).any(|alias| is_bearer(AliasRef { segment, alias }))
            } else {
                is_known(reader.token_bearers(token))
            }
        })
    }

    /// What the names of an entity say of their tokens, the first one among them.
    fn bearers(&self, entity: EntityKey) -> TokenBearers {
        let has_person = self.is_person(entity);
        let has_given_name = has_person && self.name_order(entity) == NameOrder::GivenFirst;
        TokenBearers { has_person, has_given_name }
    }

    /// By segment, the tokens of the aliases of entities of whom the stack says otherwise than the segment.
    pub(super) fn find_unsettled(&self, links: &Links) -> Vec<Unsettled> {
        let mut unsettled: Vec<Unsettled> = self.segments().iter().map(|_| Unsettled::default()).collect();
        let mut counts = vec![0; unsettled.len()];
        for node in links.nodes() {
            let at = usize::from(node.segment);
            let (Some(unsettled), Some(count)) = (unsettled.get_mut(at), counts.get_mut(at)) else {
                continue;
            };
            if unsettled.all || self.is_told_by_own_row(node, links) {
                continue;
            }
            *count += 1;
            if *count > MAX_ENTITIES {
                *unsettled = Unsettled { all: true, tokens: HashSet::new() };
                continue;
            }
            for alias in self.aliases_of_node(node).filter_map(|at| self.alias(at)) {
                let lossy = text::lossy_fold(&text::safe_fold(&alias.text()));
                unsettled.tokens.extend(lossy.split(' ').map(str::to_owned));
            }
        }
        unsettled
    }

    fn is_told_by_own_row(&self, node: EntityKey, links: &Links) -> bool {
        let Some(segment) = self.segments().get(usize::from(node.segment)) else { return true };
        let own = segment.owner(node.id).and_then(|owner| segment.entity(owner));
        let own = own.map_or_else(TokenBearers::default, bearers_by);
        let entity = links.canonical(self.segments(), node.segment, node.id);
        let is_in_force = self.entity_of_id(node.segment, node.id).is_some();
        own == if is_in_force { self.bearers(entity) } else { TokenBearers::default() }
    }
}

/// What a row says of its names, as [`TokenBearers`] of a segment do.
fn bearers_by(record: EntityRecord<'_>) -> TokenBearers {
    let has_person = record.entity_type() == "person";
    let order = order_in(record.country().as_ref());
    TokenBearers { has_person, has_given_name: has_person && order == NameOrder::GivenFirst }
}

/// The order of the names of people of a country.
pub(super) fn order_in(country: Option<&CountryCode>) -> NameOrder {
    country.map_or(NameOrder::GivenFirst, |country| NameOrder::of_country(country.as_str()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::index::{Segment, compile};
    use crate::model::{AliasKind, EntityId, EntityType};
    use crate::pack::{AliasRow, EntityRow, OverrideAction, OverrideRow, Pack, RowPlace};

    const TOKENS: [&str; 4] = ["kim", "ali", "bin", "omar"];

    #[derive(Clone, Debug)]
    enum Row {
        Entity { id: u8, is_person: bool, country: usize, same_as: Option<u8> },
        Alias { id: u8, tokens: Vec<usize> },
        Remove { id: u8 },
        Redirect { id: u8, target: u8 },
    }

    fn row() -> impl Strategy<Value = Row> {
        let id = 0..5_u8;
        prop_oneof![
            3 => (id.clone(), any::<bool>(), 0..3_usize, proptest::option::of(id.clone()))
                .prop_map(|(id, is_person, country, same_as)| Row::Entity { id, is_person, country, same_as }),
            5 => (id.clone(), proptest::collection::vec(0..TOKENS.len(), 1..4))
                .prop_map(|(id, tokens)| Row::Alias { id, tokens }),
            1 => id.clone().prop_map(|id| Row::Remove { id }),
            1 => (id.clone(), id).prop_map(|(id, target)| Row::Redirect { id, target }),
        ]
    }

    fn segment(rows: &[Row]) -> Arc<Segment> {
        let id = |id: &u8| EntityId::new(&format!("Q{id}")).unwrap();
        let mut pack = Pack::default();
        for row in rows {
            let mut add = |action| {
                pack.overrides.push(OverrideRow { action, note: String::new(), place: RowPlace::default() });
            };
            match row {
                Row::Entity { id: own, .. } if pack.entities.iter().any(|entity| entity.id == id(own)) => {}
                Row::Entity { id: own, is_person, country, same_as } => {
                    let sort = if *is_person { "person" } else { "city" };
                    let mut entity = EntityRow::new(id(own), EntityType::new(sort).unwrap(), "");
                    entity.country = CountryCode::new(["", "EG", "CN"][*country]).ok();
                    // Not an ID that this pack may list itself: that would be an error of the pack.
                    let other = |same: &u8| EntityId::new(&format!("x:{}", same % 2)).unwrap();
                    let is_new =
                        |same: &EntityId| !pack.entities.iter().any(|entity| entity.same_as.contains(same));
                    entity.same_as = same_as.iter().map(other).filter(is_new).collect();
                    pack.entities.push(entity);
                }
                Row::Alias { id: of, tokens } => {
                    let name: Vec<&str> = tokens.iter().map(|&token| TOKENS[token]).collect();
                    pack.aliases.push(AliasRow::new(id(of), &name.join(" "), "", AliasKind::Preferred));
                }
                Row::Remove { id: of } => add(OverrideAction::Remove { id: id(of) }),
                Row::Redirect { id: of, target } => {
                    add(OverrideAction::Redirect { id: id(of), target: id(target) });
                }
            }
        }
        Arc::new(Segment::open(Arc::new(compile(&pack).unwrap())).unwrap())
    }

    proptest! {
        #[test]
        fn what_segments_know_is_what_their_aliases_say(
            packs in proptest::collection::vec(proptest::collection::vec(row(), 0..12), 1..4)
        ) {
            let stack = Stack::new(packs.iter().map(|rows| segment(rows)).collect());
            for token in TOKENS {
                let bearers = || stack.numbered().flat_map(|(segment, reader)| {
                    reader.lookup_token(token).map(move |alias| AliasRef { segment, alias })
                });
                let of_person = bearers().any(|at| stack.entity_of(at).is_some_and(|entity| stack.is_person(entity)));
                prop_assert_eq!(stack.is_token_of_person(token), of_person);
                let given_names = bearers().any(|at| {
                    let is_given_first = |entity| stack.is_person(entity)
                        && stack.country(entity).is_none_or(|country| country.as_str() != "CN");
                    stack.entity_of(at).is_some_and(is_given_first)
                        && stack.alias(at).is_some_and(|alias| alias.text().starts_with(token))
                });
                prop_assert_eq!(stack.is_given_name(token), given_names);
            }
        }
    }
}
