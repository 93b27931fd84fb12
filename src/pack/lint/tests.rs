//! Packs on stacks, and the findings that they must give; the table of rules against the code and its page.

use std::fs;
use std::path::Path;

use super::super::{PackFile, PackFiles, Severity};
use super::rules::{RULES, RuleFamily, find};
use super::*;

const DATAPACKAGE: &str = r#"{"name": "NAME", "licenses": [{"name": "CC0-1.0"}]}"#;

/// A pack of tables, each with its header.
fn tables(name: &str, tables: &[(&str, &str)]) -> PackFiles {
    let mut files =
        vec![PackFile { name: "datapackage.json".into(), bytes: DATAPACKAGE.replace("NAME", name).into() }];
    files.extend(tables.iter().map(|&(name, text)| PackFile { name: name.into(), bytes: text.into() }));
    PackFiles { label: name.into(), files }
}

/// A pack of the rows of its three tables.
fn pack(name: &str, entities: &str, aliases: &str, overrides: &str) -> PackFiles {
    let with_header = |header: &str, rows: &str| format!("{header}{rows}");
    tables(
        name,
        &[
            ("entities.tsv", &with_header("id\ttype\tname\tsame_as\trank\n", entities)),
            ("aliases.tsv", &with_header("id\talias\tlang\tkind\tnote\n", aliases)),
            ("overrides.tsv", &with_header("action\tid\talias\ttarget\n", overrides)),
        ],
    )
}

/// What is wrong with the last pack, if the others are context.
fn lint(packs: &[PackFiles]) -> Linted {
    let mut linter = Linter::new(Levels::strict());
    let (last, context) = packs.split_last().unwrap();
    context.iter().for_each(|pack| linter.lay(pack));
    linter.check(last);
    linter.finish()
}

/// A finding as `file:line:column: severity[code`.
fn brief(finding: &Diagnostic) -> String {
    assert!(!finding.help.is_empty());
    finding.to_string().split_once("]: ").unwrap().0.to_owned()
}

#[track_caller]
fn expect(linted: &Linted, expected: &[&str]) {
    let found: Vec<String> = linted.diagnostics.iter().map(brief).collect();
    assert_eq!(found, expected, "{:#?}", linted.diagnostics);
}

#[track_caller]
fn check(packs: &[PackFiles], expected: &[&str]) {
    expect(&lint(packs), expected);
}

/// Checks all packs, none of them as context.
#[track_caller]
fn check_all(packs: &[PackFiles], expected: &[&str]) {
    let mut linter = Linter::new(Levels::strict());
    packs.iter().for_each(|pack| linter.check(pack));
    expect(&linter.finish(), expected);
}

#[test]
fn a_stack_whose_references_hold_has_no_findings() {
    let base = pack("base", "Q1\tcity\tA\tgeonames:1\t\n", "", "");
    let overlay = pack(
        "overlay",
        "geonames:1\t\t\tmine:1\t\n",
        "Q1\tab\ten\t\t\ngeonames:1\tac\ten\t\t\nmine:1\tad\ten\t\t\nold:1\tae\ten\t\t\n",
        "redirect\told:1\t\tmine:1\nredirect\tolder:1\t\told:1\nblock\tolder:1\tx\t\nnot_a_name\t\ty\t\n",
    );
    check_all(&[base, overlay], &[]);
    assert!(Linter::new(Levels::strict()).finish().diagnostics.is_empty());
}

#[test]
fn dangling_references_are_found_in_the_whole_stack() {
    let early = pack("early", "", "Q2\ta\ten\t\t\nQ9\tb\ten\t\t\n", "");
    let late = pack(
        "late",
        "Q2\tcity\tB\t\t\n",
        "",
        "block\tQ8\tx\t\nremove\tQ7\t\t\nredirect\tQ6\t\tQ5\nblock\tQ6\ty\t\n",
    );
    check_all(
        &[early, late],
        &[
            "early/aliases.tsv:3:1: error[unknown-entity",
            "late/overrides.tsv:2:7: error[unknown-entity",
            "late/overrides.tsv:3:8: error[unknown-entity",
            "late/overrides.tsv:4:14: error[unknown-entity",
        ],
    );
}

