//! Packs as files, and the findings that they must give; files that are read back after being written.

use proptest::prelude::*;

use super::*;

const DATAPACKAGE_JSON: &str = r#"{"name": "p", "title": "P", "licenses": [{"name": "CC0-1.0"}]}"#;

fn pack_files(label: &str, files: &[(&str, &[u8])]) -> PackFiles {
    let file = |&(name, bytes): &(&str, &[u8])| PackFile { name: name.into(), bytes: bytes.into() };
    PackFiles { label: label.into(), files: files.iter().map(file).collect() }
}

/// A finding as the tables write it: `file:line:column severity[code]`.
fn brief(finding: &Diagnostic) -> String {
    assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{finding}");
    assert!(!finding.help.is_empty() && !finding.help.ends_with('.'), "{finding}");
    let text = finding.to_string();
    let (head, _) = text.split_once("]: ").unwrap();
    let (place, code) = head.split_once(": ").unwrap();
    format!("{} {code}]", place.strip_prefix("p/").unwrap_or(place))
}

/// Parses one table beside a good `datapackage.json`, and compares the findings.
#[track_caller]
fn check_bytes(name: &str, bytes: &[u8], expected: &[&str]) -> Parsed {
    let parsed = parse(&pack_files("p", &[(DATAPACKAGE, DATAPACKAGE_JSON.as_bytes()), (name, bytes)]));
    let found: Vec<String> = parsed.diagnostics.iter().map(brief).collect();
    assert_eq!(found, expected, "{name}: {:?}\n{:#?}", String::from_utf8_lossy(bytes), parsed.diagnostics);
    let is_error = expected.iter().any(|finding| finding.contains(" error["));
    assert_eq!(parsed.pack.is_none(), is_error);
    parsed
}

#[track_caller]
fn check(name: &str, text: &str, expected: &[&str]) -> Parsed {
    check_bytes(name, text.as_bytes(), expected)
}

const ALIAS: &str = "id\talias\tlang\tkind\tsource\tnote\n";

#[test]
fn good_aliases_load() {
    let text = "id\talias\tlang\tkind\tsource\tnote\tarticle\tnumber\tgender\tvalid_from\tvalid_to\n\
                Q212\tأوكرانيا\tar\tpreferred\tcldr\tas CLDR\tnone\tsingular\tfeminine\t1991-08-24\t\n\
                Q212\t\"Ukraine\"\t\t\t\t\t\t\t\t-0044\t2020-01\n";
    let pack = check("aliases.tsv", text, &[]).pack.unwrap();
    let place = |line| RowPlace { file: 0, column: 1, line };
    let id = EntityId::new("Q212").unwrap();
    let first = AliasRow {
        id: id.clone(),
        alias: "أوكرانيا".into(),
        lang: "ar".into(),
        kind: AliasKind::Preferred,
        article: Article::None,
        source: "cldr".into(),
        note: "as CLDR".into(),
        place: place(2),
    };
    let second = AliasRow {
        id,
        alias: "\"Ukraine\"".into(),
        lang: String::new(),
        kind: AliasKind::Alternate,
        article: Article::Unknown,
        source: String::new(),
        note: String::new(),
        place: place(3),
    };
    assert_eq!(pack.aliases, [first, second]);
    assert_eq!(pack.files[0].as_ref(), "p/aliases.tsv");
}

#[test]
fn good_entities_and_overrides_load() {
    let entities = "name\tid\ttype\trank\tcountry\tsame_as\nUkraine\tQ212\tcountry\t0.9\tua\tiso3166:UA | geonames:690791\n\tQ1\t\t\t\t\n";
    let pack = check("entities.tsv", entities, &[]).pack.unwrap();
    let row = &pack.entities[0];
    assert_eq!(
        (row.id.as_str(), row.name.as_str(), row.country.unwrap().as_str()),
        ("Q212", "Ukraine", "UA")
    );
    assert_eq!((row.rank, row.entity_type.as_ref().unwrap().as_str()), (Rank::new(0.9), "country"));
    assert_eq!(
        row.same_as.iter().map(EntityId::as_str).collect::<Vec<_>>(),
        ["iso3166:UA", "geonames:690791"]
    );
    assert_eq!(row.place, RowPlace { file: 0, column: 9, line: 2 });
    assert_eq!((pack.entities[1].entity_type.as_ref(), pack.entities[1].name.as_str()), (None, ""));

    let overrides = "action\tid\talias\ttarget\tnote\nblock\tQ1\tعمان\t\twhy\nredirect\tQ2\t\tQ1\t\nremove\tQ3\t\t\t\n\
                     not_a_name\t\tاليوم\t\t\n";
    let pack = check("overrides.tsv", overrides, &[]).pack.unwrap();
    let id = |text: &str| EntityId::new(text).unwrap();
    let actions: Vec<_> = pack.overrides.iter().map(|row| row.action.clone()).collect();
    let expected = [
        OverrideAction::Block { alias: "عمان".into(), id: id("Q1") },
        OverrideAction::Redirect { id: id("Q2"), target: id("Q1") },
        OverrideAction::Remove { id: id("Q3") },
        OverrideAction::NotAName { alias: "اليوم".into() },
    ];
    assert_eq!(actions, expected);
    let columns: Vec<_> = pack.overrides.iter().map(|row| row.place.column).collect();
    assert_eq!(columns, [7, 14, 8, 0]);
    assert_eq!(pack.overrides[0].note, "why");
}

