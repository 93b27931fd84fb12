//! Resolution over stacks of small packs: tiers, gates, joins, overrides, hints, and that a split changes nothing.
#![allow(clippy::unwrap_used)]

mod world;

use std::collections::HashSet;

use proptest::prelude::*;
use world::{QUERIES, alias, entity, gazetteer, pack, world};
use yaqut::gazetteer::SuggestOptions;
use yaqut::model::{AliasKind, Article, CountryCode, EntityId, EntityType, Status, Tier};
use yaqut::pack::{OverrideAction, OverrideRow, Pack, RowPlace};
use yaqut::{Gazetteer, ResolveOptions};

fn id(text: &str) -> EntityId {
    EntityId::new(text).unwrap()
}

#[test]
fn every_spelling_of_the_table_resolves_in_its_tier() {
    let gazetteer = gazetteer(&[world()]);
    for (query, id, tier) in [
        ("أردوغان", "Q39259", Tier::Exact),
        ("أردوغـان", "Q39259", Tier::Exact),
        ("إردوغان", "Q39259", Tier::Orthographic),
        ("اردوغان", "Q39259", Tier::Orthographic),
        ("وأردوغان", "Q39259", Tier::Proclitic),
        ("Erdoğan", "Q39259", Tier::Exact),
        ("ERDOGAN", "Q39259", Tier::Orthographic),
        ("أردوجان", "Q39259", Tier::Transliteration),
        ("أوردوغان", "Q39259", Tier::Transliteration),
        ("الرئيس أردوغان", "Q39259", Tier::Partial),
        ("الرئيس التركي رجب طيب أردوغان", "Q39259", Tier::Partial),
        ("رجب الطيب أردوغان", "Q39259", Tier::Partial),
        ("أردوغان رجب طيب", "Q39259", Tier::Partial),
        ("بيونغ يانغ", "Q18808", Tier::Exact),
        ("بيونغيانغ", "Q18808", Tier::Orthographic),
        ("بيونج يانج", "Q18808", Tier::Transliteration),
        ("أوکرانیا", "Q212", Tier::Exact),
        ("اوكرانيا", "Q212", Tier::Orthographic),
        ("أكرانيا", "Q212", Tier::Transliteration),
        ("وأكرانيا", "Q212", Tier::Transliteration),
        ("فی أوکرانیا", "Q212", Tier::Partial),
        ("والأوكرانية", "Q212", Tier::Proclitic),
        ("لأوكرانيا", "Q212", Tier::Proclitic),
        ("لاوكرانيا", "Q212", Tier::Proclitic),
        ("أوكرنيا", "Q212", Tier::Transliteration),
        ("أوكرانبا", "Q212", Tier::Fuzzy),
        ("للكويت", "Q817", Tier::Proclitic),
        ("الناتو", "Q7184", Tier::Exact),
        ("ناتو", "Q7184", Tier::Exact),
        ("لـ«الناتو»", "Q7184", Tier::Proclitic),
        ("باشينيان", "Q7035479", Tier::Partial),
        ("وباشينيان", "Q7035479", Tier::Partial),
        ("فلاديمير زيلينسكي", "Q3874799", Tier::Transliteration),
        ("مدينة وجدة", "Q186413", Tier::Partial),
        ("الكوري الشمالي", "Q423", Tier::Proclitic),
        ("الصحة العالمية", "Q7817", Tier::Partial),
    ] {
        let answer = gazetteer.resolve(query, &ResolveOptions::default());
        let best = answer.candidates.first().unwrap_or_else(|| panic!("{query}: nothing found"));
        assert_eq!((best.id.as_str(), best.tier), (id, tier), "{query}: {answer:#?}");
        assert_eq!(answer.status, Status::Resolved, "{query}: {answer:#?}");
    }
}

