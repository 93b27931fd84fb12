//! Hints: how types, country, language, rank and context tell the bearers of one name apart, over a small world and over
//! the bundled packs.
#![allow(clippy::unwrap_used)]

#[cfg(feature = "store")]
#[path = "hints/bundled.rs"]
mod bundled;
#[allow(dead_code)]
mod world;

use proptest::prelude::*;
use world::{alias, entity, gazetteer, pack};
use yaqut::gazetteer::{EntityOptions, SuggestOptions};
use yaqut::model::{AliasKind, CountryCode, EntityId, EntityType, Rank, Status};
use yaqut::pack::Pack;
use yaqut::resolve::{MAX_CONTEXT_WORDS, check_context};
use yaqut::{Gazetteer, ResolveOptions};

fn context(words: &str) -> ResolveOptions {
    ResolveOptions { context: vec![words.to_owned()], limit: 100, ..ResolveOptions::default() }
}

fn of_type(name: &str) -> ResolveOptions {
    ResolveOptions { types: vec![EntityType::new(name).unwrap()], ..ResolveOptions::default() }
}

fn in_country(code: &str) -> ResolveOptions {
    ResolveOptions { country: CountryCode::new(code).ok(), ..ResolveOptions::default() }
}

/// The ID that is chosen, or the status.
fn verdict(gazetteer: &Gazetteer, name: &str, options: &ResolveOptions) -> String {
    let answer = gazetteer.resolve(name, options);
    answer.canonical_id.map_or_else(|| answer.status.to_string(), |id| id.to_string())
}

fn ids(gazetteer: &Gazetteer, name: &str, options: &ResolveOptions) -> Vec<String> {
    let answer = gazetteer.resolve(name, options);
    let mut ids: Vec<_> = answer.candidates.iter().map(|candidate| candidate.id.to_string()).collect();
    ids.sort();
    ids
}

