//! [`Rows`] and [`Sink`]: drafts of entities → the tables of a pack, in memory that does not grow with them.
//!
//! [`Rows`] holds the rows of one block of lines as text; every core fills some at a time. A [`Sink`] appends them to the
//! tables in the order of their blocks, and settles at the end what only all rows together show: IDs that several rows
//! claim. So the same input gives the same bytes, however many cores there are.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use super::ImportError;
use super::claims::{Claim, Claims, Lost};
use super::filters::Filters;
use super::names::{Name, tidy};
use super::report::{Report, Skip};
use super::rows::{Draft, is_arabic, rounded};
use super::staging::{StagedFile, Staging, StagingScratch};
use crate::model::{EntityId, Rank};
use crate::pack::{DATAPACKAGE, MAX_ALIAS_BYTES, Manifest, write};
use crate::sort::Scratch;

/// Columns of aliases that are written beside those that all packs have.
const DATES: [&str; 2] = ["valid_from", "valid_to"];
/// Where `same_as` stands in a row of entities.
const SAME_AS: usize = 5;
/// The most other IDs of an entity.
const MAX_SAME_AS: usize = 100;

/// Rows of some entities.
pub(super) struct Rows<'f> {
    filters: &'f Filters,
    entities: String,
    arabic: String,
    others: String,
    ids: Ids,
    /// What was taken and left out among them.
    pub report: Report,
}

/// The IDs that rows claim.
#[derive(Default)]
struct Ids {
    text: String,
    /// Each with where it ends in the text, and the rank of the row.
    claims: Vec<(Claim, usize, Option<Rank>)>,
}

impl<'f> Rows<'f> {
    /// No rows yet, of which `filters` will let some pass.
    pub fn new(filters: &'f Filters) -> Self {
        let report = Report::default();
        let (entities, arabic, others) = Default::default();
        Self { filters, entities, arabic, others, ids: Ids::default(), report }
    }

    /// The filters that [`Rows::add`] applies, for who can save work by asking earlier.
    pub fn filters(&self) -> &'f Filters {
        self.filters
    }

    /// Adds the entity and its names, unless a filter stops it.
    ///
    /// The names are those of [`super::names::Names`], which says what cannot be one.
    pub fn add(&mut self, mut draft: Draft) {
        let all = draft.names.len();
        if let Err(skip) = self.filters.pass(&mut draft) {
            return self.report.skip_entity(skip);
        }
        self.report.skip_names(Skip::OtherLanguage, (all - draft.names.len()) as u64);
        draft.same_as = other_ids(&draft);
        draft.rank = draft.rank.and_then(rounded);
        self.claim(&draft);
        self.entity(&draft);
        for name in &draft.names {
            self.alias(&draft.id, name);
        }
    }

    fn claim(&mut self, draft: &Draft) {
        let row = self.report.entities;
        self.ids.push(&draft.id, Claim { row, item: None }, draft.rank);
        for (id, item) in draft.same_as.iter().zip(0..) {
            self.ids.push(id, Claim { row, item: Some(item) }, draft.rank);
        }
    }

    fn entity(&mut self, draft: &Draft) {
        self.report.entities += 1;
        let name = tidy(&draft.name);
        let rank = draft.rank.map(|rank| rank.get().to_string()).unwrap_or_default();
        let same_as = draft.same_as.iter().map(EntityId::as_str).collect::<Vec<_>>().join("|");
        row(
            &mut self.entities,
            &[
                draft.id.as_str(),
                draft.entity_type.as_str(),
                if name.len() > MAX_ALIAS_BYTES { "" } else { &name },
                draft.country.as_ref().map_or("", |country| country.as_str()),
                &rank,
                &same_as,
                &tidy(&draft.description),
            ],
        );
    }

    fn alias(&mut self, id: &EntityId, name: &Name) {
        self.report.aliases += 1;
        self.report.take_name(name.source);
        let is_arabic = is_arabic(&name.lang);
        self.report.arabic_aliases += u64::from(is_arabic);
        let table = if is_arabic { &mut self.arabic } else { &mut self.others };
        row(
            table,
            &[
                id.as_str(),
                &name.text,
                &name.lang,
                name.kind.as_str(),
                name.source,
                &tidy(&name.note),
                &name.valid_from,
                &name.valid_to,
            ],
        );
    }
}

/// The other IDs of an entity, each once.
fn other_ids(draft: &Draft) -> Vec<EntityId> {
    let mut ids: Vec<EntityId> = Vec::new();
    for id in &draft.same_as {
        if *id != draft.id && !ids.contains(id) && ids.len() < MAX_SAME_AS {
            ids.push(id.clone());
        }
    }
    ids
}

/// Writes cells without tabs and line ends as a row.
fn row(table: &mut String, cells: &[&str]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            table.push('\t');
        }
        table.push_str(cell);
    }
    table.push('\n');
}

impl Ids {
    fn push(&mut self, id: &EntityId, claim: Claim, rank: Option<Rank>) {
        self.text.push_str(id.as_str());
        self.claims.push((claim, self.text.len(), rank));
    }
}

/// The tables of a pack that is being imported.
pub(super) struct Sink {
    staging: Staging,
    datapackage: Vec<u8>,
    entities: StagedFile,
    arabic: StagedFile,
    others: StagedFile,
    claims: Claims,
    /// What was taken and left out so far.
    pub report: Report,
}

