//! Keys within one edit and two against `levenshtein_automata` over a plain map, and against comparing with every key.

use std::collections::BTreeSet;
use std::sync::Arc;

use fst::{Map, Streamer};
use strsim::osa_distance;
use yaqut::index::{FuzzyPattern, Segment, WorkBudget};
use yaqut::text::lookup_key;

use super::{Context, check_eq};
use crate::Result;
use crate::peers::fst_map;
use crate::queries::QuerySort;
use crate::race::{Contender, race};
use crate::report::{Figure, Row};
use crate::workload::key_of_posting;

/// Queries are compared with every key if there are no more comparisons than this.
const MAX_COMPARISONS: usize = 1_000_000;

pub fn run(context: &Context<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (case, edits, sort) in [("one edit", 1, QuerySort::OneEdit), ("two edits", 2, QuerySort::TwoEdits)] {
        rows.push(run_edits(context, case, edits, sort)?);
    }
    Ok(rows)
}

fn run_edits(context: &Context<'_>, case: &str, edits: u8, sort: QuerySort) -> Result<Row> {
    let (segment, map) = (context.workload.segment()?, context.workload.map()?);
    let queries = context.workload.queries(sort, context.queries);
    let keys: Vec<String> = queries.iter().map(|query| lookup_key(&query.query)).collect();
    let (mut found, mut matches) = (0, 0);
    for (query, key) in queries.iter().zip(&keys) {
        let keys = yaqut_keys(segment, key, edits);
        check_eq(&format!("keys within {edits} of {key:?}"), &keys, &peer_keys(map, key, edits))?;
        found += usize::from(keys.contains(&lookup_key(&query.alias)));
        matches += keys.len();
    }
    check_against_all(segment, map, &keys, edits)?;
    let contenders = vec![
        Contender::each("yaqut", &keys, |key| search(segment, key, edits)),
        Contender::each("levenshtein_automata ∩ fst", &keys, |key| {
            let mut found = 0;
            fst_map::search(map, key, edits, |_| found += 1);
            found
        }),
    ];
    let timing = race(context.each(keys.len()), contenders);
    let count = queries.len().max(1) as f64;
    let row = Row::new("fuzzy", case, Figure::Timing(timing)).with_recall(found as f64 / count);
    Ok(row.with_note(format!("{:.1} keys a query", matches as f64 / count)))
}

fn search(segment: &Segment, key: &str, edits: u8) -> usize {
    let mut found = 0;
    segment.search_fuzzy(&FuzzyPattern::new(key, edits), &mut WorkBudget::new(u32::MAX), |postings| {
        found += postings.count();
    });
    found
}

fn yaqut_keys(segment: &Arc<Segment>, key: &str, edits: u8) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    segment.search_fuzzy(&FuzzyPattern::new(key, edits), &mut WorkBudget::new(u32::MAX), |postings| {
        found.extend(postings.filter_map(|posting| key_of_posting(segment, posting)));
    });
    found
}

fn peer_keys(map: &Map<Vec<u8>>, key: &str, edits: u8) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    fst_map::search(map, key, edits, |key| {
        found.insert(String::from_utf8_lossy(key).into_owned());
    });
    found
}

/// Compares with every key, for as many queries as that takes little time.
fn check_against_all(
    segment: &Arc<Segment>,
    map: &Map<Vec<u8>>,
    queries: &[String],
    edits: u8,
) -> Result<()> {
    let queries = &queries[..queries.len().min(MAX_COMPARISONS / map.len().max(1))];
    let mut within = vec![BTreeSet::new(); queries.len()];
    let mut keys = map.keys();
    while let Some(key) = keys.next() {
        let key = std::str::from_utf8(key)?;
        for (query, within) in queries.iter().zip(&mut within) {
            if osa_distance(query, key) <= usize::from(edits) {
                within.insert(key.to_owned());
            }
        }
    }
    for (query, within) in queries.iter().zip(&within) {
        check_eq(
            &format!("all keys within {edits} of {query:?}"),
            &yaqut_keys(segment, query, edits),
            within,
        )?;
    }
    Ok(())
}
