//! Why an entity was chosen for a name, or why not: every reason over small packs, and that explanations add up.
#![allow(clippy::float_cmp, clippy::unwrap_used)]

mod world;

use proptest::prelude::*;
use world::{alias, entity, gazetteer, pack, world};
use yaqut::model::{AliasKind, Article, BlockAction, EntityId, EntityType, Reason, Status, Tier};
use yaqut::pack::{OverrideAction, OverrideRow, Pack, RowPlace};
use yaqut::resolve::{ExplainError, Explanation, SIMILARITY_OF_COST};
use yaqut::{Gazetteer, ResolveOptions};

fn id(text: &str) -> EntityId {
    EntityId::new(text).unwrap()
}

fn overlay(name: &str, actions: Vec<OverrideAction>) -> Pack {
    let row = |action| OverrideRow { action, note: String::new(), place: RowPlace::default() };
    Pack { overrides: actions.into_iter().map(row).collect(), ..pack(name, vec![], vec![]) }
}

fn explain(gazetteer: &Gazetteer, name: &str, id: &str) -> Explanation {
    gazetteer.explain(name, id, &ResolveOptions::default()).unwrap()
}

/// The world, and what it lacks for some of the reasons.
fn worlds() -> [Pack; 3] {
    let mut sisi = alias("Q307871", "السيسي", "ar", AliasKind::Short);
    sisi.article = Article::Lexical;
    let entities = vec![
        entity("Q307871", "person", "Abdel Fattah el-Sisi", 0.8),
        entity("yaqut:zandawar", "city", "Zandawar", 0.8),
        entity("yaqut:zandawaz", "person", "Zandawaz", 0.8),
        entity("yaqut:nameless", "city", "", 0.5),
        entity("yaqut:qanzab", "person", "سالم بن قنزاب", 0.5),
        entity("yaqut:qanzat", "person", "قنزات بن زيد", 0.5),
        entity("yaqut:guinea", "country", "Guinea", 0.8),
        entity("yaqut:long", "city", "Long", 0.5),
    ];
    let aliases = vec![
        sisi,
        alias("yaqut:zandawar", "زنداور", "ar", AliasKind::Preferred),
        alias("yaqut:zandawaz", "زنداوز", "ar", AliasKind::Short),
        alias("yaqut:qanzab", "سالم بن قنزاب", "ar", AliasKind::Preferred),
        alias("yaqut:qanzat", "قنزات بن زيد", "ar", AliasKind::Preferred),
        alias("yaqut:guinea", "غينيا", "ar", AliasKind::Preferred),
        alias("yaqut:long", "سمرقندانك بلخشاوند ترمذيغان", "ar", AliasKind::Preferred),
    ];
    let overrides = vec![
        OverrideAction::Block { alias: "باريس".into(), id: id("Q830149") },
        OverrideAction::NotAName { alias: "المالية".into() },
        OverrideAction::Remove { id: id("Q47492") },
    ];
    [world(), pack("more", entities, aliases), overlay("ours", overrides)]
}

