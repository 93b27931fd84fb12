//! Rows appended to the tables of a pack as they stand: nothing that is there is written anew.
//!
//! Line ends, byte order mark, the order and number of columns, quotes and remarks of a table stay, for they are
//! somebody's. Only where a table lacks a column that the new rows fill, the column is added at its right end, empty in
//! the rows that are there.

use std::ops::Range;

use super::cell::tidy;
use super::schema::{ALIASES, ALIASES_ALWAYS, Column, OVERRIDES};
use super::table::Syntax;
use super::write::{PackTable, alias_cells, datapackage_of_tables, override_cells};
use super::{AliasRow, Manifest, OverrideRow, PackFile, PackFiles};

/// The files of a pack that change when rows are appended, and those that are new, in name order.
///
/// Alias rows go to `aliases.tsv`, or to `aliases.csv` if that is there; override rows to `overrides` alike. If the pack
/// has no file at all, it gets a `datapackage.json` that says `manifest`. `files` must be a pack in which
/// [`parse`](super::parse) finds no error.
///
/// ```
/// use yaqut::model::{AliasKind, EntityId};
/// use yaqut::pack::{AliasRow, Manifest, PackFile, PackFiles, append::append};
///
/// let table = PackFile { name: "aliases.tsv".into(), bytes: b"alias\tid\r\nKiew\tQ1899\r\n".into() };
/// let files = PackFiles { label: "mine".into(), files: vec![table] };
/// let row = AliasRow::new(EntityId::new("Q1899")?, "Kijew", "de", AliasKind::Alternate);
/// let changed = append(&files, &Manifest::default(), &[row], &[]);
/// assert_eq!(changed[0].bytes, b"alias\tid\tlang\tkind\r\nKiew\tQ1899\t\t\r\nKijew\tQ1899\tde\talternate\r\n");
/// # Ok::<(), yaqut::model::InvalidToken>(())
/// ```
pub fn append(
    files: &PackFiles,
    manifest: &Manifest,
    aliases: &[AliasRow],
    overrides: &[OverrideRow],
) -> Vec<PackFile> {
    let aliases: Vec<_> = aliases.iter().map(alias_cells).collect();
    let overrides: Vec<_> = overrides.iter().map(override_cells).collect();
    let tables = [
        appended(files, "aliases", &ALIASES.columns, ALIASES_ALWAYS, &aliases),
        appended(files, "overrides", &OVERRIDES.columns, OVERRIDES.columns.len(), &overrides),
    ];
    let mut changed: Vec<PackFile> = tables.into_iter().flatten().collect();
    if files.files.is_empty() && !changed.is_empty() {
        let tables = [(PackTable::Aliases, aliases.is_empty()), (PackTable::Overrides, overrides.is_empty())];
        let tables: Vec<_> =
            tables.iter().filter(|(_, is_empty)| !is_empty).map(|(table, _)| *table).collect();
        changed.push(datapackage_of_tables(manifest, &tables));
    }
    changed.sort_by(|a, b| a.name.cmp(&b.name));
    changed
}

/// A table with rows at its end; one that is made has the first `always` of the columns.
fn appended<const N: usize>(
    files: &PackFiles,
    stem: &str,
    columns: &[Column],
    always: usize,
    rows: &[[&str; N]],
) -> Option<PackFile> {
    if rows.is_empty() {
        return None;
    }
    let found = |name: &str| files.files.iter().find(|file| file.name == name);
    let (tsv, csv) = (format!("{stem}.tsv"), format!("{stem}.csv"));
    let (name, syntax) =
        if found(&tsv).is_none() && found(&csv).is_some() { (csv, Syntax::Csv) } else { (tsv, Syntax::Tsv) };
    let mut table = TableText::new(found(&name).map_or(&[], |file| &file.bytes), syntax);
    let is_new = table.header.is_empty();
    let is_filled = |at: usize| rows.iter().any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()));
    let wanted = columns.iter().enumerate().filter(|&(at, _)| is_new && at < always || is_filled(at));
    let missing: Vec<&str> = wanted.map(|(_, column)| column.name).filter(|name| !table.has(name)).collect();
    table.widen(&missing);
    rows.iter().for_each(|row| table.push(columns, row));
    Some(PackFile { name, bytes: table.text })
}

