//! Fixes: what they change, and what they leave.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::super::{AliasRow, parse};
use super::*;

fn pack(name: &str, bytes: &[u8]) -> PackFiles {
    PackFiles { label: "p".into(), files: vec![PackFile { name: name.into(), bytes: bytes.into() }] }
}

/// The table as it is after the fixes, and the codes of what was changed.
fn fixed(name: &str, text: &str) -> (String, Vec<&'static str>) {
    let fixed = fix(&pack(name, text.as_bytes()), &Levels::strict());
    let Some(FixedFile { file, changes }) = fixed.into_iter().next() else {
        return (text.to_owned(), Vec::new());
    };
    let codes = changes.iter().map(|change| change.code.unwrap_or("file")).collect();
    (String::from_utf8(file.bytes).unwrap(), codes)
}

#[track_caller]
fn check(name: &str, text: &str, expected: &str, codes: &[&str]) {
    assert_eq!(fixed(name, text), (expected.to_owned(), codes.to_vec()), "{text:?}");
    assert_eq!(fixed(name, expected), (expected.to_owned(), vec![]), "again: {expected:?}");
}

#[test]
fn cells_are_mended() {
    let header = "id\talias\tnote\n";
    for (row, expected, codes) in [
        ("Q1\t a  b \t x  y ", "Q1\ta b\t x  y ", &["white-space"][..]),
        (" Q1\ta\t", "Q1\ta\t", &["white-space"]),
        ("Q1\tا\u{653}سيا\t", "Q1\tآسيا\t", &["not-nfc"]),
        ("Q1\t\u{200f}كييف\u{200f} \t", "Q1\tكييف\t", &["bidi-control", "white-space"]),
        ("Q1\tKy\u{ad}iv\t", "Q1\tKyiv\t", &["invisible-character"]),
        ("Q1\ta\u{1}  b\t", "Q1\ta\u{1}  b\t", &[]),
        ("Q1\ta\t\t\t", "Q1\ta\t", &["too-many-fields"]),
        ("Q1\ta\tx\r\t\t", "Q1\ta\tx", &["file", "too-many-fields"]),
        ("Q1\tmi\u{200c}d\tx", "Q1\tmi\u{200c}d\tx", &[]),
    ] {
        check("aliases.tsv", &format!("{header}{row}\n"), &format!("{header}{expected}\n"), codes);
    }
}

#[test]
fn rows_are_sorted_and_repetitions_dropped_and_nothing_is_lost() {
    check(
        "aliases.tsv",
        "ours\tid\talias\n1\tQ2\tb\n\n2\tQ1\tz\n3\tQ1\ta\n2\tQ1\tz\n4\tQ1\tz",
        "ours\tid\talias\n2\tQ1\tz\n3\tQ1\ta\n4\tQ1\tz\n1\tQ2\tb\n\n",
        &["row-order", "duplicate-alias"],
    );
    check(
        "entities.csv",
        "\u{feff}id,name\r\nQ2,\"B, b\"\r\nQ1,\"A\nA\"\r\nQ1,\"A\nA\"\r\n",
        "\u{feff}id,name\r\nQ1,\"A\nA\"\r\nQ2,\"B, b\"\r\n",
        &["row-order", "duplicate-id"],
    );
    check(
        "aliases.csv",
        "id,alias\nQ1,\"a  \"\"b\"\"\"\n",
        "id,alias\nQ1,\"a \"\"b\"\"\"\n",
        &["white-space"],
    );
    check(
        "overrides.tsv",
        "action\tid\talias\ttarget\nredirect\tQ2\t\tQ1\nblock\tQ1\tx\t\nblock\tQ1\tx\t\nredirect\tQ2\t\tQ1\n",
        "action\tid\talias\ttarget\nredirect\tQ2\t\tQ1\nblock\tQ1\tx\t\nblock\tQ1\tx\t\n",
        &["duplicate-redirect"],
    );
}