#[test]
fn findings_on_the_shape_of_a_table() {
    for (name, text, expected) in [
        ("aliases.tsv", "", &["aliases.tsv error[no-header]"][..]),
        ("aliases.tsv", "\n \n\t\n", &["aliases.tsv error[no-header]"]),
        ("aliases.tsv", "id\tlang\nQ1\tar\n", &["aliases.tsv:1:1 error[missing-column]"]),
        (
            "aliases.tsv",
            "\n\nID\talias\n",
            &["aliases.tsv:3:1 error[missing-column]", "aliases.tsv:3:1 warning[unknown-column]"],
        ),
        (
            "aliases.tsv",
            "id\talias\tlan\t\n",
            &["aliases.tsv:1:10 warning[unknown-column]", "aliases.tsv:1:14 warning[unknown-column]"],
        ),
        ("aliases.tsv", "id\talias\tid\n", &["aliases.tsv:1:10 error[duplicate-column]"]),
        ("aliases.tsv", "id\talias\tlang\nQ1\tاب\n", &["aliases.tsv:2:6 error[too-few-fields]"]),
        ("aliases.tsv", "id\talias\r\nQ1\r\n", &["aliases.tsv:2:3 error[too-few-fields]"]),
        ("aliases.tsv", "id\talias\nQ1\tاب\tx\ty\n", &["aliases.tsv:2:7 error[too-many-fields]"]),
        ("aliases.tsv", "id\talias\nQ1\tاب\t\t\n", &["aliases.tsv:2:7 warning[too-many-fields]"]),
        ("aliases.tsv", "id\talias\n\n\t\nQ1\ta\n", &[]),
        ("aliases.csv", "id,alias\n\n,\nQ1\n", &["aliases.csv:4:3 error[too-few-fields]"]),
        ("aliases.csv", "id,alias\nQ1,a,b\n", &["aliases.csv:2:6 error[too-many-fields]"]),
        ("aliases.csv", "id,alias\r\nQ1,\"a\nb\"\"c,\",d\r\n", &["aliases.csv:3:8 error[too-many-fields]"]),
        ("aliases.csv", "id,alias\nQ1,a\nQ2,\"b\n\n\nQ3,c\n", &["aliases.csv:3:5 error[unclosed-quote]"]),
    ] {
        check(name, text, expected);
    }
}

#[test]
fn headers_hint_at_what_was_meant() {
    let hint = |name: &str, text: &str, code: &str| {
        let parsed = parse(&pack_files("p", &[(name, text.as_bytes())]));
        parsed.diagnostics.into_iter().find(|finding| finding.code == code).unwrap().help
    };
    assert_eq!(hint("aliases.tsv", "id\talais\n", "unknown-column"), "did you mean `alias`?");
    assert!(hint("aliases.tsv", "id,alias\n", "missing-column").contains(".csv"));
    assert!(hint("aliases.csv", "id\talias\n", "missing-column").contains(".tsv"));
    assert!(hint("aliases.csv", "id;alias\n", "missing-column").contains("semicolons"));
    assert!(hint("aliases.tsv", "id\talias\tkind\nQ1\ta\thiden\n", "unknown-kind").contains("`hidden`"));
}

#[test]
fn findings_on_encoding() {
    for (name, bytes, expected) in [
        (
            "aliases.tsv",
            &b"id\talias\nQ1\ta\xff\nQ2\t\nQ3\tc\xd8\tx\n"[..],
            &[
                "aliases.tsv:2:5 error[not-utf8]",
                "aliases.tsv:3:4 error[empty-alias]",
                "aliases.tsv:4:5 error[not-utf8]",
            ][..],
        ),
        ("aliases.tsv", b"id\talias\nQ1\t\xd8\xa7\xd8\xa8\xc7\n", &["aliases.tsv:2:6 error[not-utf8]"]),
        (
            "aliases.csv",
            b"id,alias\nQ1,\"\xd8\xa7\"\"\n\xd8\xa8\xc7\"\nQ2,\n",
            &["aliases.csv:3:2 error[not-utf8]", "aliases.csv:4:4 error[empty-alias]"],
        ),
        ("aliases.tsv", b"id\xff\talias\nQ1\t\n", &["aliases.tsv:1:3 error[not-utf8]"]),
        ("aliases.tsv", b"\xff\xfei\0d\0", &["aliases.tsv error[not-utf8]"]),
        ("aliases.tsv", b"\xef\xbb\xbfid\talias\r\nQ1\ta\r\nQ2\tb", &[]),
        ("aliases.csv", b"\xef\xbb\xbfid,alias\r\nQ1,a\r\n\r\nQ2,", &["aliases.csv:4:4 error[empty-alias]"]),
    ] {
        check_bytes(name, bytes, expected);
    }
}