/// The bytes of a table, which grow to the right and at the end.
struct TableText {
    text: Vec<u8>,
    syntax: Syntax,
    /// The names of the columns; none if the table is empty.
    header: Vec<String>,
    line_end: &'static [u8],
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl TableText {
    fn new(bytes: &[u8], syntax: Syntax) -> Self {
        let header = rows_of(bytes, syntax).next().map(|row| cells(&bytes[row], syntax)).unwrap_or_default();
        let is_crlf = memchr::memchr(b'\n', bytes).is_some_and(|end| bytes[..end].ends_with(b"\r"));
        Self { text: bytes.to_vec(), syntax, header, line_end: if is_crlf { b"\r\n" } else { b"\n" } }
    }

    fn has(&self, column: &str) -> bool {
        self.header.iter().any(|name| name == column)
    }

    /// Adds columns at the right end.
    fn widen(&mut self, columns: &[&str]) {
        let delimiter = self.syntax.delimiter();
        if self.header.is_empty() {
            self.text.extend_from_slice(columns.join(&*char::from(delimiter).to_string()).as_bytes());
            self.text.extend_from_slice(self.line_end);
        } else if !columns.is_empty() {
            let old = std::mem::take(&mut self.text);
            let mut copied = 0;
            for (i, row) in rows_of(&old, self.syntax).enumerate() {
                self.text.extend_from_slice(&old[copied..row.end]);
                copied = row.end;
                // A row may be longer than the header by empty cells, which now are cells of the new columns.
                let surplus = cells(&old[row], self.syntax).len().saturating_sub(self.header.len());
                for name in columns.iter().skip(surplus) {
                    self.text.push(delimiter);
                    self.text.extend_from_slice(if i == 0 { name.as_bytes() } else { b"" });
                }
            }
            self.text.extend_from_slice(&old[copied..]);
        }
        self.header.extend(columns.iter().map(|&name| name.to_owned()));
    }

    /// Adds a row at the end; its cells are those of `columns`.
    fn push(&mut self, columns: &[Column], row: &[&str]) {
        if !self.text.ends_with(b"\n") {
            self.text.extend_from_slice(self.line_end);
        }
        for (i, name) in self.header.iter().enumerate() {
            if i > 0 {
                self.text.push(self.syntax.delimiter());
            }
            let cell = columns.iter().position(|column| column.name == name).and_then(|at| row.get(at));
            push_cell(&tidy(cell.copied().unwrap_or_default()), self.syntax, &mut self.text);
        }
        self.text.extend_from_slice(self.line_end);
    }
}

/// Where the rows of a table lie that hold anything, without their line ends and the byte order mark.
fn rows_of(bytes: &[u8], syntax: Syntax) -> impl Iterator<Item = Range<usize>> {
    let mut start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let rows = std::iter::from_fn(move || {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let mut quotes = Quotes::new(syntax);
        let end = rest.iter().position(|&byte| !quotes.hold(byte) && byte == b'\n');
        let row = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let len = row.strip_suffix(b"\r").unwrap_or(row).len();
        let found = start..start + len;
        start += end.map_or(rest.len(), |end| end + 1);
        Some(found)
    });
    rows.filter(move |row| cells(&bytes[row.clone()], syntax).iter().any(|cell| !cell.is_empty()))
}

/// The cells of a row, without white space around. Quotes are taken off, for names of columns hold none within.
fn cells(row: &[u8], syntax: Syntax) -> Vec<String> {
    let mut quotes = Quotes::new(syntax);
    let cells = row.split(|&byte| !quotes.hold(byte) && byte == syntax.delimiter());
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    match syntax {
        Syntax::Tsv => cells.map(|cell| text(cell).trim().to_owned()).collect(),
        Syntax::Csv => cells.map(|cell| text(cell).trim_matches('"').trim().to_owned()).collect(),
    }
}

/// Whether what is read stands in quotes: they open at the begin of a cell alone, and two of them are one.
struct Quotes {
    syntax: Syntax,
    is_open: bool,
    may_open: bool,
}

impl Quotes {
    fn new(syntax: Syntax) -> Self {
        Self { syntax, is_open: false, may_open: syntax == Syntax::Csv }
    }

