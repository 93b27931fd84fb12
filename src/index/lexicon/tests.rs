use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;

use super::*;

/// The optimal string alignment distance, by the book.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i][j] = match (i, j) {
                (0, _) => j,
                (_, 0) => i,
                _ => {
                    let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut least = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                }
            };
        }
    }
    table[a.len()][b.len()]
}

fn lexicon<K: AsRef<str>>(keys: &[K]) -> Lexicon<Vec<u8>> {
    Lexicon::open(LexiconParts::build(keys).unwrap()).unwrap()
}

fn vec<K>(keys: impl IntoIterator<Item = K>) -> Vec<K> {
    keys.into_iter().collect()
}

fn search(lexicon: &Lexicon<Vec<u8>>, query: &str, edits: u8) -> Vec<(String, u8)> {
    let (pattern, mut budget) = (FuzzyPattern::new(query, edits), WorkBudget::new(u32::MAX));
    let mut found = Vec::new();
    lexicon.search(&pattern, &mut budget, |key, edits| found.push((key.to_owned(), edits)));
    assert!(!budget.is_spent());
    found
}

fn brute_force(keys: &BTreeSet<String>, query: &str, edits: u8) -> Vec<(String, u8)> {
    let within = |key: &String| {
        let is_near = key.chars().count().abs_diff(query.chars().count()) <= usize::from(edits);
        let distance = if is_near { distance(key, query) } else { usize::MAX };
        (distance <= usize::from(edits)).then(|| (key.clone(), distance as u8))
    };
    keys.iter().filter_map(within).collect()
}

/// Keys of few letters, so that many are near each other.
fn alphabets() -> impl Strategy<Value = &'static str> {
    select(vec!["[ابت]", "[abc]", "[ابab]", "[一二丁]", "[😀😁a]", "[aب一😀é]", "[ab]"])
}

/// So many characters that what is rare is wide.
fn filler() -> Vec<String> {
    let characters: Vec<char> = ('\u{1200}'..).take(300).collect();
    characters.chunks(30).map(String::from_iter).flat_map(|key| [key.clone(), key.repeat(9)]).collect()
}

/// A string some edits away.
fn edited(key: &str, edits: &[(prop::sample::Index, u8, char)]) -> String {
    let mut characters: Vec<char> = key.chars().collect();
    for (place, kind, c) in edits {
        let i = place.index(characters.len() + 1);
        match kind {
            0 if i < characters.len() => characters[i] = *c,
            1 if i < characters.len() => drop(characters.remove(i)),
            2 if i + 1 < characters.len() => characters.swap(i, i + 1),
            _ => characters.insert(i, *c),
        }
    }
    characters.into_iter().collect()
}

fn edits(most: usize) -> impl Strategy<Value = Vec<(prop::sample::Index, u8, char)>> {
    let letter = select("ابتabc一二😀é\u{7}".chars().collect::<Vec<_>>());
    proptest::collection::vec((any::<prop::sample::Index>(), 0..4_u8, letter), 0..=most)
}

/// Short keys of one alphabet, many of them near each other.
fn short_keys() -> impl Strategy<Value = (BTreeSet<String>, String)> {
    alphabets().prop_flat_map(|letters| {
        let key = || string_regex(&format!("{letters}{{0,8}}")).unwrap();
        (proptest::collection::btree_set(key(), 0..150), key())
    })
}

/// Long keys, and some that are like them.
fn long_keys() -> impl Strategy<Value = BTreeSet<String>> {
    let bases = alphabets().prop_flat_map(|letters| {
        let key = format!("({letters}{{0,60}}|{letters}{{55,70}}|{letters}{{0,300}})");
        proptest::collection::vec(string_regex(&key).unwrap(), 1..6)
    });
    (bases, proptest::collection::vec((any::<prop::sample::Index>(), edits(3)), 0..30)).prop_map(
        |(bases, variants)| {
            let varied = variants.iter().map(|(i, edits)| edited(&bases[i.index(bases.len())], edits));
            varied.chain(bases.iter().cloned()).collect()
        },
    )
}

