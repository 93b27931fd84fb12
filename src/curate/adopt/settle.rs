//! [`settle`]: decisions checked against the stack, the pack and each other.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::super::decision::Decision;
use super::super::review::{Decided, Place, Review, ReviewedName};
use super::{Diagnostic, Gazetteer, Pack};
use crate::model::EntityId;
use crate::pack::report::{At, Report};
use crate::pack::wording::{Quoted, nearest};
use crate::pack::{OverrideAction, RowPlace};
use crate::resolve::{ResolveOptions, check_name};
use crate::text::lookup_key;

/// A name with the one thing that was decided of it.
pub(super) struct Settled<'r> {
    pub name: &'r str,
    pub want: Want,
    pub place: Place,
}

/// What a name is to be answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// The entity of this canonical ID.
    Entity(EntityId),
    /// `NOT_FOUND`.
    Nothing,
    /// `NOT_FOUND`, whatever packs below say.
    NotAName,
}

impl Want {
    fn shown(&self) -> String {
        match self {
            Self::Entity(id) => format!("`{id}`"),
            Self::Nothing => "`none`".to_owned(),
            Self::NotAName => "`not a name`".to_owned(),
        }
    }
}

/// The decided names in the order of the review, and how many are not decided; or all that is wrong.
pub(super) fn settle<'r>(
    gazetteer: &Gazetteer,
    pack: &Pack,
    review: &'r Review,
) -> Result<(Vec<Settled<'r>>, usize), Vec<Diagnostic>> {
    let mut report = Report::new(&review.path);
    let pack_says = PackSays::of(pack, gazetteer);
    let offered: Vec<&str> =
        review.names.iter().flat_map(|name| &name.offered).map(EntityId::as_str).collect();
    let mut settler =
        Settler { gazetteer, review, offered, pack_says, report: &mut report, by_key: HashMap::new() };
    let settled: Vec<_> = review.names.iter().filter_map(|name| settler.name(name)).collect();
    let unfilled = review.names.iter().filter(|name| name.decisions.is_empty()).count();
    if report.has_errors() { Err(report.finish()) } else { Ok((settled, unfilled)) }
}

struct Settler<'a, 'r> {
    gazetteer: &'a Gazetteer,
    review: &'r Review,
    /// Every entity that the review offers.
    offered: Vec<&'r str>,
    pack_says: PackSays,
    report: &'a mut Report,
    /// What was decided of the names of a lookup key, and where first.
    by_key: HashMap<String, (Want, Place)>,
}

impl<'r> Settler<'_, 'r> {
    fn name(&mut self, name: &'r ReviewedName) -> Option<Settled<'r>> {
        let first = name.decisions.first()?;
        let want = self.want(first)?;
        for other in name.decisions.iter().skip(1) {
            let other_want = self.want(other)?;
            if other_want != want {
                self.contradiction(&name.name, &other_want, other.place, &want, first.place);
                return None;
            }
        }
        let settled = Settled { name: &name.name, want, place: first.place };
        if let Err(reason) = check_name(&name.name) {
            if let Want::Entity(_) = settled.want {
                let help = "mend the name in the list and canonicalize it again, or decide `not a name`";
                self.error(
                    first.place,
                    "invalid-name",
                    &format!("no alias can be made of this row: {reason}"),
                    help,
                );
            }
            return None;
        }
        self.check(&settled).then_some(settled)
    }

    /// What a decision means in this stack.
    fn want(&mut self, decided: &Decided) -> Option<Want> {
        match &decided.decision {
            Decision::None => Some(Want::Nothing),
            Decision::NotAName => Some(Want::NotAName),
            Decision::Entity(id) => {
                let found = canonical(self.gazetteer, id.as_str());
                if found.is_none() {
                    self.unknown(id, decided.place);
                }
                found.map(Want::Entity)
            }
        }
    }

    fn unknown(&mut self, id: &EntityId, place: Place) {
        let help = match self.suggestion(id.as_str()) {
            Some((near, name)) => format!("did you mean `{near}` ({name})?"),
            None => "write an ID that `yaqut resolve NAME` shows, or load the pack that knows it".to_owned(),
        };
        self.error(place, "unknown-entity", &format!("no pack knows `{id}`"), &help);
    }

    /// The ID that was probably meant, and the name of its entity.
    fn suggestion(&self, id: &str) -> Option<(EntityId, String)> {
        let digits = id.trim_start_matches(|c: char| !c.is_ascii_digit());
        let likely = [id.to_uppercase(), id.to_lowercase(), format!("Q{digits}"), format!("geonames:{id}")];
        let options = ResolveOptions { limit: 1, explain: false, ..ResolveOptions::default() };
        let by_id = likely.iter().find_map(|id| canonical(self.gazetteer, id));
        let by_edits = || EntityId::new(nearest_of(id, &self.offered)?).ok();
        let by_name = || self.gazetteer.resolve(id, &options).canonical_id;
        let near = by_id.or_else(by_edits).or_else(by_name)?;
        let name = self.gazetteer.entity(near.as_str()).map(|entity| entity.name).unwrap_or_default();
        Some((near, name))
    }

    /// Whether neither an earlier decision nor the pack says otherwise of the name.
    fn check(&mut self, settled: &Settled<'_>) -> bool {
        let key = lookup_key(settled.name);
        if let Some((by, row)) = self.pack_says.against(&key, &settled.want) {
            let name = Quoted(settled.name);
            let message = format!("{name} was decided as {}, but {by} {row}", settled.want.shown());
            self.error(settled.place, "conflicting-row", &message, "remove that row, or change the decision");
            return false;
        }
        match self.by_key.entry(key) {
            Entry::Vacant(free) => drop(free.insert((settled.want.clone(), settled.place))),
            Entry::Occupied(first) => {
                let (want, place) = first.get().clone();
                if want != settled.want {
                    self.contradiction(settled.name, &settled.want, settled.place, &want, place);
                    return false;
                }
            }
        }
        true
    }

    fn contradiction(&mut self, name: &str, want: &Want, place: Place, first: &Want, first_place: Place) {
        let message = format!(
            "{} was decided as {} here, and as {} on line {}",
            Quoted(name),
            want.shown(),
            first.shown(),
            first_place.line
        );
        let help = "decide once; spellings that are folded alike count as one name";
        self.error(place, "conflicting-decisions", &message, help);
    }

    fn error(&mut self, place: Place, code: &'static str, message: &str, help: &str) {
        self.report.error(At::place(&self.review.path, place.line, place.column), code, message, help);
    }
}

