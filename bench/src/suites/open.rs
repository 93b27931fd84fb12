//! Opening a segment, with and without looking at every byte, against opening a plain map.

use std::fs;
use std::sync::Arc;

use fst::Map;
use yaqut::index::Segment;
use yaqut::store;

use super::Context;
use crate::Result;
use crate::race::{Contender, Course, Time, race};
use crate::report::{Figure, Row};

pub fn run(context: &Context<'_>) -> Result<Vec<Row>> {
    // Builds both, if they are not there.
    context.workload.segment()?;
    context.workload.map()?;
    let (segment, map) = (context.workload.segment_path(), context.workload.map_path());
    store::verify(&segment)?;
    Map::new(fs::read(&map)?)?.as_fst().verify()?;
    let verified = vec![
        Contender::each("yaqut", &[()], |()| {
            store::verify(&segment).map_or(0, |header| header.file_bytes as usize)
        }),
        Contender::each("fst::Map, read and verified", &[()], |()| verified_map(&map)),
    ];
    let verified = race(Course { time: Time::Wall, ..context.each(1) }, verified);
    let (segment, map): (Arc<Vec<u8>>, Vec<u8>) = (Arc::new(fs::read(&segment)?), fs::read(&map)?);
    let unverified = vec![
        Contender::each("yaqut", &[()], |()| {
            Segment::open(segment.clone()).map_or(0, |s| s.id_count() as usize)
        }),
        Contender::each("fst::Map::new", &[()], |()| Map::new(map.as_slice()).map_or(0, |map| map.len())),
    ];
    let unverified = race(context.each(1), unverified);
    Ok(vec![
        Row::new("open", "verified", Figure::Timing(verified)),
        Row::new("open", "unverified", Figure::Timing(unverified)),
    ])
}

fn verified_map(path: &std::path::Path) -> usize {
    let map = fs::read(path).ok().and_then(|bytes| Map::new(bytes).ok());
    map.filter(|map| map.as_fst().verify().is_ok()).map_or(0, |map| map.len())
}