#[test]
fn what_is_no_spelling_of_a_name_is_not_resolved() {
    let gazetteer = gazetteer(&[world()]);
    for query in [
        "على",           // a preposition that folds to علي
        "فلاديمير",       // a given name alone
        "رجب",           // likewise
        "كيت",           // three letters, near كير
        "عزة",           // one edit from غزة
        "كيم جونغ إيل",  // the decisive token differs
        "الرئيس",        // a title alone
        "الرئيس التركي", // a title does not make an adjective of place a country
        "برتقال",
    ] {
        let answer = gazetteer.resolve(query, &ResolveOptions::default());
        assert_ne!(answer.status, Status::Resolved, "{query}: {answer:#?}");
    }
}

#[test]
fn an_article_is_no_hamza_and_makes_no_name_of_a_letter() {
    let albania = entity("Q222", "country", "Albania", 0.8);
    let alo = entity("yaqut:alo", "city", "Alo", 0.5);
    let netherlands = entity("Q55", "country", "Netherlands", 0.9);
    let names = [("Q222", "ألبان"), ("yaqut:alo", "الو"), ("Q55", "الأراضي المنخفضة")];
    let names = names.map(|(id, name)| alias(id, name, "ar", AliasKind::Preferred)).to_vec();
    let packs = [pack("p", vec![albania, alo, netherlands], names)];
    for word in ["بان", "بأن", "و", "ا"] {
        assert_eq!(best(&packs, word), None, "{word}");
    }
    assert_eq!(best(&packs, "أراضي المنخفضة").as_deref(), Some("Q55"));
}

#[test]
fn titles_alone_are_no_slips() {
    let place = entity("yaqut:p", "city", "Presidente Médici", 0.5);
    let packs = [pack("p", vec![place], vec![alias("yaqut:p", "Presidente", "en", AliasKind::Alternate)])];
    assert_eq!(best(&packs, "President"), None);
    assert!(best(&packs, "Presedente").is_some());
}

#[test]
fn function_words_are_no_family_names() {
    let mut ban = entity("Q1253", "person", "Ban Ki-moon", 0.8);
    ban.country = CountryCode::new("KR").ok();
    let kant = entity("Q9312", "person", "Immanuel Kant", 0.9);
    let names = [("Q1253", "بان كي مون"), ("Q9312", "إيمانويل كانط")];
    let names = names.map(|(id, name)| alias(id, name, "ar", AliasKind::Preferred)).to_vec();
    let packs = [pack("p", vec![ban, kant], names)];
    for (word, name, id) in [("بأن", "بان", "Q1253"), ("كانت", "كانط", "Q9312")] {
        assert_eq!(best(&packs, word), None);
        assert_eq!(best(&packs, name).as_deref(), Some(id));
    }
}

#[test]
fn an_article_more_is_not_called_another_order() {
    let gazetteer = gazetteer(&[world()]);
    for (query, step) in [
        ("رجب الطيب أردوغان", "article on one side only cost 0.45"),
        ("أردوغان رجب طيب", "reordered cost 0.45"),
    ] {
        let answer = gazetteer.resolve(query, &ResolveOptions::default());
        assert_eq!(answer.candidates[0].explanation, [step], "{query}");
    }
}

#[test]
fn the_name_of_an_entity_row_is_found_as_an_alias_is() {
    let bare = pack("p", vec![entity("Q1780", "city", "براتيسلافا", 0.7)], Vec::new());
    let found = gazetteer(std::slice::from_ref(&bare)).resolve("براتسلافا", &ResolveOptions::default());
    assert_eq!(found.canonical_id, Some(id("Q1780")), "{found:#?}");
    assert_eq!(found.candidates[0].matched_alias, "براتيسلافا");
    // It is listed only where it has a row of its own, and restores nothing that an earlier pack blocked.
    assert_eq!(gazetteer(std::slice::from_ref(&bare)).entity("Q1780").unwrap().aliases, []);
    let block = OverrideAction::Block { alias: "براتيسلافا".into(), id: id("Q1780") };
    let again = pack("again", bare.entities.clone(), Vec::new());
    assert_eq!(best(&[bare, overlay(vec![block]), again], "براتيسلافا"), None);
}

