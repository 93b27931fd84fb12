//! Writes segments: the rows of a pack in, the bytes of [`super::format`] out.
//!
//! Memory is bounded ([`Workshop`]). [`SegmentWriter`] takes the rows in any order; when all are there, they come back by
//! ID ([`crate::pack::grouped`]), so that IDs, entities and aliases are numbered and written as they come (`rows.rs`).
//! Aliases go in batches to threads that make their keys (`batch.rs`); what they find is sorted once more, and written
//! (`inverted.rs`). Sections grow side by side in scratch files and are put together in the end (`super::file`).
//!
//! Every order is total, so the bytes depend on the rows alone: not on memory, threads, or which of them is faster.

mod batch;
mod inverted;
mod rows;
mod spool;

pub(super) use spool::Spool;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::file::write_file;
use super::format::{Meta, MetaOverride, OverrideSource, SectionKind};
use super::lists::TokenBearers;
use super::records::{AliasBlocks, AliasFields, IS_ARABIC};
use super::texts::{Compressors, Sample, Sort};
use super::workshop::{Phase, Workshop};
use super::{CompileError, IdOrdinal};
use crate::model::CountryCode;
use crate::pack::grouped::{Event, Gatherer, GroupError, Groups};
use crate::pack::report::Report;
use crate::pack::row::{AliasLine, EntityLine, RowSink};
use crate::pack::{Manifest, OverrideAction, OverrideRow, Pack, RestOfPack};
use crate::text;
use batch::{Batch, Keyed};
use inverted::Keys;
use rows::{Combination, Lists, RowSections, Rows, bearers};

/// Sections with their kinds, in any order.
type Sections = Vec<(SectionKind, Spool)>;

/// Compiles a pack to the bytes of a segment; the same pack gives the same bytes.
///
/// `O(n log n)` in the rows; memory is a few times the size of the pack. An alias without a letter or digit, which
/// lint reports, lies in the segment but is under no key.
pub fn compile(pack: &Pack) -> Result<Vec<u8>, CompileError> {
    let mut report = Report::new("");
    let mut writer = SegmentWriter::new(&Workshop::in_memory());
    for row in &pack.entities {
        writer.entity(&EntityLine::from(row), &mut report)?;
    }
    for row in &pack.aliases {
        writer.alias(&AliasLine::from(row), &mut report)?;
    }
    let rest = RestOfPack {
        manifest: pack.manifest.clone(),
        files: pack.files.clone(),
        overrides: pack.overrides.clone(),
        lint_allow: pack.lint_allow.clone(),
    };
    let mut segment = Vec::new();
    writer.finish(&rest, &mut report, |_| (), &mut segment)?;
    Ok(segment)
}

/// Takes the rows of a pack and writes its segment.
pub(crate) struct SegmentWriter {
    workshop: Workshop,
    gatherer: Gatherer,
    samples: [Sample; Sort::ALL.len()],
    combinations: BTreeSet<Combination>,
    last_combination: Option<Combination>,
    /// By the number of an entity row.
    bearers: Vec<TokenBearers>,
}

impl SegmentWriter {
    pub fn new(workshop: &Workshop) -> Self {
        Self {
            workshop: workshop.clone(),
            gatherer: Gatherer::new(workshop.eighths(4), workshop.scratch.clone()),
            samples: Sort::ALL.map(|_| Sample::default()),
            combinations: BTreeSet::new(),
            last_combination: None,
            bearers: Vec::new(),
        }
    }

