//! Keys of names against the textbook's pipeline.

use yaqut::text;

use super::{Context, check_eq};
use crate::Result;
use crate::peers::pipeline;
use crate::queries::QuerySort;
use crate::race::{Contender, race};
use crate::report::{Figure, Row};

type Fold = fn(&str) -> String;

pub fn run(context: &Context<'_>) -> Result<Vec<Row>> {
    let names: Vec<&str> = QuerySort::ALL
        .iter()
        .flat_map(|&sort| context.workload.queries(sort, usize::MAX))
        .map(|q| &*q.query)
        .collect();
    let folds: [(&str, Fold, Fold); 2] = [
        ("safe fold", text::safe_fold, pipeline::safe_fold),
        ("lookup key", text::lookup_key, pipeline::lookup_key),
    ];
    let mut rows = Vec::new();
    for (case, yaqut, peer) in folds {
        for name in &names {
            check_eq(&format!("{case} of {name:?}"), &yaqut(name), &peer(name))?;
        }
        let contenders = vec![
            Contender::each("yaqut", &names, |name| yaqut(name).len()),
            Contender::each("NFKC pipeline", &names, |name| peer(name).len()),
        ];
        let timing = race(context.laps(names.len()), contenders);
        rows.push(Row::new("normalise", case, Figure::Timing(timing)));
    }
    Ok(rows)
}