#[test]
fn entities_may_be_filled_by_any_pack_that_they_are_joined_with() {
    let bare = || pack("bare", "Q1\t\t\t\t\nQ2\tcity\t\t\t\nQ3\t\tC\t\t\n", "", "");
    check_all(
        &[bare()],
        &[
            "bare/entities.tsv:2:1: warning[nameless-entity",
            "bare/entities.tsv:2:1: warning[no-type",
            "bare/entities.tsv:3:1: warning[nameless-entity",
            "bare/entities.tsv:4:1: warning[no-type",
        ],
    );
    let types = pack("types", "x:1\tcity\t\tQ1\t\nx:3\tcity\t\t\t\n", "", "redirect\tQ3\t\tx:3\n");
    let aliases = pack("aliases", "", "Q2\tb\ten\t\t\nx:1\ta\ten\t\t\n", "");
    check_all(
        &[bare(), types, aliases],
        &["bare/entities.tsv:2:1: warning[no-name", "bare/entities.tsv:3:1: warning[no-name"],
    );
    check_all(&[bare(), pack("gone", "", "", "remove\tQ1\t\t\nremove\tQ2\t\t\nremove\tQ3\t\t\n")], &[]);
}

#[test]
fn joins_carry_over_several_packs() {
    let packs = [
        pack("a", "Q1\t\t\tx:1\t\n", "", ""),
        pack("b", "y:1\t\t\tz:1\t\n", "", ""),
        pack("c", "x:1\tcity\t\ty:1\t\n", "", ""),
        pack("d", "z:1\t\tA\t\t\n", "z:1\ta\ten\t\t\n", ""),
    ];
    check_all(&packs, &[]);
}

#[test]
fn circles_over_several_packs_are_found() {
    let base = pack("base", "Q1\tcity\tA\t\t\n", "Q1\ta\ten\t\t\n", "redirect\tQ2\t\tQ1\n");
    let overlay = pack("overlay", "", "", "redirect\tQ3\t\tQ2\nredirect\tQ1\t\tQ3\n");
    let linted = lint(&[base.clone(), overlay.clone()]);
    expect(&linted, &["overlay/overrides.tsv:3:14: error[redirect-cycle"]);
    assert_eq!(linted.diagnostics[0].message, "the redirects run in a circle: Q2 → Q1 → Q3 → Q2");

    let mending = pack("mending", "", "", "redirect\tQ3\t\tQ4\nredirect\tQ4\t\tx:4\n");
    let known = pack("known", "x:4\tcity\tD\t\t\n", "x:4\td\ten\t\t\n", "");
    check_all(&[base, overlay, mending, known], &[]);
}

#[test]
fn findings_are_capped_for_each_pack() {
    let small = pack("small", "", "Q1\ta\ten\t\t\n", "");
    let rows = (1..=150).fold(String::new(), |rows, i| rows + &format!("Q{i:03}\ta\ten\t\t\n"));
    let mut linter = Linter::new(Levels::strict());
    linter.check(&pack("large", "", &rows, ""));
    linter.check(&small);
    let linted = linter.finish();
    assert_eq!((linted.diagnostics.len(), linted.errors, linted.warnings), (102, 151, 0));
    assert_eq!(linted.diagnostics[100].message, "and 50 errors more");
    assert_eq!(linted.diagnostics[101].file, "small/aliases.tsv");
    let mut linter = Linter::new(Levels::strict()).with_limit(usize::MAX);
    linter.check(&pack("large", "", &rows, ""));
    assert_eq!(linter.finish().diagnostics.len(), 150);
}

#[test]
fn context_is_seen_and_not_reported_on_and_bad_packs_are_left_out() {
    let broken = pack("broken", "Q1\tcity\tA\t\t\n", "Q1\t\ten\t\t\nQ7\tb\ten\t\t\n", "");
    let overlay = pack("overlay", "", "Q1\ta\ten\t\t\n", "");
    check(&[broken.clone(), overlay.clone()], &["overlay/aliases.tsv:2:1: error[unknown-entity"]);
    check_all(
        &[broken, overlay],
        &["broken/aliases.tsv:2:4: error[empty-alias", "overlay/aliases.tsv:2:1: error[unknown-entity"],
    );
}

