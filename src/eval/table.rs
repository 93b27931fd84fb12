//! Case tables: bytes → cases, or all that is wrong with them.

use std::collections::HashMap;
use std::sync::Arc;

use super::cases::{Case, Expected, Hints};
use crate::model::{EntityId, EntityType};
use crate::pack::cell::Checker;
use crate::pack::report::{At, Report};
use crate::pack::schema::{Holds, LANG_PATTERN, Schema, optional, required};
use crate::pack::table::{self, Cell, Row, Syntax, TableFile};
use crate::pack::wording::Quoted;
use crate::pack::{Diagnostic, Severity};
use crate::resolve::check_context;

/// A case table as it was read.
#[derive(Clone, Copy, Debug)]
pub struct CaseTable<'a> {
    /// How the table is called in messages: its path. An extension `.csv` or `.tsv` says how it is written; without
    /// one the first line does, by its first tab or comma.
    pub label: &'a str,
    /// What it holds; UTF-8 is checked by [`parse`].
    pub bytes: &'a [u8],
}

/// What [`parse`] makes of case tables.
#[derive(Clone, Debug)]
pub struct ParsedCases {
    /// The cases in the order of tables and lines; `None` if there is an error.
    pub cases: Option<Vec<Case>>,
    /// Everything that is wrong with the tables, table by table.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads case tables: the columns `name`, `expected` and `phenomenon`, and those that may be left out.
///
/// Names are kept as they are, white space around them aside: that they are not in NFC, or hold invisible signs, may be
/// what the case is about. A question that is asked twice is warned of, in whichever table it stands.
///
/// ```
/// use yaqut::eval::{CaseTable, Expected, parse};
///
/// let text = "name\texpected\tphenomenon\nاوكرانيا\tQ212\thamza\nغزالة\tNIL\tword\n";
/// let cases = parse(&[CaseTable { label: "cases.tsv", bytes: text.as_bytes() }]).cases.unwrap();
/// assert_eq!(cases[0].phenomenon, "hamza");
/// assert_eq!(cases[1].expected, Expected::Nil);
/// ```
pub fn parse(tables: &[CaseTable<'_>]) -> ParsedCases {
    let mut cases = Cases::default();
    let diagnostics: Vec<Diagnostic> = tables.iter().flat_map(|table| cases.read(table)).collect();
    let has_errors = diagnostics.iter().any(|finding| finding.severity == Severity::Error);
    ParsedCases { cases: (!has_errors).then_some(cases.rows), diagnostics }
}

static CASES: Schema<11> = Schema {
    columns: [
        required("name", Holds::Text, "The name that is asked"),
        required("expected", Holds::Text, "The ID that is right, NIL, or several with | between them"),
        required("phenomenon", Holds::Pattern(r"[^\s!,<>=]+"), "What makes the case hard"),
        optional("forbidden", Holds::Text, "An ID that must not be chosen"),
        optional("types", Holds::Text, "A hint: types of which the entity is one, with | between them"),
        optional("country", Holds::Pattern("[A-Za-z]{2}"), "A hint: ISO 3166-1 alpha-2 code"),
        optional("lang", Holds::Pattern(LANG_PATTERN), "A hint: BCP 47 language tag"),
        optional("context", Holds::Text, "A hint: words that stand near the name"),
        optional("label", Holds::Text, "The form that the pack lists"),
        optional("source", Holds::Text, "Where the name is attested"),
        optional("note", Holds::Text, "A remark for people"),
    ],
    primary_key: &[],
};

const WIDTH: usize = CASES.columns.len();

/// The cases of all tables, while they are read.
#[derive(Default)]
struct Cases {
    rows: Vec<Case>,
    /// What was asked → index of the first case that asks it.
    questions: HashMap<(String, Hints), usize>,
}

impl Cases {
    fn read(&mut self, source: &CaseTable<'_>) -> Vec<Diagnostic> {
        let mut report = Report::new(source.label);
        let path: Arc<str> = source.label.into();
        let file = TableFile { path: Arc::clone(&path), index: 0, syntax: syntax_of(source) };
        let mut is_empty = true;
        table::read_bytes(&file, source.bytes, &CASES, &mut report, |row, report| {
            is_empty = false;
            self.read_row(row, &path, report);
        });
        if is_empty && !report.has_errors() {
            let help = "write a row for each name that is to be asked";
            report.error(At::file(&path), "no-cases", "the table holds no case", help);
        }
        report.finish()
    }

    fn read_row(&mut self, row: &Row<'_, WIDTH>, path: &Arc<str>, report: &mut Report) {
        let mut check = Checker { row, report };
        if let Some(case) = check.case(path) {
            self.warn_if_asked(&case, &mut check);
            self.rows.push(case);
        }
    }

    /// Warns if an earlier case asks the same, and remembers that `case`, which is to be the next, asks it.
    fn warn_if_asked(&mut self, case: &Case, check: &mut Checker<'_, WIDTH>) {
        let [name, expected, ..] = check.row.cells();
        let next = self.rows.len();
        let first = *self.questions.entry((case.name.clone(), case.hints.clone())).or_insert(next);
        let Some(first) = self.rows.get(first) else { return };
        let place = format!("{}:{}", first.file, first.line);
        if first.expected != case.expected {
            let message = format_args!("{place} expects {} of the same question", first.expected);
            let help = "expect the same of both, or tell them apart by a hint";
            check.warning(expected, "contradicting-case", message, help);
        } else if first.phenomenon == case.phenomenon {
            let message = format_args!("the case repeats {place}, and counts twice");
            check.warning(name, "duplicate-case", message, "remove one of the two");
        }
    }
}

/// How a table is written: by its name, a final `.gz` aside, else by its first line.
fn syntax_of(table: &CaseTable<'_>) -> Syntax {
    let label = table.label.to_ascii_lowercase();
    let name = label.strip_suffix(".gz").unwrap_or(&label);
    match name.rsplit_once('.') {
        Some((_, "csv")) => Syntax::Csv,
        Some((_, "tsv" | "tab")) => Syntax::Tsv,
        _ => {
            let separator = table.bytes.iter().find(|byte| matches!(byte, b'\t' | b',' | b'\n'));
            if separator == Some(&b',') { Syntax::Csv } else { Syntax::Tsv }
        }
    }
}

impl Checker<'_, WIDTH> {
    /// The case of the row; every cell is checked, also after one that is wrong.
    fn case(&mut self, path: &Arc<str>) -> Option<Case> {
        let [name, expected, phenomenon, forbidden, types, country, lang, context, label, source, note] =
            self.row.cells();
        let name = self.asked_name(name);
        let expected = self.expected(expected);
        let phenomenon = self.phenomenon(phenomenon);
        let forbidden = self.forbidden(forbidden, expected.as_ref());
        let types = self.types(types);
        let country = self.country(country);
        let lang = self.lang(lang);
        let context = self.context(context);
        let hints = Hints {
            types,
            country,
            language_code: Some(lang?).filter(|lang| !lang.is_empty()).map(str::to_owned),
            context: context?,
        };
        Some(Case {
            name: name?,
            expected: expected?,
            phenomenon: phenomenon?,
            forbidden,
            hints,
            label: self.prose(label).into_owned(),
            source: self.prose(source).into_owned(),
            note: self.prose(note).into_owned(),
            file: Arc::clone(path),
            line: self.row.line_place().line,
        })
    }

    fn asked_name(&mut self, cell: Cell<'_>) -> Option<String> {
        self.filled(cell, "write the name that is to be asked, or remove the row")?;
        Some(cell.text.to_owned())
    }

    fn expected(&mut self, cell: Cell<'_>) -> Option<Expected> {
        const HELP: &str = "write an ID such as Q212, several with one | between them for a homograph, or NIL where \
                            no entity is meant";
        self.filled(cell, HELP)?;
        if cell.text == "NIL" {
            return Some(Expected::Nil);
        }
        let mut ids: Vec<EntityId> = Vec::new();
        for item in cell.split('|') {
            if item.text.eq_ignore_ascii_case("NIL") {
                let message = format_args!("{} is no ID", Quoted(item.text));
                self.error(item, "invalid-nil", message, "write NIL alone and in capitals, or take it out");
                return None;
            }
            let id = EntityId::new(item.text).map_err(|error| self.error(item, "invalid-id", error, HELP));
            let id = id.ok()?;
            if ids.contains(&id) {
                let message = format_args!("`{id}` is expected twice");
                self.warning(item, "repeated-id", message, "remove one of the two");
            } else {
                ids.push(id);
            }
        }
        Some(match <[EntityId; 1]>::try_from(ids) {
            Ok([id]) => Expected::Entity(id),
            Err(ids) => Expected::Homograph(ids),
        })
    }

    /// The phenomenon: without the signs that a requirement separates by.
    fn phenomenon(&mut self, cell: Cell<'_>) -> Option<String> {
        self.filled(cell, "say in a word what makes the case hard, such as hamza or space")?;
        let is_bad =
            |c: char| c.is_whitespace() || c.is_control() || matches!(c, '!' | ',' | '<' | '>' | '=');
        if let Some((offset, sign)) = cell.text.char_indices().find(|&(_, c)| is_bad(c)) {
            let message = format_args!("the phenomenon {} holds {sign:?}", Quoted(cell.text));
            let help = "write one word, such as teh_marbuta";
            self.report.error(self.row.at_byte(cell, offset), "invalid-phenomenon", message, help);
            return None;
        }
        Some(cell.text.to_owned())
    }

    fn forbidden(&mut self, cell: Cell<'_>, expected: Option<&Expected>) -> Option<EntityId> {
        self.token(cell);
        if cell.text.is_empty() {
            return None;
        }
        let id = EntityId::from_checked(self.entity_id(cell, cell.text)?);
        if expected.is_some_and(|expected| expected.ids().contains(&id)) {
            let message = format_args!("`{id}` is both expected and forbidden");
            self.error(cell, "expected-and-forbidden", message, "take it out of one of the two columns");
        }
        Some(id)
    }

    /// The words of a context, between white space or `|`; no more than a query may have.
    fn context(&mut self, cell: Cell<'_>) -> Option<Vec<String>> {
        let words = words(cell.text);
        let help = "leave the words that stand nearest to the name";
        check_context(&words)
            .map_err(|reason| self.error(cell, "context-too-long", reason, help))
            .ok()
            .map(|()| words)
    }

    fn types(&mut self, cell: Cell<'_>) -> Vec<EntityType> {
        cell.split('|').filter_map(|item| self.entity_type(item)).map(EntityType::from_checked).collect()
    }

    /// Reports a cell that is empty.
    fn filled(&mut self, cell: Cell<'_>, help: &str) -> Option<()> {
        self.token(cell);
        if cell.text.is_empty() {
            let message = format_args!("the column `{}` is empty", cell.column);
            self.error(cell, "missing-value", message, help);
            return None;
        }
        Some(())
    }
}

/// The words of a context, between white space or `|`.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || c == '|');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::id;
    use super::*;
    use crate::model::CountryCode;
    use crate::resolve::MAX_CONTEXT_WORDS;

