//! Answers to names, known and misspelt, over the generated pack and the bundled ones: keys, tiers, scores, decision.

use std::sync::Arc;

use yaqut::store::{self, CachePolicy, Silent, StackConfig};
use yaqut::{Gazetteer, ResolveOptions};

use super::{Context, check_eq};
use crate::Result;
use crate::queries::{Query, QuerySort};
use crate::race::{Contender, Course, race};
use crate::report::{Figure, Row};

/// Names of a list that are handed over at once.
const LIST: usize = 500;

pub fn run(context: &Context<'_>) -> Result<Vec<Row>> {
    context.workload.segment()?;
    let gazetteer = open(context)?;
    let exact = context.workload.queries(QuerySort::Exact, usize::MAX);
    let listed = share(exact, |query| lists(&gazetteer, query));
    check_eq("known names that list their entity", &listed, &1.0)?;
    check_lists(&gazetteer, exact)?;
    let mut rows = measure_exact(context, &gazetteer, exact, listed);
    let sorts = [
        ("one edit", QuerySort::OneEdit),
        ("two edits", QuerySort::TwoEdits),
        ("in no pack", QuerySort::Miss),
    ];
    for (case, sort) in sorts {
        let queries = context.workload.queries(sort, context.queries);
        check_lists(&gazetteer, queries)?;
        let row = measure(context, &gazetteer, case, queries);
        let is_meant = sort != QuerySort::Miss;
        rows.push(if is_meant {
            row.with_recall(share(queries, |query| lists(&gazetteer, query)))
        } else {
            row
        });
    }
    let mix = measure(context, &gazetteer, "misspelt mix", &mix(context));
    rows.push(mix.with_note("70 % one edit, 20 % two, 10 % in no pack"));
    Ok(rows)
}

/// Names of a list get the answers that they get one by one.
fn check_lists(gazetteer: &Gazetteer, queries: &[Query]) -> Result<()> {
    let options = ResolveOptions::default();
    let names: Vec<&str> = queries.iter().map(|query| &*query.query).collect();
    for (name, answer) in names.iter().zip(gazetteer.resolve_batch(&names, &options)) {
        check_eq("the answer in a list", &answer, &gazetteer.resolve(name, &options))?;
    }
    Ok(())
}

fn measure_exact(context: &Context<'_>, gazetteer: &Gazetteer, queries: &[Query], listed: f64) -> Vec<Row> {
    let options = ResolveOptions::default();
    let names: Vec<&str> = queries.iter().map(|query| &*query.query).collect();
    let batched = Contender::batch("yaqut", &names, |names| {
        let mut candidates = 0;
        gazetteer.verdicts(names, &options, |_, verdict| candidates += verdict.candidates().len());
        candidates
    });
    let batched = race(Course { lap: LIST, ..context.each(names.len()) }, vec![batched]);
    let strings = Contender::each("yaqut", &names, |name| gazetteer.resolve(name, &options).candidates.len());
    let strings = race(context.each(names.len()), vec![strings]);
    vec![
        Row::new("resolve", "exact, batched", Figure::Timing(batched)).with_recall(listed),
        measure(context, gazetteer, "exact", queries).with_recall(listed),
        Row::new("resolve", "exact, answer in strings", Figure::Timing(strings)).with_recall(listed),
    ]
}

fn open(context: &Context<'_>) -> Result<Arc<Gazetteer>> {
    let config = StackConfig {
        indexes: vec![context.workload.segment_path()],
        cache: CachePolicy::Off,
        ..StackConfig::default()
    };
    Ok(store::open(&config, &Silent)?.gazetteer)
}

fn measure(context: &Context<'_>, gazetteer: &Gazetteer, case: &str, queries: &[Query]) -> Row {
    let options = ResolveOptions::default();
    let yaqut = Contender::each("yaqut", queries, |query| {
        gazetteer.verdict(&query.query, &options).candidates().len()
    });
    Row::new("resolve", case, Figure::Timing(race(context.each(queries.len()), vec![yaqut])))
}

/// Seven of ten with one edit, two with two, one in no pack.
fn mix(context: &Context<'_>) -> Vec<Query> {
    let of = |sort, tenths: usize| context.workload.queries(sort, context.queries / 10 * tenths);
    let (one, two, none) = (of(QuerySort::OneEdit, 7), of(QuerySort::TwoEdits, 2), of(QuerySort::Miss, 1));
    let mut queries = [one, two, none].concat();
    // Such as come one after the other in a list, not sorted by what is wrong with them.
    fastrand::Rng::with_seed(context.workload.names).shuffle(&mut queries);
    queries
}

fn lists(gazetteer: &Gazetteer, query: &Query) -> bool {
    let answer = gazetteer.resolve(&query.query, &ResolveOptions::default());
    answer.candidates.iter().any(|candidate| candidate.id.as_str() == query.id)
}

fn share(queries: &[Query], holds: impl Fn(&Query) -> bool) -> f64 {
    queries.iter().filter(|query| holds(query)).count() as f64 / queries.len().max(1) as f64
}