#[test]
fn same_as_joins_no_two_rows_of_one_pack() {
    let base = || pack("base", "Q1\tcity\tA\t\t\nQ2\tcity\tB\t\t\n", "", "");
    let at_once = pack("mine", "x:1\tcity\tC\tQ1|Q2\t\n", "", "");
    check(&[base(), at_once], &["mine/entities.tsv:2:15: error[same-as-joins"]);
    let by_own_row = pack("mine", "Q1\tcity\t\tQ2\t\n", "", "");
    check(&[base(), by_own_row], &["mine/entities.tsv:2:10: error[same-as-joins"]);
    let first = pack("first", "x:1\tcity\tC\tQ1\t\n", "", "");
    let second = pack("second", "y:1\tcity\tD\tQ2|x:1\t\n", "", "");
    let linted = lint(&[base(), first, second]);
    expect(&linted, &["second/entities.tsv:2:15: error[same-as-joins"]);
    assert_eq!(
        linted.diagnostics[0].message,
        "`same_as` makes one entity of `Q2` and `Q1`, which the pack `base` keeps apart"
    );
    let joined = pack("joined", "x:1\tcity\tC\tQ1|Q2\t\n", "", "");
    check(&[joined, base()], &["base/entities.tsv:3:1: error[same-as-joins"]);
    let redirect = pack("redirect", "x:1\tcity\tC\tQ1\t\n", "", "redirect\tQ2\t\tQ1\n");
    check(&[base(), redirect], &[]);
}

#[test]
fn types_of_different_sorts_disagree() {
    let base = || pack("base", "Q1\tcity\tA\tx:1\t\n", "", "");
    check(
        &[base(), pack("mine", "x:1\tperson\t\t\t\n", "", "")],
        &["mine/entities.tsv:2:1: warning[type-disagreement"],
    );
    check(&[base(), pack("mine", "x:1\tregion\t\t\t\n", "", "")], &[]);
    check(&[base(), pack("mine", "x:1\tours\t\t\t\n", "", "")], &[]);
}

/// A base with a city, a company that is hardly known, and a country.
fn base() -> PackFiles {
    pack(
        "base",
        "Q1\tcity\tDortmund\t\t0.7\nQ2\tcompany\tTiny\t\t0.1\nQ36\tcountry\tPoland\t\t0.95\nQ79\tcountry\tEgypt\t\t0.95\n",
        "Q1\tدورتموند\tar\tpreferred\t\nQ2\tتايني\tar\tpreferred\t\nQ36\tبولندا\tar\tpreferred\t\nQ79\tمصر\tar\tpreferred\t\n",
        "",
    )
}

/// What is found in aliases of an entity that is a city of rank 0.8.
#[track_caller]
fn check_aliases(aliases: &str, expected: &[&str]) {
    check(&[base(), pack("mine", "ours:1\tcity\tOurs\t\t0.8\n", aliases, "")], expected);
}

#[test]
fn names_that_mean_another_entity_are_found() {
    check_aliases("ours:1\tPOLAND\ten\t\t\n", &["mine/aliases.tsv:2:8: warning[label-of-other"]);
    check_aliases("ours:1\tبولنده\tar\t\t\n", &[]);
    check_aliases("ours:1\tDórtmund\ten\t\t\n", &["mine/aliases.tsv:2:8: warning[ambiguous-alias"]);
    check_aliases("ours:1\tDortmund\ten\tpreferred\t\n", &["mine/aliases.tsv:2:8: warning[ambiguous-alias"]);
    // What hardly anybody means makes nothing ambiguous.
    check_aliases("ours:1\tTiny\ten\t\t\n", &[]);
    check_aliases("ours:1\tPoland\ten\t\tlint-allow: label-of-other\n", &[]);
    // The short name of a club is that of its city by nature.
    let club = |kind: &str| {
        pack("mine", "ours:1\tcompany\tBVB\t\t0.7\n", &format!("ours:1\tDortmund\ten\t{kind}\t\n"), "")
    };
    check(&[base(), club("short")], &[]);
    check(&[base(), club("preferred")], &["mine/aliases.tsv:2:8: warning[ambiguous-alias"]);
}