#[test]
fn line_ends_and_marks_go_from_tsv() {
    check("aliases.tsv", "\u{feff}id\talias\r\nQ1\ta\r\n", "id\talias\nQ1\ta\n", &["file", "file"]);
    check("aliases.tsv", "\u{feff}\u{feff}id\talias\nQ1\ta\n", "id\talias\nQ1\ta\n", &["file"]);
    let returns = "id\talias\tnote\r\r\nQ1\ta\tx\r\r\r\nQ2\tb\ty\r";
    check("aliases.tsv", returns, "id\talias\tnote\nQ1\ta\tx\nQ2\tb\ty", &["file"]);
    check("aliases.csv", "\u{feff}id,alias\r\nQ1,a\r\n", "\u{feff}id,alias\r\nQ1,a\r\n", &[]);
}

#[test]
fn what_cannot_be_read_stays() {
    for (name, text) in [
        ("aliases.tsv", "id\talias\nQ2\tb\nQ1\n"),
        ("aliases.tsv", "id\talias\nQ2\tb\nQ1\ta\tx\n"),
        ("aliases.csv", "id,alias\nQ2,b\nQ1,\"a\n"),
        ("aliases.tsv", ""),
        ("notes.txt", " a "),
    ] {
        check(name, text, text, &[]);
    }
    let bytes = b"id\talias\nQ2\tb\nQ1\ta\xff\n";
    assert!(fix(&pack("aliases.tsv", bytes), &Levels::strict()).is_empty());
    assert!(fix(&pack("aliases.tsv", b"\xff\xfei\0d\0"), &Levels::strict()).is_empty());
}

#[test]
fn silenced_rules_fix_nothing() {
    let mut files = pack("aliases.tsv", b"id\talias\nQ2\tb \nQ1\ta\n");
    let package = br#"{"name": "p", "yaqut": {"lint-allow": ["row-order"]}}"#;
    files.files.push(PackFile { name: "datapackage.json".into(), bytes: package.to_vec() });
    let fixed = fix(&files, &Levels::strict());
    assert_eq!(fixed[0].file.bytes, b"id\talias\nQ2\tb\nQ1\ta\n");
    let mut levels = Levels::strict();
    levels.allow("white-space").unwrap();
    assert!(fix(&files, &levels).is_empty());
}

/// The rows of a pack in order of ID, with names as fixes leave them.
fn rows(files: &PackFiles) -> Option<Vec<AliasRow>> {
    let mut rows = parse(files).pack?.aliases;
    for row in &mut rows {
        let visible = row.alias.replace(['\u{200f}', '\u{ad}'], "");
        row.alias = visible.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect();
        row.place = super::super::RowPlace::default();
    }
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    // Rows that differed in what nobody sees are one now.
    let mut seen = std::collections::HashSet::new();
    rows.retain(|row| seen.insert((row.id.clone(), row.alias.clone(), row.note.clone())));
    Some(rows)
}

proptest! {
    #[test]
    fn fixes_change_nothing_twice_and_no_row_once(
        cells in proptest::collection::vec(
            (" ?Q[1-4] ?", "[ ]{0,2}[abا][abا\u{200f}\u{ad}\u{653} ,\"]{0,6}", "( x)?", "[yz \"]{0,2}"), 0..12
        ),
        is_csv: bool, is_crlf: bool, has_mark: bool
    ) {
        let (syntax, name) = if is_csv {
            (super::super::table::Syntax::Csv, "aliases.csv")
        } else {
            (super::super::table::Syntax::Tsv, "aliases.tsv")
        };
        let delimiter = if is_csv { "," } else { "\t" };
        let end = if is_crlf { "\r\n" } else { "\n" };
        let mut text = if has_mark { "\u{feff}".to_owned() } else { String::new() };
        text += &["id", "alias", "note", "ours"].join(delimiter);
        text += end;
        for (id, alias, note, ours) in cells {
            let cells = [id, alias, note, ours].map(|cell| {
                String::from_utf8(rows::field(&cell, syntax)).unwrap()
            });
            text += &cells.join(delimiter);
            text += end;
        }
        let before = pack(name, text.as_bytes());
        let Some(first) = fix(&before, &Levels::strict()).pop() else { return Ok(()) };
        let after = pack(name, &first.file.bytes);
        prop_assert!(fix(&after, &Levels::strict()).is_empty());
        prop_assert_eq!(rows(&before), rows(&after));
    }
}
