//! [`Review`]: the table of doubtful names that `yaqut canonicalize --review` writes, when a person has filled it in.
//!
//! Spreadsheets change a table that goes through them: they cut it with semicolons, put quotes around cells, leave out
//! empty cells at the end of rows, write a byte order mark, sort the rows and move the columns. All this is read.

use std::collections::HashMap;

use csv::ReaderBuilder;
use serde_json::{Map, Value};

use super::decision::Decision;
use crate::model::EntityId;
use crate::pack::Diagnostic;
use crate::pack::report::{At, Report};
use crate::pack::wording::Quoted;

/// The doubtful names of a list, with what was decided of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// How the file is called in messages.
    pub path: String,
    /// The names, each once, in the order of their first rows.
    pub names: Vec<ReviewedName>,
}

/// A name of a [`Review`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewedName {
    /// The name as it stands in the list.
    pub name: String,
    /// The entities that were offered, in the order of the rows.
    pub offered: Vec<EntityId>,
    /// What was decided: none if nobody filled it in, several if more than one of its rows is filled in.
    pub decisions: Vec<Decided>,
}

/// A decision and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What was decided.
    pub decision: Decision,
    /// Where.
    pub place: Place,
}

/// A cell of the review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1; 0 if it is not known.
    pub column: u32,
}

/// How a review is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewFormat {
    /// Quoted cells with commas, semicolons or tabs between them, whichever the header has.
    Csv,
    /// Tabs, taken literally.
    Tsv,
    /// One JSON object a line.
    Jsonl,
}

impl Review {
    /// Reads a review, called `path` in messages; all that is wrong with it comes at once.
    pub fn read(path: &str, bytes: &[u8], format: ReviewFormat) -> Result<Self, Vec<Diagnostic>> {
        let mut report = Report::new(path);
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut gathering = Gathering { path, names: Vec::new(), places: HashMap::new() };
        match std::str::from_utf8(bytes) {
            Err(error) => {
                let line = line_of(bytes, error.valid_up_to());
                let help = "save it as UTF-8; Excel calls that \"CSV UTF-8\"";
                report.error(At::place(path, line, 0), "not-utf8", "the review is not UTF-8", help);
            }
            Ok(text) if format == ReviewFormat::Jsonl => read_objects(text, &mut gathering, &mut report),
            Ok(text) => read_table(text, format, &mut gathering, &mut report),
        }
        let names = gathering.names;
        if report.has_errors() { Err(report.finish()) } else { Ok(Self { path: path.to_owned(), names }) }
    }
}

/// The columns that are read; the last one may be missing.
const COLUMNS: [&str; 3] = ["name", "decision", "candidate_id"];

/// The cells of a row that are read, each without white space around.
struct ReviewRow<'a> {
    name: &'a str,
    decision: &'a str,
    candidate: &'a str,
    /// Where the decision stands.
    place: Place,
}

/// The names so far.
struct Gathering<'a> {
    path: &'a str,
    names: Vec<ReviewedName>,
    places: HashMap<String, usize>,
}

impl Gathering<'_> {
    fn add(&mut self, row: &ReviewRow<'_>, report: &mut Report) {
        let at = At::place(self.path, row.place.line, row.place.column);
        let offered = EntityId::new(row.candidate).ok();
        let decision = match Decision::read(row.decision, offered.as_ref()) {
            Ok(decision) => decision,
            Err(error) => return report.error(at, error.code(), &error, error.help()),
        };
        if row.name.is_empty() && decision.is_none() {
            return;
        }
        let next = self.names.len();
        let place = *self.places.entry(row.name.to_owned()).or_insert(next);
        if place == next {
            let name = row.name.to_owned();
            self.names.push(ReviewedName { name, offered: Vec::new(), decisions: Vec::new() });
        }
        let Some(name) = self.names.get_mut(place) else { return };
        name.offered.extend(offered.filter(|id| !name.offered.contains(id)));
        name.decisions.extend(decision.map(|decision| Decided { decision, place: row.place }));
    }
}

fn read_table(text: &str, format: ReviewFormat, gathering: &mut Gathering<'_>, report: &mut Report) {
    let (start, delimiter) = match format {
        ReviewFormat::Tsv => (0, b'\t'),
        _ => csv_delimiter(text),
    };
    let table = Table { text, delimiter, is_quoted: format == ReviewFormat::Csv };
    let mut header: Option<[Option<usize>; COLUMNS.len()]> = None;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(table.is_quoted)
        .from_reader(text.as_bytes().get(start..).unwrap_or_default());
    let mut cells = csv::StringRecord::new();
    let mut lines = Lines { text: text.as_bytes(), line: 1, counted_to: 0 };
    loop {
        let before = start + usize::try_from(reader.position().byte()).unwrap_or(text.len());
        // Text from memory, with rows of any width, can be read.
        if !reader.read_record(&mut cells).unwrap_or(false) {
            break;
        }
        let blank = text.get(before..).unwrap_or_default().bytes().take_while(|b| matches!(b, b'\r' | b'\n'));
        let begin = before + blank.count();
        let line = lines.line_of(begin);
        match header {
            None => header = Some(columns(&cells, gathering.path, line, report)),
            Some([Some(name), Some(decision), candidate]) => {
                let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).unwrap_or_default().trim();
                let has_decision = !cell(Some(decision)).is_empty();
                let column = if has_decision { table.column_of(begin, decision) } else { 0 };
                let row = ReviewRow {
                    name: cell(Some(name)),
                    decision: cell(Some(decision)),
                    candidate: cell(candidate),
                    place: Place { line, column },
                };
                gathering.add(&row, report);
            }
            Some(_) => return,
        }
    }
    if header.is_none() {
        let help = "give the file that `yaqut canonicalize --review` wrote";
        report.error(At::file(gathering.path), "no-header", "the review is empty", help);
    }
}