type Names = &'static [(&'static str, AliasKind)];
type Row = (&'static str, &'static str, &'static str, f32, &'static str, &'static str, Names);

/// Homographs of every sort, and what may stand near them.
#[rustfmt::skip]
const ROWS: &[Row] = {
    use AliasKind::{Abbreviation, Demonym, Preferred, Short};
    &[
        ("state", "region", "Varna (state)", 0.80, "BB", "state in the north of Belandia", &[
            ("فارنا", Preferred), ("ولاية فارنا", Preferred)]),
        ("country", "country", "Varna", 0.80, "AA", "country of mountains", &[
            ("فارنا", Preferred), ("الجمهورية الفارنية", Preferred), ("فارني", Demonym), ("AND", Abbreviation)]),
        ("capital", "city", "Varna City", 0.78, "AA", "capital of the country", &[("فارنا", Preferred)]),
        ("aa-town", "city", "Masqa", 0.76, "AA", "", &[("مسقا", Preferred)]),
        ("bb", "country", "Belandia", 0.85, "BB", "", &[("بيلانديا", Preferred), ("بيلاندي", Demonym), ("بيلاندية", Demonym)]),
        ("bb-port", "city", "Port Belan", 0.72, "BB", "", &[("ميناء بيلان", Preferred), ("Port Belan", Preferred)]),
        ("bb-hamlet", "city", "Kitab", 0.40, "BB", "", &[("كتاب", Preferred)]),
        ("cc-town", "city", "Masqa of Cedia", 0.76, "CC", "", &[("سيديا", Preferred)]),
        ("both-a", "city", "Twin", 0.76, "AA", "", &[("توأم", Preferred)]),
        ("both-b", "city", "Twin", 0.76, "BB", "", &[("توأم", Preferred)]),
        ("player", "person", "Sami Karam", 0.60, "AA", "Belandian tennis champion since 2001", &[
            ("سامي كرم", Preferred), ("كرم", Short)]),
        ("writer", "person", "Nadia Karam", 0.60, "AA", "novelist, winner of prizes", &[
            ("نادية كرم", Preferred), ("كرم", Short)]),
        ("unranked", "place", "Unranked Lake", f32::NAN, "BB", "", &[("بحيرة كولا", Preferred)]),
        ("village", "city", "Landa", 0.30, "AA", "", &[("لندا", Preferred)]),
        ("metropolis", "city", "Great Landa", 0.90, "BB", "", &[("لندا", Preferred)]),
    ]
};

fn world() -> Pack {
    let (mut entities, mut aliases) = (Vec::new(), Vec::new());
    for &(id, entity_type, name, rank, country, description, names) in ROWS {
        let mut row = entity(id, entity_type, name, rank);
        row.country = CountryCode::new(country).ok();
        description.clone_into(&mut row.description);
        entities.push(row);
        aliases.extend(names.iter().map(|&(text, kind)| alias(id, text, "ar", kind)));
    }
    pack("world", entities, aliases)
}

#[test]
fn without_hints_every_reading_is_listed() {
    let gazetteer = gazetteer(&[world()]);
    let options = ResolveOptions::default();
    assert_eq!(verdict(&gazetteer, "فارنا", &options), "AMBIGUOUS");
    assert_eq!(ids(&gazetteer, "فارنا", &options), ["capital", "country", "state"]);
}

#[test]
fn types_and_country_decide() {
    let gazetteer = gazetteer(&[world()]);
    for (options, id) in [
        (of_type("country"), "country"),
        (of_type("city"), "capital"),
        (of_type("region"), "state"),
        (in_country("BB"), "state"),
        (of_type("person"), "NOT_FOUND"),
        (in_country("AA"), "AMBIGUOUS"),
        (in_country("ZZ"), "AMBIGUOUS"),
    ] {
        assert_eq!(verdict(&gazetteer, "فارنا", &options), id, "{options:?}");
    }
}

#[test]
fn clear_context_decides() {
    let gazetteer = gazetteer(&[world()]);
    for (name, words, id) in [
        // The country, its people, a place in it; with proclitics, in a sentence, in another script.
        ("فارنا", "بيلانديا", "state"),
        ("فارنا", "وفي بيلانديا،", "state"),
        ("فارنا", "البيلاندية", "state"),
        ("فارنا", "ميناء بيلان", "state"),
        ("فارنا", "بميناء بيلان", "state"),
        ("فارنا", "PORT BELAN", "state"),
        ("توأم", "قال مسافر إلى مسقا إن الطريق طويل", "both-a"),
        ("توأم", "توأم في بيلانديا", "both-b"),
        // Another name of the candidate itself.
        ("فارنا", "الجمهورية الفارنية", "country"),
        ("فارنا", "ولاية فارنا", "state"),
        // Nouns for its type.
        ("فارنا", "دولة", "country"),
        ("فارنا", "الدولة", "country"),
        ("فارنا", "city", "capital"),
        ("فارنا", "وبمدينة", "capital"),
        ("فارنا", "ولاية", "state"),
        // Words of its description, if there are several.
        ("كرم", "tennis champion", "player"),
        ("كرم", "prizes for a novelist", "writer"),
    ] {
        assert_eq!(verdict(&gazetteer, name, &context(words)), id, "{name} beside {words}");
    }
}

#[test]
fn weak_or_contradictory_context_does_not_decide() {
    let gazetteer = gazetteer(&[world()]);
    for (name, words) in [
        ("توأم", ""),
        ("توأم", "؟ - …"),
        ("توأم", "قال إن الطريق طويل"),
        // A hamlet bears the name of anything.
        ("توأم", "كتاب"),
        // A place in a country of neither.
        ("توأم", "سيديا"),
        // The name itself, whoever bears it.
        ("توأم", "توأم وتوأم"),
        ("فارنا", "فارنا"),
        // Two countries, two types.
        ("توأم", "مسقا بيلانديا"),
        ("فارنا", "مدينة دولة"),
        // A code is written in capitals.
        ("توأم", "and"),
        // The country of two of three readings.
        ("فارنا", "مسقا"),
        // One word of a description.
        ("كرم", "tennis"),
        // An adjective does not name the country rather than its capital.
        ("فارنا", "الفارنية"),
    ] {
        assert_eq!(verdict(&gazetteer, name, &context(words)), "AMBIGUOUS", "{name} beside {words}");
    }
    assert_eq!(verdict(&gazetteer, "توأم", &context("AND")), "both-a");
}

#[test]
fn many_words_weigh_more_than_one_but_within_bounds() {
    let gazetteer = gazetteer(&[world()]);
    let score = |words: &str| {
        let answer = gazetteer.resolve("لندا", &context(words));
        let village = answer.candidates.iter().find(|candidate| candidate.id.as_str() == "village");
        village.map_or(0.0, |candidate| candidate.score.get())
    };
    assert!(score("مسقا") > 10.0 * score(""), "{} {}", score("مسقا"), score(""));
    assert!(score("مسقا الجمهورية الفارنية") > score("مسقا"));
    let all = "مسقا الجمهورية الفارنية توأم مدينة فارني قرية بلدة فارنا";
    assert!(score(all) < 0.95, "{}", score(all));
}

#[test]
fn context_adds_no_candidate() {
    let gazetteer = gazetteer(&[world()]);
    for name in ["زرقاء", "بيلانديا", "ميناء بيلان", "سامي كرم"] {
        let alone = ids(&gazetteer, name, &ResolveOptions::default());
        assert_eq!(ids(&gazetteer, name, &context("فارنا مسقا لندا توأم كرم دولة")), alone, "{name}");
    }
    assert_eq!(verdict(&gazetteer, "زرقاء", &context("بيلانديا")), "NOT_FOUND");
}

#[test]
fn context_is_read_entry_by_entry_in_any_order() {
    let gazetteer = gazetteer(&[world()]);
    let resolve = |entries: &[&str]| {
        let context = entries.iter().map(|&entry| entry.to_owned()).collect();
        gazetteer.resolve("فارنا", &ResolveOptions { context, ..ResolveOptions::default() }).candidates
    };
    assert_eq!(resolve(&["بيلانديا", "مدينة"]), resolve(&["مدينة", "بيلانديا"]));
    assert_eq!(resolve(&["بيلانديا مدينة"]), resolve(&["مدينة", "بيلانديا", "بيلانديا"]));
    assert_ne!(resolve(&["ميناء بيلان"]), resolve(&["ميناء", "بيلان"]), "no phrase crosses two entries");
}

#[test]
fn words_beyond_the_limit_are_not_read() {
    let gazetteer = gazetteer(&[world()]);
    let after = |count: usize| context(&format!("{} بيلانديا", "كلمة ".repeat(count)));
    assert_eq!(verdict(&gazetteer, "توأم", &after(MAX_CONTEXT_WORDS - 1)), "both-b");
    assert_eq!(verdict(&gazetteer, "توأم", &after(MAX_CONTEXT_WORDS)), "AMBIGUOUS");
    assert!(check_context(&after(MAX_CONTEXT_WORDS).context).unwrap_err().contains("65 words"));
}

#[test]
fn a_blocked_name_is_no_context() {
    use yaqut::pack::{OverrideAction, OverrideRow, RowPlace};
    let action = OverrideAction::NotAName { alias: "مسقا".into() };
    let mut overlay = pack("overlay", vec![], vec![]);
    overlay.overrides = vec![OverrideRow { action, note: String::new(), place: RowPlace::default() }];
    assert_eq!(verdict(&gazetteer(&[world(), overlay]), "توأم", &context("مسقا")), "AMBIGUOUS");
}

#[test]
fn min_rank_leaves_out_the_small_and_the_unknown() {
    let gazetteer = gazetteer(&[world()]);
    let least = |min_rank| ResolveOptions { min_rank, limit: 100, ..ResolveOptions::default() };
    assert_eq!(ids(&gazetteer, "توأم", &least(0.76)), ["both-a", "both-b"]);
    assert_eq!(verdict(&gazetteer, "توأم", &least(0.77)), "NOT_FOUND");
    assert_eq!(ids(&gazetteer, "لندا", &least(0.5)), ["metropolis"]);
    assert_eq!(verdict(&gazetteer, "بحيرة كولا", &least(0.0)), "unranked");
    assert_eq!(verdict(&gazetteer, "بحيرة كولا", &least(0.01)), "NOT_FOUND");
    // What is left out is still known: it is no slip for another name.
    assert_eq!(verdict(&gazetteer, "كتاب", &least(0.5)), "NOT_FOUND");

    let suggest = |min_rank| {
        let options = SuggestOptions { min_rank, ..SuggestOptions::default() };
        gazetteer.suggest("لند", &options).iter().map(|found| found.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(suggest(0.0), ["metropolis", "village"]);
    assert_eq!(suggest(0.5), ["metropolis"]);
}

#[test]
fn candidates_tell_their_rank() {
    let gazetteer = gazetteer(&[world()]);
    let rank = |name: &str| gazetteer.resolve(name, &ResolveOptions::default()).candidates[0].rank;
    assert_eq!(rank("بيلانديا"), Rank::new(0.85));
    assert_eq!(rank("بحيرة كولا"), None);
    let json =
        |name: &str| serde_json::to_value(gazetteer.resolve(name, &ResolveOptions::default())).unwrap();
    assert!((json("بيلانديا")["candidates"][0]["rank"].as_f64().unwrap() - 0.85).abs() < 1e-6);
    assert_eq!(json("بحيرة كولا")["candidates"][0].get("rank"), None);
}

/// An entity with IDs of three namespaces and names in several languages.
fn many_names() -> Gazetteer {
    let mut row = entity("Q212", "country", "Ukraine", 0.95);
    row.same_as = ["geonames:690791", "iso3166:UA"].map(|id| EntityId::new(id).unwrap()).to_vec();
    let names = [
        ("أوكراني", "ar", AliasKind::Demonym),
        ("أوكرانيا", "ar", AliasKind::Preferred),
        ("烏克蘭", "zh-Hant", AliasKind::Preferred),
        ("乌克兰", "zh", AliasKind::Preferred),
        ("Ucrania", "es-419", AliasKind::Preferred),
        ("ukrainien", "fr", AliasKind::Demonym),
        ("Ukrane", "de", AliasKind::Misspelling),
    ];
    let names = names.map(|(text, lang, kind)| alias("Q212", text, lang, kind)).to_vec();
    gazetteer(&[pack("p", vec![row, entity("ours:1", "city", "Onlyours", 0.5)], {
        let mut names = names;
        names.push(alias("ours:1", "أوكرا", "ar", AliasKind::Preferred));
        names
    })])
}

#[test]
fn a_namespace_changes_ids_everywhere_and_loses_none() {
    let gazetteer = many_names();
    for (namespace, id, same_as) in [
        (None, "Q212", ["geonames:690791", "iso3166:UA"]),
        (Some("wikidata"), "Q212", ["geonames:690791", "iso3166:UA"]),
        (Some("geonames"), "geonames:690791", ["Q212", "iso3166:UA"]),
        (Some("iso3166"), "iso3166:UA", ["Q212", "geonames:690791"]),
        // An entity that has no ID of the namespace keeps its canonical one.
        (Some("osm"), "Q212", ["geonames:690791", "iso3166:UA"]),
    ] {
        let id_namespace = namespace.map(str::to_owned);
        let options = ResolveOptions { id_namespace: id_namespace.clone(), ..ResolveOptions::default() };
        let answer = gazetteer.resolve("أوكرانيا", &options);
        assert_eq!(answer.canonical_id, EntityId::new(id).ok(), "{namespace:?}");
        assert_eq!(
            (answer.candidates[0].id.as_str(), texts(&answer.candidates[0].same_as)),
            (id, same_as.to_vec())
        );

        let options = SuggestOptions { id_namespace: id_namespace.clone(), ..SuggestOptions::default() };
        let suggested = gazetteer.suggest("أوكرا", &options);
        assert_eq!(suggested.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), [id, "ours:1"]);

        let options = EntityOptions { id_namespace, ..EntityOptions::default() };
        for known_as in ["Q212", "geonames:690791"] {
            let shown = gazetteer.entity_as(known_as, &options).unwrap();
            assert_eq!((shown.id.as_str(), texts(&shown.same_as)), (id, same_as.to_vec()));
        }
    }
}

fn texts(ids: &[EntityId]) -> Vec<&str> {
    ids.iter().map(EntityId::as_str).collect()
}

#[test]
fn names_are_shown_in_the_nearest_language() {
    let gazetteer = many_names();
    for (language, name) in [
        ("ar", "أوكرانيا"),
        ("AR", "أوكرانيا"),
        ("ar-EG", "أوكرانيا"),
        ("zh-Hant-TW", "烏克蘭"),
        ("zh-Hant", "烏克蘭"),
        ("zh-Hans-CN", "乌克兰"),
        ("ar-x-gulf", "أوكرانيا"),
        // No name in these: not those of a variety, of the people, or misspelt.
        ("es", "Ukraine"),
        ("fr", "Ukraine"),
        ("de", "Ukraine"),
        ("tlh", "Ukraine"),
    ] {
        let display_language_code = Some(language.to_owned());
        let options = ResolveOptions {
            display_language_code: display_language_code.clone(),
            ..ResolveOptions::default()
        };
        assert_eq!(gazetteer.resolve("أوكرانيا", &options).candidates[0].name, name, "{language}");
        let options = SuggestOptions {
            display_language_code: display_language_code.clone(),
            ..SuggestOptions::default()
        };
        assert_eq!(gazetteer.suggest("أوكراني", &options)[0].name, name, "{language}");
        let options = EntityOptions { display_language_code, ..EntityOptions::default() };
        assert_eq!(gazetteer.entity_as("Q212", &options).unwrap().name, name, "{language}");
    }
}

/// What context is made of.
fn any_context() -> impl Strategy<Value = Vec<String>> {
    let words = ROWS.iter().flat_map(|row| row.6.iter().map(|(text, _)| (*text).to_owned()));
    let words: Vec<String> = words.chain(["دولة", "مدينة", "tennis", "في"].map(str::to_owned)).collect();
    let word = prop_oneof![4 => prop::sample::select(words), 1 => "\\PC{0,12}"];
    prop::collection::vec(word, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn context_weighs_alike_however_packs_are_split(
        context in any_context(),
        name in prop::sample::select(vec!["فارنا", "توأم", "كرم", "لندا", "فارنه"]),
        choices in prop::collection::vec(any::<bool>(), 1..30),
    ) {
        let whole = world();
        let mut halves = [pack("world", vec![], vec![]), pack("world", vec![], vec![])];
        let mut choice = choices.iter().copied().cycle().map(usize::from);
        whole.entities.iter().for_each(|row| halves[choice.next().unwrap()].entities.push(row.clone()));
        whole.aliases.iter().for_each(|row| halves[choice.next().unwrap()].aliases.push(row.clone()));
        let options = ResolveOptions { context, limit: 100, ..ResolveOptions::default() };
        let one = gazetteer(&[whole]).resolve(name, &options);
        let two = gazetteer(&halves).resolve(name, &options);
        prop_assert_eq!((one.status, &one.candidates), (two.status, &two.candidates));
        let total: f32 = one.candidates.iter().map(|candidate| candidate.score.get()).sum();
        prop_assert!(total <= 1.0 + 1e-4);
    }

    #[test]
    fn context_reaches_nothing_that_the_name_does_not(context in any_context(), name in "[فارنتومكلدسي ]{1,8}") {
        let gazetteer = gazetteer(&[world()]);
        let with = gazetteer.resolve(&name, &ResolveOptions { context, limit: 100, ..ResolveOptions::default() });
        let alone = gazetteer.resolve(&name, &ResolveOptions { limit: 100, ..ResolveOptions::default() });
        prop_assert_eq!(with.candidates.is_empty(), alone.candidates.is_empty());
        if alone.status == Status::NotFound {
            prop_assert_eq!(with.status, Status::NotFound);
        }
    }
}
