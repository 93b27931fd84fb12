//! Fixes of one table.

use std::borrow::Cow;
use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_128;

use super::super::cell::{is_bidi_control, is_forbidden, is_invisible, tidy, without};
use super::super::levels::Levels;
use super::super::load::TableKind;
use super::super::schema::{ALIASES, ENTITIES, OVERRIDES};
use super::super::table::Syntax;
use super::super::wording::Quoted;
use super::Change;
use super::rows::{RawRow, field, raw_rows, value};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes of a table, mended, and what was changed; `None` if nothing was, or if the table cannot be read.
pub(super) fn fix(
    kind: TableKind,
    syntax: Syntax,
    bytes: &[u8],
    levels: &Levels,
) -> Option<(Vec<u8>, Vec<Change>)> {
    let (mark, rest) = split_mark(syntax, bytes);
    let rows = raw_rows(rest, syntax)?;
    let header_at = rows.iter().position(|row| !row.is_blank(syntax))?;
    let columns = columns(kind, syntax, rows.get(header_at)?)?;
    let mut fixer = Fixer { kind, syntax, levels, columns, is_readable: true, changes: Vec::new() };

    let (head, body) = rows.split_at_checked(header_at + 1)?;
    let mut body = body.to_vec();
    body.iter_mut().for_each(|row| fixer.fix_row(row));
    fixer.drop_repetitions(&mut body);
    fixer.sort(&mut body);
    let mut rows = head.to_vec();
    rows.append(&mut body);
    let mark = fixer.tidy_file(mark, &mut rows);

    if fixer.changes.is_empty() {
        return None;
    }
    let mut content = mark.to_vec();
    for row in &rows {
        content.extend_from_slice(&row.text);
        content.extend_from_slice(row.end);
    }
    fixer.changes.sort_by_key(|change| change.line);
    Some((content, fixer.changes))
}

/// The byte order mark of a table, and the rest. Of those of a `.tsv`, which are all taken off, there may be several.
fn split_mark(syntax: Syntax, bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while bytes.get(at..).is_some_and(|rest| rest.starts_with(BYTE_ORDER_MARK))
        && (at == 0 || syntax == Syntax::Tsv)
    {
        at += BYTE_ORDER_MARK.len();
    }
    bytes.split_at(at)
}

/// What the cells of a column hold, as far as fixes are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Id,
    /// Another token: white space around it means nothing.
    Token,
    Name,
    /// Text for people, or a column of the owner's: not touched.
    Other,
}

/// What the columns of a table hold, in the order of its header; `None` if the header is not UTF-8.
fn columns(kind: TableKind, syntax: Syntax, header: &RawRow<'_>) -> Option<Vec<Holds>> {
    let known: Vec<&str> = match kind {
        TableKind::Entities => ENTITIES.columns.iter().map(|column| column.name).collect(),
        TableKind::Aliases => ALIASES.columns.iter().map(|column| column.name).collect(),
        TableKind::Overrides => OVERRIDES.columns.iter().map(|column| column.name).collect(),
    };
    let holds = |name: &str| match name {
        "id" => Holds::Id,
        "name" | "alias" if known.contains(&name) => Holds::Name,
        "source" | "note" | "description" => Holds::Other,
        name if known.contains(&name) => Holds::Token,
        _ => Holds::Other,
    };
    header.fields(syntax).into_iter().map(|field| Some(holds(value(field, syntax)?.trim()))).collect()
}

/// Fixes rows, and tells what it did.
struct Fixer<'l> {
    kind: TableKind,
    syntax: Syntax,
    levels: &'l Levels,
    columns: Vec<Holds>,
    /// Whether every row could be read: only then is it known where each belongs.
    is_readable: bool,
    changes: Vec<Change>,
}