    const HEADER: &str =
        "name\texpected\tphenomenon\tforbidden\ttypes\tcountry\tlang\tcontext\tlabel\tsource\tnote\n";

    fn read(label: &str, text: &str) -> ParsedCases {
        parse(&[CaseTable { label, bytes: text.as_bytes() }])
    }

    /// The findings as `line:column code`.
    fn findings(parsed: &ParsedCases) -> Vec<String> {
        let place = |number: Option<u32>| number.map_or("-".to_owned(), |number| number.to_string());
        let shown = |d: &Diagnostic| format!("{}:{} {}", place(d.line), place(d.column), d.code);
        parsed.diagnostics.iter().map(shown).collect()
    }

    #[test]
    fn every_column_is_read() {
        let row = "عمان\tQ3805\thint\tQ842\tcity|place\tjo\tar\tالأردن ملك|نهر\tعمّان\tGeoNames\tseen\n";
        let parsed = read("c.tsv", &(HEADER.to_owned() + row));
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let case = Case {
            name: "عمان".into(),
            expected: Expected::Entity(id("Q3805")),
            phenomenon: "hint".into(),
            forbidden: Some(id("Q842")),
            hints: Hints {
                types: ["city", "place"].map(|name| EntityType::new(name).unwrap()).to_vec(),
                country: CountryCode::new("JO").ok(),
                language_code: Some("ar".into()),
                context: ["الأردن", "ملك", "نهر"].map(str::to_owned).to_vec(),
            },
            label: "عمّان".into(),
            source: "GeoNames".into(),
            note: "seen".into(),
            file: "c.tsv".into(),
            line: 2,
        };
        assert_eq!(parsed.cases, Some(vec![case]));
    }

