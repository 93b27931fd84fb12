//! The import of SKOS vocabularies, end to end, on small samples.

use super::*;
use crate::import::input::testing::gzip;
use crate::import::report::Skip;
use crate::import::testing::{Place, files, filters};
use crate::model::EntityType;

const TURTLE: &str = r#"@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix geo: <https://sws.geonames.org/> .
@prefix ex: <https://id.example.org/> .

ex:cairo a skos:Concept ;
    skos:inScheme ex:places ;
    skos:prefLabel "Cairo"@en , "القاهرة"@ar ;
    skos:altLabel "Masr"@en , "Le Caire"@fr ;
    skos:hiddenLabel "Ciro"@en ;
    skos:exactMatch <http://www.wikidata.org/entity/Q85> , geo:360630\/ ;
    skos:broader ex:egypt ;
    skos:definition """capital
        of Egypt"""@en .

ex:places a skos:ConceptScheme ; skos:prefLabel "Places"@en .
ex:old skos:prefLabel "Old thing"@en ; owl:deprecated true .
ex:plain skos:prefLabel "Plain"@en-gb , "Bare" .
[] skos:prefLabel "Nobody"@en .
ex:nameless a skos:Concept .
ex:Kind a owl:Class ; skos:prefLabel "Kind of thing"@en .
"#;

/// The same, a triple a line, those of a subject far from each other.
const N_TRIPLES: &str = r#"<https://id.example.org/cairo> <http://www.w3.org/2004/02/skos/core#prefLabel> "Cairo"@en .
<https://id.example.org/old> <http://www.w3.org/2004/02/skos/core#prefLabel> "Old thing"@en .
<https://id.example.org/plain> <http://www.w3.org/2004/02/skos/core#prefLabel> "Plain"@en-GB .
<https://id.example.org/places> <http://www.w3.org/2004/02/skos/core#prefLabel> "Places"@en .
# a remark

<https://id.example.org/cairo> <http://www.w3.org/2004/02/skos/core#prefLabel> "\u0627\u0644\u0642\u0627\u0647\u0631\u0629"@ar .
<https://id.example.org/cairo> <http://www.w3.org/2004/02/skos/core#altLabel> "Masr"@en .
<https://id.example.org/cairo> <http://www.w3.org/2004/02/skos/core#altLabel> "Le Caire"@fr .
<https://id.example.org/cairo> <http://www.w3.org/2004/02/skos/core#hiddenLabel> "Ciro"@en .
<https://id.example.org/plain> <http://www.w3.org/2004/02/skos/core#prefLabel> "Bare" .
_:b <http://www.w3.org/2004/02/skos/core#prefLabel> "Nobody"@en .
<https://id.example.org/cairo> <http://www.w3.org/2004/02/skos/core#exactMatch> <http://www.wikidata.org/entity/Q85> .
<https://id.example.org/cairo> <http://www.w3.org/2004/02/skos/core#exactMatch> <https://sws.geonames.org/360630/> .
<https://id.example.org/places> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#ConceptScheme> .
<https://id.example.org/old> <http://www.w3.org/2002/07/owl#deprecated> "true"^^<http://www.w3.org/2001/XMLSchema#boolean> .
<https://id.example.org/cairo> <http://www.w3.org/2004/02/skos/core#inScheme> <https://id.example.org/places> .
<https://id.example.org/cairo> <http://www.w3.org/2004/02/skos/core#definition> "capital\n of Egypt"@en .
"#;

fn options() -> Options {
    let mut options = Options {
        license: Some("CC0-1.0".to_owned()),
        classes: vec![("ex:places".to_owned(), EntityType::new("city").unwrap())],
        ..Options::default()
    };
    options.prefixes.add("ex", "https://id.example.org/");
    options
}

fn imported(name: &str, content: impl AsRef<[u8]>, options: &Options) -> (Place, Report) {
    let place = Place::new(Source::Skos);
    place.write(name, content);
    let report = place.import(&[name], options).unwrap();
    (place, report)
}