#[test]
fn findings_on_alias_rows() {
    for (row, expected) in [
        ("\ta\t\t\t\t", &["aliases.tsv:2:1 error[missing-value]"][..]),
        ("Q 1\ta\t\t\t\t", &["aliases.tsv:2:1 error[invalid-id]"]),
        (" Q1\ta\t\t\t\t", &["aliases.tsv:2:2 warning[white-space]"]),
        ("Q1\t\t\t\t\t", &["aliases.tsv:2:4 error[empty-alias]"]),
        ("Q1\t \u{a0}\t\t\t\t", &["aliases.tsv:2:6 error[empty-alias]"]),
        ("Q1\t a \t\t\t\t", &["aliases.tsv:2:5 warning[white-space]"]),
        ("Q1\tاب  ج\t\t\t\t", &["aliases.tsv:2:7 warning[white-space]"]),
        ("Q1\tاب\u{1}\t\t\t\t", &["aliases.tsv:2:6 error[control-character]"]),
        ("Q1\ta\rb\t\t\t\t", &["aliases.tsv:2:5 error[control-character]"]),
        ("Q1\ta\u{2028}b\t\t\t\t", &["aliases.tsv:2:5 error[control-character]"]),
        ("Q1\tاب\u{200f}\t\t\t\t", &["aliases.tsv:2:6 warning[bidi-control]"]),
        ("Q1\ta\u{200b}b\t\t\t\t", &["aliases.tsv:2:5 warning[invisible-character]"]),
        ("Q1\tمی\u{200c}شود\t\t\t\t", &[]),
        ("Q1\ta\u{fffd}b\t\t\t\t", &["aliases.tsv:2:5 warning[replacement-character]"]),
        ("Q1\tا\u{653}ب\t\t\t\t", &["aliases.tsv:2:4 warning[not-nfc]"]),
        ("Q1\ta\tarabic\t\t\t", &["aliases.tsv:2:6 error[invalid-lang]"]),
        ("Q1\ta\ten_GB\t\t\t", &["aliases.tsv:2:6 error[invalid-lang]"]),
        ("Q1\ta\tar\tprefered\t\t", &["aliases.tsv:2:9 error[unknown-kind]"]),
        ("Q1\ta\tar\tPreferred\t\t", &["aliases.tsv:2:9 error[unknown-kind]"]),
        (
            "Q|\t\tx_\ty\t\t",
            &[
                "aliases.tsv:2:1 error[invalid-id]",
                "aliases.tsv:2:4 error[empty-alias]",
                "aliases.tsv:2:5 error[invalid-lang]",
                "aliases.tsv:2:8 error[unknown-kind]",
            ],
        ),
        (
            "Q1\ta\t\t\t\nQ1\ta\t\t\tn\nQ1\tA\t\t\t\n Q1\ta\t\t\t",
            &[
                "aliases.tsv:2:8 error[too-few-fields]",
                "aliases.tsv:3:9 error[too-few-fields]",
                "aliases.tsv:4:8 error[too-few-fields]",
                "aliases.tsv:5:9 error[too-few-fields]",
            ],
        ),
        (
            "Q1\ta\t\t\t\t\nQ1\ta\t\t\t\tn\nQ1\tA\t\t\t\t\nQ1\ta\t\t\t\t",
            &["aliases.tsv:5:1 warning[duplicate-alias]"],
        ),
    ] {
        check("aliases.tsv", &format!("{ALIAS}{row}\n"), expected);
    }
}

#[test]
fn findings_on_optional_alias_columns() {
    let header = "id\talias\tarticle\tnumber\tgender\tvalid_from\tvalid_to\n";
    for (row, expected) in [
        ("lexical\tdual\tcommon\t1991\t1991", &[][..]),
        ("the\t\t\t\t", &["aliases.tsv:2:6 error[unknown-article]"]),
        ("\tmany\t\t\t", &["aliases.tsv:2:7 error[unknown-number]"]),
        ("\t\tneuter\t\t", &["aliases.tsv:2:8 error[unknown-gender]"]),
        ("\t\t\t1991-13\t", &["aliases.tsv:2:9 error[invalid-date]"]),
        ("\t\t\t\tnow", &["aliases.tsv:2:10 error[invalid-date]"]),
        ("\t\t\t1991\t1990-12", &["aliases.tsv:2:14 error[dates-swapped]"]),
    ] {
        check("aliases.tsv", &format!("{header}Q1\ta\t{row}\n"), expected);
    }
    // Rows that differ in a column that is only checked are no repetition.
    check("aliases.tsv", "id\talias\tvalid_from\nQ1\ta\t1990\nQ1\ta\t1995\n", &[]);
}

