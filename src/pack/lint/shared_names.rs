//! Shared names: aliases that mean something else already.
//!
//! All names are sorted by the hash of their lookup key (K2 without word divisions), so that those which one look-up
//! finds come together; the names that are checked bring the keys of what is left of them without proclitics besides.

use std::collections::{HashMap, HashSet};
use std::fmt;

use foldhash::fast::FixedState;
use xxhash_rust::xxh3::xxh3_64;

use super::super::OverrideAction;
use super::super::wording::Quoted;
use super::entities::Sort;
use super::kinship::Family;
use super::reports::Reports;
use super::stack::{NameRecord, NameRef, Stack};
use crate::model::{AliasKind, Rank};
use crate::text::{self, NameKeys, proclitic};

/// Reports names that several entities bear; gives those that may be read as another entity's name with a proclitic.
pub(super) fn check(stack: &Stack, reports: &mut Reports) -> ProcliticNames {
    let keys = Keys::of(stack, &reports.checked());
    let blocks = Blocks::of(stack);
    let mut found = Vec::new();
    for group in keys.0.chunk_by(|a, b| a.hash == b.hash).filter(|group| group.len() > 1) {
        Group::new(stack, &blocks, group).check(reports, &mut found);
    }
    let proclitic = found.extract_if(.., |found| found.code == PROCLITIC_NAME);
    let proclitic = proclitic.map(|found| (found.at, found)).collect();
    found.sort_unstable_by_key(|found| (found.code, found.bearer, found.other_bearer, found.at));
    let is_alike =
        |a: &Found, b: &Found| (a.code, a.bearer, a.other_bearer) == (b.code, b.bearer, b.other_bearer);
    for alike in found.chunk_by(is_alike) {
        if let Some(first) = alike.first() {
            first.report(stack, alike.len() - 1, reports);
        }
    }
    ProcliticNames(proclitic)
}

/// Names that are spelled like another entity's with a proclitic.
pub(super) struct ProcliticNames(HashMap<NameRef, Found>);

impl ProcliticNames {
    /// Reports those of an entity whose first letter is not that of its other names: it may be a proclitic indeed.
    pub fn check_entity(&self, stack: &Stack, names: &[NameRef], reports: &mut Reports) {
        let suspects: Vec<&Found> = names.iter().filter_map(|at| self.0.get(at)).collect();
        if suspects.is_empty() {
            return;
        }
        let family = Family::new(stack, names);
        for found in suspects.into_iter().filter(|found| !family.knows(found.at)) {
            found.report(stack, 0, reports);
        }
    }
}

/// Two names of which neither entity is so much more prominent that it is meant: a little more than a quarter of the
/// scale decides. An unknown rank decides nothing.
const DECISIVE_RANK: f32 = 0.26;

/// A key under which a name is looked up.
#[derive(Clone, Copy)]
struct Key {
    hash: u64,
    row: u32,
    layer: u16,
    /// 0 for the name itself; else which reading of it, counted from 1, is left without proclitics.
    reading: u8,
}

impl Key {
    fn new(key: &str, at: NameRef, reading: u8) -> Self {
        Self { hash: hash(key), row: at.row, layer: at.layer, reading }
    }

    fn at(self) -> NameRef {
        NameRef { layer: self.layer, row: self.row }
    }
}

