//! The alias of an entity that comes nearest to a query, though no search meets it, and what stands between the two.

use std::cmp::Ordering;

use crate::index::Alias;
use crate::model::{AliasKind, Article, Reason, Tier};
use crate::resolve::compare::{
    Comparison, MAX_COST, compare_edited, compare_folds, compare_scripts, token_pairs,
};
use crate::resolve::form::{Form, FormStep};
use crate::resolve::fuzzy::{is_other_person, may_carry, otherwise_articled};
use crate::resolve::gate::Gate;
use crate::resolve::lookup::{compare_surface, is_ordinary_word};
use crate::resolve::named::Named;
use crate::resolve::skeleton::is_named_otherwise;
use crate::resolve::stack::{AliasRef, EntityKey, Stack};
use crate::resolve::stage::{Stage, Stages};
use crate::resolve::step::{Step, total_cost};
use crate::text::distance::{self, Alignment, Edit, EditClass};
use crate::text::{self, ARTICLE, NameKeys, well_known};

/// The most alias rows of an entity that are compared, in stack order.
pub(super) const MAX_ALIASES: usize = 1_000;
/// The most pairs of letters that are compared: some tenths of a second. The plainest readings come first.
const MAX_LETTER_PAIRS: usize = 1_000_000;

/// A reading of the query, compared with an alias that no search met.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub at: AliasRef,
    /// Lookup key of the reading.
    pub key: String,
    pub tier: Tier,
    /// The steps from the query to the alias.
    pub steps: Vec<Step>,
    /// What keeps the alias from being taken for the name of the reading; `None` if nothing does.
    pub obstacle: Option<Reason>,
    kind: AliasKind,
    /// Whether the two are of different scripts, and the alias is not taken for the name all the same.
    is_foreign: bool,
}

/// Compares the aliases of an entity with every reading of a query, and gives the nearest pair: first those that nothing
/// keeps apart, then those that only a rule does, then those of the least cost. `None` if the entity has no alias.
pub(super) fn nearest(
    stack: &Stack,
    entity: EntityKey,
    forms: &[Form<'_>],
    without: Stages,
) -> Option<Attempt> {
    let aliases: Vec<Surface<'_>> =
        stack.aliases(entity).take(MAX_ALIASES).filter_map(|at| Surface::new(stack, entity, at)).collect();
    let mut letter_pairs = 0;
    let mut best: Option<Attempt> = None;
    for form in forms {
        for alias in &aliases {
            letter_pairs += form.letters() * alias.letters;
            if letter_pairs > MAX_LETTER_PAIRS && best.is_some() {
                return best;
            }
            let attempt = Pair { form, alias, without }.attempt();
            if best.as_ref().is_none_or(|best| attempt.cmp(best, stack).is_lt()) {
                best = Some(attempt);
            }
        }
    }
    best
}

/// An alias of the entity.
struct Surface<'a> {
    stack: &'a Stack,
    entity: EntityKey,
    at: AliasRef,
    kind: AliasKind,
    article: Article,
    /// K0 key.
    safe: String,
    /// K2 key.
    lossy: String,
    letters: usize,
}

impl<'a> Surface<'a> {
    fn new(stack: &'a Stack, entity: EntityKey, at: AliasRef) -> Option<Self> {
        let alias = stack.alias(at)?;
        let safe = text::safe_fold(&alias.text());
        let lossy = text::lossy_fold(&safe);
        let letters = lossy.chars().count();
        Some(Self { stack, entity, at, kind: alias.kind, article: alias.article, safe, lossy, letters })
    }

    /// Whether an article more or less makes another name of it.
    fn is_rigid(&self) -> bool {
        self.article == Article::Lexical || self.stack.is_person(self.entity)
    }
}

/// A reading and an alias.
struct Pair<'a> {
    form: &'a Form<'a>,
    alias: &'a Surface<'a>,
    without: Stages,
}