#[test]
fn what_cannot_be_a_name_is_invalid_with_the_reason() {
    let gazetteer = gazetteer(&[world()]);
    for (query, reason) in [
        ("", "is empty"),
        (" \u{a0}\t", "is empty"),
        ("؟!", "no letter or digit"),
        (&"م".repeat(300), "600 bytes, more than 512"),
        (&"a".repeat(300), "300 characters, more than 256"),
        (&"\u{FDFA}".repeat(100), "1800 characters, more than 256"),
    ] {
        let answer = gazetteer.resolve(query, &ResolveOptions::default());
        assert_eq!(answer.status, Status::Invalid, "{query}");
        assert!(answer.invalid_reason.as_ref().is_some_and(|text| text.contains(reason)), "{answer:?}");
        assert!(answer.candidates.is_empty() && answer.canonical_id.is_none());
    }
}

#[test]
fn homographs_are_ambiguous_unless_rank_or_a_hint_decides() {
    let gazetteer = gazetteer(&[world()]);
    let resolve = |query: &str, options: &ResolveOptions| {
        let answer = gazetteer.resolve(query, options);
        (answer.status, answer.candidates.iter().map(|c| c.id.to_string()).collect::<Vec<_>>())
    };
    let defaults = ResolveOptions::default();
    let (status, mut ids) = resolve("عمان", &defaults);
    ids.sort();
    assert_eq!((status, ids), (Status::Ambiguous, vec!["Q3805".to_owned(), "Q842".to_owned()]));
    assert_eq!(resolve("Paris", &defaults).0, Status::Resolved);

    let city = ResolveOptions { types: vec![EntityType::new("city").unwrap()], ..defaults.clone() };
    assert_eq!(resolve("عمان", &city), (Status::Resolved, vec!["Q3805".to_owned()]));
    let jordan = ResolveOptions { country: Some(CountryCode::new("JO").unwrap()), ..defaults.clone() };
    assert_eq!(resolve("عمان", &jordan).1[0], "Q3805");
    let person = ResolveOptions { types: vec![EntityType::new("person").unwrap()], ..defaults };
    assert_eq!(resolve("عمان", &person), (Status::NotFound, vec![]));
}

#[test]
fn a_whole_name_outranks_a_stripped_one() {
    let gazetteer = gazetteer(&[world()]);
    for (query, expected) in [("وجدة", "Q186413"), ("وارسو", "Q270")] {
        let answer = gazetteer.resolve(query, &ResolveOptions::default());
        assert_eq!(answer.canonical_id, Some(id(expected)), "{answer:#?}");
    }
}

#[test]
fn no_prominence_lifts_a_stripped_name_over_a_whole_one() {
    let entities = vec![entity("village", "city", "Oujda", 0.0), entity("metropolis", "city", "Jeddah", 1.0)];
    let aliases = vec![
        alias("village", "ودمرة", "ar", AliasKind::Preferred),
        alias("metropolis", "دمرة", "ar", AliasKind::Preferred),
    ];
    let answer = gazetteer(&[pack("p", entities, aliases)]).resolve("ودمرة", &ResolveOptions::default());
    assert_eq!(answer.canonical_id, Some(id("village")), "{answer:#?}");
    // What speaks against the other reading shows in its score: the two strings are as near as ever.
    let other = &answer.candidates[1];
    assert_eq!(other.id, id("metropolis"));
    assert!(other.score.get() < 0.1 && other.form_similarity > 0.999, "{other:#?}");
}

#[test]
fn a_further_alias_never_weakens_its_own_query() {
    let entities = || vec![entity("city", "city", "York", 0.60), entity("village", "city", "Yark", 0.20)];
    let rows = [
        alias("city", "نيويورك", "ar", AliasKind::Preferred),
        alias("village", "نيو يورك", "ar", AliasKind::Preferred),
    ];
    let resolve = |aliases: Vec<_>| {
        let answer =
            gazetteer(&[pack("p", entities(), aliases)]).resolve("نيو يورك", &ResolveOptions::default());
        let score = answer.candidates.iter().find(|one| one.id == id("city")).map(|one| one.score.get());
        (answer.canonical_id, score)
    };
    let without = resolve(rows.to_vec());
    assert_eq!(without.0, Some(id("city")));
    for kind in [AliasKind::Alternate, AliasKind::Misspelling, AliasKind::Hidden, AliasKind::Former] {
        let with = resolve(rows.iter().cloned().chain([alias("city", "نيو يورك", "ar", kind)]).collect());
        assert!(with.0 == without.0 && with.1 >= without.1, "{kind:?}: {with:?} {without:?}");
    }
}

