//! Tests of segments as earlier builds wrote them, in `tests/fixtures/segments`.
//!
//! Each released format has one, of the pack beside it; that of the present format is still read, the others are refused
//! with a way out. `YAQUT_WRITE_FIXTURES=1 cargo test --lib index::fixtures` writes that of the present format anew: for
//! when the format itself has changed before it was released, and not for when this test fails otherwise.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::model::{AliasKind, Article};
use crate::pack::{PackFile, PackFiles, parse};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/segments")
}

/// The fixture of the present format, whatever rules made its keys.
fn present() -> Segment {
    let path = folder().join(format!("v{FORMAT_VERSION}.yaqut"));
    if std::env::var_os("YAQUT_WRITE_FIXTURES").is_some() {
        std::fs::write(&path, compiled()).unwrap();
    }
    Segment::open_of_any_rules(Arc::new(std::fs::read(path).unwrap())).unwrap()
}

fn compiled() -> Vec<u8> {
    let names = ["aliases.tsv", "datapackage.json", "entities.tsv", "overrides.tsv"];
    let file = |name: &str| {
        let bytes = std::fs::read(folder().join("pack").join(name)).unwrap();
        PackFile { name: name.into(), bytes }
    };
    let parsed = parse(&PackFiles { label: "fixture".into(), files: names.map(file).into() });
    compile(&parsed.pack.unwrap_or_else(|| panic!("{:?}", parsed.diagnostics))).unwrap()
}

#[test]
fn the_present_format_is_read() {
    let segment = present();
    assert_eq!((segment.header().entity_count, segment.header().alias_count), (8, 20));
    assert_eq!(segment.header().manifest.name, "fixture");

    let ukraine = segment.find_id("geonames:690791").unwrap();
    let record = segment.entity(segment.owner(ukraine).unwrap()).unwrap();
    assert_eq!(
        (record.name(), record.entity_type(), segment.id(record.id())),
        ("Ukraine".into(), "country", "Q212")
    );
    assert_eq!(record.country().unwrap().as_str(), "UA");
    assert_eq!(record.rank().unwrap().get(), 0.95);
    assert_eq!(record.description(), "country in Eastern Europe");
    assert!(record.same_as().map(|id| segment.id(id)).eq(["iso3166:UA", "geonames:690791"]));
    assert_eq!(segment.overrides().len(), 4);

    let nato = segment.aliases_of(segment.find_id("Q7184").unwrap());
    let nato: Vec<Alias<'_>> = nato.filter_map(|alias| segment.alias(alias)).collect();
    let facts = |alias: &Alias<'_>| {
        (alias.text(), alias.language.to_owned(), alias.kind, alias.article, alias.is_name)
    };
    assert_eq!(
        nato.iter().map(facts).collect::<Vec<_>>(),
        [
            ("الناتو".to_owned(), "ar".to_owned(), AliasKind::Preferred, Article::Optional, false),
            ("NATO".to_owned(), String::new(), AliasKind::Preferred, Article::Unknown, true),
        ]
    );
}

#[test]
fn the_present_format_is_searched() {
    let segment = present();
    let ids = |aliases: &mut dyn Iterator<Item = AliasOrdinal>| -> Vec<String> {
        aliases.map(|alias| segment.id(segment.alias_id(alias).unwrap()).to_owned()).collect()
    };
    let candidates =
        |key: &str| ids(&mut segment.lookup_candidates(KeyHash::of(key)).map(|posting| posting.alias));
    for (key, id) in [
        ("اوكرانيا", "Q212"),
        ("ناتو", "Q7184"),
        ("كورسك", "Q5684"),
        ("平壤", "Q18808"),
        ("volodymyrzelenskyy", "Q3874799"),
    ] {
        assert_eq!(candidates(key), [id], "{key}");
    }
    assert_eq!(candidates("مصر"), [""; 0]);
    assert_eq!(ids(&mut segment.lookup_token("جونغ")), ["Q56226"]);
    let person = TokenBearers { has_person: true, has_given_name: false };
    assert_eq!(segment.token_bearers("كيم"), person, "the family name comes first");
    assert!(segment.token_bearers("volodymyr").has_given_name);
    assert_eq!(ids(&mut segment.lookup_skeleton("BNGNG")), ["Q18808", "Q18808"]);

    let mut found = Vec::new();
    segment.search_fuzzy(&FuzzyPattern::new("اوكراينا", 1), &mut WorkBudget::default(), |postings| {
        found.extend(ids(&mut postings.map(|posting| posting.alias)));
    });
    assert_eq!(found, ["Q212"]);
    let mut prefixed = Vec::new();
    search_prefix(&[Arc::new(present())], "ki", 10, |key, _, _| prefixed.push(key.to_owned()));
    assert_eq!(prefixed, ["kiev", "kimjongun"]);
}

#[test]
fn the_present_format_is_what_is_written() {
    // Other rules make other keys, so that bytes can be compared only while the rules are those of the fixture.
    let (written, fixture) = (compiled(), present());
    match Segment::open(Arc::new(std::fs::read(folder().join(format!("v{FORMAT_VERSION}.yaqut"))).unwrap())) {
        Ok(_) => assert_eq!(fixture.header().content_digest, written[written.len() - 32..]),
        Err(error) => assert!(matches!(error, SegmentError::OtherRules), "{error}"),
    }
}

#[test]
fn earlier_formats_are_refused_with_a_way_out() {
    let bytes = std::fs::read(folder().join("v2.yaqut")).unwrap();
    let expected = "segment format 2, but this build reads 3; rebuild it with `yaqut build`";
    assert_eq!(verify(&mut bytes.as_slice()).unwrap_err().to_string(), expected);
    let Err(error) = Segment::open(Arc::new(bytes)) else { panic!("it was opened") };
    assert_eq!(error.to_string(), expected);
}
