//! What comes in groups is what was read.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::report::Report;
use super::super::{Diagnostic, PackFile, PackFiles, parse, read_rows};
use super::*;
use crate::sort::MemoryScratch;

/// The events of a pack, as a line each, and all findings.
fn events(files: &PackFiles, memory: usize) -> (Vec<String>, Vec<Diagnostic>) {
    let mut report = Report::new(&files.label);
    let mut gatherer = Gatherer::new(memory, Arc::new(MemoryScratch));
    let rest = read_rows(files, &mut gatherer, &mut report).unwrap();
    gatherer.overrides(&rest.overrides).unwrap();
    let groups = gatherer.finish(rest.files).unwrap();
    let mut lines = Vec::new();
    let read = groups.read(&mut report, |event| {
        lines.push(match event {
            Event::Id(id) => id.to_owned(),
            Event::Entity(entity) => format!("  entity {}", entity.name),
            Event::SameAs { entity, item } => format!("  same as {entity} {item}"),
            Event::Reference { index, slot } => format!("  override {index} {slot}"),
            Event::Alias(alias) => format!("  alias {} line {}", alias.alias, alias.place.line),
        });
        Ok::<(), ()>(())
    });
    assert!(read.is_ok());
    (lines, report.finish())
}

fn pack(tables: &[(&str, String)]) -> PackFiles {
    let file = |(name, text): &(&str, String)| PackFile { name: (*name).into(), bytes: text.clone().into() };
    PackFiles { label: "p".into(), files: tables.iter().map(file).collect() }
}

#[test]
fn all_that_is_said_of_an_id_comes_together() {
    let files = pack(&[
        ("aliases.tsv", "id\talias\nQ2\tb\nQ1\ta\nQ2\tc\nQ2\tb\n".into()),
        ("entities.tsv", "id\ttype\tname\tsame_as\nQ2\tcity\tB\tx:1|Q10\nQ1\tcity\tA\t\n".into()),
        ("overrides.tsv", "action\tid\talias\ttarget\nredirect\tQ3\t\tQ1\n".into()),
    ]);
    let expected = [
        "Q1",
        "  entity A",
        "  override 0 1",
        "  alias a line 3",
        "Q10",
        "  same as 0 1",
        "Q2",
        "  entity B",
        "  alias b line 2",
        "  alias c line 4",
        "Q3",
        "  override 0 0",
        "x:1",
        "  same as 0 0",
    ];
    let (lines, findings) = events(&files, 1 << 20);
    assert_eq!(lines, expected);
    let codes: Vec<_> = findings.iter().map(|finding| (finding.code, finding.line)).collect();
    assert_eq!(codes, [("duplicate-alias", Some(5)), ("no-datapackage", None)]);
}

proptest! {
    #[test]
    fn findings_are_those_of_parsing_whatever_the_memory(
        entities in proptest::collection::vec((0..9_u8, proptest::collection::vec(0..12_u8, 0..3)), 0..8),
        aliases in proptest::collection::vec((0..9_u8, 0..3_u8, any::<bool>()), 0..20),
        memory in 100..5000_usize,
    ) {
        let mut table = "id\ttype\tname\tsame_as\n".to_owned();
        for (id, same_as) in entities {
            let same_as: Vec<String> = same_as.iter().map(|id| format!("x:{id}")).collect();
            table.extend([format!("x:{id}\tcity\tA\t{}\n", same_as.join("|"))]);
        }
        let mut names = "id\talias\tgender\n".to_owned();
        for (id, alias, is_feminine) in aliases {
            let gender = if is_feminine { "feminine" } else { "" };
            names.extend([format!("x:{id}\talias {alias}\t{gender}\n")]);
        }
        let files = pack(&[("aliases.tsv", names), ("entities.tsv", table)]);
        let parsed = parse(&files);
        let (lines, findings) = events(&files, memory);
        prop_assert_eq!(findings, parsed.diagnostics);
        if let Some(pack) = parsed.pack {
            prop_assert_eq!(lines.iter().filter(|line| line.starts_with("  alias ")).count(), pack.aliases.len());
            prop_assert_eq!(lines.iter().filter(|line| line.starts_with("  entity ")).count(), pack.entities.len());
        }
        prop_assert_eq!(events(&files, 1 << 20).0, lines);
    }
}