#[test]
fn a_token_of_one_persons_name_is_no_slip_of_anothers() {
    let person =
        |id: &str, name: &str| (entity(id, "person", id, 0.7), alias(id, name, "ar", AliasKind::Preferred));
    let (entities, aliases): (Vec<_>, Vec<_>) =
        [person("one", "سالم بن فرحان"), person("two", "فرحات بن زيد"), person("three", "ناصر بن حمدان")]
            .into_iter()
            .unzip();
    let packs = [pack("people", entities, aliases)];
    assert_eq!(best(&packs, "سالم بن فرحام").as_deref(), Some("one"));
    assert_eq!(best(&packs, "سالم بن فرحات"), None, "فرحات is a name");
}

#[test]
fn scores_lie_in_range_and_sum_to_at_most_one() {
    let gazetteer = gazetteer(&[world()]);
    for query in QUERIES {
        let answer = gazetteer.resolve(query, &ResolveOptions { limit: 100, ..ResolveOptions::default() });
        let scores: Vec<f32> = answer.candidates.iter().map(|c| c.score.get()).collect();
        assert!(scores.iter().sum::<f32>() <= 1.0 + 1e-4, "{query}: {scores:?}");
        assert!(scores.is_sorted_by(|a, b| a >= b), "{query}: {scores:?}");
    }
}

#[test]
fn what_a_caller_asks_to_see_does_not_change_the_verdict() {
    let gazetteer = gazetteer(&[world()]);
    let resolve = |limit, min_score| {
        let options = ResolveOptions { limit, min_score, ..ResolveOptions::default() };
        let answer = gazetteer.resolve("عمان", &options);
        (answer.status, answer.candidates.len())
    };
    assert_eq!(resolve(5, 0.0), (Status::Ambiguous, 2));
    assert_eq!(resolve(1, 0.0), (Status::Ambiguous, 1));
    let best = gazetteer.resolve("عمان", &ResolveOptions::default()).candidates[0].score.get();
    assert_eq!(resolve(5, best), (Status::Ambiguous, 1));
    assert_eq!(resolve(5, 0.99), (Status::NotFound, 0));
}

#[test]
fn a_name_of_very_many_places_is_ambiguous() {
    let number = |i: u32| format!("yaqut:san-{i:03}");
    let places = (0..300).map(|i| entity(&number(i), "city", "San", 0.5)).collect();
    let names = (0..300).map(|i| alias(&number(i), "San", "en", AliasKind::Preferred)).collect();
    let answer = gazetteer(&[pack("p", places, names)]).resolve("San", &ResolveOptions::default());
    assert_eq!((answer.status, answer.candidates.len()), (Status::Ambiguous, 5));
    assert_eq!(answer.candidates[4].id.as_str(), "yaqut:san-004", "ties go by ID");
}

fn overlay(actions: Vec<OverrideAction>) -> Pack {
    let row = |action| OverrideRow { action, note: String::new(), place: RowPlace::default() };
    Pack { overrides: actions.into_iter().map(row).collect(), ..pack("overlay", vec![], vec![]) }
}

fn best(packs: &[Pack], query: &str) -> Option<String> {
    let answer = gazetteer(packs).resolve(query, &ResolveOptions::default());
    answer.candidates.first().map(|candidate| candidate.id.to_string())
}

