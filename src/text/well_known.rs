//! Well-known names: a query that is one name is no misspelling of another.
//!
//! أحمد is one slip away from محمد, غينيا sounds nearly like كينيا, and a gazetteer that lists only one of two such names
//! would take the other for a way to spell it. `tables/well_known_names.tsv` holds names that readers know, each row one
//! name with all its spellings, so that غوغل and جوجل remain one name.
//!
//! Names of other languages are transliterated anew by every writer, so that two spellings which differ by hardly a
//! sound are not held apart even if two rows have them. Arabic names are not transliterated: there a vowel makes another
//! name (سالم, سليم), and only the table says that two spellings are one (داود, داوود).
//!
//! A form is known exactly as it is written, but for alef's hamza and word divisions: what is misspelt is not known.

use std::sync::LazyLock;

use super::distance::{self, EditClass};
use super::tables::{self, WELL_KNOWN_NAMES};
use super::{ARTICLE, letters, lossy_fold};

/// Whether the query is a well-known name, and another than the alias.
///
/// Both are K0 keys, of whole names or of single tokens. An alias that is in no row counts as another name unless it
/// sounds like the query. Not symmetric: the query must be well known. Allocates only if the query is known and shares
/// no row with the alias.
///
/// ```
/// use yaqut::text::{safe_fold, well_known::is_other_name};
/// let is_other = |query, alias| is_other_name(&safe_fold(query), &safe_fold(alias));
/// assert!(is_other("كينيا", "غينيا"));
/// assert!(!is_other("جوجل", "غوغل"));
/// assert!(!is_other("كينييا", "كينيا"));
/// ```
pub fn is_other_name(query_safe: &str, alias_safe: &str) -> bool {
    NAMES.is_other(query_safe, alias_safe)
}

/// Whether both are well-known names, and two: [`is_other_name`] of names that stand among others which agree, where a
/// name that nobody knows is likely a spelling of the one in its place (يائير لابيد, يائير لبيد).
pub fn are_two_names(query_safe: &str, alias_safe: &str) -> bool {
    // What is misspelt is seldom known: so the query goes first.
    !NAMES.readings(query_safe).is_empty()
        && !NAMES.readings(alias_safe).is_empty()
        && is_other_name(query_safe, alias_safe)
}

/// Whether a row of the table holds both names, given as K0 keys.
#[cfg(test)]
fn is_one_name(query_safe: &str, alias_safe: &str) -> bool {
    let alias = NAMES.readings(alias_safe);
    NAMES.readings(query_safe).iter().any(|q| alias.iter().any(|a| a.row == q.row))
}

/// Whether a K0 token is an Arabic given name or a part of one (محمد, سلمان, عبد), where long vowels tell names apart.
pub fn is_native(safe_token: &str) -> bool {
    NAMES.readings(safe_token).iter().any(|&reading| NAMES.row(reading).class == Class::Given)
}

static NAMES: LazyLock<Names> = LazyLock::new(|| match Names::parse(tables::rows(WELL_KNOWN_NAMES)) {
    Ok(names) => names,
    // The table is compiled in and a unit test reads it, so this build cannot have a bad one.
    Err(row) => unreachable!("well_known_names.tsv: {row}"),
});

/// The table, by form.
struct Names {
    rows: Vec<Row>,
    /// Sorted. A form that several rows have stands once for each.
    readings: Vec<Reading>,
    /// Where the readings begin whose fingerprints begin with each number of [`BUCKET_BITS`] bits, and where the last end.
    starts: Vec<u32>,
}

/// So many bits that a bucket has a few readings.
const BUCKET_BITS: u32 = 12;

fn bucket(fingerprint: u64) -> usize {
    (fingerprint >> (u64::BITS - BUCKET_BITS)) as usize
}

/// What a row says of its forms.
struct Row {
    class: Class,
    /// Who bears the name, where a name and its adjectives have rows of their own; else empty.
    bearer: &'static str,
}

/// That a row has a form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Reading {
    fingerprint: u64,
    row: u16,
}

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// A person, as an Arabic given name.
    Given,
    /// A person, as any other Arabic name.
    Family,
    /// A person, as a part of a name of another language.
    Person,
    Place,
    /// People of a place, and what belongs to them.
    Demonym,
    Other,
}

