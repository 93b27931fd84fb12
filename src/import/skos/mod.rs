//! SKOS vocabularies in N-Triples and Turtle: thesauri and authority files as linked data.
//!
//! What a triple says becomes a fact ([`triple`]); the triples of one subject may stand anywhere in the inputs, so facts
//! are sorted by subject. N-Triples are read line by line on all cores, Turtle on one. Documented for users in
//! `docs/import/skos.md`.

mod triple;

use std::io::Read;
use std::path::{Path, PathBuf};

use oxttl::{NTriplesParser, TurtleParseError, TurtleParser, TurtleSyntaxError};

use super::facts::Origin;
use super::files;
use super::gather::{Facts, Gather};
use super::input::{self, Input};
use super::malformed::Malformed;
use super::progress::Progress;
use super::reading::Reading;
use super::report::Report;
use super::staging::Staging;
use super::streaming::Streaming;
use super::{ImportError, Options, Source};
use triple::Vocabulary;

pub(super) const INPUTS: &str = "\
  thesaurus.nt                        N-Triples: fastest, and a fault costs one line
  thesaurus.ttl                       Turtle (- for standard input); one of the two is needed";

/// Facts are sorted in portions of about so many bytes.
const PORTION: usize = 1 << 20;

/// How an input is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    NTriples,
    Turtle,
}

fn syntax_of(path: &Path) -> Option<Syntax> {
    match files::ending(path).as_str() {
        "nt" => Some(Syntax::NTriples),
        "ttl" | "turtle" => Some(Syntax::Turtle),
        _ => None,
    }
}

/// Every line of N-Triples is Turtle, so Turtle is what standard input may be.
fn role_of(path: &Path) -> Option<Syntax> {
    if path == Path::new("-") { Some(Syntax::Turtle) } else { syntax_of(path) }
}

pub(super) fn import(
    inputs: &[PathBuf],
    staging: Staging,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    let wanted = "vocabulary (such as thesaurus.nt or thesaurus.ttl)";
    let inputs = input::find(Source::Skos, wanted, inputs, role_of)?;
    let manifest = input::manifest("skos", "Concepts of a SKOS vocabulary", &inputs, options);
    let mut import = Streaming::begin(&manifest, staging, options, progress)?;
    let mut gather = Gather::new(import.sink.scratch());
    let vocabulary = Vocabulary::new(options);
    for (syntax, input) in &inputs {
        match syntax {
            Syntax::NTriples => {
                import.facts(input, &mut gather, |line, facts| n_triples(line, &vocabulary, facts))?;
            }
            Syntax::Turtle => turtle(input, &vocabulary, &mut import, &mut gather)?,
        }
    }
    import.entities(gather, &Origin { source: "skos", defaults: &options.defaults })?;
    import.finish()
}

fn n_triples(line: &str, vocabulary: &Vocabulary<'_>, facts: &mut Facts) -> Result<(), Malformed> {
    for triple in NTriplesParser::new().for_slice(line) {
        let triple = triple.map_err(|error| malformed("not N-Triples", &error))?;
        vocabulary.read(&triple, facts);
    }
    Ok(())
}

fn turtle(
    input: &Input,
    vocabulary: &Vocabulary<'_>,
    import: &mut Streaming<'_>,
    gather: &mut Gather,
) -> Result<(), ImportError> {
    let failed = import.sink.failure();
    let mut keep = |facts: &mut Facts, reading: &mut Reading<'_>| {
        let facts = std::mem::take(facts);
        gather.push(&facts).map_err(&failed)?;
        reading.report.absorb(facts.report);
        reading.advance();
        Ok::<(), ImportError>(())
    };
    import.read(input, |stream, reading| {
        let mut facts = Facts::default();
        read_turtle(stream, reading, |triple, reading| {
            vocabulary.read(triple, &mut facts);
            if facts.len() < PORTION { Ok(()) } else { keep(&mut facts, reading) }
        })?;
        keep(&mut facts, reading)
    })
}

/// Hands every triple to `take`; after what is none it goes on with the next sentence.
fn read_turtle(
    stream: impl Read,
    reading: &mut Reading<'_>,
    mut take: impl FnMut(&oxrdf::Triple, &mut Reading<'_>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let stream = input::without_byte_order_mark(stream).map_err(|cause| reading.damaged(cause))?;
    for triple in TurtleParser::new().for_reader(stream) {
        match triple {
            Ok(triple) => take(&triple, reading)?,
            Err(TurtleParseError::Io(cause)) => return Err(reading.damaged(cause)),
            Err(TurtleParseError::Syntax(error)) => {
                let line = error.location().start.line + 1;
                reading.note(line, malformed("not Turtle", &error))?;
            }
        }
    }
    Ok(())
}

fn malformed(kind: &'static str, error: &TurtleSyntaxError) -> Malformed {
    let column = usize::try_from(error.location().start.column).unwrap_or_default();
    Malformed::new(kind, column + 1, error.message())
}

#[cfg(test)]
mod tests;