#[test]
fn of_the_names_of_two_entities_one_is_reported() {
    let rows = "ours:1\tDórtmund\ten\tpreferred\t\nours:1\tدورتموند\tar\tpreferred\t\n";
    let linted = lint(&[base(), pack("mine", "ours:1\tcity\tOurs\t\t0.8\n", rows, "")]);
    expect(&linted, &["mine/aliases.tsv:2:8: warning[ambiguous-alias"]);
    let message = &linted.diagnostics[0].message;
    assert!(
        message.contains("`Q1` (city), base/entities.tsv:2 (and 1 more names of the same two)"),
        "{message}"
    );
}

#[test]
fn blocked_names_are_not_ambiguous() {
    let rows = "ours:1\tDortmund\ten\tpreferred\t\n";
    for overrides in ["block\tQ1\tDORTMUND\t\n", "block\tours:1\tdortmund\t\n", "not_a_name\t\tDortmund\t\n"]
    {
        check(&[base(), pack("mine", "ours:1\tcity\tOurs\t\t0.8\n", rows, overrides)], &[]);
    }
    let below = pack("below", "", "", "block\tours:1\tDortmund\t\n");
    check(
        &[base(), below, pack("mine", "ours:1\tcity\tOurs\t\t0.8\n", rows, "")],
        &["mine/aliases.tsv:2:8: warning[ambiguous-alias"],
    );
    let gone = pack("gone", "", "", "remove\tQ1\t\t\n");
    check(&[base(), gone, pack("mine", "ours:1\tcity\tOurs\t\t0.8\n", rows, "")], &[]);
}

#[test]
fn proclitics_before_names_of_others_are_found() {
    check_aliases("ours:1\tوبولندا\tar\t\t\n", &["mine/aliases.tsv:2:8: warning[proclitic-name"]);
    check_aliases("ours:1\tببولندا\tar\tshort\t\n", &["mine/aliases.tsv:2:8: warning[proclitic-name"]);
    // The article alone is no proclitic that a name would be read without; nor is a short rest a name.
    check_aliases("ours:1\tالبولندا\tar\t\t\n", &[]);
    check_aliases("ours:1\tبمصر\tar\t\t\n", &[]);
    // The letter belongs to the name if another name of the entity has it.
    check_aliases("ours:1\tوبولندا\tar\t\t\nours:1\tWabulanda\ten\t\t\n", &[]);
}

#[test]
fn words_and_titles_are_no_names() {
    check_aliases(
        "ours:1\tأهداف\tar\tshort\t\nours:1\tالرئيس\tar\tshort\t\nours:1\tقناة أهداف\tar\tshort\t\n",
        &["mine/aliases.tsv:2:8: warning[ordinary-word", "mine/aliases.tsv:3:8: warning[ordinary-word"],
    );
    check_aliases("ours:1\tأهداف\tar\tpreferred\t\n", &[]);
}

#[test]
fn words_of_two_alphabets_are_found() {
    let linted = lint(&[
        base(),
        pack(
            "mine",
            "ours:1\tcity\tOurs\t\t0.8\n",
            "ours:1\tNew M\u{43e}scow\ten\t\t\nours:1\tМосква Moscow\tru\t\t\n",
            "",
        ),
    ]);
    expect(&linted, &["mine/aliases.tsv:2:8: warning[mixed-scripts"]);
    assert_eq!(linted.diagnostics[0].help, "write `Moscow` in Latin letters throughout");
}

#[test]
fn aliases_that_resemble_no_other_are_found() {
    let names =
        "ours:1\tErdogan\ten\tpreferred\t\nours:1\tأردوغان\tar\tpreferred\t\nours:1\tإردوغان\tar\t\t\n";
    let person = |rows: &str| {
        pack("mine", "ours:1\tperson\tRecep Tayyip Erdoğan\t\t\n", &format!("{names}{rows}"), "")
    };
    for (row, is_far) in [
        ("ours:1\tحسن نصر الله\tar\t\t\n", true),
        ("ours:1\tAngela Merkel\ten\t\t\n", true),
        ("ours:1\tPutin\ten\tmisspelling\t\n", true),
        ("ours:1\tReis\ttr\tshort\t\n", false),
        ("ours:1\tاردغان\tar\t\t\n", false),
        ("ours:1\tErdogaun\ten\tmisspelling\t\n", false),
        ("ours:1\tRecep Tayip\tde\t\t\n", false),
        ("ours:1\tRTE\ttr\t\t\n", false),
        ("ours:1\tエルドアン\tja\t\t\n", false),
    ] {
        let expected: &[&str] = if is_far { &["mine/aliases.tsv:5:8: warning[far-alias"] } else { &[] };
        check(&[person(row)], expected);
    }
}

