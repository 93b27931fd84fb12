//! Look-ups of keys against `fst::Map::get` on UTF-8 keys.

use std::sync::Arc;

use fst::Map;
use yaqut::index::{KeyHash, Segment};
use yaqut::text::lookup_key;

use super::{Context, check_eq};
use crate::Result;
use crate::queries::QuerySort;
use crate::race::{Contender, race};
use crate::report::{Figure, Row};
use crate::workload::key_of_posting;

pub fn run(context: &Context<'_>) -> Result<Vec<Row>> {
    let (segment, map) = (context.workload.segment()?, context.workload.map()?);
    let keys = |sort| {
        context.workload.queries(sort, usize::MAX).iter().map(|query| lookup_key(&query.query)).collect()
    };
    let (hits, misses): (Vec<String>, Vec<String>) = (keys(QuerySort::Exact), keys(QuerySort::Miss));
    let recall = check(context, segment, map, &hits, &misses)?;
    let mut rows = Vec::new();
    for (case, keys) in [("hits", &hits), ("misses", &misses)] {
        let peer = || Contender::each("fst::Map::get", keys, |key| map.get(key).map_or(0, |i| i as usize));
        let mut measure = |case: &str, yaqut| {
            let timing = race(context.laps(keys.len()), vec![yaqut, peer()]);
            rows.push(Row::new("exact", case, Figure::Timing(timing)).with_recall(recall));
        };
        measure(case, Contender::each("yaqut", keys, |key| segment.lookup(key).count()));
        measure(
            &format!("{case}, batched"),
            Contender::batch("yaqut", keys, |keys| sure_batch(segment, keys)),
        );
        measure(
            &format!("{case}, batched, unsure"),
            Contender::batch("yaqut", keys, |keys| unsure_batch(segment, keys)),
        );
    }
    rows.iter_mut().filter(|row| row.case.starts_with("misses")).for_each(|row| row.recall = None);
    Ok(rows)
}

/// Keys that are looked up together, so that the memory works for many of them at once.
const AHEAD: usize = 32;

/// Looks keys up some at a time: what each step reads is fetched for all of them before.
fn unsure_batch(segment: &Segment, keys: &[String]) -> usize {
    let mut found = 0;
    let index = segment.key_index();
    let mut hashes = Vec::with_capacity(AHEAD);
    for keys in keys.chunks(AHEAD) {
        hashes.clear();
        hashes.extend(keys.iter().map(|key| KeyHash::of(key)));
        for &hash in &hashes {
            index.prefetch(hash);
        }
        found += hashes.iter().map(|&hash| index.candidates(hash).count()).sum::<usize>();
    }
    found
}

/// Looks keys up some at a time, and makes sure of what is found.
fn sure_batch(segment: &Segment, keys: &[String]) -> usize {
    let mut found = 0;
    segment.lookup_all(keys, |_, _| found += 1);
    found
}

/// Every key is found by both or by neither, and what is found lies under it. Returns the share of hits that hold the
/// alias they were made from.
fn check(
    context: &Context<'_>,
    segment: &Arc<Segment>,
    map: &Map<Vec<u8>>,
    hits: &[String],
    misses: &[String],
) -> Result<f64> {
    let keys: Vec<&String> = hits.iter().chain(misses).collect();
    let mut in_batch = vec![Vec::new(); keys.len()];
    segment.lookup_all(&keys, |i, posting| in_batch[i].push(posting));
    for (key, in_batch) in keys.into_iter().zip(in_batch) {
        let postings: Vec<_> = segment.lookup(key).collect();
        check_eq("what is found in a batch", &in_batch, &postings)?;
        check_eq(&format!("whether {key:?} is a key"), &!postings.is_empty(), &map.contains_key(key))?;
        for posting in postings {
            check_eq("the key of a posting", &key_of_posting(segment, posting).as_ref(), &Some(key))?;
        }
    }
    let queries = context.workload.queries(QuerySort::Exact, usize::MAX);
    let is_found = |(key, alias): (&String, &str)| {
        segment
            .lookup(key)
            .any(|posting| segment.alias(posting.alias).is_some_and(|found| found.text() == alias))
    };
    let found = hits.iter().zip(queries).filter(|(key, query)| is_found((key, &query.alias))).count();
    check_eq("names found under their key", &found, &queries.len())?;
    Ok(found as f64 / queries.len() as f64)
}
