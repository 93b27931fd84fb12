//! What the packs do not tell in a form that can be drawn from: generic nouns, and letters that stand for one another.

use yaqut::text::is_arabic;

/// Generic nouns of names, Latin and Arabic; `{}` stands for what they are said of.
pub type Noun = (&'static str, &'static str);

/// Of divisions of a country.
pub const REGION_NOUNS: &[Noun] = &[
    ("{} Governorate", "محافظة {}"),
    ("{} Province", "مقاطعة {}"),
    ("{} Region", "منطقة {}"),
    ("{} District", "قضاء {}"),
    ("{} State", "ولاية {}"),
    ("{} County", "مقاطعة {}"),
    ("{} Oblast", "أوبلاست {}"),
    ("{} Valley", "وادي {}"),
    ("Mount {}", "جبل {}"),
    ("Lake {}", "بحيرة {}"),
];

/// Of cities and their parts.
pub const CITY_NOUNS: &[Noun] = &[
    ("{} City", "مدينة {}"),
    ("New {}", "نيو {}"),
    ("Upper {}", "{} العليا"),
    ("Lower {}", "{} السفلى"),
    ("Port {}", "ميناء {}"),
    ("Village of {}", "قرية {}"),
    ("{} Camp", "مخيم {}"),
    ("San {}", "سان {}"),
];

/// Of organisations.
pub const ORGANIZATION_NOUNS: &[Noun] = &[
    ("{} Company", "شركة {}"),
    ("{} University", "جامعة {}"),
    ("{} Bank", "بنك {}"),
    ("{} FC", "نادي {}"),
    ("{} Foundation", "مؤسسة {}"),
    ("{} Party", "حزب {}"),
    ("{} Airport", "مطار {}"),
    ("{} Hospital", "مستشفى {}"),
    ("{} Group", "مجموعة {}"),
    ("{} Institute", "معهد {}"),
    ("{} Association", "جمعية {}"),
    ("Radio {}", "إذاعة {}"),
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