    #[test]
    fn expectations_of_all_three_sorts_are_read() {
        let text = "phenomenon\tname\texpected\nx\ta\tQ1\nx\tb\tNIL\nx\tc\tQ1 | geonames:2\n";
        let parsed = read("c.tsv", text);
        let expected: Vec<_> = parsed.cases.unwrap().into_iter().map(|case| case.expected).collect();
        let homograph = Expected::Homograph(vec![id("Q1"), id("geonames:2")]);
        assert_eq!(expected, [Expected::Entity(id("Q1")), Expected::Nil, homograph]);
    }

    #[test]
    fn names_are_asked_as_they_stand() {
        let name = "e\u{301}\u{200f}  x";
        let parsed = read("c.tsv", &format!("name\texpected\tphenomenon\n{name}\tNIL\tmarks\n"));
        assert_eq!(parsed.cases.unwrap()[0].name, name);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let rows = [
            "\tQ1\thamza",
            "a\t\thamza",
            "a\tQ1|nil\thamza",
            "a\tQ1||Q2\thamza",
            "a\tQ1\t",
            "a\tQ1\ttwo words",
            "a\tQ1|Q2\thamza\tQ2",
            "a\tQ1\thamza\t\tCity\tUKR\tenglish",
            "a\tQ1",
        ];
        let padded = rows.map(|row| match row.matches('\t').count() {
            1 => row.to_owned(),
            tabs => row.to_owned() + &"\t".repeat(10 - tabs),
        });
        let parsed = read("c.tsv", &(HEADER.to_owned() + &padded.join("\n")));
        assert_eq!(parsed.cases, None);
        let expected = [
            "2:1 missing-value",
            "3:3 missing-value",
            "4:6 invalid-nil",
            "5:6 invalid-id",
            "6:6 missing-value",
            "7:9 invalid-phenomenon",
            "8:15 expected-and-forbidden",
            "9:13 invalid-type",
            "9:18 invalid-country",
            "9:22 invalid-lang",
            "10:5 too-few-fields",
        ];
        assert_eq!(findings(&parsed), expected);
    }

