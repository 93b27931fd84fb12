//! [`Answerer`] and [`AnswerBook`]: answers to the queries of a list, each distinct query asked once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rayon::prelude::*;

use super::row::{Query, Row, RowHints};
use crate::cli::failure::{Exit, Failure};
use crate::cli::remote::Remote;
use crate::gazetteer::Gazetteer;
use crate::model::Status;
use crate::resolve::{MAX_NAME_BYTES, Resolution, ResolveOptions};

/// Answers queries, in their order.
pub trait Answerer {
    /// One answer for each query.
    fn answer(&self, queries: &[Query]) -> Result<Vec<Resolution>, Failure>;
}

/// Answers from a gazetteer of this process, on all cores.
pub struct LocalAnswerer {
    /// Who answers.
    pub gazetteer: Arc<Gazetteer>,
    /// What holds for every query; the hints of a row win over it.
    pub options: ResolveOptions,
}

/// Queries that a core takes at once: enough for blocks of names, and few enough that no core is left with the slow ones.
const PART: usize = 64;

impl Answerer for LocalAnswerer {
    fn answer(&self, queries: &[Query]) -> Result<Vec<Resolution>, Failure> {
        Ok(queries.par_chunks(PART).flat_map_iter(|part| self.answer_part(part)).collect())
    }
}

impl LocalAnswerer {
    /// Answers queries one block after the other, as far as neighbours have the same hints.
    fn answer_part<'a>(&'a self, part: &'a [Query]) -> impl Iterator<Item = Resolution> + 'a {
        let blocks = part.chunk_by(|a, b| a.hints == b.hints);
        blocks.flat_map(|block| {
            let names: Vec<&str> = block.iter().map(|query| query.name.as_str()).collect();
            let options = block.first().map(|query| query.hints.over(&self.options));
            options.map(|options| self.gazetteer.resolve_batch(&names, &options)).unwrap_or_default()
        })
    }
}

/// Answers from a running server.
pub struct RemoteAnswerer {
    /// Who answers.
    pub remote: Remote,
    /// What holds for every query; the hints of a row win over it.
    pub options: ResolveOptions,
}

impl Answerer for RemoteAnswerer {
    fn answer(&self, queries: &[Query]) -> Result<Vec<Resolution>, Failure> {
        let queries: Vec<_> =
            queries.iter().map(|query| (query.name.as_str(), query.hints.over(&self.options))).collect();
        self.remote.resolve_each(&queries)
    }
}

impl RowHints {
    /// `options` with these hints in place of theirs.
    pub fn over(&self, options: &ResolveOptions) -> ResolveOptions {
        let mut options = options.clone();
        if !self.types.is_empty() {
            options.types.clone_from(&self.types);
        }
        options.country = self.country.or(options.country);
        if self.language_code.is_some() {
            options.language_code.clone_from(&self.language_code);
        }
        options
    }
}

/// Remembers recent answers, so that a name that comes again is not resolved again.
///
/// Two generations bound the memory: when the young one is full the old one is forgotten and the young one becomes
/// old; an answer that is asked for again becomes young again.
pub struct AnswerBook<'a> {
    answerer: &'a dyn Answerer,
    young: HashMap<Query, Arc<Resolution>>,
    old: HashMap<Query, Arc<Resolution>>,
    generation_len: usize,
}

impl<'a> AnswerBook<'a> {
    /// Answers of one generation. An answer takes a kilobyte or so: both generations together stay near 100 MB.
    const GENERATION_LEN: usize = 1 << 16;

    /// A book without answers, which asks `answerer`.
    pub fn new(answerer: &'a dyn Answerer) -> Self {
        Self { answerer, young: HashMap::new(), old: HashMap::new(), generation_len: Self::GENERATION_LEN }
    }

    /// One answer for each row; a row that asks nothing is `INVALID`.
    pub fn answer(&mut self, rows: &[Row]) -> Result<Vec<Arc<Resolution>>, Failure> {
        let mut answers = HashMap::new();
        let mut unknown = Vec::new();
        for query in rows.iter().filter_map(|row| row.query.as_ref().ok()) {
            if let Entry::Vacant(place) = answers.entry(query) {
                let known = self.recall(query);
                if known.is_none() {
                    unknown.push(query.clone());
                }
                place.insert(known);
            }
        }
        let fresh = self.ask(&unknown)?;
        for (query, answer) in unknown.iter().zip(&fresh) {
            if let Some(place) = answers.get_mut(query) {
                *place = Some(Arc::clone(answer));
            }
        }
        for (query, answer) in unknown.into_iter().zip(fresh) {
            self.remember(query, answer);
        }
        let answer = |row: &Row| match &row.query {
            Ok(query) => answers.get(query).cloned().flatten().ok_or_else(miscounted),
            Err(fault) => Ok(Arc::new(unanswerable(row, fault.to_string()))),
        };
        rows.iter().map(answer).collect()
    }