impl Fixer<'_> {
    fn fixes(&self, code: &str) -> bool {
        !self.levels.is_silent(code)
    }

    fn note(&mut self, line: Option<u32>, code: Option<&'static str>, what: String) {
        self.changes.push(Change { line, code, what });
    }

    /// Mends the cells of a row.
    fn fix_row(&mut self, row: &mut RawRow<'_>) {
        if row.is_blank(self.syntax) {
            return;
        }
        let syntax = self.syntax;
        let fields = row.fields(syntax);
        let Some(mut values) = fields.iter().map(|field| value(field, syntax)).collect::<Option<Vec<_>>>()
        else {
            self.is_readable = false;
            return;
        };
        let surplus = values.get(self.columns.len()..);
        if surplus.is_none_or(|surplus| surplus.iter().any(|value| !value.trim().is_empty())) {
            self.is_readable = false;
            return;
        }
        let mut fields: Vec<Cow<'_, [u8]>> = fields.into_iter().map(Cow::Borrowed).collect();
        let mut is_changed = false;
        if values.len() > self.columns.len() && self.fixes("too-many-fields") {
            values.truncate(self.columns.len());
            fields.truncate(self.columns.len());
            self.note(
                Some(row.line),
                Some("too-many-fields"),
                "took away empty fields at the end".to_owned(),
            );
            is_changed = true;
        }
        for (at, old) in values.iter().enumerate() {
            let holds = self.columns.get(at).copied().unwrap_or(Holds::Other);
            if let Some(new) = self.fix_cell(holds, old, row.line)
                && let Some(slot) = fields.get_mut(at)
            {
                *slot = field(&new, syntax).into();
                is_changed = true;
            }
        }
        if is_changed {
            row.text = fields.join(&syntax.delimiter()).into();
        }
    }

    /// A cell, mended, if it needs that.
    fn fix_cell(&mut self, holds: Holds, text: &str, line: u32) -> Option<String> {
        type Step = (&'static str, fn(&str) -> Cow<'_, str>);
        const TOKEN: [Step; 1] = [("white-space", |text| text.trim().into())];
        const NAME: [Step; 4] = [
            ("bidi-control", |text| without(text, is_bidi_control)),
            ("invisible-character", |text| without(text, is_invisible)),
            ("white-space", tidy),
            ("not-nfc", nfc),
        ];
        let steps: &[Step] = match holds {
            Holds::Id | Holds::Token => &TOKEN,
            // What a control character stood for, only people know.
            Holds::Name if !text.trim().contains(is_forbidden) => &NAME,
            Holds::Name | Holds::Other => &[],
        };
        let mut fixed = Cow::Borrowed(text);
        for &(code, step) in steps {
            let next = step(&fixed);
            if next != fixed && self.fixes(code) {
                let what = format!("{} is {} now", Quoted(&fixed), Quoted(&next));
                let next = next.into_owned();
                self.note(Some(line), Some(code), what);
                fixed = next.into();
            }
        }
        (fixed != text).then(|| fixed.into_owned())
    }

    /// Takes away rows that repeat an earlier one in every column.
    fn drop_repetitions(&mut self, rows: &mut Vec<RawRow<'_>>) {
        let code = match self.kind {
            TableKind::Entities => "duplicate-id",
            TableKind::Aliases => "duplicate-alias",
            TableKind::Overrides => "duplicate-redirect",
        };
        if !self.fixes(code) {
            return;
        }
        let mut seen = HashSet::new();
        rows.retain(|row| {
            let Some(content) = self.content(row).filter(|_| !row.is_blank(self.syntax)) else { return true };
            let is_new = seen.insert(content);
            if !is_new {
                self.note(
                    Some(row.line),
                    Some(code),
                    "took away the row, which repeats an earlier one".to_owned(),
                );
            }
            is_new
        });
    }

    /// A hash of what a row holds in all columns; `None` if it is of a sort whose repetition no rule minds.
    fn content(&self, row: &RawRow<'_>) -> Option<u128> {
        let fields = row.fields(self.syntax);
        let values: Option<Vec<Cow<'_, str>>> =
            fields.iter().map(|field| value(field, self.syntax)).collect();
        let values = values.filter(|values| values.len() == self.columns.len())?;
        if self.kind == TableKind::Overrides && !values.iter().any(|value| value.as_ref() == "redirect") {
            return None;
        }
        Some(xxh3_128(values.join("\u{1f}").as_bytes()))
    }

    /// Sorts rows by ID if they are not; those of one ID keep their order, and blank rows stay behind theirs.
    fn sort(&mut self, rows: &mut Vec<RawRow<'_>>) {
        let Some(id) = self.columns.iter().position(|&holds| holds == Holds::Id) else { return };
        if self.kind == TableKind::Overrides || !self.is_readable || !self.fixes("row-order") {
            return;
        }
        let mut units: Vec<(String, Vec<RawRow<'_>>)> = Vec::new();
        for row in rows.drain(..) {
            match units.last_mut() {
                Some((_, unit)) if row.is_blank(self.syntax) => unit.push(row),
                _ => {
                    let fields = row.fields(self.syntax);
                    let id = fields.get(id).and_then(|field| value(field, self.syntax));
                    let id = id.map(|id| id.trim().to_owned()).unwrap_or_default();
                    units.push((id, vec![row]));
                }
            }
        }
        let late = units.windows(2).find_map(|pair| match pair {
            [(before, _), (id, unit)] if id < before => unit.first().map(|row| row.line),
            _ => None,
        });
        if late.is_some() {
            self.note(late, Some("row-order"), "sorted the rows of the table by ID".to_owned());
            units.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        rows.extend(units.into_iter().flat_map(|(_, unit)| unit));
        end_all(rows);
    }

    /// Gives a `.tsv` line ends of LF and no byte order mark; tells with which mark the table begins.
    fn tidy_file<'m>(&mut self, mark: &'m [u8], rows: &mut [RawRow<'_>]) -> &'m [u8] {
        if self.syntax == Syntax::Csv {
            return mark;
        }
        if !mark.is_empty() {
            self.note(None, None, "took off the byte order mark".to_owned());
        }
        let mut is_changed = false;
        for row in rows {
            // A CR that comes to stand before the LF would be read as a part of the end.
            let length = row.text.iter().rposition(|&byte| byte != b'\r').map_or(0, |at| at + 1);
            if length < row.text.len() {
                row.text.to_mut().truncate(length);
                is_changed = true;
            }
            if row.end == b"\r\n" {
                row.end = b"\n";
                is_changed = true;
            }
        }
        if is_changed {
            self.note(None, None, "ended the lines with LF alone".to_owned());
        }
        &[]
    }
}

/// Ends every row but the last, which may have come to stand elsewhere.
fn end_all(rows: &mut [RawRow<'_>]) {
    let end = rows.iter().map(|row| row.end).find(|end| !end.is_empty()).unwrap_or(b"\n");
    if let Some((_, before)) = rows.split_last_mut() {
        before.iter_mut().filter(|row| row.end.is_empty()).for_each(|row| row.end = end);
    }
}

fn nfc(text: &str) -> Cow<'_, str> {
    if unicode_normalization::is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() }
}