/// A string that a rare character has got into here and there.
fn with_rare(key: &str, rare: &[(prop::sample::Index, u32)]) -> String {
    let mut characters: Vec<char> = key.chars().collect();
    for (place, c) in rare {
        let i = place.index(characters.len() + 1);
        characters.splice(i..i, char::from_u32(0x4E00 + c));
    }
    characters.into_iter().collect()
}

proptest! {
    /// As names of one script stand among those of ideographs.
    #[test]
    fn frequent_letters_are_found_among_thousands_of_rare_ones(
        keys in proptest::collection::btree_set("[abc]{4,9}", 1..60), query in any::<prop::sample::Index>(), edits in 1..=2_u8,
        rare in proptest::collection::vec((any::<prop::sample::Index>(), proptest::collection::vec((any::<prop::sample::Index>(), 0..600_u32), 1..3)), 1..60),
        unknown in any::<bool>(),
    ) {
        let plain = vec(&keys);
        let mut keys: BTreeSet<String> =
            rare.iter().map(|(i, rare)| with_rare(plain[i.index(plain.len())], rare)).chain(keys.clone()).collect();
        keys.extend(('\u{4E00}'..).take(600).map(String::from));
        keys.extend(["a", "b", "c"].map(|letter| letter.repeat(40)));
        let query = format!("{}{}", plain[query.index(plain.len())], if unknown { "\u{7}" } else { "" });
        prop_assert_eq!(search(&lexicon(&vec(&keys)), &query, edits), brute_force(&keys, &query, edits));
    }

    #[test]
    fn short_keys_are_found_as_by_brute_force(
        (mut keys, query) in short_keys(), is_wide in any::<bool>(), edits in 0..=2_u8
    ) {
        if is_wide {
            keys.extend(filler());
        }
        let lexicon = lexicon(&vec(&keys));
        prop_assert_eq!(search(&lexicon, &query, edits), brute_force(&keys, &query, edits));
    }

    #[test]
    fn long_keys_are_found_as_by_brute_force(
        mut keys in long_keys(), at in any::<prop::sample::Index>(), how in edits(3), is_wide in any::<bool>()
    ) {
        let base = keys.iter().nth(at.index(keys.len())).cloned().unwrap_or_default();
        let query = edited(&base, &how);
        if is_wide {
            keys.extend(filler());
        }
        let lexicon = lexicon(&vec(&keys));
        for edits in 0..=2 {
            prop_assert_eq!(search(&lexicon, &query, edits), brute_force(&keys, &query, edits));
        }
    }

    #[test]
    fn keys_are_listed_in_order(
        (mut keys, _) in short_keys(), prefix in "[ابab一😀]{0,2}", is_wide in any::<bool>()
    ) {
        if is_wide {
            keys.extend(filler());
        }
        let lexicon = lexicon(&vec(&keys));
        let mut listing = lexicon.keys(&prefix);
        let mut listed = Vec::new();
        while let Some(key) = listing.next_key() {
            listed.push(key.to_owned());
        }
        let expected: Vec<String> = keys.iter().filter(|key| key.starts_with(&prefix)).cloned().collect();
        prop_assert_eq!(listed, expected);
    }

    #[test]
    fn nonsense_harms_nothing(
        (mut keys, query) in short_keys(), damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)
    ) {
        keys.extend(filler());
        let mut parts = LexiconParts::build(&vec(&keys)).unwrap();
        let LexiconParts { narrow_forward, narrow_backward, wide_forward, wide_backward, .. } = &mut parts;
        for bytes in [narrow_forward, narrow_backward, wide_forward, wide_backward] {
            for (at, value) in &damage {
                let nodes = bytes.len() - 36;
                if nodes > 0 {
                    bytes[16 + at.index(nodes)] = *value;
                }
            }
        }
        let Ok(lexicon) = Lexicon::open(parts) else { return Ok(()) };
        let mut budget = WorkBudget::default();
        lexicon.search(&FuzzyPattern::new(&query, 2), &mut budget, |_, _| {});
        let mut listing = lexicon.keys(query.get(..1).unwrap_or_default());
        for _ in 0..1000 {
            listing.next_key();
        }
    }
}

