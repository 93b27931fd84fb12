//! [`Streaming`]: from lines of any number to a pack, on all cores, in bounded memory.

use std::io::Read;
use std::sync::atomic::Ordering;

use super::facts::Origin;
use super::filters::Filters;
use super::gather::{Block as Group, Facts, Gather};
use super::input::Input;
use super::lines::{Block, LineReader};
use super::malformed::{self, FaultsByKind, Malformed};
use super::progress::Progress;
use super::reading::Reading;
use super::report::Skip;
use super::sink::{Rows, Sink};
use super::staging::Staging;
use super::{ImportError, Options, Report, pipeline};
use crate::pack::Manifest;

/// An import on its way.
pub(super) struct Streaming<'p> {
    /// Where rows go.
    pub sink: Sink,
    /// What the caller wants.
    pub options: &'p Options,
    /// Who watches.
    pub progress: &'p mut dyn Progress,
}

impl<'p> Streaming<'p> {
    /// Begins a pack.
    pub fn begin(
        manifest: &Manifest,
        staging: Staging,
        options: &'p Options,
        progress: &'p mut dyn Progress,
    ) -> Result<Self, ImportError> {
        Ok(Self { sink: Sink::begin(staging, manifest)?, options, progress })
    }

    /// Has `parse` make rows of every line of `input`.
    pub fn rows(
        &mut self,
        input: &Input,
        parse: impl Fn(&str, &mut Rows<'_>) -> Result<(), Malformed> + Sync,
    ) -> Result<(), ImportError> {
        let Self { sink, options, progress } = self;
        let work = LineWork { input, new: || Rows::new(&options.filters), parse };
        let mut faults = FaultsByKind::new();
        let run = each_line(&work, options.strict, *progress, &mut faults, |rows| sink.append(rows));
        malformed::absorb(&mut sink.report.malformed, faults);
        run
    }

    /// Has `parse` make something else of every line, and `take` keep it, in order.
    pub fn lines<O: Default + Send>(
        &mut self,
        input: &Input,
        parse: impl Fn(&str, &mut O) -> Result<(), Malformed> + Sync,
        mut take: impl FnMut(O, &mut Report) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let Self { sink, options, progress } = self;
        let work = LineWork { input, new: O::default, parse };
        let mut faults = FaultsByKind::new();
        let report = &mut sink.report;
        let run = each_line(&work, options.strict, *progress, &mut faults, |output| take(output, report));
        malformed::absorb(&mut sink.report.malformed, faults);
        run
    }

    /// Has `parse` make facts of every line, and gathers them.
    pub fn facts(
        &mut self,
        input: &Input,
        gather: &mut Gather,
        parse: impl Fn(&str, &mut Facts) -> Result<(), Malformed> + Sync,
    ) -> Result<(), ImportError> {
        let failed = self.sink.failure();
        self.lines(input, parse, |facts: Facts, report| {
            gather.push(&facts).map_err(&failed)?;
            report.absorb(facts.report);
            Ok(())
        })
    }

    /// As [`Streaming::lines`], for who reads an input before it is read in earnest: what is wrong with it is not told.
    pub fn survey<O: Default + Send>(
        &mut self,
        input: &Input,
        parse: impl Fn(&str, &mut O) -> Result<(), Malformed> + Sync,
        mut take: impl FnMut(O),
    ) -> Result<(), ImportError> {
        let work = LineWork { input, new: O::default, parse };
        each_line(&work, false, self.progress, &mut FaultsByKind::new(), |output| {
            take(output);
            Ok(())
        })
    }

    /// Has `read` read `input` from its beginning to its end on this thread, for inputs whose records are no lines.
    pub fn read(
        &mut self,
        input: &Input,
        read: impl FnOnce(Box<dyn Read + Send>, &mut Reading<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let Self { sink, options, progress } = self;
        let stream = input.open()?;
        progress.begin(&stream.label, stream.total);
        let mut reading = Reading {
            label: stream.label,
            read: stream.read,
            total: stream.total,
            told: 0,
            is_strict: options.strict,
            faults: FaultsByKind::new(),
            report: &mut sink.report,
            progress: &mut **progress,
        };
        let run = read(stream.bytes, &mut reading);
        let faults = reading.faults;
        malformed::absorb(&mut sink.report.malformed, faults);
        progress.end();
        run
    }

    /// Makes entities of what was gathered.
    pub fn entities(&mut self, gather: Gather, origin: &Origin<'_>) -> Result<(), ImportError> {
        let Self { sink, options, progress } = self;
        let failed = sink.failure();
        progress.begin("joining what is said of each entity", Some(gather.bytes()));
        let mut groups = gather.finish().map_err(&failed)?;
        let run = pipeline::run(
            |block: &mut Group| groups.fill(block).map_err(&failed),
            |block| (entities_of(block, origin, &options.filters), block.len()),
            |(rows, bytes)| {
                progress.advance(bytes as u64);
                sink.append(rows)
            },
        );
        progress.end();
        run
    }

    /// Puts the pack in its place.
    pub fn finish(self) -> Result<Report, ImportError> {
        self.sink.finish()
    }
}

fn entities_of<'f>(block: &Group, origin: &Origin<'_>, filters: &'f Filters) -> Rows<'f> {
    let mut rows = Rows::new(filters);
    rows.report.skip_names(Skip::TooMany, block.left_out);
    for (id, facts) in block.groups() {
        match origin.draft(id, facts, filters, &mut rows.report) {
            Ok(draft) => rows.add(draft),
            Err(skip) => rows.report.skip_entity(skip),
        }
    }
    rows
}

/// What to do with the lines of an input.
struct LineWork<'i, N, P> {
    input: &'i Input,
    /// Makes what a block of lines is to fill.
    new: N,
    /// Reads a line into it.
    parse: P,
}

/// What came of a block of lines.
struct Parsed<O> {
    output: O,
    faults: FaultsByKind,
}

impl<O, N, P> LineWork<'_, N, P>
where
    N: Fn() -> O,
    P: Fn(&str, &mut O) -> Result<(), Malformed>,
{
    fn parse(&self, block: &Block, label: &str) -> Parsed<O> {
        let mut parsed = Parsed { output: (self.new)(), faults: FaultsByKind::new() };
        for line in block.lines() {
            let text = line.bytes.ok_or_else(Malformed::too_long);
            let text = text.and_then(|bytes| std::str::from_utf8(bytes).map_err(Malformed::not_utf8));
            if let Err(fault) = text.and_then(|text| (self.parse)(text, &mut parsed.output)) {
                malformed::note(&mut parsed.faults, label, line.number, fault);
            }
        }
        parsed
    }
}

fn each_line<O: Send, N, P>(
    work: &LineWork<'_, N, P>,
    is_strict: bool,
    progress: &mut dyn Progress,
    faults: &mut FaultsByKind,
    mut take: impl FnMut(O) -> Result<(), ImportError>,
) -> Result<(), ImportError>
where
    N: Fn() -> O + Sync,
    P: Fn(&str, &mut O) -> Result<(), Malformed> + Sync,
{
    let stream = work.input.open()?;
    let (label, read, total) = (stream.label, stream.read, stream.total);
    let mut reader = LineReader::new(stream.bytes);
    let damaged = |cause| ImportError::damaged(&label, read.load(Ordering::Relaxed), total, cause);
    progress.begin(&label, total);
    let mut told = 0;
    let run = pipeline::run(
        |block| reader.fill(block).map_err(&damaged),
        |block| work.parse(block, &label),
        |parsed: Parsed<O>| {
            if let Some(fault) = malformed::first(&parsed.faults).filter(|_| is_strict) {
                return Err(ImportError::Malformed(fault.clone()));
            }
            malformed::absorb(faults, parsed.faults);
            let now = read.load(Ordering::Relaxed);
            progress.advance(now.saturating_sub(told));
            told = now;
            take(parsed.output)
        },
    );
    progress.end();
    run
}
