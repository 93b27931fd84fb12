//! Homographs over the bundled packs.

use std::sync::{Arc, LazyLock};

use yaqut::store::{self, CachePolicy, Silent, StackConfig};
use yaqut::{Gazetteer, ResolveOptions};

use super::{context, ids, in_country, of_type, verdict};

static BUNDLED: LazyLock<Arc<Gazetteer>> = LazyLock::new(|| {
    let config = StackConfig { cache: CachePolicy::Off, ..StackConfig::default() };
    store::open(&config, &Silent).unwrap().gazetteer
});

/// Name, and its readings: country or city, with the type, country and context that mean it.
type Reading = (&'static str, Option<&'static str>, Option<&'static str>, &'static [&'static str]);

#[rustfmt::skip]
const HOMOGRAPHS: &[(&str, &[Reading])] = &[
    ("عمان", &[
        ("Q842", Some("country"), Some("OM"), &["مسقط", "سلطنة عمان", "العُمانية مسقط", "السلطان هيثم بن طارق", "صلالة ظفار"]),
        ("Q3805", Some("city"), Some("JO"), &["الأردن", "الأردنية", "العاصمة الأردنية", "عبد الله الثاني", "إربد والزرقاء", "Jordan"]),
    ]),
    ("الجزائر", &[
        ("Q262", Some("country"), None, &["دولة", "Algeria", "Algérie", "رئيس دولة"]),
        ("Q3561", Some("city"), None, &["العاصمة", "مدينة", "Algiers"]),
    ]),
    ("طرابلس", &[
        ("Q3579", None, Some("LY"), &["ليبيا", "الليبية", "بنغازي ومصراتة", "حفتر"]),
        ("Q168954", None, None, &["لبنان", "اللبنانية", "بيروت", "شمال لبنان", "Lebanon"]),
    ]),
    ("جورجيا", &[
        ("Q230", Some("country"), Some("GE"), &["تبليسي القوقاز", "تبليسي", "دولة", "الجورجية تبليسي"]),
        ("Q1428", Some("region"), Some("US"), &["أتلانتا الولايات المتحدة", "ولاية", "الأمريكية", "the US senator"]),
    ]),
];

#[test]
fn homographs_list_every_reading() {
    for (name, readings) in HOMOGRAPHS {
        let options = ResolveOptions::default();
        assert_eq!(verdict(&BUNDLED, name, &options), "AMBIGUOUS", "{name}");
        let listed = ids(&BUNDLED, name, &options);
        for (id, ..) in *readings {
            assert!(listed.iter().any(|listed| listed == id), "{name}: {id} not in {listed:?}");
        }
    }
}

#[test]
fn every_reading_can_be_asked_for() {
    for (name, readings) in HOMOGRAPHS {
        for (id, entity_type, country, contexts) in *readings {
            if let Some(entity_type) = entity_type {
                assert_eq!(verdict(&BUNDLED, name, &of_type(entity_type)), *id, "{name} of {entity_type}");
            }
            if let Some(country) = country {
                assert_eq!(verdict(&BUNDLED, name, &in_country(country)), *id, "{name} in {country}");
            }
            for words in *contexts {
                assert_eq!(verdict(&BUNDLED, name, &context(words)), *id, "{name} beside {words}");
            }
        }
    }
}

#[test]
fn weak_context_leaves_homographs_open() {
    for (name, _) in HOMOGRAPHS {
        for words in ["قال إن اليوم", "كتاب جديد", "بعد أن وصل إليها مساء", "Japan Tokyo", name]
        {
            assert_eq!(verdict(&BUNDLED, name, &context(words)), "AMBIGUOUS", "{name} beside {words}");
        }
    }
}

#[test]
fn clear_names_stay_clear_in_any_context() {
    for (name, id) in [("باريس", "Q90"), ("أوكرانيا", "Q212"), ("أردوغان", "Q39259"), ("Pyongyang", "Q18808")]
    {
        for words in ["لبنان", "مدينة", "اليابان وطوكيو", "دولة", "وقال إن اليوم"]
        {
            assert_eq!(verdict(&BUNDLED, name, &context(words)), id, "{name} beside {words}");
        }
    }
}