impl Pair<'_> {
    /// The best of the ways to compare the two that the searches have.
    fn attempt(&self) -> Attempt {
        let way = self.by_key().or_else(|| self.by_article()).or_else(|| self.in_part());
        let Way { tier, steps, obstacle } = way.unwrap_or_else(|| self.by_edits());
        let is_of_head = self.alias.stack.is_one_of(self.alias.entity, self.form.types);
        let is_foreign = !self.is_one_script() && (tier != Tier::CrossScript || obstacle.is_some());
        Attempt {
            is_foreign,
            at: self.alias.at,
            key: self.form.key.clone().into_owned(),
            tier: self.form.tier.max(tier),
            steps: self.form.steps.iter().map(FormStep::to_step).chain(steps).collect(),
            obstacle: if is_of_head { obstacle } else { obstacle.or(Some(Reason::HeadType)) },
            kind: self.alias.kind,
        }
    }

    /// As a look-up by key does, of the alias and of its bare form.
    fn by_key(&self) -> Option<Way> {
        let Surface { stack, at, kind, article, .. } = *self.alias;
        if self.form.without_article && kind != AliasKind::Demonym && article != Article::Optional {
            return None;
        }
        let comparison = [false, true].into_iter().find_map(|is_bare| {
            compare_surface(stack, at, is_bare, |surface| {
                let is_same = text::join(&text::lossy_fold(surface)) == self.form.key;
                is_same.then(|| compare_folds(&self.form.safe, surface))
            })
        })?;
        let is_other = |whole: &str| self.is_other_name(whole);
        let obstacle = if is_ordinary_word(self.form, comparison.judgement(), self.without) {
            Some(Reason::OrdinaryWord)
        } else {
            self.form.whole.as_deref().is_some_and(is_other).then_some(Reason::OtherName)
        };
        Some(Way::of(comparison, obstacle))
    }

    /// As names are found that have an article on one side only.
    fn by_article(&self) -> Option<Way> {
        let bare = |safe: &str| safe.strip_prefix(ARTICLE).unwrap_or(safe).to_owned();
        let (query, alias) = (bare(&self.form.safe), bare(&self.alias.safe));
        let key = |safe: &str| text::join(&text::lossy_fold(safe));
        if query.is_empty() || key(&query) != key(&alias) {
            return None;
        }
        let comparison = otherwise_articled(compare_folds(&query, &alias), &query);
        let obstacle = if self.alias.is_rigid() {
            Some(Reason::Article)
        } else {
            self.is_other_name(&self.form.safe).then_some(Reason::OtherName)
        };
        Some(Way::of(comparison, obstacle))
    }

    /// As names are found in part.
    fn in_part(&self) -> Option<Way> {
        let keys = NameKeys::of_safe(self.alias.safe.clone());
        let named = Named::new(self.alias.stack, self.alias.entity, &keys)?;
        Some(Way::of(named.compare(self.form, self.without)?, None))
    }

    /// As other spellings are found.
    fn by_edits(&self) -> Way {
        let (query, alias) = (&*self.form.safe, self.alias.safe.as_str());
        let compared = if self.is_one_script() {
            compare_edited(query, alias, self.without)
        } else {
            compare_scripts(query, alias, self.alias.stack.entity_count())
        };
        match compared {
            Ok(comparison) => {
                let obstacle = self.obstacle_to_edits(&comparison);
                Way::of(comparison, obstacle)
            }
            Err(gate) => {
                let (tier, steps) = self.letters_between();
                let obstacle = if self.is_part() {
                    Reason::PartOfName
                } else if total_cost(&steps) > MAX_COST {
                    Reason::TooFar
                } else {
                    reason_of(gate)
                };
                Way { tier, steps, obstacle: Some(obstacle) }
            }
        }
    }

    /// The edits between the two, however many: by sound across scripts where it can be told, else letter by letter.
    fn letters_between(&self) -> (Tier, Vec<Step>) {
        let (query, alias) = (&*self.form.safe, self.alias.safe.as_str());
        let by_sound = if query.starts_with(text::is_arabic) {
            text::align_cross_script(alias, query)
        } else {
            text::align_cross_script(query, alias)
        };
        match by_sound {
            Some(aligned) => {
                let steps = aligned.steps.iter().map(|step| Step::new(step.to_string(), step.cost));
                (Tier::CrossScript, steps.collect())
            }
            None => edits_between(query, alias),
        }
    }

    /// Whether a reading is a well-known name, and another than the alias.
    fn is_other_name(&self, reading: &str) -> bool {
        !self.without.contains(Stage::WellKnownNames) && well_known::is_other_name(reading, &self.alias.safe)
    }

    /// Whether both are in Arabic script, or neither.
    fn is_one_script(&self) -> bool {
        let is_arabic = |name: &str| name.starts_with(text::is_arabic);
        is_arabic(&self.form.safe) == is_arabic(&self.alias.safe)
    }

    fn obstacle_to_edits(&self, comparison: &Comparison) -> Option<Reason> {
        let Surface { stack, at, safe, .. } = self.alias;
        let is_across = comparison.tier == Tier::CrossScript;
        if self.form.is_word(self.without) {
            Some(Reason::OrdinaryWord)
        } else if is_across
            && !self.without.contains(Stage::WellKnownNames)
            && is_named_otherwise(stack, self.form, self.alias.entity)
        {
            Some(Reason::OtherName)
        } else if !may_carry(self.form, 1, self.without) {
            Some(Reason::ShortName)
        } else if comparison.tier == Tier::Fuzzy
            && !self.without.contains(Stage::OtherPerson)
            && is_other_person(stack, self.form, *at, safe)
        {
            Some(Reason::OtherPerson)
        } else {
            None
        }
    }

    /// Whether the reading is some of the alias's words, and no more.
    fn is_part(&self) -> bool {
        let words: Vec<&str> = self.alias.lossy.split(' ').collect();
        let reading: Vec<&str> = self.form.lossy.split(' ').collect();
        reading.len() < words.len() && reading.iter().all(|word| words.contains(word))
    }
}

