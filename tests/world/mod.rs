//! A small gazetteer with the traps of the large one.

use std::sync::Arc;

use yaqut::Gazetteer;
use yaqut::index::{Segment, compile};
use yaqut::model::{AliasKind, Article, CountryCode, EntityId, EntityType, Rank};
use yaqut::pack::{AliasRow, EntityRow, Pack};

pub fn entity(id: &str, entity_type: &str, name: &str, rank: f32) -> EntityRow {
    let mut row = EntityRow::new(EntityId::new(id).unwrap(), EntityType::new(entity_type).unwrap(), name);
    row.rank = Rank::new(rank);
    row
}

pub fn alias(id: &str, text: &str, lang: &str, kind: AliasKind) -> AliasRow {
    AliasRow::new(EntityId::new(id).unwrap(), text, lang, kind)
}

pub fn pack(name: &str, entities: Vec<EntityRow>, aliases: Vec<AliasRow>) -> Pack {
    let mut pack = Pack { entities, aliases, ..Pack::default() };
    name.clone_into(&mut pack.manifest.name);
    pack
}

pub fn gazetteer(packs: &[Pack]) -> Gazetteer {
    let open = |pack| Arc::new(Segment::open(Arc::new(compile(pack).unwrap())).unwrap());
    Gazetteer::new(packs.iter().map(open).collect())
}

/// Queries that exercise every tier.
pub const QUERIES: &[&str] = &[
    "أردوغان",
    "وأردوغان",
    "أردوجان",
    "الرئيس أردوغان",
    "بيونج يانج",
    "أكرانيا",
    "فی أوکرانیا",
    "والأوكرانية",
    "ناتو",
    "باشينيان",
    "فلاديمير",
    "فلاديمير زيلينسكي",
    "عمان",
    "Paris",
    "باريس",
    "وجدة",
    "كوري",
    "على",
    "المالية",
    "وارسو",
    "مدينة غزة",
    "الصحة العالمية",
    "كيم جونغ إيل",
    "أوكرانبا",
];

#[rustfmt::skip]
pub fn world() -> Pack {
    use AliasKind::{Alternate, Demonym, Preferred, Short};
    type Alias = (&'static str, &'static str, AliasKind);
    type Row = (&'static str, &'static str, &'static str, f32, &'static str, &'static [Alias]);
    let rows: &[Row] = &[
        ("Q39259", "person", "Recep Tayyip Erdoğan", 0.85, "TR", &[
            ("رجب طيب أردوغان", "ar", Preferred), ("أردوغان", "ar", Short), ("Erdoğan", "tr", Short)]),
        ("Q3874799", "person", "Volodymyr Zelenskyy", 0.85, "UA", &[("فولوديمير زيلينسكي", "ar", Preferred)]),
        ("Q7747", "person", "Vladimir Putin", 0.9, "RU", &[("فلاديمير بوتين", "ar", Preferred)]),
        ("Q7035479", "person", "Nikol Pashinyan", 0.7, "AM", &[("نيكول باشينيان", "ar", Preferred)]),
        ("Q56226", "person", "Kim Jong Un", 0.8, "KP", &[("كيم جونغ أون", "ar", Preferred)]),
        ("yaqut:ali", "person", "Ali", 0.3, "", &[("علي", "ar", Preferred)]),
        ("yaqut:keir", "person", "Keir", 0.3, "", &[("كير", "ar", Preferred)]),
        ("Q212", "country", "Ukraine", 0.95, "UA", &[
            ("أوكرانيا", "ar", Preferred), ("أوكرانية", "ar", Demonym), ("Ukraine", "en", Preferred)]),
        ("Q43", "country", "Türkiye", 0.99, "TR", &[("تركيا", "ar", Preferred), ("تركي", "ar", Demonym)]),
        ("Q423", "country", "North Korea", 0.93, "KP", &[
            ("كوريا الشمالية", "ar", Preferred), ("كوري شمالي", "ar", Demonym), ("كوري", "ar", Demonym)]),
        ("Q884", "country", "South Korea", 0.96, "KR", &[
            ("كوريا الجنوبية", "ar", Preferred), ("كوري", "ar", Demonym)]),
        ("Q817", "country", "Kuwait", 0.83, "KW", &[("الكويت", "ar", Preferred)]),
        ("Q842", "country", "Oman", 0.83, "OM", &[("عمان", "ar", Preferred)]),
        ("Q912", "country", "Mali", 0.9, "ML", &[("مالي", "ar", Preferred), ("مالية", "ar", Demonym)]),
        ("Q3805", "city", "Amman", 0.86, "JO", &[("عمان", "ar", Preferred)]),
        ("Q18808", "city", "Pyongyang", 0.91, "KP", &[("بيونغ يانغ", "ar", Preferred)]),
        ("Q90", "city", "Paris", 0.89, "FR", &[("Paris", "fr", Preferred), ("باريس", "ar", Preferred)]),
        ("Q830149", "city", "Paris, Texas", 0.55, "US", &[("Paris", "en", Preferred), ("باريس", "ar", Alternate)]),
        ("Q186413", "city", "Oujda", 0.71, "MA", &[("وجدة", "ar", Preferred)]),
        ("Q374365", "city", "Jeddah", 0.82, "SA", &[("جدة", "ar", Preferred)]),
        ("Q270", "city", "Warsaw", 0.88, "PL", &[("وارسو", "ar", Preferred)]),
        ("Q649", "city", "Moscow", 0.97, "RU", &[("موسكو", "ar", Preferred)]),
        ("Q47492", "city", "Gaza", 0.74, "PS", &[("غزة", "ar", Preferred)]),
        ("Q7184", "organization", "NATO", 0.9, "", &[("الناتو", "ar", Preferred)]),
        ("Q7817", "organization", "World Health Organization", 0.9, "", &[("منظمة الصحة العالمية", "ar", Preferred)]),
    ];
    let (mut entities, mut aliases) = (Vec::new(), Vec::new());
    for &(id, entity_type, name, rank, country, names) in rows {
        let mut row = entity(id, entity_type, name, rank);
        row.country = CountryCode::new(country).ok();
        if id == "Q212" {
            row.same_as = vec![EntityId::new("iso3166:UA").unwrap()];
        }
        entities.push(row);
        for &(text, lang, kind) in names {
            let mut row = alias(id, text, lang, kind);
            if text == "الناتو" {
                row.article = Article::Optional;
            }
            aliases.push(row);
        }
    }
    pack("world", entities, aliases)
}