#[test]
fn aliases_are_loaded_tidy_and_in_nfc() {
    let text = "id,alias,note\nQ1,\" ا\u{653}ب  ج \",\"two\nlines\"\n";
    let expected = ["aliases.csv:2:6 warning[not-nfc]", "aliases.csv:2:6 warning[white-space]"];
    let pack = check("aliases.csv", text, &expected).pack.unwrap();
    assert_eq!((pack.aliases[0].alias.as_str(), pack.aliases[0].note.as_str()), ("آب ج", "two lines"));
}

#[test]
fn aliases_have_a_longest_length() {
    let row = |bytes: usize| format!("id\talias\nQ1\t{}\n", "ا".repeat(bytes / 2));
    check("aliases.tsv", &row(MAX_ALIAS_BYTES), &[]);
    check("aliases.tsv", &row(MAX_ALIAS_BYTES + 2), &["aliases.tsv:2:4 error[alias-too-long]"]);
}

#[test]
fn aliases_without_a_key_are_refused() {
    for alias in ["ـ", "!!!", "\u{64e}", "€", "a", "ب"] {
        let has_key = !crate::text::lookup_key(alias).is_empty();
        let expected: &[&str] = if has_key { &[] } else { &["aliases.tsv:2:4 error[empty-key]"] };
        check("aliases.tsv", &format!("id\talias\nQ1\t{alias}\n"), expected);
    }
}

#[test]
fn findings_on_entity_rows() {
    let header = "id\ttype\tname\tcountry\trank\tsame_as\tdescription\n";
    for (rows, expected) in [
        ("\t\t\t\t\t\tx", &["entities.tsv:2:1 error[missing-value]"][..]),
        ("Q1\tvolcano\t\t\t\t\t", &[]),
        ("Q1\tcitty\t\t\t\t\t", &["entities.tsv:2:4 warning[unknown-type]"]),
        ("Q1\tCity\t\t\t\t\t", &["entities.tsv:2:4 error[invalid-type]"]),
        ("Q1\t\ta\u{7}\t\t\t\t", &["entities.tsv:2:6 error[control-character]"]),
        ("Q1\t\t\tUKR\t\t\t", &["entities.tsv:2:6 error[invalid-country]"]),
        ("Q1\t\t\t\t1.5\t\t", &["entities.tsv:2:7 error[invalid-rank]"]),
        ("Q1\t\t\t\t0,5\t\t", &["entities.tsv:2:7 error[invalid-rank]"]),
        ("Q1\t\t\t\tNaN\t\t", &["entities.tsv:2:7 error[invalid-rank]"]),
        ("Q1\t\t\t\t-0.1\t\t", &["entities.tsv:2:7 error[invalid-rank]"]),
        ("Q1\t\t\t\t\ta|b c|d\t", &["entities.tsv:2:10 error[invalid-id]"]),
        (
            "Q1\t\t\t\t\ta||b|\t",
            &["entities.tsv:2:10 warning[empty-same-as]", "entities.tsv:2:13 warning[empty-same-as]"],
        ),
        ("Q1\t\t\t\t\ta| Q1\t", &["entities.tsv:2:11 warning[same-as-itself]"]),
        ("Q1\t\t\t\t\ta|a\t", &["entities.tsv:2:10 warning[same-as-repeated]"]),
        ("Q1\t\t\t\t\t\t\nQ2\t\t\t\t\t\t\nQ1\t\t\t\t\t\t", &["entities.tsv:4:1 error[duplicate-id]"]),
        ("Q1\t\t\t\t\ta\t\nQ2\t\t\t\t\tb|a\t", &["entities.tsv:3:10 error[same-as-twice]"]),
        ("Q1\t\t\t\t\t\t\nQ2\t\t\t\t\tQ1\t", &["entities.tsv:3:8 error[same-as-own-id]"]),
        ("Q1\t\t\t\t\tQ2\t\nQ2\t\t\t\t\t\t", &["entities.tsv:3:1 error[same-as-own-id]"]),
    ] {
        check("entities.tsv", &format!("{header}{rows}\n"), expected);
    }
}

#[test]
fn second_rows_name_the_first() {
    let message = |text: &str| {
        parse(&pack_files("p", &[("entities.tsv", text.as_bytes())])).diagnostics[1].message.clone()
    };
    assert_eq!(message("id\nQ1\n\nQ1\n"), "the entity `Q1` already stands on line 2");
    assert_eq!(message("id\tsame_as\nQ1\ta\nQ2\ta\n"), "`a` is already a `same_as` of the entity on line 2");
    let files = pack_files("p", &[("entities.csv", b"id\nQ1\n"), ("entities.tsv", b"id\nQ1\n")]);
    assert_eq!(
        parse(&files).diagnostics[1].message,
        "the entity `Q1` already stands on line 2 of an earlier file"
    );
}

