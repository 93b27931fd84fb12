//! [`Pipeline`]: reading, answering and writing side by side, in order, in bounded memory.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::answering::{AnswerBook, Answerer};
use super::encode::Encoder;
use super::list::RowReader;
use super::progress::Progress;
use super::review::Review;
use super::row::{Row, RowFault};
use super::tally::Tally;
use crate::cli::failure::Failure;
use crate::cli::target::Target;
use crate::cli::terminal::{counted, tell};
use crate::resolve::Resolution;

/// Rows that travel together: enough that the cores seldom wait for the last, slow name of a chunk.
const CHUNK_ROWS: usize = 8192;
/// A chunk ends early when its rows hold this many bytes.
const CHUNK_BYTES: usize = 1 << 20;
/// Chunks that may wait between two stages.
const CHUNKS_WAITING: usize = 2;
/// Faulty rows that are told one by one.
const MAX_TOLD: u64 = 100;

/// What the stages work with.
pub struct Pipeline<'a> {
    /// Where rows come from.
    pub rows: RowReader,
    /// Who answers.
    pub answerer: &'a dyn Answerer,
    /// What becomes of rows that cannot be read.
    pub gate: Gate,
    /// The end of the pipeline.
    pub sink: Sink,
}

/// Where rows and their answers go.
pub struct Sink {
    /// How they are written.
    pub encoder: Encoder,
    /// The output.
    pub output: Target,
    /// Where doubtful ones go.
    pub review: Option<Review>,
    /// The figures.
    pub tally: Tally,
    /// Where people see how far it is.
    pub progress: Progress,
}

impl Pipeline<'_> {
    /// Runs until the last row is written, and hands back the sink, whose outputs are not committed yet.
    ///
    /// Three stages, each in a thread: one reads, one answers (on all cores), one writes. A stage that fails hangs up,
    /// and so ends the others.
    pub fn run(self) -> Result<Sink, Failure> {
        let Self { rows, answerer, mut gate, sink } = self;
        let (send_rows, receive_rows) = sync_channel(CHUNKS_WAITING);
        let (send_answers, receive_answers) = sync_channel(CHUNKS_WAITING);
        thread::scope(|scope| {
            let reading = scope.spawn(move || read(rows, &mut gate, &send_rows));
            let writing = scope.spawn(move || write(sink, &receive_answers));
            let answered = answer(answerer, &receive_rows, &send_answers);
            drop((receive_rows, send_answers));
            let written = writing.join().unwrap_or_else(|panic| resume_unwind(panic));
            let read = reading.join().unwrap_or_else(|panic| resume_unwind(panic));
            // The stage nearest to the output knows best what went wrong.
            let sink = written?;
            answered?;
            read?;
            Ok(sink)
        })
    }
}

type Answered = Vec<(Row, Arc<Resolution>)>;

fn read(mut rows: RowReader, gate: &mut Gate, send: &SyncSender<Vec<Row>>) -> Result<(), Failure> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next_row()? {
        if !gate.admits(&row) {
            continue;
        }
        bytes += row.raw.len();
        chunk.push(row);
        if chunk.len() == CHUNK_ROWS || bytes > CHUNK_BYTES {
            bytes = 0;
            if send.send(std::mem::take(&mut chunk)).is_err() {
                return Ok(());
            }
        }
    }
    // If nobody listens any more, another stage tells why.
    let _ = send.send(chunk);
    gate.close()
}

fn answer(
    answerer: &dyn Answerer,
    receive: &Receiver<Vec<Row>>,
    send: &SyncSender<Answered>,
) -> Result<(), Failure> {
    let mut book = AnswerBook::new(answerer);
    for chunk in receive {
        let answers = book.answer(&chunk)?;
        if send.send(chunk.into_iter().zip(answers).collect()).is_err() {
            break;
        }
    }
    Ok(())
}

fn write(mut sink: Sink, receive: &Receiver<Answered>) -> Result<Sink, Failure> {
    let mut text = Vec::new();
    sink.encoder.start(&mut text);
    for chunk in receive {
        for (row, answer) in &chunk {
            sink.encoder.row(row, answer, &mut text);
            sink.tally.count(row, answer);
            if let Some(review) = &mut sink.review {
                review.consider(row, answer)?;
            }
        }
        sink.output.put(&text)?;
        text.clear();
        sink.progress.advance(sink.tally.rows());
    }
    sink.output.put(&text)?;
    Ok(sink)
}

/// What becomes of rows that cannot be read: they end the run after all of them were told, or (`keep_going`) pass as
/// `INVALID`.
pub struct Gate {
    label: String,
    keep_going: bool,
    faults: u64,
    progress: Progress,
}

impl Gate {
    /// A gate for the input called `label`.
    pub fn new(label: String, keep_going: bool, progress: Progress) -> Self {
        Self { label, keep_going, faults: 0, progress }
    }

    /// Whether `row` is to be answered and written.
    fn admits(&mut self, row: &Row) -> bool {
        if let Err(fault) = &row.query {
            self.faults += 1;
            if self.faults <= MAX_TOLD {
                self.progress.aside(|| self.tell(row.line, fault));
            }
        }
        self.keep_going || self.faults == 0
    }

    fn tell(&self, line: u64, fault: &RowFault) {
        let severity = if self.keep_going { "warning" } else { "error" };
        tell(format_args!("{}:{line}: {severity}: {fault}\n  help: {}", self.label, fault.help()));
    }

    fn close(&self) -> Result<(), Failure> {
        if self.keep_going || self.faults == 0 {
            return Ok(());
        }
        let rows = counted(self.faults, "row");
        Err(Failure::bad_data(format!(
            "{rows} of {} cannot be read; nothing was written to a file",
            self.label
        ))
        .with_help("mend the input, or add --keep-going to pass such rows on as INVALID"))
    }
}
