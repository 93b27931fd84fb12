//! The import of cities, end to end, on small samples.

use std::fs;

use super::*;
use crate::import::Skip;
use crate::model::Rank;
use crate::pack::parse;

const CITIES: &str = r#"{
"1": {"geonameid": 1, "name": "Al Landah", "countrycode": "AA", "population": 999999, "latitude": 1.0, "longitude": 1.0, "alternatenames":
    ["ALD", "alandh", "Landah", "Lānda", "Landa", "Ланда", "Landa-Rus", "لانده", "لاندا (بلدة)", "محافظة الاندة",
     "اللاندة", "لَانْدَا", "ランダ", "landا", "City of Landa", "اللاند"]},
"2": {"geonameid": 2, "name": "Smalltown", "countrycode": "AA", "population": 600, "latitude": 1.0, "longitude": 2.0, "alternatenames": ["سمولتاون"]},
"3": {"geonameid": 3, "name": "Hamlet", "countrycode": "AA", "population": 600, "latitude": 1.0, "longitude": 3.0, "alternatenames": ["هملتی"]},
"4": {"geonameid": 4, "name": "Landa Port", "countrycode": "AA", "population": 20000, "latitude": 1.0, "longitude": 4.0, "alternatenames": [""]},
"5": {"geonameid": 5, "name": "Dehkade", "countrycode": "IR", "population": 20000, "latitude": 1.0, "longitude": 5.0, "alternatenames": ["دهکده", "دهستان", "المدينة الجديدة"]}
}"#;

const TAGS: &str = "\
geoname_id^fclass^fcode^country_code^alt_name_section
1^P^PPLC^AA^ar|اللاندة|p=en|Landa|=de|Landa|=ja|ランダ|=la|Landum|h=wkdt|Q500|=fa|لانده|
4^P^PPL^AA^wkdt|Q500|
";

const COUNTRIES: &str = r#"{"AA": {"iso": "AA", "name": "Landia", "capital": "Al Landah"}}"#;

fn sample(curated: &str) -> Imported {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("cities500.json", CITIES),
        ("optd_por_public.csv", TAGS),
        ("countries.json", COUNTRIES),
        ("aliases-curated.tsv", curated),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let inputs = [folder.path().to_owned()];
    import(&inputs, &Options::default(), &mut ()).unwrap()
}

const NO_CURATOR: &str = "id\talias\tlang\tkind\tsource\tnote\n";

fn aliases(imported: &Imported, id: &str) -> Vec<String> {
    let rows = imported.pack.aliases.iter().filter(|row| row.id.as_str() == id);
    rows.map(|row| format!("{}|{}|{}", row.alias, row.lang, row.kind)).collect()
}

#[test]
fn names_are_cleaned_and_tagged() {
    let imported = sample(NO_CURATOR);
    let expected = [
        "اللاندة|ar|preferred",
        "الاندة|ar|alternate",
        "لاندا|ar|alternate",
        "Landa-Rus||alternate",
        "Ланда||alternate",
        "Al Landah|en|preferred",
        "Landa|en|alternate",
        "لانده|fa|alternate",
        "ランダ|ja|alternate",
        "Landum|la|former",
    ];
    let found = aliases(&imported, "Q500");
    for name in expected {
        assert!(found.contains(&name.to_owned()), "{name} is not in {found:#?}");
    }
    for noise in ["ALD", "alandh", "landا", "City of Landa", "محافظة الاندة", "اللاند"] {
        assert!(!found.iter().any(|name| name.starts_with(&format!("{noise}|"))), "{noise} is in {found:#?}");
    }
}

#[test]
fn cities_are_chosen_by_people_or_arabic_name() {
    let imported = sample(NO_CURATOR);
    let ids: Vec<_> = imported.pack.entities.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["Q500", "geonames:2", "geonames:4", "geonames:5"]);
    assert_eq!(imported.report.skipped_entities[&Skip::SmallWithoutArabic], 1);
}

#[test]
fn an_id_goes_to_the_larger_city_and_a_capital_ranks_higher() {
    let imported = sample(NO_CURATOR);
    let capital = &imported.pack.entities[0];
    assert_eq!((capital.name.as_str(), capital.description.as_str()), ("Al Landah", "city in Landia"));
    assert_eq!(capital.rank, Rank::new(0.85));
    assert_eq!(capital.same_as[0].as_str(), "geonames:1");
    assert_eq!(imported.report.notes, ["Q500 is claimed by Landa Port (geonames:4) too"]);
    assert!(imported.pack.entities[2].same_as.is_empty());
}

#[test]
fn persian_is_not_taken_for_arabic() {
    let found = aliases(&sample(NO_CURATOR), "geonames:5");
    for name in ["دهکده|fa|alternate", "دهستان|fa|alternate", "المدينة الجديدة|ar|preferred"]
    {
        assert!(found.contains(&name.to_owned()), "{name} is not in {found:#?}");
    }
}

#[test]
fn a_curator_is_read_and_written_again() {
    let curated = format!("{NO_CURATOR}geonames:2\tالبلدة الصغيرة\tar\tpreferred\tcurated\tby hand\n");
    let imported = sample(&curated);
    let expected = ["سمولتاون|ar|alternate", "البلدة الصغيرة|ar|preferred", "Smalltown|en|preferred"];
    assert_eq!(aliases(&imported, "geonames:2"), expected);
    let files = imported.files();
    let table = files.files.iter().find(|file| file.name == "aliases-curated.tsv").unwrap();
    assert_eq!(String::from_utf8_lossy(&table.bytes), curated);
    assert_eq!(parse(&files).diagnostics, []);
}