const ENTITIES: &str = "entities.tsv";

impl Sink {
    /// Begins the tables of the pack `manifest`.
    pub fn begin(staging: Staging, manifest: &Manifest) -> Result<Self, ImportError> {
        // Rows come in the order of the dump.
        let lint_allow = [super::lint_allow(), vec!["row-order".to_owned()]].concat();
        let files = write::headers(manifest, &lint_allow, &["ar", ""], &DATES);
        let mut datapackage = Vec::new();
        let mut tables = Vec::new();
        for file in files.files {
            if file.name == DATAPACKAGE {
                datapackage = file.bytes;
                continue;
            }
            let mut table = staging.create(&file.name)?;
            table.write(&file.bytes)?;
            tables.push(table);
        }
        let [entities, arabic, others] = <[StagedFile; 3]>::try_from(tables)
            .map_err(|tables| ImportError::Internal(format!("{} tables in place of three", tables.len())))?;
        let claims = Claims::new(Arc::new(StagingScratch::of(&staging)));
        Ok(Self { staging, datapackage, entities, arabic, others, claims, report: Report::default() })
    }

    /// Scratch files beside the tables.
    pub fn scratch(&self) -> Arc<dyn Scratch> {
        Arc::new(StagingScratch::of(&self.staging))
    }

    /// What to say when scratch files fail.
    pub fn failure(&self) -> impl Fn(io::Error) -> ImportError + use<> {
        let path = self.staging.path_of("");
        move |cause| ImportError::write(&path, cause)
    }

    /// Appends rows.
    pub fn append(&mut self, rows: Rows<'_>) -> Result<(), ImportError> {
        self.entities.write(rows.entities.as_bytes())?;
        self.arabic.write(rows.arabic.as_bytes())?;
        self.others.write(rows.others.as_bytes())?;
        let mut start = 0;
        for (claim, end, rank) in rows.ids.claims {
            let id = rows.ids.text.get(start..end).unwrap_or_default();
            let claim = Claim { row: self.report.entities + claim.row, ..claim };
            self.claims.push(id, claim, rank).map_err(|cause| self.staging.failed(cause))?;
            start = end;
        }
        self.report.absorb(rows.report);
        Ok(())
    }

    /// Settles who has which ID, and puts the pack in its place.
    ///
    /// Without an entity the pack stays as it was: an import of nothing is a mistake.
    pub fn finish(self) -> Result<Report, ImportError> {
        let Self { staging, datapackage, entities, arabic, others, claims, mut report } = self;
        if report.entities == 0 {
            return Err(ImportError::NothingTaken { report: Box::new(report) });
        }
        for table in [entities, arabic, others] {
            table.finish()?;
        }
        let lost = claims.settle().map_err(|cause| staging.failed(cause))?;
        if lost.peek().is_some() {
            take_back(&staging, lost, &mut report)?;
        }
        staging.put(DATAPACKAGE, &datapackage)?;
        staging.commit()?;
        Ok(report)
    }
}

/// Writes the table of entities again, without the IDs and rows that lost their claim.
fn take_back(staging: &Staging, mut lost: Lost, report: &mut Report) -> Result<(), ImportError> {
    const CONTESTED: &str = "contested.tsv";
    let (path, contested) = (staging.path_of(ENTITIES), staging.path_of(CONTESTED));
    fs::rename(&path, &contested).map_err(|cause| ImportError::write(&path, cause))?;
    let mut table = staging.create(ENTITIES)?;
    for_each_line(&contested, |number, line| {
        // The header is no row.
        let Some(row) = number.checked_sub(1) else { return table.write(line) };
        let mut losses = Vec::new();
        while let Some(claim) = lost.peek().filter(|claim| claim.row == row) {
            losses.push(claim.item);
            lost.advance().map_err(|cause| ImportError::write(&contested, cause))?;
        }
        if losses.contains(&None) {
            report.entities -= 1;
            report.skip_entity(Skip::Repeated);
            return Ok(());
        }
        report.skip_ids(Skip::IdTaken, losses.len() as u64);
        if losses.is_empty() { table.write(line) } else { table.write(&without(line, &losses)) }
    })?;
    table.finish()?;
    fs::remove_file(&contested).map_err(|cause| ImportError::write(&contested, cause))
}

/// Hands every line with its end to `take`, numbered from 0.
fn for_each_line(
    path: &Path,
    mut take: impl FnMut(u64, &[u8]) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let fail = |cause| ImportError::read(path, cause);
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(fail)?);
    let mut line = Vec::new();
    for number in 0.. {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(fail)? == 0 {
            break;
        }
        take(number, &line)?;
    }
    Ok(())
}

/// A row of entities without some of its other IDs.
fn without(line: &[u8], losses: &[Option<u8>]) -> Vec<u8> {
    let cells = line.split(|&byte| byte == b'\t').enumerate().map(|(column, cell)| {
        if column != SAME_AS {
            return cell.to_vec();
        }
        let ids = cell.split(|&byte| byte == b'|').zip(0..);
        let kept: Vec<&[u8]> =
            ids.filter(|(_, item)| !losses.contains(&Some(*item))).map(|(id, _)| id).collect();
        kept.join(&b'|')
    });
    cells.collect::<Vec<_>>().join(&b'\t')
}