impl Class {
    fn is_arabic(self) -> bool {
        matches!(self, Self::Given | Self::Family)
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "given" => Self::Given,
            "family" => Self::Family,
            "person" => Self::Person,
            "place" => Self::Place,
            "demonym" => Self::Demonym,
            "other" => Self::Other,
            _ => return None,
        })
    }
}

impl Names {
    fn parse(rows: impl Iterator<Item = Vec<&'static str>>) -> Result<Self, String> {
        let mut names = Self { rows: Vec::new(), readings: Vec::new(), starts: Vec::new() };
        for row in rows {
            names.add(&row).ok_or_else(|| row.join("\t"))?;
        }
        names.readings.sort_unstable();
        let start = |of| names.readings.partition_point(|reading| bucket(reading.fingerprint) < of) as u32;
        names.starts = (0..=1 << BUCKET_BITS).map(start).collect();
        Ok(names)
    }

    fn add(&mut self, row: &[&'static str]) -> Option<()> {
        let &[forms, class, bearer, _] = row else { return None };
        let row = u16::try_from(self.rows.len()).ok()?;
        self.rows.push(Row { class: Class::parse(class)?, bearer });
        self.readings.extend(forms.split('|').map(|form| Reading { fingerprint: fingerprint(form), row }));
        Some(())
    }

    fn is_other(&self, query_safe: &str, alias_safe: &str) -> bool {
        let query = self.readings(query_safe);
        if query.is_empty() || lossy_eq(query_safe, alias_safe) {
            return false;
        }
        let alias = self.readings(alias_safe);
        if alias.iter().any(|&a| query.iter().any(|&q| self.have_one_bearer(q, a))) {
            return false;
        }
        self.are_two(query_safe, query, alias_safe, alias)
    }

    /// The rows that have a form. `O(n)` in the length of the form.
    fn readings(&self, safe: &str) -> &[Reading] {
        let wanted = fingerprint(safe);
        let (from, to) = (self.starts[bucket(wanted)], self.starts[bucket(wanted) + 1]);
        let near = &self.readings[from as usize..to as usize];
        let found = &near[near.partition_point(|reading| reading.fingerprint < wanted)..];
        &found[..found.iter().take_while(|reading| reading.fingerprint == wanted).count()]
    }

    fn row(&self, reading: Reading) -> &Row {
        &self.rows[usize::from(reading.row)]
    }

    fn have_one_bearer(&self, a: Reading, b: Reading) -> bool {
        let bearer = self.row(a).bearer;
        a.row == b.row || !bearer.is_empty() && bearer == self.row(b).bearer
    }

    /// Whether two names that share no row are two names, though they be written alike.
    fn are_two(&self, query_safe: &str, query: &[Reading], alias_safe: &str, alias: &[Reading]) -> bool {
        let is_arabic = |&reading: &Reading| self.row(reading).class.is_arabic();
        let is_adjective =
            |name: &[Reading]| name.iter().all(|&reading| self.row(reading).class == Class::Demonym);
        // السيسي is no سيسي, nor الهند a هند, but طيب may be called الطيب.
        if without_article(query_safe) == without_article(alias_safe) {
            return !alias.is_empty() && query.iter().all(is_arabic) != alias.iter().all(is_arabic);
        }
        // Arabic names are told apart by vowels, and برازيلية, the adjective, from برازيليا.
        query.iter().chain(alias).any(is_arabic)
            || !alias.is_empty() && is_adjective(query) != is_adjective(alias)
            || !self.is_one_sound(query_safe, query, alias_safe, alias)
    }

    /// Whether two foreign names differ in nothing but sound, and in little of it; the article apart.
    fn is_one_sound(&self, query_safe: &str, query: &[Reading], alias_safe: &str, alias: &[Reading]) -> bool {
        let letters = |safe| distance::letters_of_key(without_article(safe));
        let (query_letters, alias_letters) = (letters(query_safe), letters(alias_safe));
        let most = self.free_cost(query, alias, query_letters.len().min(alias_letters.len()));
        let alignment = distance::align(&query_letters, &alias_letters);
        alignment.cost <= most + f32::EPSILON && alignment.class() != Some(EditClass::Typing)
    }

    /// The most that two spellings of one foreign name may differ by, if the shorter has `letters` letters.
    ///
    /// Measured on the Arabic names of cities in GeoNames, with one name of each city in the table. Beside an alias
    /// that is not in the table, three pairs are names of one city for one that is not; with both names in it, most
    /// pairs of places above 0.20 are two places, and half the pairs of persons' names at 0.30 are two names.
    fn free_cost(&self, query: &[Reading], alias: &[Reading], letters: usize) -> f32 {
        let is_person = |&reading: &Reading| self.row(reading).class == Class::Person;
        if alias.is_empty() {
            (0.75 * distance::budget(letters)).max(0.45)
        } else if query.iter().any(is_person) && alias.iter().any(is_person) {
            0.30
        } else {
            0.20
        }
    }
}

/// A hash of K1 without word divisions (FNV-1a, by character): equal for two forms of the table only if they are one.
fn fingerprint(safe: &str) -> u64 {
    let letters = safe.chars().filter(|&c| c != ' ').map(letters::without_seat);
    letters.fold(0xCBF2_9CE4_8422_2325, |hash, c| (hash ^ u64::from(c)).wrapping_mul(0x0100_0000_01B3))
}

fn lossy_eq(a: &str, b: &str) -> bool {
    lossy_fold(a).replace(' ', "") == lossy_fold(b).replace(' ', "")
}

fn without_article(safe: &str) -> &str {
    safe.strip_prefix(ARTICLE).unwrap_or(safe)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::super::{hamza_fold, join, safe_fold};
    use super::*;

    fn check(f: fn(&str, &str) -> bool, expected: bool, pairs: &[(&str, &str)]) {
        for (query, alias) in pairs {
            assert_eq!(f(&safe_fold(query), &safe_fold(alias)), expected, "{query} {alias}");
        }
    }

    #[test]
    fn a_well_known_name_is_no_slip_for_another() {
        let pairs = [
            ("أحمد", "محمد"),
            ("محمود", "محمد"),
            ("سليمان", "سلمان"),
            ("عمرو", "عمر"),
            ("سالم", "سليم"),
            ("غازي", "غزي"),
            ("أنطاكيا", "أنطاليا"),
            ("كوريا", "سوريا"),
            ("كينيا", "غينيا"),
            ("غيانا", "غانا"),
            ("بولندا", "هولندا"),
            ("ميلوني", "ميلانو"),
            ("برازيليا", "برازيلية"),
            ("كيري", "كير"),
            ("هند", "الهند"),
            ("سيسي", "السيسي"),
        ];
        check(is_other_name, true, &pairs);
        check(is_other_name, true, &pairs.map(|(a, b)| (b, a)));
    }

    #[test]
    fn nor_for_a_name_that_nobody_knows() {
        check(is_other_name, true, &[("محمود", "محمدو"), ("هولندا", "دولندا"), ("كوريا", "توريا")]);
    }

    #[test]
    fn spellings_of_one_name_are_one() {
        let pairs = [
            ("سورية", "سوريا"),
            ("جوجل", "غوغل"),
            ("تايلندا", "تايلاند"),
            ("فولوديمير", "فلاديمير"),
            ("داوود", "داود"),
            ("رؤف", "رؤوف"),
            ("اسماعيل", "إسماعيل"),
            ("عبدالرحمن", "عبد الرحمن"),
            ("عبد الرحمان", "عبد الرحمن"),
            ("أرمينية", "أرمينيا"),
        ];
        check(is_one_name, true, &pairs);
        check(is_other_name, false, &pairs);
        check(is_other_name, false, &pairs.map(|(a, b)| (b, a)));
    }

    #[test]
    fn what_is_not_known_blocks_nothing() {
        check(is_other_name, false, &[("أكرانيا", "أوكرانيا"), ("محمذ", "محمد"), ("", ""), ("Iran", "Iraq")]);
        check(is_one_name, false, &[("أكرانيا", "أوكرانيا"), ("", ""), ("Iran", "Iran")]);
    }

    #[test]
    fn a_foreign_name_may_be_spelled_anew() {
        // The alias is in no row, or in that of another person.
        check(is_other_name, false, &[("تورينو", "تورينوه"), ("أوكرانيا", "أوكرانييا"), ("ستراوس", "ستروس")]);
    }

    #[test]
    fn an_adjective_does_not_stand_against_its_own_country() {
        check(is_other_name, false, &[("أوكرانية", "أوكرانيا"), ("سوري", "سوريا")]);
        check(is_one_name, false, &[("سوري", "سوريا")]);
        check(is_one_name, true, &[("سوري", "سوريون")]);
    }

    #[test]
    fn knows_arabic_given_names() {
        for name in ["محمد", "سلمان", "حسن", "عبد", "الرحمن", "فاطمة"] {
            assert!(is_native(&safe_fold(name)), "{name}");
        }
        for name in ["فلاديمير", "دونالد", "كينيا", "القحطاني", "Ahmed", ""] {
            assert!(!is_native(&safe_fold(name)), "{name}");
        }
    }

    #[test]
    fn the_table_is_tidy() {
        assert!(Names::parse(tables::rows(WELL_KNOWN_NAMES)).is_ok());
        let lines: Vec<_> = WELL_KNOWN_NAMES.lines().skip(1).collect();
        assert!(lines.is_sorted_by(|a, b| a < b));
        for row in tables::rows(WELL_KNOWN_NAMES) {
            let mut keys = HashSet::new();
            for form in row[0].split('|') {
                assert!(!form.is_empty() && safe_fold(form) == form, "{row:?}");
                assert!(keys.insert(join(&hamza_fold(form))), "{form} stands twice in {row:?}");
            }
            assert!(!row[3].is_empty(), "{row:?} has no source");
        }
    }

    #[test]
    fn the_names_of_a_row_are_one() {
        for row in tables::rows(WELL_KNOWN_NAMES) {
            let forms: Vec<_> = row[0].split('|').collect();
            for (query, alias) in forms.iter().flat_map(|a| forms.iter().map(move |b| (a, b))) {
                assert!(is_one_name(query, alias) && !is_other_name(query, alias), "{query} {alias}");
            }
        }
    }

    #[test]
    fn two_forms_have_two_fingerprints() {
        let mut keys = HashMap::new();
        for form in tables::rows(WELL_KNOWN_NAMES).flat_map(|row| row[0].split('|')) {
            let key = join(&hamza_fold(form));
            assert_eq!(keys.entry(fingerprint(form)).or_insert_with(|| key.clone()), &key);
        }
    }

    #[test]
    fn a_row_of_an_unknown_class_is_refused() {
        let parse = |row: &[&'static str]| Names::parse(std::iter::once(row.to_vec())).err();
        assert_eq!(parse(&["غزة", "town", "", "hand"]).as_deref(), Some("غزة\ttown\t\thand"));
        assert_eq!(parse(&["غزة", "place", ""]).as_deref(), Some("غزة\tplace\t"));
        assert_eq!(parse(&["غزة", "place", "", "hand"]), None);
    }

    /// A name of the table.
    fn known() -> impl Strategy<Value = &'static str> {
        let forms: Vec<_> = tables::rows(WELL_KNOWN_NAMES).flat_map(|row| row[0].split('|')).collect();
        proptest::sample::select(forms)
    }

    proptest! {
        #[test]
        fn a_name_is_never_another_than_itself(query in "\\PC{0,12}", known in known()) {
            let query = safe_fold(&query);
            prop_assert!(!is_other_name(&query, &query));
            prop_assert!(!is_other_name(known, known));
        }

        #[test]
        fn no_name_is_both_another_and_the_same(query in known(), known in known(), alias in "\\PC{0,12}") {
            for alias in [known, &safe_fold(&alias)] {
                prop_assert!(!(is_other_name(query, alias) && is_one_name(query, alias)), "{query} {alias}");
            }
        }
    }
}
