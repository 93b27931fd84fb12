//! What the packs do not tell in a form that can be drawn from: generic nouns, and letters that stand for one another.

use yaqut::text::is_arabic;

use super::Script;

/// A generic noun of names; `{}` stands for what it is said of.
#[derive(Clone, Copy, Debug)]
pub struct Noun {
    latin: &'static str,
    arabic: &'static str,
}

impl Noun {
    /// What stands before and after the name that it is said of.
    pub fn around(self, script: Script) -> (&'static str, &'static str) {
        let pattern = match script {
            Script::Latin => self.latin,
            Script::Arabic => self.arabic,
        };
        pattern.split_once("{}").unwrap_or_default()
    }
}

const fn noun(latin: &'static str, arabic: &'static str) -> Noun {
    Noun { latin, arabic }
}

/// Of divisions of a country.
pub const REGION_NOUNS: &[Noun] = &[
    noun("{} Governorate", "محافظة {}"),
    noun("{} Province", "مقاطعة {}"),
    noun("{} Region", "منطقة {}"),
    noun("{} District", "قضاء {}"),
    noun("{} State", "ولاية {}"),
    noun("{} County", "مقاطعة {}"),
    noun("{} Oblast", "أوبلاست {}"),
    noun("{} Valley", "وادي {}"),
    noun("Mount {}", "جبل {}"),
    noun("Lake {}", "بحيرة {}"),
];

/// Of cities and their parts.
pub const CITY_NOUNS: &[Noun] = &[
    noun("{} City", "مدينة {}"),
    noun("New {}", "نيو {}"),
    noun("Upper {}", "{} العليا"),
    noun("Lower {}", "{} السفلى"),
    noun("Port {}", "ميناء {}"),
    noun("Village of {}", "قرية {}"),
    noun("{} Camp", "مخيم {}"),
    noun("San {}", "سان {}"),
];

/// Of organisations.
pub const ORGANIZATION_NOUNS: &[Noun] = &[
    noun("{} Company", "شركة {}"),
    noun("{} University", "جامعة {}"),
    noun("{} Bank", "بنك {}"),
    noun("{} FC", "نادي {}"),
    noun("{} Foundation", "مؤسسة {}"),
    noun("{} Party", "حزب {}"),
    noun("{} Airport", "مطار {}"),
    noun("{} Hospital", "مستشفى {}"),
    noun("{} Group", "مجموعة {}"),
    noun("{} Institute", "معهد {}"),
    noun("{} Association", "جمعية {}"),
    noun("Radio {}", "إذاعة {}"),
];

/// Spellings that stand for one another when Arabic writes a foreign name, or a dialect's.
pub const ARABIC_RESPELLINGS: &[(&str, &str)] = &[
    ("غ", "ج"),
    ("ج", "غ"),
    ("غ", "ك"),
    ("ك", "ق"),
    ("ق", "ك"),
    ("ت", "ط"),
    ("ط", "ت"),
    ("س", "ز"),
    ("ز", "س"),
    ("س", "ص"),
    ("ث", "ت"),
    ("ذ", "د"),
    ("ف", "و"),
    ("تش", "ش"),
    ("ش", "تش"),
    ("كس", "كز"),
    ("ا", ""),
    ("و", ""),
    ("ي", ""),
    ("و", "ا"),
    ("ي", "ا"),
    ("ا", "ي"),
];

/// Spellings that stand for one another when a name is romanised.
pub const LATIN_RESPELLINGS: &[(&str, &str)] = &[
    ("ou", "u"),
    ("u", "ou"),
    ("oo", "u"),
    ("ee", "i"),
    ("i", "ee"),
    ("i", "y"),
    ("y", "i"),
    ("ei", "ay"),
    ("ai", "ay"),
    ("kh", "h"),
    ("q", "k"),
    ("k", "q"),
    ("c", "k"),
    ("gh", "g"),
    ("sh", "ch"),
    ("ch", "sh"),
    ("j", "dj"),
    ("dj", "j"),
    ("ph", "f"),
    ("w", "v"),
    ("v", "w"),
    ("z", "s"),
    ("s", "z"),
    ("th", "t"),
    ("aa", "a"),
    ("a", "e"),
    ("e", "a"),
    ("o", "u"),
    ("ss", "s"),
    ("ll", "l"),
    ("l", "ll"),
    ("m", "mm"),
];

/// Arabic letters that are mistaken for one another, by shape or on the keyboard.
const CONFUSABLE: &[&str] =
    &["بتثني", "جحخ", "دذ", "رزو", "سش", "صض", "طظ", "عغ", "فق", "كلم", "هةح", "ضصثق", "غعهخ", "تنمك", "لاىة"];

const ARABIC_LETTERS: &str = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىء";
const LATIN_LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// The letters of the script of `letter`, for slips of the hand.
pub fn alphabet(letter: char) -> &'static str {
    if is_arabic(letter) { ARABIC_LETTERS } else { LATIN_LETTERS }
}

/// A letter for which an Arabic one is easily taken; `None` if there is none.
pub fn confusable(rng: &mut fastrand::Rng, letter: char) -> Option<char> {
    let letters = CONFUSABLE.iter().filter(|group| group.contains(letter)).flat_map(|group| group.chars());
    rng.choice(letters.filter(|&other| other != letter).collect::<Vec<_>>())
}