#[test]
fn findings_on_override_rows() {
    let header = "action\tid\talias\ttarget\tnote\n";
    for (rows, expected) in [
        ("\tQ1\t\t\t", &["overrides.tsv:2:1 error[unknown-action]"][..]),
        ("delete\tQ1\t\t\t", &["overrides.tsv:2:1 error[unknown-action]"]),
        (
            "block\t\t\t\t",
            &["overrides.tsv:2:7 error[missing-value]", "overrides.tsv:2:8 error[missing-value]"],
        ),
        ("block\tQ1\ta\tQ2\t", &["overrides.tsv:2:12 error[superfluous-value]"]),
        ("redirect\tQ1\ta\tQ2\t", &["overrides.tsv:2:13 error[superfluous-value]"]),
        ("redirect\tQ1\t\t\t", &["overrides.tsv:2:14 error[missing-value]"]),
        ("redirect\tQ1\t\tQ1\t", &["overrides.tsv:2:14 error[redirect-to-itself]"]),
        (
            "remove\t\ta\tQ1\t",
            &[
                "overrides.tsv:2:8 error[missing-value]",
                "overrides.tsv:2:9 error[superfluous-value]",
                "overrides.tsv:2:11 error[superfluous-value]",
            ],
        ),
        ("not_a_name\tQ1\ta\t\t", &["overrides.tsv:2:12 error[superfluous-value]"]),
        (
            "redirect\tQ1\t\tQ2\t\nredirect\tQ1\t\tQ2\tagain",
            &["overrides.tsv:3:10 warning[duplicate-redirect]"],
        ),
        ("redirect\tQ1\t\tQ2\t\nredirect\tQ1\t\tQ3\t", &["overrides.tsv:3:10 error[conflicting-redirect]"]),
        (
            "redirect\tQ9\t\tQ1\t\nredirect\tQ1\t\tQ2\t\nredirect\tQ2\t\tQ1\t",
            &["overrides.tsv:3:14 error[redirect-cycle]"],
        ),
    ] {
        check("overrides.tsv", &format!("{header}{rows}\n"), expected);
    }
    // A column that no row needs may be left out.
    check("overrides.tsv", "action\tid\nremove\tQ1\n", &[]);
    check("overrides.tsv", "action\tid\nblock\tQ1\n", &["overrides.tsv:2:9 error[missing-value]"]);
}

#[test]
fn circles_are_printed() {
    let text = "action\tid\ttarget\nredirect\tQ1\tQ2\nredirect\tQ2\tQ3\nredirect\tQ3\tQ1\n";
    let parsed = check("overrides.tsv", text, &["overrides.tsv:2:13 error[redirect-cycle]"]);
    assert_eq!(parsed.diagnostics[0].message, "the redirects run in a circle: Q1 → Q2 → Q3 → Q1");
}