#[test]
fn a_spent_budget_gives_a_part_and_says_so() {
    let keys: BTreeSet<String> = (0..3000).map(|i| format!("{i:04}")).collect();
    let lexicon = lexicon(&vec(&keys));
    let whole = search(&lexicon, "1234", 2);
    let mut budget = WorkBudget::new(300);
    let mut part = Vec::new();
    lexicon
        .search(&FuzzyPattern::new("1234", 2), &mut budget, |key, edits| part.push((key.to_owned(), edits)));
    assert!(budget.is_spent() && budget.left() == 0);
    assert!(!part.is_empty() && part.len() < whole.len() && part.iter().all(|found| whole.contains(found)));
}

/// Two edits allow any last character, of which there are thousands; yet a letter must stand before it.
#[test]
fn letters_are_found_among_thousands_of_ideographs_without_following_them() {
    let ideographs = || ('\u{4E00}'..).take(3000).map(String::from);
    let pairs = ideographs().zip(ideographs().skip(1)).map(|(a, b)| a + &b);
    let keys: BTreeSet<String> = pairs.chain(["كورسك一".into()]).collect();
    let lexicon = lexicon(&vec(&keys));
    let (mut found, mut budget) = (Vec::new(), WorkBudget::default());
    let whole = budget.left();
    lexicon.search(&FuzzyPattern::new("كورسك", 2), &mut budget, |key, edits| {
        found.push((key.to_owned(), edits));
    });
    assert_eq!(found, [("كورسك一".to_owned(), 1)]);
    // The narrow keys among them, of hardly three hundred characters, are followed.
    assert!(whole - budget.left() < 500, "{} transitions", whole - budget.left());
}

#[test]
fn a_search_may_be_made_while_another_gives_its_keys() {
    let lexicon = lexicon(&["abc", "abd", "xbd"]);
    let mut found = Vec::new();
    lexicon.search(&FuzzyPattern::new("abc", 1), &mut WorkBudget::default(), |key, _| {
        found.extend(search(&lexicon, key, 1).into_iter().map(|(near, _)| format!("{key} {near}")));
    });
    assert_eq!(found, ["abc abc", "abc abd", "abd abc", "abd abd", "abd xbd"]);
}

#[test]
fn nothing_is_in_an_empty_lexicon() {
    let lexicon = lexicon::<&str>(&[]);
    assert!(search(&lexicon, "", 2).is_empty() && search(&lexicon, "ab", 2).is_empty());
    assert_eq!(lexicon.keys("").next_key(), None);
}

/// Forty nodes of 256 transitions each, all to the next, and no end.
#[test]
fn an_automaton_without_keys_is_left_soon() {
    let mut bytes = vec![0; 16];
    bytes[0] = 3;
    for level in 0..40 {
        let distance = if level == 0 { u8::MAX } else { 1 };
        bytes.extend([distance; 256]);
        bytes.extend((0..=255).rev());
        bytes.extend(0..=255);
        bytes.extend([0x10, 1, 0]);
    }
    let root = bytes.len() as u64 - 1;
    bytes.extend([9_u64.to_le_bytes(), root.to_le_bytes()].as_flattened());
    bytes.extend([0; 4]);
    let page: String = ('\u{100}'..).take(65_000).collect();
    let (page, bytes) = (page.as_bytes(), bytes.as_slice());
    let parts = LexiconParts {
        page,
        narrow_forward: bytes,
        narrow_backward: bytes,
        wide_forward: bytes,
        wide_backward: bytes,
    };
    let lexicon = Lexicon::open(parts).unwrap();
    assert_eq!(lexicon.keys("").next_key(), None);
    let mut budget = WorkBudget::default();
    lexicon.search(&FuzzyPattern::new(&"\u{100}".repeat(30), 2), &mut budget, |_, _| {});
    assert!(budget.is_spent());
}

#[test]
fn bytes_that_are_no_automaton_are_refused() {
    let mut parts = LexiconParts::build(&["a"]).unwrap();
    parts.wide_backward.pop();
    assert_eq!(Lexicon::open(parts).err(), Some(LexiconError::Automaton("it has no frame")));
}

#[test]
fn codes_out_of_order_are_refused() {
    let mut writer = CodesWriter::new(Vec::new());
    writer.insert(b"ab").unwrap();
    for codes in [b"aa", b"ab"] {
        assert_eq!(writer.insert(codes).unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    }
}