#[test]
fn names_want_a_language_and_a_language_one_preferred_name() {
    let linted = lint(&[
        base(),
        pack(
            "mine",
            "ours:1\tcity\tOurs\t\t0.8\n",
            "ours:1\tXYZ\t\tabbreviation\t\nours:1\tab\t\t\t\nours:1\tac\t\t\t\n",
            "",
        ),
    ]);
    expect(&linted, &["mine/aliases.tsv:3:8: warning[no-language"]);
    assert!(linted.diagnostics[0].message.starts_with("2 of 2 names"), "{}", linted.diagnostics[0].message);
    check_aliases(
        "ours:1\tab\ten\tpreferred\t\nours:1\tabc\ten\tpreferred\t\nours:1\tabc\tde\tpreferred\t\n",
        &["mine/aliases.tsv:3:8: warning[two-preferred"],
    );
    let overlay = pack("mine", "", "Q1\tتورتموند\tar\tpreferred\t\nQ36\tبولندا\tar\tpreferred\t\n", "");
    check(&[base(), overlay], &["mine/aliases.tsv:2:4: warning[two-preferred"]);
}

#[test]
fn rows_are_to_be_in_order_of_id_where_most_are() {
    let row = |rows: String, id: &u32| rows + &format!("Q{id}\tcity\tA{id}\t\t0.{id}\n");
    let table = |ids: &[u32]| ids.iter().fold(String::new(), row);
    let mut ids: Vec<u32> = (10..40).collect();
    check(&[pack("mine", &table(&ids), "", "")], &[]);
    ids.swap(5, 20);
    let linted = lint(&[pack("mine", &table(&ids), "", "")]);
    expect(&linted, &["mine/entities.tsv:8:1: warning[row-order"]);
    assert!(linted.diagnostics[0].message.contains("but for 2 of its rows: `Q16` stands after `Q30`"));
    ids.reverse();
    check(&[pack("mine", &table(&ids), "", "")], &[]);
    check(&[pack("mine", &table(&[12, 11, 10]), "", "")], &[]);
}

#[test]
fn what_loading_puts_right_is_an_error_and_rules_are_silenced() {
    let rows = "ours:1\tab\u{200f}\ten\t\t\nours:1\ta\u{301}bc\ten\t\t\n";
    check_aliases(
        rows,
        &["mine/aliases.tsv:2:10: error[bidi-control", "mine/aliases.tsv:3:8: error[not-nfc"],
    );
    let mut files = pack("mine", "ours:1\tcity\tOurs\t\t\n", rows, "");
    files.files[0].bytes =
        br#"{"name": "mine", "licenses": [{"name": "CC0-1.0"}], "yaqut": {"lint-allow": ["not-nfc", "nonsense"]}}"#.into();
    let mut levels = Levels::strict();
    levels.deny_warnings();
    let mut linter = Linter::new(levels.clone());
    linter.check(&files);
    expect(
        &linter.finish(),
        &["mine/aliases.tsv:2:10: error[bidi-control", "mine/datapackage.json: error[unknown-rule"],
    );
    levels.deny("not-nfc").unwrap();
    levels.allow("unknown-rule").unwrap();
    let mut linter = Linter::new(levels);
    linter.check(&files);
    expect(
        &linter.finish(),
        &["mine/aliases.tsv:2:10: error[bidi-control", "mine/aliases.tsv:3:8: error[not-nfc"],
    );
}