#[test]
fn an_overlay_adds_aliases() {
    let addition = pack("mine", vec![], vec![alias("Q39259", "السلطان الجديد", "ar", AliasKind::Alternate)]);
    assert_eq!(best(&[world()], "السلطان الجديد"), None);
    assert_eq!(best(&[world(), addition.clone()], "السلطان الجديد").as_deref(), Some("Q39259"));
    let answer = gazetteer(&[world(), addition]).resolve("السلطان الجديد", &ResolveOptions::default());
    assert_eq!(answer.candidates[0].pack, "mine");
}

#[test]
fn a_block_holds_for_every_spelling_until_a_later_pack_restores_it() {
    let blocked = overlay(vec![OverrideAction::Block { alias: "أردوغان".into(), id: id("Q39259") }]);
    for query in ["أردوغان", "إردوغان", "وأردوغان"] {
        assert_eq!(best(&[world(), blocked.clone()], query), None, "{query}");
    }
    assert!(best(&[world(), blocked.clone()], "رجب طيب أردوغان").is_some());
    let restored = pack("later", vec![], vec![alias("Q39259", "أردوغان", "ar", AliasKind::Short)]);
    assert!(best(&[world(), blocked, restored], "وأردوغان").is_some());
    let nothing = overlay(vec![OverrideAction::NotAName { alias: "عمان".into() }]);
    assert_eq!(best(&[world(), nothing.clone()], "عمان"), None);
    let suggested = |packs: &[Pack]| {
        let found = gazetteer(packs).suggest("عما", &SuggestOptions::default());
        found.iter().any(|suggestion| suggestion.alias == "عمان")
    };
    assert!(suggested(&[world()]) && !suggested(&[world(), nothing]));
}

#[test]
fn only_a_row_of_the_name_itself_restores_it() {
    let blocked = overlay(vec![OverrideAction::Block { alias: "ناتو".into(), id: id("Q7184") }]);
    let mut longer = alias("Q7184", "الناتو", "ar", AliasKind::Preferred);
    longer.article = Article::Optional;
    let later = pack("later", vec![], vec![longer]);
    assert_eq!(best(&[world(), blocked.clone(), later], "ناتو"), None);
    let later = pack("later", vec![], vec![alias("Q7184", "ناتو", "ar", AliasKind::Short)]);
    assert_eq!(best(&[world(), blocked, later], "ناتو").as_deref(), Some("Q7184"));
}

#[test]
fn what_is_blocked_or_dangling_is_not_known() {
    // Without Oujda, وجدة is و and Jeddah, and nothing speaks against it.
    let whole = entity("Q186413", "city", "Oujda", 0.7);
    let jeddah = entity("Q374365", "city", "Jeddah", 0.8);
    let rows = |ids: &[(&str, &str)]| -> Vec<_> {
        ids.iter().map(|(id, name)| alias(id, name, "ar", AliasKind::Preferred)).collect()
    };
    let names = rows(&[("Q186413", "وجدة"), ("Q374365", "جدة")]);
    let similarity = |packs: &[Pack]| {
        let answer = gazetteer(packs).resolve("وجدة", &ResolveOptions::default());
        let jeddah = answer.candidates.iter().find(|c| c.id.as_str() == "Q374365");
        jeddah.map(|candidate| candidate.form_similarity)
    };
    let alone = pack("p", vec![jeddah.clone()], rows(&[("Q374365", "جدة")]));
    let dangling = pack("p", vec![jeddah.clone()], names.clone());
    let both = pack("p", vec![whole, jeddah], names);
    let blocked = overlay(vec![OverrideAction::Block { alias: "وجدة".into(), id: id("Q186413") }]);
    assert_eq!(similarity(std::slice::from_ref(&dangling)), similarity(std::slice::from_ref(&alone)));
    assert_eq!(similarity(&[both, blocked]), similarity(&[alone]));
}