    fn ask(&self, queries: &[Query]) -> Result<Vec<Arc<Resolution>>, Failure> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let answers = self.answerer.answer(queries)?;
        if answers.len() != queries.len() {
            return Err(miscounted());
        }
        Ok(answers.into_iter().map(Arc::new).collect())
    }

    fn recall(&mut self, query: &Query) -> Option<Arc<Resolution>> {
        if let Some(answer) = self.young.get(query) {
            return Some(Arc::clone(answer));
        }
        let (query, answer) = self.old.remove_entry(query)?;
        self.remember(query, Arc::clone(&answer));
        Some(answer)
    }

    fn remember(&mut self, query: Query, answer: Arc<Resolution>) {
        if query.name.len() > MAX_NAME_BYTES {
            return;
        }
        if self.young.len() >= self.generation_len {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(query, answer);
    }
}

fn miscounted() -> Failure {
    Failure::new(Exit::Internal, "there are not as many answers as questions")
}

fn unanswerable(row: &Row, reason: String) -> Resolution {
    Resolution {
        query: String::from_utf8_lossy(&row.raw).into_owned(),
        status: Status::Invalid,
        canonical_id: None,
        candidates: Vec::new(),
        blocked: Vec::new(),
        invalid_reason: Some(reason),
        truncated: false,
        index_version: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::row::RowFault;
    use super::*;

    /// Answers NOT_FOUND, and notes what it was asked.
    #[derive(Default)]
    struct Parrot(Mutex<Vec<String>>);

    impl Answerer for Parrot {
        fn answer(&self, queries: &[Query]) -> Result<Vec<Resolution>, Failure> {
            self.0.lock().unwrap().extend(queries.iter().map(|query| query.name.clone()));
            let answer = |query: &Query| Resolution {
                query: query.name.clone(),
                status: Status::NotFound,
                canonical_id: None,
                candidates: Vec::new(),
                blocked: Vec::new(),
                invalid_reason: None,
                truncated: false,
                index_version: String::new(),
            };
            Ok(queries.iter().map(answer).collect())
        }
    }

    fn rows(names: &[&str]) -> Vec<Row> {
        let row = |name: &&str| Row {
            line: 1,
            raw: name.as_bytes().to_vec(),
            cells: csv::ByteRecord::new(),
            query: Ok(Query { name: (*name).into(), ..Query::default() }),
            has_unusable_hint: false,
        };
        names.iter().map(row).collect()
    }

    #[test]
    fn a_name_is_asked_once() {
        let parrot = Parrot::default();
        let mut book = AnswerBook::new(&parrot);
        let answers = book.answer(&rows(&["a", "b", "a"])).unwrap();
        assert_eq!(answers.iter().map(|a| a.query.as_str()).collect::<Vec<_>>(), ["a", "b", "a"]);
        book.answer(&rows(&["b", "c"])).unwrap();
        assert_eq!(*parrot.0.lock().unwrap(), ["a", "b", "c"]);
    }

    #[test]
    fn a_full_book_forgets_but_never_fails() {
        let parrot = Parrot::default();
        let mut book = AnswerBook { generation_len: 2, ..AnswerBook::new(&parrot) };
        let names = ["a", "b", "c", "d", "a", "e", "b", "f", "c", "a"];
        for chunk in [&names[..], &names[3..], &names[..4]] {
            let answers = book.answer(&rows(chunk)).unwrap();
            assert!(answers.iter().map(|a| a.query.as_str()).eq(chunk.iter().copied()));
            assert!(book.young.len() <= 2 && book.old.len() <= 2);
        }
    }

    #[test]
    fn hints_make_another_question() {
        let parrot = Parrot::default();
        let mut two = rows(&["a", "a"]);
        two[1].query.as_mut().unwrap().hints.language_code = Some("ar".into());
        AnswerBook::new(&parrot).answer(&two).unwrap();
        assert_eq!(parrot.0.lock().unwrap().len(), 2);
    }

    #[test]
    fn a_faulty_row_is_invalid() {
        let parrot = Parrot::default();
        let mut one = rows(&["a"]);
        one[0].query = Err(RowFault::Ragged { found: 1, expected: 2 });
        let answers = AnswerBook::new(&parrot).answer(&one).unwrap();
        assert_eq!(answers[0].status, Status::Invalid);
        assert!(answers[0].invalid_reason.as_deref().is_some_and(|reason| reason.contains("1 cells")));
    }
}