fn hash(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

/// The keys of the names that are checked, and of those others that are equal to one of them; sorted.
struct Keys(Vec<Key>);

impl Keys {
    fn of(stack: &Stack, checked: &[bool]) -> Self {
        let is_checked = |at: NameRef| checked.get(usize::from(at.layer)).copied().unwrap_or(false);
        let mut keys = Vec::new();
        let mut buffer = NameKeys::default();
        for (at, layer, name) in stack.names().filter(|(at, ..)| is_checked(*at)) {
            buffer.set(layer.text(name));
            keys.push(Key::new(buffer.key(), at, 0));
            if may_clash_with_proclitic(name) {
                keys.extend(readings(buffer.safe()).map(|(reading, rest)| Key::new(&rest, at, reading)));
            }
        }
        let own: HashSet<u64, FixedState> = keys.iter().map(|key| key.hash).collect();
        for (at, layer, name) in stack.names().filter(|(at, ..)| !is_checked(*at)) {
            buffer.set(layer.text(name));
            let key = Key::new(buffer.key(), at, 0);
            keys.extend(own.contains(&key.hash).then_some(key));
        }
        keys.sort_unstable_by_key(|key| (key.hash, key.layer, key.row, key.reading));
        Self(keys)
    }
}

/// Whether a name is worth being read with proclitics: what an entity is properly called cannot be helped.
fn may_clash_with_proclitic(name: &NameRecord) -> bool {
    !name.is_label() && name.kind != AliasKind::Demonym
}

/// The lookup keys of what is left of a K0 key without an attached و ف ب ل ك, each with its number.
fn readings(safe: &str) -> impl Iterator<Item = (u8, String)> {
    let readings = proclitic::readings(safe).into_iter().zip(1..);
    let attached = readings.filter(|(reading, _)| reading.proclitics != text::ARTICLE);
    attached.map(|(reading, number)| (number, text::join(&text::lossy_fold(&reading.rest))))
}

/// The names that overrides keep from meaning an entity, by lookup key.
struct Blocks {
    /// With the last pack that blocks.
    of_entity: HashMap<(u64, u32), u16>,
    of_all: HashMap<u64, u16>,
}

impl Blocks {
    fn of(stack: &Stack) -> Self {
        let (mut of_entity, mut of_all) = (HashMap::new(), HashMap::new());
        for (layer, pack) in (0..).zip(&stack.layers) {
            for row in &pack.overrides {
                match &row.action {
                    OverrideAction::Block { alias, id } => {
                        let Some(id) = stack.ids.find(id.as_str()) else { continue };
                        of_entity.insert((hash(&text::lookup_key(alias)), stack.ids.entity(id)), layer);
                    }
                    OverrideAction::NotAName { alias } => {
                        of_all.insert(hash(&text::lookup_key(alias)), layer);
                    }
                    OverrideAction::Redirect { .. } | OverrideAction::Remove { .. } => {}
                }
            }
        }
        Self { of_entity, of_all }
    }

    /// Whether the name of an entity, in a pack, is blocked by that or a later one.
    fn has(&self, hash: u64, bearer: u32, layer: u16) -> bool {
        let is_later = |by: Option<&u16>| by.is_some_and(|&by| by >= layer);
        is_later(self.of_entity.get(&(hash, bearer))) || is_later(self.of_all.get(&hash))
    }
}

/// A name in a [`Group`].
#[derive(Clone, Copy)]
struct Member<'s> {
    at: NameRef,
    name: &'s NameRecord,
    bearer: u32,
    rank: Option<Rank>,
}

/// The names that have one key, or a reading with it.
struct Group<'s> {
    stack: &'s Stack,
    /// In stack order.
    names: Vec<Member<'s>>,
    readings: Vec<(Member<'s>, u8)>,
}

impl<'s> Group<'s> {
    fn new(stack: &'s Stack, blocks: &Blocks, keys: &[Key]) -> Self {
        let mut group = Self { stack, names: Vec::new(), readings: Vec::new() };
        for key in keys {
            let Some((_, name)) = stack.name(key.at()) else { continue };
            let bearer = stack.ids.entity(name.id);
            let member = Member { at: key.at(), name, bearer, rank: stack.facts(name.id).rank };
            if key.reading > 0 {
                group.readings.push((member, key.reading));
            } else if !blocks.has(key.hash, bearer, key.layer) {
                group.names.push(member);
            }
        }
        group
    }

    fn check(&self, reports: &Reports, found: &mut Vec<Found>) {
        let mut labels = MostProminent::default();
        self.names.iter().filter(|member| member.name.is_label()).for_each(|label| labels.add(label));
        let mut earlier = MostProminent::default();
        for member in &self.names {
            if reports.has(member.at.layer) {
                found.extend(self.clash(member, &labels, &earlier));
            }
            earlier.add(member);
        }
        for (member, reading) in &self.readings {
            found.extend(self.clash_with_proclitic(member, *reading, &labels));
        }
    }