#[test]
fn removed_entities_are_gone_and_redirected_ones_answer_under_the_target() {
    let gone = overlay(vec![OverrideAction::Remove { id: id("Q212") }]);
    assert_eq!(best(&[world(), gone.clone()], "أوكرانيا"), None);
    assert!(gazetteer(&[world(), gone]).entity("Q212").is_none());
    let moved = overlay(vec![OverrideAction::Redirect { id: id("Q270"), target: id("Q649") }]);
    assert_eq!(best(&[world(), moved.clone()], "وارسو").as_deref(), Some("Q649"));
    assert_eq!(gazetteer(&[world(), moved]).entity("Q270").unwrap().id.as_str(), "Q649");
}

#[test]
fn to_remove_what_a_redirected_id_stood_for_leaves_the_target() {
    let redirect = OverrideAction::Redirect { id: id("Q270"), target: id("Q649") };
    let remove = |text| OverrideAction::Remove { id: id(text) };
    for overlays in [
        vec![overlay(vec![redirect.clone(), remove("Q270")])],
        vec![overlay(vec![remove("Q270")]), overlay(vec![redirect.clone()])],
        vec![overlay(vec![redirect.clone()]), overlay(vec![remove("Q270")])],
    ] {
        let packs: Vec<Pack> = std::iter::once(world()).chain(overlays).collect();
        assert_eq!(best(&packs, "موسكو").as_deref(), Some("Q649"));
        assert_eq!(best(&packs, "وارسو"), None, "a name of the removed entity");
        assert_eq!(gazetteer(&packs).entity("Q270").unwrap().id.as_str(), "Q649");
    }
    let packs = [world(), overlay(vec![redirect, remove("Q649")])];
    assert_eq!((best(&packs, "موسكو"), best(&packs, "وارسو")), (None, None));
}

#[test]
fn redirect_cycles_and_dangling_rows_are_inert() {
    let cycle = overlay(vec![
        OverrideAction::Redirect { id: id("Q270"), target: id("Q649") },
        OverrideAction::Redirect { id: id("Q649"), target: id("Q270") },
    ]);
    assert!(gazetteer(&[world(), cycle]).entity("Q270").is_some());
    let dangling =
        pack("dangling", vec![], vec![alias("Q999999", "لا أحد يعرفه", "ar", AliasKind::Preferred)]);
    assert_eq!(best(&[world(), dangling], "لا أحد يعرفه"), None);
    let nowhere = overlay(vec![OverrideAction::Redirect { id: id("Q270"), target: id("Q999999") }]);
    assert_eq!(gazetteer(&[world(), nowhere]).entity("Q270").unwrap().id.as_str(), "Q270");
}

#[test]
fn entities_that_share_an_id_are_one_under_the_earliest() {
    let mut second = entity("geonames:690791", "country", "Ukraine (GeoNames)", 0.9);
    second.same_as = vec![id("iso3166:UA")];
    second.description = "from the second pack".to_owned();
    let name = alias("geonames:690791", "Україна", "uk", AliasKind::Preferred);
    let gazetteer = gazetteer(&[world(), pack("second", vec![second], vec![name])]);
    let answer = gazetteer.resolve("Україна", &ResolveOptions::default());
    assert_eq!(answer.canonical_id, Some(id("Q212")));
    assert_eq!(answer.candidates[0].same_as, [id("geonames:690791"), id("iso3166:UA")]);
    let found = gazetteer.entity("geonames:690791").unwrap();
    assert_eq!((found.name.as_str(), found.description.as_str()), ("Ukraine", "from the second pack"));
    assert_eq!(found.packs, ["world", "second"]);

    let geonames = ResolveOptions { id_namespace: Some("geonames".into()), ..ResolveOptions::default() };
    assert_eq!(gazetteer.resolve("أوكرانيا", &geonames).canonical_id, Some(id("geonames:690791")));
    let ukrainian =
        ResolveOptions { display_language_code: Some("uk-UA".into()), ..ResolveOptions::default() };
    assert_eq!(gazetteer.resolve("أوكرانيا", &ukrainian).candidates[0].name, "Україна");
}

#[test]
fn suggestions_begin_with_the_prefix_and_come_by_rank() {
    let gazetteer = gazetteer(&[world()]);
    let suggestions = gazetteer.suggest("أو", &SuggestOptions::default());
    assert_eq!(suggestions.first().map(|s| s.id.as_str()), Some("Q212"), "{suggestions:?}");
    assert!(gazetteer.suggest("", &SuggestOptions::default()).is_empty());
}

