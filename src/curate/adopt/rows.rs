//! [`make`]: rows that bring about what is wanted, found by trying.

use super::super::plain_options;
use super::settle::{Settled, Want};
use super::trial::Trial;
use super::{AdoptError, AdoptOptions, AliasRow, Gazetteer, OverrideRow, Unsettled};
use crate::model::{AliasKind, EntityId, Status, Tier};
use crate::pack::{OverrideAction, RowPlace};
use crate::resolve::{AliasComparison, CandidateRef, ResolveOptions};
use crate::text::is_arabic;

/// The rows, and what became of the wishes.
#[derive(Default)]
pub(super) struct Made {
    pub aliases: Vec<AliasRow>,
    pub overrides: Vec<OverrideRow>,
    pub holding: usize,
    pub unsettled: Vec<Unsettled>,
}

/// How often what stands in the way is blocked, before it is left to people: what is blocked lets later tiers search, which
/// may meet others.
const MAX_ROUNDS: usize = 6;
/// Entities of at least this score stand in the way of another, or of none.
const RIVAL: f32 = 0.05;

/// Makes the rows.
pub(super) fn make(
    trial: &Trial<'_>,
    before: &Gazetteer,
    settled: &[Settled<'_>],
    options: &AdoptOptions,
) -> Result<Made, AdoptError> {
    let mut wishes: Vec<Wish<'_>> =
        settled.iter().map(|settled| Wish::new(settled, before, options)).collect();
    for _ in 0..MAX_ROUNDS {
        let (aliases, overrides) = rows_of(&wishes, options);
        let gazetteer = trial.gazetteer(&aliases, &overrides)?;
        let mut has_changed = false;
        for wish in &mut wishes {
            has_changed |= wish.pursue(&gazetteer, options);
        }
        if !has_changed {
            return Ok(made(&wishes, &gazetteer, options));
        }
    }
    let (aliases, overrides) = rows_of(&wishes, options);
    let gazetteer = trial.gazetteer(&aliases, &overrides)?;
    Ok(made(&wishes, &gazetteer, options))
}

/// A settled name, and the rows for it.
struct Wish<'r> {
    settled: &'r Settled<'r>,
    alias: Option<AliasRow>,
    /// Whether it is said to be no name.
    not_a_name: bool,
    blocked: Vec<EntityId>,
}

impl<'r> Wish<'r> {
    fn new(settled: &'r Settled<'r>, before: &Gazetteer, options: &AdoptOptions) -> Self {
        let holds = holds(settled, before);
        let alias = match &settled.want {
            Want::Entity(id) => alias_row(settled.name, id, holds, before, options),
            Want::Nothing | Want::NotAName => None,
        };
        let not_a_name = settled.want == Want::NotAName && !is_ruled_out(settled.name, before);
        Self { settled, alias, not_a_name, blocked: Vec::new() }
    }

    /// Blocks what stands in the way; tells whether there is something new to be tried.
    fn pursue(&mut self, gazetteer: &Gazetteer, options: &AdoptOptions) -> bool {
        let wanted = match &self.settled.want {
            Want::Entity(_) if !options.block_rivals => return false,
            Want::Entity(id) => Some(id),
            Want::Nothing => None,
            Want::NotAName => return false,
        };
        if holds(self.settled, gazetteer) {
            return false;
        }
        let verdict = gazetteer.verdict(self.settled.name, &ALL);
        let wanted = wanted.and_then(|id| gazetteer.stack().find(id.as_str()));
        let others = verdict.candidates().filter(|one| Some(one.entity()) != wanted);
        let rivals = others.filter(|one| one.score().get() >= RIVAL);
        let ids = rivals.filter_map(|one| EntityId::new(gazetteer.stack().id_text(one.entity())).ok());
        let mut new: Vec<EntityId> = ids.filter(|id| !self.blocked.contains(id)).collect();
        // A decision for an entity that is no candidate is not brought about by blocking others.
        if wanted.is_some_and(|wanted| verdict.candidates().all(|one| one.entity() != wanted)) {
            new.clear();
        }
        new.sort();
        self.blocked.extend_from_slice(&new);
        !new.is_empty()
    }

    fn is_without_rows(&self) -> bool {
        self.alias.is_none() && !self.not_a_name && self.blocked.is_empty()
    }
}

/// Every candidate, and no explanation.
static ALL: ResolveOptions = plain_options(ResolveOptions::MAX_LIMIT, false);

/// Whether a name is answered as is wanted.
fn holds(settled: &Settled<'_>, gazetteer: &Gazetteer) -> bool {
    let verdict = gazetteer.verdict(settled.name, &ALL);
    match &settled.want {
        Want::Entity(id) => {
            let wanted = gazetteer.stack().find(id.as_str());
            verdict.resolved().is_some_and(|best| Some(best.entity()) == wanted)
        }
        Want::Nothing | Want::NotAName => matches!(verdict.status(), Status::NotFound | Status::Invalid),
    }
}