    /// What a name clashes with: a label of another entity, else any earlier name.
    fn clash(
        &self,
        member: &Member<'_>,
        labels: &MostProminent<'_>,
        earlier: &MostProminent<'_>,
    ) -> Option<Found> {
        let label = labels.other_than(member.bearer).filter(|label| {
            // A later pack that adds the label is told of the clash itself.
            let is_older = label.at.layer <= member.at.layer;
            is_older
                && is_another_name(member.name)
                && is_prominent(label, member)
                && self.is_one_spelling(member, label)
        });
        let code = if label.is_some() { LABEL_OF_OTHER } else { AMBIGUOUS_ALIAS };
        let other = label.or_else(|| {
            earlier.other_than(member.bearer).filter(|other| {
                is_prominent(other, member)
                    && is_prominent(member, other)
                    && !self.is_shared_by_nature(member, other)
            })
        })?;
        (!self.is_silenced(member, code)).then(|| Found::new(code, member, other, 0))
    }

    /// The label that a name is read as with proclitics.
    fn clash_with_proclitic(
        &self,
        member: &Member<'_>,
        reading: u8,
        labels: &MostProminent<'_>,
    ) -> Option<Found> {
        let label = labels.other_than(member.bearer)?;
        let is_own = self.names.iter().any(|name| name.bearer == member.bearer);
        let is_found = !is_own
            && is_prominent(label, member)
            && self.is_read_so(member, reading, label)
            && !self.is_silenced(member, PROCLITIC_NAME);
        is_found.then(|| Found::new(PROCLITIC_NAME, member, label, reading))
    }

    /// Whether one of two names is a family name or a code, and the entities are things of different sorts: such names
    /// are shared (Dortmund and its club), and what is asked for tells which is meant.
    fn is_shared_by_nature(&self, a: &Member<'_>, b: &Member<'_>) -> bool {
        let is_short = |member: &Member<'_>| {
            matches!(member.name.kind, AliasKind::Short | AliasKind::Abbreviation | AliasKind::Demonym)
        };
        let sort = |member: &Member<'_>| Sort::of(self.stack.type_of(member.bearer));
        (is_short(a) || is_short(b)) && matches!((sort(a), sort(b)), (Some(a), Some(b)) if a != b)
    }

    /// Whether two names differ in hamzas at most.
    fn is_one_spelling(&self, a: &Member<'_>, b: &Member<'_>) -> bool {
        let (a, b) = (text::safe_fold(self.stack.text(a.at)), text::safe_fold(self.stack.text(b.at)));
        text::equal_hamza_folded(&a, &b)
    }

    /// Whether what is left of a name in a reading is spelled as the label.
    fn is_read_so(&self, member: &Member<'_>, reading: u8, label: &Member<'_>) -> bool {
        let (safe, label) =
            (text::safe_fold(self.stack.text(member.at)), text::safe_fold(self.stack.text(label.at)));
        let reading = proclitic::readings(&safe).into_iter().nth(usize::from(reading).saturating_sub(1));
        reading.is_some_and(|reading| {
            reading.rest.chars().count() >= LEAST_REST && text::equal_hamza_folded(&reading.rest, &label)
        })
    }

    fn is_silenced(&self, member: &Member<'_>, code: &str) -> bool {
        self.stack.name(member.at).is_some_and(|(layer, _)| layer.is_silenced(member.at, code))
    }
}

/// The fewest letters of a name that another is read as with proclitics: shorter ones are the rest of many words.
const LEAST_REST: usize = 4;

/// Whether a name says that the entity has another name or spelling besides the proper ones. Family names, codes and
/// adjectives are shared by their nature.
fn is_another_name(name: &NameRecord) -> bool {
    let is_other_kind = matches!(
        name.kind,
        AliasKind::Alternate | AliasKind::Former | AliasKind::Misspelling | AliasKind::Hidden
    );
    is_other_kind && !name.is_canonical
}

