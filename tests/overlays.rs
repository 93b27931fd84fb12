//! What overrides do to an answer, in every tier, and that the answer tells which row did it.
#![allow(clippy::unwrap_used)]

#[expect(dead_code, reason = "shared with tests that need more of it")]
mod world;

use yaqut::model::{AliasKind, BlockAction, EntityId, Status, Tier};
use yaqut::pack::{Pack, PackFile, PackFiles, parse};
use yaqut::resolve::{Candidate, Resolution, ResolveOptions};

use world::{alias, entity, gazetteer, pack, world};

/// A query for each tier, and the entity that it reaches.
const BY_TIER: [(&str, &str, Tier); 7] = [
    ("أردوغان", "Q39259", Tier::Exact),
    ("إردوغان", "Q39259", Tier::Orthographic),
    ("وأردوغان", "Q39259", Tier::Proclitic),
    ("الرئيس أردوغان", "Q39259", Tier::Partial),
    ("أردوجان", "Q39259", Tier::Transliteration),
    ("أوكرانبا", "Q212", Tier::Fuzzy),
    ("Qunaytira", "x:qunaytira", Tier::CrossScript),
];

/// The world, and a place that is known in Arabic alone.
fn base() -> Vec<Pack> {
    let place = entity("x:qunaytira", "city", "القنيطرة", 0.6);
    let name = alias("x:qunaytira", "قنيطرة", "ar", AliasKind::Preferred);
    vec![world(), pack("more", vec![place], vec![name])]
}

/// A pack of one override; the row stands on line 2.
fn ours(action: &str, id: &str, alias: &str, target: &str) -> Pack {
    let table = format!("action\tid\talias\ttarget\n{action}\t{id}\t{alias}\t{target}\n");
    let files = vec![PackFile { name: "overrides.tsv".into(), bytes: table.into_bytes() }];
    let mut pack = parse(&PackFiles { label: "some/folder/ours".into(), files }).pack.unwrap();
    "ours".clone_into(&mut pack.manifest.name);
    pack
}

fn answer(overlays: &[Pack], query: &str) -> Resolution {
    let packs: Vec<Pack> = base().into_iter().chain(overlays.iter().cloned()).collect();
    gazetteer(&packs).resolve(query, &ResolveOptions::default())
}

fn candidate(answer: &Resolution, id: &str) -> Option<Candidate> {
    answer.candidates.iter().find(|one| one.id.as_str() == id).cloned()
}

fn best(answer: &Resolution) -> Option<&str> {
    answer.candidates.first().map(|one| one.id.as_str())
}

/// What a later pack says to restore a name.
fn listed_again(id: &str, name: &str) -> Pack {
    pack("later", vec![], vec![alias(id, name, "ar", AliasKind::Alternate)])
}

#[test]
fn the_queries_are_of_their_tiers() {
    for (query, id, tier) in BY_TIER {
        let answer = answer(&[], query);
        let found = candidate(&answer, id).map(|one| one.tier);
        assert_eq!((best(&answer), found), (Some(id), Some(tier)), "{query}");
    }
}

#[test]
fn a_block_holds_in_every_tier_and_names_its_row() {
    for (query, id, tier) in BY_TIER {
        let answer = answer(&[ours("block", id, query, "")], query);
        assert_eq!(candidate(&answer, id), None, "{tier}");
        let blocked = answer.blocked.iter().find(|one| one.id.as_str() == id).unwrap();
        assert_eq!((blocked.action, blocked.pack.as_str()), (BlockAction::Block, "ours"), "{tier}");
        assert_eq!(blocked.place.as_deref(), Some("overrides.tsv:2"), "{tier}");
    }
}

#[test]
fn a_block_of_the_whole_name_holds_for_the_name_with_particles() {
    let block = ours("block", "Q39259", "أردوغان", "");
    for query in ["أردوغان", "إردوغان", "وأردوغان", "بأردوغان"] {
        assert_eq!(candidate(&answer(std::slice::from_ref(&block), query), "Q39259"), None, "{query}");
    }
}

#[test]
fn a_name_that_is_none_is_none_in_every_tier() {
    for (query, id, tier) in BY_TIER {
        let answer = answer(&[ours("not_a_name", "", query, "")], query);
        assert_eq!((answer.status, answer.candidates.len()), (Status::NotFound, 0), "{tier}");
        let blocked = answer.blocked.iter().find(|one| one.id.as_str() == id).unwrap();
        let row = (blocked.action, blocked.place.as_deref());
        assert_eq!(row, (BlockAction::NotAName, Some("overrides.tsv:2")), "{tier}");
    }
}

