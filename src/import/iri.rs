//! [`Prefixes`]: IRIs of linked data as the short IDs that packs have.

use crate::model::{EntityId, is_qid};

/// IRIs and the short forms that users give them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefixes(Vec<(String, String)>);

/// Known prefixes of IRIs without scheme and `www.`, with the namespaces of their IDs.
const KNOWN: [(&str, &str); 21] = [
    ("aims.fao.org/aos/agrovoc/", "agrovoc"),
    ("d-nb.info/gnd/", "gnd"),
    ("data.bnf.fr/ark:/12148/cb", "bnf"),
    ("dbpedia.org/resource/", "dbpedia"),
    ("eurovoc.europa.eu/", "eurovoc"),
    ("geonames.org/", "geonames"),
    ("id.loc.gov/authorities/names/", "lcnaf"),
    ("id.loc.gov/authorities/subjects/", "lcsh"),
    ("id.worldcat.org/fast/", "fast"),
    ("isni.org/isni/", "isni"),
    ("publications.europa.eu/resource/authority/", "euauth"),
    ("rdaregistry.info/termList/", "rda"),
    ("sws.geonames.org/", "geonames"),
    ("viaf.org/viaf/", "viaf"),
    ("vocab.getty.edu/aat/", "aat"),
    ("vocab.getty.edu/tgn/", "tgn"),
    ("vocab.getty.edu/ulan/", "ulan"),
    ("vocabularies.unesco.org/thesaurus/", "unesco"),
    ("wikidata.org/entity/", WIKIDATA),
    ("wikidata.org/wiki/", WIKIDATA),
    ("zbw.eu/stw/descriptor/", "stw"),
];

/// Wikidata's IDs stand without a namespace.
const WIKIDATA: &str = "wikidata";

impl Prefixes {
    /// Adds a namespace for IRIs that begin with `prefix`; it goes before the known ones.
    pub fn add(&mut self, namespace: &str, prefix: &str) {
        self.0.push((namespace.to_owned(), bare(prefix).to_owned()));
    }

    /// The ID for an IRI; the IRI itself if it has no known prefix. `None` if that is no ID.
    pub(super) fn id_of(&self, iri: &str) -> Option<EntityId> {
        let own = self.0.iter().map(|(namespace, prefix)| (prefix.as_str(), namespace.as_str()));
        let rest = bare(iri);
        let found = own.chain(KNOWN).find_map(|(prefix, namespace)| {
            let local = rest.strip_prefix(prefix)?.trim_end_matches('/');
            short(namespace, local)
        });
        found.or_else(|| EntityId::new(iri).ok())
    }

    /// The ID in a text that may be an IRI or an ID already.
    pub(super) fn id_in(&self, text: &str) -> Option<EntityId> {
        if is_iri(text) { self.id_of(text) } else { EntityId::new(text).ok() }
    }
}

/// Whether a text is an IRI rather than an ID.
pub(super) fn is_iri(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// An IRI without what differs between spellings of one.
fn bare(iri: &str) -> &str {
    let rest = iri.strip_prefix("https://").or_else(|| iri.strip_prefix("http://")).unwrap_or(iri);
    rest.strip_prefix("www.").unwrap_or(rest)
}

fn short(namespace: &str, local: &str) -> Option<EntityId> {
    match namespace {
        WIKIDATA => EntityId::new(local).ok().filter(|id| is_qid(id.as_str())),
        "geonames" => {
            Some(local.split('/').next()?).filter(|id| is_number(id)).and_then(|id| curie(namespace, id))
        }
        _ => curie(namespace, local),
    }
}

fn curie(namespace: &str, local: &str) -> Option<EntityId> {
    if local.is_empty() { None } else { EntityId::new(&format!("{namespace}:{local}")).ok() }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iris_become_short() {
        let mut prefixes = Prefixes::default();
        prefixes.add("ours", "https://id.example.org/concept/");
        prefixes.add("desk", "https://d-nb.info/gnd/");
        for (iri, id) in [
            ("http://www.wikidata.org/entity/Q79", "Q79"),
            ("https://www.wikidata.org/wiki/Q79", "Q79"),
            ("https://sws.geonames.org/360630/", "geonames:360630"),
            ("http://www.geonames.org/360630/cairo.html", "geonames:360630"),
            ("https://viaf.org/viaf/123", "viaf:123"),
            ("https://d-nb.info/gnd/4001-1", "desk:4001-1"),
            ("http://id.example.org/concept/a/b", "ours:a/b"),
            ("http://id.example.org/concept/", "http://id.example.org/concept/"),
            ("http://www.wikidata.org/entity/L1", "http://www.wikidata.org/entity/L1"),
            ("https://elsewhere.example/x", "https://elsewhere.example/x"),
        ] {
            assert_eq!(prefixes.id_of(iri).unwrap().as_str(), id);
        }
        assert_eq!(prefixes.id_of(&format!("https://x.example/{}", "y".repeat(128))), None);
        assert_eq!(prefixes.id_in("isni:1").unwrap().as_str(), "isni:1");
        assert_eq!(prefixes.id_in("two words"), None);
    }
}
