//! All that can be asked of a segment, whatever it holds, and the sample that is mutated.

use std::sync::Arc;

use yaqut::gazetteer::{Gazetteer, SuggestOptions};
use yaqut::index::{
    EntityRecord, FuzzyPattern, KeyHash, NearSkeletons, Segment, WorkBudget, compile, search_prefix,
};
use yaqut::pack::{PackFile, PackFiles, parse};
use yaqut::{ResolveOptions, text};

/// One name for each way on which a gazetteer answers.
const NAMES: [&str; 9] = [
    "أوكرانيا",
    "وأكرانيا",
    "كيم جونغ اون",
    "ناتو",
    "كورسك",
    "Volodymir Zelenski",
    "平壤",
    "smile 🙂",
    "الرئيس زيلينسكي فولوديمير",
];
/// What a look-up hands out is looked at so far: lists may be as long as the file.
const FEW: usize = 50;

/// Asks a segment every kind of question, by itself and as the stack of a gazetteer.
pub fn ask(segment: Segment) {
    ask_records(&segment);
    for name in NAMES {
        ask_keys(&segment, name);
    }
    let segment = Arc::new(segment);
    for prefix in ["", "ك", "ki", "\u{10FFFF}"] {
        search_prefix(&[Arc::clone(&segment)], prefix, FEW, |_, _, postings| {
            postings.take(FEW).for_each(drop);
        });
    }
    ask_gazetteer(&Gazetteer::new(vec![segment]));
}

fn ask_records(segment: &Segment) {
    for id in (0..segment.id_count().min(FEW as u32)).chain([segment.id_count(), u32::MAX]) {
        let _ =
            (segment.id(id), segment.entity_id(id), segment.aliases_of(id), segment.find_id(segment.id(id)));
        segment.owner(id).and_then(|owner| segment.entity(owner)).iter().for_each(ask_entity);
    }
    for alias in segment.aliases().take(FEW).chain([u32::MAX]) {
        let _ = segment.alias_id(alias);
        if let Some(alias) = segment.alias(alias) {
            let text = alias.text();
            let _ = (alias.is(&text), alias.has_key(&text::lookup_key(&text)), alias.has_text_of(alias));
        }
    }
    for row in 0..segment.overrides().len().min(FEW) {
        let _ = segment.override_source(row);
    }
}

fn ask_entity(entity: &EntityRecord<'_>) {
    let _ = (entity.name(), entity.entity_type(), entity.description(), entity.country(), entity.rank());
    let _ = entity.same_as().take(FEW).count();
}

fn ask_keys(segment: &Segment, name: &str) {
    let (safe, key) = (text::safe_fold(name), text::lookup_key(name));
    let mut budget = WorkBudget::default();
    let _ = segment.lookup(&key).take(FEW).count();
    let _ = segment.lookup_candidates(KeyHash::of(&key)).take(FEW).count();
    for edits in 0..=2 {
        segment.search_fuzzy(&FuzzyPattern::new(&key, edits), &mut budget, |postings| {
            postings.take(FEW).for_each(drop);
        });
    }
    for token in text::lossy_fold(&safe).split(' ') {
        let _ = (segment.lookup_token(token).take(FEW).count(), segment.token_bearers(token));
        segment.search_fuzzy_tokens(&FuzzyPattern::new(token, 1), &mut budget, |_| {});
    }
    for skeleton in text::skeleton_queries(&safe) {
        let _ = segment.lookup_skeleton(&skeleton).take(FEW).count();
        segment.search_near_skeletons(&NearSkeletons::new(&skeleton), |aliases| {
            aliases.take(FEW).for_each(drop);
        });
    }
}

fn ask_gazetteer(gazetteer: &Gazetteer) {
    let options = ResolveOptions::default();
    for name in NAMES {
        let answer = gazetteer.resolve(name, &options);
        let sum: f32 = answer.candidates.iter().map(|candidate| candidate.score.get()).sum();
        assert!(sum <= 1.001 && answer.candidates.len() <= options.limit, "{answer:?}");
        for candidate in &answer.candidates {
            let _ = gazetteer.entity(candidate.id.as_str());
        }
        let _ = gazetteer.explain(name, "Q212", &options);
        let _ = gazetteer.suggest(name, &SuggestOptions::default());
    }
}

/// The segment of a small pack with something in every section.
///
/// # Panics
///
/// If the pack is not compiled.
#[must_use]
pub fn sample() -> Vec<u8> {
    let files = [
        ("aliases.tsv", &include_bytes!("../../tests/fixtures/segments/pack/aliases.tsv")[..]),
        ("datapackage.json", include_bytes!("../../tests/fixtures/segments/pack/datapackage.json")),
        ("entities.tsv", include_bytes!("../../tests/fixtures/segments/pack/entities.tsv")),
        ("overrides.tsv", include_bytes!("../../tests/fixtures/segments/pack/overrides.tsv")),
    ];
    let files = files.map(|(name, bytes)| PackFile { name: name.into(), bytes: bytes.into() }).into();
    let parsed = parse(&PackFiles { label: "sample".into(), files });
    let pack = parsed.pack.unwrap_or_else(|| panic!("the sample is no pack: {:?}", parsed.diagnostics));
    compile(&pack).unwrap_or_else(|error| panic!("the sample is not compiled: {error}"))
}
