//! `yaqut resolve`: names from the command line or standard input, answers in a table.

mod why;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::Context;
use super::canonicalize::{Lines, Source};
use super::columns::aligned;
use super::failure::{Exit, Failure};
use super::hints::HintArgs;
use super::remote::{Remote, ServerArgs};
use super::target::Target;
use super::terminal::{Display, status_style};
use crate::gazetteer::Gazetteer;
use crate::model::{EntityId, EntityType, InvalidToken, Status};
use crate::resolve::{Candidate, Explanation, Resolution, ResolveOptions};

/// Resolve names to canonical IDs
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut resolve أوكرانيا وأوكرانيا Ukraine
  yaqut resolve --explain --country JO عمان
  cut -f2 places.tsv | yaqut resolve - --format jsonl
  yaqut resolve --why Q212 وأكرانيا أكرنا

  With --why, for one name:
    وأكرانيا: RESOLVED
      Q212 Ukraine: CHOSEN
        it is meant: its score of 0.97 reaches the 0.50 that is needed, and its lead of 0.97 the 0.76
        alias   أوكرانيا, preferred ar of countries: TRANSLITERATION, form 0.95
           0.00  stripped و
           0.30  inserted و
           0.30  in all

Exit codes:
  0  every name was answered, be it with NOT_FOUND
  1  a name is INVALID")]
pub struct ResolveArgs {
    /// The names; - for those on standard input, one a line
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// How the answers are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Tell for each candidate how it was reached
    #[arg(long)]
    explain: bool,
    /// Tell why this entity was chosen for each name, or why not, and what to do about it
    #[arg(long, value_name = "ID", value_parser = parse_id, conflicts_with = "explain")]
    why: Option<EntityId>,
    #[command(flatten)]
    hints: HintArgs,
    #[command(flatten)]
    server: ServerArgs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people
    #[default]
    Table,
    /// One JSON object a line, explanations included
    Jsonl,
}

/// Names that are answered and written together.
const CHUNK: usize = 1_000;

/// Runs the command.
pub fn run(args: &ResolveArgs, context: &Context) -> Result<Exit, Failure> {
    args.hints.check()?;
    let resolver = args.resolver(context)?;
    let options = args.hints.options(args.explain || args.format == Format::Jsonl);
    let display = Display::of_stdout(context.color);
    let mut out = Target::stdout();
    let mut exit = Exit::Ok;
    let mut names = Names::of(&args.names)?;
    while let Some(chunk) = names.next_chunk()? {
        let (text, has_invalid) = match &args.why {
            Some(id) => args.explained(&why::explain(&resolver, &chunk, id, &options)?, display)?,
            None => args.answered(&resolver.resolve(&chunk, &options)?, display)?,
        };
        if has_invalid {
            exit = Exit::Findings;
        }
        out.put(text.as_bytes())?;
        out.flush()?;
    }
    out.commit()?;
    Ok(exit)
}

impl ResolveArgs {
    fn resolver(&self, context: &Context) -> Result<Resolver, Failure> {
        match self.server.connect()? {
            Some(remote) => Ok(Resolver::Remote(Box::new(remote))),
            None => context.stack.open().map(Resolver::Local),
        }
    }

    /// The answers as they are written, and whether a name is invalid.
    fn answered(&self, answers: &[Resolution], display: Display) -> Result<(String, bool), Failure> {
        let has_invalid = answers.iter().any(|answer| answer.status == Status::Invalid);
        Ok((self.written(answers, display)?, has_invalid))
    }

    /// The explanations as they are written, and whether a name is invalid.
    fn explained(&self, answers: &[why::Answer], display: Display) -> Result<(String, bool), Failure> {
        let has_invalid = answers.iter().any(why::Answer::is_invalid);
        let written = |answer: &why::Answer| match self.format {
            Format::Table => Ok(answer.text(display)),
            Format::Jsonl => answer.json(),
        };
        Ok((answers.iter().map(written).collect::<Result<_, _>>()?, has_invalid))
    }