/// Where the columns stand; reports those that a review cannot do without.
fn columns(
    header: &csv::StringRecord,
    path: &str,
    line: u32,
    report: &mut Report,
) -> [Option<usize>; COLUMNS.len()] {
    let find = |name: &str| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let found = COLUMNS.map(find);
    for (name, _) in COLUMNS.iter().zip(found).take(2).filter(|(_, at)| at.is_none()) {
        let message = format_args!("the review has no column `{name}`");
        let help = "give the file that `yaqut canonicalize --review` wrote, with its header";
        report.error(At::place(path, line, 1), "missing-column", message, help);
    }
    found
}

/// Where the table begins, and the sign between its cells: what Excel's line `sep=` says, else the one by which the
/// header has most cells.
fn csv_delimiter(text: &str) -> (usize, u8) {
    let end = |text: &str| text.find('\n').map_or(text.len(), |end| end + 1);
    let first = text.get(..end(text)).unwrap_or_default();
    if let [sign @ (b',' | b';' | b'\t')] =
        first.trim_end().strip_prefix("sep=").unwrap_or_default().as_bytes()
    {
        return (first.len(), *sign);
    }
    let count = |sign: u8| first.bytes().filter(|&byte| byte == sign).count();
    let most = [b'\t', b';', b','].into_iter().max_by_key(|&sign| count(sign));
    (0, most.unwrap_or(b','))
}

/// Counts lines on the way through a text.
struct Lines<'a> {
    text: &'a [u8],
    line: u32,
    counted_to: usize,
}

impl Lines<'_> {
    /// The line of a byte that lies at or after all that were asked for before.
    fn line_of(&mut self, at: usize) -> u32 {
        let between = self.text.get(self.counted_to..at).unwrap_or_default();
        self.line += line_ends(between);
        self.counted_to = at;
        self.line
    }
}

fn line_ends(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

fn line_of(bytes: &[u8], at: usize) -> u32 {
    1 + line_ends(bytes.get(..at).unwrap_or_default())
}

/// A table as it is written, for the way back from a cell to its column.
struct Table<'a> {
    text: &'a str,
    delimiter: u8,
    is_quoted: bool,
}

impl Table<'_> {
    /// The column, in characters of its line, at which a field of the row that begins at `begin` begins.
    fn column_of(&self, begin: usize, field: usize) -> u32 {
        let (mut at_field, mut column, mut is_open) = (0, 1, false);
        for sign in self.text.get(begin..).unwrap_or_default().chars() {
            if at_field == field {
                break;
            }
            is_open ^= self.is_quoted && sign == '"';
            at_field += usize::from(!is_open && sign == char::from(self.delimiter));
            column = if sign == '\n' { 1 } else { column + 1 };
        }
        column
    }
}

fn read_objects(text: &str, gathering: &mut Gathering<'_>, report: &mut Report) {
    for (line, object) in (1..).zip(text.lines()).filter(|(_, object)| !object.trim().is_empty()) {
        let place = Place { line, column: 0 };
        let fields: Map<String, Value> = match serde_json::from_str(object) {
            Ok(fields) => fields,
            Err(error) => {
                let at = At::place(gathering.path, line, u32::try_from(error.column()).unwrap_or(0));
                report.error(at, "invalid-json", "the line is no JSON object", "write one object a line");
                continue;
            }
        };
        let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().trim();
        if !fields.contains_key("name") {
            let at = At::place(gathering.path, line, 0);
            report.error(at, "missing-column", "the object has no field `name`", "name what was decided of");
            continue;
        }
        let [name, decision, candidate] = COLUMNS.map(field);
        gathering.add(&ReviewRow { name, decision, candidate, place }, report);
    }
}

/// Why a cell is no decision.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecisionError {
    /// The row has no candidate that could be confirmed.
    #[error("there is no candidate in this row to say yes to")]
    NoCandidate,
    /// It is no ID.
    #[error("{} is no decision: {why}", Quoted(.text))]
    NotAnId {
        /// The cell.
        text: String,
        /// What is wrong with it.
        why: String,
    },
}