    #[test]
    fn a_context_is_no_longer_than_that_of_a_query() {
        let table = |words: usize| {
            let context = vec!["كلمة"; words].join(" ");
            read("c.tsv", &format!("name\texpected\tphenomenon\tcontext\na\tQ1\thint\t{context}\n"))
        };
        assert!(table(MAX_CONTEXT_WORDS).diagnostics.is_empty());
        assert_eq!(findings(&table(MAX_CONTEXT_WORDS + 1)), ["2:11 context-too-long"]);
    }

    #[test]
    fn columns_that_are_missing_or_unknown_are_named() {
        let parsed = read("c.tsv", "name\texpectd\tphenomenon\na\tQ1\thamza\n");
        assert_eq!(findings(&parsed), ["1:1 missing-column", "1:6 unknown-column"]);
        assert!(parsed.diagnostics[0].message.contains("`expected`"));
        assert!(parsed.diagnostics[1].help.contains("`expected`"));
        let parsed = read("c.tsv", "name\texpected\tphenomenon\tmood\na\tQ1\thamza\tgood\n");
        assert_eq!(findings(&parsed), ["1:26 unknown-column"]);
        assert_eq!(parsed.cases.map(|cases| cases.len()), Some(1));
    }

    #[test]
    fn a_table_without_cases_is_an_error() {
        assert_eq!(findings(&read("c.tsv", "name\texpected\tphenomenon\n")), ["-:- no-cases"]);
        assert_eq!(findings(&read("c.tsv", "")), ["-:- no-header"]);
    }

    #[test]
    fn the_same_question_is_asked_once() {
        let one = "name\texpected\tphenomenon\tcountry\na\tQ1\thamza\t\na\tQ1\tspace\t\na\tQ2\thamza\tJO\n";
        let two = "name\texpected\tphenomenon\na\tQ1\thamza\na\tNIL\thamza\n";
        let table = |label, text: &'static str| CaseTable { label, bytes: text.as_bytes() };
        let parsed = parse(&[table("one.tsv", one), table("two.tsv", two)]);
        assert_eq!(findings(&parsed), ["2:1 duplicate-case", "3:3 contradicting-case"]);
        assert!(parsed.diagnostics[0].message.contains("one.tsv:2"));
        assert_eq!(parsed.cases.map(|cases| cases.len()), Some(5));
    }

    #[test]
    fn the_separator_is_seen_by_name_or_first_line() {
        let csv = "name,expected,phenomenon\n\"a, b\",Q1,comma\n";
        for label in ["c.csv", "C.CSV.gz", "standard input"] {
            assert_eq!(read(label, csv).cases.unwrap()[0].name, "a, b", "{label}");
        }
        let tsv = "name\texpected\tphenomenon\n\"a, b\"\tQ1\tcomma\n";
        for label in ["c.tsv", "c.tab.gz", "standard input"] {
            assert_eq!(read(label, tsv).cases.unwrap()[0].name, "\"a, b\"", "{label}");
        }
        assert!(read("c.tsv", csv).cases.is_none());
    }
}