#[test]
fn findings_that_take_no_thought_bring_their_fix() {
    let rows = "ours:1\t a\u{301}b  c\u{200f}\ten\t\t\n";
    let linted = lint(&[base(), pack("mine", "ours:1\tcity\tOurs\t\t0.8\n", rows, "")]);
    assert_eq!(linted.diagnostics.len(), 3);
    for finding in linted.diagnostics {
        assert!(finding.rule().unwrap().is_fixable, "{finding}");
        let fix = finding.fix.unwrap();
        assert_eq!((fix.line, fix.column, fix.end_line, fix.end_column), (2, 8, 2, 16));
        assert_eq!(fix.text, "\u{e1}b c");
    }
}

/// String literals in kebab case that are no codes.
const NO_CODES: [&str; 8] = [
    "tabular-data-package",
    "tabular-data-resource",
    "utf-8",
    "lint-allow",
    "package-name",
    "our-names",
    "zh-hant",
    "x-own",
];

/// The source files of this room, without tests.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            sources(&path, found);
        } else if !matches!(name, "tests.rs" | "table.rs") || path.ends_with("fix/table.rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push(text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned());
        }
    }
}

/// The string literals in kebab case of `source`.
fn kebab_literals(source: &str) -> Vec<&str> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let literals = code.flat_map(|line| line.split('"').skip(1).step_by(2));
    let is_kebab = |text: &&str| {
        text.contains('-')
            && text.split('-').all(|part| {
                part.starts_with(|c: char| c.is_ascii_lowercase())
                    && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            })
    };
    literals.filter(is_kebab).collect()
}

#[test]
fn every_code_is_a_rule_and_every_rule_is_found_by_some_code() {
    let mut texts = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&root.join("pack"), &mut texts);
    texts.push(fs::read_to_string(root.join("store/compile.rs")).unwrap());
    let codes: Vec<&str> = texts.iter().flat_map(|text| kebab_literals(text)).collect();
    for code in &codes {
        assert!(find(code).is_some() || NO_CODES.contains(code), "{code} is not in the table of rules");
    }
    for rule in RULES {
        assert!(codes.contains(&rule.code), "nothing finds what {} is for", rule.code);
    }
}

#[test]
fn rules_are_told_in_full_and_in_order() {
    for rule in RULES {
        assert_eq!(find(rule.code).map(|found| found.title), Some(rule.title), "{} stands twice", rule.code);
        assert!(rule.explanation.ends_with(['.', ':']) && !rule.title.ends_with('.'), "{}", rule.code);
        assert!(rule.code == "more-findings" || !rule.good.is_empty(), "{}", rule.code);
    }
    assert!(RULES.is_sorted_by_key(|rule| rule.family));
}

/// The page `docs/LINT.md`.
fn page() -> String {
    let mut page = include_str!("page.md").to_owned();
    for family in RuleFamily::ALL {
        let rules = || RULES.iter().filter(move |rule| rule.family == family);
        page.extend(["\n## ", family.title(), "\n\n| code | | finds | `--fix` |\n|---|---|---|---|\n"]);
        for rule in rules() {
            let fix = if rule.is_fixable { "yes" } else { "" };
            let severity = if rule.severity == Severity::Error { "error" } else { "warning" };
            let (code, title) = (rule.code, rule.title.replace('|', "\\|"));
            page.extend([format!("| [`{code}`](#{code}) | {severity} | {title} | {fix} |\n")]);
        }
        for rule in rules() {
            let (title, severity) = (upper(rule.title), rule.severity_in_words());
            page.extend([
                "\n### ",
                rule.code,
                "\n\n",
                &title,
                " (",
                severity,
                ").\n\n",
                rule.explanation,
                "\n",
            ]);
            for (heading, rows) in [("Bad", rule.bad), ("Good", rule.good)] {
                if !rows.is_empty() {
                    page.extend(["\n", heading, ":\n\n```text\n", rows, "\n```\n"]);
                }
            }
        }
    }
    page
}

fn upper(text: &str) -> String {
    match text.chars().next() {
        Some(first) if first.is_alphabetic() => first.to_uppercase().chain(text.chars().skip(1)).collect(),
        _ => text.to_owned(),
    }
}

#[test]
fn the_page_of_rules_is_made_from_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/LINT.md");
    let page = page();
    if std::env::var_os("YAQUT_UPDATE_GOLDEN").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page == written,
        "help: run YAQUT_UPDATE_GOLDEN=1 cargo test --lib pack::lint to write docs/LINT.md anew"
    );
}
