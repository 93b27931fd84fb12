//! Ablation: each stage of a resolution can be left out, and the answer to some query shows it.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod world;

use world::{alias, entity, gazetteer, pack, world};
use yaqut::model::{AliasKind, Reason, Tier};
use yaqut::resolve::{Stage, Stages};
use yaqut::{Gazetteer, ResolveOptions};

/// The small world, and names that are near to others; under no name but their aliases, so that each name is met by the
/// stage that is asked for.
fn near_names() -> Gazetteer {
    let rows = [
        ("yaqut:guinea", "country", "غينيا"),
        ("yaqut:salem", "person", "سالم بن كارداف"),
        ("yaqut:kardaq", "person", "كارداق بن زيد"),
        ("yaqut:tarkona", "city", "تاركونا"),
        ("yaqut:tarkina", "city", "تاركينا"),
    ];
    let mut world = world();
    world.entities.iter_mut().for_each(|row| row.name.clear());
    let entities = rows.map(|(id, entity_type, _)| entity(id, entity_type, "", 0.7)).to_vec();
    let aliases = rows.map(|(id, _, name)| alias(id, name, "ar", AliasKind::Preferred)).to_vec();
    gazetteer(&[world, pack("near", entities, aliases)])
}

/// What is answered, briefly: the status, and the candidates with their tiers.
fn answer(gazetteer: &Gazetteer, query: &str, without: Stages) -> String {
    let answer = gazetteer.resolve(query, &ResolveOptions { without, ..ResolveOptions::default() });
    let candidates = answer.candidates.iter().map(|it| format!(" {} {}", it.id, it.tier));
    std::iter::once(answer.status.to_string()).chain(candidates).collect()
}

/// A query for each stage, what is answered, and what is answered without the stage.
const SHOWN_BY: [(Stage, &str, &str, &str); Stage::ALL.len()] = [
    (Stage::Orthographic, "غزه", "RESOLVED Q47492 ORTHOGRAPHIC", "NOT_FOUND"),
    (Stage::Proclitic, "وموسكو", "RESOLVED Q649 PROCLITIC", "NOT_FOUND Q649 FUZZY"),
    (Stage::Partial, "باشينيان", "RESOLVED Q7035479 PARTIAL", "NOT_FOUND"),
    (Stage::Transliteration, "بيونج يانج", "RESOLVED Q18808 TRANSLITERATION", "NOT_FOUND"),
    (Stage::Fuzzy, "أوكرانبا", "RESOLVED Q212 FUZZY", "NOT_FOUND"),
    (Stage::CrossScript, "Pyongyang", "RESOLVED Q18808 CROSS_SCRIPT", "NOT_FOUND"),
    (
        Stage::ExactBlocksFuzzy,
        "تاركونا",
        "RESOLVED yaqut:tarkona EXACT",
        "RESOLVED yaqut:tarkona EXACT yaqut:tarkina TRANSLITERATION",
    ),
    (Stage::OrdinaryWords, "على", "NOT_FOUND", "RESOLVED yaqut:ali ORTHOGRAPHIC"),
    (Stage::WellKnownNames, "كينيا", "NOT_FOUND", "RESOLVED yaqut:guinea TRANSLITERATION"),
    (Stage::DecisiveToken, "كيم جونغ إيل", "NOT_FOUND", "NOT_FOUND Q56226 FUZZY"),
    (Stage::GivenNames, "فلاديمير", "NOT_FOUND", "RESOLVED Q7747 PARTIAL"),
    (Stage::ShortAliases, "كيير", "NOT_FOUND", "RESOLVED yaqut:keir TRANSLITERATION"),
    (Stage::OtherPerson, "سالم بن كارداق", "NOT_FOUND", "RESOLVED yaqut:salem FUZZY"),
    (Stage::Coverage, "موسمو", "NOT_FOUND Q649 FUZZY", "RESOLVED Q649 FUZZY"),
    (Stage::Rank, "Paris", "RESOLVED Q90 EXACT Q830149 EXACT", "AMBIGUOUS Q830149 EXACT Q90 EXACT"),
];

#[test]
fn each_stage_shows_in_an_answer() {
    let gazetteer = near_names();
    for (at, (stage, query, with, without)) in SHOWN_BY.into_iter().enumerate() {
        assert_eq!(stage, Stage::ALL[at]);
        assert_eq!(answer(&gazetteer, query, Stages::NONE), with, "{query} with {stage}");
        assert_eq!(answer(&gazetteer, query, Stages::NONE.with(stage)), without, "{query} without {stage}");
    }
}

#[test]
fn without_any_tier_only_exact_names_are_left() {
    let tiers = [
        Stage::Orthographic,
        Stage::Proclitic,
        Stage::Partial,
        Stage::Transliteration,
        Stage::Fuzzy,
        Stage::CrossScript,
    ];
    let (gazetteer, without) = (near_names(), tiers.into_iter().collect());
    for query in world::QUERIES {
        let answer = gazetteer.resolve(query, &ResolveOptions { without, ..ResolveOptions::default() });
        assert!(answer.candidates.iter().all(|it| it.tier == Tier::Exact), "{query}: {answer:#?}");
    }
    assert_eq!(answer(&gazetteer, "موسكو", without), "RESOLVED Q649 EXACT");
}

#[test]
fn an_explanation_knows_what_is_left_out() {
    let gazetteer = near_names();
    let reason = |query: &str, id: &str, without| {
        let options = ResolveOptions { without, ..ResolveOptions::default() };
        gazetteer.explain(query, id, &options).unwrap().reason
    };
    for (query, id, stage, kept_by) in [
        ("على", "yaqut:ali", Stage::OrdinaryWords, Reason::OrdinaryWord),
        ("كينيا", "yaqut:guinea", Stage::WellKnownNames, Reason::OtherName),
        ("كيير", "yaqut:keir", Stage::ShortAliases, Reason::ShortAlias),
        ("سالم بن كارداق", "yaqut:salem", Stage::OtherPerson, Reason::OtherPerson),
    ] {
        assert_eq!(reason(query, id, Stages::NONE), kept_by, "{query}");
        assert_ne!(reason(query, id, Stages::NONE.with(stage)), kept_by, "{query} without {stage}");
    }
}