#[test]
fn a_later_alias_row_restores_what_was_blocked_or_no_name() {
    for (query, id, tier) in BY_TIER {
        for (action, of) in [("block", id), ("not_a_name", "")] {
            let restored = answer(&[ours(action, of, query, ""), listed_again(id, query)], query);
            assert_eq!(best(&restored), Some(id), "{action} {tier}");
            assert_eq!(restored.candidates[0].matched_alias, query, "{action} {tier}");
            let again = [ours(action, of, query, ""), listed_again(id, query), ours(action, of, query, "")];
            assert_eq!(candidate(&answer(&again, query), id), None, "{action} {tier}");
        }
    }
}

#[test]
fn what_is_removed_is_gone_in_every_tier_until_a_later_pack_describes_it() {
    for (query, id, tier) in BY_TIER {
        let gone = ours("remove", id, "", "");
        assert_eq!(candidate(&answer(std::slice::from_ref(&gone), query), id), None, "{tier}");
        let again = pack("later", vec![entity(id, "other", "Again", 0.5)], vec![]);
        let again = [gone, again, listed_again(id, query)];
        assert_eq!(best(&answer(&again, query)), Some(id), "{tier}");
    }
}

#[test]
fn what_is_redirected_answers_under_the_target_in_every_tier_and_names_the_row() {
    for (query, id, tier) in BY_TIER {
        let answer = answer(&[ours("redirect", id, "", "Q7817")], query);
        let found = candidate(&answer, "Q7817").unwrap();
        assert_eq!((best(&answer), found.tier), (Some("Q7817"), tier));
        assert!(found.same_as.iter().any(|other| other.as_str() == id), "{tier}");
        let step = found.explanation.last().unwrap();
        assert_eq!(*step, format!("redirected {id}→Q7817 (ours, overrides.tsv:2)"), "{tier}");
    }
}

#[test]
fn redirects_that_follow_each_other_are_all_told() {
    let first = ours("redirect", "Q270", "", "Q649");
    let mut second = ours("redirect", "Q649", "", "Q7817");
    "second".clone_into(&mut second.manifest.name);
    let answer = answer(&[first, second], "وارسو");
    let expected =
        ["redirected Q270→Q649 (ours, overrides.tsv:2)", "redirected Q649→Q7817 (second, overrides.tsv:2)"];
    assert_eq!(answer.candidates[0].explanation, expected);
    assert_eq!(answer.canonical_id, EntityId::new("Q7817").ok());
}

#[test]
fn an_explanation_names_the_row_that_decided() {
    let packs = |overlay: Pack| gazetteer(&[world(), overlay]);
    for (overlay, name, id) in [
        (ours("block", "Q39259", "أردوغان", ""), "أردوغان", "Q39259"),
        (ours("not_a_name", "", "أردوغان", ""), "أردوغان", "Q39259"),
        (ours("remove", "Q39259", "", ""), "أردوغان", "Q39259"),
    ] {
        let explained = packs(overlay).explain(name, id, &ResolveOptions::default()).unwrap();
        let row = (explained.pack.as_deref(), explained.place.as_deref());
        assert_eq!(row, (Some("ours"), Some("overrides.tsv:2")), "{}", explained.reason);
        assert!(explained.message.contains("overrides.tsv:2 of the pack ours"), "{}", explained.message);
    }
    let moved = packs(ours("redirect", "Q270", "", "Q649"));
    let explained = moved.explain("وارسو", "Q270", &ResolveOptions::default()).unwrap();
    let steps = explained.alias.unwrap().steps;
    assert_eq!(steps.last().unwrap().text, "redirected Q270→Q649 (ours, overrides.tsv:2)");
    assert_eq!(explained.place, None);
}

#[test]
fn a_name_says_which_pack_gave_it() {
    let other = answer(&[listed_again("Q212", "بلاد القوزاق")], "بلاد القوزاق");
    assert_eq!((best(&other), other.candidates[0].pack.as_str()), (Some("Q212"), "later"));
}

#[test]
fn of_several_kinds_of_a_name_the_strongest_counts() {
    let kind_with = |kind| {
        let again = pack("later", vec![], vec![alias("Q423", "كوري شمالي", "ar", kind)]);
        answer(&[again], "كوري شمالي").candidates[0].alias_kind
    };
    assert_eq!(answer(&[], "كوري شمالي").candidates[0].alias_kind, AliasKind::Demonym);
    assert_eq!(kind_with(AliasKind::Preferred), AliasKind::Preferred);
    assert_eq!(kind_with(AliasKind::Hidden), AliasKind::Demonym);
}