impl DecisionError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoCandidate => "no-candidate",
            Self::NotAnId { .. } => "unknown-decision",
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Self::NoCandidate => "write the ID of the entity that is meant, `none`, or `not a name`",
            Self::NotAnId { .. } => {
                "write the ID of the entity that is meant (or `yes` in the row of its candidate), `none`, or `not a name`"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: ReviewFormat) -> Result<Review, Vec<Diagnostic>> {
        Review::read("r.csv", text.as_bytes(), format)
    }

    fn id(text: &str) -> EntityId {
        EntityId::new(text).unwrap()
    }

    /// The names with their decisions as text, and the place of each.
    fn decisions(text: &str, format: ReviewFormat) -> Vec<String> {
        let review = read(text, format).unwrap();
        let shown = |name: &ReviewedName| {
            let decided = name
                .decisions
                .iter()
                .map(|one| format!(" {:?}@{}:{}", one.decision, one.place.line, one.place.column));
            format!("{}{}", name.name, decided.collect::<String>())
        };
        review.names.iter().map(shown).collect()
    }

    const HEADER: &str = "line,name,status,candidate_id,decision\n";

    #[test]
    fn rows_of_a_name_are_one() {
        let text = format!("{HEADER}2,عمان,AMBIGUOUS,Q842,\n2,عمان,AMBIGUOUS,Q3805,yes\n3,x,INVALID,,\n");
        let review = read(&text, ReviewFormat::Csv).unwrap();
        assert_eq!(review.names.len(), 2);
        assert_eq!(review.names[0].offered, [id("Q842"), id("Q3805")]);
        let decided =
            Decided { decision: Decision::Entity(id("Q3805")), place: Place { line: 3, column: 24 } };
        assert_eq!(review.names[0].decisions, [decided]);
        assert!(review.names[1].decisions.is_empty());
    }

    #[test]
    fn spreadsheets_may_have_changed_the_table() {
        let expected = ["a;b Entity(EntityId(\"Q1\"))@2:5", "c None@4:7", "d NotAName@6:3"];
        let semicolons = "\u{feff}Decision ;status;NAME\r\n".to_owned();
        let rows = "Q1;;\"a;b\"\r\n\r\n None ;x;c\r\n\r\n\"not a name\";;d\r\n";
        let found = decisions(&(semicolons + rows), ReviewFormat::Csv);
        let without_places = |text: &str| text.split('@').next().unwrap_or_default().to_owned();
        assert!(found.iter().map(|text| without_places(text)).eq(expected.map(without_places)), "{found:?}");
        let excel = "sep=;\r\nname;decision\r\na;none\r\n";
        assert_eq!(decisions(excel, ReviewFormat::Csv), ["a None@3:3"]);
        let cut = "name,decision,status\nx\ny,none\n";
        assert_eq!(decisions(cut, ReviewFormat::Csv), ["x", "y None@3:3"]);
        let tabs = "name\tdecision\n\"a\tnone\n";
        assert_eq!(decisions(tabs, ReviewFormat::Tsv), ["\"a None@2:4"]);
        let unicode_text = "name\tdecision\n\"a\"\tnone\n";
        assert_eq!(decisions(unicode_text, ReviewFormat::Csv), ["a None@2:5"]);
        let objects = "{\"name\":\"a\",\"decision\":\"Q1\"}\n\n{\"name\":\"b\",\"decision\":null}\n";
        assert_eq!(decisions(objects, ReviewFormat::Jsonl), ["a Entity(EntityId(\"Q1\"))@1:0", "b"]);
    }

    #[test]
    fn cells_that_span_lines_do_not_shift_places() {
        let text = "name,note,decision\n\"a\nb\",\"x\ny\",none\nc,,Q 1\n";
        let findings = read(text, ReviewFormat::Csv).unwrap_err();
        assert_eq!((findings[0].line, findings[0].column), (Some(5), Some(4)));
        let good = text.replace("Q 1", "Q1");
        assert_eq!(decisions(&good, ReviewFormat::Csv)[0], "a\nb None@2:4");
    }

    #[test]
    fn all_that_is_wrong_comes_at_once() {
        let codes = |text: &str, format| -> Vec<_> {
            read(text, format).unwrap_err().into_iter().map(|finding| (finding.code, finding.line)).collect()
        };
        let text = format!("{HEADER}2,a,NOT_FOUND,,yes\n3,b,NOT_FOUND,,two words\n");
        assert_eq!(
            codes(&text, ReviewFormat::Csv),
            [("no-candidate", Some(2)), ("unknown-decision", Some(3))]
        );
        assert_eq!(codes("a,b\n1,2\n", ReviewFormat::Csv), [("missing-column", Some(1)); 2]);
        assert_eq!(codes("", ReviewFormat::Csv), [("no-header", None)]);
        assert_eq!(
            codes("{}\nx\n", ReviewFormat::Jsonl),
            [("missing-column", Some(1)), ("invalid-json", Some(2))]
        );
        let findings =
            Review::read("r.csv", b"name,decision\n\xc7\xe1,none\n", ReviewFormat::Csv).unwrap_err();
        assert_eq!((findings[0].code, findings[0].line), ("not-utf8", Some(2)));
    }
}