/// One way from a reading to an alias.
struct Way {
    tier: Tier,
    steps: Vec<Step>,
    obstacle: Option<Reason>,
}

impl Way {
    fn of(comparison: Comparison, obstacle: Option<Reason>) -> Self {
        Self { tier: comparison.tier, steps: comparison.steps, obstacle }
    }
}

/// The edits between two K0 keys, token by token as [`compare_edited`] goes.
fn edits_between(query: &str, alias: &str) -> (Tier, Vec<Step>) {
    let mut alignment = Alignment::default();
    for (query, alias) in token_pairs(query, alias) {
        let (query, alias) = (distance::letters_of_key(query), distance::letters_of_key(alias));
        alignment.extend(distance::align(&query, &alias));
    }
    let tier = match alignment.class() {
        None => Tier::Orthographic,
        Some(EditClass::Sound) => Tier::Transliteration,
        Some(EditClass::Typing) => Tier::Fuzzy,
    };
    let step = |edit: &Edit| Step::new(edit.kind.to_string(), edit.cost);
    (tier, alignment.edits.iter().map(step).collect())
}

fn reason_of(gate: Gate) -> Reason {
    match gate {
        Gate::ShortAlias => Reason::ShortAlias,
        Gate::OtherName => Reason::OtherName,
        Gate::TooFar => Reason::TooFar,
    }
}

impl Attempt {
    /// Nearer first; ties go to the better tier and kind, then to what stands first in bytewise order.
    fn cmp(&self, other: &Self, stack: &Stack) -> Ordering {
        let text = |attempt: &Self| stack.alias(attempt.at).map(Alias::text);
        let apart = self.apart().cmp(&other.apart());
        apart
            .then_with(|| total_cost(&self.steps).total_cmp(&total_cost(&other.steps)))
            .then_with(|| (self.tier, self.kind).cmp(&(other.tier, other.kind)))
            .then_with(|| text(self).cmp(&text(other)))
            .then_with(|| stack.is_name(self.at).cmp(&stack.is_name(other.at)))
    }

    /// How much stands between the two: nothing, a rule, too many letters, or all of them.
    fn apart(&self) -> u8 {
        match self.obstacle {
            None => 0,
            Some(_) if self.is_foreign => 4,
            Some(Reason::TooFar | Reason::ShortAlias) => 3,
            Some(Reason::PartOfName) => 2,
            Some(_) => 1,
        }
    }
}