/// Whether the entity of one name is not so much less prominent than that of another that it is never meant.
fn is_prominent(one: &Member<'_>, other: &Member<'_>) -> bool {
    match (one.rank, other.rank) {
        (Some(one), Some(other)) => one.get() > other.get() - DECISIVE_RANK,
        _ => true,
    }
}

/// The most prominent of some names, and the most prominent one of another entity.
#[derive(Default)]
struct MostProminent<'m>([Option<&'m Member<'m>>; 2]);

impl<'m> MostProminent<'m> {
    fn add(&mut self, member: &'m Member<'m>) {
        // An unknown rank is as good as any.
        let rank = |member: &Member<'_>| member.rank.map_or(2.0, Rank::get);
        match self.0 {
            [Some(first), _] if first.bearer == member.bearer => {}
            [Some(first), second] if rank(first) >= rank(member) => {
                if second.is_none_or(|second| rank(second) < rank(member)) {
                    self.0[1] = Some(member);
                }
            }
            [first, _] => self.0 = [Some(member), first],
        }
    }

    fn other_than(&self, bearer: u32) -> Option<&'m Member<'m>> {
        self.0.into_iter().flatten().find(|member| member.bearer != bearer)
    }
}

const AMBIGUOUS_ALIAS: &str = "ambiguous-alias";
const LABEL_OF_OTHER: &str = "label-of-other";
const PROCLITIC_NAME: &str = "proclitic-name";

/// A name that clashes with another.
pub(super) struct Found {
    code: &'static str,
    bearer: u32,
    other_bearer: u32,
    at: NameRef,
    other: NameRef,
    reading: u8,
}

impl Found {
    fn new(code: &'static str, member: &Member<'_>, other: &Member<'_>, reading: u8) -> Self {
        let (bearer, other_bearer) = (member.bearer, other.bearer);
        Self { code, bearer, other_bearer, at: member.at, other: other.at, reading }
    }

    /// Reports the first of `more` names by which two entities clash.
    fn report(&self, stack: &Stack, more: usize, reports: &mut Reports) {
        let alias = Quoted(stack.text(self.at));
        let other = Clash { stack, found: self, more };
        match self.code {
            LABEL_OF_OTHER => reports.warn_name(
                stack,
                self.at,
                self.code,
                format_args!("{alias} is what {other} is properly called"),
                "remove it if it is a slip; if it is a part of a longer name, make it `short`; if both are called so, \
                 keep it, or `block` the name for the one that is not meant",
            ),
            PROCLITIC_NAME => reports.warn_name(
                stack,
                self.at,
                self.code,
                format_args!("{alias} is read as {} and a name of {other}", self.proclitics(stack)),
                "attached و ف ب ل ك are taken off by rule: remove it, unless the letter belongs to the name",
            ),
            _ => reports.warn_name(
                stack,
                self.at,
                self.code,
                format_args!("{alias} is a name of {other} too, and neither is clearly the more prominent"),
                "one thing in two packs takes `same_as`; else `block` the name for one of the two, fill `rank`, or \
                 keep it if the name is ambiguous indeed",
            ),
        }
    }

    fn proclitics(&self, stack: &Stack) -> &'static str {
        let safe = text::safe_fold(stack.text(self.at));
        let reading = proclitic::readings(&safe).into_iter().nth(usize::from(self.reading).saturating_sub(1));
        reading.map_or("", |reading| reading.proclitics)
    }
}

/// The entity that a name clashes with, and where it has that name.
struct Clash<'f> {
    stack: &'f Stack,
    found: &'f Found,
    more: usize,
}

impl fmt::Display for Clash<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stack, found, more } = self;
        let Some((_, name)) = stack.name(found.other) else { return Ok(()) };
        write!(f, "{}, {}", stack.show_entity(name.id), stack.show_place(found.other))?;
        if *more > 0 {
            write!(f, " (and {more} more names of the same two)")?;
        }
        Ok(())
    }
}