    fn written(&self, answers: &[Resolution], display: Display) -> Result<String, Failure> {
        if self.format == Format::Jsonl {
            return jsonl(answers);
        }
        let mut text = table(answers, display);
        if self.explain {
            text.extend(answers.iter().map(|answer| explanation(answer, display)));
        }
        Ok(text)
    }
}

enum Resolver {
    Local(Arc<Gazetteer>),
    Remote(Box<Remote>),
}

impl Resolver {
    fn resolve(&self, names: &[String], options: &ResolveOptions) -> Result<Vec<Resolution>, Failure> {
        match self {
            Self::Local(gazetteer) => {
                Ok(names.par_iter().map(|name| gazetteer.resolve(name, options)).collect())
            }
            Self::Remote(remote) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                remote.resolve(&names, options)
            }
        }
    }

    fn explain(&self, name: &str, id: &str, options: &ResolveOptions) -> Result<Explanation, Failure> {
        match self {
            Self::Local(gazetteer) => why::explain_locally(gazetteer, name, id, options),
            Self::Remote(remote) => remote.explain(name, id, options),
        }
    }
}

fn parse_id(text: &str) -> Result<EntityId, InvalidToken> {
    EntityId::new(text)
}

/// Names, from the command line or from standard input.
enum Names<'a> {
    Given(std::slice::Chunks<'a, String>),
    Read(Lines),
}

impl<'a> Names<'a> {
    fn of(names: &'a [String]) -> Result<Self, Failure> {
        if names == ["-"] {
            let source = Source::open(Path::new("-"))?;
            return Ok(Self::Read(Lines::new(source.text, &source.label)));
        }
        Ok(Self::Given(names.chunks(CHUNK)))
    }

    fn next_chunk(&mut self) -> Result<Option<Vec<String>>, Failure> {
        let lines = match self {
            Self::Given(chunks) => return Ok(chunks.next().map(<[String]>::to_vec)),
            Self::Read(lines) => lines,
        };
        let mut names = Vec::new();
        while names.len() < CHUNK
            && let Some((number, line)) = lines.next_line()?
        {
            let name = String::from_utf8(line).map_err(|_| {
                Failure::bad_data(format!("standard input:{number}: the name is not valid UTF-8"))
            })?;
            names.push(name);
        }
        Ok(Some(names).filter(|names| !names.is_empty()))
    }
}

fn jsonl(answers: &[Resolution]) -> Result<String, Failure> {
    let mut text = String::new();
    for answer in answers {
        let json =
            serde_json::to_string(answer).map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
        text.push_str(&json);
        text.push('\n');
    }
    Ok(text)
}

const HEADER: [&str; 9] = ["STATUS", "QUERY", "ID", "NAME", "TYPE", "SCORE", "TIER", "ALIAS", "PACK"];
const SCORE_COLUMN: usize = 5;

fn table(answers: &[Resolution], display: Display) -> String {
    let rows = answers.iter().flat_map(|answer| rows(answer, display));
    let text = aligned(HEADER, &[SCORE_COLUMN], rows);
    text.lines().map(|line| colored(line, display) + "\n").collect()
}

/// One row for each candidate; what the answer says as a whole stands in the first.
fn rows(answer: &Resolution, display: Display) -> Vec<[String; 9]> {
    let shown = |text: &str| display.data(text).into_owned();
    let head = |is_first: bool| {
        if is_first { [answer.status.to_string(), shown(&answer.query)] } else { Default::default() }
    };
    if answer.candidates.is_empty() {
        let [status, query] = head(true);
        let reason = shown(answer.invalid_reason.as_deref().unwrap_or_default());
        let empty = String::new;
        return vec![[status, query, empty(), reason, empty(), empty(), empty(), empty(), empty()]];
    }
    let row = |(i, candidate): (usize, &Candidate)| {
        let [status, query] = head(i == 0);
        [
            status,
            query,
            shown(candidate.id.as_str()),
            shown(&candidate.name),
            candidate.types.iter().map(EntityType::as_str).collect::<Vec<_>>().join(" "),
            candidate.score.to_string(),
            candidate.tier.to_string(),
            shown(&candidate.matched_alias),
            shown(&candidate.pack),
        ]
    };
    answer.candidates.iter().enumerate().map(row).collect()
}

