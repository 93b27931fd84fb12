//! Names resolved in blocks, and known names without a search, are answered as each name by itself.
#![allow(clippy::unwrap_used)]

mod world;

use proptest::prelude::*;
use world::{QUERIES, gazetteer, pack, world};
use yaqut::model::{CountryCode, EntityId, EntityType};
use yaqut::pack::{OverrideAction, OverrideRow, Pack, RowPlace};
use yaqut::resolve::Stage;
use yaqut::{Gazetteer, ResolveOptions};

fn id(text: &str) -> EntityId {
    EntityId::new(text).unwrap()
}

fn overlay(actions: Vec<OverrideAction>) -> Pack {
    let row = |action| OverrideRow { action, note: String::new(), place: RowPlace::default() };
    Pack { overrides: actions.into_iter().map(row).collect(), ..pack("overlay", vec![], vec![]) }
}

/// Several packs, with overrides.
fn stacked() -> Gazetteer {
    let overrides = overlay(vec![
        OverrideAction::Block { alias: "باريس".into(), id: id("Q830149") },
        OverrideAction::Redirect { id: id("Q270"), target: id("Q649") },
        OverrideAction::NotAName { alias: "المالية".into() },
        OverrideAction::Remove { id: id("Q7747") },
    ]);
    let half = Pack { entities: Vec::new(), ..world() };
    gazetteer(&[world(), half, overrides])
}

fn options() -> impl Strategy<Value = ResolveOptions> {
    let stages = prop::collection::vec(prop::sample::select(&Stage::ALL[..]), 0..4);
    let types = prop::collection::vec(prop::sample::select(vec!["person", "city", "country"]), 0..2);
    let country = prop::option::of(prop::sample::select(vec!["JO", "OM", "FR", "UA"]));
    let language = prop::option::of(prop::sample::select(vec!["ar", "en-GB"]));
    let others = (any::<bool>(), 0_usize..4, 0_u8..3, prop::option::of(Just("عاصمة الأردن")));
    (stages, types, country, language, others).prop_map(|(stages, types, country, language, others)| {
        let (explain, limit, max_edits, context) = others;
        ResolveOptions {
            without: stages.into_iter().collect(),
            types: types.into_iter().map(|name| EntityType::new(name).unwrap()).collect(),
            country: country.map(|code| CountryCode::new(code).unwrap()),
            language_code: language.map(str::to_owned),
            context: context.map(str::to_owned).into_iter().collect(),
            explain,
            limit,
            max_edits,
            ..ResolveOptions::default()
        }
    })
}

/// A query, with or without proclitics and other letters.
fn name() -> impl Strategy<Value = String> {
    let query = prop::sample::select(QUERIES);
    let before = prop::sample::select(vec!["", "", "", "و", "ب", "ل", "وال", "لل", "ك", "Dr. ", "e\u{301}"]);
    let after = prop::sample::select(vec!["", "", "", "ة", "ء", " ", "\u{64E}", "!", "x", "\u{301}"]);
    let composed =
        (before, query, after).prop_map(|(before, query, after)| format!("{before}{query}{after}"));
    prop_oneof![8 => composed, 1 => "\\PC{0,12}", 1 => "[ابتوليكغجأة ]{0,10}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_list_is_answered_as_its_names_are(
        names in prop::collection::vec(name(), 0..80),
        options in options(),
    ) {
        let gazetteer = stacked();
        let alone: Vec<_> = names.iter().map(|name| gazetteer.resolve(name, &options)).collect();
        prop_assert_eq!(gazetteer.resolve_batch(&names, &options), alone);
    }

    #[test]
    fn what_needs_no_search_is_answered_alike(names in prop::collection::vec(name(), 1..20), options in options()) {
        let gazetteer = stacked();
        for name in &names {
            if let Some(verdict) = gazetteer.try_verdict(name, &options) {
                prop_assert_eq!(verdict.to_resolution(name), gazetteer.resolve(name, &options));
            }
        }
    }
}

#[test]
fn verdicts_come_in_order_and_tell_what_answers_hold() {
    let (gazetteer, options) = (stacked(), ResolveOptions::default());
    let names: Vec<&str> = QUERIES.iter().copied().cycle().take(100).collect();
    let mut next = 0;
    gazetteer.verdicts(&names, &options, |i, verdict| {
        assert_eq!(i, next);
        next += 1;
        let answer = gazetteer.resolve(names[i], &options);
        assert_eq!(verdict.index_version(), gazetteer.index_version());
        assert_eq!((verdict.status(), verdict.truncated()), (answer.status, answer.truncated));
        assert_eq!(verdict.invalid_reason(), answer.invalid_reason.as_deref());
        assert_eq!(
            verdict.resolved().map(|best| best.id().to_owned()),
            answer.canonical_id.map(|id| id.to_string())
        );
        for (seen, told) in verdict.candidates().zip(&answer.candidates) {
            assert_eq!((seen.id(), &*seen.name(), seen.pack()), (told.id.as_str(), &*told.name, &*told.pack));
            assert!(seen.types().eq(told.types.iter().map(EntityType::as_str)));
            assert!(seen.same_as().into_iter().eq(told.same_as.iter().map(EntityId::as_str)));
            assert_eq!((&*seen.matched_alias(), seen.tier()), (&*told.matched_alias, told.tier));
            assert_eq!((seen.score(), seen.form_similarity()), (told.score, told.form_similarity));
            assert!(seen.steps().iter().map(ToString::to_string).eq(told.explanation.iter().cloned()));
        }
    });
    assert_eq!(next, names.len());
}

#[test]
fn known_names_need_no_search_and_others_do() {
    let (gazetteer, options) = (stacked(), ResolveOptions::default());
    for (name, is_known) in
        [("أردوغان", true), ("وأردوغان", true), ("", true), ("أردوجان", false), ("زيد", false)]
    {
        assert_eq!(gazetteer.try_verdict(name, &options).is_some(), is_known, "{name}");
    }
}
