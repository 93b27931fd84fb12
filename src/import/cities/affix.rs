//! Administrative words around a city's name: `City of`, `مدينة`, `Kota`, `-shi`.

use crate::import::script::Script;

/// Words before a name, with their space or hyphen.
const PREFIXES: [(Script, &[&str]); 3] = [
    (
        Script::Arabic,
        &[
            "مدينة ",
            "محافظة ",
            "بلدية ",
            "ولاية ",
            "منطقة ",
            "قضاء ",
            "مركز ",
            "ناحية ",
            "لواء ",
            "إمارة ",
            "امارة ",
            "معتمدية ",
            "مديرية ",
            "دائرة ",
            "مقاطعة ",
            "بلدة ",
            "قرية ",
            "مدينه ",
            "شهر ",
            "شهرستان ",
            "استان ",
            "بخش ",
            "شهرداری ",
            "شاری ",
        ],
    ),
    (
        Script::Latin,
        &[
            "City of ",
            "Town of ",
            "Municipality of ",
            "Borough of ",
            "Township of ",
            "Village of ",
            "Ciudad de ",
            "Municipio de ",
            "Villa de ",
            "Cidade de ",
            "Município de ",
            "Commune de ",
            "Ville de ",
            "Stadt ",
            "Kreisfreie Stadt ",
            "Comune di ",
            "Città di ",
            "Gemeente ",
            "Gmina ",
            "Kota ",
            "Bandar ",
            "Bandaraya ",
            "Kotamadya ",
            "Lungsod ng ",
            "Bayan ng ",
            "Lungsod sang ",
            "Dakbayan sa ",
            "Dakbayan han ",
            "Siyudad ti ",
            "Siudad ti ",
            "Ciudad ning ",
            "Ili ti ",
            "Gorad ",
            "Gorod ",
            "Horad ",
            "Misto ",
            "Madinat ",
            "Shahr-e ",
            "Shahrestan-e ",
            "Thanh pho ",
            "Thành phố ",
            "Thành Phố ",
            "Thị xã ",
            "Amphoe ",
            "Mueang ",
            "Município ",
        ],
    ),
    (Script::Cyrillic, &["Город ", "город ", "Горад ", "горад ", "Місто ", "місто ", "Град ", "град "]),
];

/// Words after a name.
const SUFFIXES: [(Script, &[&str]); 7] = [
    (Script::Arabic, &[" شہر", " شهر", " نگر", " شەھىرى", " شەھرى", " شەھىر", " شەھەر"]),
    (
        Script::Latin,
        &[
            " City",
            " Town",
            " CDP",
            " Township",
            " Municipality",
            " city",
            " Shi",
            " shi",
            "-shi",
            "-si",
            " Si",
            " Zhen",
            " Xiang",
            " Qu",
            " Xian",
            " Shiqu",
            " osh",
            " miestas",
            " şäräsi",
            " seaari",
            " Khoto",
            " khot",
            " hot",
            " shaary",
            " qalasy",
        ],
    ),
    (Script::Cyrillic, &[" ош", " хот", " балһсн", " шаары", " қаласы", " шәһәре", " шаһри", " хото"]),
    (Script::Han, &["市", "镇", "鎮", "县", "縣"]),
    (Script::Kana, &["市"]),
    (Script::Hangul, &["시"]),
    (Script::Other, &["မြို့", "།"]),
];

/// The name in `text` without one administrative word, if it bears one.
pub(super) fn stem(text: &str, script: Script) -> Option<&str> {
    let words = |table: &'static [(Script, &'static [&'static str])]| {
        table.iter().filter(move |(of, _)| *of == script).flat_map(|(_, words)| words.iter())
    };
    let stem = words(&PREFIXES)
        .find_map(|prefix| text.strip_prefix(prefix))
        .or_else(|| words(&SUFFIXES).find_map(|suffix| text.strip_suffix(suffix)))?
        .trim();
    // 城市 is no city named 城, and `New City` none named New.
    let long_enough = stem.chars().count() >= 2;
    long_enough.then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::script::script_of;

    #[test]
    fn administrative_words_are_found() {
        for (text, expected) in [
            ("مدينة الكويت", Some("الكويت")),
            ("محافظة الفيوم", Some("الفيوم")),
            ("المدينة المنورة", None),
            ("تونس شہر", Some("تونس")),
            ("City of London", Some("London")),
            ("Kota Medan", Some("Medan")),
            ("Caijiagang Zhen", Some("Caijiagang")),
            ("Sakai-shi", Some("Sakai")),
            ("Kansas City", Some("Kansas")),
            ("Citytown", None),
            ("Киев ош", Some("Киев")),
            ("大阪市", Some("大阪")),
            ("津市", None),
            ("さいたま市", Some("さいたま")),
            ("부산시", Some("부산")),
            ("Paris", None),
        ] {
            assert_eq!(stem(text, script_of(text)), expected, "{text}");
        }
    }
}
