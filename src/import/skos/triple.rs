//! [`Vocabulary`]: triples of SKOS as facts of entities.
//!
//! Source: SKOS Reference (W3C Recommendation, 2009), sections 3, 4, 5, 9 and 10.

use std::borrow::Cow;

use oxrdf::{Literal, NamedOrBlankNode, Term, Triple};

use crate::import::Options;
use crate::import::facts::{Fact, Refusal};
use crate::import::gather::Facts;
use crate::import::iri::Prefixes;
use crate::import::language::tag_of;
use crate::import::report::Skip;
use crate::model::{AliasKind, EntityType};

/// What is meant by the terms of a vocabulary.
pub(super) struct Vocabulary<'o> {
    prefixes: &'o Prefixes,
    classes: &'o [(String, EntityType)],
    /// The language of texts that have none.
    default_lang: &'o str,
}

/// A property of a vocabulary that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Property {
    Name(AliasKind),
    SameAs,
    Description,
    /// Says to which class or scheme a subject belongs.
    Class,
    Deprecated,
}

impl Property {
    fn of(iri: &str) -> Option<Self> {
        Some(match iri {
            "http://www.w3.org/2004/02/skos/core#prefLabel" => Self::Name(AliasKind::Preferred),
            "http://www.w3.org/2004/02/skos/core#altLabel" | "http://www.w3.org/2000/01/rdf-schema#label" => {
                Self::Name(AliasKind::Alternate)
            }
            "http://www.w3.org/2004/02/skos/core#hiddenLabel" => Self::Name(AliasKind::Hidden),
            "http://www.w3.org/2004/02/skos/core#exactMatch"
            | "http://www.w3.org/2002/07/owl#sameAs"
            | "http://schema.org/sameAs"
            | "https://schema.org/sameAs" => Self::SameAs,
            "http://www.w3.org/2004/02/skos/core#definition"
            | "http://purl.org/dc/terms/description"
            | "http://schema.org/description"
            | "https://schema.org/description" => Self::Description,
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
            | "http://www.w3.org/2004/02/skos/core#inScheme"
            | "http://www.w3.org/2004/02/skos/core#topConceptOf" => Self::Class,
            "http://www.w3.org/2002/07/owl#deprecated" => Self::Deprecated,
            _ => return None,
        })
    }
}

/// Classes whose members have labels and are no entities: lists, and the terms in which a vocabulary is written.
const COLLECTIONS: [&str; 12] = [
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#Property",
    "http://www.w3.org/2000/01/rdf-schema#Class",
    "http://www.w3.org/2000/01/rdf-schema#Datatype",
    "http://www.w3.org/2002/07/owl#AnnotationProperty",
    "http://www.w3.org/2002/07/owl#Class",
    "http://www.w3.org/2002/07/owl#DatatypeProperty",
    "http://www.w3.org/2002/07/owl#ObjectProperty",
    "http://www.w3.org/2002/07/owl#Ontology",
    "http://www.w3.org/2004/02/skos/core#Collection",
    "http://www.w3.org/2004/02/skos/core#ConceptScheme",
    "http://www.w3.org/2004/02/skos/core#OrderedCollection",
    "http://www.w3.org/2008/05/skos-xl#Label",
];

impl<'o> Vocabulary<'o> {
    pub fn new(options: &'o Options) -> Self {
        Self {
            prefixes: &options.prefixes,
            classes: &options.classes,
            default_lang: options.defaults.lang.as_deref().unwrap_or_default(),
        }
    }

    /// Adds what the triple says, if it says something of an entity that can have an ID.
    pub fn read(&self, triple: &Triple, facts: &mut Facts) {
        let Some(property) = Property::of(triple.predicate.as_str()) else { return };
        // A blank node is nothing that could be named from outside.
        let NamedOrBlankNode::NamedNode(subject) = &triple.subject else { return };
        let Some(fact) = self.fact(property, &triple.object, &mut facts.report) else { return };
        match self.prefixes.id_of(subject.as_str()) {
            Some(id) => facts.push(&id, &fact),
            None => facts.report.skip_name(Skip::OfOther),
        }
    }

    fn fact<'t>(
        &self,
        property: Property,
        object: &'t Term,
        report: &mut crate::import::Report,
    ) -> Option<Fact<'t>>
    where
        'o: 't,
    {
        match (property, object) {
            (Property::Name(kind), Term::Literal(text)) => {
                Some(Fact::Name { kind, lang: self.lang(text), text: text.value().into() })
            }
            (Property::Description, Term::Literal(text)) => {
                Some(Fact::Description { lang: self.lang(text), text: text.value().into() })
            }
            (Property::SameAs, Term::NamedNode(other)) => {
                let id = self.prefixes.id_of(other.as_str());
                if id.is_none() {
                    report.skip_id(Skip::NoIdentifier);
                }
                id.map(Fact::SameAs)
            }
            (Property::Class, Term::NamedNode(class)) => self.class(class.as_str()),
            (Property::Deprecated, Term::Literal(value)) => {
                matches!(value.value(), "true" | "1").then_some(Fact::NoEntity(Refusal::Deprecated))
            }
            _ => None,
        }
    }

    fn lang<'t>(&self, text: &'t Literal) -> Cow<'t, str>
    where
        'o: 't,
    {
        match text.language() {
            Some(tag) => tag_of(tag).unwrap_or_default().into(),
            None => self.default_lang.into(),
        }
    }

    /// What it says of the subject that it belongs to a class: one that the user names, by its IRI or short ID, or none.
    fn class(&self, class: &str) -> Option<Fact<'static>> {
        if COLLECTIONS.contains(&class) {
            return Some(Fact::NoEntity(Refusal::Collection));
        }
        let short = self.prefixes.id_of(class);
        let is_meant = |name: &str| name == class || short.as_ref().is_some_and(|id| id.as_str() == name);
        let found = self.classes.iter().find(|(name, _)| is_meant(name));
        found.map(|(_, entity_type)| Fact::Type(entity_type.clone()))
    }
}
