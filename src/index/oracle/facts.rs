//! What inversion asks of aliases: their order under a key, and whose names they are.

use std::cmp::Reverse;

use super::NumberedAlias;
use super::ids::Ids;
use crate::index::AliasOrdinal;
use crate::index::format::BARE;
use crate::index::inversion::Facts;
use crate::index::lists::TokenBearers;
use crate::pack::EntityRow;
use crate::text::person::NameOrder;

/// What inversion asks of aliases.
pub(super) struct AliasFacts {
    /// Of each alias its rank, as an integer that sorts like it; 0 where there is none.
    ranks: Vec<u32>,
    /// Of each alias what it tells of its tokens.
    bearers: Vec<TokenBearers>,
}

impl AliasFacts {
    pub fn collect(entities: &[&EntityRow], ids: &Ids<'_>, aliases: &[NumberedAlias<'_>]) -> Self {
        let ranks = ranks(ids, entities);
        let bearers = |alias: &NumberedAlias<'_>| {
            ids.owner(alias.id)
                .and_then(|owner| entities.get(owner as usize))
                .map_or_else(TokenBearers::default, |row| bearers(row))
        };
        Self {
            ranks: aliases.iter().map(|alias| ranks.get(alias.id as usize).copied().unwrap_or(0)).collect(),
            bearers: aliases.iter().map(bearers).collect(),
        }
    }
}

impl Facts for AliasFacts {
    type Order = (Reverse<u32>, AliasOrdinal, u32);

    /// Prominent entities first; among equals the order of the table.
    fn order(&self, posting: u32) -> Self::Order {
        let alias = posting & !BARE;
        (Reverse(self.ranks[alias as usize]), alias, posting)
    }

    fn bearers(&self, alias: AliasOrdinal, is_first: bool) -> TokenBearers {
        let bearers = self.bearers[alias as usize];
        TokenBearers { has_given_name: bearers.has_given_name && is_first, ..bearers }
    }
}

/// What the names of an entity tell of their tokens, the first one among them.
fn bearers(entity: &EntityRow) -> TokenBearers {
    let has_person = entity.entity_type.as_ref().is_some_and(|own| own.as_str() == "person");
    let order = entity.country.as_ref().map_or(NameOrder::GivenFirst, |c| NameOrder::of_country(c.as_str()));
    TokenBearers { has_person, has_given_name: has_person && order == NameOrder::GivenFirst }
}

/// Rank by ID ordinal, as an integer that sorts like the rank; 0 where there is none.
fn ranks(ids: &Ids<'_>, entities: &[&EntityRow]) -> Vec<u32> {
    let mut ranks = vec![0; ids.sorted.len()];
    for entity in entities {
        if let (Some(rank), Some(place)) = (entity.rank, ranks.get_mut(ids.ordinal(&entity.id) as usize)) {
            *place = (rank.get() * 1e6) as u32;
        }
    }
    ranks
}
