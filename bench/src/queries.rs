//! Queries for a generated pack, each with what it was made from.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use fastrand::Rng;
use strsim::osa_distance;
use yaqut::text::lookup_key;

use crate::Result;
use crate::generate::{Entities, Entity};
use crate::names::respell::slip;

/// A query and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The name as it is asked.
    pub query: String,
    /// The alias that was meant; empty if none was.
    pub alias: String,
    /// The entity that was meant; empty if none was.
    pub id: String,
}

/// The sorts of queries, one file each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuerySort {
    /// Names as they stand in the pack.
    Exact,
    /// Names that stand in no pack.
    Miss,
    /// One edit from a name by key, and no name itself.
    OneEdit,
    /// Two edits from a name by key, and no name itself.
    TwoEdits,
}

impl QuerySort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Exact, Self::Miss, Self::OneEdit, Self::TwoEdits];

    /// The file with such queries.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Exact => "exact.tsv",
            Self::Miss => "miss.tsv",
            Self::OneEdit => "one-edit.tsv",
            Self::TwoEdits => "two-edits.tsv",
        }
    }
}

/// Names drawn from a stream of entities, each as likely as any other (Vitter 1985, algorithm R).
pub struct Sample {
    rng: Rng,
    size: usize,
    seen: u64,
    /// Alias and entity.
    names: Vec<(String, String)>,
}

impl Sample {
    /// An empty sample that is going to have up to `size` names.
    pub fn new(size: usize, seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), size, seen: 0, names: Vec::with_capacity(size) }
    }

    /// Offers the names of an entity.
    pub fn offer(&mut self, entity: &Entity) {
        for alias in &entity.aliases {
            self.seen += 1;
            if self.names.len() < self.size {
                self.names.push((alias.text.clone(), entity.id.clone()));
            } else if let Ok(i) = usize::try_from(self.rng.u64(..self.seen))
                && i < self.size
            {
                self.names[i] = (alias.text.clone(), entity.id.clone());
            }
        }
    }
}

const HEADER: &str = "query\talias\tid";

/// Writes a file of queries of each sort into `folder`, one query for each name of the sample; `entities` must be at
/// their end.
pub fn write_queries(folder: &Path, sample: Sample, entities: &mut Entities<'_>) -> Result<()> {
    fs::create_dir_all(folder)?;
    let Sample { mut rng, mut names, .. } = sample;
    rng.shuffle(&mut names);
    for sort in QuerySort::ALL {
        let mut file = BufWriter::new(File::create(folder.join(sort.file_name()))?);
        writeln!(file, "{HEADER}")?;
        for (alias, id) in &names {
            let query = match sort {
                QuerySort::Exact => alias.clone(),
                QuerySort::Miss => entities.further_name(),
                QuerySort::OneEdit => misspelt(&mut rng, alias, 1, entities),
                QuerySort::TwoEdits => misspelt(&mut rng, alias, 2, entities),
            };
            let (alias, id) = if sort == QuerySort::Miss { ("", "") } else { (&**alias, &**id) };
            writeln!(file, "{query}\t{alias}\t{id}")?;
        }
        file.flush()?;
    }
    Ok(())
}

/// Misspells `alias` until its key is exactly `edits` edits away, and the key of no name.
fn misspelt(rng: &mut Rng, alias: &str, edits: usize, entities: &Entities<'_>) -> String {
    let key = lookup_key(alias);
    loop {
        let query = (0..edits).fold(alias.to_owned(), |query, _| slip(rng, &query));
        if osa_distance(&key, &lookup_key(&query)) == edits && !entities.has_name(&query) {
            return query;
        }
    }
}

/// Reads a file of queries.
pub fn read_queries(folder: &Path, sort: QuerySort) -> Result<Vec<Query>> {
    let path = folder.join(sort.file_name());
    let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut queries = Vec::new();
    for line in BufReader::new(file).lines().skip(1) {
        let line = line?;
        let mut cells = line.split('\t').map(str::to_owned);
        let (Some(query), Some(alias), Some(id)) = (cells.next(), cells.next(), cells.next()) else {
            return Err(
                format!("{}: a row has fewer than three cells; generate it anew", path.display()).into()
            );
        };
        queries.push(Query { query, alias, id });
    }
    Ok(queries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::testing::vocabulary;

    #[test]
    fn queries_are_what_their_files_say() {
        let folder = std::env::temp_dir().join(format!("yaqut-bench-queries-{}", std::process::id()));
        let mut entities = Entities::new(vocabulary(), 3_000, 7);
        let (mut sample, mut names) = (Sample::new(200, 7), Vec::new());
        for entity in entities.by_ref() {
            sample.offer(&entity);
            names.extend(entity.aliases.iter().map(|alias| (alias.text.clone(), entity.id.clone())));
        }
        write_queries(&folder, sample, &mut entities).unwrap();
        let [exact, miss, one, two] = QuerySort::ALL.map(|sort| read_queries(&folder, sort).unwrap());
        fs::remove_dir_all(&folder).unwrap();
        let is_name = |query: &str| names.iter().any(|(name, _)| lookup_key(name) == lookup_key(query));
        let distance = |query: &Query| osa_distance(&lookup_key(&query.query), &lookup_key(&query.alias));
        assert!(exact.iter().all(|query| query.query == query.alias));
        assert!(exact.iter().all(|query| names.contains(&(query.alias.clone(), query.id.clone()))));
        assert!(miss.iter().all(|query| query.id.is_empty() && !is_name(&query.query)));
        assert!(one.iter().all(|query| distance(query) == 1 && !is_name(&query.query)));
        assert!(two.iter().all(|query| distance(query) == 2 && !is_name(&query.query)));
        assert_eq!([&exact, &miss, &one, &two].map(Vec::len), [200; 4]);
    }
}
