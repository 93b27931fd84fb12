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
        let certain = |key: &String, hash| segment.lookup_hashed(key, hash).count();
        measure(
            &format!("{case}, batched"),
            Contender::batch("yaqut", keys, |keys| batch(segment, keys, certain)),
        );
        let likely = |_: &String, hash| segment.lookup_candidates(hash).count();
        measure(
            &format!("{case}, batched, unsure"),
            Contender::batch("yaqut", keys, |keys| batch(segment, keys, likely)),
        );
    }
    rows.iter_mut().filter(|row| row.case.starts_with("misses")).for_each(|row| row.recall = None);
    Ok(rows)
}

/// Keys that are readied before the first of them is looked up.
const AHEAD: usize = 32;

/// Looks keys up some at a time, each readied before.
fn batch(segment: &Segment, keys: &[String], look_up: impl Fn(&String, KeyHash) -> usize) -> usize {
    let mut found = 0;
    for keys in keys.chunks(AHEAD) {
        let mut hashes = [None; AHEAD];
        for (hash, key) in hashes.iter_mut().zip(keys) {
            segment.prefetch(*hash.insert(KeyHash::of(key)));
        }
        found += keys.iter().zip(hashes).filter_map(|(key, hash)| Some(look_up(key, hash?))).sum::<usize>();
    }
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
    for key in hits.iter().chain(misses) {
        let postings: Vec<_> = segment.lookup(key).collect();
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