#[test]
fn a_lexical_article_stays() {
    let mut lexical = alias("Q307871", "السيسي", "ar", AliasKind::Short);
    lexical.article = Article::Lexical;
    let sisi = entity("Q307871", "person", "Abdel Fattah el-Sisi", 0.8);
    let packs = [pack("p", vec![sisi], vec![lexical])];
    assert_eq!(best(&packs, "سيسي"), None);
    assert_eq!(best(&packs, "والسيسي").as_deref(), Some("Q307871"));
}

/// Deals the rows of a pack to two packs; overrides, which act on what lies below, go to the upper one.
fn split(whole: &Pack, choices: &[bool]) -> [Pack; 2] {
    let mut halves = [pack("lower", vec![], vec![]), pack("upper", vec![], vec![])];
    let mut choice = choices.iter().copied().cycle();
    let mut half = || usize::from(choice.next().unwrap_or_default());
    for row in &whole.entities {
        halves[half()].entities.push(row.clone());
    }
    for row in &whole.aliases {
        halves[half()].aliases.push(row.clone());
    }
    halves[1].overrides.clone_from(&whole.overrides);
    halves
}

/// What an answer says beside the names of packs and the version of the index.
fn essence(gazetteer: &Gazetteer, query: &str, options: &ResolveOptions) -> String {
    let mut answer = gazetteer.resolve(query, options);
    answer.index_version.clear();
    for candidate in &mut answer.candidates {
        candidate.pack.clear();
        candidate.explanation.iter_mut().for_each(forget_pack);
    }
    for blocked in &mut answer.blocked {
        blocked.pack.clear();
    }
    format!("{answer:#?}")
}

/// Takes the pack off a step that tells of a redirect.
fn forget_pack(step: &mut String) {
    if let Some(at) = step.find(" (").filter(|_| step.starts_with("redirected ")) {
        step.truncate(at);
    }
}

/// What an explanation says beside the same.
fn explained(gazetteer: &Gazetteer, query: &str, id: &str) -> String {
    let Ok(mut found) = gazetteer.explain(query, id, &ResolveOptions::default()) else {
        return String::new();
    };
    found.index_version.clear();
    // It names the pack of an override.
    found.message.clear();
    for pack in [found.pack.as_mut(), found.alias.as_mut().map(|alias| &mut alias.pack)].into_iter().flatten()
    {
        pack.clear();
    }
    if let Some(rival) = &mut found.rival {
        rival.pack.clear();
    }
    found.alias.iter_mut().flat_map(|alias| &mut alias.steps).for_each(|step| forget_pack(&mut step.text));
    format!("{found:#?}")
}

/// Entities of one rank whose names are near each other, so that nearly every hit ties with another.
///
/// A row that stands twice is taken once: two packs that both list a name count as more names than one pack that does.
fn twins(rows: &[(u8, String, usize)]) -> Pack {
    let number = |i: u8| format!("yaqut:twin-{i}");
    let entities = (0..4).map(|i| entity(&number(i), if i < 2 { "person" } else { "city" }, "Twin", 0.5));
    let kind = |i: usize| AliasKind::ALL[i % AliasKind::ALL.len()];
    let mut seen = HashSet::new();
    let rows = rows.iter().filter(|(i, text, _)| seen.insert((*i, text.as_str())));
    let aliases = rows.map(|(i, text, kind_at)| alias(&number(*i), text, "ar", kind(*kind_at)));
    pack("twins", entities.collect(), aliases.collect())
}