    /// Takes the next byte of a row; tells whether it is held in quotes.
    fn hold(&mut self, byte: u8) -> bool {
        let is_quote = byte == b'"';
        let was_open = self.is_open;
        self.is_open = if was_open { !is_quote } else { is_quote && self.may_open };
        self.may_open =
            self.syntax == Syntax::Csv && (was_open && is_quote || byte == self.syntax.delimiter());
        was_open || self.is_open
    }
}

fn push_cell(cell: &str, syntax: Syntax, text: &mut Vec<u8>) {
    if syntax == Syntax::Csv && cell.contains(['"', ',', '\r', '\n']) {
        text.extend_from_slice(format!("\"{}\"", cell.replace('"', "\"\"")).as_bytes());
    } else {
        text.extend_from_slice(cell.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{OverrideAction, parse};
    use super::*;
    use crate::model::{AliasKind, EntityId};

    fn id(text: &str) -> EntityId {
        EntityId::new(text).unwrap()
    }

    fn alias(text: &str) -> AliasRow {
        let mut row = AliasRow::new(id("Q1"), text, "ar", AliasKind::Misspelling);
        row.note = "n".into();
        row
    }

    fn block(text: &str) -> OverrideRow {
        let action = OverrideAction::Block { alias: text.into(), id: id("Q1") };
        OverrideRow { action, note: String::new(), place: super::super::RowPlace::default() }
    }

    fn files(name: &str, text: &str) -> PackFiles {
        let bytes = text.as_bytes().to_vec();
        PackFiles { label: "mine".into(), files: vec![PackFile { name: name.into(), bytes }] }
    }

    #[track_caller]
    fn check(name: &str, before: &str, after: &str) {
        let changed = append(&files(name, before), &Manifest::default(), &[alias("a,\"b")], &[]);
        let texts: Vec<_> =
            changed.iter().map(|file| (file.name.as_str(), String::from_utf8_lossy(&file.bytes))).collect();
        assert_eq!(texts, [(name, after.into())]);
    }

    #[test]
    fn what_is_there_stays_byte_for_byte() {
        check(
            "aliases.tsv",
            "kind\tnote\tx\talias\tid\tlang\nshort\t \"\t1\tA\tQ1\t\n\n",
            "kind\tnote\tx\talias\tid\tlang\nshort\t \"\t1\tA\tQ1\t\n\nmisspelling\tn\t\ta,\"b\tQ1\tar\n",
        );
        check(
            "aliases.csv",
            "\u{feff}id,alias,lang,kind,note\r\nQ1,5\",,,\r\nQ1,\"A\r\n\"\",B\",,,",
            "\u{feff}id,alias,lang,kind,note\r\nQ1,5\",,,\r\nQ1,\"A\r\n\"\",B\",,,\r\nQ1,\"a,\"\"b\",ar,misspelling,n\r\n",
        );
    }

    #[test]
    fn columns_that_are_missing_are_added() {
        check(
            "aliases.tsv",
            "id\talias\r\nQ1\tA\r\n\r\nQ1\tB\t\r\nQ1\tC",
            "id\talias\tlang\tkind\tnote\r\nQ1\tA\t\t\t\r\n\r\nQ1\tB\t\t\t\r\nQ1\tC\t\t\t\r\nQ1\ta,\"b\tar\tmisspelling\tn\r\n",
        );
        check(
            "aliases.csv",
            "\"id\",\"alias\"\nQ1,\"a,\nb\"\n",
            "\"id\",\"alias\",lang,kind,note\nQ1,\"a,\nb\",,,\nQ1,\"a,\"\"b\",ar,misspelling,n\n",
        );
    }

    #[test]
    fn a_pack_that_is_not_there_is_made() {
        let manifest = Manifest { name: "mine".into(), ..Manifest::default() };
        let nothing = PackFiles { label: "mine".into(), files: Vec::new() };
        let made = append(&nothing, &manifest, &[alias("a")], &[block("b")]);
        let names: Vec<_> = made.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["aliases.tsv", "datapackage.json", "overrides.tsv"]);
        let pack = parse(&PackFiles { label: "mine".into(), files: made }).pack.unwrap();
        assert_eq!((pack.manifest.name.as_str(), pack.aliases.len(), pack.overrides.len()), ("mine", 1, 1));
        assert!(append(&nothing, &manifest, &[], &[]).is_empty());
    }

    proptest! {
        #[test]
        fn rows_come_back_after_those_that_were_there(
            before in proptest::collection::btree_set("[a-z\",اب]{0,3}x", 0..4),
            added in proptest::collection::btree_set("[a-z\",اب]{0,3}y", 1..4),
            is_csv in any::<bool>(),
        ) {
            let quoted = |text: &String| if is_csv { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() };
            let separator = if is_csv { ',' } else { '\t' };
            let rows = before.iter().map(|text| format!("{}{separator}Q1\n", quoted(text)));
            let table = std::iter::once(format!("alias{separator}id\n")).chain(rows).collect::<Vec<_>>().concat();
            let mut pack = files(if is_csv { "aliases.csv" } else { "aliases.tsv" }, &table);
            let rows: Vec<_> = added.iter().map(|text| alias(text)).collect();
            pack.files = append(&pack, &Manifest::default(), &rows, &[]);
            let texts: Vec<String> = parse(&pack).pack.unwrap().aliases.into_iter().map(|row| row.alias).collect();
            prop_assert!(texts.iter().eq(before.iter().chain(&added)), "{:?}", texts);
        }
    }
}