/// The status at the begin of `line` in its colour. Done last, so that the colours have no part in the widths.
fn colored(line: &str, display: Display) -> String {
    let status = Status::ALL.iter().find(|status| line.split(' ').next() == Some(status.as_str()));
    match status.and_then(|status| Some((status, line.strip_prefix(status.as_str())?))) {
        Some((&status, rest)) => display.styled(status_style(status), status) + rest,
        None => line.to_owned(),
    }
}

fn explanation(answer: &Resolution, display: Display) -> String {
    let mut text = format!("\n{}: {}\n", display.data(&answer.query), answer.status);
    if let Some(reason) = &answer.invalid_reason {
        let _ = writeln!(text, "  {}", display.data(reason));
    }
    for candidate in &answer.candidates {
        let _ = writeln!(
            text,
            "  {} {}: score {}, form {:.2}, {} alias {} of {}",
            display.data(candidate.id.as_str()),
            display.data(&candidate.name),
            candidate.score,
            candidate.form_similarity,
            candidate.alias_kind,
            display.data(&candidate.matched_alias),
            display.data(&candidate.pack)
        );
        for step in &candidate.explanation {
            let _ = writeln!(text, "    {}", display.data(step));
        }
    }
    for blocked in &answer.blocked {
        let place = blocked.place.as_ref().map(|place| format!(" ({})", display.data(place)));
        let _ = writeln!(
            text,
            "  {} {}: {} row of {}{} for {}",
            display.data(blocked.id.as_str()),
            display.data(&blocked.name),
            blocked.action,
            display.data(&blocked.pack),
            place.unwrap_or_default(),
            display.data(&blocked.key)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AliasKind, EntityId, Score, Tier};

    fn answer(status: Status, candidates: Vec<Candidate>) -> Resolution {
        Resolution {
            query: "اوكرانيا".into(),
            status,
            canonical_id: None,
            candidates,
            blocked: Vec::new(),
            invalid_reason: (status == Status::Invalid).then(|| "the name is empty".into()),
            truncated: false,
            index_version: "v".into(),
        }
    }

    fn candidate(id: &str) -> Candidate {
        Candidate {
            id: EntityId::new(id).unwrap(),
            name: "Ukraine".into(),
            types: vec![],
            country: None,
            rank: None,
            same_as: vec![],
            score: Score::new(0.93),
            form_similarity: 0.95,
            tier: Tier::Orthographic,
            matched_alias: "أوكرانيا".into(),
            alias_kind: AliasKind::Preferred,
            pack: "countries".into(),
            explanation: vec!["folded ا→أ".into()],
        }
    }

    const PIPE: Display = Display { color: false, isolate: false };

    #[test]
    fn the_status_stands_once_for_each_query() {
        let text = table(&[answer(Status::Ambiguous, vec![candidate("Q1"), candidate("Q2")])], PIPE);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("STATUS"));
        assert!(lines[1].starts_with("AMBIGUOUS  اوكرانيا"));
        assert!(lines[2].starts_with("   ") && lines[2].contains("Q2"));
    }

    #[test]
    fn the_reason_of_an_invalid_name_is_shown() {
        assert!(table(&[answer(Status::Invalid, vec![])], PIPE).contains("the name is empty"));
    }

    #[test]
    fn colours_change_no_width() {
        let answers = [answer(Status::Resolved, vec![candidate("Q1")])];
        let colored = table(&answers, Display { color: true, isolate: false });
        let style = status_style(Status::Resolved);
        let plain = colored.replace(&style.render().to_string(), "");
        assert_eq!(plain.replace(&style.render_reset().to_string(), ""), table(&answers, PIPE));
    }

    #[test]
    fn explanations_name_the_steps() {
        let text = explanation(&answer(Status::Resolved, vec![candidate("Q1")]), PIPE);
        assert!(text.contains("Q1 Ukraine: score 0.93, form 0.95, preferred alias"), "{text}");
        assert!(text.contains("\n    folded ا→أ\n"), "{text}");
    }
}
