//! Compiling a pack against building a plain map of its keys, in processes of their own.

use std::fs;
use std::sync::Arc;

use yaqut::index::Segment;

use super::Context;
use crate::Result;
use crate::child::{self, Task};
use crate::report::{Figure, Row, Unit};
use crate::workload::Workload;

pub fn run(context: &Context<'_>) -> Result<Vec<Row>> {
    let workload = context.workload;
    let map = child::run(&Task::BuildMap { pack: workload.pack(), out: workload.map_path() })?;
    let segment = child::run(&Task::BuildSegment { pack: workload.pack(), out: workload.segment_path() })?;
    let row = |case: &str, unit, yaqut: Option<f64>, peer: Option<f64>| {
        let peer = peer.map(|peer| ("fst::Map of the keys".to_owned(), peer));
        yaqut.map(|yaqut| Row::new("build", case, Figure::Number { yaqut, peer, unit }))
    };
    let bytes = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64);
    let per_name = |bytes: u64| Some(bytes as f64 / workload.names as f64);
    let rows = [
        row("time", Unit::Seconds, Some(segment.seconds), Some(map.seconds)),
        row("peak memory", Unit::Bytes, bytes(segment.peak_bytes), bytes(map.peak_bytes)),
        row(
            "peak anonymous memory",
            Unit::Bytes,
            bytes(segment.peak_anonymous_bytes),
            bytes(map.peak_anonymous_bytes),
        ),
        row("file", Unit::Bytes, Some(segment.file_bytes as f64), Some(map.file_bytes as f64)),
        row("file per name", Unit::BytesPerName, per_name(segment.file_bytes), per_name(map.file_bytes)),
    ];
    let mut rows: Vec<Row> = rows.into_iter().flatten().collect();
    rows.extend(sections(workload)?);
    Ok(rows)
}

/// What the parts of the file take.
fn sections(workload: &Workload) -> Result<Vec<Row>> {
    let segment = Segment::open(Arc::new(fs::read(workload.segment_path())?))?;
    let row = |(kind, bytes)| {
        let per_name = Figure::number(bytes as f64 / workload.names as f64, Unit::BytesPerName);
        Row::new("file", &format!("{kind:?}"), per_name)
    };
    Ok(segment.section_bytes().map(row).collect())
}
