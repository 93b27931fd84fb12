//! Rows of `aliases*.tsv`.

use std::io::Read;

use super::cell::Checker;
use super::load::PackError;
use super::report::Report;
use super::row::{AliasLine, RowSink};
use super::schema::{ALIASES, GENDERS, NUMBERS, alias_kinds, article_values};
use super::table::{self, Cell, Row, TableFile};
use super::wording::Quoted;
use crate::model::{AliasKind, Article};

const WIDTH: usize = ALIASES.columns.len();

/// Reads one table.
pub(super) fn read(
    file: &TableFile,
    source: &mut dyn Read,
    sink: &mut dyn RowSink,
    report: &mut Report,
) -> Result<(), PackError> {
    let words = Words::default();
    table::read(file, source, &ALIASES, report, |row, report| match alias_line(row, report, &words) {
        Some(line) => sink.alias(&line, report).map_err(PackError::Scratch),
        None => Ok(()),
    })
}

/// The words that some columns are written in, for hints.
struct Words {
    kinds: Vec<&'static str>,
    articles: Vec<&'static str>,
}

impl Default for Words {
    fn default() -> Self {
        Self { kinds: alias_kinds(), articles: article_values() }
    }
}

fn alias_line<'r>(row: &'r Row<'r, WIDTH>, report: &mut Report, words: &Words) -> Option<AliasLine<'r>> {
    let [id_cell, alias, lang, kind, source, note, article, number, gender, valid_from, valid_to] =
        row.cells();
    let mut check = Checker { row, report };
    let id = check.id(id_cell);
    let alias_column = row.column(alias);
    let alias = check.alias(alias);
    let lang = check.lang(lang);
    let kind = check.kind(kind, words);
    let article =
        check.word(article, "unknown-article", &words.articles, |word| word.parse::<Article>().ok());
    check.optional_word(number, "unknown-number", &NUMBERS);
    check.optional_word(gender, "unknown-gender", &GENDERS);
    check.dates(valid_from, valid_to);
    Some(AliasLine {
        id: id?,
        alias: alias?,
        alias_column,
        lang: lang?,
        kind: kind?,
        article: article?,
        source: check.prose(source),
        note: check.prose(note),
        checked: [number, gender, valid_from, valid_to].map(|cell| cell.text),
        place: row.place(id_cell),
    })
}

impl Checker<'_, WIDTH> {
    fn kind(&mut self, cell: Cell<'_>, words: &Words) -> Option<AliasKind> {
        self.word(cell, "unknown-kind", &words.kinds, |word| match word {
            "" => Some(AliasKind::Alternate),
            word => word.parse().ok(),
        })
    }

    fn optional_word(&mut self, cell: Cell<'_>, code: &'static str, known: &[&str]) {
        self.word(cell, code, known, |word| (word.is_empty() || known.contains(&word)).then_some(()));
    }

    /// Checks the time of use.
    fn dates(&mut self, from: Cell<'_>, to: Cell<'_>) {
        let (from_date, to_date) = (self.date(from, (1, 1)), self.date(to, (12, 31)));
        if let (Some(from_date), Some(to_date)) = (from_date, to_date)
            && from_date > to_date
        {
            let message = format_args!("`valid_to` {} lies before `valid_from` {}", to.text, from.text);
            self.error(to, "dates-swapped", message, "swap the two");
        }
    }

    /// A day, month or year; `open` stands for the month and day that are left out.
    fn date(&mut self, cell: Cell<'_>, open: (u8, u8)) -> Option<(i32, u8, u8)> {
        self.token(cell);
        if cell.text.is_empty() {
            return None;
        }
        let date = parse_date(cell.text, open);
        if date.is_none() {
            let message = format_args!("{} is not a date", Quoted(cell.text));
            self.error(
                cell,
                "invalid-date",
                message,
                "write YYYY-MM-DD, YYYY-MM or YYYY; years BC have a minus sign",
            );
        }
        date
    }
}

fn parse_date(text: &str, open: (u8, u8)) -> Option<(i32, u8, u8)> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let number = |text: &str, width: usize| {
        (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<i32>().ok())?
    };
    let mut parts = digits.split('-');
    let year = sign * number(parts.next()?, 4)?;
    let mut part = |open: u8, max: i32| match parts.next() {
        None => Some(open),
        Some(text) => number(text, 2).filter(|n| (1..=max).contains(n)).and_then(|n| u8::try_from(n).ok()),
    };
    let date = (year, part(open.0, 12)?, part(open.1, 31)?);
    parts.next().is_none().then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_leave_out_month_and_day() {
        assert_eq!(parse_date("1991", (1, 1)), Some((1991, 1, 1)));
        assert_eq!(parse_date("1991", (12, 31)), Some((1991, 12, 31)));
        assert_eq!(parse_date("1991-08", (12, 31)), Some((1991, 8, 31)));
        assert_eq!(parse_date("-0044-03-15", (1, 1)), Some((-44, 3, 15)));
        for bad in
            ["", "91", "1991-13", "1991-00", "1991-08-32", "1991-8-1", "1991-08-24-1", "24.8.1991", "١٩٩١"]
        {
            assert_eq!(parse_date(bad, (1, 1)), None, "{bad}");
        }
    }
}