#[test]
fn findings_on_the_files_of_a_pack() {
    let table = &b"id\talias\n"[..];
    let good = DATAPACKAGE_JSON.as_bytes();
    for (files, expected) in [
        (&[][..], &["p error[not-a-pack]", "datapackage.json warning[no-datapackage]"][..]),
        (&[(DATAPACKAGE, good)], &["p warning[no-tables]"]),
        (&[("aliases.tsv", table)], &["datapackage.json warning[no-datapackage]"]),
        (
            &[
                (DATAPACKAGE, good),
                ("alias.tsv", table),
                ("aliases-ar.tsv", table),
                ("aliases.TSV", table),
                ("aliases_ar.txt", table),
                ("entites.csv", table),
                ("overrides.tsv.txt", table),
            ],
            &[
                "alias.tsv warning[unknown-file]",
                "aliases.TSV warning[unknown-file]",
                "aliases_ar.txt warning[unknown-file]",
                "entites.csv warning[unknown-file]",
                "overrides.tsv.txt warning[unknown-file]",
            ],
        ),
        (
            &[
                (DATAPACKAGE, good),
                (".gitignore", b""),
                ("README.md", b""),
                ("aliases.tsv", table),
                ("aliases.tsv~", b""),
                ("aliases.tsv.bak", b""),
                ("cities.tsv", b""),
                ("package.json", b""),
            ],
            &[],
        ),
        (
            &[("aliases.tsv", table), ("data-package.json", b"")],
            &["data-package.json warning[unknown-file]", "datapackage.json warning[no-datapackage]"],
        ),
    ] {
        let found: Vec<_> = parse(&pack_files("p", files)).diagnostics.iter().map(brief).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn findings_on_the_manifest() {
    for (json, expected) in [
        ("{}", &["datapackage.json warning[no-license]", "datapackage.json warning[no-package-name]"][..]),
        ("", &["datapackage.json:1:1 error[invalid-json]"]),
        ("{\"name\": \"p\",\n \"عمان\": \"x\" \"\"}", &["datapackage.json:2:14 error[invalid-json]"]),
        (
            "{\"name\": \"p\",\n \"licenses\": \"CC0-1.0\"}",
            &["datapackage.json:2:22 error[invalid-datapackage]"],
        ),
        (
            "{\"name\": \"My Pack\", \"licenses\": [{\"path\": \"LICENSE\"}]}",
            &["datapackage.json warning[package-name]"],
        ),
        ("{\"name\": \"p\", \"licenses\": [{\"title\": \"?\"}]}", &["datapackage.json warning[no-license]"]),
        (
            "{\"name\": \"p\", \"licenses\": [{\"name\": \"CC0-1.0\"}], \"resources\": [{\"path\": \"aliases.tsv\"}, {\"path\": [\"./aliases.tsv\", \"gone.tsv\"]}, {\"path\": \"https://example.org/x.tsv\"}, {}]}",
            &["datapackage.json warning[missing-resource]"],
        ),
    ] {
        let files = [("aliases.tsv", &b"id\talias\n"[..]), (DATAPACKAGE, json.as_bytes())];
        let found: Vec<_> = parse(&pack_files("p", &files)).diagnostics.iter().map(brief).collect();
        assert_eq!(found, expected, "{json}");
    }
}

#[test]
fn a_pack_without_a_name_is_called_as_its_folder() {
    for (label, name) in
        [("/data/countries/", "countries"), ("x\\own", "own"), (".", "pack"), ("", "pack"), ("..", "pack")]
    {
        let parsed = parse(&pack_files(label, &[("aliases.tsv", b"id\talias\n")]));
        assert_eq!(parsed.pack.unwrap().manifest.name, name);
    }
}

#[test]
fn alias_files_are_read_in_name_order() {
    let table = |alias: &str| format!("id\talias\nQ1\t{alias}\n");
    let (a, b, c) = (table("a"), table("b"), table("c"));
    let files = [
        ("aliases.tsv", c.as_bytes()),
        ("aliases-ar.csv", b"id,alias\nQ1,b\n"),
        ("aliases-aa.tsv", a.as_bytes()),
    ];
    let pack = parse(&pack_files("p", &files)).pack.unwrap();
    let rows: Vec<_> = pack.aliases.iter().map(|row| (row.alias.as_str(), row.place.file)).collect();
    assert_eq!(rows, [("a", 0), ("b", 1), ("c", 2)]);
    assert_eq!(
        pack.files.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        ["p/aliases-aa.tsv", "p/aliases-ar.csv", "p/aliases.tsv"]
    );

    // Rows say the same if they do so once they are tidy.
    check(
        "aliases.tsv",
        "id\talias\nQ1\ta b\nQ1\ta  b\n",
        &["aliases.tsv:3:1 warning[duplicate-alias]", "aliases.tsv:3:6 warning[white-space]"],
    );
    let twice = parse(&pack_files("p", &[("aliases-b.tsv", b.as_bytes()), ("aliases.tsv", b.as_bytes())]));
    assert_eq!(brief(&twice.diagnostics[0]), "aliases.tsv:2:1 warning[duplicate-alias]");
    assert_eq!(twice.pack.unwrap().aliases.len(), 1);
}

#[test]
fn findings_are_capped() {
    let text = format!("id\talias\n{}", "Q1\t\n".repeat(250));
    let parsed = parse(&pack_files("p", &[("aliases.tsv", text.as_bytes())]));
    assert_eq!(parsed.diagnostics.len(), MAX_DIAGNOSTICS + 1);
    let last = parsed.diagnostics.last().unwrap();
    assert_eq!((last.message.as_str(), last.file.as_str()), ("and 151 more: 150 errors, 1 warning", "p"));
}

fn written_and_read(pack: &Pack) -> Parsed {
    parse(&write::files(pack))
}

/// The rows of a pack without their places.
fn rows(pack: &Pack) -> (Vec<EntityRow>, Vec<AliasRow>, Vec<OverrideRow>) {
    let place = RowPlace::default();
    (
        pack.entities.iter().map(|row| EntityRow { place, ..row.clone() }).collect(),
        pack.aliases.iter().map(|row| AliasRow { place, ..row.clone() }).collect(),
        pack.overrides.iter().map(|row| OverrideRow { place, ..row.clone() }).collect(),
    )
}

fn alias_row(id: &str, alias: &str) -> AliasRow {
    AliasRow {
        id: EntityId::new(id).unwrap(),
        alias: alias.into(),
        lang: String::new(),
        kind: AliasKind::Alternate,
        article: Article::Unknown,
        source: String::new(),
        note: String::new(),
        place: RowPlace::default(),
    }
}

#[test]
fn manifests_are_read_as_written() {
    let manifest = Manifest {
        name: "countries".into(),
        title: "Countries \"and\" بلدان".into(),
        version: "2024.1".into(),
        licenses: vec![License { name: "CC0-1.0".into(), ..License::default() }],
        sources: vec![Source { title: "CLDR 46".into(), path: "https://cldr.unicode.org/".into() }],
    };
    let parsed = written_and_read(&Pack { manifest: manifest.clone(), ..Pack::default() });
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.pack.unwrap().manifest, manifest);
}

#[test]
fn written_cells_hold_no_tabs_or_line_ends() {
    let mut row = alias_row("Q1", " a\tb\r\nc ");
    row.note = "\u{85}x\n\ny\u{0}".into();
    let pack = Pack { aliases: vec![row], ..Pack::default() };
    let files = write::files(&pack);
    let table = files.files.iter().find(|file| file.name == "aliases.tsv").unwrap();
    let text = std::str::from_utf8(&table.bytes).unwrap();
    assert_eq!(text, "id\talias\tlang\tkind\tsource\tnote\nQ1\ta b c\t\talternate\t\tx y\n");
}

#[test]
fn aliases_can_be_split_over_files() {
    let mut pack = Pack {
        aliases: vec![alias_row("Q1", "a"), alias_row("Q1", "ب"), alias_row("Q2", "c")],
        ..Pack::default()
    };
    pack.aliases[1].lang = "ar".into();
    pack.aliases[2].lang = "../ZH".into();
    let files = write::files_split(&pack, |row| row.lang.clone());
    let names: Vec<_> = files.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        ["aliases----zh.tsv", "aliases-ar.tsv", "aliases.tsv", "datapackage.json", "entities.tsv"]
    );

    let package: serde_json::Value = serde_json::from_slice(&files.files[3].bytes).unwrap();
    let mut paths: Vec<_> =
        package["resources"].as_array().unwrap().iter().map(|r| r["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["aliases----zh.tsv", "aliases-ar.tsv", "aliases.tsv", "entities.tsv"]);
}

#[test]
fn written_schemas_name_the_columns_of_their_tables() {
    let mut pack = Pack { aliases: vec![alias_row("Q1", "a")], ..Pack::default() };
    pack.overrides.push(OverrideRow {
        action: OverrideAction::NotAName { alias: "x".into() },
        note: String::new(),
        place: RowPlace::default(),
    });
    for article in [Article::Unknown, Article::Lexical] {
        pack.aliases[0].article = article;
        let files = write::files(&pack).files;
        let package = files.iter().find(|file| file.name == DATAPACKAGE).unwrap();
        let package: serde_json::Value = serde_json::from_slice(&package.bytes).unwrap();
        for resource in package["resources"].as_array().unwrap() {
            let table = files.iter().find(|file| file.name == resource["path"].as_str().unwrap()).unwrap();
            let header = std::str::from_utf8(&table.bytes).unwrap().lines().next().unwrap();
            let fields = resource["schema"]["fields"].as_array().unwrap();
            let fields: Vec<_> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
            assert_eq!(fields.join("\t"), header);
            assert_eq!(
                header.contains("article"),
                header.contains("alias\tlang") && article != Article::Unknown
            );
        }
    }
}

/// Text as importers give it: tidy, in NFC, with every sign that could upset a table.
fn tidy_text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9اأبةىيپ\"',;|#é\u{200c}-]{1,8}( [a-zاب\"'\\\\]{1,5}){0,2}"
}

fn name_text() -> impl Strategy<Value = String> {
    tidy_text().prop_map(|text| format!("ب{text}"))
}

fn entity_id() -> impl Strategy<Value = EntityId> {
    "(Q[1-9][0-9]{0,3}|geonames:[0-9]{1,4}|\"own)".prop_map(|text| EntityId::new(&text).unwrap())
}

prop_compose! {
    fn any_entity()(
        entity_type in prop::option::of("[a-z_]{1,12}"),
        name in prop_oneof![Just(String::new()), name_text()],
        country in prop::option::of("[A-Z]{2}"),
        rank in prop::option::of(0.0_f32..=1.0),
        description in prop_oneof![Just(String::new()), tidy_text()],
    ) -> EntityRow {
        EntityRow {
            id: EntityId::new("x").unwrap(),
            entity_type: entity_type.map(|text| EntityType::new(&text).unwrap()),
            name,
            country: country.map(|text| CountryCode::new(&text).unwrap()),
            rank: rank.and_then(Rank::new),
            same_as: Vec::new(),
            description,
            place: RowPlace::default(),
        }
    }
}

prop_compose! {
    fn any_alias()(
        id in entity_id(),
        alias in name_text(),
        lang in "([a-z]{2,3}(-[A-Z][a-z]{3})?)?",
        kind in prop::sample::select(AliasKind::ALL),
        article in prop::sample::select(Article::ALL),
        source in prop_oneof![Just(String::new()), tidy_text()],
        note in prop_oneof![Just(String::new()), tidy_text()],
    ) -> AliasRow {
        AliasRow { id, alias, lang, kind, article, source, note, place: RowPlace::default() }
    }
}

fn any_override() -> impl Strategy<Value = OverrideRow> {
    let action = prop_oneof![
        (name_text(), entity_id()).prop_map(|(alias, id)| OverrideAction::Block { alias, id }),
        entity_id().prop_map(|id| OverrideAction::Remove { id }),
        name_text().prop_map(|alias| OverrideAction::NotAName { alias }),
    ];
    (action, prop_oneof![Just(String::new()), tidy_text()]).prop_map(|(action, note)| OverrideRow {
        action,
        note,
        place: RowPlace::default(),
    })
}

prop_compose! {
    /// A pack without errors: IDs are numbered, so that none is claimed twice, and redirects run one way.
    fn any_pack()(
        mut entities in prop::collection::vec(any_entity(), 0..8),
        aliases in prop::collection::vec(any_alias(), 0..8),
        mut overrides in prop::collection::vec(any_override(), 0..5),
        same_as_counts in prop::collection::vec(0_usize..3, 8),
        redirect_count in 0_usize..4,
    ) -> Pack {
        let id = |text: String| EntityId::new(&text).unwrap();
        for (i, (row, &count)) in entities.iter_mut().zip(&same_as_counts).enumerate() {
            row.id = id(format!("own:{i}"));
            row.same_as = (0..count).map(|j| id(format!("other:{i}.{j}"))).collect();
        }
        overrides.extend((0..redirect_count).map(|i| OverrideRow {
            action: OverrideAction::Redirect { id: id(format!("old:{i}")), target: id(format!("old:{}", i + 1)) },
            note: String::new(),
            place: RowPlace::default(),
        }));
        Pack { entities, aliases, overrides, ..Pack::default() }
    }
}

/// Bytes that look like a table more often than chance would have it.
fn table_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"\t"[..],
        b",",
        b"\n",
        b"\r\n",
        b"\"",
        b"\"\"",
        b"|",
        b" ",
        b"a",
        b"Q1",
        b"\xd8\xa7",
        b"\xd8",
        b"\xff",
        b"\x01",
        b"id",
        b"alias",
        b"id\talias\tkind\n",
        b"id,alias,kind\n",
        b"id\tsame_as\n",
        b"action\tid\talias\ttarget\n",
        b"block",
        b"redirect",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xae",
        b"1991",
        b"{\"name\":",
        b"[",
        b"}",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn rows_are_read_as_written(pack in any_pack()) {
        let parsed = written_and_read(&pack);
        let read = parsed.pack.ok_or_else(|| TestCaseError::fail(format!("{:#?}", parsed.diagnostics)))?;
        // Rows that say the same are read once.
        let mut expected = rows(&pack);
        let mut seen: Vec<AliasRow> = Vec::new();
        expected.1.retain(|row| !seen.contains(row) && { seen.push(row.clone()); true });
        prop_assert_eq!(rows(&read), expected);
        // What was read is written to the same bytes.
        let again = written_and_read(&read).pack.map(|pack| write::files(&pack).files);
        prop_assert_eq!(again.map(|files| files.into_iter().map(|f| f.bytes).collect::<Vec<_>>()), Some(write::files(&read).files.into_iter().map(|f| f.bytes).collect()));
    }

    #[test]
    fn any_bytes_are_read_without_panic(
        name in prop::sample::select(vec!["aliases.tsv", "aliases.csv", "entities.tsv", "entities.csv", "overrides.tsv", "overrides.csv", DATAPACKAGE]),
        bytes in prop_oneof![table_bytes(), prop::collection::vec(any::<u8>(), 0..200)],
    ) {
        let parsed = parse(&pack_files("p", &[(name, &bytes)]));
        prop_assert!(parsed.diagnostics.len() <= MAX_DIAGNOSTICS + 1);
        let line_count = bytes.split(|&byte| byte == b'\n').count();
        for finding in &parsed.diagnostics {
            prop_assert!(finding.line.is_none_or(|line| (1..=line_count as u32).contains(&line)), "{finding}");
            prop_assert!(finding.column.is_none_or(|column| column > 0), "{finding}");
        }
        prop_assert_eq!(parsed.pack.is_none(), parsed.diagnostics.iter().any(|d| d.severity == Severity::Error));
    }

    /// A table says the same as `.tsv` and as `.csv` with every cell quoted, and is found fault with on the same lines.
    #[test]
    fn both_syntaxes_read_alike(cells in prop::collection::vec(prop::collection::vec("[ab\"',ا ]{0,4}", 1..4), 1..8)) {
        let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let tsv: String = cells.iter().map(|row| row.join("\t") + "\n").collect();
        let csv: String = cells.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(",") + "\r\n").collect();
        let read = |name: &str, header: &str, text: &str| {
            let parsed = parse(&pack_files("p", &[(name, format!("{header}\n{text}").as_bytes())]));
            let findings: Vec<_> = parsed.diagnostics.into_iter().map(|d| (d.code, d.line, d.message)).collect();
            (parsed.pack.map(|pack| rows(&pack)), findings)
        };
        prop_assert_eq!(read("aliases.tsv", "id\talias", &tsv), read("aliases.csv", "id,alias", &csv));
    }
}
