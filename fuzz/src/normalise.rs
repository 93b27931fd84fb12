//! Any text as a name: its folds are stable and of bounded length, and whatever reads folded names copes with it.

use yaqut::pack::MAX_ALIAS_BYTES;
use yaqut::text::{self, distance, heads, person, proclitic};

/// One character folds to so many at most: the longest of NFKC, ﷺ, is of eighteen.
const MAX_EXPANSION: usize = 18;

/// Folds what there is of UTF-8 in `bytes`, and compares the first half of it with the second.
///
/// # Panics
///
/// If a fold is not stable, a bound does not hold, or a comparison contradicts itself.
pub fn run(bytes: &[u8]) {
    let name = String::from_utf8_lossy(bytes);
    check_folds(&name);
    let safe = text::safe_fold(&name);
    check_skeletons(&safe);
    check_readings(&safe);
    ask_tables(&safe);
    // What is longer is no name: comparing takes as long as the lengths multiplied.
    if name.len() <= MAX_ALIAS_BYTES {
        let middle = (0..=name.len() / 2).rev().find(|&at| name.is_char_boundary(at)).unwrap_or_default();
        let (a, b) = name.split_at(middle);
        compare(&text::safe_fold(a), &text::safe_fold(b));
    }
}

fn check_folds(name: &str) {
    let safe = text::safe_fold(name);
    assert_eq!(text::safe_fold(&safe), safe, "K0 of {name:?} is not stable");
    assert!(!safe.contains("  ") && safe.trim() == safe, "K0 of {name:?} is not tidy: {safe:?}");
    let most = name.chars().count() * MAX_EXPANSION;
    assert!(safe.chars().count() <= most, "K0 of {name:?} is {safe:?}");

    let (hamza, lossy) = (text::hamza_fold(&safe), text::lossy_fold(&safe));
    assert_eq!(text::hamza_fold(&hamza), hamza, "K1 of {name:?} is not stable");
    assert_eq!(text::lossy_fold(&lossy), lossy, "K2 of {name:?} is not stable");
    let key = text::lookup_key(name);
    assert_eq!(key, text::join(&lossy), "the key of {name:?} is not its K2 without divisions");
    assert_eq!(text::lookup_key(&safe), key, "the key of {name:?} is not that of its K0");
    assert!(text::equal_joined(&safe, &safe) && text::equal_hamza_folded(&safe, &safe));
    let keys = text::NameKeys::new(name);
    assert_eq!((keys.safe(), keys.lossy(), keys.key()), (&*safe, &*lossy, &*key), "{name:?}");
}

fn check_skeletons(safe: &str) {
    let (keys, queries) = (text::skeleton_keys(safe), text::skeleton_queries(safe));
    assert!(keys.len() <= text::MAX_SKELETON_KEYS && queries.len() <= text::MAX_SKELETON_QUERIES, "{safe:?}");
    assert!(queries.starts_with(&keys), "{safe:?}: {queries:?} do not begin with {keys:?}");
}

fn check_readings(safe: &str) {
    let readings = proclitic::readings(safe);
    assert!(readings.is_empty() || proclitic::may_have_readings(safe), "{safe:?}");
    for reading in &readings {
        assert!(reading.cost >= 0.0 && !reading.rest.is_empty(), "{safe:?}: {reading:?}");
        assert!(reading.rest.chars().count() <= safe.chars().count() + 1, "{safe:?}: {reading:?}");
    }
}

fn ask_tables(safe: &str) {
    let lossy = text::lossy_fold(safe);
    let tokens: Vec<&str> = lossy.split(' ').collect();
    let heads = heads::leading(&tokens);
    assert!(heads.iter().all(|head| (1..=tokens.len()).contains(&head.tokens)), "{safe:?}: {heads:?}");
    for order in [person::NameOrder::of_country("CN"), person::NameOrder::of_country("UA")] {
        let family = person::family_name(&tokens, order);
        assert!(family.is_none_or(|range| range.start <= range.end && range.end <= tokens.len()), "{safe:?}");
    }
    let _ = (heads::as_generic(&tokens), text::type_words::types_of(&tokens));
    let _ =
        (text::is_ordinary_word(safe), text::is_whole_ordinary_word(safe), text::well_known::is_known(safe));
}

fn compare(a: &str, b: &str) {
    let (x, y) = (distance::letters_of_key(a), distance::letters_of_key(b));
    assert!(distance::align(&x, &x).edits.is_empty(), "{a:?} is edited to be itself");
    let alignment = distance::align(&x, &y);
    let sum: f32 = alignment.edits.iter().map(|edit| edit.cost).sum();
    assert!((sum - alignment.cost).abs() < 1e-2 && alignment.cost >= 0.0, "{a:?} {b:?}: {alignment:?}");
    let within = distance::align_within(&x, &y, alignment.cost + 0.01);
    assert_eq!(within.map(|found| found.cost), Some(alignment.cost), "{a:?} {b:?}");
    if let Some(crossed) = text::align_cross_script(a, b) {
        assert!(crossed.cost >= 0.0, "{a:?} {b:?}: {crossed:?}");
    }
    let _ = (text::well_known::is_other_name(a, b), text::well_known::are_two_names(a, b));
}