/// The offered ID that is an edit or two away.
fn nearest_of<'k>(id: &str, offered: &[&'k str]) -> Option<&'k str> {
    let lower: Vec<String> = offered.iter().map(|id| id.to_lowercase()).collect();
    let near = nearest(id, lower.iter().map(String::as_str))?;
    lower.iter().position(|id| id == near).and_then(|at| offered.get(at).copied())
}

/// The canonical ID of the entity that bears an ID.
pub(super) fn canonical(gazetteer: &Gazetteer, id: &str) -> Option<EntityId> {
    let stack = gazetteer.stack();
    EntityId::new(stack.id_text(stack.find(id)?)).ok()
}

/// What the rows of a pack say of names, by their lookup keys.
struct PackSays {
    rows: HashMap<String, Vec<Said>>,
}

/// A row that speaks of a name.
struct Said {
    what: What,
    /// Where it stands, as messages call it.
    place: String,
}

enum What {
    /// An alias of this entity.
    Alias(EntityId),
    Block(EntityId),
    NotAName,
}

impl PackSays {
    fn of(pack: &Pack, gazetteer: &Gazetteer) -> Self {
        let mut rows: HashMap<String, Vec<Said>> = HashMap::new();
        let entity = |id: &EntityId| canonical(gazetteer, id.as_str()).unwrap_or_else(|| id.clone());
        let mut say = |alias: &str, what, place| {
            rows.entry(lookup_key(alias)).or_default().push(Said { what, place: place_of(pack, place) });
        };
        for row in &pack.aliases {
            say(&row.alias, What::Alias(entity(&row.id)), row.place);
        }
        for row in &pack.overrides {
            match &row.action {
                OverrideAction::Block { alias, id } => say(alias, What::Block(entity(id)), row.place),
                OverrideAction::NotAName { alias } => say(alias, What::NotAName, row.place),
                OverrideAction::Redirect { .. } | OverrideAction::Remove { .. } => {}
            }
        }
        Self { rows }
    }

    /// The place of a row that says otherwise than is wanted of the names of a key, and what it says.
    fn against(&self, key: &str, want: &Want) -> Option<(&str, String)> {
        let said = self.rows.get(key)?;
        said.iter().find_map(|said| {
            let words = match (&said.what, want) {
                (What::Alias(id), Want::Entity(wanted)) if id == wanted => return None,
                (What::Alias(id), _) => format!("lists it for `{id}`"),
                (What::Block(id), Want::Entity(wanted)) if id == wanted => format!("blocks it for `{id}`"),
                (What::NotAName, Want::Entity(_)) => "says that it is not a name".to_owned(),
                _ => return None,
            };
            Some((said.place.as_str(), words))
        })
    }
}

fn place_of(pack: &Pack, place: RowPlace) -> String {
    let file = pack.files.get(usize::from(place.file)).map_or("the pack", |file| file);
    match (place.line, place.column) {
        (0, _) => file.to_owned(),
        (line, 0) => format!("{file}:{line}"),
        (line, column) => format!("{file}:{line}:{column}"),
    }
}