#[test]
fn what_the_packs_and_the_name_give_a_reason_for() {
    use Reason::{
        Ambiguous, Article, Blocked, Chosen, HeadType, KnownName, NoAlias, NotAName, OrdinaryWord, OtherName,
        OtherPerson, Outscored, PartOfName, Removed, SearchBound, ShortAlias, ShortName, TooFar,
    };
    let gazetteer = gazetteer(&worlds());
    let cases = [
        ("وأردوغان", "Q39259", Chosen, "أردوغان"),
        ("عمان", "Q3805", Ambiguous, "عمان"),
        ("Paris", "Q830149", Outscored, "Paris"),
        ("مدينة غزة", "Q47492", Removed, ""),
        ("غزة", "yaqut:nameless", NoAlias, ""),
        ("Zanzibar", "Q90", TooFar, "Paris"),
        ("زنجبار", "Q90", TooFar, "باريس"),
        ("باريس", "Q830149", Blocked, "باريس"),
        ("وباريس", "Q830149", Blocked, "باريس"),
        ("المالية", "Q912", NotAName, "مالية"),
        ("برتقال", "Q912", TooFar, "مالي"),
        ("كوريا الجنوبية", "Q423", TooFar, "كوريا الشمالية"),
        ("كينيا", "yaqut:guinea", OtherName, "غينيا"),
        ("على", "yaqut:ali", OrdinaryWord, "علي"),
        ("الرئيس باريس", "Q90", HeadType, "باريس"),
        ("سيسي", "Q307871", Article, "السيسي"),
        ("فلاديمير", "Q7747", PartOfName, "فلاديمير بوتين"),
        ("كيم", "yaqut:keir", ShortAlias, "كير"),
        ("سمرندانك بلخشاود ترمذيان", "yaqut:long", SearchBound, "سمرقندانك بلخشاوند ترمذيغان"),
        ("سالم بن قنزات", "yaqut:qanzab", OtherPerson, "سالم بن قنزاب"),
        ("ملي", "Q912", ShortName, "مالي"),
        ("زنداور", "yaqut:zandawaz", KnownName, "زنداوز"),
    ];
    let wrong: Vec<String> = cases
        .into_iter()
        .filter_map(|(name, id, reason, nearest)| {
            let found = explain(&gazetteer, name, id);
            assert!(!found.message.is_empty());
            let text = found.alias.as_ref().map_or("", |alias| &alias.text);
            let is_right = (found.reason, text) == (reason, nearest);
            (!is_right).then(|| format!("{name} {id}: {} by {text}: {}", found.reason, found.message))
        })
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_the_caller_says_is_a_reason() {
    let gazetteer = gazetteer(&worlds());
    let person = vec![EntityType::new("person").unwrap()];
    let known = ResolveOptions { min_rank: 0.99, ..ResolveOptions::default() };
    let cases = [
        ("عمان", "Q842", known, Reason::RankFilter),
        ("عمان", "Q842", ResolveOptions { types: person, ..ResolveOptions::default() }, Reason::TypeFilter),
        ("أكرانيا", "Q212", ResolveOptions { max_edits: 0, ..ResolveOptions::default() }, Reason::MaxEdits),
        (
            "عمان",
            "Q842",
            ResolveOptions { min_score: 0.9, ..ResolveOptions::default() },
            Reason::BelowMinScore,
        ),
    ];
    for (name, id, options, reason) in cases {
        let found = gazetteer.explain(name, id, &options).unwrap();
        assert_eq!((found.reason, found.status), (reason, Status::NotFound), "{found:#?}");
        assert!(found.alias.is_some(), "what would have been reached is told");
    }
}

#[test]
fn a_candidate_may_be_too_unlikely() {
    // One of these misspellings is near enough to be a candidate, and too far to be meant.
    let gazetteer = gazetteer(&worlds());
    let spellings = ["أوكلاميا", "أوكلانبا", "أوكراميت", "أوكرلنبا", "أوخرانبا", "أوكرنبا"];
    let found = spellings.map(|name| explain(&gazetteer, name, "Q212"));
    let low =
        found.iter().find(|found| found.reason == Reason::LowScore).unwrap_or_else(|| panic!("{found:#?}"));
    let standing = low.standing.as_ref().unwrap();
    assert!(low.status != Status::Resolved && standing.score < standing.least_score);
    assert!(standing.nil_score.get() > 0.4, "{low:#?}");
}

#[test]
fn the_pack_that_decided_is_named() {
    let gazetteer = gazetteer(&worlds());
    for (name, id) in [("باريس", "Q830149"), ("المالية", "Q912"), ("غزة", "Q47492")] {
        let found = explain(&gazetteer, name, id);
        assert_eq!(found.pack.as_deref(), Some("ours"), "{found:#?}");
        assert!(found.message.contains("the pack ours "), "{}", found.message);
    }
    assert_eq!(explain(&gazetteer, "باريس", "Q90").pack, None);
}

#[test]
fn what_ended_the_search_is_named() {
    let gazetteer = gazetteer(&worlds());
    let found = explain(&gazetteer, "زنداور", "yaqut:zandawaz");
    let rival = found.rival.as_ref().unwrap();
    assert_eq!(
        (rival.id.as_str(), rival.matched_alias.as_str(), rival.pack.as_str()),
        ("yaqut:zandawar", "زنداور", "more")
    );
    assert!(found.message.contains("yaqut:zandawar Zandawar"), "{}", found.message);
    // Even if the caller does not want it.
    let person = vec![EntityType::new("person").unwrap()];
    let options = ResolveOptions { types: person, ..ResolveOptions::default() };
    let found = gazetteer.explain("زنداور", "yaqut:zandawaz", &options).unwrap();
    assert_eq!(
        (found.reason, found.rival.map(|rival| (rival.id, rival.score))),
        (Reason::KnownName, Some((id("yaqut:zandawar"), None)))
    );
}

#[test]
fn every_id_of_an_entity_finds_it() {
    let moved = overlay("moved", vec![OverrideAction::Redirect { id: id("Q270"), target: id("Q649") }]);
    let gazetteer = gazetteer(&[world(), moved]);
    for (name, asked, canonical) in
        [("أوكرانيا", "Q212", "Q212"), ("أوكرانيا", "iso3166:UA", "Q212"), ("وارسو", "Q270", "Q649")]
    {
        let found = explain(&gazetteer, name, asked);
        assert_eq!((found.id.as_str(), found.reason), (canonical, Reason::Chosen), "{found:#?}");
    }
    let options = ResolveOptions { id_namespace: Some("iso3166".into()), ..ResolveOptions::default() };
    assert_eq!(gazetteer.explain("أوكرانيا", "Q212", &options).unwrap().id, id("iso3166:UA"));
}

#[test]
fn what_cannot_be_explained_is_said() {
    let gazetteer = gazetteer(&worlds());
    let explain = |name: &str, id: &str| gazetteer.explain(name, id, &ResolveOptions::default()).unwrap_err();
    assert_eq!(explain("عمان", "Q404"), ExplainError::UnknownEntity { id: "Q404".into() });
    assert_eq!(explain("عمان", ""), ExplainError::UnknownEntity { id: String::new() });
    assert!(matches!(explain(" ", "Q212"), ExplainError::InvalidName { reason } if reason.contains("empty")));
}

#[test]
fn the_margin_is_that_over_the_best_other() {
    let gazetteer = gazetteer(&worlds());
    let (paris, texas) = (explain(&gazetteer, "Paris", "Q90"), explain(&gazetteer, "Paris", "Q830149"));
    let (best, other) = (paris.standing.unwrap(), texas.standing.unwrap());
    assert_eq!((best.position, other.position, best.candidate_count), (1, 2, 2));
    assert_eq!(best.margin, -other.margin);
    assert!(best.margin >= best.needed_margin && best.needed_margin == other.needed_margin);
    assert_eq!(paris.rival.unwrap().id, id("Q830149"));
    assert!(best.factors.rank > other.factors.rank && best.factors.form == other.factors.form);
    let hint =
        ResolveOptions { country: yaqut::model::CountryCode::new("US").ok(), ..ResolveOptions::default() };
    let hinted = gazetteer.explain("Paris", "Q830149", &hint).unwrap().standing.unwrap();
    assert!(hinted.factors.country > 0.0 && hinted.score > other.score);
}

#[test]
fn steps_are_told_one_by_one() {
    let found = explain(&gazetteer(&worlds()), "وبيونج يانج", "Q18808");
    let steps: Vec<&str> =
        found.alias.as_ref().unwrap().steps.iter().map(|step| step.text.as_str()).collect();
    assert_eq!(steps, ["stripped و", "ج~غ", "ج~غ"]);
    assert_eq!(found.alias.unwrap().tier, Tier::Transliteration);
}

#[test]
fn an_answer_tells_what_an_override_kept_out() {
    let gazetteer = gazetteer(&worlds());
    let answer = gazetteer.resolve("وباريس", &ResolveOptions::default());
    let blocked: Vec<_> =
        answer.blocked.iter().map(|one| (one.id.as_str(), one.action, one.pack.as_str())).collect();
    assert_eq!(blocked, [("Q830149", BlockAction::Block, "ours")]);
    let answer = gazetteer.resolve("المالية", &ResolveOptions::default());
    assert_eq!((answer.status, answer.blocked[0].action), (Status::NotFound, BlockAction::NotAName));
    let basic = ResolveOptions { explain: false, ..ResolveOptions::default() };
    assert_eq!(gazetteer.resolve("المالية", &basic).blocked, []);
    let country = vec![EntityType::new("country").unwrap()];
    let other = ResolveOptions { types: country, ..ResolveOptions::default() };
    assert_eq!(gazetteer.resolve("باريس", &other).blocked, [], "nobody asked for cities");
}

#[test]
fn very_many_aliases_are_compared_in_part() {
    let names = (0..2_000).map(|i| alias("x:1", &format!("Qalandar{i:04}"), "en", AliasKind::Alternate));
    let packs = [pack("p", vec![entity("x:1", "city", "Qalandar", 0.5)], names.collect())];
    let found = explain(&gazetteer(&packs), "Xyzzy", "x:1");
    assert_eq!(found.reason, Reason::TooFar);
    assert!(
        found.message.ends_with("(only the first 1000 of its aliases were compared)"),
        "{}",
        found.message
    );
    // As long as may be, and as far apart.
    let long = |c: &str| c.repeat(250);
    let names = (0..1_000).map(|i| alias("x:1", &format!("{i:03}{}", long("b")), "en", AliasKind::Alternate));
    let packs = [pack("p", vec![entity("x:1", "city", "B", 0.5)], names.collect())];
    assert_eq!(explain(&gazetteer(&packs), &long("a"), "x:1").reason, Reason::TooFar);
}

fn all_ids() -> Vec<String> {
    let packs = worlds();
    packs.iter().flat_map(|pack| &pack.entities).map(|row| row.id.to_string()).collect()
}

/// Queries of every tier, such with a slip, and noise.
fn queries() -> impl Strategy<Value = String> {
    let slip = (0..world::QUERIES.len(), 0..20_usize, "[ابتوليكغج ]").prop_map(|(i, at, letter)| {
        let mut letters: Vec<char> = world::QUERIES[i].chars().collect();
        let at = at % letters.len();
        letters.splice(at..=at, letter.chars());
        letters.into_iter().collect()
    });
    prop_oneof![prop::sample::select(world::QUERIES).prop_map(str::to_owned), slip, "[ابتوليكغجأة ]{0,10}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn costs_add_up_and_the_verdict_is_that_of_the_resolution(query in queries()) {
        let gazetteer = gazetteer(&worlds());
        let options = ResolveOptions { limit: 100, ..ResolveOptions::default() };
        let answer = gazetteer.resolve(&query, &options);
        for id in all_ids() {
            let found = match gazetteer.explain(&query, &id, &options) {
                Ok(found) => found,
                Err(error) => {
                    let is_invalid = matches!(error, ExplainError::InvalidName { .. });
                    prop_assert!(is_invalid && answer.status == Status::Invalid);
                    continue;
                }
            };
            prop_assert_eq!((found.status, &found.canonical_id), (answer.status, &answer.canonical_id));
            let is_canonical = Some(&found.id) == answer.canonical_id.as_ref();
            prop_assert_eq!(found.reason == Reason::Chosen, is_canonical);
            if let Some(alias) = &found.alias {
                let taken_off = SIMILARITY_OF_COST * alias.steps.iter().map(|step| step.cost).sum::<f32>();
                prop_assert!(((1.0 - taken_off).max(0.0) - alias.form_similarity).abs() < 1e-5);
            }
            if let Some(standing) = &found.standing {
                let product = (standing.best_plausibility * standing.share).min(standing.plausibility);
                prop_assert!((product - standing.score.get()).abs() < 1e-5);
            }
            if let Some(candidate) = answer.candidates.iter().find(|candidate| candidate.id == found.id) {
                let alias = found.alias.as_ref().unwrap();
                prop_assert_eq!(candidate.form_similarity, alias.form_similarity);
                prop_assert_eq!(candidate.tier, alias.tier);
                prop_assert_eq!(&candidate.matched_alias, &alias.text);
                prop_assert_eq!(candidate.score, found.standing.as_ref().unwrap().score);
                let steps: Vec<String> = alias.steps.iter().map(ToString::to_string).collect();
                prop_assert_eq!(&candidate.explanation, &steps);
            }
        }
    }

    #[test]
    fn any_text_and_any_id_are_answered(query in "\\PC{0,40}", asked in "\\PC{0,8}", at in 0..40_usize) {
        let gazetteer = gazetteer(&worlds());
        let ids = all_ids();
        let options = ResolveOptions::default();
        for id in [&asked, &ids[at % ids.len()]] {
            if let Ok(found) = gazetteer.explain(&query, id, &options) {
                prop_assert!(!found.message.is_empty());
                prop_assert_eq!(found.reason == Reason::Chosen, Some(&found.id) == found.canonical_id.as_ref());
            }
        }
    }
}