/// Whether an override says already that the name is none.
fn is_ruled_out(name: &str, gazetteer: &Gazetteer) -> bool {
    gazetteer.stack().is_not_a_name(&crate::text::lookup_key(name))
}

/// The alias row of a name, unless the entity has that alias.
fn alias_row(
    name: &str,
    id: &EntityId,
    holds: bool,
    before: &Gazetteer,
    options: &AdoptOptions,
) -> Option<AliasRow> {
    let entity = before.stack().find(id.as_str())?;
    let verdict = before.verdict(name, &ALL);
    let tier = verdict.candidates().find(|one| one.entity() == entity).map(CandidateRef::tier);
    let is_listed = tier == Some(Tier::Exact) || holds && tier == Some(Tier::Orthographic);
    if is_listed {
        return None;
    }
    let nearest = before.explain(name, id.as_str(), &ALL).ok().and_then(|explained| explained.alias);
    let kind = options.kind.unwrap_or_else(|| kind_by_tier(tier));
    let lang = options.lang.clone().unwrap_or_else(|| language(name, nearest.as_ref()));
    let mut row = AliasRow::new(id.clone(), name, &lang, kind);
    row.source.clone_from(&options.source);
    row.note.clone_from(&options.note);
    Some(row)
}

/// What a name is to the entity that it means, by how it was reached: a slip of the pen is found and never shown, and so is
/// a name with something around it; another spelling by sound, in another script, or one that no search reached, is a
/// name of its own.
fn kind_by_tier(tier: Option<Tier>) -> AliasKind {
    match tier {
        Some(Tier::Fuzzy) => AliasKind::Misspelling,
        Some(Tier::Proclitic | Tier::Partial) => AliasKind::Hidden,
        Some(Tier::Exact | Tier::Orthographic | Tier::Transliteration | Tier::CrossScript) | None => {
            AliasKind::Alternate
        }
    }
}

/// The language of the alias that comes nearest, if it is of the script of the name.
fn language(name: &str, nearest: Option<&AliasComparison>) -> String {
    let is_of_script = |alias: &&AliasComparison| name.contains(is_arabic) == alias.text.contains(is_arabic);
    nearest.filter(is_of_script).map(|alias| alias.language_code.clone()).unwrap_or_default()
}

/// The rows of all wishes, in the order of the review.
fn rows_of(wishes: &[Wish<'_>], options: &AdoptOptions) -> (Vec<AliasRow>, Vec<OverrideRow>) {
    let aliases = wishes.iter().filter_map(|wish| wish.alias.clone()).collect();
    let row = |action| OverrideRow { action, note: options.note.clone(), place: RowPlace::default() };
    let overrides = wishes.iter().flat_map(|wish| {
        let alias = || wish.settled.name.to_owned();
        let not_a_name = wish.not_a_name.then(|| row(OverrideAction::NotAName { alias: alias() }));
        let block = move |id: &EntityId| row(OverrideAction::Block { alias: alias(), id: id.clone() });
        not_a_name.into_iter().chain(wish.blocked.iter().map(block))
    });
    (aliases, overrides.collect())
}

fn made(wishes: &[Wish<'_>], gazetteer: &Gazetteer, options: &AdoptOptions) -> Made {
    let (aliases, overrides) = rows_of(wishes, options);
    let mut made = Made { aliases, overrides, ..Made::default() };
    for wish in wishes {
        if !holds(wish.settled, gazetteer) {
            made.unsettled.push(unsettled(wish.settled, gazetteer));
        } else if wish.is_without_rows() {
            made.holding += 1;
        }
    }
    made
}

fn unsettled(settled: &Settled<'_>, gazetteer: &Gazetteer) -> Unsettled {
    let message = match &settled.want {
        Want::Entity(id) => {
            let explained = gazetteer.explain(settled.name, id.as_str(), &ALL);
            explained
                .map_or_else(|error| error.to_string(), |explained| format!("{id}: {}", explained.message))
        }
        Want::Nothing | Want::NotAName => {
            let answer = gazetteer.verdict(settled.name, &ALL);
            let best = answer.candidates().next().map(|best| best.id().to_owned()).unwrap_or_default();
            format!("it is still answered with {} {best}", answer.status())
        }
    };
    let (name, line) = (settled.name.to_owned(), settled.place.line);
    Unsettled { name, line, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_misspellings_and_other_spellings_are_names() {
        assert_eq!(kind_by_tier(Some(Tier::Fuzzy)), AliasKind::Misspelling);
        assert_eq!(kind_by_tier(Some(Tier::Partial)), AliasKind::Hidden);
        assert_eq!(kind_by_tier(Some(Tier::CrossScript)), AliasKind::Alternate);
        assert_eq!(kind_by_tier(None), AliasKind::Alternate);
    }
}