    /// Writes the segment of all rows and of the `rest` of the pack to `out`; `watch` sees all that is said of each ID.
    ///
    /// Findings on what rows say together go to `report`; if it has errors, nothing is written
    /// ([`CompileError::BadRows`]).
    pub fn finish(
        mut self,
        rest: &RestOfPack,
        report: &mut Report,
        watch: impl FnMut(&Event<'_>),
        out: &mut dyn io::Write,
    ) -> Result<(), CompileError> {
        self.gatherer.overrides(&rest.overrides)?;
        let workshop = self.workshop;
        workshop.progress.begin(Phase::Keys, self.gatherer.alias_count());
        let groups = self.gatherer.finish(rest.files.clone())?;
        let lists = Lists::new(&groups, &self.combinations)?;
        let compressors = Compressors::train(&self.samples);
        let mut rows = Rows::new(&lists, &compressors, &self.bearers, rest.overrides.len(), &workshop);
        let mut aliases = AliasSections::new(&workshop);
        read_groups(groups, report, watch, &mut rows, &mut aliases)?;
        if report.has_errors() {
            return Err(CompileError::BadRows);
        }

        let meta = meta(rest, &rows, &lists);
        let meta = serde_json::to_vec(&meta).unwrap_or_default();
        let RowSections { ids, id_texts, entities, extras, descriptions } = rows.finish(&workshop)?;
        let AliasSections { pending, mut blocks, mut texts, keys, .. } = aliases;
        pending.finish(&mut blocks, &mut texts)?;
        let mut sections = vec![
            (SectionKind::Meta, Spool::of(&workshop.scratch, &meta)?),
            (SectionKind::Symbols, Spool::of(&workshop.scratch, &compressors.symbols())?),
            (SectionKind::Texts, texts),
            (SectionKind::Descriptions, descriptions),
            (SectionKind::Ids, ids),
            (SectionKind::IdTexts, id_texts),
            (SectionKind::Entities, entities),
            (SectionKind::Extras, extras),
            (SectionKind::Aliases, blocks),
        ];
        workshop.progress.begin(Phase::Sorting, keys.len());
        sections.extend(keys.write(&workshop)?);
        write_file(sections, out, &*workshop.progress)?;
        Ok(())
    }
}

impl RowSink for SegmentWriter {
    fn entity(&mut self, row: &EntityLine<'_>, report: &mut Report) -> io::Result<()> {
        self.bearers.push(bearers(row.entity_type, row.country.as_ref().map(CountryCode::as_str)));
        self.samples[Sort::Description as usize].offer(&row.description);
        if !row.name.is_empty() {
            self.samples[Sort::of_name(&row.name) as usize].offer(&row.name);
        }
        self.gatherer.entity(row, report)
    }

    fn alias(&mut self, row: &AliasLine<'_>, report: &mut Report) -> io::Result<()> {
        self.samples[Sort::of_name(&row.alias) as usize].offer(&row.alias);
        let language = self.gatherer.language(row.lang);
        let combination = (language, row.kind, row.article);
        if self.last_combination != Some(combination) {
            self.combinations.insert(combination);
            self.last_combination = Some(combination);
        }
        self.gatherer.alias(row, report)
    }
}

/// The sections of aliases under construction, and the sorters of their keys.
struct AliasSections<'w> {
    workshop: &'w Workshop,
    pending: AliasBlocks,
    blocks: Spool,
    texts: Spool,
    keys: Keys,
}

impl<'w> AliasSections<'w> {
    fn new(workshop: &'w Workshop) -> Self {
        let (blocks, texts) = (Spool::new(&workshop.scratch), Spool::new(&workshop.scratch));
        Self { workshop, pending: AliasBlocks::default(), blocks, texts, keys: Keys::new(workshop) }
    }

    /// Adds the next batch.
    fn add(&mut self, keyed: &Keyed) -> io::Result<()> {
        for (&(id, attributes, is_arabic), codes) in keyed.infos.iter().zip(keyed.codes.iter()) {
            let attributes = attributes | if is_arabic { IS_ARABIC } else { 0 };
            self.pending.add(AliasFields { id, attributes, codes });
        }
        self.pending.write_full(&mut self.blocks, &mut self.texts)?;
        keyed.keys.iter().try_for_each(|record| self.keys.lookup.push(&[record]))?;
        keyed.tokens.iter().try_for_each(|record| self.keys.tokens.push(&[record]))?;
        keyed.skeletons.iter().try_for_each(|record| self.keys.skeletons.push(&[record]))?;
        self.workshop.progress.advance(keyed.infos.len() as u64);
        Ok(())
    }
}