/// Rows for [`twins`]: every short name of few letters, dealt to the four.
fn twin_rows() -> Vec<(u8, String, usize)> {
    let letters = ["ا", "ب", "ت", "و"];
    let pairs = letters.iter().flat_map(|a| letters.iter().map(move |b| format!("{a}{b}ب{a}")));
    pairs.enumerate().map(|(i, name)| ((i % 4) as u8, name, i)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_split_pack_answers_alike(
        choices in prop::collection::vec(any::<bool>(), 1..40),
        noise in "[ابتوليكغجأة ]{0,10}",
        query in 0_usize..QUERIES.len(),
    ) {
        let mut whole = world();
        whole.overrides = overlay(vec![
            OverrideAction::Block { alias: "باريس".into(), id: id("Q830149") },
            OverrideAction::Redirect { id: id("Q270"), target: id("Q649") },
            OverrideAction::NotAName { alias: "المالية".into() },
        ]).overrides;
        let (one, two) = (gazetteer(std::slice::from_ref(&whole)), gazetteer(&split(&whole, &choices)));
        let options = ResolveOptions { limit: 100, ..ResolveOptions::default() };
        for query in [QUERIES[query], noise.as_str()] {
            prop_assert_eq!(essence(&one, query, &options), essence(&two, query, &options));
            for id in ["Q212", "Q39259", "Q830149", "Q270", "Q912"] {
                prop_assert_eq!(explained(&one, query, id), explained(&two, query, id));
            }
        }
    }

    #[test]
    fn a_split_pack_breaks_ties_alike(
        rows in prop::collection::vec((0..4_u8, "[ابآ]{3,5}( [ابآ]{3,4})?", 0..3_usize), 1..24),
        choices in prop::collection::vec(any::<bool>(), 1..40),
        query in "[ابآة]{3,6}( [ابآ]{3,4})?",
        limit in 1..4_usize,
    ) {
        let whole = twins(&rows);
        let (one, two) = (gazetteer(std::slice::from_ref(&whole)), gazetteer(&split(&whole, &choices)));
        let options = ResolveOptions { limit, ..ResolveOptions::default() };
        prop_assert_eq!(essence(&one, &query, &options), essence(&two, &query, &options));
        let prefix: String = query.chars().take(2).collect();
        let options = SuggestOptions { limit, ..SuggestOptions::default() };
        prop_assert_eq!(one.suggest(&prefix, &options), two.suggest(&prefix, &options));
    }

    #[test]
    fn the_order_of_rows_changes_nothing(
        rows in Just(twin_rows()).prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        query in "[ابتو]{1,6}",
    ) {
        let ((one, other), options) = (rows, ResolveOptions { limit: 100, ..ResolveOptions::default() });
        let (one, mut other) = (twins(&one), twins(&other));
        other.entities.reverse();
        prop_assert_eq!(
            essence(&gazetteer(&[one]), &query, &options),
            essence(&gazetteer(&[other]), &query, &options)
        );
    }

    #[test]
    fn an_alias_more_never_makes_its_own_query_worse(
        name in "[ابتوليكغجأة]{1,8}( [ابتوليكغجأة]{1,8})?",
        at in 0_usize..100,
        kind_at in 0..AliasKind::ALL.len(),
    ) {
        let mut pack = world();
        let id = pack.entities[at % pack.entities.len()].id.to_string();
        let score = |pack: &Pack| {
            let options = ResolveOptions { limit: 100, ..ResolveOptions::default() };
            let answer = gazetteer(std::slice::from_ref(pack)).resolve(&name, &options);
            let found = answer.candidates.iter().find(|candidate| candidate.id.as_str() == id);
            found.map_or(0.0, |candidate| candidate.score.get())
        };
        let before = score(&pack);
        pack.aliases.push(alias(&id, &name, "ar", AliasKind::ALL[kind_at]));
        let after = score(&pack);
        prop_assert!(after > 0.0 && after >= before - 1e-5, "{before} → {after}");
    }

    #[test]
    fn any_text_is_answered(query in "\\PC{0,40}") {
        let answer = gazetteer(&[world()]).resolve(&query, &ResolveOptions::default());
        prop_assert_eq!(answer.status == Status::Resolved, answer.canonical_id.is_some());
        prop_assert_eq!(answer.status == Status::Invalid, answer.invalid_reason.is_some());
    }
}
