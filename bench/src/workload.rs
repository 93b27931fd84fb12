//! All that measurements need of one generated pack: its folder, queries, segment, and the peer's map of the same keys.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use fst::Map;
use rayon::prelude::*;
use yaqut::index::{Posting, Segment};
use yaqut::model::Article;
use yaqut::text::{bare_form, join, lookup_key, lossy_fold, safe_fold};

use crate::Result;
use crate::child::{self, Task};
use crate::generate::{Entities, write_pack};
use crate::names::Vocabulary;
use crate::queries::{Query, QuerySort, Sample, read_queries, write_queries};

/// A generated pack, and what was made of it; kept on disk for further runs.
pub struct Workload {
    folder: PathBuf,
    /// How many names it has.
    pub names: u64,
    /// For each [`QuerySort`], queries.
    queries: [Vec<Query>; 4],
    segment: OnceLock<Arc<Segment>>,
    map: OnceLock<Map<Vec<u8>>>,
}

/// Queries that are generated of each sort.
const QUERIES: usize = 10_000;

impl Workload {
    /// The pack of `names` names below `data`, generated if it is not there.
    pub fn prepare(data: &Path, names: u64, seed: u64) -> Result<Self> {
        let folder = data.join(format!("{names}-{seed}"));
        let queries = folder.join("queries");
        if !queries.exists() {
            generate(&folder, names, seed)?;
        }
        let read = |sort| read_queries(&queries, sort);
        let [exact, miss, one, two] = QuerySort::ALL;
        let queries = [read(exact)?, read(miss)?, read(one)?, read(two)?];
        Ok(Self { folder, names, queries, segment: OnceLock::new(), map: OnceLock::new() })
    }

    /// Queries of a sort, at most `limit`.
    pub fn queries(&self, sort: QuerySort, limit: usize) -> &[Query] {
        let queries = &self.queries[sort as usize];
        &queries[..queries.len().min(limit)]
    }

    /// The folder of the pack.
    pub fn pack(&self) -> PathBuf {
        self.folder.join("pack")
    }

    /// The file of the segment.
    pub fn segment_path(&self) -> PathBuf {
        self.folder.join("pack.yaqut")
    }

    /// The file of the peer's map.
    pub fn map_path(&self) -> PathBuf {
        self.folder.join("keys.fst")
    }

    /// The segment on the heap, as the map is; built if there is none that this build can read.
    pub fn segment(&self) -> Result<&Arc<Segment>> {
        if self.segment.get().is_none() {
            let path = self.segment_path();
            let opened = fs::read(&path).ok().and_then(|bytes| Segment::open(Arc::new(bytes)).ok());
            let segment = match opened {
                Some(segment) => segment,
                None => {
                    child::run(&Task::BuildSegment { pack: self.pack(), out: path.clone() })?;
                    Segment::open(Arc::new(fs::read(&path)?))?
                }
            };
            let _ = self.segment.set(Arc::new(segment));
        }
        self.segment.get().ok_or_else(|| "the segment was not kept".into())
    }

    /// A plain map of the same keys, on the heap; built if it is not there.
    pub fn map(&self) -> Result<&Map<Vec<u8>>> {
        if self.map.get().is_none() {
            let path = self.map_path();
            if !path.exists() {
                child::run(&Task::BuildMap { pack: self.pack(), out: path.clone() })?;
            }
            let _ = self.map.set(Map::new(fs::read(&path)?)?);
        }
        self.map.get().ok_or_else(|| "the map was not kept".into())
    }
}

fn generate(folder: &Path, names: u64, seed: u64) -> Result<()> {
    let vocabulary = Vocabulary::bundled()?;
    let mut entities = Entities::new(&vocabulary, names, seed);
    let mut sample = Sample::new(QUERIES, seed);
    let title = format!("{names} names, seed {seed}");
    write_pack(&folder.join("pack"), &title, entities.by_ref(), |entity| sample.offer(entity))?;
    // Written last: where they are, the pack is whole.
    let unfinished = folder.join("queries.unfinished");
    write_queries(&unfinished, sample, &mut entities)?;
    Ok(fs::rename(unfinished, folder.join("queries"))?)
}

/// The keys under which the names of a pack lie, those of their bare forms too; sorted and distinct.
pub fn keys_of_pack(pack: &Path) -> Result<Vec<String>> {
    let aliases = BufReader::with_capacity(1 << 20, File::open(pack.join("aliases.tsv"))?);
    let mut keys = Vec::new();
    let mut lines = aliases.lines().skip(1);
    loop {
        let block = lines.by_ref().take(100_000).collect::<std::io::Result<Vec<_>>>()?;
        if block.is_empty() {
            break;
        }
        keys.par_extend(block.into_par_iter().flat_map_iter(|line| {
            let name = line.split('\t').nth(1).unwrap_or_default();
            [Some(lookup_key(name)), bare_key(name, Article::Unknown)].into_iter().flatten()
        }));
    }
    keys.par_sort_unstable();
    keys.dedup();
    Ok(keys)
}

fn bare_key(name: &str, article: Article) -> Option<String> {
    Some(join(&lossy_fold(bare_form(&safe_fold(name), article)?.text)))
}

/// The key under which a posting of `segment` lies; `None` if the segment has no such alias.
pub fn key_of_posting(segment: &Segment, posting: Posting) -> Option<String> {
    let alias = segment.alias(posting.alias)?;
    let text = alias.text();
    if posting.is_bare { bare_key(&text, alias.article) } else { Some(lookup_key(&text)) }
}