/// Numbers and writes all rows; their keys are made by as many threads as there may be.
fn read_groups<'w>(
    groups: Groups,
    report: &mut Report,
    mut watch: impl FnMut(&Event<'_>),
    rows: &mut Rows<'w>,
    aliases: &mut AliasSections<'w>,
) -> Result<(), CompileError> {
    let threads = aliases.workshop.threads.get();
    let compressors = rows.compressors();
    thread::scope(|scope| {
        let (jobs, inbox) = mpsc::sync_channel(2 * threads);
        let (outbox, results) = mpsc::channel();
        let inbox = Arc::new(Mutex::new(inbox));
        for _ in 0..threads {
            let (inbox, outbox) = (Arc::clone(&inbox), outbox.clone());
            scope.spawn(move || work(&inbox, &outbox, compressors));
        }
        drop((inbox, outbox));
        let mut line = Line { jobs: Some(jobs), results, early: BTreeMap::new(), next: 0, aliases };
        let read = groups.read(report, |event| {
            watch(&event);
            rows.add(event)?.map_or(Ok(()), |batch| line.send(batch))
        });
        match read {
            Ok(()) => {}
            Err(GroupError::Scratch(error)) => return Err(error.into()),
            Err(GroupError::Sink(error)) => return Err(error),
        }
        line.send(rows.end()?)?;
        line.finish()
    })
}

/// Makes the keys of batches until there are no more.
fn work(inbox: &Mutex<Receiver<Batch>>, outbox: &Sender<Keyed>, compressors: &Compressors) {
    let next = || inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok(batch) = next() {
        if outbox.send(batch.keyed(compressors)).is_err() {
            return;
        }
    }
}

/// Batches on their way to the threads and back, where they are put in order again.
struct Line<'l, 'w> {
    /// None when all were sent.
    jobs: Option<SyncSender<Batch>>,
    results: Receiver<Keyed>,
    /// Batches that are ready before an earlier one.
    early: BTreeMap<u64, Keyed>,
    /// The batch that is to be added next.
    next: u64,
    aliases: &'l mut AliasSections<'w>,
}

impl Line<'_, '_> {
    fn send(&mut self, batch: Batch) -> Result<(), CompileError> {
        // A thread that panicked is told of when the scope ends.
        let _ = self.jobs.as_ref().map(|jobs| jobs.send(batch));
        while let Ok(keyed) = self.results.try_recv() {
            self.add(keyed)?;
        }
        Ok(())
    }

    /// Adds all batches that are still on their way.
    fn finish(mut self) -> Result<(), CompileError> {
        self.jobs = None;
        while let Ok(keyed) = self.results.recv() {
            self.add(keyed)?;
        }
        Ok(())
    }

    /// Adds a batch, and those that waited for it, if it is the next one.
    fn add(&mut self, keyed: Keyed) -> Result<(), CompileError> {
        self.early.insert(keyed.number, keyed);
        while let Some(keyed) = self.early.remove(&self.next) {
            self.next += 1;
            self.aliases.add(&keyed)?;
        }
        Ok(())
    }
}

fn meta(rest: &RestOfPack, rows: &Rows<'_>, lists: &Lists) -> Meta {
    let Manifest { name, title, version, licenses, sources } = rest.manifest.clone();
    let overrides = rest.overrides.iter().zip(&rows.references);
    Meta {
        name,
        title,
        version,
        licenses,
        sources,
        id_count: rows.id_count(),
        entity_count: rows.entity_count(),
        alias_count: rows.alias_count,
        name_count: rows.name_count,
        types: lists.types.clone(),
        languages: lists.languages.clone(),
        attributes: lists.attributes.clone(),
        overrides: overrides.map(|(row, &ids)| meta_override(row, ids)).collect(),
        override_sources: rest.overrides.iter().map(|row| OverrideSource::of(row, &rest.files)).collect(),
    }
}

fn meta_override(row: &OverrideRow, [id, target]: [IdOrdinal; 2]) -> MetaOverride {
    match &row.action {
        OverrideAction::Block { alias, .. } => MetaOverride::Block { key: text::lookup_key(alias), id },
        OverrideAction::Redirect { .. } => MetaOverride::Redirect { id, target },
        OverrideAction::Remove { .. } => MetaOverride::Remove { id },
        OverrideAction::NotAName { alias } => MetaOverride::NotAName { key: text::lookup_key(alias) },
    }
}

/// The result of a thread; its panic goes on in this one.
fn join<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests;