#[test]
fn concepts_become_entities_in_either_syntax() {
    let marked = "\u{feff}".to_owned() + TURTLE;
    for (name, content) in [("v.ttl", TURTLE), ("v.ttl", &marked), ("v.nt", N_TRIPLES)] {
        let (place, report) = imported(name, content, &options());
        let expected =
            ["ex:cairo|city|Cairo|||Q85 geonames:360630|capital of Egypt", "ex:plain|other|Bare||||"];
        assert_eq!(place.entities(), expected, "{name}");
        let names = [
            "القاهرة|ar|preferred",
            "Cairo|en|preferred",
            "Masr|en|alternate",
            "Le Caire|fr|alternate",
            "Ciro|en|hidden",
        ];
        assert_eq!(place.names("ex:cairo"), names, "{name}");
        assert_eq!(place.names("ex:plain"), ["Plain|en-GB|preferred", "Bare||preferred"], "{name}");
        let terms = if name == "v.ttl" { 2 } else { 1 };
        assert_eq!(report.skipped_entities[&Skip::UnknownClass], terms, "{name}");
        assert_eq!(report.skipped_entities[&Skip::Deprecated], 1, "{name}");
        assert_eq!(report.malformed_lines(), 0, "{name}");
    }
}

#[test]
fn compression_and_order_change_nothing() {
    let (plain, _) = imported("v.nt", N_TRIPLES, &options());
    let (packed, _) = imported("v.nt.gz", gzip(N_TRIPLES.as_bytes()), &options());
    let bytes = |place: &Place| {
        let files = files(&place.path("pack")).files;
        files
            .into_iter()
            .filter(|file| file.name != "datapackage.json")
            .map(|file| file.bytes)
            .collect::<Vec<_>>()
    };
    assert_eq!(bytes(&plain), bytes(&packed));
}

#[test]
fn filters_and_defaults_are_honoured() {
    let mut options = Options { filters: filters("", "", "fr,und", 0.0).filters, ..options() };
    let (place, _) = imported("v.ttl", TURTLE, &options);
    assert_eq!(place.names("ex:cairo"), ["Le Caire|fr|alternate"]);
    options.filters = filters("concept", "", "de", 0.0).filters;
    options.defaults.entity_type = EntityType::new("concept").ok();
    options.defaults.lang = Some("de".to_owned());
    let (place, _) = imported("v.ttl", TURTLE, &options);
    assert_eq!(place.entities(), ["ex:plain|concept|Bare||||"]);
    assert_eq!(place.names("ex:plain"), ["Bare|de|preferred"]);
}

#[test]
fn lines_that_are_no_triples_are_told_and_left_out() {
    let odd = format!(
        "<a> <b> \"c\"@en .\n<https://x.example/1> no triple .\n{N_TRIPLES}<https://id.example.org/z> <http://www.w3.org/2004/02/skos/core#prefLa"
    );
    let (place, report) = imported("v.nt", &odd, &options());
    assert_eq!(place.entities().len(), 2);
    let lines: Vec<u64> = report.malformed["not N-Triples"].first.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [1, 2, 21]);
    let strict = Options { strict: true, ..options() };
    assert!(matches!(place.import(&["v.nt"], &strict), Err(ImportError::Malformed(_))));
}

#[test]
fn after_a_faulty_sentence_turtle_goes_on() {
    let odd = TURTLE.replace(
        "ex:places a skos:ConceptScheme ;",
        "ex:odd skos:prefLabel = \"x\" , \"y\" .\nex:places a skos:ConceptScheme ;",
    );
    let (place, report) = imported("v.ttl", &odd, &options());
    assert_eq!(place.entities().len(), 2);
    let faults = &report.malformed["not Turtle"];
    assert_eq!((faults.count, faults.first[0].line), (1, 16));
    let strict = Options { strict: true, ..options() };
    assert!(matches!(place.import(&["v.ttl"], &strict), Err(ImportError::Malformed(_))));
    let cut = &TURTLE[..TURTLE.find("Le Caire").unwrap()];
    let (place, report) = imported("v.ttl", cut, &options());
    assert_eq!((place.entities().len(), report.malformed.len()), (1, 1));
}

#[test]
fn a_cut_archive_leaves_no_pack() {
    let place = Place::new(Source::Skos);
    for name in ["v.nt.gz", "v.ttl.gz"] {
        let text = if name == "v.nt.gz" { N_TRIPLES.repeat(300) } else { TURTLE.repeat(300) };
        let bytes = gzip(text.as_bytes());
        place.write(name, &bytes[..bytes.len() / 2]);
        assert!(matches!(place.import(&[name], &options()), Err(ImportError::Damaged { .. })), "{name}");
        assert!(!place.path("pack").exists());
    }
}
